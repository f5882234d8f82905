"""How often a feed is asked, whatever it and its server say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening import rhythm
from listening.rhythm import Rhythm, Told

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING = Told()

moments = st.datetimes(
    datetime(1995, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC), allow_imaginary=False
)
told = st.builds(
    Told,
    st.integers(0, 10**6),
    st.lists(st.integers(0, 23), max_size=24, unique=True).map(tuple),
    st.lists(st.integers(0, 6), max_size=7, unique=True).map(tuple),
)
rhythms = st.lists(moments, max_size=40).map(lambda dates: rhythm.read(dates, NOW))
keys = st.integers(1, 2**62)


@given(rhythms, told, st.none() | st.integers(0, 2**40), keys)
def test_a_feed_that_answers_is_asked_between_30_minutes_and_a_day_and_a_bit(
    found: Rhythm, asked: Told, max_age: int | None, key: int
) -> None:
    minutes = rhythm.interval(found, NOW, asked, max_age)
    assert 30 <= minutes <= 24 * 60
    wait = rhythm.next_poll(key, NOW, minutes, asked) - NOW
    assert timedelta(minutes=30) <= wait <= 1.1 * DAY


@given(rhythms, told, st.none() | st.integers(0, 2**40), keys)
def test_it_is_never_asked_sooner_than_it_asks_for(
    found: Rhythm, asked: Told, max_age: int | None, key: int
) -> None:
    wait = rhythm.next_poll(key, NOW, rhythm.interval(found, NOW, asked, max_age), asked) - NOW
    wanted = max(timedelta(minutes=asked.ttl), timedelta(seconds=max_age or 0))
    assert wait >= min(wanted, DAY) - timedelta(minutes=1)


@given(keys, st.integers(1, 40_000), st.none() | st.floats(-1e6, 1e9))
def test_a_feed_that_fails_is_tried_again_within_a_day_or_when_its_server_said(
    key: int, failures: int, wait: float | None
) -> None:
    left = rhythm.next_try(key, NOW, failures, wait) - NOW
    said = timedelta(seconds=max(wait or 0, 0))
    assert left >= timedelta(minutes=30)
    assert left >= min(said, timedelta(days=7))
    assert left <= max(1.1 * DAY, min(said, timedelta(days=7)))


def test_tries_come_further_apart() -> None:
    waits = [rhythm.next_try(1, NOW, failures, None) - NOW for failures in range(1, 10)]
    assert waits == sorted(waits)
    assert [round(wait / HOUR / 1.0618, 1) for wait in waits] == [0.5, 1, 2, 4, 8, 16, 24, 24, 24]


@pytest.mark.parametrize(
    ("gap", "minutes"),
    [
        (timedelta(minutes=5), 30),
        (4 * HOUR, 60),
        (12 * HOUR, 3 * 60),
        (DAY, 6 * 60),
        (7 * DAY, 24 * 60),
        (30 * DAY, 24 * 60),
    ],
)
def test_a_feed_is_asked_four_times_for_each_entry(gap: timedelta, minutes: int) -> None:
    dates = [NOW - gap * number for number in range(10)]
    assert rhythm.interval(rhythm.read(dates, NOW), NOW, NOTHING, None) == minutes


@pytest.mark.parametrize("dates", [[], [NOW - DAY], [NOW - DAY, NOW - DAY], [NOW - DAY, NOW - 2 * DAY]])
def test_a_feed_with_few_dates_is_asked_every_hour(dates: list[datetime]) -> None:
    assert rhythm.interval(rhythm.read(dates, NOW), NOW, NOTHING, None) == 60


def test_dates_to_come_say_nothing() -> None:
    past = [NOW - number * HOUR for number in range(1, 5)]
    assert rhythm.read([*past, NOW + 400 * DAY], NOW) == rhythm.read(past, NOW)


def test_a_busy_feed_that_falls_silent_is_asked_less_and_less() -> None:
    found = rhythm.read([NOW - number * HOUR for number in range(20)], NOW)
    waits = [rhythm.interval(found, NOW + silence * DAY, NOTHING, None) for silence in (0, 1, 3, 10, 60)]
    assert waits == [30, 36, 108, 360, 1440]


def test_hours_and_days_that_a_feed_excludes_are_left_out() -> None:
    night = Told(skip_hours=(13, 14, 15))
    due = rhythm.next_poll(1, NOW, 60, night)
    assert due.hour == 16 and due - NOW < 5 * HOUR
    weekend = Told(skip_days=(5, 6))
    friday = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    assert rhythm.next_poll(1, friday, 60, weekend) == friday + DAY, "a day at most"
    always = Told(skip_hours=tuple(range(24)))
    assert rhythm.next_poll(1, NOW, 60, always) == NOW + DAY


def test_feeds_do_not_march_in_step() -> None:
    dues = {rhythm.next_poll(key, NOW, 60, NOTHING) for key in range(500)}
    assert len(dues) == 500
    minutes = sorted((due - NOW) / timedelta(minutes=1) for due in dues)
    assert minutes[0] >= 60 and minutes[-1] <= 66
    assert all(later - earlier < 0.1 for earlier, later in zip(minutes, minutes[1:], strict=False))


def test_what_a_feed_asks_for_survives_the_database() -> None:
    asked = Told(90, (1, 2), (6,))
    assert Told.stored(asked.as_data()) == asked
    assert NOTHING.as_data() == {} and Told.stored({}) == NOTHING


@pytest.mark.parametrize(
    ("dates", "silence", "quiet"),
    [
        ([number * HOUR for number in range(20)], 2 * DAY, False),  # a weekend
        ([number * HOUR for number in range(20)], 4 * DAY, True),
        ([number * 7 * DAY for number in range(10)], 27 * DAY, False),
        ([number * 7 * DAY for number in range(10)], 29 * DAY, True),
        # Ten entries on one day of each month: four usual pauses are soon over, two of the longest are not.
        ([month * 30 * DAY + number * HOUR for month in range(3) for number in range(8)], 45 * DAY, False),
        ([month * 30 * DAY + number * HOUR for month in range(3) for number in range(8)], 61 * DAY, True),
        ([timedelta(0)], 80 * DAY, False),  # no rhythm to compare with
        ([timedelta(0)], 91 * DAY, True),
        ([], 900 * DAY, False),  # an empty feed is not quiet, it is empty
    ],
)
def test_a_feed_is_quiet_when_it_is_silent_for_much_longer_than_usual(
    dates: list[timedelta], silence: timedelta, quiet: bool
) -> None:
    found = rhythm.read([NOW - date for date in dates], NOW)
    assert (rhythm.quiet_since(found, NOW + silence) is not None) == quiet
