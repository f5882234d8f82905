"""Inviting, from the members page; and the page that a link opens for whoever is invited."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from teams import invitations, mailing, shown_once
from teams.access import ALL_VERBS, SAID, VERBS, WorkspaceRequest, member, membership
from teams.forms import InviteForm, SignUpForm
from teams.invitations import AddressTaken, AlreadyMember, Found, Gone, Issued, NotYours
from teams.models import Invitation, Membership, Workspace
from teams.places import home_url
from teams.views.members import members_page

# --- Who manages the workspace --------------------------------------------------------------------


@require_POST
@member("manage")
def invite(request: WorkspaceRequest, workspace: Workspace) -> HttpResponseBase:
    """Makes an invitation and shows its link. The answer never tells whether the address has an account."""
    form = InviteForm(request.POST, mine=request.membership.role)
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            make = partial(invitations.invite, workspace, request.user, email, role)
            return _issue(request, workspace, make)
        except AlreadyMember:
            form.add_error("email", _("Somebody with this address is a member already."))
    return members_page(request, workspace, invite=form)


@require_POST
@member("manage")
def renew(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponseBase:
    """Makes a new link; the old one stops working."""
    try:
        return _issue(request, workspace, partial(invitations.renew, workspace, request.user, pk))
    except AlreadyMember:
        messages.warning(request, _("Somebody with this address is a member already."))
        return redirect("teams:members", workspace.code)


@require_POST
@member("manage")
def revoke(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Withdraws an invitation: its link stops working."""
    old = invitations.revoke(workspace, request.user, pk)
    messages.success(request, _("The invitation for %(email)s is withdrawn.") % {"email": old.email})
    return redirect("teams:members", workspace.code)


def _issue(request: WorkspaceRequest, workspace: Workspace, make: Callable[[], Issued]) -> HttpResponseBase:
    """Makes the invitation, keeps its link for the next page, and mails it where there is a mail server."""
    too_many = ratelimit.consume_or_429(request, action="invite")
    if too_many:
        return too_many
    issued = make()
    one, told = issued.invitation, {"email": issued.invitation.email}
    shown_once.keep(request, issued)
    if issued.mailed:
        if mailing.send_invitation(one, shown_once.link(request, issued.mailed)):
            Invitation.objects.filter(pk=one.pk).update(mailed_at=timezone.now())
            messages.success(request, _("A mail with a link is on its way to %(email)s.") % told)
        else:
            messages.warning(
                request,
                _("No mail was sent to %(email)s: the mail server did not take it. Send the link yourself.")
                % told,
            )
    return redirect("teams:members", workspace.code)


# --- Who is invited -------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the link opens: log in, log out, make an account, or accept, as it may be for this visitor.

    Nothing on it depends on whether the invited address has an account.
    """
    try:
        found = invitations.find(token)
    except Gone:
        return _gone(request)
    one = found.invitation
    if membership(request.user, one.workspace):
        return _already(request, one.workspace)
    if not invitations.works(one):
        return _gone(request)
    if request.user.is_authenticated:
        is_theirs = invitations.is_for(one, request.user)
        return _page(request, token, found, {"is_theirs": is_theirs})
    if request.method == "POST":
        return _sign_up(request, token, found)
    form = SignUpForm(email=one.email, initial={"language": translation.get_language()})
    return _page(request, token, found, {"form": form})


def _sign_up(request: HttpRequest, token: str, found: Found) -> HttpResponseBase:
    too_many = ratelimit.consume_or_429(request, action="signup")
    if too_many:
        return too_many
    form = SignUpForm(request.POST, email=found.invitation.email)
    if form.is_valid():
        try:
            made = invitations.sign_up(found, **form.account())
        except Gone:
            return _gone(request)
        except AddressTaken:
            form.add_error(
                None,
                _(
                    "No account was made with this address and password. If you have one already, log in "
                    "with it and you come back here."
                ),
            )
        else:
            _welcome(request, made)
            home = home_url(made.workspace)
            return perform_login(request, made.user, redirect_url=home, signup=True)
    return _page(request, token, found, {"form": form}, status=422)


@never_cache
@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Makes whoever is logged in a member, if the invitation is theirs."""
    if not request.user.is_authenticated:
        return redirect("teams:invitation", token)
    try:
        found = invitations.find(token)
    except Gone:
        return _gone(request)
    workspace = found.invitation.workspace
    if membership(request.user, workspace):
        return _already(request, workspace)
    try:
        made = invitations.accept(found, request.user)
    except NotYours:
        return redirect("teams:invitation", token)  # it says so
    except (Gone, AlreadyMember):
        # Of two clicks the second comes late, but the person is in.
        return _already(request, workspace) if membership(request.user, workspace) else _gone(request)
    _welcome(request, made)
    return redirect(home_url(workspace))


def _page(
    request: HttpRequest, token: str, found: Found, more: dict[str, object], status: int = 200
) -> HttpResponse:
    one = found.invitation
    timezone.activate(one.workspace.zone)  # for this request: PersonMiddleware puts it back
    context = {
        "invitation": one,
        "by_mail": found.by_mail,
        "token": token,
        "may": [SAID[verb] for verb in ALL_VERBS if verb in VERBS[one.role]],
        **more,
    }
    return _quiet(render(request, "teams/invitation.html", context, status=status))


def _gone(request: HttpRequest) -> HttpResponse:
    """One page for a link that is used, withdrawn, too old or was never ours: it tells nothing else."""
    return _quiet(render(request, "teams/invitation_gone.html", status=404))


def _quiet(response: HttpResponse) -> HttpResponse:
    """Its address is a secret: no search engine shall keep it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _already(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    messages.info(request, _("You are a member of %(workspace)s already.") % {"workspace": workspace})
    return redirect(home_url(workspace))


def _welcome(request: HttpRequest, made: Membership) -> None:
    with translation.override(made.user.language):  # the next page speaks it, whatever this one did
        told = {"workspace": made.workspace, "role": made.get_role_display()}
        messages.success(request, _("Welcome to %(workspace)s. Your role here: %(role)s.") % told)
