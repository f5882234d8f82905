"""A snapshot -> a PowerPoint file: native charts, real tables, speaker notes, and links from figure to proof.

The same snapshot gives the same bytes. No picture, font or address is fetched.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml.ns import qn
from pptx.util import Emu

from charts.pptx import add_chart
from charts.table import as_sentences
from pitches.decks import base, layout, looks
from pitches.decks.base import emu
from pitches.decks.contract import Snapshot
from pitches.decks.fit import LEADING
from pitches.decks.flow import PAD_X, PAD_Y
from pitches.decks.page import (
    BULLET_INDENT,
    CardsBox,
    ChartBox,
    ImageBox,
    Page,
    Paragraph,
    Row,
    TableBox,
    TextBox,
)
from pitches.decks.text import Run, Tone, clean, clean_line, plain, shorten
from pitches.decks.words import word

LANGUAGE_TAGS = {"en": "en-GB", "sv": "sv-SE"}
COLOURS = {
    "ink": "tx1",
    "muted": "tx2",
    "accent": "accent1",
    "yes": "accent1",
    "no": "tx2",
    "warning": "accent6",
    "paper": "bg1",
}
NOTHING = Paragraph(((),), 1.0)  # a body needs a paragraph; without a size it would be 18 points high
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # the table style "No Style, No Grid"
# Keeps the colour of linked text (Office 2019 and later; others show the theme's link colour).
_KEEP_COLOUR = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{A12FA001-AC4F-418D-AE19-62706E023703}"><ahyp:hlinkClr '
    'xmlns:ahyp="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor" val="tx"/>'
    "</a:ext></a:extLst>"
)


def render(snapshot: Snapshot, language: str | None = None) -> bytes:
    """The .pptx file. Raises what ``layout.lay_out`` raises."""
    tongue = language or snapshot["language"]
    pages = layout.lay_out(snapshot, tongue)
    deck = Presentation(io.BytesIO(base.presentation(snapshot["accent"])))
    layouts = deck.slide_layouts
    slides = [deck.slides.add_slide(layouts[base.LAYOUTS[page.layout]]) for page in pages]
    targets = {evidence: slides[index] for evidence, index in layout.anchors(pages).items()}
    for number, (page, slide) in enumerate(zip(pages, slides, strict=True), 1):
        _Painter(slide, targets, tongue).page(page, number)
    _properties(deck, snapshot, pages, tongue)
    buffer = io.BytesIO()
    deck.save(buffer)
    return normalised(buffer.getvalue())


class _Painter:
    """Draws one page onto one slide."""

    def __init__(self, slide: Any, targets: Mapping[str, Any], language: str) -> None:
        self.slide = slide
        self.targets = targets
        self.language = language

    def page(self, page: Page, number: int) -> None:
        self.placeholders(page, number)
        if page.mark:
            self.box(page.mark).name = "Mark"
        if page.logo:
            self.picture(page.logo)
        for element in page.elements:
            if isinstance(element, TextBox):
                self.text_box(element)
            elif isinstance(element, TableBox):
                self.table(element)
            elif isinstance(element, CardsBox):
                for card in element.cards:
                    self.text_box(card)
            else:
                self.chart(element)
        self.notes(page)

    # The frame

    def placeholders(self, page: Page, number: int) -> None:
        title = self.slide.shapes.title
        self.fill(title._element.txBody, page.title.paragraphs)
        for holder in list(self.slide.placeholders):
            if holder.placeholder_format.idx == base.KICKER_INDEX:
                if page.kicker is None:
                    holder._element.getparent().remove(holder._element)
                else:
                    self.fill(holder._element.txBody, page.kicker.paragraphs)
        if page.footer is not None:
            body = self.placeholder("Footer", "ftr", base.FOOTER_INDEX)
            self.fill(body, page.footer.paragraphs)
        if page.layout != "cover":
            body = self.placeholder("Slide number", "sldNum", base.NUMBER_INDEX)
            line = etree.SubElement(body, qn("a:p"))
            field = etree.SubElement(line, qn("a:fld"), id=base.NUMBER_FIELD, type="slidenum")
            etree.SubElement(field, qn("a:rPr"), lang=LANGUAGE_TAGS[self.language])
            etree.SubElement(field, qn("a:t")).text = str(number)

    def placeholder(self, name: str, kind: str, index: int) -> Any:
        """Adds a placeholder that python-pptx does not copy from the layout; returns its empty text body."""
        tree = self.slide.shapes._spTree
        shape = etree.SubElement(tree, qn("p:sp"))
        head = etree.SubElement(shape, qn("p:nvSpPr"))
        etree.SubElement(head, qn("p:cNvPr"), id=str(self.next_id()), name=name)
        locks = etree.SubElement(head, qn("p:cNvSpPr"))
        etree.SubElement(locks, qn("a:spLocks"), noGrp="1")
        place = etree.SubElement(head, qn("p:nvPr"))
        etree.SubElement(place, qn("p:ph"), type=kind, sz="quarter", idx=str(index))
        etree.SubElement(shape, qn("p:spPr"))
        body = etree.SubElement(shape, qn("p:txBody"))
        etree.SubElement(body, qn("a:bodyPr"))
        etree.SubElement(body, qn("a:lstStyle"))
        return body

    def next_id(self) -> int:
        ids = self.slide.shapes._spTree.xpath(".//p:cNvPr/@id")
        return max(int(one) for one in ids) + 1

    def picture(self, box: ImageBox) -> None:
        shape = self.slide.shapes.add_picture(
            io.BytesIO(box.png), *(Emu(emu(value)) for value in (box.x, box.y, box.width, box.height))
        )
        shape.name = "Logo"
        shape._element.nvPicPr.cNvPr.set("descr", clean_line(box.alt))

    # What stands on it

    def text_box(self, element: TextBox) -> None:
        if element.fill:
            self.rectangle(element.x, element.y, element.width, element.height, element.fill, tint=True)
        if element.bar:
            self.rectangle(element.x, element.y, 3.0, element.height, element.bar, tint=False)
        if element.top:
            self.rectangle(element.x, element.y, element.width, 3.0, element.top, tint=False)
        self.box(element)

    def box(self, element: TextBox) -> Any:
        shape = self.slide.shapes.add_textbox(
            *(Emu(emu(value)) for value in (element.x, element.y, element.width, element.height))
        )
        properties = shape._element.txBody.find(qn("a:bodyPr"))
        properties.set("wrap", "square")
        for side in ("lIns", "tIns", "rIns", "bIns"):
            properties.set(side, str(emu(element.inset)))
        self.fill(shape._element.txBody, element.paragraphs, right=element.right)
        return shape

    def rectangle(self, x: float, y: float, width: float, height: float, tone: Tone, *, tint: bool) -> None:
        tree = self.slide.shapes._spTree
        shape = etree.SubElement(tree, qn("p:sp"))
        head = etree.SubElement(shape, qn("p:nvSpPr"))
        etree.SubElement(head, qn("p:cNvPr"), id=str(self.next_id()), name="Shade" if tint else "Bar")
        etree.SubElement(head, qn("p:cNvSpPr"))
        etree.SubElement(head, qn("p:nvPr"))
        properties = etree.SubElement(shape, qn("p:spPr"))
        frame = etree.SubElement(properties, qn("a:xfrm"))
        etree.SubElement(frame, qn("a:off"), x=str(emu(x)), y=str(emu(y)))
        etree.SubElement(frame, qn("a:ext"), cx=str(emu(width)), cy=str(emu(height)))
        form = etree.SubElement(properties, qn("a:prstGeom"), prst="rect")
        etree.SubElement(form, qn("a:avLst"))
        fill = etree.SubElement(properties, qn("a:solidFill"))
        if tint and tone in looks.TINTS:
            etree.SubElement(fill, qn("a:srgbClr"), val=looks.TINTS[tone][1:].upper())
        else:
            etree.SubElement(fill, qn("a:schemeClr"), val="bg2" if tint else COLOURS[tone])
        etree.SubElement(etree.SubElement(properties, qn("a:ln")), qn("a:noFill"))

    def table(self, element: TableBox) -> None:
        rows = [element.head, *element.rows]
        frame = self.slide.shapes.add_table(
            len(rows),
            len(element.widths),
            *(Emu(emu(value)) for value in (element.x, element.y, element.width, element.height)),
        )
        _describe(frame, element.name)
        table = frame.table
        properties = table._tbl.tblPr
        properties.set("firstRow", "1")
        properties.set("bandRow", "0")
        properties.find(qn("a:tableStyleId")).text = NO_STYLE
        for column, width in zip(table.columns, element.widths, strict=True):
            column.width = Emu(emu(width))
        for native, one in zip(table.rows, rows, strict=True):
            native.height = Emu(emu(one.height))
        for native, one in zip(table._tbl.tr_lst, rows, strict=True):
            self.row(native, one, head=one is element.head)

    def row(self, native: Any, one: Row, *, head: bool) -> None:
        pad = PAD_Y + one.spare / 2
        for cell, content in zip(native.tc_lst, one.cells, strict=True):
            body = cell.get_or_add_txBody()
            self.fill(body, content.paragraphs, right=content.align == "right")
            properties = cell.get_or_add_tcPr()
            for name, value in (("marL", PAD_X), ("marR", PAD_X), ("marT", pad), ("marB", pad)):
                properties.set(name, str(emu(value)))
            line = etree.SubElement(properties, qn("a:lnB"), w="12700" if head else "6350")
            colour = "tx2" if head else "accent5"
            etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:schemeClr"), val=colour)
            etree.SubElement(properties, qn("a:noFill"))

    def chart(self, element: ChartBox) -> None:
        box = (element.x, element.y, element.width, element.height)
        frame = add_chart(self.slide.shapes, element.chart, box, self.language)
        _describe(frame, as_sentences(element.chart, self.language))

    def notes(self, page: Page) -> None:
        frame = self.slide.notes_slide.notes_text_frame
        for index, runs in enumerate(page.notes):
            line = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
            for run in runs:
                written = line.add_run()
                written.text = clean(run.text)
                written.font.bold = run.bold or None
                if run.url:
                    written.hyperlink.address = run.url

    # Text

    def fill(self, body: Any, paragraphs: Sequence[Paragraph], *, right: bool = False) -> None:
        """Replaces the paragraphs of a text body."""
        for old in body.findall(qn("a:p")):
            body.remove(old)
        for one in paragraphs or (NOTHING,):
            line = etree.SubElement(body, qn("a:p"))
            properties = etree.SubElement(line, qn("a:pPr"))
            if right:
                properties.set("algn", "r")
            if one.bullet:
                properties.set("marL", str(emu(BULLET_INDENT)))
                properties.set("indent", str(-emu(BULLET_INDENT)))
            spacing = etree.SubElement(properties, qn("a:lnSpc"))
            etree.SubElement(spacing, qn("a:spcPts"), val=str(round(one.size * LEADING * 100)))
            for name, points in (("spcBef", 0.0), ("spcAft", one.after)):
                gap = etree.SubElement(properties, qn(f"a:{name}"))
                etree.SubElement(gap, qn("a:spcPts"), val=str(round(points * 100)))
            if one.bullet:
                colour = etree.SubElement(properties, qn("a:buClr"))
                etree.SubElement(colour, qn("a:schemeClr"), val="accent1")
                etree.SubElement(properties, qn("a:buFont"), typeface="Arial")
                etree.SubElement(properties, qn("a:buChar"), char="•")
            else:
                etree.SubElement(properties, qn("a:buNone"))
            for run in _written(one):
                self.run(line, run, one.size)

    def run(self, line: Any, run: Run, size: float) -> None:
        element = etree.SubElement(line, qn("a:r"))
        properties = etree.SubElement(
            element,
            qn("a:rPr"),
            lang=LANGUAGE_TAGS[self.language],
            sz=str(round(size * 100)),
            b=str(int(run.bold)),
        )
        colour = etree.SubElement(properties, qn("a:solidFill"))
        etree.SubElement(colour, qn("a:schemeClr"), val=COLOURS[run.tone])
        target = self.targets.get(run.evidence or "")
        if run.url:
            relation = self.slide.part.relate_to(run.url, RT.HYPERLINK, is_external=True)
            self.link(properties, relation)
        elif target is not None and target is not self.slide:
            relation = self.slide.part.relate_to(target.part, RT.SLIDE)
            self.link(properties, relation, action="ppaction://hlinksldjump", tooltip=run.evidence)
        etree.SubElement(element, qn("a:t")).text = clean(run.text)

    def link(self, properties: Any, relation: str, **attributes: str | None) -> None:
        # A grey underline: titles full of linked figures stay calm.
        line = etree.SubElement(etree.SubElement(properties, qn("a:uFill")), qn("a:solidFill"))
        etree.SubElement(line, qn("a:schemeClr"), val="accent2")
        found = {name: value for name, value in attributes.items() if value}
        link = etree.SubElement(properties, qn("a:hlinkClick"), {qn("r:id"): relation, **found})
        link.append(etree.fromstring(_KEEP_COLOUR))


def _written(one: Paragraph) -> Sequence[Run]:
    """The runs to write. A link ends where a line ends: LibreOffice moves a link that does not fit to the
    next line whole, and breaks one wider than a line inside a word.
    """
    found: list[Run] = []
    for line in one.lines:
        found += line
        if line and (line[-1].url or line[-1].evidence):
            words = line[-1].text.rstrip(" ")
            space = Run(line[-1].text[len(words) :], bold=line[-1].bold, tone=line[-1].tone)
            found[-1:] = [replace(line[-1], text=words), space] if words else [space]
    return _joined_words([run for run in found if run.text])


def _joined_words(runs: Sequence[Run]) -> list[Run]:
    """Neighbours of one look become one run, but links stay as they are."""
    found: list[Run] = []
    for run in runs:
        if (
            found
            and not run.url
            and not run.evidence
            and replace(found[-1], text="") == replace(run, text="")
        ):
            found[-1] = replace(run, text=found[-1].text + run.text)
        else:
            found.append(run)
    return found


def _describe(frame: Any, description: str) -> None:
    """Alternative text: what those hear who cannot see the exhibit."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", shorten(clean_line(description), 1000))


def _properties(deck: Any, snapshot: Snapshot, pages: Sequence[Page], language: str) -> None:
    known = deck.core_properties
    known.title = shorten(clean_line(plain(pages[0].title.paragraphs[0].runs)), 200) if pages else ""
    known.author = shorten(clean_line(snapshot["names"].get("author", "")), 100) or "Earshot"
    known.subject = f"{word('snapshot', language)} {clean_line(snapshot['id'])[:60]}"
    known.keywords = f"{word('version', language)} {snapshot['version']}"
    known.comments = clean_line(snapshot["tool"])[:60]
    known.language = LANGUAGE_TAGS[language]
    known.last_modified_by = clean_line(snapshot["tool"])[:60]
    known.revision = 1
    frozen = snapshot["frozen_at"]
    moment = datetime.fromisoformat(frozen).astimezone(UTC) if frozen else datetime(2000, 1, 1, tzinfo=UTC)
    known.created = known.modified = moment.replace(tzinfo=None, microsecond=0)


_WRITTEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def normalised(content: bytes) -> bytes:
    """The package with fixed dates, in its workbooks, too, so that equal decks are equal bytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(".xlsx"):
                part = _without_times(part)
            entry = zipfile.ZipInfo(name, base.FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, part)
    return buffer.getvalue()


def _without_times(workbook: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _WRITTEN.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", part)
            entry = zipfile.ZipInfo(name, base.FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return buffer.getvalue()


def fingerprint(content: bytes) -> str:
    """SHA-256 of a rendered file."""
    return hashlib.sha256(content).hexdigest()
