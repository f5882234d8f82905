"""Made-up snapshots: a deck about Fjällvik Coffee, with long names and with hostile strings on request."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from pitches.decks.contract import Snapshot

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
VOICES = (
    ("brand", "own", 212),
    ("nordbrew", "rival", 508),
    ("kaffehus", "rival", 344),
    ("aurora", "rival", None),
)


def text(english: str, swedish: str | None = None) -> dict[str, str]:
    """One template in both languages."""
    return {"en": english, "sv": swedish or english}


def full() -> Snapshot:
    """Slides 1-4, 6, 8, 10, 11, 13, 15 and A1-A3, in English and Swedish."""
    figures = _figures()
    snapshot: Any = {
        "format": 1,
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
        "evidence": _evidence(),
        "slides": [],
    }
    slides = [
        _cover(),
        _summary(),
        _measured(),
        _volume(),
        _visibility(),
        _voice(),
        _share(),
        _presence(),
        _plan(),
        _decision(),
        _register(),
        _method(),
        _health(),
    ]
    snapshot["slides"] = [_slide(number, **slide) for number, slide in enumerate(slides, 1)]
    return snapshot


def draft() -> Snapshot:
    """The same, not frozen, with sample data, replayed."""
    return {**full(), "frozen_at": None, "sample": True, "replay": True}


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
        _slide(
            40, key="foreign", title=text("Foreign text", "Främmande text"), blocks=blocks, layout="appendix"
        )
    )
    return snapshot


def _slide(number: int, *, key: str, title: dict[str, str], blocks: list[Any], **more: Any) -> dict[str, Any]:
    slide = {
        "key": key,
        "number": number,
        "step": None,
        "layout": "standard",
        "verdict": None,
        "title": title,
        "edited": False,
        "blocks": blocks,
        "footer": text(""),
        "notes": text(""),
        "evidence": [],
    }
    return {**slide, **more}


def _figures() -> dict[str, Any]:
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
    add("s4.places", 5, "count", "E7", text("Places of {@rival}", "Platser för {@rival}"))
    add("s4.own.places", 2, "count", "E7", text("Our places", "Våra platser"))
    add("s4.all.places", 6, "count", "E7", text("Places looked at", "Platser vi tittade på"))
    add("ask.hours", 4, "hours", "E8", text("Hours a week", "Timmar i veckan"), "assumption")
    add("ask.budget", 25000, "money", "E8", text("Budget", "Budget"), "assumption")
    figures["ask.budget"]["currency"] = "SEK"
    add("ask.decide", "2026-12-31", "date", "E8", text("Decide by", "Beslut senast"), "assumption")
    return figures


def _evidence() -> list[Any]:
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


def _cover() -> dict[str, Any]:
    return {
        "key": "cover",
        "layout": "cover",
        "title": text("Why {@brand} should join the conversation", "Varför {@brand} ska delta i samtalet"),
        "blocks": [
            {
                "type": "text",
                "text": text("For {@audience}, by {@author}", "Till {@audience}, från {@author}"),
            },
            {
                "type": "text",
                "text": text("What we heard in {period.days} days", "Vad vi hörde på {period.days} dagar"),
            },
        ],
    }


def _summary() -> dict[str, Any]:
    lines = [
        (
            "supported",
            text(
                "{s1.stories} stories about us in {period.days} days, by {s1.authors} authors",
                "{s1.stories} berättelser om oss på {period.days} dagar, av {s1.authors} avsändare",
            ),
        ),
        (
            "supported",
            text(
                "{s2.open} of {s2.inspected} top search results are blogs, forums or videos",
                "{s2.open} av {s2.inspected} sökträffar är bloggar, forum eller filmer",
            ),
        ),
        (
            "supported",
            text(
                "We took part in {s3.share} of {s3.read} conversations",
                "Vi deltog i {s3.share} av {s3.read} samtal",
            ),
        ),
        (
            "mixed",
            text("{@rival} gets {s4.ratio} times our mentions", "{@rival} nämns {s4.ratio} gånger så ofta"),
        ),
        (
            "not_enough",
            text(
                "We can begin with {ask.hours} hours a week and five conversations",
                "Vi kan börja med {ask.hours} timmar i veckan och fem samtal",
            ),
        ),
    ]
    verdicts = [
        {"step": step, "verdict": verdict, "text": line} for step, (verdict, line) in enumerate(lines, 1)
    ]
    ask = text(
        "{ask.hours} hours a week and {ask.budget}, decided by {ask.decide}.",
        "{ask.hours} timmar i veckan och {ask.budget}, beslut senast {ask.decide}.",
    )
    return {
        "key": "summary",
        "layout": "summary",
        "title": text(
            "{s1.stories} conversations in {period.days} days, {s3.ours} with us; {@rival} is ahead: "
            "we ask for {ask.hours} hours a week",
            "{s1.stories} samtal på {period.days} dagar, {s3.ours} med oss; {@rival} ligger före: "
            "vi ber om {ask.hours} timmar i veckan",
        ),
        "blocks": [
            {"type": "verdicts", "items": verdicts},
            {"type": "callout", "tone": "ask", "text": ask},
        ],
        "notes": text(
            "Say the ask first, then the five lines.\nLikely question: who has the time?",
            "Säg först vad vi ber om, sedan de fem raderna.\nTrolig fråga: vem har tid?",
        ),
    }


def _measured() -> dict[str, Any]:
    def line(name: str, state: str, said: dict[str, str], query: str) -> list[Any]:
        return [{"raw": name}, {"state": state, "text": said}, {"raw": query}]

    whole = text("read fully", "läst helt")
    return {
        "key": "measured",
        "title": text(
            "{s1.sources} sources, {period.days} days; {s1.unread} could not be read fully",
            "{s1.sources} källor, {period.days} dagar; {s1.unread} gick inte att läsa helt",
        ),
        "blocks": [
            {
                "type": "table",
                "columns": [text("Source", "Källa"), text("Read", "Läst"), text("Query", "Sökning")],
                "rows": [
                    line("Hacker News", "yes", whole, '"fjällvik coffee" OR @fjallvik'),
                    line("Mastodon", "unknown", text("two days missing", "två dagar saknas"), "#fjallvik"),
                    line("Feeds", "yes", whole, '"fjällvik coffee" OR fjallvik.example'),
                    line("Wikipedia", "yes", whole, "Fjällvik Coffee"),
                ],
            },
            {
                "type": "callout",
                "tone": "warning",
                "text": text(
                    "Mastodon did not answer on two days; those days are hatched in the charts.",
                    "Mastodon svarade inte två dagar; de dagarna är streckade i diagrammen.",
                ),
            },
        ],
        "evidence": ["E1", "E2"],
    }


def _volume() -> dict[str, Any]:
    return {
        "key": "volume",
        "step": 1,
        "verdict": "supported",
        "title": text(
            "{s1.stories} stories about {@brand} in {period.days} days, and more every week",
            "{s1.stories} berättelser om {@brand} på {period.days} dagar, och fler för varje vecka",
        ),
        "blocks": [
            {
                "type": "chart",
                "kind": "column",
                "categories": WEEKS,
                "series": [
                    {
                        "name": text("{@brand}"),
                        "role": "own",
                        "values": [f"s1.week{week}" for week in range(12)],
                    },
                    {
                        "name": text("The industry", "Branschen"),
                        "role": "industry",
                        "values": [f"s1.industry.week{week}" for week in range(12)],
                    },
                ],
                "unit": "count",
                "summary": text(
                    "Stories per week about us and the industry.",
                    "Berättelser i veckan om oss och branschen.",
                ),
                "uncovered": [6],
            },
            {
                "type": "bullets",
                "items": [
                    text("{s1.authors} different authors wrote", "{s1.authors} olika avsändare skrev"),
                    text(
                        "The industry was in {s1.industry} stories",
                        "Branschen fanns i {s1.industry} berättelser",
                    ),
                    text("Growth began with the new roastery", "Ökningen började med det nya rosteriet"),
                ],
            },
        ],
        "notes": text(
            "People already talk: {s1.stories} stories.\nLikely question: is that many?",
            "Folk pratar redan: {s1.stories} berättelser.\nTrolig fråga: är det mycket?",
        ),
    }


def _visibility() -> dict[str, Any]:
    names = {
        "forum": text("Forums", "Forum"),
        "blog": text("Blogs", "Bloggar"),
        "video": text("Videos", "Filmer"),
        "news": text("News", "Nyheter"),
        "shop": text("Shops", "Butiker"),
    }
    return {
        "key": "visibility",
        "step": 2,
        "verdict": "mixed",
        "title": text(
            "{s2.open} of the first {s2.inspected} search results are blogs, forums or videos",
            "{s2.open} av de första {s2.inspected} sökträffarna är bloggar, forum eller filmer",
        ),
        "blocks": [
            {
                "type": "chart",
                "kind": "stacked",
                "categories": [text("{@phrase.a}"), text("{@phrase.b}"), text("{@phrase.c}")],
                "series": [
                    {"name": name, "role": kind, "values": [f"s2.{kind}.{phrase}" for phrase in "abc"]}
                    for kind, name in names.items()
                ],
                "unit": "count",
                "summary": text("Results by type of site, per phrase.", "Träffar efter sajttyp, per fras."),
                "uncovered": [],
            },
            {
                "type": "text",
                "text": text(
                    "Whoever looks us up meets other people's words before ours.",
                    "Den som söker på oss möter andras ord före våra.",
                ),
            },
        ],
    }


def _voice() -> dict[str, Any]:
    share = {
        "type": "chart",
        "kind": "share",
        "categories": [text("Conversations", "Samtal")],
        "series": [
            {"name": text("With us", "Med oss"), "role": "own", "values": ["s3.ours"]},
            {"name": text("Without us", "Utan oss"), "role": "other", "values": ["s3.others"]},
        ],
        "unit": "count",
        "summary": text("Our part of the conversations.", "Vår del av samtalen."),
        "uncovered": [],
    }
    return {
        "key": "voice",
        "step": 3,
        "verdict": "supported",
        "title": text(
            "In {period.days} days we took part in {s3.ours} of {s3.read} conversations",
            "På {period.days} dagar deltog vi i {s3.ours} av {s3.read} samtal",
        ),
        "blocks": [
            share,
            {
                "type": "table",
                "columns": [
                    text("Our channel", "Vår kanal"),
                    text("Exists", "Finns"),
                    text("Last post", "Senaste inlägg"),
                    text("Posts a month", "Inlägg i månaden"),
                ],
                "rows": [
                    [
                        {"link": "https://fjallvik.example/journal", "text": text("Journal", "Journal")},
                        {"state": "yes", "evidence": "E5"},
                        {"figure": "s3.feed.last"},
                        {"figure": "s3.feed.cadence"},
                    ],
                    [
                        {"raw": "Mastodon"},
                        {"state": "no", "evidence": "E5"},
                        {"text": text("–")},
                        {"text": text("–")},
                    ],
                    [
                        {"raw": "Wikipedia"},
                        {"state": "unknown", "evidence": "E5"},
                        {"text": text("–")},
                        {"figure": "s3.mastodon.followers"},
                    ],
                ],
            },
        ],
    }


def _share() -> dict[str, Any]:
    return {
        "key": "share",
        "step": 4,
        "verdict": "supported",
        "title": text(
            "{@rival} gets {s4.ratio} times our mentions", "{@rival} nämns {s4.ratio} gånger så ofta som vi"
        ),
        "blocks": [
            {
                "type": "chart",
                "kind": "bar",
                "categories": [
                    text("{@brand}"),
                    text("{@brand.nordbrew}"),
                    text("{@brand.kaffehus}"),
                    text("{@brand.aurora}"),
                ],
                "series": [
                    {
                        "name": text("Stories", "Berättelser"),
                        "role": "own",
                        "values": [f"s4.{key}" for key, _, _ in VOICES],
                    }
                ],
                "unit": "count",
                "summary": text("Stories per brand.", "Berättelser per varumärke."),
                "roles": [role for _, role, _ in VOICES],
                "uncovered": [3],
            },
            {
                "type": "bullets",
                "items": [
                    text("One search template for all brands", "Samma sökmall för alla varumärken"),
                    text(
                        "{@brand.aurora} could not be searched in this period",
                        "{@brand.aurora} gick inte att söka i perioden",
                    ),
                ],
            },
        ],
    }


def _presence() -> dict[str, Any]:
    def state(figure: str | None, known: str = "yes") -> dict[str, Any]:
        return (
            {"state": known, "figure": figure, "evidence": "E7"}
            if figure
            else {"state": known, "evidence": "E7"}
        )

    brands = ("brand", "nordbrew", "kaffehus", "aurora")
    return {
        "key": "presence",
        "step": 4,
        "verdict": "supported",
        "title": text(
            "{@rival} is present in {s4.places} of {s4.all.places} places, we in {s4.own.places}",
            "{@rival} finns på {s4.places} av {s4.all.places} platser, vi på {s4.own.places}",
        ),
        "blocks": [
            {
                "type": "table",
                "columns": [
                    text("Place", "Plats"),
                    text("{@brand}"),
                    *(text(f"{{@brand.{key}}}") for key in brands[1:]),
                ],
                "rows": [
                    [
                        {"text": text("Site feed, posts a month", "Sajtens flöde, inlägg i månaden")},
                        *(
                            state(f"s4.{key}.cadence", "unknown" if key == "aurora" else "yes")
                            for key in brands
                        ),
                    ],
                    [
                        {"text": text("Mastodon, followers", "Mastodon, följare")},
                        *(
                            state(f"s4.{key}.followers", "unknown" if key == "brand" else "yes")
                            for key in brands
                        ),
                    ],
                    [
                        {"text": text("Wikipedia, views a month", "Wikipedia, visningar i månaden")},
                        state("s4.brand.views"),
                        state("s4.nordbrew.views"),
                        state(None, "no"),
                        state(None, "unknown"),
                    ],
                    [
                        {"text": text("Newsletter", "Nyhetsbrev")},
                        state(None, "no"),
                        state(None),
                        state(None),
                        state(None, "unknown"),
                    ],
                ],
            }
        ],
    }


def _plan() -> dict[str, Any]:
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


def _decision() -> dict[str, Any]:
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


def _register() -> dict[str, Any]:
    return {
        "key": "register",
        "layout": "appendix",
        "title": text(
            "Every figure in this deck, with its proof", "Varje siffra i presentationen, med sitt underlag"
        ),
        "blocks": [{"type": "register"}],
    }


def _method() -> dict[str, Any]:
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


def _health() -> dict[str, Any]:
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
