"""The link of a new invitation, kept from the form that made it to the page that shows it: once, and sealed.

The database holds hashes of tokens only; a session is in the database, too.
"""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from teams.invitations import Issued, open_ones
from teams.models import Invitation, Workspace
from teams.places import origin
from teams.sealing import Unsealable, seal, unseal

KEY = "invitation_link"  # in the session


class Shown(NamedTuple):
    """An open invitation and its link."""

    invitation: Invitation
    url: str


def link(request: HttpRequest, token: str) -> str:
    """The whole address that a token opens."""
    return origin(request) + reverse("teams:invitation", args=[token])


def keep(request: HttpRequest, issued: Issued) -> None:
    """Keeps the link for the next page of its workspace."""
    request.session[KEY] = [issued.invitation.pk, seal(issued.copied)]


def take(request: HttpRequest, workspace: Workspace) -> Shown | None:
    """The link that was kept, if it is one of this workspace; it is not kept any longer."""
    if KEY not in request.session:
        return None
    pk, sealed = request.session[KEY]
    invitation = open_ones(workspace).filter(pk=pk).first()
    if invitation is None:
        return None
    del request.session[KEY]
    try:
        return Shown(invitation, link(request, unseal(sealed)))
    except Unsealable:  # the keys were changed in between
        return None
