"""Paging by time over Hacker News, and a user's pace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.net import Response
from listening.sources.hackernews import HITS, HackerNews
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import reaches_back_steadily, read_all

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
START = int(SINCE.timestamp())


class Query:
    def __init__(self, *alternatives: tuple[str, ...]) -> None:
        self._alternatives = alternatives

    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        return self._alternatives


def algolia(stories: Mapping[str, list[int]]) -> Any:
    """Serves stories (query -> created_at_i of each) newest first; like the service, 1,000 hits at most."""

    def answer(url: str, options: Mapping[str, Any]) -> Response:
        asked = options["params"]
        limits = dict(limit.split("=") for limit in asked["numericFilters"].split(","))
        low, high = int(limits["created_at_i>"]), int(limits.get("created_at_i<", 10**12))
        known = ((at, n) for n, at in enumerate(stories[asked["query"]]) if low <= at <= high)
        rows = sorted(known, reverse=True)[:1000]
        hits = [
            {"objectID": f"{asked['query']}-{n}", "created_at_i": at, "title": "t", "_tags": ["story"]}
            for at, n in rows[: asked["hitsPerPage"]]
        ]
        return reply(200, json.dumps({"hits": hits, "nbHits": len(rows)}).encode(), url)

    return answer


def source(*answers: Any) -> tuple[HackerNews, FakeHttp]:
    http = FakeHttp(*answers)
    return HackerNews(http, now=lambda: NOW), http  # type: ignore[arg-type]  # a fake client


def test_more_than_a_thousand_hits_are_all_read_once() -> None:
    stories = [START + 60 * n for n in range(2_345)]
    hn, http = source(algolia({"fjällvik": stories}))
    items, pages = read_all(lambda cursor: hn.search(Query(("fjällvik",)), SINCE, cursor))
    assert len(items) == len({item.external_id for item in items}) == 2_345
    assert reaches_back_steadily(pages, SINCE)
    assert len(http.asked) == len(pages) == 2_345 // (HITS - 1) + 1
    dates = [item.published_at for item in items]
    assert dates == sorted(dates, reverse=True)


def test_many_hits_in_one_second_neither_stop_nor_loop() -> None:
    stories = [START + 100] * (HITS - 1) + [START + n for n in range(50)]
    hn, _ = source(algolia({"x": stories}))
    items, pages = read_all(lambda cursor: hn.search(Query(("x",)), SINCE, cursor))
    assert len({item.external_id for item in items}) == HITS - 1 + 50
    assert not any(page.truncated for page in pages)
    crowd = [START + 100] * (HITS + 20) + [START + n for n in range(50)]
    hn, _ = source(algolia({"x": crowd}))
    items, pages = read_all(lambda cursor: hn.search(Query(("x",)), SINCE, cursor))
    assert len({item.external_id for item in items}) == HITS + 50
    assert any(page.truncated for page in pages), "what one second hides is said"


def test_alternatives_advance_together() -> None:
    stories = {
        '"fjällvik coffee"': [START + n for n in range(700)],
        "fjv": [START + 7 * n for n in range(300)],
    }
    hn, _ = source(algolia(stories))
    items, pages = read_all(lambda cursor: hn.search(Query(("fjällvik coffee",), ("fjv",)), SINCE, cursor))
    assert len(items) == 1_000
    assert pages[0].reached == NOW, "the second alternative has not been asked yet"
    assert reaches_back_steadily(pages, SINCE)
    heard: list[Any] = []
    for page in pages:
        heard += page.items
        covered = {item.external_id for item in heard}
        expected = {
            f"{query}-{n}"
            for query, dates in stories.items()
            for n, at in enumerate(dates)
            if page.reached and at > page.reached.timestamp()
        }
        assert expected <= covered, "nothing newer than what was reached is missing"


def test_terms_are_asked_so_that_no_sign_is_an_operator() -> None:
    hn, http = source(b'{"hits": []}')
    hn.search(Query(("us airways", "launch", "c++", '-x"')), SINCE)
    ((_, options),) = http.asked
    assert options["params"]["query"] == '"us airways" launch "c++" "-x "'
    assert options["params"]["typoTolerance"] == "false"


def test_a_query_without_a_word_to_ask_for_is_not_asked() -> None:
    hn, http = source(b"{}")
    page = hn.search(Query(), SINCE)
    assert page.truncated and page.next is None and not http.asked


def hits(*kinds: str) -> bytes:
    rows = [
        {"objectID": str(n), "created_at_i": int(NOW.timestamp()) - 3600 * (n + 1), "_tags": [kind]}
        for n, kind in enumerate(kinds)
    ]
    return json.dumps({"hits": rows, "nbHits": len(rows)}).encode()


def readings(hn: HackerNews) -> dict[str, Any]:
    found, _ = read_all(lambda cursor: hn.observe("teamfjallvik", cursor))
    return {reading.metric: reading.text or reading.value for reading in found}


def test_the_pace_of_a_user() -> None:
    hn, http = source(hits("story", "comment", "comment"))
    assert readings(hn) == {
        "exists": 1,
        "last_post": "2026-11-03T11:00:00+00:00",
        "posts_30d": 1,
        "replies_30d": 2,
    }
    assert len(http.asked) == 1


def test_a_user_who_fell_silent_and_one_who_never_spoke() -> None:
    hn, http = source(hits(), hits("story"))
    assert readings(hn) == {
        "posts_30d": 0,
        "replies_30d": 0,
        "exists": 1,
        "last_post": "2026-11-03T11:00:00+00:00",
    }
    assert len(http.asked) == 2
    hn, _ = source(hits(), hits(), reply(200, b'{"username": "teamfjallvik"}'))
    assert readings(hn)["exists"] == 1
    hn, _ = source(hits(), hits(), reply(404))
    assert readings(hn)["exists"] == 0


def test_more_than_a_thousand_posts_a_month_are_an_estimate() -> None:
    body = json.loads(hits("story"))
    hn, _ = source(json.dumps({**body, "nbHits": 1_500}).encode())
    page = hn.observe("busy")
    assert page.truncated
    assert {reading.precision for reading in page.items if reading.metric == "posts_30d"} == {"estimated"}


def test_a_thread_of_any_depth_is_read() -> None:
    node: dict[str, Any] = {"id": 0, "children": []}
    for number in range(1, 400):
        node = {"id": number, "author": f"a{number}", "created_at_i": START - number, "children": [node]}
    hn, _ = source(json.dumps({"id": 9999, "children": [node]}).encode())
    page = hn.thread("9999")
    assert len(page.items) == 400 and page.next is None


@pytest.mark.parametrize("root_id", ["../../users/x", "1?x=2", "a b"])
def test_an_odd_id_stays_inside_its_path(root_id: str) -> None:
    hn, http = source(b'{"children": []}')
    hn.thread(root_id)
    assert (
        http.asked[0][0].startswith("https://hn.algolia.com/api/v1/items/")
        and "/" not in http.asked[0][0].split("items/")[1]
    )
