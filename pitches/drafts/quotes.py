"""Whom to quote: the starred mentions of a workspace, those of a pitch's period first."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from listening.models import Mention
from pitches.ground import Ground

MOST_OFFERED = 60


def starred(ground: Ground) -> QuerySet[Mention]:
    """What can be quoted: starred, relevant, with words that may be kept. ``in_period`` is set on each.

    What was said about a rival is offered as well, after what was said about us and our industry.
    """
    inside = Q(published_at__gte=ground.since, published_at__lt=ground.until)
    return (
        Mention.objects.filter(workspace=ground.workspace, is_starred=True, is_searchable=True)
        .exclude(state=Mention.State.NOT_RELEVANT)
        .exclude(text="", title="")
        .annotate(
            in_period=Case(When(inside, then=Value(1)), default=Value(0), output_field=IntegerField()),
        )
        .select_related("site")
        .order_by("-in_period", "-published_at", "-pk")
    )
