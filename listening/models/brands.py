"""Whom we listen for: brands, the industry, and the saved, versioned searches made for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listening import query
from teams.models import Workspace


class Brand(models.Model):
    """Our brand or a competitor. A competitor is a brand that is not ours: comparing is one GROUP BY."""

    class Kind(models.TextChoices):
        OWN = "own", _("Our brand")
        COMPETITOR = "competitor", _("Competitor")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="brands")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list, blank=True)  # other spellings and product names
    tags = models.JSONField(default=list, blank=True)  # without "#"
    domain = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-kind", "pk"]  # "own" sorts after "competitor", so ours comes first
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="one_brand_per_name"),
            models.UniqueConstraint(
                fields=["workspace"], condition=models.Q(kind="own"), name="one_own_brand_per_workspace"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_own(self) -> bool:
        return self.kind == self.Kind.OWN


class Industry(models.Model):
    """What people call the field we are in, for conversations that name no brand."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="industry")
    terms = models.JSONField(default=list, blank=True)
    tags = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return ", ".join(self.terms)


class Search(models.Model):
    """A saved search: of one brand or of the industry, by keyword or by tag. Its text lives in versions."""

    class Form(models.TextChoices):
        KEYWORD = "keyword", _("By keyword")
        TAG = "tag", _("By tag")

    class Subject(models.TextChoices):
        BRAND = "brand", _("Brand")
        INDUSTRY = "industry", _("Industry")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="searches")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True, related_name="searches")
    form = models.CharField(max_length=10, choices=Form.choices)
    is_on = models.BooleanField(default=True)
    # The wording that counts instead of today's, where one is measured by: see ``listening.yardstick``.
    held_to: SearchVersion | None = None

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "subject", "brand", "form"],
                nulls_distinct=False,
                name="one_search_per_subject_and_form",
            ),
            models.CheckConstraint(
                condition=models.Q(subject="brand", brand__isnull=False)
                | models.Q(subject="industry", brand__isnull=True),
                name="brand_searches_name_a_brand",
            ),
        ]

    def __str__(self) -> str:
        about = self.brand.name if self.brand else _("Industry")
        return f"{about} · {self.get_form_display()}"

    @property
    def current(self) -> SearchVersion | None:
        if self.held_to:
            return self.held_to
        return next((version for version in self.versions.all() if version.is_current), None)


class SearchVersion(models.Model):
    """One wording of a search, never edited in place: evidence points at the version that found it."""

    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    fold = models.BooleanField(default=False)  # å counts as a, é as e
    is_current = models.BooleanField(default=True)
    rematched_at = models.DateTimeField(null=True, blank=True)  # stored mentions were held against it
    # Replaced or not, scans go on asking for it until then: a follow-up measures by it, from
    # ``pinned_since`` on.
    pinned_since = models.DateTimeField(null=True, blank=True)
    pinned_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["search"], condition=models.Q(is_current=True), name="one_current_version_per_search"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def is_pinned(self) -> bool:
        """Whether scans ask for it although it may be replaced, see ``listening.searches.pin``."""
        return self.pinned_until is not None and self.pinned_until > timezone.now()

    def as_query(self) -> query.Query:
        """The parsed wording. Versions are checked before they are saved, so this does not raise."""
        return query.parse(self.text, fold=self.fold)
