"""A stand-in for net.Client that gives prepared answers and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from listening.net import Response

Prepared = bytes | Response | Callable[[str, Mapping[str, Any]], Response]


class FakeHttp:
    """Gives the prepared answers in turn, the last one for ever; bytes are a body with status 200."""

    def __init__(self, *prepared: Prepared) -> None:
        self.prepared = list(prepared)
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def post(self, url: str, **options: Any) -> Response:
        return self.get(url, **options)

    def hiding(self, secrets: Iterable[str]) -> FakeHttp:
        return self

    def patient(self, patience: float, deadline: float) -> FakeHttp:
        return self

    def get(self, url: str, **options: Any) -> Response:
        self.asked.append((url, options))
        answer = self.prepared.pop(0) if len(self.prepared) > 1 else self.prepared[0]
        if isinstance(answer, bytes):
            return reply(200, answer, url)
        return answer(url, options) if callable(answer) else answer


def reply(status: int, body: bytes = b"", url: str = "https://kaffe.example/", **headers: str) -> Response:
    """One answer; header names with "_" for "-"."""
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return Response(status, url, named, body, datetime(2026, 11, 3, 12, tzinfo=UTC))
