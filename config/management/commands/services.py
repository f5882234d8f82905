"""``manage.py services run -- pytest``: a command with throw-away services of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from argparse import REMAINDER, ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.processes import ServiceError
from config.services import Services


class Command(BaseCommand):
    """Starts PostgreSQL and Valkey on an empty folder, runs the command with their URLs, stops them."""

    help = "Run a command with a PostgreSQL and a Valkey of its own: manage.py services run -- pytest"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["run"])
        parser.add_argument("command", nargs=REMAINDER, help="the command and its arguments, after --")

    def handle(self, *, command: list[str], **options: Any) -> None:
        command = command[1:] if command[:1] == ["--"] else command
        if not command:
            raise CommandError("Say what to run: manage.py services run -- pytest")
        # SIGTERM ends us as Ctrl-C does: by an exception, so that the services are stopped.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
            Path(folder).chmod(0o711)  # PostgreSQL may have to run as another user
            services = Services(Path(folder), durable=False)
            try:
                urls = {"DATABASE_URL": services.start_postgres(), "REDIS_URL": services.start_valkey()}
                environment = {**os.environ, **urls, "EARSHOT_DATA": folder}
                code = _run(command, environment)
            except ServiceError as error:
                raise CommandError(str(error)) from error
            finally:
                services.stop()
        sys.exit(code)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run it to its end and give its exit code; Ctrl-C reaches it directly, so only wait."""
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        raise ServiceError(f"{command[0]} could not be started: {error.strerror}") from error
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
