"""The log: every verb has its words, everybody is named for what they are, and both filters filter."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from teams import audit
from teams.models import AuditEntry, Membership, Role, User, Workspace, record
from tests.conftest import ROOT
from tests.make import make_member, make_user

BrowserOf = Callable[[User], Client]
ROOMS = ("teams", "listening", "competitors", "pitches", "config")


def constants(node: ast.AST, function: ast.AST) -> set[str]:
    """The texts an argument can be: its own, or those that were given to the variable it names."""
    if isinstance(node, ast.Name):
        given = [
            one.value
            for one in ast.walk(function)
            if isinstance(one, ast.Assign)
            and any(isinstance(to, ast.Name) and to.id == node.id for to in one.targets)
        ]
        return set().union(*(constants(value, function) for value in given))
    if isinstance(node, ast.IfExp):
        return constants(node.body, function) | constants(node.orelse, function)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def recorded(path: Path) -> Iterator[tuple[str, set[str], set[str]]]:
    """(place, verbs, details) of every call of ``record`` in a file that has it from ``teams.models``."""
    tree = ast.parse(path.read_text())
    imported = any(
        isinstance(node, ast.ImportFrom)
        and node.module == "teams.models"
        and any(alias.name == "record" for alias in node.names)
        for node in ast.walk(tree)
    )
    if not imported:
        return
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                details = {str(keyword.arg) for keyword in node.keywords} - {"object"}
                yield place, constants(node.args[2], function), details


CALLS = [call for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) for call in recorded(path)]


def test_every_call_that_writes_is_seen() -> None:
    written = sum(
        len(re.findall(r"(?<!def )(?<![\w.])record\(\s*\w+(?:\.\w+)*,\s*\w+", path.read_text()))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
    )
    assert len(CALLS) >= written > 25
    assert all(verbs for _, verbs, _ in CALLS), [place for place, verbs, _ in CALLS if not verbs]


def test_every_verb_that_is_written_has_a_sentence_and_a_kind() -> None:
    words = audit.words()
    verbs = {(place, verb) for place, found, _ in CALLS for verb in found}
    assert [one for one in verbs if one[1] not in words.sentences] == []
    assert [one for one in verbs if one[1].partition(".")[0] not in words.kinds] == []
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", verb) for _, verb in verbs)


def test_every_detail_that_is_written_has_a_label() -> None:
    labels = audit.words().details
    assert [(place, name) for place, _, names in CALLS for name in names if name not in labels] == []


def test_no_sentence_is_about_a_verb_that_nobody_writes() -> None:
    assert set(audit.words().sentences) == {verb for _, verbs, _ in CALLS for verb in verbs}


def test_every_sentence_names_what_it_was_done_to_in_both_languages() -> None:
    for language in ("en", "sv"):
        with translation.override(language):
            for verb, sentence in audit.words().sentences.items():
                assert re.findall(r"\{.*?\}", str(sentence)) == ["{object}"], (language, verb)
                assert not re.search(r"[<>&]", str(sentence)), verb


def test_a_verb_without_words_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new.py"
    path.write_text(
        "from teams.models import record\n"
        "def do(workspace, user, old):\n"
        "    verb = 'cat.fed'\n"
        "    record(workspace, user, verb)\n"
        "    record(workspace, user, 'cat.seen' if old else 'cat.met', 'Tom', colour=1)\n"
    )
    monkeypatch.setattr("tests.teams.test_audit.ROOT", tmp_path)
    assert [(verbs, details) for _, verbs, details in recorded(path)] == [
        ({"cat.fed"}, set()),
        ({"cat.seen", "cat.met"}, {"colour"}),
    ]


# --- The page -------------------------------------------------------------------------------------


def log(workspace: Workspace, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/w/{workspace.code}/log/?{asked}"


def rows(page: str) -> list[str]:
    """The lines of the table as they are read."""
    body = page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""
    texts = (re.sub(r"<[^>]+>", " ", row) for row in body.split("</tr>"))
    return [" ".join(text.split()) for text in texts if text.strip()]


@pytest.mark.django_db
def test_the_log_says_who_did_what_and_when_newest_first(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    record(workspace, alice, "search.edited", "fjällvik", version=3)
    record(workspace, bob, "member.role_changed", "<b>Dana</b>", role="editor", was="viewer")
    AuditEntry.objects.filter(verb="search.edited").update(at=datetime(2026, 1, 2, 23, 30, tzinfo=UTC))
    page = browser_of(alice).get(log(workspace)).content.decode()
    assert "<b>Dana" not in page
    newest, oldest = rows(page)
    assert "Bob Changed the role of &lt;b&gt;Dana&lt;/b&gt; Role before: Viewer Role: Editor" in newest
    assert oldest == "3 Jan 2026, 00:30 CET Alice Changed the search fjällvik Version: 3"  # Stockholm's time

    alice.language = "sv"
    alice.save()
    assert "Ändrade rollen för" in rows(browser_of(alice).get(log(workspace)).content.decode())[0]
    assert (
        "Tidigare roll: Läsare Roll: Redaktör"
        in rows(browser_of(alice).get(log(workspace)).content.decode())[0]
    )


@pytest.mark.django_db
def test_people_who_are_gone_and_the_machine_are_told_apart(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    for user in (bob, dana, None):
        record(workspace, user, "scan.started", "7")
    Membership.objects.filter(user=bob).delete()
    dana.delete()
    found = rows(browser_of(alice).get(log(workspace)).content.decode())
    assert [re.sub(r"^.*?CES?T ", "", row) for row in found] == [
        "Earshot Started scan 7",
        "Somebody whose account is gone Started scan 7",
        "Bob no longer a member Started scan 7",
    ]


@pytest.mark.django_db
def test_both_filters_filter_and_nonsense_shows_everything(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    record(workspace, alice, "search.edited", "one")
    record(workspace, bob, "search.edited", "two")
    record(workspace, alice, "pitch.frozen", "three")
    record(workspace, None, "scan.started", "four")
    browser = browser_of(alice)

    def shown(**query: str) -> list[str]:
        found = rows(browser.get(log(workspace, **query)).content.decode())
        return sorted(word for row in found for word in ("one", "two", "three", "four") if word in row)

    assert shown(person=str(alice.pk)) == ["one", "three"]
    assert shown(person=str(alice.pk), kind="search") == ["one"]
    assert shown(kind="search") == ["one", "two"]
    assert shown(person="machine") == ["four"]
    assert shown(person=str(bob.pk), kind="pitch") == []
    for odd in ({"person": "x"}, {"kind": "nothing"}, {"person": "9" * 40}, {"page": "x"}):
        assert len(shown(**odd)) == 4
    page = browser.get(log(workspace)).content.decode()
    options = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert options == ["all", "Alice", "Bob", "Earshot", "all", "Pitches", "Scans", "Searches"]


@pytest.mark.django_db
def test_a_long_log_is_turned_page_by_page_with_its_filter(
    workspace: Workspace, alice: User, browser_of: BrowserOf, django_assert_max_num_queries: Callable
) -> None:
    for number in range(120):
        record(workspace, alice, "search.edited", f"number {number}")
    browser = browser_of(alice)
    browser.get(log(workspace))  # a session's first click is noted
    with django_assert_max_num_queries(15):
        page = browser.get(log(workspace, kind="search")).content.decode()
    assert "number 119" in rows(page)[0] and len(rows(page)) == 50
    assert "?kind=search&amp;page=2" in page
    assert "number 0" in rows(browser.get(log(workspace, kind="search", page="3")).content.decode())[-1]


@pytest.mark.django_db
def test_a_log_is_its_workspaces_own(
    workspace: Workspace, alice: User, bob: User, charlie: User, browser_of: BrowserOf
) -> None:
    record(charlie.workspaces.get(), charlie, "search.edited", "secret of Bergby")
    make_member(charlie.workspaces.get(), alice, Role.ADMIN)
    page = browser_of(alice).get(log(workspace)).content.decode()
    assert "secret of Bergby" not in page and ">Charlie<" not in page
    assert browser_of(bob).get(log(workspace)).status_code == 403


@pytest.mark.django_db
def test_what_was_entered_is_called_as_on_the_page_of_the_source(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    record(workspace, alice, "credential.saved", "bluesky", entered=["identifier", "password", "fax"])
    found = rows(browser_of(alice).get(log(workspace)).content.decode())[0]
    assert found.endswith("Entered: Handle, App password, fax")


@pytest.mark.django_db
def test_a_verb_and_a_value_of_former_days_are_shown_as_they_are(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    record(workspace, alice, "fax.sent", "a sheet", role="king", fields=["name", "fax"], pages=3)
    found = rows(browser_of(alice).get(log(workspace)).content.decode())[0]
    assert found.endswith("fax.sent a sheet Changed: name, fax Role: king pages: 3")
