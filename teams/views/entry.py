"""The way in: first visit, the page that knows where one belongs, language, forgotten passwords."""

from __future__ import annotations

from allauth.account import views as account
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from teams import welcome
from teams.forms import WelcomeForm
from teams.middleware import LAST_WORKSPACE
from teams.models import Workspace
from teams.places import home_url, onward, setup_url

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


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Changes the language of the pages: on the account if there is one, and in this browser."""
    chosen = request.POST.get("language", "")
    response = redirect(onward(request, "/"))
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
