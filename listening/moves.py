"""Feeds that moved for good: when answers agree they are asked at their new address, and nothing is lost."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from listening import feeds, schedule, store
from listening.feed_states import AGREEING
from listening.models import Feed, FeedSubscription, Fetch
from listening.net import SourceError
from listening.sources.feed_documents import id_space
from teams.models import Workspace, record

log = logging.getLogger(__name__)


def settle() -> None:
    """Moves every feed whose answers agree. One at a time, each in its own transaction."""
    for pk in Feed.objects.filter(moved_polls__gte=AGREEING, lease_until=None).values_list("pk", flat=True):
        move(pk)


def move(pk: int) -> None:
    """The feed gets the address it says it has, or its followers go over to the feed that has it already."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # moves wait for each other, so that none sees half of another
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [0x4EA4])
        there = Feed.objects.filter(pk=pk).values_list("moved_to", flat=True).first()
        rows = Feed.objects.select_for_update().filter(Q(pk=pk) | Q(url=there)).order_by("pk")
        locked = {row.pk: row for row in rows}
        feed = locked.pop(pk, None)
        if feed is None or feed.moved_polls < AGREEING or feed.moved_to != there or feed.successor_id:
            return
        other = next(iter(locked.values()), None)
        try:
            feeds.address(feed.moved_to)
        except SourceError as error:  # the operator's rules changed meanwhile
            log.warning("Feed %s may not move: %s", pk, error)
            feed.moved_to, feed.moved_polls = "", 0
            feed.save(update_fields=["moved_to", "moved_polls"])
            return
        _tell(feed)
        if other is not None and other.successor_id == feed.pk:  # it moved here from there, and now back
            _hand_over_fetches(other, feed)
            other.delete()
            other = None
        if other is None:
            _change_address(feed)
        else:
            _merge(feed, other.successor or other)


def _change_address(feed: Feed) -> None:
    feed.named_url = feed.named_url or feed.url
    feed.moved_from, feed.moved_at = feed.url, schedule.now()
    feed.url, feed.moved_to, feed.moved_polls = feed.moved_to, "", 0
    feed.save(update_fields=["url", "named_url", "moved_from", "moved_at", "moved_to", "moved_polls"])


def _merge(feed: Feed, other: Feed) -> None:
    """Followers, archive and fetches of ``feed`` go over to ``other``, and who follows it later does, too.

    Anybody can have an address send us on to a feed that others follow. So whoever never followed ``feed``
    neither hears what it said before nor learns its address, which may hold a secret.
    """
    now = schedule.now()
    is_known_to_all = not _strangers(feed, other)
    names = _merge_archives(feed, other, now, hand_over=is_known_to_all)
    for mine in FeedSubscription.objects.select_related("workspace").filter(feed=feed).order_by("pk"):
        store.rename(mine.workspace, "feeds", names)
        theirs = FeedSubscription.objects.filter(feed=other, workspace=mine.workspace).first()
        if theirs is None:
            mine.feed, mine.heard_to = other, None  # hears all of the archive; what it knows stays one
            mine.save(update_fields=["feed", "heard_to"])
        else:
            theirs.name = theirs.name or mine.name
            theirs.save(update_fields=["name"])
            mine.delete()
    _hand_over_fetches(feed, other)
    Feed.objects.filter(successor=feed).update(successor=other)
    feed.successor, feed.due_at, feed.moved_to, feed.moved_polls = other, None, "", 0
    schedule.rest(feed, None)
    feed.save()
    if is_known_to_all:
        other.moved_from, other.moved_at = feed.url, now
        other.covers_from = min(filter(None, (feed.covers_from, other.covers_from)), default=None)
    other.due_at = other.due_at or now  # it answers, or nobody would be sent there
    other.save(update_fields=["moved_from", "moved_at", "covers_from", "due_at"])


def _strangers(feed: Feed, other: Feed) -> bool:
    """Whether anybody follows ``other`` who does not follow ``feed``."""
    mine = FeedSubscription.objects.filter(feed=feed).values("workspace")
    return FeedSubscription.objects.filter(feed=other).exclude(workspace__in=mine).exists()


def _merge_archives(feed: Feed, other: Feed, now: datetime, *, hand_over: bool) -> dict[str, str]:
    """Entries that only ``feed`` has go over, with ``hand_over``; returns how mentions of its entries are
    called from now on.

    Old id -> new id, where they differ: ids that are unique within their feed hold the feed's address.
    """
    before, after = (f"{id_space(one.named_url or one.url)}#" for one in (feed, other))
    known = set(other.entries.values_list("external_id", flat=True))
    names = {}
    for entry in feed.entries.order_by("pk"):
        old, own = feeds.entry_id(feed, entry), str(entry.item["external_id"])
        if own.startswith(before):
            entry.item = {**entry.item, "external_id": after + own.removeprefix(before)}
            entry.external_id = feeds.entry_key(entry.item["external_id"])
            entry.item_hash = feeds.item_hash(entry.item)
        names[old] = feeds.entry_id(other, entry)
        if hand_over and entry.external_id not in known:
            known.add(entry.external_id)
            entry.feed, entry.changed_at = other, now
            entry.save()
    feed.entries.all().delete()
    return {old: new for old, new in names.items() if old != new}


def _hand_over_fetches(feed: Feed, other: Feed) -> None:
    Fetch.objects.filter(feed=feed).update(feed=other)


def _tell(feed: Feed) -> None:
    """Everybody who follows it finds it in the log of the workspace."""
    for workspace in Workspace.objects.filter(subscriptions__feed=feed).order_by("pk"):
        record(workspace, None, "feed.moved", feed.moved_to, before=feed.url)
