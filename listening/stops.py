"""What stopped, for the banner on every page: one query, whatever the workspace holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Count, F, Max, Q, Value
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from listening import feed_states
from listening.models import FeedSubscription, Fetch, Scan
from listening.sources import SOURCES, label
from teams.models import Workspace

LOOKED_AT, AT_LEAST = 3, 2  # scans: a source that gave nothing in the last ones has stopped
SEEN = "stops_seen"  # session key: workspace code -> what the person has put away


@dataclass(frozen=True)
class Stops:
    """``feeds``: how many, and ``newest``, when the last of them stopped. ``sources``: their names."""

    feeds: int = 0
    newest: datetime | None = None
    sources: tuple[str, ...] = ()

    @property
    def stamp(self) -> str:
        return self.newest.isoformat() if self.newest else ""

    @property
    def labels(self) -> list[str]:
        return [label(name) for name in self.sources]


def stops(workspace: Workspace, now: datetime) -> Stops:
    """The workspace's feeds and sources that stopped; the sample never asks, so nothing of it stops."""
    if workspace.is_sample:
        return Stops()
    feeds = (
        FeedSubscription.objects.filter(feed_states.stopped(now, "feed__"), workspace=workspace)
        .order_by()
        .values(which=Value("feeds"))
        .annotate(many=Count("pk"), at=Max(feed_states.stopped_at("feed__")))
        .values_list("which", "many", "at")
    )
    rows = {name: (many, at) for name, many, at in feeds.union(_sources(workspace), all=True)}
    many, newest = rows.pop("feeds", (0, None))
    # A retired source is nobody's to mend.
    return Stops(many, newest, tuple(kind.name for kind in SOURCES if kind.name in rows))


def _sources(workspace: Workspace) -> Any:
    """Sources of which nothing could be read in the last scans; feeds are counted one by one."""
    finished = Scan.objects.filter(workspace=workspace, finished_at__isnull=False)
    last = finished.order_by("-slot").values("pk")[:LOOKED_AT]
    return (
        Fetch.objects.filter(scan__in=last, finished_at__isnull=False)
        .exclude(source="feeds")
        .exclude(capability="thread", error="")  # it had nothing to ask, so nothing was answered
        .order_by()
        .values(which=F("source"))
        .annotate(
            many=Count("scan", distinct=True),
            at=Max("finished_at"),
            read=Count("pk", filter=~Q(state=Fetch.State.FAILED)),
        )
        .filter(read=0, many__gte=AT_LEAST)
        .values_list("which", "many", "at")
    )


def banner(workspace: Workspace, session: SessionBase) -> Stops | None:
    """What to show this person: nothing as long as nothing more stopped since they put it away.

    A source that works again is forgotten, so that it is told anew when it stops once more.
    """
    found = stops(workspace, timezone.now())
    seen = session.get(SEEN, {}).get(str(workspace.code))
    if seen:
        still = [name for name in seen["sources"] if name in found.sources]
        if still != seen["sources"]:
            _remember(workspace, session, seen["feeds"], still)
    put_away_at = parse_datetime(seen["feeds"]) if seen and seen["feeds"] else None
    news = found.newest is not None and (put_away_at is None or found.newest > put_away_at)
    more = set(found.sources) - set(seen["sources"] if seen else ())
    return found if news or more else None


def put_away(workspace: Workspace, session: SessionBase, stamp: str, sources: Iterable[str]) -> None:
    """The person has seen what stopped until then. Kept with their session, for each workspace."""
    try:
        at = parse_datetime(stamp)
    except ValueError:
        at = None
    known = [kind.name for kind in SOURCES if kind.name in set(sources)]
    _remember(workspace, session, at.isoformat() if at and at.tzinfo else "", known)


def _remember(workspace: Workspace, session: SessionBase, stamp: str, sources: list[str]) -> None:
    session[SEEN] = {**session.get(SEEN, {}), str(workspace.code): {"feeds": stamp, "sources": sources}}
