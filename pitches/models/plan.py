"""What is to be done: the plan of step 5, which lives on after the pitch was frozen."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from listening.models import Event, Mention
from pitches.models.pitch import Pitch


class Action(models.Model):
    """Something that somebody is to do: answer a conversation, join a community, go to an event.

    It belongs to the newest version of its pitch: a new one takes over what is open. It keeps its own copy of
    what it is about, because mentions and events go, and of who does it, because members do.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Answer")
        JOIN = "join", _("Join")
        EVENT = "event", _("Event")
        TASK = "task", _("Task")

    class State(models.TextChoices):
        OPEN = "open", _("To do")
        DONE = "done", _("Done")
        NOT_RELEVANT = "not_relevant", _("Not relevant")

    pitch = models.ForeignKey(Pitch, on_delete=models.CASCADE, related_name="actions")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.ANSWER)
    position = models.PositiveSmallIntegerField()
    mention = models.ForeignKey(Mention, on_delete=models.SET_NULL, null=True, blank=True)
    event = models.ForeignKey(Event, on_delete=models.SET_NULL, null=True, blank=True)
    title = models.CharField(max_length=300, blank=True)
    url = models.URLField(max_length=2048, blank=True)
    place = models.CharField(max_length=300, blank=True)  # the site, the community, where the event is
    happens_on = models.DateField(null=True, blank=True)  # an event's first day

    owner = models.CharField(max_length=120, blank=True)  # as printed; stays when a member goes
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    due = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    note = models.TextField(max_length=2000, blank=True)
    reply_url = models.URLField(max_length=2048, blank=True)  # what we wrote there
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False)
                | (~models.Q(state="done") & models.Q(done_at__isnull=True)),
                name="done_means_when",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url or self.place or f"{self.pitch} {self.position}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_touched(self) -> bool:
        """Whether somebody worked on it, so that no new choice may replace it."""
        return not self.is_open or bool(self.note or self.assigned_to_id)

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been done by ``today``, a day in the workspace's zone."""
        return self.is_open and self.due is not None and self.due < today
