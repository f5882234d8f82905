"""What the verbs of this room mean in the log of who did what (see ``audit``)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from teams.models import Role, Workspace

FACTORS = {"totp": _("authenticator app"), "webauthn": _("passkey")}


def _field(name: str) -> Any:
    return Workspace._meta.get_field(name).verbose_name  # type: ignore[union-attr]  # no relation is named


KINDS = {
    "account": _("Accounts"),
    "workspace": _("Workspace"),
    "invitation": _("Invitations"),
    "member": _("Members"),
}
SENTENCES = {
    "account.second_factor_on": _("{object} logs in with a second step from now on"),
    "account.second_factor_off": _("{object} logs in without a second step from now on"),
    "account.email_changed": _("Changed their e-mail address to {object}"),
    "workspace.created": _("Made the workspace {object}"),
    "workspace.changed": _("Changed the settings of the workspace {object}"),
    "workspace.logo_kept": _("Changed the logo of the workspace {object}"),
    "workspace.logo_removed": _("Removed the logo of the workspace {object}"),
    "invitation.created": _("Invited {object}"),
    "invitation.renewed": _("Made a new invitation for {object}"),
    "invitation.revoked": _("Withdrew the invitation for {object}"),
    "invitation.accepted": _("Accepted the invitation for {object}"),
    "member.added": _("{object} joined the workspace"),
    "member.role_changed": _("Changed the role of {object}"),
    "member.removed": _("Removed {object} from the workspace"),
    "member.left": _("{object} left the workspace"),
}
DETAILS = {
    "fields": _("Changed"),
    "before": _("Address before"),
    "factor": _("Second step"),
    "was": _("Role before"),
    "role": _("Role"),
    "sample": _("Sample workspace"),
}
VALUES = {
    "fields": _field,
    "role": lambda role: Role(role).label,
    "was": lambda role: Role(role).label,
    "factor": lambda factor: FACTORS.get(factor, factor),
}
