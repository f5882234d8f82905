"""The appendix on what changed since an earlier, frozen pitch: the last version, or the followed one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pitches import outline
from pitches import slides as show
from pitches.follow_ups import differences, progress
from pitches.follow_ups.differences import Changes, FigureChange
from pitches.follow_ups.then import Then, sources_beside
from pitches.ground import Ground
from pitches.slides import Cell, Slide
from pitches.steps.delta import delta
from pitches.words import Text

MOST_FIGURES = 20  # lines of the table; how many more changed is said
FIRST = tuple(progress.KEY_FIGURES)


def changed(ground: Ground, then: Then, made: Sequence[Slide], language: str) -> Changes:
    """What changed since then; ``made`` are the slides of today."""
    register = ground.register
    new: dict[str, Any] = {
        "figures": {key: figure.as_json() for key, figure in register.figures.items()},
        "names": ground.names,
        "evidence": [{"id": one.id, "label": one.label} for one in register.evidence.values()],
        "slides": [one.as_json(0, register) for one in made if one.key in outline.SLIDE_OF_STEP.values()],
        "language": language,
        "time_zone": ground.workspace.time_zone,
    }
    worded = {
        (str(search.brand or ""), version.text): str(version)
        for search in ground.searches
        if (version := search.current)
    }
    return differences.between(then.snapshot, new, sources=sources_beside(ground, then), worded=worded)


def slide(ground: Ground, then: Then, made: Sequence[Slide], language: str) -> Slide:
    """A5: the verdicts, figures, searches and sources that are not as they were."""
    found = changed(ground, then, made, language)
    figures = found.told
    proof = then.about
    ground.figure("changes.figures", len(figures), "count", proof)
    shown = sorted(figures, key=_rank)[:MOST_FIGURES]
    ground.figure("changes.more", len(figures) - len(shown), "count", proof)
    blocks: list[show.Block] = [show.paragraph(then.say("changes.since"))]
    blocks += _verdicts(ground, found)
    blocks += show.warnings(_read_otherwise(ground, found))
    if shown:
        columns = [ground.say(f"before.column.{name}") for name in ("what", "then", "now", "change")]
        blocks.append(show.table(columns, [_row(ground, then, one) for one in shown], [5, 1.5, 1.5, 2]))
    if len(figures) > len(shown):
        blocks.append(show.paragraph(ground.say("changes.further")))
    blocks += _searches(ground, found)
    if len(blocks) == 1:
        blocks.append(show.paragraph(ground.say("changes.nothing")))
    return Slide("changes", then.say("changes.title"), blocks, ground.say("changes.notes"), layout="appendix")


def _rank(one: FigureChange) -> tuple[int, str]:
    """The figures that carry the steps first."""
    return (FIRST.index(one.key), "") if one.key in FIRST else (len(FIRST), one.key.split(".")[0])


def _row(ground: Ground, then: Then, one: FigureChange) -> list[Cell]:
    assert one.old and one.new
    old = then.figure(one.old.key)
    if one.state == "incomparable":
        said = ground.say("delta.unknown")
    else:
        said = delta(ground, f"changes.{one.new.key}", old, one.new.key)
    if one.read_otherwise:
        marked = ground.say("changes.read_otherwise")
        said = {language: f"{sentence} {marked[language]}" for language, sentence in said.items()}
    return [{"text": _named(ground, one)}, {"figure": old}, {"figure": one.new.key}, {"text": said}]


def _named(ground: Ground, one: FigureChange) -> Text:
    """What the figure is, and of which brand where several have one."""
    about = differences.subject({"names": ground.names}, one.key)
    if not about or not about[1]:
        return one.label
    name = ground.name(f"changes.about.{one.key}", about[1])
    return {language: f"{sentence}: {{{name}}}" for language, sentence in one.label.items()}


def _verdicts(ground: Ground, found: Changes) -> list[show.Block]:
    rows: list[list[Cell]] = [
        [
            {"text": ground.say(f"s{one.step}.claim")},
            {"text": ground.say(f"state.{one.old}")},
            {"text": ground.say(f"state.{one.new}")},
        ]
        for one in found.verdicts
    ]
    columns = [ground.say(f"before.column.{name}") for name in ("claim", "verdict_then", "verdict_now")]
    return [show.table(columns, rows, [4, 2, 2])] if rows else []


def _searches(ground: Ground, found: Changes) -> list[show.Block]:
    rows: list[list[Cell]] = [
        [
            {"raw": one.name} if one.name else {"text": ground.say("search.industry")},
            {"raw": one.old or "–"},
            {"raw": one.new or "–"},
        ]
        for one in found.searches
    ]
    columns = [ground.say(f"before.column.{name}") for name in ("search", "worded_then", "worded_now")]
    return [show.table(columns, rows, [1, 3, 3])] if rows else []


def _read_otherwise(ground: Ground, found: Changes) -> list[Text]:
    """The sources that were read more or less than then: a number may have changed by that alone."""
    said = []
    for one in found.read_otherwise:
        place = ground.name(f"source.{one.source}", one.label)
        said.append(ground.say(f"before.read.{one.kind}", source=place))
    return [*said, ground.say("changes.by_reading")] if said else []
