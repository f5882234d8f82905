"""The database of the version before this one, upgraded by this one's code.

Once from a record of that version, which every clone has; once by that version's own code, where there is a
history to get it from.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import NoReverseMatch, reverse

from config import env
from listening import dispatch, pulse
from pitches import isolation
from pitches.drafts.edits import Edits
from pitches.models import Pitch
from teams.models import Membership, Role
from tests.conftest import HAS_VALKEY, ROOT
from tests.databases import Database, new_database
from tests.running import Earshot
from tests.upgrade.record import RECORD

pytestmark = pytest.mark.services

GENERATED = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attgenerated <> ''"


def fill(rows: dict[str, list[dict[str, Any]]], models: list[Any]) -> None:
    """Puts the rows of the record into tables of their time; ``models`` are those of that time."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, of_it in rows.items():
            cursor.execute(GENERATED, [table])
            generated = {name for (name,) in cursor.fetchall()}
            columns = ", ".join(f'"{name}"' for name in of_it[0] if name not in generated)
            cursor.execute(
                f'INSERT INTO "{table}" ({columns}) SELECT {columns}'
                f' FROM json_populate_recordset(NULL::"{table}", %s::json)',
                [json.dumps(of_it)],
            )
        for set_sequence in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(set_sequence)


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORD.read_text())
    return found


@pytest.fixture(scope="module")
def upgraded(record: dict[str, Any], django_db_blocker: Any) -> Iterator[Database]:
    """The old tables, filled, then brought to the state of the code; Django works on them."""
    if not HAS_VALKEY:
        pytest.skip("needs services: make test")
    with new_database() as database, django_db_blocker.unblock(), database.in_use():
        state = MigrationExecutor(connection).migrate([(app, name) for app, name in record["leaves"]])
        fill(record["rows"], state.apps.get_models())
        call_command("migrate", interactive=False, verbosity=0)
        yield database


# Tables that are gone on purpose; where their rows went is tested below.
GONE = {"pitches_step"}


def test_no_row_of_the_version_before_is_lost(upgraded: Database, record: dict[str, Any]) -> None:
    now = upgraded.counts()
    lost = {
        table: (len(rows), now.get(table))
        for table, rows in record["rows"].items()
        if table not in GONE and now.get(table, 0) < len(rows)
    }
    assert lost == {}
    assert len(record["rows"]) > 20


def test_what_people_wrote_over_steps_is_among_the_edits_of_their_pitches(
    upgraded: Database, record: dict[str, Any]
) -> None:
    """Of drafts and of frozen ones, whose snapshots stay as they were."""
    pitches = {row["id"]: row for row in record["rows"]["pitches_pitch"]}
    steps = record["rows"]["pitches_step"]
    assert {pitches[step["pitch_id"]]["frozen_at"] is None for step in steps} == {True, False}
    for step in steps:
        pitch = Pitch.objects.get(pk=step["pitch_id"])
        wording = Edits.from_json(pitch.edits).wording(step["language"], "talk", "title")
        assert wording and wording.text == step["title"] and wording.by
        assert (pitch.snapshot, pitch.sha256) == tuple(
            pitches[pitch.pk][name] for name in ("snapshot", "sha256")
        )


def test_every_page_still_opens(upgraded: Database, record: dict[str, Any]) -> None:
    owner = Membership.objects.get(workspace__code=record["workspace"], role=Role.OWNER).user
    client = Client()
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    opened, wrong = 0, []
    for name in isolation.names():
        place = {
            key: record["things"].get(value, value) for key, value in isolation.PLACES.get(name, {}).items()
        }
        try:
            url = reverse(name, kwargs={"code": record["workspace"], **place})
        except NoReverseMatch:  # it leads to something that the version before did not have
            continue
        answer = client.get(url)
        opened += answer.status_code == 200
        if answer.status_code not in (200, 302, 403, 405):
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == [] and opened > 25


def test_what_was_due_goes_on(upgraded: Database, record: dict[str, Any]) -> None:
    assert pulse.take().queue_age.total_seconds() > 0
    assert list(dispatch.due())


# By the version before itself

SEED = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.color import no_style
from teams.models import User
user = User.objects.create_user("alice@fjallvik.example", "correct horse battery", name="Alice")
call_command("seed_sample")
"""


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"there is no history here to get the version before from: {done.stderr.strip()}")
    return done.stdout.strip()


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The code of the commit before this one; of the last one where something is not committed yet."""
    if shutil.which("git") is None:
        pytest.skip("there is no git here to get the version before with")
    commit = git("rev-parse", "--verify", "HEAD" if git("status", "--porcelain") else "HEAD~1")
    folder = tmp_path / "before"
    folder.mkdir()
    archive = tmp_path / "before.tar"
    git("archive", f"--output={archive}", commit)
    shutil.unpack_archive(archive, folder, filter="data")
    return folder


def test_the_version_before_hands_its_data_folder_over(before: Path, tmp_path: Path) -> None:
    """Its own `manage.py dev` makes the database and its own sample fills it, then ours goes on with both."""
    data = tmp_path / "data"
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.running.ROOT", before)
            old = Earshot(data).start()
        filling = subprocess.run(
            [sys.executable, "-c", SEED],
            cwd=before, text=True, capture_output=True,
            env=clean() | {"EARSHOT_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"},
        )  # fmt: skip
        assert filling.returncode == 0, filling.stderr
        told = counts(data)
        assert old.end(signal.SIGTERM) == 0

        ours = Earshot(data).start()
        now = counts(data)
        assert {name for name in told if now.get(name, 0) < told[name]} == set()
        assert now["listening_mention"] > 100
        assert ours.end(signal.SIGTERM) == 0
    finally:
        shutil.rmtree(env.socket_folder(data), ignore_errors=True)


def clean() -> dict[str, str]:
    """Our environment without the tests' own services."""
    unset = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in unset}


def counts(data: Path) -> dict[str, int]:
    """How many rows each table of a running Earshot's database has."""
    with psycopg.connect(env.embedded_database_url(data)) as session:
        names = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: session.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # type: ignore[index,call-overload]
            for (name,) in names
        }
