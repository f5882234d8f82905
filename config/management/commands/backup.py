"""``manage.py backup``: everything that matters, in one file."""

from __future__ import annotations

import re
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import dumps
from config.processes import ServiceError

NAME = "earshot-%Y%m%d-%H%M%S.dump"
OURS = re.compile(r"earshot-\d{8}-\d{6}\.dump")


class Command(BaseCommand):
    """Works beside a running Earshot, and starts the embedded PostgreSQL for itself when none runs."""

    help = "Back the database up into one file, readable by you only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="the file to write, or a folder that gets one named by now"
        )
        parser.add_argument(
            "--keep", type=int, metavar="NUMBER", help="leave only the newest ones in the folder"
        )

    def handle(self, *, file: Path, keep: int | None, **options: Any) -> None:
        folder = file if file.is_dir() else None
        if keep is not None and (folder is None or keep < 1):
            raise CommandError("--keep needs a folder and a number of at least 1.")
        target = folder / datetime.now(UTC).strftime(NAME) if folder else file
        try:
            with dumps.database_at_hand():
                number = dumps.save(target)
        except (dumps.DumpError, ServiceError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{target}: {number} tables, {_size(target)}.")
        self.stdout.write(
            "SECRET_KEY and CREDENTIAL_KEYS (or secret-key and credential-key of the data folder) are not in "
            "it. Keep them in another place: without CREDENTIAL_KEYS the keys that people gave for their "
            "sources cannot be opened, nor their second factors be used."
        )
        if folder and keep:
            self._tidy(folder, keep)

    def _tidy(self, folder: Path, keep: int) -> None:
        """Removes older backups, and drafts of those that were killed while they were made."""
        ours = sorted(one for one in folder.iterdir() if OURS.fullmatch(one.name))
        yesterday = time.time() - 24 * 3600
        drafts = [one for one in folder.glob(".earshot-*.dump.*") if one.stat().st_mtime < yesterday]
        for old in [*ours[:-keep], *drafts]:
            old.unlink()
            self.stdout.write(f"Removed {old}.")


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"
