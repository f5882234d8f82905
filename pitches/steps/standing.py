"""The rivals in full, for the appendix: every brand on every measure, every cell of the matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from competitors.queries import SHORT, PlaceCell
from pitches import slides as show
from pitches.ground import Ground
from pitches.slides import Cell, Slide
from pitches.steps import growth, places, shares
from pitches.steps.brands import called
from pitches.words import Text

MOST_COLUMNS = 4  # brands side by side in one table
ALL_FACTS = 9
MEASURES = ("stories", "voice", "present", "momentum")


def slide(ground: Ground) -> Slide:
    """All brands of the pitch in all places, with the day and the reason of everything."""
    missing = show.warnings([*shares.gaps(ground), *places.gaps(ground)])
    blocks = [show.paragraph(ground.say("rivals.text")), *missing, _standings(ground)]
    for brands in _in_groups(range(len(ground.brands))):
        blocks.append(_matrix(ground, brands))
    if table := _growth(ground):
        blocks.append(table)
    title, notes = ground.say("rivals.title"), ground.say("rivals.notes")
    return Slide("rivals", title, blocks, notes, layout="appendix")


def _in_groups(indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many brands as stand side by side, the groups as even as they can be."""
    count = -(-len(indexes) // MOST_COLUMNS)
    size = -(-len(indexes) // max(1, count))
    for start in range(0, len(indexes), max(1, size)):
        yield indexes[start : start + size]


def _standings(ground: Ground) -> show.Block:
    rows: list[list[Cell]] = [
        [{"text": called(ground, index)}, *({"figure": f"s4.{name}.{index}"} for name in MEASURES)]
        for index, _ in enumerate(ground.brands)
    ]
    columns = [ground.say(f"column.{name}") for name in ("brand", "stories", "voice", "places", "growth")]
    return show.table(columns, rows, [3, 1, 1, 1, 1])


def _matrix(ground: Ground, brands: Sequence[int]) -> show.Block:
    """All places, those where nobody is proven too; below, the profiles that Earshot cannot read."""
    matrix = ground.once(places.presence)
    rows: list[list[Cell]] = [
        [
            {"text": places.place_name(ground, place)},
            *(_cell(ground, index, places.cell_of(ground, index, place)) for index in brands),
        ]
        for place in places.in_order(matrix.places)
    ]
    if any(matrix.elsewhere.get(brand.pk) for brand in ground.brands):
        rows.append([{"text": ground.say("rivals.elsewhere")}, *(_elsewhere(ground, i) for i in brands)])
    columns = [ground.say("column.place"), *(called(ground, index) for index in brands)]
    return show.table(columns, rows, [1, *(2.0 for _ in brands)])


def _cell(ground: Ground, index: int, cell: PlaceCell) -> Cell:
    found = places.reading(ground, index, cell, "\n", most=ALL_FACTS)
    why = _why(ground, index, cell)
    if why is None:
        return found
    if "text" in found:
        return found | {"text": {key: f"{text}\n{why[key]}" for key, text in found["text"].items()}}
    return found | {"text": why}


def _why(ground: Ground, index: int, cell: PlaceCell) -> Text | None:
    """Why it is unknown, or why the latest reading failed, in every language of the pitch."""
    key = f"why.{index}.{cell.place.name}"
    if failure := cell.cell.failure:
        return ground.translated(key, failure.error, failure.params)
    if cell.cell.reason:
        short = SHORT.get(cell.cell.reason, cell.cell.reason)
        return ground.translated(key, short, cell.cell.reason_params or {})
    return None


def _elsewhere(ground: Ground, index: int) -> Cell:
    profiles = ground.once(places.presence).elsewhere.get(ground.brands[index].pk, ())
    hosts = dict.fromkeys(urlsplit(profile.url).hostname or str(profile) for profile in profiles)
    return {"raw": ", ".join(hosts) or "–"}


def _growth(ground: Ground) -> show.Block | None:
    """Every number that was read of several brands on the same two days."""
    found = growth.compared(ground)
    if not found:
        return None
    rows: list[list[Cell]] = []
    for index, _ in enumerate(ground.brands):
        cells: list[Cell] = [{"text": called(ground, index)}]
        rows.append([*cells, *({"figure": keys[index]} for _, keys in found)])
    columns = [ground.say("column.brand"), *(name for name, _ in found)]
    return show.table(columns, rows, [3, *(1.5 for _ in found)])
