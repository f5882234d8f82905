"""Drives a scan as the tick and the workers would, in this process."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from django.db.models import Q

from listening import scan, schedule
from listening.models import Fetch, Scan
from listening.net import Client


def run(started: Scan, at: datetime | None = None, client: Client | None = None, most: int = 200) -> int:
    """Does what the tick and the workers would, until nothing is due; returns how many pages were asked."""
    started.fetches.update(lease_until=None)  # whoever held one is gone
    pages, queue = 0, deque[tuple[int, str]]()
    again = None
    while not started.finished_at:
        if again is None:
            tomorrow = (at or schedule.now()) + timedelta(days=1)  # nobody waits for a back-off here
            queue.extend(schedule.claim(Fetch, 100, tomorrow, Q(lease_until=None)))
        pk, token = queue.popleft()
        if again := scan.run_page(pk, token, client):
            queue.append((pk, again.token))
        else:
            started.refresh_from_db()
        pages += 1
        assert pages < most
    return pages
