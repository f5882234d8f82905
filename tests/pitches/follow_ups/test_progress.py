"""When a goal is called reached, and when a change is called a move."""

from __future__ import annotations

from typing import Any

import pytest

from pitches.follow_ups import progress
from pitches.follow_ups.progress import Goal


@pytest.mark.parametrize(
    ("old", "new", "unit", "said"),
    [
        (50, 64, "count", "up"),
        (50, 40, "count", "down"),
        (50, 53, "count", "still"),  # less than a tenth
        (5, 7, "count", "still"),  # two are too few, whatever share that is
        (5, 8, "count", "up"),
        (0, 2, "count", "still"),
        (0, 3, "count", "up"),
        (0.04, 0.045, "percent", "still"),  # half a percentage point
        (0.04, 0.05, "percent", "up"),
        (0.40, 0.42, "percent", "still"),  # two points of forty
        (None, 3, "count", "unknown"),
        (3, None, "count", "unknown"),
        (3, 3, "number", "still"),
    ],
)
def test_a_change_is_a_move_only_when_it_is_more_than_noise(old: Any, new: Any, unit: str, said: str) -> None:
    assert progress.move(old, new, unit) == said


@pytest.mark.parametrize(
    ("goal", "now", "said"),
    [
        (Goal("f", 10, "up", 20), 20, "reached"),
        (Goal("f", 10, "up", 20), 15, "underway"),
        (Goal("f", 10, "up", 20), 11, "not_moved"),
        (Goal("f", 10, "up", 20), 5, "away"),
        (Goal("f", 10, "up", 20), None, "unknown"),
        (Goal("f", None, "up", 20), 25, "unknown"),  # nobody knows from where
        (Goal("f", 60, "down", 30), 28, "reached"),
        (Goal("f", 60, "down", 30), 45, "underway"),
        (Goal("f", 60, "down"), 45, "underway"),  # no target: only the way
        (Goal("f", 60, "hold"), 59, "reached"),
        (Goal("f", 60, "hold"), 40, "away"),
        (Goal("f", 60, "watch"), 90, "watched"),
    ],
)
def test_a_goal_has_its_light(goal: Goal, now: float | None, said: str) -> None:
    assert progress.light(goal, now) == said


def test_goals_are_those_of_the_snapshot_their_numbers_behind_their_figures() -> None:
    figures = {
        "s3.share": {"value": 0.04},
        "goal.1.baseline": {"value": 0.04},
        "goal.1.target": {"value": 0.1},
    }
    stored = {
        "figure": "s3.share", "baseline": "goal.1.baseline", "target": "goal.1.target", "direction": "up",
        "days": 60, "owner": "Bob",
    }  # fmt: skip
    assert progress.goals_of({"figures": figures, "goals": [stored]}) == (
        Goal("s3.share", 0.04, "up", 0.1, 60, "Bob"),
    )
    plain = {"figure": "s3.share", "baseline": 0.04, "target": "0.01"}
    assert progress.goals_of({"figures": figures, "goals": [plain]}) == (
        Goal("s3.share", 0.04, "down", 0.01),
    )


def test_a_pitch_without_goals_promised_what_every_pitch_promises() -> None:
    figures = {"s3.share": {"value": 0.04}, "s2.share": {"value": None}}
    assert [(one.figure, one.way) for one in progress.goals_of({"figures": figures})] == [
        ("s3.share", "up"),
        ("s2.share", "watch"),
    ]


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ([("up", "up"), ("down", "still")], "moved"),
        ([("up", "up"), ("down", "up")], "mixed"),
        ([("up", "still"), ("watch", "up")], "not_moved"),
        ([("up", "down"), ("down", "still")], "against"),
        ([("up", "unknown"), ("watch", "up")], "incomparable"),
        ([], "incomparable"),
    ],
)
def test_the_whole_is_as_its_known_parts(moves: Any, said: str) -> None:
    assert progress.outcome(moves) == said


@pytest.mark.parametrize(
    ("lights", "said"),
    [
        (["reached", "not_moved"], "continue"),
        (["underway", "not_moved", "away"], "change"),
        (["not_moved", "away", "unknown"], "stop"),
        (["unknown", "watched"], "open"),
        ([], "open"),
    ],
)
def test_the_advice_follows_the_stop_rule(lights: Any, said: str) -> None:
    assert progress.advice(lights) == said
