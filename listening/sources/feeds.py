"""Feeds: what a site publishes itself, and how often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from listening.net.errors import gettext_noop
from listening.sources import cadence
from listening.sources.base import Source, Validators
from listening.sources.feed_documents import LARGEST, parse
from listening.sources.values import header_moment
from listening.types import Cursor, FeedAnswer, FeedDocument, Page, Reading

if TYPE_CHECKING:
    from listening.net import Response

__all__ = ["Feeds", "parse"]

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


class Feeds(Source):
    """Any RSS, Atom or JSON feed, asked conditionally. A handle is the feed's address."""

    name = "feeds"
    label = "RSS"  # what people call all feeds, in every language
    docs = "https://www.rssboard.org/rss-specification"
    gives = gettext_noop("What blogs and news sites publish in their feeds, and how often they do.")
    calls_per_minute = 60

    def poll(
        self, url: str, etag: str = "", last_modified: str = "", body_hash: str = "", named: str = ""
    ) -> FeedAnswer:
        """The feed, unless it is as we saw it last. ``etag`` and ``last_modified`` go back byte for byte.

        ``document`` is None for a 304 and for a body whose sha256 is ``body_hash``: many servers answer 200
        with the same bytes. SourceError when there is no feed; the caller then drops its validators.
        ``named``: the address that made its ids so far, of a feed that moved; wherever a redirect leads, ids
        are made with that or with ``url``.
        """
        seen = Validators(etag, last_modified, body_hash)
        response, kept, is_new = self.get_if_new(url, ACCEPT, seen, max_bytes=LARGEST)
        return FeedAnswer(
            self._document(response, named or url) if is_new else None,
            *kept,
            final_url=response.url,
            moved_to=response.moved_to or "",
            max_age=_max_age(response),
            raw=b"" if response.not_modified else response.body,
        )

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """Does the feed exist, what is it called, when was the last entry and how many came in 30 days.

        A feed shows its newest entries only. When those cover less than 30 days, ``posts_30d`` is
        extrapolated from the days they do cover, and says "estimated".
        """
        response = self.get(handle, accept=(404, 410), headers={"Accept": ACCEPT}, max_bytes=LARGEST)
        if response.status in (404, 410):
            return Page(items=(Reading("exists", 0, url=handle),), inspected=0)
        document = self._document(response, handle)
        readings = [Reading("exists", 1, url=handle), Reading("title", None, text=document.title, url=handle)]
        dates = [item.published_at for item in document.items if item.published_at]
        return Page(
            items=(*readings, *cadence.readings(dates, self.now(), handle, more=True)),
            inspected=len(document.items),
        )

    def _document(self, response: Response, named: str) -> FeedDocument:
        kind = response.headers.get("content-type", "")
        return parse(response.body, kind, response.url, now=self.now(), named=named)


def _max_age(response: Response) -> int | None:
    """Seconds for which the answer stays good: Cache-Control, or else what is left until Expires."""
    if found := _MAX_AGE.search(response.headers.get("cache-control", "")):
        return int(found[1])
    until = header_moment(response.headers.get("expires", ""))
    said = header_moment(response.headers.get("date", "")) or response.fetched_at
    return int((until - said).total_seconds()) if until and until > said else None
