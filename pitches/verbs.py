"""What people do to a pitch: create, edit, freeze, start a new version, delete. Each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listening import store
from pitches import checks, outline, pins
from pitches.case import build, hash_of
from pitches.checks import Problem
from pitches.edits import Edits
from pitches.models import Action, Pitch
from pitches.steps import start as first_steps
from teams.models import User, Workspace, record

DAYS_TO_ANSWER = 7


class Frozen(Exception):
    """A frozen pitch is its snapshot: nothing about it changes any more."""

    def __str__(self) -> str:
        return _("This version is frozen. Make a new version to change it.")


@dataclass
class Refused(Exception):
    """The case cannot be frozen as it is."""

    problems: Sequence[Problem]

    def __str__(self) -> str:
        return " ".join(str(problem) for problem in self.problems)


@transaction.atomic
def create(
    workspace: Workspace,
    user: User,
    *,
    title: str,
    audience: str,
    language: str,
    start: date,
    end: date,
    ask: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Pitch:
    """A new pitch with the five conversations most worth an answer. ``ask``: fields of the model by name."""
    pitch = Pitch.objects.create(
        workspace=workspace,
        title=title,
        audience=audience,
        language=language,
        period_start=start,
        period_end=end,
        created_by=user,
        **(ask or {}),
    )
    propose_actions(pitch, user, now)
    record(workspace, user, "pitch.created", title)
    return pitch


def propose_actions(pitch: Pitch, user: User | None, now: datetime | None = None) -> None:
    """Chooses the conversations again, for the pitch's own period; a week for each to be answered."""
    now = now or timezone.now()
    ground = build(pitch, now).ground
    today = pitch.workspace.localtime(now).date()
    owner = pitch.ask_owner or (str(user)[:120] if user else "")
    Action.objects.filter(pitch=pitch).delete()
    Action.objects.bulk_create(
        Action(
            pitch=pitch,
            mention=mention,
            position=position,
            owner=owner,
            due=today + timedelta(days=DAYS_TO_ANSWER * position),
        )
        for position, mention in enumerate(first_steps.proposed(ground), 1)
    )


def locked(pitch: Pitch) -> Pitch:
    """The pitch, held until the transaction ends. Raises Frozen, or Pitch.DoesNotExist when it is gone."""
    held = (
        Pitch.objects.select_for_update(of=("self",))
        .select_related("workspace", "created_by")
        .get(pk=pitch.pk)
    )
    if held.is_frozen:
        raise Frozen
    return held


@contextmanager
def changing(pitch: Pitch) -> Iterator[Pitch]:
    """The pitch, held while it is changed. Raises Frozen, or Pitch.DoesNotExist when it is gone."""
    with transaction.atomic():
        yield locked(pitch)


def save(pitch: Pitch, user: User, values: Mapping[str, Any]) -> Pitch:
    """Writes these fields and no others. Another period chooses the conversations again. Raises Frozen."""
    with changing(pitch) as held:
        before = (held.period_start, held.period_end)
        for name, value in values.items():
            setattr(held, name, value)
        held.save(update_fields=list(values))
        if (held.period_start, held.period_end) != before:
            pins.keep_up(held, timezone.now())
            propose_actions(held, user)
    return held


def propose_again(pitch: Pitch, user: User) -> None:
    """Chooses the conversations anew. Raises Frozen."""
    with changing(pitch) as held:
        propose_actions(held, user)


def change_edits(pitch: Pitch, user: User, change: Callable[[Edits], Edits]) -> Pitch:
    """Lays ``change`` over what people edited so far; it can be undone. Raises Frozen."""
    with changing(pitch) as held:
        before = Edits.from_json(held.edits)
        after = change(before)
        if after != before:
            held.revisions.create(edits=held.edits, made_by=user)
            held.edits = after.as_json()
            held.save(update_fields=["edits"])
    return held


def save_step(pitch: Pitch, user: User, number: int, title: str, reasoning: str) -> Pitch:
    """Keeps a person's words for a step, as templates; "" goes back to what is generated. Raises Frozen."""
    slide, now = outline.SLIDE_OF_STEP[number], timezone.now()

    def change(edits: Edits) -> Edits:
        for part, text in (("title", title), ("text", reasoning)):
            edits = edits.written(pitch.language, slide, part, text, str(user), now)
        return edits

    return change_edits(pitch, user, change)


@transaction.atomic
def freeze(pitch: Pitch, user: User, now: datetime | None = None) -> Pitch:
    """Builds, checks and freezes in one go: the snapshot and its hash. Raises Frozen or Refused.

    Nobody writes mentions of the workspace meanwhile, so that all figures are of one moment.
    """
    held = locked(pitch)
    store.lock(held.workspace)
    now = (now or timezone.now()).replace(microsecond=0)
    case = build(held, now)
    blocking = [problem for problem in checks.check(case) if problem.blocks]
    if blocking:
        raise Refused(blocking)
    held.snapshot = dict(case.as_snapshot(now))
    held.sha256 = hash_of(held.snapshot)
    held.frozen_at = now
    held.save(update_fields=["snapshot", "sha256", "frozen_at"])
    pins.let_go(held)
    record(held.workspace, user, "pitch.frozen", held.title, version=held.version, sha256=held.sha256)
    return held


@transaction.atomic
def new_version(pitch: Pitch, user: User) -> Pitch:
    """A draft that continues a frozen pitch, with its words, ask and conversations; only ever one."""
    if not pitch.is_frozen:
        return pitch
    old = Pitch.objects.select_for_update().get(pk=pitch.pk)
    following = Pitch.objects.filter(previous=old).first()
    if following:
        return following
    about = ("workspace", "title", "audience", "audience_kind", "language", "length")
    copied = (*about, "period_start", "period_end", "edits", "follows")
    asked = ("ask_hours", "ask_budget", "ask_currency", "ask_decide_by", "ask_owner")
    values = {name: getattr(old, name) for name in (*copied, *asked)}
    fresh = Pitch.objects.create(**values, version=old.version + 1, previous=old, created_by=user)
    fresh.rivals.set(old.rivals.all())
    for action in old.actions.all():
        fresh.actions.create(
            mention=action.mention, position=action.position, owner=action.owner, due=action.due
        )
    pins.keep_up(fresh, timezone.now())
    record(fresh.workspace, user, "pitch.versioned", fresh.title, version=fresh.version)
    return fresh


@transaction.atomic
def delete(pitch: Pitch, user: User) -> None:
    """Deletes a draft. Raises Frozen: what was shown to somebody stays."""
    held = locked(pitch)
    record(held.workspace, user, "pitch.deleted", held.title, version=held.version)
    pins.let_go(held)
    held.delete()
