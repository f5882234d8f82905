"""How values read on axes and labels: one rule for the browser, the SVG and PowerPoint."""

from __future__ import annotations

from babel.numbers import format_decimal, format_percent

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


def excel_format(unit: str, language: str, *, hide_zero: bool = False) -> str:
    """The number format of a native chart (ECMA-376 part 1, 18.8.31)."""
    pattern = {"percent": "0.0%", "count": "#,##0", "rank": "0"}.get(unit, "#,##0.##")
    pattern = EXCEL_LOCALES.get(language, "") + pattern
    return f"{pattern};-{pattern};" if hide_zero else pattern
