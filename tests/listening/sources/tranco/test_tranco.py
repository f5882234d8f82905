"""Where a list of popular sites has one."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from listening.net import SourceError
from listening.sources.tranco import Tranco
from listening.types import Rank
from tests.listening.sources.fake_http import FakeHttp, reply

LIST = {"list": "X5Y7N", "on": "2026-11-02"}
URL = "https://tranco-list.eu/api/ranks/domain/fjallvik.example"


def ranked(*rows: tuple[str, Any]) -> tuple[Rank, ...]:
    body = json.dumps({"ranks": [{"date": day, "rank": rank} for day, rank in rows]}).encode()
    return Tranco(FakeHttp(body)).rank("fjallvik.example", LIST).items  # type: ignore[arg-type]  # a fake client


def test_first_it_is_asked_which_list_is_the_newest() -> None:
    http = FakeHttp(b'{"list_id": "X5Y7N", "available": true, "created_on": "2026-11-02T23:00:15.683146"}')
    page = Tranco(http).rank("fjallvik.example")  # type: ignore[arg-type]  # a fake client
    assert (page.items, page.next) == ((), LIST)
    assert [url for url, _ in http.asked] == ["https://tranco-list.eu/api/lists/date/latest"]


def test_the_newest_rank_is_the_one_and_names_its_list() -> None:
    assert ranked(("2026-11-01", 900), ("2026-11-02", 912), ("2026-10-05", 1)) == (
        Rank("fjallvik.example", 912, 1_000_000, date(2026, 11, 2), "X5Y7N", URL),
    )


def test_a_rank_of_a_day_ago_is_of_that_day_and_of_a_list_we_cannot_name() -> None:
    assert ranked(("2026-11-01", 900)) == (
        Rank("fjallvik.example", 900, 1_000_000, date(2026, 11, 1), "", URL),
    )


@pytest.mark.parametrize("rows", [(), (("2026-10-25", 900_000),)])
def test_a_site_on_none_of_the_last_lists_is_beyond_them_which_is_a_reading(rows: Any) -> None:
    assert ranked(*rows) == (Rank("fjallvik.example", None, 1_000_000, date(2026, 11, 2), "X5Y7N", URL),)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_name_that_it_takes_for_none_gives_no_reading(status: int) -> None:
    page = Tranco(FakeHttp(reply(status, b"{}"))).rank("fjallvik.example", LIST)  # type: ignore[arg-type]  # a fake client
    assert (page.items, page.next) == ((), None)


@pytest.mark.parametrize("body", [b"{}", b'{"ranks": null}', b'{"ranks": {}}'])
def test_an_answer_without_ranks_proves_nothing(body: bytes) -> None:
    with pytest.raises(SourceError):
        Tranco(FakeHttp(body)).rank("fjallvik.example", LIST)  # type: ignore[arg-type]  # a fake client


def test_without_a_list_nothing_can_be_said() -> None:
    with pytest.raises(SourceError, match="which list is the newest"):
        Tranco(FakeHttp(b'{"available": false}')).rank("fjallvik.example")  # type: ignore[arg-type]  # a fake client
