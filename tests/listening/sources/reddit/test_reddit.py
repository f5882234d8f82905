"""Paging under a budget, refusals of every kind, and whose pace is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import pytest

from listening.net import Response, SourceError
from listening.sources.reddit import ENTRIES, MOST_PAGES, Reddit, fewest
from listening.types import Reading
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.hackernews.test_hackernews import Query
from tests.listening.sources.paging import reaches_back_steadily, read_all

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
POLICY = b"<!doctype html><h1>whoa there, pardner!</h1><p>Blocked due to a network policy.</p>"


def entry(key: str, at: datetime, author: str = "tove_t", title: str = "Fjällvik") -> str:
    when, url = at.isoformat(), f"https://www.reddit.com/r/coffee/comments/{key[3:]}/x/"
    return (
        f"<entry><author><name>/u/{author}</name></author><category term='coffee'/><id>{key}</id>"
        f"<link href='{url}'/><published>{when}</published><title>{escape(title)}</title></entry>"
    )


def feed(*entries: str) -> bytes:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(entries)}</feed>".encode()


def listing(posts: Mapping[str, list[datetime]]) -> Any:
    """Serves posts (query or path -> times, newest first) in pages, as ``limit`` and ``after`` ask."""

    def answer(url: str, options: Mapping[str, Any]) -> Response:
        asked = options["params"]
        name = asked.get("q") or url.removeprefix("https://www.reddit.com")
        rows = [(f"t3_{sorted(posts).index(name)}x{n}", at) for n, at in enumerate(posts[name])]
        keys = [key for key, _ in rows]
        start = keys.index(asked["after"]) + 1 if asked.get("after") else 0
        return reply(200, feed(*(entry(*row) for row in rows[start : start + asked["limit"]])), url)

    return answer


def source(*answers: Any) -> tuple[Reddit, FakeHttp]:
    http = FakeHttp(*answers)
    return Reddit(http, now=lambda: NOW), http  # type: ignore[arg-type]  # a fake client


def every(minutes: float, times: int) -> list[datetime]:
    return [(NOW - timedelta(minutes=minutes * n)).replace(microsecond=0) for n in range(1, times + 1)]


def test_pages_are_read_until_the_asked_time_and_older_posts_left_out() -> None:
    reddit, http = source(listing({'"fjällvik"': every(180, 1_000)}))
    items, pages = read_all(lambda cursor: reddit.search(Query(("fjällvik",)), SINCE, cursor))
    assert len(items) == 30 * 8 and len(pages) == 3
    assert reaches_back_steadily(pages, SINCE)
    assert not any(page.truncated for page in pages)
    assert all(item.published_at and item.published_at >= SINCE for item in items)
    ((url, options), *_) = http.asked
    assert url == "https://www.reddit.com/search.rss"
    assert options["params"] | {"q": "", "after": None} == {
        **{"q": "", "sort": "new", "t": "all", "type": "link", "limit": ENTRIES, "after": None}
    }
    assert options["follow"] is False, "a redirect would have to wait a minute"


def test_a_search_stops_after_ten_minutes_and_says_how_far_it_came() -> None:
    reddit, http = source(listing({'"coffee"': every(5, 5_000)}))
    items, pages = read_all(lambda cursor: reddit.search(Query(("coffee",)), SINCE, cursor))
    assert len(http.asked) == len(pages) == MOST_PAGES
    assert [page.truncated for page in pages] == [False] * (MOST_PAGES - 1) + [True]
    assert pages[-1].reached == min(item.published_at for item in items if item.published_at)


def test_alternatives_advance_together_and_each_is_asked_at_least_once() -> None:
    words = [(f"fjällvik{n}",) for n in range(MOST_PAGES + 3)]
    reddit, http = source(listing({f'"{word}"': every(5, 500) for (word,) in words}))
    _, pages = read_all(lambda cursor: reddit.search(Query(*words), SINCE, cursor))
    assert {options["params"]["q"] for _, options in http.asked} == {f'"{word}"' for (word,) in words}
    assert pages[0].reached == NOW, "the others have not been asked yet"
    assert pages[-1].truncated and pages[-1].reached == every(5, 500)[ENTRIES - 1]


def test_what_another_alternative_finds_anyway_is_not_asked() -> None:
    asked = (("united airlines",), ("united",), ("United",), ("unitedairlines",), ("late", "united"))
    assert fewest(asked) == [("united",), ("unitedairlines",)]
    assert fewest([("delta", "late"), ("late", "delta")]) == [("delta", "late")]
    assert fewest([("delta air",), ("air lines",)]) == [("delta air",), ("air lines",)]
    assert fewest([]) == []


def test_nothing_to_ask_for_is_said() -> None:
    reddit, http = source(feed())
    assert reddit.search(Query(), SINCE).truncated
    assert http.asked == []


def test_a_page_from_which_posts_were_removed_is_not_the_last() -> None:
    times = every(60, 300)
    pages = [times[:80], times[100:180], times[200:210]]
    reddit, http = source(
        *(feed(*(entry(f"t3_{page}x{n}", at) for n, at in enumerate(p))) for page, p in enumerate(pages))
    )
    items, _ = read_all(lambda cursor: reddit.search(Query(("fjällvik",)), SINCE, cursor))
    assert (len(items), len(http.asked)) == (170, 3)


def test_a_tag_is_the_community_of_that_name() -> None:
    reddit, http = source(listing({"/r/fjallvik/new/.rss": every(600, 130)}))
    items, pages = read_all(lambda cursor: reddit.tagged("#fjallvik", SINCE, cursor))
    assert len(items) == 72 and pages[-1].reached == SINCE
    assert items[0].tags == ("coffee",), "what the feed gives as the category"
    assert reddit.tagged("fjällvik", SINCE).reached == SINCE, "no community can be called so"
    assert len(http.asked) == 1


def test_a_large_community_is_read_as_far_as_the_budget_goes() -> None:
    reddit, http = source(listing({"/r/coffee/new/.rss": every(10, 5_000)}))
    items, pages = read_all(lambda cursor: reddit.tagged("coffee", SINCE, cursor))
    assert len(http.asked) == MOST_PAGES and len(items) == MOST_PAGES * ENTRIES
    assert pages[-1].truncated and pages[-1].reached == items[-1].published_at


@pytest.mark.parametrize(
    "absent",
    [
        reply(404, b"{}"),
        reply(302, location="https://www.reddit.com/subreddits/search.rss?q=nobody"),
    ],
    ids=["404", "a search for it"],
)
def test_a_community_that_is_not_there_was_silent_and_is_no_profile(absent: Response) -> None:
    page = source(absent)[0].tagged("nobody", SINCE)
    assert (page.items, page.reached, page.gaps) == ((), SINCE, ())
    gone = source(absent)[0].observe("r/nobody")
    assert gone.items == (Reading("exists", 0, url="https://www.reddit.com/r/nobody/"),)


def test_a_community_for_members_is_a_gap_and_the_other_tags_are_read() -> None:
    page = source(reply(403, b"<title>forbidden</title>", content_type="text/html"))[0].tagged("x_y", SINCE)
    assert page.gaps == (("r/x_y", "private"),) and page.next is None and page.reached is None


@pytest.mark.parametrize("call", ["search", "tagged", "thread", "observe"])
def test_a_network_that_reddit_refuses_waits_for_hours_and_blames_no_thread(call: str) -> None:
    reddit, _ = source(reply(403, POLICY, content_type="text/html"))
    calls = {
        "search": lambda: reddit.search(Query(("x",)), SINCE),
        "tagged": lambda: reddit.tagged("coffee", SINCE),
        "thread": lambda: reddit.thread("t3_1oa2b3c"),
        "observe": lambda: reddit.observe("u/tove_t"),
    }
    with pytest.raises(SourceError) as refused:
        calls[call]()
    assert refused.value.kind == "transient", "the thread itself may well be readable"
    assert refused.value.retry_after and refused.value.retry_after > 3600


def test_a_redirect_that_means_nothing_to_us_is_an_error() -> None:
    reddit, _ = source(reply(302, location="https://www.reddit.com/over18?dest=x"))
    with pytest.raises(SourceError) as odd:
        reddit.search(Query(("x",)), SINCE)
    assert odd.value.kind == "transient"


def test_an_answer_that_ends_in_the_middle_is_not_taken_for_the_end() -> None:
    body = feed(*(entry(f"t3_{n}", at) for n, at in enumerate(every(60, 20))))
    with pytest.raises(SourceError, match="broke off"):
        source(body[:-300])[0].search(Query(("x",)), SINCE)


def test_a_thread_is_asked_at_its_own_address() -> None:
    reddit, http = source(feed(entry("t3_1oa", NOW), entry("t1_n1", NOW, "TeamFjallvik")))
    page = reddit.thread("https://www.reddit.com/r/Coffee/comments/1oa/fj%C3%A4llvik_opens/")
    assert [one.author for one in page.items] == ["u/TeamFjallvik"]
    reddit.thread("t3_1oa")
    assert [url for url, _ in http.asked] == [
        "https://www.reddit.com/r/Coffee/comments/1oa/fj%C3%A4llvik_opens/.rss",
        "https://www.reddit.com/comments/1oa/.rss",
    ]
    with pytest.raises(SourceError) as odd:
        reddit.thread("https://www.reddit.com/r/Coffee/about/")
    assert odd.value.kind == "gone" and len(http.asked) == 2


def test_a_user_posts_and_comments() -> None:
    day, old = timedelta(days=1), entry("t3_c", NOW - timedelta(days=90))
    posts = feed(entry("t3_b", NOW - 5 * day), old)
    comments = feed(*(entry(f"t1_{n}", at) for n, at in enumerate(every(60, ENTRIES))))
    reddit, http = source(posts, comments)
    found, pages = read_all(lambda cursor: reddit.observe("u/TeamFjallvik", cursor))
    told = {one.metric: one for one in found}
    assert [url for url, _ in http.asked] == [
        "https://www.reddit.com/user/TeamFjallvik/submitted/.rss",
        "https://www.reddit.com/user/TeamFjallvik/comments/.rss",
    ]
    assert (told["exists"].value, told["posts_30d"].value, told["posts_30d"].precision) == (1, 1, "exact")
    assert told["replies_30d"].value == pytest.approx(30 * 24, rel=0.02), "100 comments cover four days only"
    assert told["replies_30d"].precision == "estimated" and pages[1].truncated
    assert told["last_post"].text == (NOW - timedelta(hours=1)).isoformat()


def test_a_post_stays_the_latest_when_the_comments_are_older() -> None:
    day = timedelta(days=1)
    reddit, _ = source(feed(entry("t3_b", NOW - day)), feed(entry("t1_a", NOW - 9 * day)))
    found, _ = read_all(lambda cursor: reddit.observe("u/tove_t", cursor))
    assert {one.metric: one for one in found}["last_post"].text == (NOW - day).isoformat()


def test_a_user_who_is_not_there_is_asked_for_once() -> None:
    reddit, http = source(reply(404, b"<html>"))
    found, _ = read_all(lambda cursor: reddit.observe("u/nobody_here", cursor))
    assert found == [Reading("exists", 0, url="https://www.reddit.com/user/nobody_here/")]
    assert len(http.asked) == 1


def test_the_pace_of_a_busy_community_is_estimated_and_its_members_stay_unknown() -> None:
    reddit, _ = source(feed(*(entry(f"t3_{n}", at) for n, at in enumerate(every(60, ENTRIES)))))
    page = reddit.observe("r/coffee")
    found = {one.metric: one for one in page.items}
    assert found["posts_30d"].value == pytest.approx(30 * 24, rel=0.02)
    assert found["posts_30d"].precision == "estimated" and page.truncated
    assert "members" not in found and "followers" not in found and "replies_30d" not in found


def test_a_quiet_community_exists() -> None:
    found = {one.metric: one.value for one in source(feed())[0].observe("r/quiet").items}
    assert found == {"exists": 1, "posts_30d": 0}


@pytest.mark.parametrize("handle", ["fjallvik", "u/", "r/a b", "u/x/y", ""])
def test_a_handle_that_is_none_is_said(handle: str) -> None:
    reddit, http = source(feed())
    with pytest.raises(SourceError, match="u/name"):
        reddit.observe(handle)
    assert http.asked == []
