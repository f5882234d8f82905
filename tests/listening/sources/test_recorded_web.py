"""The sources against the recorded web, whose ground truth is counted independently of us."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening import query
from listening.net import SourceError
from listening.sources.base import Passing
from listening.sources.bluesky import Bluesky
from listening.sources.hackernews import HackerNews
from listening.sources.mastodon import Mastodon
from listening.sources.reddit import Reddit
from listening.sources.wordpress import WordPress
from listening.types import Item
from tests.listening.sources.paging import reaches_back_steadily, read_all
from tests.recorded import RecordedWeb

pytestmark = pytest.mark.shared
LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3650)
FORMS = ("all words", "phrases without jobs or thanks")
EXCLUDED = ("jobs", "thanks")


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
