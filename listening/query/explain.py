"""Which clause of a search matched a document, with which words, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from listening.query.ast import Span
from listening.query.document import Document, Found
from listening.query.match import Asked, AskedLeaf, Every, Never, Some

MAX_FOUND = 100  # places told for each clause


@dataclass(frozen=True)
class Clause:
    """One clause as the search has it, and where it was found."""

    text: str
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Explanation:
    """The clauses by which a document matched; none if it does not match."""

    clauses: tuple[Clause, ...]

    def spans(self, where: str) -> tuple[Span, ...]:
        """Everything found in "title" or "text", in order, for ``highlight``."""
        found = {(one.start, one.end) for one in self._all() if one.where == where}
        return tuple(sorted(found))

    def words(self) -> tuple[str, ...]:
        """The words found, as written, each once."""
        return tuple(dict.fromkeys(found.words for found in self._all()))

    def _all(self) -> Iterator[Found]:
        return (found for clause in self.clauses for found in clause.found)


def explain(text: str, asked: Asked, document: Document) -> Explanation:
    """Why the document matches the search ``text``, which is ``asked``."""
    clauses: dict[str, Clause] = {}
    for leaf in _true_leaves(asked, document, wanted=True):
        written = text[slice(*leaf.span)]
        if written not in clauses:
            clauses[written] = Clause(written, tuple(islice(leaf.find(document), MAX_FOUND)))
    return Explanation(tuple(clauses.values()))


def _true_leaves(asked: Asked, document: Document, wanted: bool) -> Iterator[AskedLeaf]:
    """Wanted leaves that hold, in branches that do their part; what is unwanted is not there to be told."""
    if asked.holds(document) != wanted:
        return
    match asked:
        case Every() | Some():
            for part in asked.parts:
                yield from _true_leaves(part, document, wanted)
        case Never():
            yield from _true_leaves(asked.part, document, not wanted)
        case AskedLeaf() if wanted:
            yield asked


def highlight(text: str, spans: Iterable[Span]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it was found. Joined, the pieces are the text.

    Spans may be in any order, overlap, or reach beyond the text (which may have been shortened since).
    """
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start >= end:
            continue
        if start > done:
            pieces.append((text[done:start], False))
        if pieces and pieces[-1][1]:
            pieces[-1] = (pieces[-1][0] + text[start:end], True)
        else:
            pieces.append((text[start:end], True))
        done = end
    if done < len(text):
        pieces.append((text[done:], False))
    return pieces
