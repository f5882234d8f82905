"""What several files about feeds share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from teams.models import User, Workspace
from tests.listening.feed_web import Clock, FeedWeb
from tests.make import make_brand, make_search, make_user, make_workspace


@pytest.fixture
def feed_web() -> Iterator[FeedWeb]:
    with FeedWeb().running() as web:
        yield web


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with Clock(monkeypatch) as clock:
        yield clock


@pytest.fixture
def listeners(db: None, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Alice's workspace, which searches for its own brand; scans read feeds only."""
    monkeypatch.setattr("django.conf.settings.FETCH_HANDLERS", {"poll": "listening.handlers.Feeds"})
    alice: User = make_user("Alice")
    workspace = make_workspace(alice)
    make_search(workspace, "fjällvik", make_brand(workspace))
    return workspace
