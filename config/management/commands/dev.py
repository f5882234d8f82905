"""``manage.py dev``: all that Earshot needs, started, watched and stopped together by one Ctrl-C."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import env
from config.processes import MOST_ENDS, Child, ServiceError, lock, pause, spawn, stop, wait_until
from config.services import Services
from tools import health, messages

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BEAT = ["celery", "--app=config", "beat", "--pidfile=", "--loglevel=info"]


class Interrupted(BaseException):
    """Somebody pressed Ctrl-C or asked us to end."""


def interrupt(*_: int | FrameType | None) -> None:
    """Signal handler: once; what follows is the stopping, which nothing may interrupt."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Interrupted


class Command(BaseCommand):
    """Services first, then the database's tables, then web, worker and beat; stopped the other way round."""

    help = "Start Earshot with everything it needs; Ctrl-C stops it."
    requires_system_checks: list[str] = []

    data: Path
    held: IO[str]
    services: Services
    environment: dict[str, str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="start, see the first page answer, stop")

    def handle(self, *, check: bool, **options: Any) -> None:
        for number in SIGNALS:
            signal.signal(number, interrupt)
        self.programs: list[Child] = []
        try:
            with _listen(settings.HOST, settings.PORT) as listener:
                self._start_services()
                self._prepare()
                self._start_programs(listener)
                if not check:
                    self._watch()
        except ServiceError as error:
            raise CommandError(str(error)) from error
        except Interrupted:
            self._say("Stopping ...")
        finally:
            self._stop()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _start_services(self) -> None:
        self.data = settings.EARSHOT_DATA
        self.held = lock(self.data / "lock")
        self._say(f"Earshot is starting; its data is in {_short(self.data)} ...")
        self.services = Services(self.data, keep=(self.held.fileno(),))
        self.environment = {
            "EARSHOT_DATA": str(self.data),
            "DATABASE_URL": env.text("DATABASE_URL") or self.services.start_postgres(),
            "REDIS_URL": env.text("REDIS_URL") or self.services.start_valkey(),
            "PYTHONUNBUFFERED": "1",
        }

    def _prepare(self) -> None:
        """Bring tables, translations and static files to the state of the code."""
        messages.compile_all()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.SETUP_NEEDS_TOKEN and not get_user_model().objects.exists():
            token = env.kept_secret(settings.SETUP_TOKEN_FILE, length=18)
            self._say(f"The first visitor is asked for this token: {token}")
        connections.close_all()

    def _start_programs(self, listener: socket.socket) -> None:
        web = self._run("web", web_command(listener), signal.SIGTERM, listener.fileno())
        host, port = health.REACHED_BY.get(settings.HOST, settings.HOST), listener.getsockname()[1]
        wait_until(web, lambda: _answers(host, port))  # first the page, then what works behind it
        # Orphans are killed: a worker could wait a minute for its tasks, and any task may be lost.
        self._run("worker", worker_command(), signal.SIGKILL)
        self._run("beat", BEAT, signal.SIGKILL)
        shown = f"[{host}]" if ":" in host else host
        self._say(f"\nEarshot runs at http://{shown}:{port}/   (Ctrl-C stops it)\n")

    def _run(self, name: str, module: list[str], orphan_signal: signal.Signals, *keep: int) -> Child:
        child = spawn(
            name,
            [sys.executable, "-m", *module],
            self.data / "logs" / f"{name}.log",
            environment=self.environment,
            orphan_signal=orphan_signal,
            keep=(self.held.fileno(), *keep),
        )
        self.programs.append(child)
        return child

    def _watch(self) -> None:
        """Starts again what ends by itself. Never returns; raises ServiceError when one ends too often."""
        due: dict[str, float] = {}  # name of what has ended -> when it is started again
        while True:
            for child in (*self.services.running, *self.programs):
                now = time.monotonic()
                if not child.has_died():
                    continue
                if child.name not in due:
                    due[child.name] = now + self._mourn(child, now)
                elif now >= due[child.name]:
                    del due[child.name]
                    child.start_again()
            time.sleep(0.3)

    def _mourn(self, child: Child, now: float) -> float:
        """Says that a process has ended; the seconds until it is started again."""
        child.ends.append(now)
        seconds = pause(child.ends, now)
        how = f"{child.name} has ended by itself (exit code {child.process.returncode})"
        end = f"{_short(child.log)} ends:\n{child.last_words()}"
        if seconds is None:
            raise ServiceError(
                f"{how} for the {MOST_ENDS + 1}th time within minutes, so all is stopped. {end}"
            )
        self._say(f"{how} and is started again in {seconds:.0f} s. {end}")
        return seconds

    def _stop(self) -> None:
        if not hasattr(self, "services"):
            return
        killed = stop(self.programs) + self.services.stop()
        if killed:
            self._say(f"These did not stop when asked and were killed: {', '.join(killed)}.")
        self._say("Earshot has stopped.")


def _listen(host: str, port: int) -> socket.socket:
    """The web server's socket, opened before anything else starts. Raises ServiceError when it is taken."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=512)
    except OSError as error:
        raise ServiceError(
            f"Cannot listen on {host}:{port} ({error.strerror}). If another program is there, stop it, "
            f"or choose another port: make run PORT={port + 1}"
        ) from error


def web_command(listener: socket.socket) -> list[str]:
    """The module and options of the web server; it must be given the listener's file descriptor."""
    return ["gunicorn", "--config=python:config.gunicorn", f"--bind=fd://{listener.fileno()}", "config.wsgi"]


def worker_command() -> list[str]:
    """The module and options of the worker."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # there is nobody to talk to
    return ["celery", "--app=config", "worker", "--queues=now,later", "--loglevel=info", *quiet]


def _answers(host: str, port: int) -> bool:
    """Whether the first page comes. Raises ServiceError for one that says the server is broken."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if status >= 500:
        raise ServiceError(f"The first page fails with status {status}; see web.log in the logs folder.")
    return True


def _short(path: Path) -> Path:
    """Relative to where the person stands, if it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
