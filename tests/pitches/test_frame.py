"""Cover, summary and what we measured: for whom, how sure, and what was not read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pitches import frame
from pitches.case import Case, build
from pitches.decks import snapshot
from pitches.drafts.wordings import printed
from pitches.models import Pitch, PrecisionSample
from pitches.verdicts import STATES, State, Verdict
from pitches.words import join
from teams.models import Workspace
from tests.make import make_brand, make_search, make_user, make_workspace
from tests.pitches.building import case_of, read_all, slide_of, title_of


@pytest.fixture
def case(pitch: Pitch) -> Case:
    return build(pitch)


def cover(case: Case) -> list[str]:
    return [printed(case, block["text"]) for block in slide_of(case, "cover").blocks]


# Cover


@pytest.mark.parametrize(
    ("kind", "named", "unnamed"),
    [
        ("boss", "For management: Ingrid Holm", "For management"),
        ("board", "For the board: Ingrid Holm", "For the board"),
        ("peers", "For colleagues: Ingrid Holm", "For colleagues"),
        ("client", "For our client: Ingrid Holm", "For our client"),
    ],
)
def test_the_cover_tells_for_whom_by_whom_and_of_which_days(
    pitch: Pitch, kind: str, named: str, unnamed: str
) -> None:
    pitch.audience_kind, pitch.audience = kind, "Ingrid Holm"
    case = build(pitch)
    name, whom, period, author = cover(case)
    assert (name, whom, author) == (pitch.title, named, "By Alice")
    assert period.startswith("What was said from ")
    pitch.audience = ""
    assert cover(build(pitch))[1] == unnamed


def test_every_kind_of_audience_has_its_words(case: Case) -> None:
    for kind in Pitch.Audience.values:
        assert frame.cover(case.ground, "mixed", kind).blocks


# Summary


def retitled(case: Case, states: dict[int, State], complete: bool = True) -> str:
    """The title of the summary, were the steps judged like this."""
    steps = tuple(
        replace(step, verdict=Verdict(states.get(step.number, step.verdict.state))) for step in case.steps
    )
    held = [step.number for step in steps if step.verdict.state == "supported"]
    other = replace(case, steps=steps)
    return printed(case, frame.summary_title(case.ground, other.state, held, complete))


def test_the_summary_names_the_numbers_of_the_steps_that_hold_and_no_others(case: Case) -> None:
    title = title_of(case, "summary")
    assert title.endswith("Bergby Roasters is ahead: we ask for 5 hours a week")
    assert "conversations" in title and "search results" not in title  # step 2 is mixed
    whole = retitled(case, {2: "supported"})
    assert "search results are social media" in whole
    weaker = retitled(case, {1: "mixed", 4: "not_supported"})
    assert "stories" not in weaker and "Bergby" not in weaker
    assert weaker.startswith("We are in ") and "but not every step holds" in weaker


def test_what_contradicts_or_cannot_be_judged_is_counted(case: Case) -> None:
    assert slide_of(case, "summary").title["en"]
    against: dict[int, State] = {1: "not_supported", 2: "not_supported", 3: "not_supported"}
    assert retitled(case, against).endswith("steps speak against starting now")
    unknown: dict[int, State] = {1: "not_enough", 2: "not_enough", 3: "not_enough"}
    assert retitled(case, unknown).endswith("steps cannot be judged yet: this is what we know")
    nothing: dict[int, State] = dict.fromkeys(range(1, 6), "mixed")
    assert retitled(case, nothing).startswith("4 of 5 steps hold so far")  # as counted when it was made


def test_an_ask_that_is_not_filled_in_is_said_to_be_open(case: Case) -> None:
    assert retitled(case, {}, complete=False).endswith("what we ask for is still open")


def test_the_summary_counts_the_verdicts_it_shows(case: Case) -> None:
    slide = slide_of(case, "summary")
    shown = [item["verdict"] for block in slide.blocks for item in block.get("items", ())]
    values = case.ground.register.values()
    assert values["case.steps"] == len(shown) == 5
    for state in set(STATES) - {"mixed"}:
        assert values[f"case.{state}"] == shown.count(state)
    proof = case.ground.register.figures["case.supported"].evidence
    rows = case.ground.details(proof).rows()
    assert [row["why"] for row in rows] == ["Supported", "Mixed", "Supported", "Supported", "Supported"]


# What we measured


def measured(case: Case) -> dict[str, Any]:
    """The texts of the slide and the rows of its two tables."""
    blocks = slide_of(case, "measured").blocks
    tables = [block["rows"] for block in blocks if block["type"] == "table"]
    said = join(*(block["text"] for block in blocks if block["type"] == "text"))
    return {"text": printed(case, said), "searches": tables[0], "sources": tables[1]}


def test_what_was_asked_for_and_how_far_each_source_was_read(case: Case) -> None:
    found = measured(case)
    assert [row[1]["raw"] for row in found["searches"]][1] == "v1 · tag:fjallvik OR tag:FjällvikCoffee"
    states = [row[1]["text"]["en"] for row in found["sources"]]
    assert states == ["In part", "Completely", "Could not be read"]
    assert [cell["state"] for cell in found["sources"][2][2:]] == ["unknown"] * 3
    assert title_of(case, "measured").endswith("we read 3 sources, 2 of them with gaps")


def judged_as(case: Case, values: dict[str, int | None]) -> None:
    """As if the sample of the case had been judged like this."""
    figures = case.ground.register.figures
    for name, value in values.items():
        figures[f"precision.{name}"] = replace(figures[f"precision.{name}"], value=value)


def test_that_nobody_drew_a_sample_is_said(pitch: Pitch) -> None:
    PrecisionSample.objects.all().delete()
    assert "Not sampled: nobody has judged yet" in measured(build(pitch))["text"]


@pytest.mark.parametrize(("relevant", "said"), [(18, "18 were relevant (90%)"), (1, "1 was relevant (5%)")])
def test_a_judged_sample_is_printed_with_its_numbers(case: Case, relevant: int, said: str) -> None:
    judged_as(case, {"sampled": 20, "judged": 20, "relevant": relevant})
    judged_as(case, {"share": relevant / 20})  # type: ignore[dict-item]  # a share
    assert said in measured(case)["text"].replace("\xa0", " ")


def test_a_sample_that_was_not_judged_is_no_sample(case: Case) -> None:
    judged_as(case, dict.fromkeys(("sampled", "judged", "relevant", "share")))
    assert "Not sampled" in measured(case)["text"]


def test_one_source_is_not_called_all_of_them(db: None) -> None:
    workspace: Workspace = make_workspace(make_user("Dora"))
    case = case_of(workspace)
    assert title_of(case, "measured").startswith("No source was read for the whole period")
    assert measured(case)["searches"][0][0]["text"]["en"] == "No search yet"
    assert snapshot.check(case.as_snapshot()) == []
    read_all(workspace, make_search(workspace, brand=make_brand(workspace)))
    case = case_of(workspace)
    assert title_of(case, "measured").endswith("we read 1 source, and completely")
    assert "Not searched, because nobody has entered credentials: Bluesky" in measured(case)["text"]
