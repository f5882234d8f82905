"""Step 3: our part in the conversations, our accounts, and the questions that nobody of us answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from competitors.models import Observation, Profile
from listening import store
from listening.models import Conversation
from listening.types import Reply
from pitches.case import Case
from pitches.decks import snapshot
from pitches.decks.text import plain, resolve
from pitches.steps import waiting
from pitches.verdicts import State
from teams.models import Workspace
from tests.make import make_brand, make_mention, make_search, make_user, make_workspace
from tests.pitches.building import (
    OWN_HANDLE,
    against,
    case_of,
    name_our_account,
    read_all,
    rows_of_figure,
    slide_of,
    title_of,
)


@pytest.fixture
def workspace(db: None) -> Workspace:
    """Alice listens for Fjällvik, and Earshot knows Fjällvik's account."""
    workspace = make_workspace(make_user("Alice"))
    read_all(workspace, make_search(workspace, brand=make_brand(workspace)))
    name_our_account(workspace)
    return workspace


def ask(workspace: Workspace, text: str, *answered_by: str, **fields: Any) -> str:
    """A question about Fjällvik whose thread was read; returns its address."""
    mention = make_mention(workspace, text, **fields)
    replies = [
        Reply(f"{mention.external_id}-{number}", f"{mention.url}/{number}", author)
        for number, author in enumerate(answered_by)
    ]
    store.save_thread(mention.conversation, replies, timezone.now())
    return mention.url


def questions(case: Case) -> list[dict[str, Any]]:
    return [
        row[0] for block in slide_of(case, "gap").blocks if block["type"] == "table" for row in block["rows"]
    ]


US = f"@{OWN_HANDLE}"


def test_the_most_visible_questions_come_first_with_day_and_address(workspace: Workspace) -> None:
    quiet = ask(workspace, "Is Fjällvik open?")
    loud = ask(workspace, "Does Fjällvik ship?", metrics={"likes": 40, "shares": 2})
    some = ask(workspace, "Why Fjällvik?", "@carla@forum.example", metrics={"likes": 4})
    ask(workspace, "Fjällvik is fine.", metrics={"likes": 900})  # asks nothing
    case = case_of(workspace)
    assert [row["link"] for row in questions(case)] == [loud, some, quiet]
    assert title_of(case, "gap") == "3 of 3 questions got no answer from us"
    assert slide_of(case, "gap").verdict == "supported"
    values = case.ground.register.values()
    shown = [values[f"s3.waiting.{index}.{name}"] for index in (0, 2) for name in ("reactions", "replies")]
    assert shown == [42, 0, None, 0]  # reactions that nobody counted are unknown
    assert "Others have replied to 1 of them." in against(case, "gap")
    assert [row["url"] for row in rows_of_figure(case, "s3.waiting.0.asked_on")] == [loud, some, quiet]
    assert snapshot.check(case.as_snapshot()) == []


def test_no_more_than_five_questions_are_shown_and_all_are_counted(workspace: Workspace) -> None:
    for number in range(7):
        ask(workspace, f"Fjällvik, part {number}?")
    case = case_of(workspace)
    assert len(questions(case)) == 5
    assert title_of(case, "gap") == "7 of 7 questions got no answer from us"


def test_a_question_that_we_answered_does_not_wait(workspace: Workspace) -> None:
    ask(workspace, "Is Fjällvik open?", US)
    waits = ask(workspace, "Does Fjällvik ship?")
    case = case_of(workspace)
    assert [row["link"] for row in questions(case)] == [waits]
    assert title_of(case, "gap") == "Some questions wait for us: 1 of 2 got no answer from us"
    assert against(case, "gap") == "Against it: We did answer 1 of the questions."


def answer_everywhere(workspace: Workspace, conversations: int) -> None:
    for number in range(conversations):
        ask(workspace, f"Fjällvik, part {number}.", US)


def test_when_we_answered_all_the_slide_says_so(workspace: Workspace) -> None:
    answer_everywhere(workspace, 19)
    ask(workspace, "Is Fjällvik open?", US)
    unread = make_mention(workspace, "Where is Fjällvik?", replies=3)
    Conversation.objects.filter(pk=unread.conversation_id).update(state=Conversation.State.UNREAD)
    case = case_of(workspace)
    assert title_of(case, "gap") == "No question waits for us: we answered 1 of 1"
    assert questions(case) == []
    assert "Not read yet, so perhaps with questions: 1 conversation." in against(case, "gap")


def test_where_nobody_asked_the_title_says_that(workspace: Workspace) -> None:
    answer_everywhere(workspace, 20)
    said = "No question waits for us: nobody asked one in 20 conversations that could be read"
    assert title_of(case_of(workspace), "gap") == said


def test_that_none_waits_is_not_said_of_a_handful_of_conversations(workspace: Workspace) -> None:
    answer_everywhere(workspace, 19)
    case = case_of(workspace)
    assert slide_of(case, "gap").verdict == "not_enough"
    assert "at least {rule.s3.readable} are needed" in str(slide_of(case, "gap").blocks)


def test_without_a_known_account_nobody_can_say_what_waits(workspace: Workspace) -> None:
    Profile.objects.all().delete()
    ask(workspace, "Is Fjällvik open?")
    case = case_of(workspace)
    assert title_of(case, "gap") == "Which questions wait for an answer from us is not known yet"
    assert questions(case) == []
    assert "No account of ours is known." in str(slide_of(case, "gap").blocks)


def test_where_nobody_listened_there_is_no_such_slide(db: None) -> None:
    workspace = make_workspace(make_user("Dora"))
    assert "gap" not in [slide.key for slide in case_of(workspace).slides]


@pytest.mark.parametrize(
    ("asked", "left", "readable", "state"),
    [
        (100, 98, 200, "supported"),
        (6, 3, 6, "supported"),
        (7, 3, 200, "mixed"),  # most were answered
        (2, 2, 200, "mixed"),  # two are few
        (9, 0, 20, "not_supported"),
        (0, 0, 20, "not_supported"),
        (9, 0, 19, "not_enough"),
        (9, None, 200, "not_enough"),
        (None, None, None, "not_enough"),
    ],
)
def test_the_gap_needs_three_questions_and_half_of_all(
    asked: int | None, left: int | None, readable: int | None, state: State
) -> None:
    assert waiting.state(asked, left, readable) == state


# Our own accounts


def accounts(case: Case) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = next(
        block["rows"] for block in slide_of(case, "voice").blocks if block["type"] == "table"
    )
    return rows


def observe(profile: Profile, metric: str, value: float | None, text: str = "") -> None:
    now = timezone.now()
    Observation.objects.create(
        profile=profile, metric=metric, on=now.date(), value=value, text=text, taken_at=now
    )


def test_our_accounts_tell_last_post_posts_and_where_we_wrote(workspace: Workspace) -> None:
    profile = Profile.objects.get()
    day = (timezone.now() - timedelta(days=9)).date().isoformat()
    for metric, value, text in (("exists", 1, ""), ("posts_30d", 2, ""), ("last_post", None, day)):
        observe(profile, metric, value, text)
    ask(workspace, "Is Fjällvik open?", US)
    ask(workspace, "Does Fjällvik ship?")
    case = case_of(workspace)
    [row] = accounts(case)
    values = case.ground.register.values()
    assert row[1]["state"] == "yes"
    assert [values[cell["figure"]] for cell in row[2:]] == [day, 2, 1]


def test_what_was_never_read_of_an_account_is_unknown(workspace: Workspace) -> None:
    Profile.objects.create(
        workspace=workspace,
        brand=workspace.brands.get(),
        source="link",
        handle="x",
        url="https://elsewhere.example/fjallvik",
        label="Elsewhere",
    )
    ask(workspace, "Is Fjällvik open?")
    forum, elsewhere = accounts(case_of(workspace))
    assert [cell.get("state") for cell in forum[1:4]] == ["unknown"] * 3
    assert "figure" in forum[4]  # that we wrote nowhere is known
    assert [cell.get("state") for cell in elsewhere[1:]] == ["unknown"] * 4


def test_places_where_we_are_not_share_a_row(workspace: Workspace) -> None:
    brand = workspace.brands.get()
    for source in ("mastodon", "bluesky", "youtube"):
        profile = Profile.objects.create(workspace=workspace, brand=brand, source=source, handle="fjallvik")
        observe(profile, "exists", float(source == "mastodon"))
    ask(workspace, "Is Fjällvik open?")
    case = case_of(workspace)
    *_, mastodon, absent = accounts(case)
    assert mastodon[1]["state"] == "yes"
    named = plain(resolve(absent[0]["text"], {}, case.ground.names, "sv", workspace.zone.key))
    assert (named, absent[1]["state"]) == ("Bluesky, YouTube", "no")
    assert [cell["raw"] for cell in absent[2:]] == ["–"] * 3


def test_an_article_about_us_is_no_account_of_ours(workspace: Workspace) -> None:
    brand = workspace.brands.get()
    about = {"workspace": workspace, "brand": brand, "source": "wikipedia", "handle": "sv:Fjällvik"}
    Profile.objects.create(**about, url="https://wiki.example/Fjallvik", label="Fjällvik")
    assert len(accounts(case_of(workspace))) == 1


# Both sides of the number


def test_what_speaks_against_step_3_follows_its_verdict(workspace: Workspace) -> None:
    for number in range(20):
        ask(workspace, f"Fjällvik, part {number}?")
    ask(workspace, "We are Fjällvik", author=US)
    case = case_of(workspace)
    assert case.steps[2].verdict.state == "supported"
    assert against(case, "voice") == "Against it: We opened 1 of the conversations ourselves."
    for number in range(20):
        ask(workspace, f"Fjällvik, chapter {number}.", US)
    case = case_of(workspace)
    assert case.steps[2].verdict.state == "not_supported"
    assert "Of 20 questions, 20 still have no answer from us." in against(case, "voice")
    assert "In 20 conversations we did not write." in against(case, "voice")
