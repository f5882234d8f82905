"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listening import sources

KINDS = {
    "credential": _("Credentials"),
    "feed": _("Feeds"),
    "plan": _("Scan plan"),
    "scan": _("Scans"),
    "search": _("Searches"),
    "source": _("Sources"),
}
SENTENCES = {
    "credential.saved": _("Saved credentials for {object}"),
    "credential.removed": _("Removed the credentials for {object}"),
    "feed.followed": _("Followed the feed {object}"),
    "feed.unfollowed": _("Stopped following the feed {object}"),
    "plan.edited": _("Changed the scan plan: {object}"),
    "scan.started": _("Started scan {object}"),
    "search.edited": _("Changed the search {object}"),
    "source.edited": _("Changed the settings of the source {object}"),
}
DETAILS = {
    "enabled": _("Switched on"),
    "entered": _("Entered"),
    "source": _("Source"),
    "version": _("Version"),
}
VALUES = {
    "credential.saved": sources.label,
    "credential.removed": sources.label,
    "source": sources.label,
    "source.edited": sources.label,
}
