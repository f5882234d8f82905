"""Feeds: polled once for every workspace that follows them, with an archive of their own."""

from __future__ import annotations

from django.db import models

from listening.models.due import Due
from teams.models import Workspace


class Feed(Due):
    """A feed somewhere. Global: it holds no customer's data, and is asked once for all who follow it."""

    url = models.URLField(max_length=2048, unique=True)
    title = models.CharField(max_length=300, blank=True)
    site_url = models.URLField(max_length=2048, blank=True)
    language = models.CharField(max_length=35, blank=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    body_hash = models.CharField(max_length=64, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)
    interval_minutes = models.PositiveIntegerField(default=60)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="feed_due")]

    def __str__(self) -> str:
        return self.title or self.url


class FeedSubscription(models.Model):
    """A workspace follows a feed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="subscriptions")
    heard_to = models.DateTimeField(null=True, blank=True)  # entries changed later were not matched yet
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "feed"], name="follow_a_feed_once"),
        ]

    def __str__(self) -> str:
        return str(self.feed)


class FeedEntry(models.Model):
    """A feed's own archive of 30 days, so that a new search can look back."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="entries")
    external_id = models.CharField(max_length=64)  # sha256 of the feed's own id, which may be of any length
    item = models.JSONField()  # the Item's fields, cleaned
    item_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # when we first saw it in this form

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "external_id"], name="one_entry_per_feed_and_id"),
        ]
        indexes = [models.Index(fields=["feed", "published_at"], name="entry_by_date")]

    def __str__(self) -> str:
        return str(self.item.get("title", ""))
