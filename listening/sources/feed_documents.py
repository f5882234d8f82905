"""Feed documents to items: RSS 0.9-2.0, RDF, Atom through feedparser, JSON Feed by our own reader. Pure.

Formats: https://www.rssboard.org/rss-specification, RFC 4287 (Atom), https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
from feedparser.mixin import _FeedParserMixin

from listening.net.decode import codec_for
from listening.net.errors import SourceError, gettext_noop
from listening.sources.html import plain
from listening.sources.values import (
    address,
    clamp,
    listed,
    moment,
    records,
    refusing,
    stable_id,
    string,
    whole,
)
from listening.text import canonical_url
from listening.types import FeedDocument, Item

# What feedparser takes too long for; real feeds stay far below every one of these.
LARGEST = 5_000_000  # bytes
LONGEST_HEAD, MOST_LINES_IN_HEAD = 100_000, 2_000  # what stands before the first element
LONGEST_TAG, MOST_ATTRIBUTES = 65_536, 500
MOST_TAGS = 150_000  # those of the document itself, not of HTML in CDATA
MOST_REFERENCES = 500_000
MOST_NAMESPACES = 100
LONGEST_AUTHOR, MOST_AUTHORS = 128, 10_000
MOST_ENTRIES = 1_000
LONGEST_SKIPPED = 3_000  # bytes of skipHours or skipDays
MOST_TAGS_PER_ENTRY = 100
LONGEST_TTL = 7 * 24 * 60  # minutes

NOT_A_FEED = gettext_noop("%(url)s does not give a feed that Earshot can read.")
A_WEB_PAGE = gettext_noop(
    "%(url)s gives a web page, not a feed. Look for the feed's own address, often behind a link called RSS."
)
EMPTY = gettext_noop("%(url)s gave an empty answer.")
A_PAGE_INSTEAD = gettext_noop("%(host)s answered with a web page instead of the data we asked for.")
CUT_OFF = gettext_noop("The answer of %(host)s is damaged or broke off. Earshot will try again later.")
TOO_LARGE = gettext_noop("The feed at %(url)s is larger or more deeply marked up than Earshot reads.")

_ELEMENT = re.compile(rb"<\w")
_TAG = re.compile(rb"<!\[CDATA\[|<(?![!?])(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+")
_NAMESPACE = re.compile(rb"xmlns:([\w.-]{1,80})")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_FEED = re.compile(rb"<(?:feed|rss|rdf:RDF)\b")
_HOUR = re.compile(rb"<hour>\s*([01]?\d|2[0-4])\s*</hour>", re.IGNORECASE)  # 24 is midnight to some
_DAY = re.compile(rb"<day>\s*((?:mon|tues|wednes|thurs|fri|satur|sun)day)\s*</day>", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}  # minutes
_DATES = ("published", "updated", "created")  # asked of the plain dict: feedparser's own maps one to another
_ENDS = (b"</feed>", b"</rss>", b"</rdf:RDF>")
_SILENT_UTF16 = {b"\0<": "utf-16-be", b"<\0": "utf-16-le"}  # without a byte order mark


def _bound_feedparser() -> None:
    """Takes the quadratic time out of two feedparser methods (6.0.14), which have no option for it.

    ``_sync_author_detail`` looks for an e-mail address with a pattern that backtracks over the whole author;
    ``_add_tag`` compares each category with all before it.
    """
    find_address, add_tag = _FeedParserMixin._sync_author_detail, _FeedParserMixin._add_tag

    def sync_author_detail(self: Any, key: str = "author") -> None:
        self.authors_seen = getattr(self, "authors_seen", 0) + 1
        if self.authors_seen <= MOST_AUTHORS and len(self._get_context().get(key) or "") <= LONGEST_AUTHOR:
            find_address(self, key)

    def bounded_add_tag(self: Any, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(self._get_context().get("tags") or ()) < MOST_TAGS_PER_ENTRY:
            add_tag(self, term, scheme, label)

    _FeedParserMixin._sync_author_detail = sync_author_detail
    _FeedParserMixin._add_tag = bounded_add_tag


_bound_feedparser()


def parse(
    body: bytes, content_type: str = "", url: str = "", *, now: datetime | None = None, named: str = ""
) -> FeedDocument:
    """A feed document as items, newest or first as the document has them.

    The content decides what it is, not the content type, of which only the charset is used. ``url`` is where
    the document came from: relative links are resolved against it. ``now`` bounds dates to come. An id that
    is no address of its own is unique within its feed only, so the feed's address is put before it; ``named``
    where that is another than ``url``, so that ids stay the same when a feed moves.

    SourceError for whatever is not a feed; nothing else escapes.
    """
    if not body.strip():
        raise SourceError(EMPTY, params={"url": url})
    if len(body) > LARGEST:
        raise SourceError(TOO_LARGE, params={"url": url})
    with refusing(NOT_A_FEED, url=url):
        if body.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
            return _from_json(body, url, now, named or url)
        _check_markup(body, url)
        return _from_xml(body, content_type, url, now, named or url)


def id_space(url: str) -> str:
    """What stands before an id that is unique only within the feed at this address."""
    return urlsplit(url).netloc + urlsplit(url).path


def document(body: bytes, content_type: str = "", url: str = "") -> Any:
    """feedparser's own document, for sources whose feeds tell more than an Item holds.

    Guarded as ``parse`` is: SourceError for whatever is not a feed, and for one whose end is missing; nothing
    else escapes.
    """
    if not body.strip():
        raise SourceError(EMPTY, params={"url": url})
    if len(body) > LARGEST:
        raise SourceError(TOO_LARGE, params={"url": url})
    with refusing(NOT_A_FEED, url=url):
        _check_markup(body, url)
        if _WEB_PAGE.search(body[:2000]) and not _FEED.search(body[:2000]):
            # The address is the source's own business: nobody can look for a better one.
            raise SourceError(A_PAGE_INSTEAD, params={"host": urlsplit(url).netloc})
        found = _read(body, content_type, url)
        if not body.rstrip().endswith(_ENDS):
            raise SourceError(CUT_OFF, params={"host": urlsplit(url).netloc})
        return found


def _check_markup(body: bytes, url: str) -> None:
    """SourceError for markup on which the parser would take more than a few seconds."""
    element = _ELEMENT.search(body)
    head = body[: element.start()] if element else b""
    tags = 0
    refused = (
        (len(head) > LONGEST_HEAD or head.count(b"\n") > MOST_LINES_IN_HEAD)
        or body.count(b"&") > MOST_REFERENCES
        or len(set(_NAMESPACE.findall(body))) > MOST_NAMESPACES
    )
    for tags, tag in enumerate(() if refused else _tags(body), 1):
        if len(tag) > LONGEST_TAG or tag.count(b"=") > MOST_ATTRIBUTES or tags > MOST_TAGS:
            refused = True
            break
    if refused:
        raise SourceError(TOO_LARGE, params={"url": url})


def _tags(body: bytes) -> Iterator[bytes]:
    """The tags of the document itself, in linear time also where a CDATA section never ends."""
    position, closed = 0, True
    while found := _TAG.search(body, position):
        position = found.end()
        if found[0] != b"<![CDATA[":
            yield found[0]
        elif closed:
            end = body.find(b"]]>", position)
            closed = end >= 0
            position = end if closed else position


def _read(body: bytes, content_type: str, url: str) -> Any:
    charset = _charset(body, content_type)
    found = feedparser.parse(
        io.BytesIO(body),  # bare bytes would be taken for a file name first
        response_headers={"content-type": f"application/xml; charset={charset}"} if charset else {},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not found.version and (not found.entries or _WEB_PAGE.search(body[:2000])):
        raise SourceError(A_WEB_PAGE if _WEB_PAGE.search(body[:2000]) else NOT_A_FEED, params={"url": url})
    return found


def _from_xml(body: bytes, content_type: str, url: str, now: datetime | None, named: str) -> FeedDocument:
    found = _read(body, content_type, url)
    channel = found.feed
    site = address(channel.get("link"), url)
    ttl = whole(channel.get("ttl")) or _update_minutes(channel)
    return FeedDocument(
        title=_words(channel, "title"),
        site_url=site,
        language=string(channel.get("language")),
        ttl_minutes=min(ttl, LONGEST_TTL) if ttl else None,
        skip_hours=tuple(sorted({int(hour) % 24 for hour in _skipped(body, b"skipHours", _HOUR)})),
        skip_days=tuple(sorted({_DAYS.index(day.lower()) for day in _skipped(body, b"skipDays", _DAY)})),
        hub=next(
            (address(link.get("href"), url) for link in channel.get("links", ()) if link.get("rel") == "hub"),
            "",
        ),
        items=_distinct((_entry(entry, site, url, now) for entry in found.entries[:MOST_ENTRIES]), named),
        bozo=f"{type(found.bozo_exception).__name__}: {found.bozo_exception}"[:200] if found.bozo else "",
    )


def _update_minutes(channel: Any) -> int | None:
    """Minutes between updates by the syndication module: so many times in a period."""
    minutes = _PERIODS.get(string(channel.get("sy_updateperiod")).strip().lower())
    return minutes // max(whole(channel.get("sy_updatefrequency")) or 1, 1) if minutes else None


def _skipped(body: bytes, element: bytes, each: re.Pattern[bytes]) -> list[str]:
    """What the first skipHours or skipDays lists; feedparser tells the last one only."""
    start = body.find(b"<" + element)
    end = body.find(b"</" + element, start, start + LONGEST_SKIPPED) if start >= 0 else -1
    return [one.decode() for one in each.findall(body[start:end])] if end >= 0 else []


def _charset(body: bytes, content_type: str) -> str:
    """The charset to insist on: the one of the HTTP header; "" lets the parser find out.

    Python has codecs that are no charsets ("punycode", "unicode_escape"); no feed is written in them.
    """
    header = _CHARSET.search(content_type)
    if header and codec_for(header[1]):
        return header[1]
    if body[:2] in _SILENT_UTF16 and body[2:4] != b"\0\0":  # that would be UTF-32
        return _SILENT_UTF16[body[:2]]
    declared = _DECLARED.match(body[:300])
    return "utf-8" if declared and not codec_for(declared[1].decode("ascii", "replace")) else ""


def _entry(entry: Any, site: str, url: str, now: datetime | None) -> Item:
    enclosures = [link.get("href") for link in entry.get("links", ()) if link.get("rel") == "enclosure"]
    link = next(filter(None, (address(found, site or url) for found in (entry.get("link"), *enclosures))), "")
    title, detail = _words(entry, "title"), entry.get("author_detail") or {}
    date = next(filter(None, (dict.get(entry, f"{kind}_parsed") for kind in _DATES)), None)
    comments = whole(entry.get("slash_comments") or entry.get("thr_total"))
    text, said_date = _body(entry), next(filter(None, (dict.get(entry, kind) for kind in _DATES)), "")
    return Item(
        external_id=string(entry.get("id")).strip()
        or string(entry.get("link")).strip()
        or _own_id(title, said_date, text),
        url=link,
        title=title,
        text=text,
        author=(string(detail.get("name")) or string(entry.get("author")))[:LONGEST_AUTHOR],
        author_url=address(detail.get("href"), url),
        site_url="" if link else site,
        published_at=clamp(moment(date), now) if now else moment(date),
        language=_language(entry),
        tags=tuple(
            dict.fromkeys(string(tag.get("term")).strip() for tag in entry.get("tags", ()) if tag.get("term"))
        ),
        metrics={"comments": comments} if comments is not None else {},
        replies=comments,
        thread_readable=False,
    )


def _words(holder: Any, key: str) -> str:
    """A text element as plain text; feedparser knows whether its format or its look makes it HTML."""
    value, kind = string(holder.get(key)), (holder.get(f"{key}_detail") or {}).get("type", "")
    return " ".join((plain(value) if "html" in kind else value).split())


def _body(entry: Any) -> str:
    """The fullest text of an entry: its content, else its summary."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    for part in parts:
        value = string(part.get("value"))
        if value.strip():
            return plain(value) if "html" in string(part.get("type")) else value.strip()
    return ""


def _language(entry: Any) -> str:
    details = (entry.get("title_detail") or {}, *entry.get("content", ()), entry.get("summary_detail") or {})
    return next((string(part.get("language")) for part in details if part.get("language")), "")


def _own_id(title: str, date: str, text: str) -> str:
    """An id for an entry without id and link, from its title, or else its text; "" for an empty one."""
    told = f"{title}\n{date}" if title else text
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest() if told else ""


def _distinct(items: Iterable[Item], named: str) -> tuple[Item, ...]:
    """The items with ids that hold beyond this feed, without those that are only repeated.

    A repetition has the id and link of another, or its (canonical) link, title and date: some feeds make up a
    new id with every answer. One id with two links is two items.
    """
    return tuple(_repeat_free(items, id_space(named)))


def _repeat_free(items: Iterable[Item], feed: str) -> Iterator[Item]:
    links_of: dict[str, set[str]] = {}
    told: set[tuple[Any, ...]] = set()
    for item in items:
        links, page = links_of.setdefault(item.external_id, set()), canonical_url(item.url)
        same = (page, item.title, item.published_at)
        if not item.external_id or page in links or (all(same) and same in told):
            continue
        own_id = f"{item.external_id} {page}" if links else item.external_id
        links.add(page)
        told.add(same)
        yield _with_id(item, own_id if ":" in own_id or not feed else f"{feed}#{own_id}")


def _with_id(item: Item, external_id: str) -> Item:
    return replace(item, external_id=stable_id(external_id))


def _from_json(body: bytes, url: str, now: datetime | None, named: str) -> FeedDocument:
    # Too deep, too many digits: refused by the caller. What follows the document does no harm.
    found, _ = json.JSONDecoder().raw_decode(body.decode("utf-8-sig").lstrip())
    if "jsonfeed.org" not in string(found.get("version")) or not isinstance(found.get("items"), list):
        raise SourceError(NOT_A_FEED, params={"url": url})
    hubs = records(found.get("hubs"))
    entries = records(found["items"][:MOST_ENTRIES])
    return FeedDocument(
        title=" ".join(string(found.get("title")).split()),
        site_url=address(found.get("home_page_url"), url),
        language=string(found.get("language")),
        hub=next((address(hub.get("url"), url) for hub in hubs if hub.get("type") == "WebSub"), ""),
        items=_distinct(filter(_says_something, (_json_entry(entry, url, now) for entry in entries)), named),
    )


def _json_entry(entry: dict[str, Any], url: str, now: datetime | None) -> Item:
    author = next(iter(records([*listed(entry.get("authors")), entry.get("author")])), {})
    link, about = address(entry.get("url"), url), address(entry.get("external_url"), url)
    title = " ".join(string(entry.get("title")).split())
    text = (
        string(entry.get("content_text"))
        or plain(string(entry.get("content_html")))
        or string(entry.get("summary"))
    )
    date = moment(entry.get("date_published")) or moment(entry.get("date_modified"))
    return Item(
        external_id=string(entry.get("id")).strip()
        or link
        or _own_id(title, string(entry.get("date_published")), text),
        url=link or about,
        title=title,
        text=text,
        author=string(author.get("name"))[:LONGEST_AUTHOR],
        author_url=address(author.get("url"), url),
        link=about,
        published_at=clamp(date, now) if now else date,
        language=string(entry.get("language")),
        tags=tuple(
            filter(None, (string(tag).strip() for tag in listed(entry.get("tags"))[:MOST_TAGS_PER_ENTRY]))
        ),
        thread_readable=False,
    )


def _says_something(item: Item) -> bool:
    return bool(item.url or item.title or item.text)
