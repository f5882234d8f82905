"""Lists of feeds in the format that feed readers exchange: http://opml.org/spec2.opml. Pure.

A file that somebody uploads is foreign: no entity, no external file, no depth, no size may harm us.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import unescape
from typing import Any

from lxml import etree

from listening.net.errors import gettext_noop
from listening.text import clean_line

LARGEST = 5_000_000  # bytes
DEEPEST = 100  # folders in folders
MOST_OUTLINES = 20_000
MOST_REFERENCES = 200_000
LONGEST_NAME = 300

TOO_LARGE = gettext_noop("The file is larger than 5 MB. Export fewer feeds at a time.")
NO_OPML = gettext_noop("This is no OPML file. Feed readers offer one under a name such as “Export”.")
HAS_DOCTYPE = gettext_noop(
    "The file declares a document type, which no list of feeds needs. It was not read."
)
NO_FEEDS = gettext_noop("The file lists no feeds.")
TOO_DEEP = gettext_noop("The file has folders in folders more than 100 levels deep. It was not read.")
TOO_MANY = gettext_noop("The file holds more than 20,000 entries. Export fewer feeds at a time.")

_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{0,30});)")
_ADDRESS = re.compile(rb"\sxmlurl\s{0,9}=\s{0,9}[\"']\s{0,9}([^\"'<>\s]{4,2048})[\"'\s]", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!\0?d\0?o\0?c\0?t\0?y\0?p\0?e", re.IGNORECASE)  # in UTF-16, too
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?://)|feed:(?=//)", re.IGNORECASE)


class Unreadable(ValueError):
    """The file cannot be read; its text is a sentence to translate."""


@dataclass(frozen=True)
class Outline:
    """One feed of a list: its address as it stands there, made whole but not checked, and its name."""

    url: str
    name: str = ""
    site_url: str = ""
    language: str = ""


@dataclass(frozen=True)
class Listed:
    """What a file lists. ``damaged``: it is no well-formed XML, and was read as far as that goes."""

    outlines: tuple[Outline, ...] = ()
    damaged: bool = False


def read(body: bytes) -> Listed:
    """The feeds of an OPML file, in its order, with repetitions; folders are looked into and left out.

    Raises Unreadable.
    """
    if len(body) > LARGEST:
        raise Unreadable(TOO_LARGE)
    if body.count(b"&") > MOST_REFERENCES:
        raise Unreadable(TOO_MANY)
    if _DOCTYPE.search(body):
        raise Unreadable(HAS_DOCTYPE)
    if b"\0" not in body[:200]:  # many programs forget to escape the & of an address
        body = _BARE_AMPERSAND.sub(b"&amp;", body)
    try:
        return Listed(_outlines(body, recover=False))
    except etree.XMLSyntaxError:
        try:
            found = _outlines(body, recover=True)
        except UnicodeDecodeError:  # half a character, such as &#xD800;, which lxml cannot hand over
            found = ()
        except etree.XMLSyntaxError as error:
            raise Unreadable(NO_OPML) from error
        return Listed((*found, *_overlooked(body, found)), damaged=True)


def write(title: str, outlines: Iterable[Outline], now: datetime) -> bytes:
    """An OPML 2.0 file of these feeds."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = clean_line(title, LONGEST_NAME)
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    for one in outlines:
        name = clean_line(one.name, LONGEST_NAME) or one.url
        about = {"type": "rss", "text": name, "title": name, "xmlUrl": one.url}
        more = {"htmlUrl": one.site_url, "language": clean_line(one.language, 35)}
        etree.SubElement(body, "outline", about | {key: value for key, value in more.items() if value})
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _outlines(body: bytes, *, recover: bool) -> tuple[Outline, ...]:
    reader = _Reader()
    parser = etree.XMLParser(
        target=reader,
        recover=recover,
        resolve_entities="internal",  # &amp; and the like; others would need a document type
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    etree.fromstring(body, parser)
    if not reader.is_opml:
        raise Unreadable(NO_OPML)
    return tuple(reader.found)


@dataclass
class _Reader:
    """Takes the parser's events as they come: no tree is built."""

    found: list[Outline] = field(default_factory=list)
    depth: int = 0
    seen: int = 0
    is_opml: bool = False

    def start(self, tag: str, attributes: Any) -> None:
        self.depth += 1
        if self.depth == 1:
            self.is_opml = _local(tag) == "opml"
        if self.depth > DEEPEST + 2:  # opml and body are no folders
            raise Unreadable(TOO_DEEP)
        if not self.is_opml or _local(tag) != "outline":
            return
        self.seen += 1
        if self.seen > MOST_OUTLINES:
            raise Unreadable(TOO_MANY)
        if outline := _outline({_local(name): value for name, value in attributes.items()}):
            self.found.append(outline)

    def end(self, tag: str) -> None:
        self.depth -= 1

    def data(self, data: str) -> None:
        """Texts between tags mean nothing here."""

    def comment(self, text: str) -> None:
        """Nor do comments."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor processing instructions."""

    def doctype(self, *declared: object) -> None:
        raise Unreadable(HAS_DOCTYPE)

    def close(self) -> None:
        """The result is in ``found``."""


def _overlooked(body: bytes, found: tuple[Outline, ...]) -> list[Outline]:
    """Feeds of a damaged file that the parser gave up on, by their addresses alone."""
    known = {one.url for one in found}
    written = (unescape(url.decode("utf-8", "replace")) for url in _ADDRESS.findall(body)[:MOST_OUTLINES])
    return [Outline(url) for url in dict.fromkeys(map(_whole, written)) if url not in known]


def _local(name: str) -> str:
    """A name without its namespace, in lower case: programs write xmlUrl, xmlURL and xmlurl."""
    return name.rpartition("}")[2].lower()


def _outline(about: dict[str, str]) -> Outline | None:
    """The feed that an outline is; None for a folder, a link, or one that its owner put aside."""
    kind = about.get("type", "").strip().lower()
    url = about.get("xmlurl", "") or (about.get("url", "") if kind in ("rss", "atom", "feed") else "")
    if not url.strip() or about.get("iscomment", "").strip().lower() == "true":
        return None
    whole = _whole(url)
    name = clean_line(about.get("text", "") or about.get("title", ""), LONGEST_NAME)
    return Outline(
        url=whole,
        name="" if name in (whole, url.strip()) else name,
        site_url=about.get("htmlurl", "").strip(),
        language=clean_line(about.get("language", ""), 35),
    )


def _whole(url: str) -> str:
    """The address with a scheme we know: feed://host and a bare host are of the web."""
    url = "".join(url.split())
    without = _FEED_SCHEME.sub("", url, count=1) if url[:5].lower() == "feed:" else url
    if without.startswith("//"):
        return f"http:{without}"
    return without if "://" in without or ":" in without.partition("/")[0] else f"https://{without}"
