"""Sentences are found wherever they are marked, keep their Swedish, and are checked."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools import messages


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project of its own, with every way of marking a sentence."""
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "words.py").write_text(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy\n"
        'a = _("Hello %(name)s")\n'
        'b = ngettext("%(number)s post", "%(number)s posts", 2)\n'
        'c = pgettext_lazy("a verb", "Close")\n'
        'd = gettext_noop("The feed is gone.")\n'
        'e = str("not a sentence")\n'
    )
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        '{% load i18n %}{% translate "Mentions" %}\n'
        "{% blocktranslate trimmed count n=posts %}\n  One post\n"
        "{% plural %}\n  {{ n }} posts\n{% endblocktranslate %}"
    )
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "SWEDISH", tmp_path / "locale" / "sv" / "LC_MESSAGES" / "django.po")
    return tmp_path


SWEDISH = {
    "Hello %(name)s": "Hej %(name)s",
    "Close": "Stäng",
    "The feed is gone.": "Flödet finns inte längre.",
    "Mentions": "Omnämnanden",
    "%(number)s post": ("ett inlägg", "%(number)s inlägg"),
    "One post": ("Ett inlägg", "%(n)s inlägg"),
}


def translate(**changes: object) -> None:
    """Write the Swedish into the project's catalogue."""
    catalogue = messages.read()
    for message in catalogue:
        if message.id:
            message.string = SWEDISH[messages.key(message)[1]]
    with messages.SWEDISH.open("wb") as file:
        messages.write_po(file, catalogue)


def test_every_marked_sentence_is_collected_and_nothing_else(project: Path) -> None:
    found = {messages.key(message) for message in messages.collect() if message.id}
    assert found == {("a verb" if text == "Close" else None, text) for text in SWEDISH}


def test_what_lacks_its_swedish_is_listed_with_its_file(project: Path) -> None:
    assert len(messages.problems(messages.read(), messages.collect())) == len(SWEDISH)
    messages.update()
    found = messages.problems(messages.read(), messages.collect())
    assert len(found) == len(SWEDISH)
    assert "no Swedish: 'Mentions' (templates/page.html)" in found
    translate()
    assert messages.problems(messages.read(), messages.collect()) == []


def test_collecting_again_keeps_translations_and_changes_nothing(project: Path) -> None:
    messages.update()
    translate()
    messages.update()
    before = messages.SWEDISH.read_bytes()
    (project / "teams" / "words.py").write_text("\n\n" + (project / "teams" / "words.py").read_text())
    messages.update()
    assert messages.SWEDISH.read_bytes() == before, "moved lines are no news"
    assert messages.problems(messages.read(), messages.collect()) == []


def test_a_sentence_that_comes_back_has_its_swedish_still(project: Path) -> None:
    messages.update()
    translate()
    page = (project / "templates" / "page.html").read_text()
    (project / "templates" / "page.html").write_text("")
    messages.update()
    (project / "templates" / "page.html").write_text(page)
    messages.update()
    assert messages.problems(messages.read(), messages.collect()) == []


@pytest.mark.parametrize(
    ("english", "swedish", "fault"),
    [
        ("%(a)s of %(b)s", "%(a)s av %(b)s", ""),
        ("%(a)s of %(b)s", "%(a)s av %(c)s", "placeholders differ: %(b)s %(c)s"),
        ("%(a)s of %(b)s", "%(a)s", "placeholders differ: %(b)s"),
        ("at {time}", "kl. {tid}", "placeholders differ: {tid} {time}"),
        ("100 % sure", "100 % säker", ""),
        (("one post", "%(n)s posts"), ("ett inlägg", "%(n)s inlägg"), ""),
        (("one post", "%(n)s posts"), ("ett inlägg", ""), "no Swedish"),
        (("one post", "%(n)s posts"), ("ett inlägg", "%(m)s inlägg"), "placeholders differ: %(m)s %(n)s"),
        ("Hello", "", "no Swedish"),
    ],
)
def test_swedish_that_would_break_the_page_is_found(
    english: str | tuple[str, ...], swedish: str | tuple[str, ...], fault: str
) -> None:
    assert messages.wrong(Message(english, swedish)) == fault


def test_a_guess_is_no_translation() -> None:
    assert messages.wrong(Message("Hello", "Hej", flags=("fuzzy",))) == "fuzzy"


def test_compiled_messages_are_read_by_gettext_and_made_anew_only_when_older(project: Path) -> None:
    messages.update()
    translate()
    messages.compile_all()
    compiled = messages.SWEDISH.with_suffix(".mo")
    with compiled.open("rb") as file:
        swedish = gettext.GNUTranslations(file)
    assert swedish.gettext("Mentions") == "Omnämnanden"
    assert swedish.pgettext("a verb", "Close") == "Stäng"
    assert swedish.ngettext("%(number)s post", "%(number)s posts", 1) == "ett inlägg"
    assert swedish.ngettext("%(number)s post", "%(number)s posts", 2) == "%(number)s inlägg"
    compiled.write_bytes(b"untouched")
    later = messages.SWEDISH.stat().st_mtime + 5
    os.utime(compiled, (later, later))
    messages.compile_all()
    assert compiled.read_bytes() == b"untouched"
    os.utime(compiled, (0, 0))
    messages.compile_all()
    assert compiled.read_bytes() != b"untouched"
