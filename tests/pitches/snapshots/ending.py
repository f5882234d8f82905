"""The last slides of the made-up deck: plan, decision and appendix."""

from __future__ import annotations

from typing import Any

from tests.pitches.snapshots.figures import text


def plan() -> dict[str, Any]:
    items = [
        {
            "raw": f"How fresh is Fjällvik when it arrives? Question {part}",
            "url": f"https://forum.example/t/{part}",
            "why": text("A question to us that nobody answered", "En fråga till oss som ingen svarat på"),
            "owner": "Alice Berg",
            "due": f"2026-12-{part:02}",
            "evidence": "E4",
        }
        for part in range(1, 6)
    ]
    return {
        "key": "plan",
        "step": 5,
        "verdict": "not_enough",
        "title": text(
            "Start with listening, add one step each month", "Börja med att lyssna, ta ett steg i månaden"
        ),
        "blocks": [
            {"type": "actions", "items": items},
            {
                "type": "callout",
                "tone": "note",
                "text": text(
                    "Baselines are the figures of this deck.", "Utgångsläget är siffrorna i den här bilden."
                ),
            },
        ],
    }


def decision() -> dict[str, Any]:
    option = text("Option", "Alternativ")
    return {
        "key": "decision",
        "step": 5,
        "title": text(
            "We ask for {ask.hours} hours a week and {ask.budget}; decide by {ask.decide}",
            "Vi ber om {ask.hours} timmar i veckan och {ask.budget}; beslut senast {ask.decide}",
        ),
        "blocks": [
            {
                "type": "table",
                "columns": [
                    option,
                    text("Hours a week", "Timmar i veckan"),
                    text("Budget"),
                    text("What we get", "Vad vi får"),
                ],
                "rows": [
                    [
                        {"text": text("Nothing", "Inget")},
                        {"text": text("–")},
                        {"text": text("–")},
                        {"text": text("{@rival} answers in our place", "{@rival} svarar i vårt ställe")},
                    ],
                    [
                        {"text": text("Small", "Litet")},
                        {"figure": "ask.hours"},
                        {"figure": "ask.budget"},
                        {
                            "text": text(
                                "We answer five conversations a week", "Vi svarar i fem samtal i veckan"
                            )
                        },
                    ],
                ],
            },
            {
                "type": "bullets",
                "items": [
                    text("Risk: we promise answers we cannot give", "Risk: vi lovar svar som vi inte kan ge"),
                    text(
                        "Objection: it is not our job. It is our name.",
                        "Invändning: inte vårt jobb. Det är vårt namn.",
                    ),
                ],
            },
        ],
    }


def register() -> dict[str, Any]:
    return {
        "key": "register",
        "layout": "appendix",
        "title": text(
            "Every figure in this deck, with its proof", "Varje siffra i presentationen, med sitt underlag"
        ),
        "blocks": [{"type": "register"}],
    }


def method() -> dict[str, Any]:
    rows = [
        [
            {"text": text("Step", "Steg")},
            {
                "text": text(
                    "Stories are counted once, however often they are repeated.",
                    "Berättelser räknas en gång.",
                )
            },
        ]
        for _ in range(30)
    ]
    return {
        "key": "method",
        "layout": "appendix",
        "title": text("How we searched and counted", "Så sökte och räknade vi"),
        "blocks": [
            {
                "type": "table",
                "columns": [text("What", "Vad"), text("Rule", "Regel")],
                "rows": rows,
                "widths": [1, 4],
            }
        ],
    }


def health() -> dict[str, Any]:
    return {
        "key": "health",
        "layout": "appendix",
        "title": text("What we could and could not read", "Vad vi kunde och inte kunde läsa"),
        "blocks": [
            {
                "type": "table",
                "columns": [text("Source", "Källa"), text("State", "Läge"), text("In words", "Med ord")],
                "rows": [
                    [{"raw": "Hacker News"}, {"state": "yes"}, {"text": text("Read fully", "Läst helt")}],
                    [
                        {"raw": "Mastodon"},
                        {"state": "unknown"},
                        {"text": text("Two days missing", "Två dagar saknas")},
                    ],
                ],
            }
        ],
    }


def ladder() -> dict[str, Any]:
    """A ladder of five steps."""
    items = [
        {
            "title": text("Listen", "Lyssna"),
            "text": text("Read what is said every day", "Läs varje dag vad som sägs"),
            "facts": [text("{ask.hours} hours a week", "{ask.hours} timmar i veckan"), text("{@author}")],
            "now": True,
        },
        {
            "title": text("Comment", "Kommentera"),
            "text": text("Answer the open questions", "Svara på de öppna frågorna"),
        },
        {
            "title": text("Internal blog", "Intern blogg"),
            "text": text("Tell colleagues what we hear", "Berätta för kollegor vad vi hör"),
            "facts": [text("One post a week", "Ett inlägg i veckan")],
        },
        {
            "title": text("One channel", "En kanal"),
            "text": text("Where most of them already talk", "Där de flesta redan pratar"),
        },
        {"title": text("Events", "Evenemang"), "text": text("Meet those who write", "Möt dem som skriver")},
    ]
    return {
        "key": "ladder",
        "step": 5,
        "title": text(
            "Start with listening: {s3.ours} of {s3.read} conversations had us in them",
            "Börja med att lyssna: vi deltog i {s3.ours} av {s3.read} samtal",
        ),
        "blocks": [{"type": "steps", "items": items}],
    }


def options() -> dict[str, Any]:
    """Three options to choose between."""

    def facts(hours: dict[str, Any], budget: dict[str, Any], gain: dict[str, str]) -> list[dict[str, Any]]:
        return [
            {"label": text("Hours a week", "Timmar i veckan"), **hours},
            {"label": text("Budget"), **budget},
            {"label": text("What we get", "Vad vi får"), "text": gain},
        ]

    nothing = {"text": text("none", "inget")}
    items = [
        {
            "title": text("Nothing", "Inget"),
            "text": text("{@rival} answers in our place", "{@rival} svarar i vårt ställe"),
            "facts": facts(nothing, nothing, text("Others speak for us", "Andra talar för oss")),
        },
        {
            "title": text("Small", "Litet"),
            "facts": facts(
                {"figure": "ask.hours"},
                {"figure": "ask.budget"},
                text("We answer the open questions", "Vi svarar på de öppna frågorna"),
            ),
            "chosen": True,
        },
        {
            "title": text("Larger", "Större"),
            "text": text("A person for all of it", "En person för allt"),
            "facts": facts(nothing, nothing, text("A voice of our own", "En egen röst")),
        },
    ]
    return {
        "key": "options",
        "step": 5,
        "title": text("Three ways to decide", "Tre sätt att besluta"),
        "blocks": [{"type": "options", "items": items}],
    }
