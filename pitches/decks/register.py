"""The evidence register: every figure of the deck with its proof, and the address of the original."""

from __future__ import annotations

from pitches.decks import contract, proof
from pitches.decks.blocks import FINE, SEPARATOR, Writer, head_row
from pitches.decks.contract import Evidence, EvidenceRow, is_redacted
from pitches.decks.flow import Piece, TablePiece, TextPiece, row
from pitches.decks.originals import MOST_ORIGINALS, mark, sentence
from pitches.decks.page import PAD_X, Cell, Paragraph, Row, paragraph
from pitches.decks.text import Run, clean, clean_line, format_number, plain, shorten, web_address

SHARES = (0.085, 0.29, 0.22, 0.155, 0.25)
NARROW_SHARES = (0.13, 0.25, 0.24, 0.17, 0.21)
LEAST_WIDE = 640.0
PAD = 4.0  # above and below what an entry says
MOST_LINES = 4  # figures on lines of their own; more than that are run together


def pieces(writer: Writer, width: float) -> list[Piece]:
    """One row per evidence that the deck stands on, in the order of the snapshot."""
    widths = tuple(width * share for share in (SHARES if width >= LEAST_WIDE else NARROW_SHARES))
    titles = ("id", "figures", "how", "where", "originals")
    head = head_row([[Run(writer.word(title))] for title in titles], widths)
    shown = set(proof.of_deck(writer.snapshot, writer.language))
    entries = (entry for entry in writer.snapshot["evidence"] if entry["id"] in shown)
    rows = [_row(writer, entry, widths) for entry in entries]
    checked = sentence(writer.snapshot, writer.language)
    said = (
        [TextPiece(width, (paragraph([Run(checked, tone="muted")], width, FINE),), "caption")]
        if checked
        else []
    )
    return [*said, TablePiece(widths, head, tuple(rows), writer.word("register"), "register")] if rows else []


def _row(writer: Writer, evidence: Evidence, widths: tuple[float, ...]) -> Row:
    columns = (_id, _figures, _how, _where, _originals)
    cells = []
    for column, width in zip(columns, widths, strict=True):
        lines = [paragraph(runs, width - 2 * PAD_X, FINE, after=1.5) for runs in column(writer, evidence)]
        cells.append(Cell(tuple(_without_last_space(lines))))
    return row(cells, anchor=evidence["id"], pad=PAD)


def _without_last_space(paragraphs: list[Paragraph]) -> list[Paragraph]:
    if not paragraphs:
        return []
    last = paragraphs[-1]
    return [*paragraphs[:-1], Paragraph(last.lines, last.size, 0.0, last.bullet)]


def _id(writer: Writer, evidence: Evidence) -> list[list[Run]]:
    lines = [
        [Run(evidence["id"], bold=True, tone="accent")],
        [Run(writer.word(evidence["class"]), tone="muted")],
    ]
    if evidence.get("step"):
        lines.append([Run(f"{writer.word('step')} {evidence['step']}", tone="muted")])
    return lines


def _figures(writer: Writer, evidence: Evidence) -> list[list[Run]]:
    """The name of the entry, then its figures; those of one label (the weeks of a chart) stand together."""
    groups: dict[str, list[Run]] = {}
    for key in contract.resting_on(evidence, writer.snapshot["figures"]):
        figure = writer.snapshot["figures"][key]
        label = plain(writer.text(figure["label"]))
        runs = groups.setdefault(label, [Run(label)])
        runs.append(Run(": " if len(runs) == 1 else ", "))
        # No link: this is where the links lead.
        runs.append(Run(writer.figure(key).text, key, bold=True))
        if figure["class"] != evidence["class"]:
            runs.append(Run(f"\xa0({writer.word(figure['class'])})", tone="muted"))
    lines = list(groups.values())
    if len(lines) > MOST_LINES:
        lines = [[run for line in lines for run in (*line, Run("; "))][:-1]]
    return [writer.text(evidence["label"], bold=True), *lines]


def _how(writer: Writer, evidence: Evidence) -> list[list[Run]]:
    lines = []
    query = shorten(clean(evidence.get("query") or "").replace("\n", " "), 600)
    if query:
        version = clean_line(evidence.get("query_version") or "")
        lines.append([Run(query), Run(f" ({version})" if version else "", tone="muted")])
    formula = writer.text(evidence.get("formula", {}))
    if formula:
        lines.append(formula)
    for gap in evidence.get("gaps", ()):
        lines.append([Run(f"{writer.word('gaps')}: ", tone="warning"), *writer.text(gap)])
    return lines


def _where(writer: Writer, evidence: Evidence) -> list[list[Run]]:
    lines = []
    sources = [clean_line(source) for source in evidence.get("sources", ())]
    if sources:
        lines.append([Run(", ".join(sources))])
    days = [writer.moment(day[:10]) for day in (evidence.get("from"), evidence.get("to")) if day]
    if days:
        lines.append([Run(" – ".join(days), tone="muted")])
    facts = []
    fetched = evidence.get("fetched_at")
    if fetched:
        facts.append(f"{writer.word('fetched')} {writer.moment(fetched)}")
    inspected = evidence.get("inspected")
    if inspected is not None:
        facts.append(f"{writer.word('inspected')} {format_number(inspected, 'count', writer.language)}")
    lines.extend([Run(fact, tone="muted")] for fact in facts)
    return lines


def _originals(writer: Writer, evidence: Evidence) -> list[list[Run]]:
    lines = []
    if web_address(evidence.get("url")):
        address = web_address(evidence["url"])
        vanished = mark(writer.snapshot, address, writer.language)
        lines.append([Run(shorten(address or "", 90), url=address, tone="accent"), *vanished])
    rows = evidence.get("rows", [])
    shown = [one for one in rows if web_address(one.get("url"))][:MOST_ORIGINALS]
    lines.extend(_original(writer, one) for one in shown)
    gone = sum(1 for one in rows if is_redacted(one))
    if gone:
        count = format_number(gone, "count", writer.language)
        lines.append([Run(writer.word("redacted_rows", count=count), tone="muted")])
    more = max(evidence.get("rows_total") or 0, len(rows)) - len(shown) - gone
    if shown and more > 0:
        count = format_number(more, "count", writer.language)
        lines.append([Run(writer.word("more_rows", count=count), tone="muted")])
    return lines or [[Run(writer.word("no_original"), tone="muted")]]


def _original(writer: Writer, one: EvidenceRow) -> list[Run]:
    url = web_address(one.get("url"))
    title = shorten(clean_line(one.get("title") or one.get("excerpt") or url or ""), 60)
    facts = [shorten(clean_line(one.get("site") or ""), 40)]
    if one.get("date"):
        facts.append(writer.moment(str(one["date"])[:10]))
    note = SEPARATOR.join(fact for fact in facts if fact)
    gone = mark(writer.snapshot, url, writer.language)
    return [Run(title, url=url, tone="accent"), Run(f" {note}" if note else "", tone="muted"), *gone]
