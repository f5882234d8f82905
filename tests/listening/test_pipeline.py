"""Deciding between source and store, with plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from listening.pipeline import Draft, group, match, normalise, reach_back
from listening.query import parse
from listening.types import Item

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def draft(number: int = 1, text: str = "Fjällvik opens a roastery", **fields: object) -> Draft:
    values = {
        "external_id": str(number),
        "url": f"https://forum.example/{number}",
        "text": text,
        "published_at": NOW,
    }
    return normalise(Item(**{**values, **fields}), "mastodon", NOW)  # type: ignore[arg-type]  # a test's shorthand


def test_a_date_to_come_is_now_and_a_missing_one_is_first_sight() -> None:
    assert draft(published_at=NOW + timedelta(days=3)).published_at == NOW
    undated = draft(published_at=None)
    assert (undated.published_at, undated.date_known) == (NOW, False)
    ancient = draft(published_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert (ancient.published_at, ancient.date_known) == (NOW, False)


def test_a_match_says_which_words_are_where() -> None:
    versions = [(1, parse('fjällvik OR "cold brew"')), (2, parse("bergby"))]
    hits = match(draft(title="Cold-brew day", text="at Fjällvik"), versions)
    assert [hit.version_id for hit in hits] == [1]
    found = {(reason["where"], tuple(reason["words"])) for reason in hits[0].where}
    assert found == {("text", ("Fjällvik",)), ("title", ("Cold-brew",))}


def test_one_address_or_one_text_is_one_story() -> None:
    words = "Fjällvik opens a new roastery in Umeå this coming autumn"
    drafts = [
        draft(1, link="https://news.example/a?utm_source=x"),
        draft(2, "Something else", link="http://www.news.example/a"),
        draft(3, words),
        draft(4, words.upper()),
        draft(5, "Alone"),
    ]
    stories = group(drafts, {}).story_of
    assert stories[0] == stories[1]
    assert stories[2] == stories[3]
    assert len(set(stories)) == 3


def test_a_post_that_links_two_known_stories_merges_them_into_the_oldest() -> None:
    words = "Fjällvik opens a new roastery in Umeå this coming autumn"
    bridge = draft(9, words, link="https://news.example/a")
    grouping = group([bridge], {bridge.url_key: 7, bridge.text_key: 4})
    assert grouping.story_of == (4,)
    assert grouping.merges == ((7, 4),)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12), st.permutations(range(12)))
def test_grouping_does_not_depend_on_the_order(pairs: list[tuple[int, int]], order: list[int]) -> None:
    def make(index: int) -> Draft:
        page, words = pairs[index]
        return draft(index, f"word{words} " * 9, link=f"https://news.example/{page}")

    indexes = list(range(len(pairs)))
    shuffled = [index for index in order if index < len(pairs)]

    def partition(chosen: list[int]) -> set[frozenset[int]]:
        stories = group([make(index) for index in chosen], {}).story_of
        together: dict[int, set[int]] = {}
        for index, story in zip(chosen, stories, strict=True):
            together.setdefault(story, set()).add(index)
        return {frozenset(members) for members in together.values()}

    assert partition(indexes) == partition(shuffled)


def test_a_fetch_reaches_back_by_an_overlap_and_never_beyond_the_first_reach() -> None:
    month, day = timedelta(days=30), timedelta(days=1)
    assert reach_back(None, NOW, month, day) == NOW - month
    assert reach_back(NOW - day, NOW, month, day) == NOW - 2 * day
    assert reach_back(NOW - 90 * day, NOW, month, day) == NOW - month
