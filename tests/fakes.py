"""Stand-ins for the outside that need no server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from listening import net
from listening.net import SourceError
from listening.sources import Source
from listening.types import Cursor, Item, Page, Reply


class FakeSource(Source):
    """Serves the given items in pages; may raise before a page, and counts how often it was asked."""

    name = "mastodon"
    label = "Fake"

    def __init__(self, items: Sequence[Item], per_page: int = 2) -> None:
        self.items, self.per_page = list(items), per_page
        self.asked: list[tuple[str, Any]] = []
        self.errors: dict[int, SourceError] = {}  # by number of the call, from 1
        self.threads: dict[str, list[Reply] | SourceError] = {}

    def search(self, query: Any, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        return self._page("search", cursor)

    def tagged(self, tag: str, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        return self._page(f"tag {tag}", cursor)

    def _page(self, what: str, cursor: Cursor | None) -> Page[Item]:
        self.asked.append((what, cursor))
        if error := self.errors.get(len(self.asked)):
            raise error
        start = cursor["start"] if cursor else 0
        items = tuple(self.items[start : start + self.per_page])
        end = start + self.per_page
        return Page(items, len(items), {"start": end} if end < len(self.items) else None)

    def thread(self, root_id: str, cursor: Cursor | None = None) -> Page[Reply]:
        self.asked.append(("thread", root_id))
        found = self.threads[root_id]
        if isinstance(found, SourceError):
            raise found
        return Page(tuple(found), len(found))


def install(monkeypatch: Any, source: Source, names: Sequence[str] = ("mastodon",)) -> None:
    """Makes the given source the one that scans use, and the only kind they plan for."""
    from listening import door

    kind: Callable[..., Any] = type(source)
    monkeypatch.setattr(door, "source", lambda name, workspace, http, capability="": source)
    monkeypatch.setattr(door, "enabled", lambda workspace: [kind])
    monkeypatch.setattr(door, "client", lambda: net.Client(net.Settings(agent="Earshot/test"), None))
