"""Runs scans: one task is one page is one transaction. The only place where source, pipeline and store meet.

start -> fetches (rows that are due) -> run_page: take lease -> read (HTTP) -> save and advance (one commit)
      -> due again for the next page, or finished -> the scan is finished when its last fetch is

When the database goes away meanwhile, nothing is written on the row: it falls due again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string

from listening import credentials, door, schedule, store, transactions
from listening.models import Capture, Fetch, Scan, ScanPlan
from listening.net import Busy, Client, Response, SourceError
from listening.net.errors import gettext_noop
from listening.sources import Source
from listening.store import Saved
from listening.types import Page
from teams.models import Workspace

__all__ = ["Again", "Handler", "Saved", "handler_for", "run_page", "running", "start"]

log = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError)  # what is raised when the database is
MOST_FAILURES = 4  # errors in a row before a fetch ends with what it has
LONGEST_COUNTDOWN = 60.0  # seconds a message may wait in a worker; longer waits are left to the tick
LONGEST_WAIT = 15 * 60.0  # seconds; told to wait longer, a fetch leaves the rest to the next scan
CRASHED = gettext_noop(
    "Something unexpected happened while reading this (%(fault)s). What was read before is kept; "
    "the next scan tries again."
)
STOPPED_WORKERS = gettext_noop(
    "Reading this stopped the worker several times, so it was put aside. What was read before is kept."
)


class Handler(Protocol):
    """What one capability does in a scan; listed in settings.FETCH_HANDLERS."""

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        """The fetches it wants in this scan, unsaved."""

    def read(self, fetch: Fetch, source: Source) -> Page[Any]:
        """One page from outside; no transaction is open. May raise SourceError or Busy."""

    def save(self, fetch: Fetch, page: Page[Any]) -> Saved:
        """Stores the page, inside the transaction that advances the fetch. May run twice."""


@dataclass(frozen=True)
class Again:
    """The fetch goes on: send its id with this token after so many seconds."""

    token: str
    seconds: float


@cache
def handler_for(capability: str) -> Handler:
    """The capability's handler. Raises KeyError for a capability nobody handles."""
    handler: Handler = import_string(settings.FETCH_HANDLERS[capability])()
    return handler


def running(workspace: Workspace) -> Scan | None:
    """The scan under way, if any: a workspace runs one at a time."""
    return Scan.objects.filter(workspace=workspace, finished_at__isnull=True).first()


def start(workspace: Workspace, slot: datetime, plan: ScanPlan | None = None) -> Scan:
    """Begins a scan of all that the workspace listens to, or returns the one that runs or has the slot."""
    try:
        with transaction.atomic():
            scan = Scan.objects.create(workspace=workspace, slot=slot, plan=plan)
            fetches = [
                fetch
                for capability in settings.FETCH_HANDLERS
                for fetch in handler_for(capability).plan(scan)
            ]
            for fetch in fetches:
                fetch.due_at = slot
            Fetch.objects.bulk_create(fetches)
            if not fetches:
                scan.finished_at = slot
                scan.save(update_fields=["finished_at"])
            return scan
    except IntegrityError:
        return running(workspace) or Scan.objects.get(workspace=workspace, slot=slot)


def run_page(fetch_id: int, token: str, client: Client | None = None) -> Again | None:
    """Reads and stores one page of a fetch. None when there is nothing more to do for the caller.

    Called twice with one token, the second call does nothing: the token is spent.
    """
    rows = Fetch.objects.select_related("scan__workspace", "version__search", "feed")
    fetch = schedule.take(rows, fetch_id, token, schedule.now())
    if fetch is None:
        return None
    if fetch.attempts > schedule.MOST_ATTEMPTS:
        _end_early(fetch, SourceError(STOPPED_WORKERS, kind="blocked"))
        return None
    answers: list[Response] = []
    handler = handler_for(fetch.capability)
    source: Source | None = None

    def heard(answer: Response) -> None:
        answers.append(answer)
        schedule.renew(fetch, schedule.now())

    try:
        http = (client or door.client()).heard_by(heard)
        source = door.source(fetch.source, fetch.scan.workspace, http, fetch.capability)
        page = handler.read(fetch, source)
    except Busy as busy:
        return _wait(fetch, busy.seconds)
    except SourceError as error:
        credentials.note(source, error)
        return _fail(fetch, error)
    except AWAY:
        raise  # not the page's fault: the lease runs out, and the row is due again
    except Exception as error:
        _crash(fetch, error)
        raise
    credentials.note(source)
    try:
        done, again = transactions.whole(lambda: _commit(copy(fetch), handler, page, answers))
    except (*AWAY, SoftTimeLimitExceeded):  # whoever is this slow in storing waits for others
        raise
    except Exception as error:
        _crash(fetch, error)
        raise
    if done.is_finished and done.new:
        store.refresh_statistics()  # outside the transaction: it would hold its lock to the end
    return again


def _commit(
    fetch: Fetch, handler: Handler, page: Page[Any], answers: list[Response]
) -> tuple[Fetch, Again | None]:
    """Stores the page and moves the fetch on, if the lease is still ours. Inside one transaction."""
    if not schedule.owned(fetch):
        return fetch, None
    now = schedule.now()
    saved = handler.save(fetch, page)
    free = all(getattr(item, "searchable", True) for item in page.items)
    Capture.objects.bulk_create(door.captures(answers, fetch, now, keep_bodies=free))
    fetch.state = Fetch.State.RUNNING
    fetch.started_at = fetch.started_at or now
    fetch.pages += 1
    fetch.inspected += page.inspected
    fetch.found += saved.found
    fetch.new += saved.new
    fetch.cursor = dict(page.next) if page.next is not None else None
    fetch.truncated = fetch.truncated or page.truncated
    fetch.gaps = sorted({*map(tuple, fetch.gaps), *page.gaps})
    fetch.attempts = fetch.failures = 0
    fetch.error, fetch.error_params, fetch.error_kind = "", {}, ""
    again = None
    if page.next is not None:
        again = Again(schedule.hand_on(fetch, now, 0), 0)
    else:
        fetch.covered_from = (
            page.reached if page.reached and (fetch.truncated or not fetch.since) else fetch.since
        )
        fetch.covered_to = None if fetch.truncated and not page.reached else fetch.started_at
        _finish(fetch, Fetch.State.PARTIAL if fetch.truncated or fetch.gaps else Fetch.State.OK, now)
        fetch.last_ok_at = now
    fetch.save()
    _finish_scan(fetch, now)
    return fetch, again


def _wait(fetch: Fetch, seconds: float) -> Again | None:
    """Not an error: the host may not be asked yet."""
    with transaction.atomic():
        if not schedule.owned(fetch):
            return None
        again: Again | None = Again(schedule.hand_on(fetch, schedule.now(), seconds), seconds)
        if seconds > LONGEST_COUNTDOWN:
            schedule.rest(fetch, fetch.due_at)
            again = None
        fetch.attempts = 0
        fetch.save(update_fields=["due_at", "lease_token", "lease_until", "attempts"])
    return again


def _fail(fetch: Fetch, error: SourceError) -> Again | None:
    """Tries again later where that can help; else ends the fetch with what it has, and says why."""
    wait = schedule.back_off(fetch.failures + 1, error.retry_after)
    hopeless = error.kind in ("needs_key", "blocked", "gone")
    if hopeless or fetch.failures + 1 >= MOST_FAILURES or wait > LONGEST_WAIT:
        _end_early(fetch, error)
        return None
    with transaction.atomic():
        if not schedule.owned(fetch):
            return None
        _note(fetch, error)
        fetch.failures += 1
        fetch.attempts = 0
        schedule.hand_on(fetch, schedule.now(), wait)
        schedule.rest(fetch, fetch.due_at)  # a long wait is left to the tick, not to a message
        fetch.save()
    return None


def _crash(fetch: Fetch, error: Exception) -> None:
    log.exception("Fetch %s crashed", fetch)
    _end_early(fetch, SourceError(CRASHED, kind="transient", params={"fault": type(error).__name__}))


def _end_early(fetch: Fetch, error: SourceError) -> None:
    """Ends a fetch that cannot go on. What its earlier pages stored stays; nothing is called zero."""
    with transaction.atomic():
        if not schedule.owned(fetch):
            return
        now = schedule.now()
        _note(fetch, error)
        _finish(fetch, Fetch.State.PARTIAL if fetch.pages else Fetch.State.FAILED, now)
        fetch.save()
        _finish_scan(fetch, now)


def _note(fetch: Fetch, error: SourceError) -> None:
    fetch.error, fetch.error_params, fetch.error_kind = error.message, error.params, error.kind
    fetch.started_at = fetch.started_at or schedule.now()
    fetch.state = Fetch.State.RUNNING


def _finish(fetch: Fetch, state: str, now: datetime) -> None:
    fetch.state, fetch.finished_at, fetch.cursor = state, now, None
    schedule.rest(fetch, None)


def _finish_scan(fetch: Fetch, now: datetime) -> None:
    """Closes the scan when this was its last open fetch. The row lock lets exactly one see that."""
    if not fetch.is_finished:
        return
    scan = Scan.objects.select_for_update().get(pk=fetch.scan_id)
    if not scan.fetches.exclude(state__in=Fetch.FINISHED).exists():
        scan.finished_at = now
        scan.save(update_fields=["finished_at"])
