"""How often a feed is asked: its own rhythm, what it and its server ask for, and what went wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from listening.types import FeedDocument

SHORTEST, USUAL, LONGEST = 30, 60, 24 * 60  # minutes between two polls
POLLS_PER_ENTRY = 4  # a feed with an entry a day is asked every six hours
FADING = 10  # a feed silent for ten days is asked as if it had an entry a day, whatever it had before
LOOKED_AT, ENOUGH = 20, 3  # entries a rhythm is read from, at most and at least
SPREAD = 0.1  # the part of an interval by which feeds are kept from marching in step
FIRST_RETRY = 30  # minutes; doubled with every further failure
LONGEST_WAIT = timedelta(days=7)  # what a server may ask of us

QUIET_AT_LEAST = timedelta(days=3)  # a weekend is no silence
QUIET_UNKNOWN = timedelta(days=90)  # where the rhythm is not known
QUIET_TIMES, QUIET_LONGEST = 4, 2  # so many usual pauses, and so many of the longest one


@dataclass(frozen=True)
class Rhythm:
    """What the dates of a feed's newest entries tell. Minutes, None where there are too few entries."""

    usual: int | None = None  # between two entries, on average
    longest: int | None = None
    newest: datetime | None = None


@dataclass(frozen=True)
class Told:
    """What a feed's document asks of those who read it."""

    ttl: int = 0  # minutes
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[int, ...] = ()  # 0 = Monday

    @classmethod
    def by(cls, document: FeedDocument) -> Told:
        return cls(document.ttl_minutes or 0, document.skip_hours, document.skip_days)

    @classmethod
    def stored(cls, data: Mapping[str, Any]) -> Told:
        return cls(data.get("ttl", 0), tuple(data.get("skip_hours", ())), tuple(data.get("skip_days", ())))

    def as_data(self) -> dict[str, Any]:
        """For the feed's row; {} where nothing is asked."""
        asked = {"ttl": self.ttl, "skip_hours": [*self.skip_hours], "skip_days": [*self.skip_days]}
        return {name: value for name, value in asked.items() if value}

    def skips(self, at: datetime) -> bool:
        return at.hour in self.skip_hours or at.weekday() in self.skip_days


def read(dates: Iterable[datetime], now: datetime) -> Rhythm:
    """The rhythm of entries with these dates; those to come are left out, and those at one moment are one."""
    newest_first = sorted({date for date in dates if date <= now}, reverse=True)[:LOOKED_AT]
    if not newest_first:
        return Rhythm()
    if len(newest_first) < ENOUGH:
        return Rhythm(newest=newest_first[0])
    gaps = [(later - earlier) / timedelta(minutes=1) for later, earlier in pairwise(newest_first)]
    return Rhythm(max(round(sum(gaps) / len(gaps)), 1), max(round(max(gaps)), 1), newest_first[0])


def interval(rhythm: Rhythm, now: datetime, told: Told, max_age: int | None) -> int:
    """Minutes to the next poll of a feed that answers: by its own rhythm, and never sooner than it asks.

    ``max_age`` is in seconds.
    """
    own: float = USUAL
    if rhythm.usual is not None:
        silent = (now - rhythm.newest) / timedelta(minutes=1) if rhythm.newest else 0.0
        own = max(rhythm.usual, silent / FADING) / POLLS_PER_ENTRY
    wanted = max(own, told.ttl, (max_age or 0) / 60)
    return round(min(max(wanted, SHORTEST), LONGEST))


def next_poll(key: int, now: datetime, minutes: int, told: Told) -> datetime:
    """When a feed that answered falls due: after its interval and a bit, not in hours that it excludes.

    The bit, up to a tenth, comes from ``key``, the feed's id. Exclusions count for a day at most.
    """
    due = now + timedelta(minutes=minutes) * (1 + SPREAD * _share(key))
    latest = max(due, now + timedelta(minutes=LONGEST))
    allowed = due
    while told.skips(allowed) and allowed < latest:
        allowed = allowed.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        allowed += timedelta(minutes=60 * SPREAD * _share(key))
    return min(allowed, latest)


def next_try(key: int, now: datetime, failures: int, wait: float | None) -> datetime:
    """When a feed that failed so often in a row is tried again: 30 min, 1 h, 2 h ... 24 h, and a bit.

    Never sooner than the server said (``wait``, in seconds), of which up to a week is honoured.
    """
    minutes = min(FIRST_RETRY * 2 ** min(max(failures - 1, 0), 10), LONGEST)
    own = timedelta(minutes=minutes) * (1 + SPREAD * _share(key))
    return now + max(own, min(timedelta(seconds=max(wait or 0.0, 0.0)), LONGEST_WAIT))


def patience(rhythm: Rhythm) -> timedelta:
    """How long a silence may last before a feed counts as quiet."""
    if rhythm.usual is None or rhythm.longest is None:
        return QUIET_UNKNOWN
    usual, longest = timedelta(minutes=rhythm.usual), timedelta(minutes=rhythm.longest)
    return max(QUIET_AT_LEAST, usual * QUIET_TIMES, longest * QUIET_LONGEST)


def quiet_since(rhythm: Rhythm, now: datetime) -> datetime | None:
    """The newest entry's date, if the silence since is much longer than the feed's own rhythm."""
    return rhythm.newest if rhythm.newest and now - rhythm.newest > patience(rhythm) else None


def _share(key: int) -> float:
    """0 to 1, the same for the same feed; neighbouring ids lie far apart."""
    return key * 0.618_033_988_749 % 1
