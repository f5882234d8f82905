"""What is wrong with a snapshot. A deck is only frozen, and only rendered for download, when nothing is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from listening.net.errors import gettext_noop
from pitches.decks import contract, logos
from pitches.decks.contract import Block, Snapshot, Text, snapshot_texts
from pitches.decks.text import Place, TemplateError, parse

EVIDENCE_ID = re.compile(r"E[1-9][0-9]{0,4}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
BLOCK_TYPES = (
    "text", "bullets", "callout", "verdicts", "chart", "table", "quotes", "actions",
    "steps", "options", "register",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """``where`` is a path into the snapshot; ``message`` an English template filled from ``params``."""

    where: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: {self.message % self.params}"


def check(snapshot: Snapshot) -> list[Problem]:
    """Everything that would make a deck claim more than it can prove, or not render. Empty = good."""
    return [
        *_head(snapshot),
        *_figures(snapshot),
        *_evidence(snapshot),
        *_texts(snapshot),
        *_slides(snapshot),
    ]


def _head(snapshot: Snapshot) -> Iterator[Problem]:
    if snapshot["format"] != contract.FORMAT:
        message = gettext_noop("Format %(format)s is not known.")
        yield Problem("format", message, {"format": snapshot["format"]})
    if snapshot["language"] not in contract.LANGUAGES:
        message = gettext_noop("Language “%(language)s” is not known.")
        yield Problem("language", message, {"language": snapshot["language"]})
    if not COLOUR.fullmatch(snapshot["accent"]):
        yield Problem("accent", gettext_noop("The colour must be written like #0f766e."))
    try:
        logos.png_of(snapshot)
    except ValueError:
        yield Problem("logo", gettext_noop("The logo cannot be drawn."))
    if snapshot["frozen_at"] is not None and not _is_moment(snapshot["frozen_at"]):
        yield Problem("frozen_at", gettext_noop("This is not a date and time."))
    if len(snapshot["slides"]) > contract.MOST_SLIDES:
        yield Problem("slides", gettext_noop("Too many slides."))
    if len(snapshot["evidence"]) > contract.MOST_EVIDENCE:
        yield Problem("evidence", gettext_noop("Too many evidence entries."))


def _figures(snapshot: Snapshot) -> Iterator[Problem]:
    known = {evidence["id"] for evidence in snapshot["evidence"]}
    for key, figure in snapshot["figures"].items():
        where = f"figures[{key}]"
        if figure.get("evidence") not in known:
            yield Problem(where, gettext_noop("This figure has no evidence."))
        if figure["unit"] not in contract.UNITS:
            yield Problem(where, gettext_noop("Unit “%(unit)s” is not known."), {"unit": figure["unit"]})
        if figure.get("class") not in contract.CLASSES:
            yield Problem(where, gettext_noop("The figure does not say whether it was measured."))
        if figure["unit"] == "money" and not re.fullmatch(r"[A-Z]{3}", figure.get("currency", "")):
            yield Problem(where, gettext_noop("An amount of money needs a currency."))
        if not _fits_unit(figure["value"], figure["unit"]):
            yield Problem(where, gettext_noop("The value does not fit its unit."))


def _fits_unit(value: object, unit: str) -> bool:
    if value is None:
        return True
    if unit == "date":
        return isinstance(value, str) and _is_moment(value)
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _evidence(snapshot: Snapshot) -> Iterator[Problem]:
    seen: set[str] = set()
    for evidence in snapshot["evidence"]:
        where = f"evidence[{evidence['id']}]"
        if not EVIDENCE_ID.fullmatch(evidence["id"]):
            yield Problem(where, gettext_noop("An evidence id is an E and a number."))
        if evidence["id"] in seen:
            yield Problem(where, gettext_noop("This evidence id is used twice."))
        seen.add(evidence["id"])
        if evidence.get("class") not in contract.CLASSES:
            yield Problem(where, gettext_noop("The evidence does not say whether it was measured."))
        for name in ("from", "to", "fetched_at"):
            moment = evidence.get(name)
            if moment is not None and not (isinstance(moment, str) and _is_moment(moment)):
                yield Problem(f"{where}.{name}", gettext_noop("This is not a date and time."))


def _texts(snapshot: Snapshot) -> Iterator[Problem]:
    for where, text, edited in snapshot_texts(snapshot):
        if not text.get(snapshot["language"]):
            message = gettext_noop("The text is missing in the language of the pitch.")
            yield Problem(where, message)
        places: dict[str, set[Place]] = {}
        for language, template in text.items():
            try:
                parts = parse(template)
            except TemplateError as error:
                yield Problem(where, error.message, error.params)
                continue
            places[language] = {part for part in parts if isinstance(part, Place) and part.kind == "figure"}
            yield from _places(where, [part for part in parts if isinstance(part, Place)], snapshot)
            if any(isinstance(part, str) and re.search(r"\d", part) for part in parts):
                message = gettext_noop("Numbers may only be printed as figures: “%(text)s”.")
                yield Problem(where, message, {"text": template[:120]})
        # A person's edit belongs to one language; what we generate says the same in all.
        if not edited and len({frozenset(found) for found in places.values()}) > 1:
            yield Problem(where, gettext_noop("The languages do not show the same figures."))


def _places(where: str, places: list[Place], snapshot: Snapshot) -> Iterator[Problem]:
    for place in places:
        known = snapshot["figures"] if place.kind == "figure" else snapshot["names"]
        if place.key not in known:
            message = gettext_noop("There is no figure or name “%(key)s”.")
            yield Problem(where, message, {"key": place.key})


def _slides(snapshot: Snapshot) -> Iterator[Problem]:
    evidence = {entry["id"] for entry in snapshot["evidence"]}
    keys = [slide["key"] for slide in snapshot["slides"]]
    for slide in snapshot["slides"]:
        where = f"slides[{slide['key']}]"
        if keys.count(slide["key"]) > 1:
            yield Problem(where, gettext_noop("This slide is there twice."))
        if slide["layout"] not in contract.LAYOUTS:
            yield Problem(where, gettext_noop("This layout is not known."))
        if slide["verdict"] is not None and slide["verdict"] not in contract.VERDICTS:
            yield Problem(where, gettext_noop("This verdict is not known."))
        for index, block in enumerate(slide["blocks"]):
            yield from _block(f"{where}.blocks[{index}]", block, snapshot)
        named = set(slide["evidence"])
        named.update(i for block in slide["blocks"] for i in contract.block_evidence(block))
        for missing in sorted(named - evidence):
            message = gettext_noop("There is no evidence “%(id)s”.")
            yield Problem(where, message, {"id": missing})
    blocks = [block for slide in snapshot["slides"] for block in slide["blocks"]]
    if snapshot["figures"] and not any(block.get("type") == "register" for block in blocks):
        yield Problem("slides", gettext_noop("The evidence register is missing."))


def _block(where: str, block: Block, snapshot: Snapshot) -> Iterator[Problem]:
    kind = block.get("type")
    if kind not in BLOCK_TYPES:
        yield Problem(where, gettext_noop("This block is not known."))
        return
    for key in contract.block_figures(block):
        if key not in snapshot["figures"]:
            yield Problem(where, gettext_noop("There is no figure or name “%(key)s”."), {"key": key})
    if kind == "chart":
        yield from _chart(where, block, snapshot)
    if kind in contract.MOST_CARDS:
        yield from _cards(where, block)
    if kind == "callout" and block["tone"] not in contract.TONES:
        yield Problem(where, gettext_noop("This block is not known."))
    if kind == "verdicts" and any(item["verdict"] not in contract.VERDICTS for item in block["items"]):
        yield Problem(where, gettext_noop("This verdict is not known."))
    if kind == "table":
        if any(len(row) != len(block["columns"]) for row in block["rows"]):
            yield Problem(where, gettext_noop("A row of the table is not as long as its head."))
        if len(block["rows"]) > contract.MOST_ROWS:
            yield Problem(where, gettext_noop("The table is too long."))
        if not 0 <= block.get("highlight", 0) < len(block["columns"]):
            yield Problem(where, gettext_noop("The table has no such column to highlight."))
        states = {cell["state"] for row in block["rows"] for cell in row if "state" in cell}
        if states - set(contract.STATES):
            yield Problem(where, gettext_noop("A cell is neither yes, partly, no nor unknown."))


def _cards(where: str, block: Block) -> Iterator[Problem]:
    if not 1 <= len(block["items"]) <= contract.MOST_CARDS[block["type"]]:
        yield Problem(where, gettext_noop("There are too many or too few boxes beside each other."))
    if any(not item.get("title") for item in block["items"]):
        yield Problem(where, gettext_noop("A box has no title."))
    if block["type"] == "options":
        labels = [[fact.get("label") for fact in item.get("facts", ())] for item in block["items"]]
        if any(one != labels[0] for one in labels):
            yield Problem(where, gettext_noop("The options do not have the same lines."))


def _chart(where: str, block: Block, snapshot: Snapshot) -> Iterator[Problem]:
    if block["kind"] not in ("column", "bar", "stacked", "share", "line"):
        yield Problem(where, gettext_noop("This kind of chart is not known."))
    length = len(block["categories"])
    if (
        not length
        or not block["series"]
        or any(len(series["values"]) != length for series in block["series"])
    ):
        yield Problem(where, gettext_noop("A series of the chart has too many or too few values."))
    if any(not 0 <= index < length for index in block.get("uncovered", ())):
        yield Problem(where, gettext_noop("An uncovered category of the chart does not exist."))
    if any(isinstance(category, str) and not _is_moment(category) for category in block["categories"]):
        yield Problem(where, gettext_noop("A category of the chart is neither a text nor a date."))
    figures = [snapshot["figures"].get(key) for key in contract.block_figures(block)]
    if any(figure is not None and figure["unit"] != block["unit"] for figure in figures):
        yield Problem(where, gettext_noop("A figure of the chart has another unit than the chart."))


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


__all__ = ["Problem", "Snapshot", "Text", "check"]
