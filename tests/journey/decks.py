"""What a downloaded deck must be, opened by libraries that know nothing of us."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pptx import Presentation
from pypdf import PdfReader


def check_pptx(path: Path, titles: list[str]) -> None:
    """Slides with these titles, native charts with data, notes, and links to originals."""
    slides = list(Presentation(str(path)).slides)
    printed = whole([words(slide.shapes.title.text_frame.text) for slide in slides])
    other = [pair for pair in zip_longest(printed, titles) if pair[0] != pair[1]]
    assert not other, other
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) >= 3
    for chart in charts:
        assert any(value for series in chart.plots[0].series for value in series.values)
    noted = [slide for slide in slides if slide.has_notes_slide and slide.notes_slide.notes_text_frame.text]
    assert len(noted) >= 10
    assert len(links(slides)) >= 10


def whole(titles: list[str]) -> list[str]:
    """Each title once, without the part of its slide: the register grows when originals are found gone."""
    return list(dict.fromkeys(re.sub(r" \(\d+ of \d+\)$", "", title) for title in titles))


def links(slides: list[Any]) -> set[str]:
    """Every address outside that the slides lead to."""
    return {
        relation.target_ref
        for slide in slides
        for relation in slide.part.rels.values()
        if relation.is_external and relation.target_ref.startswith("http")
    }


def check_pdf(path: Path, titles: list[str]) -> None:
    """Pages with these titles, and links to originals."""
    reader = PdfReader(path)
    text = squeezed("".join(page.extract_text() for page in reader.pages))
    assert [title for title in titles if squeezed(title) not in text] == []
    found = {
        str(note["/A"]["/URI"])
        for page in reader.pages
        for note in (one.get_object() for one in page.get("/Annots", ()))
        if "/A" in note and "/URI" in note["/A"]
    }
    assert len([uri for uri in found if uri.startswith("http")]) >= 10


def words(text: str) -> str:
    """With one space between words, wherever lines were broken."""
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """Without any space: a PDF does not say where words end."""
    return "".join(text.split())
