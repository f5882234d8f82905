"""What tests of follow-ups make and read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from pitches import verbs
from pitches.case import Case, period_of
from pitches.models import Pitch
from teams.models import User, Workspace

Log = Callable[[User], Client]


def freeze(workspace: Workspace, alice: User, now: datetime, **fields: Any) -> Pitch:
    """A pitch that Alice made and froze at that moment, about the month before."""
    start, end = period_of(workspace, now=now)
    values = {"title": "Why we should join", "audience": "The board", "language": "en", **fields}
    ask = {
        "ask_hours": Decimal(5),
        "ask_budget": Decimal(1200),
        "ask_decide_by": end + timedelta(days=14),
    }
    draft = verbs.create(workspace, alice, start=start, end=end, ask=ask, now=now, **values)
    return verbs.freeze(draft, alice, now)


def tables(case: Case, key: str) -> list[list[dict[str, Any]]]:
    """The rows of a slide's tables."""
    slide = next(slide for slide in case.slides if slide.key == key)
    return [row for block in slide.blocks if block["type"] == "table" for row in block["rows"]]


def value(case: Case, key: str) -> Any:
    return case.ground.register.figures[key].value
