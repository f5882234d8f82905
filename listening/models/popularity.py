"""How popular sites are, by lists that others keep."""

from __future__ import annotations

from django.db import models

from listening.models.mentions import Site


class SitePopularity(models.Model):
    """Where a list had a site on one day. Global, as sites are; older readings stay.

    ``rank`` None: asked, and not among the ``length`` sites of the list. Not asked is no row.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="popularity")
    list = models.CharField(max_length=40)  # the source that read it, such as "tranco"
    rank = models.PositiveIntegerField(null=True)
    length = models.PositiveIntegerField()
    listed_on = models.DateField()  # the day of the list
    list_id = models.CharField(max_length=20, blank=True)  # under which the list is kept for good
    url = models.URLField(max_length=2048, blank=True)  # where a person can check it
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "list", "listed_on"], name="one_rank_per_list_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.list} {self.listed_on}"
