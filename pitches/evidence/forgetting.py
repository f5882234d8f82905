"""Erasing an author: from what was heard, from drafts, and from what was frozen, in one transaction.

A frozen pitch keeps its digest: what quoted the author stands in it as a hash from then on. The database lets
nothing else of it change (migration 0006). Decks that were downloaded before cannot be called back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from listening import erasing, forget, store
from listening.forget import Forgotten
from listening.models import Author, Conversation, Suppression
from pitches.decks.text import web_address
from pitches.drafts.edits import Edits
from pitches.evidence import digests
from pitches.models import Action, PageCheck, Pitch, Revision
from teams.models import User, Workspace, record


class Broken(Exception):
    """A frozen pitch would not verify any more: nothing is done."""


@dataclass(frozen=True)
class Erased:
    """What was taken out: mentions, the name in conversations, and parts of frozen pitches."""

    mentions: int
    conversations: int
    pitches: int
    parts: int


@transaction.atomic
def erase_author(
    workspace: Workspace, user: User | None, source: str, handle: str, now: datetime | None = None
) -> Erased:
    """Forgets an author everywhere in the workspace, and sees to it that nothing brings them back.

    Raises Broken, and does nothing, when a frozen pitch would come out with another digest.
    """
    # First the pitches, as freezing does. One that is new after this and is being frozen waits for our lock,
    # and is built of what is left.
    list(Pitch.objects.select_for_update().filter(workspace=workspace).order_by("pk").values_list("pk"))
    store.lock(workspace)
    gone = forget.forget(workspace, source, handle, now or timezone.now())
    _leave_drafts(workspace, gone)
    counts = [_redact(pitch, _quotes(source, handle, gone)) for pitch in _frozen(workspace)]
    erased = Erased(len(gone.mentions), gone.conversations, sum(map(bool, counts)), sum(counts))
    # Not the name: the log outlives it.
    record(
        workspace,
        user,
        "author.erased",
        source,
        mentions=erased.mentions,
        conversations=erased.conversations,
        pitches=erased.pitches,
    )
    return erased


def _quotes(source: str, handle: str, gone: Forgotten) -> Callable[[digests.Part], bool]:
    """Whether a part of a snapshot quotes the author: by name, or by an address that is only theirs."""
    folded = handle.strip().lower()

    def is_theirs(part: digests.Part) -> bool:
        author, where = str(part.get("author") or "").strip().lower(), part.get("source")
        if author and where:
            return author == folded and where == source
        return any(part.get(name) in gone.urls for name in ("url", "link") if part.get(name))

    return is_theirs


def _frozen(workspace: Workspace) -> list[Pitch]:
    return list(_held(workspace).filter(frozen_at__isnull=False))


def _held(workspace: Workspace) -> QuerySet[Pitch]:
    return Pitch.objects.select_for_update(skip_locked=True).filter(workspace=workspace)


def _redact(pitch: Pitch, is_theirs: Callable[[digests.Part], bool]) -> int:
    """Puts hashes in the place of what quotes the author; how many. Raises Broken."""
    assert pitch.snapshot is not None
    left = digests.redact(pitch.snapshot, is_theirs)
    parts = digests.redacted(left) - digests.redacted(pitch.snapshot)
    if parts:
        before, after = (digests.check(one, pitch.sha256) for one in (pitch.snapshot, left))
        if before.is_intact and not after.is_intact:
            raise Broken(f"pitch {pitch.code} would not verify")
        pitch.snapshot = left
        pitch.save(update_fields=["snapshot"])
    return parts


def _leave_drafts(workspace: Workspace, gone: Forgotten) -> None:
    """Quotes and conversations to answer that were chosen of the author leave the drafts, also their past.

    An action stays, because somebody may have worked on it, without its copy of what it was about.
    """
    theirs = Q(mention__in=gone.mentions) | Q(kind=Action.Kind.ANSWER, url__in=gone.urls)
    actions = Action.objects.filter(theirs, pitch__workspace=workspace)
    actions.update(mention=None, title="", url="")
    cited = {*gone.urls, *filter(None, map(web_address, gone.urls))}
    PageCheck.objects.filter(workspace=workspace, url__in=cited).delete()
    for draft in _held(workspace).filter(frozen_at=None):
        rows: list[Pitch | Revision] = [draft, *draft.revisions.all()]
        for row in rows:
            names = ("edits", "undone") if isinstance(row, Revision) else ("edits",)
            for name in names:
                edits = Edits.from_json(getattr(row, name) or {})
                kept = tuple(pk for pk in edits.quotes if pk not in gone.mentions)
                if kept != edits.quotes:
                    setattr(row, name, replace(edits, quotes=kept).as_json())
                    row.save(update_fields=[name])


# A backup may be older than the wish to be forgotten

Remembered = tuple[UUID, str, datetime]  # workspace's code, key, when


def remembered() -> list[Remembered]:
    """All who asked to be forgotten, to be handed to ``forget_again`` when a backup was put back."""
    rows = Suppression.objects.order_by("pk").values_list("workspace__code", "key", "erased_at")
    return [(code, key, at) for code, key, at in rows]


def forget_again(wishes: Iterable[Remembered]) -> int:
    """Carries wishes over, and erases again whom a backup brought back; returns how many were."""
    again = 0
    spaces = {workspace.code: workspace for workspace in Workspace.objects.all()}
    for code, key, at in wishes:
        if code in spaces:
            values = {"workspace": spaces[code], "key": key}
            Suppression.objects.get_or_create(**values, defaults={"erased_at": at})
    for workspace in spaces.values():
        if keys := forget.suppressed(workspace):
            for source, handle in sorted(set(_names(workspace))):
                if erasing.key(workspace.code, source, handle) in keys:
                    erase_author(workspace, None, source, handle)
                    again += 1
    return again


def _names(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Everybody whose name is stored: who wrote, and who answered."""
    for source, handle in Author.objects.filter(workspace=workspace).values_list("source", "handle"):
        yield source, handle.lower()
    rows = Conversation.objects.filter(workspace=workspace).values_list("source", "participants")
    for source, names in rows.iterator():
        for name in names:
            yield source, name
