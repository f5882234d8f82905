"""The sources against the recorded web, whose ground truth is counted independently of us."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening import query
from listening.net import SourceError
from listening.sources import wikidata, wikipedia
from listening.sources.base import Passing
from listening.sources.bluesky import Bluesky
from listening.sources.discovery import look_at_home
from listening.sources.feeds import Feeds
from listening.sources.hackernews import HackerNews
from listening.sources.mastodon import Mastodon
from listening.sources.reddit import Reddit
from listening.sources.searxng import SearXNG
from listening.sources.tranco import Tranco
from listening.sources.wikidata import Wikidata
from listening.sources.wikipedia import Wikipedia
from listening.sources.wordpress import WordPress
from listening.sources.youtube import YouTube
from listening.types import Item, Reading
from tests.listening.sources.listing import listed
from tests.listening.sources.paging import reaches_back_steadily, read_all
from tests.recorded import SEARXNG, RecordedWeb

pytestmark = pytest.mark.shared
LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3650)
FORMS = ("all words", "phrases without jobs or thanks")
EXCLUDED = ("jobs", "thanks")


@pytest.fixture(scope="module")
def airlines() -> Iterator[RecordedWeb]:
    with RecordedWeb("airlines") as web:
        yield web


@pytest.fixture(scope="module")
def tech() -> Iterator[RecordedWeb]:
    with RecordedWeb("tech") as web:
        yield web


@pytest.fixture(params=["airlines", "tech"])
def web(request: pytest.FixtureRequest) -> RecordedWeb:
    found: RecordedWeb = request.getfixturevalue(request.param)
    return found


def holds(text: str, term: str, phrase: bool) -> bool:
    """The rule of the truth, written down once more: whole words, case folded, in any order or in a row."""
    folded = unicodedata.normalize("NFC", text).casefold()
    words = [re.escape(word) for word in unicodedata.normalize("NFC", term).casefold().split()]
    wanted = [r"[^\w]+".join(words)] if phrase else words
    return all(re.search(rf"(?<!\w){one}(?!\w)", folded) for one in wanted)


def matching(items: Sequence[Item], terms: Sequence[str], form: str) -> dict[str, Item]:
    phrase = form != FORMS[0]
    found = {}
    for item in items:
        text = f"{item.title}\n{item.text}"
        banned = phrase and any(holds(text, word, True) for word in EXCLUDED)
        if any(holds(text, term, phrase) for term in terms) and not banned:
            found[item.external_id] = item
    return found


def expected(web: RecordedWeb, terms: Sequence[str], form: str, **limits: Any) -> dict[str, Any]:
    wording = {} if form == FORMS[0] else {"phrase": 1, "exclude": list(EXCLUDED)}
    return {row["id"]: row for row in web.truth(list(terms), **wording, **limits)["items"]}


@pytest.mark.parametrize("form", FORMS)
def test_tag_timelines_give_what_the_truth_counts(web: RecordedWeb, form: str) -> None:
    source = Mastodon(web.client())
    heard = 0
    for brand in web.brands():
        items = []
        for tag in brand["tags"]:
            found, pages = read_all(lambda cursor, tag=tag: source.tagged(tag, LONG_AGO, cursor))
            assert reaches_back_steadily(pages, LONG_AGO)
            items += found
        ours = matching(items, brand["terms"], form)
        truth = expected(web, brand["terms"], form, source=["mastodon"], tag=brand["tags"])
        assert ours.keys() == truth.keys(), brand["id"]
        for key, row in truth.items():
            assert ours[key].url == row["url"]
            assert ours[key].published_at == datetime.fromisoformat(row["published"])
        heard += len(ours)
    # The tech world has no short posts of its own: only the airlines' posts can be heard there.
    assert heard > 2000 or web.world == "tech"


@pytest.mark.parametrize("form", FORMS)
def test_hacker_news_gives_what_the_truth_counts(web: RecordedWeb, form: str) -> None:
    source = HackerNews(web.client(), now=lambda: LONG_AGO + timedelta(days=3650))
    heard = 0
    for brand in web.brands():
        asked = " OR ".join(
            f'"{term}"' if form != FORMS[0] else "(" + term.replace(" ", " AND ") + ")"
            for term in brand["terms"]
        )
        asked = asked if form == FORMS[0] else f"({asked}) NOT {EXCLUDED[0]} NOT {EXCLUDED[1]}"
        wanted = query.parse(asked)
        items, pages = read_all(lambda cursor, wanted=wanted: source.search(wanted, LONG_AGO, cursor))
        assert reaches_back_steadily(pages, LONG_AGO)
        stories = matching([item for item in items if not item.root_id], brand["terms"], form)
        truth = expected(web, brand["terms"], form, source=["hackernews"])
        assert stories.keys() == truth.keys(), brand["id"]
        assert all(stories[key].url == row["url"] for key, row in truth.items())
        heard += len(stories)
    assert heard > 15


def as_somebody(web: RecordedWeb) -> Bluesky:
    """Bluesky with an app password; the recorded web takes any of that form."""
    given = {"identifier": "noor.bsky.social", "password": "abcd-efgh-ijkl-mnop"}
    now = LONG_AGO + timedelta(days=3650)
    return Bluesky(web.client(), credentials=given, session=Passing(), now=lambda: now)


@pytest.mark.parametrize("form", FORMS)
def test_bluesky_gives_what_the_truth_counts(web: RecordedWeb, form: str) -> None:
    source = as_somebody(web)
    heard = 0
    for brand in web.brands():
        wanted = query.parse(
            " OR ".join(
                f'"{term}"' if form != FORMS[0] else "(" + term.replace(" ", " AND ") + ")"
                for term in brand["terms"]
            )
        )
        items, pages = read_all(lambda cursor, wanted=wanted: source.search(wanted, LONG_AGO, cursor))
        assert reaches_back_steadily(pages, LONG_AGO)
        ours = matching(items, brand["terms"], form)
        truth = expected(web, brand["terms"], form, source=["bluesky"])
        assert ours.keys() == truth.keys(), brand["id"]
        for key, row in truth.items():
            assert ours[key].url == row["url"]
            assert ours[key].published_at == datetime.fromisoformat(row["published"])
        heard += len(ours)
    assert heard > 1000 or web.world == "tech"
    logins = [one for one in web.log("bsky.social")["requests"] if "createSession" in str(one)]
    assert len(logins) <= len(FORMS), "one login for all searches"


def test_a_tag_of_bluesky_is_read_to_its_end(airlines: RecordedWeb) -> None:
    items, _ = read_all(lambda cursor: as_somebody(airlines).tagged("usairways", LONG_AGO, cursor))
    truth = expected(airlines, ["usairways"], FORMS[0], source=["bluesky"], tag=["usairways"])
    assert truth and {item.external_id for item in items} >= truth.keys()


def test_bluesky_threads_tell_who_takes_part(airlines: RecordedWeb) -> None:
    source = as_somebody(airlines)
    told = airlines.threads("united", source=["bluesky"])
    truth = {row["id"]: row for row in told["items"]}
    wanted = query.parse("united")
    items, _ = read_all(lambda cursor: source.search(wanted, LONG_AGO, cursor))
    talked = [item for item in items if item.replies and item.external_id in truth][:60]
    assert talked
    ours = f"@{told['profiles']['bluesky']}"
    took_part = 0
    for item in talked:
        opening, *replies = source.thread(item.external_id).items
        row = truth[item.external_id]
        assert (opening.external_id, opening.author) == (item.external_id, item.author)
        assert len(replies) == row["replies"]
        assert {reply.external_id for reply in replies if reply.author == ours} == set(row["brand_replies"])
        took_part += bool(row["brand_replies"])
    assert 0 < took_part < len(talked)


def test_bluesky_lets_nobody_search_without_a_login(airlines: RecordedWeb) -> None:
    for password in ("", "not an app password"):
        given = {"identifier": "noor.bsky.social", "password": password}
        with pytest.raises(SourceError) as refused:
            Bluesky(airlines.client(), credentials=given).search(query.parse("united"), LONG_AGO)
        assert refused.value.kind == "needs_key"
    stale = Passing({"host": "bsky.social", "access": "replay-access", "refresh": "replay-refresh-x"})
    given = {"identifier": "noor.bsky.social", "password": "abcd-efgh-ijkl-mnop"}
    source = Bluesky(airlines.client(), credentials=given, session=stale)
    assert source.search(query.parse("united"), LONG_AGO).items, "the session was renewed"
    assert stale.read()["access"] == "replay-access-x"


@pytest.mark.parametrize("form", FORMS)
def test_reddit_gives_what_the_truth_counts(web: RecordedWeb, form: str) -> None:
    source = Reddit(web.client())
    heard = 0
    for brand in web.brands():
        joined = " OR ".join(
            f'"{term}"' if form != FORMS[0] else "(" + term.replace(" ", " AND ") + ")"
            for term in brand["terms"]
        )
        asked = joined if form == FORMS[0] else f"({joined}) NOT {EXCLUDED[0]} NOT {EXCLUDED[1]}"
        wanted = query.parse(asked)
        items, pages = read_all(lambda cursor, wanted=wanted: source.search(wanted, LONG_AGO, cursor))
        assert not any(page.truncated for page in pages), "ten pages are enough for all there is"
        assert pages[-1].reached == LONG_AGO
        ours, truth = (
            matching(items, brand["terms"], form),
            expected(web, brand["terms"], form, source=["reddit"]),
        )
        assert ours.keys() == truth.keys(), brand["id"]
        for key, row in truth.items():
            assert ours[key].url == row["url"]
            assert ours[key].published_at == datetime.fromisoformat(row["published"])
        heard += len(ours)
    assert heard > 1000 or web.world == "tech"


@pytest.mark.parametrize("form", FORMS)
def test_the_streams_of_wordpress_give_what_the_truth_counts(web: RecordedWeb, form: str) -> None:
    source = WordPress(web.client())
    heard = 0
    for brand in web.brands():
        items: list[Item] = []
        for tag in brand["tags"]:
            found, pages = read_all(lambda cursor, tag=tag: source.tagged(tag, LONG_AGO, cursor))
            assert reaches_back_steadily(pages, LONG_AGO)
            items += found
        ours = {key.rpartition("/")[2]: item for key, item in matching(items, brand["terms"], form).items()}
        truth = expected(web, brand["terms"], form, source=["wordpress"], tag=brand["tags"])
        assert ours.keys() == truth.keys(), brand["id"]
        assert all(ours[key].url == row["url"] for key, row in truth.items())
        heard += len(ours)
    assert heard > 500 or web.world == "tech"


def test_a_search_with_more_hits_than_a_page_is_read_to_its_end(tech: RecordedWeb) -> None:
    source = HackerNews(tech.client())
    items, pages = read_all(lambda cursor: source.search(query.parse("the"), LONG_AGO, cursor))
    stories = matching([item for item in items if not item.root_id], ["the"], FORMS[0])
    truth = expected(tech, ["the"], FORMS[0], source=["hackernews"])
    assert len(truth) > 1000, "the service shows at most 1,000 hits of one query"
    assert stories.keys() == truth.keys()
    assert reaches_back_steadily(pages, LONG_AGO)
    assert len(items) == len({item.external_id for item in items}), "no hit is given twice"


@pytest.mark.parametrize("days", [1, 3])
def test_reading_stops_at_the_asked_time(airlines: RecordedWeb, days: int) -> None:
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    source = Mastodon(airlines.client())
    items, pages = read_all(lambda cursor: source.tagged("united", since, cursor))
    truth = expected(
        airlines,
        ["united"],
        FORMS[0],
        source=["mastodon"],
        tag=["united"],
        since=since.isoformat().replace("+00:00", "Z"),
    )
    assert matching(items, ["united"], FORMS[0]).keys() == truth.keys()
    assert pages[-1].reached == since
    assert all(item.published_at and item.published_at >= since for item in items)


def test_a_new_post_is_found(airlines: RecordedWeb) -> None:
    source = Mastodon(airlines.client())
    added = airlines.add("mastodon", "Fresh from the press", brand="united")
    page = source.tagged("united", LONG_AGO)
    airlines.reset()
    assert page.items[0].external_id == added["id"]
    assert page.items[0].text == added["text"]


def test_mastodon_threads_tell_who_takes_part(airlines: RecordedWeb) -> None:
    source = Mastodon(airlines.client())
    told = airlines.threads("united", source=["mastodon"])
    truth = {row["id"]: row for row in told["items"]}
    items, _ = read_all(lambda cursor: source.tagged("united", LONG_AGO, cursor))
    talked = [item for item in items if item.replies and item.external_id in truth][:60]
    assert talked
    ours = f"@{told['profiles']['mastodon']}"
    took_part = 0
    for item in talked:
        page = source.thread(item.thread_handle)
        row = truth[item.external_id]
        assert len(page.items) == row["replies"] >= item.replies, "a server counts direct replies only"
        assert {reply.external_id for reply in page.items if reply.author == ours} == set(
            row["brand_replies"]
        )
        took_part += bool(row["brand_replies"])
    assert 0 < took_part < len(talked)


def test_a_closed_server_says_that_it_needs_a_key(airlines: RecordedWeb) -> None:
    closed = Mastodon(airlines.client(), instance="hachyderm.io")
    item = next(item for item in closed.tagged("united", LONG_AGO).items)
    with pytest.raises(SourceError) as refused:
        closed.thread(item.thread_handle)
    assert refused.value.kind == "needs_key"
    with pytest.raises(SourceError) as refused:
        Mastodon(airlines.client(), instance="closed.social.example").tagged("united", LONG_AGO)
    assert refused.value.kind == "needs_key"


def test_hacker_news_threads_tell_who_takes_part(tech: RecordedWeb) -> None:
    source = HackerNews(tech.client())
    told = tech.threads("github", source=["hackernews"])
    ours = told["profiles"]["hackernews"]
    took_part = 0
    for row in told["items"]:
        page = source.thread(row["id"])
        assert len(page.items) == row["replies"]
        assert {reply.external_id for reply in page.items if reply.author == ours} == set(
            row["brand_replies"]
        )
        took_part += bool(row["brand_replies"])
    assert 0 < took_part < len(told["items"])


def test_reddit_threads_tell_who_takes_part_and_closed_ones_are_no_zero(airlines: RecordedWeb) -> None:
    source = Reddit(airlines.client())
    told = airlines.threads("united", source=["reddit"])
    ours = f"u/{told['profiles']['reddit']}"
    rows = {row["id"]: row for row in told["items"]}
    items, _ = read_all(lambda cursor: source.search(query.parse("united"), LONG_AGO, cursor))
    talked = [item for item in items if rows.get(item.external_id, {}).get("replies")][:80]
    took_part = 0
    for item in talked:
        row = rows[item.external_id]
        if item.tags == ("flights",):
            with pytest.raises(SourceError) as refused:
                source.thread(item.thread_handle)
            assert refused.value.kind == "blocked"
            continue
        page = source.thread(item.thread_handle)
        assert len(page.items) == row["replies"]
        assert {reply.external_id for reply in page.items if reply.author == ours} == set(
            row["brand_replies"]
        )
        took_part += bool(row["brand_replies"])
    assert 0 < took_part < len(talked)
    assert any(item.tags == ("flights",) for item in talked)


def test_reddit_that_is_asked_too_fast_says_so(airlines: RecordedWeb) -> None:
    airlines.post("/_faults", {"www.reddit.com": [{"status": 429, "retry_after": 60}]})
    with pytest.raises(SourceError) as slow:
        Reddit(airlines.client()).tagged("united", LONG_AGO)
    airlines.post("/_faults", {})
    assert (slow.value.kind, slow.value.retry_after) == ("rate_limited", 60)


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
