"""Step 4: our competitors are moving faster. On three measures: ``shares``, ``places`` and ``growth``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from competitors import compare, queries
from competitors.compare import Standing
from pitches.figures import Details
from pitches.ground import Ground
from pitches.slides import Slide
from pitches.steps import growth, places, shares, standing
from pitches.steps.brands import voice
from pitches.steps.places import reading
from pitches.steps.shares import gaps, variant
from pitches.verdicts import Race, State
from pitches.words import Text

__all__ = ["gaps", "measure", "reading", "slides", "standings", "variant"]


def standings(ground: Ground) -> tuple[Standing[int], tuple[Standing[int], ...]]:
    """Ours and the rivals', the louder rival first."""
    found = ground.once(voice), ground.once(places.presence), ground.once(growth.growth)
    own, rivals = queries.standings(*found)
    louder = sorted(rivals, key=lambda one: one.voice or 0, reverse=True)
    return own or Standing(0), tuple(louder)


def measure(ground: Ground) -> Race:
    """Compares all brands; the rival that leads on most measures is the one the slides name."""
    own, rivals = ground.once(standings)
    for index, brand in enumerate(ground.brands):
        ground.name(f"brand.{index}", brand.name)
    ground.names["rivals"] = ", ".join(brand.name for brand in ground.rivals)
    proofs = {
        "voice": shares.measure(ground),
        "presence": places.measure(ground),
        "momentum": growth.measure(ground),
    }
    proof = ground.prove(4, "s4.standing", lambda: Details(fetched_at=ground.once(voice).fetched_at))
    ahead = compare.leads(own, [rival for rival in rivals if rival.voice is not None])
    # Without rivals there are none to compare; without our own voice nobody knows how many could be.
    compared = len(ahead) if own.voice is not None or not ground.rivals else None
    ground.figure("s4.rivals", compared, "count", proof)
    ground.figure("s4.measures", len(compare.MEASURES), "count", proof)
    ground.figure("s4.leads", ahead[0].theirs if ahead else None, "count", proof)
    first = ahead[0].rival if ahead else None
    index_of = {brand.pk: index for index, brand in enumerate(ground.brands)}
    if first is not None:
        ground.name("rival", ground.brands[index_of[first]].name)
    for role, pk in (("own", own.brand), ("rival", first)):
        _measure_one(ground, role, pk, proofs)
    shares.measure_times(ground, proofs["voice"])
    places.name_most_present(ground, proofs["presence"])
    return Race(own, rivals)


def _measure_one(ground: Ground, role: str, pk: int | None, proofs: Mapping[str, str]) -> None:
    """Our own numbers, or those of the rival that the slides name."""
    own, rivals = ground.once(standings)
    standing = next((one for one in (own, *rivals) if one.brand == pk), Standing(0))
    counted = ground.once(voice).counts.get(pk) if pk is not None else None
    stories = counted.stories if counted else None
    ground.figure(f"s4.{role}_stories", stories, "count", proofs["voice"])
    ground.figure(f"s4.{role}_voice", standing.voice, "percent", proofs["voice"])
    ground.figure(f"s4.{role}_present", standing.presence, "count", proofs["presence"])
    ground.figure(f"s4.{role}_momentum", standing.momentum, "percent", proofs["momentum"])


def slides(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> list[Slide]:
    """Share of voice with the standing of every brand, the presence matrix, momentum; the rivals in full."""
    argued = [shares.slide(ground, state, title, reasoning, edited), places.slide(ground)]
    return [*argued, growth.slide(ground), standing.slide(ground)]
