"""Whoever cannot see the PDF reads all of it: checked by PDF/UA-1, and table by table against the data."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from pitches.decks import geometry, layout, memo, pdf
from pitches.decks.page import TableBox
from tests.pitches import snapshots
from tests.pitches.decks import accessible
from tests.pitches.decks.rendered import as_pdf
from tests.pitches.snapshots.figures import text
from tests.pitches.snapshots.slides import slide
from tests.strings import hostile_strings


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("make", ["full", "draft", "long_names"])
def test_the_deck_keeps_to_the_standard(make: str, language: str) -> None:
    assert accessible.problems(as_pdf(make, language), language) == []


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("make", ["full", "draft", "long_names"])
def test_the_memo_keeps_to_the_standard(make: str, language: str) -> None:
    assert accessible.problems(memo.render(getattr(snapshots, make)(), language), language) == []


def test_both_do_whatever_strangers_wrote() -> None:
    snapshot = snapshots.hostile(hostile_strings())
    for content in (pdf.render(snapshot, "en"), memo.render(snapshot, "en")):
        assert accessible.problems(content, "en") == []


# The checker sees what it looks for


def spoilt(change: Any) -> list[str]:
    """What the checker says of a deck that somebody changed."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(as_pdf("full", "en"))))
    change(writer)
    changed = io.BytesIO()
    writer.write(changed)
    return accessible.problems(changed.getvalue(), "en")


def every(writer: Any, kind: str) -> list[Any]:
    return [one for one in accessible.elements(writer) if one["/S"] == kind]


def without_alt(writer: Any) -> None:
    del every(writer, "/Figure")[0]["/Alt"]


def without_heads(writer: Any) -> None:
    for one in every(writer, "/TH"):
        one[NameObject("/S")] = NameObject("/TD")


def without_a_cell(writer: Any) -> None:
    row = accessible.named(every(writer, "/Table")[1], "/TR")[1]
    row["/K"].pop()


def with_a_lost_heading(writer: Any) -> None:
    every(writer, "/H1")[1][NameObject("/S")] = NameObject("/H3")


def without_language(writer: Any) -> None:
    writer.root_object[NameObject("/Lang")] = TextStringObject("")


def with_the_file_name_on_top(writer: Any) -> None:
    del writer.root_object["/ViewerPreferences"]


def without_tags_on_a_page(writer: Any) -> None:
    content = writer.pages[1].get_contents()
    content.set_data(content.get_data().replace(b"/MCID", b"/None"))
    writer.pages[1][NameObject("/Contents")] = writer._add_object(content)


def without_letters(writer: Any) -> None:
    fonts = writer.pages[0]["/Resources"]["/Font"]
    del next(iter(fonts.values())).get_object()["/ToUnicode"]


def without_a_description_of_a_link(writer: Any) -> None:
    note: Any = writer.pages[1]["/Annots"][0].get_object()
    assert isinstance(note, DictionaryObject)
    del note["/Contents"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_alt, "a picture says nothing"),
        (without_heads, "a table does not begin with its head"),
        (without_a_cell, "of different lengths"),
        (with_a_lost_heading, "a heading of level 3 follows"),
        (without_language, "its language is"),
        (with_the_file_name_on_top, "the file name instead of the title"),
        (without_tags_on_a_page, "page 2: "),
        (without_letters, "cannot be read"),
        (without_a_description_of_a_link, "page 2: a link does not say"),
    ],
)
def test_the_checker_sees_what_somebody_spoilt(change: Any, said: str) -> None:
    assert any(said in one for one in spoilt(change)), spoilt(change)


# Whole tables

ENTRIES, PLACES, RIVALS = 120, 45, 80  # each goes on over several pages
LONG = "nobody in the office would ever have expected that so much was said about filter coffee. "


def long_tables() -> Any:
    """A deck with a long register, a matrix of many places and many rivals, some rows very high."""
    snapshot: Any = snapshots.full()
    pattern = snapshot["evidence"][0]
    for number in range(len(snapshot["evidence"]) + 1, ENTRIES + 1):
        query = LONG * (60 if number == 100 else 1)
        snapshot["evidence"].append({**pattern, "id": f"E{number}", "query": query[:3000]})
    states = ("yes", "no", "unknown")
    matrix = [
        [
            {"raw": f"place {number:03}"},
            *(
                {
                    "state": states[(number + column) % 3],
                    "evidence": f"E{(4 * number + column) % ENTRIES + 1}",
                }
                for column in range(4)
            ),
        ]
        for number in range(PLACES)
    ]
    rivals = [
        [{"raw": f"rival {number:03}"}, {"raw": LONG * (40 if number == 70 else 1)}, {"figure": "s1.stories"}]
        for number in range(RIVALS)
    ]
    for key, rows in (("matrix", matrix), ("rivals", rivals)):
        columns = [text(f"column {number}") for number in range(len(rows[0]))]
        block = {"type": "table", "columns": columns, "rows": rows}
        number = len(snapshot["slides"]) + 1
        snapshot["slides"].append(slide(number, key=key, title=text(key), blocks=[block], layout="appendix"))
    return snapshot


def rows_of(reader: PdfReader) -> list[int]:
    """How many rows below its head each table of the file has, in reading order."""
    tables = [one for one in accessible.elements(reader) if one["/S"] == "/Table"]
    rows = [accessible.named(one, "/TR") for one in tables]
    return [sum(accessible.kids(row)[0]["/S"] != "/TH" for row in one) for one in rows]


def test_no_row_of_a_long_table_is_lost_cut_or_doubled() -> None:
    snapshot = long_tables()
    content = pdf.render(snapshot, "en")
    assert accessible.problems(content, "en") == []
    reader = PdfReader(io.BytesIO(content))
    found = "".join("".join(sheet.extract_text().split()) for sheet in reader.pages)
    for number in range(PLACES):
        assert found.count(f"place{number:03}") == 1
    for number in range(RIVALS):
        assert found.count(f"rival{number:03}") == 1
    whole = "".join(LONG.split())
    added = ENTRIES - len(snapshots.full()["evidence"])
    assert found.count(whole) >= 40 + RIVALS - 1 + added  # every row is there to its last word

    # Tag by tag: every table of every slide has the rows of the data, and those that go on from before.
    pages = layout.lay_out(snapshot, "en")
    boxes = [(page.key, box) for page in pages for box in page.elements if isinstance(box, TableBox)]
    counted: dict[str, int] = {}
    for (key, box), rows in zip(boxes, rows_of(reader), strict=True):
        goes_on = sum(row.continued for row in box.rows)
        counted[key] = counted.get(key, 0) + rows - goes_on
    wanted = {
        one["key"]: sum(len(block["rows"]) for block in one["blocks"] if block["type"] == "table")
        for one in snapshot["slides"]
        if any(block["type"] == "table" for block in one["blocks"])
    }
    assert {key: counted[key] for key in wanted} == wanted
    assert counted["register"] == len(snapshot["evidence"]) == ENTRIES
    for key in ("register", "matrix", "rivals"):
        assert len({page.part for page in pages if page.key == key}) > (5 if key == "register" else 2)


def test_nothing_reaches_beyond_its_page() -> None:
    for page in layout.lay_out(long_tables(), "en"):
        for element in page.elements:
            assert element.y >= 0 and element.y + element.height <= geometry.FOOTER_RULE, page.key
            assert element.x >= 0 and element.x + element.width <= 960.01, page.key
