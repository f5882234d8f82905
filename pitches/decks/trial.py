"""A small made-up deck with every kind of block and long names, to try a template on before it is kept."""

from __future__ import annotations

from typing import Any

from pitches.decks.contract import FORMAT, Snapshot, Text

NAME = "Fjällviks Kafferosteri & Bageri Göteborg"
WEEKS = 8


def _text(words: str) -> Text:
    return {"en": words, "sv": words}


def _figure(value: float, unit: str = "count") -> dict[str, Any]:
    return {"value": value, "unit": unit, "class": "measured", "evidence": "E1", "label": _text("Stories")}


def snapshot(accent: str) -> Snapshot:
    """The deck; one slide for each kind of exhibit."""
    figures = {f"week.{week}": _figure(10.0 * (week + 1)) for week in range(WEEKS)}
    figures["share"] = _figure(0.047, "percent")
    long = _text("{share} of the stories about {@brand} came from people whom nobody of us ever answered")
    chart: dict[str, Any] = {
        "type": "chart",
        "categories": [f"2026-0{week + 1}-01" for week in range(WEEKS)],
        "unit": "count",
        "summary": _text("Stories about us and others."),
        "uncovered": [2],
    }
    bars = [
        {"name": _text(name), "role": role, "values": [f"week.{week}" for week in order]}
        for name, role, order in (
            ("{@brand}", "own", range(WEEKS)),
            ("Others", "rival", range(WEEKS - 1, -1, -1)),
        )
    ]
    card = {"title": _text("Listen first"), "text": long}
    option = card | {"facts": [{"label": _text("Share"), "figure": "share"}]}
    quote = {"raw": "What people say of us. " * 8, "site": "forum.example", "date": "2026-11-01", "url": ""}
    rows = [[{"raw": NAME}, {"state": "yes", "figure": "share"}, {"text": long}] for _ in range(8)]
    action = {"raw": NAME, "url": "", "why": long, "owner": NAME, "due": "2026-12-01", "evidence": "E1"}
    verdict = {"step": 1, "verdict": "not_enough", "text": long}
    beside: dict[str, Any] = {"type": "bullets", "items": [long, long]}
    charts: list[list[dict[str, Any]]] = [
        [chart | {"kind": kind, "series": bars}, beside] for kind in ("column", "line", "stacked", "share")
    ]
    exhibits: list[list[dict[str, Any]]] = [
        [{"type": "verdicts", "items": [verdict] * 5}, {"type": "callout", "tone": "ask", "text": long}],
        *charts,
        [chart | {"kind": "bar", "series": bars[:1]}, {"type": "text", "text": long}],
        [{"type": "quotes", "items": [quote] * 3}],
        [{"type": "steps", "items": [card] * 5}],
        [{"type": "options", "items": [option] * 3}],
        [{"type": "actions", "items": [action] * 6}],
        [{"type": "table", "columns": [_text("Who"), _text("Share"), _text("What")], "rows": rows}],
    ]  # fmt: skip
    slides = [_slide("cover", [{"type": "text", "text": long}] * 3, layout="cover")]
    slides += [_slide(f"s{number}", blocks, title=long) for number, blocks in enumerate(exhibits)]
    slides.append(_slide("register", [{"type": "register"}], layout="appendix"))
    found: Any = {
        "format": FORMAT, "tool": "Earshot", "template": 1, "id": "00000000-0000-0000-0000-000000000000",
        "version": 1, "frozen_at": None, "language": "en", "time_zone": "UTC", "sample": True, "replay": True,
        "accent": accent, "audience": "boss", "length": "full", "names": {"brand": NAME, "author": NAME},
        "figures": figures, "slides": slides,
        "evidence": [
            {"id": "E1", "step": 1, "label": _text("Stories"), "class": "measured", "sources": ["RSS"]}
        ],
    }  # fmt: skip
    return found


def _slide(
    key: str, blocks: list[dict[str, Any]], layout: str = "standard", title: Text | None = None
) -> dict[str, Any]:
    return {
        "key": key,
        "number": 1,
        "step": 1 if layout == "standard" else None,
        "layout": layout,
        "verdict": "mixed" if layout == "standard" else None,
        "title": title or _text("Why {@brand} should join the conversation"),
        "edited": [],
        "blocks": blocks,
        "footer": _text(""),
        "notes": _text(""),
        "evidence": [],
    }
