"""How many of the mentions that a pitch counts are really about us: figures and the slide of the appendix.

A sample speaks for the wordings and the period that it was drawn from, and for no others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from listening.models import Mention
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground, rows_of
from pitches.models import Judgement, PrecisionSample
from pitches.slides import Cell, Slide

NORMAL = 1.959964  # standard deviations around the mean that hold 95 % of a normal distribution
ANSWERS = ("relevant", "not_relevant", "unsure")
COUNTS = ("population", "sampled", "judged", *ANSWERS, "open", "judges")
SHARES = ("share", "low", "high", "agreement")


@dataclass(frozen=True)
class Result:
    """What people said of a sample. ``agreement`` None: nothing was judged by more than one."""

    population: int
    sampled: int
    judged: int
    relevant: int
    not_relevant: int
    unsure: int
    judges: int
    agreement: float | None = None

    @property
    def open(self) -> int:
        return self.sampled - self.judged

    @property
    def share(self) -> float | None:
        """Relevant ones among the judged; unsure counts as not relevant."""
        return self.relevant / self.judged if self.judged else None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out, so that the share is no estimate."""
        return 0 < self.judged == self.population

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """Between which shares the true one lies, in 19 cases of 20."""
        if self.is_whole or not self.judged:
            return self.share, self.share
        return wilson(self.relevant, self.judged)

    @property
    def low(self) -> float | None:
        return self.interval[0]

    @property
    def high(self) -> float | None:
        return self.interval[1]


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson (1927): honest for few and for extreme shares."""
    share, square = hits / total, NORMAL**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = NORMAL * math.sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return (0.0 if hits == 0 else middle - reach), (1.0 if hits == total else middle + reach)


def decided(answers: Sequence[str]) -> str:
    """What several people say together: the majority of those who are sure, a tie is unsure."""
    counted = Counter(answers)
    difference = counted["relevant"] - counted["not_relevant"]
    return "relevant" if difference > 0 else "not_relevant" if difference < 0 else "unsure"


def result(population: int, sampled: int, answers: Iterable[tuple[int, str, object]]) -> Result:
    """Counts (place, answer, who) of everybody."""
    by_place: dict[int, list[str]] = {}
    people = set()
    for place, answer, who in answers:
        by_place.setdefault(place, []).append(answer)
        people.add(who)
    together = Counter(decided(found) for found in by_place.values())
    several = [found for found in by_place.values() if len(found) > 1]
    agreed = sum(1 for found in several if len(set(found)) == 1)
    return Result(
        population,
        sampled,
        judged=len(by_place),
        relevant=together["relevant"],
        not_relevant=together["not_relevant"],
        unsure=together["unsure"],
        judges=len(people),
        agreement=agreed / len(several) if several else None,
    )


def versions_of(ground: Ground) -> list[int]:
    """The wordings that step 1 counts: a sample of others says nothing about it."""
    return sorted(version.pk for search in ground.own_searches if (version := search.current))


def newest(ground: Ground) -> PrecisionSample | None:
    """The sample that speaks for this period and these wordings, the newest of them."""
    mine = PrecisionSample.objects.filter(workspace=ground.workspace, versions=versions_of(ground))
    return mine.filter(period_start=ground.start, period_end=ground.end).first()


def judgements(ground: Ground) -> list[Judgement]:
    """What everybody said of it."""
    sample = ground.once(newest)
    return list(sample.judgements.select_related("judged_by")) if sample else []


def of_sample(sample: PrecisionSample, found: Iterable[Judgement]) -> Result:
    """The counts of a sample; people whose account is gone still count."""
    answers = ((one.place, one.answer, one.judged_by_id or f"gone {one.pk}") for one in found)
    return result(sample.population, len(sample.drawn), answers)


def measure(ground: Ground) -> None:
    """Registers the figures; all of them unknown when no sample was drawn."""
    sample = ground.once(newest)
    found = of_sample(sample, ground.once(judgements)) if sample else None
    proof = ground.prove(0, "precision", lambda: _details(ground), kind="manual")
    for name in COUNTS:
        ground.figure(f"precision.{name}", getattr(found, name) if found else None, "count", proof)
    for name in SHARES:
        ground.figure(f"precision.{name}", getattr(found, name) if found else None, "percent", proof)


def _details(ground: Ground) -> Details:
    sample, said = ground.once(newest), ground.once(judgements)
    if sample is None:
        return Details(since=ground.start, until=ground.end)
    return Details(
        query="\n".join(sample.wordings),
        since=ground.start,
        until=ground.end,
        fetched_at=max((one.judged_at for one in said), default=sample.drawn_at),
        inspected=len({one.place for one in said}),
        rows_total=len(sample.drawn),
        rows=lambda: _rows(ground, sample, said),
    )


def _rows(ground: Ground, sample: PrecisionSample, said: Sequence[Judgement]) -> list[Row]:
    """Every drawn mention with what people said of it; of one that is gone only that."""
    found = Mention.objects.filter(workspace=ground.workspace).select_related("site", "author")
    by_id = found.in_bulk(sample.drawn)
    there = [by_id[pk] for pk in sample.drawn if pk in by_id]
    rows = dict(zip((one.pk for one in there), rows_of(there, ground.heard), strict=True))
    return [rows.get(pk, {}) | {"why": told(said, place)} for place, pk in enumerate(sample.drawn)]


def told(said: Iterable[Judgement], place: int) -> str:
    """What people said of one mention: who, what and on which day."""
    return "; ".join(
        f"{one.get_answer_display()} ({', '.join(filter(None, (_name(one), f'{one.judged_at:%Y-%m-%d}')))})"
        for one in said
        if one.place == place
    )


def _name(one: Judgement) -> str:
    return one.judged_by.name if one.judged_by else ""


def slide(ground: Ground) -> Slide:
    """What was drawn, what people said, and how much a sample this small can say."""
    values: Mapping[str, object] = ground.register.values()
    sample = ground.once(newest)
    if sample is None or not values["precision.judged"]:
        blocks = [show.callout(ground.say("precision.none"), "note")]
        return _slide(ground, "none", blocks)
    ground.name("precision.seed", str(sample.seed))
    whole = values["precision.judged"] == values["precision.population"]
    lines = [ground.say("precision.whole" if whole else "precision.interval")]
    if values["precision.agreement"] is not None:
        lines.append(ground.say("precision.agreement"))
    lines += [ground.say("precision.rule"), ground.say("precision.seed", seed="@precision.seed")]
    rows: list[list[Cell]] = [
        [{"text": ground.say(f"judgement.{answer}")}, {"figure": f"precision.{answer}"}]
        for answer in (*ANSWERS, "open")
        if answer in ANSWERS or values["precision.open"]
    ]
    columns = [ground.say("column.judgement"), ground.say("column.sampled")]
    blocks = [
        show.paragraph(ground.say("precision.text")),
        show.table(columns, rows, [3, 1]),
        *show.bullets(lines),
    ]
    return _slide(ground, "sampled", blocks)


def _slide(ground: Ground, kind: str, blocks: Sequence[show.Block]) -> Slide:
    title, notes = ground.say(f"precision.title.{kind}"), ground.say("precision.notes")
    return Slide("precision", title, blocks, notes, layout="appendix")
