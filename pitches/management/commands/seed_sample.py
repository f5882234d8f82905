"""``manage.py seed_sample``: the sample workspace for somebody who can log in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pitches import sample
from teams.models import User, normalise_email
from teams.places import home_url


class Command(BaseCommand):
    """Makes the made-up workspace; run it again and there is a second one."""

    help = "Make the sample workspace: a made-up brand with 90 days of made-up data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="whose it is; the first user when left out")

    def handle(self, *, email: str | None, **options: Any) -> None:
        users = User.objects.filter(is_active=True).order_by("pk")
        user = users.filter(email=normalise_email(email)).first() if email else users.first()
        if user is None:
            raise CommandError(
                "There is nobody with this e-mail address." if email else "There is no user yet."
            )
        workspace = sample.seed(user)
        self.stdout.write(f"{workspace.name}: {home_url(workspace)}")
