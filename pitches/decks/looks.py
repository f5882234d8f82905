"""Colours of tones, for the outputs that paint by colour value."""

from __future__ import annotations

from charts import palette
from pitches.decks.text import Tone

TINT = 0.92  # how much white is in the ground of a box
TINTS: dict[Tone, str] = {
    "warning": palette.mix(palette.WARNING, palette.PAPER, TINT),
    "muted": palette.mix(palette.MUTED, palette.PAPER, TINT),
}


def tones(accent: str) -> dict[Tone, str]:
    """The colour of each tone of text."""
    main = palette.readable(accent)
    return {
        "ink": palette.INK,
        "muted": palette.MUTED,
        "accent": main,
        "yes": main,
        "no": palette.MUTED,
        "warning": palette.WARNING,
        "paper": palette.PAPER,
    }


def tints(accent: str) -> dict[Tone, str]:
    """The ground of a box in each tone."""
    return {**TINTS, "accent": palette.mix(palette.readable(accent), palette.PAPER, TINT)}
