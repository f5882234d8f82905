"""What differs between audiences: how long the deck is, whom the cover names, how the notes open and close.

Numbers, verdicts and their order are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pitches import slides as show
from pitches.slides import Slide
from pitches.words import join, table

# The length that suits them: a boss has five minutes, a board ten, who works with it wants to see all of it.
LENGTH: dict[str, str] = {"boss": "short", "board": "meeting", "peers": "full", "client": "full"}
NOTES = {"cover": "open", "decision": "decide"}


def addressed(slide: Slide, kind: str, names: Mapping[str, str]) -> Slide:
    """The slide as this audience sees it."""
    if slide.key not in NOTES:
        return slide
    notes = table()[f"audience.{kind}.{NOTES[slide.key]}"]
    found = replace(slide, notes=join(notes, slide.notes))
    return _cover(found, kind, bool(names.get("audience"))) if slide.key == "cover" else found


def _cover(slide: Slide, kind: str, is_named: bool) -> Slide:
    """A client's deck was made for them; who was not named is named by kind, but for the boss."""
    line, plain = f"audience.{kind}.cover", table()["cover.audience"]
    blocks = list(slide.blocks)
    if is_named and kind == "client":
        said = show.paragraph(table()["audience.client.prepared"])
        return replace(slide, blocks=[said if one.get("text") == plain else one for one in blocks])
    if not is_named and line in table():
        blocks.insert(1 if len(blocks) > 1 else 0, show.paragraph(table()[line]))
    return replace(slide, blocks=blocks)
