"""Draws a laid-out page onto a slide of python-pptx."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml.ns import qn
from pptx.util import Emu

from charts.paints import Paint
from charts.pptx import LANGUAGE_TAGS, add_chart
from charts.table import as_sentences
from pitches.decks import base
from pitches.decks.fit import LEADING
from pitches.decks.geometry import Frame
from pitches.decks.page import (
    BULLET_INDENT,
    PAD_X,
    CardsBox,
    ChartBox,
    ImageBox,
    Page,
    Paragraph,
    Row,
    TableBox,
    TextBox,
)
from pitches.decks.style import Style
from pitches.decks.text import Run, clean, clean_line, shorten

NOTHING = Paragraph(((),), 2.0)  # a body needs a paragraph; without a size it would be 18 points high
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # the table style "No Style, No Grid"
LINE = 3.0  # of bars beside and above boxes, points
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
# Keeps the colour of linked text (Office 2019 and later; others show the theme's link colour).
_KEEP_COLOUR = (
    f'<a:extLst xmlns:a="{_DRAWING}"><a:ext uri="{{A12FA001-AC4F-418D-AE19-62706E023703}}"><ahyp:hlinkClr '
    'xmlns:ahyp="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor" val="tx"/>'
    "</a:ext></a:extLst>"
)
# Furniture that nobody needs to hear of.
_DECORATIVE = (
    f'<a:extLst xmlns:a="{_DRAWING}"><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}"><adec:decorative '
    'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
)


class Painter:
    """Draws one page onto one slide. What is read first comes first."""

    def __init__(self, slide: Any, targets: Mapping[str, Any], language: str, style: Style) -> None:
        self.slide = slide
        self.targets = targets
        self.language = language
        self.style = style

    def page(self, page: Page, number: int, panel: Frame | None = None) -> None:
        """``panel``: a plain ground to lay below everything, where the slide itself has none."""
        self.title(page)
        if panel:
            ground = self.rectangle(*panel, self.style.paints.paper)
            self.slide.shapes.title._element.addprevious(ground)
        self.kicker(page)
        if page.mark:
            self.box(page.mark).name = "Mark"
        if page.logo and not self.style.is_own:
            self.picture(page.logo)
        for element in self.without_subtitle(page):
            if isinstance(element, TextBox):
                self.text_box(element)
            elif isinstance(element, TableBox):
                self.table(element)
            elif isinstance(element, CardsBox):
                for card in element.cards:
                    self.text_box(card)
            else:
                self.chart(element)
        self.footer(page, number)
        self.notes(page)

    # The frame

    def title(self, page: Page) -> None:
        title = self.slide.shapes.title
        style = self.style
        self.fill(
            title._element.txBody,
            page.title.paragraphs,
            ground=style.cover_title if page.layout == "cover" else style.title,
            keeps_weight=style.is_own,
        )
        tree = self.slide.shapes._spTree
        tree.remove(title._element)
        tree.insert(2, title._element)  # after the properties of the tree

    def kicker(self, page: Page) -> None:
        for holder in list(self.slide.placeholders):
            index = holder.placeholder_format.idx
            if index == 0 or (self.style.is_own and page.layout == "cover" and _is_subtitle(holder)):
                continue
            if index == base.KICKER_INDEX and page.kicker and not self.style.is_own:
                self.fill(holder._element.txBody, page.kicker.paragraphs)
            else:
                holder._element.getparent().remove(holder._element)
        if page.kicker and self.style.is_own:
            self.box(page.kicker).name = "Step"

    def without_subtitle(self, page: Page) -> list[Any]:
        """What is left to draw when the subtitle of a template's cover has taken the plain texts."""
        subtitle = next((one for one in self.slide.placeholders if _is_subtitle(one)), None)
        if subtitle is None or not self.style.is_own:
            return list(page.elements)
        texts = [one for one in page.elements if isinstance(one, TextBox) and one.role == "text"]
        paragraphs = [one for box in texts for one in box.paragraphs]
        if paragraphs:
            self.fill(subtitle._element.txBody, paragraphs)
        else:
            subtitle._element.getparent().remove(subtitle._element)
        return [one for one in page.elements if one not in texts]

    def footer(self, page: Page, number: int) -> None:
        if self.style.is_own:
            if page.footer is not None:
                self.box(page.footer).name = "Sources"
            self.own_furniture(number)
            return
        if page.footer is not None:
            self.fill(self.placeholder("Footer", "ftr", base.FOOTER_INDEX), page.footer.paragraphs)
        if page.layout != "cover":
            self.number(self.placeholder("Slide number", "sldNum", base.NUMBER_INDEX), number)

    def own_furniture(self, number: int) -> None:
        """The template's own footer, with its words, and its slide number."""
        for holder in self.slide.slide_layout.placeholders:
            mark = holder._element.nvSpPr.nvPr.find(qn("p:ph"))
            kind, index = mark.get("type"), int(mark.get("idx", 0))
            if kind == "ftr" and holder.text_frame.text.strip():
                body = self.placeholder("Footer", "ftr", index, mark.get("sz"))
                line = etree.SubElement(body, qn("a:p"))
                run = etree.SubElement(line, qn("a:r"))
                etree.SubElement(run, qn("a:rPr"), lang=LANGUAGE_TAGS[self.language])
                etree.SubElement(run, qn("a:t")).text = clean_line(holder.text_frame.text)
            elif kind == "sldNum":
                self.number(self.placeholder("Slide number", "sldNum", index, mark.get("sz")), number)

    def number(self, body: Any, number: int) -> None:
        line = etree.SubElement(body, qn("a:p"))
        field = etree.SubElement(line, qn("a:fld"), id=base.NUMBER_FIELD, type="slidenum")
        etree.SubElement(field, qn("a:rPr"), lang=LANGUAGE_TAGS[self.language])
        etree.SubElement(field, qn("a:t")).text = str(number)

    def placeholder(self, name: str, kind: str, index: int, size: str | None = "quarter") -> Any:
        """Adds a placeholder that python-pptx does not copy from the layout; returns its empty text body."""
        tree = self.slide.shapes._spTree
        shape = etree.SubElement(tree, qn("p:sp"))
        head = etree.SubElement(shape, qn("p:nvSpPr"))
        etree.SubElement(head, qn("p:cNvPr"), id=str(self.next_id()), name=name)
        locks = etree.SubElement(head, qn("p:cNvSpPr"))
        etree.SubElement(locks, qn("a:spLocks"), noGrp="1")
        place = etree.SubElement(head, qn("p:nvPr"))
        etree.SubElement(place, qn("p:ph"), {"type": kind, **({"sz": size} if size else {})}, idx=str(index))
        etree.SubElement(shape, qn("p:spPr"))
        body = etree.SubElement(shape, qn("p:txBody"))
        etree.SubElement(body, qn("a:bodyPr"))
        etree.SubElement(body, qn("a:lstStyle"))
        return body

    def next_id(self) -> int:
        ids = self.slide.shapes._spTree.xpath(".//p:cNvPr/@id")
        return max(int(one) for one in ids) + 1

    # What stands on it

    def emus(self, *points: float) -> list[Any]:
        return [Emu(self.style.emu(value)) for value in points]

    def picture(self, box: ImageBox) -> None:
        shape = self.slide.shapes.add_picture(
            io.BytesIO(box.png), *self.emus(box.x, box.y, box.width, box.height)
        )
        shape.name = "Logo"
        shape._element.nvPicPr.cNvPr.set("descr", clean_line(box.alt))

    def text_box(self, element: TextBox) -> None:
        shape = self.box(element)
        paints = self.style.tones
        if element.fill:
            properties = shape._element.spPr
            properties.remove(properties.find(qn("a:noFill")))
            self.style.tints[element.fill].fill(properties)
        if element.bar:
            self.rectangle(element.x, element.y, LINE, element.height, paints[element.bar])
        if element.top:
            self.rectangle(element.x, element.y, element.width, LINE, paints[element.top])

    def box(self, element: TextBox) -> Any:
        shape = self.slide.shapes.add_textbox(*self.emus(element.x, element.y, element.width, element.height))
        properties = shape._element.txBody.find(qn("a:bodyPr"))
        properties.set("wrap", "square")
        for old in list(properties):
            properties.remove(old)
        etree.SubElement(properties, qn("a:noAutofit"))
        for side in ("lIns", "tIns", "rIns", "bIns"):
            properties.set(side, str(self.style.emu(element.inset)))
        self.fill(shape._element.txBody, element.paragraphs, right=element.right)
        return shape

    def rectangle(self, x: float, y: float, width: float, height: float, paint: Paint) -> Any:
        tree = self.slide.shapes._spTree
        shape = etree.SubElement(tree, qn("p:sp"))
        head = etree.SubElement(shape, qn("p:nvSpPr"))
        name = etree.SubElement(head, qn("p:cNvPr"), id=str(self.next_id()), name="Bar")
        name.append(etree.fromstring(_DECORATIVE))
        etree.SubElement(head, qn("p:cNvSpPr"))
        etree.SubElement(head, qn("p:nvPr"))
        properties = etree.SubElement(shape, qn("p:spPr"))
        emu = self.style.emu
        frame = etree.SubElement(properties, qn("a:xfrm"))
        etree.SubElement(frame, qn("a:off"), x=str(emu(x)), y=str(emu(y)))
        etree.SubElement(frame, qn("a:ext"), cx=str(emu(width)), cy=str(emu(height)))
        form = etree.SubElement(properties, qn("a:prstGeom"), prst="rect")
        etree.SubElement(form, qn("a:avLst"))
        paint.fill(properties)
        etree.SubElement(etree.SubElement(properties, qn("a:ln")), qn("a:noFill"))
        return shape

    def table(self, element: TableBox) -> None:
        rows = [element.head, *element.rows]
        frame = self.slide.shapes.add_table(
            len(rows),
            len(element.widths),
            *self.emus(element.x, element.y, element.width, element.height),
        )
        describe(frame, element.name)
        table = frame.table
        properties = table._tbl.tblPr
        properties.set("firstRow", "1")
        properties.set("bandRow", "0")
        properties.find(qn("a:tableStyleId")).text = NO_STYLE
        for column, width in zip(table.columns, element.widths, strict=True):
            column.width = Emu(self.style.emu(width))
        for native, one in zip(table.rows, rows, strict=True):
            native.height = Emu(self.style.emu(one.height))
        for native, one in zip(table._tbl.tr_lst, rows, strict=True):
            self.row(native, one, head=one is element.head, highlight=element.highlight)

    def row(self, native: Any, one: Row, *, head: bool, highlight: int | None) -> None:
        pad = one.pad + one.spare / 2
        for index, (cell, content) in enumerate(zip(native.tc_lst, one.cells, strict=True)):
            body = cell.get_or_add_txBody()
            self.fill(body, content.paragraphs, right=content.align == "right")
            properties = cell.get_or_add_tcPr()
            for name, value in (("marL", PAD_X), ("marR", PAD_X), ("marT", pad), ("marB", pad)):
                properties.set(name, str(self.style.emu(value)))
            line = etree.SubElement(properties, qn("a:lnB"), w="12700" if head else "6350")
            (self.style.paints.muted if head else self.style.paints.rule).fill(line)
            if index == highlight and not head:
                self.style.tints["accent"].fill(properties)
            else:
                etree.SubElement(properties, qn("a:noFill"))

    def chart(self, element: ChartBox) -> None:
        box = (element.x, element.y, element.width, element.height)
        frame = add_chart(self.slide.shapes, element.chart, box, self.language, self.style.paints)
        describe(frame, as_sentences(element.chart, self.language))
        for shape in self.slide.shapes:
            if shape.name.startswith("Not covered") and not len(shape._element.nvSpPr.cNvPr):
                shape._element.nvSpPr.cNvPr.append(etree.fromstring(_DECORATIVE))

    def notes(self, page: Page) -> None:
        notes = self.slide.notes_slide
        frame = notes.notes_text_frame
        if frame is None:  # a template whose notes have no place for words
            frame = notes.shapes.add_textbox(*self.emus(72, 400, 400, 300)).text_frame
        for index, runs in enumerate(page.notes):
            line = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
            for run in runs:
                written = line.add_run()
                written.text = clean(run.text)
                written.font.bold = run.bold or None
                written._r.get_or_add_rPr().set("lang", LANGUAGE_TAGS[self.language])
                if run.url:
                    written.hyperlink.address = run.url

    # Text

    def fill(
        self,
        body: Any,
        paragraphs: Sequence[Paragraph],
        *,
        right: bool = False,
        ground: str = "",
        keeps_weight: bool = False,
    ) -> None:
        """Replaces the paragraphs of a text body. ``ground``: the fill of its text, as XML."""
        size = self.style.size
        for old in body.findall(qn("a:p")):
            body.remove(old)
        for one in paragraphs or (NOTHING,):
            line = etree.SubElement(body, qn("a:p"))
            properties = etree.SubElement(line, qn("a:pPr"))
            if right:
                properties.set("algn", "r")
            indent = self.style.emu(BULLET_INDENT) if one.bullet else 0
            if one.bullet or self.style.is_own:
                properties.set("marL", str(indent))
                properties.set("indent", str(-indent))
            spacing = etree.SubElement(properties, qn("a:lnSpc"))
            etree.SubElement(spacing, qn("a:spcPts"), val=size(one.size * LEADING))
            for name, points in (("spcBef", 0.0), ("spcAft", one.after)):
                gap = etree.SubElement(properties, qn(f"a:{name}"))
                etree.SubElement(gap, qn("a:spcPts"), val=size(points))
            if one.bullet:
                paint = etree.SubElement(properties, qn("a:buClr"))
                self.style.paints.accent.fill(paint)
                paint.extend(list(paint[0]))  # the colour itself, without the fill around it
                paint.remove(paint[0])
                etree.SubElement(properties, qn("a:buFont"), typeface="Arial")
                etree.SubElement(properties, qn("a:buChar"), char="•")
            else:
                etree.SubElement(properties, qn("a:buNone"))
            written = list(_written(one))
            for run in written:
                self.run(line, run, one.size, ground, keeps_weight)
            if not written:  # else an empty line is as high as one of 18 points
                etree.SubElement(line, qn("a:endParaRPr"), sz=size(one.size))

    def run(self, line: Any, run: Run, size: float, ground: str, keeps_weight: bool) -> None:
        element = etree.SubElement(line, qn("a:r"))
        look = {"lang": LANGUAGE_TAGS[self.language], "sz": self.style.size(size)}
        if not keeps_weight:
            look["b"] = str(int(run.bold))
        properties = etree.SubElement(element, qn("a:rPr"), look)
        if ground:
            properties.append(etree.fromstring(ground))
        else:
            self.style.tones[run.tone].fill(properties)
        target = self.targets.get(run.evidence or "")
        target = None if run.url or target is self.slide else target
        if run.url or target is not None:  # a grey underline: titles full of linked figures stay calm
            self.style.paints.grey.fill(etree.SubElement(properties, qn("a:uFill")))
        if self.style.is_own and not keeps_weight:
            etree.SubElement(properties, qn("a:latin"), typeface="+mn-lt")
        if run.url:
            relation = self.slide.part.relate_to(run.url, RT.HYPERLINK, is_external=True)
            self.link(properties, relation)
        elif target is not None:
            relation = self.slide.part.relate_to(target.part, RT.SLIDE)
            self.link(properties, relation, action="ppaction://hlinksldjump", tooltip=run.evidence)
        etree.SubElement(element, qn("a:t")).text = clean(run.text)

    def link(self, properties: Any, relation: str, **attributes: str | None) -> None:
        found = {name: value for name, value in attributes.items() if value}
        link = etree.SubElement(properties, qn("a:hlinkClick"), {qn("r:id"): relation, **found})
        link.append(etree.fromstring(_KEEP_COLOUR))


def _is_subtitle(holder: Any) -> bool:
    mark = holder._element.nvSpPr.nvPr.find(qn("p:ph")) if hasattr(holder._element, "nvSpPr") else None
    return mark is not None and mark.get("type") == "subTitle"


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
            found[-1:] = [line[-1].saying(words), space] if words else [space]
    return _joined_words([run for run in found if run.text])


def _joined_words(runs: Sequence[Run]) -> list[Run]:
    """Neighbours of one look become one run, but links stay as they are."""
    found: list[Run] = []
    for run in runs:
        if found and not run.url and not run.evidence and found[-1].look() == run.look():
            found[-1] = run.saying(found[-1].text + run.text)
        else:
            found.append(run)
    return found


def describe(frame: Any, description: str) -> None:
    """Alternative text: what those hear who cannot see the exhibit."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", shorten(clean_line(description), 1000))
