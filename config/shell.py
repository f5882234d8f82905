"""What every page shows around its content: navigation, workspaces to switch to, banners.

The rooms know nothing of each other's pages; which entries there are is said once, in ``settings``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from listening import pulse, stops
from teams.access import ALL_VERBS, VERBS, Verb
from teams.models import Membership, Workspace
from teams.places import home_url


class Entry(NamedTuple):
    """One entry of ``settings.NAVIGATION``: the URL name takes the workspace's code and nothing else."""

    url_name: str
    label: Any  # str, or lazily translated
    icon: str
    verb: Verb = "read"  # who lacks it does not see the entry


@dataclass(frozen=True)
class Link:
    """One navigation entry, ready to show."""

    url: str
    label: Any
    icon: str
    current: bool


def links(entries: Iterable[tuple[Any, ...]], workspace: Workspace, role: str, path: str = "") -> list[Link]:
    """The entries this role may open; a URL name that no room has registered is left out.

    The current one is the deepest whose address ``path`` lies at or below; home, the root of all the
    others, is current only on itself.
    """
    found: list[tuple[str, Entry]] = []
    for entry in (Entry(*values) for values in entries):
        if entry.verb in VERBS[role]:
            try:
                found.append((reverse(entry.url_name, kwargs={"code": workspace.code}), entry))
            except NoReverseMatch:
                continue
    home = home_url(workspace)
    above = [url for url, _ in found if path == url or (url != home and path.startswith(url))]
    current = max(above, key=len, default=None)
    return [Link(url, entry.label, entry.icon, url == current) for url, entry in found]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for every page; on a workspace's pages ``can.edit`` and the like are there, too."""
    membership: Membership | None = getattr(request, "membership", None)
    context: dict[str, Any] = {
        "replaying": bool(settings.OUTBOUND_REPLAY_URL),
        "languages": settings.LANGUAGES,
        "my_workspaces": SimpleLazyObject(lambda: my_workspaces(request)),
        # A page that also opens beside another one extends this instead of "base.html".
        "page_or_panel": "panel.html" if in_panel(request) else "base.html",
    }
    if membership is not None:
        workspace: Workspace = request.workspace  # type: ignore[attr-defined]  # set with membership, by access
        context |= {
            "work_has_stopped": SimpleLazyObject(pulse.has_stopped),
            "workspace": workspace,
            "home_url": home_url(workspace),
            # Asked only by pages that show the banner, not by fragments.
            "stops": SimpleLazyObject(lambda: stops.banner(workspace, request.session)),
            "can": {verb: verb in VERBS[membership.role] for verb in ALL_VERBS},
            "navigation": links(settings.NAVIGATION, workspace, membership.role, request.path),
            "navigation_more": links(settings.NAVIGATION_MORE, workspace, membership.role, request.path),
        }
    return context


def in_panel(request: HttpRequest) -> bool:
    """Whether the answer goes into the side panel of a page that is already open."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and htmx.target == "panel-body"


def my_workspaces(request: HttpRequest) -> list[dict[str, Any]]:
    """Where the signed-in person can go: ``[{"workspace": ..., "url": ...}]``."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [{"workspace": each, "url": home_url(each)} for each in Workspace.objects.filter(members=user)]
