"""Step 1 in their words: who is quoted, what they write about, and what is said when there is too little."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from listening.models import Mention
from pitches import checks
from pitches.case import Case
from pitches.decks import snapshot
from pitches.steps import voices
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
    """Alice listens for Fjällvik, and the forum was read completely."""
    workspace = make_workspace(make_user("Alice"))
    read_all(workspace, make_search(workspace, brand=make_brand(workspace)))
    return workspace


def say(workspace: Workspace, text: str, **fields: Any) -> Mention:
    return make_mention(workspace, text, **fields)


def ask_three_times(workspace: Workspace) -> list[Mention]:
    return [
        say(workspace, f"{opening} Fjällvik: can the grinder take the subscription?")
        for opening in ("Hello", "Dear", "Sirs of")
    ]


def quotes(case: Case) -> list[dict[str, Any]]:
    return [
        item
        for block in slide_of(case, "voices").blocks
        if block["type"] == "quotes"
        for item in block["items"]
    ]


def warnings(case: Case) -> list[str]:
    return [str(one) for one in checks.check(case) if one.key == "quotes"]


# Who is quoted


def test_the_quotes_that_people_chose_come_first_and_in_their_order(workspace: Workspace) -> None:
    first, second, third = (say(workspace, f"Fjällvik is {word}") for word in ("good", "bad", "odd"))
    say(workspace, "Everybody likes Fjällvik", metrics={"likes": 900})
    case = case_of(workspace, (third.pk, first.pk, second.pk))
    assert [item["url"] for item in quotes(case)] == [third.url, first.url, second.url]
    figure = case.ground.register.figures["s1.quotes"]
    assert (figure.value, figure.kind) == (3, "manual")
    assert warnings(case) == []


def test_what_nobody_chose_is_proposed_starred_first_then_by_reactions(workspace: Workspace) -> None:
    say(workspace, "Fjällvik again")
    loud = say(workspace, "Everybody likes Fjällvik", metrics={"likes": 900})
    starred = say(workspace, "A quiet word on Fjällvik")
    Mention.objects.filter(pk=starred.pk).update(is_starred=True)
    louder = say(workspace, "Nobody likes Fjällvik", metrics={"points": 901, "comments": 2})
    case = case_of(workspace)
    assert [item["url"] for item in quotes(case)] == [starred.url, louder.url, loud.url]
    assert warnings(case) == ["A person should choose the quotes; Earshot proposed 3 of them."]


def test_three_quotes_are_three_people(workspace: Workspace) -> None:
    for number in range(5):
        say(workspace, f"Fjällvik, part {number}", author="@loud@forum.example", metrics={"likes": 99})
    say(workspace, "Fjällvik once")
    assert [item["site"] for item in quotes(case_of(workspace))] == ["forum.example"] * 2


def test_we_are_not_quoted_ourselves(workspace: Workspace) -> None:
    name_our_account(workspace)
    say(workspace, "Come to Fjällvik!", author=f"@{OWN_HANDLE}", metrics={"likes": 9})
    theirs = say(workspace, "I like Fjällvik")
    assert [item["url"] for item in quotes(case_of(workspace))] == [theirs.url]


def test_no_quote_comes_from_another_workspace(workspace: Workspace) -> None:
    other = make_workspace(make_user("Charlie"), name="Bergby")
    make_search(other, brand=make_brand(other))
    foreign = say(other, "Fjällvik is our rival")
    case = case_of(workspace, (foreign.pk,))
    assert quotes(case) == []
    assert warnings(case) == ["Chosen quotes that are gone or may not be quoted: 1. Choose others."]


@pytest.mark.parametrize("change", [{"state": Mention.State.NOT_RELEVANT}, {"is_searchable": False}])
def test_what_is_not_relevant_or_reserved_is_not_quoted(workspace: Workspace, change: dict[str, Any]) -> None:
    chosen = say(workspace, "Fjällvik")
    Mention.objects.filter(pk=chosen.pk).update(**change)
    case = case_of(workspace, (chosen.pk,))
    assert quotes(case) == []
    assert warnings(case)[0].startswith("Chosen quotes that are gone or may not be quoted: 1.")


def test_a_chosen_quote_from_outside_the_period_is_shown_and_said_to_be_so(workspace: Workspace) -> None:
    old = say(workspace, "Fjällvik in spring", published_at=timezone.now() - timedelta(days=200))
    case = case_of(workspace, (old.pk,))
    assert quotes(case)[0]["date"] == case.ground.workspace.localtime(old.published_at).date().isoformat()
    assert "Of the quotes, 1 is from outside the period." in against(case, "voices")
    assert "Quotes from outside the period of the pitch: 1." in warnings(case)


def test_a_quote_shows_words_site_day_and_address_but_no_handle(workspace: Workspace) -> None:
    text = "Has @anna@forum.example tried Fjällvik? Mail me: bob@forum.example " + "word " * 90
    said = say(workspace, text, title="A question", author="@bob@forum.example")
    [item] = quotes(case_of(workspace))
    assert item["raw"].startswith("A question. Has @… tried Fjällvik?")
    assert "anna" not in item["raw"] and item["raw"].endswith("word…")
    assert len(item["raw"]) <= voices.LONGEST_QUOTE + 1
    assert (item["site"], item["url"]) == ("forum.example", said.url)
    assert set(item) == {"raw", "site", "date", "url", "evidence"}


def test_the_day_of_a_quote_is_the_day_where_the_team_is(workspace: Workspace) -> None:
    midnight = timezone.now().replace(hour=23, minute=30, second=0, microsecond=0) - timedelta(days=2)
    say(workspace, "Fjällvik by night", published_at=midnight)
    [item] = quotes(case_of(workspace))
    assert item["date"] == (midnight.date() + timedelta(days=1)).isoformat()  # Stockholm is ahead


# What they write about


def test_the_title_names_what_most_questions_are_about(workspace: Workspace) -> None:
    asked = ask_three_times(workspace)
    say(workspace, "Is Fjällvik open?")
    case = case_of(workspace)
    said = "They ask about “grinder” and “subscription”, in 3 and 3 of 4 questions: in their own words"
    assert title_of(case, "voices") == said
    assert slide_of(case, "voices").verdict == "supported"
    assert {row["url"] for row in rows_of_figure(case, "s1.topic.0")} == {one.url for one in asked}
    assert "Of 4 questions, 1 holds neither of the two most common words." in against(case, "voices")
    assert snapshot.check(case.as_snapshot()) == []


def test_where_nobody_asks_it_is_what_they_talk_about(workspace: Workspace) -> None:
    for opening in ("Hello", "Dear", "Sirs of"):
        say(workspace, f"{opening} Fjällvik: the grinder eats the subscription.")
    title = title_of(case_of(workspace), "voices")
    assert title.startswith("They talk about “grinder” and “subscription”, in 3 and 3 of 3 stories")


def test_our_names_and_search_words_are_no_topics(workspace: Workspace) -> None:
    make_search(workspace, '"roast date" OR espresso')
    for opening in ("Hello", "Dear", "Sirs of"):
        say(workspace, f"{opening} Fjällvik, Bergby, espresso roast date?")
    make_brand(workspace, "Bergby", kind="competitor")
    case = case_of(workspace)
    assert not any(key.startswith("s1.topic.") for key in case.ground.register.figures)
    title = title_of(case, "voices")
    assert title == "What they say, in their own words: 3 voices, not yet a common topic"


# When there is too little


def test_few_voices_are_called_few(workspace: Workspace) -> None:
    say(workspace, "I like Fjällvik")
    case = case_of(workspace)
    assert title_of(case, "voices") == "What they say, in their own words: only 1 voice that we can quote"
    assert slide_of(case, "voices").verdict == "mixed"


def test_silence_is_proven_only_where_every_source_was_read(workspace: Workspace) -> None:
    case = case_of(workspace)
    assert slide_of(case, "voices").verdict == "not_supported"
    assert title_of(case, "voices").startswith("Nobody said anything")
    version = workspace.searches.get().current
    failed = {"state": "failed", "error": "%(host)s refused.", "covered_from": None, "covered_to": None}
    read_all(workspace, version, "hackernews", error_params={"host": "forum.example"}, **failed)
    case = case_of(workspace)
    assert slide_of(case, "voices").verdict == "not_enough"
    assert title_of(case, "voices") == "Whom we can quote is not known yet"


@pytest.mark.parametrize(
    ("quotes", "topics", "heard", "failed", "state"),
    [
        (3, 2, 9, 0, "supported"),
        (3, 2, 9, 3, "supported"),
        (3, 1, 9, 0, "mixed"),
        (2, 5, 9, 0, "mixed"),
        (0, 0, 9, 0, "not_enough"),  # heard, and nothing of it may be quoted
        (0, 0, 0, 0, "not_supported"),
        (0, 0, 0, 1, "not_enough"),
        (0, 0, 0, None, "not_enough"),
        (0, 0, None, None, "not_enough"),
    ],
)
def test_voices_need_three_people_and_a_common_topic(
    quotes: int, topics: int, heard: int | None, failed: int | None, state: State
) -> None:
    assert voices.state(quotes, topics, heard, failed) == state
