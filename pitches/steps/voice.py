"""Step 3: we have no voice of our own in these conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext

from competitors.queries import PlaceCell
from listening import queries
from listening.models import Conversation, Mention
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground, rows_of
from pitches.slides import Slide
from pitches.steps import places, waiting
from pitches.steps.against import against
from pitches.verdicts import State, Voice
from pitches.words import LANGUAGES, Text

NOT_OURS = frozenset({"wikipedia", "wikidata"})  # others write there about us
MOST_ELSEWHERE = 4  # accounts that nobody can read, on the slide


def measure(ground: Ground) -> Voice:
    """Counts the conversations we took part in. Without a known account of ours that is unknown, not zero."""
    found = queries.participation(ground.workspace, ground.handles, ground.heard)
    # Where nobody listened there is no silence: then all of these are unknown.
    heard = ground.register.values()["s1.mentions"] is not None
    readable = found.readable if heard else None
    ours = found.ours if ground.handles and heard else None

    def read(rows: Callable[[], list[Row]], inspected: int, total: int) -> Details:
        details = ground.heard_by(ground.own_searches, ground.heard)
        unread = [ground.say("gap.unread")] if found.unread or found.unreadable else []
        return replace(
            details, rows=rows, inspected=inspected, rows_total=total, gaps=[*details.gaps, *unread]
        )

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


# What speaks against the title, by the verdict that it follows.
AGAINST: dict[State, tuple[str, ...]] = {
    "supported": ("opened", "answered"),
    "mixed": ("open", "opened"),
    "not_supported": ("open", "others"),
    "not_enough": ("read",),
}


def slides(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> list[Slide]:
    """A whole bar of conversations with ours in it, and our own accounts; then the questions we left open."""
    values = ground.register.values()
    waiting.measure(ground)
    left = gaps(ground)
    known = values["s3.ours"] is not None and values["s3.readable"]
    blocks = [show.paragraph(reasoning)]
    if known:
        series = [
            (ground.say("chart.ours"), "own", ["s3.ours"]),
            (ground.say("chart.others"), "other", ["s3.others"]),
        ]
        category = ground.say("chart.conversations")
        blocks.append(show.chart("share", [category], series, "count", ground.say("chart.s3")))
    blocks.append(_accounts(ground))
    if known:
        blocks.append(against(ground, [f"voice.against.{name}" for name in AGAINST[state]], left))
    else:
        blocks += show.warnings(left)
    notes, footer = ground.say("voice.notes"), ground.say("voice.footer")
    voice = Slide("voice", title, blocks, notes, footer, step=3, verdict=state, edited=edited)
    return [voice, *waiting.slides(ground, left)]


def _replies(ground: Ground) -> dict[str, int]:
    """Per source, in how many of the readable conversations one of our accounts there wrote."""
    if not ground.handles:
        return {}
    wrote = {
        f"at_{source}": Count("pk", filter=queries.taking_part({source: names}))
        for source, names in ground.handles.items()
    }
    found = Conversation.objects.filter(
        workspace=ground.workspace,
        pk__in=ground.heard.order_by().values("mention__conversation"),
        state=Conversation.State.READ,
    ).aggregate(**wrote)
    return {name.removeprefix("at_"): number for name, number in found.items()}


def _accounts(ground: Ground) -> show.Block:
    """Where we have an account, when we last wrote there, how often, and in how many conversations.

    What was never read is unknown; a dash stands where a place has no such thing. Places where we are not
    share a row.
    """
    ours = [cell for cell in places.own_places(ground) if cell.place.name not in NOT_OURS]
    elsewhere = _elsewhere(ground)
    if not ours and not elsewhere:
        return show.callout(ground.say("voice.no_accounts"), "note")
    replies = _replies(ground) if ground.register.values()["s3.ours"] is not None else {}
    columns = ("place", "exists", "last_post", "posts_30d", "replies")
    absent = [cell for cell in ours if cell.cell.state == "no" and not replies.get(cell.place.name)]
    here = [cell for cell in ours if cell not in absent]
    rows = [*(_account(ground, cell, replies) for cell in here), *elsewhere, *_absences(ground, absent)]
    return show.table([ground.say(f"column.account_{name}") for name in columns], rows, [3, 1, 2, 1.5, 1.5])


def _absences(ground: Ground, cells: Sequence[PlaceCell]) -> list[list[show.Cell]]:
    if not cells:
        return []
    names = [places.place_name(ground, cell.place) for cell in cells]
    proof = ground.register.figures["s4.places"].evidence
    none: show.Cell = {"raw": "–"}
    return [
        [
            {"text": {language: ", ".join(name[language] for name in names) for language in LANGUAGES}},
            {"state": "no", "evidence": proof},
            *([none] * 3),
        ]
    ]


def _elsewhere(ground: Ground) -> list[list[show.Cell]]:
    """Our accounts in places that Earshot cannot read: known to be named, and nothing more."""
    if ground.own is None:
        return []
    profiles = ground.once(places.presence).elsewhere.get(ground.own.pk, ())[:MOST_ELSEWHERE]
    unknown: show.Cell = {"state": "unknown"}
    return [
        [{"raw": profile.label or profile.url, "link": profile.url}, *([unknown] * 4)] for profile in profiles
    ]


def _account(ground: Ground, cell: PlaceCell, replies: Mapping[str, int]) -> list[show.Cell]:
    proof = ground.register.figures["s4.places"].evidence
    name = cell.place.name
    row: list[show.Cell] = [
        {"text": places.place_name(ground, cell.place)},
        {"state": cell.cell.state, "evidence": proof},
    ]
    for metric, unit in (("last_post", "date"), ("posts_30d", "count")):
        reading = cell.cell.readings.get(metric)
        if reading is None:
            row.append({"raw": "–"} if cell.cell.state == "no" else {"state": "unknown", "evidence": proof})
            continue
        key = f"s3.account.{name}.{metric}"
        value = reading.text[:10] if unit == "date" else reading.value
        kind = places.kind_of(reading)
        ground.figure(key, value, unit, proof, label=f"s3.account_{metric}", kind=kind)  # type: ignore[arg-type]  # a unit
        row.append({"figure": key})
    if name not in replies:
        return [*row, {"raw": "–"}]
    key = f"s3.account.{name}.replies"
    counted = ground.register.figures["s3.ours"].evidence
    ground.figure(key, replies[name], "count", counted, label="s3.account_replies")
    return [*row, {"figure": key}]
