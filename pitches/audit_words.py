"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listening import sources

KINDS = {"author": _("Authors"), "pitch": _("Pitches"), "sample": _("Samples")}
SENTENCES = {
    "author.erased": _("Erased an author who asked to be forgotten: {object}"),
    "pitch.created": _("Began the pitch {object}"),
    "pitch.deleted": _("Deleted the pitch {object}"),
    "pitch.frozen": _("Froze the pitch {object}"),
    "pitch.versioned": _("Began the next version of the pitch {object}"),
    "sample.drawn": _("Drew a sample of the mentions of {object}"),
}
DETAILS = {
    "conversations": _("Conversations"),
    "mentions": _("Mentions"),
    "pitches": _("Frozen pitches with something redacted"),
    "population": _("Drawn from"),
    "sampled": _("Drawn"),
    "seed": _("Seed"),
    "sha256": "SHA-256",
    "version": _("Version"),
}
VALUES = {"author.erased": sources.label}
