"""Feeds: polled once for every workspace that follows them, with an archive of their own."""

from __future__ import annotations

from django.db import models

from listening.models.due import Due
from teams.models import Workspace


class Feed(Due):
    """A feed somewhere. Global: it holds no customer's data, and is asked once for all who follow it.

    How it is doing is no column: ``feed_states`` tells it from what happened. What came of asking is written
    by ``listening.polls`` alone, whoever asked.
    """

    url = models.URLField(max_length=2048, unique=True)
    title = models.CharField(max_length=300, blank=True)
    site_url = models.URLField(max_length=2048, blank=True)
    language = models.CharField(max_length=35, blank=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    body_hash = models.CharField(max_length=64, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)  # when it was last asked, whatever came of it
    interval_minutes = models.PositiveIntegerField(default=60)
    told = models.JSONField(default=dict, blank=True)  # what the document asks of readers, see rhythm.Told
    wait_until = models.DateTimeField(null=True, blank=True)  # the server asked us not to come before
    failing_since = models.DateTimeField(null=True, blank=True)  # the first of the failures in a row
    error_since = models.DateTimeField(null=True, blank=True)  # the first of those that say the same
    rhythm_minutes = models.PositiveIntegerField(null=True, blank=True)  # between two entries; None = unknown
    silence_minutes = models.PositiveIntegerField(null=True, blank=True)  # the longest between two entries
    newest_at = models.DateTimeField(null=True, blank=True)  # its newest entry
    covers_from = models.DateTimeField(null=True, blank=True)  # no entry since then was missed
    history = models.JSONField(default=list, blank=True)  # what came of asking, see polls.lived
    moved_to = models.URLField(max_length=2048, blank=True)  # where it says it moved for good
    moved_polls = models.PositiveSmallIntegerField(default=0)  # how many answers in a row agreed on that
    moved_from = models.URLField(max_length=2048, blank=True)  # where it was before it moved here
    moved_at = models.DateTimeField(null=True, blank=True)
    # The address its entries' ids were made with, "" = ``url``: a feed that moves keeps the ids it gave.
    named_url = models.URLField(max_length=2048, blank=True)
    # The feed that took over its followers, when it moved to an address that was followed already.
    successor = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="feed_due"),
            models.Index(
                fields=["failing_since"],
                condition=models.Q(failing_since__isnull=False),
                name="feed_failing",
            ),
            models.Index(fields=["id"], condition=models.Q(moved_polls__gte=3), name="feed_moving"),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def is_paused(self) -> bool:
        """Whether it is gone and nobody asked to try again."""
        return self.error_kind == "gone" and self.due_at is None


class FeedSubscription(models.Model):
    """A workspace follows a feed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="subscriptions")
    name = models.CharField(max_length=300, blank=True)  # what the workspace calls it; "" = as it does itself
    heard_to = models.DateTimeField(null=True, blank=True)  # entries changed later were not matched yet
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "feed"], name="follow_a_feed_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.feed)

    @property
    def moved_along(self) -> bool:
        """Whether the workspace followed the feed before it moved: others are not shown its old address."""
        return self.feed.moved_at is not None and self.created_at <= self.feed.moved_at


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
