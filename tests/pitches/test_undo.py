"""Whatever is changed can be undone, step by step, and done again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from pitches import verbs
from pitches.drafts.edits import Change, Edits
from pitches.models import Pitch
from teams.models import User
from tests.make import make_user, make_workspace
from tests.pitches.changing import Made, apply, changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_user("Alice")


@pytest.fixture
def pitch(alice: User) -> Pitch:
    today = timezone.localdate()
    return Pitch.objects.create(
        workspace=make_workspace(alice), title="Why", language="en", created_by=alice,
        period_start=today - timedelta(days=29), period_end=today,
    )  # fmt: skip


def last(pitch: Pitch) -> int:
    """The change that undo would take back, 0 for none."""
    found = pitch.revisions.filter(undone__isnull=True).first()
    return found.pk if found else 0


def undone_last(pitch: Pitch) -> int:
    found = pitch.revisions.filter(undone__isnull=False).last()
    return found.pk if found else 0


def states(pitch: Pitch, alice: User, made: list[Made]) -> list[Edits]:
    """How the edits stood before and after each change that changed something."""
    found = [Edits()]
    for change in made:
        now = Edits.from_json(
            verbs.change_edits(pitch, alice, lambda edits, change=change: apply(edits, change)).edits  # type: ignore[misc]
        )
        if now != found[-1]:
            found.append(now)
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes(8))
def test_as_many_undos_as_changes_give_the_start_and_as_many_redos_the_end(
    pitch: Pitch, alice: User, made: list[Made]
) -> None:
    with transaction.atomic():
        found = states(pitch, alice, made)
        for before in reversed(found[:-1]):
            assert verbs.undo(pitch, last(pitch)) is not None
            pitch.refresh_from_db()
            assert Edits.from_json(pitch.edits) == before
        assert verbs.undo(pitch, last(pitch)) is None, "there is nothing left"
        pitch.refresh_from_db()
        assert pitch.edits == {}
        for after in found[1:]:
            assert verbs.redo(pitch, undone_last(pitch)) is not None
            pitch.refresh_from_db()
            assert Edits.from_json(pitch.edits) == after
        transaction.set_rollback(True)


def test_pressing_undo_twice_takes_back_one_change(pitch: Pitch, alice: User) -> None:
    states(pitch, alice, [("drop", "talk"), ("drop", "share")])
    pressed = last(pitch)
    assert verbs.undo(pitch, pressed) == Change("dropped", "share")
    assert verbs.undo(pitch, pressed) is None
    pitch.refresh_from_db()
    assert Edits.from_json(pitch.edits).dropped == ("talk",)


def test_undo_does_not_take_back_what_somebody_else_did_a_moment_ago(pitch: Pitch, alice: User) -> None:
    states(pitch, alice, [("drop", "talk")])
    seen = last(pitch)
    states(pitch, make_user("Bob"), [("drop", "share")])
    assert verbs.undo(pitch, seen) is None


def test_a_new_change_ends_what_could_be_done_again(pitch: Pitch, alice: User) -> None:
    states(pitch, alice, [("drop", "talk")])
    verbs.undo(pitch, last(pitch))
    again = undone_last(pitch)
    states(pitch, alice, [("drop", "share")])
    assert verbs.redo(pitch, again) is None
    assert undone_last(pitch) == 0


def test_changes_are_kept_up_to_a_limit(pitch: Pitch, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "MOST_REVISIONS", 3)
    made = [("quote", digits) for digits in ("1", "2", "3", "4", "5")]
    found = states(pitch, alice, made)  # type: ignore[arg-type]
    assert pitch.revisions.count() == 3
    while verbs.undo(pitch, last(pitch)):
        pass
    pitch.refresh_from_db()
    assert Edits.from_json(pitch.edits) == found[2]
