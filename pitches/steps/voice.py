"""Step 3: we have no voice of our own in these conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from listening import queries
from listening.models import Conversation, Mention
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground, rows_of
from pitches.slides import Slide
from pitches.steps import race
from pitches.verdicts import State, Voice
from pitches.words import Text


def measure(ground: Ground) -> Voice:
    """Counts the conversations we took part in. Without a known account of ours that is unknown, not zero."""
    found = queries.participation(ground.workspace, ground.handles, ground.heard)
    # Where nobody listened there is no silence: then all of these are unknown.
    heard = ground.register.values()["s1.mentions"] is not None
    readable = found.readable if heard else None
    ours = found.ours if ground.handles and heard else None

    def read(rows: Callable[[], list[Row]], inspected: int, total: int) -> Details:
        details = ground.heard_by(ground.own_searches, ground.heard)
        return replace(details, rows=rows, inspected=inspected, rows_total=total)

    proof = ground.prove(
        3,
        "s3.participation",
        lambda: read(lambda: _conversation_rows(ground), found.readable, found.conversations),
    )
    share = ours / found.readable if ours is not None and found.readable else None
    for name in ("conversations", "readable", "unread", "unreadable"):
        ground.figure(f"s3.{name}", getattr(found, name) if heard else None, "count", proof)
    ground.figure("s3.ours", ours, "count", proof)
    ground.figure("s3.others", found.readable - ours if ours is not None else None, "count", proof)
    ground.figure("s3.share", share, "percent", proof)
    ground.figure("s3.opened", found.opened_by_us if ours is not None else None, "count", proof)
    asked = ground.prove(
        3,
        "s3.questions",
        lambda: read(lambda: _open_questions(ground), found.questions, found.questions_open),
    )
    waiting = found.questions_open if ours is not None else None
    ground.figure("s3.questions", found.questions if heard else None, "count", asked)
    ground.figure("s3.questions_open", waiting, "count", asked)
    return Voice(readable, share, sum(len(names) for names in ground.handles.values()))


def _conversation_rows(ground: Ground) -> list[Row]:
    """Where we took part first, then the newest others: both sides of the number."""
    ours = queries.taking_part(ground.handles, "conversation__")
    readable = queries.mentions_of(ground.workspace, ground.heard).filter(
        conversation__state=Conversation.State.READ
    )
    with_us = rows_of(list(readable.filter(ours)[:25]), ground.heard)
    without = rows_of(list(readable.exclude(ours)[:25]), ground.heard)
    sides = ((gettext("with us"), with_us), (gettext("without us"), without))
    return [dict(row) | {"why": side} for side, rows in sides for row in rows]


def _open_questions(ground: Ground) -> list[Row]:
    asks = Exists(Mention.objects.filter(conversation=OuterRef("conversation"), is_question=True))
    found = (
        queries.mentions_of(ground.workspace, ground.heard)
        .filter(asks, conversation__state=Conversation.State.READ, is_question=True)
        .exclude(queries.taking_part(ground.handles, "conversation__"))
    )
    return rows_of(list(found[:50]), ground.heard)


def gaps(ground: Ground) -> list[Text]:
    """What could not be read: sources, and the replies of single conversations."""
    values = ground.register.values()
    found = ground.gaps(ground.coverage)
    if values["s3.unread"] or values["s3.unreadable"]:
        found.append(ground.say("gap.unread"))
    return found


def slides(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> list[Slide]:
    """A whole bar of conversations, ours in it, and the state of our own accounts."""
    values = ground.register.values()
    known = values["s3.ours"] is not None and values["s3.readable"]
    blocks = [show.paragraph(reasoning)]
    if known:
        series = [
            (ground.say("chart.ours"), "own", ["s3.ours"]),
            (ground.say("chart.others"), "other", ["s3.others"]),
        ]
        category = ground.say("chart.conversations")
        blocks.append(show.chart("share", [category], series, "count", ground.say("chart.s3")))
        blocks.append(show.paragraph(ground.say("voice.contrary")))
    blocks.append(_accounts(ground))
    blocks += show.warnings(gaps(ground))
    return [
        Slide(
            "voice",
            title,
            blocks,
            ground.say("voice.notes"),
            ground.say("voice.footer"),
            step=3,
            verdict=state,
            edited=edited,
        )
    ]


def _accounts(ground: Ground) -> show.Block:
    """Where we have an account and what was read there; what was never read is unknown."""
    rows: list[list[show.Cell]] = [
        [{"text": race.place_name(ground, cell.place)}, race.reading(ground, 0, cell)]
        for cell in race.own_places(ground)
    ]
    if not rows:
        return show.callout(ground.say("voice.no_accounts"), "note")
    return show.table([ground.say("column.account"), ground.say("column.reading")], rows, [1, 3])
