"""An ECharts option -> SVG text, by the same ECharts that browsers get, inside an embedded JavaScript engine.

The engine sees no network and no file, and has limits for memory and time. What comes out is read as XML,
reduced to a short list of drawing elements and attributes, and written again: equal options give equal bytes,
and the result may stand in a page with a strict content security policy (no style attributes, no scripts, no
links).
"""

from __future__ import annotations

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import quickjs
from lxml import etree

LIBRARY = Path(__file__).resolve().parent.parent / "static" / "vendor" / "echarts.min.js"
MEMORY = 192 * 1024 * 1024  # bytes
SECONDS = 20.0  # of computing, per chart
RENDERS = 200  # before a fresh engine is made
STACK = 8 * 1024 * 1024  # bytes; small C libraries give threads only 128 KB

# Only what ECharts needs to draw without a page around it.
_STUBS = """
var setTimeout = function () { return 0; }, clearTimeout = function () {};
var setInterval = function () { return 0; }, clearInterval = function () {};
var requestAnimationFrame = function () { return 0; };
"""
_RENDER = """
function earshotRender(option, width, height) {
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  try { chart.setOption(JSON.parse(option)); return JSON.stringify(chart.renderToSVGString()); }
  finally { chart.dispose(); }
}
"""
SVG = "http://www.w3.org/2000/svg"
ELEMENTS = frozenset(
    """
    svg g path rect circle ellipse line polyline polygon text tspan defs clipPath pattern title desc
    linearGradient stop
    """.split()  # noqa: SIM905  # easier to read than quoted words
)
ATTRIBUTES = frozenset(
    """
    width height viewBox x y x1 y1 x2 y2 cx cy r rx ry d points transform fill fill-opacity fill-rule stroke
    stroke-width stroke-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin
    stroke-miterlimit opacity id clip-path patternUnits patternContentUnits patternTransform offset
    stop-color stop-opacity font-family font-size font-weight font-style text-anchor dominant-baseline role
    """.split()  # noqa: SIM905
)
_REFERENCE = re.compile(r"url\(['\"]?#([^'\")]+)['\"]?\)")


class ChartError(Exception):
    """ECharts could not draw this option."""


class _Engine:
    """One JavaScript context. It may only be touched by the thread that made it."""

    def __init__(self) -> None:
        self.context = quickjs.Context()
        self.context.set_memory_limit(MEMORY)
        self.context.set_max_stack_size(STACK // 4)
        self.context.eval(_STUBS)
        self.context.eval(LIBRARY.read_text(encoding="utf-8"))
        self.context.eval(_RENDER)
        self.context.set_time_limit(SECONDS)
        self.renders = 0

    def render(self, option: str, width: int, height: int) -> str:
        self.renders += 1
        return str(json.loads(self.context.get("earshotRender")(option, width, height)))


class _Worker:
    """The thread of this process that owns the engine."""

    def __init__(self) -> None:
        before = threading.stack_size(STACK)
        try:
            self.pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
            self.pool.submit(lambda: None).result()  # the thread starts now, with this stack
        finally:
            threading.stack_size(before)
        self.engine: _Engine | None = None

    def render(self, option: str, width: int, height: int) -> str:
        return self.pool.submit(self._render, option, width, height).result()

    def _render(self, option: str, width: int, height: int) -> str:
        if self.engine is None or self.engine.renders >= RENDERS:
            self.engine = _Engine()
        try:
            return self.engine.render(option, width, height)
        except quickjs.JSException as error:
            self.engine = None  # out of memory or time leaves it in an unknown state
            raise ChartError(str(error)) from error


@cache
def _worker(process: int) -> _Worker:
    """One per process: a forked worker does not inherit its parent's threads."""
    return _Worker()


def render_svg(option: dict[str, Any], width: int, height: int, *, identity: str = "c") -> str:
    """The drawing as SVG text, width by height pixels.

    ``identity`` begins every id in it, so that several drawings can stand in one page. Raises ChartError.
    """
    drawn = _worker(os.getpid()).render(json.dumps(option), width, height)
    return _reduced(drawn, identity)


def _reduced(drawing: str, identity: str) -> str:
    """Only known elements and attributes; styles as attributes; ids renumbered in order of appearance."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    # Where a label is cut, half of a character may be left: JavaScript counts in halves.
    root = etree.fromstring(drawing.encode("utf-8", "ignore"), parser)
    names: dict[str, str] = {}
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or etree.QName(element).localname not in ELEMENTS:
            parent = element.getparent()
            if parent is None:
                raise ChartError("not a drawing")
            parent.remove(element)
            continue
        attributes = dict(element.attrib)
        style = attributes.pop("style", "")
        for declaration in style.split(";"):
            name, colon, value = declaration.partition(":")
            if colon:
                attributes.setdefault(name.strip(), value.strip())
        element.attrib.clear()
        for name, value in attributes.items():
            if name in ATTRIBUTES:
                element.set(name, value)
        if "id" in element.attrib:
            names[element.attrib["id"]] = f"{identity}-{len(names)}"
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, names[value])
            elif "url(" in value:
                element.set(
                    name, _REFERENCE.sub(lambda match: f"url(#{names.get(match[1], match[1])})", value)
                )
    root.set("role", "img")
    etree.cleanup_namespaces(root, top_nsmap={None: SVG})
    return etree.tostring(root, encoding="unicode")
