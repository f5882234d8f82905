"""What the sources count of a post: points, likes, shares, comments. Unknown where they state none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

COUNTED = ("points", "likes", "shares", "comments")
# Of mentions: what to filter by, and what to ask for.
STATED = {"metrics__has_any_keys": list(COUNTED)}
SUMS = {name: Sum(Cast(KeyTextTransform(name, "metrics"), IntegerField())) for name in COUNTED}


def total(row: Mapping[str, Any]) -> int:
    """The sums that ``SUMS`` asked for, added up."""
    return sum(row[name] or 0 for name in COUNTED)


def of(metrics: Mapping[str, Any]) -> int | None:
    """The reactions to one post; None when its source states none."""
    stated = [int(metrics[name] or 0) for name in COUNTED if name in metrics]
    return sum(stated) if stated else None
