"""YouTube, through the feed of a channel: its latest 15 videos, how often it uploads, how often it is seen.

No key. Subscribers are told with a key only, so they are unknown here, never zero. The feeds had outages of
weeks in which they answered 404, so that a 404 of a feed says nothing about the channel.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from lxml import html as markup

from listening.net.errors import SourceError, gettext_noop
from listening.net.robots import Robots
from listening.sources import cadence
from listening.sources.base import Source
from listening.sources.feed_documents import document
from listening.sources.html import bounded
from listening.sources.values import address, moment, string, whole
from listening.types import Cursor, Item, Page, Reading

SITE = "https://www.youtube.com"
ENTRIES = 15  # what a feed holds at most
LARGEST_PAGE = 4_000_000  # bytes: pages of channels are heavy

NO_CHANNEL = gettext_noop(
    "%(handle)s names no channel. Write the channel’s id, which begins with UC, or its address."
)
NOT_TOLD = gettext_noop(
    "YouTube does not tell programs here which channel %(handle)s is. Write the channel’s id instead: it "
    "begins with UC, and is found on the channel’s page under “Share channel”."
)

_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
_NAME = re.compile(r"@[\w.·-]{3,60}|(?:c|user)/[\w.-]{1,60}")


class YouTube(Source):
    """A handle is a channel's id, "UC" and 22 characters; "@name", "c/name" and "user/name" are looked up."""

    name = "youtube"
    label = "YouTube"
    docs = "https://developers.google.com/youtube/v3/guides/push_notifications"
    terms = "https://www.youtube.com/t/terms"
    gives = gettext_noop(
        "Whether a channel exists, how often it uploads, and how often its latest videos were seen."
    )
    calls_per_minute = 30
    domains = ("youtube.com",)

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """Title, latest video, videos in 30 days (estimated where 15 do not cover them), views per video.

        A name is looked up first on the channel's page, if robots.txt lets us, for the feed that it links to.
        In some countries YouTube shows programs a page about cookies instead; we accept none, and say what to
        write. One request a page. Cursor: {"step": "page"} or {"step": "feed", "channel": id}.
        """
        handle = handle.strip()
        if _ID.fullmatch(handle):
            return self._feed(handle)
        if not _NAME.fullmatch(handle):
            raise SourceError(NO_CHANNEL, "gone", params={"handle": handle})
        url = f"{SITE}/{quote(handle, safe='@/')}"
        if cursor is None:
            Robots(self.http, _Nothing()).check(url)
            return Page(next={"step": "page"})
        return self._page(handle, url) if cursor["step"] == "page" else self._feed(cursor["channel"])

    def _page(self, handle: str, url: str) -> Page[Reading]:
        response = self.get(url, accept=(404,), headers={"Accept": "text/html"}, max_bytes=LARGEST_PAGE)
        if response.status == 404:
            return Page(items=(Reading("exists", 0, url=url),), inspected=1)
        channel = channel_of(response.body)
        if not channel:
            raise SourceError(NOT_TOLD, "blocked", params={"handle": handle})
        return Page(items=(Reading("exists", 1, url=url),), next={"step": "feed", "channel": channel})

    def _feed(self, channel: str) -> Page[Reading]:
        response = self.get(f"{SITE}/feeds/videos.xml", params={"channel_id": channel})
        found, videos = document(response.body, "", response.url), parse(response.body, response.url)
        url, now = f"{SITE}/channel/{channel}", self.now()
        readings = [Reading("exists", 1, url=url)]
        if title := " ".join(string(found.feed.get("title")).split()):
            readings.append(Reading("title", None, text=title, url=url))
        dates = [video.published_at for video in videos if video.published_at]
        readings += cadence.readings(dates, now, url, more=len(videos) >= ENTRIES)
        views = [video.metrics["views"] for video in videos if "views" in video.metrics]
        if views:
            mean = round(sum(views) / len(views))
            readings.append(Reading("views_per_video", mean, url=url, precision="rounded"))
        return Page(items=tuple(readings), inspected=len(videos))


def parse(body: bytes, url: str = SITE) -> tuple[Item, ...]:
    """The videos of a stored feed."""
    entries = document(body, "", url).entries
    return tuple(_item(entry) for entry in entries if string(entry.get("id")))


def channel_of(page: bytes) -> str:
    """The id of the channel whose page this is, by the feed that it links to, else by its address; or ""."""
    source = bounded(page[:LARGEST_PAGE].replace(b"\0", b"").decode("utf-8", "replace"))
    head = f"{source}<p></p>".encode()  # never empty
    tree = markup.document_fromstring(head, markup.HTMLParser(encoding="utf-8"), ensure_head_body=True)
    links = [(tag.get("rel") or "", urlsplit(address(tag.get("href"), SITE))) for tag in tree.iter("link")]
    ids = [parse_qs(link.query).get("channel_id", [""])[0] for _, link in links if "/feeds/" in link.path]
    ids += [link.path.removeprefix("/channel/") for rel, link in links if rel.lower() == "canonical"]
    return next((found for found in ids if _ID.fullmatch(found)), "")


class _Nothing:
    """A cache that keeps nothing: a scan asks for robots.txt once for each name."""

    def get(self, key: str) -> Any:
        return None

    def set(self, key: str, value: Any, timeout: float | None) -> Any:
        return None


def _item(entry: Any) -> Item:
    detail = entry.get("author_detail") or {}
    counts = {
        "views": whole((entry.get("media_statistics") or {}).get("views")),
        "likes": whole((entry.get("media_starrating") or {}).get("count")),
    }
    return Item(
        external_id=string(entry.get("yt_videoid")) or string(entry.get("id")).removeprefix("yt:video:"),
        url=address(entry.get("link"), SITE),
        title=" ".join(string(entry.get("title")).split()),
        text=string(entry.get("summary")).strip(),
        author=string(detail.get("name")),
        author_url=address(detail.get("href"), SITE),
        published_at=moment(dict.get(entry, "published_parsed")),
        metrics={name: number for name, number in counts.items() if number is not None},
        thread_readable=False,
    )
