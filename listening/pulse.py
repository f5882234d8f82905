"""Whether the background work goes on: when the last tick was done, and how long what is due has waited.

The time of the last tick lies in the cache, not in PostgreSQL: it is a sign of life and no truth. Emptied
with Valkey, it comes back with the next tick; and a restored database brings no tick of last week along.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Min
from redis.exceptions import RedisError

from listening import dispatch, schedule
from listening.models import Calendar, Due, Feed, Fetch, ScanPlan

KEY = "last-tick"
LONGEST_PAUSE = timedelta(minutes=5)  # between two ticks
# Of something due. A page takes a minute at most, and the lease of a dead worker little more.
LONGEST_WAIT = timedelta(minutes=10)
STARTED = time.monotonic()  # of this process


@dataclass(frozen=True)
class Pulse:
    """``tick_age`` None: there was no tick since Valkey was emptied. ``queue_age`` zero: nothing waits."""

    tick_age: timedelta | None
    queue_age: timedelta

    @property
    def is_on_time(self) -> bool:
        """Whether ticks come and what is due is done."""
        return ticks_come(self.tick_age) and self.queue_age <= LONGEST_WAIT


def ticked(at: datetime) -> None:
    """Says that a tick was done: beat, Valkey, a worker and PostgreSQL all did their part."""
    with suppress(RedisError):  # gone since the tick was sent: the next one says it
        cache.set(KEY, at, None)


def take() -> Pulse:
    """How it stands now. Raises what the database and the cache raise when they do not answer."""
    at = schedule.now()
    return Pulse(tick_age(at), queue_age(at))


def tick_age(at: datetime) -> timedelta | None:
    """How long ago the last tick was, by the database's clock; None when there was none that we know of."""
    last: datetime | None = cache.get(KEY)
    return None if last is None else max(at - last, timedelta(0))


def ticks_come(age: timedelta | None) -> bool:
    """Whether the last tick was not too long ago; none that we know of is too long."""
    return age is not None and age <= LONGEST_PAUSE


def queue_age(at: datetime) -> timedelta:
    """How long the oldest row that is due has waited. One that is leased counts, too: it keeps its due time
    until its page is stored, and between two leases nobody works on it."""
    oldest = [
        _oldest(Fetch, at),
        _oldest(Feed, at, dispatch.FOLLOWED),
        _oldest(Calendar, at, dispatch.ASKED),
        _oldest(ScanPlan, at, dispatch.PLANNED),
    ]
    return max((at - due for due in oldest if due), default=timedelta(0))


def _oldest(model: type[Due], at: datetime, *among: object) -> datetime | None:
    rows = model._default_manager.filter(*among, due_at__lte=at)
    found: datetime | None = rows.aggregate(oldest=Min("due_at"))["oldest"]
    return found


def has_stopped() -> bool:
    """Whether to tell people that nothing listens any more. Never raises.

    A web server that has just started first gives the others time to do so, too.
    """
    if time.monotonic() - STARTED < LONGEST_PAUSE.total_seconds():
        return False
    try:
        return not ticks_come(tick_age(schedule.now()))
    except RedisError:
        return True
