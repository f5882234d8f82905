"""The query language: ``acme "acme corp" AND (launch OR recall) NOT jobs``.

    query = parse('acme OR "acme corp" NOT jobs')     # QueryError says what is wrong, and where
    document = Document(title="Acme opens", text="…")
    query.matches(document)                           # the truth
    query.explain(document)                           # which clause, which words, where

Words are whole words, compared without regard to case; a space is AND; NOT binds before AND before OR.
``"a b"~5`` finds words near each other, ``launch*`` what begins so, and ``site: author: source: lang: title:
tag:`` look in one place. SQL (``prefilter``) and the search boxes of sources (``alternatives``) only ever
find more than the matcher, which checks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from listening.query import superset
from listening.query.ast import Node
from listening.query.document import Document, Found
from listening.query.explain import Clause, Explanation, explain, highlight
from listening.query.lexer import QueryError
from listening.query.match import Asked, ask
from listening.query.parser import parse_tree
from listening.query.superset import MAX_ALTERNATIVES, Alternatives, Prefilter
from listening.query.text import tokenise

__all__ = [
    "Clause",
    "Document",
    "Explanation",
    "Found",
    "Prefilter",
    "Query",
    "QueryError",
    "highlight",
    "parse",
    "tokenise",
]


@dataclass(frozen=True)
class Query:
    """A search that was understood. Made by ``parse``. ``fold``: accents make no difference."""

    text: str
    tree: Node
    fold: bool = False

    def matches(self, document: Document) -> bool:
        """Whether the document is what the search asks for."""
        return self._asked.holds(document)

    def explain(self, document: Document) -> Explanation:
        """Which clauses of the search are in the document, with which words, and where."""
        return explain(self.text, self._asked, document)

    def positive_terms(self) -> tuple[str, ...]:
        """Words and phrases that are wanted somewhere in the search, as plain text."""
        return superset.positive_terms(self.tree)

    def tags(self) -> tuple[str, ...]:
        """Tags that are wanted by ``tag:``, without "#"."""
        return superset.tags(self.tree)

    def alternatives(self, with_tags: bool = False, limit: int = MAX_ALTERNATIVES) -> Alternatives:
        """What to ask a source's search box: each set of words and phrases in turn, all of a set together.

        Every document that matches answers one of the sets. () when no such list of at most ``limit`` sets
        exists. ``with_tags`` lets tags stand among the words, as "#tag".
        """
        return superset.alternatives(self.tree, with_tags, limit)

    def prefilter(self) -> Prefilter | None:
        """The lexemes (of ``Document.lexemes``) without which nothing matches; None where it needs none."""
        return superset.prefilter(self.tree, self.fold)

    @cached_property
    def _asked(self) -> Asked:
        return ask(self.tree, self.fold)


def parse(text: str, fold: bool = False) -> Query:
    """The search that the text stands for. Raises QueryError with a message for people and a position."""
    return Query(text, parse_tree(text), fold)
