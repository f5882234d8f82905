"""A snapshot -> a PowerPoint file: native charts, real tables, speaker notes, and links from figure to proof.

The same snapshot, on the same template, gives the same bytes. No picture, font or address is fetched.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pptx import Presentation

from charts import metrics
from charts.pptx import LANGUAGE_TAGS
from pitches.decks import base, layout, style
from pitches.decks.contract import Snapshot
from pitches.decks.page import Page
from pitches.decks.painter import Painter
from pitches.decks.template import Template
from pitches.decks.text import clean_line, plain, shorten
from pitches.decks.words import word


def render(snapshot: Snapshot, language: str | None = None, template: Template | None = None) -> bytes:
    """The .pptx file, made on ``template`` if there is one. Raises what ``layout.lay_out`` raises."""
    tongue = language or snapshot["language"]
    if template:
        with metrics.stretched(template.stretch):
            return _on_template(snapshot, tongue, template)
    pages = layout.lay_out(snapshot, tongue)
    deck = Presentation(io.BytesIO(base.presentation(snapshot["accent"])))
    layouts = deck.slide_layouts
    slides = [deck.slides.add_slide(layouts[base.LAYOUTS[page.layout]]) for page in pages]
    targets = {evidence: slides[index] for evidence, index in layout.anchors(pages).items()}
    look = style.ours(snapshot["accent"])
    for number, (page, slide) in enumerate(zip(pages, slides, strict=True), 1):
        Painter(slide, targets, tongue, look).page(page, number)
    return _saved(deck, snapshot, pages, tongue)


def _on_template(snapshot: Snapshot, language: str, template: Template) -> bytes:
    """On the user's own master: their layouts, fonts and colours, our texts and exhibits."""
    accent = template.looks["standard"].paints.accent.colour
    pages = layout.lay_out(snapshot | {"accent": accent}, language, template.geometry)
    deck = Presentation(io.BytesIO(template.content))
    found = template.layouts_of(deck)
    slides = [deck.slides.add_slide(found[template.kind(page)]) for page in pages]
    targets = {evidence: slides[index] for evidence, index in layout.anchors(pages).items()}
    for number, (page, slide) in enumerate(zip(pages, slides, strict=True), 1):
        kind = template.kind(page)
        painter = Painter(slide, targets, language, template.looks[kind])
        painter.page(page, number, template.panels.get(kind))
    return _saved(deck, snapshot, pages, language)


def _saved(deck: Any, snapshot: Snapshot, pages: Sequence[Page], language: str) -> bytes:
    _properties(deck, snapshot, pages, language)
    buffer = io.BytesIO()
    deck.save(buffer)
    return normalised(buffer.getvalue())


def _properties(deck: Any, snapshot: Snapshot, pages: Sequence[Page], language: str) -> None:
    known = deck.core_properties
    known.title = shorten(clean_line(plain(pages[0].title.paragraphs[0].runs)), 200) if pages else ""
    known.author = shorten(clean_line(snapshot["names"].get("author", "")), 100) or "Earshot"
    known.subject = f"{word('snapshot', language)} {clean_line(snapshot['id'])[:60]}"
    known.keywords = f"{word('version', language)} {snapshot['version']}"
    known.comments = clean_line(snapshot["tool"])[:60]
    known.language = LANGUAGE_TAGS[language]
    known.last_modified_by = clean_line(snapshot["tool"])[:60]
    known.revision = 1
    frozen = snapshot["frozen_at"]
    moment = datetime.fromisoformat(frozen).astimezone(UTC) if frozen else datetime(2000, 1, 1, tzinfo=UTC)
    known.created = known.modified = moment.replace(tzinfo=None, microsecond=0)


_WRITTEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def normalised(content: bytes) -> bytes:
    """The package with fixed dates, in its workbooks, too, so that equal decks are equal bytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(".xlsx"):
                part = _without_times(part)
            entry = zipfile.ZipInfo(name, base.FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, part)
    return buffer.getvalue()


def _without_times(workbook: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _WRITTEN.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", part)
            entry = zipfile.ZipInfo(name, base.FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return buffer.getvalue()


def fingerprint(content: bytes) -> str:
    """SHA-256 of a rendered file."""
    return hashlib.sha256(content).hexdigest()
