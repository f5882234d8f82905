"""No text leaves its box, and nothing is lost when a slide is split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pitches.decks import blocks, fit, geometry, layout
from pitches.decks.page import (
    BULLET_INDENT,
    HEIGHT,
    PAD_X,
    WIDTH,
    CardsBox,
    ChartBox,
    Page,
    Paragraph,
    TableBox,
    TextBox,
)
from pitches.decks.text import Run, plain
from tests.conftest import shared
from tests.pitches import snapshots
from tests.pitches.snapshots import text
from tests.strings import hostile_strings

EMPTY_TO_FULL = ["full", "draft", "long_names"]
LANGUAGES = ["en", "sv"]
ROUNDING = 0.02


def boxes(page: Page) -> Iterator[TextBox]:
    yield page.title
    for box in (page.kicker, page.footer):
        if box:
            yield box
    if page.mark:
        yield page.mark
    for element in page.elements:
        if isinstance(element, TextBox):
            yield element
        if isinstance(element, CardsBox):
            yield from element.cards


def assert_fits(paragraphs: tuple[Paragraph, ...], room: float, height: float, where: str) -> None:
    used = 0.0
    for one in paragraphs:
        inner = room - (BULLET_INDENT if one.bullet else 0)
        for line in one.lines:
            assert fit.line_width(line, one.size) <= inner + ROUNDING, (where, plain(line))
        used += one.height
    last = paragraphs[-1].after if paragraphs else 0.0
    assert used - last <= height + ROUNDING, (where, used, height)


def assert_page_fits(page: Page) -> None:
    where = f"{page.key} {page.part}"
    for box in boxes(page):
        assert_fits(box.paragraphs, box.width - 2 * box.inset, box.height - 2 * box.inset, where)
    bottom = geometry.FOOTER_RULE
    for element in page.elements:
        assert element.x >= 0 and element.x + element.width <= geometry.RIGHT + ROUNDING, where
        assert element.y >= page.title.y and element.y + element.height <= bottom + ROUNDING, where
        if isinstance(element, TableBox):
            assert_table_fits(element, where)
    spans = sorted(
        (element.y, element.y + element.height) for element in page.elements if element.x < WIDTH / 2
    )
    for (_, end), (begin, _) in zip(spans, spans[1:], strict=False):
        assert end <= begin + ROUNDING, (where, "boxes lie over each other")
    assert page.title.y + page.title.height <= HEIGHT


def assert_table_fits(table: TableBox, where: str) -> None:
    for row in (table.head, *table.rows):
        for cell, width in zip(row.cells, table.widths, strict=True):
            assert_fits(cell.paragraphs, width - 2 * PAD_X, row.height - 2 * row.pad, where)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", EMPTY_TO_FULL)
def test_no_text_leaves_its_box(make: str, language: str) -> None:
    for page in layout.lay_out(getattr(snapshots, make)(), language):
        assert_page_fits(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_forty_letters_of_a_name_keep_titles_to_two_lines(language: str) -> None:
    for page in layout.lay_out(snapshots.long_names(), language):
        (title,) = page.title.paragraphs
        assert len(title.lines) <= 2, plain(title.runs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_strings_stay_in_their_boxes(language: str) -> None:
    for page in layout.lay_out(snapshots.hostile(hostile_strings()), language):
        assert_page_fits(page)


@pytest.mark.shared
def test_the_shared_hostile_strings_stay_in_their_boxes() -> None:
    strings = hostile_strings(
        shared("hostile/strings/strings.jsonl"), shared("hostile/thirdparty/strings/blns.jsonl")
    )
    assert len(strings) > 200
    for page in layout.lay_out(snapshots.hostile(strings)):
        assert_page_fits(page)


def long_table(rows: int) -> Any:
    snapshot: Any = snapshots.full()
    lines = [[{"raw": f"row number {index} of many"}, {"raw": "x " * 60}] for index in range(rows)]
    block = {"type": "table", "columns": [text("What"), text("More")], "rows": lines}
    snapshot["slides"].append(
        snapshots.drawn.slide(99, key="long", title=text("A long table"), blocks=[block])
    )
    return snapshot


def test_a_long_table_is_split_between_rows_with_its_head_repeated() -> None:
    pages = [page for page in layout.lay_out(long_table(90)) if page.key == "long"]
    assert len(pages) > 1
    assert [(page.part, page.parts) for page in pages] == [(n + 1, len(pages)) for n in range(len(pages))]
    assert plain(pages[1].title.paragraphs[0].runs).endswith(f"(2 of {len(pages)})")
    tables = [element for page in pages for element in page.elements if isinstance(element, TableBox)]
    assert all(table.head == tables[0].head for table in tables)
    seen = [plain(row.cells[0].paragraphs[0].runs) for table in tables for row in table.rows]
    assert seen == [f"row number {index} of many" for index in range(90)]


def test_a_row_higher_than_a_page_continues_on_the_next() -> None:
    snapshot: Any = snapshots.full()
    words = [f"word{index}" for index in range(3000)]
    snapshot["slides"] = [
        snapshots.drawn.slide(
            1,
            key="one",
            title=text("One row"),
            blocks=[
                {
                    "type": "table",
                    "columns": [text("A"), text("B")],
                    "rows": [[{"raw": " ".join(words)}, {"raw": "b"}]],
                }
            ],
        )
    ]
    pages = layout.lay_out(snapshot)
    assert len(pages) > 1
    cells = [row.cells[0] for page in pages for element in page.elements for row in element.rows]  # type: ignore[union-attr]
    assert " ".join(plain(one.runs) for cell in cells for one in cell.paragraphs).split() == words
    for page in pages:
        assert_page_fits(page)


def test_text_is_split_and_not_shrunk_below_two_sizes() -> None:
    snapshot: Any = snapshots.full()
    items = [
        text("Something that people said about coffee, at some length, again and again") for _ in range(60)
    ]
    blocks = [{"type": "bullets", "items": items}]
    snapshot["slides"] = [snapshots.drawn.slide(1, key="much", title=text("Much"), blocks=blocks)]
    pages = layout.lay_out(snapshot)
    sizes = {one.size for page in pages for box in page.elements for one in box.paragraphs}  # type: ignore[union-attr]
    assert len(pages) > 1 and sizes == {layout.SMALL.body}
    assert sum(one.bullet for page in pages for box in page.elements for one in box.paragraphs) == 60  # type: ignore[union-attr]


def test_a_title_too_long_for_any_size_is_cut_and_told_whole_in_the_notes() -> None:
    snapshot: Any = snapshots.full()
    title = " ".join(["an endless claim about coffee"] * 20)
    snapshot["slides"] = [snapshots.drawn.slide(1, key="long", title=text(title), blocks=[])]
    (page,) = layout.lay_out(snapshot)
    assert plain(page.title.paragraphs[0].runs).endswith("…")
    assert plain(page.notes[0]) == title
    assert_page_fits(page)


def test_a_deck_nobody_would_open_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_PAGES", 20)
    with pytest.raises(layout.TooLong):
        layout.lay_out(long_table(200))


def test_every_slide_says_that_it_is_a_draft_with_sample_data() -> None:
    for page in layout.lay_out(snapshots.draft(), "sv"):
        assert page.marks == ("Utkast, inte fryst", "Exempeldata", "Inspelat material")
    assert all(page.marks == () for page in layout.lay_out(snapshots.full()))


def test_unknown_points_of_a_chart_are_named() -> None:
    pages = {page.key: page for page in layout.lay_out(snapshots.full())}
    captions = [
        plain(box.paragraphs[0].runs)
        for box in pages["volume"].elements
        if getattr(box, "role", "") == "caption"
    ]
    assert captions == [
        "Unknown: Fjällvik Coffee (12\xa0Oct). Hatched: not fully covered by our sources.",
    ]
    (chart,) = (box.chart for box in pages["share"].elements if isinstance(box, ChartBox))
    assert chart.categories[3] == "Aurora Roasters (unknown)" and chart.series[0].values[3] is None


def test_lines_joined_give_the_text_back() -> None:
    runs = [
        Run("1\xa0284 stories about "),
        Run("Fjällvik-Coffee/Roasters", bold=True),
        Run(" and " + "x" * 90),
    ]
    for room in (20, 60, 300):
        lines = fit.wrap(runs, room, 12)
        assert plain(run for line in lines for run in line) == plain(runs)
        assert all(fit.line_width(line, 12) <= room for line in lines)


def test_a_cut_line_ends_in_an_ellipsis_inside_its_room() -> None:
    lines = fit.wrap([Run("many words " * 40)], 100, 12)
    short = fit.cut(lines, 2, 100, 12)
    assert len(short) == 2 and plain(short[1]).endswith("…") and fit.line_width(short[1], 12) <= 100


def test_rows_share_the_room_that_is_left_up_to_what_looks_right() -> None:
    pages = {page.key: page for page in layout.lay_out(snapshots.full())}
    for key, most in (("summary", blocks.VERDICT_AIR), ("voice", blocks.AIR)):
        (table,) = (box for box in pages[key].elements if isinstance(box, TableBox))
        assert {0 < row.spare <= most for row in table.rows} == {True}
        assert table.head.spare == 0
    long = [page for page in layout.lay_out(long_table(90)) if page.key == "long"]
    tables = [box for page in long for box in page.elements if isinstance(box, TableBox)]
    assert {row.spare for table in tables for row in table.rows} == {0}


def test_a_title_of_one_line_and_a_word_is_set_a_little_smaller() -> None:
    snapshot: Any = snapshots.full()
    title = "Forty people asked us for beans that taste of nothing but fresh beans"
    snapshot["slides"] = [snapshots.drawn.slide(1, key="one", title=text(title), blocks=[])]
    (page,) = layout.lay_out(snapshot)
    (line,) = page.title.paragraphs
    assert (line.size, len(line.lines)) == (24.0, 1)
    assert len(fit.wrap(line.runs, geometry.ROOM, 26.0)) == 2


def test_a_cell_says_each_fact_on_a_line_of_its_own() -> None:
    writer = blocks.Writer(snapshots.full(), "en")
    runs = blocks._cell_runs(
        writer, {"state": "yes", "text": text("{s1.stories} stories\nby many"), "evidence": "E1"}, ""
    )
    one = blocks.cell(runs, 300.0, 11.0)
    assert [plain(fact.runs) for fact in one.paragraphs] == ["●\xa0212 stories", "by many"]
    # The figure leads to its proof, the words beside it stay quiet.
    assert [run.text for fact in one.paragraphs for run in fact.runs if run.evidence] == ["212"]


def cards_of(key: str, snapshot: Any = None) -> list[CardsBox]:
    pages = [page for page in layout.lay_out(snapshot or snapshots.full()) if page.key == key]
    return [box for page in pages for box in page.elements if isinstance(box, CardsBox)]


def test_each_step_of_a_ladder_stands_higher_than_the_one_before() -> None:
    (box,) = cards_of("ladder")
    assert [plain(card.paragraphs[1].runs) for card in box.cards] == [
        "Listen", "Comment", "Internal blog", "One channel", "Events",
    ]  # fmt: skip
    tops = [card.y for card in box.cards]
    assert tops == sorted(tops, reverse=True) and len(set(tops)) == 5
    assert len({round(card.y + card.height, 6) for card in box.cards}) == 1
    assert [card.fill for card in box.cards] == ["accent", "muted", "muted", "muted", "muted"]


def test_the_facts_of_options_stand_on_common_lines() -> None:
    (box,) = cards_of("options")
    lines = []
    for card in box.cards:
        y, found = card.y, {}
        for one in card.paragraphs:
            found[plain(one.runs)] = round(y, 6)
            y += one.height
        lines.append([found[label] for label in ("Hours a week", "Budget", "What we get")])
    assert lines[0] == lines[1] == lines[2]
    assert plain(box.cards[1].paragraphs[0].runs) == "Option B · The ask"


def test_boxes_too_full_for_a_page_run_on_and_lose_nothing() -> None:
    snapshot: Any = snapshots.full()
    (slide,) = (one for one in snapshot["slides"] if one["key"] == "ladder")
    words = " ".join(["listen"] * 400)
    slide["blocks"][0]["items"][2]["text"] = text(words)
    boxes = cards_of("ladder", snapshot)
    assert len(boxes) > 1
    said = "".join(plain(one.runs) for box in boxes for one in box.cards[2].paragraphs)
    assert said.count("listen") == 400
    for page in layout.lay_out(snapshot):
        assert_page_fits(page)
