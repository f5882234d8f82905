"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listening import sources

KINDS = {
    "action": _("Plan"),
    "author": _("Authors"),
    "pitch": _("Pitches"),
    "sample": _("Samples"),
    "share": _("Shared links"),
    "template": _("Templates"),
}
SENTENCES = {
    "action.assigned": _("Gave {object} to somebody"),
    "action.done": _("Did {object}"),
    "action.noted": _("Noted something about {object}"),
    "action.put_aside": _("Put {object} aside as not relevant"),
    "action.reopened": _("Opened {object} again"),
    "author.erased": _("Erased an author who asked to be forgotten: {object}"),
    "pitch.created": _("Began the pitch {object}"),
    "pitch.deleted": _("Deleted the pitch {object}"),
    "pitch.followed": _("Began the follow-up {object}"),
    "pitch.frozen": _("Froze the pitch {object}"),
    "pitch.look_chosen": _("Chose another look for the pitch {object}"),
    "pitch.versioned": _("Began the next version of the pitch {object}"),
    "share.created": _("Made a link to the pitch {object}"),
    "share.revoked": _("Revoked a link to the pitch {object}"),
    "sample.drawn": _("Drew a sample of the mentions of {object}"),
    "template.added": _("Added the PowerPoint template {object}"),
    "template.removed": _("Removed the PowerPoint template {object}"),
}
DETAILS = {
    "conversations": _("Conversations"),
    "mentions": _("Mentions"),
    "pitches": _("Frozen pitches with something redacted"),
    "population": _("Drawn from"),
    "sampled": _("Drawn"),
    "seed": _("Seed"),
    "due": _("By"),
    "owner": _("Who does it"),
    "reply": _("Our reply"),
    "follows": _("Follows"),
    "sha256": "SHA-256",
    "version": _("Version"),
    "recipient": _("For"),
    "until": _("Works until"),
    "password": _("Password"),
    "downloads": _("Downloads"),
    "handles": _("Names shown"),
}
VALUES = {"author.erased": sources.label}
