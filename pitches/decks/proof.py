"""Which evidence the slides of a deck stand on: what its register lists, and what links lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pitches.decks import contract
from pitches.decks.contract import Slide, Snapshot
from pitches.decks.text import Place, in_language, parse


def of_slide(snapshot: Snapshot, slide: Slide, language: str) -> list[str]:
    """Ids of everything this slide shows, in the order of the register."""
    figures = snapshot["figures"]
    ids = set(slide["evidence"])
    texts = [slide["title"], slide["notes"], slide["footer"]]
    for block in slide["blocks"]:
        texts += [text for _, text in contract.block_texts(block)]
        ids.update(figures[key]["evidence"] for key in contract.block_figures(block))
        ids.update(contract.block_evidence(block))
    ids.update(figures[key]["evidence"] for key in figures_in(texts, language))
    return _in_order(snapshot, ids)


def of_deck(snapshot: Snapshot, language: str) -> list[str]:
    """Ids of everything that any slide shows, and of what those entries name themselves.

    A shorter deck shows less of the case. What it leaves out stays in the snapshot, and in the evidence file.
    """
    entries = {entry["id"]: entry for entry in snapshot["evidence"]}
    found: set[str] = set()
    new = {one for slide in snapshot["slides"] for one in of_slide(snapshot, slide, language)}
    while new:
        found |= new
        told = [entries[one] for one in new]
        texts = [text for one in told for text in (one["label"], one.get("formula", {}))]
        texts += [gap for one in told for gap in one.get("gaps", ())]
        new = {snapshot["figures"][key]["evidence"] for key in figures_in(texts, language)} - found
    return _in_order(snapshot, found)


def _in_order(snapshot: Snapshot, ids: set[str]) -> list[str]:
    return [entry["id"] for entry in snapshot["evidence"] if entry["id"] in ids]


def figures_in(texts: Iterable[contract.Text], language: str) -> Iterator[str]:
    """The keys of the figures that texts name."""
    for text in texts:
        for part in parse(in_language(text, language)) if text else ():
            if isinstance(part, Place) and part.kind == "figure":
                yield part.key
