"""Step 3, the gap: questions that nobody of us answered, the most visible first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef

from listening import queries
from listening.models import Conversation, Mention
from pitches import slides as show
from pitches.ground import Ground, rows_of
from pitches.slides import Slide
from pitches.steps import reactions
from pitches.steps.against import against
from pitches.verdicts import THRESHOLDS, State

MOST = 5
LONGEST = 110  # characters of a question in the table


def state(asked: int | None, left: int | None, readable: int | None) -> State:
    """How the claim of the slide does: do questions wait for us, and are they most of what was asked?

    That none waits is said only where as many conversations were read as the step needs.
    """
    if asked is None or left is None:
        return "not_enough"
    if not left:
        return "not_supported" if THRESHOLDS["s3.readable"].holds(readable) else "not_enough"
    enough = THRESHOLDS["s5.answerable"].holds(left)
    return "supported" if enough and left * 2 >= asked else "mixed"


def open_questions(ground: Ground) -> list[Mention]:
    """The open questions that most people see; nobody's as long as we do not know which accounts are ours."""
    if ground.register.values()["s3.questions_open"] is None:
        return []
    # These come first of all that can be answered.
    found = queries.answerable(ground.workspace, ground.handles, ground.heard, MOST)
    return [one for one in found if one.is_question]


def _answered_by_others(ground: Ground) -> int:
    """The open questions under which somebody else than who asked has written."""
    asks = Exists(Mention.objects.filter(conversation=OuterRef("pk"), is_question=True))
    heard = ground.heard.order_by().values("mention__conversation")
    found = Conversation.objects.filter(
        asks, workspace=ground.workspace, pk__in=heard, state=Conversation.State.READ, participants__len__gt=1
    )
    return found.exclude(queries.taking_part(ground.handles)).count()


def measure(ground: Ground) -> None:
    """Registers who answered, and what the slide shows of each open question. For the slides only."""
    found = ground.once(open_questions)
    values = ground.register.values()
    asked, left = values["s3.questions"], values["s3.questions_open"]
    known = isinstance(asked, int) and isinstance(left, int)
    of_all = ground.register.figures["s3.questions"].evidence
    answered = asked - left if known else None  # type: ignore[operator]  # both are counts
    ground.figure("s3.questions_answered", answered, "count", of_all)
    others = _answered_by_others(ground) if known and left else None
    ground.figure("s3.questions_others", others, "count", of_all)
    proof = ground.prove(
        3,
        "s3.waiting",
        lambda: replace(
            ground.details(of_all),
            inspected=asked if isinstance(asked, int) else None,
            rows_total=left if isinstance(left, int) else 0,
            rows=lambda: rows_of(found, ground.heard),
        ),
    )
    for index, mention in enumerate(found):
        day = ground.workspace.localtime(mention.published_at).date()
        ground.figure(f"s3.waiting.{index}.asked_on", day, "date", proof, label="s3.asked_on")
        reacted = reactions.of(mention.metrics)
        ground.figure(f"s3.waiting.{index}.reactions", reacted, "count", proof, label="s3.waiting_reactions")
        replies = len(mention.conversation.replies)
        ground.figure(f"s3.waiting.{index}.replies", replies, "count", proof, label="s3.waiting_replies")


def slides(ground: Ground, gaps: Sequence[show.Text]) -> list[Slide]:
    """The questions as a table; no slide where no question is known of at all."""
    values = ground.register.values()
    if values["s3.questions"] is None:
        return []
    found = ground.once(open_questions)
    asked, left = values["s3.questions"], values["s3.questions_open"]
    verdict = state(asked, left, values["s3.readable"])  # type: ignore[arg-type]  # counts
    blocks: list[show.Block] = [_table(ground, found)] if found else []
    if verdict == "not_enough":
        reason = "voice.no_accounts" if left is None else "s3.reason.unread"
        blocks += [show.callout(ground.say(reason), "note"), *show.warnings(gaps)]
    else:
        doubts = ("unread", "unreadable") if verdict == "not_supported" else ("others", "answered")
        blocks.append(against(ground, [f"waiting.against.{name}" for name in doubts], gaps))
    variant = "_none" if verdict == "not_supported" and not asked else ""
    title = ground.say(f"waiting.title.{verdict}{variant}")
    notes, footer = ground.say("waiting.notes"), ground.say("waiting.footer")
    return [Slide("gap", title, blocks, notes, footer, step=3, verdict=verdict)]


def _table(ground: Ground, found: Sequence[Mention]) -> show.Block:
    rows: list[list[show.Cell]] = [
        [
            {"raw": _short(mention), "link": mention.url},
            {"raw": mention.site.domain},
            *({"figure": f"s3.waiting.{index}.{name}"} for name in ("asked_on", "reactions", "replies")),
        ]
        for index, mention in enumerate(found)
    ]
    columns = ("question", "place", "asked_on", "reactions", "replies")
    return show.table([ground.say(f"column.waiting_{name}") for name in columns], rows, [5, 2, 1.3, 1, 1])


def _short(mention: Mention) -> str:
    said = mention.title or mention.text
    return said if len(said) <= LONGEST else said[:LONGEST].rsplit(" ", 1)[0] + "…"
