"""One chart, as data. The browser, the PDF and PowerPoint all draw it from this. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["column", "bar", "stacked", "share", "line"]
Unit = Literal["count", "percent", "ratio", "days", "hours", "money", "rank", "score", "number"]
KINDS: tuple[Kind, ...] = ("column", "bar", "stacked", "share", "line")
HORIZONTAL: frozenset[str] = frozenset({"bar", "stacked", "share"})
DEFAULT_ACCENT = "#0f766e"


@dataclass(frozen=True)
class Series:
    """One name and its values, one per category. None = unknown, drawn as a gap, never as zero.

    ``role`` picks the colour: "own", "rival", "industry", "other", or a type of site such as "forum".
    """

    name: str
    role: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Chart:
    """``column`` and ``line`` run over time, ``bar`` ranks, ``stacked`` adds up, ``share`` shows parts.

    Percent values are fractions (0.047 = 4.7 %). ``summary`` is the sentence that says what one sees.
    ``uncovered`` holds the indexes of categories that no source covered fully; they are hatched.
    """

    kind: Kind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: Unit = "count"
    title: str = ""
    summary: str = ""
    uncovered: tuple[int, ...] = ()
    accent: str = DEFAULT_ACCENT
    roles: tuple[str, ...] = ()  # one per category, where a single series compares brands

    def __post_init__(self) -> None:
        """Raises ValueError when the parts do not fit together."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown chart kind {self.kind!r}")
        for series in self.series:
            if len(series.values) != len(self.categories):
                raise ValueError(f"series {series.name!r} does not have one value per category")
        if self.roles and (len(self.roles) != len(self.categories) or len(self.series) != 1):
            raise ValueError("roles are for one series, one per category")
        if any(not 0 <= index < len(self.categories) for index in self.uncovered):
            raise ValueError("an uncovered category does not exist")

    @property
    def horizontal(self) -> bool:
        """Whether the bars lie, so that long names have room."""
        return self.kind in HORIZONTAL

    @property
    def known(self) -> tuple[float, ...]:
        """Every value there is."""
        return tuple(value for series in self.series for value in series.values if value is not None)

    @property
    def unknown(self) -> tuple[tuple[str, str], ...]:
        """(series name, category) of every point without a value."""
        return tuple(
            (series.name, category)
            for series in self.series
            for category, value in zip(self.categories, series.values, strict=True)
            if value is None
        )
