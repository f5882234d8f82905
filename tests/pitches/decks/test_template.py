"""A deck on somebody's own template: their master, layouts, fonts and colours, our words and exhibits."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pptx as library
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from charts import metrics, palette
from pitches.decks import base, intake, layout, pptx, template, trial
from pitches.decks.page import ChartBox, TableBox
from pitches.decks.template import Template, Unusable
from pitches.decks.text import plain
from tests.conftest import shared
from tests.pitches import snapshots, templates
from tests.pitches.decks import test_layout
from tests.pitches.templates import xml
from tests.pitches.templates.xml import Holder, Layout, Look
from tests.strings import hostile_strings

NAMES = list(templates.REAL)
MAKES = ["full", "draft", "long_names"]


@cache
def kept(name: str) -> bytes:
    return intake.take(templates.REAL[name]())


@cache
def deck(name: str, make: str = "full", language: str = "en") -> bytes:
    return pptx.render(getattr(snapshots, make)(), language, template.read(kept(name)))


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pages_on(found: Template, snapshot: Any, language: str = "en") -> list[Any]:
    with metrics.stretched(found.stretch):
        return layout.lay_out(snapshot, language, found.geometry)


@pytest.mark.parametrize("name", NAMES)
def test_its_master_layouts_and_pictures_are_there_and_its_sample_slides_are_not(name: str) -> None:
    mine, theirs = parts(deck(name)), parts(kept(name))
    for part, content in theirs.items():
        if part.startswith(("ppt/media/", "ppt/theme/theme1.")):
            assert mine[part] == content
    made, given = opened(deck(name)), opened(templates.REAL[name]())
    assert [one.name for one in made.slide_layouts] == [one.name for one in given.slide_layouts]
    assert (made.slide_width, made.slide_height) == (given.slide_width, given.slide_height)
    words = [shape.text_frame.text for slide in made.slides for shape in slide.shapes if shape.has_text_frame]
    assert not [one for one in words if "sample slide" in one.lower() or "our web site" in one]
    assert "Click here" not in " ".join(words)  # no prompt of a placeholder that nobody filled
    assert not [
        part for part in mine if "nordhamn" in mine[part].decode("latin-1") and part.endswith(".rels")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_each_slide_stands_on_the_layout_that_serves_for_it(name: str) -> None:
    wanted = {
        "dark": ("Title slide", "Title only"),
        "band": ("Omslag", "Endast rubrik"),
        "narrow": ("Start", "Kolumn"),
    }[name]
    slides = list(opened(deck(name)).slides)
    assert slides[0].slide_layout.name == wanted[0]
    assert {slide.slide_layout.name for slide in slides[1:]} == {wanted[1]}


@pytest.mark.parametrize("name", NAMES)
def test_titles_are_in_its_placeholders_and_read_first(name: str) -> None:
    found = template.read(kept(name))
    pages = pages_on(found, snapshots.full())
    slides = list(opened(deck(name)).slides)
    assert len(slides) == len(pages)
    for page, slide in zip(pages, slides, strict=True):
        title = slide.shapes.title
        assert title.text_frame.text == plain(page.title.paragraphs[0].runs)
        assert slide.shapes[0].shape_id == title.shape_id or slide.shapes[0].name == "Bar"
        assert not title._element.spPr.findall(qn("a:xfrm"))  # where the template puts it
        assert {run.find(qn("a:rPr")).get("b") for run in title._element.iter(qn("a:r"))} == {None}


def test_its_own_footer_and_number_stay() -> None:
    for number, slide in enumerate(list(opened(deck("dark")).slides)[1:], 2):
        kinds = {shape.placeholder_format.type.name: shape for shape in slide.placeholders}
        assert kinds["FOOTER"].text_frame.text == "Nordhamn AB · Confidential"
        assert kinds["SLIDE_NUMBER"].text_frame._txBody.findtext(f".//{qn('a:t')}") == str(number)
        assert [shape.text_frame.text for shape in slide.shapes if shape.name == "Sources"] or number > 13


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("name", NAMES)
def test_no_text_leaves_its_box_and_no_box_its_room(name: str, make: str) -> None:
    found = template.read(kept(name))
    for page in pages_on(found, getattr(snapshots, make)(), "sv"):
        assert_fits(found, page)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_strings_stay_in_their_boxes(name: str) -> None:
    found = template.read(kept(name))
    for page in pages_on(found, snapshots.hostile(hostile_strings())):
        assert_fits(found, page)


@pytest.mark.shared
@pytest.mark.parametrize("name", NAMES)
def test_so_do_the_shared_hostile_strings(name: str) -> None:
    found = template.read(kept(name))
    strings = hostile_strings(shared("hostile/strings/strings.jsonl"))
    for page in pages_on(found, snapshots.hostile(strings)):
        assert_fits(found, page)


def assert_fits(found: Template, page: Any) -> None:
    """Titles in their box measured as wide as their font may be, the rest in the room of the layout."""
    where = f"{page.key} {page.part}"
    geometry = found.geometry
    stretch = geometry.cover_stretch if page.layout == "cover" else geometry.title_stretch
    with metrics.stretched(stretch):
        test_layout.assert_fits(page.title.paragraphs, page.title.width, page.title.height, where)
    left, top, room, height = geometry.cover_body if page.layout == "cover" else geometry.body
    with metrics.stretched(found.stretch):
        for box in test_layout.boxes(page):
            if box is not page.title:
                test_layout.assert_fits(
                    box.paragraphs, box.width - 2 * box.inset, box.height - 2 * box.inset, where
                )
        for element in page.elements:
            if page.layout == "cover" and getattr(element, "role", "") == "meta":
                continue
            assert element.x >= left - 0.1 and element.x + element.width <= left + room + 0.1, where
            assert element.y >= top - 0.1 and element.y + element.height <= top + height + 0.1, where
            if isinstance(element, TableBox):
                test_layout.assert_table_fits(element, where)
    if page.layout != "cover":
        assert not template._meet(geometry.title, (left, top, room, height))


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_a_chart_is_in_the_charts_own_data(name: str) -> None:
    found = template.read(kept(name))
    charts = [
        element.chart
        for page in pages_on(found, snapshots.full())
        for element in page.elements
        if isinstance(element, ChartBox)
    ]
    shapes = [shape for slide in opened(deck(name)).slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == len(shapes) == 5
    for chart, shape in zip(charts, shapes, strict=True):
        series = shape.chart.plots[0].series
        assert [(one.name, tuple(one.values)) for one in series] == [(o.name, o.values) for o in chart.series]


def test_words_can_be_read_on_dark_slides_and_on_light_ones() -> None:
    papers = {"dark": "#0b1f3a", "band": "#ffffff", "narrow": "#fffbf2"}
    for name, paper in papers.items():
        for look in template.read(kept(name)).looks.values():
            assert look.paints.paper.colour == paper
            for tone in ("ink", "muted", "accent", "warning"):
                assert palette.contrast(look.tones[tone].colour, paper) >= 4.5, (name, tone)


def test_what_is_its_own_colour_is_written_by_its_name_so_that_a_recoloured_theme_recolours_it() -> None:
    look = template.read(kept("dark")).looks["standard"]
    assert (look.paints.accent.scheme, look.tones["ink"].scheme) == ("accent1", "tx1")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_snapshot_on_the_same_template_gives_the_same_bytes(name: str) -> None:
    template.read.cache_clear()
    assert pptx.render(snapshots.full(), "en", template.read(intake.take(templates.REAL[name]()))) == deck(
        name
    )


def test_our_own_look_and_that_of_another_program_serve_as_templates() -> None:
    other = (Path(library.__file__).with_name("templates") / "default.pptx").read_bytes()
    for content in (base.presentation("#0f766e"), other):
        found = template.read(intake.take(content))
        made = opened(pptx.render(snapshots.long_names(), "sv", found))
        assert len(made.slides) >= 20
    assert opened(other).slide_layouts[found.layouts["standard"]].name in ("Title Only", "Title and Content")


@pytest.mark.parametrize("name", NAMES)
def test_the_trial_deck_has_every_kind_of_exhibit(name: str) -> None:
    made = opened(pptx.render(trial.snapshot("#0f766e"), "en", template.read(kept(name))))
    shapes = [shape for slide in made.slides for shape in slide.shapes]
    assert sum(shape.has_chart for shape in shapes) == 5 and sum(shape.has_table for shape in shapes) >= 4


def simple(*holders: Holder, size: tuple[float, float] = (960, 540), **more: Any) -> bytes:
    layouts = [Layout("Only one", "titleOnly", holders)]
    return intake.take(xml.package(size, Look(), layouts, **more))


def test_a_template_without_titles_is_refused_in_words() -> None:
    with pytest.raises(Unusable, match="None of the 1 layouts has a title"):
        template.read(simple(Holder("", (48, 100, 800, 300), index=1)))


def test_an_upright_title_is_no_title() -> None:
    content = simple(Holder("title", (48, 30, 860, 80)))
    upright = templates.changed(
        content,
        {"ppt/slideLayouts/slideLayout1.xml": lambda part: part.replace(b"anchor=", b'vert="vert" anchor=')},
    )
    with pytest.raises(Unusable, match="has a title"):
        template.read(upright)


def test_a_template_with_too_little_room_is_refused_and_the_layout_named() -> None:
    with pytest.raises(Unusable, match="“Only one” leaves too little room"):
        template.read(simple(Holder("title", (48, 30, 860, 400))))


def test_upright_slides_are_refused_with_their_size() -> None:
    with pytest.raises(Unusable, match="must be landscape, 16:9 or 4:3. These measure 19.1 x 33.9 cm"):
        template.read(simple(Holder("title", (30, 30, 240, 80)), size=(540, 960)))


def test_a_picture_behind_the_slides_gets_a_plain_ground_below_the_exhibits() -> None:
    whole = ((0, 0, 960, 540), templates.picture())
    content = simple(Holder("title", (48, 30, 860, 80)), pictures=[whole])
    found = template.read(content)
    assert found.looks["standard"].paints.paper.colour == "#ffffff"
    x, y, width, height = found.panels["standard"]
    left, top, room, high = found.geometry.body
    assert x < left and y < top and x + width > left + room and y + height > top + high
    slide = opened(pptx.render(snapshots.full(), "en", found)).slides[1]
    assert slide.shapes[0].name == "Bar"  # behind all the rest


def test_a_logo_in_the_way_narrows_the_room() -> None:
    free = template.read(simple(Holder("title", (48, 30, 860, 80)))).geometry.body
    corner = ((760, 400, 200, 140), templates.picture())
    taken = template.read(simple(Holder("title", (48, 30, 860, 80)), pictures=[corner])).geometry
    x, y, width, height = taken.body
    assert width * height < free[2] * free[3]
    assert not template._meet((x, y, width, height), corner[0])
