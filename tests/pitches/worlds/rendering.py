"""The decks of a world as files, and as pictures for people who look at them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from pitches.decks import pdf, pptx

TOOLS = ("soffice", "pdftoppm")  # LibreOffice, and poppler's maker of pictures
WIDTH = 1440  # of a picture, pixels
ACROSS, THUMB, EDGE = 4, 480, 12  # of a contact sheet


def missing() -> list[str]:
    """What makes pictures and is not installed here."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def write(snapshot: Any, language: str, path: Path) -> list[Path]:
    """``path``.pptx and ``path``.pdf of a snapshot."""
    files = [path.with_suffix(".pptx"), path.with_suffix(".pdf")]
    for file, render in zip(files, (pptx.render, pdf.render), strict=True):
        file.write_bytes(render(snapshot, language))
    return files


def as_pdf(decks: Sequence[Path], folder: Path) -> list[Path]:
    """PowerPoint files as LibreOffice prints them, all in one go."""
    with tempfile.TemporaryDirectory() as home:
        command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", "pdf"]
        subprocess.run(
            [*command, "--outdir", str(folder), *map(str, decks)],
            check=True,
            capture_output=True,
            timeout=900,
        )
    return [folder / deck.with_suffix(".pdf").name for deck in decks]


def pictures(document: Path, folder: Path) -> list[Path]:
    """A picture of each page."""
    folder.mkdir(parents=True, exist_ok=True)
    size = ["-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
    command = ["pdftoppm", "-png", *size, str(document), str(folder / "page")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return sorted(folder.glob("page-*.png"))


def contact_sheet(pages: Sequence[Path], path: Path) -> None:
    """All pages of a deck on one picture, numbered."""
    thumbs = []
    for page in pages:
        with Image.open(page) as picture:
            thumbs.append(picture.convert("RGB").resize((THUMB, THUMB * picture.height // picture.width)))
    high = max(thumb.height for thumb in thumbs) + EDGE + 14
    rows = -(-len(thumbs) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (THUMB + EDGE) + EDGE, rows * high + EDGE), "#7a8391")
    draw = ImageDraw.Draw(sheet)
    for at, thumb in enumerate(thumbs):
        x, y = EDGE + at % ACROSS * (THUMB + EDGE), EDGE + at // ACROSS * high
        draw.text((x, y - 2), str(at + 1), fill="#ffffff")
        sheet.paste(thumb, (x, y + 14))
    sheet.save(path)


def is_blank(picture: Path) -> bool:
    """Whether nothing is drawn on it."""
    with Image.open(picture) as opened:
        low, high = opened.convert("L").getextrema()
    return bool(high - low < 64)


def look(decks: Iterable[Path], folder: Path) -> list[Path]:
    """Pictures and a contact sheet of each deck, as PowerPoint (by LibreOffice) and as PDF; the sheets."""
    found = list(decks)
    printed = folder / "printed"
    printed.mkdir(exist_ok=True)
    sheets = []
    for deck, by_office in zip(found, as_pdf(found, printed), strict=True):
        for kind, document in (("pptx", by_office), ("pdf", deck.with_suffix(".pdf"))):
            pages = pictures(document, folder / "pages" / f"{deck.stem}-{kind}")
            sheets.append(folder / f"{deck.stem}-{kind}.png")
            contact_sheet(pages, sheets[-1])
    return sheets
