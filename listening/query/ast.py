"""The tree a search is read into. Frozen, comparable, and writable as text again.

Two nodes are equal when they ask the same; where they stood in the text (``span``) does not count.
And and Or are flat: no And holds an And, no Or an Or, and no Not holds a Not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# Each class of marks opens and closes a phrase; inside one, the other classes are ordinary characters.
QUOTES = ('"\uff02', "“”„‟", "«»")
Span = tuple[int, int]  # first character, one past the last


def _span() -> Span:
    nowhere: Span = field(default=(0, 0), compare=False, repr=False)
    return nowhere


@dataclass(frozen=True)
class Word:
    """A whole word as typed, without a leading # or @: ``acme``, ``AT&T``, ``acme.com``."""

    text: str
    span: Span = _span()


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other, with anything but letters, digits and underscores between them."""

    words: tuple[str, ...]
    span: Span = _span()


@dataclass(frozen=True)
class Near:
    """All the words in any order, with at most ``distance`` other words among them.

    Only bare words (runs of letters, digits and underscores) are looked at: "AT&T" counts as two. With k
    bare words asked for, some stretch of at most k + ``distance`` bare words must hold them all, a word
    asked for twice occurring twice. For two words: at most ``distance`` words stand between them.
    """

    words: tuple[str, ...]
    distance: int
    span: Span = _span()


@dataclass(frozen=True)
class Prefix:
    """Any word that begins so: ``launch*``. ``text`` is without the star."""

    text: str
    span: Span = _span()


@dataclass(frozen=True)
class Field:
    """A value looked for in one place only: ``site:example.com``, ``title:"price war"``."""

    name: str  # one of FIELDS
    value: Word | Phrase | Prefix
    span: Span = _span()


@dataclass(frozen=True)
class And:
    """All of at least two."""

    children: tuple[Node, ...]
    span: Span = _span()


@dataclass(frozen=True)
class Or:
    """Any of at least two."""

    children: tuple[Node, ...]
    span: Span = _span()


@dataclass(frozen=True)
class Not:
    """What must not be there."""

    child: Node
    span: Span = _span()


Leaf = Word | Phrase | Near | Prefix | Field
Node = Leaf | And | Or | Not
FIELDS = ("site", "author", "source", "lang", "title", "tag")


def leaves(node: Node, wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Every leaf with whether it is wanted; under a Not the wanted become the unwanted and back."""
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child, wanted)
        case Not(child):
            yield from leaves(child, not wanted)
        case _:
            yield node, wanted


def unparse(node: Node) -> str:
    """The tree as query text; reading that text gives an equal tree."""
    match node:
        case Word(text):
            return text
        case Prefix(text):
            return text + "*"
        case Phrase(words):
            return _quoted(words)
        case Near(words, distance):
            return f"{_quoted(words)}~{distance}"
        case Field(name, value):
            return f"{name}:{unparse(value)}"
        case And(children):
            return " ".join(
                f"({unparse(child)})" if isinstance(child, Or) else unparse(child) for child in children
            )
        case Or(children):
            return " OR ".join(unparse(child) for child in children)
        case Not(child):
            return f"NOT ({unparse(child)})" if isinstance(child, And | Or) else f"NOT {unparse(child)}"


def _quoted(words: tuple[str, ...]) -> str:
    inside = " ".join(words)
    marks = next(marks for marks in QUOTES if not any(mark in inside for mark in marks))
    return f"{marks[0]}{inside}{marks[0]}"
