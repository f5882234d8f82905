"""Golden pairs: an answer in a system's documented format beside the values we make of it, compared whole.

After a wanted change: ``REWRITE_GOLDEN=1 pytest tests/listening/sources/test_golden.py``, then read the diff.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from listening.net import Response
from listening.sources import (
    bluesky,
    feeds,
    hackernews,
    mastodon,
    reddit,
    searxng,
    tranco,
    wikidata,
    wikipedia,
    wordpress,
    youtube,
)
from listening.sources.discovery import read_home
from tests.listening.sources.fake_http import FakeHttp
from tests.listening.sources.listing import listed

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
FEED = "https://kaffebladet.example/feeds/all.xml"


def thread(source: type[Any], handle: str) -> Callable[[bytes], Any]:
    return lambda body: source(FakeHttp(body)).thread(handle).items


def home(body: bytes) -> Any:
    with listed():
        return read_home(body.decode(), "https://www.fjallvik.example/")


READERS: dict[str, Callable[[bytes], Any]] = {
    "bluesky/search.json": lambda body: bluesky.parse(json.loads(body)),
    "bluesky/thread.json": thread(bluesky.Bluesky, "at://did:plc:a/app.bsky.feed.post/3kaaa"),
    "discovery/home.html": home,
    "feeds/rss2.xml": lambda body: feeds.parse(body, "", FEED, now=NOW),
    "feeds/atom.xml": lambda body: feeds.parse(body, "", "https://beans.example/feed", now=NOW),
    "feeds/rdf.xml": lambda body: feeds.parse(body, "", FEED, now=NOW),
    "feeds/rss091.xml": lambda body: feeds.parse(body, "", FEED, now=NOW),
    "feeds/broken.xml": lambda body: feeds.parse(body, "text/html; charset=utf-8", FEED, now=NOW),
    "feeds/jsonfeed.json": lambda body: feeds.parse(body, "", "https://json.example/feed.json", now=NOW),
    "hackernews/search.json": lambda body: hackernews.parse(json.loads(body)),
    "hackernews/item.json": thread(hackernews.HackerNews, "41000001"),
    "mastodon/timeline.json": lambda body: mastodon.parse(json.loads(body), "mastodon.social"),
    "mastodon/context.json": thread(mastodon.Mastodon, "mastodon.social/20"),
    "reddit/search.xml": lambda body: reddit.parse(body),
    "reddit/thread.xml": thread(reddit.Reddit, "https://www.reddit.com/r/espresso/comments/1oa2b3c/oily/"),
    "tranco/ranks.json": lambda body: tranco.parse(json.loads(body)),
    "wikidata/item.json": lambda body: wikidata.Wikidata(FakeHttp(body)).observe("Q90000001"),
    "wikidata/search.json": lambda body: wikidata.Wikidata(FakeHttp(body))._search("Fjällvik", "sv"),
    "wikipedia/views.json": lambda body: wikipedia.parse(json.loads(body)),
    "wordpress/stream.json": lambda body: wordpress.parse(json.loads(body)),
    "youtube/feed.xml": lambda body: youtube.parse(body),
    "youtube/channel.html": lambda body: youtube.channel_of(body),
    "searxng/search.json": lambda body: searxng.parse(json.loads(body), before=10),
}


def as_data(value: Any) -> Any:
    """Dataclasses and dates as JSON; fields at their defaults are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        usual = {f.name: f.default for f in dataclasses.fields(value)}
        return {
            name: as_data(inner)
            for name, inner in found.items()
            if inner != usual[name] and inner not in ((), {})
        }
    if isinstance(value, dict):
        return {str(key): as_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", READERS)
def test_an_answer_becomes_these_values(name: str) -> None:
    found = as_data(READERS[name]((HERE / name).read_bytes()))
    golden = HERE / f"{name}.expected.json"
    if os.environ.get("REWRITE_GOLDEN"):
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    assert found == json.loads(golden.read_text())


def test_every_answer_in_the_folders_is_read() -> None:
    kept = {
        str(file.relative_to(HERE)) for file in HERE.glob("*/*") if file.suffix in (".json", ".xml", ".html")
    }
    goldens = {name for name in kept if name.endswith(".expected.json")}
    assert goldens == {f"{name}.expected.json" for name in READERS}
    assert kept - goldens == READERS.keys()


def test_a_parse_keeps_the_bytes_it_was_given() -> None:
    body = (HERE / "feeds/rss2.xml").read_bytes()
    response = Response(
        200,
        FEED,
        {"etag": 'W/"a-gzip"', "last-modified": "Mon", "cache-control": "public, max-age=900"},
        body,
        NOW,
    )
    answer = feeds.Feeds(FakeHttp(response)).poll(FEED)
    assert (answer.raw, answer.etag, answer.last_modified, answer.max_age) == (body, 'W/"a-gzip"', "Mon", 900)
