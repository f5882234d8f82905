"""What surely holds wherever a search matches: for SQL, and for the search boxes of sources.

Everything here may find too much and never too little; the matcher decides. Negations are left out, for
leaving out a condition only widens the answer. None means "no condition": anything could match.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from listening.query.ast import And, Field, Leaf, Near, Node, Not, Or, Phrase, Prefix, Word, leaves
from listening.query.document import field_lexeme, field_value
from listening.query.text import WORD, cut, normalise

MAX_ALTERNATIVES = 32


@dataclass(frozen=True)
class Lexeme:
    """A lexeme of the text, or with ``prefix`` any that begins so."""

    text: str
    prefix: bool = False

    def accepts(self, lexemes: Collection[str]) -> bool:
        """Whether the lexemes of a document (Document.lexemes) hold this one."""
        if not self.prefix:
            return self.text in lexemes
        return any(lexeme.startswith(self.text) for lexeme in lexemes)


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Prefilter, ...]

    def accepts(self, lexemes: Collection[str]) -> bool:
        """Whether the lexemes satisfy every part."""
        return all(part.accepts(lexemes) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Prefilter, ...]

    def accepts(self, lexemes: Collection[str]) -> bool:
        """Whether the lexemes satisfy one part."""
        return any(part.accepts(lexemes) for part in self.parts)


Prefilter = Lexeme | AllOf | AnyOf


def anchored(node: Node, wanted: bool = True) -> bool:
    """Whether something must be there for the search to match. If not, it matches nearly everything."""
    match node:
        case Not(child):
            return anchored(child, not wanted)
        case And(children) | Or(children):
            # Not (a and b) is (not a) or (not b), and the other way round.
            needs_one = isinstance(node, And) == wanted
            return (any if needs_one else all)(anchored(child, wanted) for child in children)
        case _:
            return wanted


def prefilter(node: Node, fold: bool = False, wanted: bool = True) -> Prefilter | None:
    """The lexemes without which the search cannot match; None where it needs none."""
    match node:
        case Not(child):
            return prefilter(child, fold, not wanted)
        case And(children) | Or(children):
            parts = [prefilter(child, fold, wanted) for child in children]
            known = [part for part in parts if part is not None]
            if isinstance(node, And) == wanted:
                return _all_of(known)
            return AnyOf(tuple(dict.fromkeys(known))) if len(known) == len(parts) else None
        case _:
            return _all_of(_lexemes(node, fold)) if wanted else None


def _all_of(parts: Collection[Prefilter]) -> Prefilter | None:
    if len(parts) < 2:
        return next(iter(parts), None)
    return AllOf(tuple(dict.fromkeys(parts)))


def _lexemes(leaf: Leaf, fold: bool) -> list[Prefilter]:
    match leaf:
        case Field("title", value):
            return _lexemes(value, fold)
        case Field(name, value):
            key = field_value(name, _as_written(value), fold)
            return [Lexeme(field_lexeme(name, key), prefix=isinstance(value, Prefix))]
        case Prefix(text):
            normal = normalise(text, fold)
            runs: list[Prefilter] = [Lexeme(cut(run)) for run in WORD.findall(normal)]
            last = WORD.findall(normal)[-1:]
            if last and normal.endswith(last[0]):
                runs[-1] = Lexeme(cut(last[0]), prefix=True)
            return runs
        case Word(text):
            return [Lexeme(cut(run)) for run in WORD.findall(normalise(text, fold))]
        case Phrase(words) | Near(words):
            return [Lexeme(cut(run)) for word in words for run in WORD.findall(normalise(word, fold))]


def _as_written(value: Word | Phrase | Prefix) -> str:
    return " ".join(value.words) if isinstance(value, Phrase) else value.text


Alternatives = tuple[tuple[str, ...], ...]


def alternatives(node: Node, with_tags: bool = False, limit: int = MAX_ALTERNATIVES) -> Alternatives:
    """Sets of words and phrases, one of which is in every text that matches.

    A source asks for each set in turn, all of its terms together. At most ``limit`` sets; () when there
    is no such list, because the search can match without any word a search box takes. ``with_tags``
    lets a tag stand as "#tag" in a set, for sources that can be asked for tags as well as for words. Terms
    stand as typed: whether "café" also finds "cafe" is up to the source, whatever the search says of folding.
    """
    return _alternatives(node, with_tags, limit, True) or ()


def _alternatives(node: Node, with_tags: bool, limit: int, wanted: bool) -> Alternatives | None:
    match node:
        case Not(child):
            return _alternatives(child, with_tags, limit, not wanted)
        case And(children) | Or(children):
            parts = [_alternatives(child, with_tags, limit, wanted) for child in children]
            known = [part for part in parts if part is not None]
            if isinstance(node, And) == wanted:
                return _product(known, limit)
            return _union(known, limit) if len(known) == len(parts) else None
        case _:
            terms = _terms(node, with_tags) if wanted else ()
            return (terms,) if terms else None


def _product(parts: list[Alternatives], limit: int) -> Alternatives | None:
    """Every choice of one set from each part; parts that would make too many are left out."""
    fitting: set[int] = set()
    number = 1
    for index in sorted(range(len(parts)), key=lambda index: len(parts[index])):
        if number * len(parts[index]) <= limit:
            number *= len(parts[index])
            fitting.add(index)
    if not fitting:
        return None
    result: Alternatives = ((),)
    for index in sorted(fitting):
        result = tuple(tuple(dict.fromkeys(left + right)) for left in result for right in parts[index])
    return _union([result], limit)


def _union(parts: list[Alternatives], limit: int) -> Alternatives | None:
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    for terms in (terms for part in parts for terms in part):
        sets.setdefault(frozenset(terms), terms)
    # What asks for more than another set asks for finds nothing new.
    kept = tuple(terms for key, terms in sets.items() if not any(other < key for other in sets))
    return kept if len(kept) <= limit else None


def _terms(leaf: Leaf, with_tags: bool = False) -> tuple[str, ...]:
    """What a search box can be asked on behalf of a leaf."""
    match leaf:
        case Word(text):
            return (text,)
        case Phrase(words):
            return (" ".join(words),)
        case Near(words):
            return tuple(dict.fromkeys(run for word in words for run in WORD.findall(normalise(word))))
        case Field("title", value):
            return _terms(value)
        case Field("tag", value) if with_tags and not isinstance(value, Prefix):
            return ("#" + _as_written(value),)
        case _:
            return ()


def positive_terms(node: Node) -> tuple[str, ...]:
    """Words and phrases that are wanted somewhere in the search, in its order."""
    return _unique(node, _terms)


def tags(node: Node) -> tuple[str, ...]:
    """Wanted values of ``tag:``, without "#"."""

    def values(leaf: Leaf) -> tuple[str, ...]:
        if isinstance(leaf, Field) and leaf.name == "tag" and not isinstance(leaf.value, Prefix):
            return (_as_written(leaf.value),)
        return ()

    return _unique(node, values)


def _unique(node: Node, values: Callable[[Leaf], tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for leaf, wanted in leaves(node) if wanted for value in values(leaf)))
