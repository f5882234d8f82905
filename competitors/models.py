"""How present and visible each brand is: profiles with dated readings, phrases with their result pages."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competitors import proofs
from competitors.compare import day_in, moment_in
from competitors.places import place_label
from competitors.site_types import TYPES
from listening.models import Brand, Fetch
from teams.models import Workspace


class Profile(models.Model):
    """A brand's account, page or feed somewhere; also our people's handles."""

    class Origin(models.TextChoices):
        PROPOSED = "proposed", _("Proposed by Earshot, confirmed by a person")
        MANUAL = "manual", _("Entered by hand")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="profiles")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="profiles")
    source = models.CharField(max_length=40)  # a listed source, or "site" for the home page itself
    handle = models.CharField(max_length=2048)  # what the source's observe() takes
    url = models.URLField(max_length=2048)
    label = models.CharField(max_length=200, blank=True)
    proof = models.TextField(blank=True)  # where it was found, in words, see competitors.proofs
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PROPOSED)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["brand", "source", "handle"], name="one_profile_per_handle"),
        ]

    def __str__(self) -> str:
        return self.label or self.handle or self.url  # without a handle: a person looked there

    @property
    def place_label(self) -> str:
        """Where it is, as people call it, in the reader's language."""
        return place_label(self.source)

    @property
    def proofs(self) -> list[tuple[str, str]]:
        """Where it was found: sentences in the reader's language, each with its address or ""."""
        return proofs.read(self.proof)


class Observation(models.Model):
    """One dated reading of a profile: a number, or a fact in ``text``. One per metric and day."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="observations")
    metric = models.CharField(max_length=40)
    on = models.DateField()  # day of the reading, in UTC
    value = models.FloatField(null=True, blank=True)
    text = models.TextField(blank=True)
    precision = models.CharField(max_length=10, default="exact")
    url = models.URLField(max_length=2048, blank=True)
    taken_at = models.DateTimeField()
    fetch = models.ForeignKey(Fetch, on_delete=models.SET_NULL, null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "metric", "on"], name="one_reading_per_metric_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.metric} {self.on}"

    @property
    def moment(self) -> datetime | None:
        """The time a reading tells in its text, such as that of the latest post."""
        return moment_in(self.text) if self.value is None else None

    @property
    def day(self) -> date | None:
        """The day a reading tells in its text, where it tells no time."""
        return day_in(self.text) if self.value is None else None


class Phrase(models.Model):
    """What we look up in a search engine, as people would type it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="phrases")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True)  # None = the industry
    text = models.CharField(max_length=200)
    market = models.CharField(max_length=10)  # "sv-SE": language and country asked for
    depth = models.PositiveSmallIntegerField(default=30)  # results to inspect
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "text", "market"], name="one_phrase_per_market"),
        ]

    def __str__(self) -> str:
        return self.text


class ResultPage(models.Model):
    """The first N results for a phrase, from one engine at one moment: read by a source or by a person."""

    class Origin(models.TextChoices):
        SOURCE = "source", _("Read by Earshot")
        MANUAL = "manual", _("Entered by hand")

    phrase = models.ForeignKey(Phrase, on_delete=models.CASCADE, related_name="pages")
    engine = models.CharField(max_length=60)  # "searxng", or what the person says they looked at
    market = models.CharField(max_length=10)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    taken_at = models.DateTimeField()
    inspected = models.PositiveIntegerField(default=0)  # N: how many results were really looked at
    gaps = models.JSONField(default=list, blank=True)  # engines that did not answer: [[name, reason]]
    is_complete = models.BooleanField(default=True)  # False while pages are still being read
    fetch = models.ForeignKey(Fetch, on_delete=models.SET_NULL, null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["-taken_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["fetch"], name="one_result_page_per_fetch"),
        ]

    def __str__(self) -> str:
        return f"{self.phrase} {self.engine} {self.taken_at:%Y-%m-%d}"


class ResultRow(models.Model):
    """One ranked result, with what kind of page it is and which rule said so."""

    page = models.ForeignKey(ResultPage, on_delete=models.CASCADE, related_name="rows")
    rank = models.PositiveIntegerField()
    url = models.URLField(max_length=2048)
    title = models.TextField(blank=True)
    excerpt = models.TextField(blank=True)
    engines = models.JSONField(default=list, blank=True)
    type = models.CharField(max_length=12)  # see site_types.TYPES
    rule = models.CharField(
        max_length=120, blank=True
    )  # the rule that typed it: English template, as errors are
    rule_params = models.JSONField(default=dict, blank=True)
    said_type = models.CharField(max_length=12, blank=True)  # what the person who entered the row called it

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["page", "rank"], name="one_row_per_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.url}"

    @property
    def rule_text(self) -> str:
        """The rule that typed it, in the reader's language."""
        return gettext(self.rule) % self.rule_params if self.rule else ""

    @property
    def type_label(self) -> str:
        return gettext(TYPES.get(self.type, self.type))


class SiteTypeCorrection(models.Model):
    """A person says what kind a site is; remembered for the workspace and used from then on."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    domain = models.CharField(max_length=255)
    type = models.CharField(max_length=12)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    corrected_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "domain"], name="one_correction_per_site"),
        ]

    def __str__(self) -> str:
        return f"{self.domain}: {self.type}"
