"""Which workspaces there are, a workspace's settings, and the sample workspace."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teams import access, welcome
from teams.forms import NewWorkspaceForm, WorkspaceForm
from teams.models import Role, Workspace, record
from teams.places import home_url, setup_url


@login_required
@require_safe
def workspaces(request: access.PersonRequest) -> HttpResponse:
    """Every workspace the person is a member of."""
    memberships = request.user.memberships.select_related("workspace").order_by("workspace__name")
    rows = [{"membership": each, "url": home_url(each.workspace)} for each in memberships]
    return render(
        request,
        "teams/workspaces.html",
        {
            "rows": rows,
            "may_found": welcome.may_found(request.user),
            "may_have_sample": welcome.may_have_sample(request.user),
        },
    )


@login_required
def new_workspace(request: access.PersonRequest) -> HttpResponse:
    """A further workspace, owned by whoever makes it; then on to its set-up."""
    if not welcome.may_found(request.user):
        raise PermissionDenied(_("Only owners and admins of a workspace here can make another one."))
    sent = request.POST if request.method == "POST" else None
    latest = Workspace.objects.filter(members=request.user, is_sample=False).order_by("-created_at").first()
    initial = {
        "language": request.user.language,
        "time_zone": latest.time_zone if latest else "UTC",
        "contact": request.user.email,
    }
    form = NewWorkspaceForm(sent, initial=initial)
    if form.is_valid():
        return redirect(setup_url(welcome.create_workspace(request.user, **form.cleaned_data)))
    return render(request, "teams/new_workspace.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def add_sample(request: access.PersonRequest) -> HttpResponse:
    """Makes the sample workspace for somebody who runs a workspace here."""
    if not request.user.memberships.filter(role__in=(Role.OWNER, Role.ADMIN)).exists():
        raise PermissionDenied(_("Only owners and admins of a workspace can add the sample workspace."))
    if not welcome.may_have_sample(request.user):
        return redirect("teams:workspaces")
    return redirect(home_url(welcome.seed_sample(request.user)))


@access.member("manage")
def workspace_settings(request: access.WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Name, language, time zone, contact and accent colour."""
    sent = request.POST if request.method == "POST" else None
    form = WorkspaceForm(sent, instance=workspace)
    if form.is_valid():
        form.save()
        if form.changed_data:
            record(workspace, request.user, "workspace.changed", workspace.name, fields=form.changed_data)
        messages.success(request, _("Saved."))
        return redirect("teams:settings", code=workspace.code)
    if form.errors:
        workspace.refresh_from_db()  # the header must not show what was refused
    return render(request, "teams/settings.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@access.member("own")
def remove_sample(request: access.WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Deletes the sample workspace."""
    if not workspace.is_sample:
        raise PermissionDenied(_("Only a sample workspace can be removed here."))
    welcome.remove_sample(workspace)
    del request.workspace  # it is no place to come back to
    messages.success(request, _("The sample workspace is gone."))
    return redirect("teams:index")
