"""Step 5: we can start small. What it rests on, and the ladder by which we work our way up.

The other slides of the step are in ``answers`` (the conversations), ``goals`` (30, 60 and 90 days) and
``decision`` (the ask, the options, the objections).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from listening import communities, queries
from pitches import slides as show
from pitches.figures import Details
from pitches.ground import Ground, rows_of
from pitches.planning import plan as plans
from pitches.planning.plan import PHASES, Plan, Rung
from pitches.slides import Slide
from pitches.steps import answers, goals
from pitches.steps.answers import Chosen, proposed
from pitches.verdicts import Start, State
from pitches.words import Text, join

__all__ = ["Ask", "Chosen", "measure", "proposed", "slides"]


@dataclass(frozen=True)
class Ask:
    """What the boss is to say yes to; always an assumption, never a measurement."""

    hours: Decimal | None = None
    budget: Decimal | None = None
    currency: str = "EUR"
    decide_by: date | None = None
    owner: str = ""

    @property
    def is_complete(self) -> bool:
        return None not in (self.hours, self.budget, self.decide_by)


def measure(ground: Ground, ask: Ask, plan: Plan | None = None) -> Start:
    """Registers the ask, the plan with its goals, and how many conversations wait for us."""
    plan = plan or Plan()
    proof = ground.prove(5, "ask", kind="assumption")
    ground.figure("ask.hours", _plain(ask.hours), "hours", proof)
    ground.figure("ask.budget", _plain(ask.budget), "money", proof, currency=ask.currency)
    ground.figure("ask.decide_by", ask.decide_by, "date", proof)
    answerable = _answerable(ground)
    _measure_ladder(ground, ask, plan)
    kpis, baselines = goals.measure(ground, plan)
    return Start(ask.is_complete, answerable, kpis, baselines)


def _plain(amount: Decimal | None) -> float | int | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _answerable(ground: Ground) -> int | None:
    """How many conversations wait for us; unknown where nobody listened or no account of ours is known."""
    values = ground.register.values()
    readable = values["s3.readable"]
    found = None
    if isinstance(readable, int) and values["s3.ours"] is not None:
        waiting = queries.answerable_conversations(
            ground.workspace, ground.handles, ground.heard, ground.rival_handles
        )
        found = waiting.count() if readable else 0
    heard = ground.register.figures["s3.readable"].evidence
    proof = ground.prove(
        5,
        "s5.answerable",
        lambda: replace(
            ground.details(heard),
            inspected=readable if isinstance(readable, int) else None,
            rows_total=found or 0,
            rows=lambda: rows_of(proposed(ground, 50), ground.heard),
        ),
    )
    ground.figure("s5.answerable", found, "count", proof)
    return found


def _measure_ladder(ground: Ground, ask: Ask, plan: Plan) -> None:
    proof = ground.prove(5, "plan", kind="assumption", formula="ask")
    for days in PHASES:
        ground.figure(f"plan.days.{days}", days, "count", proof, label="plan.days")
    ladder = plan.ladder()
    hours = {rung.kind: plans.hours_of(rung, ask.hours) for rung in ladder}
    for rung in ladder:
        ground.figure(f"ladder.month.{rung.kind}", rung.month, "count", proof, label="ladder.month")
        ground.figure(f"ladder.hours.{rung.kind}", hours[rung.kind], "hours", proof, label="ladder.step")
    ground.figure("ladder.hours", plans.total(list(hours.values())), "hours", proof)
    for month, days in enumerate(PHASES, 1):
        begun = [hours[rung.kind] for rung in ladder if rung.month <= month]
        ground.figure(f"plan.hours.{days}", plans.total(begun), "hours", proof, label="plan.hours")


def slides(
    ground: Ground,
    plan: Plan,
    ask: Ask,
    chosen: Sequence[Chosen],
    state: State,
    title: Text,
    reasoning: Text,
    edited: Sequence[str],
) -> list[Slide]:
    """The ladder, the conversations to answer, and the plan."""
    _measure_places(ground, chosen)
    rows: list[list[show.Cell]] = [
        [
            {"text": ground.say(f"rung.{rung.kind}.name")},
            {"text": does(ground, rung, chosen)},
            show.printed(f"ladder.month.{rung.kind}"),
            {"raw": rung.owner or ask.owner or "–"},
            show.printed(f"ladder.hours.{rung.kind}"),
        ]
        for rung in plan.ladder()
    ]
    columns = [ground.say(f"column.{name}") for name in ("step", "does", "month", "who", "hours")]
    blocks = [show.paragraph(reasoning)]
    if rows:
        blocks.append(show.table(columns, rows, [1.7, 4.2, 0.9, 1.8, 1.1]))
    blocks.append(show.callout(_contrary(ground), "note"))
    notes, footer = ground.say("start.notes"), ground.say("start.footer")
    first = Slide("start", title, blocks, notes, footer, step=5, verdict=state, edited=edited)
    return [
        first,
        answers.slide(ground, chosen, state),
        goals.slide(ground, plan, ask.owner, state, lambda rung: does(ground, rung, chosen)),
    ]


def _contrary(ground: Ground) -> Text:
    """What we measured that speaks against starting."""
    values = ground.register.values()
    found = [
        ground.say(f"start.contrary.{name}")
        for name, figure in (("ours", "s3.ours"), ("unread", "s3.unread"), ("unseen", "s5.unseen"))
        if values.get(figure)
    ]
    ladder, asked = values["ladder.hours"], values["ask.hours"]
    if isinstance(ladder, int | float) and isinstance(asked, int | float) and ladder > asked:
        found.append(ground.say("start.contrary.hours"))
    return join(ground.say("start.contrary.head"), *(found or [ground.say("start.contrary.none")]))


# What each step of the ladder is, from what was heard


def _measure_places(ground: Ground, chosen: Sequence[Chosen]) -> None:
    """Registers where most conversations happen, and the communities and events of the plan."""
    without = [brand.domain for brand in ground.brands if brand.domain]
    busiest = communities.communities(ground.heard, 1, without)
    joins = [one for one in chosen if one.kind == "join"]
    named = communities.communities(ground.heard, 50, named=[one.place for one in joins]) if joins else []
    counted = {one.name: one.conversations for one in named}
    if busiest:
        _measure_place(ground, "place.busiest", "s5.busiest", busiest[0].name, busiest[0].conversations)
    for index, one in enumerate(joins):
        _measure_place(
            ground, f"join.{index}", f"s5.join.{index}", one.place, counted.get(one.place, 0), "s5.join"
        )
    events = [one for one in chosen if one.kind == "event"]
    if events:
        rows = [
            {"title": one.title, "url": one.url, "site": one.place, "author": "", "excerpt": "", "why": "",
             "date": one.happens_on.isoformat() if one.happens_on else ""}
            for one in events
        ]  # fmt: skip
        proof = ground.prove(5, "s5.events", lambda: Details(rows_total=len(rows), rows=lambda: rows))
        for index, one in enumerate(events):
            ground.name(f"event.{index}", one.title or one.place)
            ground.figure(f"s5.event.{index}", one.happens_on, "date", proof, label="s5.event")


def _measure_place(ground: Ground, name: str, key: str, place: str, count: int, label: str = "") -> None:
    ground.name(name, place)
    matches = communities.within(ground.heard, place)
    proof = ground.prove(
        5,
        "s5.places",
        lambda: replace(
            ground.read_by(ground.coverage, rows_total=count, rows=ground.mention_rows(matches)),
        ),
    )
    ground.figure(key, count, "count", proof, label=label)


def does(ground: Ground, rung: Rung, chosen: Sequence[Chosen]) -> Text:
    """What we do on this step, in the words of what was heard."""
    values, kind = ground.register.values(), rung.kind
    needed = {"listen": "s1.sources_asked", "comment": "s5.chosen", "channel": "s5.busiest"}.get(kind, "")
    said = ground.say(f"rung.{kind}.does" if needed and values.get(needed) else f"rung.{kind}.plain")
    if kind == "comment":
        joins = [index for index, one in enumerate(chosen) if one.kind == "join"]
        if joins:
            names = ", ".join(f"{{@join.{index}}}" for index in range(len(joins)))
            said = _then(said, _filled(ground.say("rung.comment.join"), join=names))
    if kind == "events":
        events = range(sum(one.kind == "event" for one in chosen))
        each = [
            ground.say("rung.events.does", event=f"@event.{index}", on=f"s5.event.{index}")
            for index in events
        ]
        if each:
            said = {language: "; ".join(one[language] for one in each) for language in said}
    return said


def _then(first: Text, second: Text) -> Text:
    return {language: f"{first[language]}; {second[language]}" for language in first}


def _filled(text: Text, **places: str) -> Text:
    """The text with literal templates in the place of names."""
    for name, template in places.items():
        text = {language: said.replace(f"{{{name}}}", template) for language, said in text.items()}
    return text
