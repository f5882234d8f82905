"""Calendars of events: followed by a workspace, asked in their turn, their coming dates kept.

ask -> an answer: keep_answer     what is new, changed, cancelled or no longer named; when it is due again
    -> an error:  keep_error      what was wrong, since when, when it is tried again
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from listening import door, rhythm, schedule
from listening.feed_states import FAILING_MATTERS, REFUSED, State
from listening.models import Calendar, Event
from listening.net import Busy, SourceError
from listening.net.errors import gettext_noop
from listening.sources.calendars import Calendars
from listening.types import CalendarAnswer, Occurrence
from teams.models import Workspace

log = logging.getLogger(__name__)

MOST_FOLLOWED = 50  # calendars of one workspace
USUAL, SHORTEST, LONGEST = 12 * 60, 60, 7 * 24 * 60  # minutes between two readings
ANEW = timedelta(days=30)  # the dates of repeated events are worked out again, changed or not
SHOWN_AHEAD = timedelta(days=180)
KEPT = timedelta(days=60)  # an event, after it is over
MISSING_FOR = timedelta(days=7)  # 404, until we stop asking

CRASHED = gettext_noop(
    "Something unexpected happened while reading this calendar (%(fault)s). Earshot will try again later."
)
STOPPED_WORKERS = gettext_noop(
    "Reading this calendar stopped the worker several times. Earshot tries once a day."
)
MISSING = gettext_noop(
    "%(host)s has had nothing at this address for %(days)s days (404). Earshot no longer asks."
)


def address(url: str) -> str:
    """The one spelling of a calendar's address; webcal:// is https://. SourceError for one we never ask."""
    scheme, separator, rest = url.strip().partition("://")
    if not separator:
        url = f"https://{scheme}"
    elif scheme.lower() in ("webcal", "webcals"):
        url = f"https://{rest}"
    return door.client().check_url(url.strip()).partition("#")[0]


def follow(workspace: Workspace, url: str) -> Calendar:
    """The workspace follows the calendar at ``url``, as ``address`` spells it; once only."""
    with transaction.atomic():
        row, is_new = Calendar.objects.get_or_create(workspace=workspace, url=url)
        if is_new and not workspace.is_sample:
            row.due_at = schedule.now()
            row.save(update_fields=["due_at"])
    return row


def try_again(calendar: Calendar) -> bool:
    """The calendar is due now, also when it was given up; False when its server asked us to wait."""
    now = schedule.now()
    with transaction.atomic():
        row = Calendar.objects.select_for_update().get(pk=calendar.pk)
        if row.wait_until is not None and row.wait_until > now:
            return False
        row.due_at = now
        row.save(update_fields=["due_at"])
    return True


def ask(calendar: Calendar, source: Calendars, now: datetime) -> CalendarAnswer:
    """Asks the calendar. Raises SourceError, also for what nobody expected, or Busy."""
    known = (calendar.etag, calendar.last_modified, calendar.body_hash)
    if calendar.read_at is None or now - calendar.read_at > ANEW:
        known = ("", "", "")
    try:
        return source.read(calendar.url, calendar.workspace.zone, *known)
    except (SourceError, Busy):
        raise
    except Exception as error:
        log.exception("Calendar %s crashed", calendar.pk)
        raise SourceError(CRASHED, params={"fault": type(error).__name__}) from error


def keep_answer(calendar: Calendar, answer: CalendarAnswer, now: datetime) -> None:
    """Keeps what was read and sets the next turn, inside the caller's transaction, which saves the row."""
    calendar.etag, calendar.last_modified = answer.etag, answer.last_modified
    calendar.body_hash = answer.body_hash or calendar.body_hash
    if document := answer.document:
        calendar.title = document.title or calendar.title
        calendar.unread, calendar.is_cut, calendar.read_at = document.unread, document.is_cut, now
        calendar.interval_minutes = min(max(document.refresh_minutes or USUAL, SHORTEST), LONGEST)
        _keep_events(calendar, document.events, now, document.is_cut)
    calendar.due_at = rhythm.next_poll(calendar.pk, now, calendar.interval_minutes, rhythm.Told())
    calendar.polled_at = calendar.last_ok_at = now
    calendar.failures = calendar.attempts = 0
    calendar.error, calendar.error_params, calendar.error_kind = "", {}, ""
    calendar.failing_since = calendar.wait_until = None


def _keep_events(calendar: Calendar, found: Iterable[Occurrence], now: datetime, is_cut: bool) -> None:
    rows = [
        Event(
            calendar=calendar,
            key=one.key,
            title=one.title,
            place=one.place,
            url=one.url,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            first_day=one.first_day,
            last_day=one.last_day,
            zone_known=one.zone_known,
            is_cancelled=one.is_cancelled,
        )
        for one in found
    ]
    told = ["title", "place", "url", "starts_at", "ends_at", "first_day", "last_day", "zone_known"]
    Event.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["calendar", "key"],
        update_fields=[*told, "is_cancelled", "gone_at"],
    )
    # What we do not keep of a large calendar may still be in it: nothing is gone behind the last one kept.
    announced = calendar.events.filter(starts_at__gt=now, gone_at=None)
    missing = announced.exclude(key__in=[one.key for one in rows])
    if is_cut:
        missing = missing.filter(starts_at__lt=max((one.starts_at for one in rows), default=now))
    missing.update(gone_at=now)


def keep_error(calendar: Calendar, error: SourceError, now: datetime) -> None:
    """Keeps what went wrong and sets the next try, or stops asking; inside the caller's transaction."""
    message, kind, params = error.message, error.kind, dict(error.params)
    calendar.failing_since = calendar.failing_since or now
    failing_for = now - calendar.failing_since
    if params.get("status") == 404 and failing_for >= MISSING_FOR:
        message, kind, params = MISSING, "gone", {**params, "days": failing_for.days}
    calendar.error, calendar.error_kind, calendar.error_params = message, kind, params
    calendar.failures += 1
    calendar.attempts = 0
    calendar.polled_at = now
    calendar.wait_until = now + timedelta(seconds=error.retry_after) if error.retry_after else None
    calendar.etag = calendar.last_modified = calendar.body_hash = ""
    calendar.due_at = None
    if kind != "gone":
        calendar.due_at = rhythm.next_try(calendar.pk, now, calendar.failures, error.retry_after)


def put_aside(calendar: Calendar, now: datetime) -> None:
    """A calendar that stopped its worker again and again gets one try a day."""
    keep_error(calendar, SourceError(STOPPED_WORKERS), now)
    calendar.attempts = schedule.MOST_ATTEMPTS - 1  # the next time, once is enough
    calendar.due_at = now + timedelta(days=1)


def state_of(calendar: Calendar, now: datetime) -> State:
    """How a calendar is doing, in the words of feeds."""
    since = calendar.failing_since
    if calendar.error:
        if calendar.error_kind == "gone" or calendar.error_kind in REFUSED:
            return State("gone" if calendar.error_kind == "gone" else "blocked", since, since)
        matters = since + FAILING_MATTERS if since else None
        return State("failing", since, matters if matters and matters <= now else None)
    return State("fresh", calendar.last_ok_at) if calendar.last_ok_at else State("new")


def coming(workspace: Workspace, now: datetime) -> QuerySet[Event]:
    """The events of followed calendars that are not over, the next first; cancelled ones, too."""
    return (
        Event.objects.filter(calendar__workspace=workspace, starts_at__lte=now + SHOWN_AHEAD)
        .filter(Q(ends_at__gte=now) | Q(ends_at=None, starts_at__gte=now))
        .select_related("calendar__workspace")
        .order_by("starts_at", "pk")
    )


def tidy(now: datetime) -> None:
    """Lets go of events that have been over for a while, and of those that calendars took back."""
    Event.objects.filter(starts_at__lt=now - KEPT).filter(
        Q(ends_at=None) | Q(ends_at__lt=now - KEPT)
    ).delete()
