"""A Celery worker and a beat on the test's database and a Valkey of their own; they can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from tests.conftest import ROOT
from tests.replay import SEARXNG

PACE_FACTOR = 0.02


def database_url() -> str:
    """The URL of the database that this test uses, for another process."""
    about = connection.settings_dict
    return (
        f"postgresql:///{about['NAME']}?host={quote(str(about['HOST']), safe='')}"
        f"&user={about['USER']}&port={about['PORT'] or 5432}"
    )


@dataclass
class Crew:
    """The processes that do a scan. ``folder`` gets their logs."""

    folder: Path
    redis_url: str
    replay_url: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Starts "worker" and "beat", or the one named."""
        options = {
            "worker": ["--queues=now,later", "--concurrency=2", "--without-gossip", "--without-mingle"],
            "beat": ["--pidfile=", f"--schedule={self.folder / 'beat'}"],
        }
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "EARSHOT_DATA": str(self.folder),
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.redis_url,
            "OUTBOUND_REPLAY_URL": self.replay_url,
            "OUTBOUND_PACE_FACTOR": str(PACE_FACTOR),
            "SEARXNG_URL": SEARXNG,
        }
        for name in names or tuple(options):
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", "celery", "--app=config", name, "--loglevel=info", *options[name]],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def kill_worker(self) -> None:
        """SIGKILL, as the out-of-memory killer does it; its pool dies with it, and a new one is started."""
        self.running["worker"].kill()
        self.running["worker"].wait()
        self.start("worker")

    def kill_one_of_the_pool(self) -> None:
        """SIGKILL to a process that does the tasks; the worker makes a new one by itself."""
        worker = self.running["worker"].pid
        pool = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
        if pool:  # a worker that has just been started has none yet
            os.kill(int(pool[0]), signal.SIGKILL)

    def stop(self) -> None:
        """Ends all at once."""
        for process in self.running.values():
            process.kill()
            process.wait()

    def said(self) -> str:
        """The end of the worker's log."""
        return (self.folder / "worker.log").read_text()[-4000:]
