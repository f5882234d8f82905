"""Templates, numbers and foreign strings."""

from __future__ import annotations

from typing import Any

import pytest

from pitches.decks.text import (
    Place,
    Run,
    TemplateError,
    clean,
    clean_line,
    format_figure,
    format_moment,
    format_number,
    parse,
    plain,
    resolve,
    shorten,
    web_address,
)
from pitches.decks.words import WORDS


def figure(value: Any, unit: str = "count", **more: Any) -> Any:
    return {"value": value, "unit": unit, "class": "measured", "evidence": "E1", "label": {"en": "x"}, **more}


@pytest.mark.parametrize(
    ("value", "unit", "english", "swedish"),
    [
        (1284, "count", "1,284", "1\xa0284"),
        (0, "count", "0", "0"),
        (0.047, "percent", "4.7%", "4,7\xa0%"),
        (0.225, "percent", "23%", "23\xa0%"),
        (0.0, "percent", "0%", "0\xa0%"),
        (2.45, "ratio", "2.5", "2,5"),
        (3.0, "ratio", "3", "3"),
        (25000, "money", "SEK\xa025,000", "25\xa0000\xa0SEK"),
        (99.5, "money", "SEK\xa099.50", "99,50\xa0SEK"),
        (0.5, "hours", "0.5", "0,5"),
        (12, "rank", "12", "12"),
    ],
)
def test_numbers_follow_the_language(value: float, unit: str, english: str, swedish: str) -> None:
    assert format_number(value, unit, "en", "SEK") == english
    assert format_number(value, unit, "sv", "SEK") == swedish


def test_unknown_is_a_word_and_never_zero() -> None:
    for unit in ("count", "percent", "money", "date", "days"):
        assert format_figure(figure(None, unit), "en") == "unknown"
        assert format_figure(figure(None, unit), "sv", with_unit=True) == "okänt"


def test_units_are_written_out_where_no_sentence_does() -> None:
    assert format_figure(figure(4, "hours"), "sv", with_unit=True) == "4\xa0timmar"
    assert format_figure(figure(4, "hours"), "sv") == "4"


def test_dates_and_times_are_shown_in_the_zone() -> None:
    assert format_moment("2026-12-31", "en", "UTC") == "31\xa0Dec\xa02026"
    assert format_moment("2026-12-31", "sv", "UTC") == "31\xa0dec\xa02026"
    assert (
        format_moment("2026-12-31T23:30:00+00:00", "en", "Europe/Stockholm")
        == "1\xa0Jan\xa02027\xa000:30\xa0CET"
    )


def test_a_template_becomes_runs_that_know_their_figure() -> None:
    runs = resolve(
        {"en": "{s1.stories} about {@brand} {{braces}}"},
        {"s1.stories": figure(212)},
        {"brand": "3M {x}"},
        "en",
    )
    assert runs[0] == Run("212", "s1.stories", "E1")
    assert plain(runs) == "212 about 3M {x} {braces}"
    assert [run.figure for run in runs[1:]] == [None] * (len(runs) - 1)


def test_a_missing_language_shows_what_there_is() -> None:
    assert plain(resolve({"en": "only English"}, {}, {}, "sv")) == "only English"


@pytest.mark.parametrize("template", ["{", "}", "{}", "{a b}", "{@}", "{a{b}}", "{s1.stories", "{user.x!r}"])
def test_a_broken_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        parse(template)


def test_places_are_found() -> None:
    assert parse("a{b.c}{@d}") == ["a", Place("figure", "b.c"), Place("name", "d")]


def test_a_place_without_figure_is_an_error() -> None:
    with pytest.raises(KeyError):
        resolve({"en": "{nothing}"}, {}, {}, "en")


@pytest.mark.parametrize(
    "character", "\x00\x08\x0b\x1f\x7f\x85\ud800\ufffe\uffff\ufdd0\u202e\u2066\u200f\ufeff\U0001fffe"
)
def test_what_xml_forbids_or_what_turns_text_is_dropped(character: str) -> None:
    assert clean(f"a{character}b") == "ab"


def test_letters_marks_and_joiners_stay() -> None:
    for kept in ("åäö ÅÄÖ", "é", "👨\u200d💻", "漢字", "\xa0", "ﬁ"):
        assert clean(kept) == kept


def test_names_stay_on_one_line_and_short() -> None:
    assert clean_line(" a\n\tb\u2028c ") == "a b c"
    assert shorten("x" * 100, 80) == "x" * 79 + "…"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/x",
        "http://",
        "https:///path",
        "http://[::1",
        "http://exa mple.org/ x\\y",
        "mailto:a@b.se",
        "",
        "https://" + "a" * 3000 + ".se",
    ],
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert web_address(address) is None


def test_web_addresses_are_written_so_that_every_program_reads_them() -> None:
    assert (
        web_address("https://example.org/a b?q=å|ä#[x]")
        == "https://example.org/a%20b?q=%C3%A5%7C%C3%A4#%5Bx%5D"
    )
    assert web_address("HTTP://Räksmörgås.se/") == "http://xn--rksmrgs-5wao1o.se/"
    assert web_address("https://user:secret@example.org:8443/x") == "https://example.org:8443/x"
    assert web_address("http://[2001:db8::1]/") == "http://[2001:db8::1]/"


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["sv"].keys()
