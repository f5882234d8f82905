"""Step 5: we can start small. Five real conversations, the goals with today's values, and the ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from listening import queries
from listening.models import Mention
from pitches import slides as show
from pitches.figures import Details
from pitches.ground import Ground, rows_of
from pitches.slides import Slide
from pitches.steps.visibility import reactions_of
from pitches.verdicts import Start, State
from pitches.words import Text, join

MOST_ACTIONS = 5
# What we promise to move, each with its value today: figures of the steps before.
GOALS = ("s3.share", "s3.questions_open", "s4.own_voice", "s2.share")


@dataclass(frozen=True)
class Ask:
    """What the boss is to say yes to; always an assumption, never a measurement."""

    hours: Decimal | None = None
    budget: Decimal | None = None
    currency: str = "EUR"
    decide_by: date | None = None

    @property
    def is_complete(self) -> bool:
        return None not in (self.hours, self.budget, self.decide_by)


@dataclass(frozen=True)
class Chosen:
    """A conversation to answer; the mention is None when it has been deleted since."""

    mention: Mention | None
    owner: str = ""
    due: date | None = None


def measure(ground: Ground, ask: Ask) -> Start:
    """Registers the ask, the goals and how many conversations wait for us."""
    proof = ground.prove(5, "ask", kind="assumption")
    ground.figure("ask.hours", _plain(ask.hours), "hours", proof)
    ground.figure("ask.budget", _plain(ask.budget), "money", proof, currency=ask.currency)
    ground.figure("ask.decide_by", ask.decide_by, "date", proof)
    values = ground.register.values()
    readable, ours = values["s3.readable"], values["s3.ours"]
    answerable = readable - ours if isinstance(readable, int) and isinstance(ours, int) else None
    heard = ground.register.figures["s3.readable"].evidence
    proof = ground.prove(
        5,
        "s5.answerable",
        lambda: replace(
            ground.details(heard),
            inspected=readable if isinstance(readable, int) else None,
            rows_total=answerable or 0,
            rows=lambda: rows_of(proposed(ground, 50), ground.heard),
        ),
    )
    ground.figure("s5.answerable", answerable, "count", proof)
    baselines = sum(1 for goal in GOALS if values[goal] is not None)
    proof = ground.prove(5, "s5.goals")
    ground.figure("s5.kpis", len(GOALS), "count", proof)
    ground.figure("s5.baselines", baselines, "count", proof)
    return Start(ask.is_complete, answerable, len(GOALS), baselines)


def _plain(amount: Decimal | None) -> float | int | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def proposed(ground: Ground, most: int = MOST_ACTIONS) -> list[Mention]:
    """The stored conversations most worth an answer, best first."""
    return queries.answerable(ground.workspace, ground.handles, ground.heard, most)


def measure_actions(ground: Ground, chosen: Sequence[Chosen]) -> None:
    """Registers the chosen conversations and what the sources count of each."""
    real = [one.mention for one in chosen if one.mention]
    proof = ground.prove(
        5,
        "s5.chosen",
        lambda: Details(inspected=len(real), rows_total=len(real), rows=lambda: rows_of(real, ground.heard)),
        formula="s5.answerable",
    )
    ground.figure("s5.chosen", len(real), "count", proof)
    for index, mention in enumerate(real):
        replies = mention.conversation.replies_said
        ground.figure(f"s5.replies.{index}", replies, "count", proof, label="s5.replies")
        known = reactions_of(mention) if mention.metrics else None
        ground.figure(f"s5.reactions.{index}", known, "count", proof, label="s5.reactions")
        ground.figure(f"s5.said_on.{index}", mention.published_at.date(), "date", proof, label="s5.said_on")


def why(ground: Ground, index: int, mention: Mention) -> Text:
    """Why this one: what it is, where, how many saw it, and that none of us is in it."""
    values = ground.register.values()
    site = ground.name(f"site.{index}", mention.site.domain)
    kind = "question" if mention.is_question else "post"
    said = [ground.say(f"why.{kind}", site=site, on=f"s5.said_on.{index}")]
    if values[f"s5.reactions.{index}"]:
        said.append(ground.say("why.reactions", reactions=f"s5.reactions.{index}"))
    if values[f"s5.replies.{index}"]:
        said.append(ground.say("why.replies", replies=f"s5.replies.{index}"))
    elif values[f"s5.replies.{index}"] == 0:  # unknown is not "none"
        said.append(ground.say("why.no_replies"))
    return join(*said)


def slides(
    ground: Ground,
    chosen: Sequence[Chosen],
    state: State,
    title: Text,
    reasoning: Text,
    edited: Sequence[str],
) -> list[Slide]:
    """The conversations to answer first."""
    proof = ground.register.figures["s5.chosen"].evidence
    real = [(one, one.mention) for one in chosen if one.mention]
    items = [
        {
            "raw": (mention.title or mention.quote)[:140],
            "url": mention.url,
            "why": why(ground, index, mention),
            "owner": one.owner,
            "due": one.due.isoformat() if one.due else None,
            "evidence": proof,
        }
        for index, (one, mention) in enumerate(real)
    ]
    blocks = [show.paragraph(reasoning), show.paragraph(ground.say("start.ladder"))]
    blocks.append(
        {"type": "actions", "items": items} if items else show.callout(ground.say("start.nothing"), "note")
    )
    notes, footer = ground.say("start.notes"), ground.say("start.footer")
    return [Slide("start", title, blocks, notes, footer, step=5, verdict=state, edited=edited)]


def decision(ground: Ground, state: State, title: Text, complete: bool) -> Slide:
    """The ask, the goals with today's values, and the three ways to decide."""
    rows: list[list[show.Cell]] = [
        [{"text": ground.say(f"goal.{goal}")}, {"figure": goal}, {"text": ground.say(f"target.{goal}")}]
        for goal in GOALS
    ]
    columns = [ground.say(f"column.{name}") for name in ("goal", "today", "target")]
    ask = ground.say("decision.ask" if complete else "decision.open")
    blocks = [
        show.callout(ask, "ask"),
        show.table(columns, rows, [3, 1, 2]),
        *show.bullets(ground.say(f"decision.option.{option}") for option in ("nothing", "small", "larger")),
    ]
    notes, footer = ground.say("decision.notes"), ground.say("decision.footer")
    return Slide("decision", title, blocks, notes, footer, step=5, verdict=state)
