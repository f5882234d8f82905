"""No text leaves its box in LibreOffice either, which moves a link that does not fit to the next line whole.

Measured from the file itself by the worst rule: a line breaks at both ends of a link but never inside it, and
the space at a link's end takes room. After a link that is wider than a line, a new line begins.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from charts.metrics import width
from pitches.decks import fit, pptx
from pitches.decks.text import Run
from tests.conftest import shared
from tests.pitches import snapshots
from tests.pitches.decks.rendered import as_pptx
from tests.strings import hostile_strings

EMU = 12700  # per point
ROUNDING = 0.1  # of heights and widths written as whole units
Box = tuple[Any, float, float]  # text body, width and height of the room for text in points


def boxes(slide: Any) -> Iterator[Box]:
    """Every text body of a slide, those of table cells too."""
    for shape in slide.shapes:
        if shape.has_text_frame and shape._element.txBody is not None:
            margins = [
                int(shape._element.txBody.bodyPr.get(side, 0)) for side in ("lIns", "rIns", "tIns", "bIns")
            ]
            yield shape._element.txBody, *room(shape.width, shape.height, margins)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                for cell, column in zip(row.cells, shape.table.columns, strict=True):
                    tc = cell._tc
                    margins = [int(tc.tcPr.get(side)) for side in ("marL", "marR", "marT", "marB")]
                    yield tc.txBody, *room(column.width, row.height, margins)


def room(wide: int, high: int, margins: list[int]) -> tuple[float, float]:
    left, right, top, bottom = margins
    return (wide - left - right) / EMU, (high - top - bottom) / EMU


def height(body: Any, wide: float) -> float:
    """What the text of a body needs at most; the space below the last paragraph does not count."""
    total = after = 0.0
    for paragraph in body.iterchildren(qn("a:p")):
        properties = paragraph.find(qn("a:pPr"))
        spacing = [int(one.get("val")) / 100 for one in properties.iter(qn("a:spcPts"))]
        line, after = spacing[0], spacing[2]
        indent = int(properties.get("marL", 0)) / EMU
        total += line_count(paragraph, wide - indent + ROUNDING, line / fit.LEADING) * line + after
    return total - after


def line_count(paragraph: Any, wide: float, size: float) -> int:
    lines, used = 1, 0.0
    for unit, linked in units(paragraph):
        full = sum(width(run.text, size, run.bold) for run in unit)
        needed = full if linked else fit.line_width(unit, size)
        if used and used + needed > wide:
            lines, used = lines + 1, 0.0
        if needed > wide:
            pieces = fit.wrap(unit, wide, size)
            lines += len(pieces) - 1
            full = wide if linked else fit.line_width(pieces[-1], size)
        used += full
    return lines


def units(paragraph: Any) -> Iterator[tuple[list[Run], bool]]:
    """What stays on one line: a word, or all of a link."""
    for element in paragraph.iterchildren(qn("a:r")):
        run = Run(element.findtext(qn("a:t")), bold=element.find(qn("a:rPr")).get("b") == "1")
        if element.find(f"{qn('a:rPr')}/{qn('a:hlinkClick')}") is not None:
            yield [run], True
        else:
            yield from ((word, False) for word in fit._words([run]))


def assert_fits(content: bytes) -> None:
    for number, slide in enumerate(Presentation(io.BytesIO(content)).slides, 1):
        for body, wide, high in boxes(slide):
            if body.find(f".//{qn('a:r')}") is not None:  # no page number, no shape without words
                needed = height(body, wide)
                assert needed <= high + ROUNDING, (number, "".join(body.itertext(qn("a:t"))), needed, high)


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("make", ["full", "draft", "long_names"])
def test_no_text_leaves_its_box_when_links_move_whole(make: str, language: str) -> None:
    assert_fits(as_pptx(make, language))


def linked_snapshot() -> Any:
    """Narrow cells, lists and boxes in which figures, links and words alternate."""
    snapshot: Any = snapshots.full()
    many = snapshots.text(
        "about {s1.stories} stories by {s1.authors} authors, {ask.decide} and {s1.stories}: " * 4
    )
    facts = snapshots.text("{s1.stories} stories\nlatest {ask.decide}\nread {ask.decide}")
    story = {"raw": "a title that goes on for a while, and then on " * 3, "url": "https://example.org/story"}
    rows = [
        [{"state": "yes", "text": many}, {"state": "no", "text": facts}, story, {**story, "state": "yes"}]
        for _ in range(3)
    ]
    blocks = [
        {"type": "table", "columns": [snapshots.text(name) for name in "ABCD"], "rows": rows},
        {"type": "bullets", "items": [many, many]},
        {"type": "callout", "text": many, "tone": "note"},
    ]
    original = {
        "title": story["raw"],
        "url": story["url"],
        "site": "kaffetorget.example",
        "date": "2026-11-01",
    }
    for evidence in snapshot["evidence"]:
        evidence["rows"] = [original, original]
    snapshot["slides"].append(snapshots.drawn.slide(98, key="linked", title=many, blocks=blocks))
    return snapshot


@pytest.mark.parametrize("language", ["en", "sv"])
def test_narrow_cells_of_links_and_words_have_room(language: str) -> None:
    assert_fits(pptx.render(linked_snapshot(), language))


def test_foreign_links_of_any_length_have_room() -> None:
    assert_fits(pptx.render(snapshots.hostile(hostile_strings())))


@pytest.mark.shared
def test_the_shared_hostile_strings_have_room() -> None:
    strings = hostile_strings(shared("hostile/strings/strings.jsonl"))
    assert_fits(pptx.render(snapshots.hostile(strings)))
