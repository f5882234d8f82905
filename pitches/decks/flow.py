"""Pieces that know how high they are and how to split, and the stacking of them on pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from charts.spec import Chart
from pitches.decks.page import (
    PAD_Y,
    Cell,
    ChartBox,
    Element,
    Paragraph,
    Role,
    Row,
    TableBox,
    TextBox,
    split_paragraphs,
)
from pitches.decks.text import Run, Tone

GAP, NEAR = 14.0, 6.0  # between pieces, and between an exhibit and what is said of it


class Piece(Protocol):
    """Something to stack. ``grow`` = how much higher it may become when there is room, ``gap`` = the room
    below it, ``keep`` = it never stands alone at the end of a page."""

    @property
    def gap(self) -> float: ...

    @property
    def keep(self) -> bool: ...

    @property
    def height(self) -> float: ...

    @property
    def grow(self) -> float: ...

    def split(self, room: float) -> tuple[Piece | None, Piece | None]:
        """(what fits into ``room``, what is left); (None, itself) when nothing fits."""

    def place(self, x: float, y: float, height: float) -> Element:
        """Puts it there."""


@dataclass(frozen=True)
class TextPiece:
    """Paragraphs, plain or in a tinted box."""

    width: float
    paragraphs: tuple[Paragraph, ...]
    role: Role = "text"
    fill: Tone | None = None
    bar: Tone | None = None
    inset: float = 0.0
    grow: float = 0.0
    gap: float = GAP
    keep: bool = False

    @property
    def height(self) -> float:
        last = self.paragraphs[-1].after if self.paragraphs else 0.0
        return sum(one.height for one in self.paragraphs) - last + 2 * self.inset

    def split(self, room: float) -> tuple[TextPiece | None, TextPiece | None]:
        fitting, rest = split_paragraphs(self.paragraphs, room - 2 * self.inset)
        return (
            replace(self, paragraphs=fitting) if fitting else None,
            replace(self, paragraphs=rest) if rest else None,
        )

    def place(self, x: float, y: float, height: float) -> TextBox:
        return TextBox(x, y, self.width, height, self.paragraphs, self.role, self.fill, self.bar, self.inset)


@dataclass(frozen=True)
class TablePiece:
    """A table; splits between rows, and inside a row that is higher than a page has room."""

    widths: tuple[float, ...]
    head: Row
    rows: tuple[Row, ...]
    name: str
    role: Literal["data", "verdicts", "actions", "register"] = "data"
    air: float = 0.0  # how much higher a row may become
    highlight: int | None = None
    gap: float = GAP
    keep: bool = False

    @property
    def height(self) -> float:
        return self.head.height + sum(row.height for row in self.rows)

    @property
    def grow(self) -> float:
        return self.air * len(self.rows)

    def split(self, room: float) -> tuple[TablePiece | None, TablePiece | None]:
        room -= self.head.height
        count = 0
        while count < len(self.rows) and self.rows[count].height <= room + 0.01:
            room -= self.rows[count].height
            count += 1
        fitting, rest = list(self.rows[:count]), list(self.rows[count:])
        if rest and (not fitting or room > (60 if self.role == "register" else 120)):
            upper, lower = split_row(rest[0], room)
            if upper is not None and lower is not None:
                fitting.append(upper)
                rest[0] = lower
        # The parts of one table have rows of one height: none of them grows.
        air = 0.0 if rest else self.air
        return (
            replace(self, rows=tuple(fitting), air=air) if fitting else None,
            replace(self, rows=tuple(rest), air=air) if rest else None,
        )

    def place(self, x: float, y: float, height: float) -> TableBox:
        more = (height - self.height) / max(1, len(self.rows))
        rows = tuple(row.grown(more) for row in self.rows)
        return TableBox(x, y, self.widths, self.head, rows, self.name, self.role, self.highlight)


@dataclass(frozen=True)
class ChartPiece:
    """A chart; takes what room there is."""

    width: float
    chart: Chart
    runs: tuple[tuple[Run | None, ...], ...]
    height: float
    grow: float
    gap: float = GAP
    keep: bool = False

    def split(self, room: float) -> tuple[ChartPiece | None, ChartPiece | None]:
        return (self, None) if self.height <= room + 0.01 else (None, self)

    def place(self, x: float, y: float, height: float) -> ChartBox:
        return ChartBox(x, y, self.width, height, self.chart, self.runs)


def row(cells: Sequence[Cell], anchor: str | None = None, pad: float = PAD_Y) -> Row:
    """A row as high as its highest cell."""
    height = max((cell.height for cell in cells), default=0.0) + 2 * pad
    return Row(tuple(cells), height, anchor, pad=pad)


def split_row(whole: Row, room: float) -> tuple[Row | None, Row | None]:
    """The lines of each cell that fit, and the others as a continued row."""
    upper, lower = [], []
    for cell in whole.cells:
        fitting, rest = split_paragraphs(cell.paragraphs, room - 2 * whole.pad)
        upper.append(replace(cell, paragraphs=fitting))
        lower.append(replace(cell, paragraphs=rest))
    if not any(cell.paragraphs for cell in upper):
        return None, whole
    if not any(cell.paragraphs for cell in lower):
        return whole, None
    first = row(upper, whole.anchor, whole.pad)
    first = replace(first, continued=whole.continued)  # a row may go on for several pages
    return first, replace(row(lower, whole.anchor, whole.pad), continued=True)


class DoesNotFit(Exception):
    """A piece is higher than an empty page and cannot be split."""


def stack(pieces: Sequence[Piece], x: float, y: float, room: float) -> list[list[Element]]:
    """Elements page by page, from the top; pieces that may grow share the room that is left.

    Raises DoesNotFit.
    """
    pages: list[list[Element]] = []
    waiting = list(pieces)
    while waiting:
        page: list[Piece] = []
        left = room
        while waiting:
            gap = page[-1].gap if page else 0.0
            fitting: Piece = waiting[0]
            rest: Piece | None = None
            if waiting[0].height > left - gap + 0.01:
                upper, rest = waiting[0].split(left - gap)
                if upper is None:
                    break
                fitting = upper
            page.append(fitting)
            left -= gap + fitting.height
            waiting = [rest, *waiting[1:]] if rest is not None else waiting[1:]
            if rest is not None:
                break
        while len(page) > 1 and waiting and page[-1].keep:
            waiting.insert(0, page.pop())
            left += waiting[0].height + page[-1].gap
        if not page:
            raise DoesNotFit(type(waiting[0]).__name__)
        pages.append(_placed(page, x, y, left))
    return pages


def _placed(pieces: Sequence[Piece], x: float, y: float, left: float) -> list[Element]:
    elements = []
    for piece, more in zip(pieces, _shares([piece.grow for piece in pieces], left), strict=True):
        height = piece.height + more
        elements.append(piece.place(x, y, height))
        y += height + piece.gap
    return elements


def _shares(wishes: Sequence[float], left: float) -> list[float]:
    """Equal shares of what is left, none beyond its wish; what one does not want goes to the others."""
    shares = [0.0] * len(wishes)
    order = sorted((index for index, wish in enumerate(wishes) if wish > 0), key=lambda index: wishes[index])
    for place, index in enumerate(order):
        shares[index] = min(wishes[index], left / (len(order) - place))
        left -= shares[index]
    return shares
