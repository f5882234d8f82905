"""The decks of the four worlds, in two languages and three lengths, as PowerPoint, as PDF and as pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pypdf import PdfReader

from pitches import outline
from pitches.decks import layout, pdf, pptx
from pitches.decks.page import CardsBox, ChartBox, Page, TableBox
from pitches.decks.text import plain
from pitches.words import LANGUAGES
from tests.pitches import worlds
from tests.pitches.worlds import rendering
from tests.pitches.worlds.told import LENGTHS, said_on, slide_of, told

pytestmark = pytest.mark.django_db

BRACE = re.compile(r"\{@?[a-z0-9_.]+\}|\[[^\[\]|]*\|[^\[\]|]*\]")  # a place or a plural that nobody filled
DECKS = [(name, language, length) for name in worlds.WORLDS for length in LENGTHS for language in LANGUAGES]
# All outputs draw the pages that are looked at here: of each world one language shows that they become files,
# of one both; and one of the shorter decks, which have pages of the full ones.
FILES = [
    *(("rich", language, "full") for language in LANGUAGES),
    *(("thin", "en", "short"), ("thin", "sv", "full")),
    *(("contradicting", "sv", "full"), ("half_blocked", "en", "full")),
]


@cache
def pages_of(name: str, language: str, length: str) -> list[Page]:
    return layout.lay_out(told(name).snapshots[length], language)


def titles_of(pages: list[Page]) -> list[str]:
    return [" ".join(plain(page.title.paragraphs[0].runs).split()) for page in pages]


@pytest.mark.parametrize(("name", "language", "length"), DECKS)
def test_a_deck_has_the_slides_of_its_length(name: str, language: str, length: str) -> None:
    keys = [slide["key"] for slide in told(name).snapshots[length]["slides"]]
    said = [key for key in keys if key in ("cover", *outline.LENGTHS[length])]
    # Nothing was said earlier, so there is nothing to compare with.
    assert said == ["cover", *(key for key in outline.LENGTHS[length] if key not in outline.FOLLOW)]
    if length != "full":
        assert len(said) == 1 + {"short": 5, "meeting": 10}[length]
    assert {"measured", "register", "method", "health"} <= set(keys)
    assert ({"rivals", "glossary"} <= set(keys)) == (length != "short")
    assert keys == outline.keys(length, keys)


@pytest.mark.parametrize(("name", "language", "length"), DECKS)
def test_every_page_has_its_title_and_something_on_it(name: str, language: str, length: str) -> None:
    for page in pages_of(name, language, length):
        assert plain(page.title.paragraphs[0].runs).strip()
        assert [text for text in printed_on(page) if BRACE.search(text)] == []
        assert page.elements, page.key
        assert page.notes, page.key


def printed_on(page: Page) -> Iterator[str]:
    """Every text of a page and of its notes; what is said of its charts."""
    yield from map(plain, page.notes)
    waiting: list[Any] = [page.title, page.kicker, page.footer, *page.elements]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ChartBox):
            yield from (one.chart.summary, *one.chart.categories, *(each.name for each in one.chart.series))
        elif isinstance(one, TableBox):
            waiting += [cell for row in (one.head, *one.rows) for cell in row.cells]
        elif isinstance(one, CardsBox):
            waiting += one.cards
        elif one is not None:
            yield from (plain(each.runs) for each in one.paragraphs)


@pytest.mark.parametrize("key", ["share", "presence", "momentum"])
@pytest.mark.parametrize(("name", "language"), [(name, one) for name in worlds.WORLDS for one in LANGUAGES])
def test_an_argument_takes_one_page(name: str, language: str, key: str) -> None:
    assert [page.parts for page in pages_of(name, language, "full") if page.key == key] == [1]


@pytest.mark.parametrize(("name", "language", "length"), FILES)
def test_powerpoint_has_the_same_pages(name: str, language: str, length: str) -> None:
    pages = pages_of(name, language, length)
    deck = Presentation(io.BytesIO(pptx.render(told(name).snapshots[length], language)))
    slides = list(deck.slides)
    assert [" ".join(slide.shapes.title.text_frame.text.split()) for slide in slides] == titles_of(pages)
    for slide, page in zip(slides, pages, strict=True):
        said = list(_texts(slide))
        assert any(text.strip() for text in said), page.key
        assert [text for text in said if BRACE.search(text)] == []
        assert slide.has_notes_slide and slide.notes_slide.notes_text_frame.text.strip(), page.key


def _texts(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        elif getattr(shape, "has_table", False):
            yield from (cell.text for row in shape.table.rows for cell in row.cells)
    if slide.has_notes_slide:
        yield slide.notes_slide.notes_text_frame.text


@pytest.mark.parametrize(("name", "language", "length"), FILES)
def test_the_pdf_has_the_same_pages(name: str, language: str, length: str) -> None:
    pages = pages_of(name, language, length)
    printed = PdfReader(io.BytesIO(pdf.render(told(name).snapshots[length], language))).pages
    assert len(printed) == len(pages)
    for page, laid in zip(printed, pages, strict=True):
        text = page.extract_text()
        assert len(text.split()) > 3, laid.key
        assert not BRACE.search(text), laid.key
        first = titles_of([laid])[0].split()[0]
        assert first in text, (laid.key, first)


# Plain words

# What a reader may not know, and the word of the glossary that explains it.
JARGON = {
    "en": {
        "mention": r"\bmentions?\b", "story": r"\bstor(?:y|ies)\b", "author": r"\bauthors?\b",
        "conversation": r"\bconversations?\b", "source": r"\bsources?\b", "feed": r"\b(?:RSS|feeds?)\b",
        "search": r"\bsearch(?:es)?\b", "keyword": r"\bby (?:keyword|tag)\b", "operators": r"\bNOT\b",
        "phrase": r"\bphrases?\b", "result": r"\b(?:results?|inspected)\b", "reaction": r"\breactions?\b",
        "voice": r"\bshare of voice\b", "presence": r"\b(?:presence|places?)\b",
        "momentum": r"\b(?:momentum|growth)\b", "follower": r"\bfollowers?\b",
        "profile": r"\b(?:profiles?|accounts?)\b", "reading": r"\breadings?\b", "verdict": r"\bverdicts?\b",
        "evidence": r"\b(?:evidence|proof|proven)\b", "unknown": r"\bunknown\b",
        "assumption": r"\bassumptions?\b", "baseline": r"\bbaselines?\b", "goal": r"\b(?:goals?|targets?)\b",
        "kinds": r"\b(?:measured|estimated|by hand)\b",
    },
    "sv": {
        "mention": r"\bomnämnande\w*", "story": r"\bunik(?:t|a) inlägg\b", "author": r"\bavsändare\b",
        "conversation": r"\bsamtal\w*", "source": r"\bkäll(?:a|or|an|orna)\b",
        "feed": r"\b(?:RSS|flöde\w*)\b", "search": r"\bsökning\w*",
        "keyword": r"\bpå (?:nyckelord|tagg)\b", "operators": r"\bNOT\b",
        "phrase": r"\bsökfras\w*", "result": r"\b(?:sök)?träff(?:ar)?\b", "reaction": r"\breaktion\w*",
        "voice": r"\bandel av samtalet\b", "presence": r"\b(?:närvaro|plats(?:er)?)\b",
        "momentum": r"\btillväxt\w*", "follower": r"\bföljare\b", "profile": r"\b(?:profil|kont(?:o|on))\w*",
        "reading": r"\bavläsning\w*", "verdict": r"\bbedömning\w*", "evidence": r"\bbelägg\w*",
        "unknown": r"\bokänt\b", "assumption": r"\bantagande\w*", "baseline": r"\butgångsvärde\w*",
        "goal": r"\bmål(?:en)?\b", "kinds": r"\b(?:uppmätt|uppskattat|för hand)\b",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_needs_it_is_explained(language: str) -> None:
    """What any world's slides say is looked through; a word of the list must stand in the glossary."""
    spoken = ""
    for name in worlds.WORLDS:
        snapshot = told(name).snapshots["full"]
        keys = [slide["key"] for slide in snapshot["slides"] if slide["key"] != "glossary"]
        spoken += " ".join(said_on(snapshot, key, language) for key in keys)
        spoken += " ".join(titles_of(pages_of(name, language, "full")))
    (table,) = slide_of(told("rich").snapshots["full"], "glossary")["blocks"]
    terms = " ".join(row[0]["text"][language] for row in table["rows"])
    used = {key for key, words in JARGON[language].items() if re.search(words, spoken, re.IGNORECASE)}
    assert len(used) >= 22
    assert {key for key in used if not re.search(JARGON[language][key], terms, re.IGNORECASE)} == set()


# Pictures


def test_pictures_of_a_deck_show_something_on_every_page(tmp_path: Path) -> None:
    if lacking := rendering.missing():
        pytest.skip(f"no pictures of decks were made: {' and '.join(lacking)} not found")
    deck, document = rendering.write(told("thin").snapshots["short"], "sv", tmp_path / "thin-sv-short")
    (by_office,) = rendering.as_pdf([deck], rendering_folder(tmp_path))
    wanted = len(pages_of("thin", "sv", "short"))
    for kind, printed in (("pptx", by_office), ("pdf", document)):
        pages = rendering.pictures(printed, tmp_path / kind)
        assert len(pages) == wanted
        assert [page.name for page in pages if rendering.is_blank(page)] == []
        rendering.contact_sheet(pages, tmp_path / f"{kind}.png")


def rendering_folder(folder: Path) -> Path:
    """Where LibreOffice puts its own PDF, lest it overwrite ours."""
    printed = folder / "printed"
    printed.mkdir()
    return printed
