"""Answers that real systems once gave: read without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listening.sources import discovery, hackernews, mastodon, wikipedia
from listening.sources.hackernews import HackerNews
from listening.sources.html import plain
from listening.sources.mastodon import Mastodon
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
