"""The rule book: at every boundary, with every unknown, and where the data contradicts the claim."""

from __future__ import annotations

import dataclasses

import pytest

from competitors.compare import Standing
from pitches import verdicts, words
from pitches.verdicts import THRESHOLDS, Race, Start, Talk, Verdict, Visibility, Voice

ENOUGH = Talk(sources_covered=2, sources_failed=0, stories=30, authors=10, sources=2)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "supported"),
        ({"stories": 29}, "mixed"),
        ({"authors": 9}, "mixed"),
        ({"sources": 1}, "mixed"),
        ({"stories": 5, "authors": 3}, "mixed"),
        ({"stories": 4, "authors": 3}, "not_supported"),
        ({"stories": 0, "authors": 0, "sources": 0}, "not_supported"),
        ({"stories": 4, "authors": 3, "sources_failed": 1}, "mixed"),  # silence is not proven
        ({"stories": 400, "sources_failed": 1}, "supported"),
        ({"sources_covered": 0, "stories": 400}, "not_enough"),
        ({"sources_covered": None}, "not_enough"),
        ({"stories": None}, "not_enough"),
        ({"authors": None}, "mixed"),
        ({"sources": None}, "mixed"),
        ({"sources_failed": None, "stories": 4}, "mixed"),
    ],
)
def test_step_1_needs_stories_authors_and_sources(changes: dict[str, int | None], state: str) -> None:
    assert verdicts.talk(dataclasses.replace(ENOUGH, **changes)).state == state


@pytest.mark.parametrize(
    ("inspected", "share", "reactions", "state"),
    [
        (30, 0.20, 1, "supported"),
        (30, 0.1999, 1, "mixed"),
        (30, 0.05, 1, "mixed"),
        (30, 0.0499, 1, "not_supported"),
        (30, 0.0, 100, "not_supported"),
        (29, 0.9, 100, "not_enough"),
        (None, None, 100, "not_enough"),
        (30, None, 100, "not_enough"),
        (30, 0.9, None, "mixed"),  # influence unknown: at most mixed
        (30, 0.9, 0, "mixed"),
    ],
)
def test_step_2_needs_results_and_influence(
    inspected: int | None, share: float | None, reactions: int | None, state: str
) -> None:
    assert verdicts.visibility(Visibility(inspected, share, reactions)).state == state


@pytest.mark.parametrize(
    ("readable", "share", "profiles", "state"),
    [
        (20, 0.0499, 1, "supported"),
        (20, 0.0, 1, "supported"),
        (20, 0.05, 1, "mixed"),
        (20, 0.25, 1, "mixed"),
        (20, 0.2501, 1, "not_supported"),  # we are part of it: the claim is wrong
        (19, 0.0, 1, "not_enough"),
        (None, None, 1, "not_enough"),
        (0, None, 1, "not_enough"),
        (500, None, 0, "not_enough"),  # who we are is unknown, which is not "nobody"
    ],
)
def test_step_3_needs_readable_conversations_and_known_accounts(
    readable: int | None, share: float | None, profiles: int, state: str
) -> None:
    assert verdicts.voice(Voice(readable, share, profiles)).state == state


US = Standing(1, voice=0.3, presence=3, momentum=0.1)


def rival(pk: int, voice: float | None, presence: float | None, momentum: float | None) -> Standing[int]:
    return Standing(pk, voice, presence, momentum)


@pytest.mark.parametrize(
    ("own", "rivals", "state"),
    [
        (US, (rival(2, 0.5, 4, 0.0), rival(3, 0.1, 1, 0.0)), "supported"),
        (US, (rival(2, 0.5, 3, 0.1), rival(3, 0.1, 1, 0.0)), "mixed"),  # one lead, two ties
        (US, (rival(2, 0.5, 3, 0.0), rival(3, 0.1, 4, 0.0)), "mixed"),  # two rivals with one lead each
        (US, (rival(2, 0.2, 2, 0.0), rival(3, 0.1, 1, 0.0)), "not_supported"),
        (US, (rival(2, 0.2, 3, 0.0), rival(3, 0.1, 1, 0.0)), "mixed"),  # a tie is no lead of ours
        (US, (rival(2, 0.2, None, 0.0), rival(3, 0.1, 1, 0.0)), "mixed"),  # nor is an unknown
        (US, (rival(2, 0.5, None, 0.9), rival(3, 0.1, 1, 0.0)), "supported"),
        (US, (rival(2, 0.5, 4, 0.9),), "not_enough"),
        (US, (rival(2, None, 4, 0.9), rival(3, 0.1, 1, 0.0)), "not_enough"),
        (US, (), "not_enough"),
        (Standing(1), (rival(2, 0.5, 4, 0.9), rival(3, 0.5, 4, 0.9)), "not_enough"),
    ],
)
def test_step_4_needs_one_rival_ahead_on_two_measures(
    own: Standing[int], rivals: tuple[Standing[int], ...], state: str
) -> None:
    assert verdicts.race(Race(own, rivals)).state == state


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        (Start(True, 3, 4, 4), "supported"),
        (Start(True, 2, 4, 4), "mixed"),
        (Start(True, 3, 4, 3), "mixed"),
        (Start(True, 0, 4, 4), "not_supported"),
        (Start(True, None, 4, 4), "not_enough"),
        (Start(False, 300, 4, 4), "not_enough"),
    ],
)
def test_step_5_needs_the_ask_and_somebody_to_answer(numbers: Start, state: str) -> None:
    assert verdicts.start(numbers).state == state


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        (["supported"] * 5, "supported"),
        (["supported"] * 3 + ["mixed", "not_enough"], "supported"),
        (["supported"] * 4 + ["not_supported"], "mixed"),  # never supported over a contradiction
        (["not_supported"] * 3 + ["supported"] * 2, "not_supported"),
        (["not_enough"] * 3 + ["supported"] * 2, "not_enough"),
        (["mixed"] * 5, "mixed"),
    ],
)
def test_the_whole_case_is_as_strong_as_most_of_its_steps(states: list[verdicts.State], whole: str) -> None:
    assert verdicts.overall([Verdict(state) for state in states]) == whole


def every_verdict() -> list[Verdict]:
    """All verdicts that small numbers can lead to."""
    some = (None, 0, 1, 4, 5, 29, 30, 400)
    shares = (None, 0.0, 0.04, 0.1, 0.3, 0.9)
    found = [
        verdicts.talk(Talk(a, b, c, d, d)) for a in (None, 0, 2) for b in (0, 1) for c in some for d in some
    ]
    found += [verdicts.visibility(Visibility(a, b, c)) for a in some for b in shares for c in some]
    found += [verdicts.voice(Voice(a, b, c)) for a in some for b in shares for c in (0, 1)]
    for voice in (None, 0.1, 0.9):
        for count in (None, 1, 9):
            rivals = (rival(2, voice, count, count), rival(3, 0.2, 1, 0.0))
            found.append(verdicts.race(Race(US, rivals)))
    found += [verdicts.start(Start(a, b, 4, c)) for a in (True, False) for b in some for c in (0, 4)]
    return found


def test_every_verdict_says_why_in_words_that_exist() -> None:
    for verdict in every_verdict():
        assert verdict.reasons
        for key in (*verdict.reasons, *verdict.missing):
            assert key in words.table(), key


def test_a_claim_that_is_not_supported_never_lacks_its_evidence() -> None:
    """What we cannot know speaks neither for nor against."""
    nothing = [
        verdicts.talk(Talk()),
        verdicts.visibility(Visibility()),
        verdicts.voice(Voice()),
        verdicts.race(Race(Standing(1))),
        verdicts.start(Start()),
    ]
    assert [verdict.state for verdict in nothing] == ["not_enough"] * 5


def test_every_threshold_is_in_the_words() -> None:
    for name, rule in THRESHOLDS.items():
        assert f"measure.{rule.measure}" in words.table(), name
        assert f"side.{rule.side}" in words.table(), name
