"""Comparing brands, as tables of cases: what is common, shares, presence, growth, who leads."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from competitors import compare
from competitors.compare import Dated, Failure, Read, Standing


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


def read(source: str, first: int, last: int) -> Read:
    return Read(source, day(first), day(last))


COMMON = {
    "two brands read alike": (
        {"us": [read("a", 1, 9)], "them": [read("a", 1, 9)]},
        {"a": (1, 9)},
        [],
    ),
    "the part that was read of both": (
        {"us": [read("a", 1, 7)], "them": [read("a", 3, 9)]},
        {"a": (3, 7)},
        [],
    ),
    "a source that failed for one is left out for both, with the reason": (
        {"us": [read("a", 1, 9)], "them": [Read("a", reason="blocked")]},
        {},
        [("a", ("them",), "blocked")],
    ),
    "a source that was never asked about one": (
        {"us": [read("a", 1, 9), read("b", 1, 9)], "them": [read("a", 1, 9)]},
        {"a": (1, 9)},
        [("b", ("them",), "")],
    ),
    "stretches that do not meet": (
        {"us": [read("a", 1, 3)], "them": [read("a", 5, 9)]},
        {},
        [("a", ("us", "them"), "")],
    ),
    "an empty stretch is not read": (
        {"us": [read("a", 3, 3)], "them": [read("a", 1, 9)]},
        {},
        [("a", ("us",), "")],
    ),
    "one brand alone": ({"us": [read("a", 1, 9)]}, {"a": (1, 9)}, []),
    "nobody": ({}, {}, []),
}


@pytest.mark.parametrize("reads, windows, left_out", COMMON.values(), ids=COMMON)
def test_only_what_was_read_of_all_is_compared(reads, windows, left_out):
    found = compare.common(reads)
    assert found.windows == {source: (day(first), day(last)) for source, (first, last) in windows.items()}
    assert [(one.source, one.brands, one.reason) for one in found.left_out] == left_out


SHARES = {
    "the plain case": ({"us": 30, "them": 10}, [(0.75, 1, False), (0.25, 2, False)], 40),
    "two are tied, the third comes third": (
        {"us": 4, "a": 4, "b": 2},
        [(0.4, 1, True), (0.4, 1, True), (0.2, 3, False)],
        10,
    ),
    "a zero among others is a true zero": ({"us": 0, "them": 5}, [(0.0, 2, False), (1.0, 1, False)], 5),
    "all zero: no voice to share": ({"us": 0, "them": 0}, [(None, None, False)] * 2, 0),
    "one unknown makes the whole unknown": ({"us": 3, "them": None}, [(None, None, False)] * 2, None),
    "one brand has it all": ({"us": 3}, [(1.0, 1, False)], 3),
    "nobody": ({}, [], 0),
}


@pytest.mark.parametrize("counts, shares, total", SHARES.values(), ids=SHARES)
def test_share_of_voice(counts, shares, total):
    found = compare.share_of_voice(counts)
    assert [(one.share, one.rank, one.is_tied) for one in found.shares] == shares
    assert [one.brand for one in found.shares] == list(counts)
    assert found.total == total
    assert found.is_known == bool(total)


def test_known_shares_add_up_to_one():
    found = compare.share_of_voice({"a": 1, "b": 1, "c": 1})
    assert sum(one.share or 0 for one in found.shares) == pytest.approx(1)


def test_a_share_is_found_by_its_brand():
    found = compare.share_of_voice({"us": 1, "them": 3})
    assert found.of("them").share == 0.75
    with pytest.raises(KeyError):
        found.of("nobody")


def reading(metric: str, number: int, value: float | None = 1, **fields: str) -> Dated:
    return Dated(metric, date(2026, 11, number), value, **fields)


FAILED = Failure("%(host)s was silent.", {"host": "a.example"}, date(2026, 11, 9))
CELLS = {
    "a reading is presence": ([reading("followers", 5, 410)], True, None, "yes", 5),
    "the newest of each metric counts": (
        [reading("followers", 5, 410), reading("followers", 7, 415), reading("exists", 5)],
        True,
        None,
        "yes",
        7,
    ),
    "no needs a reading that says so": (
        [reading("exists", 5, 0, url="https://a.example")],
        True,
        None,
        "no",
        5,
    ),
    "gone since": (
        [reading("exists", 5), reading("followers", 5, 9), reading("exists", 8, 0)],
        True,
        None,
        "no",
        8,
    ),
    "back again": ([reading("exists", 5, 0), reading("exists", 8)], True, None, "yes", 8),
    "an old value stays when the latest attempt failed": ([reading("followers", 5)], True, FAILED, "yes", 5),
    "a failure alone is unknown": ([], True, FAILED, "unknown", 9),
    "not read yet": ([], True, None, "unknown", None),
    "no profile is not absence": ([], False, None, "unknown", None),
    "a page of several meanings is no article": (
        [reading("exists", 5), reading("disambiguation", 5)],
        True,
        None,
        "unknown",
        5,
    ),
    "an article that was a page of meanings once": (
        [reading("disambiguation", 5), reading("exists", 5), reading("exists", 8)],
        True,
        None,
        "yes",
        8,
    ),
}


@pytest.mark.parametrize("readings, has_profile, failure, state, on", CELLS.values(), ids=CELLS)
def test_a_cell_says_yes_no_or_unknown(readings, has_profile, failure, state, on):
    found = compare.cell(readings, has_profile=has_profile, failure=failure)
    assert found.state == state
    assert found.on == (date(2026, 11, on) if on else None)
    assert found.failure is failure
    assert bool(found.reason) == (state == "unknown")


def test_numbers_of_a_page_that_is_gone_are_not_shown():
    found = compare.cell([reading("followers", 5, 9), reading("exists", 8, 0, url="https://a.example/gone")])
    assert set(found.readings) == {"exists"}
    assert found.url == "https://a.example/gone"


def test_unknown_cells_tell_apart_why():
    reasons = [
        compare.cell([], has_profile=False).reason,
        compare.cell([]).reason,
        compare.cell([], is_readable=False).reason,
    ]
    assert reasons == [compare.NO_PROFILE, compare.NOT_READ, compare.NOT_READABLE]


def test_only_places_known_of_every_brand_are_compared():
    matrix = {
        "us": {"site": "yes", "wiki": "no", "masto": "unknown"},
        "them": {"site": "yes", "wiki": "yes", "masto": "yes"},
    }
    places = compare.known_places(matrix)
    assert places == ("site", "wiki")
    assert [compare.present(row, places) for row in matrix.values()] == [1, 2]


@pytest.mark.parametrize(
    "series, expected",
    [
        ({}, None),
        ({1: 100.0}, None),
        ({1: 100.0, 3: 150.0}, (50.0, 0.5, 2)),
        ({3: 50.0, 1: 100.0, 2: 999.0}, (-50.0, -0.5, 2)),
        ({1: 0.0, 2: 10.0}, (10.0, None, 1)),
        ({1: 5.0, 2: 5.0}, (0.0, 0.0, 1)),
    ],
)
def test_a_change_needs_two_readings(series, expected):
    found = compare.change({date(2026, 11, number): value for number, value in series.items()})
    assert (found and (found.absolute, found.share, found.days)) == expected


def test_momentum_is_measured_between_the_same_two_days_for_all():
    days = [date(2026, 11, number) for number in (1, 2, 3, 4)]
    found = compare.momentum(
        {
            "us": dict(zip(days, [10.0, 20.0, 30.0, 40.0], strict=True)),
            "them": dict(zip(days[1:3], [100.0, 110.0], strict=True)),
            "new": {days[3]: 5.0},
        }
    )
    assert found["us"] == compare.Change(20.0, 30.0, days[1], days[2])
    assert found["them"] == compare.Change(100.0, 110.0, days[1], days[2])
    assert found["new"] is None, "one reading is no growth, and does not hold back the others"


def test_momentum_without_two_common_days_is_unknown():
    first, second = date(2026, 11, 1), date(2026, 11, 2)
    third, fourth = date(2026, 11, 3), date(2026, 11, 4)
    assert compare.momentum({"us": {first: 1.0, second: 2.0}, "them": {third: 1.0, fourth: 2.0}}) == {
        "us": None,
        "them": None,
    }


@pytest.mark.parametrize(
    "ours, theirs, expected",
    [
        (1, 2, "rival"),
        (2, 1, "us"),
        (1, 1, "even"),
        (None, 1, "unknown"),
        (1, None, "unknown"),
        (0, 0, "even"),
    ],
)
def test_who_is_ahead(ours, theirs, expected):
    assert compare.ahead(ours, theirs) == expected


def test_the_rival_that_leads_on_most_measures_comes_first():
    own = Standing("us", voice=0.2, presence=3, momentum=None)
    found = compare.leads(
        own,
        [
            Standing("slow", voice=0.1, presence=3, momentum=0.5),
            Standing("fast", voice=0.6, presence=4, momentum=0.1),
        ],
    )
    assert [lead.rival for lead in found] == ["fast", "slow"]
    assert found[0].by_measure == {"voice": "rival", "presence": "rival", "momentum": "unknown"}
    assert (found[0].theirs, found[0].ours) == (2, 0)
    assert (found[1].theirs, found[1].ours) == (0, 1)


@pytest.mark.parametrize("text", ["", "a title", "2026-11-01", "2026-11-01T10:00:00", "9" * 50])
def test_only_a_whole_time_in_a_reading_is_a_time(text):
    assert Dated("last_post", date(2026, 11, 1), None, text).moment is None


def test_the_time_in_a_reading():
    assert Dated("last_post", date(2026, 11, 1), None, "2026-11-01T10:00:00+00:00").moment == day(1).replace(
        hour=10
    )
