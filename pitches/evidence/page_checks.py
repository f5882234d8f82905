"""Are the originals still there? Asked before a deck goes out, so that it does not lead to what is gone.

begin -> rows that are due -> one page of each host at a time (``due``, ``check``) -> ``known``, for decks

Only 404 and 410 are "gone". A site that does not answer, refuses, or asks programs to stay away tells
nothing. Exports never wait: they print what is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from listening import door, schedule
from listening.models import Mention
from listening.net import Busy, Client, SourceError
from listening.net.errors import Kind, gettext_noop
from listening.net.robots import Robots
from pitches.decks import contract, originals
from pitches.decks.contract import Page
from pitches.decks.text import web_address
from pitches.drafts.edits import Edits
from pitches.models import PageCheck, Pitch
from teams.models import Workspace

STALE = timedelta(days=1)  # before a deck goes out, whatever is older is asked again
JUST_NOW = timedelta(minutes=5)  # nobody's server is asked again so soon
WAITED_FOR = timedelta(minutes=2)  # what is asked again later than this is said to have given no answer
MOST_TRIES = 3
HOSTS_PER_TICK = 50
GONE = frozenset({404, 410})

ELSEWHERE = gettext_noop("%(host)s leads from this page to its start page.")
NO_ANSWER = gettext_noop("%(host)s answered with error %(status)s.")
STOPPED_WORKERS = gettext_noop("Asking for this page stopped the worker several times.")
State = PageCheck.State


@dataclass(frozen=True)
class Progress:
    """How the checks of a pitch's originals stand. ``on``: when the last of them was asked."""

    total: int
    gone: int
    unknown: int
    waiting: int
    on: datetime | None


# What is asked


def cited(pitch: Pitch) -> list[str]:
    """The originals that a pitch leads to: of a draft those that people chose, which need no measuring."""
    if pitch.snapshot:
        return originals.cited(contract.current(pitch.snapshot))
    chosen = [*pitch.actions.values_list("mention", flat=True), *Edits.from_json(pitch.edits).quotes]
    mentions = Mention.objects.filter(workspace=pitch.workspace, pk__in=[pk for pk in chosen if pk])
    addresses = (web_address(url) for url in mentions.order_by("pk").values_list("url", flat=True))
    return list(dict.fromkeys(filter(None, addresses)))[: originals.MOST_CITED]


def begin(pitch: Pitch, older_than: timedelta = STALE) -> int:
    """Lets every original that was not asked for so long fall due; how many. Nothing is asked of the outside
    here, and nothing ever for a sample."""
    workspace, at = pitch.workspace, schedule.now()
    if workspace.is_sample:
        return 0
    urls = cited(pitch)
    of_pitch = PageCheck.objects.filter(workspace=workspace, url__in=urls)
    there = set(of_pitch.values_list("url", flat=True))
    rows = [
        PageCheck(workspace=workspace, url=url, host=urlsplit(url).hostname or "", due_at=at)
        for url in urls
        if url not in there
    ]
    PageCheck.objects.bulk_create(rows, ignore_conflicts=True)  # somebody else may do the same just now
    idle = Q(due_at=None) & (Q(asked_at=None) | Q(asked_at__lt=at - older_than))
    of_pitch.filter(idle).update(due_at=at, failures=0, attempts=0)
    return of_pitch.filter(due_at__isnull=False).count()


# What came of it


def known(workspace: Workspace, urls: Sequence[str]) -> dict[str, Page]:
    """What is known of those of these addresses that were asked, as a snapshot holds it."""
    asked = PageCheck.objects.filter(workspace=workspace, url__in=urls, asked_at__isnull=False)
    rows = {row.url: row for row in asked}
    return {url: _page(workspace, rows[url]) for url in urls if url in rows}


def _page(workspace: Workspace, row: PageCheck) -> Page:
    at = row.seen_at or row.asked_at
    day = workspace.localtime(at).date().isoformat() if at else None
    return {"state": row.state, "on": day}


def progress(pitch: Pitch) -> Progress:
    """How far the checks of a pitch are; of a sample there are none."""
    if pitch.workspace.is_sample:
        return Progress(0, 0, 0, 0, None)
    urls, soon = cited(pitch), schedule.now() + WAITED_FOR
    rows = list(PageCheck.objects.filter(workspace=pitch.workspace, url__in=urls).defer("error_params"))
    return Progress(
        total=len(urls),
        gone=sum(row.state == State.GONE for row in rows),
        unknown=sum(row.state == State.UNKNOWN and row.asked_at is not None for row in rows),
        waiting=sum(row.due_at is not None and row.due_at < soon for row in rows),
        on=max((row.asked_at for row in rows if row.asked_at), default=None),
    )


# Asking


def due(at: datetime | None = None) -> Iterator[tuple[int, str]]:
    """One page of each host that nobody is asking just now: (id, token) of its lease."""
    at = at or schedule.now()
    waiting = PageCheck.objects.filter(due_at__lte=at)
    asked_now = waiting.filter(lease_until__gte=at).values("host")
    hosts = waiting.exclude(host__in=asked_now).order_by("host").values_list("host", flat=True).distinct()
    for host in hosts[:HOSTS_PER_TICK]:
        yield from schedule.claim(PageCheck, 1, at, Q(host=host))


def check(pk: int, token: str, client: Client | None = None) -> tuple[int, str] | None:
    """Asks for one page and keeps what came of it; the next page of the same host, if one is due."""
    row = schedule.take(PageCheck.objects.all(), pk, token, schedule.now())
    if row is None:
        return None
    wait, error, state = 0.0, None, State.UNKNOWN
    if row.attempts > schedule.MOST_ATTEMPTS:
        error = SourceError(STOPPED_WORKERS, "blocked")
    else:
        try:
            state = look(row.url, client or door.client())
        except Busy as busy:
            wait = max(busy.seconds, 0.001)
        except SourceError as said:
            error = said
    with transaction.atomic():
        if not schedule.owned(row):
            return None
        _keep(row, state, error, wait)
    now = schedule.now()
    return next(iter(schedule.claim(PageCheck, 1, now, Q(host=row.host))), None)


def _keep(row: PageCheck, state: State, error: SourceError | None, wait: float) -> None:
    now = schedule.now()
    row.attempts = 0
    if wait:  # the host may not be asked yet: nothing else changes
        schedule.rest(row, now + timedelta(seconds=wait))
        row.save()
        return
    row.asked_at = now
    if state != State.UNKNOWN:
        row.state, row.seen_at = state, now
    row.failures = row.failures + 1 if error else 0
    row.error, row.error_kind, row.error_params = "", "", {}
    again = None
    if error:
        row.error, row.error_kind, row.error_params = error.message, error.kind, dict(error.params)
        if error.kind in ("transient", "rate_limited") and row.failures < MOST_TRIES:
            again = now + timedelta(seconds=schedule.back_off(row.failures, error.retry_after))
    else:
        row.last_ok_at = now
    schedule.rest(row, again)
    row.save()


def look(url: str, client: Client) -> State:
    """Whether the page is there or gone. Raises SourceError where that cannot be told, and Busy."""
    Robots(client, cache).check(url)
    answer = client.get(url, body=False)
    if answer.status in GONE:
        return State.GONE
    if not 200 <= answer.status < 300:
        kind: Kind = "transient" if answer.status >= 500 or answer.status == 429 else "blocked"
        raise SourceError(NO_ANSWER, kind, params={"host": answer.host, "status": answer.status})
    if _is_start_page(answer.url) and not _is_start_page(url):
        raise SourceError(ELSEWHERE, "blocked", params={"host": answer.host})
    return State.THERE


def _is_start_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
