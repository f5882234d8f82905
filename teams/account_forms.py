"""django-allauth's forms where we say it in other words, or look more closely."""

from __future__ import annotations

import struct
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext_lazy as _

from teams.models import User

LONGEST_CREDENTIAL = 20_000  # characters; those of real devices have one or two thousand
LONGEST_NAME = 100
UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error,
)  # fmt: skip


class AccountForm(forms.ModelForm[User]):
    """What everybody says about themselves."""

    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Your name"), "language": _("Language")}
        help_texts = {"language": _("Of the pages and of mails to you.")}


class _OnceOnly:
    """A code of the app opens once. allauth remembers it for 30 seconds, but with
    ``MFA_TOTP_TOLERANCE`` it is good for longer."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form
        if self.authenticator.type == Authenticator.Type.TOTP:
            key = f"totp-used:{self.user.pk}:{normalize_user_code(code)}"
            seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
            if not cache.add(key, True, timeout=seconds):
                raise get_adapter().validation_error("incorrect_code")
        return code


def _say(form: forms.Form, help_text: Any) -> None:
    field = form.fields["code"]
    field.label, field.help_text = _("Code"), help_text
    field.widget.attrs = {"autocomplete": "one-time-code", "autofocus": True}


def _say_which(form: forms.Form, user: User) -> None:
    has_app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    app_or_paper = _("Six digits from your app, or one of your recovery codes.")
    _say(form, app_or_paper if has_app else _("One of your recovery codes."))


class SecondFactorForm(_OnceOnly, AuthenticateForm):
    """The code after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_which(self, self.user)


class SecondFactorAgainForm(_OnceOnly, ReauthenticateForm):
    """The code before a change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_which(self, self.user)


class AuthenticatorAppForm(ActivateTOTPForm):
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, _("The six digits that the app shows now."))


class CredentialField(forms.JSONField):
    """What a browser says of a passkey; it is never shown again."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_CREDENTIAL:
            raise ValueError
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> str:
        return ""


class _Credential:
    """It comes from anybody: whatever cannot be read is a passkey that did not work."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]  # of Django's form
        except UNREADABLE:
            self.cleaned_data: dict[str, Any] = {}
            self._errors = ErrorDict(credential=ErrorList([str(_("This passkey did not work."))]))


class PasskeyForm(_Credential, AuthenticateWebAuthnForm):
    """A passkey after the password."""


class PasskeyAgainForm(_Credential, ReauthenticateWebAuthnForm):
    """A passkey before a change."""


class PasskeyLoginForm(_Credential, LoginWebAuthnForm):
    """A passkey instead of address and password."""


class AddPasskeyForm(_Credential, AddWebAuthnForm):
    """A new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label = _("Name")
        name.help_text = _("By which you tell it from others, such as the device it is on.")
        alone.label, alone.initial = _("Log in with this passkey alone"), True
        alone.help_text = _(
            "The device then asks for a finger, a face or a PIN, and you need no password. "
            "Without this the passkey is asked for after the password."
        )

    def clean_name(self) -> str:
        """Cut, not refused: the device has made the passkey by now."""
        return str(super().clean_name())[:LONGEST_NAME]


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
