"""The colours and fonts of somebody's PowerPoint theme, as far as they can be told from its XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml.ns import qn

from charts import palette

SCHEME = ("dk1", "lt1", "dk2", "lt2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
PRESETS = {"black": "#000000", "white": "#ffffff", "gray": "#808080", "grey": "#808080", "blue": "#0000ff",
           "red": "#ff0000", "green": "#008000", "navy": "#000080", "dkGray": "#a9a9a9"}  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """``colours`` by name in the scheme; ``names``: which of them "tx1", "bg1" and the others are here."""

    colours: Mapping[str, str]
    names: Mapping[str, str]
    grounds: tuple[Any, ...]  # the fills that a background may name by number
    minor: str
    major: str

    def scheme(self, name: str) -> str | None:
        """A colour by its name on slides, such as "tx1"."""
        return self.colours.get(self.names.get(name, name))

    def colour(self, fill: Any, placeholder: str | None = None) -> str | None:
        """The colour of an element that holds one, such as a solid fill; None when it cannot be told."""
        for one in fill if fill is not None else ():
            found = self._base(one, placeholder)
            if found is not None:
                return _changed(found, one)
        return None

    def _base(self, one: Any, placeholder: str | None) -> str | None:
        local, value = etree.QName(one).localname, str(one.get("val") or "")
        if local == "srgbClr" and len(value) == 6:
            return f"#{value.lower()}"
        if local == "schemeClr":
            return placeholder if value == "phClr" else self.scheme(value)
        if local == "sysClr":
            return f"#{one.get('lastClr', '000000' if value == 'windowText' else 'ffffff').lower()}"
        return PRESETS.get(value) if local == "prstClr" else None

    def ground(self, fill: Any, placeholder: str | None = None) -> str | None:
        """The colour of a fill of any kind; None for pictures, and for gradients from dark to light."""
        local = etree.QName(fill).localname
        if local == "solidFill":
            return self.colour(fill, placeholder)
        if local == "gradFill":
            stops = [self.colour(stop, placeholder) for stop in fill.iter(qn("a:gs"))]
            known = [stop for stop in stops if stop]
            if known and len(known) == len(stops):
                dark = {palette.luminance(stop) < 0.18 for stop in known}
                return palette.mix(known[0], known[-1], 0.5) if len(dark) == 1 else None
        return None


def of(master: Any, layout: Any) -> Theme:
    """The theme of a master, with the names that a layout gives its colours."""
    root = etree.fromstring(master.part.part_related_by(RT.THEME).blob)
    scheme = root.find(f".//{qn('a:clrScheme')}")
    plain = Theme({}, {}, (), "", "")
    colours = {}
    for name in SCHEME:
        found = plain.colour(scheme.find(qn(f"a:{name}"))) if scheme is not None else None
        colours[name] = found or ("#000000" if name.startswith("dk") else "#ffffff")
    names = dict(master._element.find(qn("p:clrMap")).attrib)
    over = layout._element.find(f"{qn('p:clrMapOvr')}/{qn('a:overrideClrMapping')}")
    if over is not None:
        names |= dict(over.attrib)
    grounds = root.find(f".//{qn('a:bgFillStyleLst')}")
    fonts = {kind: root.find(f".//{qn(f'a:{kind}Font')}/{qn('a:latin')}") for kind in ("minor", "major")}
    faces = {kind: str(one.get("typeface") or "") if one is not None else "" for kind, one in fonts.items()}
    return Theme(
        colours, names, tuple(grounds) if grounds is not None else (), faces["minor"], faces["major"]
    )


def _changed(colour: str, element: Any) -> str | None:
    """With what the theme does to it: lighter, darker, tinted. None when it is mostly transparent."""
    for one in element:
        local, part = etree.QName(one).localname, _part(one)
        if local == "alpha" and part < 0.5:
            return None
        if local in ("lumMod", "shade"):
            colour = palette.mix("#000000", colour, min(part, 1.0))
        elif local == "lumOff":
            colour = palette.mix(colour, "#ffffff", min(part, 1.0))
        elif local == "tint":
            colour = palette.mix("#ffffff", colour, min(part, 1.0))
    return colour


def _part(element: Any) -> float:
    try:
        return float(int(element.get("val", "100000"))) / 100_000
    except ValueError:
        return 1.0
