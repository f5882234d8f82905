"""What Alice froze sixty and five days ago, and her follow-up: made once, put back for each test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from pitches.case import Case, build
from pitches.follow_ups import follow, pins
from pitches.models import Pitch
from teams.models import Workspace
from tests.pitches import keeping
from tests.pitches.follow_ups.made import freeze

Made = keeping.Kept[int]  # the key of a pitch


@pytest.fixture(scope="module")
def sixty(seeded: Workspace, django_db_blocker: Any) -> Made:
    """Frozen 60 days ago: of these days the sample's Hacker News was read then, and is refused today."""
    return frozen_days_ago(60, seeded, django_db_blocker)


@pytest.fixture(scope="module")
def five(seeded: Workspace, django_db_blocker: Any) -> Made:
    """Frozen five days ago: the same sources were read then and now."""
    return frozen_days_ago(5, seeded, django_db_blocker)


def frozen_days_ago(days: int, workspace: Workspace, blocker: Any) -> Made:
    """Made and frozen once; each test that wants it has it put back."""
    now, alice = timezone.now() - timedelta(days=days), workspace.members.get
    with blocker.unblock():
        return keeping.taken_back(lambda: freeze(workspace, alice(), now).pk)


@pytest.fixture(scope="module")
def followed(seeded: Workspace, sixty: Made, django_db_blocker: Any) -> keeping.Kept[tuple[int, Case]]:
    """The follow-up of the first, with its case, all of it read."""

    def made() -> tuple[int, Case]:
        draft = follow.follow_up(Pitch.objects.get(pk=sixty.made), seeded.members.get())
        case = build(draft)
        case.as_snapshot()
        return draft.pk, case

    with django_db_blocker.unblock(), transaction.atomic():
        sixty.put_back()
        kept = keeping.made_by(made)
        transaction.set_rollback(True)
    return kept


def stored(key: int) -> Pitch:
    return Pitch.objects.select_related("workspace", "created_by").get(pk=key)


@pytest.fixture
def frozen(workspace: Workspace, sixty: Made) -> Pitch:
    return stored(sixty.put_back())


@pytest.fixture
def recent(workspace: Workspace, five: Made) -> Pitch:
    return stored(five.put_back())


@pytest.fixture
def follow_up(frozen: Pitch, followed: keeping.Kept[tuple[int, Case]]) -> Pitch:
    found = stored(followed.put_back()[0])
    pins.keep_up(found, timezone.now())
    return found


@pytest.fixture
def case(follow_up: Pitch, followed: keeping.Kept[tuple[int, Case]]) -> Case:
    return followed.made[1]
