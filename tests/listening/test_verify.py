"""A database broken by hand, one thing at a time: ``verify_mentions`` tells each of them, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from listening import feeds, scan, schedule, searches, verify
from listening.models import (
    Capture,
    Conversation,
    Feed,
    Fetch,
    Match,
    Mention,
    Scan,
    ScanPlan,
    SearchVersion,
    Story,
)
from listening.verify import Expected
from pitches.sample import seed
from teams.models import Workspace
from tests.fakes import FakeSource, install
from tests.make import hear, make_brand, make_item, make_mention, make_search, make_user, make_workspace
from tests.scanning import run

pytestmark = pytest.mark.django_db

TEXT = "I like Fjällvik a lot, more than any other coffee in the north"


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Workspace:
    """Scanned once: three mentions, of which two tell one story."""
    settings.FETCH_HANDLERS = {"search": "listening.handlers.Keywords"}
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    items = [
        make_item(TEXT, external_id="Ab1"),
        make_item(TEXT, external_id="Ab2"),
        make_item("Fjällvik again"),
    ]
    install(monkeypatch, FakeSource(items))
    run(scan.start(workspace, schedule.now()))
    assert Mention.objects.count() == 3 and Story.objects.count() == 2
    return workspace


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def lose_constraint(table: str, kind: str, *columns: str) -> None:
    """Drops the table's unique ("u") or foreign-key ("f") rule on these columns, as a bad restore would."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = %s AND conkey = "
            "ARRAY(SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = ANY(%s) "
            "ORDER BY array_position(%s, attname::text))",
            [table, kind, list(columns), list(columns)],
        )
        [(name,)] = cursor.fetchall()
    execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def copy_of(mention: Mention, **fields: Any) -> Mention:
    """A second row of it, with its match."""
    match = mention.matches.get()
    mention.pk = None
    for name, value in fields.items():
        setattr(mention, name, value)
    mention.save()
    execute("UPDATE listening_mention SET words = '' WHERE id = %s", mention.pk)
    match.pk, match.mention = None, mention
    match.save()
    return mention


def a_mention() -> Mention:
    return Mention.objects.get(external_id="Ab1")


# What can go wrong, one function each; each returns nothing and leaves exactly one thing broken.


def a_mention_is_gone(workspace: Workspace) -> None:
    a_mention().delete()
    Conversation.objects.filter(mentions=None).delete()
    execute(
        "DELETE FROM listening_author a "
        "WHERE NOT EXISTS (SELECT FROM listening_mention WHERE author_id = a.id)"
    )


def one_post_twice_by_case(workspace: Workspace) -> None:
    copy_of(a_mention(), external_id="AB1 ", first_fetch=None)


def one_post_twice_by_unicode(workspace: Workspace) -> None:
    make_mention(workspace, TEXT, external_id="e\N{COMBINING ACUTE ACCENT}")
    copy_of(Mention.objects.get(external_id="e\u0301"), external_id="é", first_fetch=None)


def the_same_id_twice(workspace: Workspace) -> None:
    lose_constraint("listening_mention", "u", "workspace_id", "source", "external_id")
    copy_of(a_mention(), first_fetch=None)


def a_thread_twice(workspace: Workspace) -> None:
    conversation = a_mention().conversation
    conversation.pk, conversation.external_id = None, "ab1"
    conversation.save()
    Mention.objects.filter(external_id="Ab2").update(conversation=conversation)
    Conversation.objects.filter(mentions=None).delete()


def an_author_twice(workspace: Workspace) -> None:
    author = a_mention().author
    assert author
    author.pk, author.handle = None, f"{author.handle} "
    author.save()
    make_mention(workspace)
    newest = Mention.objects.latest("pk")
    old, newest.author = newest.author, author
    newest.save()
    assert old
    old.delete()


def a_story_twice(workspace: Workspace) -> None:
    Mention.objects.filter(external_id="Ab2").update(story=Story.objects.create(workspace=workspace))


def a_mention_too_many(workspace: Workspace) -> None:
    Fetch.objects.update(new=2)


def two_current_wordings(workspace: Workspace) -> None:
    version = SearchVersion.objects.get()
    searches.save_version(version.search, "fjällvik OR bergby")
    execute("DROP INDEX one_current_version_per_search")
    SearchVersion.objects.update(is_current=True, rematched_at=timezone.now())
    for match in Match.objects.all():
        match.pk, match.version = None, SearchVersion.objects.latest("pk")
        match.save()


def an_empty_story(workspace: Workspace) -> None:
    Story.objects.create(workspace=workspace)


def an_empty_conversation(workspace: Workspace) -> None:
    Conversation.objects.create(workspace=workspace, source="mastodon", external_id="nobody")


def an_author_of_nothing(workspace: Workspace) -> None:
    Mention.objects.filter(external_id="Ab1").update(author=None)


def a_story_of_others(workspace: Workspace) -> None:
    Story.objects.filter(mentions__external_id="Ab1").update(workspace=make_workspace(name="Others"))
    Mention.objects.filter(external_id="Ab2").update(
        url_key="x", text_key="", story=Story.objects.create(workspace=workspace)
    )


def a_match_with_a_wrong_date(workspace: Workspace) -> None:
    Match.objects.filter(mention=a_mention()).update(published_at=timezone.now())


def a_mention_nobody_finds(workspace: Workspace) -> None:
    Mention.objects.filter(external_id="Ab1").update(words=None)


def a_mention_without_its_match(workspace: Workspace) -> None:
    Match.objects.filter(mention=a_mention()).delete()


def a_capture_of_nothing(workspace: Workspace) -> None:
    started = Scan.objects.create(workspace=workspace, slot=timezone.now(), finished_at=timezone.now())
    fetch = Fetch.objects.create(
        scan=started, source="mastodon", capability="search", state=Fetch.State.FAILED
    )
    now = timezone.now()
    Capture.objects.create(
        fetch=fetch, url="", status=200, sha256="", body=b"", fetched_at=now, expires_at=now
    )


def a_fetch_left_open(workspace: Workspace) -> None:
    Fetch.objects.update(state=Fetch.State.RUNNING, due_at=timezone.now() + timedelta(hours=1))


def a_fetch_that_never_falls_due(workspace: Workspace) -> None:
    Scan.objects.update(finished_at=None)
    Fetch.objects.create(scan=Scan.objects.get(), source="mastodon", capability="search")


def a_scan_left_open(workspace: Workspace) -> None:
    Scan.objects.update(finished_at=None)


def a_mention_of_no_site(workspace: Workspace) -> None:
    lose_constraint("listening_mention", "f", "site_id")
    execute("UPDATE listening_mention SET site_id = 0 WHERE external_id = 'Ab1'")


BROKEN: list[tuple[Callable[[Workspace], None], str, str]] = [
    (a_mention_is_gone, "lost", "fetched_and_gone"),
    (one_post_twice_by_case, "doubled", "mentions_of_one_post"),
    (one_post_twice_by_unicode, "doubled", "mentions_of_one_post"),
    (the_same_id_twice, "doubled", "mentions_of_one_post mention_by_workspace_source_external_id"),
    (a_thread_twice, "doubled", "conversations_of_one_thread"),
    (an_author_twice, "doubled", "authors_of_one_handle"),
    (a_story_twice, "doubled", "stories_told_twice"),
    (a_mention_too_many, "doubled", "stored_and_not_counted"),
    (two_current_wordings, "doubled", "searchversion_by_search"),
    (an_empty_story, "orphaned", "stories_without_mention"),
    (an_empty_conversation, "orphaned", "conversations_without_mention"),
    (an_author_of_nothing, "orphaned", "authors_without_mention"),
    (a_story_of_others, "orphaned", "mentions_of_two_workspaces"),
    (a_match_with_a_wrong_date, "orphaned", "matches_of_another_mention"),
    (a_mention_nobody_finds, "orphaned", "mentions_without_words"),
    (a_mention_without_its_match, "orphaned", "mentions_without_match"),
    (a_capture_of_nothing, "orphaned", "captures_without_page"),
    (a_fetch_left_open, "orphaned", "fetches_left_open"),
    (a_fetch_that_never_falls_due, "orphaned", "fetches_never_due"),
    (a_scan_left_open, "orphaned", "scans_left_open"),
    (a_mention_of_no_site, "orphaned", "mention_without_site"),
]


def faults(verdict: verify.Verdict) -> list[tuple[str, str, int]]:
    return [(one.kind, one.name, one.count) for one in verdict.findings if one.kind in verify.FAULTS]


def test_what_a_scan_left_is_sound(workspace: Workspace) -> None:
    verdict = verify.verify(deep=True)
    assert verdict.findings == () and verdict.is_sound
    assert verdict.looked_at["mentions"] == 3


@pytest.mark.parametrize(("break_it", "kind", "names"), BROKEN, ids=[one[0].__name__ for one in BROKEN])
def test_what_is_broken_is_told(
    workspace: Workspace, break_it: Callable[[Workspace], None], kind: str, names: str
) -> None:
    break_it(workspace)
    told = faults(verify.verify())
    assert told == [(kind, name, 1) for name in names.split()]
    assert all(one.examples for one in verify.verify().findings)
    assert faults(verify.verify(workspace)) == told, "the same when only this workspace is looked at"


def test_every_rule_has_a_test_that_breaks_it() -> None:
    names = {rule.name for rule in verify.RULES if rule.kind in verify.FAULTS}
    assert names <= {name for _, _, names in BROKEN for name in names.split()}


def test_the_sample_is_sound() -> None:
    seed(make_user())
    verdict = verify.verify(deep=True)
    assert verdict.findings == () and verdict.looked_at["mentions"] > 100


def test_ids_that_differ_in_case_are_two_posts_where_the_posts_differ(workspace: Workspace) -> None:
    hear(workspace, make_item("Fjällvik, quite another thing", external_id="AB1"))
    assert verify.verify(deep=True).is_sound


def test_what_a_removed_brand_had_found_is_no_orphan(workspace: Workspace) -> None:
    workspace.brands.all().delete()
    assert Match.objects.count() == 0
    assert verify.verify(deep=True).is_sound


def test_a_match_that_is_missing_beside_others_is_told_by_a_deep_look(workspace: Workspace) -> None:
    make_search(workspace, "coffee")
    Match.objects.filter(search__brand=None).delete()
    assert Match.objects.count() == 3
    assert verify.verify().is_sound
    assert faults(verify.verify(deep=True)) == [("orphaned", "mentions_without_match", 2)]


def test_what_is_still_to_be_done_is_pending_and_no_fault(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = schedule.now()
    searches.save_version(SearchVersion.objects.get().search, "fjällvik OR bergby")
    feed = feeds.follow(workspace, "https://blog.fjallvik.example/feed.xml").feed
    ScanPlan.objects.create(workspace=workspace, due_at=before)
    started = scan.start(workspace, before)
    verdict = verify.verify()
    assert verdict.is_sound
    assert {one.name: one.count for one in verdict.findings} == {
        "fetches_waiting": 1,
        "feeds_due": 1,
        "plans_due": 1,
        "searches_to_rematch": 1,
        "fetches_not_handed_out": 1,
        "feeds_not_handed_out": 1,
        "plans_not_handed_out": 1,
    }
    assert verdict.count("pending") == 4

    schedule.claim(Fetch, 10, before - timedelta(minutes=10), None)
    started.fetches.update(lease_until=before - timedelta(minutes=10), state=Fetch.State.RUNNING, pages=1)
    Feed.objects.filter(pk=feed.pk).update(due_at=None)
    feed.entries.create(external_id="1", item={}, item_hash="", published_at=before, changed_at=before)
    found = {one.name: one for one in verify.verify().findings}
    assert {"fetches_running", "fetches_let_go", "feeds_to_hear"} <= set(found)
    assert 590 < (found["fetches_let_go"].seconds or 0) < 700
    assert not {"fetches_waiting", "feeds_due", "fetches_not_handed_out"} & set(found)
    assert verify.verify(make_workspace(name="Others")).findings == ()


def test_what_was_expected_and_is_not_there_is_lost(workspace: Workspace) -> None:
    others = make_workspace(name="Others")
    there = Expected("mastodon", ["Ab1", "Ab2"], str(workspace.code), "Fjällvik", "keyword")
    assert verify.verify(expected=[there]).is_sound
    assert verify.verify(workspace, [Expected("mastodon", ["Ab1"])]).is_sound
    for missing, count in (
        (Expected("mastodon", ["Ab1", "Ab7"], str(workspace.code)), 1),
        (Expected("hackernews", ["Ab1"], str(workspace.code)), 1),
        (Expected("mastodon", ["Ab1"], str(workspace.code), "Fjällvik", "tag"), 1),
        (Expected("mastodon", ["Ab1"], str(workspace.code), "", "keyword"), 1),
        (Expected("mastodon", ["Ab1"]), 1),  # Others have none
        (Expected("mastodon", ["Ab1", "Ab2"], str(others.code)), 2),
        (Expected("mastodon", ["Ab1", "Ab2"], "5f0c8a52-0000-4000-8000-000000000000"), 2),
    ):
        assert faults(verify.verify(expected=[missing])) == [("lost", "expected_and_not_there", count)]


# The command


def run_command(*arguments: Any) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_mentions", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_tells_people_and_machines_and_its_exit_code_says_whether_all_is_well(
    workspace: Workspace,
) -> None:
    code, said = run_command()
    assert code == 0
    assert said.startswith("lost 0, doubled 0, orphaned 0, pending 0. 3 mentions looked at in ")
    a_mention_is_gone(workspace)
    code, said = run_command("--workspace", str(workspace.code))
    assert code == 1
    assert said.startswith(
        "lost:       1 mentions that a fetch counted as new and that are not there (such as fetch "
    )
    code, said = run_command("--json", "--deep")
    told = json.loads(said)
    assert code == 1 and (told["lost"], told["doubled"], told["orphaned"], told["pending"]) == (1, 0, 0, 0)
    assert told["findings"][0]["name"] == "fetched_and_gone" and told["looked_at"]["mentions"] == 2


def test_what_is_remembered_can_be_expected(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "there.json"
    assert run_command("--remember", str(file))[0] == 0
    assert run_command("--expected", str(file))[0] == 0
    a_mention_is_gone(workspace)
    Fetch.objects.update(new=2)
    code, said = run_command("--expected", str(file), "--json")
    assert code == 1 and json.loads(said)["findings"][0]["examples"] == ["Ab1"]


def test_a_wrong_file_or_code_is_said_in_one_line(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "there.json"
    file.write_text("[1]")
    with pytest.raises(CommandError, match="does not hold a list"):
        run_command("--expected", str(file))
    with pytest.raises(CommandError, match="There is no workspace"):
        run_command("--workspace", "5f0c8a52-0000-4000-8000-000000000000")
