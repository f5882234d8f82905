"""The plan of step 5: made from what was heard, filled in by people, each goal with its value of today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from listening import calendars
from listening.models import Conversation, Event, Mention
from pitches import checks, verbs, verdicts
from pitches.case import Case, build, period_of
from pitches.decks import snapshot as decks
from pitches.drafts import wordings
from pitches.models import Action, Pitch
from pitches.planning import actions as doing
from pitches.planning import plan
from pitches.planning.plan import Goal, Objection, Option, Plan, Rung
from pitches.steps import goals
from teams.models import User, Workspace
from tests.make import make_user, make_workspace

BrowserOf = Callable[[User], Client]


def planned(pitch: Pitch, **parts: Any) -> Case:
    """The case of a pitch whose plan has these parts and is otherwise as nobody set it."""
    pitch.plan = Plan(**parts).as_json()
    return build(pitch)


def slide(case: Case, key: str) -> Any:
    return next(one for one in case.slides if one.key == key)


def table(case: Case, key: str) -> list[list[str]]:
    """What the table of a slide says, cell by cell."""
    block = next(block for block in slide(case, key).blocks if block["type"] == "table")
    return [
        [wordings.printed(case, cell["text"]) if "text" in cell else cell["raw"] for cell in row]
        for row in block["rows"]
    ]


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
    title = wordings.printed(case, slide(case, "plan").title)
    today = case.ground.register.values()["s3.questions_open"]
    assert title.startswith(
        f"By day 90 we will know: questions without our answer from {today} to 40, our share"
    )
    assert "at least 20%, conversations with us in them, today " in title
    assert "number of conversations" not in title, "three are named"
    warned = next(block for block in slide(case, "plan").blocks if block.get("tone") == "warning")
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
    assert list(slide(case, "plan").edited) == ["en"]
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
    note = next(block for block in slide(case, "start").blocks if block.get("tone") == "note")
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
    found = slide(case, "objections")
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
    titles = {key: wordings.printed(case, slide(case, key).title) for key in ("start", "answers", "plan")}
    assert titles["start"] == "Start by listening: no conversation waits for an answer from us"
    assert titles["answers"] == "No conversation that could be read waits for an answer from us"
    assert titles["plan"].startswith("We keep listening, and on day 90 look again at: ")


def test_an_empty_workspace_gets_a_plan_that_claims_nothing(db: None) -> None:
    workspace = make_workspace(make_user("Dora"))
    start, end = period_of(workspace)
    case = build(Pitch(workspace=workspace, language="sv", period_start=start, period_end=end))
    assert (
        wordings.printed(case, slide(case, "answers").title)
        == "Vilka samtal vi ska svara i först vet vi inte än"
    )
    assert wordings.printed(case, slide(case, "plan").title).startswith("Vad vi vet då beror på")
    assert {row[4] for row in table(case, "start")} == {"okänt"}
    assert decks.check(case.as_snapshot()) == []


def test_without_a_choice_the_title_does_not_speak_of_nought_conversations(pitch: Pitch) -> None:
    pitch.actions.all().delete()
    case = build(pitch)
    title = wordings.printed(case, case.steps[4].title)
    waiting = case.ground.register.values()["s5.answerable"]
    assert title == f"Start small: {waiting} conversations wait for an answer from us"


# The pages


def page(pitch: Pitch, name: str) -> str:
    return reverse(f"pitches:{name}", args=[pitch.workspace.code, pitch.code])


def filled(**changes: str) -> dict[str, str]:
    """The plan's form as a browser sends it, with these changes."""
    sent = {f"rung-{kind}-month": "1" for kind in plan.RUNGS} | {
        f"rung-{kind}-on": "on" for kind in plan.RUNGS
    }
    sent |= {f"objection-{key}-on": "on" for key in plan.OBJECTIONS}
    sent |= {
        "goal-0-figure": "s3.share",
        "goal-0-direction": "up",
        "goal-0-target": "12.5",
        "goal-0-days": "90",
    }
    return sent | changes


def test_alice_fills_in_the_plan(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    answer = browser.post(
        page(pitch, "plan"),
        filled(
            **{
                "rung-listen-hours": "3", "rung-listen-owner": "Dana", "goal-0-owner": "Evert",
                "option-larger-hours": "30", "option-larger-budget": "20000",
                "objection-time-text": "We have 5 hours a week, and Dana.",
                "stop-30-text": "No answers: we stop",
            }
        ),
    )  # fmt: skip
    assert answer.status_code == 302
    kept = Plan.from_json(Pitch.objects.get(pk=pitch.pk).plan)
    assert kept.goals == (Goal("s3.share", 0.125, "up", 90, "Evert"),)
    assert next(one for one in kept.rungs if one.kind == "listen") == Rung("listen", 1, 3, "Dana")
    assert kept.option("larger") == Option(30, 20000)
    assert kept.objection("time").texts == {"en": "We have {ask.hours} hours a week, and Dana."}
    assert kept.objection("control").texts == {}, "as Earshot writes it is no edit"
    assert kept.stops[30] == {"en": "No answers: we stop"}
    shown = browser.get(page(pitch, "plan")).content.decode()
    assert 'value="12.5"' in shown and "We have 5 hours a week, and Dana." in shown


def test_proposals_fill_blank_targets_only(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    sent = filled(**{
        "proposals": "1", "goal-1-figure": "s3.questions_open", "goal-1-direction": "down",
        "goal-1-days": "30", "goal-1-target": "",
    })  # fmt: skip
    assert browser_of(alice).post(page(pitch, "plan"), sent).status_code == 302
    first, second = Plan.from_json(Pitch.objects.get(pk=pitch.pk).plan).goals
    assert first.target == 0.125
    now = build(pitch).ground.register.values()["s3.questions_open"]
    assert isinstance(now, int) and second.target == now // 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"goal-0-target": "150"}, "one hundred percent at most"),
        ({"goal-0-target": "-1"}, "greater than or equal to 0"),
        ({"goal-0-figure": "s9.none"}, "Select a valid choice"),
        ({"rung-listen-month": "99"}, "less than or equal to 12"),
        ({"rung-listen-hours": "nan"}, "Enter a number"),
        ({"objection-time-text": "We have 4711 hours"}, "No figure of this pitch proves “4711”"),
        ({"stop-60-text": "After 77 answers"}, "No figure of this pitch proves “77”"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    changes: dict[str, str], said: str, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    before = Pitch.objects.get(pk=pitch.pk).plan
    answer = browser_of(alice).post(page(pitch, "plan"), filled(**{"rung-events-owner": "Evert", **changes}))
    shown = answer.content.decode()
    assert answer.status_code == 422 and said in shown
    assert 'value="Evert"' in shown and next(iter(changes.values())) in shown
    assert Pitch.objects.get(pk=pitch.pk).plan == before


def test_the_form_speaks_the_readers_language_and_keeps_the_words_of_the_pitch(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    User.objects.filter(pk=alice.pk).update(language="sv")
    shown = browser_of(alice).get(page(pitch, "plan")).content.decode()
    assert "Frågor utan svar från oss (i dag" in shown and "questions without our answer" not in shown
    assert "5\xa0timmar</a>" in shown and "5\xa0hours" not in shown, "figures beside words of the page"
    assert "hours a week" in shown, "answers to objections stand in the deck, which is English"


def test_bob_reads_the_plan_and_changes_nothing(pitch: Pitch, bob: User, browser_of: BrowserOf) -> None:
    browser = browser_of(bob)
    shown = browser.get(page(pitch, "plan")).content.decode()
    assert "questions without our answer" in shown and 'name="goal-0-figure"' not in shown
    assert browser.post(page(pitch, "plan"), filled()).status_code == 403
    assert browser.get(page(pitch, "actions")).status_code == 403


def test_alice_chooses_conversations_communities_events_and_tasks(
    pitch: Pitch, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    pitch.actions.all().delete()
    context = browser.get(page(pitch, "actions")).context
    mention, reason = context["waiting"][0]
    assert reason.is_question and reason.reactions
    community, event = context["communities"][0], context["events"][0]
    sent = {
        "form-TOTAL_FORMS": "0",
        "form-INITIAL_FORMS": "0",
        "mention": [mention.pk, mention.pk],
        "community": [community.name, "nowhere.example"],
        "event": [event.pk],
        "title": "Write the guideline",
    }
    assert browser.post(page(pitch, "actions"), sent).status_code == 302
    rows = list(pitch.actions.all())
    assert [one.kind for one in rows] == ["answer", "join", "event", "task"]
    assert rows[0].title and rows[0].url == mention.url and rows[0].place == mention.site.domain
    assert rows[1].url == f"https://{community.name}/"
    assert rows[2].happens_on == event.day == rows[2].due
    again = browser.get(page(pitch, "actions")).context
    assert mention.pk not in {one.pk for one, _ in again["waiting"]}
    assert community.name not in {one.name for one in again["communities"]}


def test_nothing_of_another_workspace_can_be_chosen(
    pitch: Pitch, charlie: User, alice: User, browser_of: BrowserOf
) -> None:
    theirs = charlie.workspaces.get()
    calendar = calendars.follow(theirs, "https://bergby.example/e.ics")
    event = Event.objects.create(calendar=calendar, key="1", title="Secret", starts_at=timezone.now())
    before = pitch.actions.count()
    rows = {f"form-{n}-id": pk for n, pk in enumerate(pitch.actions.values_list("pk", flat=True))}
    sent = {
        "form-TOTAL_FORMS": before,
        "form-INITIAL_FORMS": before,
        "event": event.pk,
        "mention": 10**15,
    } | rows
    browser_of(alice).post(page(pitch, "actions"), sent)
    assert pitch.actions.count() == before
    assert "Secret" not in browser_of(alice).get(page(pitch, "actions")).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"form-TOTAL_FORMS": "1", "form-0-owner": "Nobody"},
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": "9" * 40, "form-0-owner": "Nobody"},
        {"community": "a\0b"},
    ],
)
def test_a_form_that_no_page_has_adds_nothing(
    pitch: Pitch, alice: User, browser_of: BrowserOf, sent: dict[str, str]
) -> None:
    before = list(pitch.actions.values())
    empty = {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"}
    assert browser_of(alice).post(page(pitch, "actions"), {**empty, **sent}).status_code in (200, 302)
    assert list(pitch.actions.values()) == before


def test_whoever_saves_a_plan_that_lost_a_row_is_told(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    """Somebody else deleted it while this page stood open."""
    gone, kept = pitch.actions.all()[:2]
    pk = gone.pk
    gone.delete()
    rows = {"form-0-id": pk, "form-0-owner": "Dana", "form-1-id": kept.pk, "form-1-owner": "Dana"}
    sent = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", **rows}
    answer = browser_of(alice).post(page(pitch, "actions"), sent, follow=True)
    assert "The plan was changed meanwhile. Look at it again." in answer.content.decode()
    assert not pitch.actions.filter(owner="Dana").exists()


def test_an_event_in_the_plan_outlives_its_calendar(pitch: Pitch, workspace: Workspace) -> None:
    action = pitch.actions.get(kind=Action.Kind.EVENT)
    workspace.calendars.all().delete()
    action.refresh_from_db()
    assert action.event is None and action.title == "Kaffefestivalen" and action.happens_on
    case = build(pitch)
    assert "Kaffefestivalen, " in table(case, "start")[-1][1]
    assert decks.check(case.as_snapshot(details=False)) == []


def test_a_conversation_in_the_plan_outlives_its_post(pitch: Pitch, workspace: Workspace) -> None:
    action = pitch.actions.filter(kind=Action.Kind.ANSWER).first()
    Mention.objects.filter(pk=action.mention_id).delete()
    action.refresh_from_db()
    assert action.mention is None and action.title and action.url.startswith("https://")


def test_the_ask_is_filled_in_on_a_page_of_its_own_or_in_the_plan(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    assert "Hours a week" in browser.get(page(pitch, "ask")).content.decode()
    soon = (timezone.localdate() + timedelta(days=9)).isoformat()
    sent = {
        "ask_hours": "6",
        "ask_budget": "10",
        "ask_currency": "SEK",
        "ask_decide_by": soon,
        "back": "plan",
    }
    assert browser.post(page(pitch, "ask"), sent)["Location"] == page(pitch, "plan")
    assert Pitch.objects.get(pk=pitch.pk).ask_hours == 6


def test_the_goals_of_a_frozen_pitch_are_in_its_snapshot(pitch: Pitch, alice: User) -> None:
    frozen = verbs.freeze(pitch, alice)
    assert frozen.snapshot is not None
    listed = frozen.snapshot["goals"]
    assert [one["figure"] for one in listed] == ["s3.questions_open", "s3.share", "s4.own_voice"]
    for one in listed:
        assert frozen.snapshot["figures"][one["target"]]["value"] is not None
        assert one["direction"] in ("up", "down", "hold") and one["days"] in plan.PHASES
    following = verbs.new_version(frozen, alice)
    assert Plan.from_json(following.plan) == Plan.from_json(frozen.plan)
    assert goals.as_json(build(following).ground, Plan.from_json(following.plan)) == listed
