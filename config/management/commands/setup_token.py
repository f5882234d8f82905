"""``manage.py setup_token``: what the first visitor types when strangers can reach the page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import env
from teams.welcome import is_first_visit


class Command(BaseCommand):
    help = (
        "Prints the one-time token for the first visit, making it if need be; nothing once there is a user."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if is_first_visit():
            self.stdout.write(env.kept_secret(settings.SETUP_TOKEN_FILE))
