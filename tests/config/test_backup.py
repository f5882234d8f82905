"""A backup holds everything but what lets somebody in, and comes back whole or not at all."""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from config import dumps, env
from config.processes import lock
from listening import dispatch, plans, schedule
from listening.models import Author, Fetch, Scan, ScanPlan
from pitches import sample
from pitches.evidence import forgetting
from teams.models import User, Workspace
from tests.conftest import HAS_VALKEY
from tests.databases import Database, new_database
from tests.make import PASSWORD, make_search, make_user, make_workspace
from tests.running import Earshot

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not HAS_VALKEY, reason="needs services: make test"),
]


@pytest.fixture(scope="module")
def tables() -> Iterator[Database]:
    """An installation that nobody has used yet."""
    with new_database() as database:
        database.manage("migrate", "-v0")
        yield database


@pytest.fixture(scope="module")
def old(tables: Database, django_db_blocker: Any) -> Iterator[Database]:
    """An installation with the sample and a workspace of Alice's own, whose plan was due three days ago."""
    with new_database(like=tables) as database, django_db_blocker.unblock():
        with database.in_use():
            alice = make_user("Alice")
            sample.seed(alice)
            workspace = make_workspace(alice)
            make_search(workspace)
            plan = plans.make_plan(workspace, schedule.now())
            database.query(
                "UPDATE listening_scanplan SET due_at = due_at - interval '3 days' WHERE id = %s", plan.pk
            )
            client = Client()
            assert client.login(username=alice.email, email=alice.email, password=PASSWORD)
        assert database.counts()["django_session"] == 1
        yield database


@pytest.fixture
def new() -> Iterator[Database]:
    with new_database() as database:
        yield database


@pytest.fixture
def unused(tables: Database) -> Iterator[Database]:
    with new_database(like=tables) as database:
        yield database


@pytest.fixture(scope="module")
def backup(old: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backups") / "earshot.dump"
    said = old.manage("backup", file)
    assert "CREDENTIAL_KEYS" in said and str(file) in said
    return file


def test_everything_comes_back_but_what_lets_somebody_in(old: Database, new: Database, backup: Path) -> None:
    said = new.manage("restore", backup)
    assert "is restored" in said and "CREDENTIAL_KEYS" in said
    before, after = old.counts(), new.counts()
    assert {name: before[name] for name in dumps.LEFT_OUT if name in before and before[name]} == {
        "django_session": 1
    }
    assert all(after[name] == 0 for name in dumps.LEFT_OUT if name in after)
    kept = before.keys() - set(dumps.LEFT_OUT)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["listening_mention"] > 100 and after["pitches_pitch"] > 0
    for rules in (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
        "SELECT conname, contype FROM pg_constraint WHERE conrelid > 0 ORDER BY 1, 2",
        # without conditions: a dump writes the same ones in another way
        "SELECT split_part(indexdef, ' WHERE ', 1) FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1",
    ):
        assert old.query(rules) == new.query(rules) != []


def test_nobody_else_may_read_it_and_no_half_of_one_is_left(
    old: Database, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [one.name for one in backup.parent.iterdir()] == [backup.name]
    broken = tmp_path / "bin" / "pg_dump"  # writes a part, then fails
    broken.parent.mkdir()
    broken.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit\n'
        'for word in "$@"; do case $word in --file=*) echo part > "${word#--file=}";; esac; done\n'
        'echo "no space left on device" >&2\nexit 1\n'
    )
    broken.chmod(0o755)
    target = tmp_path / "earshot.dump"
    target.write_text("yesterday's")
    said = old.manage("backup", target, fails=True, PATH=f"{broken.parent}:{os.environ['PATH']}")
    assert "no space left on device" in said
    assert target.read_text() == "yesterday's"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bin", "earshot.dump"]


def test_the_newest_backups_of_a_folder_stay(old: Database, tmp_path: Path) -> None:
    names = ["earshot-20260101-070000.dump", "earshot-20260102-070000.dump", "notes.txt"]
    for name in names:
        (tmp_path / name).write_text("")
    draft = tmp_path / ".earshot-20260101-070000.dump.x1y2"  # of one that was killed
    draft.write_text("a part")
    os.utime(draft, (0, 0))
    said = old.manage("backup", tmp_path, "--keep=2")
    assert f"Removed {tmp_path / names[0]}" in said
    assert not draft.exists()
    left = sorted(one.name for one in tmp_path.iterdir())
    assert left[0] == names[1] and left[-1] == "notes.txt" and len(left) == 3
    assert re.fullmatch(r"earshot-\d{8}-\d{6}\.dump", left[1])
    assert "--keep needs a folder" in old.manage("backup", tmp_path / "one.dump", "--keep=2", fails=True)


def test_nothing_is_given_up_unless_told(unused: Database, backup: Path, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), unused.in_use():
        make_workspace(make_user("Bob"), name="Bob’s own")
    said = unused.manage("restore", backup, fails=True)
    assert "users: 1, workspaces: 1" in said and "--replace" in said
    assert unused.query("SELECT name FROM teams_workspace") == [("Bob’s own",)]

    unused.query("CREATE TABLE of_a_later_version (word text)")
    assert "is restored" in unused.manage("restore", backup, "--replace")
    assert ("Bob’s own",) not in unused.query("SELECT name FROM teams_workspace")
    assert unused.query("SELECT to_regclass('of_a_later_version')") == [(None,)]


def test_who_asked_to_be_forgotten_is_not_brought_back(
    new: Database, backup: Path, django_db_blocker: Any
) -> None:
    new.manage("restore", backup)
    with django_db_blocker.unblock(), new.in_use():
        author = Author.objects.select_related("workspace").order_by("pk")[0]
        forgetting.erase_author(author.workspace, None, author.source, author.handle)
    said = new.manage("restore", backup, "--replace")
    assert "1 authors whom the backup brought back were erased again." in said
    assert new.query("SELECT count(*) FROM listening_author WHERE handle = %s", author.handle) == [(0,)]
    assert new.query("SELECT count(*) FROM listening_suppression") == [(1,)]


def test_a_database_of_somebody_else_is_left_alone(new: Database, backup: Path) -> None:
    new.query("CREATE TABLE recipes (word text)")
    assert "not Earshot's (recipes)" in new.manage("restore", backup, fails=True)
    assert new.query("SELECT count(*) FROM recipes") == [(0,)]


def test_a_backup_that_ends_too_early_changes_nothing(new: Database, backup: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.dump"
    short.write_bytes(backup.read_bytes()[: backup.stat().st_size * 2 // 3])
    new.query("CREATE TABLE kept (word text)")
    assert "Nothing was changed" in new.manage("restore", short, "--replace", fails=True)
    assert new.counts() == {"kept": 0}


@pytest.mark.parametrize(("content", "message"), [(b"", "is no backup"), (b"PGDMP\x01", "is no backup")])
def test_what_is_no_backup_is_refused(new: Database, tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "file"
    assert "There is no file" in new.manage("restore", file, fails=True)
    file.write_bytes(content)
    assert message in new.manage("restore", file, fails=True)


def test_a_backup_of_a_newer_version_is_refused(old: Database, new: Database, tmp_path: Path) -> None:
    newer = "INSERT INTO django_migrations (app, name, applied) VALUES ('teams', '9999_later', now())"
    old.query(newer)
    try:
        old.manage("backup", tmp_path / "newer.dump")
    finally:
        old.query("DELETE FROM django_migrations WHERE name = '9999_later'")
    said = new.manage("restore", tmp_path / "newer.dump", fails=True)
    assert "made by a newer Earshot" in said and "teams 9999_later" in said
    assert new.counts() == {}


def test_a_running_earshot_is_not_pulled_from_under_peoples_feet(
    unused: Database, backup: Path, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), unused.in_use():
        assert not User.objects.exists()  # this connection stays open, as a web server's does
        said = unused.manage("restore", backup, fails=True)
    assert "Earshot is running" in said and "Stop web, worker and beat" in said


def test_programs_that_are_missing_or_too_old_are_named(
    old: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> None:
    monkeypatch.setattr(dumps, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with django_db_blocker.unblock(), old.in_use():
        with pytest.raises(dumps.DumpError, match=r"pg_dump is missing: .* PostgreSQL 18"):
            dumps.save(tmp_path / "file")
        program = tmp_path / "pg_dump"
        program.write_text('#!/bin/sh\necho "pg_dump (PostgreSQL) 15.2"\n')
        program.chmod(0o755)
        with pytest.raises(dumps.DumpError, match="of version 15, the database of 18"):
            dumps.save(tmp_path / "file")


def test_a_password_is_not_for_everybody_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dumps.connection.settings_dict, "PASSWORD", "s3cret")
    assert "s3cret" not in dumps._address()
    assert dumps._environment()["PGPASSWORD"] == "s3cret"


def test_after_a_restore_one_scan_catches_up_and_nothing_is_sent_again(
    new: Database, backup: Path, django_db_blocker: Any
) -> None:
    new.manage("restore", backup)
    with django_db_blocker.unblock(), new.in_use():
        ours = Workspace.objects.get(is_sample=False)
        scans = Scan.objects.count()
        assert not Fetch.objects.filter(due_at__isnull=False, scan__workspace__is_sample=True).exists()
        for _ in range(3):
            sent = list(dispatch.due())
            assert all(message.kind == "fetch" for message in sent)
        assert Scan.objects.count() == scans + 1, "three missed days are one scan"
        assert Scan.objects.filter(workspace=ours).count() == 1
        due = ScanPlan.objects.get(workspace=ours).due_at
        assert due and due > schedule.now()
        assert mail.outbox == []


def test_the_embedded_database_is_backed_up_running_or_not_and_restored_only_when_not(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = {"EARSHOT_DATA": str(data), "DATABASE_URL": "", "REDIS_URL": ""}
    ours = Database("earshot")  # its own settings are taken away: `manage.py` finds the embedded one
    earshot = Earshot(data).start()
    try:
        assert "tables" in ours.manage("backup", tmp_path / "running.dump", **given)
        said = ours.manage("restore", tmp_path / "running.dump", "--replace", fails=True, **given)
        assert "already runs" in said and "Stop that one first" in said
    finally:
        assert earshot.end(signal.SIGTERM) == 0
    assert "tables" in ours.manage("backup", tmp_path / "stopped.dump", **given)
    assert "is restored" in ours.manage("restore", tmp_path / "stopped.dump", **given)
    assert not env.socket_folder(data).exists(), "what was started for it is stopped again"
    with lock(data / "lock", patience=0):
        pass
