"""Slides of the made-up deck."""

from __future__ import annotations

from typing import Any

from tests.pitches.snapshots.figures import MEMBERS, MONTHS, VOICES, WEEKS, text


def slide(number: int, *, key: str, title: dict[str, str], blocks: list[Any], **more: Any) -> dict[str, Any]:
    slide = {
        "key": key,
        "number": number,
        "step": None,
        "layout": "standard",
        "verdict": None,
        "title": title,
        "edited": [],
        "blocks": blocks,
        "footer": text(""),
        "notes": text(""),
        "evidence": [],
    }
    return {**slide, **more}


def cover() -> dict[str, Any]:
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


def summary() -> dict[str, Any]:
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


def measured() -> dict[str, Any]:
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


def volume() -> dict[str, Any]:
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


def visibility() -> dict[str, Any]:
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


def voice() -> dict[str, Any]:
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


def share() -> dict[str, Any]:
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


def presence() -> dict[str, Any]:
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
                "highlight": 1,
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


def voices() -> dict[str, Any]:
    """Three quotes."""
    said = (
        (
            "Finally beans that taste of something else than smoke. Who else has tried Fjällvik?",
            "kaffetorget.example",
        ),
        (
            "I asked them twice whether the bag can be recycled and got no answer. The coffee is good, "
            "the silence is not, and by now half of this forum wonders the same.",
            "forum.example",
        ),
        ("Nordbrew wrote back within the hour.", "skarvik.example"),
    )
    items = [
        {
            "raw": quote,
            "site": site,
            "date": f"2026-11-{day:02}",
            "url": f"https://{site}/t/{day}",
            "evidence": "E1",
        }
        for day, (quote, site) in enumerate(said, 3)
    ]
    return {
        "key": "voices",
        "step": 1,
        "title": text(
            "They ask about taste and recycling: in their words",
            "De frågar om smak och återvinning: med egna ord",
        ),
        "blocks": [{"type": "quotes", "items": items}],
    }


def momentum() -> dict[str, Any]:
    """Lines that are named at their ends."""
    names = {"brand": "{@brand}", "nordbrew": "{@brand.nordbrew}", "kaffehus": "{@brand.kaffehus}"}
    series = [
        {
            "name": text(names[key]),
            "role": "own" if key == "brand" else "rival",
            "values": [f"s4.{key}.members{index}" for index in range(len(readings))],
        }
        for key, readings in MEMBERS.items()
    ]
    return {
        "key": "momentum",
        "step": 4,
        "verdict": "supported",
        "title": text(
            "{@rival}'s community grew {s4.growth} in the period",
            "Gruppen hos {@rival} växte {s4.growth} i perioden",
        ),
        "blocks": [
            {
                "type": "chart",
                "kind": "line",
                "categories": MONTHS,
                "series": series,
                "unit": "count",
                "summary": text("Members of each community.", "Medlemmar i varje grupp."),
                "uncovered": [],
            },
            {
                "type": "bullets",
                "items": [
                    text("Ours hardly grew", "Vår växte knappt"),
                    text("Members were read every month", "Medlemmarna lästes varje månad"),
                ],
            },
        ],
    }
