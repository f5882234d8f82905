"""Every sentence in both languages, with the same figures and no digit of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pitches import words
from pitches.verdicts import STATES

ROOT = Path(__file__).resolve().parents[2]
SLIDES = (
    *("cover", "summary", "talk", "voices", "visibility", "influence", "voice", "waiting"),
    *("share", "presence", "momentum", "start", "answers", "plan", "decision"),
)


@pytest.mark.parametrize("key", sorted(words.table()))
def test_a_sentence_says_the_same_in_both_languages(key: str) -> None:
    text = words.table()[key]
    assert set(text) == set(words.LANGUAGES)
    assert set(words.PLACE.findall(text["en"])) == set(words.PLACE.findall(text["sv"]))
    for sentence in text.values():
        assert sentence
        assert not re.search(r"\d", words.PLACE.sub("", sentence)), "a number must be a figure"


@pytest.mark.parametrize("slide", SLIDES)
@pytest.mark.parametrize("state", STATES)
def test_every_claim_has_a_title_for_every_verdict(slide: str, state: str) -> None:
    assert f"{slide}.title.{state}" in words.table()


def test_titles_that_claim_nothing_show_no_figure_that_may_be_unknown() -> None:
    certain = {"period.start", "period.end", "period.days", "case.steps", "case.not_enough"}
    for slide in SLIDES:
        found = words.places(words.table()[f"{slide}.title.not_enough"])
        assert {place for place in found if not place.startswith("@")} <= certain


def test_the_code_asks_only_for_sentences_that_exist() -> None:
    source = "".join(file.read_text() for file in (ROOT / "pitches").rglob("*.py"))
    asked = set(re.findall(r'\bsay\("([a-z0-9_.]+)"', source))
    assert len(asked) > 40
    assert asked <= set(words.table())


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 stories"), (1, "1 story"), (2, "2 stories"), (None, "None stories")]
)
def test_plurals_follow_the_nearest_figure(number: int | None, said: str) -> None:
    numbers = {"n": number, "other": 1}
    assert words.settle("{n} [story|stories]", numbers).replace("{n}", str(number)) == said
    assert words.settle("[story|stories]: {n}, {other}", numbers) == f"{said.split()[1]}: {{n}}, {{other}}"
    assert words.settle("{other} {n} [story|stories]", numbers) == f"{{other}} {{n}} {said.split()[1]}"


@pytest.mark.parametrize("key", sorted(key for key in words.table() if key.startswith(("why.", "gap."))))
def test_what_is_said_in_whole_sentences_begins_and_ends_as_one(key: str) -> None:
    for sentence in words.table()[key].values():
        assert sentence[0].isupper() or sentence.startswith("{"), sentence
        assert sentence.endswith("."), sentence
