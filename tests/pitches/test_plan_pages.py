"""Alice fills in the plan on its pages; Bob reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listening import calendars
from listening.models import Event, Mention
from pitches import verbs
from pitches.case import build
from pitches.decks import snapshot as decks
from pitches.models import Action, Pitch
from pitches.planning import plan
from pitches.planning.plan import Goal, Option, Plan, Rung
from pitches.steps import goals
from teams.models import User, Workspace
from tests.pitches.building import table

BrowserOf = Callable[[User], Client]


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
