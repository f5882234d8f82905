"""Writes searches, so that nobody has to learn the language to begin."""

from __future__ import annotations

from collections.abc import Iterable

from listening.query.ast import QUOTES, Node, Phrase, Word, unparse
from listening.query.lexer import QueryError
from listening.query.parser import parse_tree
from listening.query.text import normalise

_MARKS = str.maketrans(dict.fromkeys("".join(QUOTES), " "))


def any_of(terms: Iterable[str], none: Iterable[str] = (), context: Iterable[str] = ()) -> str:
    """A search for any of the terms, with any of the context, and with none of ``none``; "" without terms.

    Terms are names, aliases, handles and domains as people write them; several words become a phrase. Terms
    that say the same are written once; a term without any word, or too long for a search, is left out. Far
    too many terms make a search that ``parse`` refuses.
    """
    wanted = [group for group in (_terms(terms), _terms(context)) if group]
    unwanted = _terms(none)
    if not wanted:
        return ""
    if len(wanted) == 1 and not unwanted:
        return " OR ".join(wanted[0])
    parts = [group[0] if len(group) == 1 else f"({' OR '.join(group)})" for group in wanted]
    return " ".join(parts + [f"NOT {term}" for term in unwanted])


def tags(names: Iterable[str]) -> str:
    """A search for any of the tags, given with or without "#": ``tag:coffee OR tag:"fair trade"``."""
    return " OR ".join(f"tag:{term}" for term in _terms(names))


def _terms(terms: Iterable[str]) -> list[str]:
    """The terms in the language, without those that say the same as one before."""
    written: dict[str, str] = {}
    for term in terms:
        node = _term(term)
        if node is not None:
            written.setdefault(normalise(unparse(node)), unparse(node))
    return list(written.values())


def _term(term: str) -> Word | Phrase | None:
    """The term as a word if the language reads it so, else in quotes; None if nothing is left of it."""
    node = _read(term.strip())
    if isinstance(node, Word):
        return node
    words = (word if set(word) <= {"*"} else word.rstrip("*") for word in term.translate(_MARKS).split())
    node = _read(f'"{" ".join(words)}"')
    return node if isinstance(node, Phrase) else None


def _read(text: str) -> Node | None:
    try:
        return parse_tree(text)
    except QueryError:
        return None
