"""What people write about: words and pairs of words that many different posts share. Counting, no guessing.

A word is counted once for each story, with its forms ("påsen" with "påse", "grinders" with "grinder") where
the shorter one is written, too. Two words that nearly always stand together are one term.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from listening.query.text import normalise
from pitches.steps.common_words import COMMON

Key = tuple[str, ...]  # a word, or two
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


@dataclass(frozen=True)
class _Token:
    word: str
    written: str
    follows: bool  # the token before it, with a space between


def topics(said: Sequence[Said], left_out: Iterable[str] = (), most: int = MOST) -> list[Topic]:
    """The terms that most stories share, the most common first; none that only a few people use.

    ``left_out``: names and search words, which every post holds because we searched for it.
    """
    unsaid = {word for text in left_out for word in words(text)}
    fewest = max(FEWEST_STORIES, LEAST_SHARE * len({one.story for one in said}))
    terms = _count(said, unsaid, fewest)
    found = {
        key: term
        for key, term in terms.items()
        if len(term.stories) >= fewest and len(term.writers) >= FEWEST_WRITERS
    }
    spoken_for = {
        word
        for pair, term in found.items()
        if len(pair) > 1
        for word in pair
        if len(term.stories) >= TOGETHER * len(terms[(word,)].stories)
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


def _count(said: Sequence[Said], left_out: Collection[str], fewest: float) -> dict[Key, _Term]:
    """Every word, and every pair of words, that stands in at least ``fewest`` posts."""
    known: dict[str, str] = {}  # as written -> word, "" for one that says nothing
    posts = [_tokens(one.text, known, left_out) for one in said]
    vocabulary = set(known.values())
    base = {word: _base(word, vocabulary) for word in vocabulary}
    held = Counter(word for tokens in posts for word in {base[token.word] for token in tokens})
    common = {word for word, number in held.items() if number >= fewest}
    placed = [_placed(tokens, base, common) for tokens in posts]
    posts_with = Counter(key for places in placed for key in {key for key, _ in places})
    terms: dict[Key, _Term] = {}
    for one, places in zip(said, placed, strict=True):
        for key, written in places:
            if posts_with[key] >= fewest:
                terms.setdefault(key, _Term()).add(one, written)
    return terms


def _placed(
    tokens: Sequence[_Token], base: Mapping[str, str], common: Collection[str]
) -> list[tuple[Key, str]]:
    """The common words and pairs of one post, each with how it is written."""
    found: list[tuple[Key, str]] = []
    before: _Token | None = None
    for token in tokens:
        word = base[token.word]
        if word not in common:
            before = None
            continue
        found.append(((word,), token.written))
        if before and token.follows:
            found.append(((base[before.word], word), f"{before.written} {token.written}"))
        before = token
    return found


def _tokens(text: str, known: dict[str, str], left_out: Collection[str]) -> list[_Token]:
    """The words that say something, in order; ``known`` remembers what was decided of each."""
    text = _NOT_SAID.sub(" . ", text)
    found, end = [], -1
    for match in _WORD.finditer(text):
        written = match[0]
        if written not in known:
            word = normalise(written)
            known[written] = "" if _is_empty(word, left_out) else word
        if word := known[written]:
            found.append(_Token(word, written, text[end : match.start()] == " "))
            end = match.end()
    return found


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


def _shown(term: _Term) -> str:
    """As most people write it, in small letters if anybody does: the others began a sentence with it."""
    small = {written: count for written, count in term.written.items() if written.islower()}
    return max((small or term.written).items(), key=lambda pair: (pair[1], pair[0]))[0]
