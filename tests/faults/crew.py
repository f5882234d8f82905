"""The processes that work for a scan: a Celery worker, a beat and a web server that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path

from config.management.commands.dev import BEAT, web_command, worker_command
from config.processes import Child, spawn, stop
from tests.replay import SEARXNG

PACE_FACTOR = 0.001  # Reddit, which is asked once a minute, decides how long a scan takes


@dataclass
class Crew:
    """``folder`` gets their logs and beat's file; ``settings`` is the module of their settings."""

    folder: Path
    settings: str
    database_url: str
    redis_url: str
    replay_url: str
    running: dict[str, Child] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What they, and whoever wants to look at the same database, must be told."""
        return {
            "DJANGO_SETTINGS_MODULE": self.settings,
            "EARSHOT_DATA": str(self.folder),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "OUTBOUND_REPLAY_URL": self.replay_url,
            "OUTBOUND_PACE_FACTOR": str(PACE_FACTOR),
            "SEARXNG_URL": SEARXNG,
            "WORKER_PROCESSES": "2",
            "WEB_WORKERS": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        """All three, on a port that ``url`` then tells."""
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        commands = {"worker": worker_command(), "beat": BEAT, "web": web_command(self.listener)}
        for name, module in commands.items():
            self.running[name] = spawn(
                name,
                [sys.executable, "-m", *module],
                self.folder / "logs" / f"{name}.log",
                environment=self.environment,
                orphan_signal=signal.SIGKILL,
                keep=(self.listener.fileno(),),
            )

    def kill_worker(self) -> None:
        """SIGKILL, as the out-of-memory killer does it; its pool dies with it."""
        self.running["worker"].process.kill()
        self.running["worker"].process.wait()

    def kill_one_of_the_pool(self) -> None:
        """SIGKILL to a process that does the tasks; the worker makes a new one by itself."""
        worker = self.running["worker"].process.pid
        pool = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
        if pool:  # a worker that has just been started has none yet
            os.kill(int(pool[0]), signal.SIGKILL)

    def stop_worker(self) -> None:
        """SIGTERM, as a deploy does it."""
        stop([self.running["worker"]])

    def revive(self) -> None:
        """Starts again what ended by itself, as the supervisor of an installation does."""
        for child in self.running.values():
            if child.has_died():
                child.start_again()

    def stop(self) -> None:
        """Ends all at once."""
        for child in self.running.values():
            child.process.kill()
        stop(list(self.running.values()))
        self.listener.close()

    def said(self, name: str = "worker") -> str:
        """The end of a log."""
        return self.running[name].last_words(60)
