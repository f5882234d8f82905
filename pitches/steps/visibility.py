"""Step 2: what they say is seen, and people react to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, IntegerField, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from competitors import queries
from competitors import visibility as seen
from competitors.models import ResultPage
from listening import queries as heard
from listening import sources
from listening.models import Mention
from pitches import slides as show
from pitches.figures import Details, Row
from pitches.ground import Ground, rows_of
from pitches.slides import Slide
from pitches.verdicts import State, Visibility
from pitches.words import Text

REACTIONS = ("points", "likes", "shares", "comments")
MOST_PHRASES = 8  # on one chart


def pages(ground: Ground) -> list[ResultPage]:
    """The newest complete result page of every phrase in the period; rows loaded."""
    return queries.result_pages(ground.workspace, ground.since, ground.until)


def measure(ground: Ground) -> Visibility:
    """Counts conversations among search results, and the reactions to what step 1 heard."""
    found = ground.once(pages)
    together = seen.share_of(found)
    by_hand = bool(found) and all(page.origin == ResultPage.Origin.MANUAL for page in found)
    proof = ground.prove(
        2,
        "s2.results",
        lambda: Details(
            query="\n".join(f"{page.phrase.text} ({page.market})" for page in found),
            sources=sorted({sources.label(page.engine) for page in found}),
            gaps=_gaps(ground, found),
            fetched_at=max((page.taken_at for page in found), default=None),
            inspected=together.inspected if found else None,
            rows_total=sum(len(page.rows.all()) for page in found),
            rows=lambda: _result_rows(found),
        ),
        "manual" if by_hand else "measured",
    )
    known = together.is_known
    ground.figure("s2.inspected", together.inspected if known else None, "count", proof)
    ground.figure("s2.visible", together.conversations if known else None, "count", proof)
    ground.figure("s2.share", together.share, "percent", proof)
    ground.figure("s2.phrases", len(found), "count", proof)
    reactions = _measure_reactions(ground)
    return Visibility(together.inspected if known else None, together.share, reactions)


def _gaps(ground: Ground, found: Sequence[ResultPage]) -> list[Text]:
    """The engines that did not answer, each named once."""
    silent = sorted({str(gap[0]) for page in found for gap in page.gaps if gap})
    return [ground.say("gap.engine", source=ground.name(f"engine.{_key(name)}", name)) for name in silent]


def _key(name: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "-" for character in name)


def _result_rows(found: Sequence[ResultPage]) -> list[Row]:
    return [
        {
            "title": row.title,
            "url": row.url,
            "site": page.engine,
            "author": "",
            "date": page.taken_at.isoformat(),
            "excerpt": row.excerpt[:300],
            "why": f"{page.phrase.text} · {row.rank} · {row.type_label}",
        }
        for page in found
        for row in page.rows.all()
    ][:200]


def _measure_reactions(ground: Ground) -> int | None:
    """Reactions to the mentions of step 1, added up; None when no source states any."""
    mentions = (
        heard.mentions_of(ground.workspace, ground.heard)
        .order_by()
        .filter(metrics__has_any_keys=list(REACTIONS))
    )
    sums = {name: Sum(Cast(KeyTextTransform(name, "metrics"), IntegerField())) for name in REACTIONS}
    found = mentions.aggregate(reacted=Count("pk"), **sums)
    total = sum(found[name] or 0 for name in REACTIONS) if found["reacted"] else None
    proof = ground.prove(
        2,
        "s2.reactions",
        lambda: ground.read_by(
            ground.coverage,
            inspected=found["reacted"],
            rows_total=found["reacted"],
            rows=lambda: _most_reacted(ground, mentions),
        ),
    )
    ground.figure("s2.reactions", total, "count", proof)
    is_known = ground.register.values()["s1.mentions"] is not None
    ground.figure("s2.reacted", found["reacted"] if is_known else None, "count", proof)
    return total


def _most_reacted(ground: Ground, mentions: QuerySet[Mention]) -> list[Row]:
    newest = list(mentions.order_by("-published_at")[:500])
    newest.sort(key=reactions_of, reverse=True)
    return rows_of(newest[:50], ground.heard)


def reactions_of(mention: Mention) -> int:
    """What the source counts of a post, added up."""
    return sum(int(mention.metrics.get(name) or 0) for name in REACTIONS)


def slides(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> list[Slide]:
    """One bar per phrase, by the type of its results."""
    found = ground.once(pages)[:MOST_PHRASES]
    proof = ground.register.figures["s2.inspected"].evidence
    blocks = [show.paragraph(reasoning)]
    if found:
        blocks.append(_chart(ground, found, proof))
        blocks.append(show.callout(ground.say("visibility.contrary"), "note"))
    else:
        blocks.append(show.callout(ground.say("visibility.nothing"), "note"))
    blocks += show.warnings(ground.details(proof).gaps)
    return [
        Slide(
            "visibility",
            title,
            blocks,
            ground.say("visibility.notes"),
            ground.say("visibility.footer"),
            step=2,
            verdict=state,
            edited=edited,
        )
    ]


def _chart(ground: Ground, found: Sequence[ResultPage], proof: str) -> show.Block:
    by_phrase = [seen.share(page) for page in found]
    occurring = [kind for kind in seen.TYPES if any(kind in one.by_type for one in by_phrase)]
    series = []
    for kind in occurring:
        keys = []
        for index, one in enumerate(by_phrase):
            key = f"s2.type.{kind}.{index}"
            ground.figure(key, one.by_type.get(kind, 0), "count", proof, label="s2.type")
            keys.append(key)
        series.append((ground.say(f"type.{kind}"), kind, keys))
    categories = [
        ground.say("chart.phrase", phrase=ground.name(f"phrase.{index}", page.phrase.text))
        for index, page in enumerate(found)
    ]
    return show.chart("stacked", categories, series, "count", ground.say("chart.s2"))
