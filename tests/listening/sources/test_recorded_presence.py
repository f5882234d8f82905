"""The sources against the recorded web: profiles, ranks, result pages and home pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from listening.net import SourceError
from listening.sources import wikidata, wikipedia
from listening.sources.bluesky import Bluesky
from listening.sources.discovery import look_at_home
from listening.sources.feeds import Feeds
from listening.sources.mastodon import Mastodon
from listening.sources.reddit import Reddit
from listening.sources.searxng import SearXNG
from listening.sources.tranco import Tranco
from listening.sources.wikidata import Wikidata
from listening.sources.wikipedia import Wikipedia
from listening.sources.wordpress import WordPress
from listening.sources.youtube import YouTube
from listening.types import Reading
from tests.listening.sources.listing import listed
from tests.listening.sources.paging import read_all
from tests.recorded import SEARXNG, RecordedWeb

pytestmark = pytest.mark.shared


def readings(pages: Sequence[Reading]) -> dict[str, Reading]:
    return {reading.metric: reading for reading in pages}


def test_presence_is_what_the_systems_report(web: RecordedWeb) -> None:
    presence, client = web.presence(), web.client()
    for brand in web.brands():
        if brand.get("mastodon"):
            found = readings(
                read_all(lambda cursor, b=brand: Mastodon(client).observe(b["mastodon"], cursor))[0]
            )
            assert found["followers"].value == presence[brand["id"]]["mastodon"]
            assert found["exists"].value == 1
            assert found["posts_30d"].value and found["last_post"].text
        if brand.get("bluesky"):
            found = readings(
                read_all(lambda cursor, b=brand: Bluesky(client).observe(f"@{b['bluesky']}", cursor))[0]
            )
            assert found["followers"].value == presence[brand["id"]]["bluesky"]
            assert found["posts"].value == presence[brand["id"]]["bluesky_posts"]
            assert found["exists"].value == 1
            assert found["posts_30d"].value and found["last_post"].text
        if brand["users"].get("reddit"):
            handle = f"u/{brand['users']['reddit']}"
            found = readings(read_all(lambda cursor, h=handle: Reddit(client).observe(h, cursor))[0])
            assert found["exists"].value == 1 and found["last_post"].text
            assert found["posts_30d"].value in (1, 2, 3), "three posts in all, the oldest about a month old"
            assert "members" not in found and "followers" not in found
        if "wordpress" in presence[brand["id"]]:
            site = brand["domain"]
            found = readings(read_all(lambda cursor, s=site: WordPress(client).observe(s, cursor))[0])
            assert found["subscribers"].value == presence[brand["id"]]["wordpress"]
            assert found["posts_30d"].value == 0, "the recorded posts stand on other people's blogs"
        if brand.get("youtube"):
            for handle in (brand["youtube"]["channel_id"], brand["youtube"]["handle"]):
                found = readings(read_all(lambda cursor, h=handle: YouTube(client).observe(h, cursor))[0])
                assert found["title"].text == brand["name"]
                per_month = brand["youtube"]["per_week"] * 30 / 7
                assert found["posts_30d"].value == pytest.approx(per_month, rel=0.2, abs=1)
                assert found["views_per_video"].value and found["last_post"].text
        for language, article in brand["wikipedia"].items():
            handle = f"{language}:{article['title']}"
            found = readings(read_all(lambda cursor, h=handle: Wikipedia(client).observe(h, cursor))[0])
            assert found["length"].value == article["length"]
            assert found["languages"].value == len(brand["wikipedia"])
            assert found["views_days"].value == 30
            # The server spreads the views over the week and lets them wobble by a tenth.
            assert found["views_30d"].value == pytest.approx(article["views"] * 30, rel=0.15)
        if brand["feed"]:
            url = f"https://{brand['domain']}{brand['feed']['path']}"
            found = readings(Feeds(client).observe(url).items)
            assert found["posts_30d"].value == pytest.approx(
                brand["feed"]["per_week"] * 30 / 7, rel=0.15, abs=1
            )


def test_the_item_of_a_brand_leads_to_all_that_it_names(web: RecordedWeb) -> None:
    client = web.client()
    for brand in web.brands():
        with listed():
            found = wikidata.propose(client, brand["name"], brand["domain"], ("sv", "en"))
        handles = {(one.source, one.handle) for one in found}
        assert ("wikidata", brand["wikidata"]) in handles and all(one.confident for one in found)
        expected = {
            ("mastodon", brand.get("mastodon")),
            ("link", brand.get("bluesky") and f"https://bsky.app/profile/{brand['bluesky']}"),
            (
                "link",
                brand["youtube"] and f"https://www.youtube.com/channel/{brand['youtube']['channel_id']}",
            ),
            ("link", brand.get("reddit") and f"https://www.reddit.com/r/{brand['reddit']}"),
            ("link", brand.get("github") and f"https://github.com/{brand['github']}"),
            ("feeds", brand["feed"] and f"https://{brand['domain']}{brand['feed']['path']}"),
        }
        expected |= {
            ("wikipedia", f"{language}:{article['title']}")
            for language, article in brand["wikipedia"].items()
            if language in ("sv", "en")
        }
        assert handles - {("wikidata", brand["wikidata"])} == {pair for pair in expected if pair[1]}
        for name in (brand["name"], brand["name"].upper()):
            with listed():
                unsure = wikidata.propose(client, name, "", ("en",))
            assert brand["wikidata"] in {one.handle for one in unsure}
            assert not any(one.confident for one in unsure), "a name alone makes nobody sure"


def test_items_are_read_as_they_are_written_down(web: RecordedWeb) -> None:
    source = Wikidata(web.client())
    for brand in web.brands():
        found = readings(source.observe(brand["wikidata"]).items)
        assert (found["exists"].value, found["title"].text) == (1, brand["name"])
        assert found["languages"].value == len(brand["wikipedia"])
        assert found["website"].text == f"https://{brand['domain']}/"
        if brand.get("reddit"):
            counted = found["followers_reddit"]
            assert counted.value == brand["counts"].get("reddit", [0])[0]
            assert counted.on == datetime(2026, 1, 1, tzinfo=UTC) and counted.text == brand["reddit"]
    assert readings(source.observe("Q999999999").items)["exists"].value == 0


def test_ranks_are_those_of_the_list(web: RecordedWeb) -> None:
    source = Tranco(web.client())
    newest = source.rank("google.com").next
    assert newest and newest["list"] == "REPLAY"
    for brand in web.brands():
        domain = brand["domain"].removeprefix("www.").removeprefix("about.")
        (found,) = source.rank(domain, newest).items
        if brand.get("tranco"):
            # The server lets a rank wobble by a fiftieth from day to day.
            assert found.rank and brand["tranco"] <= found.rank <= brand["tranco"] * 1.02
            assert (found.on.isoformat(), found.list_id) == (newest["on"], "REPLAY")
        else:
            assert found.rank is None
    (beyond,) = source.rank("nobody-reads-this.example", newest).items
    assert (beyond.rank, beyond.length, beyond.list_id) == (None, 1_000_000, "REPLAY")


def test_redirects_to_an_article_and_missing_ones(airlines: RecordedWeb) -> None:
    source = Wikipedia(airlines.client())
    assert readings(source.observe("en:UnitedAirlines").items)["title"].text == "United Airlines"
    assert readings(source.observe("en:United").items)["disambiguation"].value == 1
    missing = source.observe("sv:US Airways")
    assert missing.next is None
    assert missing.items == (Reading("exists", 0, url="https://sv.wikipedia.org/wiki/US_Airways"),)


def test_follower_numbers_come_from_the_home_server_and_lost_names_are_a_no(airlines: RecordedWeb) -> None:
    source = Mastodon(airlines.client())
    found, _ = read_all(lambda cursor: source.observe("@delta@mastodon.online", cursor))
    assert readings(found)["followers"].value == airlines.presence()["delta"]["mastodon"]
    nobody, _ = read_all(lambda cursor: Bluesky(airlines.client()).observe("@nobody.example", cursor))
    assert nobody == [Reading("exists", 0, url="https://bsky.app/profile/nobody.example")]
    missing, _ = read_all(lambda cursor: source.observe("@usairways@mastodon.social", cursor))
    assert missing == [Reading("exists", 0, url="https://mastodon.social/@usairways")]


def test_result_pages_keep_their_order_and_their_gaps(airlines: RecordedWeb) -> None:
    source = SearXNG(airlines.client(), instance=SEARXNG)
    rows, pages = read_all(lambda cursor: source.results("united airlines", "", cursor, depth=100))
    share = airlines.get("/_truth/share", q="united airlines", n=100)
    assert [row.rank for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == share["results"] > 30
    assert len(pages) > 3 and len({page.gaps for page in pages}) == 1
    with pytest.raises(SourceError, match="settings.yml"):
        SearXNG(
            airlines.client(searxng_url="http://nojson.searx.local"), instance="http://nojson.searx.local"
        ).results("x")


def test_engines_that_did_not_answer_are_gaps(airlines: RecordedWeb) -> None:
    source = SearXNG(airlines.client(), instance=SEARXNG)
    gaps = {
        source.results(phrase).gaps
        for phrase in ("united", "delta", "american airlines", "us airways", "flight", "late")
    }
    assert any(gaps) and all(isinstance(name, str) and reason for pairs in gaps for name, reason in pairs)


def test_home_pages_propose_the_brands_profiles(web: RecordedWeb) -> None:
    client = web.client()
    for brand in web.brands():
        facts = look_at_home(client, brand["domain"])
        assert (facts.title, facts.name, facts.language) == (brand["name"], brand["name"], "en")
        handles = {proposal.handle for proposal in facts.proposals if proposal.confident}
        if brand["feed"]:
            assert f"https://{brand['domain']}{brand['feed']['path']}" in handles
        if brand.get("mastodon"):
            assert brand["mastodon"] in handles
        if brand.get("bluesky"):
            assert f"@{brand['bluesky']}" in {proposal.handle for proposal in facts.proposals}
        named = {proposal.handle for proposal in wikipedia.propose(client, brand["name"], ("en", "sv"))}
        assert {
            f"{language}:{a['title']}"
            for language, a in brand["wikipedia"].items()
            if language in ("en", "sv")
        } <= named


def test_an_ambiguous_name_is_not_taken_for_the_brand(airlines: RecordedWeb) -> None:
    found = wikipedia.propose(airlines.client(), "Delta", ("en",))
    assert found and not any(proposal.confident for proposal in found)
    assert "en:Delta Air Lines" in {proposal.handle for proposal in found}


def test_feeds_are_asked_conditionally_and_followed_when_they_move(airlines: RecordedWeb) -> None:
    source = Feeds(airlines.client())
    first = source.poll("https://added.example/feed.xml")
    assert first.document and len(first.document.items) == 1 and first.etag and first.last_modified
    again = source.poll("https://added.example/feed.xml", first.etag, first.last_modified, first.body_hash)
    assert again.document is None and (again.etag, again.body_hash) == (first.etag, first.body_hash)
    asked = airlines.log("added.example")["requests"][-1]
    assert asked["status"] == 304 and asked["if_none_match"] == first.etag
    same = source.poll("https://added.example/feed.xml", body_hash=first.body_hash)
    assert same.document is None and same.raw
    moved = source.poll("https://moved.example/permanent")
    assert moved.moved_to == moved.final_url != "https://moved.example/permanent"
    assert source.poll("https://moved.example/temp").moved_to == ""
    with pytest.raises(SourceError) as refused:
        source.poll("https://gone.example/feed")
    assert refused.value.kind == "gone"
    airlines.add("feed", "A new shop", brand="united")
    fresh = source.poll("https://added.example/feed.xml", first.etag, first.last_modified, first.body_hash)
    airlines.reset()
    assert fresh.document and len(fresh.document.items) == 2
    assert {item.external_id for item in first.document.items} < {
        item.external_id for item in fresh.document.items
    }
