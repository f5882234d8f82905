"""The rule of whole words, written a second time and in another way, to hold the matcher against."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def norm(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def occurs(words: Sequence[str], text: str) -> bool:
    """Whether the words follow each other, as whole words, with something between them that is no word."""
    pattern = r"\W+".join(re.escape(norm(word)) for word in words)
    return re.search(rf"(?<!\w){pattern}(?!\w)", norm(text)) is not None
