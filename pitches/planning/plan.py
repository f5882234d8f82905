"""The plan of step 5 as people set it, as one document: ``Pitch.plan``. Pure.

The ladder says how we work our way up, goals what shall have moved by when, options what there is to choose
from, objections what we answer. What nobody set follows the ask. Texts are templates (see
``pitches.drafts.wordings``) and belong to a language, as those of ``pitches.drafts.edits``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal

RUNGS = ("listen", "comment", "internal", "channel", "events")
PHASES = (30, 60, 90)  # days
OBJECTIONS = ("budget", "time", "control", "bad_news", "security")
OPTIONS = ("nothing", "small", "larger")
MOST_GOALS, MOST_MONTHS = 6, 12
Direction = Literal["up", "down", "hold"]

# What can be promised to move, and in which direction it is usually meant to: figures of the steps before.
CANDIDATES: dict[str, Direction] = {
    "s3.questions_open": "down",
    "s3.share": "up",
    "s3.ours": "up",
    "s3.opened": "up",
    "s4.own_voice": "hold",
    "s4.own_stories": "up",
    "s2.share": "hold",
    "s2.reactions": "up",
    "s1.stories": "up",
    "s1.authors": "up",
}
# Which part of the hours asked for each rung takes, and in which month it begins, until somebody says.
_PARTS = {"listen": 0.2, "comment": 0.3, "internal": 0.1, "channel": 0.3, "events": 0.1}
_MONTHS = {"listen": 1, "comment": 1, "internal": 2, "channel": 3, "events": 3}


@dataclass(frozen=True)
class Rung:
    """A step of the ladder; ``hours`` a week from its month on, None follows the ask, "" the ask's owner."""

    kind: str
    month: int = 1
    hours: float | None = None
    owner: str = ""
    on: bool = True


@dataclass(frozen=True)
class Goal:
    """A figure that shall move: today's value is the baseline, ``target`` what it shall be after ``days``."""

    figure: str
    target: float | None = None
    direction: Direction = "up"
    days: int = 90
    owner: str = ""


@dataclass(frozen=True)
class Option:
    """What one way to decide costs: ``hours`` a week and money; None = nobody said."""

    hours: float | None = None
    budget: float | None = None


@dataclass(frozen=True)
class Objection:
    """Something a boss may say. ``texts``: our answer by language, where a person wrote one."""

    on: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The whole document. ``stops``: days -> language -> when we stop, where a person wrote it."""

    rungs: tuple[Rung, ...] = tuple(Rung(kind, _MONTHS[kind]) for kind in RUNGS)
    goals: tuple[Goal, ...] = (
        Goal("s3.questions_open", direction="down", days=30),
        Goal("s3.share", direction="up", days=60),
        Goal("s4.own_voice", direction="hold", days=90),
    )
    options: Mapping[str, Option] = field(default_factory=dict)
    objections: Mapping[str, Objection] = field(default_factory=dict)
    stops: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Plan:
        """The document as ``Pitch.plan`` keeps it; what it lacks is as nobody set it."""
        found: dict[str, Any] = {}
        if "rungs" in stored:
            found["rungs"] = tuple(Rung(**one) for one in stored["rungs"])
        if "goals" in stored:
            found["goals"] = tuple(Goal(**one) for one in stored["goals"])
        found["options"] = {key: Option(**one) for key, one in stored.get("options", {}).items()}
        found["objections"] = {key: Objection(**one) for key, one in stored.get("objections", {}).items()}
        found["stops"] = {int(days): dict(texts) for days, texts in stored.get("stops", {}).items()}
        return cls(**found)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON for ``Pitch.plan``."""
        found = asdict(self)
        found["stops"] = {str(days): texts for days, texts in found["stops"].items()}
        return found | {"rungs": list(found["rungs"]), "goals": list(found["goals"])}

    def option(self, key: str) -> Option:
        """What this way costs; doing nothing costs nothing until somebody says otherwise."""
        return self.options.get(key) or (Option(0, 0) if key == "nothing" else Option())

    def objection(self, key: str) -> Objection:
        return self.objections.get(key) or Objection()

    def ladder(self) -> tuple[Rung, ...]:
        """The steps that we take, in the order in which they begin."""
        return tuple(sorted((one for one in self.rungs if one.on), key=lambda one: one.month))

    def languages(self) -> tuple[str, ...]:
        """The languages in which a person wrote a stop rule or an answer to an objection."""
        texts = [*self.stops.values(), *(one.texts for one in self.objections.values())]
        return tuple(sorted({language for one in texts for language, text in one.items() if text}))


def hours_of(rung: Rung, asked: Decimal | float | None) -> float | None:
    """Hours a week that a step takes: as somebody said, else a part of what is asked for, by half hours."""
    if rung.hours is not None:
        return rung.hours
    if asked is None:
        return None
    return max(round(float(asked) * _PARTS[rung.kind] * 2) / 2, 0.5) if asked else 0.0


def total(hours: Sequence[float | None]) -> float | None:
    """What steps take together; unknown as long as one of them is."""
    known = [one for one in hours if one is not None]
    return sum(known) if len(known) == len(hours) else None


def proposed_target(value: object, unit: str, direction: Direction) -> float | None:
    """A sensible target for a figure with this value today; None where today's is not known.

    Twice as much for what shall grow, half for what shall shrink, and never so small a change that chance
    could bring it.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if unit == "percent":
        wanted = {"up": max(value * 2, value + 0.05), "down": value / 2, "hold": value}[direction]
        return round(min(max(wanted, 0.0), 1.0), 2)
    wanted = {"up": max(value * 1.5, value + 3), "down": value / 2, "hold": value}[direction]
    return float(math.ceil(wanted) if direction == "up" else math.floor(wanted))


def reached(direction: str, target: float, now: float) -> bool:
    """Whether a figure that is ``now`` so high has met its target."""
    return now <= target if direction == "down" else now >= target
