"""What SQL and search boxes are asked for never loses what the matcher finds. 10,000 random searches."""

from __future__ import annotations

import os
import random
from functools import cache

import psycopg
import pytest

from listening.query import Document, Query, QueryError, parse
from listening.query.ast import unparse
from listening.query.sql import to_tsquery, to_tsvector_literal
from listening.query.superset import anchored
from listening.query.text import tokenise
from tests.listening.query import randomly
from tests.listening.query.rule import occurs

SEARCHES = 10_000


@cache
def searches() -> list[Query]:
    """Searches read from what random trees are written as; every second one folds accents."""
    chance = random.Random(2026)
    found = []
    while len(found) < SEARCHES:
        tree = randomly.tree(chance)
        text = unparse(tree)
        if not anchored(tree):
            with pytest.raises(QueryError):
                parse(text)
            continue
        if len(text) <= 4_000:
            found.append(parse(text, fold=len(found) % 2 == 1))
            assert found[-1].tree == tree, text
    return found


@cache
def documents() -> list[Document]:
    chance = random.Random(7)
    return [randomly.document(chance) for _ in range(40)]


@cache
def truth() -> list[set[int]]:
    """For each search the documents that match."""
    return [{at for at, one in enumerate(documents()) if query.matches(one)} for query in searches()]


def test_a_tree_written_and_read_is_the_same() -> None:
    for query in searches():
        assert parse(unparse(query.tree)).tree == query.tree


def test_the_random_searches_find_enough_to_tell() -> None:
    found = [len(matching) for matching in truth()]
    assert sum(0 < number < len(documents()) for number in found) > SEARCHES // 3


def test_the_prefilter_never_loses_a_match() -> None:
    held = [frozenset(one.lexemes()) for one in documents()]
    narrowed = 0
    for query, matching in zip(searches(), truth(), strict=True):
        wanted = query.prefilter()
        if wanted is None:
            continue
        passing = {at for at, lexemes in enumerate(held) if wanted.accepts(lexemes)}
        assert matching <= passing, query.text
        narrowed += len(passing) < len(held)
    assert narrowed > SEARCHES * 0.8


def test_the_alternatives_never_lose_a_match() -> None:
    listed = 0
    for query, matching in zip(searches(), truth(), strict=True):
        sets = query.alternatives()
        listed += bool(sets)
        assert len(sets) <= 32 and all(sets)
        if not sets or query.fold:  # a search box knows nothing of our folding; the rule below neither
            continue
        for at in matching:
            text = f"{documents()[at].title}\n{documents()[at].text}"
            assert any(all(_occurs(term, text) for term in terms) for terms in sets), query.text
    assert listed > SEARCHES // 3


@cache
def _occurs(term: str, text: str) -> bool:
    return occurs(term.split(), text)


def test_postgresql_finds_exactly_what_the_prefilter_says() -> None:
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL: run the suite under `manage.py services run`")
    held = [frozenset(one.lexemes()) for one in documents()]
    wanted = {at: query.prefilter() for at, query in enumerate(searches())}
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TEMPORARY TABLE held (id int, words tsvector) ON COMMIT DROP")
        connection.execute("CREATE TEMPORARY TABLE asked (id int, query tsquery) ON COMMIT DROP")
        with connection.cursor() as cursor:
            rows = [(at, to_tsvector_literal(one.lexemes())) for at, one in enumerate(documents())]
            cursor.executemany("INSERT INTO held VALUES (%s, %s::tsvector)", rows)
            queries = [(at, to_tsquery(one)) for at, one in wanted.items() if one is not None]
            cursor.executemany("INSERT INTO asked VALUES (%s, %s::tsquery)", queries)
        pairs = connection.execute(
            "SELECT asked.id, held.id FROM asked JOIN held ON words @@ query"
        ).fetchall()
        connection.rollback()
    found: dict[int, set[int]] = {}
    for query, document in pairs:
        found.setdefault(query, set()).add(document)
    for at, one in wanted.items():
        if one is not None:
            assert found.get(at, set()) == {
                place for place, lexemes in enumerate(held) if one.accepts(lexemes)
            }
            assert truth()[at] <= found.get(at, set()), searches()[at].text


def test_the_prefilter_reads_as_it_should() -> None:
    def tsquery(text: str, fold: bool = False) -> str:
        prefilter = parse(text, fold).prefilter()
        assert prefilter is not None
        return to_tsquery(prefilter)

    assert tsquery("Fjällvik") == "'fjällvik'"
    assert tsquery("Fjällvik", fold=True) == "'fjallvik'"
    assert tsquery('"flat white" -tea roast*') == "(('flat' & 'white') & 'roast':*)"
    assert tsquery("at&t* OR o'hara") == "(('at' & 't':*) | ('o' & 'hara'))"
    assert tsquery("tag:o'hara site:News.example") == "('tag:o''hara' & 'site:news.example')"
    assert tsquery("tea NOT (milk OR NOT coffee)") == "('tea' & 'coffee')"
    assert parse("🔋").prefilter() is None
    assert parse("🔋 OR tea").prefilter() is None


def test_tokens_are_cut_where_postgresql_would_refuse_them() -> None:
    (token,) = tokenise("å" * 3_000)
    assert token == "å" * 1_023
    assert tokenise("Ål & öl, ÅL") == ["ål", "öl", "ål"]
    assert to_tsvector_literal(["b'c", "a\\", "b'c"]) == "'b''c' 'a\\\\'"


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("coffee", (("coffee",),)),
        ('#coffee "flat  white" NOT tea', (("coffee", "flat white"),)),
        ("coffee OR tea", (("coffee",), ("tea",))),
        ("coffee OR (coffee tea) OR tea", (("coffee",), ("tea",))),
        ("(a OR b) (c OR d)", (("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"))),
        ("coffee site:example", (("coffee",),)),
        ("coffee OR site:example", ()),
        ("coff*", ()),
        ("coffee roast*", (("coffee",),)),
        ('"at&t coffee"~3', (("at", "t", "coffee"),)),
        ("title:coffee", (("coffee",),)),
        ("tag:coffee", ()),
        (" OR ".join(f"a{number}" for number in range(33)), ()),
        ("coffee (" + " OR ".join(f"a{number}" for number in range(33)) + ")", (("coffee",),)),
        (" ".join(f"(a{number} OR b{number})" for number in range(2)) + " NOT (c OR NOT d)",
         (("a0", "a1", "d"), ("a0", "b1", "d"), ("b0", "a1", "d"), ("b0", "b1", "d"))),
    ],
)  # fmt: skip
def test_alternatives(text: str, sets: tuple[tuple[str, ...], ...]) -> None:
    assert parse(text).alternatives() == sets


def test_six_pairs_are_bounded_and_still_name_a_pair_each() -> None:
    sets = parse(" ".join(f"(a{number} OR b{number})" for number in range(6))).alternatives()
    assert len(sets) == 32 and len({terms for terms in sets}) == 32


def test_tags_and_terms() -> None:
    query = parse(
        'coffee OR tag:#Fika OR "flat white" tag:"fair trade" tag:tea* NOT (milk OR NOT title:oats) -tag:x'
    )
    assert query.tags() == ("Fika", "fair trade")
    assert query.positive_terms() == ("coffee", "flat white", "oats")
    assert parse("coffee OR tag:Fika").alternatives(with_tags=True) == (("coffee",), ("#Fika",))
