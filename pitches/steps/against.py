"""What speaks against a slide's title, said on the slide itself: contrary evidence is shown, not hidden."""

from __future__ import annotations

from collections.abc import Sequence

from pitches import slides as show
from pitches.ground import Ground
from pitches.words import LANGUAGES, Text, join, places, table


def against(ground: Ground, keys: Sequence[str], gaps: Sequence[Text] = ()) -> show.Block:
    """A box with a line "Against it: …", of those sentences that have something to say, and with the gaps.

    A sentence says nothing as long as one of its figures is unknown or zero. Where none is left, the line
    says that nothing was found.
    """
    said = [ground.say(key) for key in keys if _says_something(ground, key)]
    sentences = said or [ground.say("against.nothing")]
    lines = [join(ground.say("against.head"), *sentences), *([join(*gaps)] if gaps else [])]
    return show.callout(
        {language: "\n".join(line[language] for line in lines) for language in LANGUAGES}, "warning"
    )


def _says_something(ground: Ground, key: str) -> bool:
    values = ground.register.values()
    return all(values.get(place) for place in places(table()[key]) if not place.startswith("@"))
