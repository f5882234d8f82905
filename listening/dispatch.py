"""Hands out what is due. Tasks are thin around these; tests call them with a clock of their own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from listening import door, feeds, plans, schedule, transactions
from listening import rematch as rematching
from listening import scan as scanning
from listening.models import Capture, Feed, FeedEntry, FeedSubscription, Fetch, ScanPlan, SearchVersion
from listening.net import Busy, Client, SourceError
from listening.sources import get

log = logging.getLogger(__name__)

PAGES_PER_TICK, FEEDS_PER_TICK, PLANS_PER_TICK = 100, 50, 50


@dataclass(frozen=True)
class Message:
    """What to send: a row's id with the token of its lease, and who waits for it ("now" = a person)."""

    kind: str  # "fetch", "feed" or "version"
    pk: int
    token: str = ""
    queue: str = "later"


def due(at: datetime | None = None) -> Iterator[Message]:
    """Starts the scans whose plans are due, then leases everything else that is, for the caller to send."""
    at = at or schedule.now()
    for plan_id, token in schedule.claim(
        ScanPlan, PLANS_PER_TICK, at, Q(is_on=True, workspace__is_sample=False)
    ):
        try:
            start_plan(plan_id, token, at)
        except Exception:  # one plan that cannot be started must not keep everything else waiting
            log.exception("The scan of plan %s could not be started", plan_id)
    clicked = set(Fetch.objects.filter(due_at__lte=at, scan__plan=None).values_list("pk", flat=True))
    for fetch_id, token in schedule.claim(Fetch, PAGES_PER_TICK, at):
        yield Message("fetch", fetch_id, token, "now" if fetch_id in clicked else "later")
    followed = Q(Exists(FeedSubscription.objects.filter(feed=OuterRef("pk"), workspace__is_sample=False)))
    for feed_id, token in schedule.claim(Feed, FEEDS_PER_TICK, at, followed):
        yield Message("feed", feed_id, token)
    waiting = SearchVersion.objects.filter(is_current=True, rematched_at=None)
    for version_id in waiting.order_by("pk").values_list("pk", flat=True)[:20]:
        yield Message("version", version_id, queue="now")


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


def poll_feed(feed_id: int, token: str, client: Client | None = None) -> None:
    """Asks one feed, keeps its entries, and lets every follower hear them. Errors stay on the feed's row."""
    feed = schedule.take(Feed.objects.all(), feed_id, token, schedule.now())
    if feed is None:
        return
    try:
        if feed.attempts > schedule.MOST_ATTEMPTS:
            raise SourceError(scanning.STOPPED_WORKERS, kind="blocked")
        source = get("feeds")(client or door.client())
        answer = source.poll(feed.url, feed.etag, feed.last_modified, feed.body_hash)  # type: ignore[attr-defined]  # "feeds" can poll
    except Busy as busy:
        _rest(feed, busy.seconds)
        return
    except SourceError as error:
        feed.failures += 1
        feed.error, feed.error_params, feed.error_kind = error.message, error.params, error.kind
        feed.etag = feed.last_modified = feed.body_hash = ""  # or a broken answer is never fetched again
        _rest(feed, max(schedule.back_off(feed.failures, error.retry_after), feed.interval_minutes * 60.0))
        return
    with transaction.atomic():
        if not schedule.owned(feed):
            return
        now = schedule.now()
        feeds.save_answer(feed, answer, now)
        feed.save()
    # It stays leased until everybody has heard it: a worker that dies before leaves it due.
    feeds.hear_everywhere(feed, now)
    with transaction.atomic():
        if schedule.owned(feed):
            schedule.rest(feed, feeds.next_poll(feed, now))
            feed.save(update_fields=["due_at", "lease_token", "lease_until"])


def _rest(feed: Feed, seconds: float) -> None:
    with transaction.atomic():
        if schedule.owned(feed):
            schedule.rest(feed, schedule.now() + timedelta(seconds=seconds))
            feed.attempts = 0
            feed.save()


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
    """Lets go of what is kept for a time only: raw answers, and the feeds' archives."""
    Capture.objects.filter(expires_at__lt=at).delete()
    FeedEntry.objects.filter(published_at__lt=at - feeds.KEPT).delete()
