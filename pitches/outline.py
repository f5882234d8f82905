"""Which slides a deck has, in which order, and which of them a shorter one leaves out.

The first argue, the appendix proves. A shorter deck leaves out arguments, never proof: what we measured then
opens the appendix.
"""

from __future__ import annotations

from collections.abc import Sequence

STEPS: dict[int, tuple[str, ...]] = {
    1: ("talk", "voices"),
    2: ("visibility", "influence"),
    3: ("voice", "gap"),
    4: ("share", "presence", "momentum"),
    5: ("start", "answers", "plan", "decision"),
}
SLIDE_OF_STEP = {number: keys[0] for number, keys in STEPS.items()}  # carries the step's title and verdict
FRONT = ("cover", "summary", "measured")
# What a follow-up says before its steps; "sources" tells whether the measure is equal.
FOLLOW = ("then", "before_after", "goals", "sources")
CORE = (*FRONT, *FOLLOW, *(key for keys in STEPS.values() for key in keys))
APPENDIX = ("objections", "register", "method", "health", "precision", "rivals", "glossary", "changes")
# What nobody can drop: without it the figures could not be checked.
ALWAYS = frozenset({*FRONT, "sources", "register", "method", "health", "precision"})

# What is said aloud after the cover; the rest of the core is left out.
LENGTHS: dict[str, tuple[str, ...]] = {
    "short": ("summary", "before_after", "goals", "sources", "talk", "share", "start", "decision"),
    "meeting": (
        "summary", *FOLLOW, "talk", "voices", "visibility", "voice", "share", "presence", "start", "plan",
        "decision",
    ),
    "full": CORE[1:],
}  # fmt: skip


def keys(length: str, made: Sequence[str]) -> list[str]:
    """The slides of a deck of this length, in order; ``made`` are those that the case could make."""
    said = ("cover", *LENGTHS[length])
    proving = tuple(key for key in ("measured",) if key not in said) + APPENDIX
    return [key for key in (*said, *proving) if key in made]
