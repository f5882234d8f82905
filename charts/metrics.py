"""How wide is a text? Measured with the metrics of the font we ship. Lengths are points.

Arimo has the widths of Arial (what PowerPoint shows) and of Liberation Sans (what LibreOffice shows), so one
measurement holds for all outputs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
FILES = {False: "Arimo-Regular.ttf", True: "Arimo-Bold.ttf"}  # by bold
SPARE = 1.015  # programs round widths and kern a little differently
ABSENT = 1.2  # width of a character that the font lacks, in font sizes: as wide as the widest emoji
# Fonts whose widths are those of ours, and well-known ones with the most by which a line of theirs is wider.
STRETCHES = {
    **dict.fromkeys(("arial", "arimo", "helvetica", "helvetica neue", "liberation sans", "nimbus sans"), 1.0),
    **dict.fromkeys(("arial narrow", "times new roman", "garamond", "gill sans mt"), 1.03),
    **dict.fromkeys(("calibri", "calibri light", "carlito", "cambria", "source sans pro"), 1.06),
    **dict.fromkeys(("aptos", "aptos display", "roboto", "lato", "franklin gothic book"), 1.1),
    **dict.fromkeys(("segoe ui", "tahoma", "trebuchet ms", "georgia", "inter", "palatino linotype"), 1.15),
    **dict.fromkeys(("open sans", "noto sans", "century gothic", "corbel", "candara"), 1.2),
}
UNKNOWN_STRETCH = 1.35
_stretch: ContextVar[float] = ContextVar("stretch", default=1.0)
_NO_WIDTH = ("Cf", "Mn", "Me")  # joiners and combining marks


@cache
def _advances(bold: bool) -> dict[int, float]:
    """Advance width by character code, in font sizes."""
    with TTFont(FONTS / FILES[bold], lazy=True) as font:
        unit = font["head"].unitsPerEm
        widths = font["hmtx"].metrics
        return {code: widths[glyph][0] / unit for code, glyph in font.getBestCmap().items()}


def width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line of text, in points; wider while another font is ``stretched`` for."""
    return _width(text, size, bold) * _stretch.get()


@contextmanager
def stretched(factor: float) -> Iterator[None]:
    """Measures for a font that is so much wider than ours at most."""
    token = _stretch.set(factor)
    try:
        yield
    finally:
        _stretch.reset(token)


def widest(family: str) -> float:
    """How much wider a font is than ours at most: measured where its widths are known, else careful."""
    return STRETCHES.get(family.strip().casefold(), UNKNOWN_STRETCH)


@lru_cache(maxsize=50_000)
def _width(text: str, size: float, bold: bool) -> float:
    advances = _advances(bold)
    total = 0.0
    for character in text:
        advance = advances.get(ord(character))
        if advance is None:
            advance = 0.0 if unicodedata.category(character) in _NO_WIDTH else ABSENT
        total += advance
    return total * size * SPARE


def printable(text: str) -> str:
    """The text with a box for each character that our font lacks; joiners and marks it lacks are dropped."""
    known = _advances(False)

    def shown(character: str) -> str:
        if ord(character) in known:
            return character
        if character.isspace():
            return "\n" if character == "\n" else " "
        return "" if unicodedata.category(character) in _NO_WIDTH else "□"

    return "".join(map(shown, text))


def broken(text: str, room: float, size: float) -> list[str]:
    """Plain text in lines no wider than ``room``; a word wider than that is broken anywhere."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if width(joined, size) <= room:
            lines[-1] = joined
            continue
        lines += [""] if lines[-1] else []
        for character in word:
            if lines[-1] and width(lines[-1] + character, size) > room:
                lines.append("")
            lines[-1] += character
    return lines
