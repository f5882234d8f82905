"""What each source let us hear: whether it covered a period, and how it is doing. Zero is not unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Max, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from listening import door, sources
from listening.models import Fetch, Search
from listening.yardstick import TODAY, Yardstick
from teams.models import Workspace


@dataclass(frozen=True)
class Coverage:
    """What one source let us hear of some searches in a period."""

    source: str
    label: str
    state: str  # "ok", "partial", "failed", "none" (never asked) or "off" (see ``off``)
    covered_from: datetime | None
    covered_to: datetime | None
    inspected: int  # records looked at in all fetches of the period; an overlap is looked at again
    truncated: bool
    gaps: tuple[str, ...]
    error: str  # in the reader's language, "" = none
    fetched_at: datetime | None
    error_message: str = ""  # the same as stored: an English template with its parameters
    error_params: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.state == "ok"


class Covering(NamedTuple):
    """All that coverage needs of a fetch: a period holds hundreds, and rows are read faster than models."""

    source: str
    search_id: int | None
    feed_id: int | None
    covered_from: datetime | None
    covered_to: datetime | None
    finished_at: datetime
    inspected: int
    truncated: bool
    gaps: list[list[str]]
    error: str
    error_params: dict[str, Any]


def covered(
    workspace: Workspace,
    searches: Iterable[Search],
    since: datetime,
    until: datetime,
    by: Yardstick = TODAY,
) -> list[Coverage]:
    """Per source and in the order of the list: whether fetches of these searches covered since..until.

    The intervals of all good fetches are joined; a period that ends now counts as covered to the last fetch.
    Every item is held against all searches, so what a brand's tags let us read counts for its keyword search,
    too, and feeds are read for all searches alike. Sources that were never asked are left out.
    """
    about = Q(capability="poll")
    for search in searches:
        about |= Q(search__subject=search.subject, search__brand=search.brand_id)
    asked = Fetch.objects.filter(
        by.rule() | Q(version=None) & by.on(),
        about,
        scan__workspace=workspace,
        finished_at__isnull=False,
        capability__in=("search", "tagged", "poll"),
    )
    by_source: dict[str, list[Covering]] = {}
    rows = asked.filter(finished_at__gte=since).order_by("finished_at").values_list(*Covering._fields)
    for fetch in map(Covering._make, rows):
        by_source.setdefault(fetch.source, []).append(fetch)
    return [_covered(name, by_source[name], since, until) for name in sorted(by_source, key=_place)]


NOT_YET = gettext_noop("It has not been searched yet since credentials were entered; the next scan does it.")
CAPABILITY = {Search.Form.KEYWORD.value: "search", Search.Form.TAG.value: "tagged"}


def off(workspace: Workspace, searches: Iterable[Search], asked: Iterable[str] = ()) -> list[Coverage]:
    """The sources that did not hear these searches, because they lack credentials or only just got them.

    Their state is "off": nothing failed, and nothing is known. Those that were asked all the same, as long as
    there were credentials, are left out.
    """
    if workspace.is_sample:
        return []  # nothing is scanned there
    asked, wanted = set(asked), {CAPABILITY[search.form] for search in searches}
    lacking = door.lacking(workspace)
    said = {kind: kind.lacks if kind in lacking else NOT_YET for kind in door.enabled(workspace)}
    return [
        Coverage(
            source=kind.name,
            label=kind.label,
            state="off",
            covered_from=None,
            covered_to=None,
            inspected=0,
            truncated=False,
            gaps=(),
            error=gettext(message),
            fetched_at=None,
            error_message=message,
        )
        for kind, message in said.items()
        if wanted & set(kind.keyed) and kind.name not in asked
    ]


def _place(name: str) -> tuple[int, str]:
    names = [kind.name for kind in sources.SOURCES]
    return (names.index(name) if name in names else len(names), name)


def _covered(name: str, fetches: Sequence[Covering], since: datetime, until: datetime) -> Coverage:
    latest: dict[tuple[int | None, int | None], Covering] = {}
    spans: dict[tuple[int | None, int | None], list[tuple[datetime, datetime]]] = {}
    for fetch in fetches:
        key = (fetch.search_id, fetch.feed_id)
        latest[key] = fetch
        if fetch.covered_to and fetch.covered_from:
            spans.setdefault(key, []).append((fetch.covered_from, fetch.covered_to))
    joined = [join(spans.get(key, []), since, until) for key in latest]
    whole = [span for span in joined if span]
    begin = max((span[0] for span in whole), default=None)
    end = min((span[1] for span in whole), default=None)
    last = list(latest.values())
    errors = [fetch for fetch in last if fetch.error]
    if not whole:
        state = "failed" if errors else "none"
    elif len(whole) < len(joined) or errors or (begin and begin > since):
        state = "partial"
    else:
        state = "ok"
    return Coverage(
        source=name,
        label=sources.label(name),
        state=state,
        covered_from=begin,
        covered_to=end,
        inspected=sum(fetch.inspected for fetch in fetches),
        truncated=any(fetch.truncated for fetch in last),
        gaps=tuple(sorted({" ".join(gap) for fetch in last for gap in fetch.gaps})),
        error=gettext(errors[-1].error) % errors[-1].error_params if errors else "",
        fetched_at=max((fetch.finished_at for fetch in last), default=None),
        error_message=errors[-1].error if errors else "",
        error_params=errors[-1].error_params if errors else {},
    )


def join(
    spans: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> tuple[datetime, datetime] | None:
    """The unbroken stretch that ends latest, from overlapping spans, cut to since..until, or None."""
    best: tuple[datetime, datetime] | None = None
    for begin, end in sorted(spans, key=lambda span: span[1], reverse=True):
        if best is None:
            best = (begin, end)
        elif end >= best[0]:
            best = (min(begin, best[0]), best[1])
    if best is None or best[1] < since or best[0] > until:
        return None
    return max(best[0], since), min(best[1], until)


@dataclass(frozen=True)
class Health:
    """How a source is doing for a workspace: when it last answered, and what is wrong now.

    ``state``: "ok", "partial" (some parts of the last scan failed), "failing", "blocked" (it refuses us, or
    needs a key). Numbers are None where nothing could be read: that is not zero.
    """

    last_ok_at: datetime | None
    last_items: int | None  # inspected in the newest scan that asked it
    error: str
    state: str = "ok"
    error_kind: str = ""
    failing_since: datetime | None = None  # the first failure after the last success
    items_30d: int | None = None
    error_message: str = ""  # ``error`` as stored: an English template with its parameters
    error_params: dict[str, Any] = field(default_factory=dict)


def health(workspace: Workspace) -> dict[str, Health]:
    """Per source, from its fetches. A source that was never asked is left out."""
    finished = Fetch.objects.filter(scan__workspace=workspace, finished_at__isnull=False).exclude(
        capability__in=("thread", "rank"),
        pages__lte=1,
        inspected=0,  # had nothing to ask, so nothing was answered
    )
    recent = Q(finished_at__gte=timezone.now() - timedelta(days=30), pages__gt=0)
    ever = {
        row["source"]: row
        for row in finished.order_by()
        .values("source")
        .annotate(ok=Max("last_ok_at"), scan=Max("scan"), items=Sum("inspected", filter=recent))
    }
    if not ever:
        return {}
    newest, since = Q(), Q()
    for name, row in ever.items():
        newest |= Q(source=name, scan=row["scan"])
        since |= Q(source=name, **({"finished_at__gt": row["ok"]} if row["ok"] else {}))
    failed = finished.exclude(error="")
    began = dict(failed.filter(since).order_by().values_list("source").annotate(Min("finished_at")))
    last: dict[str, list[Fetch]] = {}
    for fetch in finished.filter(newest).order_by("finished_at").defer("cursor"):
        last.setdefault(fetch.source, []).append(fetch)
    return {name: _health(ever[name], fetches, began.get(name)) for name, fetches in last.items()}


def _health(ever: Mapping[str, Any], fetches: Sequence[Fetch], began: datetime | None) -> Health:
    """From a source's whole past and its fetches in the newest scan."""
    broken = [fetch for fetch in fetches if fetch.error]
    read = [fetch for fetch in fetches if fetch.pages]
    worst = broken[-1] if broken else None
    state = "partial" if any(fetch.state != Fetch.State.OK for fetch in fetches) else "ok"
    if worst and all(fetch.state == Fetch.State.FAILED for fetch in fetches):
        state = "blocked" if worst.error_kind in ("blocked", "needs_key", "gone") else "failing"
    return Health(
        last_ok_at=ever["ok"],
        last_items=sum(fetch.inspected for fetch in read) if read else None,
        error=worst.error_text if worst else "",
        state=state,
        error_kind=worst.error_kind if worst else "",
        failing_since=began if state in ("failing", "blocked") else None,
        items_30d=ever["items"],
        error_message=worst.error if worst else "",
        error_params=worst.error_params if worst else {},
    )
