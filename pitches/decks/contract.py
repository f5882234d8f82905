"""What a snapshot holds: the contract between the builder of a case and the three renderers.

A snapshot is a plain JSON dictionary. Everything a deck prints is in it, so that it renders the same when
every mention is gone. ``pitches.decks.snapshot.check`` says what is wrong with one.

Numbers are never written into texts. A text is a template per language with places for typed figures and
names::

    {"en": "{s1.stories} stories about {@brand}", "sv": "{s1.stories} berättelser om {@brand}"}

``{s1.stories}`` prints ``figures["s1.stories"]`` by the rules of the language and links to its evidence,
``{@brand}`` prints ``names["brand"]``, ``{{`` and ``}}`` print braces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict

FORMAT = 2
LANGUAGES = ("en", "sv")
Language = Literal["en", "sv"]
UNITS = ("count", "percent", "ratio", "days", "hours", "money", "date", "rank", "score", "number")
CLASSES = ("measured", "estimated", "manual", "assumption")
LAYOUTS = ("cover", "summary", "standard", "appendix")
VERDICTS = ("supported", "mixed", "not_supported", "not_enough")
STATES = ("yes", "no", "unknown")
TONES = ("ask", "warning", "note")
MOST_SLIDES = 60
MOST_EVIDENCE = 400
MOST_ROWS = 1000  # of one table
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
    """One thing behind a figure, as it was found. Foreign text."""

    title: str
    url: str
    site: str
    author: str
    date: str | None
    excerpt: str
    why: str


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
        "rows_total": NotRequired[int],
        "rows": NotRequired[list[EvidenceRow]],
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
table     {"columns": [Text], "rows": [[Cell]], "widths"?: [number]}
quotes    {"items": [{"raw", "site", "date", "url", "evidence"}]}
actions   {"items": [{"raw", "url", "why": Text, "owner", "due", "evidence"}]}
register  {}  every evidence of the snapshot
"""

Cell = dict[str, Any]
"""One of {"text": Text}, {"figure": key}, {"raw": foreign text}, {"link": url, "text"?: Text, "raw"?: foreign
text} and {"state": "yes" | "no" | "unknown", "text"?, "figure"?, "url"?, "evidence"?}."""


class Slide(TypedDict):
    """One thought: a title that claims it and the exhibit that proves it."""

    key: str
    number: int
    step: int | None
    layout: str
    verdict: str | None
    title: Text
    edited: list[str]  # the languages in which a person wrote over it
    reviewed: NotRequired[list[str]]  # those in which a person read it after that
    blocks: list[Block]
    footer: Text
    notes: Text
    evidence: list[str]


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


def unreviewed(slide: Slide, language: str) -> bool:
    """Whether people wrote on the slide in another language only, and nobody has read this one since."""
    return bool(slide["edited"]) and language not in (*slide["edited"], *slide.get("reviewed", ()))


def block_texts(block: Block) -> Iterator[tuple[str, Text]]:
    """Every template of a block, with the place where it stands."""
    for name in ("text", "summary"):
        if block.get(name):
            yield name, block[name]
    kind = block.get("type")
    for index, item in enumerate(block.get("items", ())):
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


def block_figures(block: Block) -> Iterator[str]:
    """Every figure key that a block shows outside its texts: chart values and cells."""
    for series in block.get("series", ()):
        yield from (key for key in series["values"] if key is not None)
    for row in block.get("rows", ()):
        yield from (cell["figure"] for cell in row if cell.get("figure"))


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
