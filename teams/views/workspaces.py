"""Which workspaces there are, a workspace's settings, and the sample workspace."""

from __future__ import annotations

from base64 import b64encode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from teams import access, logos, welcome
from teams.forms import LogoForm, NewWorkspaceForm, WorkspaceForm
from teams.models import Logo, Role, Workspace, record
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
    return _settings(request, form, None)


def _settings(request: access.WorkspaceRequest, form: WorkspaceForm, logo: LogoForm | None) -> HttpResponse:
    """The page with its two forms; 422 when one was refused."""
    found = Logo.objects.filter(workspace=request.workspace).first()
    logo_form = logo or LogoForm(has_logo=found is not None, initial={"alt": found.alt if found else ""})
    context = {
        "form": form,
        "logo_form": logo_form,
        "logo": found,
        "logo_address": f"data:image/png;base64,{b64encode(found.png).decode()}" if found else "",
    }
    refused = bool(form.errors or logo_form.errors)
    return render(request, "teams/settings.html", context, status=422 if refused else 200)


@require_POST
@access.member("manage")
def logo(request: access.WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Takes a picture as the logo, or only other words for what it shows."""
    has_logo = Logo.objects.filter(workspace=workspace).exists()
    form = LogoForm(request.POST, request.FILES, has_logo=has_logo)
    if form.is_valid():
        file, alt = form.cleaned_data["file"], form.cleaned_data["alt"]
        try:
            if file:
                logos.keep(workspace, request.user, file.read(logos.MOST_BYTES + 1), alt)
            else:
                logos.describe(workspace, request.user, alt)
        except logos.NoLogo as error:
            form.add_error("file", _(error.message) % error.params)
    if form.errors:
        return _settings(request, WorkspaceForm(instance=workspace), form)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('teams:settings', args=[workspace.code])}#logo")


@require_POST
@access.member("manage")
def remove_logo(request: access.WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """No logo from now on."""
    logos.remove(workspace, request.user)
    messages.success(request, _("The logo is gone. Frozen decks keep theirs."))
    return redirect(f"{reverse('teams:settings', args=[workspace.code])}#logo")


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
