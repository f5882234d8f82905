"""Tag timelines, threads and profiles of Mastodon servers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.net import Response, SourceError
from listening.sources.mastodon import LIMIT, MOST_PAGES, Mastodon
from listening.types import Reading
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import reaches_back_steadily, read_all

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


def status(number: int, at: datetime, **more: Any) -> dict[str, Any]:
    return {
        **{"id": str(number), "uri": f"https://kaffe.example/users/a/statuses/{number}"},
        **{"url": f"https://kaffe.example/@a/{number}", "created_at": at.isoformat(), "content": "<p>x</p>"},
        **{"account": {"acct": "a", "url": "https://kaffe.example/@a"}, "in_reply_to_id": None, **more},
    }


def server(statuses: list[dict[str, Any]], linked: bool = True) -> Any:
    """Pages statuses (newest id first) by max_id, with or without a Link header."""

    def answer(url: str, options: Mapping[str, Any]) -> Response:
        asked = options["params"]
        below = int(asked["max_id"]) if asked.get("max_id") else 10**30
        rows = [one for one in statuses if int(one["id"]) < below][: asked["limit"]]
        further = (
            f'<{url}?limit=40&max_id={rows[-1]["id"]}>; rel="next", <{url}?min_id=1>; rel="prev"'
            if rows
            else ""
        )
        return reply(200, json.dumps(rows).encode(), url, **({"link": further} if linked else {}))

    return answer


def source(*answers: Any, instance: str = "") -> tuple[Mastodon, FakeHttp]:
    http = FakeHttp(*answers)
    return Mastodon(http, instance=instance, now=lambda: NOW), http  # type: ignore[arg-type]  # a fake client


@pytest.mark.parametrize("linked", [True, False])
def test_a_timeline_is_read_back_to_the_asked_time(linked: bool) -> None:
    statuses = [status(1000 - n, NOW - timedelta(hours=6 * n)) for n in range(200)]
    mastodon, http = source(server(statuses, linked))
    items, pages = read_all(lambda cursor: mastodon.tagged("#fjällvik", SINCE, cursor))
    assert len(items) == 121, "30 days of four posts, both ends"
    assert reaches_back_steadily(pages, SINCE)
    assert len(http.asked) == 4, "it stops at the page that crosses the time"
    assert {url for url, _ in http.asked} == {"https://mastodon.social/api/v1/timelines/tag/fj%C3%A4llvik"}
    assert sum(page.inspected for page in pages) == 4 * LIMIT


@pytest.mark.parametrize("linked", [True, False])
def test_a_short_timeline_is_covered_whole(linked: bool) -> None:
    mastodon, _ = source(server([status(5, NOW), status(4, NOW - timedelta(days=1))], linked))
    items, pages = read_all(lambda cursor: mastodon.tagged("x", SINCE, cursor))
    assert len(items) == 2 and pages[-1].reached == SINCE


def test_a_thread_is_asked_where_the_post_was_seen_or_at_its_home() -> None:
    mastodon, http = source(b'{"descendants": []}')
    item = Mastodon(FakeHttp(server([status(5, NOW)])), now=lambda: NOW).tagged("x", SINCE).items[0]  # type: ignore[arg-type]
    mastodon.thread(item.thread_handle)
    mastodon.thread("https://kaffe.example/users/a/statuses/77")
    mastodon.thread("https://gts.example/users/a/statuses/01HXABC")
    assert [url for url, _ in http.asked] == [
        "https://mastodon.social/api/v1/statuses/5/context",
        "https://kaffe.example/api/v1/statuses/77/context",
        "https://gts.example/api/v1/statuses/01HXABC/context",
    ]


@pytest.mark.parametrize(
    "handle", ["", "mastodon.social/", "https://kaffe.example/p/a-b?c", "a b/5", "host/../5/.."]
)
def test_a_thread_that_cannot_be_found_says_so(handle: str) -> None:
    mastodon, http = source(b"{}")
    with pytest.raises(SourceError, match="cannot be read"):
        mastodon.thread(handle)
    assert not http.asked


def test_what_a_stranger_is_not_shown_is_said() -> None:
    descendants = [status(n, NOW) for n in range(60)]
    mastodon, _ = source(json.dumps({"descendants": descendants}).encode())
    assert mastodon.thread("mastodon.social/5").truncated


def account(**more: Any) -> bytes:
    counts = {"followers_count": 12, "following_count": 3, "statuses_count": 400}
    return json.dumps(
        {"id": "7", "acct": "fjallvik", "url": "https://kaffe.example/@fjallvik", **counts, **more}
    ).encode()


def observed(mastodon: Mastodon, handle: str = "@fjallvik@kaffe.example") -> dict[str, Reading]:
    found, _ = read_all(lambda cursor: mastodon.observe(handle, cursor))
    return {reading.metric: reading for reading in found}


def test_a_profile_is_counted_at_its_own_server() -> None:
    own = [status(100 - n, NOW - timedelta(days=n)) for n in range(50)]
    answers = [status(50 - n, NOW - timedelta(days=n), in_reply_to_id="1") for n in range(45)]
    mastodon, http = source(account(), server(own + answers))
    found = observed(mastodon)
    url = "https://kaffe.example/@fjallvik"
    assert {metric: reading.value for metric, reading in found.items()} == {
        **{"exists": 1, "followers": 12, "following": 3, "posts": 400},
        **{"posts_30d": 30, "replies_30d": 30, "last_post": None},
    }
    assert found["last_post"].text == NOW.isoformat()
    assert {reading.url for reading in found.values()} == {url}
    assert all(asked.startswith("https://kaffe.example/") for asked, _ in http.asked)
    assert http.asked[0][1]["params"] == {"acct": "fjallvik"}


def test_a_very_busy_profile_is_an_estimate() -> None:
    busy = [status(10_000 - n, NOW - timedelta(minutes=10 * n)) for n in range(5_000)]
    mastodon, http = source(account(), server(busy))
    found = observed(mastodon)
    assert len(http.asked) == 1 + MOST_PAGES
    assert found["posts_30d"].precision == "estimated"
    assert found["posts_30d"].value == pytest.approx(30 * 24 * 6, rel=0.01)


def test_a_silent_profile_has_zero_posts_and_an_empty_one_no_last_post() -> None:
    mastodon, _ = source(account(), server([status(1, NOW - timedelta(days=90))]))
    found = observed(mastodon)
    assert (found["posts_30d"].value, found["posts_30d"].precision) == (0, "exact")
    assert found["last_post"].text == (NOW - timedelta(days=90)).isoformat()
    mastodon, _ = source(account(), server([]))
    assert "last_post" not in observed(mastodon)


WEBFINGER = json.dumps(
    {"links": [{"rel": "self", "href": "https://social.kaffe.example/users/fjallvik"}]}
).encode()


def test_a_name_that_lives_on_another_host_is_found_by_webfinger() -> None:
    mastodon, http = source(reply(404), WEBFINGER, account(), server([]))
    assert observed(mastodon)["followers"].value == 12
    assert [url for url, _ in http.asked][:3] == [
        "https://kaffe.example/api/v1/accounts/lookup",
        "https://kaffe.example/.well-known/webfinger",
        "https://social.kaffe.example/api/v1/accounts/lookup",
    ]
    assert http.asked[1][1]["params"] == {"resource": "acct:fjallvik@kaffe.example"}


def test_two_hosts_that_point_at_each_other_end() -> None:
    mastodon, http = source(reply(404), WEBFINGER, reply(404))
    assert observed(mastodon)["exists"].value == 1, "WebFinger knows the name, its numbers cannot be read"
    assert len(http.asked) == 3


def test_a_name_that_nobody_knows_is_a_no_with_its_proof() -> None:
    mastodon, _ = source(reply(404))
    assert observed(mastodon) == {"exists": Reading("exists", 0, url="https://kaffe.example/@fjallvik")}


@pytest.mark.parametrize("handle", ["fjallvik", "@fjallvik", "", "@a@", "@a@b/c", "@a@b c"])
def test_half_a_handle_is_refused_in_words(handle: str) -> None:
    mastodon, http = source(b"{}")
    with pytest.raises(SourceError, match="no Mastodon handle"):
        mastodon.observe(handle)
    assert not http.asked
