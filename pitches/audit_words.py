"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {"pitch": _("Pitches"), "template": _("Templates")}
SENTENCES = {
    "pitch.created": _("Began the pitch {object}"),
    "pitch.deleted": _("Deleted the pitch {object}"),
    "pitch.frozen": _("Froze the pitch {object}"),
    "pitch.look_chosen": _("Chose another look for the pitch {object}"),
    "pitch.versioned": _("Began the next version of the pitch {object}"),
    "template.added": _("Added the PowerPoint template {object}"),
    "template.removed": _("Removed the PowerPoint template {object}"),
}
DETAILS = {"sha256": "SHA-256", "version": _("Version")}
