"""The part of the store that forgets: an author's words and name go, what counts stays, and nothing returns.

As in ``store``, every function runs inside the caller's transaction and touches one workspace. ``erasing``
says what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from listening import erasing
from listening.models import Author, Capture, Conversation, Match, Mention, Suppression
from listening.pipeline import Draft
from listening.types import Reply
from teams.models import Workspace

CHUNK = 500
BLANK: dict[str, object] = {
    "title": "",
    "text": "",
    "tags": [],
    "note": "",
    "url_key": "",
    "text_key": "",
    "author": None,
    "words": None,
    "is_searchable": False,
    "is_starred": False,
}


@dataclass(frozen=True)
class Forgotten:
    """What was taken out. ``urls``: addresses that told of this author alone."""

    mentions: tuple[int, ...] = ()
    conversations: int = 0
    answers: int = 0  # raw answers that were emptied
    urls: frozenset[str] = frozenset()


def suppressed(workspace: Workspace) -> set[str]:
    """The keys of all authors who asked this workspace to forget them; see ``erasing.key``."""
    return set(Suppression.objects.filter(workspace=workspace).values_list("key", flat=True))


def without_names(conversation: Conversation, replies: Iterable[Reply]) -> list[Reply]:
    """Replies to be stored, those of erased authors without name, address and id."""
    keys = suppressed(conversation.workspace)
    if not keys:
        return list(replies)
    found, code, source = [], conversation.workspace.code, conversation.source
    for reply in replies:
        if not reply.author or erasing.key(code, source, reply.author) not in keys:
            found.append(reply)
        elif reply.external_id != conversation.external_id:  # the post that opened it tells only who did
            sealed = erasing.sealed_id(code, source, reply.external_id)
            found.append(replace(reply, external_id=sealed, author="", author_url="", url=""))
    return found


def blanked(workspace: Workspace, drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts to be stored, those of erased authors blanked, answers in their threads put where these are."""
    found, keys, code = list(drafts), suppressed(workspace), workspace.code
    if not keys or not found:
        return found
    found = [erasing.blanked(one, code) if erasing.is_erased(one, code, keys) else one for one in found]
    roots = [erasing.sealed_id(code, one.source, one.root_id) for one in found]
    known = Conversation.objects.filter(workspace=workspace, external_id__in=roots)
    sealed = set(known.values_list("external_id", flat=True))
    return [
        replace(one, root_id=root, thread_handle="") if root in sealed else one
        for one, root in zip(found, roots, strict=True)
    ]


def forget(workspace: Workspace, source: str, handle: str, now: datetime) -> Forgotten:
    """Takes an author out of what is stored, and sees to it that no later scan brings them back.

    The caller holds ``store.lock``. May run twice.
    """
    with connection.cursor() as cursor:
        # Whoever reads a thread at this moment must not add the name again.
        cursor.execute(f'LOCK TABLE "{Conversation._meta.db_table}" IN EXCLUSIVE MODE')
    folded = handle.strip().lower()
    key = erasing.key(workspace.code, source, handle)
    Suppression.objects.get_or_create(workspace=workspace, key=key, defaults={"erased_at": now})
    authors = Author.objects.filter(workspace=workspace, source=source, handle__iexact=handle.strip())
    mentions = Mention.objects.filter(workspace=workspace, source=source, author__in=authors)
    urls = {
        url
        for url in (*mentions.values_list("url", flat=True), *authors.values_list("url", flat=True))
        if url
    }
    ids = tuple(mentions.order_by("pk").values_list("pk", flat=True))
    conversations = _leave_conversations(workspace, source, folded, mentions)
    _blank(workspace, mentions)
    authors.delete()
    kept = Capture.objects.filter(fetch__scan__workspace=workspace, fetch__source=source).exclude(body=b"")
    return Forgotten(
        mentions=ids,
        conversations=conversations,
        # Which of them this person is in cannot be told for sure, so all of the source go.
        answers=kept.update(body=b""),
        urls=frozenset(urls - _of_others(workspace, urls)),
    )


def _of_others(workspace: Workspace, urls: set[str]) -> set[str]:
    """Those of the addresses that mentions of others have, too: a feed without addresses has only one."""
    rows = Mention.objects.filter(workspace=workspace, url__in=urls)
    return set(rows.values_list("url", flat=True))


def _blank(workspace: Workspace, mentions: QuerySet[Mention]) -> None:
    changed = []
    for mention in mentions.select_related("site").order_by("pk"):
        mention.external_id = erasing.sealed_id(workspace.code, mention.source, mention.external_id)
        mention.url = erasing.home_of(mention.site.domain)
        for name, value in BLANK.items():
            setattr(mention, name, value)
        changed.append(mention)
    Match.objects.filter(mention__in=changed).update(where=[], content_hash="")
    Mention.objects.bulk_update(changed, ["external_id", "url", *BLANK], batch_size=CHUNK)


def _leave_conversations(workspace: Workspace, source: str, folded: str, mentions: QuerySet[Mention]) -> int:
    """Takes the name out of every thread; one that they opened is known by its sealed id from now on."""
    roots = set(mentions.values_list("external_id", flat=True))
    theirs = Conversation.objects.filter(workspace=workspace, source=source)
    changed = []
    for one in theirs.filter(
        Q(opener=folded) | Q(participants__contains=[folded]) | Q(external_id__in=roots)
    ).order_by("pk"):
        if one.opener == folded or one.external_id in roots:
            one.external_id = erasing.sealed_id(workspace.code, source, one.external_id)
            one.url = one.handle = one.opener = ""
            if one.state == Conversation.State.UNREAD:
                one.state = Conversation.State.UNREADABLE  # there is no address left to read it at
        one.participants = [name for name in one.participants if name != folded]
        one.replies = [_without_name(workspace, source, reply, folded) for reply in one.replies]
        changed.append(one)
    fields = ["external_id", "url", "handle", "opener", "state", "participants", "replies"]
    Conversation.objects.bulk_update(changed, fields, batch_size=CHUNK)
    return len(changed)


def _without_name(workspace: Workspace, source: str, reply: dict[str, str], folded: str) -> dict[str, str]:
    if reply["author"].lower() != folded:
        return reply
    sealed = erasing.sealed_id(workspace.code, source, reply["id"])
    return {"id": sealed, "author": "", "url": "", "at": reply["at"]}
