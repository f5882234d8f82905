"""Contrary evidence is shown, not hidden: a line "Against it: …" on every slide of steps 1 to 3."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.utils import timezone

from competitors.models import Phrase, ResultPage, ResultRow
from pitches.case import Case, build
from pitches.models import Pitch
from pitches.steps.against import against as box
from teams.models import Workspace
from tests.make import hear, make_brand, make_item, make_search, make_user, make_workspace
from tests.pitches.building import against, case_of, read_all, slide_of

SLIDES = ("talk", "voices", "visibility", "influence", "voice", "gap")


@pytest.fixture
def doras(db: None) -> Workspace:
    """Dora listens for Fjällvik and for coffee, and everything was read."""
    workspace = make_workspace(make_user("Dora"))
    brand = make_brand(workspace, domain="fjallvik.example")
    read_all(workspace, make_search(workspace, brand=brand))
    read_all(workspace, make_search(workspace, "coffee"), "hackernews")
    return workspace


def look_up(workspace: Workspace, types: Sequence[str], phrase: str = "coffee") -> None:
    """A result page with results of these types, in rank order."""
    asked = Phrase.objects.create(workspace=workspace, text=phrase, market="en-GB")
    page = ResultPage.objects.create(
        phrase=asked,
        engine="searxng",
        market="en-GB",
        origin=ResultPage.Origin.SOURCE,
        taken_at=timezone.now(),
        inspected=len(types),
    )
    ResultRow.objects.bulk_create(
        ResultRow(page=page, rank=rank, url=f"https://{kind}.example/{rank}", type=kind, title=kind)
        for rank, kind in enumerate(types, 1)
    )


@pytest.mark.parametrize("slide", SLIDES)
def test_every_slide_of_the_sample_says_what_speaks_against_it(slide: str, pitch: Pitch) -> None:
    case = build(pitch)
    assert len(against(case, slide)) > len("Against it: nothing that we measured.")


def test_a_box_leaves_out_what_is_zero_or_unknown_and_says_when_nothing_is_left(doras: Workspace) -> None:
    case: Case = case_of(doras)
    ground = case.ground
    assert box(ground, ["talk.against.copies"])["text"]["en"] == "Against it: nothing that we measured."
    assert (
        box(ground, ["voice.against.answered"])["text"]["sv"] == "Det som talar emot: inget som vi har mätt."
    )
    hear(doras, make_item("Fjällvik opens a roastery with forty new jobs this spring"))
    hear(doras, make_item("Fjällvik opens a roastery with forty new jobs this spring"))
    said = box(case_of(doras).ground, ["talk.against.copies"], [ground.say("gap.never")])["text"]["en"]
    first, second = said.split("\n")
    assert first.startswith("Against it: Of {s1.mentions} mentions, {s1.copies} is a copy")
    assert second == "No source has been read yet."


# Step 1


def test_that_most_of_the_talk_is_not_about_us_is_said(doras: Workspace) -> None:
    hear(doras, *(make_item(f"coffee number {number}") for number in range(40)), source="hackernews")
    case = case_of(doras)
    assert "None of the stories is about Fjällvik; all are about our industry." in against(case, "talk")
    hear(doras, make_item("Fjällvik sells tea"))
    case = case_of(doras)
    said = "Of 41 stories, 1 is about Fjällvik, the others about our industry."
    assert said in against(case, "talk")


def test_one_loud_author_is_named_as_a_number(doras: Workspace) -> None:
    hear(doras, *(make_item(f"coffee {number}", author="@bob@forum.example") for number in range(9)))
    assert "One author alone wrote 9." in against(case_of(doras), "talk")


def test_where_hardly_anybody_talks_those_who_do_are_counted(doras: Workspace) -> None:
    hear(doras, make_item("Is Fjällvik open?"))
    case = case_of(doras)
    assert case.steps[0].verdict.state == "not_supported"
    assert against(case, "talk") == (
        "Against it: All the same, 1 author wrote something. And 1 of the mentions asks something."
    )


# Step 2


def test_that_the_first_ten_hold_none_of_them_is_said(doras: Workspace) -> None:
    look_up(doras, ["shop"] * 10 + ["blog"] * 10 + ["other"] * 10)
    case = case_of(doras)
    said = against(case, "visibility")
    assert "Of 30 results, 20 are something else" in said
    assert "Among the first ten of a phrase, 10 results in all, there is none of them." in said


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (["blog"] + ["own"] * 9 + ["blog"] * 20, "Higher up they are rarer: 1 of the 10 results"),
        (["own"] * 2 + ["blog"] * 28, "Our own site is seen, too: 2 results."),
        (["blog"] + ["other"] * 39, "Higher up they are more common: 1 of the 10 results"),
        (["blog"] + ["other"] * 39, "All the same, 1 of the results is such a conversation."),
        (["blog"] * 3, "Of what was inspected, 3 of 3 results are such conversations."),
    ],
)
def test_what_speaks_against_step_2_follows_its_verdict(
    doras: Workspace, types: list[str], said: str
) -> None:
    look_up(doras, types)
    assert said in against(case_of(doras), "visibility")


def test_what_is_equally_common_higher_up_is_not_mentioned(doras: Workspace) -> None:
    look_up(doras, ["blog", "other"] * 20)
    assert "Higher up" not in against(case_of(doras), "visibility")


def test_seen_and_without_effect_has_a_title_of_its_own(doras: Workspace) -> None:
    look_up(doras, ["blog"] * 30)
    case = case_of(doras)
    assert case.steps[1].verdict.state == "mixed"
    title = case.steps[1].title["en"]
    assert title.startswith("What they say is seen, in {s2.visible}") and "not proven" in title


def test_each_bar_prints_how_many_results_were_inspected(doras: Workspace) -> None:
    for number in range(9):
        look_up(doras, ["blog"] * (number + 1), f"coffee part {number}")
    case = case_of(doras)
    slide = slide_of(case, "visibility")
    chart = next(block for block in slide.blocks if block["type"] == "chart")
    assert len(chart["categories"]) == 8
    values = case.ground.register.values()
    assert [values[f"s2.inspected.{index}"] for index in range(8)] == list(range(1, 9))
    assert all(f"{{s2.inspected.{index}}}" in one["en"] for index, one in enumerate(chart["categories"]))
    assert "Shown: the first {s2.phrases_shown} of {s2.phrases} phrases" in str(slide.blocks)
