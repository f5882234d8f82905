"""Made-up snapshots: a deck about Fjällvik Coffee, with long names and with hostile strings on request."""

from __future__ import annotations

import base64
import copy
import hashlib
import io
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw

from pitches.decks.contract import Snapshot
from tests.pitches.snapshots import ending
from tests.pitches.snapshots import figures as made
from tests.pitches.snapshots import slides as drawn
from tests.pitches.snapshots.figures import text


def full() -> Snapshot:
    """Slides 1-4, 6, 8, 10, 11, 13, 15 and A1-A3, with every type of block, in English and Swedish."""
    figures = made.figures()
    snapshot: Any = {
        "format": 2,
        "tool": "Earshot 0.1",
        "template": 1,
        "id": "3f0c6c1e-77b1-4a53-9d35-5a1f0f7f2b11",
        "version": 2,
        "frozen_at": "2026-11-23T14:30:00+00:00",
        "language": "en",
        "time_zone": "Europe/Stockholm",
        "sample": False,
        "replay": False,
        "accent": "#0f766e",
        "audience": "boss",
        "length": "full",
        "names": {
            "brand": "Fjällvik Coffee",
            "rival": "Nordbrew",
            "brand.nordbrew": "Nordbrew",
            "brand.kaffehus": "Kaffehus 1897",
            "brand.aurora": "Aurora Roasters",
            "audience": "Ingrid Holm",
            "author": "Alice Berg",
            "phrase.a": "best coffee beans",
            "phrase.b": "coffee subscription",
            "phrase.c": "fjällvik coffee",
        },
        "figures": figures,
        "evidence": made.evidence(),
        "slides": [],
    }
    slides = [
        drawn.cover(),
        drawn.summary(),
        drawn.measured(),
        drawn.volume(),
        drawn.voices(),
        drawn.visibility(),
        drawn.voice(),
        drawn.share(),
        drawn.presence(),
        drawn.momentum(),
        ending.ladder(),
        ending.plan(),
        ending.options(),
        ending.decision(),
        ending.register(),
        ending.method(),
        ending.health(),
    ]
    snapshot["slides"] = [drawn.slide(number, **slide) for number, slide in enumerate(slides, 1)]
    return snapshot


def draft() -> Snapshot:
    """The same, not frozen, with sample data, replayed."""
    return {**full(), "frozen_at": None, "sample": True, "replay": True}


def branded() -> Snapshot:
    """The same with a logo: a green square beside a word of grey bars."""
    picture = Image.new("RGBA", (480, 120), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 119, 119), fill="#0f766e")
    for index, high in enumerate((80, 120, 60, 100, 120, 40)):
        draw.rectangle((150 + 55 * index, 120 - high, 190 + 55 * index, 119), fill="#64748b")
    written = io.BytesIO()
    picture.save(written, "PNG")
    png = written.getvalue()
    logo = {
        "png": base64.b64encode(png).decode(),
        "sha256": hashlib.sha256(png).hexdigest(),
        "alt": "Fjällvik",
    }
    return {**full(), "logo": logo}  # type: ignore[typeddict-item]


def long_names() -> Snapshot:
    """Every name has forty characters, some without a space to break at."""
    snapshot = full()
    names = {
        "brand": "Fjällviks Kafferosteri & Bageri Göteborg",
        "rival": "Nordbrewinternationalcoffeemanufacturing",
        "brand.nordbrew": "Nordbrewinternationalcoffeemanufacturing",
        "brand.kaffehus": "Kaffehuset på Sankt Eriksgatan 1897 & Co",
        "brand.aurora": "WWWMMMWWWMMMWWWMMMWWWMMMWWWMMMWWWMMMWWWM",
        "audience": "Ingrid Margareta Holmström von Rosensköl",
        "author": "Alice Bergström-Lindqvist av Östergötlan",
        "phrase.a": "best freshly roasted coffee beans online",
        "phrase.b": "kaffeprenumerationsjämförelsewebbplatsen",
        "phrase.c": "fjällviks kafferosteri bageri omdömen 26",
    }
    assert {len(name) for name in names.values()} == {40}
    return {**snapshot, "names": names}


def hostile(strings: Sequence[str]) -> Snapshot:
    """The same deck with foreign strings wherever foreign text may stand."""
    snapshot: Any = copy.deepcopy(full())
    given = iter(strings)

    def next_string() -> str:
        return next(given, strings[0])

    snapshot["names"] = {key: next_string() for key in snapshot["names"]}
    for evidence in snapshot["evidence"]:
        evidence.update(
            query=next_string(), sources=[next_string()], query_version=next_string(), url=next_string()
        )
        evidence["rows"] = [
            {"title": next_string(), "url": next_string(), "site": next_string(), "date": "2026-11-01"},
            {"title": next_string(), "url": "https://example.org/?q=" + next_string(), "site": next_string()},
        ]
    rows = [[{"raw": string}, {"link": string}] for string in strings]
    table = {"type": "table", "columns": [text("Raw", "Rått"), text("Link", "Länk")], "rows": rows}
    quotes = [{"raw": one, "site": one, "url": one, "date": None, "evidence": "E1"} for one in strings[:40]]
    actions = [
        {"raw": one, "url": one, "why": text("Why"), "owner": one, "due": None} for one in strings[:40]
    ]
    blocks = [table, {"type": "quotes", "items": quotes}, {"type": "actions", "items": actions}]
    snapshot["slides"].append(
        drawn.slide(
            40, key="foreign", title=text("Foreign text", "Främmande text"), blocks=blocks, layout="appendix"
        )
    )
    return snapshot
