"""Decks as LibreOffice prints them: no word outside its page, its box or its cell. Skipped without it."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pptx import Presentation
from pptx.util import Emu

from pitches.decks import intake, pptx, template
from tests.conftest import shared
from tests.pitches import snapshots, templates
from tests.pitches.decks.rendered import as_pptx
from tests.strings import hostile_strings

EMU = 12700
SLACK = 3.0  # points: letters that lean out, and how programs round
PROGRAMS = {name: shutil.which(name) for name in ("soffice", "pdftotext")}
pytestmark = pytest.mark.skipif(
    not all(PROGRAMS.values()),
    reason="LibreOffice (soffice) and poppler (pdftotext) print decks for this test; one of them is missing",
)
Box = tuple[float, float, float, float]  # left, top, right, bottom


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LibreOffice's own settings, away from those of the person."""
    return tmp_path_factory.mktemp("office")


def words(content: bytes, folder: Path, profile: Path) -> list[list[tuple[str, Box]]]:
    """Page by page, every word and where it was printed."""
    (folder / "deck.pptx").write_bytes(content)
    office = [
        str(PROGRAMS["soffice"]),
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(folder / "deck.pptx"),
    ]
    subprocess.run(office, check=True, capture_output=True, timeout=300)
    command = [str(PROGRAMS["pdftotext"]), "-bbox", str(folder / "deck.pdf"), str(folder / "deck.html")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    parser = etree.XMLParser(recover=True)
    pages = etree.fromstring((folder / "deck.html").read_bytes(), parser).iter("{*}page")
    return [
        [
            (word.text or "", tuple(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")))
            for word in page.iter("{*}word")
        ]
        for page in pages
    ]


def boxes(slide: Any) -> Iterator[Box]:
    """Where words may stand: text boxes, cells, and charts as a whole."""
    for shape in slide.shapes:
        if shape.has_text_frame and not shape.text_frame.text.strip():
            continue
        if getattr(shape, "has_table", False):
            top = shape.top
            for row in shape.table.rows:
                left = shape.left
                for column in shape.table.columns:
                    yield points(left, top, column.width, row.height)
                    left = Emu(left + column.width)
                top = Emu(top + row.height)
        else:
            yield points(shape.left, shape.top, shape.width, shape.height)


def points(left: int, top: int, width: int, height: int) -> Box:
    return left / EMU, top / EMU, (left + width) / EMU, (top + height) / EMU


def inside(word: Box, box: Box) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return (
        box[0] - SLACK <= word[0]
        and word[2] <= box[2] + SLACK
        and box[0] <= x <= box[2]
        and box[1] - SLACK <= y <= box[3] + SLACK
    )


def assert_printed_inside(content: bytes, folder: Path, profile: Path) -> None:
    slides = list(Presentation(io.BytesIO(content)).slides)
    pages = words(content, folder, profile)
    assert len(pages) == len(slides)
    lost = [
        (number, word, box)
        for number, (slide, page) in enumerate(zip(slides, pages, strict=True), 1)
        for places in [list(boxes(slide))]
        for word, box in page
        if not any(inside(box, place) for place in places)
    ]
    assert lost == []
    assert sum(len(page) for page in pages) > 500


@pytest.mark.parametrize(("make", "language"), [("branded", "en"), ("draft", "sv"), ("long_names", "sv")])
def test_words_stay_in_their_boxes(make: str, language: str, tmp_path: Path, profile: Path) -> None:
    assert_printed_inside(as_pptx(make, language), tmp_path, profile)


def test_hostile_words_do_too(tmp_path: Path, profile: Path) -> None:
    assert_printed_inside(pptx.render(snapshots.hostile(hostile_strings())), tmp_path, profile)


@pytest.mark.shared
def test_so_do_the_shared_ones(tmp_path: Path, profile: Path) -> None:
    strings = hostile_strings(shared("hostile/strings/strings.jsonl"))
    assert_printed_inside(pptx.render(snapshots.hostile(strings)), tmp_path, profile)


@pytest.mark.parametrize("name", ["dark", "narrow"])
def test_so_do_those_on_a_template(name: str, tmp_path: Path, profile: Path) -> None:
    found = template.read(intake.take(templates.REAL[name]()))
    assert_printed_inside(pptx.render(snapshots.long_names(), "sv", found), tmp_path, profile)
