"""A PowerPoint template of somebody's own: which layout serves for what, where is room, in which colours.

Read from a file that ``pitches.decks.intake`` has cleaned. Lengths are points of a slide that is 540 points
high, whatever its real size, so that one layout of pages serves all.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn

from charts import metrics, palette
from charts.paints import Paint
from listening.net.errors import gettext_noop
from pitches.decks import style, theme
from pitches.decks.geometry import Frame, Geometry, Sizes
from pitches.decks.page import HEIGHT, Page
from pitches.decks.style import Style
from pitches.decks.theme import Theme

NARROWEST, WIDEST = 1.25, 2.0  # width of a slide by its height
LEAST_ROOM = (400.0, 240.0)  # for an exhibit with its sources
LEAST_CONTENT = 150.0  # height; lower ones are lines of words
LEAST_WIDE = 640.0  # room for step and marks on one line
LEAST_TITLE = 200.0  # width
SMALLEST_TITLE, LARGEST_TITLE, LARGEST_COVER = 14.0, 30.0, 44.0
MOST_TITLE_LINES = 8
MOST_LOST = 0.35  # of the room, to a picture or band that reaches into it
KICKER_ROOM, FOOTER_ROOM, GAP = 24.0, 32.0, 10.0
CAPITALS = 1.35  # how much wider a text in capitals is
FURNITURE = frozenset({"ftr", "sldNum", "dt"})
TITLES = frozenset({"title", "ctrTitle"})


@dataclass
class Unusable(Exception):
    """No deck can be made on it; ``message`` is an English template filled from ``params``."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass(frozen=True)
class Template:
    """``layouts``: the number of the layout for each kind of page, "cover" or "standard"; ``panels``: the
    plain ground that a kind needs below its exhibits; ``stretch``: how much wider its font is than ours."""

    content: bytes
    geometry: Geometry
    layouts: Mapping[str, int]
    looks: Mapping[str, Style]
    panels: Mapping[str, Frame]
    stretch: float
    font: str
    names: Mapping[str, str]  # of its layouts, by kind

    def kind(self, page: Page) -> str:
        """Which of its layouts a page is drawn on."""
        return "cover" if page.layout == "cover" else "standard"

    def layouts_of(self, deck: Any) -> dict[str, Any]:
        """The layouts by kind, in an opened copy."""
        every = _layouts(deck)
        return {kind: every[number] for kind, number in self.layouts.items()}


def _layouts(deck: Any) -> list[Any]:
    return [layout for master in deck.slide_masters for layout in master.slide_layouts]


@lru_cache(maxsize=4)
def read(content: bytes) -> Template:
    """What there is to know about a template. Raises Unusable."""
    deck = Presentation(io.BytesIO(content))
    width, height = int(deck.slide_width or 0), int(deck.slide_height or 0)
    ratio = width / height if height else 0.0
    if not NARROWEST <= ratio <= WIDEST:
        message = gettext_noop(
            "The slides must be landscape, 16:9 or 4:3. These measure %(width)s x %(height)s cm."
        )
        sides = {"width": round(width / 360_000, 1), "height": round(height / 360_000, 1)}
        raise Unusable(message, sides)
    scale = height / 12700 / HEIGHT
    pages = [_Layout(layout, scale, ratio * HEIGHT) for layout in _layouts(deck)]
    usable = [page for page in pages if page.has_title]
    if not usable:
        message = gettext_noop(
            "None of the %(count)s layouts has a title to write in. Add a layout with a title placeholder."
        )
        raise Unusable(message, {"count": len(pages)})
    standard = _best(usable)
    cover = max(usable, key=lambda page: page.as_cover)
    return Template(
        content,
        _geometry(standard, cover, scale, ratio * HEIGHT),
        {"cover": pages.index(cover), "standard": pages.index(standard)},
        {"cover": cover.style(scale, standard), "standard": standard.style(scale, standard)},
        {"standard": standard.panel} if standard.paper is None else {},
        metrics.widest(standard.theme.minor),
        standard.theme.minor,
        {"cover": cover.name, "standard": standard.name},
    )


def _best(usable: Sequence[_Layout]) -> _Layout:
    """The layout for exhibits: a title and much room."""
    best = max(usable, key=lambda page: page.as_standard)
    wide, high = LEAST_ROOM
    if best.room[2] < wide or best.room[3] < high or not best.sizes(LARGEST_TITLE):
        message = gettext_noop(
            "The layout “%(layout)s” leaves too little room beside its title and pictures. A deck needs a"
            " layout with a title and a large empty area."
        )
        raise Unusable(message, {"layout": best.name})
    if not any(page.sizes(LARGEST_COVER) for page in usable):
        raise Unusable(gettext_noop("The titles of this template have too little room for a line of text."))
    return best


def _geometry(standard: _Layout, cover: _Layout, scale: float, width: float) -> Geometry:
    left, top, room, height = standard.room
    is_wide = room >= LEAST_WIDE
    above = KICKER_ROOM if is_wide else 2 * KICKER_ROOM - 8.0  # narrow: step and marks apart
    bottom = top + height
    body, meta = cover.below_title
    titles = standard.sizes(LARGEST_TITLE)
    return Geometry(
        width=width,
        title=standard.title_frame,
        titles=titles,
        appendix_titles=tuple((min(size, 22.0), most) for size, most in titles),
        body=(left, top + above, room, height - above - FOOTER_ROOM),
        appendix_rise=0.0,
        kicker=(left, top + above - KICKER_ROOM, room * (0.5 if is_wide else 1.0), 16.0),
        marks_right=left + room,
        marks=(top, room * (0.48 if is_wide else 1.0)),
        cover_marks=(meta[1] + 14.0, room * 0.6),
        footer=(left, bottom - 24.0, room, 24.0),
        cover_title=cover.title_frame,
        cover_titles=cover.sizes(LARGEST_COVER) or titles,
        cover_body=body,
        cover_meta=meta,
        title_stretch=standard.title_stretch,
        cover_stretch=cover.title_stretch,
        bottom=bottom,
    )


class _Layout:
    """One layout, measured."""

    def __init__(self, native: Any, scale: float, width: float) -> None:
        self.native = native
        self.scale = scale * 12700
        self.width = width
        self.name = str(native.name or "?")[:60]
        self.master = native.slide_master
        self.theme: Theme = theme.of(self.master, native)
        self.holders = [(kind, one) for one in native.placeholders if (kind := _kind(one))]
        self.title = next((one for kind, one in self.holders if kind in TITLES), None)
        self.chain = self._chain() if self.title is not None else []
        self.has_title = self._has_title()
        if self.has_title:
            self.room = self._room()
            self.paper = self._paper(self.room)

    def frame(self, shape: Any) -> Frame | None:
        sides = (shape.left, shape.top, shape.width, shape.height)
        if any(side is None for side in sides):
            return None
        x, y, width, height = (side / self.scale for side in sides)
        return x, y, width, height

    # The title

    def _chain(self) -> list[Any]:
        """Where the look of a title is told, first come first served: layout, master, the master's styles."""
        kinds = TITLES
        of_master = [one for one in self.master.placeholders if _kind(one) in kinds]
        bodies = [one._element.txBody for one in (self.title, *of_master) if one._element.txBody is not None]
        return bodies

    def _looks(self) -> list[Any]:
        """Every definition of a title's text, the nearest first."""
        found = [body.find(f"{qn('a:lstStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}") for body in self.chain]
        styles = self.master._element.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
        found.append(styles.find(qn("a:defRPr")) if styles is not None else None)
        return [one for one in found if one is not None]

    def _said(self, name: str, default: str) -> str:
        return next((str(look.get(name)) for look in self._looks() if look.get(name)), default)

    def _inset(self, name: str, default: int) -> float:
        said = (body.find(qn("a:bodyPr")) for body in self.chain)
        values = [one.get(name) for one in said if one is not None and one.get(name)]
        return int(values[0] if values else default) / self.scale

    def _has_title(self) -> bool:
        if self.title is None or self.frame(self.title) is None:
            return False
        settings = [body.find(qn("a:bodyPr")) for body in self.chain]
        upright = any(one is not None and one.get("vert", "horz") != "horz" for one in settings)
        return not upright and self.title_frame[2] >= LEAST_TITLE

    @property
    def title_frame(self) -> Frame:
        """Inside its margins."""
        outer = self.frame(self.title)
        assert outer is not None  # only asked of a layout with a title
        return self._inside(outer)

    def _inner(self, holder: Any) -> Frame | None:
        """Where the words of another placeholder begin and end, from left to right."""
        outer = self.frame(holder)
        margin = 91440 / self.scale
        return (outer[0] + margin, outer[1], outer[2] - 2 * margin, outer[3]) if outer else None

    def _inside(self, outer: Frame) -> Frame:
        x, y, width, height = outer
        left, right = self._inset("lIns", 91440), self._inset("rIns", 91440)
        top, bottom = self._inset("tIns", 45720), self._inset("bIns", 45720)
        return x + left, y + top, width - left - right, height - top - bottom

    @property
    def title_stretch(self) -> float:
        """How much wider its titles run than ours."""
        look = next((one for one in self._looks() if one.find(qn("a:latin")) is not None), None)
        face = str(look.find(qn("a:latin")).get("typeface")) if look is not None else "+mj-lt"
        face = {"+mj-lt": self.theme.major, "+mn-lt": self.theme.minor}.get(face, face)
        stretch = metrics.widest(face)
        if self._said("cap", "none") != "none":
            stretch *= CAPITALS
        spacing = int(self._said("spc", "0")) / 100
        return stretch + max(0.0, spacing) / 8.0

    def sizes(self, largest: float) -> Sizes:
        """Sizes to try for a title here, from its own down; none when not a line has room."""
        own = int(self._said("sz", "4400")) / 100 * 12700 / self.scale
        own = max(SMALLEST_TITLE, min(own, largest))
        height = self.title_frame[3]
        fitting = max(3, min(MOST_TITLE_LINES, int(height / (own * 0.6 * 1.2))))  # of a narrow, high box
        found = []
        for part, most in (
            (1.0, 1),
            (0.92, 1),
            (1.0, 2),
            (0.85, 2),
            (0.72, 3),
            (0.6, fitting),
            (0.0, fitting),
        ):
            size = max(SMALLEST_TITLE, round(own * part, 1))
            lines = min(most, int(height / (size * 1.2) + 0.01))
            if lines >= 1:
                found.append((size, lines))
        return tuple(found)

    def title_fill(self) -> str:
        """The fill of a title's text as XML; "" when none is told."""
        for look in self._looks():
            fill = look.find(qn("a:solidFill"))
            if fill is not None:
                return etree.tostring(fill).decode()
        return ""

    # Room

    @property
    def as_cover(self) -> float:
        kinds = {kind for kind, _ in self.holders}
        said = self.native._element.get("type") == "title"
        return 4.0 * said + 2.0 * ("ctrTitle" in kinds) + 1.0 * ("subTitle" in kinds) + bool(self.sizes(20.0))

    @property
    def as_standard(self) -> float:
        kind = self.native._element.get("type")
        others = sum(one not in FURNITURE | TITLES for one, _ in self.holders)
        wide, high = LEAST_ROOM
        fits = self.room[2] >= wide and self.room[3] >= high
        worth = {"titleOnly": 3.0, "obj": 2.5, "title": -3.0, "secHead": -3.0}.get(str(kind), 0.0)
        area = self.room[2] * self.room[3] / (self.width * HEIGHT)
        return 10.0 * fits + worth + 3.0 * area - 0.3 * abs(others - 1) + bool(self.sizes(LARGEST_TITLE))

    def _room(self) -> Frame:
        """Where exhibits may stand: where the template has its own contents, clear of all the rest."""
        contents = [self._inner(one) for kind, one in self.holders if kind not in FURNITURE | TITLES]
        if len(contents) != 1:
            bodies = [one for one in self.master.placeholders if _kind(one) == "body"]
            contents = [self._inner(one) for one in bodies] + contents
        frames = [one for one in contents if one and one[3] >= LEAST_CONTENT]
        x, y, width, height = self.title_frame
        margin = max(24.0, min(x, self.width - x - width))
        room = _union(frames) if frames else (margin, y + height + GAP, self.width - 2 * margin, HEIGHT)
        room = _clipped(room, (12.0, 12.0, self.width - 24.0, HEIGHT - 24.0))
        room = _apart(room, (x, y, width, height))
        for obstacle in self._obstacles():
            room = _without(room, obstacle)
        return room

    def _obstacles(self) -> list[Frame]:
        """Footers and pictures of layout and master; not what covers the whole slide."""
        found = [self.frame(one) for kind, one in self.holders if kind in FURNITURE]
        found += [self.frame(one) for one in self._decoration()]
        whole = self.width * HEIGHT
        return [one for one in found if one and one[2] * one[3] < 0.6 * whole]

    def _decoration(self) -> list[Any]:
        shapes = [one for one in self.native.shapes if not one.is_placeholder]
        if self.native._element.get("showMasterSp", "1") not in ("0", "false"):
            shapes += [one for one in self.master.shapes if not one.is_placeholder]
        return shapes

    @property
    def panel(self) -> Frame:
        """A ground for the exhibits, a little larger than their room."""
        x, y, width, height = self.room
        return _clipped((x - 8, y - 6, width + 16, height + 12), (0.0, 0.0, self.width, HEIGHT))

    @property
    def below_title(self) -> tuple[Frame, Frame]:
        """Room for what a cover says below its title, and for the line that names the snapshot."""
        subtitle = next((one for kind, one in self.holders if kind == "subTitle"), None)
        outer = self.frame(subtitle) if subtitle is not None else None
        x, y, width, height = self.title_frame
        if outer and outer[2] >= LEAST_TITLE and outer[3] >= 44:
            left, top, wide, high = self._inside(outer)
        else:
            left, top, wide = x, y + height + GAP, width
            high = min(120.0, HEIGHT - 60.0 - top)
            if high < 60.0:  # the title stands at the foot of the slide
                top = max(12.0, y - 130.0)
                high = y - GAP - top
        foot = min(top + high + 4.0, HEIGHT - 30.0)
        return (left, top, wide, high), (left, foot, wide, 16.0)

    # Colours

    def _paper(self, room: Frame) -> str | None:
        """What lies behind a part of the slide; None when that is a picture, or of several colours."""
        ground = self._background(self.native) or self._background(self.master)
        colour = ground[1] if ground else self.theme.scheme("bg1")
        for shape in reversed(self._decoration()):  # the master's lie below those of the layout
            frame = self.frame(shape)
            covered = _part(room, frame) if frame else 0.0
            properties = shape._element.find(qn("p:spPr"))
            fills = [one for one in properties if _is_fill(one)] if properties is not None else []
            is_picture = shape._element.tag == qn("p:pic")
            is_empty = not is_picture and (not fills or etree.QName(fills[0]).localname == "noFill")
            if covered < 0.1 or is_empty:
                continue
            colour = None if is_picture or covered < 0.9 else self.theme.ground(fills[0])
        return colour

    def _background(self, part: Any) -> tuple[bool, str | None] | None:
        found = part._element.cSld.find(qn("p:bg"))
        if found is None:
            return None
        properties, named = found.find(qn("p:bgPr")), found.find(qn("p:bgRef"))
        if properties is not None:
            fills = [one for one in properties if _is_fill(one)]
            return True, self.theme.ground(fills[0]) if fills else None
        colour = self.theme.colour(named)
        number = int(named.get("idx", "1001")) - 1001
        if 0 <= number < len(self.theme.grounds):
            return True, self.theme.ground(self.theme.grounds[number], colour)
        return True, colour

    def style(self, scale: float, standard: _Layout) -> Style:
        """Colours that can be read here."""
        paper_of = self.paper if self is standard else self._paper(self.below_title[0])
        colour = paper_of or self.theme.scheme("bg1") or "#ffffff"
        paper = Paint(colour, "bg1" if colour == self.theme.scheme("bg1") else "")
        text = self.theme.scheme("tx1") or "#000000"
        ink = Paint(text, "tx1")
        if palette.contrast(text, colour) < 7:
            ink = Paint(max(("#111827", "#ffffff"), key=lambda shade: palette.contrast(shade, colour)))
        named = self.theme.scheme("accent1") or text
        readable = palette.readable(named, colour)
        accent = Paint(readable, "accent1" if readable == named else "")
        return style.on_paper(ink, accent, paper, scale, (standard.title_fill(), self.title_fill()))


def _kind(holder: Any) -> str:
    """The type of a placeholder as the file names it; "obj" is the default."""
    element = holder._element
    mark = element.xpath(".//p:nvPr/p:ph")
    return str(mark[0].get("type") or "obj") if mark else ""


def _is_fill(element: Any) -> bool:
    return bool(etree.QName(element).localname.endswith("Fill"))


def _union(frames: Sequence[Frame]) -> Frame:
    left, top = min(one[0] for one in frames), min(one[1] for one in frames)
    right, bottom = max(one[0] + one[2] for one in frames), max(one[1] + one[3] for one in frames)
    return left, top, right - left, bottom - top


def _clipped(frame: Frame, to: Frame) -> Frame:
    x, y, width, height = frame
    left, top = max(x, to[0]), max(y, to[1])
    right, bottom = min(x + width, to[0] + to[2]), min(y + height, to[1] + to[3])
    return left, top, max(0.0, right - left), max(0.0, bottom - top)


def _apart(room: Frame, title: Frame) -> Frame:
    """The room without the title, whatever else it costs."""
    if not _meet(room, title):
        return room
    x, y, width, height = room
    right, bottom = title[0] + title[2] + 2 * GAP, title[1] + title[3] + GAP
    below = (x, bottom, width, y + height - bottom)
    beside = (right, y, x + width - right, height)
    before = (x, y, title[0] - 2 * GAP - x, height)
    return max((below, beside, before), key=lambda one: max(0.0, one[2]) * max(0.0, one[3]))


def _without(room: Frame, obstacle: Frame) -> Frame:
    """The room without what reaches into it, unless that would cost too much of it."""
    if not _meet(room, obstacle):
        return room
    x, y, width, height = room
    left, top, wide, high = obstacle
    choices = (
        (x, y, width, top - GAP - y),
        (x, top + high + GAP, width, y + height - top - high - GAP),
        (x, y, left - GAP - x, height),
        (left + wide + GAP, y, x + width - left - wide - GAP, height),
    )
    best = max(choices, key=lambda one: max(0.0, one[2]) * max(0.0, one[3]))
    return best if best[2] * best[3] >= (1 - MOST_LOST) * width * height else room


def _part(room: Frame, other: Frame) -> float:
    """How much of the room something covers."""
    _, _, width, height = _clipped(room, other)
    return width * height / (room[2] * room[3]) if room[2] and room[3] else 0.0


def _meet(one: Frame, other: Frame) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
