"""Blocks of a snapshot -> pieces to stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from charts import palette
from charts.labels import direct
from charts.metrics import width as text_width
from charts.numbers import legend_height
from charts.spec import Chart, Series
from pitches.decks import contract, fit, originals, proof
from pitches.decks.contract import Block, ChartSeries, Snapshot, Text, is_redacted
from pitches.decks.contract import Cell as CellData
from pitches.decks.flow import GAP, NEAR, ChartPiece, Piece, TablePiece, TextPiece, row
from pitches.decks.geometry import OURS, Geometry
from pitches.decks.page import PAD_X, PAD_Y, Cell, Paragraph, Role, Row, paragraph
from pitches.decks.text import (
    Run,
    Tone,
    clean,
    clean_line,
    format_figure,
    format_moment,
    resolve,
    shorten,
    web_address,
)
from pitches.decks.words import word

FINE = 9.0
AIR, VERDICT_AIR = 14.0, 22.0  # how much higher a row may become where a slide has room
LONGEST_QUOTE = 300
SEPARATOR = " · "
CHART_FRAME = 14.0  # what a page needs for a chart besides its own height
WIDEST_TEXT = 780.0  # longer lines are hard to read
HEADING_SIZE = 12.0  # of an exhibit
SYMBOLS: dict[str, tuple[str, Tone]] = {
    "yes": ("●", "yes"),
    "partly": ("●", "warning"),
    "no": ("○", "no"),
    "unknown": ("?", "muted"),
}
# Told by form and colour: nobody has to see colours.
VERDICTS: dict[str, tuple[str, Tone]] = {
    "supported": ("●", "yes"),
    "mixed": ("●", "warning"),
    "not_supported": ("○", "warning"),
    "not_enough": ("?", "muted"),
}


@dataclass(frozen=True)
class Density:
    """Named sizes of text. A slide that does not fit at one is laid out at the next, and split at last."""

    body: float
    table: float
    quote: float
    verdict: float
    pad: float = PAD_Y  # above and below what a row of a table says
    gap: float = GAP  # between an exhibit and what follows


NORMAL = Density(body=16.0, table=13.0, quote=15.0, verdict=15.0)
SMALL = Density(body=13.5, table=11.0, quote=12.5, verdict=12.5)
DENSE = Density(body=12.0, table=10.0, quote=11.5, verdict=11.5, pad=2.75, gap=7.0)


@dataclass(frozen=True)
class Writer:
    """A snapshot in one language, for pages of one geometry."""

    snapshot: Snapshot
    language: str
    geometry: Geometry = OURS

    def text(self, text: Text, *, tone: Tone = "ink", bold: bool = False) -> list[Run]:
        """A template as runs."""
        figures, names, zone = self.snapshot["figures"], self.snapshot["names"], self.snapshot["time_zone"]
        runs = resolve(text, figures, names, self.language, zone)
        return [replace(run, tone=tone, bold=bold) for run in runs]

    def figure(self, key: str, *, with_unit: bool = True) -> Run:
        """The value of a figure, linked to its proof."""
        figure = self.snapshot["figures"][key]
        shown = format_figure(figure, self.language, self.snapshot["time_zone"], with_unit=with_unit)
        return Run(shown, key, figure["evidence"])

    def word(self, key: str, **values: object) -> str:
        """One of the deck's own words."""
        return word(key, self.language, **values)

    def moment(self, value: str, *, short: bool = False) -> str:
        """A date or a time as people write it."""
        return format_moment(value, self.language, self.snapshot["time_zone"], short=short)

    def paragraphs(
        self, runs: Sequence[Run], room: float, size: float, *, after: float = 0.0, bullet: bool = False
    ) -> list[Paragraph]:
        """One paragraph per line feed in the runs."""
        filled = [stretch for stretch in stretches(runs) if any(run.text.strip() for run in stretch)]
        return [paragraph(stretch, room, size, after=after, bullet=bullet) for stretch in filled]


def stretches(runs: Iterable[Run]) -> list[list[Run]]:
    """The runs parted at every line feed; always at least one stretch."""
    found: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        found[-1].append(run.saying(first))
        found.extend([run.saying(other)] for other in others)
    return found


def pieces(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    """What a block becomes at this width. The register is laid out by ``register.pieces``."""
    builders = {
        "text": _text,
        "bullets": _bullets,
        "callout": _callout,
        "verdicts": _verdicts,
        "chart": _chart,
        "table": _table,
        "quotes": _quotes,
        "actions": _actions,
    }
    return builders[block["type"]](writer, block, width, density)


def _text(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    width = min(width, WIDEST_TEXT)
    paragraphs = writer.paragraphs(writer.text(block["text"]), width, density.body, after=density.body * 0.5)
    return [TextPiece(width, tuple(paragraphs))] if paragraphs else []


def _bullets(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    width = min(width, WIDEST_TEXT)
    paragraphs = [
        one
        for item in block["items"]
        for one in writer.paragraphs(
            writer.text(item), width, density.body, after=density.body * 0.6, bullet=True
        )
    ]
    return [TextPiece(width, tuple(paragraphs), "bullets")] if paragraphs else []


def _callout(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    looks: dict[str, tuple[Role, Tone, str]] = {
        "ask": ("ask", "accent", "the_ask"),
        "warning": ("warning", "warning", "warning"),
        "note": ("note", "muted", "note"),
    }
    role, tone, title = looks[block["tone"]]
    inset = 12.0
    head = paragraph([Run(writer.word(title), bold=True, tone=tone)], width - 2 * inset, 11.0, after=3.0)
    body = writer.paragraphs(writer.text(block["text"]), width - 2 * inset, density.body, after=4.0)
    return [TextPiece(width, (head, *body), role, fill=tone, bar=tone, inset=inset)]


def _quotes(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    found: list[Piece] = []
    inset = 10.0
    for item in block["items"]:
        if is_redacted(item):
            gone = paragraph([Run(writer.word("redacted"), tone="muted")], width - 2 * inset, density.quote)
            found.append(TextPiece(width, (gone,), "quote", bar="accent", inset=inset))
            continue
        paragraphs = (
            paragraph([Run(f"“{quoted(item)}”")], width - 2 * inset, density.quote, after=3.0),
            paragraph(quote_source(writer, item), width - 2 * inset, 10.5),
        )
        found.append(TextPiece(width, paragraphs, "quote", bar="accent", inset=inset))
    return found


def quoted(item: Block) -> str:
    """The words of a quote; at most 300 characters, as is fair."""
    return shorten(clean_line(item["raw"]), LONGEST_QUOTE)


def quote_source(writer: Writer, item: Block) -> list[Run]:
    """Where and when it was said, with the way there and to its proof."""
    source = [Run(clean_line(item.get("site") or ""), bold=True, tone="muted")]
    if item.get("date"):
        source.append(Run(SEPARATOR + writer.moment(item["date"][:10]), tone="muted"))
    if web_address(item.get("url")):
        original = Run(writer.word("original"), url=web_address(item["url"]), tone="muted")
        source += [Run(SEPARATOR, tone="muted"), original]
        source += originals.mark(writer.snapshot, item["url"], writer.language)
    if item.get("evidence"):
        source += [Run(SEPARATOR, tone="muted"), evidence_run(item["evidence"])]
    return source


def evidence_run(evidence: str) -> Run:
    """ "[E3]", leading to its entry in the register."""
    return Run(f"[{evidence}]", evidence=evidence, tone="muted")


def verdict_runs(writer: Writer, verdict: str, *, bold: bool = False, edited: bool = False) -> list[Run]:
    """The sign of the verdict, and its word; ``edited``: the claim that it is about is a person's."""
    sign, tone = VERDICTS[verdict]
    said = writer.word(verdict) + (f"{SEPARATOR}{writer.word('edited')}" if edited else "")
    return [Run(f"{sign}\xa0", tone=tone, bold=sign == "?"), Run(said, tone="muted", bold=bold)]


def _verdicts(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    widths = (60.0, width - 60.0 - 185.0, 185.0)
    heads = [[Run(writer.word("step"))], [Run(writer.word("claim"))], [Run(writer.word("verdict"))]]
    edited = contract.steps_edited(writer.snapshot, writer.language)
    head = head_row(heads, widths)
    rows = []
    for item in block["items"]:
        cells = [
            [Run(str(item["step"]), bold=True, tone="accent")],
            writer.text(item["text"]),
            verdict_runs(writer, item["verdict"], edited=item["step"] in edited),
        ]
        rows.append(
            row(
                [cell(runs, width, density.verdict) for runs, width in zip(cells, widths, strict=True)],
                pad=density.pad,
            )
        )
    return [TablePiece(widths, head, tuple(rows), writer.word("summary"), "verdicts", VERDICT_AIR)]


def _actions(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    titles = ("action", "why", "owner", "due", "evidence")
    rows = []
    for item in block["items"]:
        if is_redacted(item):
            rows.append([[Run(writer.word("redacted"), tone="muted")], *([Run("")] for _ in titles[1:])])
            continue
        rows.append(
            [
                [
                    Run(shorten(clean_line(item["raw"]), 140), url=web_address(item.get("url"))),
                    *originals.mark(writer.snapshot, item.get("url"), writer.language),
                ],
                writer.text(item["why"]),
                [Run(shorten(clean_line(item.get("owner") or ""), 80))],
                [Run(writer.moment(item["due"][:10]) if item.get("due") else "")],
                [evidence_run(item["evidence"])] if item.get("evidence") else [Run("")],
            ]
        )
    heads = [[Run(writer.word(title))] for title in titles]
    shares = (0.37, 0.30, 0.13, 0.12, 0.08) if width >= 640 else (0.29, 0.26, 0.15, 0.13, 0.17)
    widths = tuple(width * share for share in shares)
    return [plain_table(heads, rows, widths, density, writer.word("action"), "actions")]


def cell(runs: Sequence[Run], width: float, size: float, *, right: bool = False) -> Cell:
    """Runs broken to the width of a column; one paragraph per line feed."""
    found = [paragraph(stretch, width - 2 * PAD_X, size) for stretch in stretches(runs)]
    return Cell(tuple(found), "right" if right else "left")


def head_row(heads: Sequence[Sequence[Run]], widths: Sequence[float], rights: Sequence[bool] = ()) -> Row:
    """Column titles: small, bold, quiet."""
    flags = rights or [False] * len(widths)
    cells = [
        cell([replace(run, bold=True, tone="muted") for run in runs], width, 10.0, right=right)
        for runs, width, right in zip(heads, widths, flags, strict=True)
    ]
    return row(cells)


def plain_table(
    heads: Sequence[Sequence[Run]],
    rows: Sequence[Sequence[Sequence[Run]]],
    widths: tuple[float, ...],
    density: Density,
    name: str,
    role: str = "data",
    rights: Sequence[bool] = (),
) -> TablePiece:
    """A table of runs."""
    flags = rights or [False] * len(widths)
    return TablePiece(
        widths,
        head_row(heads, widths, flags),
        tuple(
            row(
                [
                    cell(runs, width, density.table, right=right)
                    for runs, width, right in zip(cells, widths, flags, strict=True)
                ],
                pad=density.pad,
            )
            for cells in rows
        ),
        name,
        role,  # type: ignore[arg-type]  # one of the four roles, by our own callers
        AIR,
    )


def _table(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    heads = [writer.text(column) for column in block["columns"]]
    common, note = _class_note(writer, block)
    rows = [
        [
            [
                *_cell_runs(writer, data, common),
                *originals.mark(writer.snapshot, data.get("url") or data.get("link"), writer.language),
            ]
            for data in cells
        ]
        for cells in block["rows"]
    ]
    rights = [
        bool(block["rows"])
        and all("figure" in cells[index] and "state" not in cells[index] for cells in block["rows"])
        for index in range(len(heads))
    ]
    widths = column_widths(heads, rows, width, density.table, block.get("widths"))
    name = " / ".join("".join(run.text for run in head) for head in heads)
    table = plain_table(heads, rows, widths, density, name, rights=rights)
    table = replace(table, highlight=block.get("highlight"))
    return _with_captions(table, width, [note] if note else [])


def _class_note(writer: Writer, block: Block) -> tuple[str, str]:
    """The most common class of the table's figures, and the caption that names it once for all."""
    keys = [data["figure"] for cells in block["rows"] for data in cells if data.get("figure")]
    classes = Counter(writer.snapshot["figures"][key]["class"] for key in keys)
    if not classes:
        return "", ""
    common = classes.most_common(1)[0][0]
    texts = [text for _, text in contract.block_texts(block)]
    told = {writer.snapshot["figures"][key]["class"] for key in proof.figures_in(texts, writer.language)}
    caption = "all_figures" if {*classes, *told} == {common} else "unmarked_figures"
    return common, writer.word(caption, kind=writer.word(common))


def _cell_runs(writer: Writer, data: CellData, common: str) -> list[Run]:
    """What one cell prints: symbol, words, remark. Words without figures lead to the proof or the address.

    The remark is the class of a figure, where it is another than most of the table's.
    """
    if is_redacted(data):
        return [Run(writer.word("redacted"), tone="muted")]
    said: list[Run] = []
    remark: list[Run] = []
    if data.get("text"):
        said += writer.text(data["text"])
    elif data.get("raw"):
        said.append(Run(clean(data["raw"]).replace("\n", " ")))
    elif data.get("link"):
        said.append(Run(shorten(clean_line(data["link"]), 120)))
    if data.get("figure"):
        kind = writer.snapshot["figures"][data["figure"]]["class"]
        said += [*([Run(" ")] if said else []), writer.figure(data["figure"])]
        if kind != common:
            remark.append(Run(f"\xa0{writer.word(kind)}", tone="muted"))
    symbol: list[Run] = []
    if "state" in data:
        mark, tone = SYMBOLS[data["state"]]
        symbol.append(Run(f"{mark}\xa0", tone=tone))
        said = said or [Run(writer.word(data["state"]))]
    proof = data.get("evidence")
    url = None if proof else web_address(data.get("url") or data.get("link"))
    if not any(run.evidence for run in said):  # else its figures lead on, as everywhere
        said = [replace(run, url=url, evidence=proof) for run in said]
    return [*symbol, *said, *remark]


def column_widths(
    heads: Sequence[Sequence[Run]],
    rows: Sequence[Sequence[Sequence[Run]]],
    width: float,
    size: float,
    shares: Sequence[float] | None = None,
) -> tuple[float, ...]:
    """Widths that add up to ``width``: by the given shares, else by what stands in the columns."""
    if shares:
        return tuple(width * share / sum(shares) for share in shares)
    count = len(heads)
    natural, least = [0.0] * count, [0.0] * count
    for cells, text_size in [(heads, 10.0), *((cells, size) for cells in rows)]:
        for index, runs in enumerate(cells):
            whole = max(fit.line_width(stretch, text_size) for stretch in stretches(runs))
            natural[index] = max(natural[index], whole)
            words = [word for run in runs for word in run.text.split()]
            longest = max((text_width(word, text_size, True) for word in words), default=0.0)
            least[index] = max(least[index], longest)
    most, longest_word = width * 0.45, min(130.0, width / count)
    natural = [min(value, most) + 2 * PAD_X + 1 for value in natural]
    least = [min(value, longest_word) + 2 * PAD_X + 1 for value in least]
    least = [min(low, full) for low, full in zip(least, natural, strict=True)]
    if sum(natural) <= width:
        return tuple(value * width / sum(natural) for value in natural)
    if sum(least) >= width:
        return tuple(value * width / sum(least) for value in least)
    spare = (width - sum(least)) / (sum(natural) - sum(least))
    return tuple(low + (full - low) * spare for low, full in zip(least, natural, strict=True))


def _with_captions(exhibit: TablePiece | ChartPiece, width: float, sentences: Iterable[str]) -> list[Piece]:
    """An exhibit and what has to be said of it, close below."""
    text = " ".join(sentences)
    if not text:
        return [exhibit]
    caption = paragraph([Run(text, tone="muted")], width, FINE)
    return [replace(exhibit, gap=NEAR), TextPiece(width, (caption,), "caption")]


def _chart(writer: Writer, block: Block, width: float, density: Density) -> list[Piece]:
    series, runs = [], []
    for data in _in_order(block):
        keys = data["values"]
        figures = [writer.snapshot["figures"][key] if key else None for key in keys]
        values = tuple(
            float(figure["value"]) if figure and isinstance(figure["value"], int | float) else None
            for figure in figures
        )
        name = "".join(run.text for run in writer.text(data["name"]))
        series.append(Series(shorten(clean_line(name), 60), data["role"], values))
        runs.append(tuple(writer.figure(key) if key else None for key in keys))
    categories = [
        writer.moment(category[:10], short=True)
        if isinstance(category, str)
        else shorten(clean_line("".join(run.text for run in writer.text(category))), 60)
        for category in block["categories"]
    ]
    notes = []
    if len(series) == 1:
        categories = [
            category if value is not None else f"{category} ({writer.word('unknown')})"
            for category, value in zip(categories, series[0].values, strict=True)
        ]
    summary = "".join(run.text for run in writer.text(block["summary"])) if block.get("summary") else ""
    chart = Chart(
        kind=block["kind"],
        categories=tuple(categories),
        series=tuple(series),
        unit=block["unit"],
        title=summary,
        summary=summary,
        uncovered=tuple(block.get("uncovered", ())),
        accent=writer.snapshot["accent"],
        roles=tuple(block.get("roles", ())) if len(series) == 1 else (),
    )
    if len(series) > 1 and chart.unknown:
        points = ", ".join(f"{name} ({category})" for name, category in chart.unknown[:8])
        more = len(chart.unknown) - 8
        notes.append(writer.word("unknown_points", points=points + (f" +{more}" if more > 0 else "")))
    if chart.uncovered:
        notes.append(writer.word("uncovered"))
    least, most = _chart_heights(chart, width, writer.geometry.body[3] - CHART_FRAME)
    piece = ChartPiece(width, chart, tuple(runs), least, most - least)
    # One bar below a sentence about it needs no name where room is short; who cannot see it is still told.
    heading = [] if density is DENSE and block["kind"] == "share" else _heading(writer, block, width)
    return [*heading, *_with_captions(piece, width, notes)]


def _heading(writer: Writer, block: Block, width: float) -> list[Piece]:
    """What an exhibit shows, close above it."""
    runs = writer.text(block.get("summary") or {}, tone="muted", bold=True)
    found = writer.paragraphs(runs, width, HEADING_SIZE)
    return [TextPiece(width, tuple(found), "heading", gap=NEAR, keep=True)] if found else []


def _in_order(block: Block) -> list[ChartSeries]:
    """Parts of a whole begin with the voices of people, from dark to light, so that their sum can be seen."""
    found: list[ChartSeries] = list(block["series"])
    if block["kind"] in ("stacked", "share"):
        found.sort(key=lambda series: palette.SHADES.get(series["role"], 1.0))
    return found


def _chart_heights(chart: Chart, width: float, room: float) -> tuple[float, float]:
    """Least and most height that looks right, in points; never more than a page has."""
    if not chart.horizontal:
        return min(190.0, room), 400.0
    legend = 0.0 if direct(chart) else legend_height(chart, width)
    bars = max(1, len(chart.categories))
    return min(340.0, room, legend + 30.0 * bars + 12.0), legend + 78.0 * bars + 16.0
