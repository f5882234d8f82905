"""How often something is published, where a source shows its newest entries only. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from listening.sources.values import moment
from listening.types import Page, Precision, Reading

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


def posting(
    step: Mapping[str, Any], since: datetime, now: datetime, inspected: int, *, cut: bool
) -> Page[Reading]:
    """The readings at the end of a timeline. Where we stopped before 30 days were read, they are estimates.

    ``step``: the cursor, which has counted "posts" and "replies", holds the dates of the "newest" and the
    "oldest" post read, and the "url" of the profile. ``cut``: there was more to read.
    """
    covered = (now - (moment(step["oldest"]) or since)) / PERIOD if cut else 1
    factor = 1 / min(max(covered, 1 / 30), 1)
    precision: Precision = "estimated" if cut else "exact"
    readings = [
        Reading("posts_30d", round(step["posts"] * factor), url=step["url"], precision=precision),
        Reading("replies_30d", round(step["replies"] * factor), url=step["url"], precision=precision),
    ]
    if step["newest"]:
        readings.append(Reading("last_post", None, text=step["newest"], url=step["url"]))
    return Page(items=tuple(readings), inspected=inspected, truncated=cut)
