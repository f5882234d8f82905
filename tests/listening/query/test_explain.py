"""Every match tells which clause found which words, and where; it never points at what is not there."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from listening.query import Clause, Document, Found, highlight, parse
from listening.query.ast import Field, Leaf, Near, leaves
from listening.query.text import WORD, normalise, pieces
from tests.listening.query.test_supersets import documents, searches, truth

MARKED = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def test_clauses_words_and_places() -> None:
    document = Document("Fjällvik opens", "US-Airways flies FJÄLLVIK. Launched!", tags=("Fika",))
    told = parse('fjällvik "us airways" launch* tag:fika (tea OR opens) NOT milk').explain(document)
    assert told.clauses == (
        Clause("fjällvik", (Found("title", "Fjällvik", 0, 8), Found("text", "FJÄLLVIK", 17, 25))),
        Clause('"us airways"', (Found("text", "US-Airways", 0, 10),)),
        Clause("launch*", (Found("text", "Launched", 27, 35),)),
        Clause("tag:fika", (Found("tag", "Fika", 0, 4),)),
        Clause("opens", (Found("title", "opens", 9, 14),)),
    )
    assert told.spans("text") == ((0, 10), (17, 25), (27, 35))
    assert told.words() == ("Fjällvik", "FJÄLLVIK", "US-Airways", "Launched", "Fika", "opens")


def test_places_are_those_of_the_text_as_written() -> None:
    document = Document("", "Straße e\u0301clair ﬁn \u1112\u1161\u11ab İ ÉCLAIR!")
    (clause,) = parse("éclair").explain(document).clauses
    assert [found.words for found in clause.found] == ["e\u0301clair", "ÉCLAIR"]
    assert parse("한").explain(document).words() == ("\u1112\u1161\u11ab",)
    assert parse("stras*").explain(document).words() == ("Straße",)
    assert parse("eclair", fold=True).explain(document).words() == ("e\u0301clair", "ÉCLAIR")


def test_a_phrase_across_title_and_text_is_told_in_both() -> None:
    (clause,) = parse('"coffee opens"').explain(Document("Fjällvik Coffee", "opens today")).clauses
    assert clause.found == (Found("title", "Coffee", 9, 15), Found("text", "opens", 0, 5))


def test_words_near_each_other_are_told_one_by_one() -> None:
    told = parse('"price war"~2').explain(Document("", "war on the price; no war here or there, but price"))
    assert told.spans("text") == ((0, 3), (11, 16), (21, 24))


def test_what_does_not_match_or_must_not_be_there_is_not_told() -> None:
    document = Document("", "coffee and tea")
    assert parse("coffee NOT tea").explain(document).clauses == ()
    told = parse("coffee NOT milk (milk tea OR coffee)").explain(document)
    assert [clause.text for clause in told.clauses] == ["coffee"]
    told = parse("tea OR NOT (milk OR NOT coffee)").explain(document)
    assert [clause.text for clause in told.clauses] == ["tea", "coffee"]


def test_random_explanations_point_at_words_that_are_there() -> None:
    told = 0
    for query, matching in list(zip(searches(), truth(), strict=True))[::5]:
        wanted = {query.text[slice(*leaf.span)]: leaf for leaf, yes in leaves(query.tree) if yes}
        for at, document in enumerate(documents()[:12]):
            clauses = query.explain(document).clauses
            assert bool(clauses) == (at in matching), query.text
            for clause in clauses:
                assert clause.found
                for found in clause.found:
                    told += 1
                    _check(wanted[clause.text], clause, found, document, query.fold)
    assert told > 5_000


def _check(leaf: Leaf, clause: Clause, found: Found, document: Document, fold: bool) -> None:
    if found.where == "tag":
        written = next(tag for tag in document.tags if tag == found.words)
    else:
        written = getattr(document, "language" if found.where == "lang" else found.where)
    assert found.words and written[found.start : found.end] == found.words
    if isinstance(leaf, Near):
        assert set(WORD.findall(normalise(found.words, fold))) & {
            run for word in leaf.words for run in WORD.findall(normalise(word, fold))
        }
    elif len(clause.found) == 1 and found.where == "text" and not isinstance(leaf, Field):
        assert parse(clause.text, fold).matches(Document("", found.words))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(MARKED, st.booleans())
def test_pieces_normalise_one_by_one(text: str, fold: bool) -> None:
    assert "".join(normalise(text[start:end], fold) for start, end in pieces(text)) == normalise(text, fold)


def test_what_unicode_takes_apart_and_joins_again_is_one_piece() -> None:
    composed = [chr(code) for code in range(0x110000) if " " in unicodedata.decomposition(chr(code))]
    composed += [chr(code) for code in range(0xAC00, 0xD7A4)]  # Hangul is composed by rule
    for character in composed:
        apart = unicodedata.normalize("NFD", character)
        if unicodedata.normalize("NFC", apart) == character:
            assert pieces(apart) == [(0, len(apart))], hex(ord(character))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(MARKED, st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 30)), max_size=6))
def test_highlighted_pieces_make_up_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    marked = highlight(text, spans)
    assert "".join(piece for piece, _ in marked) == text
    assert all(piece for piece, _ in marked)
    hit = [yes for piece, yes in marked for _ in piece]
    assert hit == [any(start <= at < end for start, end in spans) for at in range(len(text))]


def test_highlight() -> None:
    assert highlight("fika and tea", [(9, 12), (0, 4)]) == [("fika", True), (" and ", False), ("tea", True)]
    assert highlight("", [(0, 3)]) == []


def test_there_is_an_end_to_what_is_told() -> None:
    assert len(parse("a").explain(Document("", "a " * 5_000)).clauses[0].found) == 100


def test_the_deepest_search_can_be_asked_and_explained() -> None:
    query = parse("(a OR (b " * 25 + "a" + "))" * 25)
    assert query.matches(Document("", "a")) and query.explain(Document("", "a")).words() == ("a",)


def test_places_that_overlap_are_told_once() -> None:
    assert parse("a-a").explain(Document("", "a-a-a, a-a")).spans("text") == ((0, 3), (7, 10))
