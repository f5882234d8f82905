"""Literals for PostgreSQL's tsvector and tsquery, to be passed as parameters: ``%s::tsquery``.

The text search configurations (stemming, stop words, PostgreSQL's own tokeniser) are not involved, so the
database's idea of a word is ours. Format: https://www.postgresql.org/docs/15/datatype-textsearch.html
"""

from __future__ import annotations

from collections.abc import Iterable

from listening.query.superset import AllOf, AnyOf, Lexeme, Prefilter


def to_tsvector_literal(lexemes: Iterable[str]) -> str:
    """The literal of a tsvector that holds the lexemes, for ``%s::tsvector``.

    Without positions: PostgreSQL keeps only 256 for each lexeme and none beyond 16383, so a search by
    positions would lose what the matcher finds.
    """
    return " ".join(_quote(lexeme) for lexeme in dict.fromkeys(lexemes))


def to_tsquery(prefilter: Prefilter) -> str:
    """The literal of the tsquery that finds at least what the search matches, for ``%s::tsquery``."""
    match prefilter:
        case Lexeme(text, prefix):
            return _quote(text) + (":*" if prefix else "")
        case AllOf(parts):
            return "(" + " & ".join(to_tsquery(part) for part in parts) + ")"
        case AnyOf(parts):
            return "(" + " | ".join(to_tsquery(part) for part in parts) + ")"


def _quote(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
