"""Does anybody still listen? What the last tick and the oldest due row say about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as Away

from listening import feeds, plans, pulse, scan, schedule, tasks
from listening.models import Feed, Fetch, ScanPlan
from teams.access import VERBS
from teams.models import Role, Workspace
from tests.make import make_member, make_search, make_user, make_workspace

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
STOPPED = b"its background work stands still"


@pytest.fixture
def now() -> datetime:
    return schedule.now()


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(make_user("Alice"))


def age(seconds: float) -> timedelta:
    return pytest.approx(timedelta(seconds=seconds), abs=timedelta(seconds=5))  # type: ignore[return-value]


def test_a_tick_that_was_done_is_known_until_valkey_is_emptied(now: datetime) -> None:
    assert pulse.take().tick_age is None
    tasks.tick()
    assert pulse.take().tick_age == age(0)
    pulse.ticked(now - 3 * MINUTE)
    assert pulse.take().tick_age == age(180)
    assert pulse.tick_age(now - 9 * MINUTE) == timedelta(0), "no clock runs backwards here"


def test_nothing_due_waits_for_no_time(now: datetime, workspace: Workspace) -> None:
    plans.make_plan(workspace, now)  # due tomorrow
    assert pulse.queue_age(now) == timedelta(0)


def test_the_oldest_of_plans_feeds_and_fetches_counts_leased_or_not(
    now: datetime, workspace: Workspace
) -> None:
    make_search(workspace)
    plans.make_plan(workspace, now)
    ScanPlan.objects.update(due_at=now - 2 * MINUTE)
    assert pulse.queue_age(now) == age(120)
    feeds.follow(workspace, "https://kaffebloggen.example/feed/")
    Feed.objects.update(due_at=now - 3 * MINUTE)
    assert pulse.queue_age(now) == age(180)
    scan.start(workspace, now)
    Fetch.objects.update(due_at=now - 4 * MINUTE, lease_until=now + MINUTE)
    assert pulse.queue_age(now) == age(240)


def test_what_never_falls_due_does_not_wait(now: datetime, workspace: Workspace) -> None:
    plans.make_plan(workspace, now)
    ScanPlan.objects.update(due_at=now - 60 * MINUTE, is_on=False)
    subscription = feeds.follow(workspace, "https://kaffebloggen.example/feed/")
    Feed.objects.update(due_at=now - 60 * MINUTE)
    subscription.delete()
    sample = make_workspace(name="Sample", is_sample=True)
    plans.make_plan(sample, now)
    ScanPlan.objects.filter(workspace=sample).update(due_at=now - 60 * MINUTE)
    assert pulse.queue_age(now) == timedelta(0)


@pytest.mark.parametrize(
    ("tick", "queue", "is_on_time"),
    [(0, 0, True), (4.9, 9.9, True), (5.1, 0, False), (0, 10.1, False), (None, 0, False)],
)
def test_late_is_five_minutes_without_a_tick_or_ten_in_the_queue(
    tick: float | None, queue: float, is_on_time: bool
) -> None:
    found = pulse.Pulse(None if tick is None else tick * MINUTE, queue * MINUTE)
    assert found.is_on_time is is_on_time


@pytest.fixture
def long_running(monkeypatch: pytest.MonkeyPatch) -> None:
    """This web server was not started just now."""
    monkeypatch.setattr(pulse, "STARTED", pulse.STARTED - 3600)


def page(workspace: Workspace, role: str) -> bytes:
    user = make_user(role.title())
    make_member(workspace, user, role)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(f"/w/{workspace.code}/sources/").content


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN])
def test_who_manages_is_told_when_nothing_listens_any_more(
    workspace: Workspace, now: datetime, long_running: None, role: str
) -> None:
    pulse.ticked(now - 6 * MINUTE)
    assert (STOPPED in page(workspace, role)) == ("manage" in VERBS[role])


def test_nobody_is_told_while_ticks_come(workspace: Workspace, now: datetime, long_running: None) -> None:
    pulse.ticked(now - 4 * MINUTE)
    assert STOPPED not in page(workspace, Role.ADMIN)


def test_nobody_is_told_just_after_a_start(workspace: Workspace, now: datetime) -> None:
    pulse.ticked(now - 600 * MINUTE)  # it was off for the night
    assert STOPPED not in page(workspace, Role.ADMIN)


def test_pages_still_come_when_valkey_is_away(
    workspace: Workspace, long_running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise Away("nobody is there")

    monkeypatch.setattr(pulse, "tick_age", away)
    assert STOPPED in page(workspace, Role.ADMIN)
