"""Saving, removing and judging what people entrust to a workspace so that a source answers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from listening import door, sources
from listening.models import Credential
from listening.models.credentials import pack
from listening.net import Busy, Client, SourceError
from listening.net.errors import gettext_noop
from listening.sources import Source
from listening.sources.base import Passing
from teams.models import User, Workspace, record
from teams.sealing import Unsealable

PATIENCE, DEADLINE = 5.0, 15.0  # seconds a person waits for the host's turn, and for its answer
NOTED_FOR = timedelta(hours=1)  # that they work is written down once an hour, not with each page
BUSY = gettext_noop("%(host)s was asked a moment ago and may not be asked again yet.")


def save(
    workspace: Workspace, kind: type[Source], values: Mapping[str, str], user: User, http: Client
) -> Credential:
    """Asks the service at once whether the credentials work, then keeps them, sealed.

    Raises SourceError "needs_key" with the reason where they are refused: nothing is saved then. Where the
    service cannot be asked now they are saved unchecked, with the reason; the next scan tells.
    """
    instance, lent = door.instance_of(kind.name, workspace), Passing()
    http = http.hiding(sources.secrets(kind, values)).patient(PATIENCE, DEADLINE)
    problem: SourceError | None = None
    try:
        kind(http, instance=instance, credentials=values, session=lent).check()  # type: ignore[attr-defined]  # who has needs defines it
    except SourceError as error:
        if error.kind == "needs_key":
            raise
        problem = error
    except Busy as busy:
        problem = SourceError(BUSY, params={"host": busy.host})
    now = timezone.now()
    with transaction.atomic():
        row, _ = Credential.objects.update_or_create(
            workspace=workspace,
            source=kind.name,
            defaults={
                "sealed": pack(values),
                "session": pack(lent.read()),
                "host": instance or kind.instance,
                "saved_by": user,
                "saved_at": now,
                "checked_at": None if problem else now,
                "error": problem.message if problem else "",
                "error_params": problem.params if problem else {},
                "error_kind": problem.kind if problem else "",
            },
        )
        record(workspace, user, "credential.saved", kind.name, entered=sorted(values))
    return row


def remove(workspace: Workspace, kind: type[Source], user: User) -> bool:
    """Forgets the credentials; True when there were any. What was heard with them stays."""
    with transaction.atomic():
        gone, _ = Credential.objects.filter(workspace=workspace, source=kind.name).delete()
        if gone:
            record(workspace, user, "credential.removed", kind.name)
    return bool(gone)


def shown(row: Credential, kind: type[Source]) -> dict[str, str]:
    """What may be shown of them again: no secret, and nothing that cannot be opened."""
    open_to_all = {need.name for need in kind.needs if need.kind != "secret"}
    with suppress(Unsealable):
        return {name: value for name, value in row.opened().items() if name in open_to_all}
    return {}


def trouble(row: Credential, kind: type[Source]) -> str:
    """Why they cannot be used now, in the reader's language; "" when nothing is known against them."""
    try:
        row.opened()
    except Unsealable:
        return gettext(door.KEY_LOST) % {"source": kind.label}
    host = door.instance_of(kind.name, row.workspace) or kind.instance
    if row.host != host:
        return gettext(door.OTHER_SERVER) % {"source": kind.label, "given": row.host, "now": host}
    return row.error_text if row.is_refused else ""


def note(source: Source | None, error: SourceError | None = None) -> None:
    """Writes down what a page that was read with credentials tells of them: they work, or they are refused.

    Other errors tell nothing of them, and so does a source that was handed none.
    """
    session = getattr(source, "session", None)
    if not isinstance(session, door.KeptSession) or (error and error.kind != "needs_key"):
        return
    now = timezone.now()
    if error:
        session.row.update(
            checked_at=now, error=error.message, error_params=error.params, error_kind=error.kind
        )
    else:
        news = Q(checked_at=None) | Q(checked_at__lt=now - NOTED_FOR) | ~Q(error="")
        session.row.filter(news).update(checked_at=now, error="", error_params={}, error_kind="")
