"""Whether a search matches a document. This is the truth; every other engine may only find more.

A word of a search matches where no letter, digit or underscore stands on either side of it. The words of a
phrase follow each other with one or more other characters between them. All of it is compared in the normal
form of ``listening.query.text``, on title and text joined by a line break. Every test takes time linear in
the text for each word; no regular expression is built from a search.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from listening.query.ast import And, Field, Leaf, Near, Node, Not, Or, Phrase, Prefix, Span, Word
from listening.query.document import Document, Found, field_value
from listening.query.text import WORD, Prepared, normalise


class Asked(ABC):
    """A search, or a part of one, in the form in which documents answer it."""

    @abstractmethod
    def holds(self, document: Document) -> bool:
        """Whether it is so."""


class Every(Asked):
    """All parts hold. Comparisons of single facts go first, they cost least."""

    def __init__(self, parts: list[Asked]) -> None:
        self.parts = parts
        self.cheapest_first = sorted(parts, key=lambda part: not isinstance(part, _Keyed))

    def holds(self, document: Document) -> bool:
        for part in self.cheapest_first:  # noqa: SIM110 - all() would take twice as long, and this runs most
            if not part.holds(document):
                return False
        return True


class Some(Asked):
    """At least one part holds."""

    def __init__(self, parts: list[Asked]) -> None:
        self.parts = parts

    def holds(self, document: Document) -> bool:
        for part in self.parts:  # noqa: SIM110 - as in Every
            if part.holds(document):
                return True
        return False


class Never(Asked):
    """The part does not hold."""

    def __init__(self, part: Asked) -> None:
        self.part = part

    def holds(self, document: Document) -> bool:
        return not self.part.holds(document)


class AskedLeaf(Asked):
    """One leaf. ``span`` is where it stands in the search."""

    span: Span = (0, 0)

    @abstractmethod
    def find(self, document: Document) -> Iterator[Found]:
        """Everywhere it is, as written."""


def ask(node: Node, fold: bool = False) -> Asked:
    """The tree, ready to be asked of many documents."""
    match node:
        case And(children):
            return Every([ask(child, fold) for child in children])
        case Or(children):
            return Some([ask(child, fold) for child in children])
        case Not(child):
            return Never(ask(child, fold))
        case _:
            leaf = _leaf(node, fold)
            leaf.span = node.span
            return leaf


def _leaf(leaf: Leaf, fold: bool) -> AskedLeaf:
    match leaf:
        case Field("title", value):
            return _in_text(value, fold, "title")
        case Field(name, value):
            written = " ".join(value.words) if isinstance(value, Phrase) else value.text
            return _Keyed(name, field_value(name, written, fold), isinstance(value, Prefix), fold)
        case _:
            return _in_text(leaf, fold, "")


class _Keyed(AskedLeaf):
    """A field that is compared as a whole: site, author, source, language, tag."""

    def __init__(self, name: str, value: str, prefix: bool, fold: bool) -> None:
        self.name, self.value, self.prefix, self.fold = name, value, prefix, fold

    def holds(self, document: Document) -> bool:
        keys = document.keys(self.name, self.fold)
        return self.value in keys or (self.prefix and any(key.startswith(self.value) for key in keys))

    def find(self, document: Document) -> Iterator[Found]:
        seen = set()
        for key, places in document.keys(self.name, self.fold).items():
            if key == self.value or (self.prefix and key.startswith(self.value)):
                for place in places:
                    if place not in seen:
                        seen.add(place)
                        yield place


class _InText(AskedLeaf):
    """Something that is looked for in title and text, or in the title alone."""

    def __init__(self, fold: bool, where: str) -> None:
        self.fold, self.where = fold, where

    @abstractmethod
    def spans(self, text: Prepared) -> Iterator[Span]:
        """Where it is in the normal form, by start."""

    def holds(self, document: Document) -> bool:
        return next(self.spans(document.prepared(self.where, self.fold)), None) is not None

    def find(self, document: Document) -> Iterator[Found]:
        text = document.prepared(self.where, self.fold)
        after = 0
        for start, end in self.spans(text):
            if start < after:  # overlaps what was just told
                continue
            after = end
            for where, first, last in text.origin(start, end):
                written = document.title if where == "title" else document.text
                yield Found(where, written[first:last], first, last)


def _in_text(leaf: Leaf, fold: bool, where: str) -> _InText:
    match leaf:
        case Word(text):
            return _Sequence((text,), fold, where)
        case Phrase(words):
            return _Sequence(words, fold, where)
        case Prefix(text):
            return _Beginning(text, fold, where)
        case Near(words, distance):
            return _Together(words, distance, fold, where)
        case Field():
            raise ValueError("a field within a field")


class _Sequence(_InText):
    """A word, or words that follow each other."""

    def __init__(self, words: tuple[str, ...], fold: bool, where: str) -> None:
        super().__init__(fold, where)
        normal = (normalise(word, fold) for word in words)
        self.words = [word for word in normal if word]  # folding leaves nothing of a lone accent
        self.needs = frozenset(run for word in self.words for run in WORD.findall(word))
        self.bare = bool(self.words) and all(map(WORD.fullmatch, self.words))

    def holds(self, document: Document) -> bool:
        text = document.prepared(self.where, self.fold)
        if not self.needs <= text.vocabulary:
            return False
        return (self.bare and len(self.words) == 1) or next(self.spans(text), None) is not None

    def spans(self, text: Prepared) -> Iterator[Span]:
        if not self.needs <= text.vocabulary:
            return iter(())
        return self._neighbours(text) if self.bare else self._in_turn(text)

    def _neighbours(self, text: Prepared) -> Iterator[Span]:
        """Bare words follow each other exactly when they are neighbours among the words of the text."""
        length = len(self.words)
        for place in text.positions[self.words[0]]:
            if text.words[place : place + length] == self.words:
                yield text.starts[place], text.starts[place + length - 1] + len(self.words[-1])

    def _in_turn(self, text: Prepared) -> Iterator[Span]:
        """Words with other characters in them, which might stand in the gaps as well: one word at a time."""
        if not self.words:
            return
        # Where each beginning of the phrase that still stands ends, and where it began; by end.
        reached = [(end, start) for start, end in _places(self.words[0], text.normal) if text.opens(start)]
        for word in self.words[1:]:
            reached = _continued(reached, word, text)
        for end, start in reached:
            if text.closes(end):
                yield start, end


def _continued(reached: list[Span], word: str, text: Prepared) -> list[Span]:
    """``reached`` after one more word, with at least one character and no word character before it."""
    ends = [end for end, _ in reached]
    further = []
    for start, end in _places(word, text.normal):
        # The nearest end before is enough: if a word stands between it and here, so it does for the others.
        nearest = bisect_left(ends, start) - 1
        if nearest >= 0 and text.next_word(ends[nearest]) >= start and text.closes(ends[nearest]):
            further.append((end, reached[nearest][1]))
    return further


def _places(word: str, text: str) -> Iterator[Span]:
    """Every place of the characters in the text, overlapping ones, too."""
    start = text.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = text.find(word, start + 1)


class _Beginning(_InText):
    """Words that begin so."""

    def __init__(self, beginning: str, fold: bool, where: str) -> None:
        super().__init__(fold, where)
        self.beginning = normalise(beginning, fold)

    def spans(self, text: Prepared) -> Iterator[Span]:
        for start, end in _places(self.beginning, text.normal):
            if text.opens(start):
                yield start, text.word_end(end)


class _Together(_InText):
    """Bare words within a stretch of the text, in any order."""

    def __init__(self, words: tuple[str, ...], distance: int, fold: bool, where: str) -> None:
        super().__init__(fold, where)
        self.needs = Counter(run for word in words for run in WORD.findall(normalise(word, fold)))
        self.reach = sum(self.needs.values()) + distance

    def spans(self, text: Prepared) -> Iterator[Span]:
        told = -1
        for window in self._windows(text):
            for place in window:
                if place > told:
                    told = place
                    start = text.starts[place]
                    yield start, start + len(text.words[place])

    def _windows(self, text: Prepared) -> Iterator[list[int]]:
        """The places of the words in every stretch that holds all of them and is short enough."""
        if any(len(text.positions.get(word, ())) < number for word, number in self.needs.items()):
            return
        places = sorted(place for word in self.needs for place in text.positions[word])
        missing = Counter(self.needs)  # negative: more than needed
        lacking = len(self.needs)
        left = 0
        for right, place in enumerate(places):
            word = text.words[place]
            missing[word] -= 1
            lacking -= missing[word] == 0
            while missing[text.words[places[left]]] < 0:
                missing[text.words[places[left]]] += 1
                left += 1
            if lacking == 0 and place - places[left] < self.reach:
                yield places[left : right + 1]
