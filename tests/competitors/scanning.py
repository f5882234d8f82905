"""Runs the room's part of a scan through the real scan, with a source that says what it is told to say."""

from __future__ import annotations

import pytest

from listening import scan, schedule
from listening.models import Scan
from listening.sources import Source
from teams.models import Workspace
from tests import fakes, scanning

HANDLERS = {
    "observe": "competitors.observe.Observing",
    "results": "competitors.visibility.LookingUp",
}


def run_scan(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, source: Source, capability: str) -> Scan:
    """Starts a scan of one capability and works until it is finished."""
    fakes.install(monkeypatch, source)
    monkeypatch.setattr("django.conf.settings.FETCH_HANDLERS", {capability: HANDLERS[capability]})
    started = scan.start(workspace, schedule.now())
    scanning.run(started)
    return started
