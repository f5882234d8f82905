"""What a person entrusted to a workspace so that a source answers: sealed, used, never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.utils.translation import gettext

from listening import sources
from teams import sealing
from teams.models import Workspace


class Credential(models.Model):
    """A workspace's credentials for one source, and whether they work.

    ``sealed`` and ``session`` are JSON objects of text, sealed by ``teams.sealing``. ``host`` is the server
    that they were given for, "" where a source has one only: they are never sent to another.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="credentials")
    source = models.CharField(max_length=40, choices=sources.choices)
    sealed = models.TextField()
    session = models.TextField(blank=True)  # what the service lent us after a login
    host = models.CharField(max_length=255, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)  # when the service last said yes or no
    error = models.TextField(blank=True)  # English template, see net.errors
    error_params = models.JSONField(default=dict, blank=True)
    error_kind = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "source"], name="one_credential_per_source"),
        ]

    def __str__(self) -> str:
        return self.source

    @property
    def error_text(self) -> str:
        """The stored error in the reader's language, "" when there is none."""
        return gettext(self.error) % self.error_params if self.error else ""

    @property
    def is_refused(self) -> bool:
        """Whether the service said no. Anything else that went wrong says nothing about them."""
        return self.error_kind == "needs_key"

    def opened(self) -> dict[str, str]:
        """The fields as they were given. Raises sealing.Unsealable."""
        return unpack(self.sealed)


def pack(values: Mapping[str, str]) -> str:
    """Texts by name as one sealed text; nothing at all as ""."""
    return sealing.seal(json.dumps(dict(values))) if values else ""


def unpack(sealed: str) -> dict[str, str]:
    """The texts again. Raises sealing.Unsealable."""
    return (
        {str(name): str(value) for name, value in json.loads(sealing.unseal(sealed)).items()}
        if sealed
        else {}
    )
