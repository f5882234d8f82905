"""What the slides of step 4 say of one brand: its name as a text, and its figures by its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from competitors import queries
from competitors.queries import Voice as SharedVoice
from pitches.figures import Kind, Unit, Value
from pitches.ground import Ground
from pitches.words import Text

MOST_BRANDS = 5  # on one slide; the appendix has them all


def voice(ground: Ground) -> SharedVoice:
    """Who is heard how much, on what was read of all brands of the pitch."""
    return queries.share_of_voice(
        ground.workspace, ground.since, ground.read_until, by=ground.by, among=ground.brands
    )


def shown(ground: Ground) -> list[int]:
    """The brands on a slide, by their place in ``ground.brands``: ours and the rivals heard most."""
    counts = ground.once(voice).counts
    loudest = sorted(
        (index for index, brand in enumerate(ground.brands) if not brand.is_own),
        key=lambda index: counts[ground.brands[index].pk].stories if ground.brands[index].pk in counts else 0,
        reverse=True,
    )
    own = [index for index, brand in enumerate(ground.brands) if brand.is_own]
    return sorted([*own, *loudest[: MOST_BRANDS - len(own)]])


def called(ground: Ground, index: int) -> Text:
    """The name of a brand."""
    return ground.say("chart.brand", brand=f"@brand.{index}")


def figure(
    ground: Ground,
    index: int,
    key: str,
    value: Value | date,
    unit: Unit,
    proof: str,
    label: str,
    kind: Kind | None = None,
) -> str:
    """Registers a figure of one brand once, called by ``label.<label>`` and the brand; returns its key."""
    if key not in ground.register.figures:
        what, who = ground.say(f"label.{label}"), called(ground, index)
        text = {language: f"{what[language]}, {who[language]}" for language in what}
        ground.register.add(key, value, unit, proof, text, kind=kind)
    return key


def listed(texts: Sequence[Text]) -> Text:
    """Several texts in a row: "Fjällvik, Bergby"."""
    return {language: ", ".join(text[language] for text in texts) for language in texts[0]}


def filled(text: Text, place: str, what: Text) -> Text:
    """The text with ``{place}`` replaced by another text."""
    return {language: words.replace(f"{{{place}}}", what[language]) for language, words in text.items()}
