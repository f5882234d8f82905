"""Change a figure, and exactly the places that print it change: on every slide, in every output.

All figures get values of their own at once, which nothing else in the deck can look like; then each is looked
for everywhere. So one rendering tests them all. A few are changed alone, too.

An output joins the test with a line in OUTPUTS: how it is read back, slide by slide.
"""

from __future__ import annotations

import copy
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from django.template.loader import render_to_string
from lxml import html
from pptx import Presentation
from pptx.oxml.ns import qn
from pypdf import PdfReader

from charts.numbers import label
from pitches.decks import contract, layout, memo, pdf, pptx, web
from pitches.decks.text import Place, format_figure, parse
from pitches.evidence import tables
from tests.pitches import snapshots

LANGUAGES = ["en", "sv"]


@dataclass
class Shown:
    """What an output prints of one slide: its words (those for people who cannot see the charts, too), the
    numbers inside its charts, and its notes (None: this output has none)."""

    words: str = ""
    charts: set[float] = field(default_factory=set)
    notes: str | None = None


Read = Callable[[Any, str], dict[str, Shown]]


def keys(snapshot: Any, language: str) -> list[str]:
    """The slide of each page, in order."""
    return [page.key for page in layout.lay_out(snapshot, language)]


def read_pptx(snapshot: Any, language: str) -> dict[str, Shown]:
    found: dict[str, Shown] = {}
    slides = Presentation(io.BytesIO(pptx.render(snapshot, language))).slides
    for key, slide in zip(keys(snapshot, language), slides, strict=True):
        shown = found.setdefault(key, Shown(notes=""))
        for shape in slide.shapes:
            lines = shape._element.iter(qn("a:p"))
            shown.words += " " + " ".join("".join(line.itertext(qn("a:t"))) for line in lines)
            if shape.has_chart:
                plot = shape.chart.plots[0]
                values = [value for series in plot.series for value in series.values]
                shown.charts |= {value for value in values if value is not None}
                shown.words += " ".join(["", *plot.categories, *(series.name for series in plot.series)])
        shown.notes = f"{shown.notes} {slide.notes_slide.notes_text_frame.text}"
    return found


def read_pdf(snapshot: Any, language: str) -> dict[str, Shown]:
    """The text of the pages, and what is said of the charts, which are drawn."""
    found: dict[str, Shown] = {}
    reader = PdfReader(io.BytesIO(pdf.render(snapshot, language)))
    said = alternatives(reader)
    for number, (key, page) in enumerate(zip(keys(snapshot, language), reader.pages, strict=True)):
        shown = found.setdefault(key, Shown())
        shown.words += " " + page.extract_text() + " " + " ".join(said.get(number, []))
    return found


def alternatives(reader: PdfReader) -> dict[int, list[str]]:
    """What is said of pictures, by page."""
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages)}  # type: ignore[union-attr]
    found: dict[int, list[str]] = {}
    waiting: list[Any] = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            if "/Alt" in one and "/Pg" in one:
                found.setdefault(numbers[one.raw_get("/Pg").idnum], []).append(str(one["/Alt"]))
            if "/K" in one:
                waiting.append(one["/K"])
    return found


def read_web(snapshot: Any, language: str) -> dict[str, Shown]:
    """The cards with their tables of numbers; notes stand in a fold below each."""
    deck = web.deck(snapshot, language, lambda name: f"/evidence/{name}/")
    page = html.fromstring(render_to_string("pitches/deck/deck.html", {"deck": deck}))
    found: dict[str, Shown] = {}
    for slide in deck.slides:
        shown = found.setdefault(slide.identity.rpartition("-")[0], Shown(notes=""))
        (card,) = page.xpath(f"//section[@id='slide-{slide.identity}']")
        for hidden in card.xpath(".//script"):
            hidden.getparent().remove(hidden)
        shown.words += " " + " ".join(card.itertext())
        notes = card.getnext()
        if notes is not None and "deck-notes" in notes.get("class", ""):
            shown.notes = f"{shown.notes} {' '.join(notes.itertext())}"
    return found


OUTPUTS: dict[str, Read] = {"pptx": read_pptx, "pdf": read_pdf, "web": read_web}
DRAWN = frozenset({"pdf", "web"})  # outputs whose charts are also told in words


def marked(snapshot: Any) -> Any:
    """The snapshot with a value for each figure that nothing else in the deck looks like."""
    found = copy.deepcopy(snapshot)
    for index, figure in enumerate(found["figures"].values()):
        if figure["unit"] == "date":
            figure["value"] = (date(2041, 1, 1) + timedelta(days=index)).isoformat()
        elif figure["unit"] == "percent":
            figure["value"] = round(80.01 + index / 100, 2)  # 8,001 %
        else:
            figure["value"] = 700_001 + index
    return found


def printed(text: str) -> str:
    """Without the spaces that lines and tags leave in words and numbers."""
    return "".join(text.split())


def places(texts: Iterator[contract.Text] | list[contract.Text], language: str) -> set[str]:
    return {
        part.key
        for text in texts
        for part in parse(text.get(language, ""))
        if isinstance(part, Place) and part.kind == "figure"
    }


@dataclass(frozen=True)
class Expected:
    """The figures that a slide prints: in words, in charts, in notes."""

    words: frozenset[str]
    charts: frozenset[str]
    notes: frozenset[str]


def expected(snapshot: Any, slide: Any, language: str) -> Expected:
    """Told from the contract alone, not from the renderers."""
    blocks = slide["blocks"]
    words = places([slide["title"], slide["footer"]], language)
    words |= places([text for block in blocks for _, text in contract.block_texts(block)], language)
    charts: set[str] = set()
    for block in blocks:
        found = set(contract.block_figures(block))
        if block["type"] == "chart":
            charts |= found
        else:
            words |= found
    if any(block["type"] == "register" for block in blocks):
        words |= set(snapshot["figures"])
        for evidence in snapshot["evidence"]:
            words |= places([evidence["label"], evidence.get("formula", {})], language)
    ids = set(slide["evidence"]) | {one for block in blocks for one in contract.block_evidence(block)}
    own = words if not any(block["type"] == "register" for block in blocks) else set()
    figures = own | charts | places([slide["notes"]], language)
    ids |= {snapshot["figures"][key]["evidence"] for key in figures}
    notes = places([slide["notes"]], language)
    for evidence in snapshot["evidence"]:
        if evidence["id"] in ids:
            notes |= places([evidence["label"], evidence.get("formula", {})], language)
    return Expected(frozenset(words), frozenset(charts), frozenset(notes))


@cache
def shown_in(output: str, language: str) -> dict[str, Shown]:
    return OUTPUTS[output](marked(snapshots.full()), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("output", OUTPUTS)
def test_every_figure_is_printed_where_it_belongs_and_nowhere_else(output: str, language: str) -> None:
    snapshot = marked(snapshots.full())
    slides = shown_in(output, language)
    assert set(slides) == {slide["key"] for slide in snapshot["slides"]}
    seen = 0
    for slide in snapshot["slides"]:
        wanted = expected(snapshot, slide, language)
        shown = slides[slide["key"]]
        for key, figure in snapshot["figures"].items():
            where = (output, slide["key"], key)
            value = printed(format_figure(figure, language, snapshot["time_zone"]))
            in_words = key in wanted.words or (output in DRAWN and key in wanted.charts)
            assert (value in printed(shown.words)) == in_words, where
            if output not in DRAWN:
                assert (figure["value"] in shown.charts) == (key in wanted.charts), where
            if shown.notes is not None:
                assert (value in printed(shown.notes)) == (key in wanted.notes), where
            seen += in_words or key in wanted.charts
    assert seen > 2 * len(snapshot["figures"])  # each in the register, and most on a slide


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chart_is_told_in_the_words_of_its_language(language: str) -> None:
    """The values beside the bars are those of the snapshot, written as this language writes them."""
    snapshot = marked(snapshots.full())
    for slide in snapshot["slides"]:
        for key in expected(snapshot, slide, language).charts:
            figure = snapshot["figures"][key]
            said = label(figure["value"], figure["unit"], language)
            assert printed(said) == printed(format_figure(figure, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_memo_prints_the_figures_of_its_parts_and_no_others(language: str) -> None:
    snapshot = marked(snapshots.full())
    slides = {slide["key"]: slide for slide in snapshot["slides"]}
    blocks = slides["summary"]["blocks"]
    claims = [item["text"] for block in blocks if block["type"] == "verdicts" for item in block["items"]]
    asks = [block["text"] for block in blocks if block["type"] == "callout" and block["tone"] == "ask"]
    gaps = [gap for evidence in snapshot["evidence"] for gap in evidence.get("gaps", ())]
    wanted = places([slides["summary"]["title"], *claims, *asks, *gaps], language)
    wanted |= {"period.start", "period.end"}
    exhibit = next(slides[key] for key in memo.CHARTS if key in slides)
    wanted |= expected(snapshot, exhibit, language).charts
    reader = PdfReader(io.BytesIO(memo.render(snapshot, language)))
    (page,) = reader.pages
    shown = printed(page.extract_text() + " ".join(alternatives(reader).get(0, [])))
    for key, figure in snapshot["figures"].items():
        value = printed(format_figure(figure, language, snapshot["time_zone"]))
        assert (value in shown) == (key in wanted), key


def test_a_changed_figure_changes_its_row_of_the_evidence_and_where_words_tell_it() -> None:
    """Of the tables that any program opens; the README names no figure."""
    snapshot: Any = snapshots.full()
    before = {name: read(file) for name, file in tables.all_of(snapshot, "ab" * 32).items()}
    for key in one_by_one():
        changed = copy.deepcopy(snapshot)
        changed["figures"][key]["value"] = marked(snapshot)["figures"][key]["value"]
        after = {name: read(file) for name, file in tables.all_of(changed, "ab" * 32).items()}
        other = {
            name: [row[0] for row, old in zip(after[name], before[name], strict=True) if row != old]
            for name in after
        }
        telling = [
            one["id"]
            for one in snapshot["evidence"]
            if key in places([one["label"], one.get("formula", {}), *one.get("gaps", ())], "en")
        ]
        assert other == {"README.txt": [], "figures.csv": [key], "evidence.csv": telling, "rows.csv": []}


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))


def one_by_one() -> list[str]:
    """A figure of each unit and class, and some others."""
    figures: Any = snapshots.full()["figures"]
    first = {(one["unit"], one["class"]): key for key, one in reversed(figures.items())}
    return sorted({*first.values(), *list(figures)[::31]})


@cache
def before(output: str) -> dict[str, Shown]:
    return OUTPUTS[output](snapshots.full(), "en")


# All outputs draw the same pages: every third is read back from a file, too.
ALONE = [(output, key) for output in OUTPUTS for key in one_by_one()[:: 1 if output == "web" else 3]]


@pytest.mark.parametrize(("output", "key"), ALONE)
def test_changing_one_figure_changes_nothing_else(output: str, key: str) -> None:
    snapshot: Any = snapshots.full()
    figure = snapshot["figures"][key]
    figure["value"] = {"date": "2041-02-03", "percent": 0.31}.get(figure["unit"], 37)
    after = OUTPUTS[output](snapshot, "en")
    changed = {"words": set(), "notes": set()}  # type: dict[str, set[str]]
    for name, shown in after.items():
        old = before(output)[name]
        if (shown.words, shown.charts) != (old.words, old.charts):
            changed["words"].add(name)
        if shown.notes != old.notes:
            changed["notes"].add(name)
    wanted = {slide["key"]: expected(snapshot, slide, "en") for slide in snapshot["slides"]}
    printing = {name for name, one in wanted.items() if key in one.words | one.charts}
    assert changed["words"] == printing
    assert changed["notes"] == {
        name for name, one in wanted.items() if key in one.notes and after[name].notes is not None
    }


def test_the_marks_can_be_told_apart() -> None:
    """Else the test above could not fail."""
    snapshot = marked(snapshots.full())
    for language in LANGUAGES:
        values = [printed(format_figure(one, language)) for one in snapshot["figures"].values()]
        assert all(re.search(r"\d", value) for value in values)
        assert not [(a, b) for a in values for b in values if a != b and a in b]
        assert len(set(values)) == len(values)
