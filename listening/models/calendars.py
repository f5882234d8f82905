"""Calendars that a workspace follows, and the events in them."""

from __future__ import annotations

from datetime import date

from django.db import models

from listening.models.due import Due
from teams.models import Workspace


class Calendar(Due):
    """A calendar somewhere. The workspace's own, unlike a feed: its address is often a secret.

    What came of asking is written by ``listening.calendars`` alone.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="calendars")
    url = models.URLField(max_length=2048)
    title = models.CharField(max_length=300, blank=True)
    etag = models.TextField(blank=True)
    last_modified = models.TextField(blank=True)
    body_hash = models.CharField(max_length=64, blank=True)
    polled_at = models.DateTimeField(null=True, blank=True)  # when it was last asked, whatever came of it
    read_at = models.DateTimeField(null=True, blank=True)  # when its events were last worked out
    interval_minutes = models.PositiveIntegerField(default=720)
    wait_until = models.DateTimeField(null=True, blank=True)  # the server asked us not to come before
    failing_since = models.DateTimeField(null=True, blank=True)  # the first of the failures in a row
    unread = models.PositiveIntegerField(default=0)  # events that could not be read, or not completely
    is_cut = models.BooleanField(default=False)  # it has more coming events than we keep
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "url"], name="follow_a_calendar_once"),
        ]
        indexes = [models.Index(fields=["due_at"], name="calendar_due")]

    def __str__(self) -> str:
        return self.title or self.url


class Event(models.Model):
    """One date of an event in a followed calendar. One of whole days has ``first_day`` and ``last_day``."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=64)  # the same whenever the calendar is read
    title = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=2048, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    zone_known = models.BooleanField(default=True)  # False: shown as if it were in the workspace's zone
    is_cancelled = models.BooleanField(default=False)
    gone_at = models.DateTimeField(null=True, blank=True)  # its calendar no longer names it

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "key"], name="one_event_per_calendar_and_key"),
        ]
        indexes = [models.Index(fields=["calendar", "starts_at"], name="event_by_date")]

    def __str__(self) -> str:
        return self.title or self.place or self.url

    @property
    def takes_place(self) -> bool:
        """Whether it is still announced, and not as cancelled."""
        return not self.is_cancelled and self.gone_at is None

    @property
    def day(self) -> date:
        """Its first day where it takes place, as the calendar says it or in the workspace's zone."""
        return self.first_day or self.calendar.workspace.localtime(self.starts_at).date()
