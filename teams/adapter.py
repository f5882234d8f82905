"""How django-allauth behaves here."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from teams import browsers, mailing
from teams.models import User, normalise_email
from teams.places import origin
from teams.sealing import Unsealable, seal, unseal
from teams.second_factors import passkeys_work

UNKNOWN = "account/email/unknown_account"
EMAIL_VERIFICATION = f"{EmailVerificationStage.__module__}.{EmailVerificationStage.__qualname__}"


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: the first person comes in by ``/welcome/``, the others are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("account" if self.request.user.is_authenticated else settings.LOGIN_URL)

    def get_client_ip(self, request: HttpRequest) -> str:
        """With fewer proxies before us than ``TRUSTED_PROXIES`` says, only the connection is certain."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            return str(request.META["REMOTE_ADDR"])

    def get_login_stages(self) -> list[str]:
        stages: list[str] = super().get_login_stages()
        return [each for each in stages if each != EMAIL_VERIFICATION or settings.LOGIN_NEEDS_VERIFIED_EMAIL]

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The ways to prove who you are once more, in our words; a passkey where browsers allow one."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code from your app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [
            {**method, "description": words[method["id"]]}
            for method in super().get_reauthentication_methods(user)
            if method["id"] != "mfa_reauthenticate:webauthn" or passkeys_work(self.request)
        ]

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Not to the host that the browser asked, where the operator says which it is: anybody can ask."""
        return origin(self.request) + urlsplit(super().get_reset_password_from_key_url(key)).path

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """A mail is plain text: what Django escapes for pages is written out again."""
        message = super().render_mail(template_prefix, email, context, headers)
        message.subject, message.body = html.unescape(message.subject), html.unescape(str(message.body))
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whoever gets it, and without letting anybody wait for it."""
        if not mailing.can_send():
            return
        reader = context.get("user") or User.objects.filter(email=normalise_email(email)).first()
        language = reader.language if reader else translation.get_language()
        with translation.override(language):
            about = {"email": email, "origin": origin(self.request), **context}
            if "user_agent" in about:
                about["browser"] = browsers.describe(about["user_agent"])
            if template_prefix == UNKNOWN:
                # Nobody gets this one. Writing it takes as long as for an address that has an account.
                code = self.generate_login_code()
                self.render_mail("account/email/login_code", email, {**about, "code": code})
            else:
                mailing.send_soon(self.render_mail(template_prefix, email, about))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed in the database; what people see of us is our name."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return unseal(encrypted_text)
        except Unsealable as error:
            raise PermissionDenied(
                _(
                    "Your second factor was sealed with a key that this installation no longer has. "
                    "Ask whoever runs it to take it from your account."
                )
            ) from error

    def get_totp_issuer(self) -> str:
        return "Earshot"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Where it was made tells passkeys apart."""
        return browsers.describe(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Earshot"}
