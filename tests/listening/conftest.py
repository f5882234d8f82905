"""What several files about feeds share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listening import feeds
from listening.models import FeedSubscription
from teams.models import User, Workspace
from tests.listening.feed_web import URL, Clock, FeedWeb, daily, rss, tick
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


@pytest.fixture
def followed(listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> FeedSubscription:
    """A feed with an entry a day, read a moment ago."""
    feed_web.says(rss(*daily(clock.now)), etag='"1"')
    subscription = feeds.follow(listeners, URL)
    tick(feed_web)
    return subscription
