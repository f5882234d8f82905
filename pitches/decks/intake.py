"""A PowerPoint template that somebody uploads: checked part by part, and kept without all we do not need.

What is kept is written anew: the presentation, its masters, layouts, themes and their pictures. Sample
slides, properties, comments and everything else stay behind. Nothing is opened, run or fetched.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lxml import etree

from listening.net.errors import gettext_noop
from pitches import zips

MOST_BYTES = 25_000_000
MOST_ENTRIES = 4000
MOST_UNPACKED = 200_000_000
MOST_XML = 8_000_000  # of one part
MOST_RATIO = 150  # of a part over a megabyte
MOST_LAYOUTS = 150
OLD_FORMAT = b"\xd0\xcf\x11\xe0"  # .ppt, and .pptx under a password
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SLIDES = _OFFICE + "presentationml."
MAIN = _SLIDES + "presentation.main+xml"
MAINS = frozenset(_SLIDES + f"{kind}.main+xml" for kind in ("presentation", "template", "slideshow"))
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# Which parts are kept, by the kind of relation that leads to them, and what they must be.
KEPT = {
    "slideMaster": _SLIDES + "slideMaster+xml",
    "slideLayout": _SLIDES + "slideLayout+xml",
    "notesMaster": _SLIDES + "notesMaster+xml",
    "theme": _OFFICE + "theme+xml",
    "presProps": _SLIDES + "presProps+xml",
    "viewProps": _SLIDES + "viewProps+xml",
    "tableStyles": _SLIDES + "tableStyles+xml",
    "image": "image/",
    "hdphoto": "image/",
    "themeOverride": _OFFICE + "themeOverride+xml",
}
DROPPED_ELEMENTS = (  # of the presentation: what leads to parts that are not kept
    "sldIdLst", "handoutMasterIdLst", "smartTags", "embeddedFontLst", "custShowLst", "photoAlbum",
    "custDataLst", "modifyVerifier", "extLst",
)  # fmt: skip
DANGEROUS = {
    "oleObject": gettext_noop("an embedded object (OLE)"),
    "package": gettext_noop("an embedded file"),
    "control": gettext_noop("an ActiveX control"),
    "vbaProject": gettext_noop("macros"),
    "video": gettext_noop("a video"),
    "audio": gettext_noop("a sound"),
    "media": gettext_noop("a video or sound"),
    "chart": gettext_noop("a chart"),
    "diagramData": gettext_noop("a diagram (SmartArt)"),
    "vmlDrawing": gettext_noop("an old drawing (VML)"),
}
NO_POWERPOINT = gettext_noop("This is no PowerPoint file. Choose a .pptx or .potx file.")
BOMB = gettext_noop("This file unpacks to far more than a template needs, so it was not opened.")
# What a damaged package makes the standard library say.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError, RuntimeError
)  # fmt: skip
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}


@dataclass
class Refused(Exception):
    """The file cannot be used; ``message`` is an English template filled from ``params``."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass
class _Part:
    """A part as it will be kept: its bytes, its type, and where its relations lead."""

    content: bytes
    kind: str
    relations: list[tuple[str, str, str]] = field(default_factory=list)  # id, type, name of the part


def take(content: bytes) -> bytes:
    """The template as it is kept. Raises Refused."""
    parts = _Reader(content).parts()
    return _written(parts)


class _Reader:
    """Reads what may be kept out of a package that nobody trusts."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MOST_BYTES:
            message = gettext_noop("This file is larger than %(most)s MB. Remove pictures or sample slides.")
            raise Refused(message, {"most": MOST_BYTES // 1_000_000})
        if content.startswith(OLD_FORMAT):
            message = gettext_noop(
                "This is an old PowerPoint file (.ppt) or one under a password. Open it in PowerPoint and"
                " save it as .pptx without a password."
            )
            raise Refused(message)
        try:
            self.archive = zips.opened(io.BytesIO(content))
        except zips.TooMany as error:
            raise Refused(BOMB) from error
        except UNREADABLE as error:
            raise Refused(NO_POWERPOINT) from error
        self.entries = self._entries()
        self.defaults, self.overrides = self._types()

    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        listed = self.archive.infolist()
        if len(listed) > MOST_ENTRIES or sum(one.file_size for one in listed) > MOST_UNPACKED:
            raise Refused(BOMB)
        found: dict[str, zipfile.ZipInfo] = {}
        for one in listed:
            name = one.filename
            steps = name.split("/")
            if "\\" in name or "\x00" in name or name.startswith("/") or ".." in steps or ":" in steps[0]:
                raise Refused(gettext_noop("This file holds a part with a name that leads outside of it."))
            if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused(NO_POWERPOINT)
            if one.flag_bits & 1:
                raise Refused(gettext_noop("This file is encrypted. Save it without a password."))
            if one.file_size > 1_000_000 and one.file_size > MOST_RATIO * max(1, one.compress_size):
                raise Refused(BOMB)
            if name.lower() in found:
                raise Refused(gettext_noop("This file is damaged: it holds two parts of one name."))
            if not name.endswith("/"):
                found[name.lower()] = one
        return found

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """One part, never more than ``most`` bytes whatever its entry says."""
        entry = self.entries.get(name.lower())
        if entry is None:
            raise Refused(gettext_noop("This file is damaged: “%(part)s” is missing."), {"part": name[:80]})
        try:
            with self.archive.open(entry) as stream:
                content = stream.read(most + 1)
        except UNREADABLE as error:
            message = gettext_noop("This file is damaged: “%(part)s” cannot be unpacked.")
            raise Refused(message, {"part": name[:80]}) from error
        if len(content) > most:
            raise Refused(gettext_noop("The part “%(part)s” is too large."), {"part": name[:80]})
        return content

    def xml(self, name: str) -> Any:
        """One part as a tree, refused when it declares entities or is no XML."""
        content = self.read(name, MOST_XML)
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
        )
        try:
            tree = etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            message = gettext_noop("This file is damaged: “%(part)s” is not XML.")
            raise Refused(message, {"part": name[:80]}) from error
        document = tree.getroottree().docinfo
        if document.doctype or document.internalDTD is not None:
            message = gettext_noop("The part “%(part)s” declares entities, which no PowerPoint file does.")
            raise Refused(message, {"part": name[:80]})
        return tree

    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        if "[content_types].xml" not in self.entries:
            raise Refused(NO_POWERPOINT)
        tree = self.xml("[Content_Types].xml")
        defaults, overrides = {}, {}
        for one in tree:
            kind = str(one.get("ContentType") or "")
            if one.get("Extension"):
                defaults[one.get("Extension").lower()] = kind
            elif one.get("PartName"):
                overrides[one.get("PartName").lstrip("/").lower()] = kind
        macros = any("macroenabled" in kind.lower() or "vba" in kind.lower() for kind in overrides.values())
        if macros or any(name.endswith("vbaproject.bin") for name in self.entries):
            raise Refused(gettext_noop("This file holds macros. Save it as .pptx or .potx, without macros."))
        return defaults, overrides

    def kind(self, name: str) -> str:
        ending = name.rpartition(".")[2].lower()
        return self.overrides.get(name.lower()) or self.defaults.get(ending, "")

    def relations(self, name: str) -> Iterator[tuple[str, str, str, bool]]:
        """(id, kind, target, is outside) of a part; "" is the package itself."""
        folder, _, file = name.rpartition("/")
        path = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
        if path.lower() not in self.entries:
            return
        for one in self.xml(path):
            kind = str(one.get("Type") or "").rpartition("/")[2]
            target, outside = str(one.get("Target") or ""), one.get("TargetMode") == "External"
            if not outside:
                whole = posixpath.join("/" + folder, unquote(target))
                target = posixpath.normpath(whole).lstrip("/")
            yield str(one.get("Id") or ""), kind, target, outside

    def parts(self) -> dict[str, _Part]:
        """Everything to keep, from the presentation on."""
        main = [target for _, kind, target, _ in self.relations("") if kind == "officeDocument"]
        if len(main) != 1 or self.kind(main[0]) not in MAINS:
            raise Refused(NO_POWERPOINT)
        found: dict[str, _Part] = {}
        waiting = [(main[0], MAIN)]
        while waiting:
            name, kind = waiting.pop(0)
            if name in found:
                continue
            part, nexts = self._part(name, kind)
            found[name] = part
            waiting += nexts
        layouts = sum(part.kind == KEPT["slideLayout"] for part in found.values())
        if layouts > MOST_LAYOUTS:
            message = gettext_noop("This template has %(count)s layouts; at most %(most)s can be used.")
            raise Refused(message, {"count": layouts, "most": MOST_LAYOUTS})
        return found

    def _part(self, name: str, kind: str) -> tuple[_Part, list[tuple[str, str]]]:
        if not kind.endswith("xml") or kind == "image/svg+xml":
            content = self.read(name)
            self._check_picture(name, kind, content)
            return _Part(content, kind), []
        tree = self.xml(name)
        relations, nexts, dropped = [], [], set()
        for identity, relation, target, outside in self.relations(name):
            if self._is_kept(name, kind, relation, target, outside):
                relations.append((identity, relation, target))
                nexts.append((target, self.kind(target)))
            else:
                dropped.add(identity)
        _prune(tree, kind, dropped)
        if tree.xpath("//*[local-name()='oleObj' or local-name()='control']"):
            raise _holds(name, DANGEROUS["oleObject"])
        return _Part(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), kind, relations), nexts

    def _is_kept(self, name: str, kind: str, relation: str, target: str, outside: bool) -> bool:
        """Whether a relation is followed. Raises Refused for what a template must not have."""
        if kind == MAIN and relation not in KEPT:
            return False  # slides, comments, fonts, properties
        if outside:
            message = gettext_noop("“%(part)s” links to “%(target)s” outside of the file. Remove the link.")
            raise Refused(message, {"part": _short(name), "target": target[:80]})
        if relation in DANGEROUS or relation.startswith("diagram"):
            raise _holds(name, DANGEROUS.get(relation, DANGEROUS["diagramData"]))
        if relation not in KEPT:
            return False
        declared = self.kind(target)
        if not declared.startswith(KEPT[relation]):
            message = gettext_noop("“%(part)s” says it is “%(kind)s”, which it cannot be.")
            raise Refused(message, {"part": _short(target), "kind": declared[:80]})
        return True

    def _check_picture(self, name: str, kind: str, content: bytes) -> None:
        if kind in SIGNATURES and not content.startswith(SIGNATURES[kind]):
            message = gettext_noop("“%(part)s” says it is “%(kind)s”, which it cannot be.")
            raise Refused(message, {"part": _short(name), "kind": kind})
        if kind == "image/svg+xml":
            for one in self.xml(name).iter():
                local = etree.QName(one).localname.lower() if isinstance(one.tag, str) else ""
                active = local in ("script", "foreignobject", "handler", "iframe")
                for key, value in one.attrib.items():
                    key = etree.QName(key).localname.lower()
                    leads_out = key == "href" and not re.match(r"#|data:image/", value.strip())
                    active = active or key.startswith("on") or leads_out
                if active:
                    message = gettext_noop("The picture “%(part)s” holds a script or a link. Replace it.")
                    raise Refused(message, {"part": _short(name)})


def _holds(name: str, what: str) -> Refused:
    message = gettext_noop("“%(part)s” holds %(what)s. Delete it from the master or layout, then try again.")
    return Refused(message, {"part": _short(name), "what": what})


def _short(name: str) -> str:
    return posixpath.basename(name)[:80]


def _prune(tree: Any, kind: str, dropped: set[str]) -> None:
    """Takes out what leads to parts that are not kept. Raises Refused when something else would be left."""
    if kind == MAIN:
        for name in DROPPED_ELEMENTS:
            for old in tree.findall(_SLIDE + name):
                tree.remove(old)
    for name in ("custDataLst", "controls"):
        for old in list(tree.iter(_SLIDE + name)):
            old.getparent().remove(old)
    for name in ("hlinkClick", "hlinkHover", "hlinkMouseOver"):  # to slides that are gone
        for old in list(tree.iter(_DRAWING + name)):
            old.getparent().remove(old)
    for element in tree.iter():
        for key, value in element.attrib.items():
            if key.startswith(f"{{{_RELATIONS}}}") and value in dropped:
                message = gettext_noop("This template uses a part that cannot be kept (%(part)s).")
                raise Refused(message, {"part": etree.QName(element).localname})


def _written(parts: Mapping[str, _Part]) -> bytes:
    """The package anew: the same parts, types and relations, and nothing else."""
    types = etree.Element(f"{{{_PACKAGE}content-types}}Types")
    etree.SubElement(types, f"{{{_PACKAGE}content-types}}Default", Extension="rels",
                     ContentType="application/vnd.openxmlformats-package.relationships+xml")  # fmt: skip
    buffer = io.BytesIO()
    main = next(name for name, part in parts.items() if part.kind == MAIN)
    files = {"_rels/.rels": _relations("", [("rId1", "officeDocument", main)])}
    for name, part in parts.items():
        etree.SubElement(
            types, f"{{{_PACKAGE}content-types}}Override", PartName=f"/{name}", ContentType=part.kind
        )
        files[name] = part.content
        if part.relations:
            folder, _, file = name.rpartition("/")
            files[f"{folder}/_rels/{file}.rels"] = _relations(folder, part.relations)
    listed = etree.tostring(types, xml_declaration=True, encoding="UTF-8", standalone=True)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": listed, **files}.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _relations(folder: str, found: list[tuple[str, str, str]]) -> bytes:
    root = etree.Element(f"{{{_PACKAGE}relationships}}Relationships")
    for identity, kind, target in found:
        prefix = "http://schemas.microsoft.com/office/2007/relationships" if kind == "hdphoto" else _RELATIONS
        where = posixpath.relpath("/" + target, "/" + folder)
        values = {"Id": identity, "Type": f"{prefix}/{kind}", "Target": where}
        etree.SubElement(root, f"{{{_PACKAGE}relationships}}Relationship", values)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
