"""``manage.py restore``: a backup becomes the database again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config import dumps
from config.processes import ServiceError
from pitches.evidence import forgetting


class Command(BaseCommand):
    """All or nothing: whatever fails leaves the database as it was."""

    help = "Restore a backup made by `manage.py backup`. Stop web, worker and beat first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--replace", action="store_true", help="give up what is in the database now")

    def handle(self, *, file: Path, replace: bool, **options: Any) -> None:
        try:
            with dumps.database_at_hand(alone=True):
                dumps.check(file)
                self._refuse_to_harm(replace)
                wishes = forgetting.remembered() if "listening_suppression" in dumps.tables() else []
                connection.close()
                dumps.load(file)
                call_command("migrate", interactive=False, verbosity=0)
                again = forgetting.forget_again(wishes)
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")  # or the first pages are slow
        except (dumps.DumpError, ServiceError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file} is restored. Everybody has to log in again.")
        if again:
            self.stdout.write(f"{again} authors whom the backup brought back were erased again.")
        self.stdout.write(
            "SECRET_KEY and CREDENTIAL_KEYS must be those of the installation it came from: with other "
            "CREDENTIAL_KEYS, keys of sources have to be entered again and second factors set up anew."
        )

    def _refuse_to_harm(self, replace: bool) -> None:
        if others := dumps.who_is_there():
            raise CommandError(
                f"Earshot is running: the database has {others} connections of it. Stop web, worker and beat."
            )
        if not replace and (found := dumps.what_is_there()):
            raise CommandError(
                f"The database holds {found}. To give them up for the backup, add --replace; "
                "make a backup of them first."
            )
