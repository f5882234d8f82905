"""How many of the mentions that were counted are really about us: a sample of them, judged by people."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.models import Workspace


class PrecisionSample(models.Model):
    """Mentions drawn at random from those that our searches found in a period: ``pitches.evidence.sampling``.

    It speaks for the wordings it was drawn from only. The same seed draws the same mentions from the same
    population.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="samples")
    period_start = models.DateField()
    period_end = models.DateField()
    versions = ArrayField(models.BigIntegerField())  # ids of the search versions, sorted
    wordings = models.JSONField(default=list)  # the same in words: they outlive the rows
    seed = models.PositiveBigIntegerField()
    population = models.PositiveIntegerField()  # how many mentions it was drawn from
    drawn = ArrayField(models.BigIntegerField())  # ids of mentions, in the order in which they are judged
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["workspace", "period_start", "period_end", "-id"], name="sample_newest"),
        ]

    def __str__(self) -> str:
        return f"{len(self.drawn)} of {self.population}, {self.period_start} to {self.period_end}"


class Judgement(models.Model):
    """What one person says of one mention of a sample."""

    class Answer(models.TextChoices):
        RELEVANT = "relevant", _("Relevant")
        NOT_RELEVANT = "not_relevant", _("Not relevant")
        UNSURE = "unsure", _("Unsure")

    sample = models.ForeignKey(PrecisionSample, on_delete=models.CASCADE, related_name="judgements")
    place = models.PositiveSmallIntegerField()  # which of the drawn ones, from 0
    answer = models.CharField(max_length=12, choices=Answer.choices)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    judged_at = models.DateTimeField()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sample", "place", "judged_by"], name="one_judgement_per_person_and_place"
            ),
            models.CheckConstraint(
                condition=models.Q(answer__in=("relevant", "not_relevant", "unsure")), name="judgement_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.answer}"
