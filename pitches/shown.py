"""A case or a snapshot as pages show it: texts whose numbers open their evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pitches.case import Case
from pitches.decks.contract import Page
from pitches.decks.text import Run, format_figure, resolve, web_address
from pitches.decks.words import word
from pitches.models import Pitch
from pitches.queries import Proof
from pitches.words import LANGUAGES, Text

EvidenceUrl = Callable[[str], str]  # evidence id -> address


@dataclass(frozen=True)
class Shown:
    """Figures and names in one language, with the address of an evidence."""

    figures: Mapping[str, Any]
    names: Mapping[str, str]
    language: str
    zone: str
    evidence_url: EvidenceUrl | None  # None: nothing is a link

    def text(self, text: Text) -> SafeString:
        """The text, every figure a link that opens its evidence."""
        runs = resolve(text, self.figures, self.names, self.language, self.zone)
        return format_html_join("", "{}", ((self._run(run),) for run in runs))

    def figure(self, key: str) -> SafeString:
        """One figure alone, with its unit."""
        figure = self.figures[key]
        printed = format_figure(figure, self.language, self.zone, with_unit=True)
        return self._run(Run(printed, key, figure["evidence"]))

    def _run(self, run: Run) -> SafeString:
        if run.figure is None or not run.evidence or self.evidence_url is None:
            return conditional_escape(run.text)
        return format_html(
            '<a class="figure" href="{0}" hx-get="{0}" hx-target="#panel-body" aria-haspopup="dialog"'
            ' title="{1}">{2}</a>',
            self.evidence_url(run.evidence),
            _("Show what this number rests on"),
            run.text,
        )


def evidence_url(pitch: Pitch) -> EvidenceUrl:
    """Where a figure of this pitch leads."""
    return lambda name: reverse("pitches:figure", args=[pitch.workspace.code, pitch.code, name])


def page_language() -> str:
    """The reader's language, if a pitch can be read in it."""
    language = (get_language() or "en")[:2]
    return language if language in LANGUAGES else "en"


def of_case(case: Case, evidence_url: EvidenceUrl, language: str = "") -> Shown:
    """A case that is still open, in the reader's language unless told otherwise."""
    figures = {key: figure.as_json() for key, figure in case.ground.register.figures.items()}
    zone = case.ground.workspace.time_zone
    return Shown(figures, case.ground.names, language or page_language(), zone, evidence_url)


def of_snapshot(snapshot: Mapping[str, Any], evidence_url: EvidenceUrl, language: str = "") -> Shown:
    """A frozen pitch, in its own language unless told otherwise."""
    chosen = language or str(snapshot["language"])
    return Shown(snapshot["figures"], snapshot["names"], chosen, snapshot["time_zone"], evidence_url)


def _gone_on(row: Mapping[str, Any], pages: Mapping[str, Page]) -> date | None:
    """The day on which the original of a row was found gone."""
    found = pages.get(web_address(row.get("url")) or "")
    return date.fromisoformat(found["on"]) if found and found["state"] == "gone" and found["on"] else None


def of_proof(proof: Proof, language: str = "") -> Shown:
    """One evidence; its figures lead nowhere else, because this is where they lead."""
    return Shown(proof.figures, proof.names, language or page_language(), proof.zone, None)


def evidence_context(
    proof: Proof, language: str = "", pages: Mapping[str, Page] | None = None
) -> dict[str, Any]:
    """What the evidence page shows, with its times as times. ``pages``: what became of the originals."""
    entry = proof.evidence
    blank = {"title": "", "excerpt": "", "url": ""}
    rows = [{**blank, **row, "gone_on": _gone_on(row, pages or {})} for row in entry.get("rows", ())]
    proof = replace(proof, evidence={**entry, "rows": rows})
    first, last, read = (entry.get(name) for name in ("from", "to", "fetched_at"))
    said = of_proof(proof, language)
    return {
        "proof": proof,
        "shown": said,
        "kind": word(entry["class"], said.language),
        "period": (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None,
        "fetched_at": datetime.fromisoformat(read) if read else None,
        "queries": str(entry.get("query", "")).splitlines(),
        "frozen_at": datetime.fromisoformat(entry["then"]["frozen_at"]) if entry.get("then") else None,
    }
