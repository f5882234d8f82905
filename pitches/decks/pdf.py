"""A snapshot -> a tagged PDF (PDF/UA-1) with bookmarks and links, by typst from one template.

The template gets measured pages as JSON and draws them; no text becomes code. Nothing is fetched: no network,
no system fonts, no packages. The same snapshot gives the same bytes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from charts import palette
from charts.echarts import to_echarts
from charts.metrics import FONTS, printable
from charts.svg import render_svg
from charts.table import as_sentences
from pitches.decks import fit, layout, looks
from pitches.decks.contract import Snapshot
from pitches.decks.geometry import OURS
from pitches.decks.page import (
    BULLET_INDENT,
    HEIGHT,
    PAD_X,
    WIDTH,
    CardsBox,
    ChartBox,
    Element,
    ImageBox,
    Page,
    Paragraph,
    Row,
    TableBox,
    TextBox,
)
from pitches.decks.text import Run, Tone, clean, clean_line, plain, shorten

FOLDER = Path(__file__).parent


def render(snapshot: Snapshot, language: str | None = None) -> bytes:
    """The .pdf file. Raises what ``layout.lay_out`` raises; ``charts.svg.ChartError``."""
    tongue = language or snapshot["language"]
    pages = layout.lay_out(snapshot, tongue)
    painter = Painter(snapshot, tongue, frozenset(layout.anchors(pages)))
    title = plain(pages[0].title.paragraphs[0].runs) if pages else ""
    about = painter.about(title, WIDTH, HEIGHT)
    drawn = [painter.page(page, number) for number, page in enumerate(pages, 1)]
    logo = list(pages[0].logo.png) if pages and pages[0].logo else None  # once, however many pages show it
    return compiled("deck.typ", about | {"logo": logo, "pages": drawn}, snapshot["frozen_at"])


def compiled(template: str, data: dict[str, Any], frozen_at: str | None) -> bytes:
    """What a template of this folder makes of the data, kept to PDF/UA-1 by typst itself."""
    moment = datetime.fromisoformat(frozen_at or "2000-01-01T00:00:00+00:00").astimezone(UTC)
    return typst.compile(
        FOLDER / template,
        root=FOLDER,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"deck": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=moment,
    )


class Painter:
    """Laid-out things as the templates read them. ``anchors``: the evidence that the document shows."""

    def __init__(self, snapshot: Snapshot, language: str, anchors: frozenset[str] = frozenset()) -> None:
        self.snapshot = snapshot
        self.language = language
        self.anchors = anchors
        self.tints: Mapping[Tone, str] = looks.tints(snapshot["accent"])

    def about(self, title: str, width: float, height: float) -> dict[str, Any]:
        """What every document says of itself, and how it looks."""
        author = shorten(clean_line(self.snapshot["names"].get("author", "")), 100)
        return {
            "title": printable(shorten(clean_line(title), 200)) or "Earshot",
            "author": printable(author) or "Earshot",
            "description": f"{clean_line(self.snapshot['id'])[:60]}, {self.snapshot['version']}",
            "language": self.language,
            "tones": looks.tones(self.snapshot["accent"]),
            "rule": palette.RULE,
            "pad": PAD_X,
            "indent": BULLET_INDENT,
            "width": width,
            "height": height,
        }

    def page(self, page: Page, number: int) -> dict[str, Any]:
        return {
            "cover": page.layout == "cover",
            "level": 1 if page.part == 1 else 2,
            "number": str(number),
            "number_top": OURS.footer[1],
            "number_size": layout.FOOTER_SIZE,
            "kicker": self.text(page.kicker) if page.kicker else None,
            "title": self.text(page.title),
            "footer": self.text(page.footer) if page.footer else None,
            "marks": self.text(page.mark) if page.mark else None,
            "logo": self.image(page.logo) if page.logo else None,
            "elements": [
                self.element(element, f"p{number}e{index}") for index, element in enumerate(page.elements)
            ],
        }

    def image(self, box: ImageBox) -> dict[str, Any]:
        return {**_place(box), "alt": printable(clean_line(box.alt)) or "Logo"}

    def element(self, element: Element, identity: str) -> dict[str, Any]:
        if isinstance(element, TextBox):
            return self.text(element)
        if isinstance(element, TableBox):
            return self.table(element)
        if isinstance(element, CardsBox):
            return {"kind": "cards", "cards": [self.text(box) for box in element.cards]}
        return self.chart(element, identity)

    def text(self, box: TextBox) -> dict[str, Any]:
        return {
            "kind": "text",
            **_place(box),
            "inset": box.inset,
            "fill": self.tints[box.fill] if box.fill else None,
            "bar": box.bar,
            "top": box.top,
            "right": box.right,
            "paragraphs": [self.paragraph(one) for one in box.paragraphs],
        }

    def table(self, box: TableBox) -> dict[str, Any]:
        return {
            "kind": "table",
            **_place(box),
            "widths": box.widths,
            "highlight": box.highlight,
            "tint": self.tints["accent"],
            "head": self.row(box.head),
            "rows": [self.row(row) for row in box.rows],
        }

    def row(self, row: Row) -> dict[str, Any]:
        return {
            "height": row.height,
            "pad": row.pad + row.spare / 2,
            "anchor": None if row.continued else row.anchor,
            "cells": [
                {
                    "right": cell.align == "right",
                    "paragraphs": [self.paragraph(one) for one in cell.paragraphs],
                }
                for cell in row.cells
            ],
        }

    def chart(self, box: ChartBox, identity: str) -> dict[str, Any]:
        option = to_echarts(box.chart, self.language, box.width)
        drawing = render_svg(option, round(box.width), round(box.height), identity=identity)
        return {
            "kind": "chart",
            **_place(box),
            "svg": _without_marks(printable(drawing)),
            "alt": printable(clean(as_sentences(box.chart, self.language))),
        }

    def paragraph(self, one: Paragraph) -> dict[str, Any]:
        return {
            "size": one.size,
            "after": one.after,
            "bullet": one.bullet,
            "lines": [
                {"runs": [self.run(run) for run in fit.trimmed(line)], "space": fit.trimmed(line) != line}
                for line in one.lines
            ],
        }

    def run(self, run: Run) -> dict[str, Any]:
        found: dict[str, Any] = {"text": printable(clean(run.text)), "tone": run.tone, "bold": run.bold}
        if run.url:
            found["url"] = run.url
        elif run.evidence in self.anchors:
            found["to"] = run.evidence
        return found


def _without_marks(drawing: str) -> str:
    """Letters with their marks as one character; marks and joiners alone have no code point in an SVG."""
    composed = unicodedata.normalize("NFC", drawing)
    return "".join(one for one in composed if unicodedata.category(one) not in ("Cf", "Mn", "Me"))


def _place(box: Element | ImageBox) -> dict[str, float]:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
