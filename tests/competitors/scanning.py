"""Runs the room's part of a scan through the real scan, with a source that says what it is told to say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listening import scan, schedule
from listening.models import Fetch, Scan
from listening.sources import Source
from teams.models import Workspace
from tests import fakes

HANDLERS = {
    "observe": "competitors.observe.Observing",
    "results": "competitors.visibility.LookingUp",
}


def run_scan(
    monkeypatch: pytest.MonkeyPatch, workspace: Workspace, source: Source, capability: str, pages: int = 30
) -> Scan:
    """Starts a scan of one capability and works until it is finished, at most so many pages."""
    fakes.install(monkeypatch, source)
    monkeypatch.setattr("django.conf.settings.FETCH_HANDLERS", {capability: HANDLERS[capability]})
    started = scan.start(workspace, schedule.now())
    for _ in range(pages):
        for pk, token in schedule.claim(Fetch, 100, schedule.now() + timedelta(hours=1)):
            scan.run_page(pk, token)
        Fetch.objects.filter(scan=started, due_at__isnull=False).update(lease_token=None, lease_until=None)
        started.refresh_from_db()
        if started.finished_at:
            break
    return started
