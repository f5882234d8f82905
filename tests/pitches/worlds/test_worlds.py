"""Four made-up worlds lead to the verdicts that their data carry, and no title claims otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from pitches import words
from pitches.case import Case
from pitches.decks import snapshot as decks
from pitches.slides import Slide
from tests.pitches import worlds
from tests.pitches.worlds.told import LENGTHS, Told, printed, said_on, slide_of, told, told_by_the_sample

pytestmark = pytest.mark.django_db

# What was said and read is counted exactly, so that the figures can be known beforehand.
FIGURES: dict[str, dict[str, Any]] = {
    "rich": {
        **{"s1.stories": 79, "s1.brand_keyword": 32, "s1.sources": 6, "s1.sources_covered": 6},
        **{"s2.inspected": 90, "s2.visible": 48, "s3.readable": 68, "s3.ours": 2, "s3.opened": 1},
        **{"s4.own_stories": 32, "s4.rival_stories": 80, "s4.times": 2.5, "s4.leads": 3},
        **{"s4.own_present": 4, "s4.most_present": 8, "s4.places": 8, "s5.answerable": 66},
    },
    "thin": {
        **{"s1.stories": 5, "s1.sources_covered": 0, "s2.inspected": 10, "s3.readable": 5, "s3.ours": None},
        **{"s4.rivals": 1, "s4.own_momentum": None, "s5.answerable": None},
    },
    "contradicting": {
        **{"s1.stories": 4, "s1.mentions": 27, "s1.copies": 23, "s1.sources_failed": 0},
        **{"s2.inspected": 90, "s2.visible": 3, "s3.readable": 27, "s3.ours": 27, "s4.own_voice": 0.6},
        **{"s4.own_present": 10, "s4.rival_present": 6, "s5.answerable": 0},
    },
    "half_blocked": {
        **{"s1.stories": 28, "s1.sources_covered": 3, "s1.sources_failed": 2, "s2.inspected": None},
        **{"s1.inspected.reddit": None, "s1.inspected.hackernews": None, "s3.readable": 23, "s3.ours": 3},
        **{"s4.own_stories": 8, "s4.rival_stories": 12, "s4.own_momentum": None, "s5.answerable": 20},
    },
}
# What step 4 must say of each world, word for word.
TITLES = {
    ("rich", "share"): (
        "Ekeby Velo is heard 2.5 times as often as we are: 80 stories against our 32",
        "Ekeby Velo hörs 2,5 gånger så ofta som vi: 80 unika inlägg mot våra 32",
    ),
    ("rich", "presence"): (
        "Ekeby Velo is present in 8 of 8 places, we are in 4",
        "Ekeby Velo finns på 8 av 8 platser, vi på 4",
    ),
    ("rich", "momentum"): (
        "Ekeby Velo grows faster than we do on Mastodon: 18% since 23 Oct 2026, we 3.2%",
        "Ekeby Velo växer snabbare än vi på Mastodon: 18 % sedan 23 okt 2026, vi 3,2 %",
    ),
    ("thin", "share"): (
        "We cannot compare ourselves with our rivals yet",
        "Vi kan inte jämföra oss med konkurrenterna än",
    ),
    ("thin", "presence"): (
        "We are present in 1 of 1 place, and no rival is in more",
        "Vi finns på 1 av 1 plats, och ingen konkurrent på fler",
    ),
    ("thin", "momentum"): (
        "Growth cannot be compared yet: baseline taken 20 Nov 2026, follow-up on 20 Dec 2026",
        "Tillväxten går inte att jämföra än: utgångsvärden från 20 nov 2026, uppföljning 20 dec 2026",
    ),
    ("contradicting", "share"): (
        "We are ahead: Solberga Cyklar has 60% of what is said about us and our rivals",
        "Vi leder: Solberga Cyklar har 60 % av det som sägs om oss och konkurrenterna",
    ),
    ("contradicting", "presence"): (
        "We are present in 10 of 10 places, more than any rival",
        "Vi finns på 10 av 10 platser, fler än någon konkurrent",
    ),
    ("contradicting", "momentum"): (
        "We grow faster than every rival read on Mastodon: 14% since 23 Oct 2026, Ekeby Velo 0.8%",
        "Vi växer snabbare än alla avlästa konkurrenter på Mastodon:"
        " 14 % sedan 23 okt 2026, Ekeby Velo 0,8 %",
    ),
    ("half_blocked", "share"): (
        "No rival leads on most measures: Solberga Cyklar has 32% of what is said about us and our rivals",
        "Ingen konkurrent leder på de flesta mått: Solberga Cyklar har 32 % av det som sägs om oss och dem",
    ),
    ("half_blocked", "presence"): (
        "We are present in 7 of 7 places, and no rival is in more",
        "Vi finns på 7 av 7 platser, och ingen konkurrent på fler",
    ),
    ("half_blocked", "momentum"): (
        "Growth cannot be compared yet: baseline taken 20 Nov 2026, follow-up on 20 Dec 2026",
        "Tillväxten går inte att jämföra än: utgångsvärden från 20 nov 2026, uppföljning 20 dec 2026",
    ),
}
# Which slides a source touches that could not be read: all of them must name it.
TOUCHED = {
    "Hacker News": (
        *("measured", "talk", "voices", "influence", "voice", "gap", "share", "presence", "health", "rivals"),
    ),
    "Reddit": (
        *("measured", "talk", "voices", "influence", "voice", "gap", "share", "presence", "momentum"),
        *("health", "rivals"),
    ),
    "Bluesky": ("share", "health", "rivals"),
    "YouTube": ("presence", "health", "rivals"),
    "SearXNG": ("health",),
}


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_each_world_gets_the_verdicts_its_data_carry(name: str) -> None:
    assert tuple(step.verdict.state for step in told(name).case.steps) == worlds.VERDICTS[name]


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_the_figures_are_what_the_world_was_made_of(name: str) -> None:
    values = told(name).values
    assert {key: values[key] for key in FIGURES[name]} == FIGURES[name]


# Titles


def expected_state(case: Case, slide: Slide) -> str | None:
    """The state that a slide's title must be for; None where it claims nothing that could be judged."""
    if slide.key in ("cover", "summary"):
        return case.state
    if slide.key == "decision":
        return "mixed" if case.state == "not_enough" else case.state
    if slide.key == "answers":  # says only how many there are
        chosen = case.ground.register.values()["s5.chosen"]
        return ("supported" if chosen >= 3 else "mixed") if chosen else None
    return slide.verdict


def claimed(case: Case, slide: Slide) -> set[str]:
    """Which of the titles written for this slide it bears: "supported", "mixed_loudest" and so on."""
    start = "waiting.title." if slide.key == "gap" else f"{slide.key}.title."
    return {
        key.removeprefix(start)
        for key in words.table()
        if key.startswith(start) and _is_said(slide.title, title_of(case, key))
    }


def _is_said(title: Any, written: dict[str, str]) -> bool:
    """Whether it is this one; the title of the plan goes on with the goals that were chosen."""
    if not all("{kpis}" in text for text in written.values()):
        return bool(title == written)
    return all(title[language].startswith(text.split("{kpis}")[0]) for language, text in written.items())


def title_of(case: Case, key: str) -> dict[str, str]:
    """The title as it is said of this case: that of the summary names the steps that hold, and no others."""
    values, found = case.ground.register.values(), {}
    held = [
        words.say(name, values)
        for step in case.steps
        if step.verdict.state == "supported" and (name := f"summary.held.s{step.number}") in words.table()
    ]
    ask = words.say("summary.ask", values)
    for language, sentence in words.say(key, values).items():
        listed = ", ".join(one[language] for one in held)
        line = sentence.replace("{held}", listed).replace("{ask}", ask[language])
        found[language] = line[:1].upper() + line[1:]
    return found


def every_case() -> list[Any]:
    return [*(pytest.param(lambda name=name: told(name), id=name) for name in worlds.WORLDS), SAMPLE]


SAMPLE = pytest.param(told_by_the_sample, id="sample")


@pytest.mark.parametrize("tell", every_case())
def test_every_title_is_the_one_for_its_verdict_in_both_languages(tell: Any) -> None:
    case = tell().case
    judged = 0
    for slide in case.slides:
        if (state := expected_state(case, slide)) is not None:
            judged += 1
            variants = claimed(case, slide)
            assert variants, (slide.key, slide.title)
            if variants != {"no_goals"}:  # a plan without goals claims nothing
                assert all(one == state or one.startswith(f"{state}_") for one in variants), slide.key
    assert judged >= 10


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_no_title_of_another_verdict_is_anywhere_in_the_deck(name: str) -> None:
    """The summary repeats the titles of the steps, with the verdicts they have."""
    snapshot = told(name).snapshots["full"]
    summary = next(block for block in slide_of(snapshot, "summary")["blocks"] if block["type"] == "verdicts")
    assert tuple(item["verdict"] for item in summary["items"]) == worlds.VERDICTS[name]
    titles = [slide_of(snapshot, key)["title"] for key in ("talk", "visibility", "voice", "share", "start")]
    assert [item["text"] for item in summary["items"]] == titles


@pytest.mark.parametrize(("name", "key"), TITLES)
def test_step_4_says_what_its_data_say(name: str, key: str) -> None:
    snapshot = told(name).snapshots["full"]
    title = slide_of(snapshot, key)["title"]
    said = tuple(printed(snapshot, title, language).replace("\xa0", " ") for language in ("en", "sv"))
    assert said == TITLES[name, key]


# Languages and gaps


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("tell", every_case())
def test_both_languages_hold_the_same_figures_and_nothing_is_wrong(tell: Any, length: str) -> None:
    found: Told = tell()
    assert [str(problem) for problem in decks.check(found.snapshots[length])] == []


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("source", TOUCHED)
def test_what_could_not_be_read_is_named_on_every_slide_it_touches(source: str, language: str) -> None:
    snapshot = told("half_blocked").snapshots["full"]
    missing = [key for key in TOUCHED[source] if source not in said_on(snapshot, key, language)]
    assert missing == []


@pytest.mark.parametrize("key", ["talk", "voices", "voice", "gap", "share", "presence", "momentum"])
def test_where_all_was_read_nothing_warns(key: str) -> None:
    """But for what speaks against the title, which is said first; gaps stand on lines of their own."""
    blocks = slide_of(told("contradicting").snapshots["full"], key)["blocks"]
    warnings = [block["text"] for block in blocks if block.get("tone") == "warning"]
    for language, head in words.table()["against.head"].items():
        lines = [line for text in warnings for line in text[language].splitlines()]
        assert [line for line in lines if not line.startswith(head)] == []


def test_a_source_that_failed_tells_why_in_both_languages() -> None:
    snapshot = told("half_blocked").snapshots["full"]
    assert "reddit.example refused the request (error 403)." in said_on(snapshot, "health", "en")
    assert "reddit.example avvisade vår fråga (fel 403)." in said_on(snapshot, "health", "sv")
    assert "Searching Bluesky needs an app password." in said_on(snapshot, "health", "en")


def test_what_speaks_the_other_way_is_shown() -> None:
    rich = told("rich").snapshots["full"]
    assert "Nothing was found against it" in said_on(rich, "share", "en")
    assert "Against it: we grow faster than Lillsunds Cykelhus." in said_on(rich, "momentum", "en")
    half = told("half_blocked").snapshots["full"]
    assert "No rival leads us on 2" in said_on(half, "share", "en")


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_the_notes_tell_what_to_say_what_will_be_asked_and_how_it_was_done(name: str) -> None:
    parts = {"en": ("Say", "Likely question", "Answer"), "sv": ("Säg", "Trolig fråga", "Svar")}
    mine = ("share", "presence", "momentum", "register", "method", "health", "rivals", "glossary")
    snapshot = told(name).snapshots["full"]
    for key in mine:
        for language, wanted in parts.items():
            notes = slide_of(snapshot, key)["notes"][language]
            assert all(part in notes for part in (*wanted, "Method" if language == "en" else "Metod")), key
