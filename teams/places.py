"""Where a workspace's pages begin. The pages belong to higher rooms, so settings name them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from teams.models import Workspace


def _url(name: str, workspace: Workspace) -> str:
    try:
        return reverse(name, kwargs={"code": workspace.code})
    except NoReverseMatch:  # an installation without that room still has this list
        return reverse("teams:workspaces")


def home_url(workspace: Workspace) -> str:
    """The page a member sees first: ``settings.WORKSPACE_HOME``."""
    return _url(settings.WORKSPACE_HOME, workspace)


def setup_url(workspace: Workspace) -> str:
    """Where a new, empty workspace is filled: ``settings.WORKSPACE_SETUP``."""
    return _url(settings.WORKSPACE_SETUP, workspace)


def origin(request: HttpRequest) -> str:
    """How links in mails begin: ``settings.SITE_URL``, or else scheme and host of this request."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def onward(request: HttpRequest, otherwise: str) -> str:
    """Where a form asks to go on to, if that is an address of this site; else ``otherwise``, a path.

    A word without a slash is no address: ``redirect`` would take it for the name of a view.
    """
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours and "/" in asked else otherwise
