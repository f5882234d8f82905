"""When a feed's turn comes: what it and its server ask for, what a person asks for, and who else waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db.models import Q

from listening import dispatch, feeds, schedule
from listening.models import Feed, FeedSubscription, Mention
from listening.sources.feeds import Feeds
from teams.models import Workspace
from tests.listening.feed_web import (
    URL,
    Clock,
    FeedWeb,
    daily,
    due,
    rss,
    scanned,
    state,
    the_feed,
    tick,
)
from tests.make import make_brand, make_search, make_workspace

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Ask = Callable[[], object]


def test_a_person_can_have_a_gone_feed_tried_again(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("", 410)
    clock.to(the_feed().due_at)
    tick(feed_web)
    clock.on(days=30)
    assert feeds.try_again(the_feed())
    message = dispatch.feed_now(the_feed().pk)
    assert message is not None and message.queue == "now"
    assert dispatch.feed_now(the_feed().pk) is None, "a second click waits for the first"
    dispatch.poll_feed(message.pk, message.token, feed_web.client)
    assert state(clock).name == "gone"
    feed_web.says(rss(*daily(clock.now)))
    assert feeds.try_again(the_feed())
    tick(feed_web)
    assert state(clock).name == "fresh"


@pytest.mark.parametrize(
    ("header", "wait"), [("7200", 2 * HOUR), (str(5 * 86_400), 5 * DAY), (str(90 * 86_400), 7 * DAY)]
)
def test_retry_after_is_honoured_up_to_a_week(
    followed: FeedSubscription,
    listeners: Workspace,
    feed_web: FeedWeb,
    clock: Clock,
    header: str,
    wait: timedelta,
) -> None:
    clock.to(the_feed().due_at)
    feed_web.says("slow down", 429, retry_after=header)
    tick(feed_web)
    told = clock.now
    assert the_feed().due_at == the_feed().wait_until == told + wait
    assert not feeds.try_again(the_feed()), "nor when a person asks"
    clock.to(told + wait - timedelta(minutes=1))
    assert tick(feed_web) == 0
    asked = feed_web.times()
    fetch = scanned(listeners, feed_web, clock)
    assert feed_web.times() <= asked + 1
    assert "slow down" in fetch.error_text
    clock.to(told + wait)
    feed_web.says(rss(*daily(clock.now)))
    assert tick(feed_web) == 1
    assert the_feed().wait_until is None
    assert state(clock).name == "fresh"


def test_a_date_to_retry_after_counts_as_well(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.to(the_feed().due_at)
    feed_web.says("", 503, retry_after=format_datetime(clock.now + 3 * DAY, usegmt=True))
    tick(feed_web)
    assert the_feed().due_at == (clock.now + 3 * DAY).replace(microsecond=0)


def test_what_the_document_asks_for_is_kept_over_answers_without_one(
    listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    asks = "<ttl>720</ttl><skipHours><hour>21</hour><hour>22</hour></skipHours>"
    feed_web.says(rss(*daily(clock.now), extra=asks))
    feeds.follow(listeners, URL)
    tick(feed_web)
    assert the_feed().told == {"ttl": 720, "skip_hours": [21, 22]}
    assert due().hour == 23, "09:00 and twelve hours are 21:00"
    feed_web.says(status=304)
    clock.to(the_feed().due_at)
    tick(feed_web)
    assert the_feed().interval_minutes == 720


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"cache_control": "max-age=28800"}, 480),
        ({"cache_control": "max-age=99999999"}, 1440),
        ({"cache_control": "max-age=60"}, 360),
        ({"cache_control": "no-cache"}, 360),
        (
            {"expires": "Mon, 03 Mar 2031 19:00:00 GMT", "date": "Mon, 03 Mar 2031 09:00:00 GMT"},
            600,
        ),
        ({"expires": "0"}, 360),
    ],
)
def test_what_the_server_says_of_its_age_counts(
    listeners: Workspace, feed_web: FeedWeb, clock: Clock, headers: dict[str, str], minutes: int
) -> None:
    feed_web.says(rss(*daily(clock.now)), **headers)
    feeds.follow(listeners, URL)
    tick(feed_web)
    assert the_feed().interval_minutes == minutes


def test_the_syndication_module_says_how_often(listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> None:
    module = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    extra = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    feed_web.says(rss(*daily(clock.now), extra=extra).replace("<rss ", f"<rss {module} "))
    feeds.follow(listeners, URL)
    tick(feed_web)
    assert the_feed().interval_minutes == 720


def test_after_an_absence_feeds_are_asked_a_few_at_a_time(
    listeners: Workspace, clock: Clock, feed_web: FeedWeb
) -> None:
    urls = [f"https://blog{number}.example/feed" for number in range(330)]
    feeds.follow_all(listeners, [(url, "") for url in urls[:-1]])
    Feed.objects.update(polled_at=clock.now - DAY, due_at=clock.now - DAY, last_ok_at=clock.now - DAY)
    feeds.follow(listeners, urls[-1])  # somebody waits for this one

    def handed_out() -> list[dispatch.Message]:
        return [message for message in dispatch.due() if message.kind == "feed"]

    first = handed_out()
    assert len(first) == dispatch.FEEDS_PER_TICK
    assert (first[0].queue, first[0].pk) == ("now", Feed.objects.get(url=urls[-1]).pk)
    clock.on(seconds=15)
    assert len(handed_out()) == dispatch.FEEDS_PER_TICK
    clock.on(seconds=15)
    assert handed_out() == [], "workers have not taken the first hundred off our hands"
    for message in first:
        dispatch.poll_feed(message.pk, message.token, feed_web.client)
    clock.on(seconds=1)
    again = handed_out()
    assert 0 < len(again) <= dispatch.FEEDS_PER_TICK
    assert not {message.pk for message in first} & {message.pk for message in again}
    dues = [feed.due_at for feed in Feed.objects.filter(pk__in=[message.pk for message in first])]
    assert len(set(dues)) == len(dues), "and from then on they do not march in step"


def test_two_ways_at_once_do_not_undo_each_other(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the feed's own turn asks, a scan writes the row: the turn's end keeps what it does not know."""
    clock.to(the_feed().due_at)
    ((pk, token),) = schedule.claim(Feed, 1, clock.now, Q())

    asking = Feeds.poll

    def poll(self: Feeds, *args: str) -> object:
        Feed.objects.filter(pk=pk).update(moved_from="https://old.example/", title="Meanwhile")
        return asking(self, *args)

    monkeypatch.setattr(Feeds, "poll", poll)
    feed_web.says(status=304)
    dispatch.poll_feed(pk, token, feed_web.client)
    feed = the_feed()
    assert (feed.moved_from, feed.title, feed.lease_token) == ("https://old.example/", "Meanwhile", None)
    assert feed.last_ok_at == clock.now


def test_a_feed_that_stops_its_workers_gets_one_try_a_day(
    followed: FeedSubscription, listeners: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.to(the_feed().due_at)
    for _ in range(schedule.MOST_ATTEMPTS):  # taken, and never heard of again
        ((pk, token),) = schedule.claim(Feed, 1, clock.now, Q())
        assert schedule.take(Feed.objects.all(), pk, token, clock.now)
        clock.on(minutes=2)
    asked = feed_web.times()
    tick(feed_web)
    assert feed_web.times() == asked
    assert "stopped the worker" in the_feed().error_text
    assert the_feed().due_at == clock.now + DAY
    assert "stopped the worker" in scanned(listeners, feed_web, clock).error_text
    assert feed_web.times() == asked
    clock.to(the_feed().due_at)
    tick(feed_web)
    assert feed_web.times() == asked + 1
    assert state(clock).name == "fresh"


def test_who_follows_a_feed_that_is_read_already_hears_its_archive_at_once(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    others = make_workspace(name="Others")
    make_search(others, "day", make_brand(others, "Others"))
    clock.on(minutes=30)
    feeds.follow(others, URL)
    tick(feed_web)
    assert Mention.objects.filter(workspace=others).count() == 5
