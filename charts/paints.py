"""What colours a PowerPoint chart is painted in: those of our theme, or of somebody's own template.

A colour that is one of the theme is written as such, so that a recoloured theme recolours it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn

from charts import palette

THEME = {
    "tx1": MSO_THEME_COLOR.TEXT_1,
    "tx2": MSO_THEME_COLOR.TEXT_2,
    "bg1": MSO_THEME_COLOR.BACKGROUND_1,
    "bg2": MSO_THEME_COLOR.BACKGROUND_2,
    "accent1": MSO_THEME_COLOR.ACCENT_1,
    "accent2": MSO_THEME_COLOR.ACCENT_2,
    "accent5": MSO_THEME_COLOR.ACCENT_5,
    "accent6": MSO_THEME_COLOR.ACCENT_6,
}


@dataclass(frozen=True)
class Paint:
    """A colour, and its name in the theme if it has one there."""

    colour: str  # "#0f766e"
    scheme: str = ""

    def on(self, target: Any) -> None:
        """Paints a colour of python-pptx."""
        if self.scheme:
            target.theme_color = THEME[self.scheme]
        else:
            target.rgb = RGBColor.from_string(self.colour[1:].upper())

    def fill(self, parent: Any) -> None:
        """Adds it as a solid fill to an element."""
        fill = etree.SubElement(parent, qn("a:solidFill"))
        if self.scheme:
            etree.SubElement(fill, qn("a:schemeClr"), val=self.scheme)
        else:
            etree.SubElement(fill, qn("a:srgbClr"), val=self.colour[1:].upper())


@dataclass(frozen=True)
class Paints:
    """``greys``: the colours of all that is not ours. ``scale``: how large a point of ours is there."""

    ink: Paint
    muted: Paint
    accent: Paint
    rule: Paint
    grey: Paint
    paper: Paint
    hatch: Paint
    greys: tuple[str, ...] = palette.GREYS
    scale: float = 1.0

    def series(self, roles: Sequence[str]) -> list[Paint]:
        """One paint for each role, in order."""
        found = palette.colours(roles, self.accent.colour, self.paper.colour, self.greys)
        return [self.accent if colour == self.accent.colour else Paint(colour) for colour in found]


def ours(accent: str) -> Paints:
    """Those of our own theme, which is made with this accent."""
    return Paints(
        ink=Paint(palette.INK, "tx1"),
        muted=Paint(palette.MUTED, "tx2"),
        accent=Paint(palette.readable(accent), "accent1"),
        rule=Paint(palette.RULE, "accent5"),
        grey=Paint(palette.GREYS[0], "accent2"),
        paper=Paint(palette.PAPER, "bg1"),
        hatch=Paint(palette.RULE),
    )
