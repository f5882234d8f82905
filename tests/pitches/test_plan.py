"""The plan of step 5: made from what was heard, filled in by people, each goal with its value of today."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from listening.models import Conversation
from pitches import checks, verdicts
from pitches.case import Case, build, period_of
from pitches.decks import snapshot as decks
from pitches.drafts import wordings
from pitches.models import Action, Pitch
from pitches.planning import actions as doing
from pitches.planning import plan
from pitches.planning.plan import Goal, Objection, Option, Plan, Rung
from teams.models import User, Workspace
from tests.make import make_user, make_workspace
from tests.pitches.building import slide_of, table

BrowserOf = Callable[[User], Client]


def planned(pitch: Pitch, **parts: Any) -> Case:
    """The case of a pitch whose plan has these parts and is otherwise as nobody set it."""
    pitch.plan = Plan(**parts).as_json()
    return build(pitch)


# The document


DOCUMENT = Plan(
    rungs=(Rung("listen", 1, 2.5, "Dana"), Rung("events", 4, on=False)),
    goals=(Goal("s3.share", 0.1, "up", 60, "Dana"), Goal("s3.ours")),
    options={"larger": Option(20, 9000)},
    objections={"time": Objection(False, {"en": "No."})},
    stops={30: {"sv": "Då slutar vi."}},
)


def test_a_plan_comes_back_as_it_was_kept() -> None:
    assert Plan.from_json(DOCUMENT.as_json()) == DOCUMENT
    assert Plan.from_json({}) == Plan()
    assert DOCUMENT.languages() == ("en", "sv")


def test_hours_follow_the_ask_until_somebody_says_otherwise() -> None:
    steps = Plan().ladder()
    assert [plan.hours_of(one, Decimal(5)) for one in steps] == [1, 1.5, 0.5, 1.5, 0.5]
    assert [plan.hours_of(one, None) for one in steps] == [None] * 5
    assert plan.hours_of(Rung("listen", hours=7), Decimal(5)) == 7
    assert plan.total([1, 2.5]) == 3.5 and plan.total([1, None]) is None


@given(
    st.one_of(st.floats(0, 1), st.none(), st.booleans(), st.just("x")),
    st.sampled_from(["up", "down", "hold"]),
)
def test_a_proposed_target_lies_in_its_direction(value: Any, direction: Any) -> None:
    target = plan.proposed_target(value, "percent", direction)
    if not isinstance(value, float):
        assert target is None
        return
    assert target is not None and 0 <= target <= 1
    if direction == "up":
        assert target >= round(min(value + 0.05, 1), 2) - 0.01
    elif direction == "down":
        assert target <= value / 2 + 0.005


@given(st.integers(0, 10**9), st.sampled_from(["up", "down", "hold"]))
def test_a_proposed_count_is_a_whole_number_that_chance_does_not_bring(value: int, direction: Any) -> None:
    target = plan.proposed_target(value, "count", direction)
    assert target is not None and target == int(target)
    assert {"up": target >= value + 3, "down": target <= value / 2, "hold": target == value}[direction]


def test_a_target_is_reached_from_its_own_side() -> None:
    assert plan.reached("up", 10, 10) and not plan.reached("up", 10, 9)
    assert plan.reached("down", 10, 10) and not plan.reached("down", 10, 11)
    assert plan.reached("hold", 10, 11) and not plan.reached("hold", 10, 9)


# The verdict


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        (verdicts.Start(False, 9, 3, 3), "not_enough"),
        (verdicts.Start(True, None, 3, 3), "not_enough"),
        (verdicts.Start(True, 0, 3, 3), "not_supported"),
        (verdicts.Start(True, 2, 3, 3), "mixed"),
        (verdicts.Start(True, 3, 3, 2), "mixed"),
        (verdicts.Start(True, 3, 0, 0), "mixed"),
        (verdicts.Start(True, 3, 3, 3), "supported"),
    ],
)
def test_the_rules_of_step_5(numbers: verdicts.Start, state: str) -> None:
    assert verdicts.start(numbers).state == state


def test_the_number_is_that_of_the_list_behind_it(pitch: Pitch) -> None:
    """A conversation that a rival opened is no place for our answer: it is neither counted nor listed."""
    case = build(pitch)
    counted = case.ground.register.values()["s5.answerable"]
    listed = doing.answers.proposed(case.ground, 500)
    assert isinstance(counted, int) and len({one.conversation_id for one in listed}) <= counted
    one = listed[0].conversation
    source, names = next(iter(case.ground.rival_handles.items()))
    Conversation.objects.filter(pk=one.pk).update(source=source, opener=min(names))
    again = build(pitch)
    assert again.ground.register.values()["s5.answerable"] == counted - 1
    assert one.pk not in {mention.conversation_id for mention in doing.answers.proposed(again.ground, 500)}


# The slides


def test_a_goal_starts_at_the_measured_figure_and_at_its_proof(pitch: Pitch) -> None:
    case = planned(pitch, goals=(Goal("s3.share", 0.1, "up", 60, "Dana"),))
    snapshot = case.as_snapshot(rows=False)
    figures = snapshot["figures"]
    measured, baseline, target = (figures[key] for key in ("s3.share", "goal.1.baseline", "goal.1.target"))
    assert (baseline["value"], baseline["evidence"]) == (measured["value"], measured["evidence"])
    assert baseline["class"] == "measured" and target["class"] == "assumption" and target["value"] == 0.1
    assert snapshot["goals"] == [
        {
            "figure": "s3.share",
            "baseline": "goal.1.baseline",
            "target": "goal.1.target",
            "direction": "up",
            "days": 60,
            "owner": "Dana",
        }
    ]
    assert decks.check(snapshot) == []


def test_the_title_of_the_plan_names_the_goals_with_their_numbers(pitch: Pitch) -> None:
    case = planned(
        pitch,
        goals=(
            Goal("s3.questions_open", 40, "down"),
            Goal("s4.own_voice", 0.2, "hold"),
            Goal("s3.share", None, "up"),
            Goal("s3.ours", 30, "up"),
        ),
    )
    title = wordings.printed(case, slide_of(case, "plan").title)
    today = case.ground.register.values()["s3.questions_open"]
    assert title.startswith(
        f"By day 90 we will know: questions without our answer from {today} to 40, our share"
    )
    assert "at least 20%, conversations with us in them, today " in title
    assert "number of conversations" not in title, "three are named"
    warned = next(block for block in slide_of(case, "plan").blocks if block.get("tone") == "warning")
    assert warned["text"]["en"] == "Without a target so far: conversations with us in them."
    assert [str(one) for one in checks.check(case) if one.key == "plan" and "target" in str(one)] == [
        "Goals without a target so far: conversations with us in them."
    ]
    assert decks.check(case.as_snapshot(details=False)) == []


def test_each_part_of_the_plan_has_its_steps_goals_hours_and_stop_rule(pitch: Pitch) -> None:
    case = planned(
        pitch,
        rungs=(Rung("listen", 1, 1, "Dana"), Rung("comment", 2, 2.5), Rung("events", 5, 1)),
        goals=(Goal("s3.ours", 20, "up", 60, "Evert"),),
        stops={60: {"en": "Nobody answers: then we stop"}},
    )
    rows = table(case, "plan")
    assert [row[0] for row in rows] == ["30", "60", "90"]
    assert rows[0][1].startswith("Read what 3 sources find") and rows[1][1].startswith(
        "Answer 10 conversations"
    )
    assert rows[2][1] == "Go on as before"
    assert [row[2] for row in rows] == ["Dana", "Alice, Evert", "–"]
    assert [row[3] for row in rows] == ["1", "3.5", "3.5"]
    assert rows[1][4].startswith("Number of conversations with us from ") and rows[1][4].endswith(" to 20")
    assert rows[1][5] == "Nobody answers: then we stop"
    assert list(slide_of(case, "plan").edited) == ["en"]
    assert table(case, "start")[-1][2] == "5", "the ladder goes beyond ninety days"


def test_the_ladder_names_the_communities_and_events_of_the_plan(pitch: Pitch) -> None:
    case = build(pitch)
    rows = {row[0]: row[1] for row in table(case, "start")}
    joined = pitch.actions.get(kind=Action.Kind.JOIN)
    assert rows["Comment"] == f"Answer 10 conversations; join {joined.place}"
    assert rows["Meet people"].startswith("Kaffefestivalen, ")
    assert "conversations" in rows["One public channel"]
    names = case.ground.names
    assert names["join.0"] == joined.place and names["event.0"] == "Kaffefestivalen"
    proof = case.ground.register.figures["s5.join.0"].evidence
    found = case.ground.details(proof)
    assert found.rows_total > 0 and {row["site"] for row in found.rows()} == {joined.place}


def test_what_speaks_against_it_is_on_the_slide(pitch: Pitch) -> None:
    case = planned(pitch, rungs=(Rung("listen", 1, 30),))
    note = next(block for block in slide_of(case, "start").blocks if block.get("tone") == "note")
    said = wordings.printed(case, note["text"])
    assert "We already take part in" in said and "not read" in said
    assert "takes 30 h a week in the end, more than the 5 h we ask for" in said
    assert any("The ladder takes 30 hours a week" in str(one) for one in checks.check(case))


def test_a_conversation_is_dated_by_the_workspaces_clock(pitch: Pitch, workspace: Workspace) -> None:
    mention = pitch.actions.filter(kind="answer").order_by("position")[0].mention
    assert mention is not None
    late = mention.published_at.replace(hour=23, minute=30)  # the next day in Stockholm
    type(mention).objects.filter(pk=mention.pk).update(published_at=late)
    figure = build(pitch).ground.register.figures["s5.said_on.0"]
    assert figure.value == workspace.localtime(late).date().isoformat() != late.date().isoformat()


def test_the_decision_has_three_ways_and_what_doing_nothing_costs(pitch: Pitch) -> None:
    case = planned(pitch, options={"larger": Option(20, 9000)})
    nothing, small, larger = table(case, "decision")
    values = case.ground.register.values()
    assert nothing[1:3] == ["0", "EUR\xa00"] and f"{values['s3.questions_open']} questions stay" in nothing[3]
    assert small[1:3] == ["5", "EUR\xa01,200"]
    assert larger[1:3] == ["20", "EUR\xa09,000"]
    assert not any("starting larger" in str(one) for one in checks.check(case))
    blank = planned(pitch)
    assert table(blank, "decision")[2][1:3] == ["unknown", "unknown"]
    assert any("starting larger" in str(one) and not one.blocks for one in checks.check(blank))


def test_objections_that_we_expect_are_answered_in_the_appendix(pitch: Pitch) -> None:
    off = {key: Objection(on=False) for key in plan.OBJECTIONS}
    case = planned(pitch, objections=off | {"time": Objection(True, {"en": "We have {ask.hours} hours."})})
    assert table(case, "objections") == [["Nobody has time for this", "We have 5 hours."]]
    found = slide_of(case, "objections")
    assert found.layout == "appendix" and list(found.edited) == ["en"]
    assert "{ask.hours}" not in found.blocks[0]["rows"][0][1]["text"]["sv"], "the other language is generated"
    assert decks.check(case.as_snapshot(details=False)) == []
    assert "objections" not in {one.key for one in planned(pitch, objections=off).slides}


def test_titles_claim_no_more_than_the_verdict(pitch: Pitch, workspace: Workspace) -> None:
    for conversation in workspace.conversations.filter(state="read"):
        conversation.participants = [*conversation.participants, "@fjallvik@kaffetorget.example"]
        conversation.save(update_fields=["participants"])
    pitch.actions.all().delete()
    case = build(pitch)
    assert case.steps[4].verdict.state == "not_supported"
    titles = {key: wordings.printed(case, slide_of(case, key).title) for key in ("start", "answers", "plan")}
    assert titles["start"] == "Start by listening: no conversation waits for an answer from us"
    assert titles["answers"] == "No conversation that could be read waits for an answer from us"
    assert titles["plan"].startswith("We keep listening, and on day 90 look again at: ")


def test_an_empty_workspace_gets_a_plan_that_claims_nothing(db: None) -> None:
    workspace = make_workspace(make_user("Dora"))
    start, end = period_of(workspace)
    case = build(Pitch(workspace=workspace, language="sv", period_start=start, period_end=end))
    assert (
        wordings.printed(case, slide_of(case, "answers").title)
        == "Vilka samtal vi ska svara i först vet vi inte än"
    )
    assert wordings.printed(case, slide_of(case, "plan").title).startswith("Vad vi vet då beror på")
    assert {row[4] for row in table(case, "start")} == {"okänt"}
    assert decks.check(case.as_snapshot()) == []


def test_without_a_choice_the_title_does_not_speak_of_nought_conversations(pitch: Pitch) -> None:
    pitch.actions.all().delete()
    case = build(pitch)
    title = wordings.printed(case, case.steps[4].title)
    waiting = case.ground.register.values()["s5.answerable"]
    assert title == f"Start small: {waiting} conversations wait for an answer from us"
