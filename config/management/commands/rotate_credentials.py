"""``manage.py rotate_credentials``: seals everything that is sealed anew, with the first key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from teams import sealing

BATCH = 200
SEALED_LOOKS_LIKE = "gAAAAA"  # how every Fernet token begins

# Where something sealed may lie: app, model, columns that hold it as a text or inside JSON.
PLACES = (
    ("listening", "Credential", ("sealed", "session")),
    ("mfa", "Authenticator", ("data",)),  # seeds of second factors
)


@dataclass
class Count:
    """What was done to the sealed texts of one model, and the rows that no key opens."""

    anew: int = 0
    already: int = 0
    lost: list[str] = field(default_factory=list)


class Command(BaseCommand):
    help = (
        "Seals the credentials of sources and the seeds of second factors anew with the first key of"
        " CREDENTIAL_KEYS. May run twice, and beside a running Earshot."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost: list[str] = []
        for app, name, columns in PLACES:
            if apps.is_installed("allauth.mfa" if app == "mfa" else app):
                count = rotate(apps.get_model(app, name), columns)
                self.stdout.write(
                    f"{name}: {count.anew} sealed anew, {count.already} were sealed with the first key,"
                    f" {len(count.lost)} rows cannot be opened"
                )
                lost += count.lost
        if lost:
            rows = "\n".join(f"  {line}" for line in lost)
            raise CommandError(
                f"None of CREDENTIAL_KEYS opens these rows:\n{rows}\n"
                "Add the key they were sealed with and run this again, or have them entered again."
            )


def rotate(model: type[models.Model], columns: tuple[str, ...]) -> Count:
    """Seals the columns of all rows anew, some hundred rows in a transaction. Locked rows are waited for."""
    count, last = Count(), 0
    rows = model._default_manager.order_by("pk")
    while batch := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            for row in rows.select_for_update().filter(pk__in=batch):
                _rotate_row(row, columns, count)
        last = batch[-1]
    return count


def _rotate_row(row: models.Model, columns: tuple[str, ...], count: Count) -> None:
    changed = []
    try:
        for column in columns:
            before = getattr(row, column)
            after = _walk(before, lambda text: _anew(text, count))
            if after != before:
                setattr(row, column, after)
                changed.append(column)
    except sealing.Unsealable:
        workspace = f", workspace {row.workspace}" if hasattr(row, "workspace") else ""
        count.lost.append(f"{type(row).__name__} {row.pk} ({row}{workspace})")
    if changed:
        row.save(update_fields=changed)


def _anew(sealed: str, count: Count) -> str:
    if sealing.is_newest(sealed):
        count.already += 1
        return sealed
    fresh = sealing.reseal(sealed)
    count.anew += 1
    return fresh


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    """The value with every sealed text in it changed."""
    if isinstance(value, dict):
        return {key: _walk(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, change) for inner in value]
    return change(value) if isinstance(value, str) and value.startswith(SEALED_LOOKS_LIKE) else value
