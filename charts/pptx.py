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
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from charts import palette
from charts.labels import SIZE, TICK_SIZE, direct, every, labelled, left_room, right_room, scale
from charts.metrics import broken
from charts.metrics import width as text_width
from charts.numbers import excel_format, legend_height, legend_rows
from charts.paints import Paint, Paints, ours
from charts.spec import Chart

TYPES = {
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "stacked": XL_CHART_TYPE.BAR_STACKED,
    "share": XL_CHART_TYPE.BAR_STACKED_100,
    "line": XL_CHART_TYPE.LINE_MARKERS,
}
WIDEST_NAME = 160.0  # of a line beside a lying bar, points
LANGUAGE_TAGS = {"en": "en-GB", "sv": "sv-SE"}
Box = tuple[float, float, float, float]  # x, y, width, height in points


def add_chart(shapes: Any, chart: Chart, box: Box, language: str = "en", paints: Paints | None = None) -> Any:
    """Draws the chart into a slide's shapes; returns its graphic frame. ``paints``: ours, unless told.

    ``shapes`` is a ``pptx.shapes.shapetree.SlideShapes``. Raises ValueError on a chart without categories.
    """
    if not chart.categories or not chart.series:
        raise ValueError("a chart without data")
    paints = paints or ours(chart.accent)
    plot = _plot_area(chart, box, language)
    _hatch(shapes, chart, box, plot, paints)
    data = CategoryChartData(number_format=excel_format(chart.unit, language))
    data.categories = _names(chart)
    for series in chart.series:
        data.add_series(series.name, series.values)
    x, y, width, height = (Emu(round(value * paints.scale * 12700)) for value in box)
    frame = shapes.add_chart(TYPES[chart.kind], x, y, width, height, data)
    native = frame.chart
    native.has_title = False
    native.font.size = Pt(SIZE * paints.scale)
    paints.ink.on(native.font.color)
    native.has_legend = False
    if len(chart.series) > 1 and not direct(chart):
        _legend(native, chart, box, paints)
    _place_plot(native, plot)
    _axes(native, chart, language, paints, box[2])
    _bars(native, chart, language, paints)
    _number_axes(native)
    _speak(native, language)
    return frame


def _names(chart: Chart) -> list[str]:
    """Category names, broken to lines beside lying bars: else one long word would squeeze the bars."""
    if not chart.horizontal:
        return list(chart.categories)
    return ["\n".join(broken(name, WIDEST_NAME, SIZE)) for name in chart.categories]


def _plot_area(chart: Chart, box: Box, language: str) -> Box:
    """The inner plot area as fractions of the chart's box; fixed, so that the hatching meets its bars."""
    _, _, width, height = box
    top = (0.0 if direct(chart) else legend_height(chart, width)) or 6.0
    top, right = top / height, right_room(chart, language) / width
    if chart.horizontal:
        longest = max(text_width(line, SIZE) for name in _names(chart) for line in name.split("\n"))
        names = min(0.4, (longest + 14) / width)
        return names, top, 1 - names - right, 1 - top - 4.0 / height
    left = left_room(chart, language) / width
    return left, top + 14.0 / height, 1 - left - right, 1 - top - 40.0 / height


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


def _legend(native: Any, chart: Chart, box: Box, paints: Paints) -> None:
    """Above the bars, at the left."""
    native.has_legend = True
    native.legend.position = XL_LEGEND_POSITION.TOP
    native.legend.include_in_layout = False
    native.legend.font.size = Pt(SIZE * paints.scale)
    paints.muted.on(native.legend.font.color)
    element = native.legend._element
    place = (
        (0.0, 0.0, 0.995, (legend_height(chart, box[2]) - 4.0) / box[3])
        if legend_rows(chart, box[2]) > 1
        else (0.0, 0.005)
    )
    element.find(qn("c:legendPos")).addnext(_manual_layout(place, inner=False))


def _axes(native: Any, chart: Chart, language: str, paints: Paints, width: float) -> None:
    category, value = native.category_axis, native.value_axis
    paints.rule.on(category.format.line.color)
    category.major_tick_mark = value.major_tick_mark = XL_TICK_MARK.NONE
    category.tick_labels.font.size = Pt(SIZE * paints.scale)
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    value.minimum_scale = 0
    value.has_major_gridlines = False
    if chart.kind in ("column", "line"):
        value.maximum_scale, value.major_unit = scale(chart)
    elif chart.kind == "bar":
        value.maximum_scale = max(chart.known, default=0.0) or 1.0
    if chart.horizontal:
        category.reverse_order = True  # the first category on top, as people read
    else:
        _level_labels(category, chart, language, width)
    if all(labelled(chart)):
        value.visible = False
        return
    value.has_major_gridlines = True
    paints.rule.on(value.major_gridlines.format.line.color)
    value.major_gridlines.format.line.width = Pt(0.5)
    value.format.line.fill.background()
    value.tick_labels.font.size = Pt(TICK_SIZE * paints.scale)
    value.tick_labels.number_format = excel_format(chart.unit, language)
    value.tick_labels.number_format_is_linked = False
    paints.muted.on(value.tick_labels.font.color)


def _number_axes(native: Any) -> None:
    """Ids as schema and programs have them: python-pptx writes some below zero, LibreOffice reads 31 bits."""
    for node in native._chartSpace.iter(qn("c:axId"), qn("c:crossAx")):
        node.set("val", str(int(node.get("val")) % 2**31))


def _speak(native: Any, language: str) -> None:
    """In which language its words are."""
    node = etree.Element(qn("c:lang"), val=LANGUAGE_TAGS.get(language, "en-GB"))
    native._chartSpace.find(qn("c:date1904")).addnext(node)


def _level_labels(category: Any, chart: Chart, language: str, width: float) -> None:
    """Dates stay level: as many of them are printed as have room, none is turned."""
    body = category._element.find(qn("c:txPr")).find(qn("a:bodyPr"))
    body.set("rot", "0")
    body.set("vert", "horz")
    skip = every(chart, language, width)
    for name in ("tickLblSkip", "tickMarkSkip"):
        node = etree.Element(qn(f"c:{name}"), val=str(skip))
        category._element.find(qn("c:noMultiLvlLbl")).addprevious(node)


def _bars(native: Any, chart: Chart, language: str, paints: Paints) -> None:
    plot = native.plots[0]
    if chart.kind != "line":
        plot.gap_width = {"share": 40, "stacked": 60, "bar": 70}.get(chart.kind, 70)
        plot.overlap = 100 if chart.kind in ("stacked", "share") else -5
    colours = paints.series([series.role for series in chart.series])
    for series, spec, paint, named in zip(plot.series, chart.series, colours, labelled(chart), strict=True):
        if chart.kind == "line":
            series.smooth = False
            series.format.line.width = Pt(2.5 if spec.role == "own" else 1.75)
            series.marker.style = XL_MARKER_STYLE.CIRCLE
            series.marker.size = 5
            for part in (series.format.line, series.marker.format.line):
                paint.on(part.color)
            series.marker.format.fill.solid()
            paint.on(series.marker.format.fill.fore_color)
        else:
            series.format.fill.solid()
            paint.on(series.format.fill.fore_color)
            series.invert_if_negative = False
            if chart.kind in ("stacked", "share"):
                paints.paper.on(series.format.line.color)
                series.format.line.width = Pt(1)
            if chart.roles:
                _points(series, chart, paints)
        if named:
            _labels(series, chart, paint, language, paints)
        elif direct(chart):
            _end_label(series, chart, spec.role == "own", language, paints)


def _points(series: Any, chart: Chart, paints: Paints) -> None:
    """Ours in the accent, everybody else in one grey."""
    for index, role in enumerate(chart.roles):
        if role != "own":
            fill = series.points[index].format.fill
            fill.solid()
            paints.grey.on(fill.fore_color)


def _labels(series: Any, chart: Chart, paint: Paint, language: str, paints: Paints) -> None:
    inside = chart.kind in ("stacked", "share")
    labels = series.data_labels
    labels.show_value = True
    labels.number_format = excel_format(chart.unit, language, hide_zero=inside)
    labels.number_format_is_linked = False
    labels.font.size = Pt(SIZE * paints.scale)
    own = any(one.role == "own" for one in chart.series) and paint == paints.accent
    labels.font.bold = own and not chart.roles
    if chart.roles:
        for index, role in enumerate(chart.roles):
            if role == "own" and chart.series[0].values[index] is not None:
                _bold_label(series.points[index], chart, language, paints)
    if inside:
        labels.position = XL_LABEL_POSITION.CENTER
        labels.font.color.rgb = RGBColor.from_string(palette.text_on(paint.colour)[1:].upper())
    else:
        labels.position = XL_LABEL_POSITION.ABOVE if chart.kind == "line" else XL_LABEL_POSITION.OUTSIDE_END


def _bold_label(point: Any, chart: Chart, language: str, paints: Paints) -> None:
    """Ours, among the bars of one series."""
    label = point.data_label
    label.font.size = Pt(SIZE * paints.scale)
    label.font.bold = True
    label.position = XL_LABEL_POSITION.OUTSIDE_END
    element = label._dLbl
    show = element.find(qn("c:showVal"))
    show.set("val", "1")
    form = etree.Element(qn("c:numFmt"), formatCode=excel_format(chart.unit, language), sourceLinked="0")
    element.find(qn("c:idx")).addnext(form)


def _end_label(series: Any, chart: Chart, own: bool, language: str, paints: Paints) -> None:
    """The name and the last value at the end of a line, instead of a legend."""
    series.data_labels.show_value = False
    found = series.points[len(chart.categories) - 1].data_label._get_or_add_dLbl()
    for old in list(found)[1:]:
        found.remove(old)
    etree.SubElement(found, qn("c:numFmt"), formatCode=excel_format(chart.unit, language), sourceLinked="0")
    properties = etree.SubElement(found, qn("c:txPr"))
    etree.SubElement(properties, qn("a:bodyPr"), wrap="none", anchor="ctr")
    etree.SubElement(properties, qn("a:lstStyle"))
    line = etree.SubElement(properties, qn("a:p"))
    look = etree.SubElement(
        etree.SubElement(line, qn("a:pPr")),
        qn("a:defRPr"),
        sz=str(round(SIZE * paints.scale * 100)),
        b=str(int(own)),
    )
    (paints.accent if own else paints.muted).fill(look)
    etree.SubElement(line, qn("a:endParaRPr"), lang="en-GB")
    etree.SubElement(found, qn("c:dLblPos"), val="r")
    for name, shown in (
        ("showLegendKey", "0"), ("showVal", "1"), ("showCatName", "0"), ("showSerName", "1"),
        ("showPercent", "0"), ("showBubbleSize", "0"),
    ):  # fmt: skip
        etree.SubElement(found, qn(f"c:{name}"), val=shown)
    etree.SubElement(found, qn("c:separator")).text = " "


def _hatch(shapes: Any, chart: Chart, box: Box, plot: Box, paints: Paints) -> None:
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
        band = shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *(Emu(round(value * paints.scale * 12700)) for value in place)
        )
        style = band._element.find(qn("p:style"))
        if style is not None:
            band._element.remove(style)  # else PowerPoint adds a shadow
        band.name = f"Not covered {index + 1}"
        band.line.fill.background()
        band.fill.patterned()
        band.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        paints.hatch.on(band.fill.fore_color)
        Paint(paints.paper.colour).on(band.fill.back_color)
