"""The PowerPoint file opens, says what the snapshot says, and leads from figure to proof to original."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from typing import Any

import pytest
from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn

from charts import palette
from pitches.decks import layout, pptx
from pitches.decks.page import ChartBox, TableBox
from pitches.decks.register import MOST_ORIGINALS
from pitches.decks.text import plain
from pitches.decks.words import WORDS
from tests.conftest import shared
from tests.pitches import snapshots
from tests.pitches.decks.rendered import as_pptx, opened_pptx
from tests.strings import hostile_strings

LANGUAGES = ["en", "sv"]


def shapes(slide: Any, kind: str) -> list[Any]:
    return [shape for shape in slide.shapes if getattr(shape, f"has_{kind}", False)]


def words(element: Any) -> str:
    return " ".join("".join(line.itertext(qn("a:t"))) for line in element.iter(qn("a:p")))


def parts(content: bytes) -> dict[str, bytes]:
    """Every part by name, its XML in canonical form."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: etree.tostring(etree.fromstring(archive.read(name)), method="c14n")
            if name.endswith((".xml", ".rels"))
            else archive.read(name)
            for name in archive.namelist()
        }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", ["full", "draft", "long_names"])
def test_the_same_snapshot_gives_the_same_bytes(make: str, language: str) -> None:
    again = pptx.render(getattr(snapshots, make)(), language)
    assert pptx.fingerprint(again) == pptx.fingerprint(as_pptx(make, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_tables_and_charts_read_back_as_laid_out(language: str) -> None:
    pages = layout.lay_out(snapshots.full(), language)
    deck = opened_pptx("full", language)
    assert len(deck.slides) == len(pages)
    for page, slide in zip(pages, deck.slides, strict=True):
        assert slide.shapes.title.text_frame.text == plain(page.title.paragraphs[0].runs)
        tables = [box for box in page.elements if isinstance(box, TableBox)]
        for box, frame in zip(tables, shapes(slide, "table"), strict=True):
            wanted = [
                ["\n".join(plain(one.runs) for one in cell.paragraphs) for cell in row.cells]
                for row in (box.head, *box.rows)
            ]
            assert [[cell.text for cell in row.cells] for row in frame.table.rows] == wanted
        charts = [box.chart for box in page.elements if isinstance(box, ChartBox)]
        for chart, frame in zip(charts, shapes(slide, "chart"), strict=True):
            plot = frame.chart.plots[0]
            assert [name.replace("\n", " ") for name in plot.categories] == list(chart.categories)
            assert [(one.name, tuple(one.values)) for one in plot.series] == [
                (one.name, one.values) for one in chart.series
            ]


def workbook(frame: Any) -> tuple[list[str], dict[str, float]]:
    """The texts and the numbers of the sheet inside a chart, the numbers by cell."""
    with zipfile.ZipFile(io.BytesIO(frame.chart.part.chart_workbook.xlsx_part.blob)) as archive:
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        texts = etree.fromstring(archive.read("xl/sharedStrings.xml"))
    numbers = {
        cell.get("r"): float(cell.findtext("{*}v"))
        for cell in sheet.iter("{*}c")
        if cell.get("t") != "s" and len(cell)
    }
    return ["".join(one.itertext()) for one in texts.iter("{*}si")], numbers


def caches(frame: Any) -> list[list[float | None]]:
    """The values that a chart shows before its workbook is opened, series by series."""
    found = []
    for series in frame.chart._chartSpace.iter(qn("c:ser")):
        cache = series.find(f"{qn('c:val')}/{qn('c:numRef')}/{qn('c:numCache')}")
        count = int(cache.find(qn("c:ptCount")).get("val"))
        points = {int(one.get("idx")): float(one.findtext(qn("c:v"))) for one in cache.iter(qn("c:pt"))}
        found.append([points.get(index) for index in range(count)])
    return found


def value_of(snapshot: Any, key: str | None) -> Any:
    return snapshot["figures"][key]["value"] if key else None


@pytest.mark.parametrize("make", ["full", "long_names"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_of_every_chart_are_the_figures_of_the_snapshot(make: str, language: str) -> None:
    snapshot: Any = getattr(snapshots, make)()
    blocks = [one for slide in snapshot["slides"] for one in slide["blocks"] if one["type"] == "chart"]
    frames = [one for slide in opened_pptx(make, language).slides for one in shapes(slide, "chart")]
    assert len(blocks) == len(frames) == 5
    for block, frame in zip(blocks, frames, strict=True):
        by_role = sorted(block["series"], key=lambda one: palette.SHADES.get(one["role"], 1.0))
        series = by_role if block["kind"] in ("stacked", "share") else block["series"]
        wanted = [[value_of(snapshot, key) for key in one["values"]] for one in series]
        assert caches(frame) == wanted
        texts, numbers = workbook(frame)
        for column, values in zip("BCDEF", wanted, strict=False):
            rows = range(2, len(block["categories"]) + 2)
            assert [numbers.get(f"{column}{row}") for row in rows] == values
        assert len(numbers) == sum(value is not None for values in wanted for value in values)
        assert all(one.name in texts for one in frame.chart.plots[0].series)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_printed_figure_leads_to_its_entry_and_the_entry_to_the_original(language: str) -> None:
    snapshot: Any = snapshots.full()
    pages = layout.lay_out(snapshot, language)
    deck = opened_pptx("full", language)
    entries = {evidence: deck.slides[index] for evidence, index in layout.anchors(pages).items()}
    assert set(entries) == {one["id"] for one in snapshot["evidence"]}
    followed: Counter[str] = Counter()
    for page, slide in zip(pages, deck.slides, strict=True):
        targets = {
            relation.rId: relation.target_part
            for relation in slide.part.rels.values()
            if not relation.is_external and relation.reltype.endswith("/slide")
        }
        for run in slide._element.iter(qn("a:r")):
            link = run.find(f"{qn('a:rPr')}/{qn('a:hlinkClick')}")
            if link is not None and link.get("action") == "ppaction://hlinksldjump":
                assert targets[link.get(qn("r:id"))] is entries[link.get("tooltip")].part
                followed[link.get("tooltip")] += 1
        wanted = [
            run.evidence
            for box in (page.title, *page.elements)
            for run in all_runs(box)
            if run.figure and run.evidence
        ]
        found = [
            link.get("tooltip")
            for link in slide._element.iter(qn("a:hlinkClick"))
            if link.get("action") == "ppaction://hlinksldjump"
        ]
        assert not Counter(wanted) - Counter(found), page.key
    assert followed.keys() == entries.keys()
    for evidence in snapshot["evidence"]:
        originals = [evidence["url"], *(row["url"] for row in evidence["rows"][:MOST_ORIGINALS])]
        begins = deck.slides.index(entries[evidence["id"]])
        on_entry = links(deck.slides[begins]) | links(deck.slides[begins + 1])  # an entry may run on
        assert {address for address in originals if address} <= on_entry


def all_runs(box: Any) -> list[Any]:
    paragraphs = list(getattr(box, "paragraphs", ()))
    paragraphs += [one for card in getattr(box, "cards", ()) for one in card.paragraphs]
    for row in (box.head, *box.rows) if isinstance(box, TableBox) else ():
        paragraphs += [one for cell in row.cells for one in cell.paragraphs]
    # A register entry does not link to itself.
    if isinstance(box, TableBox) and box.role == "register":
        return []
    return [run for one in paragraphs for run in one.runs]


def links(slide: Any) -> set[str]:
    return {one.target_ref for one in slide.part.rels.values() if one.is_external}


def test_notes_say_how_to_say_it_and_where_it_comes_from() -> None:
    deck = opened_pptx()
    notes = deck.slides[3].notes_slide.notes_text_frame.text
    assert "People already talk: 212 stories." in notes and "Likely question" in notes
    assert "[E1] Stories about Fjällvik Coffee (measured; Source: Hacker News" in notes
    assert "inspected 4,211" in notes and "Mentions that say the same thing count once." in notes
    visibility = deck.slides[5].notes_slide
    assert "https://search.example/?q=best+coffee+beans" in {
        one.target_ref for one in visibility.part.rels.values() if one.is_external
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", ["full", "draft"])
def test_notes_of_every_slide_say_how_to_say_it_what_proves_it_and_the_method(
    make: str, language: str
) -> None:
    snapshot: Any = getattr(snapshots, make)()
    pages = layout.lay_out(snapshot, language)
    by_key = {slide["key"]: slide for slide in snapshot["slides"]}
    for page, slide in zip(pages, opened_pptx(make, language).slides, strict=True):
        notes = slide.notes_slide.notes_text_frame
        first, last = notes.paragraphs[0].text, notes.paragraphs[-1].text
        own = by_key[page.key]["notes"][language]
        said = plain(layout.Writer(snapshot, language).text(by_key[page.key]["notes"])).split("\n")[0]
        assert first == (said if own else WORDS[language]["notes_say"])
        assert snapshot["id"] in last and last.startswith({"en": "Method:", "sv": "Metod:"}[language])
        for evidence in page.evidence:
            assert f"[{evidence}]" in notes.text, page.key
        tags = {run._r.get_or_add_rPr().get("lang") for one in notes.paragraphs for run in one.runs}
        assert tags == {{"en": "en-GB", "sv": "sv-SE"}[language]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_says_in_which_language_it_is(language: str) -> None:
    tag = {"en": "en-GB", "sv": "sv-SE"}[language]
    for slide in opened_pptx("full", language).slides:
        runs = [run.find(qn("a:rPr")) for run in slide._element.iter(qn("a:r"), qn("a:fld"))]
        assert {one.get("lang") for one in runs} == {tag}
        for frame in shapes(slide, "chart"):
            assert frame.chart._chartSpace.find(qn("c:lang")).get("val") == tag


def test_title_comes_first_and_sources_and_number_last_when_a_slide_is_read_aloud() -> None:
    for slide in list(opened_pptx().slides)[1:]:
        names = [shape.name for shape in slide.shapes]
        assert names[0].startswith("Title")
        assert names[-1] == "Slide number" and (names[-2] == "Footer" or "Footer" not in names)


def test_a_logo_is_on_every_slide_with_its_words_and_only_once_in_the_file() -> None:
    content = as_pptx("branded", "en")
    for slide in Presentation(io.BytesIO(content)).slides:
        (logo,) = [shape for shape in slide.shapes if shape.name == "Logo"]
        assert logo._element.nvPicPr.cNvPr.get("descr") == "Fjällvik"
        ratio = logo.width / logo.height
        assert ratio == pytest.approx(450 / 120, rel=0.02) or ratio == pytest.approx(4, rel=0.02)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("ppt/media/")]) == 1


def test_what_only_decorates_is_not_read_aloud_and_all_else_that_is_no_text_is_described() -> None:
    for slide in opened_pptx("branded").slides:
        for shape in slide.shapes:
            name = shape._element.xpath(".//p:cNvPr")[0]
            has_words = shape.has_text_frame and shape.text_frame.text.strip()
            decorates = bool(name.xpath(".//*[local-name()='decorative']"))
            assert has_words or decorates or name.get("descr") or shape.is_placeholder, shape.name


def test_footers_and_page_numbers_are_real_placeholders() -> None:
    deck = opened_pptx()
    for number, slide in enumerate(deck.slides, 1):
        kinds = {shape.placeholder_format.type.name: shape for shape in slide.placeholders}
        assert "TITLE" in kinds or "CENTER_TITLE" in kinds
        if number > 1:
            assert kinds["SLIDE_NUMBER"].text_frame._txBody.findall(f".//{qn('a:fld')}")
    footer = {shape.placeholder_format.type.name: shape for shape in deck.slides[3].placeholders}["FOOTER"]
    assert (
        "Source: Hacker News, Mastodon, Feeds, Wikipedia · query v2, v1 · fetched" in footer.text_frame.text
    )
    assert footer.text_frame.text.endswith("[E1] [E2]")


def test_exhibits_can_be_heard() -> None:
    for slide in opened_pptx().slides:
        for frame in [*shapes(slide, "chart"), *shapes(slide, "table")]:
            assert frame._element.nvGraphicFramePr.cNvPr.get("descr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_are_on_every_slide_of_a_draft(language: str) -> None:
    for slide in opened_pptx("draft", language).slides:
        marks = [shape.text_frame.text for shape in slide.shapes if shape.name == "Mark"]
        assert marks and all(len(mark.split(" · ")) == 3 for mark in marks)


def test_properties_name_the_snapshot_and_the_moment_of_freezing() -> None:
    known = opened_pptx().core_properties
    assert known.title == "Why Fjällvik Coffee should join the conversation"
    assert known.author == "Alice Berg" and "3f0c6c1e" in known.subject
    assert known.created.isoformat() == known.modified.isoformat() == "2026-11-23T14:30:00"


def test_both_languages_show_the_same_figures_on_the_same_slides() -> None:
    shown = []
    for language in LANGUAGES:
        pages = layout.lay_out(snapshots.full(), language)
        keys = Counter(
            (page.key, run.figure)
            for page in pages
            for box in (page.title, *page.elements)
            for run in all_runs(box)
            if run.figure
        )
        shown.append(keys)
    assert shown[0] == shown[1] and len(shown[0]) > 30


@pytest.mark.parametrize(
    ("key", "value", "slides"),
    [
        ("s1.stories", 213, {"summary", "volume", "register"}),
        ("s4.nordbrew", 509, {"share", "register"}),
        ("s1.week3", 12, {"volume", "register"}),
        ("ask.budget", 26000, {"summary", "options", "decision", "register"}),
        ("s3.feed.last", "2026-07-03", {"voice", "register"}),
    ],
)
def test_changing_one_figure_changes_exactly_its_slides(key: str, value: Any, slides: set[str]) -> None:
    before: Any = snapshots.full()
    after: Any = snapshots.full()
    after["figures"][key]["value"] = value
    old, new = parts(as_pptx("full", "en")), parts(pptx.render(after))
    assert old.keys() == new.keys()
    pages = layout.lay_out(before)
    changed: dict[str, set[str]] = {}
    for name in old:
        if old[name] != new[name]:
            folder, number = re.fullmatch(r"ppt/(\w+)/\D+?(\d+)\.\w+", name).groups()  # type: ignore[union-attr]
            changed.setdefault(folder, set()).add(number)
    by_slide = {pages[int(number) - 1].key for number in changed.pop("slides")}
    with_charts = [page.key for page in pages for box in page.elements if isinstance(box, ChartBox)]
    drawn = {block_key for block_key in with_charts if key in chart_figures(before, block_key)}
    # A slide whose only change is inside its chart's data changes there, and in what is read aloud.
    assert by_slide == slides
    assert len(changed.pop("charts", set())) == len(changed.pop("embeddings", set())) == len(drawn)
    told = {pages[int(number) - 1].key for number in changed.pop("notesSlides", set())}
    assert told == {slide["key"] for slide in before["slides"] if f"{{{key}}}" in slide["notes"]["en"]}
    assert not changed


def chart_figures(snapshot: Any, key: str) -> set[str]:
    slide = next(one for one in snapshot["slides"] if one["key"] == key)
    return {
        figure
        for block in slide["blocks"]
        if block["type"] == "chart"
        for series in block["series"]
        for figure in series["values"]
    }


def assert_sound(content: bytes) -> None:
    """What makes PowerPoint offer a repair: ids used twice, relations to nothing, text that is not XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        types = archive.read("[Content_Types].xml").decode()
        for name in names:
            if not name.endswith((".xml", ".rels")):
                continue
            text = archive.read(name).decode("utf-8")
            root = etree.fromstring(text.encode())
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x0000_", text), name
            if name.startswith("ppt/slides/slide"):
                ids = root.xpath("//*[local-name()='cNvPr']/@id")
                assert len(ids) == len(set(ids)), name
                relations = etree.fromstring(archive.read(f"ppt/slides/_rels/{name[11:]}.rels"))
                known = {one.get("Id") for one in relations}
                assert set(root.xpath("//@*[local-name()='id' and starts-with(., 'rId')]")) <= known, name
            if name.endswith(".rels"):
                folder = re.sub(r"_rels/[^/]+$", "", name)
                for one in root:
                    if one.get("TargetMode") == "External":
                        assert re.fullmatch(r"https?://[!-~]+", one.get("Target")), one.get("Target")
                    else:
                        assert resolve(folder, one.get("Target")) in names, one.get("Target")
            elif name != "[Content_Types].xml":
                assert f'PartName="/{name}"' in types or 'Extension="xml"' in types


def resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = []
    for step in (folder + target).split("/"):
        if step == "..":
            steps.pop()
        elif step:
            steps.append(step)
    return "/".join(steps)


@pytest.mark.parametrize("make", ["full", "draft", "long_names"])
def test_the_package_is_sound(make: str) -> None:
    assert_sound(as_pptx(make, "sv"))


def test_hostile_strings_give_a_sound_file_that_opens() -> None:
    content = pptx.render(snapshots.hostile(hostile_strings()))
    assert_sound(content)
    deck = Presentation(io.BytesIO(content))
    assert any("#let x = 1" in words(slide._element) for slide in deck.slides)


@pytest.mark.shared
@pytest.mark.parametrize("file", ["hostile/strings/strings.jsonl", "hostile/thirdparty/strings/blns.jsonl"])
def test_the_shared_hostile_strings_give_a_sound_file(file: str) -> None:
    content = pptx.render(snapshots.hostile(hostile_strings(shared(file))))
    assert_sound(content)
    Presentation(io.BytesIO(content))


def test_our_column_of_a_table_is_tinted_in_every_row_but_the_head() -> None:
    (slide,) = [one for one in opened_pptx().slides if "is present in" in one.shapes.title.text]
    (frame,) = shapes(slide, "table")
    cells = [[cell._tc.tcPr for cell in row.cells] for row in frame.table.rows]
    fills = [[one.find(qn("a:solidFill")) is not None for one in row] for row in cells]
    assert fills == [[False] * 5, *[[False, True, False, False, False]] * 4]
