"""Is a PDF what PDF/UA-1 (ISO 14289-1) asks of it? What a program can check by itself, read with pypdf.

typst enforces much of it when it writes a file; this looks at the file alone, and knows nothing of typst. The
public checker veraPDF is no part of these tests. What only a person can judge, such as whether a text says
what a picture shows, is not here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, NumberObject

PAINTS = frozenset({b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh"})
PAINTS |= {b"Do", b"INLINE IMAGE"}
OPENS, CLOSES = frozenset({b"BDC", b"BMC"}), b"EMC"


def problems(content: bytes, language: str) -> list[str]:
    """What is wrong with the file, one sentence each."""
    reader = PdfReader(io.BytesIO(content))
    return [
        *_document(reader, language),
        *_tree(reader),
        *(said for number, page in enumerate(reader.pages, 1) for said in _page(reader, page, number)),
        *_fonts(reader),
    ]


def _document(reader: PdfReader, language: str) -> Iterator[str]:
    root: Any = reader.root_object
    if not _is_true(root.get("/MarkInfo", {}).get("/Marked")):
        yield "the document does not say that it is tagged"
    if _is_true(root.get("/MarkInfo", {}).get("/Suspects")):
        yield "its tags are said to be suspect"
    if root.get("/Lang") != language:
        yield f"its language is {root.get('/Lang')}"
    if not _is_true(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")):
        yield "a reader would show the file name instead of the title"
    if not (reader.metadata and (reader.metadata.title or "").strip()):
        yield "it has no title"
    said = root["/Metadata"].get_data().decode() if "/Metadata" in root else ""
    if "<pdfuaid:part>1</pdfuaid:part>" not in said.replace(" ", ""):
        yield "it does not name the standard"
    if "<dc:title>" not in said:
        yield "its metadata have no title"
    if "/AA" in root or "/OpenAction" in root or "/AcroForm" in root:
        yield "it does something by itself"
    if reader.is_encrypted:
        yield "it is encrypted"


def _is_true(value: Any) -> bool:
    return value is not None and bool(value.get_object().value)


# The tree of tags


def elements(reader: PdfReader) -> list[DictionaryObject]:
    """Every tag in reading order."""
    return list(_below(_root(reader)))


def _root(reader: PdfReader) -> Any:
    root: Any = reader.root_object
    return root["/StructTreeRoot"]


def kids(element: Any) -> list[Any]:
    """What a tag holds: tags, numbers of marked content, references to annotations."""
    held = element.get("/K")
    held = held.get_object() if held is not None else []
    return [one.get_object() for one in (held if isinstance(held, ArrayObject) else [held])]


def _below(element: Any) -> Iterator[DictionaryObject]:
    for kid in kids(element):
        if isinstance(kid, DictionaryObject) and "/S" in kid:
            yield kid
            yield from _below(kid)


def named(element: Any, name: str) -> list[Any]:
    """The tags of this kind that are directly in another, whatever groups them."""
    found = []
    for kid in kids(element):
        kind = str(kid.get("/S", "")) if isinstance(kid, DictionaryObject) else ""
        if kind == name:
            found.append(kid)
        elif kind in ("/THead", "/TBody", "/TFoot"):
            found += named(kid, name)
    return found


def attribute(element: Any, name: str) -> Any:
    """An attribute of a tag, whichever of its owners has it; None when it has none."""
    held = element.get("/A")
    held = held.get_object() if held is not None else []
    for one in held if isinstance(held, ArrayObject) else [held]:
        if name in one.get_object():
            return one.get_object()[name]
    return None


def _tree(reader: PdfReader) -> Iterator[str]:
    levels = [0]
    mapped = _root(reader).get("/RoleMap", {})
    for one in elements(reader):
        kind = str(one["/S"])
        if kind not in STANDARD and kind not in mapped:
            yield f"no standard knows the tag {kind}"
        if kind in ("/Figure", "/Formula") and not str(one.get("/Alt", "")).strip():
            yield "a picture says nothing to those who do not see it"
        if kind[:2] == "/H" and kind[2:].isdigit():
            level = int(kind[2:])
            if level > levels[-1] + 1:
                yield f"a heading of level {level} follows one of level {levels[-1]}"
            levels.append(level)
        if kind == "/Table":
            yield from _table(one)
        if kind == "/Link" and not any(
            isinstance(kid, DictionaryObject) and kid.get("/Type") == "/OBJR" for kid in kids(one)
        ):
            yield "a link leads nowhere"
        if kind == "/L" and any(str(kid["/S"]) != "/LI" for kid in kids(one) if "/S" in kid):
            yield "a list holds something else than its items"
    if len(levels) == 1:
        yield "it has no headings"
    if len(levels) > 1 and levels[1] != 1:
        yield "its first heading is not of level 1"


STANDARD = frozenset(  # ISO 32000-1, 14.8.4
    re.findall(
        r"/\w+",
        "/Document /Part /Art /Sect /Div /BlockQuote /Caption /TOC /TOCI /Index /NonStruct /Private /P /H "
        "/H1 /H2 /H3 /H4 /H5 /H6 /L /LI /Lbl /LBody /Table /TR /TH /TD /THead /TBody /TFoot /Span /Quote "
        "/Note /Reference /BibEntry /Code /Link /Annot /Ruby /RB /RT /RP /Warichu /WT /WP /Figure /Formula "
        "/Form",
    )
)


def _table(table: Any) -> Iterator[str]:
    rows = named(table, "/TR")
    if not rows:
        yield "a table has no rows"
        return
    cells = [[kid for kid in kids(row) if str(kid.get("/S")) in ("/TH", "/TD")] for row in rows]
    if any(len(kids(row)) != len(one) for row, one in zip(rows, cells, strict=True)):
        yield "a row of a table holds something else than cells"
    if len({len(one) for one in cells}) != 1:
        yield f"the rows of a table are of different lengths: {sorted({len(one) for one in cells})}"
    heads = [cell for one in cells for cell in one if cell["/S"] == "/TH"]
    if not all(cell["/S"] == "/TH" for cell in cells[0]):
        yield "a table does not begin with its head"
    if any(attribute(cell, "/Scope") not in ("/Column", "/Row", "/Both") for cell in heads):
        yield "a head of a table does not say what it is the head of"


# Pages


def _page(reader: PdfReader, page: Any, number: int) -> Iterator[str]:
    if page.get("/Annots") and page.get("/Tabs") != "/S":
        yield f"page {number}: the order of its links is not that of its text"
    used, loose = _marked(reader, page)
    if loose:
        yield f"page {number}: {loose} things are drawn without a tag, and are not said to be decoration"
    owners = _owners(reader, page)
    orphans = [one for one in used if one not in owners]
    if orphans:
        yield f"page {number}: {len(orphans)} marked stretches belong to no tag"
    for reference in page.get("/Annots", ()):
        note = reference.get_object()
        if note["/Subtype"] != "/Link":
            yield f"page {number}: a note of kind {note['/Subtype']}"
        elif "/StructParent" not in note:
            yield f"page {number}: a link has no tag"
        elif not str(note.get("/Contents", "")).strip():
            yield f"page {number}: a link does not say where it leads"


def _marked(reader: PdfReader, page: Any) -> tuple[set[int], int]:
    """The numbers of the marked stretches of a page, and how much is drawn outside of any."""
    used: set[int] = set()
    inside: list[bool] = []
    loose = 0
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in OPENS:
            properties = operands[1] if len(operands) > 1 else {}
            if isinstance(properties, str):
                properties = page["/Resources"]["/Properties"][properties]
            identity = properties.get("/MCID") if hasattr(properties, "get") else None
            if isinstance(identity, NumberObject):
                used.add(int(identity))
            inside.append(identity is not None or operands[0] == "/Artifact")
        elif operator == CLOSES:
            inside.pop()
        elif operator in PAINTS and not any(inside):
            loose += 1
    return used, loose


def _owners(reader: PdfReader, page: Any) -> set[int]:
    """The numbers of the marked stretches of a page that a tag owns."""
    if "/StructParents" not in page:
        return set()
    owners = _numbered(_root(reader)["/ParentTree"].get_object()).get(int(page["/StructParents"]), [])
    return {index for index, one in enumerate(owners) if isinstance(one.get_object(), DictionaryObject)}


def _numbered(tree: Any) -> dict[int, Any]:
    """A number tree as a dictionary."""
    found: dict[int, Any] = {}
    for kid in tree.get("/Kids", ()):
        found |= _numbered(kid.get_object())
    listed = tree.get("/Nums", [])
    for key, value in zip(listed[::2], listed[1::2], strict=True):
        found[int(key)] = value.get_object()
    return found


# Fonts


def _fonts(reader: PdfReader) -> Iterator[str]:
    seen: set[str] = set()
    for page in reader.pages:
        for font in _of(page.get("/Resources", {})):
            name = str(font.get("/BaseFont"))
            if name in seen:
                continue
            seen.add(name)
            for one in [each.get_object() for each in font.get("/DescendantFonts", [font])]:
                about = one.get("/FontDescriptor", {})
                if not any(f"/FontFile{kind}" in about for kind in ("", "2", "3")):
                    yield f"the font {name} is not in the file"
            if "/ToUnicode" not in font:
                yield f"the letters of the font {name} cannot be read"
    if not seen:
        yield "it has no fonts"


def _of(resources: Any) -> Iterator[Any]:
    """The fonts of a page, those inside of its drawings, too."""
    for font in resources.get("/Font", {}).values():
        yield font.get_object()
    for reference in resources.get("/XObject", {}).values():
        inner = reference.get_object()
        if inner.get("/Subtype") == "/Form":
            yield from _of(inner.get("/Resources", {}))
