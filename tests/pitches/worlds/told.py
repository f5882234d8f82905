"""What a world tells: its case and its decks' snapshots. Made once per process, nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import transaction

from pitches import sample
from pitches.case import Case, build
from pitches.decks.contract import block_texts
from pitches.decks.text import plain, resolve
from pitches.models import Pitch
from pitches.words import Text
from teams.models import User, Workspace
from tests.make import make_user
from tests.pitches import worlds

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LENGTHS = tuple(Pitch.Length.values)


@dataclass(frozen=True)
class Told:
    """The full case as it was, all of it read; and a frozen snapshot for each length."""

    case: Case
    snapshots: dict[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        return self.case.ground.register.values()


@cache
def told(name: str) -> Told:
    """Builds a world in a transaction of its own, tells its case, and takes everything back."""
    with transaction.atomic():
        found = _told(worlds.WORLDS[name], f"{name}@solberga.example")
        transaction.set_rollback(True)
    return found


@cache
def told_by_the_sample() -> Told:
    """The same of the sample workspace."""
    with transaction.atomic():
        found = _told(sample.seed, "sample@solberga.example")
        transaction.set_rollback(True)
    return found


def _told(make: Callable[[User, datetime], Workspace], email: str) -> Told:
    user = make_user("Alice Berg", email=email)
    workspace = make(user, NOW)
    pitch = worlds.pitch(workspace, user, now=NOW)
    snapshots = {}
    for length in LENGTHS:
        pitch.length = length
        case = build(pitch, NOW)
        snapshots[length] = case.as_snapshot(NOW)
    return Told(case, snapshots)


def printed(snapshot: Any, text: Text, language: str) -> str:
    """A text as a reader sees it."""
    return plain(resolve(text, snapshot["figures"], snapshot["names"], language, snapshot["time_zone"]))


def slide_of(snapshot: Any, key: str) -> Any:
    """A slide by its key."""
    return next(slide for slide in snapshot["slides"] if slide["key"] == key)


def said_on(snapshot: Any, key: str, language: str) -> str:
    """Everything a slide says below its title, foreign text and names included."""
    found = []
    for block in slide_of(snapshot, key)["blocks"]:
        found += [printed(snapshot, text, language) for _, text in block_texts(block)]
        found += [cell["raw"] for row in block.get("rows", ()) for cell in row if cell.get("raw")]
    return "\n".join(found)
