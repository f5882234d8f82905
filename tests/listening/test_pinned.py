"""A wording that a follow-up measures by is kept up after it was replaced, and disturbs no page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from listening import coverage, dispatch, handlers, queries, searches
from listening.models import Fetch, Match, Scan, SearchVersion
from listening.yardstick import TODAY, Yardstick, by_versions
from teams.models import Workspace
from tests.make import hear, make_brand, make_item, make_mention, make_search, make_user, make_workspace

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SINCE = NOW - timedelta(days=50)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(make_user("Alice"))


@pytest.fixture
def old(workspace: Workspace) -> SearchVersion:
    """ "fjällvik", replaced by "espresso"."""
    version = make_search(workspace, "fjällvik", make_brand(workspace))
    new = searches.save_version(version.search, "espresso")
    SearchVersion.objects.filter(pk=new.pk).update(rematched_at=NOW)
    version.refresh_from_db()
    return version


def planned(workspace: Workspace) -> dict[str, Fetch]:
    """What a scan would ask Hacker News by keyword, by wording."""
    scan = Scan(workspace=workspace, slot=NOW)
    fetches = [one for one in handlers.Keywords().plan(scan) if one.source == "hackernews"]
    return {one.version.text: one for one in fetches if one.version}


def test_a_replaced_wording_is_not_asked_for_unless_it_is_pinned(
    workspace: Workspace, old: SearchVersion
) -> None:
    assert list(planned(workspace)) == ["espresso"]
    searches.pin([old], SINCE, NOW + timedelta(days=9))
    found = planned(workspace)
    assert list(found) == ["fjällvik", "espresso"]
    assert [one.label for one in found.values()] == ["Fjällvik v1", "Fjällvik"]
    searches.unpin([old.pk])
    assert list(planned(workspace)) == ["espresso"]


def test_a_pin_runs_out(workspace: Workspace, old: SearchVersion) -> None:
    searches.pin([old], SINCE, NOW - timedelta(seconds=1))
    assert list(planned(workspace)) == ["espresso"]
    assert [version for version, _ in searches.current(workspace)] == [old.search.versions.get(number=2).pk]


def test_a_pinned_wording_is_read_back_to_where_the_follow_up_begins(
    workspace: Workspace, old: SearchVersion
) -> None:
    searches.pin([old], SINCE, NOW + timedelta(days=9))
    found = planned(workspace)
    assert found["fjällvik"].since == SINCE
    assert found["espresso"].since == NOW - handlers.FIRST_REACH


def test_a_search_that_is_off_is_not_asked_whatever_is_pinned(
    workspace: Workspace, old: SearchVersion
) -> None:
    searches.pin([old], SINCE, NOW + timedelta(days=9))
    old.search.is_on = False
    old.search.save()
    assert planned(workspace) == {}
    assert searches.current(workspace) == []


def test_what_is_heard_meanwhile_is_held_against_it_and_pages_count_todays_only(
    workspace: Workspace, old: SearchVersion
) -> None:
    hear(workspace, make_item("I like Fjällvik a lot"))
    assert Match.objects.count() == 0  # nobody asks for this any more
    searches.pin([old], SINCE, NOW + timedelta(days=9))
    hear(workspace, make_item("Fjällvik is fine"), make_item("espresso at Fjällvik"))
    assert queries.counts(queries.matched(workspace)).mentions == 1
    by_then = queries.matched(workspace, by=by_versions([old.pk]))
    assert queries.counts(by_then).mentions == 2
    assert queries.stories_by_search(workspace, SINCE) == {old.search_id: 1}


def test_pinning_holds_a_replaced_wording_against_what_was_missed(
    workspace: Workspace, old: SearchVersion
) -> None:
    make_mention(workspace, "espresso at Fjällvik")
    assert not old.matches.exists()
    searches.pin([old], SINCE, NOW + timedelta(days=9))
    waiting = [one.pk for one in dispatch.due() if one.kind == "version"]
    assert waiting == [old.pk]
    dispatch.rematch(old.pk)
    assert old.matches.count() == 1
    assert [one for one in dispatch.due() if one.kind == "version"] == []


def test_a_wording_that_is_pinned_when_it_is_replaced_misses_nothing(workspace: Workspace) -> None:
    version = make_search(workspace, "fjällvik", make_brand(workspace))
    searches.pin([version], SINCE, NOW + timedelta(days=9))
    version.refresh_from_db()
    assert version.rematched_at, "today's wording is up to date already"
    searches.save_version(version.search, "espresso")
    make_mention(workspace, "I like Fjällvik a lot")
    assert version.matches.count() == 1
    searches.pin([version], SINCE, NOW + timedelta(days=19))  # a second follow-up
    version.refresh_from_db()
    assert version.rematched_at and version.pinned_until == NOW + timedelta(days=19)


def test_coverage_is_that_of_the_wording(workspace: Workspace, old: SearchVersion) -> None:
    scan = workspace.scans.create(slot=NOW, finished_at=NOW)

    def read(version: SearchVersion, source: str, since: datetime) -> None:
        Fetch.objects.create(
            scan=scan, source=source, capability="search", search=version.search, version=version,
            state="ok", covered_from=since, covered_to=NOW, finished_at=NOW,
        )  # fmt: skip

    read(old.search.versions.get(number=2), "hackernews", SINCE)
    read(old, "reddit", SINCE)

    def asked(by: Yardstick) -> list[str]:
        return [one.source for one in coverage.covered(workspace, [old.search], SINCE, NOW, by)]

    assert asked(TODAY) == ["hackernews"]
    assert asked(by_versions([old.pk])) == ["reddit"]
    assert asked(Yardstick(frozenset([old.pk]), frozenset(["hackernews"]))) == []


def test_a_search_knows_its_wording_by_the_yardstick(workspace: Workspace, old: SearchVersion) -> None:
    def said(by: Yardstick) -> list[str]:
        return [one.current.text for one in by.searches(workspace) if one.current]

    assert said(TODAY) == ["espresso"]
    assert said(by_versions([old.pk])) == ["fjällvik"]
    old.search.is_on = False
    old.search.save()
    assert said(TODAY) == []
    assert said(by_versions([old.pk])) == ["fjällvik"]  # not asked is a gap, not a zero
    assert by_versions([old.pk]).searches(make_workspace(name="Another")) == []
