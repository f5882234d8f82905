"""Coming back after 30, 60 or 90 days: when a follow-up is due, and making one.

A follow-up is a pitch that measures again what a frozen pitch measured: by the same wordings, over as many
days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from listening.models import Brand
from pitches import verbs
from pitches.drafts.edits import Edits
from pitches.follow_ups import pins
from pitches.models import Pitch
from teams.models import User, Workspace, record

DAYS = (30, 60, 90)  # after freezing
REMINDED = timedelta(days=30)  # how long the last one is called due

State = Literal["done", "due", "coming", "passed"]


class NotFrozen(Exception):
    """Only what was frozen can be followed up."""

    def __str__(self) -> str:
        return _("Freeze this pitch first: a follow-up is measured against what was frozen.")


class TooEarly(Exception):
    """The day chosen does not lie after what the pitch measured."""

    def __str__(self) -> str:
        return _("Choose a day after the last day of the pitch that is followed, and not after today.")


@dataclass(frozen=True)
class Due:
    """A day on which a pitch asks to be followed up."""

    pitch: Pitch
    day: int
    on: date
    state: State
    by: Pitch | None = None  # the follow-up that was made for it


def due_dates(pitch: Pitch, now: datetime | None = None) -> list[Due]:
    """The days 30, 60 and 90 of a frozen pitch, each with how it stands.

    A follow-up that measures up to that day, or later, stands for it. Only one is called due, the latest.
    """
    if pitch.frozen_at is None:
        return []
    workspace = pitch.workspace
    today = workspace.localtime(now or timezone.now()).date()
    frozen_on = workspace.localtime(pitch.frozen_at).date()
    made = sorted(pitch.follow_ups.defer("snapshot"), key=lambda one: (one.period_end, one.version))
    found = []
    for day in DAYS:
        on = frozen_on + timedelta(days=day)
        by = next((one for one in made if one.period_end >= on), None)
        last = day == DAYS[-1]
        until = on + REMINDED if last else frozen_on + timedelta(days=DAYS[DAYS.index(day) + 1])
        state: State = "done" if by else "coming" if today < on else "due" if today < until else "passed"
        found.append(Due(pitch, day, on, state, by))
    return found


def due_now(workspace: Workspace, now: datetime | None = None) -> list[Due]:
    """The follow-ups that are due in a workspace, the latest first; only the last version of a pitch asks."""
    now = now or timezone.now()
    first = now - timedelta(days=DAYS[-1]) - REMINDED - timedelta(days=1)
    frozen = Pitch.objects.filter(workspace=workspace, frozen_at__gte=first, next__frozen_at=None)
    found = [
        due
        for pitch in frozen.select_related("workspace").defer("snapshot")
        for due in due_dates(pitch, now)
        if due.state == "due"
    ]
    return sorted(found, key=lambda one: one.on, reverse=True)


def open_follow_up(pitch: Pitch) -> Pitch | None:
    """The draft that follows this pitch, if there is one."""
    return pitch.follow_ups.filter(frozen_at=None).first()


@transaction.atomic
def follow_up(pitch: Pitch, user: User, end: date | None = None, now: datetime | None = None) -> Pitch:
    """A draft that measures again, over as many days, up to ``end`` (today). Only ever one at a time.

    It keeps language, audience, length, rivals, the ask and free slides. What people wrote over claims stays
    with the numbers it was written about. Old wordings are pinned. Raises NotFrozen or TooEarly.
    """
    old = Pitch.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=pitch.pk)
    if old.frozen_at is None:
        raise NotFrozen
    if found := open_follow_up(old):
        return found
    now = now or timezone.now()
    workspace = old.workspace
    today = workspace.localtime(now).date()
    end = end or today
    if not old.period_end < end <= today:
        raise TooEarly
    start = end - (old.period_end - old.period_start)
    with translation.override(old.language):
        title = _("Follow-up: %(title)s") % {"title": old.title}
    edits = Edits.from_json(old.edits)
    about = ("workspace", "audience", "audience_kind", "language", "length")
    asked = ("ask_hours", "ask_budget", "ask_currency", "ask_owner")
    fresh = Pitch.objects.create(
        **{name: getattr(old, name) for name in (*about, *asked)},
        title=title[:200],
        ask_decide_by=old.ask_decide_by and old.ask_decide_by + (end - old.period_end),
        period_start=start,
        period_end=end,
        edits=_kept(edits).as_json(),
        follows=old,
        created_by=user,
    )
    fresh.rivals.set(rivals_then(old))
    pins.keep_up(fresh, now)
    verbs.propose_actions(fresh, user, now)
    record(workspace, user, "pitch.followed", fresh.title, follows=old.title)
    return fresh


def _kept(edits: Edits) -> Edits:
    """The order, what was dropped and the free slides; not the words over claims, nor the quotes of then."""
    texts = {
        language: {slide: parts for slide, parts in slides.items() if slide in edits.free}
        for language, slides in edits.texts.items()
    }
    return Edits(
        {name: slides for name, slides in texts.items() if slides}, edits.order, edits.dropped, edits.free
    )


def rivals_then(old: Pitch) -> Sequence[Brand]:
    """The rivals of a frozen pitch that are still there; where it took all, those that there were then."""
    chosen = list(old.rivals.all())
    if chosen:
        return chosen
    assert old.snapshot is not None
    told = {str(name) for key, name in old.snapshot["names"].items() if key.startswith("brand.")}
    competitors = Brand.objects.filter(workspace=old.workspace, kind=Brand.Kind.COMPETITOR)
    return list(competitors.filter(Q(name__in=told) | Q(created_at__lte=old.frozen_at)))
