"""The matcher gives exactly the verdicts of the rule of whole words, for any characters."""

from __future__ import annotations

import importlib.util
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.query import Document
from listening.query.ast import Phrase, Prefix, Word
from listening.query.match import ask
from tests.conftest import shared
from tests.listening.query.rule import norm, occurs

# Characters that grow, shrink, join or split when text is normalised, and neighbours of words.
TRICKY = (
    "aAbB1_åÅäÖéßẞİıſΐΣςªŉﬁＡǅ가각アガ\u0301\u0308\u030a\u0327\u1161\u11a8\u0e48\u3099\u200d#@&+-'’.!*$🔋"
)
word = st.text(
    st.sampled_from(TRICKY) | st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=4
)
gap = st.sampled_from((" ", "\n", "-", ", ", "", "  ", "#", "_", "&"))
often = settings(max_examples=600, deadline=None, derandomize=True)


@st.composite
def words_and_text(draw: st.DrawFn) -> tuple[tuple[str, ...], str]:
    words = draw(st.lists(word, min_size=1, max_size=3))
    pieces = st.sampled_from([*words, *(one.swapcase() for one in words), "and"]) | word
    text = "".join(piece + draw(gap) for piece in draw(st.lists(pieces, max_size=8)))
    return tuple(words), text


@often
@given(words_and_text())
def test_phrases_follow_the_rule(case: tuple[tuple[str, ...], str]) -> None:
    words, text = case
    assert ask(Phrase(words)).holds(Document("", text)) == occurs(words, text)


@often
@given(words_and_text())
def test_words_follow_the_rule(case: tuple[tuple[str, ...], str]) -> None:
    words, text = case
    assert ask(Word(words[0])).holds(Document("", text)) == occurs(words[:1], text)


@often
@given(words_and_text(), st.integers(0, 30))
def test_a_title_is_text_before_a_line_break(case: tuple[tuple[str, ...], str], at: int) -> None:
    words, text = case
    title, body = text[:at], text[at:]
    assert ask(Phrase(words)).holds(Document(title, body)) == occurs(words, f"{title}\n{body}")


@often
@given(words_and_text())
def test_the_shared_rule_says_the_same(case: tuple[tuple[str, ...], str]) -> None:
    words, text = case
    theirs = _shared_matcher()([" ".join(words)], phrase=True)
    assert ask(Phrase(words)).holds(Document("", text)) == theirs(text)


@cache
def _shared_matcher():  # type: ignore[no-untyped-def]
    spec = importlib.util.spec_from_file_location("shared_match", shared("recorded_web/match.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.matcher


@often
@given(words_and_text())
def test_a_prefix_is_the_beginning_of_a_word(case: tuple[tuple[str, ...], str]) -> None:
    (beginning, *_), text = case
    normal, wanted = norm(text), norm(beginning)
    expected = any(
        normal.startswith(wanted, at) and not (at and (normal[at - 1].isalnum() or normal[at - 1] == "_"))
        for at in range(len(normal))
    )
    assert ask(Prefix(beginning)).holds(Document("", text)) == expected


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("united", "#united, @united and united's", True),
        ("united", "unitedairlines united_fail reunited", False),
        ("STRASSE", "an der Straße", True),
        ("us airways", "US-Airways", True),
        ("us airways", "us _ airways", False),
        ("C++", "I like C++.", True),
        ("C++", "C++x", False),
        ("ål", "al", False),
        ("ﬁn", "fin", True),
    ],
)
def test_examples(term: str, text: str, found: bool) -> None:
    assert ask(Phrase(tuple(term.split()))).holds(Document("", text)) is found
