"""Which values and names a chart prints where, and how far its axis reaches: one rule for all outputs.

Direct labels come before legends, and few round numbers before many.
"""

from __future__ import annotations

import math

from charts.metrics import width as text_width
from charts.numbers import label
from charts.spec import Chart

SIZE = 11  # of labels, points
TICK_SIZE = 10  # of an axis, points
MOST_LABELS = 16
STEPS = 4  # of an axis, about
WIDEST_END = 120.0  # of a name at the end of a line, points
LEAST_APART = 0.1  # how far apart two ends must lie to be named, in parts of the axis


def labelled(chart: Chart) -> list[bool]:
    """Which series print their values: all, when there are few; else ours, where there is room."""
    if direct(chart):
        return [False] * len(chart.series)
    if chart.horizontal or len(chart.series) * len(chart.categories) <= MOST_LABELS:
        return [True] * len(chart.series)
    return [series.role == "own" and len(chart.categories) <= MOST_LABELS for series in chart.series]


def direct(chart: Chart) -> bool:
    """Whether each line is named at its end, with its last value: then nobody needs a legend."""
    if chart.kind != "line" or len(chart.series) < 2:
        return False
    ends = [series.values[-1] for series in chart.series]
    known = sorted(value for value in ends if value is not None)
    if len(known) < len(ends) or len(chart.categories) < 2:
        return False
    top, _ = scale(chart)
    apart = all(high - low >= LEAST_APART * top for low, high in zip(known, known[1:], strict=False))
    return apart and all(text_width(series.name, SIZE) <= WIDEST_END for series in chart.series)


def end(chart: Chart, index: int, language: str) -> str:
    """What stands at the end of a line: its name and its last value."""
    series = chart.series[index]
    return f"{series.name} {label(series.values[-1] or 0.0, chart.unit, language)}"


def right_room(chart: Chart, language: str) -> float:
    """Room for what stands at the right of the last bar or line, in points."""
    if direct(chart):
        ends = [end(chart, index, language) for index in range(len(chart.series))]
        return max(text_width(text, SIZE, True) for text in ends) + 14.0
    if chart.kind != "bar":
        return 8.0
    values = [value for series in chart.series for value in series.values if value is not None]
    return (
        max((text_width(label(value, chart.unit, language), SIZE, True) for value in values), default=0)
        + 12.0
    )


def ticks(chart: Chart, language: str) -> list[tuple[float, str]]:
    """The values on the axis from zero up, each as people write it; none where bars print their values."""
    if all(labelled(chart)):
        return []
    top, step = scale(chart)
    values = [round(step * index, 12) for index in range(round(top / step) + 1)]
    return [(value, label(value, chart.unit, language)) for value in values]


def left_room(chart: Chart, language: str) -> float:
    """Room for the axis at the left of standing bars and lines, in points."""
    widest = max((text_width(said, TICK_SIZE) for _, said in ticks(chart, language)), default=0.0)
    return widest + 10.0 if widest else 8.0


def every(chart: Chart, language: str, width: float) -> int:
    """1 when each category below standing bars has room for its name, 2 when every second has, and so on."""
    widest = max((text_width(name, SIZE) for name in chart.categories), default=0.0) + 6.0
    room = width - left_room(chart, language) - right_room(chart, language)
    fitting = max(1, int(room / widest)) if widest else 1
    return max(1, -(-len(chart.categories) // fitting))


def scale(chart: Chart) -> tuple[float, float]:
    """(where the axis ends, from tick to tick): a few round numbers from zero."""
    top = max(chart.known, default=0.0)
    if top <= 0:
        return 1.0, 1.0
    rough = top / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(round(power * part, 12) for part in (1, 2, 2.5, 5, 10) if power * part >= rough * 0.9999)
    if chart.unit in ("count", "rank"):
        step = max(1.0, float(math.ceil(step)))
    ticks = math.ceil(round(top / step, 9))
    return round(step * ticks, 12), step
