"""A snapshot -> one page of A4, as a tagged PDF, for whoever decides and reads no decks.

The title by verdict, five claims with their verdicts and numbers, one exhibit if there is room, the ask, what
is not known, and how to check all of it. It is always exactly one page: what does not fit is set in smaller
type, then shortened, and what has no room is counted. Numbers lead to their evidence in Earshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pitches.decks import blocks, contract, fit, originals, pdf
from pitches.decks.blocks import SEPARATOR, Density, Writer
from pitches.decks.contract import Block, Snapshot, Text
from pitches.decks.flow import GAP, ChartPiece, DoesNotFit, Piece, TablePiece, TextPiece, row, stack
from pitches.decks.layout import clean_line_keeping_space, marks
from pitches.decks.page import Element, Paragraph, TextBox, paragraph
from pitches.decks.text import Run, Tone, clean_line, plain, shorten

WIDTH, HEIGHT = 595.0, 842.0  # A4
LEFT, TOP = 48.0, 44.0
ROOM_X, ROOM_Y = WIDTH - 2 * LEFT, HEIGHT - TOP - 36.0
INSET = 10.0
CHARTS = ("share", "talk", "visibility", "voice")  # the slides whose exhibit is wanted first
LONGEST_HASH = 64
MOST_CHART = 260.0  # points: higher, it would be more than an exhibit


@dataclass(frozen=True)
class Known:
    """What a snapshot cannot say of itself: its fingerprint, and where Earshot shows it.

    ``evidence_url``: evidence id -> address; None: no number is a link. ``address``: "" where there is none.
    """

    sha256: str = ""
    address: str = ""
    evidence_url: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Setting:
    """How tightly the page is set. ``lines``: the most that one claim, the ask and one gap may take."""

    body: float
    title: float
    title_lines: int
    lines: int
    gaps: int
    chart: float = 0.0  # the least height that an exhibit may have; 0: none


# The first that fits is taken. The last always does: every text in it has a most number of lines.
SETTINGS = (
    Setting(11.0, 20.0, 3, 3, 4, 190.0),
    Setting(10.0, 18.0, 4, 3, 4, 150.0),
    Setting(10.0, 18.0, 3, 3, 3, 120.0),
    Setting(10.0, 18.0, 4, 4, 4),
    Setting(9.5, 16.0, 5, 5, 3),
    Setting(9.0, 15.0, 5, 4, 3),
    Setting(9.0, 14.0, 5, 3, 2),
    Setting(8.5, 13.0, 4, 2, 1),
)


def render(snapshot: Snapshot, language: str | None = None, known: Known | None = None) -> bytes:
    """The .pdf file. Raises KeyError or ValueError for what ``snapshot.check`` finds."""
    tongue = language or snapshot["language"]
    elements, levels = lay_out(snapshot, tongue, known or Known())
    painter = pdf.Painter(snapshot, tongue)
    drawn = [
        painter.element(element, f"m{index}") | ({"level": level} if level else {})
        for index, (element, level) in enumerate(zip(elements, levels, strict=True))
    ]
    about = painter.about(_title_text(snapshot, tongue), WIDTH, HEIGHT)
    return pdf.compiled("memo.typ", about | {"elements": drawn}, snapshot["frozen_at"])


def lay_out(snapshot: Snapshot, language: str, known: Known) -> tuple[list[Element], list[int]]:
    """What stands on the page, and the level of each heading among it (0: none)."""
    memo = _Memo(Writer(snapshot, language), known)
    for setting in SETTINGS:
        foot = memo.check(setting)
        parts = list(memo.parts(setting))
        room = ROOM_Y - foot.height - GAP
        try:
            pages = stack([piece for piece, _ in parts], LEFT, TOP, room)
        except DoesNotFit:
            continue
        if len(pages) == 1:
            bottom = foot.place(LEFT, TOP + ROOM_Y - foot.height, foot.height)
            return [*pages[0], bottom, *memo.marks()], [*(level for _, level in parts), 2, *memo.no_levels()]
    raise AssertionError("the tightest setting has a most number of lines for everything")


def _title_text(snapshot: Snapshot, language: str) -> str:
    return clean_line(plain(_Memo(Writer(snapshot, language), Known()).title()))


class _Memo:
    """The parts of the page, in one language."""

    def __init__(self, writer: Writer, known: Known) -> None:
        self.writer = writer
        self.known = known

    # What the snapshot says

    def slide(self, key: str) -> Any:
        """The slide with this key, None without one."""
        return next((one for one in self.writer.snapshot["slides"] if one["key"] == key), None)

    def blocks(self, kind: str) -> Iterator[Block]:
        """Every block of a kind: those of the summary first."""
        slides = sorted(self.writer.snapshot["slides"], key=lambda slide: slide["key"] != "summary")
        yield from (block for slide in slides for block in slide["blocks"] if block["type"] == kind)

    def title(self) -> list[Run]:
        """That of the summary follows the verdict on the whole case."""
        slide = self.slide("summary") or self.writer.snapshot["slides"][0]
        return self.text(slide["title"], bold=True)

    def claims(self) -> list[tuple[int, str, Text]]:
        """(step, verdict, claim) of the five steps."""
        found = next(self.blocks("verdicts"), None)
        if found:
            return [(item["step"], item["verdict"], item["text"]) for item in found["items"]]
        by_step = {
            slide["step"]: (slide["step"], slide["verdict"], slide["title"])
            for slide in reversed(self.writer.snapshot["slides"])
            if slide["step"] and slide["verdict"]
        }
        return [by_step[step] for step in sorted(by_step)]

    def ask(self) -> Text | None:
        """What the reader is to say yes to."""
        return next((block["text"] for block in self.blocks("callout") if block["tone"] == "ask"), None)

    def unknown(self) -> list[list[Run]]:
        """What could not be read, each said once, and how many of the pages are gone."""
        said: dict[str, list[Run]] = {}
        for evidence in self.writer.snapshot["evidence"]:
            for gap in evidence.get("gaps", ()):
                runs = self.text(gap)
                said.setdefault(plain(runs), runs)
        gone = originals.sentence(self.writer.snapshot, self.writer.language)
        return [*([[Run(gone)]] if gone else []), *said.values()]

    def exhibit(self) -> Block | None:
        """The chart that says most, if something is known in it."""
        order = {key: place for place, key in enumerate(CHARTS)}
        slides = sorted(self.writer.snapshot["slides"], key=lambda slide: order.get(slide["key"], len(order)))
        figures = self.writer.snapshot["figures"]
        for slide in slides:
            for block in slide["blocks"]:
                if block["type"] != "chart":
                    continue
                if any(figures[key]["value"] is not None for key in contract.block_figures(block)):
                    return block
        return None

    # Runs and pieces

    def text(self, text: Text, *, tone: Tone = "ink", bold: bool = False) -> list[Run]:
        """A template as runs on one line, whose figures lead to their evidence."""
        runs = self.writer.text(text, tone=tone, bold=bold)
        return [self.linked(run.saying(clean_line_keeping_space(run.text))) for run in runs]

    def linked(self, run: Run) -> Run:
        """Nothing of the register is here: evidence is an address, or no link."""
        if not run.evidence:
            return run
        address = self.known.evidence_url(run.evidence) if self.known.evidence_url else None
        return replace(run, evidence=None, url=address)

    def short(
        self, runs: Sequence[Run], width: float, size: float, most: int, *, bullet: bool = False
    ) -> Paragraph:
        """A paragraph of at most so many lines."""
        whole = paragraph(list(runs), width, size, after=size * 0.35, bullet=bullet)
        inner = width - 16.0 if bullet else width
        return replace(whole, lines=tuple(fit.cut(whole.lines, most, inner, size)))

    def heading(self, word: str, setting: Setting) -> tuple[Piece, int]:
        """A small title above a part."""
        runs = [Run(self.writer.word(word), bold=True, tone="accent")]
        return TextPiece(ROOM_X, (paragraph(runs, ROOM_X, setting.body + 1.0),)), 2

    def parts(self, setting: Setting) -> Iterator[tuple[Piece, int]]:
        """Everything above the foot, each with the level of its heading."""
        yield TextPiece(ROOM_X, (self.short(self.kicker(), ROOM_X, 9.0, 1),), "meta"), 0
        title = self.short(self.title(), ROOM_X, setting.title, setting.title_lines)
        yield TextPiece(ROOM_X, (title,)), 1
        byline = self.byline()
        if byline:
            yield TextPiece(ROOM_X, (self.short(byline, ROOM_X, 9.0, 2),), "meta"), 0
        yield self.table(setting), 0
        exhibit = self.exhibit() if setting.chart else None
        if exhibit:
            yield from ((piece, 0) for piece in self.chart(exhibit, setting))
        yield self.ask_box(setting), 0
        yield self.heading("memo_unknown", setting)
        yield self.gaps(setting), 0

    def kicker(self) -> list[Run]:
        brand = shorten(clean_line(self.writer.snapshot["names"].get("brand", "")), 40)
        words = [self.writer.word("memo"), *([brand] if brand else [])]
        return [Run(SEPARATOR.join(words), bold=True, tone="accent")]

    def byline(self) -> list[Run]:
        """For whom, from whom, about which days."""
        names, figures = self.writer.snapshot["names"], self.writer.snapshot["figures"]
        facts: list[list[Run]] = [
            [Run(self.writer.word(word, name=shorten(clean_line(names[key]), 80)), tone="muted")]
            for word, key in (("memo_for", "audience"), ("memo_from", "author"))
            if clean_line(names.get(key, ""))
        ]
        if "period.start" in figures and "period.end" in figures:
            first, last = (self.linked(self.writer.figure(f"period.{end}")) for end in ("start", "end"))
            facts.append(
                [replace(first, tone="muted"), Run(" – ", tone="muted"), replace(last, tone="muted")]
            )
        return [
            run
            for index, fact in enumerate(facts)
            for run in ([Run(SEPARATOR, tone="muted")] * (index > 0)) + fact
        ]

    def table(self, setting: Setting) -> TablePiece:
        """Five lines: step, claim, verdict."""
        writer, size = self.writer, setting.body
        widths = (44.0, ROOM_X - 44.0 - 118.0, 118.0)
        head = blocks.head_row([[Run(writer.word(word))] for word in ("step", "claim", "verdict")], widths)
        edited = contract.steps_edited(writer.snapshot, writer.language)
        rows = []
        for step, verdict, claim in self.claims():
            cells = [
                blocks.cell([Run(str(step), bold=True, tone="accent")], widths[0], size),
                blocks.Cell((self.short(self.text(claim), widths[1] - 12.0, size, setting.lines),)),
                blocks.cell(blocks.verdict_runs(writer, verdict, edited=step in edited), widths[2], size),
            ]
            rows.append(row(cells))
        return TablePiece(widths, head, tuple(rows), writer.word("summary"), "verdicts")

    def chart(self, block: Block, setting: Setting) -> list[Piece]:
        """The exhibit with what it shows above it, as high as there is room."""
        density = Density(setting.body, setting.body, setting.body, setting.body)
        found: list[Piece] = []
        if block.get("summary"):
            runs = self.text(block["summary"], tone="muted", bold=True)
            found.append(TextPiece(ROOM_X, (self.short(runs, ROOM_X, setting.body, 2),), "caption"))
        for piece in blocks.pieces(self.writer, block, ROOM_X, density):
            if isinstance(piece, ChartPiece):
                least = piece.height if piece.chart.horizontal else setting.chart
                found.append(replace(piece, height=least, grow=max(0.0, MOST_CHART - least)))
            elif not (isinstance(piece, TextPiece) and piece.role == "heading"):  # it stands there
                found.append(piece)
        return found

    def ask_box(self, setting: Setting) -> TextPiece:
        """The ask, in a tinted box."""
        width = ROOM_X - 2 * INSET
        head = paragraph(
            [Run(self.writer.word("the_ask"), bold=True, tone="accent")], width, setting.body, after=2.0
        )
        ask = self.ask()
        runs = self.text(ask) if ask else [Run(self.writer.word("memo_no_ask"))]
        said = self.short(runs, width, setting.body + 1.0, setting.lines + 1)
        return TextPiece(ROOM_X, (head, said), "ask", fill="accent", bar="accent", inset=INSET)

    def gaps(self, setting: Setting) -> TextPiece:
        """What is not known; what has no room is counted."""
        found, size = self.unknown(), setting.body
        most = min(2, setting.lines)
        shown = [self.short(runs, ROOM_X, size, most, bullet=True) for runs in found[: setting.gaps]]
        more = len(found) - len(shown)
        if more > 0:
            words = self.writer.word("memo_more", count=more)
            shown.append(self.short([Run(words, tone="muted")], ROOM_X, size, 1, bullet=True))
        if not shown:
            shown = [self.short([Run(self.writer.word("memo_no_gaps"))], ROOM_X, size, 2)]
        return TextPiece(ROOM_X, tuple(shown), "bullets")

    def check(self, setting: Setting) -> TextPiece:
        """How to check it, at the foot: which snapshot, its fingerprint, where to look."""
        writer, snapshot = self.writer, self.writer.snapshot
        width, size = ROOM_X - 2 * INSET, 8.5
        facts = [
            f"{writer.word('snapshot')} {clean_line(snapshot['id'])[:60]}",
            f"{writer.word('version')} {snapshot['version']}",
        ]
        if snapshot["frozen_at"]:
            facts.append(f"{writer.word('frozen')} {writer.moment(snapshot['frozen_at'])}")
        head = Run(writer.word("memo_check"), bold=True, tone="muted")
        lines = [[head], [Run(SEPARATOR.join(facts))]]
        if not snapshot["frozen_at"]:
            lines.append([Run(writer.word("memo_draft"), tone="warning")])
        elif self.known.sha256:
            lines += [[Run(f"sha256 {self.known.sha256[:LONGEST_HASH]}")], [Run(writer.word("memo_how"))]]
        if self.known.evidence_url:
            lines.append([Run(writer.word("memo_links"))])
        if self.known.address:
            lines.append([Run(shorten(self.known.address, 160), url=self.known.address, tone="accent")])
        said = tuple(self.short(runs, width, size, 2) for runs in lines)
        return TextPiece(ROOM_X, said, "note", fill="muted", inset=INSET)

    def marks(self) -> list[TextBox]:
        """ "Draft", "Sample data": at the top right."""
        found = marks(self.writer)
        if not found:
            return []
        line = Paragraph(((Run(SEPARATOR.join(found), bold=True, tone="warning"),),), 9.0)
        return [TextBox(WIDTH - LEFT - 250.0, 24.0, 250.0, line.height, (line,), "meta", right=True)]

    def no_levels(self) -> list[int]:
        return [0] * len(self.marks())
