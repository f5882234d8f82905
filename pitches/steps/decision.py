"""Step 5: what to say yes to, what else there is to choose from, and what may be said against it."""

from __future__ import annotations

from pitches import slides as show
from pitches.ground import Ground
from pitches.planning.plan import OBJECTIONS, Plan
from pitches.slides import Slide
from pitches.steps.start import Ask
from pitches.verdicts import State
from pitches.words import Text, join


def measure(ground: Ground, plan: Plan, currency: str) -> None:
    """Registers what the other ways cost; our proposal costs what is asked for."""
    proof = ground.prove(5, "options", kind="assumption", formula="ask")
    for key in ("nothing", "larger"):
        option = plan.option(key)
        ground.figure(f"option.{key}.hours", option.hours, "hours", proof, label="option.hours")
        ground.figure(
            f"option.{key}.budget", option.budget, "money", proof, label="option.budget", currency=currency
        )


def slides(ground: Ground, plan: Plan, ask: Ask, state: State, title: Text) -> list[Slide]:
    """The decision, and in the appendix the objections with our answers."""
    said = ground.say("decision.ask" if ask.is_complete else "decision.open")
    rows: list[list[show.Cell]] = [
        _option(ground, "nothing", "option.nothing", _cost_of_nothing(ground)),
        _option(ground, "small", "ask", ground.say("option.small.gives")),
        _option(ground, "larger", "option.larger", ground.say("option.larger.gives")),
    ]
    columns = [ground.say(f"column.{name}") for name in ("option", "hours", "budget", "means")]
    blocks = [show.callout(said, "ask"), show.table(columns, rows, [1.6, 0.9, 1.1, 4])]
    expected = [key for key in OBJECTIONS if plan.objection(key).on]
    if expected:
        blocks.append(show.paragraph(_expected(ground, expected)))
    notes, footer = ground.say("decision.notes"), ground.say("decision.footer")
    first = Slide("decision", title, blocks, notes, footer, step=5, verdict=state)
    return [first, _objections(ground, plan, ask, expected)] if expected else [first]


def _option(ground: Ground, key: str, figures: str, means: Text) -> list[show.Cell]:
    return [
        {"text": ground.say(f"option.{key}.name")},
        show.printed(f"{figures}.hours"),
        show.printed(f"{figures}.budget"),
        {"text": means},
    ]


def _cost_of_nothing(ground: Ground) -> Text:
    """What stays as it is, by what was measured."""
    values = ground.register.values()
    said = [ground.say("option.nothing.costs" if values.get("s3.questions_open") else "option.nothing.plain")]
    theirs, ours = values.get("s4.rival_stories"), values.get("s4.own_stories")
    if "rival" in ground.names and isinstance(theirs, int) and isinstance(ours, int) and theirs > ours:
        said.append(ground.say("option.nothing.rival"))
    return join(*said)


def _expected(ground: Ground, keys: list[str]) -> Text:
    names = [ground.say(f"objection.{key}.short") for key in keys]
    said = ground.say("decision.expect")
    return {
        language: said[language].replace("{objections}", ", ".join(one[language] for one in names))
        for language in said
    }


def _objections(ground: Ground, plan: Plan, ask: Ask, keys: list[str]) -> Slide:
    rows: list[list[show.Cell]] = [
        [{"text": ground.say(f"objection.{key}.name")}, {"text": answer(ground, plan, ask, key)}]
        for key in keys
    ]
    columns = [ground.say("column.objection"), ground.say("column.answer")]
    edited = tuple(sorted({language for key in keys for language in plan.objection(key).texts}))
    blocks = [show.table(columns, rows, [1, 3])]
    title, notes = ground.say("objections.title"), ground.say("objections.notes")
    return Slide("objections", title, blocks, notes, step=None, layout="appendix", edited=edited)


def answer(ground: Ground, plan: Plan, ask: Ask, key: str) -> Text:
    """Our answer to an objection; what people wrote belongs to its language."""
    form = "plain" if key == "budget" and not ask.is_complete else "answer"
    written = {language: text for language, text in plan.objection(key).texts.items() if text}
    return dict(ground.say(f"objection.{key}.{form}")) | written
