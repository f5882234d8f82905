"""One palette by role, so that "we" have the same colour on every page, in every output.

One accent colour carries the message; everything it is compared with is a step of grey.
"""

from __future__ import annotations

from collections.abc import Sequence

INK = "#1f2937"
MUTED = "#5b6675"
RULE = "#d5dbe3"
PAPER = "#ffffff"
WARNING = "#b45309"
HATCH = "#e8ebf0"
GREYS = ("#94a3b8", "#64748b", "#bcc6d3", "#475569", "#d5dbe3")
# Types of sites where people speak for themselves: shades of the accent. Everything else is grey.
SHADES = {"own": 0.0, "blog": 0.18, "forum": 0.34, "social": 0.5, "video": 0.64}


def channels(colour: str) -> tuple[int, int, int]:
    """#0f766e -> (15, 118, 110). Raises ValueError on anything else."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"not a colour like #0f766e: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, other: str, part: float) -> str:
    """``colour`` with ``part`` (0 to 1) of ``other`` in it."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (value / 255 for value in channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(accent: str, paper: str = PAPER) -> str:
    """The accent, darkened (on dark paper lightened) until text in it can be read there (4.5 : 1)."""
    away = max(("#000000", "#ffffff"), key=lambda shade: contrast(shade, paper))
    part = 0.0
    while part < 1 and contrast(mix(accent, away, part), paper) < 4.5:
        part += 0.05
    return mix(accent, away, min(part, 1.0))


def text_on(colour: str) -> str:
    """Ink or paper, whichever reads better on this colour; black where neither reads well (4.5 : 1)."""
    best = max((INK, PAPER), key=lambda shade: contrast(shade, colour))
    return best if contrast(best, colour) >= 4.5 else "#000000"


def colours(
    roles: Sequence[str], accent: str, paper: str = PAPER, shades: Sequence[str] = GREYS
) -> list[str]:
    """One colour per role, in order; greys are handed out in turn to all that is not ours."""
    result: list[str] = []
    greys = 0
    for role in roles:
        if role in SHADES:
            result.append(mix(readable(accent, paper), paper, SHADES[role]))
        else:
            result.append(shades[greys % len(shades)])
            greys += 1
    return result
