"""The Swedish is complete, keeps to docs/swedish.md, and no page speaks English in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from listening.models import Feed, SitePopularity
from pitches import sample, words
from pitches.decks.words import WORDS
from teams.models import Workspace
from tests.conftest import ROOT
from tests.make import make_user
from tools import messages

CATALOGUE = messages.read()
SENTENCES = [
    (english, swedish)
    for message in CATALOGUE
    if message.id
    for english, swedish in zip(messages.forms(message.id), messages.forms(message.string), strict=True)
]
IN_PITCHES = [
    *((text["en"], text["sv"]) for text in words.table().values()),
    *((WORDS["en"][key], swedish) for key, swedish in WORDS["sv"].items()),
]
# Words that English cannot do without and that are none in Swedish.
ENGLISH = frozenset(
    re.findall(r"\w+", "the and of with are this that from your you has have was were which when")
)
WORD = re.compile(r"[^\W\d_]+")
END = ".?:…"
# Places, tags and paths are no words of the sentence; one English term is kept in brackets, see the list.
TYPED = re.compile(r"%\(\w+\)s|\{[^}]*\}|<[^>]+>|/\w+|\(share of voice\)")


def forbidden() -> dict[str, str]:
    """What docs/swedish.md does not want to see -> what it wants instead."""
    found: dict[str, str] = {}
    for line in (ROOT / "docs" / "swedish.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("English", "---"):
            found |= {word.strip().lower(): cells[1] for word in cells[2].split(",") if word.strip()}
    return found


def test_every_sentence_has_its_swedish_with_the_same_placeholders() -> None:
    assert messages.problems(CATALOGUE, messages.collect()) == []


def test_no_sentence_is_marked_by_a_name_that_the_collector_does_not_know() -> None:
    for path in messages.sources():
        for other in re.findall(r"\bn?p?gettext\w* as (\w+)", path.read_text()):
            assert other in messages.KEYWORDS, f"{path}: {other}"


def test_the_list_of_words_is_read() -> None:
    assert forbidden()["konversation"] == "samtal"
    assert len(forbidden()) > 40


@pytest.mark.parametrize("sentences", [SENTENCES, IN_PITCHES], ids=["interface", "pitches"])
def test_one_thing_has_one_word(sentences: list[tuple[str, str]]) -> None:
    refused = forbidden()
    wrong = [
        (swedish, word.group(), refused[word.group().lower()])
        for _, swedish in sentences
        for word in WORD.finditer(TYPED.sub(" ", swedish))
        if word.group().lower() in refused
    ]
    assert wrong == [], wrong


@pytest.mark.parametrize("sentences", [SENTENCES, IN_PITCHES], ids=["interface", "pitches"])
def test_signs_are_swedish(sentences: list[tuple[str, str]]) -> None:
    """Quotes ”…”, nothing cried out, typed signs only where the English types them; the same end."""
    for english, swedish in sentences:
        assert not re.search(r"[“„«»]|\.\.\.| - |—|  |t\.ex\.|vänligen", swedish), swedish
        assert not {sign for sign in '"!&' if sign in swedish and sign not in english}, swedish
        assert swedish[-1:].strip(END) == "" or english[-1:] not in END, (english, swedish)
        if english[:1].isalpha() and swedish[:1].isalpha():
            assert english[0].isupper() == swedish[0].isupper(), (english, swedish)


class Seen(HTMLParser):
    """What a reader of a page sees in the page's own language, and where its links lead.

    Left out is what others wrote (``dir="auto"``, ``.heard-text``), what is in another language by its
    ``lang``, code, and the names of time zones.
    """

    VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []  # each open element and whether it is foreign
        self.text: list[str] = []
        self.links: list[str] = []

    @property
    def foreign(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"] or "")
        foreign = (
            self.foreign
            or tag in ("script", "style", "code")
            or values.get("dir") == "auto"
            or values.get("lang") not in (None, "sv")
            or "heard-text" in (values.get("class") or "").split()
            or values.get("id") == "id_time_zone"
        )
        if not foreign:
            names = ("title", "aria-label", "placeholder", "data-confirm", "alt")
            self.text += [value for name in names if (value := values.get(name))]
        if tag not in self.VOID:
            self.open.append((tag, foreign))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.open) - 1, -1, -1):  # an element that was left open ends with its parent
            if self.open[place][0] == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.foreign:
            self.text.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def exempel(django_db_setup: None, django_db_blocker: Any) -> Iterator[Workspace]:
    """The sample workspace of Alice, who reads Swedish."""
    with django_db_blocker.unblock():
        alice = make_user("Alice", language="sv")
        with translation.override("sv"):  # as in her request
            workspace = sample.seed(alice)
    yield workspace
    with django_db_blocker.unblock():
        workspace.delete()
        alice.delete()
        Feed.objects.all().delete()
        SitePopularity.objects.all().delete()


def kind_of(address: str) -> str:
    """Pages of one kind share this: their address without what counts or names."""
    return re.sub(r"[0-9a-f-]{36}|\bE?\d+\b|\?.*|(?<=/slides/)[^/]+", "N", address)


def pages(workspace: Workspace) -> Iterator[tuple[str, Seen]]:
    """Two pages of every kind that links lead to, from the workspace's Home."""
    browser = Client()
    browser.force_login(workspace.members.get())
    home = reverse("pitches:home", args=[workspace.code])
    others = ("teams:workspaces", "account_change_password", "account_reset_password")
    waiting = [home, reverse("teams:settings", args=[workspace.code]), *(reverse(name) for name in others)]
    met: set[str] = set()
    times: dict[str, int] = {}
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if address in met or times.get(kind, 0) == 2:
            continue
        met.add(address)
        times[kind] = times.get(kind, 0) + 1
        answer = browser.get(address, headers={"accept-language": "sv"})
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = Seen()
        page.feed(answer.content.decode())
        yield address, page
        for link in page.links:
            parts = urlsplit(urljoin(address, link))
            if not parts.netloc and parts.path.startswith(home) and "." not in parts.path:  # no downloads
                waiting.append(parts._replace(fragment="").geturl())


def speaks_english(text: str) -> bool:
    """Whether one of the marker words stands in it; AND is an operator of the query language."""
    return any(word.lower() in ENGLISH and word != "AND" for word in WORD.findall(TYPED.sub(" ", text)))


@pytest.mark.django_db
def test_no_page_of_the_sample_speaks_english(exempel: Workspace) -> None:
    kinds, left = set(), []
    for address, page in pages(exempel):
        kinds.add(kind_of(address))
        left += [(kind_of(address), text) for text in page.text if speaks_english(text)]
    assert len(kinds) > 30, kinds
    assert left == [], "\n".join(f"{where} {text}" for where, text in left)


def test_english_would_be_seen() -> None:
    page = Seen()
    page.feed('<p title="Open the list">Hej<br><b dir="auto">the end</b> <i lang="en">of it</i> på dig</p>')
    assert page.text == ["Open the list", "Hej", "på dig"]
