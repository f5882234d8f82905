"""Leases on rows that fall due: who may work on what, whatever Redis, a second beat or a kill does.

    due -> claim (lease, token) -> message with id and token -> take (token spent, new token) -> work
        -> renew (while answers come) -> owned (row locked, token still ours) -> commit -> due again, or done

Times are the database's, so that hosts with wrong clocks agree. A token's version tells whether a message
holds it or a worker.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from listening.models import Due

QUEUED = timedelta(seconds=settings.LEASE_QUEUED_SECONDS)
WORKING = timedelta(seconds=settings.LEASE_WORKING_SECONDS)
MOST_ATTEMPTS = 5  # a row that stopped its worker this often is not given to another
FIRST_BACK_OFF, LONGEST_BACK_OFF = 15.0, 24 * 3600.0  # seconds

IN_A_MESSAGE, IN_A_WORKER = 4, 5  # versions of UUID

Row = TypeVar("Row", bound=Due)


def now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def claim(model: type[Row], limit: int, at: datetime, among: Q | None = None) -> list[tuple[int, str]]:
    """Leases up to ``limit`` rows that are due, oldest first; two callers at once never get the same row.

    Returns (id, token) pairs to send. A lease nobody used runs out, and the row is due again. Its message may
    be lost or only wait in a long queue: another is sent with the same token, and the first to arrive counts.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    with transaction.atomic():
        rows = list(
            model._default_manager.select_for_update(skip_locked=True, of=("self",))
            .filter(free, among or Q(), due_at__lte=at)
            .order_by("due_at", "pk")[:limit]
        )
        for row in rows:
            if row.lease_token is None or row.lease_token.version != IN_A_MESSAGE:
                row.lease_token = _token(IN_A_MESSAGE)
            row.lease_until = at + QUEUED
        model._default_manager.bulk_update(rows, ["lease_token", "lease_until"])
    return [(row.pk, str(row.lease_token)) for row in rows]


def take(rows: QuerySet[Row], pk: int, token: str, at: datetime) -> Row | None:
    """Spends the token and begins work; None when another holds the row, or it is gone or done.

    ``rows`` is the table, with whatever the work needs selected along.
    """
    mine = _token(IN_A_WORKER)
    taken = rows.filter(pk=pk, lease_token=token, due_at__isnull=False).update(
        lease_token=mine, lease_until=at + WORKING, attempts=F("attempts") + 1
    )
    return rows.get(pk=pk) if taken else None


def renew(row: Due, at: datetime) -> None:
    """Keeps the row for its worker, which lives and has got an answer, once half of the lease is over."""
    if row.lease_until and row.lease_until < at + WORKING / 2:
        row.lease_until = at + WORKING
        mine = type(row)._default_manager.filter(pk=row.pk, lease_token=row.lease_token)
        mine.update(lease_until=row.lease_until)


def owned(row: Due) -> bool:
    """Locks the row for the rest of the transaction; False when the lease passed to somebody else."""
    locked = type(row)._default_manager.select_for_update().filter(pk=row.pk, lease_token=row.lease_token)
    return locked.values_list("pk", flat=True).first() is not None


def hand_on(row: Due, at: datetime, seconds: float) -> str:
    """Makes the row due in ``seconds`` and leases it to the message about to be sent; returns its token."""
    row.due_at = at + timedelta(seconds=seconds)
    row.lease_token, row.lease_until = _token(IN_A_MESSAGE), row.due_at + QUEUED
    return str(row.lease_token)


def rest(row: Due, until: datetime | None) -> None:
    """Gives the lease back; the row is due at ``until``, or never."""
    row.due_at, row.lease_token, row.lease_until = until, None, None


def _token(version: int) -> uuid.UUID:
    return uuid.UUID(bytes=secrets.token_bytes(16), version=version)


def back_off(failures: int, retry_after: float | None = None) -> float:
    """Seconds to wait after so many failures in a row: 15 s, 1 min, 4 min ... 24 h, never less than told."""
    waited = min(FIRST_BACK_OFF * 4 ** max(failures - 1, 0), LONGEST_BACK_OFF)
    return max(waited, min(retry_after or 0.0, 7 * 24 * 3600.0))
