"""What comes of asking a feed stands on its row, whoever asked: its own turn, or a scan."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from listening import dispatch, feeds, polls
from listening.feed_states import State, state_of
from listening.models import Feed, FeedEntry, FeedSubscription, Fetch, Mention
from listening.sources.feeds import Feeds
from teams.models import Workspace
from tests.listening.feed_web import (
    URL,
    Clock,
    FeedWeb,
    daily,
    live_until,
    rss,
    scanned,
    state,
    the_feed,
    tick,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Ask = Callable[[], object]


@pytest.fixture(params=["its own turn", "a scan"])
def ask(request: pytest.FixtureRequest, listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> Ask:
    """Has the one feed asked, in either way. A scan tries a first slip once more by itself."""

    def by_turn() -> None:
        Feed.objects.filter(due_at__isnull=False).update(due_at=clock.now)
        tick(feed_web)

    def by_scan() -> None:
        clock.on(minutes=6)  # asked just now, it would not be asked again
        scanned(listeners, feed_web, clock)

    return by_turn if request.param == "its own turn" else by_scan


def test_an_answer_says_when_it_was_read_and_when_it_is_due(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.on(hours=7)
    feed_web.says(rss(("Fjällvik again", clock.now), *daily(clock.now - 7 * HOUR)), etag='"2"')
    ask()
    feed = the_feed()
    assert feed.polled_at == feed.last_ok_at == clock.now
    assert (feed.rhythm_minutes, feed.interval_minutes) == (1248, 312)
    assert feed.due_at is not None and 312 <= (feed.due_at - clock.now) / timedelta(minutes=1) <= 344
    assert feed_web.asked[-1][1]["if-none-match"] == '"1"'
    assert feed.etag == '"2"'
    assert state(clock).name == "fresh"
    assert Mention.objects.filter(title="Fjällvik again").count() == 1


def test_not_modified_is_a_success(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock
) -> None:
    before = the_feed()
    clock.on(hours=7)
    feed_web.says(status=304, etag='"1"')
    ask()
    feed = the_feed()
    assert (feed.last_ok_at, feed.failures, feed.etag) == (clock.now, 0, '"1"')
    assert (feed.title, feed.rhythm_minutes) == (before.title, before.rhythm_minutes)
    assert feed.entries.count() == 5


def test_an_error_says_what_since_when_and_when_it_is_tried_again(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.on(hours=7)
    read = the_feed().last_ok_at
    feed_web.says("", 503)
    ask()
    feed = the_feed()
    assert feed.error_text == (
        "blog.fjallvik.example has a problem (error 503). Earshot will try again later."
    )
    assert feed.failing_since == feed.polled_at == clock.now
    assert feed.last_ok_at == read, "what was known stays"
    assert feed.due_at is not None and feed.due_at - clock.now >= timedelta(minutes=30)
    assert feed.etag == "", "or a broken answer would never be fetched again"
    assert state(clock).name == "failing" and not state(clock).is_stopped
    assert feed.entries.count() == Mention.objects.count() == 5, "nothing is lost"


def test_it_fails_since_the_first_failure_and_has_stopped_after_a_day(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("", 503)
    ask()
    begun = the_feed().failing_since
    for status in (500, 502, 429, 503):
        clock.on(hours=8)
        feed_web.says("", status)
        ask()
    assert the_feed().failing_since == begun
    assert the_feed().failures >= 5
    assert state(clock) == State("failing", begun, begun + DAY if begun else None)
    feed_web.says(rss(*daily(clock.now)))
    clock.on(days=8)
    ask()
    feed = the_feed()
    assert (feed.failures, feed.error, feed.failing_since, feed.error_since) == (0, "", None, None)
    assert not state(clock).is_stopped


@pytest.mark.parametrize("status", [401, 403])
def test_a_feed_that_refuses_us_is_blocked_at_once_and_still_tried(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock, status: int
) -> None:
    feed_web.says("no", status)
    ask()
    assert state(clock) == State("blocked", clock.now, clock.now)
    assert the_feed().due_at is not None
    feed_web.says(rss(*daily(clock.now)))
    clock.to(the_feed().due_at)
    ask()
    assert state(clock).name == "fresh"


def test_410_is_gone_at_once_and_never_asked_again(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("", 410)
    ask()
    since = clock.now
    asked = feed_web.times()
    for _ in range(3):
        clock.on(days=2)
        ask()
    assert feed_web.times() == asked
    assert state(clock) == State("gone", since, since)
    assert the_feed().due_at is None


def test_a_scan_says_of_a_gone_feed_that_it_is_gone(
    followed: FeedSubscription, listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.on(hours=1)
    feed_web.says("", 410)
    first = scanned(listeners, feed_web, clock)
    clock.on(days=3)
    second = scanned(listeners, feed_web, clock)
    assert feed_web.times() == 2
    for fetch in (first, second):
        assert (fetch.state, fetch.error_kind) == (Fetch.State.FAILED, "gone")
        assert "gone for good" in fetch.error_text


def test_404_is_gone_after_seven_days_in_a_row(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.to(the_feed().due_at)
    begun = clock.now
    feed_web.says("", 404)
    live_until(clock, feed_web, begun + 6.8 * DAY)
    assert state(clock) == State("failing", begun, begun + DAY)
    live_until(clock, feed_web, begun + 9 * DAY)
    assert state(clock) == State("gone", begun, begun)
    assert re.fullmatch(
        r"blog\.fjallvik\.example has had nothing at this address for [78] days \(404\)\. .*",
        the_feed().error_text,
    )
    asked = feed_web.times()
    live_until(clock, feed_web, begun + 60 * DAY)
    assert feed_web.times() == asked


def test_a_404_now_and_then_is_never_gone(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    def other(feed: Feed) -> None:
        feed_web.says("", 500 if feed.error_params.get("status") == 404 else 404)

    other(the_feed())
    live_until(clock, feed_web, clock.now + 40 * DAY, other)
    assert state(clock).name == "failing"


def test_days_on_which_nobody_looked_do_not_count(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("", 404)
    clock.to(the_feed().due_at)
    tick(feed_web)
    clock.on(days=9)  # Earshot was off
    tick(feed_web)
    assert state(clock).name == "failing"


def test_youtube_gets_three_weeks(listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> None:
    url = "https://www.youtube.com/feeds/videos.xml?channel_id=UCmadeup"
    feeds.follow(listeners, url)
    begun = clock.now
    feed_web.says("", 404, url)
    live_until(clock, feed_web, begun + 20.5 * DAY)
    assert state(clock).name == "failing"
    live_until(clock, feed_web, begun + 23 * DAY)
    assert state(clock).name == "gone"


def test_a_first_slip_is_tried_once_more_within_the_scan(
    followed: FeedSubscription, listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.on(hours=1)
    feed_web.says("", 502)
    fetch = scanned(listeners, feed_web, clock)
    assert feed_web.times() == 1 + 2
    assert fetch.state == Fetch.State.FAILED
    assert the_feed().failures == 2
    fetch = scanned(listeners, feed_web, clock)
    assert feed_web.times() == 1 + 2, "asked again within minutes it would say the same"
    assert "error 502" in fetch.error_text, "and the scan says so, not zero"


def test_a_slip_that_passes_leaves_no_trace_in_the_scan(
    followed: FeedSubscription, listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.on(hours=1)
    good = feed_web.answers[URL]

    class Once(dict):  # type: ignore[type-arg]
        def get(self, url: str, default: object = None) -> object:
            if self.pop("slip", None):
                return default
            return good

    feed_web.answers = Once(slip=True)
    fetch = scanned(listeners, feed_web, clock)
    assert (fetch.state, fetch.error) == (Fetch.State.OK, "")
    assert state(clock).name == "fresh"


def test_a_flapping_feed_recovers_without_noise(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    seen: set[tuple[str, bool]] = set()

    def flap(feed: Feed) -> None:
        found = state_of(feed, clock.now)
        seen.add((found.name, found.is_stopped))
        if feed.error:
            feed_web.says(rss(*daily(clock.now)))
        else:
            feed_web.says("", 503)

    flap(the_feed())
    live_until(clock, feed_web, clock.now + 20 * DAY, flap)
    assert seen == {("fresh", False), ("failing", False)}
    assert Mention.objects.values("external_id").distinct().count() == Mention.objects.count()
    assert len(the_feed().history) <= polls.RUNS_KEPT


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!doctype html><html><body><form>Log in</form></body></html>", "gives a web page, not a feed"),
        ("", "gave an empty answer"),
        ("nothing of the kind", "does not give a feed"),
    ],
)
def test_what_is_no_feed_is_a_failure_in_words_also_with_status_200(
    followed: FeedSubscription, ask: Ask, feed_web: FeedWeb, clock: Clock, body: str, words: str
) -> None:
    clock.on(hours=1)
    feed_web.says(body, etag='"login"')
    ask()
    assert words in the_feed().error_text
    assert (the_feed().etag, state(clock).name) == ("", "failing")


def test_an_empty_feed_is_read_and_has_no_entries(
    listeners: Workspace, ask: Ask, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says(rss())
    feeds.follow(listeners, URL)
    ask()
    feed = the_feed()
    assert (state(clock).name, feed.entries.count(), feed.error) == ("fresh", 0, "")
    clock.on(days=300)
    feed_web.says(status=304)
    ask()
    assert state(clock).name == "fresh", "an empty feed is not quiet, it is empty"


def test_a_feed_that_falls_silent_is_quiet_until_it_writes_again(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    newest = the_feed().newest_at
    feed_web.says(status=304)
    live_until(clock, feed_web, clock.now + 10 * DAY)
    assert state(clock) == State("quiet", newest)
    feed_web.says(rss(("Fjällvik is back", clock.now), *daily(clock.now - 10 * DAY)))
    clock.to(the_feed().due_at)
    tick(feed_web)
    assert state(clock).name == "fresh"


def test_a_quiet_feed_is_covered_although_its_archive_is_empty(
    followed: FeedSubscription, listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says(status=304)
    clock.on(days=60)
    dispatch.tidy(clock.now)
    assert FeedEntry.objects.count() == 0
    fetch = scanned(listeners, feed_web, clock)
    assert fetch.covered_from is not None and fetch.covered_from < clock.now - 59 * DAY
    assert fetch.state == Fetch.State.OK


def test_what_came_and_went_while_nobody_looked_is_not_called_covered(
    followed: FeedSubscription, listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.on(days=12)
    feed_web.says(rss(*daily(clock.now, 3, "Later")))  # shows three days only; nine are between
    fetch = scanned(listeners, feed_web, clock)
    assert fetch.covered_from is not None and fetch.covered_from > clock.now - 3 * DAY


def test_what_nobody_expected_is_a_failure_too(
    followed: FeedSubscription, ask: Ask, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    def poll(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Feeds, "poll", poll)
    ask()
    assert (
        "Something unexpected happened while reading this feed (ZeroDivisionError)" in the_feed().error_text
    )
    assert the_feed().due_at is not None and the_feed().due_at > clock.now  # type: ignore[operator]  # asserted


def test_the_history_tells_runs_not_polls(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says(status=304)
    live_until(clock, feed_web, clock.now + 3 * DAY)
    feed_web.says("", 503)
    live_until(clock, feed_web, clock.now + 1 * DAY)
    feed_web.says(rss(("Fjällvik new", clock.now), *daily(clock.now - 4 * DAY)))
    clock.to(the_feed().due_at)
    tick(feed_web)
    runs = the_feed().history
    assert [bool(run.get("error")) for run in runs] == [False, True, False]
    assert (runs[0]["new"], runs[2]["new"]) == (5, 1)
    assert runs[0]["times"] > 5 and runs[1]["times"] > 3
    assert datetime.fromisoformat(runs[1]["until"]) - datetime.fromisoformat(runs[1]["since"]) > 12 * HOUR
