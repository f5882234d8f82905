"""A snapshot -> what the web page of a deck shows: the same pages as PowerPoint and PDF, as plain values.

``templates/pitches/deck/deck.html`` draws the result::

    url = lambda name: reverse("pitches:figure", args=[code, name])
    context = {"deck": web.deck(snapshot, language, url)}

Every figure carries the address of its evidence. Charts come three times: as an ECharts option for the
browser, as SVG for everybody without it (and for print), as a table with linked figures.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from charts import palette
from charts.echarts import to_echarts
from charts.svg import render_svg
from pitches.decks import layout, looks
from pitches.decks.contract import Snapshot
from pitches.decks.geometry import OURS
from pitches.decks.page import CardsBox, ChartBox, Element, Page, Paragraph, Row, TableBox, TextBox
from pitches.decks.text import Run, clean, clean_line, plain

SIZES = {40.0: "cover", 32.0: "cover", 26.0: "title", 22.0: "title", 24.0: "title", 18.0: "title-small"}


@dataclass(frozen=True)
class WebRun:
    """A stretch of text. ``href`` leads to the evidence ("figure", "proof") or to an original ("link")."""

    text: str
    kind: str  # "", "figure", "proof" or "link"
    href: str
    tone: str
    bold: bool


@dataclass(frozen=True)
class WebGroup:
    """Neighbouring paragraphs: a list, or text; each is its runs."""

    bullets: bool
    paragraphs: list[list[WebRun]]


@dataclass(frozen=True)
class WebTable:
    """Cells are (whether the column holds only figures, groups)."""

    name: str
    role: str
    highlight: int | None  # the column to tint
    head: list[tuple[bool, list[WebGroup]]]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class WebChart:
    """One chart, three ways."""

    identity: str
    summary: str
    option: dict[str, Any]
    svg: SafeString
    head: list[str]
    rows: list[tuple[str, list[WebRun]]]


@dataclass(frozen=True)
class WebSlide:
    """One page of the deck. ``main`` stands left or alone, ``aside`` beside it."""

    key: str
    identity: str
    layout: str
    number: int
    title: list[WebRun]
    title_size: str
    kicker: list[WebRun]
    footer: list[WebRun]
    marks: tuple[str, ...]
    main: list[dict[str, Any]]
    aside: list[dict[str, Any]]
    notes: list[list[WebRun]]


@dataclass(frozen=True)
class WebDeck:
    """The whole deck in one language."""

    language: str
    title: str
    accent: str
    tint: str
    slides: list[WebSlide]
    logo: str  # address of its data, "" without one
    logo_alt: str


def deck(snapshot: Snapshot, language: str | None, evidence_url: Callable[[str], str]) -> WebDeck:
    """The deck for ``templates/pitches/deck/deck.html``. Raises what ``layout.lay_out`` raises."""
    tongue = language or snapshot["language"]
    pages = layout.lay_out(snapshot, tongue)
    builder = _Builder(tongue, evidence_url)
    slides = [builder.slide(page, number) for number, page in enumerate(pages, 1)]
    title = plain(pages[0].title.paragraphs[0].runs) if pages else ""
    accent = palette.readable(snapshot["accent"])
    picture = pages[0].logo if pages else None
    logo = f"data:image/png;base64,{b64encode(picture.png).decode()}" if picture else ""
    alt = clean_line(picture.alt) if picture else ""
    return WebDeck(tongue, title, accent, looks.tints(accent)["accent"], slides, logo, alt)


class _Builder:
    """Pages to plain values."""

    def __init__(self, language: str, evidence_url: Callable[[str], str]) -> None:
        self.language = language
        self.evidence_url = cache(evidence_url)  # asked for each number in print

    def slide(self, page: Page, number: int) -> WebSlide:
        identity = f"{page.key}-{page.part}"
        drawn = [
            (element, self.element(element, f"{identity}-{index}"))
            for index, element in enumerate(page.elements)
        ]
        title = page.title.paragraphs[0]
        return WebSlide(
            key=page.key,
            identity=identity,
            layout=page.layout,
            number=number,
            title=self.runs(title.runs),
            title_size=SIZES.get(title.size, "title"),
            kicker=self.box_runs(page.kicker),
            footer=self.box_runs(page.footer),
            marks=page.marks,
            main=[one for element, one in drawn if not _beside(element)],
            aside=[one for element, one in drawn if _beside(element)],
            notes=[self.runs(runs) for runs in page.notes],
        )

    def element(self, element: Element, identity: str) -> dict[str, Any]:
        if isinstance(element, TextBox):
            return {"kind": "text", "role": element.role, "groups": self.groups(element.paragraphs)}
        if isinstance(element, TableBox):
            return {"kind": "table", "table": self.table(element)}
        if isinstance(element, CardsBox):
            boxes = [(box.fill == "accent", self.groups(box.paragraphs)) for box in element.cards]
            return {"kind": "cards", "role": element.role, "cards": boxes}
        return {"kind": "chart", "chart": self.chart(element, identity)}

    def table(self, box: TableBox) -> WebTable:
        numbers = [cell.align == "right" for cell in box.head.cells]
        return WebTable(
            name=box.name,
            role=box.role,
            highlight=box.highlight,
            head=self.cells(box.head, numbers),
            rows=[self.row(row, numbers) for row in box.rows],
        )

    def row(self, row: Row, numbers: Sequence[bool]) -> dict[str, Any]:
        anchor = row.anchor if row.anchor and not row.continued else None
        return {
            "anchor": anchor,
            "href": self.evidence_url(anchor) if anchor else "",
            "cells": self.cells(row, numbers),
        }

    def cells(self, row: Row, numbers: Sequence[bool]) -> list[tuple[bool, list[WebGroup]]]:
        return [
            (number, self.groups(cell.paragraphs)) for number, cell in zip(numbers, row.cells, strict=True)
        ]

    def chart(self, box: ChartBox, identity: str) -> WebChart:
        chart = box.chart
        option = to_echarts(chart, self.language, box.width)
        drawing = render_svg(option, round(box.width), round(box.height), identity=identity)
        rows = []
        for index, category in enumerate(chart.categories):
            cells = [series[index] for series in box.runs]
            rows.append(
                (
                    category,
                    [self.run(cell) if cell else WebRun("–", "", "", "muted", False) for cell in cells],
                )
            )
        return WebChart(
            identity=identity,
            summary=chart.summary,
            option=option,
            # Built from a list of allowed elements and attributes, see charts.svg.
            svg=mark_safe(drawing),  # noqa: S308
            head=[series.name for series in chart.series],
            rows=rows,
        )

    def groups(self, paragraphs: Sequence[Paragraph]) -> list[WebGroup]:
        return [
            WebGroup(bullets, [self.runs(one.runs) for one in neighbours])
            for bullets, neighbours in groupby(paragraphs, key=lambda one: one.bullet)
        ]

    def box_runs(self, box: TextBox | None) -> list[WebRun]:
        return self.runs(box.paragraphs[0].runs) if box and box.paragraphs else []

    def runs(self, runs: Sequence[Run]) -> list[WebRun]:
        return [self.run(run) for run in runs]

    def run(self, run: Run) -> WebRun:
        if run.url:
            kind, href = "link", run.url
        elif run.evidence:
            kind, href = "figure" if run.figure else "proof", self.evidence_url(run.evidence)
        else:
            kind, href = "", ""
        return WebRun(clean(run.text), kind, href, run.tone, run.bold)


def _beside(element: Element) -> bool:
    """Whether it stands in the right column."""
    return OURS.beside(element.x)
