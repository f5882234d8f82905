"""Reading a capability to its end, as a scan does, and what must hold on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from listening.types import Cursor, Page

T = TypeVar("T")
MOST_PAGES = 500


def read_all(read: Callable[[Cursor | None], Page[T]]) -> tuple[list[T], list[Page[T]]]:
    """Every item of every page, and the pages. The cursor goes through JSON between pages, as in a row."""
    pages: list[Page[T]] = []
    cursor = None
    while not pages or cursor is not None:
        assert len(pages) < MOST_PAGES, "the pages do not end"
        page = read(cursor)
        pages.append(page)
        cursor = json.loads(json.dumps(page.next)) if page.next is not None else None
    return [item for page in pages for item in page.items], pages


def reaches_back_steadily(pages: list[Page[T]], since: datetime) -> bool:
    """Whether each page covers at least as much as the one before, and the last one everything."""
    reached = [page.reached for page in pages if page.reached is not None]
    return len(reached) == len(pages) and reached == sorted(reached, reverse=True) and reached[-1] == since
