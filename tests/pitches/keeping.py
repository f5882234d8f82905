"""Rows that many tests begin with: made once by each process that runs tests, from then on put back.

To seed the sample takes some 2,000 statements. What they wrote is kept as PostgreSQL writes rows down, and
read back in a moment: the same rows with the same keys, which no sequence gives out again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from listening import store
from pitches import sample
from teams.models import Workspace
from tests.make import make_user

T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """Rows of one table: their keys, its columns, and what COPY wrote."""

    model: type[Model]
    keys: tuple[Any, ...]
    columns: str
    written: bytes

    @property
    def table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)


@dataclass(frozen=True)
class Kept(Generic[T]):
    """The rows that something left behind, and what it gave back."""

    made: T
    at: datetime
    rows: tuple[Rows, ...]

    @property
    def is_of_now(self) -> bool:
        """Made this hour, so that its days and minutes are those of what would be made now."""
        return timezone.now().replace(minute=0, second=0, microsecond=0) <= self.at

    def put_back(self) -> T:
        """Writes every row; what refers to what is looked at when all are there."""
        with transaction.atomic(), connection.cursor() as cursor:
            for one in self.rows:
                with cursor.copy(f"COPY {one.table} ({one.columns}) FROM STDIN") as copy:
                    copy.write(one.written)
        return self.made

    def take_away(self) -> None:
        """Deletes them, whatever became of them, and nothing else."""
        with transaction.atomic():
            for one in self.rows:
                found = one.model._base_manager.filter(pk__in=one.keys)
                found._raw_delete(found.db)  # without asking what belongs to them: that is among the rows


def made_by(make: Callable[[], T]) -> Kept[T]:
    """Makes something and keeps the rows that were added; it stays where it was made."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    before = {model: list(model._base_manager.values_list("pk", flat=True)) for model in models}
    at = timezone.now()
    made = make()
    rows = [_written(model, keys) for model, keys in before.items()]
    return Kept(made, at, tuple(one for one in rows if one.keys))


def taken_back(make: Callable[[], T]) -> Kept[T]:
    """The same, and afterwards nothing of it is there: each test that wants it puts it back."""
    with transaction.atomic():
        kept = made_by(make)
        transaction.set_rollback(True)
    return kept


_sample: Kept[int] | None = None


def the_sample() -> Workspace:
    """The sample of Alice, its only member, as of now. Nothing of it may be there yet."""
    global _sample
    if _sample is None or not _sample.is_of_now:
        with transaction.atomic():
            _sample = made_by(lambda: sample.seed(make_user("Alice")).pk)
    else:
        _sample.put_back()
        store.refresh_statistics()
    return Workspace.objects.get(pk=_sample.made)


def take_the_sample_away() -> None:
    """Nothing of it is left, nor of what it shares with other workspaces, such as sites."""
    assert _sample is not None
    _sample.take_away()


def _written(model: type[Model], but: list[Any]) -> Rows:
    """The rows of a table but those with these keys."""
    added = model._base_manager.exclude(pk__in=but).order_by("pk")
    keys = tuple(added.values_list("pk", flat=True))
    name = connection.ops.quote_name
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    columns = ", ".join(name(str(field.column)) for field in fields)
    table, key = name(model._meta.db_table), name(str(model._meta.pk.column))
    asked = f"COPY (SELECT {columns} FROM {table} WHERE {key} = ANY(%s)) TO STDOUT"  # noqa: S608  # our names
    written = b""
    if keys:
        with connection.cursor() as cursor, cursor.copy(asked, [list(keys)]) as copy:
            written = b"".join(bytes(part) for part in copy)
    return Rows(model, keys, columns, written)
