"""Step 5: the conversations to answer first, each with why it and no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from listening import queries
from listening.models import Mention
from pitches import slides as show
from pitches.figures import Details
from pitches.ground import Ground, rows_of
from pitches.slides import Slide
from pitches.steps.visibility import reactions_of
from pitches.verdicts import THRESHOLDS, State
from pitches.words import Text, join

MOST_ACTIONS = 10
FRESH = timedelta(days=30)  # who asked longer ago has gone elsewhere


@dataclass(frozen=True)
class Chosen:
    """Something to do: a conversation to answer (``mention`` is None when it has been deleted since), a
    community to join, an event to go to, or a task."""

    mention: Mention | None
    owner: str = ""
    due: date | None = None
    kind: str = "answer"
    title: str = ""
    url: str = ""
    place: str = ""
    happens_on: date | None = None
    is_done: bool = False


def proposed(ground: Ground, most: int = MOST_ACTIONS, without: Sequence[int] = ()) -> list[Mention]:
    """The stored conversations most worth an answer, best first, but for those in ``without``."""
    return queries.answerable(
        ground.workspace,
        ground.handles,
        ground.heard,
        most,
        ground.rival_handles,
        without,
        fresh_since=ground.read_until - FRESH,
    )


def to_answer(chosen: Sequence[Chosen]) -> list[tuple[Chosen, Mention]]:
    """The conversations among what was chosen that are still stored."""
    return [(one, one.mention) for one in chosen if one.kind == "answer" and one.mention]


def measure(ground: Ground, chosen: Sequence[Chosen]) -> None:
    """Registers the chosen conversations and what the sources count of each."""
    real = [mention for _, mention in to_answer(chosen)]
    proof = ground.prove(
        5,
        "s5.chosen",
        lambda: Details(inspected=len(real), rows_total=len(real), rows=lambda: rows_of(real, ground.heard)),
        formula="s5.answerable",
    )
    ground.figure("s5.chosen", len(real), "count", proof)
    ground.figure("s5.asked", sum(one.is_question for one in real), "count", proof)
    unseen = sum(1 for one in real if not reactions_of(one))
    ground.figure("s5.unseen", unseen, "count", proof)
    for index, mention in enumerate(real):
        replies = mention.conversation.replies_said
        ground.figure(f"s5.replies.{index}", replies, "count", proof, label="s5.replies")
        known = reactions_of(mention) if mention.metrics else None
        ground.figure(f"s5.reactions.{index}", known, "count", proof, label="s5.reactions")
        day = ground.workspace.localtime(mention.published_at).date()
        ground.figure(f"s5.said_on.{index}", day, "date", proof, label="s5.said_on")


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


def slide(ground: Ground, chosen: Sequence[Chosen], state: State) -> Slide:
    """The conversations, with owner and date; the title says only how many there are."""
    proof = ground.register.figures["s5.chosen"].evidence
    real = to_answer(chosen)
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
    blocks: list[show.Block] = [{"type": "actions", "items": items}] if items else []
    if not items:
        blocks.append(show.callout(ground.say("answers.nothing"), "note"))
    title = ground.say(f"answers.title.{_state(ground, len(real))}")
    notes, footer = ground.say("answers.notes"), ground.say("answers.footer")
    return Slide("answers", title, blocks, notes, footer, step=5, verdict=state)


def _state(ground: Ground, chosen: int) -> State:
    if THRESHOLDS["s5.answerable"].holds(chosen):
        return "supported"
    if chosen:
        return "mixed"
    return "not_supported" if ground.register.values()["s5.answerable"] == 0 else "not_enough"
