"""Figures and the evidence they stand on. A figure without evidence cannot be made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from pitches.words import Text

Kind = Literal["measured", "estimated", "manual", "assumption"]
Unit = Literal["count", "percent", "ratio", "days", "hours", "money", "date", "rank", "score", "number"]
Row = dict[str, str]  # see decks.contract.EvidenceRow
Value = int | float | str | None


class NoEvidence(ValueError):
    """Somebody tried to make a figure that nothing proves, or to register the same thing twice."""


@dataclass(frozen=True)
class Details:
    """How an evidence was searched and read, and the list behind it."""

    query: str = ""
    query_version: str = ""
    sources: Sequence[str] = ()
    gaps: Sequence[Text] = ()
    since: date | None = None  # first day
    until: date | None = None  # last day, included
    fetched_at: datetime | None = None
    inspected: int | None = None
    url: str = ""
    rows_total: int = 0
    rows: Callable[[], Sequence[Row]] = tuple
    then: Mapping[str, Any] | None = None  # whose number it was: see ``pitches.follow_ups.then``


@dataclass(frozen=True)
class Evidence:
    """What a figure stands on. ``read`` finds the details.

    They are read only when somebody looks or the pitch is frozen, and once: a page of numbers stays fast.
    """

    id: str
    step: int
    label: Text
    kind: Kind
    formula: Text
    read: Callable[[], Details] = Details

    @cached_property
    def details(self) -> Details:
        return self.read()

    def as_json(self, *, rows: bool = True, details: bool = True) -> dict[str, Any]:
        """The evidence as the snapshot keeps it, with its list unless ``rows`` is off.

        Without ``details`` nothing is read for it: enough to check that figures have evidence.
        """
        found = self.details if details else Details()
        plain = {
            "id": self.id,
            "step": self.step,
            "label": self.label,
            "class": self.kind,
            "query": found.query,
            "query_version": found.query_version,
            "sources": list(found.sources),
            "gaps": list(found.gaps),
            "from": _iso(found.since),
            "to": _iso(found.until),
            "fetched_at": _iso(found.fetched_at),
            "inspected": found.inspected,
            "formula": self.formula,
            "url": found.url,
            "rows_total": found.rows_total,
            "rows": [dict(row) for row in found.rows()] if rows and details else [],
        }
        return plain | {"then": dict(found.then)} if found.then else plain


@dataclass(frozen=True)
class Figure:
    """One number with its unit and its proof; ``value`` None = unknown, which is not zero."""

    key: str
    value: Value
    unit: Unit
    evidence: str
    label: Text
    kind: Kind
    currency: str = ""

    def as_json(self) -> dict[str, Any]:
        found = {
            "value": self.value,
            "unit": self.unit,
            "class": self.kind,
            "evidence": self.evidence,
            "label": self.label,
        }
        return found | {"currency": self.currency} if self.unit == "money" else found


class Values(Mapping[str, Value]):
    """The values of figures by their keys: a view, since texts ask for it thousands of times."""

    def __init__(self, figures: Mapping[str, Figure]) -> None:
        self._figures = figures

    def __getitem__(self, key: str) -> Value:
        return self._figures[key].value

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)


@dataclass
class Register:
    """The figures of one case, each tied to a registered evidence, numbered in the order they were found."""

    evidence: dict[str, Evidence] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)

    def prove(
        self, step: int, label: Text, kind: Kind, formula: Text, read: Callable[[], Details] = Details
    ) -> str:
        """Registers one evidence and returns its id, "E1", "E2", …"""
        name = f"E{len(self.evidence) + 1}"
        self.evidence[name] = Evidence(name, step, label, kind, formula, read)
        return name

    def add(
        self,
        key: str,
        value: Value | date,
        unit: Unit,
        evidence: str,
        label: Text,
        *,
        kind: Kind | None = None,
        currency: str = "",
    ) -> Figure:
        """Makes a figure. Raises NoEvidence when ``evidence`` is not registered or the key is taken.

        Percentages are shares, 0 to 1. A date becomes its ISO form. The class is the evidence's unless
        ``kind`` says otherwise.
        """
        proof = self.evidence.get(evidence)
        if proof is None:
            raise NoEvidence(f"figure {key} names evidence {evidence!r}, which does not exist")
        if key in self.figures:
            raise NoEvidence(f"figure {key} exists already")
        plain = value.isoformat() if isinstance(value, date) else value
        if isinstance(plain, float):
            plain = round(plain, 6)
        self.figures[key] = Figure(key, plain, unit, evidence, label, kind or proof.kind, currency)
        return self.figures[key]

    def values(self) -> Mapping[str, Value]:
        """Every figure's value by key, for choosing words; also of those made after this."""
        return Values(self.figures)

    def proofs(self, keys: Iterable[str]) -> list[str]:
        """The evidence ids behind these figures, each once, in order."""
        found = {self.figures[key].evidence for key in keys if key in self.figures}
        return sorted(found, key=lambda name: int(name[1:]))


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None
