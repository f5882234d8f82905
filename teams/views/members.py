"""Who is a member: the list, roles, removing, leaving, handing over; and who is invited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.db.models import Exists, F, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teams import invitations, shown_once
from teams import members as verbs
from teams.access import ALL_VERBS, SAID, VERBS, WorkspaceRequest, at_most, member, roles_up_to
from teams.forms import HandOverForm, InviteForm
from teams.models import Invitation, Membership, Role, Workspace


@dataclass(frozen=True)
class Row:
    """A member, and what the reader may do about them."""

    membership: Membership
    is_me: bool
    is_verified: bool
    may_change: bool


@dataclass(frozen=True)
class Waiting:
    """An open invitation: whether it still works, and whether the reader may renew or withdraw it."""

    invitation: Invitation
    is_backed: bool
    may_change: bool


@require_safe
@member("read")
def members(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Everybody who is here, and as what; whoever manages changes it and invites."""
    return members_page(request, workspace)


def members_page(
    request: WorkspaceRequest,
    workspace: Workspace,
    *,
    invite: InviteForm | None = None,
    hand_over: HandOverForm | None = None,
) -> HttpResponse:
    """The page; with a form that was sent and is wrong."""
    mine = request.membership
    manages = "manage" in VERBS[mine.role]
    rows = _rows(workspace, mine)
    context: dict[str, Any] = {
        "rows": rows,
        "roles": roles_up_to(mine.role),
        "verbs": [(SAID[verb], [verb in VERBS[role] for role in Role.values]) for verb in ALL_VERBS],
        "role_labels": Role.labels,
    }
    if manages:
        context |= {
            "invite": invite or InviteForm(mine=mine.role),
            "waiting": _waiting(workspace, mine),
            "shown": shown_once.take(request, workspace),
        }
    if "own" in VERBS[mine.role] and len(rows) > 1:
        context["hand_over"] = hand_over or HandOverForm(mine=mine, auto_id="id_hand_%s")
    is_wrong = bool((invite and invite.errors) or (hand_over and hand_over.errors))
    return render(request, "teams/members.html", context, status=422 if is_wrong else 200)


def _rows(workspace: Workspace, mine: Membership) -> list[Row]:
    verified = EmailAddress.objects.filter(
        user=OuterRef("user"), email=OuterRef("user__email"), verified=True
    )
    found = workspace.memberships.select_related("user").annotate(is_verified=Exists(verified))
    manages = "manage" in VERBS[mine.role]
    return [
        Row(one, one.pk == mine.pk, one.is_verified, manages and at_most(one.role, mine.role))
        for one in found.order_by(F("user__name").asc(), "user__email")
    ]


def _waiting(workspace: Workspace, mine: Membership) -> list[Waiting]:
    return [
        Waiting(one, invitations.is_backed(one), at_most(one.role, mine.role))
        for one in invitations.open_ones(workspace)
    ]


@require_POST
@member("manage")
def change_role(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Gives a member another role."""

    def do() -> None:
        found = verbs.change_role(workspace, request.user, pk, request.POST.get("role", ""))
        told = {"person": found.user, "role": found.get_role_display()}
        messages.success(request, _("%(person)s: the role is now %(role)s.") % told)

    return _done(request, workspace, do)


@require_POST
@member("manage")
def remove(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Ends somebody's membership."""

    def do() -> None:
        found = verbs.remove(workspace, request.user, pk)
        messages.success(request, _("%(person)s is no longer a member.") % {"person": found.user})

    return _done(request, workspace, do)


@require_POST
@member("read")
def leave(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Ends one's own membership."""
    try:
        verbs.leave(workspace, request.user)
    except verbs.LastOwner:
        return _last_owner(request, workspace)
    del request.workspace, request.membership  # it is no place to come back to
    messages.success(request, _("You have left %(workspace)s.") % {"workspace": workspace})
    return redirect("teams:index")


@require_POST
@member("own")
def hand_over(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Makes another member owner, and gives the one who does it the role they keep."""
    form = HandOverForm(request.POST, mine=request.membership, auto_id="id_hand_%s")
    if not form.is_valid():
        return members_page(request, workspace, hand_over=form)

    def do() -> None:
        to, afterwards = form.cleaned_data["to"], form.cleaned_data["afterwards"]
        found = verbs.hand_over(workspace, request.user, to.pk, afterwards)
        told = {"person": found.user, "role": Role(afterwards).label}
        messages.success(request, _("%(person)s is now an owner. Your role: %(role)s.") % told)

    return _done(request, workspace, do)


def _done(request: WorkspaceRequest, workspace: Workspace, do: Callable[[], None]) -> HttpResponse:
    """Does it, then shows the members, with the refusal where it would leave nobody in charge."""
    try:
        do()
    except verbs.LastOwner:
        return _last_owner(request, workspace)
    # Whoever has just removed themselves must not be sent to a page they may no longer see.
    still_here = Membership.objects.filter(workspace=workspace, user=request.user).exists()
    return redirect("teams:members", workspace.code) if still_here else redirect("teams:index")


def _last_owner(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    messages.error(
        request,
        _("Nothing was changed: a workspace needs an owner who can log in. Make somebody else owner first."),
    )
    return redirect("teams:members", workspace.code)
