"""Step 1: people are talking about us or our industry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q

from listening import queries
from listening.coverage import Coverage
from listening.models import Search
from pitches import slides as show
from pitches.figures import Row
from pitches.ground import Ground, inspected, seen
from pitches.slides import Slide
from pitches.steps import voices
from pitches.steps.against import against
from pitches.verdicts import State, Talk
from pitches.words import Text

# Subject and form of the four searches; their numbers overlap and are never added up.
FOUR = {
    f"{subject}_{form}": Q(search__subject=subject, search__form=form)
    for subject in (Search.Subject.BRAND, Search.Subject.INDUSTRY)
    for form in (Search.Form.KEYWORD, Search.Form.TAG)
}
CHART = {"brand": "chart.own_brand", "industry": "chart.industry"}


def measure(ground: Ground) -> Talk:
    """Counts what was heard of us and the industry, in all and by each of the four searches.

    A number is unknown when no source was ever read for it: silence has to be heard, too.
    """
    coverage = ground.coverage
    wanted = {name: Count("mention__story", distinct=True, filter=rule) for name, rule in FOUR.items()}
    # One question for the counts of pages and for our four: the costly part is finding the matches.
    counted = ground.heard.aggregate(**queries.DISTINCT, **wanted)
    heard = counted["mentions"] > 0 or any(one.state in ("ok", "partial") for one in coverage)
    proof = ground.prove(1, "s1.all", lambda: ground.heard_by(ground.own_searches, ground.heard))
    for name in queries.DISTINCT:
        ground.figure(f"s1.{name}", counted[name] if heard else None, "count", proof)
    ground.figure("s1.copies", counted["mentions"] - counted["stories"] if heard else None, "count", proof)
    for name in FOUR:
        _measure_one(ground, name, counted[name])
    _measure_coverage(ground)
    failed = sum(1 for one in coverage if one.state != "ok")
    return Talk(
        sources_covered=len(coverage) - failed,
        sources_failed=failed,
        stories=counted["stories"] if heard else None,
        authors=counted["authors"] if heard else None,
        sources=counted["sources"] if heard else None,
    )


def _measure_one(ground: Ground, name: str, stories: int) -> None:
    """One of the four; unknown when it found nothing and nobody was ever asked."""
    subject, _, form = name.partition("_")
    searches = [one for one in ground.own_searches if (one.subject, one.form) == (subject, form)]
    matches = ground.heard.filter(FOUR[name])
    proof = ground.prove(1, f"s1.{name}", lambda: ground.heard_by(searches, matches), formula="s1.one")
    known = stories or (searches and any(one.covered_to for one in ground.covered(searches)))
    ground.figure(f"s1.{name}", stories if known else None, "count", proof)


# What speaks against the title, by the verdict that it follows.
LOUD = ("talk.against.copies", "talk.against.busiest")
AGAINST: dict[State, tuple[str, ...]] = {
    "supported": ("talk.against.own", *LOUD),
    "mixed": ("talk.against.own", *LOUD),
    "not_supported": ("talk.against.authors", "talk.against.questions"),
    "not_enough": ("talk.against.heard",),
}


def measure_doubts(ground: Ground) -> None:
    """How much of it is about us, and how much the most active author wrote: one loud voice is not a crowd.

    For the slide only.
    """
    ours = ground.heard.filter(brand=ground.own) if ground.own else ground.heard.none()
    searches = [one for one in ground.own_searches if one.brand]
    proof = ground.prove(1, "s1.own", lambda: ground.heard_by(searches, ours))
    stories = queries.counts(ours).stories if ground.own else None
    known = ground.register.values()["s1.stories"] is not None
    ground.figure("s1.own_stories", stories if known else None, "count", proof)
    authors = ground.heard.filter(mention__author__isnull=False).order_by().values("mention__author")
    totals = authors.annotate(total=Count("mention", distinct=True)).order_by("-total")
    top = totals.values_list("total", flat=True).first()
    proof = ground.register.figures["s1.mentions"].evidence
    ground.figure("s1.busiest", top, "count", proof)


def _measure_coverage(ground: Ground) -> None:
    coverage = ground.coverage
    proof = ground.prove(
        1,
        "s1.coverage",
        lambda: ground.read_by(
            coverage,
            inspected=inspected(coverage),
            rows_total=len(coverage),
            rows=lambda: [_coverage_row(one) for one in coverage],
        ),
    )
    covered = sum(1 for one in coverage if one.state == "ok")
    # Coverage is what answers tell: as long as there is none, even the number of sources is unknown.
    for name, number in (("asked", len(coverage)), ("covered", covered), ("failed", len(coverage) - covered)):
        ground.figure(f"s1.sources_{name}", number if coverage else None, "count", proof)
    for one in coverage:
        ground.figure(f"s1.inspected.{one.source}", seen(one), "count", proof, label="s1.inspected")


def _coverage_row(one: Coverage) -> Row:
    date = one.fetched_at.isoformat() if one.fetched_at else ""
    return {
        "title": one.label,
        "url": "",
        "site": "",
        "author": "",
        "date": date,
        "excerpt": one.error[:300],
        "why": "; ".join(one.gaps)[:300],
    }


@dataclass(frozen=True)
class Week:
    """A calendar week, from Monday, or the part of it that lies in the period."""

    first: date
    last: date
    readers: int  # sources that were read for all of it

    @property
    def is_cut(self) -> bool:
        return (self.last - self.first).days < 6


def weeks(ground: Ground) -> list[Week]:
    """The weeks of the period, the first and the last one cut to it."""
    found = []
    first = ground.start
    while first <= ground.end:
        last = min(first + timedelta(days=6 - first.weekday()), ground.end)
        found.append(Week(first, last, _readers(ground, first, last)))
        first = last + timedelta(days=1)
    return found


def _readers(ground: Ground, first: date, last: date) -> int:
    zone = ground.workspace.zone
    begin = datetime.combine(first, time.min, zone)
    end = min(datetime.combine(last + timedelta(days=1), time.min, zone), ground.now)
    slack = timedelta(days=1)  # a period that ends today counts as covered to the last fetch
    return sum(
        1
        for one in ground.coverage
        if one.covered_from and one.covered_to and one.covered_from <= begin and one.covered_to >= end - slack
    )


def chart(ground: Ground) -> show.Block:
    """Stories per week about us and about the industry; a week nobody covered is unknown, not zero.

    Hatched are the weeks that fewer sources covered than the best covered one: a source that was shut for
    the whole period is named beside the chart instead.
    """
    found = weeks(ground)
    proof = ground.register.figures["s1.stories"].evidence
    series = []
    for name, role, condition in (
        ("brand", "own", Q(brand=ground.own) if ground.own else Q(pk__in=[])),
        ("industry", "industry", Q(brand__isnull=True)),
    ):
        told = _per_week(ground, condition, found)
        keys = []
        for index, week in enumerate(found):
            key = f"s1.week.{name}.{index}"
            value = told[index] if told[index] or week.readers else None
            ground.figure(key, value, "count", proof, label=f"s1.week_{name}")
            keys.append(key)
        series.append((ground.say(CHART[name]), role, keys))
    most = max((week.readers for week in found), default=0)
    uncovered = [index for index, week in enumerate(found) if week.readers < most or not most]
    categories = [_category(ground, index, week, proof) for index, week in enumerate(found)]
    return show.chart("column", categories, series, "count", ground.say("chart.s1"), uncovered)


def _category(ground: Ground, index: int, week: Week, proof: str) -> Text | str:
    """The week's first day; a cut week says so, lest it look like a dip."""
    if not week.is_cut:
        return week.first.isoformat()
    key = f"s1.week.from.{index}"
    ground.figure(key, week.first, "date", proof, label="s1.week")
    return ground.say("chart.week_part", first=key)


def _per_week(ground: Ground, condition: Q, found: Sequence[Week]) -> list[int]:
    """Stories in each week; the period's first days belong to its first week, wherever Monday was."""
    told = [0] * len(found)
    for monday, stories in queries.per_period(ground.heard.filter(condition), "week", ground.workspace.zone):
        for index, week in enumerate(found):
            if monday <= week.first <= monday + timedelta(days=6):
                told[index] = stories
    return told


def slides(
    ground: Ground,
    state: State,
    title: Text,
    reasoning: Text,
    edited: Sequence[str],
    quotes: Sequence[int] = (),
) -> list[Slide]:
    """The volume slide: a chart per week, the four numbers side by side, and what speaks against; the voices.

    ``quotes``: the mentions that people chose to quote, by id.
    """
    measure_doubts(ground)
    doubts = list(AGAINST[state])
    if ground.register.values()["s1.own_stories"] == 0:
        doubts = [doubt.replace(".own", ".unnamed") for doubt in doubts]
    blocks = [
        show.paragraph(reasoning),
        chart(ground),
        *show.bullets(ground.say(f"talk.{line}") for line in ("brand", "industry")),
        against(ground, doubts, ground.gaps(ground.coverage)),
    ]
    notes, footer = ground.say("talk.notes"), ground.say("talk.footer")
    talk = Slide("talk", title, blocks, notes, footer, step=1, verdict=state, edited=edited)
    return [talk, voices.slide(ground, quotes)]
