"""Foreign text at the door, and the keys by which posts are told to be the same."""

from __future__ import annotations

import unicodedata
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.text import canonical_url, clean_line, clean_text, is_question, text_key, url_key


@given(st.text())
def test_cleaned_text_holds_nothing_that_breaks_a_page_a_row_or_a_deck(raw: str) -> None:
    cleaned = clean_text(raw)
    assert clean_text(cleaned) == cleaned
    for character in cleaned:
        assert unicodedata.category(character) not in ("Cs", "Cc") or character in "\n\t "
        assert character not in "\u202a\u202e\u2066\u2069\ufeff\ufffe\uffff\x00"
    cleaned.encode("utf-8")


@given(st.text())
def test_a_line_is_one_line(raw: str) -> None:
    assert "\n" not in clean_line(raw)


def test_text_is_cut_not_refused() -> None:
    assert len(clean_text("å" * 50_000)) == 20_000


def test_a_letter_with_thousands_of_marks_takes_no_time_and_keeps_some() -> None:
    began = monotonic()
    cleaned = clean_text("a" + "\u0301\u0323" * 40_000 + "b")
    assert monotonic() - began < 2
    assert cleaned[:1] == "\u1ea1" and len(cleaned) == 30
    assert clean_text("e\u0301") == "\u00e9"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://Blog.Example/Post", "https://blog.example/Post"),
        ("https://blog.example:443/post#comments", "https://blog.example/post"),
        ("http://blog.example:8080/post", "http://blog.example:8080/post"),
        ("https://blog.example/p?utm_source=x&id=7&fbclid=abc", "https://blog.example/p?id=7"),
        ("https://blog.example/p?b=2&a=1", "https://blog.example/p?b=2&a=1"),
        ("https://blog.example", "https://blog.example/"),
        ("https://blog.example/a%20b?q=%C3%A5", "https://blog.example/a%20b?q=%C3%A5"),
    ],
)
def test_an_address_has_one_form(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical
    assert canonical_url(canonical) == canonical


@given(st.text(max_size=200))
def test_no_address_breaks_the_canonical_form(written: str) -> None:
    once = canonical_url("https://blog.example/" + written)
    assert canonical_url(once) == once


def test_https_and_www_make_no_other_page() -> None:
    assert url_key("http://www.blog.example/post?utm_medium=mail") == url_key("https://blog.example/post")
    assert url_key("https://blog.example/post?id=1") != url_key("https://blog.example/post?id=2")


def test_the_same_words_make_the_same_text_whatever_surrounds_them() -> None:
    one = text_key("", "Fjällvik opens a new roastery in Umeå this coming autumn! https://t.example/a")
    two = text_key("", "FJÄLLVIK opens a new roastery in Umeå — this coming autumn https://t.example/b")
    assert one == two != ""


def test_short_texts_are_alike_by_chance_and_get_no_key() -> None:
    assert text_key("", "Thanks a lot!") == ""


def test_a_question_mark_inside_an_address_asks_nothing() -> None:
    assert is_question("", "Does anybody know a good roast?")
    assert not is_question("", "Read https://blog.example/?id=7 today")
