"""How often something is published, where a source shows its newest entries only. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from listening.types import Precision, Reading

PERIOD = timedelta(days=30)


def recent(dates: Iterable[datetime], now: datetime) -> list[datetime]:
    """Those of the 30 days up to now."""
    return [date for date in dates if now - PERIOD < date <= now]


def stretch(dates: Sequence[datetime], now: datetime, *, more: bool) -> tuple[float, Precision]:
    """By what to multiply a count of 30 days, and how exact the product is.

    ``dates``: of all entries shown. ``more``: there may be older ones that are not shown. When these shown
    cover less than 30 days, a count is extrapolated from the days they do cover, and is "estimated".
    """
    past = [date for date in dates if date <= now]
    within = recent(past, now)
    if not more or len(within) < len(past) or len(within) < 2:
        return 1, "exact"
    return PERIOD / max(now - min(within), timedelta(days=1)), "estimated"


def readings(dates: Sequence[datetime], now: datetime, url: str, *, more: bool) -> tuple[Reading, ...]:
    """The last entry, and how many came in 30 days; nothing where no entry has a date that was."""
    past = [date for date in dates if date <= now]
    if not past:
        return ()
    factor, precision = stretch(dates, now, more=more)
    number = round(len(recent(past, now)) * factor)
    return (
        Reading("last_post", None, text=max(past).isoformat(), url=url),
        Reading("posts_30d", number, url=url, precision=precision),
    )
