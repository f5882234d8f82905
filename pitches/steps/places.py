"""Where each brand is: the presence matrix of step 4, and our own row of it for step 3."""

from __future__ import annotations

from collections.abc import Sequence

from competitors import proofs, queries
from competitors.compare import Dated
from competitors.observe import METRICS, SITE
from competitors.queries import Place, PlaceCell, Presence
from pitches import slides as show
from pitches.figures import Details, Kind, Row
from pitches.ground import Ground
from pitches.slides import Slide
from pitches.steps.brands import called, figure, filled, listed, shown
from pitches.verdicts import State
from pitches.words import Text, table

# Readings that are no exact count; see ``listening.types.Precision``.
KINDS: dict[str, Kind] = {"estimated": "estimated", "rounded": "estimated", "manual": "manual"}
MOST_FACTS = 2  # readings printed in one cell of the whole matrix; on the slide only the first
MOST_PLACES = 10  # rows of the slide; fewer where more has to be said below
# As people think of them: their own pages, encyclopaedias, networks, communities, video. Others come last.
ORDER = (
    *(SITE, "feeds", "wordpress", "wikipedia", "wikidata"),
    *("mastodon", "bluesky", "reddit", "hackernews", "youtube"),
)
QUIET = ("wikidata",)  # where programs look and customers do not: the first to leave a full slide


def presence(ground: Ground) -> Presence:
    """Where every brand of the pitch was by the end of the period."""
    return queries.presence(ground.workspace, ground.end, among=ground.brands)


def measure(ground: Ground) -> str:
    """Registers in how many of the places known for all each brand is; returns the proof."""
    matrix = ground.once(presence)
    counts = matrix.counts()
    readings = [one for _, cells in matrix.rows for cell in cells for one in cell.cell.readings.values()]
    proof = ground.prove(
        4,
        "s4.presence",
        lambda: Details(
            sources=[place.label for place in matrix.places if place.name != SITE],  # which is no source
            gaps=gaps(ground),
            inspected=len(readings),
            rows_total=sum(1 for _, cells in matrix.rows for cell in cells if cell.profile),
            rows=lambda: _rows(matrix),
        ),
    )
    ground.figure("s4.places", len(matrix.compared), "count", proof)
    for index, brand in enumerate(ground.brands):
        figure(ground, index, f"s4.present.{index}", counts.get(brand.pk), "count", proof, label="s4.present")
    return proof


def _rows(matrix: Presence) -> list[Row]:
    return [
        {
            "title": f"{brand.name} · {cell.place.label}",
            "url": cell.cell.url or (cell.profile.url if cell.profile else ""),
            "site": cell.place.label,
            "author": "",
            "date": cell.cell.on.isoformat() if cell.cell.on else "",
            "excerpt": cell.reason,
            "why": proofs.best(cell.profile.proof)[:300] if cell.profile else "",
        }
        for brand, cells in matrix.rows
        for cell in cells
        if cell.profile
    ]


def name_most_present(ground: Ground, proof: str) -> None:
    """The rival that is in most places may be another than the one that leads overall."""
    counts = ground.once(presence).counts()
    rivals = [(counts[one.pk], one.name) for one in ground.rivals if counts.get(one.pk) is not None]
    most, name = max(rivals, key=lambda pair: pair[0] or 0, default=(None, ""))
    ground.figure("s4.most_present", most, "count", proof, label="s4.present")
    if name:
        ground.name("present_rival", name)


def gaps(ground: Ground, wanted: Sequence[str] = ()) -> list[Text]:
    """The places whose latest reading failed, for any brand; ``wanted``: of these places alone."""
    failed: dict[str, str] = {}
    for _, cells in ground.once(presence).rows:
        for cell in cells:
            if cell.cell.failure and (not wanted or cell.place.name in wanted):
                failed.setdefault(cell.place.name, cell.place.label)
    return [
        ground.say("gap.failed", source=ground.name(f"source.{name}", label))
        for name, label in failed.items()
    ]


def state_of(ground: Ground) -> State:
    """How the claim of the matrix does on its own: is any rival in more places than we are?"""
    values = ground.register.values()
    own, most = values["s4.own_present"], values["s4.most_present"]
    if own is None or most is None:
        return "not_enough"
    if own < most:  # type: ignore[operator]  # both are counts
        return "supported"
    return "not_supported" if own > most else "mixed"  # type: ignore[operator]


def slide(ground: Ground) -> Slide:
    """Places by brands: yes, no or unknown with what tells most, and where only we are."""
    brands, state = shown(ground), state_of(ground)
    only, missing = _other_side(ground, state), gaps(ground)
    wanted, left = _chosen(ground, MOST_PLACES - bool(only) - bool(missing))
    columns = [ground.say("column.place"), *(_head(ground, index) for index in brands)]
    widths = [1.3, *(2.0 for _ in brands)]
    blocks: list[show.Block] = []
    if wanted:
        rows = [_row(ground, place, brands) for place in wanted]
        blocks.append(show.table(columns, rows, widths))
    else:
        blocks.append(show.callout(ground.say("presence.nothing"), "note"))
    if only:
        said = "presence.only_theirs" if state == "not_supported" else "presence.only_ours"
        blocks.append(show.paragraph(filled(ground.say(said), "list", listed(only))))
    blocks += show.warnings(missing)
    proof = ground.register.figures["s4.places"].evidence
    ground.figure("s4.places_left", left, "count", proof)
    footer = ground.say("presence.footer_more" if left else "presence.footer")
    title = ground.say(f"presence.title.{state}")
    return Slide("presence", title, blocks, ground.say("presence.notes"), footer, step=4, verdict=state)


def _chosen(ground: Ground, most: int) -> tuple[list[Place], int]:
    """The places for the slide in their order, and how many are left to the appendix.

    Only where somebody is proven to be; where there are too many, those go first that tell brands apart.
    """
    matrix = ground.once(presence)
    states = {
        place.name: [cells[at].cell.state for _, cells in matrix.rows]
        for at, place in enumerate(matrix.places)
    }
    there = [place for place in in_order(matrix.places) if "yes" in states[place.name]]
    telling = sorted(there, key=lambda place: (place.name in QUIET, -len(set(states[place.name]))))
    kept = telling[:most]
    return [place for place in there if place in kept], len(there) - len(kept)


def in_order(places: Sequence[Place]) -> list[Place]:
    """The places grouped as people think of them."""
    return sorted(places, key=lambda place: ORDER.index(place.name) if place.name in ORDER else len(ORDER))


def _head(ground: Ground, index: int) -> Text:
    """The brand with its number of places: "Bergby: 6 of 8"."""
    if ground.register.values()[f"s4.present.{index}"] is None:
        return called(ground, index)
    return ground.say("presence.head", brand=f"@brand.{index}", present=f"s4.present.{index}")


def _row(ground: Ground, place: Place, brands: Sequence[int]) -> list[show.Cell]:
    return [
        {"text": place_name(ground, place)},
        *(reading(ground, index, cell_of(ground, index, place), most=1, dated=False) for index in brands),
    ]


def cell_of(ground: Ground, index: int, place: Place) -> PlaceCell:
    """What is known of a brand in a place."""
    row = next(cells for brand, cells in ground.once(presence).rows if brand == ground.brands[index])
    return next(cell for cell in row if cell.place == place)


def _other_side(ground: Ground, state: State) -> list[Text]:
    """What speaks the other way: where we are and the rival of the title is not, or, when we lead, it is."""
    rival = next((one for one in ground.rivals if one.name == ground.names.get("present_rival")), None)
    if rival is None or ground.own is None:
        return []
    states = {
        brand.pk: {cell.place: cell.cell.state for cell in cells}
        for brand, cells in ground.once(presence).rows
    }
    ours, theirs = states[ground.own.pk], states[rival.pk]
    return [
        place_name(ground, place)
        for place in in_order(list(ours))
        if (ours[place], theirs[place]) == (("no", "yes") if state == "not_supported" else ("yes", "no"))
    ]


def reading(
    ground: Ground,
    index: int,
    cell: PlaceCell,
    between: str = ", ",
    *,
    most: int = MOST_FACTS,
    dated: bool = True,
) -> show.Cell:
    """Yes, no or unknown with what was read, its day and its proof. ``between`` parts the facts."""
    proof = ground.register.figures["s4.places"].evidence
    said: list[Text] = []
    known = cell.cell.readings
    for metric in (name for name in METRICS if name in known and f"reading.{name}" in table()):
        if len(said) < most:
            one = known[metric]
            key = f"s4.cell.{index}.{cell.place.name}.{metric}"
            if one.value is None:
                key = _day(ground, one.text[:10], proof)
            else:
                figure(ground, index, key, one.value, "count", proof, "s4.reading", kind_of(one))
            text = ground.say(f"reading.{metric}", value=key)
            said.append(about(text) if kind_of(one) == "estimated" else text)
    found: show.Cell = {"state": cell.cell.state, "evidence": proof}
    if dated and not said and cell.cell.state != "unknown":
        said.append(ground.say(f"reading.{cell.cell.state}"))
    if cell.cell.on and dated:
        said.append(
            ground.say(
                "reading.on" if known else "reading.tried",
                value=_day(ground, cell.cell.on.isoformat(), proof),
            )
        )
    if said:
        found["text"] = {language: between.join(text[language] for text in said) for language in said[0]}
    url = cell.cell.url or (cell.profile.url if cell.profile else "")
    return found | {"url": url} if url else found


def kind_of(one: Dated) -> Kind | None:
    """The class of a figure that was read: None = that of its proof."""
    return KINDS.get(one.precision)


def about(text: Text) -> Text:
    """Says of a number in words that it is no exact one."""
    return {language: f"≈\xa0{words}" for language, words in text.items()}


def _day(ground: Ground, day: str, proof: str) -> str:
    """A day that profiles tell or were read on, one figure however often it is printed; returns its key."""
    key = f"s4.day.{day}"
    if key not in ground.register.figures:
        ground.figure(key, day, "date", proof, label="s4.day")
    return key


def place_name(ground: Ground, place: Place) -> Text:
    """What a column or row of the matrix is called."""
    if place.name == SITE:
        return ground.say("column.site")
    return ground.say("chart.brand", brand=ground.name(f"place.{place.name}", place.label))


def own_places(ground: Ground) -> list[PlaceCell]:
    """Our part of the matrix: the places where we can speak, which a home page is not."""
    rows = [cells for brand, cells in ground.once(presence).rows if brand.is_own]
    return [cell for cells in rows for cell in cells if cell.profile and cell.place.name != SITE]
