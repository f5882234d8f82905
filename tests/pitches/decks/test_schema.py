"""Every file we write is as ECMA-376 has it: PowerPoint finds nothing to repair."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pptx as library
import pytest

from pitches.decks import intake, pptx, template
from tests.conftest import shared
from tests.pitches import snapshots, templates
from tests.pitches.decks import schema
from tests.pitches.decks.rendered import as_pptx
from tests.pitches.templates import changed
from tests.strings import hostile_strings


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("make", ["full", "draft", "branded", "long_names"])
def test_a_deck_is_as_the_standard_has_it(make: str, language: str) -> None:
    assert schema.wrong(as_pptx(make, language)) == []


def test_a_deck_full_of_hostile_strings_is_as_the_standard_has_it() -> None:
    assert schema.wrong(pptx.render(snapshots.hostile(hostile_strings()))) == []


@pytest.mark.shared
def test_so_is_one_of_the_shared_hostile_strings() -> None:
    strings = hostile_strings(shared("hostile/strings/strings.jsonl"))
    assert schema.wrong(pptx.render(snapshots.hostile(strings), "sv")) == []


@pytest.mark.parametrize("name", templates.REAL)
def test_a_deck_on_a_template_and_the_template_as_kept_are_too(name: str) -> None:
    kept = intake.take(templates.REAL[name]())
    assert schema.wrong(kept) == []
    assert schema.wrong(pptx.render(snapshots.full(), "sv", template.read(kept))) == []


def swap(first: bytes, second: bytes) -> Callable[[bytes], bytes]:
    """The first two elements that match, in the other order."""
    return lambda part: re.sub(b"(%s)(%s)" % (first, second), rb"\2\1", part, count=1)


SLIDE = "ppt/slides/slide2.xml"
FAULTS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a:rPr holds": (
        SLIDE,
        swap(rb"<a:solidFill><a:schemeClr[^>]*/></a:solidFill>", rb"<a:uFill>.*?</a:uFill>"),
    ),
    "p:sp holds": (SLIDE, lambda part: part.replace(b"<p:spPr/>", b"", 1)),
    "a:schemeClr val is": (SLIDE, lambda part: part.replace(b'val="tx1"', b'val="text1"', 1)),
    "a:rPr sz is": (SLIDE, lambda part: re.sub(rb'sz="\d+"', b'sz="12pt"', part, count=1)),
    "a:off lacks x": (SLIDE, lambda part: re.sub(rb'<a:off x="\d+"', b"<a:off", part, count=1)),
    "two shapes have the id": (SLIDE, lambda part: re.sub(rb'<p:cNvPr id="\d+"', b'<p:cNvPr id="7"', part)),
    "leads nowhere": (SLIDE, lambda part: re.sub(rb'r:id="rId\d+"', b'r:id="rId999"', part, count=1)),
    "a:tr has no attribute": (SLIDE, lambda part: part.replace(b"<a:tr h=", b'<a:tr high="1" h=', 1)),
    "c:axId val is": ("ppt/charts/chart1.xml", lambda part: part.replace(b'axId val="', b'axId val="-', 1)),
    "c:catAx holds": (
        "ppt/charts/chart1.xml",
        swap(rb'<c:majorTickMark val="none"/>', rb'<c:minorTickMark val="none"/>'),
    ),
    "is not there": (
        "ppt/_rels/presentation.xml.rels",
        lambda part: part.replace(b"slide3.xml", b"slide99.xml"),
    ),
    "has no type of its own": (
        "[Content_Types].xml",
        lambda part: part.replace(b"/slide3.xml", b"/slide03.xml"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", FAULTS)
def test_the_check_finds_what_powerpoint_would_repair(said: str) -> None:
    name, change = FAULTS[said]
    broken = changed(as_pptx("full", "en"), {name: change})
    assert any(said in one for one in schema.wrong(broken)), schema.wrong(broken)


def test_a_part_of_which_there_are_two_and_one_that_nothing_leads_to_are_found() -> None:
    lost = changed(as_pptx("full", "en"), {"ppt/media/lost.xml": b"<a/>"})
    assert any("nothing leads to it" in one for one in schema.wrong(lost))


def test_the_table_knows_the_template_of_another_program() -> None:
    """That of python-pptx, made by PowerPoint itself: the models are not only ours."""
    path = Path(library.__file__).with_name("templates") / "default.pptx"
    written = io.BytesIO()
    library.Presentation(path).save(written)
    assert schema.wrong(intake.take(written.getvalue())) == []
