"""Everything that recurs is a row that falls due, with its lease and its last error on itself."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext


class Due(models.Model):
    """A row that falls due. Who holds the lease may work on it; an expired lease falls due again.

    ``lease_token`` changes hands with every step, so a message that arrives twice finds it spent.
    """

    due_at = models.DateTimeField(null=True, blank=True)  # None = nothing to do
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # taken since the last good step
    failures = models.PositiveSmallIntegerField(default=0)  # errors in a row
    error = models.TextField(blank=True)  # English template, see net.errors
    error_params = models.JSONField(default=dict, blank=True)
    error_kind = models.CharField(max_length=12, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def error_text(self) -> str:
        """The stored error in the reader's language, "" when there is none."""
        return gettext(self.error) % self.error_params if self.error else ""
