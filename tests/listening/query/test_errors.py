"""A search that cannot be read says what is wrong, and where."""

from __future__ import annotations

import random

import pytest

from listening.query import QueryError, parse

CASES = [
    ("", 0, "empty"),
    (" \u200b ", 0, "empty"),
    ("()", 0, "no word between these parentheses"),
    ("coffee ( ) tea", 7, "no word between these parentheses"),
    ('coffee ""', 7, "no word between these quotation marks"),
    ('coffee "flat white', 7, "quotation mark is never closed"),
    ("coffee “flat white", 7, "quotation mark is never closed"),
    ("coffee (tea OR milk", 7, "parenthesis is never closed"),
    ("coffee (", 7, "parenthesis is never closed"),
    ("((coffee)", 0, "parenthesis is never closed"),
    ("coffee) tea", 6, "no opening one"),
    (") coffee (", 0, "no opening one"),
    ("coffee AND", 7, "After AND"),
    ("coffee AND NOT", 11, "After NOT"),
    ("coffee OR AND tea", 7, "After OR"),
    ("(coffee OR) tea", 8, "After OR"),
    ("AND coffee", 0, "Before AND"),
    ("coffee (OR tea)", 8, "Before OR"),
    ("NOT", 0, "After NOT"),
    ("NOT coffee", 0, "only says what must not be there"),
    ("-coffee -tea", 0, "only says what must not be there"),
    ("NOT (coffee tea)", 0, "only says what must not be there"),
    ("tea OR NOT coffee", 7, "This side of OR"),
    ("coffee - tea", 7, "minus sign"),
    ("coffee -", 7, "minus sign"),
    ("coffee pasword:x", 7, "no field “pasword:”"),
    ("re:invent", 0, "no field “re:”"),
    ("site:", 0, "“site:” needs a value"),
    ("title: coffee", 0, "“title:” needs a value"),
    ("coffee tag:#", 7, "“tag:” needs a value"),
    ("title:(coffee OR tea)", 6, "title:one OR title:other"),
    ('title:"a b"~3', 6, "not ~"),
    ("c*", 0, "at least 2 letters"),
    ("coffee *", 7, "at least 2 letters"),
    ("*coffee", 0, "end of a word"),
    ('"coffee roast*"', 13, "does not work in quotes"),
    ('"coffee"*', 8, "does not work in quotes"),
    ('"coffee roast"~', 14, "0 to 100"),
    ('"coffee roast"~101', 14, "0 to 100"),
    ('"coffee roast"~99999999999999999999', 14, "0 to 100"),
    ('"coffee"~3', 8, "at least two words"),
    ("coffee NEAR/5 tea", 7, '"price war"~5'),
    ("a" * 4_001, 4_000, "4001 characters"),
    ("a " * 201, 400, "At most 200"),
    ('"' + "a " * 201 + '"', 0, "At most 200"),
    ("(" * 51 + "a" + ")" * 51, 50, "At most 50 levels"),
    ("NOT " * 51 + "a", 200, "At most 50 levels"),
]


@pytest.mark.parametrize(("text", "position", "part"), CASES)
def test_it_says_what_and_where(text: str, position: int, part: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert part in str(caught.value)
    assert caught.value.position == position


def test_an_unknown_field_lists_the_known() -> None:
    with pytest.raises(QueryError, match="site:, author:, source:, lang:, title:, tag:"):
        parse("url:x")


@pytest.mark.parametrize("text", ["a " * 200, "(" * 50 + "a" + ")" * 50, "NOT " * 50 + "a", "a" * 4_000])
def test_the_limits_themselves_are_allowed(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("text", ["https://a.example", '"re:invent"', "10:30", "NEAR", "E*TRADE", "a~2"])
def test_what_looks_like_syntax_and_is_none(text: str) -> None:
    parse(text)


def test_any_rubbish_is_read_or_refused_with_a_position_inside_it() -> None:
    chance = random.Random(6)
    pieces = [*"\"()-*~:# “«\0a'🔋–\\\u202a\ud800", "~3", "site:", "tag:", "AND", "OR", "NOT", "bc", "%s"]
    refused = 0
    for _ in range(5_000):
        text = "".join(chance.choices(pieces, k=chance.randrange(12)))
        try:
            parse(text)
        except QueryError as error:
            refused += 1
            assert str(error) and "%(" not in str(error)
            assert 0 <= error.position <= len(text)
    assert 1_000 < refused < 4_900
