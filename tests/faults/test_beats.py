"""Two beats at once, each with a connection of its own: every due time gives exactly one scan."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from listening import dispatch, plans
from listening.models import Scan, ScanPlan
from teams.models import Workspace
from tests.make import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SPRING, AUTUMN = datetime(2026, 3, 28, tzinfo=STOCKHOLM), datetime(2026, 10, 24, tzinfo=STOCKHOLM)
DAYS = 3  # the clocks change in the night of the second


def make_plan(workspace: Workspace, start: datetime, **fields: Any) -> ScanPlan:
    plan = ScanPlan.objects.create(workspace=workspace, **fields)
    plan.refresh_from_db()
    plan.due_at = plans.next_run(plan, start - timedelta(minutes=1))
    plan.save()
    return plan


def tick_twice(moments: list[datetime]) -> None:
    """Two beats go through the same moments in step, so that they meet at every one."""
    together = threading.Barrier(2, timeout=60)
    failed: list[BaseException] = []

    def beat() -> None:
        try:
            for moment in moments:
                together.wait()
                list(dispatch.due(moment))
        except BaseException as error:  # what a thread raises is not seen otherwise
            failed.append(error)
            together.abort()
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _ in range(2)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    assert failed == []


@pytest.mark.parametrize("start", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_every_due_time_gives_one_scan(start: datetime, settings: Any) -> None:
    """A daily plan in the very hour that is skipped or comes twice, and one that runs every hour."""
    settings.FETCH_HANDLERS = {}  # a scan with nothing to do is over at once
    daily = make_plan(make_workspace(name="Daily"), start, every="day", at=time(2, 30))
    hourly = make_plan(make_workspace(name="Hourly"), start, every="hour", at=time(0, 15))
    end = (start + timedelta(days=DAYS)).astimezone(UTC)
    first = start.astimezone(UTC)
    hours = round((end - first) / timedelta(hours=1))
    assert hours == DAYS * 24 + (-1 if start is SPRING else 1), "the clocks changed"
    tick_twice([first + timedelta(minutes=15) * step for step in range(hours * 4)])

    days = Counter(one.slot.astimezone(STOCKHOLM).date() for one in Scan.objects.filter(plan=daily))
    assert days == {(start + timedelta(days=day)).date(): 1 for day in range(DAYS)}
    slots = [one.slot for one in Scan.objects.filter(plan=hourly).order_by("slot")]
    assert slots == [first + timedelta(minutes=15) + timedelta(hours=hour) for hour in range(hours)]
