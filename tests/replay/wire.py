"""A question and an answer as they go over the wire, for every system of the made-up world."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.replay.world import World


@dataclass(frozen=True)
class Question:
    """A request as the original host would have got it; ``query`` holds the first value of each name."""

    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case


@dataclass(frozen=True)
class Answer:
    """Status, body and headers."""

    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(b"Not found", status=404)
System = Callable[[World, Question], Answer]


def as_json(value: Any, **headers: str) -> Answer:
    """A JSON answer."""
    return Answer(json.dumps(value).encode(), "application/json; charset=utf-8", headers=headers)
