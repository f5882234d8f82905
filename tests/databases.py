"""Databases of a test's own, beside the one that all tests share."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import ROOT

NUMBERS = itertools.count(1)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True)
class Database:
    """One that is gone after the test."""

    name: str

    @property
    def url(self) -> str:
        """For another process."""
        return os.environ["DATABASE_URL"].replace("/earshot?", f"/{self.name}?")

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as session:
            cursor = session.execute(statement, values)  # type: ignore[arg-type]  # our own words
            return cursor.fetchall() if cursor.description else []

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        names = [name for (name,) in self.query(TABLES)]
        with psycopg.connect(self.url) as session:
            counting = sql.SQL("SELECT count(*) FROM {}")
            return {
                name: session.execute(counting.format(sql.Identifier(name))).fetchone()[0]  # type: ignore[index]
                for name in names
            }

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Django works on it meanwhile, in this process."""
        connection.close()
        before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = self.name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before

    def manage(self, *words: str | Path, fails: bool = False, **settings: str) -> str:
        """What `manage.py` prints in a process of its own."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=os.environ | {"DATABASE_URL": self.url} | settings, text=True, capture_output=True,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr


@contextmanager
def new_database(like: Database | None = None) -> Iterator[Database]:
    """An empty one, or a copy of another that nobody uses; dropped afterwards, whoever still uses it."""
    server = make_conninfo(**conninfo_to_dict(os.environ["DATABASE_URL"]) | {"dbname": "postgres"})
    found = Database(f"earshot_{os.getpid()}_{next(NUMBERS)}")
    with psycopg.connect(server, autocommit=True) as session:
        template = sql.Identifier(like.name if like else "template1")
        session.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(found.name), template)
        )
        try:
            yield found
        finally:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(found.name)))
