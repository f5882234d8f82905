"""The case as people see and edit it. What a deck prints comes from a frozen snapshot, never from here."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from listening.models import Brand
from pitches.models.looks import DeckTemplate
from teams.models import Workspace


class Pitch(models.Model):
    """A five-step case for one boss. Frozen, it is its snapshot; a change after that is a new version."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        SWEDISH = "sv", _("Swedish")

    class Audience(models.TextChoices):
        BOSS = "boss", _("The boss")
        BOARD = "board", _("The board")
        PEERS = "peers", _("Colleagues")
        CLIENT = "client", _("A client")

    class Length(models.TextChoices):
        """What ``pitches.outline`` leaves out; the appendix that proves the figures never is."""

        SHORT = "short", _("Short: five slides")
        MEETING = "meeting", _("For a meeting: ten slides")
        FULL = "full", _("Full")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="pitches")
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=120, blank=True)  # who decides, as printed on the cover
    audience_kind = models.CharField(max_length=8, choices=Audience.choices, default=Audience.BOSS)
    length = models.CharField(max_length=8, choices=Length.choices, default=Length.FULL)
    language = models.CharField(max_length=2, choices=Language.choices)
    period_start = models.DateField()  # first day, in the workspace's zone
    period_end = models.DateField()  # last day, included
    version = models.PositiveIntegerField(default=1)
    previous = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next"
    )
    # A follow-up measures again what that frozen pitch measured, by the same wordings.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    rivals = models.ManyToManyField(Brand, blank=True, related_name="+")  # none chosen: all of them
    # Made on their own PowerPoint template; none: our look. A frozen pitch keeps the one it was frozen with.
    deck_template = models.ForeignKey(
        DeckTemplate, on_delete=models.RESTRICT, null=True, blank=True, related_name="pitches"
    )
    # What people wrote over, moved, dropped and added: see ``pitches.drafts.edits``.
    edits = models.JSONField(default=dict, blank=True)
    # The ladder, goals, options, objections and stop rules as people set them: see ``pitches.planning.plan``.
    plan = models.JSONField(default=dict, blank=True)

    # The ask: what we want the boss to say yes to. Required before freezing, always marked "assumption".
    ask_hours = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)  # a week
    ask_budget = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    ask_currency = models.CharField(max_length=3, default="EUR")
    ask_decide_by = models.DateField(null=True, blank=True)
    ask_owner = models.CharField(max_length=120, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    snapshot = models.JSONField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(frozen_at__isnull=True, snapshot__isnull=True, sha256="")
                | (models.Q(frozen_at__isnull=False, snapshot__isnull=False) & ~models.Q(sha256="")),
                name="frozen_means_snapshot",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


class Revision(models.Model):
    """How the edits of a draft stood before a change, so that it can be undone: ``pitches.drafts``."""

    pitch = models.ForeignKey(Pitch, on_delete=models.CASCADE, related_name="revisions")
    edits = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    # The edits as they stood when the change was undone, to do it again; null: it was not undone.
    undone = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pitch} before {self.made_at:%Y-%m-%d %H:%M}"
