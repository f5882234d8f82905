"""The web deck holds the same pages; every number leads to its evidence; foreign text stays text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from lxml import html

from pitches.decks import layout, web
from pitches.decks.page import ChartBox
from pitches.decks.text import plain
from tests.pitches import snapshots
from tests.strings import hostile_strings

LANGUAGES = ["en", "sv"]
FIGURES = ".//a[@class='figure']"


def page(snapshot: Any, language: str | None = None) -> Any:
    deck = web.deck(snapshot, language, lambda name: f"/evidence/{name}/")
    return html.fromstring(render_to_string("pitches/deck/deck.html", {"deck": deck}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_a_card_with_the_same_title(language: str) -> None:
    titles = [plain(one.title.paragraphs[0].runs) for one in layout.lay_out(snapshots.full(), language)]
    shown = page(snapshots.full(), language)
    assert [title.text_content() for title in shown.xpath("//h2")] == titles
    assert shown.get("lang") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_leads_to_its_own_evidence(language: str) -> None:
    snapshot: Any = snapshots.full()
    deck = web.deck(snapshot, language, lambda name: f"/evidence/{name}/")
    pages = layout.lay_out(snapshot, language)
    for slide, laid in zip(deck.slides, pages, strict=True):
        wanted = [
            (run.text, f"/evidence/{run.evidence}/") for run in laid.title.paragraphs[0].runs if run.figure
        ]
        assert [(run.text, run.href) for run in slide.title if run.kind == "figure"] == wanted
    shown = page(snapshot, language)
    links = {(link.text_content(), link.get("href")) for link in shown.xpath(FIGURES)}
    assert ("212", "/evidence/E1/") in links
    assert ({"en": "4.7%", "sv": "4,7\xa0%"}[language], "/evidence/E4/") in links


def test_numbers_outside_links_are_only_in_foreign_text_frames_and_charts() -> None:
    shown = page(snapshots.full(), "en")
    for title in shown.xpath("//h2"):
        for link in title.xpath(FIGURES):
            link.text = ""
        assert not re.search(r"\d", re.sub(r"\(\d+ of \d+\)", "", title.text_content()))


def test_the_table_of_a_chart_holds_every_value_with_its_link() -> None:
    (box,) = [
        box
        for one in layout.lay_out(snapshots.full())
        if one.key == "volume"
        for box in one.elements
        if isinstance(box, ChartBox)
    ]
    shown = page(snapshots.full())
    (table,) = [one for one in shown.xpath("//figure//table") if "31\xa0Aug" in one.text_content()]
    cells = [cell.text_content() for cell in table.xpath(".//td[@class='number']")]
    wanted = [series[index].text for index in range(12) for series in box.runs if series[index]]  # type: ignore[union-attr]
    assert cells == wanted and "unknown" in cells
    assert len(table.xpath(FIGURES)) == 24


def test_a_strict_page_may_show_it() -> None:
    shown = page(snapshots.full())
    assert not shown.xpath("//*[@style]") and not shown.xpath("//style")
    assert {one.get("type") for one in shown.xpath("//script")} == {"application/json"}
    assert not [name for one in shown.iter() for name in one.attrib if name.startswith("on")]


def test_ids_are_used_once() -> None:
    ids = page(snapshots.full()).xpath("//@id")
    assert len(ids) == len(set(ids))


def test_foreign_text_stays_text() -> None:
    snapshot = snapshots.hostile(hostile_strings())
    shown = page(snapshot)
    assert not shown.xpath("//img")
    assert {one.get("type") for one in shown.xpath("//script")} == {"application/json"}
    for link in shown.xpath("//a/@href"):
        assert re.match(r"https?://|/evidence/E\d+/$", link), link


def test_marks_are_on_every_card() -> None:
    assert all("Sample data" in card.text_content() for card in page(snapshots.draft()).xpath("//section"))


def test_our_column_of_a_table_is_tinted_in_every_row() -> None:
    (table,) = [one for one in page(snapshots.full()).xpath("//table") if "Newsletter" in one.text_content()]
    rows = table.xpath("./tbody/tr")
    assert [["highlight" in (cell.get("class") or "") for cell in row] for row in rows] == [
        [False, True, False, False, False]
    ] * len(rows)


def test_boxes_beside_each_other_are_a_list_and_the_chosen_one_is_marked() -> None:
    shown = page(snapshots.full())
    (ladder,) = shown.xpath("//ol[contains(@class, 'deck-cards-steps')]")
    (options,) = shown.xpath("//ol[contains(@class, 'deck-cards-options')]")
    assert [len(ladder), len(options)] == [5, 3]
    marked = [["deck-card-strong" in one.get("class") for one in boxes] for boxes in (ladder, options)]
    assert marked == [[True, False, False, False, False], [False, True, False]]


def test_the_logo_is_said_once_on_the_cover_and_is_furniture_elsewhere() -> None:
    images = page(snapshots.branded()).xpath("//img")
    assert images[0].get("alt") == "Fjällvik" and {one.get("alt") for one in images[1:]} == {""}
    assert {one.get("src")[:22] for one in images} == {"data:image/png;base64,"}
