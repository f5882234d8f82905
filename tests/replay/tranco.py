"""Tranco: https://tranco-list.eu/api_documentation. Some sites have a rank, the others are on no list."""

from __future__ import annotations

from datetime import timedelta

from tests.replay.answers import NOT_FOUND, Answer, Question, as_json
from tests.replay.world import RANKS, World

LIST_ID = "MADEUP"
PATH = "/api/ranks/domain/"


def ranks(world: World, question: Question) -> Answer:
    """The ranks of one domain in the last days, and which list is the newest."""
    today = world.start.date()
    if question.path == "/api/lists/date/latest":
        made = f"{today.isoformat()}T00:30:00"
        return as_json({"list_id": LIST_ID, "available": True, "failed": False, "created_on": made})
    if not question.path.startswith(PATH):
        return NOT_FOUND
    rank = RANKS.get(question.path.removeprefix(PATH))
    days = [today - timedelta(days=back) for back in range(30)] if rank else []
    return as_json({"ranks": [{"date": day.isoformat(), "rank": rank} for day in days]})
