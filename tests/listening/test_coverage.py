"""Unknown is never zero: what was covered, and what was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening import coverage, searches
from listening.models import Fetch, Scan, Search
from teams.models import Workspace
from tests.make import make_brand, make_search, make_workspace

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def workspace() -> Workspace:
    workspace = make_workspace()
    brand = make_brand(workspace)
    make_search(workspace, "fjällvik", brand)
    make_search(workspace, "tag:fjällvik", brand, form="tag")
    return workspace


def fetched(workspace: Workspace, form: str = "keyword", source: str = "hackernews", **fields: Any) -> Fetch:
    """A finished fetch that covered the thirty days before it ended."""
    search = Search.objects.get(workspace=workspace, form=form)
    end = fields.pop("end", NOW)
    scan = Scan.objects.create(workspace=workspace, slot=end, finished_at=end)
    values = {
        "search": search,
        "version": search.current,
        "capability": "search" if form == "keyword" else "tagged",
        "state": Fetch.State.OK,
        "covered_from": end - 30 * DAY,
        "covered_to": end,
        "finished_at": end,
        "inspected": 10,
    }
    return Fetch.objects.create(scan=scan, source=source, **{**values, **fields})


def covered(workspace: Workspace, form: str = "keyword", days: int = 30) -> dict[str, coverage.Coverage]:
    wanted = Search.objects.filter(workspace=workspace, form=form)
    return {line.source: line for line in coverage.covered(workspace, wanted, NOW - days * DAY, NOW)}


def test_a_source_that_was_never_asked_is_left_out(workspace: Workspace) -> None:
    assert covered(workspace) == {}


def test_a_whole_period_is_ok(workspace: Workspace) -> None:
    fetched(workspace)
    line = covered(workspace)["hackernews"]
    assert (line.state, line.inspected, line.error) == ("ok", 10, "")
    assert (line.covered_from, line.covered_to) == (NOW - 30 * DAY, NOW)


def test_what_tags_let_us_read_counts_for_the_keyword_search_too(workspace: Workspace) -> None:
    fetched(workspace)
    fetched(workspace, form="tag", source="mastodon", end=NOW - timedelta(minutes=1))
    assert set(covered(workspace)) == {"hackernews", "mastodon"}


def test_a_longer_period_than_was_read_is_partial(workspace: Workspace) -> None:
    fetched(workspace)
    assert covered(workspace, days=90)["hackernews"].state == "partial"


def test_overlapping_fetches_join_and_a_hole_cuts(workspace: Workspace) -> None:
    fetched(workspace, end=NOW - 3 * DAY)
    fetched(workspace, end=NOW, covered_from=NOW - 4 * DAY)
    assert covered(workspace)["hackernews"].covered_from == NOW - 30 * DAY
    Fetch.objects.filter(covered_to=NOW).update(covered_from=NOW - 2 * DAY)
    line = covered(workspace)["hackernews"]
    assert (line.state, line.covered_from) == ("partial", NOW - 2 * DAY)


def test_feeds_that_do_not_reach_back_to_the_first_day_are_read_in_part(workspace: Workspace) -> None:
    """What a feed showed before its oldest entry nobody knows."""
    fields: dict[str, Any] = {"source": "feeds", "capability": "poll", "search": None, "version": None}
    fetched(workspace, **fields, covered_from=NOW - 12 * DAY)
    line = covered(workspace)["feeds"]
    assert (line.state, line.covered_from) == ("partial", NOW - 12 * DAY)
    assert covered(workspace, days=12)["feeds"].state == "ok"


def test_a_failure_after_a_success_is_partial_and_says_why(workspace: Workspace) -> None:
    fetched(workspace, end=NOW - DAY)
    fetched(
        workspace,
        state=Fetch.State.FAILED,
        covered_from=None,
        covered_to=None,
        error="%(host)s answered 503.",
        error_params={"host": "hn.example"},
    )
    line = covered(workspace)["hackernews"]
    assert (line.state, line.error, line.covered_to) == ("partial", "hn.example answered 503.", NOW - DAY)


def test_only_failures_cover_nothing(workspace: Workspace) -> None:
    fetched(workspace, state=Fetch.State.FAILED, covered_from=None, covered_to=None, error="Refused.")
    line = covered(workspace)["hackernews"]
    assert (line.state, line.covered_from) == ("failed", None)


def test_what_an_earlier_wording_covered_says_nothing_of_the_new_one(workspace: Workspace) -> None:
    fetched(workspace)
    searches.save_version(Search.objects.get(form="keyword"), "fjällvik NOT jobs")
    assert covered(workspace) == {}


def test_another_workspace_covers_nothing_of_ours(workspace: Workspace) -> None:
    theirs = make_workspace(name="Others")
    make_search(theirs, "fjällvik", make_brand(theirs))
    fetched(theirs)
    assert covered(workspace) == {}


@pytest.mark.parametrize(
    ("spans", "joined"),
    [
        ([], None),
        ([(1, 5)], (1, 5)),
        ([(1, 3), (2, 6)], (1, 6)),
        ([(1, 3), (4, 6)], (4, 6)),
        ([(1, 9), (2, 3)], (1, 9)),
        ([(-5, 2), (1, 20)], (0, 10)),
        ([(-9, -5)], None),
        ([(15, 20)], None),
    ],
)
def test_joining_stretches(spans: list[tuple[int, int]], joined: tuple[int, int] | None) -> None:
    def at(day: int) -> datetime:
        return NOW + day * DAY

    found = coverage.join([(at(begin), at(end)) for begin, end in spans], at(0), at(10))
    assert found == (joined and (at(joined[0]), at(joined[1])))
