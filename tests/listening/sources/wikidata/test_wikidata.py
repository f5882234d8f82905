"""Which item a brand has, and what the item says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from listening.net import SourceError
from listening.sources import wikidata
from listening.sources.wikidata import Wikidata, propose
from listening.types import Proposal, Reading
from tests.listening.sources.fake_http import FakeHttp
from tests.listening.sources.listing import listed

HERE = Path(__file__).parent
ITEM = json.loads((HERE / "item.json").read_bytes())["entities"]["Q90000001"]
VILLAGE = {
    "id": "Q90000002",
    "labels": {"sv": {"value": "Fjällvik"}},
    "descriptions": {"sv": {"value": "by i Västerbotten"}},
    "claims": {},
    "sitelinks": [],  # what an empty object looks like in PHP
}
PAGE = "https://www.wikidata.org/wiki/Q90000001"


def items(*entities: dict[str, Any]) -> bytes:
    return json.dumps({"entities": {one["id"]: one for one in entities}, "success": 1}).encode()


def found(*ids: str) -> bytes:
    return json.dumps({"search": [{"id": one} for one in ids]}).encode()


def proposed(
    *answers: bytes, name: str = "Fjällvik", domain: str = "fjallvik.example", known: Proposal | None = None
) -> tuple[tuple[Proposal, ...], FakeHttp]:
    http = FakeHttp(*answers)
    with listed():
        return propose(http, name, domain, ("sv", "en"), known=known), http  # type: ignore[arg-type]  # a fake client


def test_the_item_whose_website_is_the_brands_is_surely_the_brands() -> None:
    one, http = proposed(found("Q90000002", "Q90000001"), items(VILLAGE, ITEM), domain="www.fjallvik.example")
    assert [(proposal.source, proposal.handle) for proposal in one] == [
        ("wikidata", "Q90000001"),
        ("wikipedia", "sv:Fjällvik Coffee"),
        ("feeds", "https://www.fjallvik.example/feed"),
        ("link", "https://fjallvik.wordpress.com/"),
        ("link", "https://blogg.fjallvik.example/nytt/"),
        ("mastodon", "@fjallvik@kaffe.example"),
        ("link", "https://bsky.app/profile/fjallvik.bsky.social"),
        ("link", "https://www.youtube.com/channel/UC0123456789abcdefghijkl"),
        ("link", "https://www.reddit.com/r/fjallvik"),
        ("link", "https://x.com/Fjallvik"),
        ("link", "https://www.facebook.com/fjallvik.coffee"),
        ("link", "https://www.instagram.com/fjallvik"),
        ("link", "https://www.instagram.com/fjallvik_de"),
        ("link", "https://www.instagram.com/fjallvik_fr"),
        ("link", "https://www.linkedin.com/company/fj%C3%A4llvik"),
        ("link", "https://www.tiktok.com/@fjallvik"),
        ("link", "https://t.me/fjallvik"),
        ("link", "https://github.com/fjallvik"),
    ], "without what is withdrawn, over, unknown or not preferred, and of many accounts the first"
    assert all(proposal.confident for proposal in one)
    assert {(proposal.proof, proposal.proof_url) for proposal in one[1:]} == {(wikidata.SAYS, PAGE)}
    assert (one[0].proof, one[0].proof_url) == (wikidata.MATCHED, PAGE)
    assert one[0].label == "Fjällvik Coffee · rosteri i Umeå · fjallvik.example"
    (_, search), (_, fetched) = http.asked
    assert search["params"]["search"] == "Fjällvik" and search["params"]["language"] == "sv"
    assert fetched["params"]["ids"] == "Q90000002|Q90000001"
    assert fetched["params"]["sitefilter"] == "svwiki|enwiki"
    assert all(options["params"]["maxlag"] == 5 for _, options in http.asked)


@pytest.mark.parametrize("domain", ["", "another.example", "fjallvik.example.org"])
def test_items_of_the_name_with_another_website_are_offered_unticked(domain: str) -> None:
    one, _ = proposed(found("Q90000002", "Q90000001"), items(VILLAGE, ITEM), found(), domain=domain)
    assert [(proposal.handle, proposal.label, proposal.confident) for proposal in one] == [
        ("Q90000002", "Fjällvik · by i Västerbotten", False),
        ("Q90000001", "Fjällvik Coffee · rosteri i Umeå · fjallvik.example", False),
    ]
    assert {proposal.proof for proposal in one} == {wikidata.FOUND}


def test_where_the_name_finds_nothing_the_domain_is_searched_for() -> None:
    one, http = proposed(found(), found("Q90000001"), items(ITEM), name="Fjällvik – kaffe från norr")
    assert one[0].handle == "Q90000001" and one[0].confident
    assert [options["params"].get("search") for _, options in http.asked] == [
        *("Fjällvik – kaffe från norr", "fjallvik", None)
    ]
    none, http = proposed(found(), name="fjall-vik", domain="fjallvik.example")
    assert none == () and len(http.asked) == 1, "the domain says the same as the name"


def test_the_item_that_the_home_page_names_is_asked_for_at_once() -> None:
    known = Proposal("wikidata", "Q90000001", PAGE, "Q90000001", "the home page says so")
    one, http = proposed(items(ITEM), domain="another.example", known=known)
    assert len(http.asked) == 1 and one[0].confident and one[0].proof == "the home page says so"
    gone = b'{"error": {"code": "no-such-entity", "info": "Could not find an entity"}}'
    one, http = proposed(gone, found("Q90000001"), items(ITEM), known=known)
    assert len(http.asked) == 3 and one[0].proof == wikidata.MATCHED


def observed(body: bytes, handle: str = "Q90000001") -> dict[str, Reading]:
    return {one.metric: one for one in Wikidata(FakeHttp(body)).observe(handle).items}  # type: ignore[arg-type]  # a fake client


def test_a_missing_item_is_a_no_with_its_proof() -> None:
    for body in (
        b'{"entities": {"Q90000001": {"id": "Q90000001", "missing": ""}}}',
        b'{"error": {"code": "no-such-entity", "info": "Could not find an entity"}}',
    ):
        assert observed(body) == {"exists": Reading("exists", 0, url=PAGE)}


@pytest.mark.parametrize(
    "body", [b"{}", b'{"entities": []}', b'{"entities": {}}', b'{"entities": {"Q1": 5}}']
)
def test_an_answer_without_the_item_is_no_no(body: bytes) -> None:
    with pytest.raises(SourceError, match="does not know"):
        observed(body)


def test_an_item_that_was_merged_is_read_under_its_new_name() -> None:
    assert observed(items({**ITEM, "id": "Q90000009"}))["exists"].value == 1


def test_a_database_in_trouble_is_an_error_although_it_says_200() -> None:
    body = b'{"error": {"code": "maxlag", "info": "Waiting for a database server: 7 seconds lagged."}}'
    with pytest.raises(SourceError, match="7 seconds lagged") as raised:
        observed(body)
    assert raised.value.kind == "transient"


@pytest.mark.parametrize("handle", ["", "Q", "Q0", "L5", "P856", "Fjällvik", "Q1|Q2", "Q1/../x"])
def test_what_is_no_item_is_refused_in_words(handle: str) -> None:
    with pytest.raises(SourceError, match="no item of Wikidata"):
        observed(b"{}", handle)


def test_followers_keep_the_day_on_which_somebody_counted_them() -> None:
    readings = Wikidata(FakeHttp(items(ITEM))).observe("q90000001").items  # type: ignore[arg-type]  # a fake client
    counted = [one for one in readings if one.metric.startswith("followers")]
    assert counted and all(one.on and one.text for one in counted)
    assert not any(one.metric == "followers" for one in counted), "what grows is read from the profiles"
