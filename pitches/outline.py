"""Which slides a deck has, in which order, and which of them a shorter one leaves out.

The first argue, the appendix proves. A shorter deck leaves out arguments, never proof: what we measured then
opens the appendix. What people moved, dropped and brought in is laid over that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
FIRST = frozenset({"cover"})  # what nobody can move
# What nobody can drop: without it the figures could not be checked.
ALWAYS = frozenset({*FRONT, "sources", "register", "method", "health", "precision"})
# What nobody can word otherwise: it says what was measured, and how.
FIXED = ALWAYS - {"cover", "summary"}

# What is said aloud after the cover; the rest of the core is left out.
LENGTHS: dict[str, tuple[str, ...]] = {
    "short": ("summary", "before_after", "goals", "sources", "talk", "share", "start", "decision"),
    "meeting": (
        "summary", *FOLLOW, "talk", "voices", "visibility", "voice", "share", "presence", "start", "plan",
        "decision",
    ),
    "full": CORE[1:],
}  # fmt: skip

# What the appendix of a short deck does without: what it says more than the slides show.
TOO_LONG: dict[str, frozenset[str]] = {"short": frozenset({"rivals", "glossary"})}

# What people call a slide in a list. Its title is a sentence.
NAMES: dict[str, Any] = {
    "cover": _("Cover"),
    "summary": _("Summary"),
    "measured": _("What we measured"),
    "talk": _("What is said"),
    "voices": _("In their words"),
    "then": _("What we said then"),
    "before_after": _("Before and after"),
    "goals": pgettext_lazy("slide", "Goals"),
    "sources": _("Sources then and now"),
    "visibility": _("Search results"),
    "influence": _("Influence"),
    "voice": _("Our voice"),
    "gap": _("Unanswered questions"),
    "share": _("Share of voice"),
    "presence": pgettext_lazy("slide", "Presence"),
    "momentum": pgettext_lazy("slide", "Growth"),
    "start": _("Start small"),
    "answers": _("Conversations to answer"),
    "plan": pgettext_lazy("slide", "The plan"),
    "decision": _("The decision"),
    "objections": _("Objections"),
    "register": _("Evidence register"),
    "method": _("How we searched and judged"),
    "health": _("What could be read"),
    "precision": _("Precision sample"),
    "rivals": _("Competitors in full"),
    "glossary": _("Words explained"),
    "changes": _("What has changed"),
}


def name(key: str) -> str | Promise:
    """What a slide is called in a list; a slide nobody named is called by its key."""
    found: str | Promise = NAMES.get(key, key)
    return found


def keys(length: str, made: Sequence[str], verdicts: Mapping[str, str] | None = None) -> list[str]:
    """The slides of a deck of this length, in order; ``made`` are those that the case could make.

    ``verdicts``: of each slide that has one. The short deck has room for one slide before the rivals: what is
    said, unless that is not supported and the search results are.
    """
    said = ("cover", *LENGTHS[length])
    judged = verdicts or {}
    if length == "short" and judged.get("visibility") == "supported" != judged.get("talk", "supported"):
        said = tuple("visibility" if key == "talk" else key for key in said)
    proving = [
        key for key in ("measured", *APPENDIX) if key not in said and key not in TOO_LONG.get(length, ())
    ]
    return [key for key in (*said, *proving) if key in made]


def deck(
    length: str,
    made: Sequence[str],
    *,
    verdicts: Mapping[str, str] | None = None,
    order: Sequence[str] = (),
    dropped: Sequence[str] = (),
    brought: Sequence[str] = (),
    free: Sequence[str] = (),
) -> list[str]:
    """The slides of a deck as people want them: see ``pitches.drafts.edits.Edits`` for the four lists."""
    proposed = keys(length, made, verdicts)
    everything = [key for key in (*CORE, *made, *free) if key not in APPENDIX] + list(APPENDIX)
    wanted = {*proposed, *brought, *free} - ({*dropped} - ALWAYS)
    there = [key for key in arranged(proposed, dict.fromkeys(everything)) if key in wanted and key in made]
    found = arranged([key for key in order if key in there], there)
    return sorted(found, key=lambda key: key not in FIRST)


def arranged(first: Sequence[str], others: Sequence[str] | Mapping[str, Any]) -> list[str]:
    """``first`` as it is, and whatever is only in ``others`` behind the one that it follows there."""
    found, whole = list(first), list(others)
    for place, key in enumerate(whole):
        if key not in found:
            before = next((one for one in reversed(whole[:place]) if one in found), None)
            found.insert(found.index(before) + 1 if before is not None else 0, key)
    return found
