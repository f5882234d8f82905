"""Hands out what is due. Tasks are thin around these; tests call them with a clock of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from listening import calendars, door, feeds, moves, plans, polls, schedule, searches, transactions
from listening import rematch as rematching
from listening import scan as scanning
from listening.models import (
    Calendar,
    Capture,
    Due,
    Feed,
    FeedEntry,
    FeedSubscription,
    Fetch,
    ScanPlan,
    SearchVersion,
)
from listening.net import Busy, Client, SourceError
from listening.sources import get
from listening.sources.calendars import Calendars
from listening.types import FeedAnswer
from teams import sessions

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Due)

PAGES_PER_TICK, FEEDS_PER_TICK, PLANS_PER_TICK, CALENDARS_PER_TICK = 100, 50, 50, 20
MOST_FEEDS_UNDERWAY = 100  # sent to workers and not read yet
# Which plans, feeds and calendars fall due at all: the sample workspace needs no network.
PLANNED = Q(is_on=True, workspace__is_sample=False)
ASKED = Q(workspace__is_sample=False)
FOLLOWED = Q(Exists(FeedSubscription.objects.filter(feed=OuterRef("pk"), workspace__is_sample=False)))


@dataclass(frozen=True)
class Message:
    """What to send: a row's id with the token of its lease, and who waits for it ("now" = a person)."""

    kind: str  # "fetch", "feed", "calendar" or "version"
    pk: int
    token: str = ""
    queue: str = "later"


def due(at: datetime | None = None) -> Iterator[Message]:
    """Starts the scans whose plans are due, then leases everything else that is, for the caller to send."""
    at = at or schedule.now()
    for plan_id, token in schedule.claim(ScanPlan, PLANS_PER_TICK, at, PLANNED):
        try:
            start_plan(plan_id, token, at)
        except Exception:  # one plan that cannot be started must not keep everything else waiting
            log.exception("The scan of plan %s could not be started", plan_id)
    clicked = set(Fetch.objects.filter(due_at__lte=at, scan__plan=None).values_list("pk", flat=True))
    for fetch_id, token in schedule.claim(Fetch, PAGES_PER_TICK, at):
        yield Message("fetch", fetch_id, token, "now" if fetch_id in clicked else "later")
    moves.settle()
    yield from _feeds(at)
    for calendar_id, token in schedule.claim(Calendar, CALENDARS_PER_TICK, at, ASKED):
        yield Message("calendar", calendar_id, token)
    waiting = SearchVersion.objects.filter(searches.asked_for(at), rematched_at=None)
    for version_id in waiting.order_by("pk").values_list("pk", flat=True)[:20]:
        yield Message("version", version_id, queue="now")


def _feeds(at: datetime) -> Iterator[Message]:
    """Feeds that are due: those that somebody just followed first, then the longest due.

    After an absence thousands may be: so many a tick, and no more than workers take off our hands.
    """
    underway = Feed.objects.filter(due_at__lte=at, lease_until__gte=at).count()
    room = min(FEEDS_PER_TICK, MOST_FEEDS_UNDERWAY - underway)
    for queue, among in (("now", Q(polled_at=None)), ("later", Q(polled_at__isnull=False))):
        claimed = schedule.claim(Feed, room, at, FOLLOWED & among) if room > 0 else []
        room -= len(claimed)
        for feed_id, token in claimed:
            yield Message("feed", feed_id, token, queue)


def start_plan(plan_id: int, token: str, at: datetime) -> None:
    """One scan for the slot that fell due, and the next run. Slots missed meanwhile are caught up by one."""
    with transaction.atomic():
        plan = schedule.take(ScanPlan.objects.select_related("workspace"), plan_id, token, at)
        if plan is None or plan.due_at is None:
            return
        scanning.start(plan.workspace, plan.due_at, plan)
        schedule.rest(plan, plans.next_run(plan, max(at, plan.due_at)))
        plan.attempts, plan.last_ok_at = 0, at
        plan.save()


def feed_now(feed_id: int) -> Message | None:
    """Leases one feed that is due, for somebody who waits for it; None when somebody has it already."""
    for pk, token in schedule.claim(Feed, 1, schedule.now(), Q(pk=feed_id)):
        return Message("feed", pk, token, "now")
    return None


def poll_feed(feed_id: int, token: str, client: Client | None = None) -> None:
    """Asks one feed, keeps its entries, and lets every follower hear them. Errors stay on the feed's row."""
    feed = schedule.take(Feed.objects.all(), feed_id, token, schedule.now())
    if feed is None:
        return
    if feed.attempts > schedule.MOST_ATTEMPTS:
        _keep(feed, polls.put_aside)
        return
    try:
        answer = polls.ask(feed, get("feeds")(client or door.client()))
    except Busy as busy:
        seconds = busy.seconds
        _keep(feed, lambda row, now: _wait(row, now, seconds))
    except SourceError as error:
        said = error
        _keep(feed, lambda row, now: polls.keep_error(row, said, now))
    else:
        _keep_and_hear(feed, answer)


def _keep_and_hear(feed: Feed, answer: FeedAnswer) -> None:
    """Keeps the answer and lets every follower hear it.

    The feed stays due and leased until everybody has heard: a worker that dies before leaves it due.
    """
    with transaction.atomic():
        if not schedule.owned(feed):
            return
        feed.refresh_from_db()  # a scan or a move may have written while we asked
        now, due = schedule.now(), feed.due_at
        polls.keep_answer(feed, answer, now)
        following, feed.due_at = feed.due_at, due
        feed.save()
    feeds.hear_everywhere(feed, now)
    with transaction.atomic():
        if schedule.owned(feed):
            schedule.rest(feed, following)
            feed.save(update_fields=["due_at", "lease_token", "lease_until"])


def _keep(row: Row, keep: Callable[[Row, datetime], object]) -> None:
    """Writes what came of it if the lease is still ours, and gives that back."""
    with transaction.atomic():
        if not schedule.owned(row):
            return
        row.refresh_from_db()  # a scan or a move may have written while we asked
        now = schedule.now()
        keep(row, now)
        schedule.rest(row, row.due_at)
        row.save()


def _wait(row: Due, now: datetime, seconds: float) -> None:
    """Not an error: the host may not be asked yet."""
    row.due_at, row.attempts = now + timedelta(seconds=max(seconds, 0.001)), 0


def calendar_now(calendar_id: int) -> Message | None:
    """Leases one calendar that is due, for somebody who waits; None when somebody has it already."""
    for pk, token in schedule.claim(Calendar, 1, schedule.now(), ASKED & Q(pk=calendar_id)):
        return Message("calendar", pk, token, "now")
    return None


def poll_calendar(calendar_id: int, token: str, client: Client | None = None) -> None:
    """Asks one calendar and keeps its coming events. Errors stay on the calendar's row."""
    now = schedule.now()
    calendar = schedule.take(Calendar.objects.select_related("workspace"), calendar_id, token, now)
    if calendar is None:
        return
    if calendar.attempts > schedule.MOST_ATTEMPTS:
        _keep(calendar, calendars.put_aside)
        return
    try:
        answer = calendars.ask(calendar, Calendars(client or door.client(), now=lambda: now), now)
    except Busy as busy:
        seconds = busy.seconds
        _keep(calendar, lambda row, now: _wait(row, now, seconds))
    except SourceError as error:
        said = error
        _keep(calendar, lambda row, now: calendars.keep_error(row, said, now))
    else:
        _keep(calendar, lambda row, now: calendars.keep_answer(row, answer, now))


def rematch(version_id: int) -> None:
    """Holds a new wording against what is stored; a second caller at the same time leaves it to the first."""
    transactions.whole(partial(_rematch, version_id))


def _rematch(version_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [0x4EA3, version_id % 2**31])
        if not cursor.fetchone()[0]:
            return
    version = SearchVersion.objects.filter(pk=version_id, rematched_at=None).first()
    if version is not None:
        rematching.rematch(version)


def tidy(at: datetime) -> None:
    """Lets go of what is kept for a time only: raw answers, feeds' archives, past events, and sessions."""
    Capture.objects.filter(expires_at__lt=at).delete()
    FeedEntry.objects.filter(published_at__lt=at - feeds.KEPT).delete()
    calendars.tidy(at)
    sessions.tidy(at)
