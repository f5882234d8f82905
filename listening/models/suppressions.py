"""Who asked to be forgotten. It must outlive everything else that was known of them, also a restore."""

from __future__ import annotations

from django.db import models

from teams.models import Workspace


class Suppression(models.Model):
    """An author whom nothing may bring back. Neither source nor handle is in it, only their hash."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="suppressions")
    key = models.CharField(max_length=64)  # see ``listening.erasing.key``
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="one_suppression_per_author"),
        ]

    def __str__(self) -> str:
        return self.key[:12]
