"""A laid-out page: what stands where. All three outputs draw these, so that all say the same.

Lengths are points; a page is 960 x 540 (16 : 9). Text is already broken into lines, so a box's height is
known.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from charts.spec import Chart
from pitches.decks import fit
from pitches.decks.fit import Line
from pitches.decks.text import Run, Tone

WIDTH, HEIGHT = 960.0, 540.0
BULLET_INDENT = 16.0
Role = Literal[
    "cover", "text", "bullets", "ask", "warning", "note", "quote", "caption", "meta", "card", "heading"
]


PAD_X, PAD_Y = 8.0, 6.0  # inside a cell; a dense row has less above and below


@dataclass(frozen=True)
class Paragraph:
    """Runs of text and the lines they break into at the width they were measured for."""

    lines: tuple[Line, ...]
    size: float
    after: float = 0.0  # space below
    bullet: bool = False

    @property
    def runs(self) -> Line:
        """The text as one stretch."""
        return fit.joined([run for line in self.lines for run in line])

    @property
    def height(self) -> float:
        """With the space below."""
        return len(self.lines) * fit.line_height(self.size) + self.after


def paragraph(
    runs: list[Run] | tuple[Run, ...], room: float, size: float, *, after: float = 0.0, bullet: bool = False
) -> Paragraph:
    """Breaks runs into a paragraph of this width."""
    inner = room - BULLET_INDENT if bullet else room
    return Paragraph(tuple(fit.wrap(runs, inner, size)), size, after, bullet)


def split_paragraphs(
    paragraphs: tuple[Paragraph, ...], room: float
) -> tuple[tuple[Paragraph, ...], tuple[Paragraph, ...]]:
    """What fits into ``room`` and what is left; breaks between lines if it must."""
    fitting: list[Paragraph] = []
    for index, one in enumerate(paragraphs):
        if one.height - one.after <= room + 0.01:
            fitting.append(one)
            room -= one.height
            continue
        count = int((room + 0.01) // fit.line_height(one.size))
        if count <= 0:
            return tuple(fitting), paragraphs[index:]
        fitting.append(replace(one, lines=one.lines[:count], after=0.0))
        rest = replace(one, lines=one.lines[count:], bullet=False)
        return tuple(fitting), (rest, *paragraphs[index + 1 :])
    return tuple(fitting), ()


@dataclass(frozen=True)
class TextBox:
    """Paragraphs in a box; ``fill`` tints it, ``bar`` puts a line in that tone at its left, ``top`` above."""

    x: float
    y: float
    width: float
    height: float
    paragraphs: tuple[Paragraph, ...]
    role: Role = "text"
    fill: Tone | None = None
    bar: Tone | None = None
    inset: float = 0.0
    right: bool = False
    top: Tone | None = None


@dataclass(frozen=True)
class Cell:
    """What stands in one cell."""

    paragraphs: tuple[Paragraph, ...]
    align: Literal["left", "right"] = "left"

    @property
    def height(self) -> float:
        """Without padding."""
        return sum(one.height for one in self.paragraphs)


@dataclass(frozen=True)
class Row:
    """``anchor`` = the evidence id that links jump to. ``continued``: the rest of a row that began before.

    ``pad`` = what is free above the text and below; ``spare`` = how much of the height is more air than that.
    """

    cells: tuple[Cell, ...]
    height: float
    anchor: str | None = None
    continued: bool = False
    spare: float = 0.0
    pad: float = PAD_Y

    def grown(self, more: float) -> Row:
        """The row with more air in it."""
        return replace(self, height=self.height + more, spare=self.spare + more)


@dataclass(frozen=True)
class TableBox:
    """A table with its head repeated on every page. ``name`` says what it is to those who cannot see it."""

    x: float
    y: float
    widths: tuple[float, ...]
    head: Row
    rows: tuple[Row, ...]
    name: str
    role: Literal["data", "verdicts", "actions", "register"] = "data"
    highlight: int | None = None  # the column to tint

    @property
    def width(self) -> float:
        """Of all columns."""
        return sum(self.widths)

    @property
    def height(self) -> float:
        """Of head and rows."""
        return self.head.height + sum(row.height for row in self.rows)


@dataclass(frozen=True)
class ChartBox:
    """A chart and, beside every value, the figure it comes from (series by category)."""

    x: float
    y: float
    width: float
    height: float
    chart: Chart
    runs: tuple[tuple[Run | None, ...], ...]


@dataclass(frozen=True)
class CardsBox:
    """Boxes of text beside each other, to be read from left to right: the steps of a ladder, or options."""

    x: float
    y: float
    width: float
    height: float
    cards: tuple[TextBox, ...]
    role: Literal["steps", "options", "quotes"]


@dataclass(frozen=True)
class ImageBox:
    """A picture, and what it shows in words."""

    x: float
    y: float
    width: float
    height: float
    png: bytes
    alt: str


Element = TextBox | TableBox | ChartBox | CardsBox


@dataclass(frozen=True)
class Page:
    """One page of the deck. ``part`` of ``parts`` when a slide needed more than one."""

    key: str
    layout: str
    step: int | None
    verdict: str | None
    part: int
    parts: int
    title: TextBox
    kicker: TextBox | None
    footer: TextBox | None
    marks: tuple[str, ...]  # "Draft", "Sample data": on every page
    mark: TextBox | None  # where they stand
    logo: ImageBox | None
    elements: tuple[Element, ...]
    notes: tuple[tuple[Run, ...], ...]
    evidence: tuple[str, ...] = field(default=())
