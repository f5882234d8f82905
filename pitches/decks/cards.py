"""Boxes beside each other: the steps of a ladder, each a little higher, and options to choose between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from pitches.decks.blocks import SEPARATOR, Density, Writer, quote_source, quoted
from pitches.decks.contract import Block
from pitches.decks.flow import GAP as BELOW
from pitches.decks.flow import Piece
from pitches.decks.page import CardsBox, Paragraph, TextBox, paragraph, split_paragraphs
from pitches.decks.text import Run, Tone

GAP, INSET = 12.0, 12.0
RISE = 20.0  # how much higher each step of a ladder stands
AIR = 70.0  # how much higher the boxes may become where a slide has room
LABEL_SIZE = 10.0
NARROWEST = 110.0  # a box; more of them stand in rows
MARK_SIZE = 32.0  # of the mark that opens a quote
LETTERS = "ABCD"
Group = list[Paragraph]


@dataclass(frozen=True)
class CardsPiece:
    """Boxes of one height; ``strong`` says which of them are marked."""

    width: float
    cards: tuple[tuple[Paragraph, ...], ...]
    strong: tuple[bool, ...]
    role: Literal["steps", "options", "quotes"]
    rise: float = 0.0
    grow: float = AIR
    gap: float = BELOW
    keep: bool = False

    @property
    def height(self) -> float:
        return max(self.offset(index) + _height(one) + 2 * INSET for index, one in enumerate(self.cards))

    def offset(self, index: int) -> float:
        """How much lower than the last box this one begins."""
        return self.rise * (len(self.cards) - 1 - index)

    def split(self, room: float) -> tuple[CardsPiece | None, CardsPiece | None]:
        parts = [
            split_paragraphs(one, room - 2 * INSET - self.offset(index))
            for index, one in enumerate(self.cards)
        ]
        upper, lower = (tuple(part[side] for part in parts) for side in (0, 1))
        if not any(upper):
            return None, self
        rest = replace(self, cards=lower, rise=0.0, grow=0.0)
        return replace(self, cards=upper, grow=0.0), rest if any(lower) else None

    def place(self, x: float, y: float, height: float) -> CardsBox:
        wide = card_width(self.width, len(self.cards))
        boxes = []
        for index, (paragraphs, strong) in enumerate(zip(self.cards, self.strong, strict=True)):
            fill: Tone = "accent" if strong else "muted"
            top: Tone = "accent" if self.role == "quotes" else fill
            left, offset = x + index * (wide + GAP), self.offset(index)
            box = TextBox(
                left, y + offset, wide, height - offset, paragraphs, "card", fill, inset=INSET, top=top
            )
            boxes.append(box)
        return CardsBox(x, y, self.width, height, tuple(boxes), self.role)


def card_width(width: float, count: int) -> float:
    """Of each of so many boxes beside each other."""
    return (width - GAP * (count - 1)) / count


def _height(paragraphs: Sequence[Paragraph]) -> float:
    return sum(one.height for one in paragraphs) - (paragraphs[-1].after if paragraphs else 0.0)


def pieces(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    """A block of type "steps" or "options"."""
    items = block["items"]
    fitting = max(1, int((width + GAP) / (NARROWEST + GAP)))
    rows = -(-len(items) // fitting)
    each = -(-len(items) // rows)
    starts = range(0, len(items), each)
    return [_row(writer, block, start, items[start : start + each], each, width, density) for start in starts]


def _row(
    writer: Writer,
    block: Block,
    start: int,
    items: Sequence[Block],
    each: int,
    width: float,
    density: Density,
) -> Piece:
    """Those of the boxes that have room beside each other; ``start`` of them stand above."""
    wide = card_width(width, each)
    room = wide - 2 * INSET
    is_ladder = block["type"] == "steps"
    make = _step if is_ladder else _option
    groups = [make(writer, index, item, room, density) for index, item in enumerate(items, start)]
    cards = [tuple(chain.from_iterable(card)) for card in groups] if is_ladder else _level(groups)
    strong = tuple(bool(item.get("now") or item.get("chosen")) for item in items)
    role: Literal["steps", "options"] = "steps" if is_ladder else "options"
    used = wide * len(items) + GAP * (len(items) - 1)
    return CardsPiece(used, tuple(cards), strong, role, RISE if is_ladder else 0.0)


def quotes(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    """Two or three quotes beside each other, what each says above, where it was said below."""
    items = block["items"]
    room = card_width(width, len(items)) - 2 * INSET
    mark = Run("“", bold=True, tone="accent")
    groups = [
        [
            [
                paragraph([mark], room, MARK_SIZE),
                paragraph([Run(f"{quoted(item)}”")], room, density.quote, after=10.0),
            ],
            [paragraph(quote_source(writer, item), room, LABEL_SIZE + 0.5)],
        ]
        for item in items
    ]
    return [CardsPiece(width, tuple(_level(groups)), (False,) * len(items), "quotes", grow=0.0)]


def _step(writer: Writer, index: int, item: Block, room: float, density: Density) -> list[Group]:
    strong = bool(item.get("now"))
    over = f"{index + 1}{SEPARATOR}{writer.word('now')}" if strong else str(index + 1)
    facts = [writer.text(fact, tone="muted") for fact in item.get("facts", ())]
    return [
        *_head(writer, over, item, room, density, strong),
        [one for runs in facts for one in writer.paragraphs(runs, room, density.table - 1, after=2.0)],
    ]


def _option(writer: Writer, index: int, item: Block, room: float, density: Density) -> list[Group]:
    strong = bool(item.get("chosen"))
    over = writer.word("option", letter=LETTERS[index])
    if strong:
        over += SEPARATOR + writer.word("the_ask")
    found = _head(writer, over, item, room, density, strong)
    for fact in item.get("facts", ()):
        label = writer.text(fact["label"], tone="muted")
        if fact.get("figure"):
            said = [replace(writer.figure(fact["figure"]), bold=True)]
        else:
            said = writer.text(fact.get("text") or {}, bold=True)
        found.append(
            writer.paragraphs(label, room, LABEL_SIZE)
            + writer.paragraphs(said, room, density.table, after=7.0)
        )
    return found


def _head(writer: Writer, over: str, item: Block, room: float, density: Density, strong: bool) -> list[Group]:
    """The small line above, the title, and the text below it."""
    return [
        [
            paragraph(
                [Run(over, bold=True, tone="accent" if strong else "muted")], room, LABEL_SIZE + 1, after=3.0
            )
        ],
        writer.paragraphs(writer.text(item["title"], bold=True), room, density.body, after=5.0),
        writer.paragraphs(writer.text(item.get("text") or {}), room, density.table, after=7.0),
    ]


def _level(cards: Sequence[Sequence[Group]]) -> list[tuple[Paragraph, ...]]:
    """The same line of every option at the same height: the shorter ones get air below them."""
    most = [max(sum(one.height for one in group) for group in row) for row in zip(*cards, strict=True)]
    found = []
    for card in cards:
        level: Group = []
        for group, high in zip(card, most, strict=True):
            level += group
            short = high - sum(one.height for one in group)
            if short > 0 and level:
                level[-1] = replace(level[-1], after=level[-1].after + short)
        found.append(tuple(level))
    return found
