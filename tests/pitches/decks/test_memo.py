"""The memo is one page, says what the deck says, and leads to the proof."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from pitches.decks import memo
from pitches.decks.text import plain
from tests.conftest import shared
from tests.pitches import snapshots
from tests.pitches.snapshots.figures import text
from tests.strings import hostile_strings

KNOWN = memo.Known("ab" * 32, "https://earshot.example/p/1/", lambda name: f"https://earshot.example/{name}/")
VERDICTS = {
    "en": ["Supported", "Mixed", "Not enough evidence"],
    "sv": ["Stöds", "Blandat", "För lite underlag"],
}


def opened(snapshot: Any, language: str = "en", known: memo.Known = KNOWN) -> PdfReader:
    return PdfReader(io.BytesIO(memo.render(snapshot, language, known)))


def said(snapshot: Any, language: str = "en", known: memo.Known = KNOWN) -> str:
    """All of its text, without white space."""
    return "".join("".join(page.extract_text() for page in opened(snapshot, language, known).pages).split())


def squeezed(one: str) -> str:
    return "".join(one.split())


@pytest.mark.parametrize("language", ["en", "sv"])
def test_it_holds_title_claims_verdicts_ask_gaps_and_fingerprint(language: str) -> None:
    snapshot: Any = snapshots.full()
    writer = memo.Writer(snapshot, language)
    found = said(snapshot, language)
    summary = next(slide for slide in snapshot["slides"] if slide["key"] == "summary")
    assert squeezed(plain(writer.text(summary["title"]))) in found
    claims = next(block for block in summary["blocks"] if block["type"] == "verdicts")["items"]
    assert len(claims) == 5
    for claim in claims:
        assert squeezed(plain(writer.text(claim["text"]))) in found
    assert all(squeezed(word) in found for word in VERDICTS[language])
    ask = next(block for block in summary["blocks"] if block["type"] == "callout")
    assert squeezed(plain(writer.text(ask["text"]))) in found
    assert {"en": "noanswerontwodays", "sv": "ingetsvartvådagar"}[language] in found
    assert snapshot["id"] in found and "ab" * 32 in found
    assert squeezed({"en": "Frozen 23 Nov 2026", "sv": "Fryst 23 nov 2026"}[language]) in found


def test_it_is_one_page_of_a4_with_an_exhibit() -> None:
    (page,) = opened(snapshots.full()).pages
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)
    elements, _ = memo.lay_out(snapshots.full(), "en", KNOWN)
    (exhibit,) = (one for one in elements if type(one).__name__ == "ChartBox")
    assert said(snapshots.full()).count(squeezed(exhibit.chart.title)) == 1, "what it shows is told once"


def longer(times: int) -> Any:
    """A memo with far too much to say: long words of people, and very many gaps."""
    snapshot: Any = snapshots.long_names()
    summary = next(slide for slide in snapshot["slides"] if slide["key"] == "summary")
    words = (
        "{@brand} and {@rival} and {@brand.aurora} and {@brand.kaffehus} are heard in {s1.stories} stories "
    )
    summary["title"] = text(words * times)
    for block in summary["blocks"]:
        if block["type"] == "verdicts":
            block["items"] = [{**item, "text": text(words * times)} for item in block["items"]]
        if block["type"] == "callout":
            block["text"] = text(words * times)
    gaps = [text(f"{words * times} {'abcdefghij'[number]}") for number in range(10)]
    snapshot["evidence"][0] = {**snapshot["evidence"][0], "gaps": gaps}
    return snapshot


@pytest.mark.parametrize("times", [1, 2, 3, 5, 9, 30])
def test_it_is_one_page_however_much_there_is_to_say(times: int) -> None:
    snapshot = longer(times)
    (page,) = opened(snapshot).pages
    elements, _ = memo.lay_out(snapshot, "en", KNOWN)
    assert all(one.y + one.height <= memo.HEIGHT - 20 for one in elements)
    assert "moreinthedeck" in squeezed(page.extract_text())  # what has no room is counted
    tops = [(one.y, one.y + one.height) for one in elements if one.y >= memo.TOP]
    assert all(
        above[1] <= below[0] + 0.01 for above, below in zip(sorted(tops), sorted(tops)[1:], strict=False)
    )


@pytest.mark.parametrize("language", ["en", "sv"])
def test_it_is_one_page_with_names_of_forty_characters_and_with_hostile_strings(language: str) -> None:
    for snapshot in (snapshots.long_names(), snapshots.hostile(hostile_strings())):
        assert len(opened(snapshot, language).pages) == 1


@pytest.mark.shared
@pytest.mark.parametrize("file", ["hostile/strings/strings.jsonl", "hostile/thirdparty/strings/blns.jsonl"])
def test_it_is_one_page_whatever_the_shared_hostile_strings_say(file: str) -> None:
    strings = hostile_strings(shared(file))
    for first in range(0, len(strings), 40):
        assert len(opened(snapshots.hostile(strings[first:] + strings[:first])).pages) == 1


def test_every_number_leads_to_its_evidence() -> None:
    snapshot = snapshots.full()
    (page,) = opened(snapshot).pages
    links = [str(one.get_object()["/A"]["/URI"]) for one in page["/Annots"]]  # type: ignore[attr-defined]
    assert links.count("https://earshot.example/p/1/") == 1
    elements, _ = memo.lay_out(snapshot, "en", KNOWN)
    runs = [
        run
        for element in elements
        for part in (getattr(element, "paragraphs", None) or cells(element))
        for run in part.runs
    ]
    figures = [run for run in runs if run.figure]
    assert len(figures) > 8
    assert all(run.url and run.url.startswith("https://earshot.example/E") for run in figures)
    assert {run.url for run in figures} <= set(links)


def cells(element: Any) -> list[Any]:
    return [one for row in getattr(element, "rows", ()) for cell in row.cells for one in cell.paragraphs]


def test_without_an_address_nothing_is_a_link() -> None:
    (page,) = opened(snapshots.full(), known=memo.Known()).pages
    assert "/Annots" not in page


def test_a_draft_says_that_it_is_one_and_has_no_fingerprint() -> None:
    found = said(snapshots.draft())
    assert "Draft,notfrozen" in found and "Notfrozenyet" in found
    assert "Sampledata" in found and "ab" * 32 not in found


def test_without_a_summary_the_steps_speak_for_themselves() -> None:
    snapshot: Any = snapshots.full()
    snapshot["slides"] = [slide for slide in snapshot["slides"] if slide["key"] != "summary"]
    found = said(snapshot)
    assert "Nobodyhaswrittendownyet" in found
    assert all(verdict in found for verdict in ("Supported", "Notenoughevidence"))


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    assert memo.render(snapshots.full(), "sv", KNOWN) == memo.render(snapshots.full(), "sv", KNOWN)


def test_a_claim_that_a_person_wrote_says_so_beside_its_verdict() -> None:
    snapshot: Any = snapshots.full()
    first = next(one for one in snapshot["slides"] if one["step"] == 1)
    first["edited"] = first["titled"] = []
    marked = squeezed("Supported · edited")
    before = said(snapshot).count(marked)
    first["edited"] = first["titled"] = ["en"]
    assert said(snapshot).count(marked) == before + 1
    first["titled"] = []  # notes, say
    assert said(snapshot).count(marked) == before
