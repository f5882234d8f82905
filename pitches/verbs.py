"""What people do to a pitch: create, edit, freeze, start a new version, delete. Each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listening import store
from listening.models import Brand
from pitches import checks
from pitches.case import build
from pitches.checks import Problem
from pitches.drafts.edits import Change, Edits, Wording, difference
from pitches.evidence import digests
from pitches.follow_ups import pins
from pitches.models import Action, Pitch
from pitches.planning import actions
from teams.models import User, Workspace, record

MOST_REVISIONS = 200  # changes that can be undone


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
    audience_kind: str = Pitch.Audience.BOSS,
    length: str = Pitch.Length.FULL,
    rivals: Iterable[Brand] = (),
    ask: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Pitch:
    """A new pitch with the ten conversations most worth an answer. ``ask``: fields of the model by name.

    ``rivals``: those to compare; none means all.
    """
    pitch = Pitch.objects.create(
        workspace=workspace,
        title=title,
        audience=audience,
        audience_kind=audience_kind,
        language=language,
        length=length,
        period_start=start,
        period_end=end,
        created_by=user,
        **(ask or {}),
    )
    pitch.rivals.set(rivals)
    propose_actions(pitch, user, now)
    record(workspace, user, "pitch.created", title)
    return pitch


def propose_actions(pitch: Pitch, user: User | None, now: datetime | None = None) -> None:
    """Chooses the conversations again, for the pitch's own period. What somebody worked on stays."""
    now = now or timezone.now()
    actions.propose(pitch, build(pitch, now).ground, user, now)


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
        fields = {name: value for name, value in values.items() if name != "rivals"}
        for name, value in fields.items():
            setattr(held, name, value)
        if fields:
            held.save(update_fields=list(fields))
        if "rivals" in values:
            held.rivals.set(values["rivals"])
        if (held.period_start, held.period_end) != before:
            pins.keep_up(held, timezone.now())
            propose_actions(held, user)
    return held


def propose_again(pitch: Pitch, user: User) -> None:
    """Chooses the conversations anew. Raises Frozen."""
    with changing(pitch) as held:
        propose_actions(held, user)


def change_edits(pitch: Pitch, user: User, change: Callable[[Edits], Edits]) -> Pitch:
    """Lays ``change`` over what people edited so far; it can be undone. Raises Frozen, and what it raises.

    The pitch is held meanwhile: ``change`` sees what everybody else has done before.
    """
    with changing(pitch) as held:
        before = Edits.from_json(held.edits)
        after = change(before)
        if after != before:
            held.revisions.filter(undone__isnull=False).delete()
            made = held.revisions.create(edits=held.edits, made_by=user)
            held.edits = after.as_json()
            held.save(update_fields=["edits"])
            oldest = held.revisions.values_list("pk", flat=True)[MOST_REVISIONS:]
            held.revisions.filter(pk__in=list(oldest), pk__lt=made.pk).delete()
    return held


def undo(pitch: Pitch, revision: int) -> Change | None:
    """Takes back the last change; None when it is not this one any more. Raises Frozen.

    Who presses twice, or while somebody else changes something, takes back what they saw and no more.
    """
    with changing(pitch) as held:
        last = held.revisions.filter(undone__isnull=True).first()
        if last is None or last.pk != revision:
            return None
        change = difference(Edits.from_json(last.edits), Edits.from_json(held.edits))
        last.undone = held.edits
        last.save(update_fields=["undone"])
        _put(held, last.edits)
    return change


def redo(pitch: Pitch, revision: int) -> Change | None:
    """Does again what was undone last; None when that is not this one any more. Raises Frozen."""
    with changing(pitch) as held:
        first = held.revisions.filter(undone__isnull=False).last()
        if first is None or first.pk != revision:
            return None
        again: Any = first.undone
        first.undone = None
        first.save(update_fields=["undone"])
        change = difference(Edits.from_json(held.edits), Edits.from_json(again))
        _put(held, again)
    return change


def _put(held: Pitch, edits: Any) -> None:
    held.edits = edits
    held.save(update_fields=["edits"])


@dataclass
class Meanwhile(Exception):
    """Somebody else wrote in the same place since the page was opened: ``wordings`` by part."""

    wordings: Mapping[str, Wording | None]


def write(
    pitch: Pitch,
    user: User,
    language: str,
    slide: str,
    words: Mapping[str, str],
    *,
    seen: Mapping[str, str] | None = None,
    verdict: str = "",
) -> Pitch:
    """Keeps a person's words for parts of a slide, as templates; "" goes back to what is generated.

    ``seen``: when each part had been written that the person saw, "" for what is generated. Raises Frozen,
    and Meanwhile when somebody else wrote there since.
    """

    def change(edits: Edits) -> Edits:
        theirs = {part: edits.wording(language, slide, part) for part in words}
        others = {
            part: wording
            for part, wording in theirs.items()
            if seen is not None
            and (wording.at if wording else "") != seen.get(part, "")
            and (wording.text if wording else "") != words[part]
        }
        if others:
            raise Meanwhile(others)
        for part, text in words.items():
            before = theirs[part]
            if text != (before.text if before else "") or (before and before.verdict != verdict):
                edits = edits.written(language, slide, part, text, str(user), timezone.now(), verdict)
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
    held.snapshot = digests.sealed(case.as_snapshot(now))
    held.sha256 = digests.hash_of(held.snapshot)
    held.frozen_at = now
    held.save(update_fields=["snapshot", "sha256", "frozen_at"])
    pins.let_go(held)
    record(held.workspace, user, "pitch.frozen", held.title, version=held.version, sha256=held.sha256)
    return held


@transaction.atomic
def new_version(pitch: Pitch, user: User) -> Pitch:
    """A draft that continues a frozen pitch, with its words, ask, plan and open actions; only ever one."""
    if not pitch.is_frozen:
        return pitch
    old = Pitch.objects.select_for_update().get(pk=pitch.pk)
    following = Pitch.objects.filter(previous=old).first()
    if following:
        return following
    about = ("workspace", "title", "audience", "audience_kind", "language", "length")
    copied = (*about, "period_start", "period_end", "edits", "plan", "follows")
    asked = ("ask_hours", "ask_budget", "ask_currency", "ask_decide_by", "ask_owner")
    values = {name: getattr(old, name) for name in (*copied, *asked)}
    if old.deck_template and not old.deck_template.removed_at:
        values["deck_template"] = old.deck_template
    fresh = Pitch.objects.create(**values, version=old.version + 1, previous=old, created_by=user)
    fresh.rivals.set(old.rivals.all())
    old.actions.filter(state=Action.State.OPEN).update(pitch=fresh)  # what is to do is done once
    pins.keep_up(fresh, timezone.now())
    record(fresh.workspace, user, "pitch.versioned", fresh.title, version=fresh.version)
    return fresh


@transaction.atomic
def delete(pitch: Pitch, user: User) -> None:
    """Deletes a draft; actions go back to the version before. Raises Frozen: what was shown stays."""
    held = locked(pitch)
    if held.previous_id:
        held.actions.update(pitch=held.previous_id)
    record(held.workspace, user, "pitch.deleted", held.title, version=held.version)
    pins.let_go(held)
    held.delete()
