"""Who asked to be forgotten does not come back: not by the next poll, a thread, a feed or a new wording."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from listening import erasing, forget, queries, store, verify
from listening.dispatch import rematch
from listening.models import Author, Capture, Conversation, Fetch, Match, Mention, Scan, Suppression
from listening.types import Reply
from teams.models import Workspace
from tests.make import hear, make_brand, make_item, make_mention, make_search, make_workspace

pytestmark = pytest.mark.django_db

WHO = "@Nils@forum.example"
SAID = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def workspace() -> Workspace:
    found = make_workspace()
    make_search(found, "fjällvik", make_brand(found))
    return found


def erase(workspace: Workspace, handle: str = WHO) -> forget.Forgotten:
    with transaction.atomic():
        store.lock(workspace)
        return forget.forget(workspace, "mastodon", handle, timezone.now())


def kept(workspace: Workspace) -> str:
    """Every row of the room, as text."""
    rows: list[Any] = []
    for model in apps.get_app_config("listening").get_models():
        rows += [
            {**model_to_dict(one), "words": str(getattr(one, "words", ""))} for one in model.objects.all()
        ]
    return json.dumps(rows, default=str, ensure_ascii=False).lower()


def post(text: str = "I like Fjällvik, says Nils, very much indeed", **fields: Any) -> Any:
    values = {
        "author": WHO,
        "author_url": "https://forum.example/@nils",
        "url": "https://forum.example/@nils/1",
    }
    return make_item(text, **{"external_id": "https://forum.example/users/nils/1", **values, **fields})


def test_words_and_name_go_and_counts_stay(workspace: Workspace) -> None:
    hear(workspace, post(metrics={"likes": 3}), make_item("Fjällvik is fine"))
    before = queries.counts(queries.matched(workspace))
    mention = Mention.objects.get(author__handle=WHO)
    Mention.objects.filter(pk=mention.pk).update(note="Ask Nils", is_starred=True)
    gone = erase(workspace)
    assert gone.mentions == (mention.pk,)
    assert gone.urls == {"https://forum.example/@nils/1", "https://forum.example/@nils"}
    left = Mention.objects.get(pk=mention.pk)
    assert (left.title, left.text, left.note, left.tags, left.author, left.words) == (
        "",
        "",
        "",
        [],
        None,
        None,
    )
    assert (left.published_at, left.site.domain) == (mention.published_at, "forum.example")
    assert left.metrics == {"likes": 3} and left.is_erased and not left.is_starred
    assert "nils" not in kept(workspace)
    after = queries.counts(queries.matched(workspace))
    assert (after.mentions, after.stories, after.conversations) == (
        before.mentions, before.stories, before.conversations,
    )  # fmt: skip
    assert verify.verify(workspace, deep=True).is_sound


def test_the_next_poll_meets_the_row_that_is_left(workspace: Workspace) -> None:
    hear(workspace, post(metrics={"likes": 3}))
    erase(workspace)
    saved = hear(workspace, post(metrics={"likes": 9}, author=WHO.upper()))
    assert (saved.found, saved.new) == (1, 0)
    assert Mention.objects.get().metrics == {"likes": 9}
    assert "nils" not in kept(workspace)


def test_what_they_write_later_is_counted_and_not_kept(workspace: Workspace) -> None:
    erase(workspace)
    saved = hear(
        workspace, post("Fjällvik again, says Nils", external_id="https://forum.example/users/nils/2")
    )
    assert (saved.found, saved.new) == (1, 1)
    assert queries.counts(queries.matched(workspace)).mentions == 1
    assert "nils" not in kept(workspace)
    assert not Author.objects.exists()


def test_upper_and_lower_case_are_one_person_and_two_sources_are_not(workspace: Workspace) -> None:
    hear(workspace, post(author="@NILS@forum.example"))
    hear(workspace, post("Fjällvik on another system"), source="bluesky")
    erase(workspace)
    assert [one.source for one in Author.objects.all()] == ["bluesky"]


def test_another_workspace_keeps_what_it_heard(workspace: Workspace) -> None:
    other = make_workspace(name="Bergby")
    make_search(other, "fjällvik", make_brand(other))
    hear(workspace, post())
    hear(other, post())
    erase(workspace)
    assert Mention.objects.get(workspace=other).author
    assert erasing.key(workspace.code, "mastodon", WHO) != erasing.key(other.code, "mastodon", WHO)


def test_answers_in_their_thread_stay_one_conversation(workspace: Workspace) -> None:
    root = post()
    hear(workspace, root, make_item("I like Fjällvik as well", root_id=root.external_id))
    erase(workspace)
    hear(workspace, make_item("Fjällvik, me too", root_id=root.external_id, replies=None))
    assert Conversation.objects.count() == 1
    assert queries.counts(queries.matched(workspace)).conversations == 1
    assert "nils" not in kept(workspace)


def test_a_thread_is_read_again_without_the_name(workspace: Workspace) -> None:
    mention = make_mention(workspace, "I like Fjällvik", author="@bob@forum.example", replies=2)
    replies = [
        Reply("https://forum.example/users/nils/7", "https://forum.example/@nils/7", WHO, published_at=SAID),
        Reply("8", "https://forum.example/@ida/8", "@ida@forum.example"),
    ]  # fmt: skip
    for _ in range(2):
        store.save_thread(mention.conversation, replies, timezone.now())
        erase(workspace)
        mention.conversation.refresh_from_db()
        found = mention.conversation
        assert [(one["author"], one["at"][:10]) for one in found.replies] == [
            ("", "2026-01-02"),
            ("@ida@forum.example", ""),
        ]
        assert sorted(found.participants) == ["@bob@forum.example", "@ida@forum.example"]
        assert found.state == Conversation.State.READ
    assert "nils" not in kept(workspace)


def test_a_thread_that_they_opened_is_not_asked_for_any_more(workspace: Workspace) -> None:
    hear(workspace, post(replies=4))
    assert Conversation.objects.get().state == Conversation.State.UNREAD
    erase(workspace)
    hear(workspace, post(replies=9))
    left = Conversation.objects.get()
    assert (left.state, left.handle, left.opener, left.url) == (Conversation.State.UNREADABLE, "", "", "")


def test_a_thread_that_was_read_stays_read(workspace: Workspace) -> None:
    hear(workspace, post(replies=0))
    erase(workspace)
    hear(workspace, post(replies=5))
    assert Conversation.objects.get().state == Conversation.State.READ


def test_a_new_wording_does_not_bring_them_back(workspace: Workspace) -> None:
    hear(workspace, post())
    erase(workspace)
    version = make_search(workspace, "indeed", make_brand(workspace, "Another", kind="competitor"))
    rematch(version.pk)
    assert not Match.objects.filter(version=version).exists()


def test_raw_answers_of_that_source_are_emptied_and_keep_their_hash(workspace: Workspace) -> None:
    now = timezone.now()
    scan = Scan.objects.create(workspace=workspace, slot=now)
    for source in ("mastodon", "hackernews"):
        fetch = Fetch.objects.create(scan=scan, source=source, capability="search", pages=1)
        Capture.objects.create(
            fetch=fetch, url="https://forum.example/", status=200, sha256="a" * 64, body=b"nils",
            fetched_at=now, expires_at=now,
        )  # fmt: skip
    assert erase(workspace).answers == 1
    bodies = Capture.objects.values_list("fetch__source", "body", "sha256")
    assert {source: (bytes(body), sha) for source, body, sha in bodies} == {
        "mastodon": (b"", "a" * 64), "hackernews": (b"nils", "a" * 64),
    }  # fmt: skip


def test_an_address_that_others_share_is_not_theirs(workspace: Workspace) -> None:
    home = "https://forum.example/feed"
    hear(workspace, post(url=home), make_item("Fjällvik too", url=home))
    assert home not in erase(workspace).urls


def test_what_was_expected_is_not_lost_when_its_author_is_gone(workspace: Workspace) -> None:
    hear(workspace, post())
    expected = list(verify.remember(workspace))
    erase(workspace)
    assert verify.verify(workspace, expected).is_sound


def test_forgetting_somebody_who_was_never_heard_is_remembered(workspace: Workspace) -> None:
    assert erase(workspace).mentions == ()
    assert erase(workspace).mentions == ()
    assert Suppression.objects.filter(workspace=workspace).count() == 1
