"""A followed calendar: its turn, its events, what changes in it, and what goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from listening import calendars, dispatch, door, pulse, schedule
from listening.models import Calendar, Event
from listening.net import SourceError
from listening.sources.calendars import Calendars
from teams.models import AuditEntry, Role, Workspace
from tests.listening.feed_web import Clock, FeedWeb
from tests.listening.test_calendar_documents import calendar as written
from tests.make import make_member, make_user, make_workspace

URL = "https://kaffe.example/events.ics"
TASTING = "UID:1\nDTSTART:20310310T180000Z\nDTEND:20310310T200000Z\nSUMMARY:Tasting\nLOCATION:Granvik"
FAIR = "UID:2\nDTSTART;VALUE=DATE:20310401\nSUMMARY:Fair"


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_workspace(make_user("Alice"))


@pytest.fixture
def followed(workspace: Workspace, feed_web: FeedWeb, clock: Clock) -> Calendar:
    """A calendar with two events, read a moment ago."""
    says(feed_web, TASTING, FAIR, etag='"1"')
    found = calendars.follow(workspace, URL)
    assert tick(feed_web) == 1
    found.refresh_from_db()
    return found


def says(web: FeedWeb, *events: str, head: str = "X-WR-CALNAME:Kaffe\n", **headers: str) -> None:
    web.says(written(*events, head=head).decode(), url=URL, **headers)


def tick(web: FeedWeb) -> int:
    """One tick of the beat and the workers behind it; returns how many calendars were asked."""
    messages = [message for message in dispatch.due() if message.kind == "calendar"]
    for message in messages:
        dispatch.poll_calendar(message.pk, message.token, web.client)
    return len(messages)


def the_calendar() -> Calendar:
    return Calendar.objects.select_related("workspace").get()


def titles(workspace: Workspace, clock: Clock) -> list[str]:
    return [event.title for event in calendars.coming(workspace, clock.now)]


# Its turn


def test_a_calendar_is_read_at_once_and_then_twice_a_day(
    followed: Calendar, workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    assert followed.title == "Kaffe" and titles(workspace, clock) == ["Tasting", "Fair"]
    assert followed.due_at is not None
    assert timedelta(hours=12) <= followed.due_at - clock.now <= timedelta(hours=13.5)
    assert tick(feed_web) == 0
    feed_web.says(status=304, url=URL)
    clock.to(followed.due_at)
    assert tick(feed_web) == 1
    assert feed_web.asked[-1][1]["if-none-match"] == '"1"'
    assert titles(workspace, clock) == ["Tasting", "Fair"]


def test_it_is_asked_as_often_as_it_wants_but_not_all_the_time(
    workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    says(feed_web, head="REFRESH-INTERVAL;VALUE=DURATION:PT1M\n")
    calendars.follow(workspace, URL)
    tick(feed_web)
    assert the_calendar().interval_minutes == 60


def test_once_a_month_it_is_read_anew_so_that_repeated_events_go_on(
    workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    says(feed_web, "UID:1\nDTSTART:20310303T180000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:Fika", etag='"1"')
    calendars.follow(workspace, URL)
    tick(feed_web)
    last = Event.objects.latest("starts_at").starts_at
    for _ in range(62):
        clock.to(the_calendar().due_at)
        tick(feed_web)
    assert Event.objects.latest("starts_at").starts_at > last + timedelta(days=20)
    unconditional = [headers for _, headers in feed_web.asked if "if-none-match" not in headers]
    assert 2 <= len(unconditional) <= 3 < len(feed_web.asked)


def test_the_sample_never_asks(db: None, feed_web: FeedWeb, clock: Clock) -> None:
    sample = make_workspace(make_user("Alice"), is_sample=True)
    calendars.follow(sample, URL)
    Calendar.objects.update(due_at=clock.now)
    assert tick(feed_web) == 0 and feed_web.times(URL) == 0
    assert pulse.queue_age(clock.now + timedelta(days=1)) == timedelta(0)


def test_a_calendar_that_waits_too_long_is_seen(workspace: Workspace, clock: Clock) -> None:
    calendars.follow(workspace, URL)
    assert pulse.queue_age(clock.now + timedelta(hours=1)) == timedelta(hours=1)


# What changes in it


def test_what_changes_changes_and_what_vanishes_is_said_to_be_gone(
    followed: Calendar, workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    says(feed_web, TASTING.replace("Granvik", "Ekeby") + "\nSTATUS:CANCELLED")
    clock.to(followed.due_at)
    tick(feed_web)
    tasting, fair = calendars.coming(workspace, clock.now)
    assert (tasting.place, tasting.is_cancelled, tasting.takes_place) == ("Ekeby", True, False)
    assert fair.gone_at == clock.now and not fair.takes_place
    says(feed_web, TASTING, FAIR)
    clock.to(the_calendar().due_at)
    tick(feed_web)
    assert all(event.takes_place for event in calendars.coming(workspace, clock.now))
    assert Event.objects.count() == 2


def test_what_is_over_is_kept_for_a_while_and_then_let_go(
    followed: Calendar, workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.to(datetime(2031, 3, 11, tzinfo=UTC))
    assert titles(workspace, clock) == ["Fair"]
    dispatch.tidy(clock.now)
    assert Event.objects.count() == 2
    clock.on(days=65)
    dispatch.tidy(clock.now)
    assert [event.title for event in Event.objects.all()] == ["Fair"]


def test_an_event_of_whole_days_has_its_day_wherever_the_workspace_is(
    followed: Calendar, workspace: Workspace
) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Pacific/Auckland")
    tasting, fair = Event.objects.select_related("calendar__workspace")
    assert fair.day.isoformat() == "2031-04-01"
    assert tasting.day.isoformat() == "2031-03-11", "18:00 UTC is the next morning there"


# What goes wrong


def test_an_error_keeps_the_events_and_is_tried_again_later_and_later(
    followed: Calendar, workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("<!doctype html>Log in", url=URL)
    waits = []
    clock.to(followed.due_at)
    for _ in range(3):
        tick(feed_web)
        row = the_calendar()
        assert "no calendar at this address" in row.error_text and row.due_at is not None
        waits.append(row.due_at - clock.now)
        clock.to(row.due_at)
    assert waits == sorted(waits) and waits[2] > 3 * waits[0]
    assert titles(workspace, clock) == ["Tasting", "Fair"]
    assert calendars.state_of(the_calendar(), clock.now).name == "failing"
    says(feed_web, TASTING, FAIR)
    tick(feed_web)
    assert calendars.state_of(the_calendar(), clock.now).name == "fresh"


def test_a_calendar_that_is_gone_is_asked_again_only_when_somebody_wants_it(
    followed: Calendar, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("", 410, URL)
    clock.to(followed.due_at)
    tick(feed_web)
    assert the_calendar().due_at is None
    assert calendars.state_of(the_calendar(), clock.now).is_stopped
    assert calendars.try_again(the_calendar())
    says(feed_web, TASTING)
    assert dispatch.calendar_now(the_calendar().pk) is not None
    assert dispatch.calendar_now(the_calendar().pk) is None, "a second click waits for the first"


def test_after_a_week_of_nothing_there_it_is_given_up(
    followed: Calendar, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("", 404, URL)
    clock.to(followed.due_at)
    begun, asked = clock.now, 0
    while (due := the_calendar().due_at) is not None:
        clock.to(max(due, clock.now))
        asked += tick(feed_web)
        assert asked < 40
    assert clock.now - begun >= timedelta(days=7)
    assert "Earshot no longer asks" in the_calendar().error_text


def test_a_server_that_asks_to_wait_is_left_alone(
    followed: Calendar, feed_web: FeedWeb, clock: Clock
) -> None:
    feed_web.says("slow down", 429, URL, retry_after=str(2 * 86_400))
    clock.to(followed.due_at)
    tick(feed_web)
    assert the_calendar().due_at == the_calendar().wait_until == clock.now + timedelta(days=2)
    assert not calendars.try_again(the_calendar())


def test_a_calendar_that_stops_its_workers_gets_one_try_a_day(
    followed: Calendar, feed_web: FeedWeb, clock: Clock
) -> None:
    clock.to(followed.due_at)
    for _ in range(schedule.MOST_ATTEMPTS):  # taken, and never heard of again
        ((pk, token),) = schedule.claim(Calendar, 1, clock.now)
        assert schedule.take(Calendar.objects.all(), pk, token, clock.now)
        clock.on(minutes=2)
    asked = feed_web.times(URL)
    tick(feed_web)
    assert feed_web.times(URL) == asked
    assert "stopped the worker" in the_calendar().error_text
    assert the_calendar().due_at == clock.now + timedelta(days=1)


def test_what_nobody_expected_is_an_error_on_the_row(
    followed: Calendar, feed_web: FeedWeb, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Calendars, "read", crash)
    clock.to(followed.due_at)
    tick(feed_web)
    assert the_calendar().error_text.startswith("Something unexpected happened while reading this calendar")
    assert the_calendar().error_params == {"fault": "RuntimeError"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("webcal://kaffe.example/e.ics", "https://kaffe.example/e.ics"),
        (" kaffe.example/e.ics#now ", "https://kaffe.example/e.ics"),
        ("http://kaffe.example/e.ics", "http://kaffe.example/e.ics"),
    ],
)
def test_addresses_are_spelled_one_way(typed: str, kept: str, db: None) -> None:
    assert calendars.address(typed) == kept


@pytest.mark.parametrize("typed", ["http://127.0.0.1/e.ics", "file:///etc/passwd", "https://[::1]/e.ics", ""])
def test_what_we_never_ask_is_refused(typed: str, db: None) -> None:
    with pytest.raises(SourceError):
        calendars.address(typed)


# The pages


@pytest.fixture
def alice(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, feed_web: FeedWeb, clock: Clock) -> Client:
    """Her browser, at the time of the clock."""
    monkeypatch.setattr(door, "client", lambda: feed_web.client)
    client = Client()
    client.force_login(workspace.members.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(workspace: Workspace, name: str = "calendars", *args: int) -> str:
    return reverse(f"listening:{name}", args=[workspace.code, *args])


def test_alice_follows_a_calendar_and_sees_what_is_coming(
    workspace: Workspace, alice: Client, feed_web: FeedWeb, clock: Clock
) -> None:
    says(feed_web, TASTING, FAIR)
    typed = {"url": URL.replace("https", "webcal")}
    answer = alice.post(page(workspace, "follow_calendar"), typed, follow=True)
    assert "Following the calendar." in answer.content.decode()
    tick(feed_web)
    shown = alice.get(page(workspace)).content.decode()
    starts = workspace.localtime(datetime(2031, 3, 10, 18, tzinfo=UTC))
    assert "Tasting" in shown and "Granvik" in shown and date_format(starts, "DATETIME_FORMAT") in shown
    assert AuditEntry.objects.get(workspace=workspace, verb="calendar.followed").object == URL
    one = the_calendar()
    assert "Fair" in alice.get(page(workspace, "calendar", one.pk)).content.decode()
    answer = alice.post(page(workspace, "unfollow_calendar", one.pk), follow=True)
    assert "No longer following." in answer.content.decode() and not Event.objects.exists()


def test_an_address_that_is_none_is_refused_in_words(workspace: Workspace, alice: Client) -> None:
    answer = alice.post(page(workspace, "follow_calendar"), {"url": "http://192.168.1.1/e.ics"}, follow=True)
    assert "not public" in answer.content.decode()
    assert not workspace.calendars.exists()


def test_there_is_a_limit_to_calendars(workspace: Workspace, alice: Client) -> None:
    Calendar.objects.bulk_create(
        Calendar(workspace=workspace, url=f"https://kaffe.example/{n}.ics")
        for n in range(calendars.MOST_FOLLOWED)
    )
    answer = alice.post(page(workspace, "follow_calendar"), {"url": URL}, follow=True)
    assert "A workspace follows 50 calendars at most." in answer.content.decode()


def test_a_calendar_belongs_to_its_workspace(
    followed: Calendar, workspace: Workspace, feed_web: FeedWeb, clock: Clock
) -> None:
    """Its address may be a secret, so two who follow the same one know nothing of each other."""
    charlie = make_user("Charlie")
    others = make_workspace(charlie, name="Others")
    calendars.follow(others, URL)
    tick(feed_web)
    assert Calendar.objects.count() == 2 and Event.objects.count() == 4
    browser = Client()
    browser.force_login(charlie, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get(page(others, "calendar", followed.pk)).status_code == 404
    assert browser.post(page(others, "unfollow_calendar", followed.pk)).status_code == 404


def test_bob_looks_and_changes_nothing(followed: Calendar, workspace: Workspace, clock: Clock) -> None:
    bob = make_user("Bob")
    make_member(workspace, bob, Role.VIEWER)
    browser = Client()
    browser.force_login(bob, backend="allauth.account.auth_backends.AuthenticationBackend")
    shown = browser.get(page(workspace)).content.decode()
    assert "Tasting" in shown and "Unfollow" not in shown
    assert browser.post(page(workspace, "follow_calendar"), {"url": URL}).status_code == 403


def test_a_thousand_events_cost_as_many_queries_as_one(
    workspace: Workspace, alice: Client, clock: Clock, django_assert_max_num_queries: object
) -> None:
    row = Calendar.objects.create(workspace=workspace, url=URL, title="Kaffe")
    Event.objects.bulk_create(
        Event(calendar=row, key=str(n), title=f"Event {n}", starts_at=clock.now + timedelta(hours=n))
        for n in range(1_000)
    )
    with django_assert_max_num_queries(16):  # type: ignore[operator]  # a fixture of pytest-django
        shown = alice.get(page(workspace)).content.decode()
    assert "Event 99" in shown and "Event 100" not in shown and "Later ones" in shown
