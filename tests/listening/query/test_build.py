"""Searches that are written for people say what they should, and can be read."""

from __future__ import annotations

import random

import pytest

from listening.query import Document, build, parse
from listening.query.ast import Phrase, Word
from tests.listening.query.randomly import WORDS


@pytest.mark.parametrize(
    ("terms", "none", "about", "text"),
    [
        (["Fjällvik"], [], [], "Fjällvik"),
        (["Fjällvik", "Fjällvik Coffee", "@fjallvik", "fjallvik.example"], [], [],
         'Fjällvik OR "Fjällvik Coffee" OR fjallvik OR fjallvik.example'),
        (["Fjällvik", " fjällvik ", "#Fjällvik", ""], [], [], "Fjällvik"),
        (["Crow", "Kettle & Crow"], ["bird"], ["coffee", "cold brew"],
         '(Crow OR "Kettle & Crow") (coffee OR "cold brew") NOT bird'),
        (["Crow"], ["bird", "scare crow"], [], 'Crow NOT bird NOT "scare crow"'),
        (["OR"], [], [], '"OR"'),
        (["re:Invent", "(RED)", "-5°", "E*TRADE", "AT&T", "Yum*"], [], [],
         '"re:Invent" OR RED OR "-5°" OR E*TRADE OR AT&T OR "Yum"'),
        (['The "Daily" Roast'], [], [], '"The Daily Roast"'),
        ([], ["bird"], [], ""),
        (['"'], [], [], ""),
    ],
)  # fmt: skip
def test_any_of(terms: list[str], none: list[str], about: list[str], text: str) -> None:
    assert build.any_of(terms, none, about) == text
    if text:
        parse(text)


def test_any_names_make_a_search_that_finds_each_of_them() -> None:
    chance = random.Random(3)
    parts = (*(word for word in WORDS if len(word) < 99), '"', "“", "(", ")", "AND", "*", "-", "site:x", "~3")
    for _ in range(2_000):
        terms = [" ".join(chance.choices(parts, k=chance.randint(1, 3))) for _ in range(chance.randint(1, 3))]
        text = build.any_of(terms)
        if not text or len(text) > 4_000:
            continue
        query = parse(text)
        assert all(isinstance(node, Word | Phrase) for node in getattr(query.tree, "children", (query.tree,)))
        for term in terms:
            if not set('"“*').intersection(term):
                assert query.matches(Document("", f"about {term}, again")), (term, text)


def test_tags() -> None:
    assert build.tags(["#Fika", "fika", "fair trade", ""]) == 'tag:Fika OR tag:"fair trade"'
    assert parse(build.tags(["c++", "fair trade"])).tags() == ("c++", "fair trade")
    assert build.tags([]) == ""
