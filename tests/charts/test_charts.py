"""One chart, drawn three ways, says the same in all of them."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest
from lxml import etree
from pptx import Presentation

from charts import palette, svg
from charts.echarts import to_echarts
from charts.metrics import broken, width
from charts.pptx import add_chart
from charts.spec import KINDS, Chart, Series, Unit
from charts.table import as_sentences, as_table

HOSTILE = ('"><script>alert(1)</script>', "{b|x}{c}", "a & b < c", "url(#x) style=x", "]]>", "💥 漢字")


def chart(kind: str = "column", **more: object) -> Chart:
    """Two series over three categories; one value is unknown, one category not covered."""
    values: dict[str, object] = {
        "kind": kind,
        "categories": ("31 Aug", "7 Sep", "14 Sep"),
        "series": (
            Series("Fjällvik", "own", (9.0, None, 0.0)),
            Series("The rest", "rival", (44.0, 51.0, 1284.0)),
        ),
        "summary": "Stories per week.",
        "uncovered": (1,),
    }
    return Chart(**{**values, **more})  # type: ignore[arg-type]


def test_a_chart_whose_parts_do_not_fit_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="one value per category"):
        chart(series=(Series("short", "own", (1.0,)),))
    with pytest.raises(ValueError, match="uncovered"):
        chart(uncovered=(3,))
    with pytest.raises(ValueError, match="kind"):
        chart("donut")
    with pytest.raises(ValueError, match="roles"):
        chart(roles=("own",))


@pytest.mark.parametrize("kind", KINDS)
def test_the_option_is_plain_json_without_motion_and_with_words_for_all(kind: str) -> None:
    option = to_echarts(chart(kind), "en")
    assert json.loads(json.dumps(option, allow_nan=False)) == option
    assert option["animation"] is False
    assert option["tooltip"]["renderMode"] == "richText"  # HTML would need inline styles
    said = option["aria"]["label"]["description"]
    assert "Stories per week." in said and "Fjällvik unknown" in said and "1,284" in said


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_is_a_gap_and_zero_is_zero(kind: str) -> None:
    data = to_echarts(chart(kind))["series"][0]["data"]
    assert data[1]["value"] == "-" and not data[1]["label"]["show"]
    assert data[2]["value"] == 0


def test_only_uncovered_categories_are_hatched() -> None:
    hatching = to_echarts(chart())["series"][-1]
    assert hatching["data"] == ["-", 1, "-"]
    assert "decal" in hatching["itemStyle"]
    assert len(to_echarts(chart(uncovered=()))["series"]) == 2


def test_ours_is_the_accent_and_the_others_are_grey() -> None:
    assert palette.colours(["own", "rival", "rival"], "#0f766e") == ["#0f766e", *palette.GREYS[:2]]
    one = chart("bar", series=(Series("Stories", "own", (1.0, 2.0, 3.0)),), roles=("own", "rival", "rival"))
    points = to_echarts(one)["series"][0]["data"]
    assert "itemStyle" not in points[0] and points[1]["itemStyle"] == {"color": palette.GREYS[0]}


@pytest.mark.parametrize("accent", ["#ffffff", "#ffe600", "#0f766e", "#000000", "#ff0000"])
def test_text_in_the_accent_and_on_it_can_be_read(accent: str) -> None:
    assert palette.contrast(palette.readable(accent), palette.PAPER) >= 4.5
    for colour in palette.colours(["own", "forum", "video", "rival"], accent):
        assert palette.contrast(palette.text_on(colour), colour) >= 4.5


def test_swedish_labels_are_swedish() -> None:
    head, rows = as_table(chart(), "sv")
    assert head == ["", "Fjällvik", "The rest"]
    assert rows[1] == ["7 Sep", "okänt", "51"]
    assert rows[2][2] == "1\xa0284"
    assert "4,7\xa0%" in as_sentences(Chart("bar", ("a",), (Series("b", "own", (0.047,)),), "percent"), "sv")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_option_gives_the_same_drawing(kind: str) -> None:
    option = to_echarts(chart(kind))
    first = svg.render_svg(option, 600, 300, identity="x")
    svg.render_svg(to_echarts(chart("bar")), 300, 200)  # in between, another
    assert svg.render_svg(option, 600, 300, identity="x") == first


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_holds_nothing_that_a_strict_page_forbids(kind: str) -> None:
    series = tuple(Series(text, "own", (float(place), 2.0, 3.0)) for place, text in enumerate(HOSTILE))
    drawing = svg.render_svg(to_echarts(chart(kind, categories=HOSTILE[:3], series=series)), 600, 400)
    root = etree.fromstring(drawing.encode())
    for element in root.iter():
        assert etree.QName(element).localname in svg.ELEMENTS
        assert set(element.attrib) <= svg.ATTRIBUTES
        assert not re.search(r"javascript:|https?:", " ".join(element.attrib.values()))


def test_two_drawings_in_one_page_share_no_id() -> None:
    ids = [
        set(re.findall(r' id="([^"]+)"', svg.render_svg(to_echarts(chart()), 600, 300, identity=name)))
        for name in ("a", "b")
    ]
    assert ids[0] and not ids[0] & ids[1]


def test_every_label_of_the_option_is_in_the_drawing() -> None:
    drawing = svg.render_svg(to_echarts(chart("bar", uncovered=())), 600, 300)
    texts = etree.fromstring(drawing.encode()).xpath("//*[local-name()='text']/text()")
    assert {"31 Aug", "7 Sep", "14 Sep", "9", "0", "44", "51", "1,284", "Fjällvik", "The rest"} <= set(texts)


def test_a_broken_option_is_an_error_and_the_next_one_is_drawn() -> None:
    with pytest.raises(svg.ChartError):
        svg.render_svg({"series": [{"type": "bar", "xAxisIndex": 7}], "xAxis": {}, "yAxis": {}}, 10, 10)
    assert svg.render_svg(to_echarts(chart()), 600, 300).startswith("<svg")


def test_the_engine_has_a_limit_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = svg._Engine()
    with pytest.raises(Exception, match="memory"):
        engine.context.eval("var all = []; for (;;) all.push(new ArrayBuffer(1 << 20));")


def test_many_threads_may_draw_at_once() -> None:
    option = to_echarts(chart())
    with ThreadPoolExecutor(4) as pool:
        drawings = set(pool.map(lambda _: svg.render_svg(option, 300, 200), range(8)))
    assert len(drawings) == 1


@pytest.mark.parametrize("unit", get_args(Unit))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_native_chart_holds_the_same_data(kind: str, language: str, unit: str) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    spec = chart(kind, unit=unit)
    native = add_chart(slide.shapes, spec, (10, 10, 600, 300), language).chart
    assert tuple(native.plots[0].categories) == spec.categories
    for series, wanted in zip(native.plots[0].series, spec.series, strict=True):
        assert series.name == wanted.name
        assert tuple(series.values) == wanted.values
    assert sum(shape.name.startswith("Not covered") for shape in slide.shapes) == 1
    assert native._chartSpace.xpath("//c:externalData")  # editable: the workbook is inside


def test_long_names_are_broken_beside_lying_bars() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    names = ("W" * 40, "Fjällviks Kafferosteri & Bageri Göteborg", "short")
    spec = chart("bar", categories=names)
    shown = tuple(add_chart(slide.shapes, spec, (10, 10, 600, 300)).chart.plots[0].categories)
    assert all(width(line, 11) <= 160 for name in shown for line in name.split("\n"))
    assert ["".join(name.split()) for name in shown] == ["".join(name.split()) for name in names]


def test_breaking_loses_no_word() -> None:
    text = "one twowordsthatneverend " + "x" * 90
    lines = broken(text, 80, 11)
    assert all(width(line, 11) <= 80 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
