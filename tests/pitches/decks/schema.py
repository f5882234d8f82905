"""Is the XML of a PowerPoint file as ECMA-376 has it? Checked with the content models of ``ooxml.tsv``.

Each line of that table is a complex type of part 1 of the standard: its name and element, what it may hold in
which order, the types of its children, and its attributes ("!" = required, "b" a boolean, "i:1..5" a number,
"d" a decimal, "e:" one of these words, "s" a text). They are those that the Open XML SDK (MIT) publishes.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

TABLE = Path(__file__).with_name("ooxml.tsv")
SPACES = {
    "http://schemas.openxmlformats.org/presentationml/2006/main": "p",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
}
ROOTS = {
    "p:sld": "p:CT_Slide",
    "p:sldLayout": "p:CT_SlideLayout",
    "p:sldMaster": "p:CT_SlideMaster",
    "p:presentation": "p:CT_Presentation",
    "p:notes": "p:CT_NotesSlide",
    "p:notesMaster": "p:CT_NotesMaster",
    "p:presentationPr": "p:CT_PresentationProperties",
    "p:viewPr": "p:CT_ViewProperties",
    "a:theme": "a:CT_OfficeStyleSheet",
    "a:tblStyleLst": "a:CT_TableStyleList",
    "c:chartSpace": "c:CT_ChartSpace",
}
WITHIN = {"a:tbl": "a:CT_Table", "c:chart": "c:CT_RelId"}  # of a:graphicData
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True)
class Model:
    """One complex type."""

    order: re.Pattern[str]
    children: dict[str, str]
    attributes: dict[str, str]


@cache
def models() -> dict[str, Model]:
    """The table, by "type/element"."""
    found = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        key, order, children, attributes = line.split("\t")
        pattern = re.sub(r"[a-z]+:\w+", r"(?:\g<0>;)", order).replace("ANY", r"(?:[^;]+;)").replace(" ", "")
        found[key] = Model(
            re.compile(pattern),
            dict(one.split("=") for one in children.split()),
            dict(one.split("=", 1) for one in attributes.split()),
        )
    return found


def short(name: str) -> str:
    """ "{namespace}sp" -> "p:sp"; "" for a namespace that the table does not cover."""
    space, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return f"{SPACES[space]}:{local}" if space in SPACES else local if not space else ""


def wrong(content: bytes) -> list[str]:
    """Everything in a package for which PowerPoint would offer a repair; empty is good."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        found = [
            f"{name}: twice in the package" for name in sorted({one for one in names if names.count(one) > 1})
        ]
        parts = {name: archive.read(name) for name in names}
    found += _package(parts)
    for name, part in parts.items():
        if not name.endswith(".xml") or name.startswith(("docProps/", "[")):
            continue
        root = etree.fromstring(part)
        kind = ROOTS.get(short(root.tag))
        if kind is None:
            found.append(f"{name}: {root.tag} is no part we know")
        else:
            found += [f"{name}: {one}" for one in _element(root, kind)]
            found += [f"{name}: {one}" for one in _ids(root)]
    return found


def _element(element: Any, kind: str) -> Iterator[str]:
    name = short(element.tag)
    model = models().get(f"{kind}/{name}")
    if model is None:
        yield f"no model for {kind}/{name}: add its line to {TABLE.name}"
        return
    if name == "a:graphicData":
        for child in element:
            yield from _element(child, WITHIN[short(child.tag)])
        return
    children = [child for child in element if isinstance(child.tag, str)]
    if name != "a:ext" and not name.endswith(":ext"):
        said = "".join(f"{short(child.tag) or child.tag};" for child in children)
        if not model.order.fullmatch(said):
            yield f"{name} holds {said} but may hold {model.order.pattern}"
    yield from _attributes(element, name, model)
    for child in children:
        known = model.children.get(short(child.tag))
        if known and not known.startswith("xsd:"):
            yield from _element(child, known)


def _attributes(element: Any, name: str, model: Model) -> Iterator[str]:
    for key, value in element.attrib.items():
        said = short(key)
        if not said:
            continue  # of a namespace that we do not check
        if said not in model.attributes:
            yield f"{name} has no attribute {said}"
        elif not _fits(model.attributes[said].lstrip("!"), value):
            yield f"{name} {said} is {value!r}, not {model.attributes[said][:80]}"
    given = {short(key) for key in element.attrib}
    for key, rule in model.attributes.items():
        if rule.startswith("!") and key not in given:
            yield f"{name} lacks {key}"


def _fits(rule: str, value: str) -> bool:
    kind, _, rest = rule.partition(":")
    if kind == "b":
        return value in ("0", "1", "true", "false")
    if kind == "e":
        return not rest or value in rest.split(",")
    if kind == "i":
        if not re.fullmatch(r"-?\d+", value):
            return False
        least, most = rest.split("..")
        return (not least or int(value) >= int(least)) and (not most or int(value) <= int(most))
    if kind == "d":
        return re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", value) is not None
    return True


def _ids(root: Any) -> Iterator[str]:
    ids = root.xpath("//*[local-name()='cNvPr']/@id")
    for one in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"two shapes have the id {one}"
    for place in ("sldMasterId", "sldLayoutId", "sldId"):
        found = root.xpath(f"//*[local-name()='{place}']/@id")
        if len(found) != len(set(found)):
            yield f"a {place} is used twice"


def _package(parts: dict[str, bytes]) -> Iterator[str]:
    """Types complete, relations lead somewhere and are used, nothing lies about."""
    types = etree.fromstring(parts["[Content_Types].xml"])
    defaults = {one.get("Extension").lower() for one in types if one.get("Extension")}
    overrides = {one.get("PartName") for one in types if one.get("PartName")}
    for missing in sorted(overrides - {f"/{name}" for name in parts}):
        yield f"{missing}: has a type but is not there"
    reached = {"[Content_Types].xml"}
    for name, part in parts.items():
        ending = name.rpartition(".")[2].lower()
        if name != "[Content_Types].xml" and f"/{name}" not in overrides and ending not in defaults:
            yield f"{name}: has no type"
        if ending == "xml" and name != "[Content_Types].xml" and f"/{name}" not in overrides:
            yield f"{name}: has no type of its own"
        if not name.endswith(".rels"):
            continue
        reached.add(name)
        folder, _, file = name.rpartition("/")
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        known = set()
        for one in etree.fromstring(part).iter(RELATIONS):
            if one.get("Id") in known:
                yield f"{name}: {one.get('Id')} is used twice"
            known.add(one.get("Id"))
            if one.get("TargetMode") == "External":
                if not re.fullmatch(r"https?://[!-~]+", one.get("Target")):
                    yield f"{name}: {one.get('Target')} is no address"
                continue
            target = posixpath.normpath(posixpath.join("/" + posixpath.dirname(folder), one.get("Target")))
            reached.add(target.lstrip("/"))
            if target.lstrip("/") not in parts:
                yield f"{name}: {target} is not there"
        if owner in parts and owner.endswith(".xml"):
            used = set(
                etree.fromstring(parts[owner]).xpath("//@r:id | //@r:embed | //@r:link", namespaces=_NAMES)
            )
            for lost in sorted(used - known):
                yield f"{owner}: {lost} leads nowhere"
    for name in sorted(set(parts) - reached):
        yield f"{name}: nothing leads to it"


_NAMES = {prefix: space for space, prefix in SPACES.items()}
