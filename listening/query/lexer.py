"""Cuts the text of a search into operators, parentheses and terms, or says what is wrong with a term.

    term   := word | prefix "*" | quoted | quoted "~" number | field ":" (word | prefix "*" | quoted)

Operators are upper case; "and" is a word. Typographic quotes count as quotes. Control characters count as
white space, and invisible marks at the ends of a word are passed over.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from listening.net.errors import gettext_noop
from listening.query.ast import FIELDS, QUOTES, Field, Leaf, Near, Phrase, Prefix, Word
from listening.query.document import field_value
from listening.query.text import WORD

MAX_TERMS = 200  # every word of a phrase counts
MAX_DISTANCE = 100
MIN_PREFIX = 2

OPERATORS = ("AND", "OR", "NOT")
_MINUS = "-–−"
_SIGILS = "#＃@＠"
_FIELD = re.compile(r"([^\W\d_]+):(?!//)")
_DISTANCE = re.compile(r"~([0-9]*)")


@dataclass
class QueryError(Exception):
    """A search that cannot be read. ``message`` is an English template filled from ``params``.

    ``position`` is the index, in the text of the search, of the character where the trouble is.
    """

    message: str
    position: int
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass(frozen=True)
class Token:
    """A piece of the search that means something, and where it stands."""

    kind: str  # "AND", "OR", "NOT", "(", ")", "term" or "end"
    start: int
    end: int
    leaf: Leaf | None = None


class Lexer:
    """Cuts the text into tokens, from left to right, looking at each character a fixed number of times."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.terms = 0

    def tokens(self) -> list[Token]:
        """All tokens, the last of kind "end". Raises QueryError."""
        tokens = []
        index = 0
        while (index := self._skip_blank(index)) < len(self.text):
            character = self.text[index]
            if character in "()":
                token = Token(character, index, index + 1)
            elif character in _MINUS:
                token = self._minus(index)
            elif _quotes_of(character):
                token = self._term(index, *self._quoted(index))
            else:
                token = self._word(index)
            tokens.append(token)
            index = token.end
        return [*tokens, Token("end", len(self.text), len(self.text))]

    def _skip_blank(self, index: int) -> int:
        while index < len(self.text) and (_is_blank(self.text[index]) or _is_unseen(self.text[index])):
            index += 1
        return index

    def _word_end(self, index: int) -> int:
        while index < len(self.text) and not _ends_word(self.text[index]):
            index += 1
        return index

    def _minus(self, index: int) -> Token:
        after = self.text[index + 1 : index + 2]
        if not after or _is_blank(after) or after == ")":
            message = gettext_noop("A minus sign belongs right before the word that must not be there.")
            raise QueryError(message, index)
        return Token("NOT", index, index + 1)

    def _term(self, start: int, leaf: Leaf, end: int) -> Token:
        value = leaf.value if isinstance(leaf, Field) else leaf
        self.terms += len(value.words) if isinstance(value, Phrase | Near) else 1
        if self.terms > MAX_TERMS:
            message = gettext_noop("The search has too many words. At most %(limit)d are allowed.")
            raise QueryError(message, start, {"limit": MAX_TERMS})
        return Token("term", start, end, leaf)

    def _word(self, start: int) -> Token:
        end = self._word_end(start)
        _, last = _visible(self.text, start, end)
        word = _without_sigil(self.text[start:last])
        if self.text[start:last] in OPERATORS:
            return Token(word, start, last)
        if word.startswith("NEAR/"):
            message = gettext_noop('Words near each other are written in quotes with ~, as in "price war"~5.')
            raise QueryError(message, start)
        if (name := _FIELD.match(word)) is not None:
            return self._term(start, *self._field(name[1], start, last - len(word) + name.end(), last))
        return self._term(start, _plain(self.text[start:last], start), last)

    def _field(self, name: str, start: int, value_start: int, value_end: int) -> tuple[Field, int]:
        known = name.casefold()
        if known not in FIELDS:
            message = gettext_noop(
                "There is no field “%(name)s:”. The fields are %(known)s. "
                "To search for the text itself, put it in quotes."
            )
            params = {"name": name, "known": ", ".join(f"{field}:" for field in FIELDS)}
            raise QueryError(message, start, params)
        value: Word | Phrase | Prefix | Near
        if value_start < value_end:
            value, end = _plain(self.text[value_start:value_end], value_start), value_end
        elif value_end < len(self.text) and _quotes_of(self.text[value_end]):
            value, end = self._quoted(value_end)
        elif self.text[value_end : value_end + 1] == "(":
            message = gettext_noop("A field takes one word or phrase. Write %(name)s:one OR %(name)s:other.")
            raise QueryError(message, value_end, {"name": known})
        else:
            raise _no_value(known, start)
        if isinstance(value, Near):
            message = gettext_noop("A field takes a word, a phrase or a beginning such as launch*, not ~.")
            raise QueryError(message, value_start)
        written = " ".join(value.words) if isinstance(value, Phrase) else value.text
        if not field_value(known, written):
            raise _no_value(known, start)
        return Field(known, value, (start, end)), end

    def _quoted(self, start: int) -> tuple[Phrase | Near, int]:
        closing = _quotes_of(self.text[start])
        end = start + 1
        while end < len(self.text) and self.text[end] not in closing:
            end += 1
        if end == len(self.text):
            message = gettext_noop("This quotation mark is never closed.")
            raise QueryError(message, start)
        words = self._quoted_words(start + 1, end)
        if not words:
            message = gettext_noop("There is no word between these quotation marks.")
            raise QueryError(message, start)
        end += 1
        if self.text[end : end + 1] == "*":
            raise _star_in_quotes(end)
        distance = _DISTANCE.match(self.text, end)
        if distance is None:
            return Phrase(words, (start, end)), end
        return Near(words, _distance(words, distance), (start, distance.end())), distance.end()

    def _quoted_words(self, start: int, end: int) -> tuple[str, ...]:
        words = []
        index = start
        while index < end:
            word_start = index
            while index < end and not _is_blank(self.text[index]):
                index += 1
            first, last = _visible(self.text, word_start, index)
            word = _without_sigil(self.text[first:last])
            if word.endswith("*") and WORD.search(word):
                raise _star_in_quotes(last - 1)
            if word:
                words.append(word)
            index += 1
        return tuple(words)


def _plain(word: str, start: int) -> Word | Phrase | Prefix:
    """A word or the beginning of one; ``start`` is where it stands. #AND is the word "AND", in quotes."""
    span = (start, start + len(word))
    if word.endswith("*"):
        stem = _without_sigil(word.rstrip("*"))
        if sum(map(len, WORD.findall(stem))) < MIN_PREFIX:
            message = gettext_noop("Before a * there must be at least %(least)d letters, as in launch*.")
            raise QueryError(message, start, {"least": MIN_PREFIX})
        return Prefix(stem, span)
    if word.startswith("*"):
        raise QueryError(gettext_noop("A * can only stand at the end of a word, as in launch*."), start)
    bare = _without_sigil(word)
    return Phrase((bare,), span) if bare in OPERATORS else Word(bare, span)


def _distance(words: tuple[str, ...], written: re.Match[str]) -> int:
    number = written[1]
    if not number or len(number) > 4 or int(number) > MAX_DISTANCE:
        message = gettext_noop(
            'After ~ comes how many words may stand between, 0 to %(limit)d, as in "price war"~5.'
        )
        raise QueryError(message, written.start(), {"limit": MAX_DISTANCE})
    if sum(len(WORD.findall(word)) for word in words) < 2:
        message = gettext_noop("~ tells how near words are. Put at least two words between the quotes.")
        raise QueryError(message, written.start())
    return int(number)


def _no_value(name: str, position: int) -> QueryError:
    message = gettext_noop("“%(name)s:” needs a value right after the colon, without a space.")
    return QueryError(message, position, {"name": name})


def _star_in_quotes(position: int) -> QueryError:
    message = gettext_noop("A * does not work in quotes. Write the word outside them, as in launch*.")
    return QueryError(message, position)


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cc"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) == "Cf"


def _ends_word(character: str) -> bool:
    return character in "()" or bool(_quotes_of(character)) or _is_blank(character)


def _quotes_of(character: str) -> str:
    """The marks that close a phrase opened by the character; "" if it opens none."""
    return next((marks for marks in QUOTES if character in marks), "")


def _visible(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without marks at its ends that nobody sees: byte order marks, writing directions."""
    while start < end and _is_unseen(text[start]):
        start += 1
    while start < end and _is_unseen(text[end - 1]):
        end -= 1
    return start, end


def _without_sigil(word: str) -> str:
    """#acme and @acme are the word acme; # alone stays."""
    bare = word.lstrip(_SIGILS)
    return bare if WORD.match(bare) else word
