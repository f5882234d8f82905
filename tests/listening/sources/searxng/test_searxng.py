"""Result pages of the operator's SearXNG."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from listening.net import Response, SourceError
from listening.sources.searxng import MOST_PAGES, SearXNG
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import read_all

ORIGIN = "http://searx.example:8080"


def engine(total: int, down: tuple[tuple[str, str], ...] = ()) -> Any:
    def answer(url: str, options: Mapping[str, Any]) -> Response:
        start = (options["params"]["pageno"] - 1) * 10
        rows = [
            {"url": f"https://kaffe.example/{n}", "title": str(n)}
            for n in range(start, min(start + 10, total))
        ]
        body = {"results": rows, "unresponsive_engines": [list(pair) for pair in down]}
        return reply(200, json.dumps(body).encode(), url)

    return answer


def source(*answers: Any, origin: str = ORIGIN) -> tuple[SearXNG, FakeHttp]:
    http = FakeHttp(*answers)
    return SearXNG(http, instance=origin), http  # type: ignore[arg-type]  # a fake client


def test_ranks_go_on_over_the_pages_down_to_the_depth() -> None:
    searx, http = source(engine(100))
    rows, pages = read_all(lambda cursor: searx.results("fjällvik coffee", "sv-SE", cursor, depth=30))
    assert [row.rank for row in rows] == list(range(1, 31)) and len(pages) == 3
    assert [options["params"]["pageno"] for _, options in http.asked] == [1, 2, 3]
    url, options = http.asked[0]
    assert url == f"{ORIGIN}/search" and options["trusted"] is True
    assert (options["params"]["q"], options["params"]["language"], options["params"]["format"]) == (
        "fjällvik coffee",
        "sv-SE",
        "json",
    )
    assert source(engine(1))[0].results("x").next is not None, "one row is not the end of what there is"


def test_it_ends_where_nothing_comes_and_at_the_last_page_at_most() -> None:
    searx, _ = source(engine(14))
    rows, pages = read_all(lambda cursor: searx.results("x", "", cursor, depth=30))
    assert len(rows) == 14 and len(pages) == 3
    searx, _ = source(engine(10**6))
    _, pages = read_all(lambda cursor: searx.results("x", "", cursor, depth=10**6))
    assert len(pages) == MOST_PAGES


def test_a_market_that_is_left_open_is_not_asked_for() -> None:
    searx, http = source(engine(1))
    searx.results("x")
    assert http.asked[0][1]["params"]["language"] is None


def test_an_engine_that_is_down_is_a_gap_and_all_down_is_an_error() -> None:
    searx, _ = source(engine(5, (("duckduckgo", "CAPTCHA"),)))
    assert searx.results("x").gaps == (("duckduckgo", "CAPTCHA"),)
    searx, _ = source(engine(0, (("duckduckgo", "CAPTCHA"), ("google", "timeout"))))
    with pytest.raises(SourceError, match=r"duckduckgo \(CAPTCHA\), google \(timeout\)"):
        searx.results("x")
    searx, _ = source(engine(0))
    assert searx.results("x").items == (), "nothing found by engines that answered is an answer"


def test_json_that_is_switched_off_says_how_to_switch_it_on() -> None:
    searx, _ = source(reply(403, b"<h1>Forbidden</h1>"))
    with pytest.raises(SourceError, match="search.formats") as raised:
        searx.results("x")
    assert raised.value.kind == "blocked"


def test_without_an_address_the_operator_is_told_what_is_missing() -> None:
    searx, http = source(b"{}", origin="")
    with pytest.raises(SourceError, match="SEARXNG_URL") as raised:
        searx.results("x")
    assert raised.value.kind == "needs_key" and not http.asked
