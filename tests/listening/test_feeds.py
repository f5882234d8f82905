"""Feeds: asked once for everybody, kept for a while, heard by all who follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from listening import dispatch, feeds, net, scan, schedule
from listening.models import Feed, FeedEntry, FeedSubscription, Fetch, Mention
from listening.net import SourceError
from listening.sources.feeds import Feeds
from listening.types import FeedAnswer, FeedDocument, Item
from teams.models import Workspace
from tests.make import make_brand, make_search, make_workspace
from tests.scanning import run

pytestmark = pytest.mark.django_db

URL = "https://blog.fjallvik.example/feed.xml"


@pytest.fixture
def workspace() -> Workspace:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    return workspace


def entry(number: int, text: str = "Fjällvik opens", **fields: Any) -> Item:
    published = datetime.now(UTC) - timedelta(days=number)
    values = {"external_id": f"tag:{number}", "url": f"https://blog.fjallvik.example/{number}", "title": text}
    return Item(**{**values, "published_at": published, **fields})


class Web:
    """Answers every poll with the same items, and remembers what it was told."""

    def __init__(self, *items: Item) -> None:
        self.items, self.polls = list(items), 0
        self.validators: list[tuple[str, str, str]] = []
        self.error: SourceError | None = None

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def poll(
            _: Feeds, url: str, etag: str = "", last_modified: str = "", body_hash: str = ""
        ) -> FeedAnswer:
            self.polls += 1
            self.validators.append((etag, last_modified, body_hash))
            if self.error:
                raise self.error
            document = FeedDocument(
                title="Fjällvik", site_url="https://blog.fjallvik.example/", items=tuple(self.items)
            )
            return FeedAnswer(document, etag=f'"{self.polls}"', body_hash=str(self.polls))

        monkeypatch.setattr(Feeds, "poll", poll)


def tick(at: datetime) -> None:
    """Polls the feeds that are due, as the workers would."""
    client = net.Client(net.Settings(agent="Earshot/test"), None)
    for message in list(dispatch.due(at)):
        if message.kind == "feed":
            dispatch.poll_feed(message.pk, message.token, client)


def test_a_followed_feed_is_read_at_once_and_heard(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(entry(1), entry(2, "Something else"))
    web.install(monkeypatch)
    feeds.follow(workspace, URL)
    tick(schedule.now())
    feed = Feed.objects.get()
    assert [mention.title for mention in Mention.objects.all()] == ["Fjällvik opens"]
    assert (feed.title, feed.etag, feed.entries.count()) == ("Fjällvik", '"1"', 2)
    assert feed.due_at is not None and feed.due_at > schedule.now() + timedelta(minutes=50)


def test_one_poll_serves_every_workspace_and_validators_go_back_as_they_came(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = make_workspace(name="Others")
    make_search(others, "something", make_brand(others, "Something"))
    web = Web(entry(1), entry(2, "Something else"))
    web.install(monkeypatch)
    for each in (workspace, others):
        feeds.follow(each, URL)
    tick(schedule.now())
    tick(schedule.now() + timedelta(hours=3))
    assert web.polls == 2
    assert web.validators == [("", "", ""), ('"1"', "", "1")]
    assert Mention.objects.filter(workspace=workspace).count() == 1
    assert Mention.objects.filter(workspace=others).count() == 1


def test_a_changed_entry_is_the_same_mention(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web(entry(1))
    web.install(monkeypatch)
    feeds.follow(workspace, URL)
    tick(schedule.now())
    web.items = [entry(1, "Fjällvik opens, updated")]
    tick(schedule.now() + timedelta(hours=3))
    assert Mention.objects.count() == FeedEntry.objects.count() == 1


def test_an_error_stays_on_the_feed_and_old_entries_stay_too(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(entry(1))
    web.install(monkeypatch)
    feeds.follow(workspace, URL)
    tick(schedule.now())
    web.error = SourceError("%(host)s answered 503.", params={"host": "blog.fjallvik.example"})
    tick(schedule.now() + timedelta(hours=3))
    feed = Feed.objects.get()
    assert (feed.failures, feed.error_text) == (1, "blog.fjallvik.example answered 503.")
    assert feed.etag == "", "or the broken answer would never be fetched again"
    assert FeedEntry.objects.count() == Mention.objects.count() == 1


def test_a_scan_asks_a_feed_unless_it_was_asked_just_now(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.FETCH_HANDLERS = {"poll": "listening.handlers.Feeds"}
    web = Web(entry(1), entry(3))
    web.install(monkeypatch)
    feeds.follow(workspace, URL)
    client = net.Client(net.Settings(agent="Earshot/test"), None)
    for expected in (1, 1):
        started = scan.start(workspace, schedule.now())
        run(started, client=client)
        assert web.polls == expected
    first = Fetch.objects.earliest("pk")
    assert (first.found, first.new, first.state) == (2, 2, Fetch.State.OK)
    assert first.covered_from is not None and first.covered_from < timezone.now() - timedelta(days=2)


def test_a_feed_nobody_follows_is_not_asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web(entry(1))
    web.install(monkeypatch)
    feeds.follow(workspace, URL)
    FeedSubscription.objects.all().delete()
    tick(schedule.now())
    assert web.polls == 0


def test_an_undated_entry_carries_the_moment_it_was_first_seen(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(entry(1, published_at=None))
    web.install(monkeypatch)
    feeds.follow(workspace, URL)
    tick(schedule.now())
    mention = Mention.objects.get()
    assert not mention.date_known
    assert timezone.now() - mention.published_at < timedelta(minutes=5)


def test_one_article_in_two_feeds_of_a_site_is_one_mention(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Web(entry(1)).install(monkeypatch)
    feeds.follow(workspace, URL)
    feeds.follow(workspace, "https://blog.fjallvik.example/comments.xml")
    tick(schedule.now())
    assert Feed.objects.count() == 2
    assert Mention.objects.count() == 1


def test_what_is_kept_for_a_time_goes(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    Web(entry(1), entry(29)).install(monkeypatch)
    feeds.follow(workspace, URL)
    tick(schedule.now())
    dispatch.tidy(timezone.now() + timedelta(days=3))
    assert FeedEntry.objects.count() == 1
    assert Mention.objects.count() == 2, "what was heard stays"


def test_entries_without_an_address_are_no_story_together(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Web(entry(1, "Fjällvik one", url=""), entry(2, "Fjällvik two", url="")).install(monkeypatch)
    feeds.follow(workspace, URL)
    tick(schedule.now())
    assert Mention.objects.values("story").distinct().count() == 2
    assert {mention.url for mention in Mention.objects.all()} == {"https://blog.fjallvik.example/"}
