"""An empty 16 : 9 presentation with our own master, theme and three layouts, put together from ``parts/``.

Formats: ECMA-376 part 1 (PresentationML, DrawingML) and part 2 (packages). Real placeholders, so that the
outline view lists the titles; theme colours, so that a deck can be recoloured in PowerPoint.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from lxml import etree

from charts import palette
from pitches.decks import geometry, layout, looks
from pitches.decks.geometry import OURS, Frame
from pitches.decks.page import HEIGHT, WIDTH

PARTS = Path(__file__).with_name("parts")
EMU = 12700  # per point
LAYOUTS = {"cover": 0, "summary": 1, "standard": 1, "appendix": 2}
FOOTER_INDEX, NUMBER_INDEX, KICKER_INDEX = 11, 12, 13
NUMBER_FIELD = "{5B2F1C2E-6C5A-4B0B-9F55-3C1D5A7B9E01}"  # any GUID, the same everywhere
# Without the first two PowerPoint offers to repair the file.
KEPT = (("presProps", "presProps.xml"), ("viewProps", "viewProps.xml"), ("tableStyles", "tableStyles.xml"))
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def emu(points: float) -> int:
    """Points -> English metric units."""
    return round(points * EMU)


@lru_cache(maxsize=16)
def presentation(accent: str) -> bytes:
    """The empty file for this accent colour."""
    layouts = [("slideLayout", f"slideLayouts/slideLayout{number}.xml") for number in (1, 2, 3)]
    master = ("slideMaster", "slideMasters/slideMaster1.xml")
    theme = ("theme", "theme/theme1.xml")
    parts = {
        "[Content_Types].xml": _part("content_types"),
        "_rels/.rels": _relations("", ("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": _part(
            "presentation", page_width=str(emu(WIDTH)), page_height=str(emu(HEIGHT))
        ),
        "ppt/_rels/presentation.xml.rels": _relations("", master, theme, *KEPT),
        "ppt/presProps.xml": _part("pres_props"),
        "ppt/viewProps.xml": _part("view_props"),
        "ppt/tableStyles.xml": _part("table_styles"),
        "ppt/slideMasters/slideMaster1.xml": _master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations("../", *layouts, theme),
        "ppt/theme/theme1.xml": _theme(accent),
    }
    contents = (_cover(), _standard("Title and exhibit", 26), _standard("Appendix", 22))
    for number, content in enumerate(contents, 1):
        parts[f"ppt/slideLayouts/slideLayout{number}.xml"] = content
        parts[f"ppt/slideLayouts/_rels/slideLayout{number}.xml.rels"] = _relations("../", master)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), _without_indents(content))
    return buffer.getvalue()


@cache
def _template(name: str) -> Template:
    return Template((PARTS / f"{name}.xml").read_text(encoding="utf-8"))


def _part(file: str, /, **values: str) -> str:
    """One file of ``parts`` with its places filled."""
    return _template(file).substitute(values)


def _without_indents(content: str) -> bytes:
    """The XML without the white space that is there for people."""
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False)
    root = etree.fromstring(content.encode("utf-8"), parser)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _relations(folder: str, *targets: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}{kind}" Target="{folder}{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    names = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return f"<Relationships {names}>{''.join(lines)}</Relationships>"


def _placeholder(
    number: int,
    name: str,
    attributes: str,
    frame: Frame,
    size: float,
    *,
    colour: str = "tx1",
    bold: bool = False,
    right: bool = False,
    anchor: str = "t",
) -> str:
    """A placeholder of a master or layout; what stands in it is only a prompt."""
    content = f'<a:r><a:rPr lang="en-GB"/><a:t>{name}</a:t></a:r>'
    if "sldNum" in attributes:
        content = f'<a:fld id="{NUMBER_FIELD}" type="slidenum"><a:rPr lang="en-GB"/><a:t>‹#›</a:t></a:fld>'
    x, y, width, height = (str(emu(value)) for value in frame)
    return _part(
        "placeholder",
        number=str(number),
        name=name,
        attributes=attributes,
        x=x,
        y=y,
        width=width,
        height=height,
        align="r" if right else "l",
        anchor=anchor,
        size=str(round(size * 100)),
        bold=str(int(bold)),
        colour=colour,
        content=content,
    )


def _title(kind: str, frame: Frame, size: float) -> str:
    anchor = "b" if kind == "ctrTitle" else "t"
    return _placeholder(2, "Title", f'type="{kind}"', frame, size, bold=True, anchor=anchor)


def _furniture() -> dict[str, str]:
    """Footer and page number: at the same place on every layout."""
    _, top, _, height = OURS.footer
    wide = geometry.PAGE_NUMBER_WIDTH
    attributes = 'type="{}" sz="quarter" idx="{}"'
    return {
        "footer": _placeholder(
            4,
            "Footer",
            attributes.format("ftr", FOOTER_INDEX),
            OURS.footer,
            layout.FOOTER_SIZE,
            colour="tx2",
        ),
        "number": _placeholder(
            5,
            "Slide number",
            attributes.format("sldNum", NUMBER_INDEX),
            (geometry.RIGHT - wide, top, wide, height),
            layout.FOOTER_SIZE,
            colour="tx2",
            right=True,
        ),
    }


def _master() -> str:
    body = _placeholder(3, "Text", 'type="body" idx="1"', OURS.body, 16)
    return _part(
        "master", group=_part("group"), title=_title("title", OURS.title, 26), body=body, **_furniture()
    )


def _cover() -> str:
    title = _title("ctrTitle", OURS.cover_title, 40)
    x, y, width, height = (str(emu(value)) for value in geometry.COVER_RULE)
    rule = {"rule_x": x, "rule_y": y, "rule_width": width, "rule_height": height}
    return _part("cover", group=_part("group"), title=title, page_height=str(emu(HEIGHT)), **rule)


def _standard(name: str, size: float) -> str:
    kicker = _placeholder(
        3,
        "Step",
        f'type="body" sz="quarter" idx="{KICKER_INDEX}"',
        OURS.kicker,
        layout.KICKER_SIZE,
        colour="accent1",
        bold=True,
    )
    return _part(
        "standard",
        name=name,
        group=_part("group"),
        title=_title("title", OURS.title, size),
        kicker=kicker,
        left=str(emu(geometry.LEFT)),
        room=str(emu(geometry.ROOM)),
        rule_top=str(emu(geometry.FOOTER_RULE)),
        **_furniture(),
    )


def _theme(accent: str) -> str:
    colours = {
        "ink": palette.INK,
        "paper": palette.PAPER,
        "muted": palette.MUTED,
        "tint": looks.tints(accent)["accent"],
        "accent": palette.readable(accent),
        "grey1": palette.GREYS[0],
        "grey2": palette.GREYS[1],
        "grey3": palette.GREYS[2],
        "rule": palette.RULE,
        "warning": palette.WARNING,
    }
    return _part("theme", **{name: colour[1:].upper() for name, colour in colours.items()})
