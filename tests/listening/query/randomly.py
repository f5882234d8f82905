"""Seeded random searches and documents, made of words that are hard to compare, quote and cut."""

from __future__ import annotations

import random

from listening.query import Document
from listening.query.ast import And, Field, Near, Node, Not, Or, Phrase, Prefix, Word

LONG = "fjällvik" * 300  # longer than PostgreSQL lets a lexeme be
WORDS = (
    "fjällvik", "Fjällvik", "FJA\u0308LLVIK", "fjallvik", "coffee", "Coffee", "roast", "roastery", "strasse",
    "Straße", "c++", "at&t", "o'hara", "O’Hara", "back\\slash", "x'y", "''", "\\", "_under", "2026", "🔋",
    "$fjällvik", "ข่าว", "アクメ", "İstanbul", "istanbul", "Ωmega", "smørrebrød", "fjallvik.example", "a", "b",
    "fair-trade", "&", "ΐ", "x\u030cy", "x", "not", LONG, LONG + "x",
)  # fmt: skip
GAPS = (" ", " ", " ", "\n", ", ", "-", " #", " @", "’", "/", "\u00a0", "\u200b", "")
TAGS = ("coffee", "Fika", "fair trade", "fjällvik", "c++", "smørrebrød")
SITES = ("fjallvik.example", "news.fjallvik.example", "www.other.example", "")
AUTHORS = ("@anna@fjallvik.example", "Anna Öberg", "bo", "")
SOURCES = ("hackernews", "feeds", "")
LANGUAGES = ("sv", "sv-SE", "en", "")


def document(chance: random.Random) -> Document:
    """A document of up to thirty words."""
    return Document(
        title=_text(chance, 5),
        text=_text(chance, 25),
        site=chance.choice(SITES),
        author=chance.choice(AUTHORS),
        source=chance.choice(SOURCES),
        language=chance.choice(LANGUAGES),
        tags=tuple(chance.sample(TAGS, chance.randrange(3))),
    )


def _text(chance: random.Random, most: int) -> str:
    words = chance.choices(WORDS, k=chance.randrange(most + 1))
    return "".join(word + chance.choice(GAPS) for word in words)


def tree(chance: random.Random, depth: int = 3) -> Node:
    """A tree as the parser makes them: flat, and no Not within a Not."""
    kind = chance.choice(("leaf", "and", "or", "not")) if depth else "leaf"
    if kind == "leaf":
        return leaf(chance)
    if kind == "not":
        child = tree(chance, depth - 1)
        return child.child if isinstance(child, Not) else Not(child)
    node = And if kind == "and" else Or
    children: list[Node] = []
    for _ in range(chance.randint(2, 3)):
        child = tree(chance, depth - 1)
        children += child.children if isinstance(child, node) else [child]
    return node(tuple(children))


def leaf(chance: random.Random) -> Node:
    """A word, phrase, prefix, near or field."""
    match chance.choice(("word", "word", "phrase", "near", "prefix", "field")):
        case "near":
            words = chance.choices([word for word in WORDS if word.strip("\\&'🔋")], k=chance.randint(2, 3))
            return Near(tuple(words), chance.randrange(6))
        case "field":
            return _field(chance)
        case kind:
            return _simple(chance, kind, WORDS)


def _simple(chance: random.Random, kind: str, words: tuple[str, ...]) -> Word | Phrase | Prefix:
    word = chance.choice(words)
    if kind == "prefix" and word.isalpha() and len(word) > 2:
        return Prefix(word[: chance.randint(2, len(word))])
    if kind == "phrase" or " " in word:
        more = chance.choices(words, k=chance.randrange(2)) if words is WORDS else []
        return Phrase((*word.split(), *more))
    return Word(word)


def _field(chance: random.Random) -> Field:
    name, values = chance.choice(
        (
            ("title", WORDS),
            ("tag", TAGS),
            ("site", ("fjallvik.example", "example", "news.fjallvik.example", "other.example", "fjall")),
            ("author", ("anna", "Anna", "öberg", "bo", "anna@fjallvik.example", "anna öberg")),
            ("source", ("hackernews", "feeds")),
            ("lang", ("sv", "sv-se", "EN")),
        )
    )
    return Field(name, _simple(chance, chance.choice(("word", "prefix", "phrase")), values))
