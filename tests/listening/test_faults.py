"""What goes wrong under a page, a feed or a tick, and that the work goes on all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection, transaction

from config import settings as ours
from listening import dispatch, feeds, plans, polls, scan, schedule, store, transactions
from listening.models import Feed, Fetch, Mention, Scan, ScanPlan
from listening.net import Busy, Client, Settings, pace
from listening.net import client as net_client
from listening.sources.feeds import Feeds
from listening.types import FeedAnswer, FeedDocument, Page
from teams.models import Workspace
from tests.fakes import FakeSource, install
from tests.make import make_brand, make_item, make_search, make_workspace

pytestmark = pytest.mark.django_db
FEED = "https://blog.fjallvik.example/feed.xml"


@pytest.fixture
def workspace(settings: Any) -> Workspace:
    settings.FETCH_HANDLERS = {"search": "listening.handlers.Keywords"}
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    return workspace


def due(kind: str, at: datetime | None = None) -> dispatch.Message:
    [message] = [one for one in dispatch.due(at) if one.kind == kind]
    return message


def error_of(kind: type[psycopg.Error]) -> OperationalError:
    """As Django raises it."""
    error = OperationalError()
    error.__cause__ = kind()
    return error


# Leases


def test_a_message_that_waits_longer_than_its_lease_is_still_good(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one is sent, in case it is lost; only one of the two does anything."""
    source = FakeSource([make_item()])
    install(monkeypatch, source)
    scan.start(workspace, schedule.now())
    first = due("fetch")
    second = due("fetch", schedule.now() + schedule.QUEUED + timedelta(seconds=1))
    assert (second.pk, second.token) == (first.pk, first.token)
    assert scan.run_page(first.pk, first.token) is None
    assert scan.run_page(second.pk, second.token) is None
    assert len(source.asked) == 1 and Fetch.objects.get().state == Fetch.State.OK


def test_every_answer_keeps_the_row_for_its_worker(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of several slow requests is not taken away between two of them."""
    source = FakeSource([make_item()])
    install(monkeypatch, source)
    leases = []

    class Answering:
        def heard_by(self, listener: Callable[[Any], None]) -> Answering:
            self.listener = listener
            return self

    client = Answering()
    search = source.search

    def slow(*args: Any) -> Page[Any]:
        nearly_over = schedule.now() + timedelta(seconds=1)
        Fetch.objects.update(lease_until=nearly_over)
        monkeypatch.setattr(schedule, "WORKING", timedelta(hours=1))
        client.listener(None)
        leases.append(Fetch.objects.get().lease_until)
        return search(*args)

    monkeypatch.setattr(source, "search", slow)
    monkeypatch.setattr("listening.door.captures", lambda *_, **__: [])
    scan.start(workspace, schedule.now())
    message = due("fetch")
    assert scan.run_page(message.pk, message.token, client) is None  # type: ignore[arg-type]  # stands in
    assert leases[0] and leases[0] > schedule.now() + timedelta(minutes=50)
    assert Fetch.objects.get().state == Fetch.State.OK


def test_who_lost_the_row_cannot_renew_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, FakeSource([]))
    scan.start(workspace, schedule.now())
    message = due("fetch")
    at = schedule.now()
    mine = schedule.take(Fetch.objects.all(), message.pk, message.token, at)
    assert mine
    later = at + schedule.WORKING + timedelta(seconds=1)
    theirs = due("fetch", later)
    assert theirs.token != str(mine.lease_token)
    schedule.renew(mine, later)
    assert Fetch.objects.get().lease_until == later + schedule.QUEUED
    assert not schedule.owned(mine)


# The database


@contextmanager
def database_away() -> Iterator[None]:
    def gone(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        yield


def test_a_page_during_which_the_database_goes_away_is_read_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not called crashed: it is due again when its lease is over, with nothing lost."""
    source = FakeSource([make_item()])
    install(monkeypatch, source)
    search = source.search

    def asks_the_database(*_: Any) -> Page[Any]:
        with database_away():
            Mention.objects.count()
        raise AssertionError

    monkeypatch.setattr(source, "search", asks_the_database)
    scan.start(workspace, schedule.now())
    message = due("fetch")
    with pytest.raises(OperationalError):
        scan.run_page(message.pk, message.token)
    fetch = Fetch.objects.get()
    assert (fetch.state, fetch.error) == (Fetch.State.WAITING, "")

    monkeypatch.setattr(source, "search", search)
    message = due("fetch", schedule.now() + schedule.WORKING + timedelta(seconds=1))
    scan.run_page(message.pk, message.token)
    assert Fetch.objects.get().state == Fetch.State.OK and Mention.objects.count() == 1


def test_what_cannot_be_stored_is_written_on_the_row(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([make_item()]))

    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(store, "save", breaks)
    scan.start(workspace, schedule.now())
    message = due("fetch")
    with pytest.raises(ZeroDivisionError):
        scan.run_page(message.pk, message.token)
    fetch = Fetch.objects.get()
    assert (fetch.state, fetch.pages) == (Fetch.State.FAILED, 0) and "ZeroDivisionError" in fetch.error_text
    assert Scan.objects.get().finished_at


def test_a_page_that_waits_too_long_for_others_to_store_theirs_is_read_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([make_item()]))

    def waits(*_: Any, **__: Any) -> None:
        raise SoftTimeLimitExceeded

    scan.start(workspace, schedule.now())
    message = due("fetch")
    with monkeypatch.context() as meanwhile, pytest.raises(SoftTimeLimitExceeded):
        meanwhile.setattr(store, "save", waits)
        scan.run_page(message.pk, message.token)
    assert Fetch.objects.get().state == Fetch.State.WAITING
    message = due("fetch", schedule.now() + schedule.WORKING + timedelta(seconds=1))
    scan.run_page(message.pk, message.token)
    assert Fetch.objects.get().state == Fetch.State.OK


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure])
def test_a_page_that_met_another_is_stored_whole_at_the_second_try(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, kind: type[psycopg.Error]
) -> None:
    install(monkeypatch, FakeSource([make_item() for _ in range(3)]))
    save, tries = store.save, []

    def met_another(*args: Any) -> store.Saved:
        saved = save(*args)
        tries.append(saved)
        if len(tries) == 1:
            raise error_of(kind)
        return saved

    monkeypatch.setattr(store, "save", met_another)
    scan.start(workspace, schedule.now())
    message = due("fetch")
    again = scan.run_page(message.pk, message.token)
    fetch = Fetch.objects.get()
    assert again and again.token == str(fetch.lease_token)
    assert (fetch.pages, fetch.found, fetch.new, len(tries)) == (1, 2, 2, 2)
    assert Mention.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_after_three_tries_or_for_another_reason_it_is_raised() -> None:
    tries: list[int] = []

    def always(error: OperationalError) -> None:
        tries.append(1)
        raise error

    with pytest.raises(OperationalError):
        transactions.whole(lambda: always(error_of(psycopg.errors.DeadlockDetected)))
    assert len(tries) == transactions.TRIES
    with pytest.raises(OperationalError):
        transactions.whole(lambda: always(error_of(psycopg.errors.DiskFull)))
    assert len(tries) == transactions.TRIES + 1
    with transaction.atomic(), pytest.raises(OperationalError):
        transactions.whole(lambda: always(error_of(psycopg.errors.DeadlockDetected)))
    assert len(tries) == transactions.TRIES + 2


@pytest.mark.django_db(transaction=True)
def test_two_that_wait_for_each_other_both_get_their_way() -> None:
    """A real deadlock: PostgreSQL ends one of the two, which then does its work again."""
    one, two = make_workspace(name="One"), make_workspace(name="Two")
    together = threading.Barrier(2, timeout=30)
    tries: list[int] = []
    failed: list[BaseException] = []

    def rename(first: Workspace, second: Workspace) -> None:
        tries.append(1)
        Workspace.objects.select_for_update().get(pk=first.pk)
        if len(tries) <= 2:
            together.wait()
        Workspace.objects.filter(pk=second.pk).update(contact=f"{first.name.lower()}@fjallvik.example")

    def work(first: Workspace, second: Workspace) -> None:
        try:
            transactions.whole(lambda: rename(first, second))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in ((one, two), (two, one))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == [] and len(tries) == 3
    contacts = set(Workspace.objects.values_list("contact", flat=True))
    assert contacts == {"one@fjallvik.example", "two@fjallvik.example"}


# The tick


def test_a_plan_that_cannot_be_started_keeps_nothing_else_waiting(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, FakeSource([make_item()]))
    others = make_workspace(name="Others")
    make_search(others, "fjällvik", make_brand(others))
    for each, cron in ((workspace, "61 * * * *"), (others, "0 7 * * *")):
        ScanPlan.objects.create(workspace=each, every="cron", cron_text=cron, due_at=schedule.now())
    assert due("fetch").pk == Fetch.objects.get(scan__workspace=others).pk
    assert plans.next_run(ScanPlan.objects.get(workspace=others), schedule.now())


# Feeds


@pytest.fixture
def feed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Feed:
    def poll(*_: Any) -> FeedAnswer:
        return FeedAnswer(FeedDocument(items=(make_item("Fjällvik opens", external_id="tag:1"),)))

    monkeypatch.setattr(Feeds, "poll", poll)
    return feeds.follow(workspace, FEED).feed


def poll(feed: Feed, at: datetime | None = None) -> None:
    message = due("feed", at)
    dispatch.poll_feed(message.pk, message.token, Client(Settings(agent="Earshot/test"), None))
    feed.refresh_from_db()


def test_a_feed_whose_worker_dies_before_all_have_heard_it_is_due_again_within_a_minute(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear_everywhere = feeds.hear_everywhere

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(feeds, "hear_everywhere", dies)
    with pytest.raises(KeyboardInterrupt):
        poll(feed)
    assert feed.entries.count() == 1 and Mention.objects.count() == 0
    monkeypatch.setattr(feeds, "hear_everywhere", hear_everywhere)
    poll(feed, schedule.now() + schedule.WORKING + timedelta(seconds=1))
    assert Mention.objects.count() == 1
    assert feed.due_at and feed.due_at > schedule.now() + timedelta(minutes=50) and feed.lease_until is None


def test_an_entry_that_is_saved_while_others_are_heard_is_not_skipped(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another poll adds in the middle of the hearing is heard by the next one."""
    poll(feed)
    drafts = feeds.drafts

    def meanwhile(*args: Any) -> Any:
        found = drafts(*args)
        monkeypatch.setattr(feeds, "drafts", drafts)
        late = FeedAnswer(FeedDocument(items=(make_item("Fjällvik grows", external_id="tag:2"),)))
        row = Feed.objects.get()
        polls.keep_answer(row, late, schedule.now())
        row.save()
        return found

    monkeypatch.setattr(feeds, "drafts", meanwhile)
    subscription = feed.subscriptions.get()
    feeds.hear(subscription, schedule.now())
    feeds.hear(subscription, schedule.now())
    assert Mention.objects.count() == 2


def test_a_feed_whose_host_is_busy_does_not_count_as_stopping_its_worker(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> FeedAnswer:
        raise Busy("blog.fjallvik.example", 1.0)

    works = Feeds.poll
    monkeypatch.setattr(Feeds, "poll", busy)
    at = schedule.now()
    for _ in range(schedule.MOST_ATTEMPTS + 2):
        poll(feed, at)
        at += timedelta(seconds=2)
    monkeypatch.setattr(Feeds, "poll", works)
    poll(feed, at)
    assert feed.polled_at and not feed.error


# The minute


def test_the_real_leases_let_everything_start_again_within_a_minute() -> None:
    for lease in (ours.LEASE_QUEUED_SECONDS, ours.LEASE_WORKING_SECONDS, pace.LEASE):
        assert lease + ours.TICK_SECONDS <= 55, "five seconds are left for a worker to take it"
    longest = net_client.LONGEST_DEADLINE
    assert longest + 10 <= ours.LEASE_WORKING_SECONDS, "or a worker that lives is robbed"
    assert longest + 5 <= pace.LEASE, "or a host gets two requests at once"
    assert ours.CELERY_BEAT_SCHEDULE["tick"]["options"]["priority"] < ours.CELERY_TASK_DEFAULT_PRIORITY
