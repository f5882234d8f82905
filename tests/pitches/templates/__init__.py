"""Made-up PowerPoint templates that look like real ones, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

from PIL import Image, ImageDraw
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt

from tests.pitches.templates import xml
from tests.pitches.templates.xml import Holder, Layout, Look

FORTY = "Nordbrewinternationalcoffeemanufacturing"


def picture(colour: str = "#f59e0b") -> bytes:
    """A made-up logo."""
    drawn = Image.new("RGB", (240, 80), colour)
    ImageDraw.Draw(drawn).ellipse((10, 10, 70, 70), fill="#ffffff")
    written = io.BytesIO()
    drawn.save(written, "PNG")
    return written.getvalue()


@cache
def dark() -> bytes:
    """A corporate one: light text on navy, a logo at the foot, its own footer; three layouts."""
    title = Holder("title", (48, 30, 864, 80), size=28, anchor="ctr")
    furniture = [
        Holder("ftr", (48, 505, 500, 20), text="Nordhamn AB · Confidential", index=10),
        Holder("sldNum", (560, 505, 60, 20), index=11),
    ]
    layouts = [
        Layout("Title slide", "title", [
            Holder("ctrTitle", (60, 150, 700, 120), size=44, anchor="b"),
            Holder("subTitle", (60, 290, 700, 120), index=1),
        ]),
        Layout("Title and content", "obj", [title, Holder("", (48, 125, 864, 365), index=1), *furniture]),
        Layout("Title only", "titleOnly", [title, *furniture]),
    ]  # fmt: skip
    look = Look(
        colours={"dk1": "FFFFFF", "lt1": "0B1F3A", "dk2": "C7D2E4", "lt2": "16325C", "accent1": "F59E0B"},
        minor="Segoe UI", major="Segoe UI Semibold", title_size=28,
    )  # fmt: skip
    content = xml.package((960, 540), look, layouts, pictures=[((800, 492, 112, 37), picture())])
    return with_samples(content)


@cache
def band() -> bytes:
    """A light one with a high band behind white titles; four layouts with Swedish names, the cover last."""
    title = Holder("title", (60, 18, 700, 74), size=26, anchor="ctr", colour="FFFFFF")
    number = Holder("sldNum", (860, 510, 60, 18), index=12)
    layouts = [
        Layout("Avsnitt", "secHead", [Holder("title", (60, 200, 800, 90), size=40), number]),
        Layout("Två delar", "twoObj", [
            title, Holder("", (60, 130, 400, 350), index=1), Holder("", (480, 130, 400, 350), index=2),
            number,
        ]),
        Layout("Endast rubrik", "titleOnly", [title, number]),
        Layout("Omslag", "title", [
            Holder("ctrTitle", (60, 180, 760, 140), size=40, anchor="b", colour="FFFFFF"),
            Holder("subTitle", (60, 335, 760, 90), index=1),
        ], band=(0, 0, 960, 330)),
    ]  # fmt: skip
    look = Look(
        colours={"accent1": "7C3AED", "dk2": "4C1D95"}, minor="Calibri", major="Calibri", title_size=26
    )
    return with_samples(
        xml.package(
            (720, 405),
            look,
            layouts,
            bands=[(0, 0, 960, 108)],
            pictures=[((800, 30, 120, 40), picture("#4c1d95"))],
        )
    )


@cache
def narrow() -> bytes:
    """A 4:3 one with unusual fonts, whose titles stand in a narrow column at the left, in capitals."""
    title = Holder("title", (30, 40, 215, 300), size=30, capitals=True)
    layouts = [
        Layout("Kolumn", "obj", [
            title, Holder("", (265, 40, 430, 440), index=1), Holder("sldNum", (30, 500, 60, 20), index=12),
        ]),
        Layout("Start", "title", [
            Holder("ctrTitle", (60, 120, 600, 160), size=44, capitals=True),
            Holder("subTitle", (60, 300, 600, 120), index=1),
        ]),
    ]  # fmt: skip
    look = Look(
        colours={"accent1": "B91C1C", "lt1": "FFFBF2"}, minor="Courier New", major="Rockwell", title_size=30
    )
    return with_samples(xml.package((720, 540), look, layouts))


REAL: dict[str, Callable[[], bytes]] = {"dark": dark, "band": band, "narrow": narrow}


def with_samples(content: bytes) -> bytes:
    """With two sample slides, a chart and a link, as templates have them."""
    deck = Presentation(io.BytesIO(content))
    for layout in list(deck.slide_layouts)[:2]:
        slide = deck.slides.add_slide(layout)
        slide.shapes.title.text = "A sample slide"
        run = slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.paragraphs[0].add_run()
        run.text, run.font.size = "our web site", Pt(12)
        run.hyperlink.address = "https://nordhamn.example/"
    data = CategoryChartData()
    data.categories = ["sample"]
    data.add_series("sample", (1.0,))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, 0, Inches(2), Inches(2), data)
    slide.notes_slide.notes_text_frame.text = "Sample notes"
    written = io.BytesIO()
    deck.save(written)
    return written.getvalue()


def changed(content: bytes, changes: Mapping[str, bytes | Callable[[bytes], bytes] | None]) -> bytes:
    """The package with some parts written anew (or changed, or added), or left out where it says None."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in [*old.namelist(), *(one for one in changes if one not in old.namelist())]:
            change = changes.get(name, b"") if name in changes else old.read(name)
            if callable(change):
                change = change(old.read(name))
            if change is not None:
                new.writestr(name, change)
    return written.getvalue()
