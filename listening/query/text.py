"""How text is compared: one normal form and one idea of a word for the matcher, the index and SQL.

The rule: Unicode NFC, then case folding, on both sides. A word is a run of letters, digits and underscores
(Python's ``\\w``). With ``fold``, accents and the strokes of letters such as ø and ł go, too.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from functools import cached_property
from itertools import pairwise

WORD = re.compile(r"\w+")
MAX_LEXEME_BYTES = 2046  # PostgreSQL refuses longer ones in a tsvector and in a tsquery

# Combining marks of the Latin, Greek and Cyrillic scripts. Vowel signs of other scripts are no accents.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
# Letters that Unicode does not take apart, after case folding.
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)


def normalise(text: str, fold: bool = False) -> str:
    """The form in which text and queries are compared. May be longer than ``text`` ("ß" becomes "ss")."""
    if text.isascii():
        return text.lower()
    if not fold:
        return unicodedata.normalize("NFC", text).casefold()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    folded = unicodedata.normalize("NFC", bare).casefold().translate(_STROKES)
    # Folding case can bring accents back: "ΐ" becomes an iota and two marks.
    return _ACCENTS.sub("", folded)


def cut(lexeme: str) -> str:
    """The lexeme as PostgreSQL can hold it. A prefix of the lexeme stays one, or becomes its equal."""
    if len(lexeme) * 4 <= MAX_LEXEME_BYTES and "\0" not in lexeme and lexeme.isprintable():
        return lexeme
    encoded = lexeme.replace("\0", "").encode("utf-8", "replace")
    return encoded[:MAX_LEXEME_BYTES].decode("utf-8", "ignore")


def tokenise(text: str, fold: bool = False) -> list[str]:
    """The lexemes of a text, in order and with repetitions, as they go into a tsvector or tsquery."""
    return [cut(word) for word in WORD.findall(normalise(text, fold))]


def _continues(character: str) -> bool:
    """Whether normalising may join the character to the one before it."""
    if character < "\u0300":
        return False
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


def pieces(text: str) -> list[tuple[int, int]]:
    """Stretches of the text that can be normalised one by one, as (start, end)."""
    inner = (index for index in range(1, len(text)) if not _continues(text[index]))
    return list(pairwise([0, *inner, len(text)])) if text else []


class Prepared:
    """Named texts one after the other, a line break between them, ready to be asked.

    ``parts``: (where, text as written), such as ("title", …) and ("text", …). Everything is worked out
    when it is first needed, and once.
    """

    def __init__(self, parts: tuple[tuple[str, str], ...], fold: bool = False) -> None:
        self.parts = parts
        self.fold = fold

    @cached_property
    def normal(self) -> str:
        """The normal form of all parts; nothing joins across a line break, so that parts add up."""
        return "\n".join(normalise(text, self.fold) for _, text in self.parts)

    @cached_property
    def words(self) -> list[str]:
        return WORD.findall(self.normal)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins in ``normal``."""
        return [found.start() for found in WORD.finditer(self.normal)]

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Word -> its places in ``words``, ascending."""
        places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            places.setdefault(word, []).append(place)
        return places

    def opens(self, start: int) -> bool:
        """Whether no word character stands before ``start``."""
        return start == 0 or not _is_word(self.normal[start - 1])

    def closes(self, end: int) -> bool:
        """Whether no word character stands at ``end``."""
        return end == len(self.normal) or not _is_word(self.normal[end])

    def word_end(self, end: int) -> int:
        """``end``, moved on to the end of the word it stands in."""
        found = WORD.match(self.normal, end)
        return found.end() if found else end

    def next_word(self, index: int) -> int:
        """Where the first word that begins at or after ``index`` begins; the end of the text if none does."""
        place = bisect_left(self.starts, index)
        return self.starts[place] if place < len(self.starts) else len(self.normal)

    def origin(self, start: int, end: int) -> list[tuple[str, int, int]]:
        """Where a stretch of ``normal`` stands as written: (where, start, end) in each part it touches."""
        found = []
        offset = 0
        for (where, text), (starts, ends) in zip(self.parts, self._origins, strict=True):
            low, high = max(start - offset, 0), min(end - offset, len(starts))
            if low < high:
                first, last = starts[low], ends[high - 1]
                written = text[first:last]
                first += len(written) - len(written.lstrip())
                last -= len(written) - len(written.rstrip())
                if first < last:
                    found.append((where, first, last))
            offset += len(starts) + 1
        return found

    @cached_property
    def _origins(self) -> list[tuple[list[int] | range, list[int] | range]]:
        return [_origin(text, self.fold) for _, text in self.parts]


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _origin(text: str, fold: bool) -> tuple[list[int] | range, list[int] | range]:
    """For each character of the normal form: start and end, as written, of the piece it comes from."""
    if text.isascii():
        return range(len(text)), range(1, len(text) + 1)
    starts: list[int] = []
    ends: list[int] = []
    for start, end in pieces(text):
        length = len(normalise(text[start:end], fold))
        starts += [start] * length
        ends += [end] * length
    return starts, ends
