"""Feeds: followed by workspaces, polled once for all of them, matched from their own archive.

Asking is in ``polls``, how often in ``rhythm``, how they are doing in ``feed_states``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Min, Q

from listening import door, schedule, searches, store, transactions
from listening.models import Feed, FeedEntry, FeedSubscription, Fetch
from listening.pipeline import Draft, match, normalise
from listening.text import clean_line, clean_text
from listening.types import Item
from teams.models import Workspace

KEPT = timedelta(days=30)
MOST_FOLLOWED = 2_000  # feeds of one workspace
ENTRY_TEXT = 20_000


def address(url: str) -> str:
    """The one spelling of a feed's address. Raises SourceError for one that this installation never asks."""
    return door.client().check_url(url).partition("#")[0]


def follow(workspace: Workspace, url: str, name: str = "") -> FeedSubscription:
    """The workspace follows the feed at ``url``. Raises SourceError for an address we never fetch."""
    return follow_all(workspace, [(address(url), name)])[0]


def follow_all(workspace: Workspace, wanted: Sequence[tuple[str, str]]) -> list[FeedSubscription]:
    """The workspace follows the feeds at these addresses, as ``address`` spells them, each with a name or "".

    Feeds that it follows already stay as they are. A feed that moved is followed where it is now.
    """
    names = dict(reversed(wanted))
    with transaction.atomic():
        # Always in one order: two who follow the same feeds at once would wait for each other.
        Feed.objects.bulk_create([Feed(url=url) for url in sorted(names)], ignore_conflicts=True)
        found = {feed.url: feed for feed in Feed.objects.filter(url__in=names).select_related("successor")}
        called = {(found[url].successor or found[url]).pk: name for url, name in names.items()}
        rows = FeedSubscription.objects.filter(workspace=workspace, feed__in=called)
        followed = set(rows.values_list("feed", flat=True))
        new = [
            FeedSubscription(workspace=workspace, feed_id=pk, name=clean_line(name, 300))
            for pk, name in sorted(called.items())
            if pk not in followed
        ]
        FeedSubscription.objects.bulk_create(new, ignore_conflicts=True)
        if not workspace.is_sample:  # also one that others follow: its archive is then heard at once
            now = schedule.now()
            may_be_asked = Q(wait_until=None) | Q(wait_until__lte=now)
            Feed.objects.filter(may_be_asked, pk__in=[one.feed_id for one in new]).update(due_at=now)
        return list(rows.select_related("feed").order_by("pk"))


def try_again(feed: Feed) -> bool:
    """The feed is due now, also when it was given up; False when its server asked us to wait."""
    now = schedule.now()
    with transaction.atomic():
        row = Feed.objects.select_for_update().get(pk=feed.pk)
        if row.wait_until is not None and row.wait_until > now:
            return False
        row.due_at = now
        row.save(update_fields=["due_at"])
    return True


def save_entries(feed: Feed, items: Iterable[Item], now: datetime) -> tuple[int, int]:
    """Keeps the entries of the last 30 days; returns how many are new, and how many were known."""
    fresh: dict[str, FeedEntry] = {}
    for item in items:
        published = min(item.published_at or now, now)
        if published < now - KEPT:
            continue
        packed = _pack(item)
        key = entry_key(item.external_id)
        fresh.setdefault(
            key,
            FeedEntry(
                feed=feed,
                external_id=key,
                item=packed,
                item_hash=item_hash(packed),
                published_at=published,
                changed_at=now,
            ),
        )
    known = {entry.external_id: entry for entry in feed.entries.filter(external_id__in=fresh)}
    new = [entry for key, entry in fresh.items() if key not in known]
    changed = []
    for key, old in known.items():
        if old.item_hash != fresh[key].item_hash:
            old.item, old.item_hash, old.changed_at = fresh[key].item, fresh[key].item_hash, now
            changed.append(old)
    FeedEntry.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    FeedEntry.objects.bulk_update(changed, ["item", "item_hash", "changed_at"], batch_size=500)
    return len(new), len(known)


def _pack(item: Item) -> dict[str, Any]:
    """The item as JSON, cleaned and bounded."""
    fields = dataclasses.asdict(
        dataclasses.replace(
            item,
            title=clean_line(item.title),
            text=clean_text(item.text, ENTRY_TEXT),
            author=clean_line(item.author, 255),
            tags=tuple(clean_line(tag, 100) for tag in item.tags[:50]),
            metrics={},
        )
    )
    fields["published_at"] = item.published_at.isoformat() if item.published_at else None
    return fields


def _unpack(entry: FeedEntry) -> Item:
    fields = dict(entry.item)
    if fields["published_at"]:
        fields["published_at"] = datetime.fromisoformat(fields["published_at"])
    else:
        fields["published_at"] = None
    fields["tags"] = tuple(fields["tags"])
    return Item(**fields)


def drafts(feed: Feed, now: datetime, changed_since: datetime | None = None) -> list[Draft]:
    """The archive's entries as drafts; an entry without a date carries the moment we first saw it."""
    entries = feed.entries.filter(published_at__gte=now - KEPT)
    if changed_since:
        entries = entries.filter(changed_at__gt=changed_since)
    found = []
    for entry in entries.order_by("pk"):
        draft = normalise(
            _unpack(entry), "feeds", entry.published_at if entry.item["published_at"] is None else now
        )
        own_id = entry_id(feed, entry)
        # An entry without an address is shown where it stands: on its site, or in the feed itself.
        url = draft.url or feed.site_url or feed.url
        found.append(dataclasses.replace(draft, external_id=own_id, root_id=own_id, url=url))
    return found


def entry_key(external_id: str) -> str:
    """Under which key an archive keeps the entry with this id."""
    return hashlib.sha256(external_id.encode("utf-8", "replace")).hexdigest()


def item_hash(packed: dict[str, Any]) -> str:
    """Tells whether an entry changed."""
    return hashlib.sha256(json.dumps(packed, sort_keys=True).encode()).hexdigest()


def entry_id(feed: Feed, entry: FeedEntry) -> str:
    """One id for one post: the feed's own where it is unique on the web, else with the feed's address."""
    own = str(entry.item["external_id"])
    is_unique = own.startswith(("http://", "https://", "tag:", "urn:"))
    named = feed.named_url or feed.url
    return entry.external_id if is_unique else hashlib.sha256(f"{named}#{own}".encode()).hexdigest()


def hear(subscription: FeedSubscription, now: datetime, fetch: Fetch | None = None) -> store.Saved:
    """Matches entries that changed since the workspace last looked, and stores what answers a search."""
    with transaction.atomic():
        mine = (
            FeedSubscription.objects.select_for_update()
            .select_related("feed", "workspace")
            .get(pk=subscription.pk)
        )
        versions = searches.current(mine.workspace)
        # First how far, then what: an entry that another poll saves in between is heard twice, not never.
        latest = mine.feed.entries.order_by("-changed_at").values_list("changed_at", flat=True).first()
        heard = [
            store.Heard(draft, match(draft, versions)) for draft in drafts(mine.feed, now, mine.heard_to)
        ]
        mine.heard_to = latest or mine.heard_to
        mine.save(update_fields=["heard_to"])
        return store.save(mine.workspace, heard, now, fetch)


def hear_everywhere(feed: Feed, now: datetime) -> None:
    """After a poll: every workspace that follows the feed gets to hear what changed."""
    for subscription in feed.subscriptions.order_by("pk"):
        transactions.whole(partial(hear, subscription, now))
        schedule.renew(feed, schedule.now())


def covered_from(feed: Feed) -> datetime | None:
    """The oldest moment since which no entry was missed; None before the first answer."""
    if feed.covers_from:
        return feed.covers_from
    oldest: datetime | None = feed.entries.aggregate(oldest=Min("published_at"))["oldest"]
    return oldest
