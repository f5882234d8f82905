"""What a PowerPoint page is painted with: our own theme, or what fits somebody's own template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from charts import paints, palette
from charts.paints import Paint, Paints
from pitches.decks import looks
from pitches.decks.text import Tone

TINT = 0.1  # how much colour is in the ground of a box


@dataclass(frozen=True)
class Style:
    """``title``: the fill that titles take, as XML; "" = the colour of the tone. ``is_own``: a template of
    somebody's own, whose titles keep their weight and colour."""

    paints: Paints
    tones: Mapping[Tone, Paint]
    tints: Mapping[Tone, Paint]
    title: str = ""
    cover_title: str = ""
    is_own: bool = False

    @property
    def scale(self) -> float:
        """How large a point of ours is on these slides."""
        return self.paints.scale

    def emu(self, points: float) -> int:
        """Points of ours -> English metric units."""
        return round(points * self.scale * 12700)

    def size(self, points: float) -> str:
        """A font size as it is written, in hundredths of a point."""
        return str(round(points * self.scale * 100))


def ours(accent: str) -> Style:
    """Our own theme with this accent."""
    found = paints.ours(accent)
    tones = _tones(found, Paint(palette.WARNING, "accent6"))
    tints: dict[Tone, Paint] = {tone: Paint(colour) for tone, colour in looks.TINTS.items()}
    return Style(found, tones, {**tints, "accent": Paint(looks.tints(accent)["accent"], "bg2")})


def on_paper(ink: Paint, accent: Paint, paper: Paint, scale: float, titles: tuple[str, str]) -> Style:
    """Shades of a template's own colours that can be read on its paper."""
    muted = next(
        shade
        for part in (0.35, 0.25, 0.15, 0.0)
        if palette.contrast(shade := palette.mix(ink.colour, paper.colour, part), paper.colour) >= 4.5
        or part == 0.0
    )
    greys = tuple(palette.mix(paper.colour, ink.colour, part) for part in (0.42, 0.6, 0.28, 0.75, 0.2))
    rule = Paint(palette.mix(paper.colour, ink.colour, 0.2))
    found = Paints(
        ink=ink,
        muted=Paint(muted),
        accent=accent,
        rule=rule,
        grey=Paint(greys[0]),
        paper=paper,
        hatch=rule,
        greys=greys,
        scale=scale,
    )
    warning = Paint(palette.readable(palette.WARNING, paper.colour))
    tints: dict[Tone, Paint] = {
        "accent": Paint(palette.mix(paper.colour, accent.colour, TINT)),
        "warning": Paint(palette.mix(paper.colour, warning.colour, TINT)),
        "muted": Paint(palette.mix(paper.colour, ink.colour, TINT / 2)),
    }
    return Style(found, _tones(found, warning), tints, *titles, is_own=True)


def _tones(found: Paints, warning: Paint) -> dict[Tone, Paint]:
    return {
        "ink": found.ink,
        "muted": found.muted,
        "accent": found.accent,
        "yes": found.accent,
        "no": found.muted,
        "warning": warning,
        "paper": found.paper,
    }
