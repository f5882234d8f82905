"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {"action": _("Plan"), "pitch": _("Pitches")}
SENTENCES = {
    "action.assigned": _("Gave {object} to somebody"),
    "action.done": _("Did {object}"),
    "action.noted": _("Noted something about {object}"),
    "action.put_aside": _("Put {object} aside as not relevant"),
    "action.reopened": _("Opened {object} again"),
    "pitch.created": _("Began the pitch {object}"),
    "pitch.deleted": _("Deleted the pitch {object}"),
    "pitch.frozen": _("Froze the pitch {object}"),
    "pitch.versioned": _("Began the next version of the pitch {object}"),
}
DETAILS = {
    "due": _("By"),
    "owner": _("Who does it"),
    "reply": _("Our reply"),
    "sha256": "SHA-256",
    "version": _("Version"),
}
