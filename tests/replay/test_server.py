"""Our made-up web keeps the contract by which it is asked, and tells the truth about itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from listening import query
from listening.net import Client, Settings, SourceError
from listening.sources.reddit import Reddit
from listening.sources.wordpress import WordPress
from listening.sources.youtube import YouTube
from tests.listening.sources.paging import read_all
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


LONG_AGO = datetime.now(UTC) - timedelta(days=365)


def test_reddit_and_wordpress_give_what_the_truth_tells(client: Client, web: ReplayServer) -> None:
    truth = told(web, f"/_truth?term={quote('fjällvik coffee')}&tag=fjallvik")
    reddit, wordpress = Reddit(client), WordPress(client)
    worded, _ = read_all(lambda cursor: reddit.search(query.parse('"Fjällvik Coffee"'), LONG_AGO, cursor))
    there, _ = read_all(lambda cursor: reddit.tagged("fjallvik", LONG_AGO, cursor))
    tagged, pages = read_all(lambda cursor: wordpress.tagged("fjallvik", LONG_AGO, cursor))
    assert {one.external_id for one in worded + there} == set(truth["reddit"])
    assert {one.external_id for one in tagged} == set(truth["wordpress"])
    assert worded and tagged and len(pages) > 1
    assert {item.tags for item in worded} > {item.tags for item in there}, "some stand in other communities"
    talk = {one.external_id: reddit.thread(one.thread_handle).items for one in worded}
    ours = {
        key for key, replies in talk.items() if any(reply.author == "u/TeamFjallvik" for reply in replies)
    }
    assert ours == web.world.takes_part("fjallvik", "reddit")
    assert 0 < len(ours) < sum(bool(replies) for replies in talk.values()) < len(talk)
    assert reddit.tagged("nobodyhere", LONG_AGO).items == ()
    added = told(web, "/_add", {"system": "reddit", "text": "Fjällvik Coffee, once more"})
    assert reddit.search(query.parse('"Fjällvik Coffee"'), LONG_AGO).items[0].external_id == added["id"]


def test_profiles_can_be_read_there(client: Client) -> None:
    asked = {
        (Reddit, "u/TeamFjallvik"): {"exists": 1, "posts_30d": 0, "replies_30d": 1},
        (Reddit, "r/nobodyhere"): {"exists": 0},
        (WordPress, "blogg.fjallvik.example"): {"exists": 1, "subscribers": 240, "posts": 9, "posts_30d": 5},
        (YouTube, "UCbergby000000000000002b"): {"exists": 1, "posts_30d": 7, "views_per_video": 980},
        (YouTube, "@bergby"): {"exists": 1, "posts_30d": 7, "views_per_video": 980},
    }
    for (kind, handle), expected in asked.items():
        found, _ = read_all(lambda cursor, kind=kind, handle=handle: kind(client).observe(handle, cursor))
        assert {one.metric: one.value for one in found if one.value is not None} == expected, handle
