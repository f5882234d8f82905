"""Recorded and hostile feed documents: we give what feedparser gives; nothing escapes, nor takes long."""

from __future__ import annotations

import io
import json
import time
import warnings
from pathlib import Path
from typing import Any

import feedparser
import pytest

from listening.net import SourceError
from listening.sources.feeds import parse
from listening.sources.html import plain
from listening.sources.values import address, moment
from listening.types import FeedDocument
from tests.conftest import shared

pytestmark = pytest.mark.shared
BASE = "https://feed.example/feeds/all.xml"
# Formats of their own, that are no feed and that feedparser finds no entry in, either.
NO_FEEDS = {
    "danmactoug--compressed.xml",  # gzip inside; the door takes Content-Encoding off, not we
    "danmactoug--invalid-characters-gzipped.xml",
    "feed-rs--xml_sample_1.xml",
    "miniflux--iso88591.xml",
    "ranchero-s--ScriptingNews.json",  # "RSS in JSON"
    "rbren--unrecognized.rss",
}


def files(folder: str) -> list[Path]:
    return sorted(file for file in shared(folder).rglob("*") if file.is_file() and file.name != "cases.jsonl")


def read(file: Path) -> FeedDocument | None:
    """The document, or None for a SourceError; anything else, and more than ten seconds, fails the test."""
    start = time.process_time()
    found = None
    try:
        found = parse(file.read_bytes(), "", BASE)
    except SourceError as error:
        assert str(error)
    assert time.process_time() - start < 10, f"{file.name} took too long"
    return found


def theirs(file: Path) -> list[dict[str, Any]]:
    """feedparser's entries as it gives them with its own defaults, put in our terms.

    What may differ, exactly: a link is absolute and http(s), or missing (feedparser lets "/path", "tag:..."
    and "javascript:..." through), or the enclosure's; a title is plain text; an id that is no address is
    put behind the feed's own; an entry is left out that says nothing at all, or that repeats an earlier one's
    id and link, or its link, title and date.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = feedparser.parse(io.BytesIO(file.read_bytes()))
        site = address(found.feed.get("link"), BASE)
        rows = []
        for entry in found.entries:
            dates = (entry.get(f"{kind}_parsed") for kind in ("published", "updated", "created"))
            link = entry.get("link", "")
            kind = (entry.get("title_detail") or {}).get("type", "")
            title = entry.get("title", "")
            rows.append(
                {
                    "id": (entry.get("id") or link).strip(),
                    "link": address(link, site or BASE),
                    "title": " ".join((plain(title) if "html" in kind else title).split()),
                    "date": next((when for date in dates if date and (when := moment(date))), None),
                    "enclosed": any(found.get("rel") == "enclosure" for found in entry.get("links", ())),
                }
            )
    return rows


@pytest.mark.parametrize("folder", ["feeds", "feeds-edge"])
def test_every_recorded_feed_gives_what_feedparser_gives(folder: str) -> None:
    entries = repeated = nameless = 0
    for file in files(f"samples/{folder}"):
        found = read(file)
        if file.read_bytes().lstrip(b"\xef\xbb\xbf \n\t").startswith(b"{"):
            assert (found is None) == (file.name in NO_FEEDS), file.name
            continue
        rows = theirs(file)
        if found is None:
            assert not rows and file.name in NO_FEEDS, file.name
            continue
        ours = list(found.items)
        seen: set[tuple[Any, ...]] = set()
        for row in rows:
            keys = [(row["id"], row["link"])]
            keys += [told] if all(told := (row["link"], row["title"], row["date"])) else []
            same = [key for key in keys if row["id"] and key in seen]
            item = ours[0] if ours else None
            if item and (item.title, item.published_at) == (row["title"], row["date"]) and not same:
                ours.pop(0)
                assert row["id"] in item.external_id or len(item.external_id) == 64, file.name
                assert item.url == row["link"] or (not row["link"] and row["enclosed"]), file.name
                entries += 1
                seen |= set(keys)
            elif row["id"]:
                assert same, f"{file.name}: {row} is missing"
                repeated += 1
            else:
                assert not row["title"], f"{file.name}: {row} is missing"
                nameless += 1
        assert not ours or not rows, (
            f"{file.name}: {ours[:1]} is too much"
        )  # feedparser sees nothing in UTF-16
    print(f"{folder}: {entries} entries alike, {repeated} repeated, {nameless} without a word")
    assert entries > (2000 if folder == "feeds" else 70)


@pytest.mark.parametrize(
    "folder",
    [
        "samples/feeds-edge",
        "hostile/feeds",
        "hostile/xml",
        "hostile/thirdparty/feeds",
        "hostile/thirdparty/xml",
    ],
)
def test_nothing_escapes(folder: str) -> None:
    found = files(folder)
    assert found
    for file in found:
        document = read(file)
        for item in document.items if document else ():
            assert item.url == "" or item.url.startswith(("http://", "https://"))
            assert item.external_id and len(item.external_id) <= 512
            assert "\ud800" not in item.title + item.text
            json.dumps({"title": item.title, "text": item.text}, ensure_ascii=False).encode()


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shared("hostile/feeds") / "cases.jsonl").read_text().splitlines()]


def test_hostile_feeds_end_as_their_index_expects() -> None:
    folder, checked = shared("hostile/feeds"), 0
    for case in cases():
        document, expect = read(folder / case["file"]), case["expect"]
        items = document.items if document else ()
        if expect.startswith("title '"):
            title = expect.split("'")[1]
            assert any(title in item.title for item in items) or document is None or document.bozo, case
        elif expect.startswith("stored link"):
            assert all(item.url == "" or item.url.startswith(("http://", "https://")) for item in items), case
            assert all("@" not in item.url and ":99999" not in item.url for item in items), case
        elif "mention" in expect:
            assert len(items) == 1, case
        elif expect.startswith("0 entries"):
            assert document is None, case
        elif expect.startswith("1 entry"):
            assert [item.external_id for item in items] == [items[0].url], case
        elif expect.startswith("poll interval"):
            assert document is not None
            assert document.ttl_minutes is None or 0 < document.ttl_minutes <= 7 * 24 * 60, case
        elif expect.startswith("bad items"):
            assert document is not None and len(items) == 0, case
        elif expect.startswith("no NUL"):
            assert all("\0" not in item.title + item.text + item.external_id for item in items), case
        else:
            continue
        checked += 1
    assert checked >= 25
