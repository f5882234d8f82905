"""Momentum: how followers grew. Like with like: one number of one place, between the same two days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from competitors import queries
from competitors.queries import Momentum
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground
from pitches.slides import Slide
from pitches.steps import places
from pitches.steps.brands import called, figure, filled, listed, shown
from pitches.verdicts import State
from pitches.words import Text

MOST_DAYS = 9  # points of a line
MOST_COLUMNS = 4  # numbers side by side, as long as there is no line
FOLLOW_UP = timedelta(days=30)
COUNTED = ("mastodon", "bluesky", "reddit")  # places that tell how many follow or belong


def growth(ground: Ground) -> list[Momentum]:
    """How followers of the pitch's brands grew in the period, the best comparison first."""
    return queries.momentum(ground.workspace, ground.start, ground.end, among=ground.brands)


def measure(ground: Ground) -> str:
    """Registers every brand's growth on the place that compares most of them; returns the proof."""
    found = ground.once(growth)
    best = found[0] if found else None
    compared = found[:1] if best and best.measured else found
    rows = [row for one in compared for row in _rows(ground, one)]
    proof = ground.prove(
        4,
        "s4.momentum",
        lambda: Details(
            sources=[one.source_label for one in compared],
            gaps=gaps(ground),
            since=ground.start,
            until=ground.end,
            inspected=len(rows),
            rows_total=len(rows),
            rows=lambda: rows[:200],
        ),
    )
    for index, brand in enumerate(ground.brands):
        change = best.changes.get(brand.pk) if best else None
        share = change.share if change else None
        figure(ground, index, f"s4.momentum.{index}", share, "percent", proof, "s4.momentum")
    _name_fastest(ground, best, proof)
    return proof


def _rows(ground: Ground, one: Momentum) -> list[Row]:
    where = {
        (brand.pk, cell.place.name): cell.cell.url or (cell.profile.url if cell.profile else "")
        for brand, cells in ground.once(places.presence).rows
        for cell in cells
    }
    names = {brand.pk: brand.name for brand in ground.brands}
    return [
        {
            "title": f"{names.get(pk, '')} · {one.source_label}",
            "url": where.get((pk, one.source), ""),
            "site": one.source_label,
            "author": "",
            "date": day.isoformat(),
            "excerpt": f"{value:g}",
            "why": one.metric_label,
        }
        for pk, series in one.series.items()
        for day, value in sorted(series.items())
    ]


def _name_fastest(ground: Ground, best: Momentum | None, proof: str) -> None:
    """The rival that grew most may be another than the one that leads overall; and between which days."""
    rivals = [
        (change.share, brand.name)
        for brand in ground.rivals
        if best and (change := best.changes.get(brand.pk)) and change.share is not None
    ]
    most, name = max(rivals, default=(None, ""))
    ground.figure("s4.fastest_momentum", most, "percent", proof, label="s4.fastest")
    if name and best:
        ground.name("fastest", name)
    if best:
        ground.name("grown_on", best.source_label)
    change = next((one for one in best.changes.values() if one), None) if best else None
    ground.figure("s4.grown_since", change.since if change else None, "date", proof)
    ground.figure("s4.grown_until", change.until if change else None, "date", proof)
    read = [day for one in ground.once(growth) for series in one.series.values() for day in series]
    baseline = max(read, default=None)
    ground.figure("s4.baseline", baseline, "date", proof)
    again = baseline + FOLLOW_UP if baseline else None
    ground.figure("s4.follow_up", again, "date", proof, kind="assumption")


def gaps(ground: Ground) -> list[Text]:
    """The places that tell followers and could not be read."""
    return places.gaps(ground, COUNTED)


def state_of(ground: Ground) -> State:
    """How the claim does on its own: does any rival grow, and faster than we do?"""
    values = ground.register.values()
    own, most = _own(ground), values["s4.fastest_momentum"]
    if not isinstance(own, int | float) or not isinstance(most, int | float):
        return "not_enough"
    if most > max(own, 0):
        return "supported"
    return "not_supported" if own > max(most, 0) else "mixed"


def _own(ground: Ground) -> object:
    index = next((index for index, brand in enumerate(ground.brands) if brand.is_own), None)
    return None if index is None else ground.register.values()[f"s4.momentum.{index}"]


def slide(ground: Ground) -> Slide:
    """A line for each brand that was read twice; as long as there is none, where each begins."""
    found, state = ground.once(growth), state_of(ground)
    best = found[0] if found else None
    key = "not_enough_baseline" if best and state == "not_enough" else state
    blocks: list[show.Block] = []
    if best and best.measured:
        blocks.append(_lines(ground, best))
        blocks += show.bullets(_bullets(ground, best, state))
    else:
        said = "momentum.baseline" if best else "momentum.unread"
        blocks.append(show.callout(ground.say(said), "note"))
        if found:
            blocks.append(_baseline(ground, found[:MOST_COLUMNS]))
    blocks += show.warnings([*_left_out(ground, best), *gaps(ground)])
    title, notes = ground.say(f"momentum.title.{key}"), ground.say("momentum.notes")
    footer = ground.say("momentum.footer")
    return Slide("momentum", title, blocks, notes, footer, step=4, verdict=state)


def _measured(ground: Ground, best: Momentum) -> list[int]:
    """The brands on the slide that were read on the same two days."""
    return [index for index in shown(ground) if best.changes.get(ground.brands[index].pk)]


def _days(best: Momentum) -> list[date]:
    """The days of the lines, out of those on which all compared brands were read."""
    compared = [set(best.series[pk]) for pk, change in best.changes.items() if change]
    return _spread(sorted(set.intersection(*compared)))


def _points(ground: Ground, index: int, best: Momentum) -> list[str]:
    """The figures of a brand's line."""
    proof = ground.register.figures["s4.baseline"].evidence
    read = best.series[ground.brands[index].pk]
    return [
        figure(ground, index, f"s4.crowd.{index}.{at}", read[day], "count", proof, "s4.crowd")
        for at, day in enumerate(_days(best))
    ]


def _lines(ground: Ground, best: Momentum) -> show.Block:
    series = [
        (
            called(ground, index),
            "own" if ground.brands[index].is_own else "rival",
            _points(ground, index, best),
        )
        for index in _measured(ground, best)
    ]
    categories = [day.isoformat() for day in _days(best)]
    return show.chart("line", categories, series, "count", ground.say("chart.s4_growth"))


def _spread(days: Sequence[date]) -> list[date]:
    """At most ``MOST_DAYS`` of them, about equally far apart, the first and the last among them.

    A line over uneven days would bend where nothing happened.
    """
    first, last = days[0], days[-1]
    apart = (last - first) / (MOST_DAYS - 1)
    kept = [first]
    for day in days[1:-1]:
        if day - kept[-1] >= apart and last - day >= apart:
            kept.append(day)
    return [*kept, last]


def _bullets(ground: Ground, best: Momentum, state: State) -> list[Text]:
    """From how many to how many, and which rivals we outgrow: what speaks the other way."""
    values, own = ground.register.values(), _own(ground)
    lines, slower = [], []
    for index in _measured(ground, best):
        first, *_, last = _points(ground, index, best)
        grown = f"s4.momentum.{index}"
        said = {"brand": f"@brand.{index}", "first": first, "last": last, "share": grown}
        lines.append(ground.say("momentum.one", **said))
        theirs = values[grown]
        is_slower = isinstance(own, float | int) and isinstance(theirs, float | int) and theirs < own
        if is_slower and not ground.brands[index].is_own:
            slower.append(called(ground, index))
    if slower and state != "not_supported":
        lines.append(filled(ground.say("momentum.slower"), "list", listed(slower)))
    return lines


def _left_out(ground: Ground, best: Momentum | None) -> list[Text]:
    """The brands of the slide that have no line beside those that have one."""
    if best is None or not best.measured:
        return []
    left = [index for index in shown(ground) if not best.changes.get(ground.brands[index].pk)]
    if not left:
        return []
    return [filled(ground.say("gap.not_read_twice"), "list", listed([called(ground, i) for i in left]))]


def _baseline(ground: Ground, found: Sequence[Momentum]) -> show.Block:
    """The newest number of every brand in every place that tells one: where the lines will begin."""
    proof = ground.register.figures["s4.baseline"].evidence
    columns, rows = [ground.say("column.brand")], []
    for one in found:
        place = ground.name(f"place.{one.source}", one.source_label)
        columns.append(ground.say(f"column.{one.metric}", place=place))
    for index in shown(ground):
        cells: list[show.Cell] = [{"text": called(ground, index)}]
        for at, one in enumerate(found):
            known = one.series.get(ground.brands[index].pk, {})
            newest = known[max(known)] if known else None
            key = f"s4.crowd.now.{at}.{index}"
            cells.append({"figure": figure(ground, index, key, newest, "count", proof, "s4.crowd")})
        rows.append(cells)
    return show.table(columns, rows)


def compared(ground: Ground) -> list[tuple[Text, list[str]]]:
    """Every number that grew: its name, and each brand's growth as a figure, for the appendix."""
    proof = ground.register.figures["s4.baseline"].evidence
    found, best = [], ground.once(growth)[:1]
    for one in ground.once(growth):
        if not one.measured:
            continue
        place = ground.name(f"place.{one.source}", one.source_label)
        keys = []
        for index, brand in enumerate(ground.brands):
            change = one.changes.get(brand.pk)
            key = f"s4.grown.{one.source}.{one.metric}.{index}"
            if one in best:
                key = f"s4.momentum.{index}"
            share = change.share if change else None
            keys.append(figure(ground, index, key, share, "percent", proof, "s4.grown"))
        found.append((ground.say(f"column.{one.metric}", place=place), keys))
    return found
