"""One state for each feed, told from what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from listening import feed_states
from listening.feed_states import state_of
from listening.models import Feed, FeedEntry
from listening.rhythm import Rhythm

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def failing(kind: str = "transient", since: datetime = NOW - HOUR, **fields: Any) -> Feed:
    values = {"error": "no", "failing_since": since, "error_since": since, "failures": 3}
    return Feed(**{**values, "error_kind": kind, "last_ok_at": NOW - 9 * DAY, **fields})


def answering(**fields: Any) -> Feed:
    return Feed(last_ok_at=NOW - HOUR, polled_at=NOW - HOUR, **fields)


@pytest.mark.parametrize(
    ("feed", "name", "is_stopped"),
    [
        (Feed(), "new", False),
        (answering(), "fresh", False),
        (answering(newest_at=NOW - 200 * DAY), "quiet", False),
        (answering(moved_at=NOW - DAY, newest_at=NOW - 200 * DAY), "moved", False),
        (answering(moved_at=NOW - 15 * DAY), "fresh", False),
        (failing(), "failing", False),
        (failing(since=NOW - 25 * HOUR), "failing", True),
        (failing("rate_limited", NOW - 25 * HOUR), "failing", True),
        (failing("blocked"), "blocked", True),
        (failing("needs_key"), "blocked", True),
        (failing("gone"), "gone", True),
        (failing("gone", moved_at=NOW - DAY), "gone", True),
    ],
)
def test_each_feed_has_one_state(feed: Feed, name: str, is_stopped: bool) -> None:
    found = state_of(feed, NOW)
    assert (found.name, found.is_stopped) == (name, is_stopped)


def test_what_stopped_stands_first() -> None:
    feeds = [answering(), failing(), answering(newest_at=NOW - 200 * DAY), failing("gone"), Feed()]
    feeds.append(failing(since=NOW - 25 * HOUR))
    found = sorted((state_of(feed, NOW) for feed in feeds), key=lambda state: state.place)
    assert [state.name for state in found] == ["gone", "failing", "failing", "quiet", "new", "fresh"]


def test_the_rhythm_is_told_in_words() -> None:
    with translation.override("en"):
        told = [feed_states.rhythm_words(Rhythm(minutes, 1, NOW)) for minutes in (None, 60, 1440, 7200)]
        assert told == ["", "about 24 entries a day", "about one entry a day", "about one entry every 5 days"]
        assert [feed_states.interval_words(minutes) for minutes in (60, 360)] == [
            "every 60 minutes",
            "every 6 hours",
        ]


@pytest.mark.django_db
def test_feeds_followed_before_there_were_states_get_theirs() -> None:
    """What the migration does to rows of an earlier version."""
    migration = import_module("listening.migrations.0003_feed_states")
    for number, error in enumerate(("", "no", "no")):
        Feed.objects.create(
            url=f"https://{number}.example/",
            error=error,
            error_kind="blocked" if error else "",
            last_ok_at=None if number == 2 else NOW - 9 * DAY,
        )
    first = Feed.objects.earliest("pk")
    for day in (20, 3):
        FeedEntry.objects.create(
            feed=first,
            external_id=str(day),
            item={},
            published_at=NOW - day * DAY,
            changed_at=NOW,
        )
    migration.remember(apps, None)
    fresh, blocked, never = Feed.objects.order_by("pk")
    assert (fresh.covers_from, fresh.newest_at) == (NOW - 20 * DAY, NOW - 3 * DAY)
    assert (fresh.failing_since, state_of(fresh, NOW).name) == (None, "fresh")
    assert state_of(blocked, NOW) == feed_states.State("blocked", NOW - 9 * DAY, NOW - 9 * DAY)
    assert never.failing_since is not None, "nobody knows since when, so since now"


kinds = st.sampled_from(["", "transient", "rate_limited", "blocked", "needs_key", "gone"])
times = st.none() | st.integers(0, 100).map(lambda hours: NOW - hours * HOUR)


class TestTheDatabaseAgrees(TestCase):
    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from(["", "transient", "rate_limited", "blocked", "needs_key", "gone"]),
        times,
        times,
        times,
    )
    def test_it_counts_as_stopped_what_the_state_calls_so(
        self, kind: str, failing_since: datetime | None, error_since: datetime | None, ok: datetime | None
    ) -> None:
        """Rows as ``polls`` writes them: with an error both times are known, without one neither is."""
        if not kind or failing_since is None or error_since is None:
            kind, failing_since, error_since = "", None, None
        Feed.objects.all().delete()
        feed = Feed.objects.create(
            url="https://a.example/",
            error="no" if kind else "",
            error_kind=kind,
            failing_since=failing_since,
            error_since=error_since,
            last_ok_at=ok,
        )
        state = state_of(feed, NOW)
        found = Feed.objects.filter(feed_states.stopped(NOW)).annotate(at=feed_states.stopped_at())
        assert [one.at for one in found] == ([state.stopped_at] if state.is_stopped else [])
