"""Second factors: what somebody has, who hears of it, sealing them anew, and the way out when all are lost.

django-allauth keeps them (``allauth.mfa``); ``adapter.MFAAdapter`` seals what is secret in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.signals import email_changed
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.db import transaction
from django.http import HttpRequest
from django.http.request import split_domain_port

from teams.models import User, Workspace, record

Type = Authenticator.Type


@dataclass(frozen=True)
class Factors:
    """What a person has: the app, passkeys in the order they were added, and how many recovery codes."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes_left: int | None  # None: there are none to use up

    @property
    def any(self) -> bool:
        """Whether a password alone does not let this person in."""
        return bool(self.app or self.passkeys)


def of(user: User) -> Factors:
    """The person's second factors. Opens nothing that is sealed."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = next((each for each in found if each.type == Type.RECOVERY_CODES), None)
    return Factors(
        app=next((each for each in found if each.type == Type.TOTP), None),
        passkeys=[each for each in found if each.type == Type.WEBAUTHN],
        codes_left=app_settings.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count() if codes else None,
    )


def passkeys_work(request: HttpRequest) -> bool:
    """Whether browsers allow passkeys at the address of this page: https or localhost, and never a number."""
    host = split_domain_port(request.get_host())[0]
    is_number = host.startswith("[") or host.replace(".", "").isdigit()
    is_local = host == "localhost" or host.endswith(".localhost")
    return not is_number and (request.is_secure() or is_local)


def remove_all(user: User) -> int:
    """Takes every second factor from somebody who lost them; how many there were. For who runs Earshot."""
    with transaction.atomic():
        found = Authenticator.objects.filter(user=user)
        number = found.exclude(type=Type.RECOVERY_CODES).count()
        found.delete()
        for workspace in Workspace.objects.filter(members=user) if number else ():
            record(workspace, None, "account.second_factor_off", user)
    return number


def _number(user: User) -> int:
    return Authenticator.objects.filter(user=user).exclude(type=Type.RECOVERY_CODES).count()


# What owners read of it: in the log of every workspace in which the person works.


def _added(user: User, authenticator: Authenticator, **rest: Any) -> None:
    if authenticator.type != Type.RECOVERY_CODES and _number(user) == 1:
        for workspace in Workspace.objects.filter(members=user):
            record(workspace, user, "account.second_factor_on", user, factor=authenticator.type)


def _removed(user: User, authenticator: Authenticator, **rest: Any) -> None:
    if authenticator.type != Type.RECOVERY_CODES and _number(user) == 0:
        for workspace in Workspace.objects.filter(members=user):
            record(workspace, user, "account.second_factor_off", user, factor=authenticator.type)


def _email_changed(user: User, from_email_address: Any, to_email_address: Any, **rest: Any) -> None:
    """allauth also calls it a change when the first address is verified."""
    if from_email_address and from_email_address.email != to_email_address.email:
        for workspace in Workspace.objects.filter(members=user):
            record(
                workspace, user, "account.email_changed", to_email_address, before=from_email_address.email
            )


def connect() -> None:
    """Called once, when the room is ready."""
    authenticator_added.connect(_added, dispatch_uid="teams")
    authenticator_removed.connect(_removed, dispatch_uid="teams")
    email_changed.connect(_email_changed, dispatch_uid="teams")
