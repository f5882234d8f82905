"""The few doors: every view of a workspace goes through ``member``; nothing else decides who may do what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, get_args
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from teams.models import Membership, Role, User, Workspace

Verb = Literal["read", "download", "edit", "scan", "manage", "own"]
ALL_VERBS: tuple[Verb, ...] = get_args(Verb)

VERBS: dict[str, frozenset[Verb]] = {
    Role.VIEWER: frozenset({"read", "download"}),
    Role.EDITOR: frozenset({"read", "download", "edit", "scan"}),
    Role.ADMIN: frozenset({"read", "download", "edit", "scan", "manage"}),
    Role.OWNER: frozenset({"read", "download", "edit", "scan", "manage", "own"}),
}

SAID: dict[Verb, Any] = {
    "read": gettext_lazy("Read everything"),
    "download": gettext_lazy("Download decks"),
    "edit": gettext_lazy("Change brands, searches, sources and pitches"),
    "scan": gettext_lazy("Start scans"),
    "manage": gettext_lazy("Invite people, change roles and settings, read the log"),
    "own": gettext_lazy("Make somebody else owner"),
}


class PersonRequest(HttpRequest):
    """A request of somebody who is logged in: for annotations only."""

    user: User


class WorkspaceRequest(PersonRequest):
    """A request that has passed ``member``: for annotations only."""

    workspace: Workspace
    membership: Membership
    htmx: HtmxDetails


def membership(user: User | AnonymousUser, workspace: Workspace) -> Membership | None:
    """The user's membership of the workspace; None for a stranger, somebody inactive or anonymous."""
    if not user.is_authenticated or not user.is_active:
        return None
    return Membership.objects.filter(workspace=workspace, user=user).first()


def can(user: User | AnonymousUser, verb: Verb, workspace: Workspace) -> bool:
    """Whether the user's role in the workspace allows the verb. Being staff or superuser gives nothing."""
    found = membership(user, workspace)
    return found is not None and verb in VERBS[found.role]


def at_most(role: str, mine: str) -> bool:
    """Whether ``role`` allows nothing that ``mine`` does not: what one may give, change and take away."""
    return VERBS[role] <= VERBS[mine]


def roles_up_to(mine: str) -> list[tuple[str, Any]]:
    """The roles that somebody with this one may give, for a form: (value, label)."""
    return [(value, label) for value, label in Role.choices if at_most(value, mine)]


def workspace(request: HttpRequest, code: UUID, verb: Verb = "read") -> Workspace:
    """The workspace with this code, set on the request too as ``workspace`` and ``membership``.

    Raises Http404 for strangers, so that nobody learns which codes exist, and PermissionDenied with
    a sentence for members whose role lacks the verb.
    """
    user = request.user
    found = (
        Membership.objects.select_related("workspace").filter(workspace__code=code, user=user).first()
        if user.is_authenticated and user.is_active
        else None
    )
    if found is None:
        raise Http404(_("There is no such page, or it belongs to a workspace you are not a member of."))
    if verb not in VERBS[found.role]:
        raise PermissionDenied(
            _("Your role in this workspace is “%(role)s”, which does not allow this. Ask an owner or admin.")
            % {"role": found.get_role_display()}
        )
    request.membership = found  # type: ignore[attr-defined]  # declared on WorkspaceRequest
    request.workspace = found.workspace  # type: ignore[attr-defined]  # declared on WorkspaceRequest
    timezone.activate(found.workspace.zone)  # for this request: PersonMiddleware puts it back
    return found.workspace


def login_redirect(request: HttpRequest) -> HttpResponse:
    """Sends an anonymous visitor to the login page and back here afterwards.

    A fragment (htmx) or a form comes back to the page it belonged to, because neither can be shown alone.
    """
    login_url = resolve_url(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(login_url)
    here = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(here, login_url)


P = ParamSpec("P")


def member(
    verb: Verb = "read",
) -> Callable[
    [Callable[Concatenate[WorkspaceRequest, Workspace, P], HttpResponseBase]], Callable[..., HttpResponseBase]
]:
    """The door of every view under ``/w/<uuid:code>/``: ``@member("edit") def view(request, workspace)``.

    Replaces the URL's ``code`` by the workspace. Anonymous visitors go to the login page; see
    ``workspace`` for strangers and for members without the verb.
    """
    if verb not in ALL_VERBS:
        raise ValueError(f"{verb!r} is not one of {', '.join(ALL_VERBS)}")

    def decorate(
        view: Callable[Concatenate[WorkspaceRequest, Workspace, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(
            request: WorkspaceRequest, code: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return login_redirect(request)
            return view(request, workspace(request, code, verb), *args, **kwargs)

        checked.verb = verb  # type: ignore[attr-defined]  # read by the test that walks every URL
        return checked

    return decorate


def contact() -> str:
    """Whom outside systems may write to about our requests: the first real workspace's contact, or ""."""
    found = Workspace.objects.filter(is_sample=False).exclude(contact="").order_by("pk").first()
    return found.contact if found else ""
