"""What we listen to, on one page: every source and every feed, what stopped first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from listening import coverage, door, feed_states, feeds, plans, stops
from listening import sources as listed
from listening.forms import FeedForm
from listening.models import FeedEntry, FeedSubscription, SourceSetting
from listening.views.source import facts
from teams.access import WorkspaceRequest, member
from teams.models import Workspace
from teams.places import onward

FEEDS_PER_PAGE = 50
STOPPED = "stopped"
# The state of a source, by coverage.Health.state: what it is called, and the colour of its badge.
SOURCE_STATES = {
    "off": (gettext_noop("off"), "secondary"),
    "never": (gettext_noop("not asked yet"), "secondary"),
    "ok": (gettext_noop("answers"), "green"),
    "partial": (gettext_noop("answers in part"), "yellow"),
    "failing": (gettext_noop("failing"), "red"),
    "blocked": (gettext_noop("blocked"), "red"),
    "unready": (gettext_noop("not set up"), "secondary"),
}


@dataclass(frozen=True)
class Row:
    """A followed feed on the page; ``entries``: of the last 30 days, None before it was first read."""

    subscription: FeedSubscription
    state: feed_states.State
    entries: int | None = None


@member("read")
def sources(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Every source and feed: state, last success, next run, items, error. Sent to: the banner is put away."""
    if request.method == "POST":
        stops.put_away(
            workspace, request.session, request.POST.get("feeds", ""), request.POST.getlist("source")
        )
        return redirect(onward(request, reverse("listening:sources", args=[workspace.code])))
    rows = _feeds(workspace)
    shown, words = request.GET.get("show", ""), request.GET.get("text", "").strip()
    page = Paginator(list(_filtered(rows, shown, words)), FEEDS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _with_entries(page.object_list)
    context = {
        "rows": _sources(workspace, rows),
        "page": page,
        "tally": [(name, feed_states.NAMES[name], n) for name, n in _tally(rows).items()],
        "stopped": sum(row.state.is_stopped for row in rows),
        "all": len(rows),
        "show": shown,
        "text": words,
        "form": FeedForm(),
    }
    return render(request, "listening/sources.html", context)


def _sources(workspace: Workspace, feeds_followed: list[Row]) -> list[dict[str, Any]]:
    chosen = {one.source: one for one in SourceSetting.objects.filter(workspace=workspace)}
    health, plan = coverage.health(workspace), plans.plan_of(workspace)
    lacking = door.lacking(workspace)
    found: list[dict[str, Any]] = []
    for kind in listed.SOURCES:
        setting = chosen.get(kind.name) or SourceSetting(
            workspace=workspace, source=kind.name, enabled=kind.default
        )
        row: dict[str, Any] = {
            **facts(kind),
            "health": health.get(kind.name),
            "lacks": _(kind.lacks) if kind in lacking else "",
        }
        found.append(row | _condition(kind, setting, row["health"], plan.due_at if plan.is_on else None))
        if kind.name == "feeds":
            found[-1] |= _condition_of_feeds(feeds_followed, found[-1]["state"])
    return sorted(found, key=lambda one: one["state"] not in ("failing", "blocked"))


def _condition(kind: Any, setting: SourceSetting, health: coverage.Health | None, run: Any) -> dict[str, Any]:
    """The state of a source, and when it is asked next; None = not by itself."""
    state = health.state if health else "never"
    if not setting.enabled:
        state = "off"
    elif not door.is_set_up(kind):
        state = "unready"
    words, colour = SOURCE_STATES[state]
    asked = state not in ("off", "unready")
    return {"state": state, "state_label": _(words), "colour": colour, "next_run": run if asked else None}


def _condition_of_feeds(rows: list[Row], state: str) -> dict[str, Any]:
    """Feeds are asked one by one, also between scans: their own rows tell more than the scans' do."""
    if state == "off" or not rows:
        return {}
    read = [row.subscription.feed.last_ok_at for row in rows if row.subscription.feed.last_ok_at]
    due = [row.subscription.feed.due_at for row in rows if row.subscription.feed.due_at]
    stopped = sum(row.state.is_stopped for row in rows)
    if stopped:
        state = "failing" if stopped == len(rows) else "partial"
    elif read:
        state = "ok"
    words, colour = SOURCE_STATES[state]
    return {
        "state": state,
        "state_label": _(words),
        "colour": colour,
        "last_ok_at": max(read, default=None),
        "next_run": min(due, default=None),
        "feeds": len(rows),
        "stopped": stopped,
    }


def _feeds(workspace: Workspace) -> list[Row]:
    """The followed feeds, what stopped first, then by name."""
    now = timezone.now()
    mine = FeedSubscription.objects.filter(workspace=workspace).select_related("feed")
    rows = [Row(one, feed_states.state_of(one.feed, now)) for one in mine.defer("feed__history")]
    return sorted(rows, key=lambda row: (row.state.place, str(row.subscription).casefold()))


def _tally(rows: list[Row]) -> dict[feed_states.Name, int]:
    return feed_states.tally(row.state for row in rows)


def _filtered(rows: list[Row], shown: str, words: str) -> list[Row]:
    """The rows in one state, or stopped, whose name or address holds the words."""
    found = rows
    if shown == STOPPED:
        found = [row for row in found if row.state.is_stopped]
    elif shown:
        found = [row for row in found if row.state.name == shown]
    asked = words.casefold()
    return [
        row
        for row in found
        if asked in str(row.subscription).casefold() or asked in row.subscription.feed.url.casefold()
    ]


def _with_entries(rows: Any) -> list[Row]:
    """The rows of one page with how many entries each feed had in 30 days."""
    since = timezone.now() - feeds.KEPT
    asked = [row.subscription.feed_id for row in rows]
    counted = dict(
        FeedEntry.objects.filter(feed__in=asked, published_at__gte=since)
        .order_by()
        .values_list("feed")
        .annotate(Count("pk"))
    )
    return [
        Row(row.subscription, row.state, counted.get(row.subscription.feed_id, 0))
        if row.subscription.feed.last_ok_at
        else row
        for row in rows
    ]
