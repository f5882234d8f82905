"""A scan, page by page, whatever stops it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from listening import dispatch, plans, scan, schedule
from listening.models import Conversation, Fetch, Mention, Scan, ScanPlan
from listening.net import Busy, SourceError
from listening.types import Item, Page, Reply
from teams.models import Workspace
from tests.fakes import FakeSource, install
from tests.make import make_brand, make_item, make_search, make_workspace
from tests.scanning import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace(settings: object) -> Workspace:
    settings.FETCH_HANDLERS = {  # type: ignore[attr-defined]  # pytest-django's settings
        "search": "listening.handlers.Keywords",
        "tagged": "listening.handlers.Tags",
        "thread": "listening.handlers.Threads",
    }
    workspace = make_workspace()
    brand = make_brand(workspace)
    make_search(workspace, "fjällvik", brand)
    return workspace


def fetch_of(started: Scan, capability: str) -> Fetch:
    return started.fetches.get(capability=capability)


def test_a_scan_reads_every_page_and_ends(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeSource([make_item() for _ in range(5)]))
    started = scan.start(workspace, schedule.now())
    run(started)
    fetch = fetch_of(started, "search")
    assert started.finished_at
    assert (fetch.state, fetch.pages, fetch.inspected, fetch.found, fetch.new) == (Fetch.State.OK, 3, 5, 5, 5)
    assert (fetch.covered_from, fetch.covered_to) == (fetch.since, fetch.started_at)
    assert Mention.objects.count() == 5


def test_a_second_scan_stores_nothing_new_but_what_was_added(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource([make_item() for _ in range(4)])
    install(monkeypatch, source)
    run(scan.start(workspace, schedule.now()))
    source.items.append(make_item("Fjällvik, just now"))
    second = scan.start(workspace, schedule.now())
    run(second)
    assert (fetch_of(second, "search").found, fetch_of(second, "search").new) == (5, 1)
    assert fetch_of(second, "search").since > fetch_of(Scan.objects.earliest("pk"), "search").since  # type: ignore[operator]  # both were set


def test_a_click_while_a_scan_runs_shows_the_one_that_runs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([]))
    assert scan.start(workspace, schedule.now()) == scan.start(workspace, schedule.now())


def test_a_spent_token_does_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource([make_item() for _ in range(4)])
    install(monkeypatch, source)
    scan.start(workspace, schedule.now())
    message = next(one for one in dispatch.due() if one.kind == "fetch")
    assert scan.run_page(message.pk, message.token)
    assert scan.run_page(message.pk, message.token) is None
    assert len(source.asked) == 1


def test_a_worker_that_lost_its_lease_commits_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource([make_item() for _ in range(2)])
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    fetch = fetch_of(started, "search")
    [message] = [one for one in dispatch.due() if one.pk == fetch.pk]
    page = source.search

    def slow(*args: object) -> Page:  # type: ignore[type-arg]  # of items
        # While this worker waits, its lease runs out and another one takes the row.
        late = schedule.now() + timedelta(minutes=10)
        monkeypatch.setattr(source, "search", page)
        [(pk, token)] = [one for one in schedule.claim(Fetch, 10, late) if one[0] == fetch.pk]
        assert scan.run_page(pk, token) is None
        return page(*args)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(source, "search", slow)
    assert scan.run_page(message.pk, message.token) is None
    fetch.refresh_from_db()
    assert (fetch.pages, fetch.found, fetch.state) == (1, 2, Fetch.State.OK)


def test_a_failure_in_the_middle_goes_on_where_it_stopped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource([make_item() for _ in range(6)])
    source.errors[2] = SourceError("%(host)s did not answer.", params={"host": "forum.example"})
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    fetch = fetch_of(started, "search")
    assert (fetch.state, fetch.pages, fetch.new, fetch.error) == (Fetch.State.OK, 3, 6, "")
    assert [cursor for _, cursor in source.asked[:3]] == [None, {"start": 2}, {"start": 2}]


@pytest.mark.parametrize("kind", ["needs_key", "blocked", "gone"])
def test_what_cannot_get_better_ends_at_once_with_its_reason(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    source = FakeSource([make_item() for _ in range(6)])
    source.errors[2] = SourceError(
        "%(host)s shows this to members only.", kind=kind, params={"host": "forum.example"}
    )  # type: ignore[arg-type]  # a parameter
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    fetch = fetch_of(started, "search")
    assert (fetch.state, fetch.pages, fetch.new, fetch.error_kind) == (Fetch.State.PARTIAL, 1, 2, kind)
    assert fetch.error_text == "forum.example shows this to members only."
    assert fetch.covered_to is None
    assert started.finished_at


def test_told_to_wait_a_day_the_rest_is_left_to_the_next_scan(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource([make_item()])
    source.errors[1] = SourceError("Slow down.", kind="rate_limited", retry_after=86_400)
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    assert fetch_of(started, "search").state == Fetch.State.FAILED
    assert Mention.objects.count() == 0


def test_a_busy_host_is_no_error(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource([make_item()])
    source.errors[1] = Busy("forum.example", 3.0)  # type: ignore[assignment]  # raised alike
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    fetch = fetch_of(started, "search")
    assert (fetch.state, fetch.failures, fetch.new) == (Fetch.State.OK, 0, 1)


def test_a_crash_is_written_on_the_row_and_raised(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource([make_item()])
    source.errors[1] = ZeroDivisionError()  # type: ignore[assignment]  # not a SourceError, on purpose
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    [message] = [one for one in dispatch.due() if one.pk == fetch_of(started, "search").pk]
    with pytest.raises(ZeroDivisionError):
        scan.run_page(message.pk, message.token)
    fetch = fetch_of(started, "search")
    assert fetch.state == Fetch.State.FAILED
    assert "ZeroDivisionError" in fetch.error_text


def test_what_stops_its_worker_again_and_again_is_put_aside(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([make_item()]))
    started = scan.start(workspace, schedule.now())
    at = schedule.now()
    for _ in range(schedule.MOST_ATTEMPTS):  # each time the worker dies with the lease in its hand
        at += timedelta(minutes=10)
        [(pk, token)] = [
            one for one in schedule.claim(Fetch, 10, at) if one[0] == fetch_of(started, "search").pk
        ]
        assert schedule.take(Fetch.objects.all(), pk, token, at)
    run(started, at + timedelta(minutes=10))
    assert fetch_of(started, "search").state == Fetch.State.FAILED
    assert started.finished_at


def test_threads_are_read_while_their_posts_are_found(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [make_item(external_id=str(number), replies=number) for number in range(4)]
    source = FakeSource(posts)
    source.threads = {
        "1": [Reply("r1", "https://forum.example/r1", "@Anna@forum.example", parent_id="1")],
        "2": [],
        "3": SourceError(
            "%(host)s shows threads to members only.", kind="needs_key", params={"host": "forum.example"}
        ),
    }
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    states = dict(Conversation.objects.values_list("external_id", "state"))
    assert states == {"0": "read", "1": "read", "2": "read", "3": "unreadable"}
    assert "@anna@forum.example" in Conversation.objects.get(external_id="1").participants
    assert (
        Conversation.objects.get(external_id="3").error_text == "forum.example shows threads to members only."
    )
    assert sum(what == "thread" for what, _ in source.asked) == 3
    run(scan.start(workspace, schedule.now()))
    assert sum(what == "thread" for what, _ in source.asked) == 3, "nothing changed, nothing is asked again"


def post(number: int, days_ago: float = 0.0, **fields: object) -> Item:
    """A post of a source that does not say how many answered."""
    at = schedule.now() - timedelta(days=days_ago, hours=1)
    return make_item(external_id=str(number), replies=None, published_at=at, **fields)


class FewThreads(FakeSource):
    """A source of whose threads a scan reads two."""

    threads_per_scan = 2

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(items)
        self.threads = {item.external_id: [] for item in items}

    def read_threads(self) -> list[str]:
        """Those read since the last call."""
        read = [str(root) for what, root in self.asked if what == "thread"]
        self.asked.clear()
        return read


def test_where_few_threads_may_be_read_they_are_the_newest_and_the_rest_is_said_to_be_unread(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FewThreads([post(1, 9), post(2, 1), post(3, 7), post(4, 2), post(5, 20)])  # found in this order
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    assert source.read_threads() == ["2", "4"], "also though others were found first"
    fetch = fetch_of(started, "thread")
    assert (fetch.state, fetch.truncated, fetch.found) == (Fetch.State.PARTIAL, True, 2)
    states = dict(Conversation.objects.values_list("external_id", "state"))
    assert states == {"1": "unread", "2": "read", "3": "unread", "4": "read", "5": "unread"}
    source.items = [post(6), *source.items]
    source.threads["6"] = []
    run(scan.start(workspace, schedule.now()))
    assert source.read_threads() == ["6", "3"], "the next scan goes on"


def test_a_thread_that_was_read_young_is_read_again_when_nothing_tells_that_it_grew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FewThreads([post(1), post(2, 5)])
    install(monkeypatch, source)
    run(scan.start(workspace, schedule.now()))
    assert source.read_threads() == ["1", "2"]
    run(scan.start(workspace, schedule.now()))
    assert source.read_threads() == [], "not at once"
    source.threads["1"] = [Reply("r1", "https://forum.example/r1", "@Anna@forum.example")]
    Conversation.objects.update(read_at=schedule.now() - timedelta(days=1))
    run(scan.start(workspace, schedule.now()))
    assert source.read_threads() == ["1"], "the other was old enough when it was read"
    assert "@anna@forum.example" in Conversation.objects.get(external_id="1").participants


def test_a_tag_search_goes_through_every_tag(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    make_search(workspace, "tag:fjällvik OR tag:kaffe", workspace.brands.get(), form="tag")
    source = FakeSource([make_item(tags=("kaffe",)) for _ in range(3)])
    install(monkeypatch, source)
    started = scan.start(workspace, schedule.now())
    run(started)
    assert [what for what, _ in source.asked if what.startswith("tag")] == ["tag fjällvik"] * 2 + [
        "tag kaffe"
    ] * 2
    assert fetch_of(started, "tagged").state == Fetch.State.OK


def make_plan(workspace: Workspace, **fields: object) -> ScanPlan:
    plan = plans.make_plan(workspace, datetime(2026, 3, 1, tzinfo=UTC))
    for name, value in fields.items():
        setattr(plan, name, value)
    plan.due_at = plans.next_run(plan, datetime(2026, 3, 27, tzinfo=UTC))
    plan.save()
    return plan


def test_a_daily_plan_runs_once_a_local_day_across_both_changes_of_the_clock(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([]))
    for start, days in ((datetime(2026, 3, 28, tzinfo=UTC), 3), (datetime(2026, 10, 24, tzinfo=UTC), 3)):
        Scan.objects.all().delete()
        plan = make_plan(workspace, at=time(2, 30))
        ScanPlan.objects.filter(pk=plan.pk).update(due_at=plans.next_run(plan, start))
        at = start
        while at < start + timedelta(days=days):
            for _beat in range(2):
                list(dispatch.due(at))
            for started in Scan.objects.filter(finished_at=None):
                run(started, at)
            at += timedelta(minutes=30)
        local_days = [one.slot.astimezone(ZoneInfo("Europe/Stockholm")).date() for one in Scan.objects.all()]
        assert len(local_days) == len(set(local_days)) == days


def test_two_ticks_at_once_start_one_scan(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeSource([]))
    plan = make_plan(workspace)
    at = plan.due_at
    assert at
    claimed = schedule.claim(ScanPlan, 10, at)
    assert schedule.claim(ScanPlan, 10, at) == []
    for pk, token in claimed * 2:
        dispatch.start_plan(pk, token, at)
    assert Scan.objects.count() == 1
    plan.refresh_from_db()
    assert plan.due_at and plan.due_at > at


def test_slots_missed_while_nothing_ran_are_caught_up_by_one_scan(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([]))
    plan = make_plan(workspace, every="hour")
    late = plan.due_at + timedelta(days=3)  # type: ignore[operator]  # it was set
    list(dispatch.due(late))
    plan.refresh_from_db()
    assert Scan.objects.count() == 1
    assert plan.due_at and plan.due_at > late


def test_the_sample_is_never_scanned(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeSource([]))
    plan = make_plan(workspace)
    Workspace.objects.update(is_sample=True)
    list(dispatch.due(plan.due_at))
    assert not Scan.objects.exists()
