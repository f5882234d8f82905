"""Articles and their readers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from listening.net import SourceError
from listening.sources.wikipedia import Wikipedia, propose
from listening.types import Reading
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import read_all

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
URL = "https://sv.wikipedia.org/wiki/Fj%C3%A4llvik_Coffee"
PAGE = {
    "pageid": 7,
    "title": "Fjällvik Coffee",
    "length": 4100,
    "langlinks": [{"lang": "en", "title": "Fjällvik Coffee"}, {"lang": "de", "title": "Fjällvik Coffee"}],
    "revisions": [{"timestamp": "2026-10-30T10:00:00Z", "size": 4100}],
    "pageprops": {"wikibase_item": "Q1"},
}


def article(**changed: Any) -> bytes:
    return json.dumps({"batchcomplete": True, "query": {"pages": [{**PAGE, **changed}]}}).encode()


def views(last: date, days: int, each: int = 10) -> bytes:
    rows = [{"timestamp": f"{last - timedelta(days=n):%Y%m%d}00", "views": each} for n in range(days)]
    return json.dumps({"items": rows}).encode()


def observed(*answers: Any, handle: str = "sv:Fjällvik Coffee") -> tuple[dict[str, Reading], FakeHttp]:
    http = FakeHttp(*answers)
    source = Wikipedia(http, now=lambda: NOW)  # type: ignore[arg-type]  # a fake client
    found, _ = read_all(lambda cursor: source.observe(handle, cursor))
    return {reading.metric: reading for reading in found}, http


def test_an_article_and_its_readers() -> None:
    found, http = observed(article(), views(date(2026, 11, 1), 31))
    assert {metric: reading.text or reading.value for metric, reading in found.items()} == {
        **{"exists": 1, "title": "Fjällvik Coffee", "length": 4100, "languages": 3},
        **{"last_edit": "2026-10-30T10:00:00+00:00"},
        **{"views_30d": "2026-10-03/2026-11-01", "views_days": "2026-10-03/2026-11-01"},
    }
    assert (found["views_30d"].value, found["views_days"].value) == (300, 30)
    assert found["views_30d"].on == datetime(2026, 11, 1, tzinfo=UTC)
    assert found["exists"].url == URL and "start=2026-10-03&end=2026-11-01" in found["views_30d"].url
    (asked, options), (pageviews, _) = http.asked
    assert asked == "https://sv.wikipedia.org/w/api.php"
    assert options["params"]["titles"] == "Fjällvik Coffee" and options["params"]["maxlag"] == 5
    assert "/sv.wikipedia/all-access/user/Fj%C3%A4llvik_Coffee/daily/20261003/20261102" in pageviews


def test_yesterday_counts_as_soon_as_it_is_there() -> None:
    found, _ = observed(article(), views(date(2026, 11, 2), 31))
    assert (found["views_30d"].value, found["views_30d"].text) == (300, "2026-10-04/2026-11-02")


def test_days_without_readers_are_zero_and_a_page_nobody_read_too() -> None:
    found, _ = observed(article(), views(date(2026, 11, 1), 5))
    assert (found["views_30d"].value, found["views_days"].value) == (50, 5)
    found, _ = observed(article(), reply(404))
    assert (found["views_30d"].value, found["views_days"].value) == (0, 0)


@pytest.mark.parametrize("fault", [reply(503), reply(429)])
def test_readers_that_cannot_be_had_are_no_zero(fault: Any) -> None:
    with pytest.raises(SourceError):
        observed(article(), fault)


def test_a_missing_article_is_a_no_with_its_proof() -> None:
    found, http = observed(
        json.dumps({"query": {"pages": [{"title": "Fjällvik Coffee", "missing": True}]}}).encode()
    )
    assert found == {"exists": Reading("exists", 0, url=URL)} and len(http.asked) == 1


def test_a_page_of_meanings_is_flagged_and_its_readers_are_not_the_brands() -> None:
    found, http = observed(article(pageprops={"disambiguation": ""}))
    assert found["disambiguation"].value == 1 and "views_30d" not in found and len(http.asked) == 1


def test_a_redirect_is_read_under_its_real_title() -> None:
    found, http = observed(article(title="Fjällvik/Coffee"), views(date(2026, 11, 1), 30), handle="sv:Fjv")
    assert found["title"].text == "Fjällvik/Coffee"
    assert "/Fj%C3%A4llvik%2FCoffee/daily/" in http.asked[1][0]


def test_a_database_in_trouble_is_an_error_although_it_says_200() -> None:
    body = b'{"error": {"code": "maxlag", "info": "Waiting for a database server: 7 seconds lagged."}}'
    with pytest.raises(SourceError, match="7 seconds lagged") as raised:
        observed(body)
    assert raised.value.kind == "transient"


@pytest.mark.parametrize("handle", ["Fjällvik", "sv:", ":x", "../x:y", "sv.evil.example/:x", "sv:A|B"])
def test_what_names_no_article_is_refused_in_words(handle: str) -> None:
    with pytest.raises(SourceError, match="names no article"):
        observed(b"{}", handle=handle)


def search(*titles: str) -> bytes:
    return json.dumps({"query": {"search": [{"title": title} for title in titles]}}).encode()


def proposed(*answers: Any) -> list[tuple[str, bool]]:
    found = propose(FakeHttp(*answers), "Fjällvik Coffee", ("sv",))  # type: ignore[arg-type]  # a fake client
    return [(proposal.handle, proposal.confident) for proposal in found]


def test_proposals() -> None:
    assert proposed(article()) == [("sv:Fjällvik Coffee", True)]
    ambiguous = article(title="Fjällvik", pageprops={"disambiguation": ""})
    assert proposed(ambiguous, search("Fjällvik", "Fjällvik (kaffe)", "Fjällvik kommun")) == [
        ("sv:Fjällvik (kaffe)", False),
        ("sv:Fjällvik kommun", False),
    ]
    assert proposed(article(missing=True), search()) == []
