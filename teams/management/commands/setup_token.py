"""``manage.py setup_token``: what to type on the first page when it is reachable from outside."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from teams.welcome import is_first_visit, setup_token


class Command(BaseCommand):
    help = "Prints the one-time token for the first visit, or nothing when the first visit is over."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_first_visit():
            self.stdout.write(setup_token())
