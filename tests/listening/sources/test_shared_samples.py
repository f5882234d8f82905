"""Answers that real systems once gave: read without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listening.sources import (
    bluesky,
    discovery,
    hackernews,
    mastodon,
    reddit,
    wikipedia,
    wordpress,
    youtube,
)
from listening.sources.bluesky import Bluesky
from listening.sources.hackernews import HackerNews
from listening.sources.html import plain
from listening.sources.mastodon import Mastodon
from listening.sources.values import moment, string
from listening.sources.wikidata import Wikidata
from listening.sources.wikipedia import Wikipedia
from tests.conftest import shared
from tests.listening.sources.fake_http import FakeHttp
from tests.listening.sources.paging import read_all

pytestmark = pytest.mark.shared


def samples(folder: str, pattern: str) -> list[tuple[Path, Any]]:
    found = []
    for file in sorted(shared(f"samples/{folder}").glob(pattern)):
        text = file.read_text(encoding="utf-8-sig")
        if file.name != "malformed.json":
            found.append((file, json.loads(text)))
    assert found
    return found


def test_hacker_news_searches() -> None:
    for file, answer in samples("hn-algolia", "search*.json"):
        items = hackernews.parse(answer)
        assert len(items) == len(answer["hits"]), file.name
        for item, hit in zip(items, answer["hits"], strict=True):
            assert item.external_id == hit["objectID"] and item.author == hit["author"]
            assert item.published_at and int(item.published_at.timestamp()) == hit["created_at_i"]
            assert bool(item.root_id) == ("comment" in hit["_tags"])
            assert item.title or item.text, file.name
            assert item.metrics.get("points") == (None if item.root_id else hit["points"])


def test_a_hacker_news_item() -> None:
    for file, answer in samples("hn-algolia", "items-*.json"):
        page = HackerNews(FakeHttp(file.read_bytes())).thread(str(answer["id"]))  # type: ignore[arg-type]  # a fake client
        assert len(page.items) == file.read_text().count('"children"') - 1
        assert all(reply.author and reply.published_at and reply.parent_id for reply in page.items)


def statuses(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in an answer that looks like a status."""
    if isinstance(value, dict):
        if "content" in value and "account" in value and (value.get("uri") or value.get("url")):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from statuses(inner)


def test_statuses_of_mastodon_and_its_relatives() -> None:
    read = 0
    for file, answer in samples("mastodon", "*.json"):
        for status in statuses(answer):
            if status.get("reblog"):
                continue
            (item,) = mastodon.parse([status], "asked.example")
            assert item.url.startswith("https://"), file.name
            assert item.published_at and item.author.count("@") == 2, file.name
            assert item.text == plain(status["content"]) or not status["content"]
            assert len(item.tags) == len(status.get("tags") or ())
            assert item.thread_handle == f"asked.example/{status['id']}"
            read += 1
    assert read > 80


def test_contexts_and_accounts() -> None:
    for file, answer in samples("mastodon", "get_context*.json"):
        page = Mastodon(FakeHttp(file.read_bytes())).thread("asked.example/1")  # type: ignore[arg-type]  # a fake client
        assert len(page.items) == len(answer["descendants"]), file.name
        assert all(reply.author.count("@") == 2 and reply.published_at for reply in page.items)
    for file, answer in samples("mastodon", "tootsdk--account_*.json"):
        if isinstance(answer, dict) and "followers_count" in answer:
            page = Mastodon(FakeHttp(file.read_bytes())).observe("@a@asked.example")  # type: ignore[arg-type]  # a fake client
            found = {reading.metric: reading.value for reading in page.items}
            assert (
                found["followers"] == answer["followers_count"] and found["posts"] == answer["statuses_count"]
            )


def posts_in(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in an answer that looks like a post of Bluesky, quoted ones left out."""
    if isinstance(value, dict):
        if "record" in value and "indexedAt" in value and string(value.get("uri")).count("/") == 4:
            yield value
        value = [inner for name, inner in value.items() if name not in ("record", "embed", "embeds")]
    if isinstance(value, list):
        for inner in value:
            yield from posts_in(inner)


def test_posts_of_bluesky_of_every_year() -> None:
    read = linked = tagged = 0
    for file, answer in samples("bluesky", "*.json"):
        for post in posts_in(answer):
            if "app.bsky.feed.post" not in post["uri"]:
                continue
            (item,) = bluesky.parse({"posts": [post]})
            said = post["record"]
            assert item.external_id == post["uri"] and item.url.startswith("https://bsky.app/profile/")
            assert item.published_at and item.published_at <= moment(post["indexedAt"])  # type: ignore[operator]
            assert item.author == f"@{post['author']['handle']}", file.name
            assert item.replies == post["replyCount"] and item.metrics["likes"] == post["likeCount"]
            assert ("quotes" in item.metrics) == ("quoteCount" in post)
            assert bool(item.root_id) == ("reply" in said)
            features = [one for facet in said.get("facets", ()) for one in facet["features"]]
            links = [one["uri"] for one in features if one["$type"].endswith("#link")]
            linked += sum(link in item.text for link in links)
            tags = [one["tag"] for one in features if one["$type"].endswith("#tag")]
            assert set(tags) <= set(item.tags)
            tagged += len(tags)
            read += 1
    assert read > 40 and linked > 3 and tagged > 3


def test_threads_and_feeds_of_bluesky() -> None:
    for file, _ in samples("bluesky", "*getPostThread*.json"):
        page = Bluesky(FakeHttp(file.read_bytes())).thread("at://a/b/c")  # type: ignore[arg-type]  # a fake client
        assert len(page.items) == 1 and page.items[0].author.startswith("@"), "the post itself"
    for file, answer in samples("bluesky", "*getProfiles*.json"):
        for profile in answer["profiles"]:
            body = json.dumps(profile).encode()
            found = Bluesky(FakeHttp(body)).observe(profile["handle"])  # type: ignore[arg-type]  # a fake client
            readings = {reading.metric: reading.value for reading in found.items}
            assert readings["followers"] == profile["followersCount"], file.name
            assert found.next and found.next["actor"] == profile["did"]


def test_wikipedia_pages_in_both_format_versions() -> None:
    named = 0
    for file, answer in samples("wikipedia", "*--query-*.json"):
        pages = answer.get("query", {}).get("pages", {}) if isinstance(answer, dict) else {}
        for page in pages.values() if isinstance(pages, dict) else pages:
            body = json.dumps({"query": {"pages": [page]}}).encode()
            found = Wikipedia(FakeHttp(body)).observe("en:Asked")  # type: ignore[arg-type]  # a fake client
            readings = {reading.metric: reading for reading in found.items}
            assert readings["exists"].value == int("missing" not in page), file.name
            assert ("disambiguation" in readings) == ("disambiguation" in page.get("pageprops", {}))
            named += readings["exists"].value == 1 and readings["title"].text == page["title"]
    assert named > 5


def test_pageviews() -> None:
    ((_, answer),) = samples("wikimedia-pageviews", "*.json")
    views = wikipedia.parse(answer)
    assert list(views.values()) == [row["views"] for row in answer["items"]]
    assert [f"{day:%Y%m%d}00" for day in views] == [row["timestamp"] for row in answer["items"]]


def test_feeds_of_reddit_old_and_new() -> None:
    read = 0
    for name in (
        "feeds/rbren--reddit-home.rss",
        "feeds/feed-rs--atom_example_reddit.xml",
        "feeds-edge/feed-rs--rss_2.0_reddit.xml",
    ):
        body = shared(f"samples/{name}").read_bytes()
        items = reddit.parse(body)
        assert len(items) == body.count(b"<entry>"), name
        for item in items:
            assert item.external_id.startswith("t3_") and item.external_id[3:] in item.url
            assert item.url.startswith("https://www.reddit.com/r/") and item.thread_handle == item.url
            assert item.author.startswith("u/") and item.published_at and item.title and len(item.tags) == 1
            assert "submitted by" not in item.text and "[link]" not in item.text
            assert "reddit.com" not in item.link
        read += sum(bool(item.link) for item in items)
    assert read > 10


def test_a_stream_of_wordpress_com() -> None:
    answer = json.loads((shared("samples/wordpress") / "reader-posts-success.json").read_text())
    items = wordpress.parse(answer)
    assert len({item.external_id for item in items}) == len(answer["posts"]) == 10
    for item, post in zip(items, answer["posts"], strict=True):
        assert item.url == post["URL"] and item.title and item.text and item.author == post["author"]["name"]
        assert item.published_at and item.published_at.isoformat()[:4] == "2020"
        assert {"dogs"} <= {tag.casefold() for tag in item.tags}, "what the stream is about"
        assert item.replies == item.metrics["comments"] == post["discussion"]["comment_count"]
        assert "<" not in item.title and "&" not in item.title.replace(" & ", " ")


def test_a_feed_of_youtube() -> None:
    (video,) = youtube.parse(
        (shared("samples/feeds-edge") / "feed-rs--atom_mediarss_youtube_1.xml").read_bytes()
    )
    assert video.external_id == "0A1ouV7iD8o" and video.url.endswith(video.external_id)
    assert video.metrics == {"views": 304321, "likes": 15020}


def test_home_pages() -> None:
    pages = {file.stem.partition("--")[2]: file for file in shared("samples/html-pages").glob("*.html")}
    assert len(pages) > 10
    read = {
        name: discovery.read_home(file.read_bytes().decode("utf-8", "replace"), f"https://{name}.example/")
        for name, file in pages.items()
    }
    sure = {
        name: {one.url for one in facts.proposals if one.confident and one.source != "feeds"}
        for name, facts in read.items()
    }
    assert "https://x.com/heiseonline" in sure["heise"]
    assert "https://x.com/verge" in sure["theverge"]
    assert read["slashdot"].proposals and not sure["slashdot"], "a link alone makes nobody sure"
    body = pages["coco"].read_text()
    own = discovery.read_home(body, "https://www.theatlantic.com/")
    facebook = "https://www.facebook.com/TheAtlantic"
    assert facebook in {one.url for one in own.proposals if one.confident}
    assert facebook not in sure["coco"], "on another site it is somebody else's"
    assert not any("imdb.com" in one.url for one in own.proposals), "the page is about a film, and no brand"
    for facts in read.values():
        assert len({(one.source, one.handle) for one in facts.proposals}) == len(facts.proposals)


def test_items_of_wikidata() -> None:
    read = 0
    for file, answer in samples("wikidata", "*.json"):
        bare = {answer["id"]: answer} if isinstance(answer, dict) and answer.get("type") == "item" else {}
        entities = answer.get("entities", bare) if isinstance(answer, dict) else bare
        for item, entity in entities.items():
            if not item.startswith("Q"):
                continue
            body = json.dumps({"entities": {item: entity}}).encode()
            found = {one.metric: one for one in Wikidata(FakeHttp(body)).observe(item).items}  # type: ignore[arg-type]  # a fake client
            assert found["exists"].value == 1
            wikis = [name for name in entity.get("sitelinks", ()) if name.endswith("wiki")]
            assert 0 <= len(wikis) - (found["languages"].value or 0) <= 3, file.name  # Commons and the like
            websites = [claim["mainsnak"]["datavalue"]["value"] for claim in entity["claims"].get("P856", [])]
            assert ("website" in found) == bool(websites)
            assert not websites or found["website"].text == websites[0]
            read += 1
    assert read > 2


def test_an_answer_that_is_cut_off_is_an_error() -> None:
    from listening.net import SourceError

    body = (shared("samples/mastodon") / "malformed.json").read_bytes()
    with pytest.raises(SourceError):
        read_all(lambda cursor: Mastodon(FakeHttp(body)).thread("asked.example/1"))  # type: ignore[arg-type]  # a fake client
