"""Hides who wrote what a deck quotes: a name on a service is personal data, and the argument needs none.

What is hidden is what strangers wrote, as it is printed: quotes, titles of posts, and the lists behind the
evidence. The brand's own and its rivals' names stay, and so do the addresses of the originals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pitches.decks.contract import Snapshot

HIDDEN = "@…"
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# @bob, @bob@forum.example, @bob.bsky.social; as a word of its own or a part of an address
_HANDLE = re.compile(r"(?<!\w)@(\w(?:[\w.-]*\w)?)(?:@[\w-]+(?:\.[\w-]+)+)?")
# What addresses call people: /u/bob, /user/bob, /profile/bob
_PERSON = re.compile(r"(?<![\w.-])(u|user|users|profile)/[\w.:-]{3,}", re.IGNORECASE)
_ONLY_A_HANDLE = re.compile(r"\s*@[\w.@-]+\s*")
PRINTED = ("raw", "title", "excerpt")  # what of a row or an item is a stranger's words


def hidden(snapshot: Snapshot) -> Snapshot:
    """The snapshot without anybody's handle in what strangers wrote."""
    known = _brands(snapshot["names"])
    evidence = [
        {**one, "rows": [_row(row, known) for row in one["rows"]]} if one.get("rows") else one
        for one in snapshot["evidence"]
    ]
    slides = [
        {**slide, "blocks": [_block(block, known) for block in slide["blocks"]]}
        for slide in snapshot["slides"]
    ]
    return {**snapshot, "evidence": evidence, "slides": slides}  # type: ignore[typeddict-item]  # same shapes


def masked(text: str, known: frozenset[str] = frozenset()) -> str:
    """The text with a sign for each handle but those of ``known`` names, written as ``plain_name`` does."""

    def cover(found: re.Match[str]) -> str:
        return found[0] if plain_name(found[1].partition(".")[0]) in known else HIDDEN

    text = _HANDLE.sub(cover, _MAIL.sub(_mail_or_handle, text))
    return _PERSON.sub(r"\1/…", text)


def _mail_or_handle(found: re.Match[str]) -> str:
    """An e-mail address is hidden; "@bob@forum.example" is left to the rule for handles."""
    before = found.string[found.start() - 1 : found.start()]
    return found[0] if before == "@" else HIDDEN


def plain_name(name: str) -> str:
    """Letters and digits alone, without case and marks: how a brand is written in a handle."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in folded if letter.isalnum())


def _brands(names: Mapping[str, str]) -> frozenset[str]:
    ours = [name for key, name in names.items() if key.partition(".")[0] in ("brand", "rival", "rivals")]
    whole = {plain_name(name) for name in ours}
    first = {plain_name(name.split()[0]) for name in ours if name.split()}
    return frozenset(name for name in whole | first if len(name) > 2)


def _row(row: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    found = _printed(row, known)
    found.pop("author", None)
    if row.get("url") and not (row.get("title") or row.get("excerpt")):
        found["title"] = masked(row["url"], known)  # the address is what is printed then
    return found


def _block(block: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    found = dict(block)
    if "items" in block:
        found["items"] = [
            _printed(item, known) if isinstance(item, Mapping) and "raw" in item else item
            for item in block["items"]
        ]
    if "rows" in block:
        found["rows"] = [[_cell(cell, known) for cell in row] for row in block["rows"]]
    return found


def _cell(cell: Mapping[str, Any], known: frozenset[str]) -> Mapping[str, Any]:
    """A cell that is nothing but a handle names an account of a brand, in a list of accounts."""
    raw = cell.get("raw")
    return cell if raw is None or _ONLY_A_HANDLE.fullmatch(raw) else _printed(cell, known)


def _printed(item: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    return {
        key: masked(value, known) if key in PRINTED and isinstance(value, str) else value
        for key, value in item.items()
    }
