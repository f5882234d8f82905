"""Calendars of events, by their address: the iCal files of Meetup, Luma, Google and everybody else."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from listening.net.errors import gettext_noop
from listening.sources.base import Source, Validators
from listening.sources.calendar_documents import LARGEST, parse
from listening.types import CalendarAnswer

__all__ = ["Calendars", "parse"]

ACCEPT = "text/calendar, text/plain;q=0.5, */*;q=0.1"


class Calendars(Source):
    """Any iCal file, asked conditionally. Not in the list of sources: nothing is heard in a calendar."""

    name = "calendars"
    label = "iCal"
    docs = "https://www.rfc-editor.org/rfc/rfc5545"
    gives = gettext_noop("Events to go to, from calendars that you follow.")
    calls_per_minute = 60

    def read(
        self, url: str, zone: ZoneInfo, etag: str = "", last_modified: str = "", body_hash: str = ""
    ) -> CalendarAnswer:
        """The calendar, unless it is as we saw it last: then ``document`` is None. As ``Feeds.poll``."""
        seen = Validators(etag, last_modified, body_hash)
        response, kept, is_new = self.get_if_new(url, ACCEPT, seen, max_bytes=LARGEST)
        document = parse(response.body, zone, self.now()) if is_new else None
        return CalendarAnswer(document, *kept)
