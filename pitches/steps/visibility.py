"""Step 2: what they say is seen, and people react to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, QuerySet

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
from pitches.steps import influence, reactions
from pitches.steps.against import against
from pitches.verdicts import State, Visibility
from pitches.words import Text

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
    return Visibility(
        together.inspected if known else None, together.share, reactions=_measure_reactions(ground)
    )


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
    mentions = heard.mentions_of(ground.workspace, ground.heard).order_by().filter(**reactions.STATED)
    found = mentions.aggregate(reacted=Count("pk"), **reactions.SUMS)
    total = reactions.total(found) if found["reacted"] else None
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
    return reactions.of(mention.metrics) or 0


# What speaks against the title, by the verdict that it follows.
HIGH = 10  # ranks that nearly everybody looks at
AGAINST: dict[State, tuple[str, ...]] = {
    "supported": ("rest", "rarer", "own"),
    "mixed": ("rest", "rarer", "own"),
    "not_supported": ("some", "higher", "reactions"),
    "not_enough": ("seen",),
}


def measure_doubts(ground: Ground) -> None:
    """The results that are something else, and how the first ten of every phrase do. For the slide only."""
    found = ground.once(pages)
    together = seen.share_of(found)
    proof = ground.register.figures["s2.inspected"].evidence
    high = [row for page in found if page.is_complete for row in page.rows.all() if row.rank <= HIGH]
    visible = sum(1 for row in high if row.type in seen.CONVERSATIONS)
    for name, number in (
        ("rest", together.inspected - together.conversations),
        ("own", together.by_type.get("own", 0)),
        ("top", len(high)),
        ("top_visible", visible),
    ):
        ground.figure(f"s2.{name}", number if together.is_known else None, "count", proof)


def doubts(ground: Ground, state: State) -> list[str]:
    """The sentences that speak against the title; the first ten are named where they differ from all."""
    values = ground.register.values()
    share, top, visible = (values[f"s2.{name}"] for name in ("share", "top", "top_visible"))
    among_first = visible / top if isinstance(visible, int) and isinstance(top, int) and top else None
    said = []
    for name in AGAINST[state]:
        if name in ("rarer", "higher"):
            if not isinstance(share, float | int) or among_first is None or among_first == share:
                continue
            if (among_first < share) != (name == "rarer"):
                continue
            name = "top_none" if name == "rarer" and not visible else name
        said.append(f"visibility.against.{name}")
    return said


def slides(ground: Ground, state: State, title: Text, reasoning: Text, edited: Sequence[str]) -> list[Slide]:
    """One bar per phrase, by the type of its results; then the sites on which people talk, and ours."""
    found = ground.once(pages)[:MOST_PHRASES]
    proof = ground.register.figures["s2.inspected"].evidence
    measure_doubts(ground)
    blocks = [show.paragraph(reasoning)]
    if found:
        blocks.append(_chart(ground, found, proof))
        ground.figure("s2.phrases_shown", len(found), "count", proof)
        if len(found) < len(ground.once(pages)):
            blocks.append(show.paragraph(ground.say("visibility.more")))
        blocks.append(against(ground, doubts(ground, state), ground.details(proof).gaps))
    else:
        blocks.append(show.callout(ground.say("visibility.nothing"), "note"))
    notes, footer = ground.say("visibility.notes"), ground.say("visibility.footer")
    visible = Slide("visibility", title, blocks, notes, footer, step=2, verdict=state, edited=edited)
    return [visible, influence.slide(ground)]


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
    categories = []
    for index, page in enumerate(found):
        inspected, phrase = f"s2.inspected.{index}", ground.name(f"phrase.{index}", page.phrase.text)
        ground.figure(inspected, page.inspected, "count", proof, label="s2.inspected_phrase")
        categories.append(ground.say("chart.phrase", phrase=phrase, inspected=inspected))
    return show.chart("stacked", categories, series, "count", ground.say("chart.s2"))
