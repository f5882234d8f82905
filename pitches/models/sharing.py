"""What is kept of decks that leave the workspace: links for readers, and what became of the originals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from listening.models.due import Due
from pitches.models.pitch import Pitch
from teams.models import Workspace


class ShareLink(models.Model):
    """A frozen pitch, open to whoever has the link. Only a hash of its token is kept: ``pitches.sharing``.

    ``opened`` counts browsers in which a person opened it, each once in a session.
    """

    pitch = models.ForeignKey(Pitch, on_delete=models.CASCADE, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    recipient = models.CharField(max_length=100)  # who gets it, as people call them
    password = models.CharField(max_length=128, blank=True)  # hashed; "" asks for none
    shows_handles = models.BooleanField(default=False)
    allows_downloads = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.recipient

    @property
    def state(self) -> str:
        """ "works", "revoked" or "expired"."""
        if self.revoked_at:
            return "revoked"
        return "works" if self.expires_at > timezone.now() else "expired"


class PageCheck(Due):
    """One original that a workspace's pitches cite: is it still there? See ``pitches.evidence.page_checks``.

    ``state`` is the last answer that told something, of the time ``seen_at``; an answer that told nothing
    leaves it as it was. ``asked_at`` is the last try, whatever came of it.
    """

    class State(models.TextChoices):
        THERE = "there"
        GONE = "gone"
        UNKNOWN = "unknown"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="page_checks")
    url = models.CharField(max_length=2000)
    host = models.CharField(max_length=253)
    state = models.CharField(max_length=7, choices=State.choices, default=State.UNKNOWN)
    seen_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "url"], name="page_checked_once")]
        indexes = [
            models.Index(fields=["host", "due_at"], condition=models.Q(due_at__isnull=False), name="page_due")
        ]

    def __str__(self) -> str:
        return f"{self.url}: {self.state}"
