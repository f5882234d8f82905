"""A whole Earshot as a person at a terminal starts it: ``manage.py dev`` with real processes."""

from __future__ import annotations

import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from config import env
from tests.conftest import ROOT

PATIENCE = 180  # seconds; a start takes about five on an idle machine


@dataclass
class Earshot:
    """One `manage.py dev` on a data folder of its own, at a port the system picks."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    url: str = ""

    def start(self) -> Earshot:
        """Start, and wait until it says its address."""
        self.data.mkdir(exist_ok=True, parents=True)
        self.output = self.data.with_suffix(".out")
        self.process = launch(self.data, self.settings, self.output, self.prepare)
        deadline = time.monotonic() + PATIENCE
        while not (found := re.search(r"Earshot runs at (http://\S+)", self.said())):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        self.url = found[1]
        return self

    def said(self) -> str:
        return self.output.read_text()

    def kept(self) -> str:
        """Every column of every table as text, what raw answers hold, and Valkey."""
        found = []
        with psycopg.connect(env.embedded_database_url(self.data)) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                found += [row for (row,) in connection.execute(f'SELECT one::text FROM "{table}" AS one')]  # type: ignore[arg-type]
            bodies = connection.execute("SELECT body FROM listening_capture WHERE body <> ''").fetchall()
            found += [gzip.decompress(body).decode("utf-8", "replace") for (body,) in bodies]
            assert len(tables) > 20 and bodies
        with redis.Redis.from_url(env.redis(env.embedded_redis_url(self.data))) as valkey:
            found += [f"{key!r} {valkey.dump(key)!r}" for key in valkey.scan_iter()]
        return "\n".join(found)

    def logged(self) -> str:
        """All logs, and what was printed."""
        logs = sorted((self.data / "logs").glob("*.log*"))
        assert len(logs) >= 5
        return "\n".join([self.said(), *(log.read_text(errors="replace") for log in logs)])

    def end(self, how: signal.Signals) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


def launch(
    data: Path, settings: dict[str, str], output: Path, prepare: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """Start it without waiting; what it prints goes to ``output``. The tests' own services are not used."""
    unset = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"EARSHOT_DATA": str(data), "PORT": "0", "WORKER_PROCESSES": "2", **settings}
    with output.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "manage.py", "dev"],
            cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, preexec_fn=prepare,
        )  # fmt: skip
