"""What a snapshot holds: the contract between the builder of a case and the three renderers.

A snapshot is a plain JSON dictionary. Everything a deck prints is in it, so that it renders the same when
every mention is gone. ``pitches.decks.snapshot.check`` says what is wrong with one.

Numbers are never written into texts. A text is a template per language with places for typed figures and
names::

    {"en": "{s1.stories} stories about {@brand}", "sv": "{s1.stories} unika inlägg om {@brand}"}

``{s1.stories}`` prints ``figures["s1.stories"]`` by the rules of the language and links to its evidence,
``{@brand}`` prints ``names["brand"]``, ``{{`` and ``}}`` print braces.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict

FORMAT = 2
LANGUAGES = ("en", "sv")
Language = Literal["en", "sv"]
UNITS = ("count", "percent", "ratio", "days", "hours", "money", "date", "rank", "score", "number")
CLASSES = ("measured", "estimated", "manual", "assumption")
LAYOUTS = ("cover", "summary", "standard", "appendix")
VERDICTS = ("supported", "mixed", "not_supported", "not_enough")
STATES = ("yes", "partly", "no", "unknown")
TONES = ("ask", "warning", "note")
MOST_SLIDES = 60
MOST_EVIDENCE = 400
MOST_ROWS = 1000  # of one table
MOST_CARDS = {"steps": 6, "options": 4}  # beside each other

REDACTED = "redacted"
_HASH = re.compile(r"[0-9a-f]{64}")
FREE = "free-"  # how the keys of slides begin that people added: "free-1"

Text = dict[str, str]  # language -> template


# "class" and "from" are keywords in Python, hence the other way to write these two.
Figure = TypedDict(
    "Figure",
    {
        "value": float | str | None,  # None = unknown; percent is a fraction; a date is ISO text
        "unit": str,  # one of UNITS
        "class": str,  # one of CLASSES
        "evidence": str,  # id of its proof
        "label": Text,
        "currency": NotRequired[str],  # ISO 4217, for money
    },
)


class EvidenceRow(TypedDict, total=False):
    """One thing behind a figure, as it was found. Foreign text.

    ``author`` proves and is printed nowhere: a deck hides who wrote. Frozen, a row has a ``salt``; when its
    author was erased, nothing of it is left but ``redacted``, see ``pitches.evidence.digests``.
    """

    title: str
    url: str
    site: str
    author: str
    date: str | None
    excerpt: str
    why: str
    source: str  # the outside system that had it
    found: str  # by which searches, with their versions
    seen: str  # when we heard it first
    captures: str  # hashes of the raw answers it came in, with blanks between
    salt: str
    redacted: str


# How a figure came about: which search, which sources, when, how many inspected, and the list behind it.
Evidence = TypedDict(
    "Evidence",
    {
        "id": str,  # "E3"
        "step": int | None,
        "label": Text,
        "class": str,  # one of CLASSES
        "query": NotRequired[str],
        "query_version": NotRequired[str],
        "sources": NotRequired[list[str]],
        "gaps": NotRequired[list[Text]],  # what could not be read
        "from": NotRequired[str | None],
        "to": NotRequired[str | None],
        "fetched_at": NotRequired[str | None],
        "inspected": NotRequired[int | None],
        "formula": NotRequired[Text],
        "url": NotRequired[str],
        "figures": NotRequired[list[str]],  # what rests on it, in the order in which it was counted
        "rows_total": NotRequired[int],
        "rows": NotRequired[list[EvidenceRow]],
        # Of a number of an earlier pitch: {"id", "version", "frozen_at", "sha256", "evidence"} of its proof.
        "then": NotRequired[dict[str, Any]],
    },
)


class ChartSeries(TypedDict):
    """``values`` are figure keys, one per category; None = nothing is known there."""

    name: Text
    role: str
    values: list[str | None]


Block = dict[str, Any]
"""One of these, by "type":

text      {"text": Text}
bullets   {"items": [Text]}
callout   {"text": Text, "tone": "ask" | "warning" | "note"}
verdicts  {"items": [{"step": 1, "verdict": ..., "text": Text}]}
chart     {"kind", "categories": [Text | "2026-11-23"], "series": [ChartSeries], "unit", "summary": Text,
           "uncovered": [0], "roles"?: ["own", "rival", ...]}   roles: per category, where one series compares
table     {"columns": [Text], "rows": [[Cell]], "widths"?: [number], "highlight"?: 1}
           "highlight": the column to tint, such as ours
quotes    {"items": [{"raw", "site", "date", "url", "evidence"}]}
actions   {"items": [{"raw", "url", "why": Text, "owner", "due", "evidence"}]}
steps     {"items": [{"title": Text, "text"?: Text, "facts"?: [Text], "now"?: true}]}   a ladder of one to six
           boxes, each a step higher; "now" marks where we stand or begin
options   {"items": [{"title": Text, "text"?: Text, "chosen"?: true,
           "facts"?: [{"label": Text, "text"?: Text, "figure"?: key}]}]}   one to four columns to choose
           between; their facts stand on common lines, so every option has the same labels in the same
           order; "chosen" marks the one we ask for
          of both, an item whose author was erased is {"redacted": hash}
register  {}  every evidence of the snapshot
"""

Cell = dict[str, Any]
"""One of {"text": Text}, {"figure": key}, {"raw": foreign text}, {"link": url, "text"?: Text, "raw"?: foreign
text} and {"state": "yes" | "partly" | "no" | "unknown", "text"?, "figure"?, "url"?, "evidence"?}."""


class Slide(TypedDict):
    """One thought: a title that claims it and the exhibit that proves it."""

    key: str
    number: int
    step: int | None
    layout: str
    verdict: str | None
    title: Text
    edited: list[str]  # the languages in which a person wrote over it
    titled: NotRequired[list[str]]  # those in which its title is a person's; not told: all that were edited
    reviewed: NotRequired[list[str]]  # those in which a person read it after that
    blocks: list[Block]
    footer: Text
    notes: Text
    evidence: list[str]


class Logo(TypedDict):
    """A PNG of at most 2000 pixels a side. ``alt`` = what it shows; else the brand's name is said."""

    png: str  # base64
    sha256: str
    alt: NotRequired[str]


class DeckTemplate(TypedDict):
    """The user's own PowerPoint template that the deck is to be made on; the file itself is kept apart."""

    name: str
    sha256: str


class Page(TypedDict):
    """What came of looking for an original once more; "on" is a day, None while nobody has looked."""

    state: str  # "gone", "there" or "unknown"
    on: str | None


class Goal(TypedDict):
    """A figure that shall move. ``baseline`` and ``target`` are keys of figures, too."""

    figure: str
    baseline: str
    target: str
    direction: str  # "up", "down" or "hold" (not below the target)
    days: int
    owner: str


class Snapshot(TypedDict):
    """A whole deck, frozen (or a draft, when ``frozen_at`` is None)."""

    format: int
    tool: str
    template: int
    id: str
    version: int
    frozen_at: str | None
    language: str
    time_zone: str
    sample: bool
    replay: bool
    accent: str
    audience: str  # "boss", "board", "peers" or "client"
    length: str  # "short", "meeting" or "full"
    names: dict[str, str]
    figures: dict[str, Figure]
    evidence: list[Evidence]
    slides: list[Slide]
    # Of a follow-up: "id", "version", "frozen_at" and "sha256" of the pitch it measures again
    baseline: NotRequired[dict[str, Any]]
    logo: NotRequired[Logo]
    deck_template: NotRequired[DeckTemplate]
    pages: NotRequired[dict[str, Page]]  # by address; never stored, see ``decks.originals``
    scheme: NotRequired[str]  # how it was hashed, see ``evidence.digests``; none: as a whole
    parts: NotRequired[str]  # of a whole one that lost a part: its digest over parts
    searches: NotRequired[list[dict[str, Any]]]  # every search: id, subject, form, version, text, since
    goals: NotRequired[list[Goal]]  # what the plan promises; a follow-up compares it
    coverage: NotRequired[list[dict[str, Any]]]  # per source: state, from, to, inspected, gaps, error


def is_redacted(part: object) -> bool:
    """Whether this is what is left of a row, quote, conversation or cell whose author was erased."""
    return isinstance(part, dict) and set(part) == {REDACTED} and bool(_HASH.fullmatch(str(part[REDACTED])))


def current(snapshot: Mapping[str, Any]) -> Snapshot:
    """A stored snapshot in today's format. Frozen ones never change: what reads them knows every format.

    Format 1 told of a slide only whether it was edited, which was always in the language of the pitch.
    """
    if snapshot["format"] != 1:
        return snapshot  # type: ignore[return-value]  # what is stored is as the contract says
    slides = [
        slide | {"edited": [snapshot["language"]] if slide["edited"] else []} for slide in snapshot["slides"]
    ]
    newer = {"format": FORMAT, "audience": "boss", "length": "full", "slides": slides}
    return dict(snapshot) | newer  # type: ignore[return-value]  # ditto


def unreviewed(edited: Collection[str], reviewed: Collection[str], language: str) -> bool:
    """Whether people wrote on a slide in another language only, and nobody has read this one since."""
    return bool(edited) and language not in (*edited, *reviewed)


def block_texts(block: Block) -> Iterator[tuple[str, Text]]:
    """Every template of a block, with the place where it stands."""
    for name in ("text", "summary"):
        if block.get(name):
            yield name, block[name]
    kind = block.get("type")
    if kind in MOST_CARDS:
        yield from _card_texts(block)
    for index, item in enumerate(block.get("items", ())):
        if is_redacted(item):
            continue
        if kind == "bullets":
            yield f"items[{index}]", item
        elif kind == "verdicts":
            yield f"items[{index}].text", item["text"]
        elif kind == "actions":
            yield f"items[{index}].why", item["why"]
    for index, category in enumerate(block.get("categories", ())):
        if not isinstance(category, str):
            yield f"categories[{index}]", category
    for index, series in enumerate(block.get("series", ())):
        yield f"series[{index}].name", series["name"]
    for index, column in enumerate(block.get("columns", ())):
        yield f"columns[{index}]", column
    for row_index, row in enumerate(block.get("rows", ())):
        for index, cell in enumerate(row):
            if cell.get("text"):
                yield f"rows[{row_index}][{index}]", cell["text"]


def _card_texts(block: Block) -> Iterator[tuple[str, Text]]:
    for index, item in enumerate(block["items"]):
        for name in ("title", "text"):
            if item.get(name):
                yield f"items[{index}].{name}", item[name]
        for place, fact in enumerate(item.get("facts", ())):
            where = f"items[{index}].facts[{place}]"
            if block["type"] == "steps":
                yield where, fact
            else:
                yield from ((f"{where}.{name}", fact[name]) for name in ("label", "text") if fact.get(name))


def block_figures(block: Block) -> Iterator[str]:
    """Every figure key that a block shows outside its texts: chart values, cells and facts of options."""
    if block.get("type") == "options":
        facts = (fact for item in block["items"] for fact in item.get("facts", ()))
        yield from (fact["figure"] for fact in facts if fact.get("figure"))
    for series in block.get("series", ()):
        yield from (key for key in series["values"] if key is not None)
    for row in block.get("rows", ()):
        yield from (cell["figure"] for cell in row if cell.get("figure"))


def resting_on(evidence: Mapping[str, Any], figures: Mapping[str, Any]) -> list[str]:
    """The keys of the figures that rest on an evidence, in their order; PostgreSQL keeps none of its own."""
    found = [key for key, one in figures.items() if one["evidence"] == evidence["id"]]
    order = {key: place for place, key in enumerate(evidence.get("figures", ()))}
    return sorted(found, key=lambda key: order.get(key, len(order)))


def steps_edited(snapshot: Snapshot, language: str) -> set[int]:
    """The steps whose title is a person's in this language: summaries repeat it, and say so."""
    first: dict[int, Slide] = {}
    for slide in snapshot["slides"]:
        if slide["step"]:
            first.setdefault(slide["step"], slide)
    return {step for step, slide in first.items() if language in slide.get("titled", slide["edited"])}


def block_evidence(block: Block) -> Iterator[str]:
    """Every evidence id that a block names itself."""
    for item in block.get("items", ()):
        if block.get("type") in ("quotes", "actions") and item.get("evidence"):
            yield item["evidence"]
    for row in block.get("rows", ()):
        yield from (cell["evidence"] for cell in row if cell.get("evidence"))


def snapshot_texts(snapshot: Snapshot) -> Iterator[tuple[str, Text, bool]]:
    """Every template of a snapshot: where, what, and whether a person wrote on that slide."""
    for key, figure in snapshot["figures"].items():
        yield f"figures[{key}].label", figure["label"], False
    for evidence in snapshot["evidence"]:
        where = f"evidence[{evidence['id']}]"
        yield f"{where}.label", evidence["label"], False
        formula = evidence.get("formula", {})
        if any(formula.values()):
            yield f"{where}.formula", formula, False
        for index, gap in enumerate(evidence.get("gaps", ())):
            yield f"{where}.gaps[{index}]", gap, False
    for slide in snapshot["slides"]:
        where = f"slides[{slide['key']}]"
        for name in ("title", "footer", "notes"):
            text: Text = slide[name]
            if name == "title" or any(text.values()):
                yield f"{where}.{name}", text, bool(slide["edited"])
        for index, block in enumerate(slide["blocks"]):
            for place, text in block_texts(block):
                yield f"{where}.blocks[{index}].{place}", text, bool(slide["edited"])
