"""Reads what a person pastes from a result page: addresses in rank order, or CSV with titles and types. Pure.

Plain form: one address per line. With titles: the first line is a header that names its columns,
``url,title,type`` (comma, semicolon or tab; only ``url`` is needed). Every line that cannot be used is told
with its number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from competitors.site_types import TYPES
from listening.net.errors import gettext_noop
from listening.sources.values import address
from listening.text import canonical_url, clean_line

LONGEST = 300_000  # characters
MOST_ROWS = 500
COLUMNS = ("url", "title", "type")

EMPTY = gettext_noop("Paste at least one address.")
TOO_LONG = gettext_noop("This is more than %(most)s characters. Paste fewer results.")
TOO_MANY = gettext_noop("These are more than %(most)s results. Paste fewer.")
NO_ADDRESS = gettext_noop("“%(text)s” is not a web address.")
NO_URL = gettext_noop("This line has no address in the column “url”.")
SEVERAL = gettext_noop(
    "“%(text)s” is more than one address. Write one address per line, or begin with the line “url,title” "
    "for CSV."
)
TWICE = gettext_noop("This address is already on line %(line)s.")
NO_TYPE = gettext_noop("“%(text)s” is not a type. Use one of: %(types)s.")
NO_CSV = gettext_noop("This is not readable as CSV: %(fault)s.")

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BARE = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:[/?#:].*)?")  # "www.example.com/page"


@dataclass(frozen=True)
class Row:
    """One result as pasted; ``type`` is "" where the person did not say."""

    url: str
    title: str = ""
    type: str = ""


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a line, counted from 1; 0 = the whole text. English template, see net.errors."""

    line: int
    message: str
    params: dict[str, Any] = field(default_factory=dict)


class Unreadable(ValueError):
    """The pasted text cannot be used as it is; ``complaints`` say why, line by line."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__("; ".join(f"line {one.line}: {one.message % one.params}" for one in complaints))
        self.complaints = tuple(complaints)


def rows(text: str) -> list[Row]:
    """The results in the order pasted. Raises Unreadable with every complaint there is (at most 50)."""
    if len(text) > LONGEST:
        raise Unreadable([Complaint(0, TOO_LONG, {"most": LONGEST})])
    found: list[Row] = []
    first_line: dict[str, int] = {}
    complaints: list[Complaint] = []
    for line, cells in _lines(text):
        row = _row(line, cells)
        if isinstance(row, Complaint):
            complaints.append(row)
            continue
        seen = first_line.setdefault(canonical_url(row.url), line)
        if seen != line:
            complaints.append(Complaint(line, TWICE, {"line": seen}))
        found.append(row)
        if len(found) > MOST_ROWS:
            raise Unreadable([Complaint(0, TOO_MANY, {"most": MOST_ROWS})])
    if complaints:
        raise Unreadable(complaints[:50])
    if not found:
        raise Unreadable([Complaint(0, EMPTY)])
    return found


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, column -> text) of every line that is not blank."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    delimiter = next((mark for mark in "\t;," if mark in lines[start]), ",")
    names = [cell.strip().strip('"').lower() for cell in lines[start].split(delimiter)]
    if "url" not in names:
        for number, address_line in enumerate(lines, 1):
            if address_line.strip():
                yield number, {"url": address_line.strip()}
        return
    reader = csv.reader(io.StringIO("\n".join(lines[start + 1 :])), delimiter=delimiter)
    while True:
        line = start + reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable([Complaint(line, NO_CSV, {"fault": str(error)})]) from None
        if any(cell.strip() for cell in cells):
            yield (
                line,
                {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name in COLUMNS},
            )


def _row(line: int, cells: dict[str, str]) -> Row | Complaint:
    written = cells.get("url", "")
    if not written:
        return Complaint(line, NO_URL)
    shown = clean_line(written, 80)
    if len(written.split()) > 1:
        is_text = not any(_address(part) for part in written.split())
        return Complaint(line, NO_ADDRESS if is_text else SEVERAL, {"text": shown})
    url = _address(written)
    if not url:
        return Complaint(line, NO_ADDRESS, {"text": shown})
    kind = cells.get("type", "").lower()
    if kind and kind not in TYPES:
        return Complaint(line, NO_TYPE, {"text": clean_line(kind, 40), "types": ", ".join(TYPES)})
    return Row(url, clean_line(cells.get("title", "")), kind)


def _address(written: str) -> str:
    """The web address, or "". People copy what browsers show, which is often without "https://"."""
    if _SCHEME.match(written) and "://" in written:
        return address(written)
    return address(f"https://{written}") if _BARE.fullmatch(written) else ""
