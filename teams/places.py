"""Where a workspace's pages begin. The pages belong to higher rooms, so settings name them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

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
