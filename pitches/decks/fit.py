"""Does the text fit its box? Broken into lines by the widths of ``charts.metrics``. Lengths are points."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from charts.metrics import width
from pitches.decks.text import Run

LEADING = 1.2  # line height, in font sizes; fixed in every output

# A line may break after a space, a hyphen or a slash, and between ideographs; never at a no-break space.
_CHUNKS = re.compile(r"[^\S\xa0\u202f]+|[^\s\-–—/\u2e80-\u9fff\uac00-\ud7a3]+[\-–—/]*|.", re.DOTALL)

Line = tuple[Run, ...]


def line_width(runs: Iterable[Run], size: float) -> float:
    """Width of runs side by side, in points; the space at the end hangs over the edge."""
    total = trailing = 0.0
    for run in runs:
        total += width(run.text, size, run.bold)
        stripped = run.text.rstrip(" ")
        space = width(" " * (len(run.text) - len(stripped)), size, run.bold)
        trailing = space if stripped else trailing + space
    return total - trailing


def line_height(size: float) -> float:
    """Height of one line, in points."""
    return size * LEADING


def wrap(runs: Sequence[Run], room: float, size: float) -> list[Line]:
    """The runs broken into lines no wider than ``room``. A word wider than that is broken anywhere.

    Always gives at least one line. The lines joined give the runs back, space and all; a line feed counts as
    a space.
    """
    lines: list[Line] = []
    current: list[Run] = []
    used = 0.0

    def end_line() -> None:
        nonlocal current, used
        lines.append(joined(current))
        current, used = [], 0.0

    for word in _words(runs):
        needed = line_width(word, size)
        if current and used + needed > room:
            end_line()
        if needed > room:
            for piece in _characters(word):
                if current and used + line_width([piece], size) > room:
                    end_line()
                current.append(piece)
                used += width(piece.text, size, piece.bold)
            continue
        current.extend(word)
        used += sum(width(run.text, size, run.bold) for run in word)
    if current or not lines:
        end_line()
    return lines


def _words(runs: Sequence[Run]) -> Iterable[list[Run]]:
    """Stretches that may not be broken, each with the space that follows it; a word may span several runs."""
    word: list[Run] = []
    for run in runs:
        for chunk in _CHUNKS.findall(run.text):
            if chunk.isspace() and chunk not in ("\xa0", "\u202f"):
                word.append(run.saying(" "))
                yield word
                word = []
            else:
                word.append(run.saying(chunk))
                if chunk[-1] in "-–—/" or "\u2e80" <= chunk[-1] <= "\ud7a3":
                    yield word
                    word = []
    if word:
        yield word


def _characters(word: Sequence[Run]) -> Iterable[Run]:
    """Single characters, combining marks kept with what they stand on."""
    for run in word:
        cluster = ""
        for character in run.text:
            if cluster and unicodedata.category(character) not in ("Mn", "Me", "Cf"):
                yield run.saying(cluster)
                cluster = ""
            cluster += character
        if cluster:
            yield run.saying(cluster)


def joined(runs: Sequence[Run]) -> Line:
    """Neighbours of one look become one run."""
    found = [list(alike) for _, alike in groupby(runs, key=Run.look)]
    return tuple(one[0].saying("".join(run.text for run in one)) for one in found)


def trimmed(line: Line) -> Line:
    """Without the space that hangs over the edge."""
    runs = list(line)
    while runs and not runs[-1].text.strip(" "):
        runs.pop()
    return (*runs[:-1], runs[-1].saying(runs[-1].text.rstrip(" "))) if runs else ()


def cut(lines: Sequence[Line], most: int, room: float, size: float) -> list[Line]:
    """At most so many lines; the last one ends in an ellipsis where something was cut."""
    if len(lines) <= most:
        return list(lines)
    last = list(lines[most - 1])
    while last and line_width([*last, Run("…")], size) > room:
        shortened = last[-1].text[:-1]
        if shortened:
            last[-1] = last[-1].saying(shortened)
        else:
            last.pop()
    last.append(last[-1].saying("…") if last else Run("…"))
    return [*lines[: most - 1], joined(last)]
