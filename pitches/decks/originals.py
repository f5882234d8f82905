"""The originals that a deck leads to: their addresses, and which of them were gone when they were looked for.

A snapshot never changes. What became of the pages since is laid over it when a deck is shown or exported, as
``snapshot["pages"]``; a snapshot without it was never checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pitches.decks import proof
from pitches.decks.contract import Snapshot
from pitches.decks.text import Run, format_moment, format_number, web_address
from pitches.decks.words import word

MOST_ORIGINALS = 2  # of one evidence, in the register
MOST_CITED = 300  # pages that are looked for; whoever has more cites nobody


def cited(snapshot: Snapshot) -> list[str]:
    """The addresses that the deck prints, each once: of quotes, conversations, tables and the register."""
    return list(dict.fromkeys(filter(None, map(web_address, _urls(snapshot)))))[:MOST_CITED]


def _urls(snapshot: Snapshot) -> Iterator[str | None]:
    for slide in snapshot["slides"]:
        for block in slide["blocks"]:
            if block["type"] in ("quotes", "actions"):
                yield from (item.get("url") for item in block["items"])
            for row in block.get("rows", ()):
                yield from (cell.get("url") or cell.get("link") for cell in row)
    shown = set(proof.of_deck(snapshot, snapshot["language"]))
    for evidence in (one for one in snapshot["evidence"] if one["id"] in shown):
        yield evidence.get("url")
        rows = [one for one in evidence.get("rows", ()) if web_address(one.get("url"))]
        yield from (one.get("url") for one in rows[:MOST_ORIGINALS])


def gone_on(snapshot: Snapshot, url: str | None) -> str | None:
    """The day on which this page was found gone, as ISO text; None for one that was not."""
    found = snapshot.get("pages", {}).get(web_address(url) or "")
    return found["on"] if found and found["state"] == "gone" else None


def mark(snapshot: Snapshot, url: str | None, language: str) -> list[Run]:
    """What stands behind a link whose page is gone; nothing behind others."""
    day = gone_on(snapshot, url)
    if day is None:
        return []
    said = word("gone", language, day=format_moment(day[:10], language, snapshot["time_zone"]))
    return [Run(f" ({said.replace(' ', chr(160))})", tone="warning")]


def sentence(snapshot: Snapshot, language: str) -> str:
    """When the originals were looked for and what came of it; "" where nobody looked."""
    pages = snapshot.get("pages", {})
    days = [page["on"] for page in pages.values() if page["on"]]
    if not days:
        return ""
    states = Counter(page["state"] for page in pages.values())
    counts = {"gone": states["gone"], "total": len(pages), "unknown": states["unknown"]}
    shown = {name: format_number(float(count), "count", language) for name, count in counts.items()}
    return word(
        "checked", language, day=format_moment(max(days)[:10], language, snapshot["time_zone"]), **shown
    )
