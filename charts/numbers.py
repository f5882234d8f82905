"""How values and names read on axes, labels and legends: one rule for the browser, the SVG and PowerPoint."""

from __future__ import annotations

from babel.numbers import format_decimal, format_percent

from charts.metrics import width as text_width
from charts.spec import Chart

LOCALES = {"en": "en_GB", "sv": "sv_SE"}
EXCEL_LOCALES = {"en": "", "sv": "[$-41D]"}  # [MS-LCID]; a hint, Excel follows the reader's own settings


def label(value: float, unit: str, language: str) -> str:
    """A value as people write it in this language; percent values are fractions."""
    locale = LOCALES.get(language, "en_GB")
    if unit == "percent":
        digits = ".#" if abs(value) < 0.0995 else ""
        space = "\xa0" if locale == "sv_SE" else ""
        return format_percent(value, format=f"#,##0{digits}{space}%", locale=locale)
    digits = "" if unit in ("count", "rank") else "#" if unit in ("days", "hours", "ratio") else "##"
    return format_decimal(value, format=f"#,##0.{digits}" if digits else "#,##0", locale=locale)


LEGEND_SIZE = 11.0  # of the names, points
LEGEND_ROW = 20.0  # height, points
LEGEND_KEY = 30.0  # the little square and the gap beside it, points


def legend_rows(chart: Chart, width: float) -> int:
    """Rows that the names of the series take above a chart of this width; 0 where one series needs none."""
    if len(chart.series) < 2:
        return 0
    rows, used = 1, 0.0
    for series in chart.series:
        needed = text_width(series.name, LEGEND_SIZE) + LEGEND_KEY
        if used and used + needed > width:
            rows, used = rows + 1, 0.0
        used += needed
    return rows


def legend_height(chart: Chart, width: float) -> float:
    """Room for the legend above the bars, in points."""
    rows = legend_rows(chart, width)
    return 8.0 + rows * LEGEND_ROW if rows else 0.0


def excel_format(unit: str, language: str, *, hide_zero: bool = False) -> str:
    """The number format of a native chart (ECMA-376 part 1, 18.8.31)."""
    hint = EXCEL_LOCALES.get(language, "")
    if unit == "percent":
        # No "<": python-pptx writes the format into XML as it is.
        shown = f"[>=0.0995]{hint}0%;{hint}0.0%"
        return f"[=0];{shown}" if hide_zero else shown
    pattern = hint + {"count": "#,##0", "rank": "0"}.get(unit, "#,##0.##")
    return f"{pattern};-{pattern};" if hide_zero else pattern
