"""Step 5: what shall have moved after 30, 60 and 90 days, from today's value, and when we stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pitches import slides as show
from pitches.ground import Ground
from pitches.planning.plan import PHASES, Goal, Plan, Rung
from pitches.slides import Slide
from pitches.verdicts import State
from pitches.words import LANGUAGES, Text

MOST_IN_TITLE = 3


def measure(ground: Ground, plan: Plan) -> tuple[int, int]:
    """Registers the goals; returns how many there are, and how many have a value today.

    A baseline is the measured figure again, and leads to the same proof. A target is an assumption.
    """
    values = ground.register.values()
    known = [goal for goal in plan.goals if goal.figure in values]
    proof = ground.prove(5, "s5.goals")
    targets = ground.prove(5, "goals", kind="assumption", formula="ask")
    heads = ground.say("label.goal.baseline"), ground.say("label.goal.target")
    for number, goal in enumerate(known, 1):
        figure = ground.register.figures[goal.figure]
        for name, head, value, evidence, kind in (
            ("baseline", heads[0], figure.value, figure.evidence, figure.kind),
            ("target", heads[1], _whole(goal.target), targets, None),
        ):
            label = {language: f"{head[language]}: {figure.label[language]}" for language in LANGUAGES}
            key = f"goal.{number}.{name}"
            money = {"currency": figure.currency}
            ground.register.add(key, value, figure.unit, evidence, label, kind=kind, **money)
    baselines = sum(1 for goal in known if values[goal.figure] is not None)
    ground.figure("s5.kpis", len(known), "count", proof)
    ground.figure("s5.baselines", baselines, "count", proof)
    return len(known), baselines


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def numbered(ground: Ground, plan: Plan) -> list[tuple[int, Goal]]:
    """The goals whose figure this case has, by the number under which they are registered."""
    figures = ground.register.figures
    return list(enumerate((goal for goal in plan.goals if goal.figure in figures), 1))


def as_json(ground: Ground, plan: Plan) -> list[dict[str, Any]]:
    """The goals as a snapshot lists them: what a follow-up compares."""
    return [
        {
            "figure": goal.figure,
            "baseline": f"goal.{number}.baseline",
            "target": f"goal.{number}.target",
            "direction": goal.direction,
            "days": goal.days,
            "owner": goal.owner,
        }
        for number, goal in numbered(ground, plan)
    ]


def line(ground: Ground, number: int, goal: Goal, *, short: bool = False) -> Text:
    """A goal in words, with its value today and its target as far as they are known."""
    values = ground.register.values()
    places = {"baseline": f"goal.{number}.baseline", "target": f"goal.{number}.target"}
    baseline, target = (values[key] is not None for key in places.values())
    form: str = goal.direction
    if baseline and target:
        form = "short_hold" if short and goal.direction == "hold" else goal.direction
    elif short:
        form = "blank" if baseline else "alone"
    else:
        form = form if target else "open"
    name = ground.say(f"kpi.name.{goal.figure}")
    said = ground.say(f"kpi.{form}", **places)
    return {language: said[language].replace("{kpi}", name[language]) for language in said}


def title(ground: Ground, plan: Plan, state: State) -> Text:
    """Names the first goals with their numbers; claims no more than the verdict carries."""
    goals = numbered(ground, plan)
    if state == "not_enough":
        return ground.say("plan.title.not_enough")
    if not goals:
        return ground.say("plan.title.no_goals")
    named = [line(ground, number, goal, short=True) for number, goal in goals[:MOST_IN_TITLE]]
    said = ground.say(f"plan.title.{state}")
    return {
        language: said[language].replace("{kpis}", ", ".join(one[language] for one in named))
        for language in said
    }


def slide(ground: Ground, plan: Plan, owner: str, state: State, does: Callable[[Rung], Text]) -> Slide:
    """One row for each part of the plan: what, who, hours, goal, stop rule. What is blank is said."""
    rows: list[list[show.Cell]] = []
    for month, days in enumerate(PHASES, 1):
        begins = [rung for rung in plan.ladder() if rung.month == month]
        goals = [(number, goal) for number, goal in numbered(ground, plan) if goal.days == days]
        people = [*(rung.owner or owner for rung in begins), *(goal.owner for _, goal in goals)]
        rows.append(
            [
                show.printed(f"plan.days.{days}"),
                {"text": _lines([does(rung) for rung in begins] or [ground.say("plan.nothing_new")])},
                {"raw": ", ".join(dict.fromkeys(filter(None, people))) or "–"},
                show.printed(f"plan.hours.{days}"),
                {"text": _lines([_sentence(line(ground, *one)) for one in goals])} if goals else {"raw": "–"},
                {"text": stop(ground, plan, days)},
            ]
        )
    columns = [ground.say(f"column.{name}") for name in ("by_day", "does", "who", "hours", "measure", "stop")]
    blocks = [
        show.paragraph(ground.say("plan.text")),
        show.table(columns, rows, [0.5, 2.5, 1.2, 0.9, 2.4, 2.2]),
        *_flags(ground, plan),
    ]
    notes, footer = ground.say("plan.notes"), ground.say("plan.footer")
    said = title(ground, plan, state)
    edited = tuple(sorted({language for texts in plan.stops.values() for language in texts}))
    return Slide("plan", said, blocks, notes, footer, step=5, verdict=state, edited=edited)


def stop(ground: Ground, plan: Plan, days: int) -> Text:
    """When we stop after this part of the plan; what people wrote belongs to its language."""
    return dict(ground.say(f"stop.{days}")) | {k: v for k, v in plan.stops.get(days, {}).items() if v}


def _flags(ground: Ground, plan: Plan) -> list[show.Block]:
    """Goals without a target, and goals whose value of today nobody knows."""
    values = ground.register.values()
    found: list[Text] = []
    for name, part in (("blank", "target"), ("unknown", "baseline")):
        missing = [goal for number, goal in numbered(ground, plan) if values[f"goal.{number}.{part}"] is None]
        if missing:
            names = [ground.say(f"kpi.name.{goal.figure}") for goal in missing]
            said = ground.say(f"plan.{name}")
            found.append(
                {
                    language: said[language].replace("{goals}", ", ".join(one[language] for one in names))
                    for language in said
                }
            )
    return show.warnings(found)


def _lines(texts: Sequence[Text]) -> Text:
    """One under the other."""
    return {language: "\n".join(text[language] for text in texts) for language in LANGUAGES}


def _sentence(text: Text) -> Text:
    return {language: said[:1].upper() + said[1:] for language, said in text.items()}
