"""A chart as a table of words: for those who cannot see it, and for everybody who wants the numbers."""

from __future__ import annotations

from charts.numbers import label
from charts.spec import Chart

UNKNOWN = {"en": "unknown", "sv": "okänt"}


def as_table(chart: Chart, language: str = "en") -> tuple[list[str], list[list[str]]]:
    """(head, rows): one row per category, one column per series; unknown is a word."""
    head = ["", *(series.name for series in chart.series)]
    rows = [
        [category, *(_shown(series.values[index], chart, language) for series in chart.series)]
        for index, category in enumerate(chart.categories)
    ]
    return head, rows


def as_sentences(chart: Chart, language: str = "en") -> str:
    """The summary and every value, to be read aloud."""
    _, rows = as_table(chart, language)
    values = "; ".join(
        f"{row[0]}: "
        + ", ".join(f"{series.name} {value}" for series, value in zip(chart.series, row[1:], strict=True))
        for row in rows
    )
    return f"{chart.summary} {values}".strip()


def _shown(value: float | None, chart: Chart, language: str) -> str:
    return UNKNOWN.get(language, UNKNOWN["en"]) if value is None else label(value, chart.unit, language)
