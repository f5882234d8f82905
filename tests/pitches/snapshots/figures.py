"""Figures and evidence of the made-up deck."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

FETCHED = "2026-11-23T05:04:11+00:00"
WEEKS = [(date(2026, 8, 31) + timedelta(weeks=week)).isoformat() for week in range(12)]
BRAND_WEEKS = [9, 12, 14, 11, 17, 16, None, 22, 19, 25, 31, 36]
INDUSTRY_WEEKS = [44, 51, 47, 55, 58, 49, 31, 66, 63, 71, 74, 80]
RESULTS = {  # type of site: results for each of three phrases
    "forum": (6, 4, 3),
    "blog": (5, 3, 2),
    "video": (2, 1, 1),
    "news": (4, 6, 5),
    "shop": (3, 6, 9),
}
MEMBERS = {  # readings of three communities, a month apart
    "brand": (310, 312, 318, 320, 331, 340),
    "nordbrew": (2410, 2555, 2680, 2816, 2990, 3157),
    "kaffehus": (1204, 1230, None, 1251, 1262, 1290),
}
MONTHS = [f"2026-{month:02}-01" for month in range(6, 12)]
VOICES = (
    ("brand", "own", 212),
    ("nordbrew", "rival", 508),
    ("kaffehus", "rival", 344),
    ("aurora", "rival", None),
)


def text(english: str, swedish: str | None = None) -> dict[str, str]:
    """One template in both languages."""
    return {"en": english, "sv": swedish or english}


def figures() -> dict[str, Any]:
    figures: dict[str, Any] = {}

    def add(
        key: str, value: Any, unit: str, evidence: str, label: dict[str, str], kind: str = "measured"
    ) -> None:
        figures[key] = {"value": value, "unit": unit, "class": kind, "evidence": evidence, "label": label}

    add("period.days", 84, "days", "E1", text("Days in the period", "Dagar i perioden"))
    add("s1.stories", 212, "count", "E1", text("Stories about us", "Berättelser om oss"))
    add("s1.authors", 164, "count", "E1", text("Authors", "Avsändare"))
    add("s1.sources", 4, "count", "E1", text("Sources read", "Lästa källor"))
    add(
        "s1.unread", 1, "count", "E1", text("Sources that could not be read", "Källor som inte gick att läsa")
    )
    add("s1.industry", 689, "count", "E2", text("Stories about the industry", "Berättelser om branschen"))
    for week, (brand, industry) in enumerate(zip(BRAND_WEEKS, INDUSTRY_WEEKS, strict=True)):
        label = text("Stories week by week", "Berättelser vecka för vecka")
        add(f"s1.week{week}", brand, "count", "E1", label)
        add(f"s1.industry.week{week}", industry, "count", "E2", label)
    add("s2.open", 27, "count", "E3", text("Results where people speak", "Träffar där människor talar"))
    add("s2.inspected", 60, "count", "E3", text("Results inspected", "Genomgångna träffar"))
    for kind, counts in RESULTS.items():
        for phrase, count in zip("abc", counts, strict=True):
            label = text(f"Results of type {kind}", f"Träffar av typ {kind}")
            add(f"s2.{kind}.{phrase}", count, "count", "E3", label)
    add("s3.ours", 7, "count", "E4", text("Conversations with us in them", "Samtal där vi deltog"))
    add("s3.others", 141, "count", "E4", text("Conversations without us", "Samtal utan oss"))
    add("s3.read", 148, "count", "E4", text("Conversations we could read", "Samtal vi kunde läsa"))
    add("s3.share", 7 / 148, "percent", "E4", text("Our share", "Vår andel"))
    add(
        "s3.feed.cadence",
        0.5,
        "number",
        "E5",
        text("Posts a month on our site", "Inlägg i månaden på vår sajt"),
    )
    add(
        "s3.feed.last",
        "2026-07-02",
        "date",
        "E5",
        text("Last post on our site", "Senaste inlägg på vår sajt"),
    )
    add("s3.mastodon.followers", None, "count", "E5", text("Followers", "Följare"))
    for key, _, count in VOICES:
        add(
            f"s4.{key}",
            count,
            "count",
            "E6",
            text(f"Stories about {{@brand.{key}}}" if key != "brand" else "Stories"),
        )
    add("s4.ratio", 2.4, "ratio", "E6", text("Times our stories", "Gånger våra berättelser"))
    for key, followers, views, cadence in (
        ("brand", None, 320, 0.5),
        ("nordbrew", 4180, 2900, 6.0),
        ("kaffehus", 1290, None, 3.5),
        ("aurora", 77, None, None),
    ):
        add(f"s4.{key}.followers", followers, "count", "E7", text("Followers", "Följare"))
        add(
            f"s4.{key}.views", views, "count", "E7", text("Views a month", "Visningar i månaden"), "estimated"
        )
        add(f"s4.{key}.cadence", cadence, "number", "E7", text("Posts a month", "Inlägg i månaden"))
    for key, readings in MEMBERS.items():
        for week, count in enumerate(readings):
            label = text("Members week by week", "Medlemmar vecka för vecka")
            add(f"s4.{key}.members{week}", count, "count", "E7", label)
    add("s4.growth", 0.31, "percent", "E7", text("Growth of {@rival}", "Tillväxt för {@rival}"))
    add("s4.places", 5, "count", "E7", text("Places of {@rival}", "Platser för {@rival}"))
    add("s4.own.places", 2, "count", "E7", text("Our places", "Våra platser"))
    add("s4.all.places", 6, "count", "E7", text("Places looked at", "Platser vi tittade på"))
    add("ask.hours", 4, "hours", "E8", text("Hours a week", "Timmar i veckan"), "assumption")
    add("ask.budget", 25000, "money", "E8", text("Budget", "Budget"), "assumption")
    figures["ask.budget"]["currency"] = "SEK"
    add("ask.decide", "2026-12-31", "date", "E8", text("Decide by", "Beslut senast"), "assumption")
    return figures


def evidence() -> list[Any]:
    def entry(name: str, step: int | None, label: dict[str, str], **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "step": step,
            "label": label,
            "class": "measured",
            "query": "",
            "query_version": "",
            "sources": [],
            "gaps": [],
            "from": "2026-08-31",
            "to": "2026-11-22",
            "fetched_at": FETCHED,
            "inspected": None,
            "formula": text(""),
            "url": "",
            "rows_total": 0,
            "rows": [],
            **more,
        }

    rows = [
        {
            "title": f"Is Fjällvik worth it? Part {part}",
            "url": f"https://forum.example/t/{part}",
            "site": "forum.example",
            "author": "@kaffekarin",
            "date": f"2026-11-{part:02}",
            "excerpt": "We switched two months ago.",
            "why": "fjällvik in the title",
        }
        for part in range(1, 9)
    ]
    gap = text("Mastodon: no answer on two days.", "Mastodon: inget svar två dagar.")
    once = text(
        "Mentions that say the same thing count once.", "Omnämnanden som säger samma sak räknas en gång."
    )
    return [
        entry(
            "E1",
            1,
            text("Stories about {@brand}", "Berättelser om {@brand}"),
            query='"fjällvik coffee" OR fjällvikcoffee OR @fjallvik NOT jobs',
            query_version="v2",
            sources=["Hacker News", "Mastodon", "Feeds", "Wikipedia"],
            gaps=[gap],
            inspected=4211,
            formula=once,
            rows_total=212,
            rows=rows,
        ),
        entry(
            "E2",
            1,
            text("Stories about the industry", "Berättelser om branschen"),
            query="coffee AND (subscription OR beans OR roastery)",
            query_version="v1",
            sources=["Hacker News", "Mastodon", "Feeds"],
            inspected=9120,
            formula=once,
            rows_total=689,
            rows=rows[:2],
        ),
        entry(
            "E3",
            2,
            text("Result pages for three phrases", "Resultatsidor för tre fraser"),
            query="best coffee beans; coffee subscription; fjällvik coffee",
            query_version="v1",
            sources=["SearXNG"],
            inspected=60,
            formula=text("Every result was typed by rule.", "Varje träff typades enligt regel."),
            url="https://search.example/?q=best+coffee+beans",
            rows_total=60,
            rows=rows[:3],
        ),
        entry(
            "E4",
            3,
            text(
                "Conversations in which one of our profiles wrote", "Samtal där någon av våra profiler skrev"
            ),
            sources=["Hacker News", "Mastodon"],
            inspected=148,
            formula=text(
                "Ours divided by all that could be read.", "Våra delade med alla som gick att läsa."
            ),
            rows_total=148,
            rows=rows[3:6],
        ),
        entry(
            "E5",
            3,
            text("Our own profiles", "Våra egna profiler"),
            sources=["Feeds", "Mastodon"],
            inspected=3,
            url="https://fjallvik.example/journal",
        ),
        entry(
            "E6",
            4,
            text(
                "Stories per brand, one search for all", "Berättelser per varumärke, samma sökning för alla"
            ),
            query="aliases OR handles OR domain",
            query_version="v3",
            sources=["Hacker News", "Mastodon"],
            inspected=5030,
            formula=text("Same sources, same period.", "Samma källor, samma period."),
            rows_total=1064,
            rows=rows[:3],
        ),
        entry(
            "E7",
            4,
            text("Where each brand is present", "Var varje varumärke finns"),
            sources=["Feeds", "Mastodon", "Wikipedia"],
            inspected=24,
            url="https://sv.wikipedia.org/wiki/Kaffe",
        ),
        entry(
            "E8",
            5,
            text("What we ask for", "Det vi ber om"),
            **{"class": "assumption", "fetched_at": None, "from": None, "to": None},
            formula=text("Filled in by {@author}.", "Ifyllt av {@author}."),
        ),
    ]
