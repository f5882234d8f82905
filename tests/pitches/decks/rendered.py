"""Decks that several tests read, rendered once per run; or not at all, where nobody reads them."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pytest
from pptx import Presentation
from pypdf import PdfReader

from pitches.decks import pdf, pptx, web
from tests.pitches import snapshots


@cache
def as_pptx(make: str, language: str) -> bytes:
    """The PowerPoint file of one of the made-up snapshots, by the name of the function that makes it."""
    return pptx.render(getattr(snapshots, make)(), language)


@cache
def as_pdf(make: str, language: str) -> bytes:
    """The same as PDF."""
    return pdf.render(getattr(snapshots, make)(), language)


def opened_pptx(make: str = "full", language: str = "en") -> Any:
    """The presentation, as python-pptx reads it."""
    return Presentation(io.BytesIO(as_pptx(make, language)))


def opened_pdf(make: str = "full", language: str = "en") -> PdfReader:
    """The document, as pypdf reads it."""
    return PdfReader(io.BytesIO(as_pdf(make, language)))


def draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decks are empty, on the web and as files: to lay them out takes longer than all else of a page."""
    empty = web.WebDeck("en", "", "#0f766e", "#0f766e", [], "", "")
    monkeypatch.setattr(web, "deck", lambda *_: empty)
    for one in (pptx, pdf):
        monkeypatch.setattr(one, "render", lambda *_: b"")
