"""Step 4: our competitors are moving faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from competitors import compare, proofs, queries
from competitors.compare import Standing
from competitors.observe import SITE
from competitors.queries import Momentum, Place, PlaceCell, Presence
from competitors.queries import Voice as SharedVoice
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground
from pitches.slides import Slide
from pitches.verdicts import Race, State
from pitches.words import Text, table

MOST_FACTS = 2  # readings printed in one cell of the matrix


def voice(ground: Ground) -> SharedVoice:
    """Who is heard how much, on what was read of all brands."""
    return queries.share_of_voice(ground.workspace, ground.since, ground.read_until, brands=ground.compared)


def presence(ground: Ground) -> Presence:
    """Where every brand was by the end of the period."""
    return queries.presence(ground.workspace, ground.end, ground.compared)


def growth(ground: Ground) -> list[Momentum]:
    """How followers grew in the period."""
    return queries.momentum(ground.workspace, ground.start, ground.end, ground.compared)


def standings(ground: Ground) -> tuple[Standing[int], tuple[Standing[int], ...]]:
    """Ours and the rivals', the louder rival first."""
    own, rivals = queries.standings(ground.once(voice), ground.once(presence), ground.once(growth))
    louder = sorted(rivals, key=lambda one: one.voice or 0, reverse=True)
    return own or Standing(0), tuple(louder)


def measure(ground: Ground) -> Race:
    """Compares all brands; the rival that leads on most measures is the one the slides name."""
    own, rivals = ground.once(standings)
    for index, brand in enumerate(ground.brands):
        ground.name(f"brand.{index}", brand.name)
    ground.names["rivals"] = ", ".join(brand.name for brand in ground.rivals)
    voices, places, growths = _measure_voice(ground), _measure_presence(ground), _measure_momentum(ground)
    proof = ground.prove(4, "s4.standing", lambda: Details(fetched_at=ground.once(voice).fetched_at))
    ahead = compare.leads(own, [rival for rival in rivals if rival.voice is not None])
    # Without rivals there are none to compare; without our own voice nobody knows how many could be.
    compared = len(ahead) if own.voice is not None or not ground.rivals else None
    ground.figure("s4.rivals", compared, "count", proof)
    ground.figure("s4.measures", len(compare.MEASURES), "count", proof)
    ground.figure("s4.leads", ahead[0].theirs if ahead else None, "count", proof)
    first = ahead[0].rival if ahead else None
    by_id = {brand.pk: brand for brand in ground.brands}
    if first is not None:
        ground.name("rival", by_id[first].name)
    counts = ground.once(voice).counts
    for role, pk in (("own", own.brand), ("rival", first)):
        standing = next((one for one in (own, *rivals) if one.brand == pk), Standing(0))
        counted = counts.get(pk) if pk is not None else None
        stories = counted.stories if counted else None
        ground.figure(f"s4.{role}_stories", stories, "count", voices, label="s4.stories")
        ground.figure(f"s4.{role}_voice", standing.voice, "percent", voices, label="s4.voice")
        ground.figure(f"s4.{role}_present", standing.presence, "count", places, label="s4.present")
        ground.figure(f"s4.{role}_momentum", standing.momentum, "percent", growths, label="s4.momentum")
    _name_most_present(ground, places)
    return Race(own, rivals)


def _measure_voice(ground: Ground) -> str:
    found = ground.once(voice)
    matches = queries.matches_within(ground.workspace, found.common, brands=ground.compared)
    searches = [search for group in found.searches.values() for search in group]

    def read() -> Details:
        heard = ground.heard_by(searches, matches)
        return replace(heard, sources=found.sources, gaps=gaps(ground), fetched_at=found.fetched_at)

    proof = ground.prove(4, "s4.voice", read)
    for index, brand in enumerate(ground.brands):
        counted = found.counts.get(brand.pk)
        share = next((one.share for one in found.result.shares if one.brand == brand.pk), None)
        ground.figure(
            f"s4.stories.{index}", counted.stories if counted else None, "count", proof, label="s4.stories"
        )
        ground.figure(f"s4.voice.{index}", share, "percent", proof, label="s4.voice")
    return proof


def _measure_presence(ground: Ground) -> str:
    matrix = ground.once(presence)
    counts = matrix.counts()
    readings = [one for _, cells in matrix.rows for cell in cells for one in cell.cell.readings.values()]
    proof = ground.prove(
        4,
        "s4.presence",
        lambda: Details(
            sources=[place.label for place in matrix.places],
            inspected=len(readings),
            rows_total=sum(1 for _, cells in matrix.rows for cell in cells if cell.profile),
            rows=lambda: _presence_rows(matrix),
        ),
    )
    ground.figure("s4.places", len(matrix.compared), "count", proof)
    for index, brand in enumerate(ground.brands):
        ground.figure(f"s4.present.{index}", counts.get(brand.pk), "count", proof, label="s4.present")
    return proof


def _presence_rows(matrix: Presence) -> list[Row]:
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


def _measure_momentum(ground: Ground) -> str:
    found = ground.once(growth)
    best = found[0] if found else None
    names = {brand.pk: brand.name for brand in ground.brands}
    where = {
        (brand.pk, cell.place.name): cell.cell.url or (cell.profile.url if cell.profile else "")
        for brand, cells in ground.once(presence).rows
        for cell in cells
    }
    rows = [
        {
            "title": f"{names.get(pk, '')} · {best.source_label}",
            "url": where.get((pk, best.source), ""),
            "site": best.source_label,
            "author": "",
            "date": day.isoformat(),
            "excerpt": f"{value:g}",
            "why": best.metric_label,
        }
        for pk, series in (best.series.items() if best else ())
        for day, value in sorted(series.items())
        if best
    ]
    proof = ground.prove(
        4,
        "s4.momentum",
        lambda: Details(
            sources=[best.source_label] if best else [],
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
        ground.figure(f"s4.momentum.{index}", share, "percent", proof, label="s4.momentum")
    return proof


def _name_most_present(ground: Ground, proof: str) -> None:
    """The rival that is in most places may be another than the one that leads overall."""
    counts = ground.once(presence).counts()
    rivals = [(counts[one.pk], one.name) for one in ground.rivals if counts.get(one.pk) is not None]
    most, name = max(rivals, key=lambda pair: pair[0] or 0, default=(None, ""))
    ground.figure("s4.most_present", most, "count", proof, label="s4.present")
    if name:
        ground.name("present_rival", name)


def gaps(ground: Ground) -> list[Text]:
    """The sources that are not compared, because they were not read of every brand; brands without search."""
    found = ground.once(voice)
    labels = {one.source: one.label for one in ground.covered(ground.searches)}
    left = [
        ground.say(
            "gap.left_out", source=ground.name(f"source.{one.source}", labels.get(one.source, one.source))
        )
        for one in found.common.left_out
    ]
    if found.without_search:
        ground.name("unsearched", ", ".join(brand.name for brand in found.without_search))
        left.append(ground.say("gap.unsearched"))
    return left


def slides(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> list[Slide]:
    """Share of voice with the standing of every brand, and the presence matrix."""
    return [_share(ground, state, title, reasoning, edited), _matrix(ground)]


def _share(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> Slide:
    blocks = [show.paragraph(reasoning)]
    if ground.once(voice).is_known:
        categories = [
            ground.say("chart.brand", brand=f"@brand.{index}") for index, _ in enumerate(ground.brands)
        ]
        values = [f"s4.voice.{index}" for index, _ in enumerate(ground.brands)]
        series = [(ground.say("label.s4.voice"), "own", values)]
        roles = ["own" if brand.is_own else "rival" for brand in ground.brands]
        bars = show.chart("bar", categories, series, "percent", ground.say("chart.s4"))
        blocks.append(bars | {"roles": roles})
    blocks += show.bullets(
        _standing(ground, line, measure) for line, measure in (("stories", "stories"), ("growth", "momentum"))
    )
    blocks += show.warnings(gaps(ground))
    notes, footer = ground.say("share.notes"), ground.say("share.footer")
    return Slide("share", title, blocks, notes, footer, step=4, verdict=state, edited=edited)


def _standing(ground: Ground, line: str, measure: str) -> Text:
    """One measure of every brand in a row: "Stories: Fjällvik 36, Bergby 76."."""
    every = [
        ground.say("share.one", brand=f"@brand.{index}", value=f"s4.{measure}.{index}")
        for index, _ in enumerate(ground.brands)
    ]
    text = ground.say(f"share.{line}")
    return {
        language: words.replace("{list}", ", ".join(one[language] for one in every))
        for language, words in text.items()
    }


def presence_state(ground: Ground) -> State:
    """How the claim of the matrix does on its own: is any rival in more places than we are?"""
    values = ground.register.values()
    own, most = values["s4.own_present"], values["s4.most_present"]
    if own is None or most is None:
        return "not_enough"
    if own < most:  # type: ignore[operator]  # both are counts
        return "supported"
    return "not_supported" if own > most else "mixed"  # type: ignore[operator]


def _matrix(ground: Ground) -> Slide:
    matrix = ground.once(presence)
    index_of = {brand.pk: index for index, brand in enumerate(ground.brands)}
    rows = [
        [
            {"text": ground.say("chart.brand", brand=f"@brand.{index_of[brand.pk]}")},
            *(reading(ground, index_of[brand.pk], cell, "\n") for cell in cells),
        ]
        for brand, cells in matrix.rows
    ]
    columns = [ground.say("column.brand"), *(place_name(ground, place) for place in matrix.places)]
    state = presence_state(ground)
    return Slide(
        "presence",
        ground.say(f"presence.title.{state}"),
        [
            show.table(columns, rows),
            show.callout(ground.say("presence.unknown"), "note"),
        ],
        ground.say("presence.notes"),
        ground.say("presence.footer"),
        step=4,
        verdict=state,
    )


def reading(ground: Ground, index: int, cell: PlaceCell, between: str = ", ") -> show.Cell:
    """Yes, no or unknown with what was read, its day and its proof. ``between`` parts the facts."""
    proof = ground.register.figures["s4.places"].evidence
    said: list[Text] = []
    for metric, one in cell.cell.readings.items():
        if f"reading.{metric}" not in table() or len(said) >= MOST_FACTS:
            continue
        key = f"s4.cell.{index}.{cell.place.name}.{metric}"
        if key not in ground.register.figures:
            is_date = one.value is None
            value = one.text[:10] if is_date else one.value
            ground.figure(key, value, "date" if is_date else "count", proof, label="s4.reading")
        said.append(ground.say(f"reading.{metric}", value=key))
    found: show.Cell = {"state": cell.cell.state, "evidence": proof}
    if cell.cell.on:
        key = f"s4.cell.{index}.{cell.place.name}.on"
        if key not in ground.register.figures:
            ground.figure(key, cell.cell.on, "date", proof, label="s4.read_on")
        said.append(ground.say("reading.on", value=key))
    if said:
        found["text"] = {language: between.join(text[language] for text in said) for language in said[0]}
    url = cell.cell.url or (cell.profile.url if cell.profile else "")
    return found | {"url": url} if url else found


def place_name(ground: Ground, cell_place: Place) -> Text:
    """What a column or row of the matrix is called."""
    if cell_place.name == SITE:
        return ground.say("column.site")
    return ground.say("chart.brand", brand=ground.name(f"place.{cell_place.name}", cell_place.label))


def own_places(ground: Ground) -> list[PlaceCell]:
    """Our row of the matrix: the places where we can speak, which a home page is not."""
    rows = [cells for brand, cells in ground.once(presence).rows if brand.is_own]
    return [cell for cells in rows for cell in cells if cell.profile and cell.place.name != SITE]
