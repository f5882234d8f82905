"""What people write about: words and pairs of words that many different posts share. Counting, no guessing.

A word is counted once for each story, with its forms ("påsen" with "påse", "grinders" with "grinder") where
the shorter one is written, too. Two words that nearly always stand together are one term.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from listening.query.text import normalise
from pitches.common_words import COMMON

K = TypeVar("K")
MOST = 5
FEWEST_STORIES, FEWEST_WRITERS = 3, 3  # one person who asks ten times is no topic
LEAST_SHARE = 0.05  # of the stories counted
LONGEST, SHORTEST = 40, 3  # letters of a term that is fit to be printed
BASE = 4  # letters that a word needs for its longer forms to be counted with it
TOGETHER = 2 / 3  # of the stories with a word hold it in the pair: then the pair speaks for it
# English and Swedish endings of nouns.
ENDINGS = ("arna", "erna", "orna", "ens", "ets", "ar", "er", "or", "en", "et", "na", "es", "n", "t", "s")

_NOT_SAID = re.compile(r"\w+://\S+|www\.\S+|@[\w.@-]+", re.IGNORECASE)  # addresses and names of accounts
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True)
class Said:
    """One post: which story it tells, who wrote it, and its words."""

    key: int
    story: Hashable
    writer: Hashable
    text: str


@dataclass(frozen=True)
class Topic:
    """A term as it is mostly written, in how many stories, and the posts that hold it, in the order given."""

    term: str
    stories: int
    keys: tuple[int, ...]


@dataclass
class _Term:
    stories: set[Hashable] = field(default_factory=set)
    writers: set[Hashable] = field(default_factory=set)
    keys: dict[int, None] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)

    def add(self, said: Said, written: str) -> None:
        self.stories.add(said.story)
        self.writers.add(said.writer)
        self.keys[said.key] = None
        self.written[written] += 1

    def take(self, other: _Term) -> None:
        self.stories |= other.stories
        self.writers |= other.writers
        self.keys |= other.keys
        self.written += other.written


def topics(said: Sequence[Said], left_out: Iterable[str] = (), most: int = MOST) -> list[Topic]:
    """The terms that most stories share, the most common first; none that only a few people use.

    ``left_out``: names and search words, which every post holds because we searched for it.
    """
    unsaid = {word for text in left_out for word in words(text)}
    singles, pairs = _count(said, unsaid)
    fewest = max(FEWEST_STORIES, LEAST_SHARE * len({one.story for one in said}))
    found = {
        key: term
        for key, term in [*pairs.items(), *(((word,), term) for word, term in singles.items())]
        if len(term.stories) >= fewest and len(term.writers) >= FEWEST_WRITERS
    }
    spoken_for = {
        word
        for pair in pairs
        if pair in found
        for word in pair
        if len(found[pair].stories) >= TOGETHER * len(singles[word].stories)
    }
    kept = [
        term
        for key, term in found.items()
        if (spoken_for & set(key) if len(key) > 1 else key[0] not in spoken_for)
    ]
    ranked = sorted(kept, key=lambda term: (-len(term.stories), -len(term.writers), _shown(term)))
    shown = [Topic(_shown(term), len(term.stories), tuple(term.keys)) for term in ranked]
    return [topic for topic in shown if len(topic.term) <= LONGEST][:most]


def words(text: str) -> list[str]:
    """The words of a text in the form in which they are compared."""
    return [normalise(found[0]) for found in _WORD.finditer(text)]


def holds_none(said: Sequence[Said], chosen: Sequence[Topic]) -> int:
    """How many of the stories hold none of the topics."""
    holding = {key for topic in chosen for key in topic.keys}
    return len({one.story for one in said} - {one.story for one in said if one.key in holding})


def _count(
    said: Sequence[Said], left_out: Collection[str]
) -> tuple[dict[str, _Term], dict[tuple[str, ...], _Term]]:
    singles: dict[str, _Term] = {}
    pairs: dict[tuple[str, ...], _Term] = {}
    for one in said:
        text = _NOT_SAID.sub(" . ", one.text)
        before: tuple[str, str, int] | None = None  # the word, as it is written, where it ends
        for match in _WORD.finditer(text):
            word = normalise(match[0])
            if _is_empty(word, left_out):
                before = None
                continue
            singles.setdefault(word, _Term()).add(one, match[0])
            if before and text[before[2] : match.start()] == " ":
                pairs.setdefault((before[0], word), _Term()).add(one, f"{before[1]} {match[0]}")
            before = (word, match[0], match.end())
    bases = {word: _base(word, singles) for word in singles}
    return _joined(singles, lambda word: bases[word]), _joined(
        pairs, lambda pair: tuple(bases[word] for word in pair)
    )


def _is_empty(word: str, left_out: Collection[str]) -> bool:
    if len(word) < SHORTEST or not any(character.isalpha() for character in word):
        return True
    bare = re.split(r"['’]", word)[0]  # "don't", "roaster's"
    forms = {word, bare, *_shorter(word)}
    return not COMMON.isdisjoint((word, bare)) or not forms.isdisjoint(left_out)


def _shorter(word: str) -> list[str]:
    return [word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= BASE]


def _base(word: str, known: Collection[str]) -> str:
    """The shortest form that is written somewhere, too; the word itself when there is none."""
    shorter = next((form for form in sorted(_shorter(word), key=len) if form in known), "")
    return _base(shorter, known) if shorter else word


def _joined(terms: Mapping[K, _Term], base_of: Callable[[K], K]) -> dict[K, _Term]:
    found: dict[K, _Term] = {}
    for key, term in terms.items():
        found.setdefault(base_of(key), _Term()).take(term)
    return found


def _shown(term: _Term) -> str:
    """As most people write it, in small letters if anybody does: the others began a sentence with it."""
    small = {written: count for written, count in term.written.items() if written.islower()}
    return max((small or term.written).items(), key=lambda pair: (pair[1], pair[0]))[0]
