"""A chart -> a native, editable PowerPoint chart with its data inside.

Labels stand at the bars instead of on an axis wherever they fit. A value that is unknown is an empty cell in
the data: a gap, not zero. Categories that were not covered lie on a hatched band behind the chart.
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_PATTERN, MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from charts import palette
from charts.metrics import broken
from charts.metrics import width as text_width
from charts.numbers import excel_format, legend_height, legend_rows
from charts.spec import Chart

TYPES = {
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.BAR_STACKED,
    "share": XL_CHART_TYPE.BAR_STACKED_100,
    "line": XL_CHART_TYPE.LINE_MARKERS,
}
SIZE = 11  # of labels, points
MOST_LABELS = 16
WIDEST_NAME = 160.0  # of a line beside a lying bar, points
Box = tuple[float, float, float, float]  # x, y, width, height in points


def add_chart(shapes: Any, chart: Chart, box: Box, language: str = "en") -> Any:
    """Draws the chart into a slide's shapes; returns its graphic frame.

    ``shapes`` is a ``pptx.shapes.shapetree.SlideShapes``. Raises ValueError on a chart without categories.
    """
    if not chart.categories or not chart.series:
        raise ValueError("a chart without data")
    plot = _plot_area(chart, box)
    _hatch(shapes, chart, box, plot)
    data = CategoryChartData(number_format=excel_format(chart.unit, language))
    data.categories = _names(chart)
    for series in chart.series:
        data.add_series(series.name, series.values)
    x, y, width, height = (Emu(round(value * 12700)) for value in box)
    frame = shapes.add_chart(TYPES[chart.kind], x, y, width, height, data)
    native = frame.chart
    native.has_title = False
    native.font.size = Pt(SIZE)
    native.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    native.has_legend = False
    if len(chart.series) > 1:
        _legend(native, chart, box)
    _place_plot(native, plot)
    _axes(native, chart)
    _bars(native, chart, language)
    return frame


def labelled(chart: Chart) -> list[bool]:
    """Which series carry their values: all, when there are few; else ours; a long line only its end."""
    if chart.kind in ("stacked", "share", "bar"):
        return [True] * len(chart.series)
    crosses = chart.kind == "line" and len(chart.series) > 1  # labels would lie on other lines
    if not crosses and len(chart.series) * len(chart.categories) <= MOST_LABELS:
        return [True] * len(chart.series)
    return [series.role == "own" and len(chart.categories) <= MOST_LABELS for series in chart.series]


def _names(chart: Chart) -> list[str]:
    """Category names, broken to lines beside lying bars: else one long word would squeeze the bars."""
    if not chart.horizontal:
        return list(chart.categories)
    return ["\n".join(broken(name, WIDEST_NAME, SIZE)) for name in chart.categories]


def _plot_area(chart: Chart, box: Box) -> Box:
    """The inner plot area as fractions of the chart's box; fixed, so that the hatching meets its bars."""
    _, _, width, height = box
    top = (legend_height(chart, width) or 6.0) / height
    if chart.horizontal:
        longest = max(text_width(line, SIZE) for name in _names(chart) for line in name.split("\n"))
        names = min(0.4, (longest + 14) / width)
        right = 0.1 if chart.kind == "bar" else 0.01
        return names, top, 1 - names - right, 1 - top - 4.0 / height
    left = 0.012 if all(labelled(chart)) else 38.0 / width
    return left, top + 14.0 / height, 1 - left - 0.012, 1 - top - 40.0 / height


def _place_plot(native: Any, plot: Box) -> None:
    area = native._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(0, _manual_layout(plot, inner=True))


def _manual_layout(place: tuple[float, ...], *, inner: bool) -> Any:
    found = etree.Element(qn("c:layout"))
    manual = etree.SubElement(found, qn("c:manualLayout"))
    if inner:
        etree.SubElement(manual, qn("c:layoutTarget"), val="inner")
    for name in ("xMode", "yMode"):
        etree.SubElement(manual, qn(f"c:{name}"), val="edge")
    for name, value in zip("xywh"[: len(place)], place, strict=True):
        etree.SubElement(manual, qn(f"c:{name}"), val=f"{value:.5f}")
    return found


def _legend(native: Any, chart: Chart, box: Box) -> None:
    """Above the bars, at the left."""
    native.has_legend = True
    native.legend.position = XL_LEGEND_POSITION.TOP
    native.legend.include_in_layout = False
    native.legend.font.size = Pt(SIZE)
    native.legend.font.color.theme_color = MSO_THEME_COLOR.TEXT_2
    element = native.legend._element
    place = (
        (0.0, 0.0, 0.995, (legend_height(chart, box[2]) - 4.0) / box[3])
        if legend_rows(chart, box[2]) > 1
        else (0.0, 0.005)
    )
    element.find(qn("c:legendPos")).addnext(_manual_layout(place, inner=False))


def _axes(native: Any, chart: Chart) -> None:
    category, value = native.category_axis, native.value_axis
    category.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_5
    category.major_tick_mark = value.major_tick_mark = XL_TICK_MARK.NONE
    category.tick_labels.font.size = Pt(SIZE)
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    value.minimum_scale = 0
    value.has_major_gridlines = False
    if chart.horizontal:
        category.reverse_order = True  # the first category on top, as people read
    else:
        _level_labels(category, chart)
    if all(labelled(chart)):
        value.visible = False
        return
    value.has_major_gridlines = True
    value.major_gridlines.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_5
    value.major_gridlines.format.line.width = Pt(0.5)
    value.format.line.fill.background()
    value.tick_labels.font.size = Pt(10)
    value.tick_labels.font.color.theme_color = MSO_THEME_COLOR.TEXT_2


def _level_labels(category: Any, chart: Chart) -> None:
    """Dates stay level: at most a dozen of them are printed, none is turned."""
    body = category._element.find(qn("c:txPr")).find(qn("a:bodyPr"))
    body.set("rot", "0")
    body.set("vert", "horz")
    skip = -(-len(chart.categories) // 12)
    for name in ("tickLblSkip", "tickMarkSkip"):
        node = etree.Element(qn(f"c:{name}"), val=str(skip))
        category._element.find(qn("c:noMultiLvlLbl")).addprevious(node)


def _bars(native: Any, chart: Chart, language: str) -> None:
    plot = native.plots[0]
    if chart.kind != "line":
        plot.gap_width = {"share": 40, "stacked": 60, "bar": 70}.get(chart.kind, 70)
        plot.overlap = 100 if chart.kind in ("stacked", "share") else -5
    colours = palette.colours([series.role for series in chart.series], chart.accent)
    for series, spec, colour, named in zip(plot.series, chart.series, colours, labelled(chart), strict=True):
        if chart.kind == "line":
            series.smooth = False
            series.format.line.width = Pt(2.5 if spec.role == "own" else 1.75)
            series.marker.size = 5
            for part in (series.format.line, series.marker.format.line):
                _paint(part.color, colour, chart)
            series.marker.format.fill.solid()
            _paint(series.marker.format.fill.fore_color, colour, chart)
        else:
            series.format.fill.solid()
            _paint(series.format.fill.fore_color, colour, chart)
            series.invert_if_negative = False
            if chart.kind in ("stacked", "share"):
                series.format.line.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
                series.format.line.width = Pt(1)
            if chart.roles:
                _points(series, chart)
        if named:
            _labels(series, chart, colour, language)


def _points(series: Any, chart: Chart) -> None:
    """Ours in the accent, everybody else in one grey."""
    for index, role in enumerate(chart.roles):
        if role != "own":
            fill = series.points[index].format.fill
            fill.solid()
            fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_2


def _labels(series: Any, chart: Chart, colour: str, language: str) -> None:
    inside = chart.kind in ("stacked", "share")
    labels = series.data_labels
    labels.show_value = True
    labels.number_format = excel_format(chart.unit, language, hide_zero=inside)
    labels.number_format_is_linked = False
    labels.font.size = Pt(SIZE)
    labels.font.bold = any(one.role == "own" for one in chart.series) and colour == palette.readable(
        chart.accent
    )
    if inside:
        labels.position = XL_LABEL_POSITION.CENTER
        labels.font.color.rgb = RGBColor.from_string(palette.text_on(colour)[1:].upper())
    else:
        labels.position = XL_LABEL_POSITION.ABOVE if chart.kind == "line" else XL_LABEL_POSITION.OUTSIDE_END


def _paint(target: Any, colour: str, chart: Chart) -> None:
    """The accent is a theme colour, so that a recoloured theme recolours it."""
    if colour == palette.readable(chart.accent):
        target.theme_color = MSO_THEME_COLOR.ACCENT_1
    else:
        target.rgb = RGBColor.from_string(colour[1:].upper())


def _hatch(shapes: Any, chart: Chart, box: Box, plot: Box) -> None:
    """Native hatched rectangles behind the categories that no source covered."""
    x, y, width, height = box
    left, top, wide, high = plot
    count = len(chart.categories)
    for index in chart.uncovered:
        if chart.horizontal:
            place = (
                x + left * width,
                y + (top + high * index / count) * height,
                wide * width,
                high * height / count,
            )
        else:
            place = (
                x + (left + wide * index / count) * width,
                y + top * height,
                wide * width / count,
                high * height,
            )
        band = shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Emu(round(value * 12700)) for value in place))
        style = band._element.find(qn("p:style"))
        if style is not None:
            band._element.remove(style)  # else PowerPoint adds a shadow
        band.name = f"Not covered {index + 1}"
        band.line.fill.background()
        band.fill.patterned()
        band.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        band.fill.fore_color.rgb = RGBColor.from_string(palette.RULE[1:].upper())
        band.fill.back_color.rgb = RGBColor.from_string(palette.PAPER[1:].upper())
