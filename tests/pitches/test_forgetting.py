"""An author asked to be forgotten: out of what was heard, out of drafts, out of what was frozen."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from listening.models import Author, Mention, Suppression
from pitches import verbs
from pitches.decks import contract, pdf, pptx, web
from pitches.drafts.edits import Edits
from pitches.evidence import digests, forgetting, page_checks
from pitches.models import Pitch
from pitches.planning import actions as doing
from teams.models import AuditEntry, Membership, Role, User, Workspace

BrowserOf = Callable[[User], Client]


@pytest.fixture
def author(workspace: Workspace, pitch: Pitch) -> Author:
    """Who wrote the first conversation to answer."""
    mention = pitch.actions.select_related("mention__author").order_by("position")[0].mention
    assert mention is not None and mention.author is not None
    return mention.author


def erase(workspace: Workspace, alice: User, author: Author) -> forgetting.Erased:
    return forgetting.erase_author(workspace, alice, author.source, author.handle)


def said_of(author: Author) -> list[str]:
    """Everything that would tell of the author: the handle, and the addresses and words of their posts."""
    rows = Mention.objects.filter(author=author)
    others = set(Mention.objects.exclude(author=author).values_list("text", flat=True))
    return [author.handle, *(one.url for one in rows), *({one.text for one in rows if one.text} - others)]


def test_nothing_of_the_author_is_left_and_the_digest_stays(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch
) -> None:
    words = said_of(author)
    before = json.dumps(frozen.snapshot, ensure_ascii=False)
    assert sum(word in before for word in words) >= 3
    erased = erase(workspace, alice, author)
    after = Pitch.objects.get(pk=frozen.pk)
    stored = json.dumps(after.snapshot, ensure_ascii=False)
    assert not [word for word in words if word in stored]
    assert after.sha256 == frozen.sha256 == digests.hash_of(after.snapshot)
    assert erased.parts == digests.redacted(after.snapshot) > 1
    assert erased.pitches == 1
    assert after.snapshot["figures"] == frozen.snapshot["figures"], "no number changes"


def test_decks_of_what_is_left_say_that_something_was_redacted(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch
) -> None:
    erase(workspace, alice, author)
    left = contract.current(Pitch.objects.get(pk=frozen.pk).snapshot)
    for language, word in (
        ("en", "Redacted: the author was erased."),
        ("sv", "Borttaget: avsändaren är raderad."),
    ):
        deck = web.deck(left, language, lambda name: f"#{name}")
        assert word in str(deck)
    assert pptx.render(left, "en")[:2] == b"PK"
    assert pdf.render(left, "sv")[:4] == b"%PDF"


def test_the_evidence_page_says_it(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch, browser_of: BrowserOf
) -> None:
    erase(workspace, alice, author)
    snapshot = Pitch.objects.get(pk=frozen.pk).snapshot
    name = next(one["id"] for one in snapshot["evidence"] if any(map(contract.is_redacted, one["rows"])))
    page = browser_of(alice).get(reverse("pitches:figure", args=[workspace.code, frozen.code, name]))
    assert "Redacted: the author was erased." in page.content.decode()


def test_a_new_version_of_a_pitch_that_lost_an_author_still_opens(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch, browser_of: BrowserOf
) -> None:
    draft = verbs.new_version(frozen, alice)
    erase(workspace, alice, author)
    for page in ("pitch", "changes", "pitch_web"):
        answer = browser_of(alice).get(reverse(f"pitches:{page}", args=[workspace.code, draft.code]))
        assert answer.status_code == 200, page


def test_drafts_lose_what_was_chosen_of_the_author(
    workspace: Workspace, alice: User, author: Author, pitch: Pitch
) -> None:
    mine = Mention.objects.filter(author=author)
    others = Mention.objects.filter(workspace=workspace).exclude(author=author)[:2]
    quotes = (mine[0].pk, *(one.pk for one in others))
    verbs.change_edits(pitch, alice, lambda edits: Edits(quotes=quotes))
    verbs.change_edits(pitch, alice, lambda edits: Edits(quotes=quotes[:1]))
    answers = pitch.actions.filter(kind="answer")
    theirs = answers.filter(mention__author=author).count()
    assert theirs and not answers.filter(mention=None).exists()
    erase(workspace, alice, author)
    pitch.refresh_from_db()
    assert Edits.from_json(pitch.edits).quotes == ()
    assert Edits.from_json(pitch.revisions.all()[0].edits).quotes == quotes[1:], (
        "nor does undoing bring it back"
    )
    assert answers.filter(mention=None).count() == theirs


def test_what_was_to_be_done_keeps_nothing_of_the_author(
    workspace: Workspace, alice: User, author: Author, pitch: Pitch
) -> None:
    """Also what somebody worked on, which stays; and neither log nor checked addresses tell."""
    action = pitch.actions.filter(mention__author=author).first()
    assert action is not None and action.title and action.url
    doing.assign(workspace, alice, action.pk, "Dana", None, None, "Ask her boss first")
    doing.mark(workspace, alice, action.pk, "done")
    page_checks.PageCheck.objects.create(workspace=workspace, url=action.url, host="kaffe.example")
    words = [action.title, *said_of(author)]
    erase(workspace, alice, author)
    action.refresh_from_db()
    assert (action.title, action.url, action.mention) == ("", "", None)
    assert (action.owner, action.note, str(action)) == ("Dana", "Ask her boss first", action.place)
    log = "\n".join(f"{one.object} {one.details}" for one in AuditEntry.objects.all())
    assert "action.done" in {one.verb for one in AuditEntry.objects.all()}
    assert not [word for word in words if word in log]
    assert not page_checks.PageCheck.objects.filter(url__in=words).exists()


def test_nor_does_redoing_bring_a_quote_back(
    workspace: Workspace, alice: User, author: Author, pitch: Pitch
) -> None:
    mine = Mention.objects.filter(author=author)[0].pk
    verbs.change_edits(pitch, alice, lambda edits: Edits(quotes=(mine,)))
    verbs.undo(pitch, pitch.revisions.all()[0].pk)
    erase(workspace, alice, author)
    assert Edits.from_json(pitch.revisions.all()[0].undone).quotes == ()


def test_who_did_it_is_written_down_and_whom_is_not(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch
) -> None:
    erase(workspace, alice, author)
    entry = AuditEntry.objects.get(workspace=workspace, verb="author.erased")
    assert entry.user == alice
    assert entry.details["mentions"] >= 1 and entry.details["pitches"] == 1
    assert author.handle not in f"{entry.object} {entry.details}"
    assert author.handle not in str(list(Suppression.objects.values()))


def test_doing_it_again_changes_nothing(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch
) -> None:
    first = erase(workspace, alice, author)
    stored = Pitch.objects.get(pk=frozen.pk).snapshot
    again = erase(workspace, alice, author)
    assert first.mentions and (again.mentions, again.parts) == (0, 0)
    assert Pitch.objects.get(pk=frozen.pk).snapshot == stored
    assert Suppression.objects.count() == 1


def test_a_pitch_that_was_hashed_whole_loses_the_author_too(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch
) -> None:
    """As Earshot froze before there were parts."""
    old = frozen
    whole = json.loads(json.dumps(digests.mapped(old.snapshot, digests.without_salt)))
    del whole["scheme"]
    hashed = digests.sha256_of(whole)
    as_owner(
        f"UPDATE pitches_pitch SET snapshot = %s, sha256 = %s WHERE id = {old.pk}",
        [json.dumps(whole), hashed],
    )
    words = said_of(author)
    erase(workspace, alice, author)
    after = Pitch.objects.get(pk=old.pk)
    assert not [word for word in words if word in json.dumps(after.snapshot, ensure_ascii=False)]
    assert after.sha256 == hashed
    found = digests.check(after.snapshot, hashed)
    assert found.is_intact and found.partly


def as_owner(sql: str, params: list[Any]) -> None:
    """As somebody who switches the trigger off first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pitches_pitch DISABLE TRIGGER frozen_stays_frozen")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE pitches_pitch ENABLE TRIGGER frozen_stays_frozen")


def test_a_backup_brings_nobody_back(
    workspace: Workspace, alice: User, author: Author, frozen: Pitch
) -> None:
    """Put back is what was before; the wish to be forgotten is carried over to it."""
    words = said_of(author)
    with transaction.atomic():
        erase(workspace, alice, author)
        wishes = forgetting.remembered()
        transaction.set_rollback(True)
    assert Author.objects.filter(pk=author.pk).exists() and not Suppression.objects.exists()
    assert forgetting.forget_again(wishes) == 1
    stored = json.dumps(Pitch.objects.get(pk=frozen.pk).snapshot, ensure_ascii=False)
    assert not [word for word in words if word in stored]
    assert AuditEntry.objects.get(verb="author.erased").by_machine
    assert forgetting.forget_again(wishes) == 0
    assert forgetting.forget_again([(frozen.code, "0" * 64, frozen.frozen_at or frozen.created_at)]) == 0


# The database itself


def rewrite(pitch: Pitch, snapshot: dict[str, Any], **others: Any) -> bool:
    """Whether the database takes this snapshot for the frozen pitch."""
    try:
        with transaction.atomic():
            Pitch.objects.filter(pk=pitch.pk).update(snapshot=snapshot, **others)
    except DatabaseError as refused:
        assert "frozen and does not change" in str(refused)
        return False
    return True


def test_the_database_lets_a_part_go_and_nothing_else(frozen: Pitch) -> None:
    stored = Pitch.objects.get(pk=frozen.pk).snapshot
    some = digests.redact(stored, lambda part: "excerpt" in part)
    assert digests.redacted(some) > 10
    for wrong in (
        stored | {"tool": "Earshot 9"},
        stored | {"figures": {}},
        stored | {"figures": {"redacted": digests.sha256_of(stored["figures"])}},
        stored | {"parts": "0" * 64},
        {key: value for key, value in stored.items() if key != "coverage"},
        some | {"tool": "Earshot 9"},
        some | {"parts": "0" * 64},
        digests.mapped(stored, lambda part: {"redacted": "0" * 64}),
        digests.mapped(stored, lambda part: part | {"title": "Something else"} if "title" in part else part),
        digests.mapped(stored, lambda part: {"redacted": digests.sha256_of(part), "why": "x"}),
    ):
        assert not rewrite(frozen, wrong)
    slide = stored["slides"][1] | {"title": {"redacted": digests.sha256_of(stored["slides"][1]["title"])}}
    assert not rewrite(frozen, stored | {"slides": [stored["slides"][0], slide, *stored["slides"][2:]]})
    assert not rewrite(frozen, stored | {"evidence": stored["evidence"][:-1]})
    assert not rewrite(frozen, some, title="Another title")
    assert not rewrite(frozen, some, sha256="0" * 64)
    assert rewrite(frozen, some)
    assert not rewrite(frozen, stored), "what is gone does not come back"
    assert rewrite(frozen, digests.redact(some, lambda part: True)), "more may go"


def test_the_database_writes_hostile_words_down_as_we_do(frozen: Pitch) -> None:
    said = ['"quoted" \\ / \b\f\n\r\t\x01\x1f\x7f', "å ä ö 🦊 \u2028 \ufeff", "ключ", "", "</script>", "0.10"]
    part = {word: [word, {"z": None, "a": True, "Z": 12, "ö": False}, []] for word in said}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pitches_canonical(%s::jsonb)", [json.dumps(part)])
        assert cursor.fetchone()[0].encode() == digests.canonical(part)


# The page


def test_only_who_manages_may_erase(
    workspace: Workspace, author: Author, bob: User, alice: User, browser_of: BrowserOf
) -> None:
    mention = Mention.objects.filter(author=author)[0]
    shown = reverse("listening:mention", args=[workspace.code, mention.pk])
    page = reverse("pitches:erase_author", args=[workspace.code])
    sent = {"source": author.source, "handle": author.handle, "sure": "on"}
    assert page in browser_of(alice).get(shown).content.decode()
    for role in (Role.VIEWER, Role.EDITOR):
        Membership.objects.filter(user=bob).update(role=role)
        assert page not in browser_of(bob).get(shown).content.decode()
        assert browser_of(bob).post(page, sent).status_code == 403
    assert Author.objects.filter(pk=author.pk).exists()
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    assert browser_of(bob).post(page, sent).status_code == 302
    assert not Author.objects.filter(pk=author.pk).exists()
    answer = browser_of(alice).get(shown).content.decode()
    assert "The author asked to be forgotten" in answer and author.handle not in answer


def test_nobody_is_erased_without_being_sure(
    workspace: Workspace, author: Author, alice: User, browser_of: BrowserOf
) -> None:
    page = reverse("pitches:erase_author", args=[workspace.code])
    browser = browser_of(alice)
    shown = browser.get(page, {"author": author.pk}).content.decode()
    assert author.handle in shown and "cannot be taken back" in shown
    answer = browser.post(page, {"source": author.source, "handle": author.handle})
    assert answer.status_code == 422
    assert Author.objects.filter(pk=author.pk).exists()
    assert browser.get(page, {"author": "9" * 30}).status_code == 404
