"""One transaction, done whole: again from its beginning when the database ended it for another's sake."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

TRIES = 3
# What PostgreSQL says of a transaction that would succeed if it were done again.
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"

T = TypeVar("T")


def whole(work: Callable[[], T]) -> T:
    """Does ``work`` in one transaction, up to three times when others are in its way.

    ``work`` must not change values that it finds when it is done again. Inside another transaction it is
    done once: only the outermost can be done whole.
    """
    tries = 1 if connection.in_atomic_block else TRIES
    for left in reversed(range(tries)):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            said = getattr(error.__cause__, "sqlstate", None)
            if not left or said not in (SERIALIZATION_FAILURE, DEADLOCK):
                raise
            time.sleep(random.uniform(0.05, 0.5))
    raise AssertionError("not reached")
