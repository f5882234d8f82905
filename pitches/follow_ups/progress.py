"""How far the goals of an earlier pitch have come: open rules, plain values in, words out; no models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Way = Literal["up", "down", "hold", "watch"]  # where a figure should go; "watch" promises nothing
Move = Literal["up", "down", "still", "unknown"]
Light = Literal["reached", "underway", "not_moved", "away", "watched", "unknown"]
Outcome = Literal["moved", "mixed", "not_moved", "against", "incomparable"]
Advice = Literal["continue", "change", "stop", "open"]

# What is called a move at all, so that noise is not sold as news. Printed with every follow-up.
LEAST_PART = 0.1  # of the old value
LEAST_COUNT = 3  # and so many of what is counted
LEAST_POINTS = 0.01  # a share: one percentage point

# The figures of the case that a follow-up sets side by side, and which way is ours.
KEY_FIGURES: dict[str, Way] = {
    "s1.stories": "watch",
    "s1.authors": "watch",
    "s2.share": "watch",
    "s3.share": "up",
    "s3.questions_open": "down",
    "s4.own_voice": "up",
    "s4.own_present": "up",
}
# What a pitch without goals of its own promised to move.
PROMISED: dict[str, Way] = {
    "s3.share": "up",
    "s3.questions_open": "down",
    "s4.own_voice": "hold",
    "s2.share": "watch",
}


@dataclass(frozen=True)
class Goal:
    """A figure that should move from ``baseline`` to ``target`` (None = only a way was said) in ``days``."""

    figure: str
    baseline: float | None
    way: Way
    target: float | None = None
    days: int | None = None
    owner: str = ""


def goals_of(snapshot: Mapping[str, Any]) -> tuple[Goal, ...]:
    """What the pitch promised: its goals, or the figures that every pitch promises to move."""
    figures = snapshot["figures"]
    if snapshot.get("goals"):
        return tuple(_goal(one, figures) for one in snapshot["goals"] if one.get("figure") in figures)
    return tuple(
        Goal(key, _number(figures[key]["value"]), way) for key, way in PROMISED.items() if key in figures
    )


def _goal(stored: Mapping[str, Any], figures: Mapping[str, Any]) -> Goal:
    key = str(stored["figure"])
    baseline = _value(stored.get("baseline", key), figures)
    target = _value(stored.get("target"), figures)
    way = str(stored.get("direction") or "")
    if way not in ("up", "down", "hold"):
        way = "watch"
        if baseline is not None and target is not None and target != baseline:
            way = "up" if target > baseline else "down"
    days = _number(stored.get("days"))
    owner = str(stored.get("owner") or "")
    return Goal(key, baseline, way, target, int(days) if days is not None else None, owner)  # type: ignore[arg-type]  # one of the three


def _value(told: Any, figures: Mapping[str, Any]) -> float | None:
    """A number as a goal tells it: itself, or the key of the figure that holds it."""
    return _number(figures[told]["value"] if isinstance(told, str) and told in figures else told)


def _number(value: Any) -> float | None:
    """A number, also one written as a text; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def move(old: float | None, new: float | None, unit: str = "count") -> Move:
    """Which way a figure went, if it went far enough to be called a move."""
    if old is None or new is None:
        return "unknown"
    gap = abs(new - old)
    least = LEAST_POINTS if unit == "percent" else LEAST_COUNT if unit == "count" else 0.0
    if gap < max(least, LEAST_PART * abs(old)) or not gap:
        return "still"
    return "up" if new > old else "down"


def light(goal: Goal, now: float | None, unit: str = "count") -> Light:
    """How a goal stands today. A target that is met is reached, however far away it was; one to hold is met
    as long as the figure did not fall by what is called a move."""
    if now is None or goal.baseline is None:
        return "unknown"
    if goal.way == "watch":
        return "watched"
    if goal.way == "hold":
        least = goal.baseline if goal.target is None else goal.target
        return "reached" if now >= least or move(least, now, unit) == "still" else "away"
    if goal.target is not None and (now >= goal.target if goal.way == "up" else now <= goal.target):
        return "reached"
    went = move(goal.baseline, now, unit)
    if went == "still":
        return "not_moved"
    return "underway" if went == goal.way else "away"


def outcome(moves: Iterable[tuple[Way, Move]]) -> Outcome:
    """All key figures together; those that promise nothing, and unknown ones, do not count."""
    known = [(way, went) for way, went in moves if way != "watch" and went != "unknown"]
    if not known:
        return "incomparable"
    ours = sum(1 for way, went in known if went == way)
    against = sum(1 for way, went in known if went not in (way, "still"))
    if ours and against:
        return "mixed"
    if ours:
        return "moved"
    return "against" if against else "not_moved"


def advice(lights: Sequence[Light]) -> Advice:
    """Continue, change or stop. The stop rule: no goal that is known has come any way towards its target."""
    known = [one for one in lights if one not in ("unknown", "watched")]
    if not known:
        return "open"
    good = sum(1 for one in known if one in ("reached", "underway"))
    if not good:
        return "stop"
    return "continue" if 2 * good >= len(known) else "change"
