"""Writes a small PowerPoint template from what stands on its layouts. Lengths are points of 540."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

Frame = tuple[float, float, float, float]
NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "application/vnd.openxmlformats-officedocument"
GROUP = "<p:nvGrpSpPr><p:cNvPr id='1' name=''/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"


@dataclass(frozen=True)
class Holder:
    """A placeholder: its type ("" is for any content), where it stands and how its text looks."""

    kind: str
    frame: Frame
    size: float | None = None
    index: int | None = None
    anchor: str = "t"
    text: str = "Click here"
    colour: str = ""
    capitals: bool = False


@dataclass(frozen=True)
class Layout:
    """A layout of the template; ``band`` is a filled rectangle of its own."""

    name: str
    kind: str
    holders: Sequence[Holder]
    band: Frame | None = None


@dataclass(frozen=True)
class Look:
    """Colours and fonts of the theme."""

    colours: dict[str, str] = field(default_factory=dict)
    minor: str = "Arial"
    major: str = "Arial"
    title_size: float = 28


def package(
    size: tuple[float, float],
    look: Look,
    layouts: Sequence[Layout],
    *,
    bands: Sequence[Frame] = (),
    pictures: Sequence[tuple[Frame, bytes]] = (),
) -> bytes:
    """The template as a file. ``size`` in points; frames are for slides 540 points high."""
    emu, wide = size[1] / 540 * 12700, size[0] / size[1] * 540
    count = len(layouts)
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _types(count),
        "_rels/.rels": _relations([("officeDocument", "ppt/presentation.xml")]),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldMasterIdLst><p:sldMasterId id='2147483648' "
        f"r:id='rId1'/></p:sldMasterIdLst><p:sldIdLst/><p:sldSz cx='{round(size[0] * 12700)}' "
        f"cy='{round(size[1] * 12700)}'/><p:notesSz cx='6858000' cy='9144000'/></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations([
            ("slideMaster", "slideMasters/slideMaster1.xml"), ("presProps", "presProps.xml"),
            ("viewProps", "viewProps.xml"), ("theme", "theme/theme1.xml"),
        ]),
        "ppt/presProps.xml": f"<p:presentationPr {NAMES}/>",
        "ppt/viewProps.xml": f"<p:viewPr {NAMES}/>",
        "ppt/theme/theme1.xml": _theme(look),
        "ppt/slideMasters/slideMaster1.xml": _master(wide, look, layouts, bands, pictures, emu),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations([
            *(("slideLayout", f"../slideLayouts/slideLayout{number}.xml") for number in range(1, count + 1)),
            ("theme", "../theme/theme1.xml"),
            *(("image", f"../media/logo{number}.png") for number in range(1, len(pictures) + 1)),
        ]),
    }  # fmt: skip
    for number, layout in enumerate(layouts, 1):
        parts[f"ppt/slideLayouts/slideLayout{number}.xml"] = _layout(layout, emu)
        parts[f"ppt/slideLayouts/_rels/slideLayout{number}.xml.rels"] = _relations(
            [("slideMaster", "../slideMasters/slideMaster1.xml")]
        )
    for number, (_, content) in enumerate(pictures, 1):
        parts[f"ppt/media/logo{number}.png"] = content
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


def _types(count: int) -> str:
    slides = f"{OFFICE}.presentationml"
    overrides = {
        "presentation": f"{slides}.presentation.main+xml",
        "presProps": f"{slides}.presProps+xml",
        "viewProps": f"{slides}.viewProps+xml",
        "theme/theme1": f"{OFFICE}.theme+xml",
        "slideMasters/slideMaster1": f"{slides}.slideMaster+xml",
        **{f"slideLayouts/slideLayout{n}": f"{slides}.slideLayout+xml" for n in range(1, count + 1)},
    }
    lines = "".join(
        f"<Override PartName='/ppt/{name}.xml' ContentType='{kind}'/>" for name, kind in overrides.items()
    )
    return (
        "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
        "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Default Extension='xml' ContentType='application/xml'/><Default Extension='png' "
        f"ContentType='image/png'/>{lines}</Types>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f"<Relationship Id='rId{number}' Type='{RELATIONS}/{kind}' Target='{target}'/>"
        for number, (kind, target) in enumerate(targets, 1)
    )
    names = "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'"
    return f"<Relationships {names}>{lines}</Relationships>"


def _frame(frame: Frame, emu: float) -> str:
    x, y, width, height = (round(side * emu) for side in frame)
    return f"<a:xfrm><a:off x='{x}' y='{y}'/><a:ext cx='{width}' cy='{height}'/></a:xfrm>"


def _holder(number: int, holder: Holder, emu: float) -> str:
    kind = f" type='{holder.kind}'" if holder.kind else ""
    index = f" idx='{holder.index}'" if holder.index is not None else ""
    fill = f"<a:solidFill><a:srgbClr val='{holder.colour}'/></a:solidFill>" if holder.colour else ""
    size = f" sz='{round(holder.size * emu / 127)}'" if holder.size else ""
    capitals = " cap='all'" if holder.capitals else ""
    run = f"<a:r><a:rPr lang='en-GB'/><a:t>{holder.text}</a:t></a:r>"
    if holder.kind == "sldNum":
        number_field = "<a:fld id='{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}' type='slidenum'>"
        run = f"{number_field}<a:rPr lang='en-GB'/><a:t>‹#›</a:t></a:fld>"
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr id='{number}' name='{holder.kind or 'Content'} {number}'/><p:cNvSpPr>"
        f"<a:spLocks noGrp='1'/></p:cNvSpPr><p:nvPr><p:ph{kind}{index}/></p:nvPr></p:nvSpPr><p:spPr>"
        f"{_frame(holder.frame, emu)}</p:spPr><p:txBody><a:bodyPr anchor='{holder.anchor}'><a:normAutofit/>"
        f"</a:bodyPr><a:lstStyle><a:lvl1pPr><a:defRPr{size}{capitals}>{fill}</a:defRPr>"
        f"</a:lvl1pPr></a:lstStyle>"
        f"<a:p>{run}</a:p></p:txBody></p:sp>"
    )


def _band(number: int, frame: Frame, emu: float) -> str:
    return (
        f"<p:sp><p:nvSpPr><p:cNvPr id='{number}' name='Band {number}'/><p:cNvSpPr/>"
        f"<p:nvPr userDrawn='1'/></p:nvSpPr>"
        f"<p:spPr>{_frame(frame, emu)}<a:prstGeom prst='rect'><a:avLst/></a:prstGeom><a:solidFill>"
        f"<a:schemeClr val='accent1'/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )


def _picture(number: int, frame: Frame, identity: str, emu: float) -> str:
    return (
        f"<p:pic><p:nvPicPr><p:cNvPr id='{number}' name='Logo' descr='A logo'/>"
        f"<p:cNvPicPr/><p:nvPr userDrawn='1'/>"
        f"</p:nvPicPr><p:blipFill><a:blip r:embed='{identity}'/><a:stretch><a:fillRect/>"
        f"</a:stretch></p:blipFill>"
        f"<p:spPr>{_frame(frame, emu)}<a:prstGeom prst='rect'><a:avLst/></a:prstGeom></p:spPr></p:pic>"
    )


def _layout(layout: Layout, emu: float) -> str:
    band = _band(90, layout.band, emu) if layout.band else ""
    holders = "".join(_holder(number, one, emu) for number, one in enumerate(layout.holders, 2))
    hidden = " showMasterSp='0'" if layout.band else ""
    return (
        f"<p:sldLayout {NAMES} type='{layout.kind}' preserve='1'{hidden}>"
        f"<p:cSld name='{layout.name}'><p:spTree>{GROUP}"
        f"{band}{holders}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _master(
    width: float,
    look: Look,
    layouts: Sequence[Layout],
    bands: Sequence[Frame],
    pictures: Sequence[tuple[Frame, bytes]],
    emu: float,
) -> str:
    drawn = "".join(_band(80 + number, frame, emu) for number, frame in enumerate(bands))
    first = len(layouts) + 2  # the relation of the first picture
    drawn += "".join(
        _picture(70 + number, frame, f"rId{first + number}", emu)
        for number, (frame, _) in enumerate(pictures)
    )
    holders = _holder(2, Holder("title", (48, 30, width - 96, 80)), emu) + _holder(
        3, Holder("body", (48, 130, width - 96, 340), index=1), emu
    )
    identities = "".join(
        f"<p:sldLayoutId id='{2147483649 + number}' r:id='rId{number + 1}'/>"
        for number in range(len(layouts))
    )
    size = round(look.title_size * emu / 127)
    font = "<a:defRPr sz='2000'><a:latin typeface='+mn-lt'/></a:defRPr>"
    level = f"<a:lvl1pPr marL='228600' indent='-228600'><a:buChar char='•'/>{font}</a:lvl1pPr>"
    return (
        f"<p:sldMaster {NAMES}><p:cSld><p:bg><p:bgRef idx='1001'><a:schemeClr val='bg1'/>"
        f"</p:bgRef></p:bg><p:spTree>"
        f"{GROUP}{drawn}{holders}</p:spTree></p:cSld><p:clrMap bg1='lt1' tx1='dk1' bg2='lt2' tx2='dk2' "
        "accent1='accent1' accent2='accent2' accent3='accent3' accent4='accent4' accent5='accent5' "
        f"accent6='accent6' hlink='hlink' folHlink='folHlink'/>"
        f"<p:sldLayoutIdLst>{identities}</p:sldLayoutIdLst>"
        f"<p:txStyles><p:titleStyle><a:lvl1pPr><a:lnSpc><a:spcPct val='90000'/></a:lnSpc>"
        f"<a:defRPr sz='{size}'>"
        "<a:solidFill><a:schemeClr val='tx1'/></a:solidFill><a:latin typeface='+mj-lt'/>"
        "</a:defRPr></a:lvl1pPr>"
        f"</p:titleStyle><p:bodyStyle>{level}</p:bodyStyle><p:otherStyle/></p:txStyles></p:sldMaster>"
    )


def _theme(look: Look) -> str:
    colours = {
        "dk1": "111827", "lt1": "FFFFFF", "dk2": "334155", "lt2": "F1F5F9", "accent1": "0F766E",
        "accent2": "EA580C", "accent3": "2563EB", "accent4": "16A34A", "accent5": "DB2777",
        "accent6": "CA8A04", "hlink": "2563EB", "folHlink": "7C3AED",
    } | look.colours  # fmt: skip
    scheme = "".join(f"<a:{name}><a:srgbClr val='{value}'/></a:{name}>" for name, value in colours.items())
    fonts = "".join(
        f"<a:{kind}Font><a:latin typeface='{face}'/><a:ea typeface=''/><a:cs typeface=''/></a:{kind}Font>"
        for kind, face in (("major", look.major), ("minor", look.minor))
    )
    fill = "<a:solidFill><a:schemeClr val='phClr'/></a:solidFill>"
    return (
        f"<a:theme {NAMES.split(' xmlns:r')[0]} name='Made up'><a:themeElements>"
        f"<a:clrScheme name='Made up'>{scheme}"
        f"</a:clrScheme><a:fontScheme name='Made up'>{fonts}</a:fontScheme><a:fmtScheme name='Made up'>"
        f"<a:fillStyleLst>{fill * 3}</a:fillStyleLst>"
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst>"
        "<a:effectStyleLst>" + "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3 + "</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )
