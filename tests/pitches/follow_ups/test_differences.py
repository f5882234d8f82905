"""Two snapshots side by side: what is said of every kind of change, and what is never said."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pitches.follow_ups import differences, told
from pitches.follow_ups.differences import (
    SearchChange,
    SourceChange,
    VerdictChange,
    Words,
    between,
    difference,
)

TEXT = {"en": "Stories", "sv": "Unika inlägg"}


def figure(value: Any, unit: str = "count", evidence: str = "E1", **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "class": "measured", "evidence": evidence, "label": TEXT, **more}


def row(number: int) -> dict[str, str]:
    return {"title": f"Post {number}", "url": f"https://forum.example/{number}"}


def snapshot() -> dict[str, Any]:
    """A small deck of Fjällvik's: two steps, two rivals, one list."""
    evidence = {
        "id": "E1", "step": 1, "label": TEXT, "class": "measured", "sources": ["Mastodon", "RSS"], "gaps": [],
        "query": "Fjällvik v1: fjällvik\nv1: coffee", "rows": [row(1), row(2)], "rows_total": 2,
    }  # fmt: skip
    slide = {
        "key": "talk", "number": 1, "step": 1, "layout": "standard", "verdict": "supported", "edited": [],
        "title": {"en": "{s1.stories} stories about us", "sv": "{s1.stories} unika inlägg om oss"},
        "blocks": [{"type": "text", "text": {"en": "People talk.", "sv": "Folk pratar."}}],
    }  # fmt: skip
    return {
        "language": "en", "time_zone": "UTC",
        "names": {"brand.0": "Fjällvik", "brand.1": "Bergby", "source.mastodon": "Mastodon"},
        "figures": {
            "period.start": figure("2026-08-01", "date"), "period.end": figure("2026-08-30", "date"),
            "period.days": figure(30), "s1.stories": figure(50), "s3.share": figure(0.04, "percent"),
            "s4.stories.0": figure(20), "s4.stories.1": figure(40), "s1.week.brand.0": figure(7),
            "s1.inspected.mastodon": figure(900), "rule.s1.stories": figure(30),
        },
        "evidence": [evidence, {"id": "E2", "label": TEXT, "sources": ["SearXNG"], "rows": []}],
        "slides": [slide, {**copy.deepcopy(slide), "key": "share", "step": 4, "verdict": "mixed"}],
    }  # fmt: skip


@pytest.fixture
def old() -> dict[str, Any]:
    return snapshot()


@pytest.fixture
def new() -> dict[str, Any]:
    return snapshot()


def moved(old: dict[str, Any], new: dict[str, Any]) -> dict[str, differences.FigureChange]:
    return {one.key: one for one in between(old, new).moved}


def test_two_that_say_the_same_have_not_changed(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert between(old, new).is_empty


# Numbers


@pytest.mark.parametrize(
    ("before", "after", "unit", "expected"),
    [
        (50, 64, "count", ("changed", 14, 0.28)),
        (50, 50, "count", ("same", 0, 0)),
        (0, 3, "count", ("changed", 3, None)),  # nothing times something
        (3, 0, "count", ("changed", -3, -1)),  # a zero that was counted is a number
        (None, 3, "count", ("incomparable", None, None)),
        (3, None, "count", ("incomparable", None, None)),
        (None, None, "count", ("same", None, None)),
        (0.04, 0.06, "percent", ("changed", 0.02, 0.5)),
        (-0.1, 0.1, "percent", ("changed", 0.2, 2)),
        ("2026-08-01", "2026-09-01", "date", ("changed", None, None)),
    ],
)
def test_a_difference_is_taken_only_of_what_is_known(
    before: Any, after: Any, unit: str, expected: tuple[Any, ...]
) -> None:
    assert difference(before, after, unit) == expected


def test_a_figure_that_became_unknown_did_not_fall_to_zero(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["figures"]["s1.stories"]["value"] = None
    found = moved(old, new)["s1.stories"]
    assert (found.state, found.absolute, found.relative) == ("incomparable", None, None)


def test_figures_of_two_units_are_not_subtracted(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["figures"]["s3.share"] = figure(4, "count")
    old["figures"]["ask.budget"] = figure(1000, "money", currency="EUR")
    new["figures"]["ask.budget"] = figure(9000, "money", currency="SEK")
    found = moved(old, new)
    assert {found[key].state for key in ("s3.share", "ask.budget")} == {"incomparable"}


def test_a_brand_is_compared_with_itself_wherever_it_stands(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["names"] |= {"brand.0": "Bergby", "brand.1": "Fjällvik"}
    new["figures"]["s4.stories.0"], new["figures"]["s4.stories.1"] = figure(41), figure(20)
    found = moved(old, new)
    assert list(found) == ["s4.stories.0"]
    assert (found["s4.stories.0"].absolute, found["s4.stories.0"].old.key) == (1, "s4.stories.1")


def test_the_weeks_of_two_periods_and_the_rule_book_are_not_compared(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    new["figures"]["s1.week.brand.0"] = figure(99)
    new["figures"]["rule.s1.stories"] = figure(31)
    assert moved(old, new) == {}


def test_a_figure_that_came_or_went_is_called_so(old: dict[str, Any], new: dict[str, Any]) -> None:
    del new["figures"]["s3.share"]
    new["figures"]["s3.ours"] = figure(2)
    assert {key: one.state for key, one in moved(old, new).items()} == {
        "s3.ours": "appeared",
        "s3.share": "gone",
    }


# Reading more is no news


def test_a_number_whose_sources_were_read_otherwise_says_so(old: dict[str, Any], new: dict[str, Any]) -> None:
    old["coverage"] = [{"source": "mastodon", "label": "Mastodon", "state": "ok", "inspected": 900}]
    new["coverage"] = [
        {"source": "mastodon", "label": "Mastodon", "state": "ok", "inspected": 950},
        {"source": "feeds", "label": "RSS", "state": "partial", "inspected": 20},
    ]
    new["figures"]["s1.stories"] = figure(64)
    new["figures"]["s3.share"] = figure(0.05, "percent", "E2")
    old["figures"]["s3.share"]["evidence"] = "E2"
    found = between(old, new)
    assert [(one.source, one.kind) for one in found.sources] == [("mastodon", "same"), ("feeds", "gained")]
    by_key = {one.key: one for one in found.moved}
    assert by_key["s1.stories"].read_otherwise == ("RSS",)
    assert by_key["s3.share"].read_otherwise == ()  # rests on another source


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("ok", "ok", "same"),
        ("failed", "none", "same"),
        ("ok", "partial", "otherwise"),
        ("", "ok", "gained"),
        ("off", "partial", "gained"),
        ("ok", "failed", "lost"),
        ("partial", "", "lost"),
    ],
)
def test_a_source_is_gained_lost_or_read_otherwise(before: str, after: str, kind: str) -> None:
    assert SourceChange("feeds", "RSS", before, after).kind == kind


def test_an_older_snapshot_tells_by_its_figures_and_gaps_what_was_read(old: dict[str, Any]) -> None:
    old["names"] |= {"source.feeds": "RSS", "source.hackernews": "Hacker News"}
    old["figures"] |= {"s1.inspected.feeds": figure(12), "s1.inspected.hackernews": figure(None)}
    old["evidence"][0]["gaps"] = [{"en": "{@source.feeds} was read in part."}]
    assert told.sources_of(old) == {
        "mastodon": ("Mastodon", "ok", 900),
        "feeds": ("RSS", "partial", 12),
        "hackernews": ("Hacker News", "failed", None),
    }


def test_searches_that_are_worded_otherwise_are_named(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["evidence"][0]["query"] = "Fjällvik v2: fjällvik NOT jobs\nv1: coffee\nBergby v1: bergby"
    assert between(old, new).searches == (
        SearchChange("Fjällvik", "v1: fjällvik", "v2: fjällvik NOT jobs"),
        SearchChange("Bergby", "", "v1: bergby"),
    )


# Words, verdicts, slides


def test_a_verdict_that_turned_is_named_with_its_step(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["slides"][1]["verdict"] = "not_supported"
    assert between(old, new).verdicts == (VerdictChange(4, "mixed", "not_supported"),)


def test_a_step_whose_slide_was_left_out_keeps_its_verdict_in_the_summary(old: dict[str, Any]) -> None:
    line = {"step": 4, "verdict": "mixed", "text": {"en": "They are louder"}}
    old["slides"] = [old["slides"][0]]
    old["slides"][0]["blocks"].append({"type": "verdicts", "items": [line]})
    assert told.verdicts_of(old) == {1: "supported", 4: "mixed"}
    assert told.titles_of(old)[4] == {"en": "They are louder"}


def test_an_edited_title_is_shown_word_by_word(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["slides"][0]["title"] = {"en": "{s1.stories} people write about us", "sv": "x"}
    new["slides"][0]["edited"] = ["en"]
    (found,) = between(old, new).texts
    assert (found.slide, found.part, found.by_hand) == ("talk", "title", True)
    assert found.words == (
        Words("50", "same"),
        Words("stories", "gone"),
        Words("people write", "new"),
        Words("about us", "same"),
    )


def test_a_title_whose_number_alone_moved_was_not_edited(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["figures"]["s1.stories"]["value"] = 64
    found = between(old, new).texts
    assert [(one.slide, one.by_hand) for one in found] == [("talk", False), ("share", False)]


def test_slides_that_came_went_and_moved_are_told_apart(old: dict[str, Any], new: dict[str, Any]) -> None:
    talk, share = new["slides"]
    gap, voice, plan = ({**talk, "key": key} for key in ("gap", "voice", "plan"))
    old["slides"] = [talk, share, gap, voice]
    new["slides"] = [plan, gap, voice, talk]
    found = {one.slide: one.state for one in between(old, new).slides}
    assert found == {"plan": "added", "share": "removed", "talk": "moved"}


# Evidence


def test_posts_that_are_not_found_again_are_named(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["evidence"][0] |= {"rows": [row(2)], "rows_total": 1}
    (found,) = between(old, new).evidence
    assert [one["url"] for one in found.vanished] == ["https://forum.example/1"]


def test_a_list_that_is_cut_off_tells_nothing_of_what_is_missing(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    new["evidence"][0] |= {"rows": [row(2)], "rows_total": 51}
    assert between(old, new).evidence == ()


def test_other_days_have_other_posts(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["figures"]["period.end"]["value"] = "2026-09-30"
    new["evidence"][0] |= {"rows": [row(3)], "rows_total": 1}
    assert between(old, new).evidence == ()


def test_an_erased_author_is_counted_and_not_named(old: dict[str, Any], new: dict[str, Any]) -> None:
    for one in (old, new):
        one["evidence"][0]["rows"] = [{"redacted": "a" * 64}, row(2)]
    (found,) = between(old, new).evidence
    assert (found.redacted, found.vanished) == (1, ())
