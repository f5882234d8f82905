"""Feeds: followed by workspaces, polled once for all of them, matched from their own archive."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Now

from listening import schedule, searches, store, transactions
from listening.models import Feed, FeedEntry, FeedSubscription, Fetch
from listening.net import check_url
from listening.pipeline import Draft, match, normalise
from listening.text import clean_line, clean_text
from listening.types import FeedAnswer, Item
from teams.models import Workspace

KEPT = timedelta(days=30)
FRESH = timedelta(minutes=5)  # a feed read this recently is not asked again
SHORTEST, LONGEST = 30, 24 * 60  # minutes between polls
ENTRY_TEXT = 20_000


def follow(workspace: Workspace, url: str) -> FeedSubscription:
    """The workspace follows the feed at ``url``. Raises SourceError for an address we never fetch."""
    feed, _ = Feed.objects.get_or_create(url=check_url(url))
    if feed.due_at is None and not workspace.is_sample:
        Feed.objects.filter(pk=feed.pk).update(due_at=Now())
    subscription, _ = FeedSubscription.objects.get_or_create(workspace=workspace, feed=feed)
    return subscription


def is_fresh(feed: Feed, now: datetime) -> bool:
    """Whether the feed was read so recently that asking again would be impolite."""
    return feed.polled_at is not None and now - feed.polled_at < FRESH


def save_answer(feed: Feed, answer: FeedAnswer, now: datetime) -> int:
    """Keeps what a poll gave and sets the next one; returns how many entries are new or changed.

    Runs inside the caller's transaction. Validators are overwritten by every answer, also with "absent".
    """
    changed = 0
    feed.etag, feed.last_modified = answer.etag, answer.last_modified
    feed.body_hash = answer.body_hash or feed.body_hash
    if document := answer.document:
        feed.title = clean_line(document.title, 300) or feed.title
        feed.site_url = document.site_url[:2048]
        feed.language = document.language[:35]
        changed = _save_entries(feed, document.items, now)
    asked = max(answer.max_age or 0, ((answer.document and answer.document.ttl_minutes) or 0) * 60)
    feed.interval_minutes = min(max(SHORTEST, 60, asked // 60), LONGEST)
    feed.polled_at = feed.last_ok_at = now
    feed.failures = feed.attempts = 0
    feed.error, feed.error_params, feed.error_kind = "", {}, ""
    return changed


def next_poll(feed: Feed, now: datetime) -> datetime:
    """When the feed falls due again: its interval, spread by its id so that feeds do not march in step."""
    return now + timedelta(minutes=feed.interval_minutes, seconds=feed.pk * 37 % 300)


def _save_entries(feed: Feed, items: tuple[Item, ...], now: datetime) -> int:
    fresh: dict[str, FeedEntry] = {}
    for item in items:
        packed = _pack(item)
        key = hashlib.sha256(item.external_id.encode("utf-8", "replace")).hexdigest()
        fresh.setdefault(
            key,
            FeedEntry(
                feed=feed,
                external_id=key,
                item=packed,
                item_hash=hashlib.sha256(json.dumps(packed, sort_keys=True).encode()).hexdigest(),
                published_at=min(item.published_at or now, now),
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
    return len(new) + len(changed)


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


def entry_id(feed: Feed, entry: FeedEntry) -> str:
    """One id for one post: the feed's own where it is unique on the web, else with the feed's address."""
    own = str(entry.item["external_id"])
    is_unique = own.startswith(("http://", "https://", "tag:", "urn:"))
    return entry.external_id if is_unique else hashlib.sha256(f"{feed.url}#{own}".encode()).hexdigest()


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
    """The oldest moment the archive reaches back to; None before the first entry."""
    oldest: datetime | None = feed.entries.aggregate(oldest=Min("published_at"))["oldest"]
    return oldest
