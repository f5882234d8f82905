"""Share of voice: who is heard how much, by equal searches on what was read of every brand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from competitors import queries
from pitches import slides as show
from pitches.figures import Details
from pitches.ground import Ground
from pitches.slides import Slide
from pitches.steps.brands import called, figure, filled, listed, shown, voice
from pitches.verdicts import State
from pitches.words import Text

# From here on "so many times as often" says more than "more often".
TIMES = 1.5
MEASURES = ("voice", "presence", "momentum")
OF_RIVAL = {"voice": "voice", "presence": "present", "momentum": "momentum"}  # measure -> figure's last word


def measure(ground: Ground) -> str:
    """Registers every brand's stories and share; returns the proof."""
    found = ground.once(voice)
    matches = queries.matches_within(ground.workspace, found.common, by=ground.by)
    matches = matches.filter(brand__in=ground.brands)
    searches = [search for group in found.searches.values() for search in group]

    def read() -> Details:
        heard = ground.heard_by(searches, matches)
        return replace(heard, sources=found.sources, gaps=gaps(ground), fetched_at=found.fetched_at)

    proof = ground.prove(4, "s4.voice", read)
    for index, brand in enumerate(ground.brands):
        counted = found.counts.get(brand.pk)
        share = next((one.share for one in found.result.shares if one.brand == brand.pk), None)
        stories = counted.stories if counted else None
        figure(ground, index, f"s4.stories.{index}", stories, "count", proof, "s4.stories")
        figure(ground, index, f"s4.voice.{index}", share, "percent", proof, "s4.voice")
    ground.figure("s4.total", found.result.total, "count", proof)
    return proof


def measure_times(ground: Ground, proof: str) -> None:
    """How many times as often the rival is heard; unknown where we were not heard at all."""
    values = ground.register.values()
    ours, theirs = values["s4.own_stories"], values["s4.rival_stories"]
    times = theirs / ours if isinstance(ours, int) and isinstance(theirs, int) and ours else None
    ground.figure("s4.times", times, "ratio", proof)


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
    if ground.off:
        left.append(ground.gap(ground.off))
    if found.without_search:
        ground.name("unsearched", ", ".join(brand.name for brand in found.without_search))
        left.append(ground.say("gap.unsearched"))
    return left


def slide(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> Slide:
    """A bar for each brand, what stands behind the bars, and what speaks the other way."""
    there, values = shown(ground), ground.register.values()
    blocks = [show.paragraph(reasoning)]
    if ground.once(voice).is_known:
        there.sort(key=lambda index: _number(values[f"s4.voice.{index}"]), reverse=True)
        categories = [called(ground, index) for index in there]
        series = [(ground.say("label.s4.voice"), "own", [f"s4.voice.{index}" for index in there])]
        roles = ["own" if ground.brands[index].is_own else "rival" for index in there]
        bars = show.chart("bar", categories, series, "percent", ground.say("chart.s4"))
        blocks.append(bars | {"roles": roles})
    blocks += show.bullets(_lines(ground, there, state))
    blocks += show.warnings(gaps(ground))
    notes, footer = ground.say("share.notes"), ground.say("share.footer")
    return Slide("share", title, blocks, notes, footer, step=4, verdict=state, edited=edited)


def _lines(ground: Ground, there: Sequence[int], state: State) -> list[Text]:
    """Stories and growth of each brand, our field apart from all of them, and what speaks the other way."""
    values = ground.register.values()
    lines = []
    for line, key in (("stories", "stories"), ("growth", "momentum")):
        if any(values[f"s4.{key}.{index}"] is not None for index in there):
            every = [
                ground.say("share.one", brand=f"@brand.{index}", value=f"s4.{key}.{index}") for index in there
            ]
            lines.append(filled(ground.say(f"share.{line}"), "list", listed(every)))
    if values["s1.industry_keyword"] is not None:
        lines.append(ground.say("share.industry"))
    if state in ("supported", "mixed") and ground.names.get("rival"):
        lines += contrary(ground, state)
    return lines


def contrary(ground: Ground, state: State) -> list[Text]:
    """On which measures we are ahead of the rival that the slide names; for a clear yes also that on none."""
    values = ground.register.values()
    pairs = {
        name: (values[f"s4.own_{OF_RIVAL[name]}"], values[f"s4.rival_{OF_RIVAL[name]}"]) for name in MEASURES
    }
    ahead = [
        ground.say(f"share.ahead_on.{name}")
        for name, (own, theirs) in pairs.items()
        if isinstance(own, int | float) and isinstance(theirs, int | float) and own > theirs
    ]
    if ahead:
        return [filled(ground.say("share.ahead"), "list", listed(ahead))]
    if state != "supported":
        return []
    unknown = any(None in pair for pair in pairs.values())
    return [ground.say("share.ahead_unknown" if unknown else "share.ahead_nowhere")]


def variant(ground: Ground, state: State) -> str:
    """A title says who is heard more: a rival may lead without being louder, and we may be the loudest."""
    values = ground.register.values()
    if state == "mixed":
        own, *others = (_number(values[f"s4.voice.{index}"]) for index, _ in enumerate(ground.brands))
        return "mixed_loudest" if own > max(others, default=own) else ""
    if state != "supported":
        return ""
    theirs, ours = values["s4.rival_stories"], values["s4.own_stories"]
    if not (isinstance(theirs, int) and isinstance(ours, int) and theirs > ours):
        return "supported_quiet"
    return "supported_times" if _number(values["s4.times"]) >= TIMES else ""


def _number(value: object) -> float:
    """A number to compare; an unknown one counts for nothing."""
    return float(value) if isinstance(value, int | float) else 0.0
