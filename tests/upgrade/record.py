"""Writes down a database of this version, for the next one to upgrade.

    make test ARGS=tests/upgrade/record.py

Done when a version is released, by its own code. What it leaves is how far the migrations go, and the rows of
a workspace with something of everything (pitches/isolation.py), as text that can be reviewed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from listening.models import ScanPlan
from tests.databases import TABLES
from tests.test_strangers import World, world

__all__ = ["world"]  # a fixture

RECORD = Path(__file__).with_name("previous.json")
NOT_WRITTEN = ("django_migrations", "django_session")  # migrating makes its own; nobody stays logged in


@pytest.mark.django_db
def test_write_it_down(world: World) -> None:
    # In a workspace for isolation nothing is due; an upgrade is to go on with what was.
    ScanPlan.objects.filter(workspace=world.workspace).update(is_on=True, due_at=timezone.now())
    about = {
        "leaves": sorted([app, name] for app, name in MigrationLoader(None).graph.leaf_nodes()),
        "things": {name: str(value) for name, value in sorted(world.seeded.things.items())},
        "workspace": str(world.workspace.code),
        "rows": rows(),
    }
    RECORD.write_text(as_text(about))


def as_text(about: dict[str, Any]) -> str:
    """JSON with a line for each row, so that it can be read and compared."""
    text = json.dumps(about | {"rows": {}}, ensure_ascii=False, indent=1)
    tables = [
        f'  "{table}": [\n'
        + ",\n".join(f"   {json.dumps(row, ensure_ascii=False)}" for row in of_it)
        + "\n  ]"
        for table, of_it in about["rows"].items()
    ]
    return text.replace('"rows": {}', '"rows": {\n' + ",\n".join(tables) + "\n }") + "\n"


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as PostgreSQL itself writes it."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t ORDER BY t::text')
            if table not in NOT_WRITTEN and (of_it := [json.loads(row) for (row,) in cursor.fetchall()]):
                found[table] = of_it
    return found
