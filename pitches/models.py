"""The case as people see and edit it. What a deck prints comes from a frozen snapshot, never from here."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from listening.models import Mention
from teams.models import Workspace


class Pitch(models.Model):
    """A five-step case for one boss. Frozen, it is its snapshot; a change after that is a new version."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        SWEDISH = "sv", _("Swedish")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="pitches")
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=200)
    audience = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices)
    period_start = models.DateField()  # first day, in the workspace's zone
    period_end = models.DateField()  # last day, included
    version = models.PositiveIntegerField(default=1)
    previous = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="next"
    )

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


class Step(models.Model):
    """What a person wrote over a generated title or reasoning. An edit belongs to a language."""

    pitch = models.ForeignKey(Pitch, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()  # 1 to 5
    language = models.CharField(max_length=2, choices=Pitch.Language.choices)
    title = models.TextField(blank=True)  # template with {figure} places; "" = generated
    reasoning = models.TextField(blank=True)
    edited_at = models.DateTimeField(auto_now=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["pitch", "number", "language"], name="one_edit_per_step_and_language"
            ),
            models.CheckConstraint(condition=models.Q(number__range=(1, 5)), name="five_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.pitch} step {self.number}"


class Action(models.Model):
    """A conversation to answer: which one, why this one, who, by when."""

    pitch = models.ForeignKey(Pitch, on_delete=models.CASCADE, related_name="actions")
    mention = models.ForeignKey(Mention, on_delete=models.SET_NULL, null=True, blank=True)
    position = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=120, blank=True)
    due = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["pitch", "position"], name="one_action_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.pitch} action {self.position}"
