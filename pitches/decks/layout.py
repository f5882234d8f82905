"""A snapshot -> pages. What does not fit is first set in the smaller of two sizes, then split over pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from charts import metrics
from pitches.decks import blocks, cards, contract, fit, logos, proof, register
from pitches.decks.blocks import DENSE, NORMAL, SEPARATOR, SMALL, Density, Writer, evidence_run
from pitches.decks.contract import Block, Evidence, Slide, Snapshot
from pitches.decks.flow import GAP, DoesNotFit, Piece, stack
from pitches.decks.geometry import OURS, Geometry
from pitches.decks.page import Element, ImageBox, Page, Paragraph, TextBox, paragraph
from pitches.decks.text import Run, clean_line, format_number, shorten, web_address

FOOTER_SIZE, KICKER_SIZE, MARK_SIZE = 8.5, 11.0, 10.0
ASIDE_WIDTH, ASIDE_GAP = 250.0, 28.0
LEAST_BESIDE = 620.0  # room for an exhibit and words beside it
MOST_PAGES = 300
ASIDES = frozenset({"text", "bullets", "callout"})


class TooLong(Exception):
    """The deck would have more pages than anybody opens."""


def lay_out(snapshot: Snapshot, language: str | None = None, geometry: Geometry = OURS) -> list[Page]:
    """Every page of the deck, in order. Raises TooLong; KeyError or ValueError for what ``check`` finds."""
    writer = Writer(snapshot, language or snapshot["language"], geometry)
    pages = [page for slide in snapshot["slides"] for page in _slide(writer, slide)]
    if len(pages) > MOST_PAGES:
        raise TooLong(f"{len(pages)} pages")
    return pages


def _slide(writer: Writer, slide: Slide) -> list[Page]:
    if slide["layout"] == "cover":
        bodies = _cover_body(writer, slide)
    elif slide["layout"] == "appendix":
        bodies = _stacked(writer, slide["blocks"], DENSE, writer.geometry.appendix_rise)
    else:
        title, _ = _title(writer, slide, 1, 1)
        short = len(title.paragraphs[0].lines) == 1
        bodies = _bodies(writer, slide["blocks"], writer.geometry.appendix_rise if short else 0.0)
    parts = max(1, len(bodies))
    evidence = tuple(proof.of_slide(writer.snapshot, slide, writer.language))
    logo = _logo(writer, slide)
    pages = []
    for index, elements in enumerate(bodies or [[]]):
        title, whole = _title(writer, slide, index + 1, parts)
        notes = _notes(writer, slide, evidence, whole)
        pages.append(
            Page(
                key=slide["key"],
                layout=slide["layout"],
                step=slide["step"],
                verdict=slide["verdict"],
                part=index + 1,
                parts=parts,
                title=title,
                kicker=_kicker(writer, slide),
                footer=_footer(writer, slide, evidence),
                marks=marks(writer, slide),
                mark=_mark(writer, marks(writer, slide), logo, slide["layout"] == "cover"),
                logo=logo,
                elements=tuple(elements),
                notes=tuple(notes),
                evidence=evidence,
            )
        )
    return pages


# Bodies


def _bodies(writer: Writer, slide_blocks: Sequence[Block], rise: float) -> list[list[Element]]:
    """One page wherever that can be read; ``rise``: how far a body may move up below a title of one line."""
    charts = [block for block in slide_blocks if block["type"] == "chart"]
    asides = [block for block in slide_blocks if block["type"] in ASIDES]
    beside = len(charts) == 1 and len(charts) + len(asides) == len(slide_blocks) and bool(asides)
    beside = beside and writer.geometry.body[2] >= LEAST_BESIDE
    # Things stand alike from slide to slide; only what would not fit moves up, then becomes denser.
    for density, up in ((NORMAL, 0.0), (SMALL, 0.0), (SMALL, rise), (DENSE, rise)):
        if beside and charts[0]["kind"] != "share":
            pages = _side_by_side(writer, charts[0], asides, density)
        else:
            pages = _stacked(writer, slide_blocks, density, up)
        if pages is not None and len(pages) <= 1:
            return pages
    return _stacked(writer, slide_blocks, SMALL)


def _side_by_side(
    writer: Writer, chart: Block, asides: Sequence[Block], density: Density
) -> list[list[Element]] | None:
    """The exhibit at the left, what it says at the right; None when the words need more than one page."""
    left, top, room, height = writer.geometry.body
    exhibit_width = room - ASIDE_WIDTH - ASIDE_GAP
    exhibit = stack(blocks.pieces(writer, chart, exhibit_width, density), left, top, height)
    words = [piece for block in asides for piece in blocks.pieces(writer, block, ASIDE_WIDTH, density)]
    try:
        aside = stack(words, left + exhibit_width + ASIDE_GAP, top, height)
    except DoesNotFit:
        return None
    return [exhibit[0] + aside[0]] if len(exhibit) == 1 and len(aside) == 1 else None


def _stacked(
    writer: Writer, slide_blocks: Sequence[Block], density: Density, rise: float = 0.0
) -> list[list[Element]]:
    found: list[Piece] = []
    for block in slide_blocks:
        found += _pieces(writer, block, density)
    found = [replace(piece, gap=density.gap) if piece.gap == GAP else piece for piece in found]  # type: ignore[type-var]
    left, top, _, height = writer.geometry.body
    return stack(found, left, top - rise, height + rise)


def _pieces(writer: Writer, block: Block, density: Density) -> list[Piece]:
    room = writer.geometry.body[2]
    if block["type"] == "register":
        return register.pieces(writer, room)
    if block["type"] in contract.MOST_CARDS:
        return cards.pieces(writer, block, room, density)
    if block["type"] == "quotes" and len(block["items"]) in (2, 3):
        return cards.quotes(writer, block, room, density)
    return blocks.pieces(writer, block, room, density)


def _cover_body(writer: Writer, slide: Slide) -> list[list[Element]]:
    left, top, width, height = writer.geometry.cover_body
    for density in (NORMAL, SMALL):
        found = [piece for block in slide["blocks"] for piece in blocks.pieces(writer, block, width, density)]
        pages = stack(found, left, top, height)
        if len(pages) <= 1:
            break
    snapshot = writer.snapshot
    facts = [
        f"{writer.word('snapshot')} {clean_line(snapshot['id'])}",
        f"{writer.word('version')} {snapshot['version']}",
    ]
    if snapshot["frozen_at"]:
        facts.append(f"{writer.word('frozen')} {writer.moment(snapshot['frozen_at'])}")
    else:
        facts.append(writer.word("draft"))
    x, y, width, height = writer.geometry.cover_meta
    line = paragraph([Run(shorten(SEPARATOR.join(facts), 160), tone="muted")], width, KICKER_SIZE)
    meta = TextBox(x, y, width, line.height, (line,), "meta")
    return [[*page, meta] for page in pages or [[]]]


# The frame of a page


def _title(writer: Writer, slide: Slide, part: int, parts: int) -> tuple[TextBox, list[Run] | None]:
    """The title in its box, and the whole of it when it had to be cut."""
    cover = slide["layout"] == "cover"
    geometry = writer.geometry
    kinds = {"cover": geometry.cover_titles, "appendix": geometry.appendix_titles}
    sizes = kinds.get(slide["layout"], geometry.titles)
    runs = [
        replace(run, text=clean_line_keeping_space(run.text), bold=True)
        for run in writer.text(slide["title"])
    ]
    if parts > 1:
        runs.append(Run("\xa0" + writer.word("part", part=part, parts=parts), bold=True, tone="muted"))
    x, y, width, height = geometry.cover_title if cover else geometry.title
    whole: list[Run] | None = None
    with metrics.stretched(geometry.cover_stretch if cover else geometry.title_stretch):
        for size, most in sizes:
            lines = fit.wrap(runs, width, size)
            if len(lines) <= most:
                break
        else:
            lines, whole = fit.cut(lines, most, width, size), runs
    one = Paragraph(tuple(lines), size)
    if cover:  # stands on the ground of its frame, close to what follows
        y, height = y + height - one.height, one.height
    return TextBox(x, y, width, height, (one,), "text"), whole


def clean_line_keeping_space(text: str) -> str:
    """No line feeds; the spaces at both ends stay, they part this run from its neighbours."""
    return re.sub(r"[\n\t ]+", " ", text)


def _kicker(writer: Writer, slide: Slide) -> TextBox | None:
    runs: list[Run] = []
    if slide["step"]:
        label = f"{writer.word('step')} {slide['step']}{SEPARATOR}{writer.word('step' + str(slide['step']))}"
        runs.append(Run(label, bold=True, tone="accent"))
    elif slide["layout"] == "appendix":
        runs.append(Run(writer.word("appendix"), bold=True, tone="accent"))
    elif slide["layout"] == "summary":
        runs.append(Run(writer.word("summary"), bold=True, tone="accent"))
    if slide["verdict"] and slide["layout"] == "standard":
        runs += [Run("\xa0" * 5), *blocks.verdict_runs(writer, slide["verdict"])]
    if not runs or slide["layout"] == "cover":
        return None
    x, y, width, height = writer.geometry.kicker
    (line,) = fit.cut(fit.wrap(runs, width, KICKER_SIZE), 1, width, KICKER_SIZE)
    one = Paragraph((line,), KICKER_SIZE)
    return TextBox(x, y, width, height, (one,), "meta")


def marks(writer: Writer, slide: Slide | None = None) -> tuple[str, ...]:
    """What must be said of what is not the real thing, or not yet; of a slide, also what nobody has read."""
    snapshot = writer.snapshot
    is_unread = slide is not None and contract.unreviewed(
        slide["edited"], slide.get("reviewed", ()), writer.language
    )
    is_free = slide is not None and slide["key"].startswith(contract.FREE)
    flags = (
        ("not_translated", is_unread and is_free),
        ("not_reviewed", is_unread and not is_free),
        ("draft", snapshot["frozen_at"] is None),
        ("sample", snapshot["sample"]),
        ("replay", snapshot["replay"]),
    )
    return tuple(writer.word(name) for name, shown in flags if shown)


def _mark(writer: Writer, found: Sequence[str], logo: ImageBox | None, cover: bool) -> TextBox | None:
    """ "Draft", "Sample data": at the top right of every page, left of the logo."""
    if not found:
        return None
    geometry = writer.geometry
    right = logo.x - 12.0 if logo and not cover else geometry.marks_right
    top, width = geometry.cover_marks if cover and geometry.cover_marks else geometry.marks
    runs = [Run(SEPARATOR.join(found), bold=True, tone="warning")]
    (line,) = fit.cut(fit.wrap(runs, width, MARK_SIZE), 1, width, MARK_SIZE)
    one = Paragraph((line,), MARK_SIZE)
    return TextBox(right - width, top, width, one.height, (one,), "meta", right=True)


def _logo(writer: Writer, slide: Slide) -> ImageBox | None:
    geometry = writer.geometry
    if slide["layout"] == "cover":
        return logos.placed(writer.snapshot, geometry.cover_logo)
    return logos.placed(writer.snapshot, geometry.corner, right=True)


def _footer(writer: Writer, slide: Slide, ids: Sequence[str]) -> TextBox | None:
    """Source, query, time, how many inspected, evidence ids: two lines at most, the register has the rest."""
    if slide["layout"] == "cover":
        return None
    entries = [entry for entry in writer.snapshot["evidence"] if entry["id"] in ids]
    words = writer.text(slide["footer"])
    groups = [words] if words else []
    if slide["layout"] != "appendix":
        groups += [[Run(fact)] for fact in _facts(writer, entries)]
    if writer.language in slide["edited"] and slide["layout"] != "appendix":
        groups.append([Run(writer.word("edited"))])
    if ids and len(ids) <= 12:
        links = [link for one in ids for link in (Run(" "), evidence_run(one))]
        groups.append(links[1:])
    runs = [run for index, group in enumerate(groups) for run in ([Run(SEPARATOR)] if index else []) + group]
    muted = [replace(run, tone="muted", text=clean_line_keeping_space(run.text)) for run in runs]
    if not muted:
        return None
    x, y, room, height = writer.geometry.footer
    lines = fit.cut(fit.wrap(muted, room, FOOTER_SIZE), 2, room, FOOTER_SIZE)
    return TextBox(x, y, room, height, (Paragraph(tuple(lines), FOOTER_SIZE),), "meta")


def _facts(writer: Writer, entries: Sequence[Evidence]) -> list[str]:
    facts = []
    sources = list(
        dict.fromkeys(clean_line(source) for entry in entries for source in entry.get("sources", ()))
    )
    if sources:
        more = f" +{len(sources) - 4}" if len(sources) > 4 else ""
        facts.append(f"{writer.word('sources')}: {', '.join(sources[:4])}{more}")
    versions = list(dict.fromkeys(clean_line(entry.get("query_version") or "") for entry in entries))
    if any(versions):
        facts.append(f"{writer.word('query')} {', '.join(version for version in versions[:4] if version)}")
    times = sorted(str(entry["fetched_at"]) for entry in entries if entry.get("fetched_at"))
    if times:
        facts.append(f"{writer.word('fetched')} {writer.moment(times[-1])}")
    inspected = [entry["inspected"] for entry in entries if entry.get("inspected") is not None]
    if len(set(inspected)) == 1:  # of several nothing is said: they may have read the same things
        facts.append(
            f"{writer.word('inspected')} {format_number(float(inspected[0] or 0), 'count', writer.language)}"
        )
    return facts


# Notes and evidence


def _notes(
    writer: Writer, slide: Slide, ids: Sequence[str], whole_title: list[Run] | None
) -> Iterable[tuple[Run, ...]]:
    """How to say it, then the proof: id, what, how counted, where from."""
    if whole_title:
        yield tuple(whole_title)
    said = writer.paragraphs(writer.text(slide["notes"]), 400.0, 12.0)
    for one in said:
        yield one.runs
    if not said:
        yield (Run(writer.word("notes_say")),)
    entries = [entry for entry in writer.snapshot["evidence"] if entry["id"] in ids]
    if entries:
        yield (Run(writer.word("notes_evidence") + ":", bold=True),)
    for entry in entries:
        runs = [evidence_run(entry["id"]), Run(" "), *writer.text(entry["label"])]
        facts = [writer.word(entry["class"]), *_facts(writer, [entry])]
        runs.append(Run(f" ({'; '.join(facts)})"))
        formula = writer.text(entry.get("formula", {}))
        if formula:
            runs += [Run(SEPARATOR), *formula]
        address = web_address(entry.get("url"))
        if address:
            runs += [Run(SEPARATOR), Run(shorten(address, 120), url=address)]
        yield tuple(run.saying(clean_line_keeping_space(run.text)) for run in runs)
    snapshot = writer.snapshot
    names = {name: clean_line(str(snapshot[name])) for name in ("id", "version", "tool")}
    yield (Run(shorten(writer.word("notes_method", **names), 400), tone="muted"),)


def anchors(pages: Sequence[Page]) -> dict[str, int]:
    """Index of the page on which the register's entry of each evidence begins."""
    found: dict[str, int] = {}
    for index, page in enumerate(pages):
        for element in page.elements:
            for one in getattr(element, "rows", ()):
                if one.anchor:
                    found.setdefault(one.anchor, index)
    return found
