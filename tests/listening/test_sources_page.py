"""One page tells of every source and every feed how it is doing, and a banner when something stopped."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listening import coverage, feeds, scan, stops
from listening.models import Feed, FeedSubscription, Fetch, Scan
from listening.net import SourceError
from teams.models import AuditEntry, Role, Workspace
from tests import fakes, scanning
from tests.listening.feed_web import URL, Clock, FeedWeb, daily, live_until, rss, tick
from tests.make import make_item, make_member, make_user, make_workspace

DAY = timedelta(days=1)
OTHER = "https://other.example/feed"


@pytest.fixture
def alices(listeners: Workspace, clock: Clock) -> Client:
    client = Client()
    client.force_login(listeners.memberships.get().user)
    return client


def url(name: str, workspace: Workspace, *args: Any) -> str:
    return reverse(f"listening:{name}", args=[workspace.code, *args])


def broken(kind: str, clock: Clock) -> dict[str, Any]:
    """The columns of feeds that stopped now."""
    return {"error": "No.", "error_kind": kind, "failing_since": clock.now, "error_since": clock.now}


def text(answer: Any) -> str:
    """What a person reads."""
    words = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+([:.,])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", words).split()))


def banner(client: Client, workspace: Workspace) -> str:
    page = client.get(url("mentions", workspace))
    found = re.search(r'banner-warning".*?</form>', page.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def scanned(workspace: Workspace, clock: Clock) -> Scan:
    """A scan of whatever source is installed, a day after the last."""
    started = scan.start(workspace, clock.on(days=1))
    scanning.run(started, clock.now)
    return started


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch, listeners: Workspace) -> fakes.FakeSource:
    """Mastodon, with one post about us."""
    monkeypatch.setattr("django.conf.settings.FETCH_HANDLERS", {"search": "listening.handlers.Keywords"})
    found = fakes.FakeSource([make_item("Fjällvik on Mastodon")])
    fakes.install(monkeypatch, found)
    return found


class TestAFeed:
    def test_that_answers_tells_when_it_was_read_and_what_it_has(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed_web.says(rss(*daily(clock.now)))
        feeds.follow(listeners, URL)
        tick(feed_web)
        (row,) = alices.get(url("sources", listeners)).context["page"].object_list
        assert (row.state.name, row.entries) == ("fresh", 5)

    def test_that_was_never_read_has_an_unknown_number_of_entries(
        self, listeners: Workspace, alices: Client
    ) -> None:
        feeds.follow(listeners, URL)
        page = alices.get(url("sources", listeners))
        (row,) = page.context["page"].object_list
        assert (row.state.name, row.entries) == ("new", None)
        assert "Entries, 30 days: –" in text(page)

    def test_that_failed_says_so_with_date_and_next_try(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed_web.says("", 503)
        subscription = feeds.follow(listeners, URL)
        live_until(clock, feed_web, clock.now + 2 * DAY)
        for name, args in (("sources", []), ("feed", [subscription.pk])):
            said = text(alices.get(url(name, listeners, *args)))
            assert "failing since 3 Mar 2031, 10:00" in said
            assert "blog.fjallvik.example has a problem (error 503)." in said
            assert re.search(r"Next try: in \d+ hours|Next try: \d+.hours.*from now", said), said
            assert "Open its address in your browser" in said

    def test_that_stopped_stands_above_those_that_answer(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed_web.says(rss(*daily(clock.now), title="A first in the alphabet"))
        feed_web.says("", 410, OTHER)
        feeds.follow(listeners, URL)
        feeds.follow(listeners, OTHER, "Z last in the alphabet")
        tick(feed_web)
        rows = alices.get(url("sources", listeners)).context["page"].object_list
        assert [row.state.name for row in rows] == ["gone", "fresh"]

    def test_is_found_by_state_and_by_name_among_hundreds(
        self, listeners: Workspace, alices: Client, clock: Clock
    ) -> None:
        urls = [(f"https://blog{number}.example/feed", f"Blog {number}") for number in range(230)]
        feeds.follow_all(listeners, urls)
        Feed.objects.update(last_ok_at=clock.now)
        Feed.objects.filter(url__contains="blog7").update(**broken("blocked", clock))

        def shown(**asked: Any) -> tuple[int, int]:
            page = alices.get(url("sources", listeners), asked).context["page"]
            return page.paginator.count, len(page.object_list)

        assert shown() == (230, 50)
        assert shown(page=5) == (230, 30)
        assert shown(show="stopped") == (11, 11)
        assert shown(show="blocked", text="Blog 77") == (1, 1)
        assert shown(text="blog22.example") == (1, 1)
        assert shown(show="fresh") == (219, 50)
        assert shown(show="nonsense") == (0, 0)

    def test_has_a_page_with_its_rhythm_history_entries_and_mentions(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed_web.says(rss(*daily(clock.now), ("Somebody else", clock.now - DAY)))
        subscription = feeds.follow(listeners, URL)
        tick(feed_web)
        feed_web.says("<html>Log in</html>")
        live_until(clock, feed_web, clock.now + DAY)
        page = alices.get(url("feed", listeners, subscription.pk))
        said = text(page)
        assert "about 1 entries a day" not in said and "about one entry a day" in said
        assert "6 entries, 5 of them mentions" in said
        assert re.search(r"Failed \d times in a row: .* gives a web page, not a feed", said)
        assert "Answered: 6 new entries" in said
        assert sum(bool(mention) for _, mention in page.context["entries"]) == 5

    def test_can_be_renamed_for_one_workspace(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb
    ) -> None:
        subscription = feeds.follow(listeners, URL)
        others = feeds.follow(make_workspace(name="Others"), URL)
        answer = alices.post(url("rename_feed", listeners, subscription.pk), {"name": "\x00"}, follow=True)
        assert "alert-danger" in answer.content.decode()
        alices.post(url("rename_feed", listeners, subscription.pk), {"name": " Our \u202e news "})
        names = [FeedSubscription.objects.get(pk=one.pk).name for one in (subscription, others)]
        assert names == ["Our news", ""]

    def test_is_tried_again_by_a_click(
        self,
        listeners: Workspace,
        alices: Client,
        feed_web: FeedWeb,
        clock: Clock,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        feed_web.says("", 410)
        subscription = feeds.follow(listeners, URL)
        tick(feed_web)
        sent: list[Any] = []
        send = "listening.tasks.poll_feed.apply_async"
        monkeypatch.setattr(send, lambda args, **to: sent.append((args, to)))
        with django_capture_on_commit_callbacks(execute=True):
            answer = alices.post(url("try_again", listeners, subscription.pk), follow=True)
        ((args, to),) = sent
        assert (args[0], to["queue"]) == (subscription.feed_id, "now")
        assert "Asking the feed …" in text(answer)
        assert AuditEntry.objects.get(verb="feed.tried").object == URL

    def test_that_is_being_asked_is_shown_anew_when_it_was(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb
    ) -> None:
        subscription = feeds.follow(listeners, URL)
        page = url("feed", listeners, subscription.pk)
        asking = alices.get(page, headers={"HX-Request": "true"})
        assert "Asking the feed …" in text(asking) and "<html" not in asking.content.decode()
        tick(feed_web)
        assert alices.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"

    def test_whose_server_asked_us_to_wait_is_not_tried_again(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb
    ) -> None:
        feed_web.says("", 429, retry_after="86400")
        subscription = feeds.follow(listeners, URL)
        tick(feed_web)
        answer = alices.post(url("try_again", listeners, subscription.pk), follow=True)
        assert "asked us to wait" in text(answer)

    def test_of_another_workspace_does_not_exist(self, listeners: Workspace, alices: Client) -> None:
        theirs = feeds.follow(make_workspace(name="Others"), URL)
        assert alices.get(url("feed", listeners, theirs.pk)).status_code == 404
        for name in ("try_again", "rename_feed", "unfollow"):
            assert alices.post(url(name, listeners, theirs.pk), {"name": "x"}).status_code == 404


class TestASource:
    def test_that_answers_tells_its_items(
        self, listeners: Workspace, source: fakes.FakeSource, clock: Clock
    ) -> None:
        scanned(listeners, clock)
        scanned(listeners, clock)
        found = coverage.health(listeners)["mastodon"]
        assert (found.state, found.last_items, found.items_30d, found.error) == ("ok", 1, 2, "")
        assert found.last_ok_at == clock.now

    def test_that_fails_says_since_when_and_why(
        self, listeners: Workspace, alices: Client, source: fakes.FakeSource, clock: Clock
    ) -> None:
        scanned(listeners, clock)
        ok = clock.now
        asks = SourceError("%(host)s asks for a key.", "needs_key", params={"host": "m.example"})
        source.errors = dict.fromkeys(range(2, 40), asks)
        scanned(listeners, clock)
        began = clock.now
        scanned(listeners, clock)
        found = coverage.health(listeners)["mastodon"]
        assert (found.state, found.error_kind) == ("blocked", "needs_key")
        assert (found.last_ok_at, found.failing_since) == (ok, began)
        assert (found.last_items, found.items_30d) == (None, 1), "unknown is never zero"
        said = text(alices.get(url("sources", listeners)))
        assert "Mastodon blocked" in said
        assert "Since 5 Mar 2031: m.example asks for a key." in said

    def test_that_failed_stands_first(
        self, listeners: Workspace, alices: Client, source: fakes.FakeSource, clock: Clock
    ) -> None:
        source.errors = {call: SourceError("No.", "blocked") for call in range(1, 9)}
        scanned(listeners, clock)
        rows = alices.get(url("sources", listeners)).context["rows"]
        assert (rows[0]["name"], rows[0]["state"]) == ("mastodon", "blocked")

    def test_that_was_never_asked_says_so(self, listeners: Workspace, alices: Client) -> None:
        states = {row["name"]: row["state"] for row in alices.get(url("sources", listeners)).context["rows"]}
        assert states["hackernews"] == "never"
        assert states["searxng"] == "unready"


class TestTheBanner:
    def test_is_not_there_while_all_is_well(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed_web.says(rss(*daily(clock.now)))
        feeds.follow(listeners, URL)
        tick(feed_web)
        feed_web.says("", 503)
        live_until(clock, feed_web, clock.now + DAY / 2)
        assert Feed.objects.get().error
        assert banner(alices, listeners) == "", "a feed that fails since this morning may recover"

    def test_tells_of_feeds_and_sources_that_stopped(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock, source: fakes.FakeSource
    ) -> None:
        feed_web.says("", 410)
        feed_web.says("", 403, OTHER)
        feeds.follow(listeners, URL)
        feeds.follow(listeners, OTHER)
        tick(feed_web)
        assert "2 feeds have stopped." in banner(alices, listeners)
        source.errors = {call: SourceError("No.", "blocked") for call in range(1, 9)}
        scanned(listeners, clock)
        assert "Nothing can be read" not in banner(alices, listeners), "once is no stop"
        scanned(listeners, clock)
        assert "Nothing can be read from: Mastodon." in banner(alices, listeners)

    def test_goes_when_the_feed_answers_again(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed_web.says("", 403)
        feeds.follow(listeners, URL)
        tick(feed_web)
        assert "1 feed has stopped." in banner(alices, listeners)
        feed_web.says(rss(*daily(clock.now)))
        clock.to(Feed.objects.get().due_at)
        tick(feed_web)
        assert banner(alices, listeners) == ""

    def test_is_put_away_until_something_more_stops(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb, clock: Clock, source: fakes.FakeSource
    ) -> None:
        feed_web.says("", 403)
        feed_web.says("", 410, OTHER)
        feeds.follow(listeners, URL)
        tick(feed_web)
        put_away(alices, listeners)
        assert banner(alices, listeners) == ""
        live_until(clock, feed_web, clock.now + 3 * DAY)
        assert banner(alices, listeners) == "", "it is still the same"
        feeds.follow(listeners, OTHER)
        tick(feed_web)
        assert "2 feeds have stopped." in banner(alices, listeners)
        put_away(alices, listeners)
        source.errors = {call: SourceError("No.", "blocked") for call in (1, 2, 4, 5)}
        scanned(listeners, clock)
        scanned(listeners, clock)
        assert "Mastodon" in banner(alices, listeners)
        put_away(alices, listeners)
        assert banner(alices, listeners) == ""
        scanned(listeners, clock)  # it answers
        assert banner(alices, listeners) == ""
        scanned(listeners, clock), scanned(listeners, clock), scanned(listeners, clock)
        source.errors = {call: SourceError("No.", "blocked") for call in range(1, 99)}
        for _ in range(3):
            scanned(listeners, clock)
        assert "Mastodon" in banner(alices, listeners), "it works and stops again: that is news"

    def test_is_put_away_by_each_for_themselves(
        self, listeners: Workspace, alices: Client, feed_web: FeedWeb
    ) -> None:
        bob = make_user("Bob")
        make_member(listeners, bob, Role.VIEWER)
        bobs = Client()
        bobs.force_login(bob)
        feed_web.says("", 410)
        feeds.follow(listeners, URL)
        tick(feed_web)
        assert "1 feed has stopped." in banner(bobs, listeners), "who may only look sees it, too"
        put_away(bobs, listeners)
        assert banner(bobs, listeners) == ""
        assert "1 feed has stopped." in banner(alices, listeners)

    def test_is_not_shown_in_the_sample(self, listeners: Workspace, clock: Clock) -> None:
        sample = make_workspace(make_user("Sam"), is_sample=True)
        feeds.follow(sample, URL)
        Feed.objects.update(**broken("gone", clock))
        client = Client()
        client.force_login(sample.memberships.get().user)
        assert banner(client, sample) == ""

    @pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "javascript:a(1)", "foo"])
    def test_leads_nowhere_else(self, listeners: Workspace, alices: Client, onward: str) -> None:
        answer = alices.post(url("sources", listeners), {"next": onward, "feeds": "nonsense", "source": "x"})
        assert answer["Location"] == url("sources", listeners)

    def test_costs_one_query_and_few_milliseconds(self, listeners: Workspace, clock: Clock) -> None:
        """1,000 feeds of which 100 stopped, and a year of daily scans."""
        feeds.follow_all(listeners, [(f"https://blog{number}.example/feed", "") for number in range(1_000)])
        Feed.objects.filter(url__contains="blog7").update(**broken("gone", clock))
        made = Scan.objects.bulk_create(
            Scan(workspace=listeners, slot=clock.now - day * DAY, finished_at=clock.now) for day in range(365)
        )
        Fetch.objects.bulk_create(
            Fetch(scan=one, source="hackernews", capability="search", state="failed", error="No.",
                  finished_at=one.slot)
            for one in made
            for _ in range(40)
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = stops.stops(listeners, clock.now)
        assert (found.feeds, found.sources, len(asked)) == (111, ("hackernews",), 1)
        clock.traveller.stop()
        began = time.perf_counter()
        for _ in range(20):
            stops.stops(listeners, clock.now)
        spent = (time.perf_counter() - began) / 20
        clock.traveller.start()
        print(f"the banner's query took {spent * 1000:.1f} ms")
        assert spent < 0.05


def put_away(client: Client, workspace: Workspace) -> None:
    """Sends the banner's own form."""
    page = client.get(url("mentions", workspace))
    form = re.search(r'banner-warning".*?</form>', page.content.decode(), re.DOTALL)
    assert form
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]):
        sent.setdefault(name, []).append(value)
    answer = client.post(url("sources", workspace), sent)
    assert answer["Location"] == url("mentions", workspace)
