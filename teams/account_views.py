"""Your account: who you are, how you log in, and where you are logged in.

Most of it is django-allauth's; here is the page that shows it all, and what allauth does differently.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress, Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import flows as passkeys
from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from teams import mailing, second_factors, sessions
from teams.access import PersonRequest
from teams.account_forms import AccountForm
from teams.models import User

View = Callable[..., HttpResponseBase]


def needs_mail(view: View) -> View:
    """Where no mail can be sent, a page says so instead of promising one."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not mailing.can_send():
            return render(request, "account/without_mail.html")
        return view(request, *args, **kwargs)

    return checked


def needs_passkeys(view: View) -> View:
    """Where browsers allow no passkeys, a page says why instead of failing."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not second_factors.passkeys_work(request):
            return render(request, "account/without_passkeys.html")
        return view(request, *args, **kwargs)

    return checked


@login_required
def show(request: PersonRequest) -> HttpResponse:
    """``/accounts/``: the whole account on one page; name and language are changed on it."""
    sent = request.POST if request.method == "POST" else None
    user = User.objects.get(pk=request.user.pk)  # what is refused must not show in the header
    form = AccountForm(sent, instance=user)
    if form.is_valid():
        form.save()
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return redirect("account")
    context = {
        "form": form,
        "is_verified": EmailAddress.objects.filter(
            user=request.user, email=request.user.email, verified=True
        ).exists(),
        "has_mail": mailing.can_send(),
        "factors": second_factors.of(request.user),
        "passkeys_work": second_factors.passkeys_work(request),
        "sessions": sessions.of(request.user),
    }
    return render(request, "account/account.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def end_session(request: PersonRequest, pk: int) -> HttpResponse:
    """Logs one browser out."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    end_sessions(request, [session])
    messages.success(request, _("That browser is logged out."))
    return redirect("account")


@login_required
@require_POST
def end_others(request: PersonRequest) -> HttpResponse:
    """Logs every browser out but this one."""
    others = len(UserSession.objects.purge_and_list(request.user)) - 1
    end_other_sessions(request, request.user)
    sentence = ngettext("%(n)s other browser is logged out.", "%(n)s other browsers are logged out.", others)
    messages.success(request, sentence % {"n": others})
    return redirect("account")


@login_required
@require_POST
@needs_mail
def verify_email(request: PersonRequest) -> HttpResponse:
    """Sends a code to the person's own address, by which they show that it is theirs."""
    address, _created = EmailAddress.objects.get_or_create(
        user=request.user, email=request.user.email, defaults={"primary": True}
    )
    if address.verified:
        return redirect("account")
    send_verification_email_to_address(request, address)
    return redirect("account_email_verification_sent")


class LoginView(account.LoginView):
    """Knows which other ways in there are at this address."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ways = {
            "has_mail": mailing.can_send(),
            "passkeys_work": second_factors.passkeys_work(self.request),
        }
        return {**super().get_context_data(**kwargs), **ways}


class SecondFactorView(mfa.AuthenticateView):
    """Asks only for what the person has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {
            "factors": second_factors.of(self.stage.login.user),
            "passkeys_work": second_factors.passkeys_work(self.request),
        }
        return {**super().get_context_data(**kwargs), **more}


class PasskeyLoginView(webauthn.LoginWebAuthnView):
    """Also goes where the person was on the way to."""

    def form_valid(self, form: Any) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=get_next_redirect_url(self.request))
        return passkeys.perform_passwordless_login(self.request, authenticator, login)


class PasskeyAgainView(webauthn.ReauthenticateWebAuthnView):
    """Says what was wrong where it happened."""

    def form_invalid(self, form: Any) -> HttpResponse:
        for message in form.errors.get("credential", []):
            get_adapter().add_message(self.request, messages.ERROR, message=message)
        return redirect(self.request.get_full_path())


login = LoginView.as_view()
request_code = needs_mail(account.request_login_code)
second_factor = SecondFactorView.as_view()
passkey_login = PasskeyLoginView.as_view()
passkey_again = PasskeyAgainView.as_view()
add_passkey = needs_passkeys(webauthn.add_webauthn)
change_email = login_required(needs_mail(reauthentication_required(account.email, app="allauth.account")))


def back(request: HttpRequest) -> HttpResponse:
    """Where allauth's own lists would be: all of it is on the one page."""
    return redirect("account" if request.user.is_authenticated else settings.LOGIN_URL)
