"""Our made-up web keeps the contract by which it is asked, and tells the truth about itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from listening.net import Client, Settings, SourceError
from tests.replay import ReplayServer

AGENT = "Earshot/test (+test@fjallvik.example)"


@pytest.fixture(scope="module")
def web() -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        yield server


@pytest.fixture
def client(web: ReplayServer) -> Client:
    return Client(Settings(agent=AGENT, replay_url=web.url), None)


def told(web: ReplayServer, path: str, body: Any = None) -> Any:
    sent = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(web.url + path, sent)) as answer:
        return json.load(answer)


def test_a_host_that_nobody_has_is_no_host(client: Client) -> None:
    with pytest.raises(SourceError, match="nowhere.example"):
        client.get("https://nowhere.example/")


def test_a_path_that_nobody_has_is_not_found(client: Client, web: ReplayServer) -> None:
    assert client.get("https://www.fjallvik.example/nowhere").status == 404
    with pytest.raises(HTTPError):
        told(web, "/_nowhere")


def test_what_is_known_is_not_sent_again(client: Client) -> None:
    feed = "https://kaffebloggen.example/feed/"
    first = client.get(feed)
    again = client.get(feed, etag=first.headers["etag"])
    by_date = client.get(feed, last_modified=first.headers["last-modified"])
    assert (first.status, again.status, by_date.status) == (200, 304, 304)
    assert client.get(feed, etag='"another"').status == 200


def test_the_log_tells_who_asked_how_and_how_fast(client: Client, web: ReplayServer) -> None:
    before = told(web, "/_log")["hosts"].get("gone.example", {"count": 0})["count"]
    client.get("https://gone.example/", etag='"x"')
    client.get("https://gone.example/")
    log = told(web, "/_log")["hosts"]["gone.example"]
    assert log["count"] == before + 2
    assert (log["agents"], log["conditional"], log["wrong_original"]) == ([AGENT], 1, 0)
    assert 0 < log["smallest_gap"] < 60
    assert log["statuses"] == {"410": log["count"]}


def test_an_added_post_is_there_and_in_the_truth(client: Client, web: ReplayServer) -> None:
    words = f"/_truth?term={quote('fjällvik coffee')}&tag=fjallvik"
    before = told(web, words)
    sent = {"system": "mastodon", "text": "Fjällvik Coffee, once more", "tags": ["fjallvik"]}
    added = told(web, "/_add", sent)
    after = told(web, words)
    assert set(after["mastodon"]) - set(before["mastodon"]) == {added["id"]}
    timeline = client.get("https://mastodon.social/api/v1/timelines/tag/fjallvik").json()
    assert timeline[0]["uri"] == added["id"]


def test_the_world_has_no_two_posts_of_one_number_or_address(web: ReplayServer) -> None:
    posts = web.world.posts
    assert len({post.external_id for post in posts}) == len(posts)
    assert len({post.url for post in posts}) == len(posts)
    assert posts == sorted(posts, key=lambda post: post.at, reverse=True)


def test_some_brands_take_part_in_some_conversations(web: ReplayServer) -> None:
    about = [post for post in web.world.of("mastodon") if post.about == "fjallvik"]
    assert 0 < len(web.world.takes_part("fjallvik")) < len(about)
    assert web.world.takes_part("kustens") == set()
