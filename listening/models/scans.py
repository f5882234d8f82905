"""Work that recurs: the row is the schedule and the queue. PostgreSQL is the truth, Redis carries ids."""

from __future__ import annotations

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from listening import sources
from listening.models.brands import Search, SearchVersion
from listening.models.due import Due
from listening.models.feeds import Feed
from teams.models import Workspace


class SourceSetting(models.Model):
    """A workspace's choice for one source. No row means the source's own default."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="source_settings")
    source = models.CharField(max_length=40, choices=sources.choices)
    enabled = models.BooleanField(default=True)
    instance = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "source"], name="one_setting_per_source"),
        ]

    def __str__(self) -> str:
        return self.source


class ScanPlan(Due):
    """When a workspace's searches run. ``due_at`` is the next run; times are the workspace's own."""

    class Every(models.TextChoices):
        HOUR = "hour", _("Every hour")
        DAY = "day", _("Every day")
        WEEK = "week", _("Every week")
        CRON = "cron", _("Cron expression")

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="plan")
    every = models.CharField(max_length=5, choices=Every.choices, default=Every.DAY)
    at = models.TimeField(default=time(7))
    weekday = models.PositiveSmallIntegerField(default=1)  # 1 = Monday, as cron counts
    cron_text = models.CharField(max_length=100, blank=True)
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.cron

    @property
    def cron(self) -> str:
        """The plan as a five-field cron expression, read in the workspace's time zone."""
        match self.every:
            case self.Every.HOUR:
                return f"{self.at.minute} * * * *"
            case self.Every.DAY:
                return f"{self.at.minute} {self.at.hour} * * *"
            case self.Every.WEEK:
                return f"{self.at.minute} {self.at.hour} * * {self.weekday}"
        return self.cron_text


class Scan(models.Model):
    """One run over a workspace's searches, profiles and phrases."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="scans")
    plan = models.ForeignKey(ScanPlan, on_delete=models.SET_NULL, null=True, blank=True)
    slot = models.DateTimeField()  # the due time it stands for; for "scan now" the moment of the click
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            # Two beats, a redelivery, a second click in the same instant: one scan.
            models.UniqueConstraint(fields=["workspace", "slot"], name="one_scan_per_slot"),
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(finished_at__isnull=True),
                name="one_running_scan_per_workspace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workspace} {self.slot:%Y-%m-%d %H:%M}"


class Fetch(Due):
    """One source's part of a scan: exactly one search, feed, profile or phrase, page after page.

    ``cursor`` is only a help: every fetch reaches back by an overlap, and unique keys absorb it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Reading")
        OK = "ok", _("Complete")
        PARTIAL = "partial", _("Partly read")
        FAILED = "failed", _("Could not be read")

    FINISHED = (State.OK, State.PARTIAL, State.FAILED)

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="fetches")
    source = models.CharField(max_length=40, choices=sources.choices)
    capability = models.CharField(max_length=10)
    search = models.ForeignKey(Search, on_delete=models.CASCADE, null=True, blank=True)
    version = models.ForeignKey(SearchVersion, on_delete=models.CASCADE, null=True, blank=True)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, null=True, blank=True)
    # A row of a higher app (a profile, a phrase). A loose id, because imports run one way; its handler
    # finds nothing when the row is gone and ends the fetch.
    subject_id = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(max_length=255, blank=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    cursor = models.JSONField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    inspected = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    covered_from = models.DateTimeField(null=True, blank=True)
    covered_to = models.DateTimeField(null=True, blank=True)
    truncated = models.BooleanField(default=False)
    gaps = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="fetch_due"),
            models.Index(fields=["search", "source", "capability", "-finished_at"], name="fetch_history"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.capability} {self.label}"

    @property
    def is_finished(self) -> bool:
        return self.state in self.FINISHED
