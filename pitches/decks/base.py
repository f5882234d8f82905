"""An empty 16 : 9 presentation with our own master, theme and three layouts, written part by part.

Formats: ECMA-376 part 1 (PresentationML, DrawingML) and part 2 (packages). Real placeholders, so that the
outline view lists the titles; theme colours, so that a deck can be recoloured in PowerPoint.
"""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache

from charts import palette
from pitches.decks import layout
from pitches.decks.page import HEIGHT, WIDTH

EMU = 12700  # per point
LAYOUTS = {"cover": 0, "summary": 1, "standard": 1, "appendix": 2}
FOOTER_INDEX, NUMBER_INDEX, KICKER_INDEX = 11, 12, 13
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.presentationml."
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_GROUP = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)


def emu(points: float) -> int:
    """Points -> English metric units."""
    return round(points * EMU)


@lru_cache(maxsize=16)
def presentation(accent: str) -> bytes:
    """The empty file for this accent colour."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": _presentation(),
        "ppt/_rels/presentation.xml.rels": _relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"), ("theme", "theme/theme1.xml")
        ),
        "ppt/slideMasters/slideMaster1.xml": _master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            *(("slideLayout", f"../slideLayouts/slideLayout{number}.xml") for number in (1, 2, 3)),
            ("theme", "../theme/theme1.xml"),
        ),
        "ppt/theme/theme1.xml": _theme(accent),
    }
    for number, content in enumerate(
        (_cover(), _standard("Title and exhibit", 26), _standard("Appendix", 22)), 1
    ):
        parts[f"ppt/slideLayouts/slideLayout{number}.xml"] = content
        parts[f"ppt/slideLayouts/_rels/slideLayout{number}.xml.rels"] = _relations(
            ("slideMaster", "../slideMasters/slideMaster1.xml")
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), _HEAD + content)
    return buffer.getvalue()


def _content_types() -> str:
    overrides = {
        "/ppt/presentation.xml": _TYPES + "presentation.main+xml",
        "/ppt/slideMasters/slideMaster1.xml": _TYPES + "slideMaster+xml",
        "/ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        **{f"/ppt/slideLayouts/slideLayout{number}.xml": _TYPES + "slideLayout+xml" for number in (1, 2, 3)},
    }
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
        + "</Types>"
    )


def _relations(*targets: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(lines)
        + "</Relationships>"
    )


def _presentation() -> str:
    return (
        f'<p:presentation {_NAMES} saveSubsetFonts="1"><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/>'
        f'</p:sldMasterIdLst><p:sldIdLst/><p:sldSz cx="{emu(WIDTH)}" cy="{emu(HEIGHT)}"/>'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )


def _fill(colour: str) -> str:
    return f'<a:solidFill><a:schemeClr val="{colour}"/></a:solidFill>'


def _frame(x: float, y: float, width: float, height: float) -> str:
    return (
        f'<a:xfrm><a:off x="{emu(x)}" y="{emu(y)}"/><a:ext cx="{emu(width)}" cy="{emu(height)}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    )


def _placeholder(
    number: int, name: str, attributes: str, frame: str, style: str, prompt: str, *, right: bool = False
) -> str:
    field = '<a:fld id="{5B2F1C2E-6C5A-4B0B-9F55-3C1D5A7B9E01}" type="slidenum"><a:rPr lang="en-GB"/><a:t>‹#›</a:t></a:fld>'
    content = field if "sldNum" in attributes else f'<a:r><a:rPr lang="en-GB"/><a:t>{prompt}</a:t></a:r>'
    align = ' algn="r"' if right else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f"<p:nvPr><p:ph {attributes}/></p:nvPr></p:nvSpPr><p:spPr>{frame}</p:spPr>"
        '<p:txBody><a:bodyPr vert="horz" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="t"><a:noAutofit/>'
        f'</a:bodyPr><a:lstStyle><a:lvl1pPr marL="0" indent="0"{align}><a:buNone/>{style}</a:lvl1pPr></a:lstStyle>'
        f"<a:p>{content}</a:p></p:txBody></p:sp>"
    )


def _style(size: float, colour: str, *, bold: bool = False) -> str:
    return f'<a:defRPr sz="{round(size * 100)}" b="{int(bold)}">{_fill(colour)}</a:defRPr>'


def _title(number: int, kind: str, frame: str, size: float) -> str:
    return _placeholder(number, "Title", f'type="{kind}"', frame, _style(size, "tx1", bold=True), "Title")


def _furniture() -> str:
    """Kicker, footer and page number: at the same place on every layout."""
    room = layout.ROOM - layout.PAGE_NUMBER_WIDTH
    top, height = layout.FOOTER_TOP, layout.FOOTER_HEIGHT
    return _placeholder(
        4,
        "Footer",
        f'type="ftr" sz="quarter" idx="{FOOTER_INDEX}"',
        _frame(layout.LEFT, top, room, height),
        _style(layout.FOOTER_SIZE, "tx2"),
        "",
    ) + _placeholder(
        5,
        "Slide number",
        f'type="sldNum" sz="quarter" idx="{NUMBER_INDEX}"',
        _frame(layout.RIGHT - layout.PAGE_NUMBER_WIDTH, top, layout.PAGE_NUMBER_WIDTH, height),
        _style(layout.FOOTER_SIZE, "tx2"),
        "",
        right=True,
    )


def _rule() -> str:
    return (
        '<p:cxnSp><p:nvCxnSpPr><p:cNvPr id="9" name="Rule"/><p:cNvCxnSpPr/><p:nvPr userDrawn="1"/></p:nvCxnSpPr><p:spPr>'
        f'<a:xfrm><a:off x="{emu(layout.LEFT)}" y="{emu(layout.FOOTER_TOP - 7)}"/><a:ext cx="{emu(layout.ROOM)}" cy="0"/>'
        '</a:xfrm><a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
        '<a:ln w="6350"><a:solidFill><a:schemeClr val="accent5"/></a:solidFill></a:ln></p:spPr></p:cxnSp>'
    )


def _standard(name: str, size: float) -> str:
    frame = _frame(layout.LEFT, layout.TITLE_TOP, layout.ROOM, layout.TITLE_HEIGHT)
    kicker = _placeholder(
        3,
        "Kicker",
        f'type="body" sz="quarter" idx="{KICKER_INDEX}"',
        _frame(layout.LEFT, 28, 620, 16),
        _style(layout.KICKER_SIZE, "accent1", bold=True),
        "Step",
    )
    return _layout(name, "obj", _title(2, "title", frame, size) + kicker + _furniture() + _rule())


def _cover() -> str:
    strip = (
        '<p:sp><p:nvSpPr><p:cNvPr id="9" name="Strip"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr>'
        f"<p:spPr>{_frame(0, 0, 20, HEIGHT)}{_fill('accent1')}<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )
    frame = _frame(layout.LEFT + 24, 130, 720, 150)
    return _layout("Cover", "title", _title(2, "ctrTitle", frame, 40) + strip)


def _layout(name: str, kind: str, shapes: str) -> str:
    return (
        f'<p:sldLayout {_NAMES} type="{kind}" preserve="1" userDrawn="1"><p:cSld name="{name}"><p:spTree>'
        f"{_GROUP}{shapes}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _master() -> str:
    title = _title(2, "title", _frame(layout.LEFT, layout.TITLE_TOP, layout.ROOM, layout.TITLE_HEIGHT), 26)
    body = _placeholder(
        3,
        "Body",
        'type="body" idx="1"',
        _frame(layout.LEFT, layout.BODY_TOP, layout.ROOM, layout.BODY_HEIGHT),
        _style(16, "tx1"),
        "Text",
    )
    levels = "".join(
        f'<a:lvl{level}pPr marL="{emu(16 * level)}" indent="-{emu(16)}"><a:buFont typeface="Arial"/><a:buChar char="•"/>'
        f"{_style(size, 'tx1')}</a:lvl{level}pPr>"
        for level, size in ((1, 16), (2, 14), (3, 12))
    )
    layouts = "".join(
        f'<p:sldLayoutId id="{2147483648 + number}" r:id="rId{number}"/>' for number in (1, 2, 3)
    )
    return (
        f"<p:sldMaster {_NAMES}><p:cSld><p:bg><p:bgPr>{_fill('bg1')}<a:effectLst/></p:bgPr></p:bg><p:spTree>{_GROUP}"
        f'{title}{body}{_furniture()}</p:spTree></p:cSld><p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" '
        'accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" '
        f'hlink="hlink" folHlink="folHlink"/><p:sldLayoutIdLst>{layouts}</p:sldLayoutIdLst><p:txStyles><p:titleStyle>'
        f"<a:lvl1pPr>{_style(26, 'tx1', bold=True)}</a:lvl1pPr></p:titleStyle><p:bodyStyle>{levels}</p:bodyStyle>"
        f"<p:otherStyle><a:lvl1pPr>{_style(12, 'tx1')}</a:lvl1pPr></p:otherStyle></p:txStyles></p:sldMaster>"
    )


def _theme(accent: str) -> str:
    main = palette.readable(accent)
    colours = {
        "dk1": palette.INK,
        "lt1": palette.PAPER,
        "dk2": palette.MUTED,
        "lt2": palette.mix(main, palette.PAPER, 0.92),
        "accent1": main,
        "accent2": palette.GREYS[0],
        "accent3": palette.GREYS[1],
        "accent4": palette.GREYS[2],
        "accent5": palette.RULE,
        "accent6": palette.WARNING,
        "hlink": main,
        "folHlink": palette.MUTED,
    }
    scheme = "".join(
        f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>' for name, colour in colours.items()
    )
    font = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Earshot"><a:themeElements>'
        f'<a:clrScheme name="Earshot">{scheme}</a:clrScheme><a:fontScheme name="Earshot"><a:majorFont>{font}</a:majorFont>'
        f'<a:minorFont>{font}</a:minorFont></a:fontScheme><a:fmtScheme name="Earshot"><a:fillStyleLst>{fill * 3}'
        f"</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
