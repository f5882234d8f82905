"""Calendars of events, by their address: the iCal files of Meetup, Luma, Google and everybody else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from zoneinfo import ZoneInfo

from listening.net.errors import gettext_noop
from listening.sources.base import Source
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
        response = self.get(
            url,
            accept=(304,),
            headers={"Accept": ACCEPT},
            etag=etag,
            last_modified=last_modified,
            max_bytes=LARGEST,
        )
        answer = CalendarAnswer(
            document=None,
            etag=response.headers.get("etag") or "",
            last_modified=response.headers.get("last-modified") or "",
            body_hash=body_hash,
        )
        if response.not_modified:
            return replace(
                answer, etag=answer.etag or etag, last_modified=answer.last_modified or last_modified
            )
        digest = hashlib.sha256(response.body).hexdigest()
        if digest == body_hash:
            return answer
        return replace(answer, document=parse(response.body, zone, self.now()), body_hash=digest)
