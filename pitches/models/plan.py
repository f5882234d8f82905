"""What is to be done: the plan of step 5, which lives on after the pitch was frozen."""

from __future__ import annotations

from django.db import models

from listening.models import Mention
from pitches.models.pitch import Pitch


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
