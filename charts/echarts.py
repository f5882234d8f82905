"""A chart -> an ECharts option, drawn by the browser and by ``charts.svg`` from the same dictionary.

https://echarts.apache.org/en/option.html. The option is plain JSON: no functions, no HTML, nothing that a
strict content security policy would have to allow (the tooltip is drawn, not written as HTML).
"""

from __future__ import annotations

from typing import Any

from charts import palette
from charts.numbers import label, legend_height
from charts.spec import Chart
from charts.table import as_sentences

FONT = "Arimo, Arial, Helvetica, sans-serif"
SIZE = 11
MOST_LABELS = 16
WIDEST_NAME = 150  # of a category beside a lying bar, pixels
COVER_WORDS = {"en": "Not fully covered", "sv": "Inte helt täckt"}


def to_echarts(chart: Chart, language: str = "en", width: float = 586.0) -> dict[str, Any]:
    """The option. Values are exact; what people read on labels is formatted here, by language.

    ``width`` in points (or pixels) decides how many rows the legend gets.
    """
    colours = palette.colours([series.role for series in chart.series], chart.accent)
    totals = _totals(chart)
    series = [_series(chart, index, colour, totals, language) for index, colour in enumerate(colours)]
    if chart.uncovered:
        series.append(_hatching(chart, language))
    category, value = _axes(chart)
    lying = chart.horizontal
    # The hatching has axes of its own, else its bars would take room from the others.
    names = [category, {**category, "show": False}]
    values = [value, {"type": "value", "show": False, "min": 0, "max": 1}]
    return {
        "animation": False,
        "aria": {"enabled": True, "label": {"enabled": True, "description": as_sentences(chart, language)}},
        "textStyle": {"fontFamily": FONT, "fontSize": SIZE, "color": palette.INK},
        "color": colours,
        "grid": {
            "left": 4,
            "right": 44 if chart.kind == "bar" else 8,
            "top": 6 + legend_height(chart, width) if len(chart.series) > 1 else 14,
            "bottom": 4,
            "containLabel": True,
        },
        "legend": _legend(chart),
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            "axisPointer": {"type": "shadow"},
            "confine": True,
        },
        "xAxis": values if lying else names,
        "yAxis": names if lying else values,
        "series": series,
    }


def labelled(chart: Chart) -> list[bool]:
    """Which series carry their values: all, when there are few; else ours, where the bars leave room."""
    crosses = chart.kind == "line" and len(chart.series) > 1  # labels would lie on other lines
    if chart.horizontal or (not crosses and len(chart.series) * len(chart.categories) <= MOST_LABELS):
        return [True] * len(chart.series)
    return [series.role == "own" and len(chart.categories) <= MOST_LABELS for series in chart.series]


def _totals(chart: Chart) -> list[float]:
    """Sum of the known values, per category."""
    return [
        sum(series.values[index] or 0.0 for series in chart.series) for index in range(len(chart.categories))
    ]


def _series(chart: Chart, index: int, colour: str, totals: list[float], language: str) -> dict[str, Any]:
    series = chart.series[index]
    inside = chart.kind in ("stacked", "share")
    named = labelled(chart)[index]
    data: list[Any] = []
    for position, value in enumerate(series.values):
        drawn = value
        if chart.kind == "share" and value is not None:
            drawn = value / totals[position] if totals[position] else 0.0
        shown = "" if value is None or (inside and not value) else label(value, chart.unit, language)
        point: dict[str, Any] = {
            # ECharts' sign for "no data"; zero would be a claim.
            "value": "-" if drawn is None else drawn,
            "label": {"show": named and bool(shown), "formatter": _literal(shown)},
        }
        if chart.roles and chart.roles[position] != "own":
            point["itemStyle"] = {"color": palette.GREYS[0]}
        data.append(point)
    own = series.role == "own"
    result: dict[str, Any] = {
        "name": series.name,
        "type": "line" if chart.kind == "line" else "bar",
        "data": data,
        "label": {
            "position": "inside" if inside else "right" if chart.horizontal else "top",
            "color": palette.text_on(colour) if inside else palette.INK,
            "fontWeight": "bold" if own else "normal",
            "fontSize": SIZE,
        },
        "itemStyle": {"color": colour},
        "emphasis": {"disabled": True},
    }
    if chart.kind == "line":
        result |= {
            "lineStyle": {"width": 2.5 if own else 1.75, "type": "solid" if own else "dashed"},
            "symbolSize": 6,
            "connectNulls": False,
        }
    else:
        result |= {"barMaxWidth": 44, "barGap": "5%", "barCategoryGap": "38%"}
    if inside:
        result |= {"stack": "all"}
        result["itemStyle"] |= {"borderColor": palette.PAPER, "borderWidth": 1}
    return result


def _literal(text: str) -> str:
    """A label that ECharts prints as it is: its own places are written with braces."""
    return text.replace("{", "(").replace("}", ")")


def _hatching(chart: Chart, language: str) -> dict[str, Any]:
    """Bars as high as the chart behind the categories that no source covered fully."""
    covered = [1 if index in chart.uncovered else "-" for index in range(len(chart.categories))]
    return {
        "name": COVER_WORDS.get(language, COVER_WORDS["en"]),
        "type": "bar",
        "data": covered,
        "xAxisIndex": 1,
        "yAxisIndex": 1,
        "barWidth": "96%",
        "silent": True,
        "z": 0,
        "tooltip": {"show": False},
        "itemStyle": {
            "color": palette.PAPER,
            "decal": {
                "color": palette.HATCH,
                "dashArrayX": [1, 0],
                "dashArrayY": [3, 5],
                "rotation": -0.785,
            },
        },
    }


def _axes(chart: Chart) -> tuple[dict[str, Any], dict[str, Any]]:
    bare = all(labelled(chart))
    category = {
        "type": "category",
        "data": list(chart.categories),
        "inverse": chart.horizontal,
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": palette.RULE}},
        "axisLabel": {
            "color": palette.INK,
            "fontSize": SIZE if chart.horizontal else 10,
            "interval": 0 if chart.horizontal else -(-len(chart.categories) // 12) - 1,
            **({"width": WIDEST_NAME, "overflow": "break"} if chart.horizontal else {"hideOverlap": True}),
        },
    }
    value: dict[str, Any] = {
        "type": "value",
        "show": not bare,
        "min": 0,
        "splitLine": {"show": not bare, "lineStyle": {"color": palette.RULE, "width": 0.5}},
        "axisLabel": {"color": palette.MUTED, "fontSize": 10},
    }
    if chart.kind == "share":
        value["max"] = 1
    if chart.unit in ("count", "rank"):
        value["minInterval"] = 1
    return category, value


def _legend(chart: Chart) -> dict[str, Any]:
    return {
        "show": len(chart.series) > 1,
        "data": [series.name for series in chart.series],
        "left": 0,
        "top": 0,
        "itemWidth": 10,
        "itemHeight": 10,
        "icon": "rect",
        "textStyle": {"color": palette.MUTED, "fontSize": SIZE},
    }
