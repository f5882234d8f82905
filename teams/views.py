"""The way in, and what belongs to no other room: first visit, workspaces, settings, language."""

from __future__ import annotations

from allauth.account import views as account
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from teams import access, welcome
from teams.forms import WelcomeForm, WorkspaceForm
from teams.middleware import LAST_WORKSPACE
from teams.models import Role, Workspace, record
from teams.places import home_url, setup_url

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``/``: to the first visit, to the login, or to the workspace the person was in last."""
    if not request.user.is_authenticated:
        return redirect("teams:welcome" if welcome.is_first_visit() else settings.LOGIN_URL)
    mine = list(Workspace.objects.filter(members=request.user))
    last = request.session.get(LAST_WORKSPACE)
    chosen = next((each for each in mine if str(each.code) == last), mine[0] if len(mine) == 1 else None)
    return redirect(home_url(chosen) if chosen else "teams:workspaces")


@sensitive_post_parameters("password", "token")
def first_visit(request: HttpRequest) -> HttpResponse:
    """``/welcome/``: makes the first user and workspace; closed for ever once there is a user."""
    if not welcome.is_first_visit():
        return redirect("teams:index")
    sent = request.POST if request.method == "POST" else None
    form = WelcomeForm(sent, initial={"language": translation.get_language(), "time_zone": "UTC"})
    if form.is_valid():
        try:
            user, workspace = welcome.found(**form.founding())
        except welcome.AlreadyWelcomed:
            messages.warning(
                request, _("Somebody else has just set this installation up. Ask them to let you in.")
            )
            return redirect("teams:index")
        login(request, user, backend=BACKEND)
        if request.POST.get("start") == "sample" and settings.SAMPLE_SEEDER:
            return redirect(home_url(welcome.seed_sample(user)))
        return redirect(setup_url(workspace))
    context = {"form": form, "sample": bool(settings.SAMPLE_SEEDER)}
    return render(request, "teams/welcome.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def workspaces(request: access.PersonRequest) -> HttpResponse:
    """Every workspace the person is a member of."""
    memberships = request.user.memberships.select_related("workspace").order_by("workspace__name")
    rows = [{"membership": each, "url": home_url(each.workspace)} for each in memberships]
    return render(
        request,
        "teams/workspaces.html",
        {"rows": rows, "may_have_sample": welcome.may_have_sample(request.user)},
    )


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
    """Name, language, time zone, contact and accent colour; and who is a member."""
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
    members = workspace.memberships.select_related("user").order_by("created_at")
    context = {"form": form, "members": members}
    return render(request, "teams/settings.html", context, status=422 if form.errors else 200)


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


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Changes the language of the pages: on the account if there is one, and in this browser."""
    chosen = request.POST.get("language", "")
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    response = redirect(onward if safe else "/")
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax", httponly=True
        )
    return response


def password_reset(request: HttpRequest) -> HttpResponseBase:
    """allauth's page where mail can be sent; otherwise a page that says so instead of promising a mail."""
    if not settings.EMAIL_HOST:
        return render(request, "account/password_reset_without_mail.html")
    return account.password_reset(request)
