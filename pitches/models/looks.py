"""The looks of decks: PowerPoint templates that a workspace brought."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from teams.models import Workspace


class DeckTemplate(models.Model):
    """A cleaned template file. Removed ones stay as long as a frozen pitch was made with them."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="deck_templates")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    slide_size = models.CharField(max_length=16)  # "16:9", as people say it
    font = models.CharField(max_length=100, blank=True)
    cover_layout = models.CharField(max_length=100)  # which of its layouts serve for what
    slide_layout = models.CharField(max_length=100)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    removed_at = models.DateTimeField(null=True, blank=True)  # no new pitch can choose it

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="template_once"),
        ]

    def __str__(self) -> str:
        return self.name
