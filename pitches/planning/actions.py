"""What people do to actions: choose them, take them, do them. They live on after a pitch is frozen.

Who may is decided by the door. What is done is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Case, IntegerField, Max, Q, QuerySet, Value, When
from django.utils import timezone

from listening.communities import Community
from listening.models import Event, Mention
from pitches.ground import Ground
from pitches.models import Action, Pitch
from pitches.steps import answers
from teams.models import User, Workspace, record

A_WEEK = 2  # conversations to answer
MOST_OPEN = 40  # actions of one pitch

Kind, State = Action.Kind, Action.State


def of(workspace: Workspace) -> QuerySet[Action]:
    """The workspace's actions, without what is large of their pitches."""
    return (
        Action.objects.filter(pitch__workspace=workspace)
        .select_related("pitch__workspace", "mention__site", "event", "assigned_to", "done_by")
        .defer("pitch__snapshot", "pitch__edits", "pitch__plan")
    )


def listed(workspace: Workspace, state: str = "", owner: str = "") -> QuerySet[Action]:
    """Actions in a state and of one person by printed name, "" = all; what is open and due soonest first."""
    found = of(workspace)
    if state:
        found = found.filter(state=state)
    if owner:
        found = found.filter(owner=owner)
    place = Case(When(state=State.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    return found.order_by(place, "due", "pitch", "position", "pk")


def owners(workspace: Workspace) -> list[str]:
    """Everybody who has an action, by printed name."""
    named = Action.objects.filter(pitch__workspace=workspace).exclude(owner="").order_by("owner")
    return list(named.values_list("owner", flat=True).distinct())


# Choosing


def propose(pitch: Pitch, ground: Ground, user: User | None, now: datetime) -> None:
    """Chooses the conversations most worth an answer, two a week. What somebody worked on stays, and a
    conversation that was answered or put aside is not proposed again."""
    rows = Action.objects.filter(pitch=pitch)
    rows.filter(pk__in=[one.pk for one in rows.filter(kind=Kind.ANSWER) if not one.is_touched]).delete()
    room = answers.MOST_ACTIONS - rows.filter(kind=Kind.ANSWER, state=State.OPEN).count()
    if room > 0:
        found = answers.proposed(ground, room, taken(pitch))
        owner = pitch.ask_owner or (str(user)[:120] if user else "")
        today = pitch.workspace.localtime(now).date()
        add(pitch, [about_mention(mention) for mention in found], owner, today)


def taken(pitch: Pitch) -> list[int]:
    """Conversations that are in this plan already, and those answered or put aside in any."""
    rows = Action.objects.filter(pitch__workspace=pitch.workspace, mention__isnull=False)
    found = rows.filter(Q(pitch=pitch) | ~Q(state=State.OPEN))
    return list(found.values_list("mention__conversation", flat=True))


def add(pitch: Pitch, new: Iterable[Action], owner: str = "", today: date | None = None) -> list[Action]:
    """Puts actions at the end of the plan. Without a due date of their own, two are due each week."""
    rows = list(new)
    last = pitch.actions.aggregate(last=Max("position"))["last"] or 0
    for number, one in enumerate(rows):
        one.pitch, one.position = pitch, last + number + 1
        one.owner = one.owner or owner
        if one.due is None and today is not None:
            one.due = one.happens_on or today + timedelta(days=7 * (number // A_WEEK + 1))
    return Action.objects.bulk_create(rows)


def about_mention(mention: Mention) -> Action:
    """An unsaved action to answer there."""
    return Action(
        kind=Kind.ANSWER,
        mention=mention,
        title=(mention.title or mention.quote)[:300],
        url=mention.url,
        place=mention.site.domain,
    )


def about_community(one: Community) -> Action:
    """An unsaved action to join there."""
    return Action(kind=Kind.JOIN, title=one.name, url=one.url, place=one.name)


def about_event(event: Event) -> Action:
    """An unsaved action to go there."""
    return Action(
        kind=Kind.EVENT,
        event=event,
        title=event.title,
        url=event.url,
        place=event.place,
        happens_on=event.day,
    )


# Doing


def _held(workspace: Workspace, pk: int) -> Action:
    """One action, held until the transaction ends. Raises Action.DoesNotExist."""
    return of(workspace).select_for_update(of=("self",)).get(pk=pk)


def _named(row: Action) -> str:
    """What the log calls an action: not by somebody's words, which may have to be forgotten."""
    return row.place if row.kind == Kind.ANSWER else str(row)


@transaction.atomic
def assign(
    workspace: Workspace, by: User, pk: int, owner: str, member: User | None, due: date | None, note: str
) -> Action:
    """Who does it, by when, and what to mind. ``member`` is None for somebody without an account here.

    Raises Action.DoesNotExist for one that is not in this workspace.
    """
    row = _held(workspace, pk)
    before, noted = (row.owner, row.assigned_to_id, row.due), row.note != note
    row.owner, row.assigned_to, row.due, row.note = owner, member, due, note
    row.save()
    if before != (owner, member.pk if member else None, due):
        record(workspace, by, "action.assigned", _named(row), owner=owner, due=due.isoformat() if due else "")
    elif noted:
        record(workspace, by, "action.noted", _named(row))
    return row


def take(workspace: Workspace, by: User, pk: int) -> Action:
    """Somebody takes it themselves; date and note stay. Raises as ``assign`` does."""
    with transaction.atomic():
        row = _held(workspace, pk)
        return assign(workspace, by, pk, str(by)[:120], by, row.due, row.note)


@transaction.atomic
def mark(workspace: Workspace, by: User, pk: int, state: str, reply_url: str = "") -> Action:
    """Done, with the address of what we wrote; not relevant; or open again. Raises as ``assign`` does."""
    row = _held(workspace, pk)
    changed = row.state != state or bool(reply_url and reply_url != row.reply_url)
    row.state = state
    if state == State.DONE:
        row.done_at, row.done_by = row.done_at or timezone.now(), row.done_by or by
        row.reply_url = reply_url or row.reply_url
    else:
        row.done_at = row.done_by = None
    row.save()
    if state == State.DONE and row.mention_id:
        _done_everywhere(row)
    if changed and state == State.DONE:
        record(workspace, by, "action.done", _named(row), reply=row.reply_url)
    elif changed:
        verb = "action.reopened" if state == State.OPEN else "action.put_aside"
        record(workspace, by, verb, _named(row))
    return row


def _done_everywhere(row: Action) -> None:
    """A conversation is answered once, in however many plans it is."""
    alike = Action.objects.filter(
        pitch__workspace=row.pitch.workspace, kind=Kind.ANSWER, state=State.OPEN, mention=row.mention_id
    )
    alike.update(state=State.DONE, done_at=row.done_at, done_by=row.done_by, reply_url=row.reply_url)
