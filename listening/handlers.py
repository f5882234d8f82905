"""What each listening capability does in a scan: which fetches, how a page is read, how it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Least

from listening import door, erasing, feeds, polls, schedule, searches, store
from listening.models import Conversation, Feed, FeedSubscription, Fetch, Scan, Search, SearchVersion
from listening.net import Busy, SourceError
from listening.pipeline import match, normalise, reach_back
from listening.sources import Source
from listening.store import Saved
from listening.types import FeedAnswer, Item, Page, Reply

FIRST_REACH = timedelta(days=30)
OVERLAP = timedelta(days=1)
RIPE = timedelta(days=2)  # a thread read when its post was younger may have grown since
READ_AGAIN = timedelta(hours=12)  # and is then read again, but not sooner than this
# Asked for and refused. It may have been the server's bad day, so this is asked again, too.
REFUSED = ~Q(error="") & ~Q(state=Conversation.State.UNREAD)


def _covered_to(version: SearchVersion, source: str, capability: str) -> datetime | None:
    """To when this wording has been read."""
    return (
        Fetch.objects.filter(version=version, source=source, capability=capability, covered_to__isnull=False)
        .order_by("-covered_to")
        .values_list("covered_to", flat=True)
        .first()
    )


def _asked_for(scan: Scan, form: str) -> list[SearchVersion]:
    """The wordings to ask for: the current ones, and those that a follow-up measures by."""
    versions = SearchVersion.objects.filter(
        searches.asked_for(scan.slot), search__workspace=scan.workspace, search__is_on=True, search__form=form
    )
    return list(versions.select_related("search__brand").order_by("search_id", "number"))


def _label(version: SearchVersion) -> str:
    """What a fetch is called: the brand, and the wording where it is not today's."""
    label = str(version.search.brand or "")[:240]
    return label if version.is_current else f"{label} {version}".lstrip()


def _first_reach(version: SearchVersion, slot: datetime) -> timedelta:
    """How far back a wording is read at most: a month, or to where a follow-up begins to measure by it."""
    return max(FIRST_REACH, slot - version.pinned_since) if version.pinned_since else FIRST_REACH


class _Listening:
    """A search asked of a source; every item is held against all of the workspace's searches."""

    capability: str
    form: str

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        for kind in door.offering(scan.workspace, self.capability):
            for version in _asked_for(scan, self.form):
                covered = _covered_to(version, kind.name, self.capability)
                if covered and scan.plan and scan.slot - covered < kind.rest:
                    continue  # a person who clicks is not made to wait
                yield Fetch(
                    scan=scan,
                    source=kind.name,
                    capability=self.capability,
                    search=version.search,
                    version=version,
                    label=_label(version),
                    # An overlap before what this wording has covered, or the first reach-back.
                    since=reach_back(covered, scan.slot, _first_reach(version, scan.slot), OVERLAP),
                )

    def save(self, fetch: Fetch, page: Page[Item]) -> Saved:
        now = schedule.now()
        workspace = fetch.scan.workspace
        versions = searches.current(workspace)
        drafts = [normalise(item, fetch.source, now) for item in page.items]
        return store.save(workspace, [store.Heard(one, match(one, versions)) for one in drafts], now, fetch)


class Keywords(_Listening):
    """Searches by keyword, on sources that search their text."""

    capability = "search"
    form = Search.Form.KEYWORD

    def read(self, fetch: Fetch, source: Any) -> Page[Item]:
        assert fetch.version is not None
        page: Page[Item] = source.search(fetch.version.as_query(), fetch.since, fetch.cursor)
        return page


class Tags(_Listening):
    """Searches by tag: one tag timeline after the other."""

    capability = "tagged"
    form = Search.Form.TAG

    def read(self, fetch: Fetch, source: Any) -> Page[Item]:
        assert fetch.version is not None
        at = fetch.cursor or {"tag": 0, "page": None, "reached": None}
        tags = fetch.version.as_query().tags()
        if not tags:
            return Page()
        page: Page[Item] = source.tagged(tags[at["tag"]], fetch.since, at["page"])
        if page.next is not None:
            following = {**at, "page": dict(page.next)}
            return Page(page.items, page.inspected, following, None, page.truncated, page.gaps)
        # What the whole search reaches back to is what its worst tag does.
        reached = max(filter(None, (page.reached, moment(at["reached"]))), default=None)
        if at["tag"] + 1 < len(tags):
            following = {"tag": at["tag"] + 1, "page": None, "reached": reached and reached.isoformat()}
            return Page(page.items, page.inspected, following, None, page.truncated, page.gaps)
        return Page(page.items, page.inspected, None, reached, page.truncated, page.gaps)


def moment(text: str | None) -> datetime | None:
    """A moment as it is kept in a cursor."""
    return datetime.fromisoformat(text) if text else None


class Feeds:
    """The feeds a workspace follows: asked unless they were just now, then matched from their archive.

    What came of asking is kept on the feed's row by ``polls``, as when the feed's own turn comes.
    """

    capability = "poll"

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        if any(kind.name == "feeds" for kind in door.enabled(scan.workspace)):
            for subscription in FeedSubscription.objects.filter(workspace=scan.workspace).select_related(
                "feed"
            ):
                yield Fetch(
                    scan=scan,
                    source="feeds",
                    capability=self.capability,
                    feed=subscription.feed,
                    label=str(subscription)[:255],
                )

    def read(self, fetch: Fetch, source: Any) -> Page[FeedAnswer]:
        feed, now = fetch.feed, schedule.now()
        if feed is None:
            return Page()
        if error := polls.standing_error(feed, now):
            raise error
        if polls.is_fresh(feed, now):
            return Page()
        try:
            answer = polls.ask(feed, source)
        except SourceError as error:
            raise polls.fail(feed, error) from error
        return Page((answer,), len(answer.document.items) if answer.document else 0)

    def save(self, fetch: Fetch, page: Page[FeedAnswer]) -> Saved:
        subscription = FeedSubscription.objects.filter(
            workspace=fetch.scan.workspace, feed=fetch.feed
        ).first()
        if subscription is None:  # unfollowed meanwhile
            return Saved()
        feed = Feed.objects.select_for_update().get(pk=subscription.feed_id)
        # After the lock: entries must not look older than what another poll has let people hear meanwhile.
        now = schedule.now()
        for answer in page.items:
            polls.keep_answer(feed, answer, now)
            feed.save()
        fetch.since = feeds.covered_from(feed)
        return feeds.hear(subscription, now, fetch)


@dataclass(frozen=True)
class ReadThread:
    """A conversation's replies, or why they cannot be read."""

    conversation_id: int
    replies: tuple[Reply, ...] = ()
    error: SourceError | None = None


class Threads:
    """Reads who answered in the conversations we heard of; starts as soon as there are any."""

    capability = "thread"

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        for kind in door.offering(scan.workspace, self.capability):
            yield Fetch(scan=scan, source=kind.name, capability=self.capability)

    def read(self, fetch: Fetch, source: Any) -> Page[ReadThread]:
        conversation = self._next(fetch, source)
        if conversation is None:
            if fetch.pages < source.threads_per_scan and self._more_may_come(fetch):
                raise Busy(fetch.source, 2.0)
            return Page(truncated=self._unread(fetch).exists())
        try:
            page: Page[Reply] = source.thread(conversation.handle)
        except SourceError as error:
            if error.kind not in ("needs_key", "blocked", "gone"):
                raise
            return Page((ReadThread(conversation.pk, error=error),), 1, {"read": conversation.pk})
        return Page((ReadThread(conversation.pk, page.items),), 1, {"read": conversation.pk})

    def _unread(self, fetch: Fetch) -> QuerySet[Conversation]:
        return Conversation.objects.filter(
            workspace=fetch.scan.workspace, source=fetch.source, state=Conversation.State.UNREAD
        )

    def _next(self, fetch: Fetch, source: Any) -> Conversation | None:
        """The conversation to be read now; None when there is none, or none is to be read yet or any more."""
        if fetch.pages >= source.threads_per_scan:
            return None
        if source.threads_per_scan >= Source.threads_per_scan:
            unread = self._unread(fetch).order_by("-pk").first()
            if unread or self._more_may_come(fetch):
                return unread
            return self._to_be_read_again(fetch).filter(REFUSED).first()
        # Where few may be read they are the newest, so all must be known first.
        return None if self._more_may_come(fetch) else self._newest(fetch)

    def _newest(self, fetch: Fetch) -> Conversation | None:
        """The newest that is unread; after these, what was read so young that few had answered.

        A source that lets us read few threads need not tell how many replies there are, so nothing else says
        that a thread grew.
        """
        unread = self._dated(fetch).filter(state=Conversation.State.UNREAD).first()
        if unread:
            return unread
        grown = Q(state=Conversation.State.READ, replies_said=None)
        return self._to_be_read_again(fetch).filter(grown | REFUSED).first()

    def _dated(self, fetch: Fetch) -> QuerySet[Conversation]:
        mine = Conversation.objects.filter(workspace=fetch.scan.workspace, source=fetch.source)
        return mine.annotate(posted=Max("mentions__published_at")).order_by("-posted", "-pk")

    def _to_be_read_again(self, fetch: Fetch) -> QuerySet[Conversation]:
        """Those that were asked for when they were young, and not lately: a few times each."""
        grown = self._dated(fetch).filter(read_at__lt=Least(F("posted") + RIPE, fetch.scan.slot - READ_AGAIN))
        return grown.exclude(external_id__startswith=erasing.PREFIX)  # of an erased author: no way there

    def _more_may_come(self, fetch: Fetch) -> bool:
        """Whether another fetch of this scan may still find conversations on this source."""
        others = fetch.scan.fetches.filter(source=fetch.source, capability__in=("search", "tagged", "poll"))
        return others.exclude(state__in=Fetch.FINISHED).exists()

    def save(self, fetch: Fetch, page: Page[ReadThread]) -> Saved:
        now = schedule.now()
        for one in page.items:
            conversation = Conversation.objects.select_for_update().filter(pk=one.conversation_id).first()
            if conversation is None:
                continue
            if one.error:
                store.save_unreadable(conversation, one.error, now)
            else:
                store.save_thread(conversation, one.replies, now)
        return Saved(found=len(page.items))
