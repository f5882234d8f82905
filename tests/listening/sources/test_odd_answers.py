"""Answers with one value that the documentation does not promise: nothing but SourceError may come of it."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listening.net import SourceError
from listening.sources import feeds
from listening.sources.base import Passing
from listening.sources.bluesky import Bluesky
from listening.sources.hackernews import HackerNews
from listening.sources.mastodon import Mastodon
from listening.sources.reddit import Reddit
from listening.sources.searxng import SearXNG
from listening.sources.tranco import Tranco
from listening.sources.wikidata import Wikidata, propose
from listening.sources.wikipedia import Wikipedia
from listening.sources.wordpress import WordPress
from listening.sources.youtube import YouTube
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.test_contract import Words

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.5,
    10**30,
    "",
    "x\x00\ud800",
    [],
    [None],
    {},
    {"a": []},
    "2026-99-99T00:00:00Z",
    [[1]],
)

ARTICLE = {
    "query": {
        "pages": [
            {
                "title": "Fjällvik Coffee",
                "length": 4100,
                "langlinks": [{"lang": "en", "title": "Fjällvik Coffee"}],
                "revisions": [{"timestamp": "2026-10-30T10:00:00Z", "size": 4100}],
                "pageprops": {"wikibase_item": "Q1"},
            }
        ]
    }
}
ACCOUNT = {
    "id": "7",
    "acct": "fjallvik",
    "url": "https://kaffe.example/@fjallvik",
    "followers_count": 3,
    "last_status_at": "2026-11-01",
}
WEBFINGER = {
    "subject": "acct:a@b",
    "links": [{"rel": "self", "href": "https://social.kaffe.example/users/fjallvik"}],
}
SITE = {
    "ID": 9,
    "name": "Fj&auml;llviks blogg",
    "URL": "https://blogg.fjallvik.example",
    "subscribers_count": 412,
    "post_count": 96,
    "is_private": False,
    "options": {"timezone": "Europe/Stockholm", "gmt_offset": 1},
}
OWN = [{"id": number, "date_gmt": "2026-11-02T10:00:00"} for number in range(3)]
FOUND = b'{"search": [{"id": "Q90000001"}]}'
LIST = {"list_id": "X5Y7N", "available": True, "failed": False, "created_on": "2026-11-02T23:00:15.68"}
PACE = {
    **{"step": "statuses", "host": "kaffe.example", "account": "7", "url": "", "max_id": None},
    **{"posts": 0, "replies": 0, "newest": "", "oldest": "", "page": 1},
}


AUTHOR = {
    "did": "did:plc:a",
    "handle": "fjallvik.bsky.social",
    "followersCount": 3,
    "followsCount": 1,
    "postsCount": 9,
}
AT = {**{"actor": "did:plc:a", "url": "", "cursor": None}, **PACE}


def stored(name: str) -> Any:
    return json.loads((HERE / name).read_bytes())


def asked(source: type[Any], call: Callable[[Any], Any]) -> Callable[[bytes], Any]:
    return lambda body: call(
        source(
            FakeHttp(reply(200, body)),
            instance="http://searx.example",
            credentials={"identifier": "noor", "password": "abcd-efgh-ijkl-mnop"},
            session=Passing({"host": "http://searx.example", "access": "an access token"}),
            now=lambda: NOW,
        )
    )


def shown(posts: Any) -> Any:
    """Posts as an author's feed shows them."""
    return {"feed": [{"post": post} for post in posts["posts"]], "cursor": "100"}


CASES: dict[str, tuple[Any, Callable[[bytes], Any]]] = {
    "bluesky search": (stored("bluesky/search.json"), asked(Bluesky, lambda b: b.search(Words(), SINCE))),
    "bluesky thread": (stored("bluesky/thread.json"), asked(Bluesky, lambda b: b.thread("at://a/b/c"))),
    "bluesky profile": (AUTHOR, asked(Bluesky, lambda b: b.observe("did:plc:a"))),
    "bluesky feed": (shown(stored("bluesky/search.json")), asked(Bluesky, lambda b: b.observe("x.y", AT))),
    "json feed": (stored("feeds/jsonfeed.json"), lambda body: feeds.parse(body, "", "https://json.example/")),
    "hn search": (stored("hackernews/search.json"), asked(HackerNews, lambda hn: hn.search(Words(), SINCE))),
    "hn thread": (stored("hackernews/item.json"), asked(HackerNews, lambda hn: hn.thread("41000001"))),
    "hn user": (stored("hackernews/search.json"), asked(HackerNews, lambda hn: hn.observe("alva"))),
    "tag": (stored("mastodon/timeline.json"), asked(Mastodon, lambda m: m.tagged("fjallvik", SINCE))),
    "context": (stored("mastodon/context.json"), asked(Mastodon, lambda m: m.thread("mastodon.social/20"))),
    "account": (ACCOUNT, asked(Mastodon, lambda m: m.observe("@fjallvik@kaffe.example"))),
    "webfinger": (WEBFINGER, asked(Mastodon, lambda m: m.observe("@a@b.example", {"step": "webfinger"}))),
    "statuses": (
        stored("mastodon/timeline.json"),
        asked(Mastodon, lambda m: m.observe("@a@b.example", PACE)),
    ),
    "article": (ARTICLE, asked(Wikipedia, lambda w: w.observe("sv:Fjällvik Coffee"))),
    "views": (stored("wikipedia/views.json"), asked(Wikipedia, lambda w: w.observe("sv:X", {"title": "X"}))),
    "stream": (stored("wordpress/stream.json"), asked(WordPress, lambda w: w.tagged("fjallvik", SINCE))),
    "site": (SITE, asked(WordPress, lambda w: w.observe("blogg.fjallvik.example"))),
    "site's month": (
        stored("wordpress/stream.json") | {"found": 4},
        asked(WordPress, lambda w: w.observe("blogg.fjallvik.example", {"step": "month"})),
    ),
    "own posts": (OWN, asked(WordPress, lambda w: w.observe("blogg.fjallvik.example", {"step": "own"}))),
    "item": (stored("wikidata/item.json"), asked(Wikidata, lambda w: w.observe("Q90000001"))),
    "items": (stored("wikidata/search.json"), asked(Wikidata, lambda w: w._search("Fjällvik", "sv"))),
    "proposals": (
        stored("wikidata/item.json"),
        lambda body: propose(FakeHttp(FOUND, body), "Fjällvik", "fjallvik.example", ("sv", "en")),  # type: ignore[arg-type]  # a fake client
    ),
    "list": (LIST, asked(Tranco, lambda t: t.rank("fjallvik.example"))),
    "ranks": (
        stored("tranco/ranks.json"),
        asked(Tranco, lambda t: t.rank("fjallvik.example", {"list": "X5Y7N", "on": "2026-11-02"})),
    ),
    "results": (stored("searxng/search.json"), asked(SearXNG, lambda s: s.results("fjällvik"))),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("name", CASES)
def test_no_odd_value_escapes(name: str) -> None:
    answer, read = CASES[name]
    read(json.dumps(answer).encode())
    tried = 0
    for path in places(answer):
        for odd in ODD:
            changed = copy.deepcopy(answer)
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = odd
            with suppress(SourceError):
                read(json.dumps(changed).encode())
            tried += 1
    assert tried > 50


XML: dict[str, tuple[str, Callable[[bytes], Any]]] = {
    "reddit search": ("reddit/search.xml", asked(Reddit, lambda r: r.search(Words(), SINCE))),
    "reddit thread": ("reddit/thread.xml", asked(Reddit, lambda r: r.thread("t3_1oa2b3c"))),
    "reddit user": ("reddit/thread.xml", asked(Reddit, lambda r: r.observe("u/teamfjallvik"))),
    "channel": ("youtube/feed.xml", asked(YouTube, lambda y: y.observe("UCfjallvik0000000000001a"))),
}
ODD_IN_XML = (
    "",
    "-1",
    "9" * 30,
    "2026-99-99T00:00:00Z",
    "x\x00",
    "&lt;b",
    "<b/>",
    "&nothing;",
    "http://[::1",
    "\xff",
)
_VALUE = re.compile(r">([^<>]+)<|=\"([^\"]*)\"")


@pytest.mark.parametrize("name", XML)
def test_no_odd_value_in_a_feed_escapes(name: str) -> None:
    file, read = XML[name]
    answer = (HERE / file).read_text()
    read(answer.encode())
    tried = 0
    for found in _VALUE.finditer(answer):
        start, end = found.span(1) if found[1] is not None else found.span(2)
        for odd in ODD_IN_XML:
            with suppress(SourceError):
                read((answer[:start] + odd + answer[end:]).encode("latin-1", "xmlcharrefreplace"))
            tried += 1
    assert tried > 50
