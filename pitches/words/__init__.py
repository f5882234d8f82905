"""What a pitch says, in every language it can be read in. The sentences live in the .toml files beside.

A sentence holds no digit of its own: a number is a figure's place, ``{s1.stories}``, a name is ``{@brand}``.
``[post|posts]`` takes its first form when the nearest figure before it is exactly one (or, when none stands
before it, the next one), so that plurals are right; ``say`` settles them when a case is built.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "sv")
PLACE = re.compile(r"\{(@?[A-Za-z0-9_.\-]+)\}")
_PLURAL = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
Text = dict[str, str]  # language -> template


@cache
def table() -> dict[str, Text]:
    """Every sentence by its key, "s1.title.supported" -> {"en": …, "sv": …}."""
    found: dict[str, Text] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        _flatten(tomllib.loads(file.read_text(encoding="utf-8")), "", found)
    return found


def _flatten(node: Mapping[str, Any], prefix: str, found: dict[str, Text]) -> None:
    if set(node) == set(LANGUAGES):
        if prefix in found:
            raise ValueError(f"two sentences are called {prefix}")
        found[prefix] = {language: node[language].strip() for language in LANGUAGES}
        return
    for name, inner in node.items():
        _flatten(inner, f"{prefix}.{name}" if prefix else name, found)


def say(key: str, numbers: Mapping[str, Any], **names: str) -> Text:
    """The sentence called ``key``, its plurals settled by ``numbers`` (figure key -> value).

    ``names`` replaces a place of the sentence by another: ``say("gap.failed", …, source="@source.feeds")``
    makes ``{source}`` the place ``{@source.feeds}``. KeyError when there is no such sentence.
    """
    said = {}
    for language, sentence in table()[key].items():
        for place, other in names.items():
            sentence = sentence.replace(f"{{{place}}}", f"{{{other}}}")
        said[language] = settle(sentence, numbers)
    return said


def settle(sentence: str, numbers: Mapping[str, Any]) -> str:
    """``sentence`` with every ``[one|many]`` decided."""

    def choose(match: re.Match[str]) -> str:
        before = [place for place in PLACE.findall(sentence[: match.start()]) if not place.startswith("@")]
        after = [place for place in PLACE.findall(sentence[match.end() :]) if not place.startswith("@")]
        key = before[-1] if before else after[0] if after else ""
        return match[1] if numbers.get(key) == 1 else match[2]

    return _PLURAL.sub(choose, sentence)


def join(*texts: Text) -> Text:
    """Several sentences as one text."""
    return {language: " ".join(text[language] for text in texts) for language in LANGUAGES}


def places(text: Text) -> set[str]:
    """The figure keys and names (with their "@") that a text shows."""
    return {place for sentence in text.values() for place in PLACE.findall(sentence)}
