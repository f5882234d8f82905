"""What the verbs of this room mean in the log of who did what (see ``teams.audit``)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listening import sources

KINDS = {
    "calendar": _("Calendars"),
    "credential": _("Credentials"),
    "feed": _("Feeds"),
    "plan": _("Scan plan"),
    "scan": _("Scans"),
    "search": _("Searches"),
    "source": _("Sources"),
}
SENTENCES = {
    "calendar.followed": _("Followed the calendar {object}"),
    "calendar.tried": _("Asked the calendar {object} again"),
    "calendar.unfollowed": _("Stopped following the calendar {object}"),
    "credential.saved": _("Saved credentials for {object}"),
    "credential.removed": _("Removed the credentials for {object}"),
    "feed.followed": _("Followed the feed {object}"),
    "feed.imported": _("Followed the feeds of a list ({object})"),
    "feed.moved": _("A feed has moved to {object}"),
    "feed.renamed": _("Renamed the feed {object}"),
    "feed.tried": _("Tried the feed {object} again"),
    "feed.unfollowed": _("Stopped following the feed {object}"),
    "plan.edited": _("Changed the scan plan: {object}"),
    "scan.started": _("Started scan {object}"),
    "search.edited": _("Changed the search {object}"),
    "source.edited": _("Changed the settings of the source {object}"),
}
DETAILS = {
    "enabled": _("Switched on"),
    "before": _("Address before"),
    "entered": _("Entered"),
    "feeds": _("Feeds"),
    "name": _("Name"),
    "source": _("Source"),
    "version": _("Version"),
}
VALUES = {
    "credential.saved": sources.label,
    "credential.removed": sources.label,
    "entered": sources.field_label,
    "source": sources.label,
    "source.edited": sources.label,
}
