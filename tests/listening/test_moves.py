"""A feed that moves takes its followers along, and nobody loses or doubles anything."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from listening import coverage, dispatch, feeds, moves
from listening.feed_states import state_of
from listening.models import Feed, FeedEntry, FeedSubscription, Fetch, Mention, Search
from teams.models import AuditEntry, Workspace
from tests.listening.feed_web import URL, Clock, FeedWeb, daily, rss, scanned, tick
from tests.make import make_brand, make_member, make_search, make_user, make_workspace

THERE = "https://www.fjallvik.example/news/feed.xml"


def poll(web: FeedWeb, clock: Clock, times: int = 1, url: str = "") -> None:
    """So many turns of the feed at ``url``, or of all; then the tick that settles moves."""
    for _ in range(times):
        clock.on(hours=8)
        rows = Feed.objects.filter(successor=None, **({"url": url} if url else {}))
        rows.update(due_at=clock.now)
        Feed.objects.exclude(pk__in=rows.values("pk")).update(due_at=None)
        tick(web)


def moved(web: FeedWeb, body: str, status: int = 301, url: str = URL, there: str = THERE) -> None:
    web.says("", status, url, location=there)
    web.says(body, url=there)


@pytest.fixture
def followed(listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> FeedSubscription:
    feed_web.says(rss(*daily(clock.now)))
    subscription = feeds.follow(listeners, URL)
    tick(feed_web)
    return subscription


@pytest.mark.parametrize("status", [301, 308])
def test_it_moves_when_three_answers_agree(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock, status: int
) -> None:
    moved(feed_web, rss(*daily(clock.now)), status)
    for polls in (1, 2):
        poll(feed_web, clock)
        feed = Feed.objects.get()
        assert (feed.url, feed.moved_to, feed.moved_polls) == (URL, THERE, polls)
    poll(feed_web, clock)
    list(dispatch.due())
    feed = Feed.objects.get()
    assert (feed.url, feed.moved_from, feed.moved_to, feed.moved_polls) == (THERE, URL, "", 0)
    assert state_of(feed, clock.now).name == "moved"
    asked = feed_web.times()
    poll(feed_web, clock)
    assert feed_web.times() == asked, "from now on it is asked at its new address"


def test_its_followers_find_it_in_their_log(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    others = make_workspace(name="Others")
    feeds.follow(others, URL)
    moved(feed_web, rss(*daily(clock.now)))
    poll(feed_web, clock, 4)
    told = AuditEntry.objects.filter(verb="feed.moved").order_by("workspace")
    assert [(one.workspace, one.user, one.object, one.details) for one in told] == [
        (workspace, None, THERE, {"before": URL}) for workspace in (followed.workspace, others)
    ]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_for_now_moves_nothing(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock, status: int
) -> None:
    moved(feed_web, rss(*daily(clock.now)), status)
    poll(feed_web, clock, 6)
    assert (Feed.objects.get().url, Feed.objects.get().moved_polls) == (URL, 0)


def test_answers_that_disagree_move_nothing(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    body = rss(*daily(clock.now))
    for _ in range(3):
        moved(feed_web, body)
        poll(feed_web, clock, 2)
        moved(feed_web, body, there="https://elsewhere.example/feed")
        poll(feed_web, clock, 2)
        feed_web.says(body)
        poll(feed_web, clock)
        assert Feed.objects.get().moved_polls == 0
    assert Feed.objects.get().url == URL


def test_failures_in_between_neither_count_nor_undo(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    for _ in range(2):
        moved(feed_web, rss(*daily(clock.now)))
        poll(feed_web, clock)
        feed_web.says("", 503)
        poll(feed_web, clock, 3)
    assert (Feed.objects.get().url, Feed.objects.get().moved_polls) == (URL, 2)


@pytest.mark.parametrize(
    "there", ["http://169.254.169.254/feed", "http://10.0.0.8/feed", "http://feeds.internal/feed"]
)
def test_it_never_moves_where_we_may_not_ask(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock, there: str
) -> None:
    moved(feed_web, rss(*daily(clock.now)), there=there)
    poll(feed_web, clock, 5)
    feed = Feed.objects.get()
    assert (feed.url, feed.moved_to, feed.moved_polls) == (URL, "", 0)
    assert state_of(feed, clock.now).name == "blocked"
    assert there not in [url for url, _ in feed_web.asked]


def test_rules_that_changed_meanwhile_count(
    followed: FeedSubscription, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Feed.objects.update(moved_to="http://10.0.0.8/feed", moved_polls=3)
    moves.settle()
    assert (Feed.objects.get().url, Feed.objects.get().moved_polls) == (URL, 0)


def test_what_was_heard_stays_one_after_the_move(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock
) -> None:
    """The ids of these entries are unique within their feed only."""
    known = set(Mention.objects.values_list("pk", flat=True))
    moved(feed_web, rss(("Fjällvik new", clock.now), *daily(clock.now)))
    poll(feed_web, clock, 5)
    assert known < set(Mention.objects.values_list("pk", flat=True))
    assert Mention.objects.count() == 6
    rematch_all(followed.workspace)
    assert Mention.objects.count() == 6


def rematch_all(workspace: Workspace) -> None:
    """A new wording looks through the whole archive."""
    search = Search.objects.get(workspace=workspace)
    version = make_search(workspace, "fjällvik OR kaffe", search.brand)
    type(version).objects.filter(pk=version.pk).update(rematched_at=None)
    dispatch.rematch(version.pk)


class TestMovingToAFeedThatIsFollowedAlready:
    """Alice follows the old address, Bob the new one, Charlie both."""

    @pytest.fixture
    def workspaces(self, listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> dict[str, Workspace]:
        found = {"alice": listeners}
        for name in ("bob", "charlie"):
            found[name] = make_workspace(name=name)
            make_search(found[name], "fjällvik", make_brand(found[name]))
        self.entries = daily(clock.now, 6)
        feed_web.says(rss(*self.entries[:4]))
        feed_web.says(rss(*self.entries[2:]), url=THERE)
        feeds.follow(found["alice"], URL, "Their old blog")
        feeds.follow(found["bob"], THERE)
        feeds.follow(found["charlie"], URL)
        feeds.follow(found["charlie"], THERE)
        tick(feed_web)
        return found

    def merge(self, feed_web: FeedWeb, clock: Clock, *more: tuple[str, datetime]) -> Feed:
        moved(feed_web, rss(*more, *self.entries))
        poll(feed_web, clock, 3, URL)
        moves.settle()
        poll(feed_web, clock, 2)
        return Feed.objects.get(successor=None)

    def test_everybody_follows_the_one_feed(
        self, workspaces: dict[str, Workspace], feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed = self.merge(feed_web, clock)
        assert feed.url == THERE
        rows = FeedSubscription.objects.order_by("workspace")
        assert [(row.workspace, row.feed, row.name) for row in rows] == [
            (workspaces["alice"], feed, "Their old blog"),
            (workspaces["bob"], feed, ""),
            (workspaces["charlie"], feed, ""),
        ]

    def test_the_archives_become_one(
        self, workspaces: dict[str, Workspace], feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed = self.merge(feed_web, clock)
        titles = sorted(entry.item["title"] for entry in FeedEntry.objects.all())
        assert titles == sorted(title for title, _ in self.entries)
        assert not FeedEntry.objects.exclude(feed=feed).exists()

    def test_nobody_loses_or_doubles_a_mention(
        self, workspaces: dict[str, Workspace], feed_web: FeedWeb, clock: Clock
    ) -> None:
        before = {name: set(one.mentions.values_list("pk", flat=True)) for name, one in workspaces.items()}
        assert [len(found) for found in before.values()] == [4, 4, 8]
        self.merge(feed_web, clock, ("Fjällvik new", clock.now))
        for name, workspace in workspaces.items():
            rematch_all(workspace)
            heard = workspace.mentions.all()
            assert before[name] <= set(heard.values_list("pk", flat=True)), name
            told = {mention.title for mention in heard}
            assert told == {title for title, _ in self.entries} | {"Fjällvik new"}, name
        for name in ("alice", "bob"):
            assert workspaces[name].mentions.count() == 7, name
            assert workspaces[name].conversations.count() == 7, name

    def test_who_follows_the_old_address_later_follows_the_feed_where_it_is(
        self, workspaces: dict[str, Workspace], feed_web: FeedWeb, clock: Clock
    ) -> None:
        feed = self.merge(feed_web, clock)
        later = make_workspace(name="Later")
        assert feeds.follow(later, URL).feed == feed
        assert Feed.objects.filter(due_at__isnull=False).get() == feed, "the old address is not asked"

    def test_its_scans_are_those_of_the_feed(
        self, workspaces: dict[str, Workspace], feed_web: FeedWeb, clock: Clock
    ) -> None:
        clock.on(hours=1)
        scanned(workspaces["alice"], feed_web, clock)
        feed = self.merge(feed_web, clock)
        clock.on(hours=1)
        scanned(workspaces["alice"], feed_web, clock)
        assert set(Fetch.objects.values_list("feed", flat=True)) == {feed.pk}
        (line,) = coverage.covered(workspaces["alice"], [], clock.on(days=-1), clock.on(days=1))
        assert (line.state, line.error) == ("ok", "")

    def test_a_feed_that_moves_back_is_followed_back(
        self, workspaces: dict[str, Workspace], feed_web: FeedWeb, clock: Clock
    ) -> None:
        self.merge(feed_web, clock)
        mentions = Mention.objects.count()
        moved(feed_web, rss(*self.entries), url=THERE, there=URL)
        poll(feed_web, clock, 3)
        moves.settle()
        poll(feed_web, clock)
        feed = Feed.objects.get()
        assert (feed.url, feed.subscriptions.count()) == (URL, 3)
        assert Mention.objects.count() == mentions


class TestBeingSentOnToAFeedOfSomebodyElse:
    """Charlie follows an address of his own, and has it send us on to the feed that Bob follows."""

    SECRET = "https://charlie.example/feed.xml?key=charlies-own"

    @pytest.fixture
    def bobs(self, listeners: Workspace, feed_web: FeedWeb, clock: Clock) -> FeedSubscription:
        self.entries = daily(clock.now, 3)
        feed_web.says(rss(*self.entries), url=THERE)
        bobs = feeds.follow(listeners, THERE)
        charlies = make_workspace(name="Charlie")
        make_search(charlies, "fjällvik", make_brand(charlies))
        feed_web.says(rss(("Fjällvik is bankrupt", clock.now)), url=self.SECRET)
        feeds.follow(charlies, self.SECRET)
        tick(feed_web)
        moved(feed_web, rss(*self.entries), url=self.SECRET)
        poll(feed_web, clock, 3, self.SECRET)
        moves.settle()
        poll(feed_web, clock)
        assert FeedSubscription.objects.filter(feed=bobs.feed).count() == 2
        return FeedSubscription.objects.get(pk=bobs.pk)

    def test_puts_no_words_into_it(self, bobs: FeedSubscription) -> None:
        titles = {title for title, _ in self.entries}
        rematch_all(bobs.workspace)
        assert {one.title for one in bobs.workspace.mentions.all()} == titles
        assert {entry.item["title"] for entry in bobs.feed.entries.all()} == titles
        charlies = Workspace.objects.get(name="Charlie")
        assert charlies.mentions.filter(title="Fjällvik is bankrupt").exists(), "what he heard stays his"

    def test_tells_nobody_the_address_it_came_from(
        self, bobs: FeedSubscription, clock: Clock, client: Client
    ) -> None:
        bob = make_user("Bob")
        make_member(bobs.workspace, bob)
        client.force_login(bob)
        for name, place in (("feed", [bobs.pk]), ("sources", [])):
            page = client.get(reverse(f"listening:{name}", args=[bobs.workspace.code, *place]))
            assert "charlie" not in page.content.decode()


def test_only_who_followed_it_before_is_shown_the_address_before(
    followed: FeedSubscription, feed_web: FeedWeb, clock: Clock, client: Client
) -> None:
    moved(feed_web, rss(*daily(clock.now)))
    poll(feed_web, clock, 3)
    moves.settle()
    clock.on(hours=1)
    later = feeds.follow(make_workspace(name="Later"), THERE)
    bob = make_user("Bob")
    client.force_login(bob)
    shown = []
    for row in (followed, later):
        make_member(row.workspace, bob)
        for name, place in (("feed", [row.pk]), ("sources", [])):
            page = client.get(reverse(f"listening:{name}", args=[row.workspace.code, *place]))
            shown.append(URL in page.content.decode())
    assert shown == [True, True, False, False]
