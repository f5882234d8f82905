"""Slides as data: a title that claims, the exhibit that proves it, the notes to say it with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pitches.decks.contract import block_evidence, block_figures, block_texts
from pitches.figures import Register
from pitches.verdicts import State
from pitches.words import LANGUAGES, Text, places

Block = dict[str, Any]
Cell = dict[str, Any]
NOTHING: Text = {"en": "", "sv": ""}


@dataclass(frozen=True)
class Slide:
    """One slide before it is numbered; see ``pitches.decks.contract`` for the blocks."""

    key: str
    title: Text
    blocks: Sequence[Block]
    notes: Text = field(default_factory=lambda: dict(NOTHING))
    footer: Text = field(default_factory=lambda: dict(NOTHING))
    step: int | None = None
    layout: str = "standard"
    verdict: State | None = None
    edited: Sequence[str] = ()  # languages in which a person wrote something on it
    titled: Sequence[str] = ()  # those in which its title is a person's
    reviewed: Sequence[str] = ()  # languages in which a person read it after that

    def as_json(self, number: int, register: Register) -> dict[str, Any]:
        """The slide as a snapshot holds it, with the evidence behind everything it shows."""
        texts = [self.title, *(text for block in self.blocks for _, text in block_texts(block))]
        keys = {place for text in texts for place in places(text)}
        keys.update(key for block in self.blocks for key in block_figures(block))
        named = {name for block in self.blocks for name in block_evidence(block)}
        proofs = sorted({*register.proofs(keys), *named}, key=lambda name: int(name[1:]))
        found = {
            "key": self.key,
            "number": number,
            "step": self.step,
            "layout": self.layout,
            "verdict": self.verdict,
            "title": self.title,
            "edited": list(self.edited),
            "titled": list(self.titled),
            "blocks": list(self.blocks),
            "footer": self.footer,
            "notes": self.notes,
            "evidence": proofs,
        }
        return found | {"reviewed": list(self.reviewed)} if self.reviewed else found


def paragraph(text: Text) -> Block:
    """One text."""
    return {"type": "text", "text": text}


def bullets(items: Iterable[Text]) -> list[Block]:
    """A list, or nothing when it is empty."""
    found = list(items)
    return [{"type": "bullets", "items": found}] if found else []


def callout(text: Text, tone: str) -> Block:
    """A box: "ask", "warning" or "note"."""
    return {"type": "callout", "text": text, "tone": tone}


def warnings(gaps: Sequence[Text]) -> list[Block]:
    """What could not be read, said on the slide it touches; nothing when all was read."""
    if not gaps:
        return []
    joined = {language: " ".join(gap[language] for gap in gaps) for language in gaps[0]}
    return [callout(joined, "warning")]


def table(columns: Sequence[Text], rows: Sequence[Sequence[Cell]], widths: Sequence[float] = ()) -> Block:
    """A table; ``widths`` are relative."""
    block: Block = {"type": "table", "columns": list(columns), "rows": [list(row) for row in rows]}
    return block | {"widths": list(widths)} if widths else block


def printed(key: str) -> Cell:
    """A cell that prints a figure as words do, where a table mixes what was measured with what was assumed:
    cells of figures alone would say of all numbers in it what those are."""
    return {"text": {language: f"{{{key}}}" for language in LANGUAGES}}


def chart(
    kind: str,
    categories: Sequence[Text | str],
    series: Sequence[tuple[Text, str, Sequence[str | None]]],
    unit: str,
    summary: Text,
    uncovered: Sequence[int] = (),
) -> Block:
    """A chart of figure keys; ``series`` are (name, role, keys)."""
    return {
        "type": "chart",
        "kind": kind,
        "categories": list(categories),
        "series": [{"name": name, "role": role, "values": list(values)} for name, role, values in series],
        "unit": unit,
        "summary": summary,
        "uncovered": list(uncovered),
    }
