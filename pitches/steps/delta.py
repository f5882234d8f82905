"""The difference of two figures, as a figure with a proof of its own."""

from __future__ import annotations

from functools import partial

from pitches.figures import Unit
from pitches.follow_ups.differences import difference
from pitches.ground import Ground
from pitches.words import Text

POINTS = 100  # a share in percentage points


def delta(ground: Ground, key: str, old: str, new: str) -> Text:
    """ "+14 (+28 %)": registers what lies between two figures of this register, and says it with its sign."""
    figures = ground.register.figures
    before, after = figures[old], figures[new]
    _state, absolute, relative = difference(before.value, after.value, after.unit)
    if absolute is None:
        return ground.say("delta.other")
    if not absolute:
        return ground.say("delta.none")
    name, sign, share = f"delta.{key}", "more" if absolute > 0 else "less", after.unit == "percent"
    if name not in figures:
        proof = ground.once(PROOFS[ground.register.evidence[after.evidence].step])
        value = round(absolute * POINTS, 1) if share else absolute
        unit: Unit = "number" if share else after.unit
        label = _prefixed(ground, "delta.before", after.label)
        ground.register.add(name, value, unit, proof, label, currency=after.currency)
        if relative is not None and not share:
            label = _prefixed(ground, "delta.part", after.label)
            ground.register.add(f"{name}.part", relative, "percent", proof, label)
    if share:
        return ground.say(f"delta.points_{sign}", value=name)
    if f"{name}.part" not in figures:
        return ground.say(f"delta.{sign}", value=name)
    return ground.say(f"delta.{sign}_part", value=name, part=f"{name}.part")


def _prefixed(ground: Ground, word: str, text: Text) -> Text:
    before = ground.say(word)
    return {language: f"{before[language]} {sentence}" for language, sentence in text.items()}


def _prove(step: int, ground: Ground) -> str:
    """The one proof of a step's differences: how they are computed, from figures with proofs of their own."""
    return ground.prove(step, "delta")


PROOFS = {step: partial(_prove, step) for step in range(6)}
