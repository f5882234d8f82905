"""The PDF says the same as the slides, is tagged, and leads from figure to proof to original."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from pitches.decks import layout, pdf
from pitches.decks.originals import MOST_ORIGINALS
from pitches.decks.page import TableBox
from pitches.decks.text import plain
from tests.conftest import shared
from tests.pitches import snapshots
from tests.pitches.decks.rendered import as_pdf, opened_pdf
from tests.strings import hostile_strings

LANGUAGES = ["en", "sv"]


def opened(snapshot: Any, language: str = "en") -> PdfReader:
    return PdfReader(io.BytesIO(pdf.render(snapshot, language)))


def squeezed(text: str) -> str:
    """Without white space: line breaks in a PDF are places, not characters."""
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", ["full", "draft", "branded", "long_names"])
def test_all_titles_and_all_rows_are_in_it(make: str, language: str) -> None:
    snapshot = getattr(snapshots, make)()
    pages = layout.lay_out(snapshot, language)
    found = opened_pdf(make, language)
    assert len(found.pages) == len(pages)
    for page, sheet in zip(pages, found.pages, strict=True):
        assert (float(sheet.mediabox.width), float(sheet.mediabox.height)) == (960, 540)
        said = squeezed(sheet.extract_text())
        assert squeezed(plain(page.title.paragraphs[0].runs)) in said, page.key
        for box in page.elements:
            for row in (box.head, *box.rows) if isinstance(box, TableBox) else ():
                for cell in row.cells:
                    for one in cell.paragraphs:
                        assert squeezed(plain(one.runs)) in said, (page.key, plain(one.runs))


def test_no_row_is_lost_when_an_appendix_table_is_split() -> None:
    pages = [sheet.extract_text() for sheet in opened_pdf().pages]
    method = [text for text in pages if "How we searched and counted" in text]
    assert len(method) > 1
    assert sum(text.count("Stories are counted once") for text in method) == 30
    assert all(text.count("Rule") == 1 for text in method)  # the head, on each page


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged_titled_and_in_its_language(language: str) -> None:
    found = opened_pdf("full", language)
    root: Any = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == language
    assert "/StructTreeRoot" in root
    assert found.metadata and found.metadata.title.startswith(
        {"en": "Why Fjällvik", "sv": "Varför Fjällvik"}[language]
    )
    assert "pdfuaid" in str(root["/Metadata"].get_data())
    kinds = tag_kinds(root["/StructTreeRoot"])
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure", "/Link", "/L"} <= kinds


def tag_kinds(node: Any) -> set[str]:
    """All kinds of tags in the structure tree."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            if "/S" in one:
                found.add(str(one["/S"]))
            if "/K" in one:
                waiting.append(one["/K"])
    return found


def test_each_slide_is_a_bookmark_and_holds_those_of_the_pages_it_goes_on_with() -> None:
    wanted: list[Any] = []
    for page in layout.lay_out(snapshots.full()):
        title = plain(page.title.paragraphs[0].runs)
        if page.part == 1:
            wanted.append((title, []))
        else:
            wanted[-1][1].append(title)
    assert folded(opened_pdf().outline) == wanted
    assert any(parts for _, parts in wanted)


def folded(outline: Any) -> list[Any]:
    """(title, titles below it) of each bookmark, as pypdf lists them."""
    found: list[Any] = []
    for one in outline:
        if isinstance(one, list):
            found[-1] = (found[-1][0], [each.title for each in one])
        else:
            found.append((one.title, []))
    return found


def targets(sheet: Any) -> list[Any]:
    """(kind, where) of every link on a page."""
    found = []
    for reference in sheet.get("/Annots", []):
        note = reference.get_object()
        action = note.get("/A")
        if action is not None and action.get("/S") == "/URI":
            found.append(("web", str(action["/URI"])))
        else:
            found.append(("page", note.get("/Dest") or action.get("/D")))
    return found


def test_figures_lead_to_the_register_and_its_entries_to_the_originals() -> None:
    snapshot: Any = snapshots.full()
    pages = layout.lay_out(snapshot)
    entries = layout.anchors(pages)
    found = opened_pdf()
    for page, sheet in zip(pages, found.pages, strict=True):
        wanted = [run for run in page.title.paragraphs[0].runs if run.figure]
        inner = [
            found.get_destination_page_number(named(found, where))
            for kind, where in targets(sheet)
            if kind == "page"
        ]
        assert len(inner) >= len(wanted), page.key
        assert {entries[str(run.evidence)] for run in wanted} <= set(inner), page.key
    web = {where for sheet in found.pages for kind, where in targets(sheet) if kind == "web"}
    for evidence in snapshot["evidence"]:
        for address in filter(
            None, [evidence["url"], *(row["url"] for row in evidence["rows"][:MOST_ORIGINALS])]
        ):
            assert address in web


def named(reader: PdfReader, where: Any) -> Any:
    """The destination itself, where a link only names it."""
    if isinstance(where, str):
        return reader.named_destinations[where]
    from pypdf.generic import Destination, Fit

    return Destination("x", where[0], Fit.fit())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_snapshot_gives_the_same_bytes(language: str) -> None:
    assert pdf.render(snapshots.full(), language) == as_pdf("full", language)


def test_a_draft_says_so_on_every_page() -> None:
    assert all("Draft, not frozen" in sheet.extract_text() for sheet in opened_pdf("draft").pages)


def test_foreign_text_is_never_code() -> None:
    text = "".join(sheet.extract_text() for sheet in opened(snapshots.hostile(hostile_strings())).pages)
    assert '#letx=1#eval("1")$x$@label<label>*bold*_it_\\u{1F600}' in squeezed(text)


@pytest.mark.shared
@pytest.mark.parametrize("file", ["hostile/strings/strings.jsonl", "hostile/thirdparty/strings/blns.jsonl"])
def test_the_shared_hostile_strings_give_a_file_that_opens(file: str) -> None:
    assert len(opened(snapshots.hostile(hostile_strings(shared(file)))).pages) > 17
