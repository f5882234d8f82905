"""What differs between audiences: how long the deck is, how the notes open and close.

Numbers, verdicts and their order are the same for everybody.
"""

from __future__ import annotations

from dataclasses import replace

from pitches.slides import Slide
from pitches.words import join, table

# The length that suits them: a boss has five minutes, a board ten, who works with it wants to see all of it.
LENGTH: dict[str, str] = {"boss": "short", "board": "meeting", "peers": "full", "client": "full"}
NOTES = {"cover": "open", "decision": "decide"}


def addressed(slide: Slide, kind: str) -> Slide:
    """The slide as this audience sees it."""
    if slide.key not in NOTES:
        return slide
    notes = table()[f"audience.{kind}.{NOTES[slide.key]}"]
    return replace(slide, notes=join(notes, slide.notes))
