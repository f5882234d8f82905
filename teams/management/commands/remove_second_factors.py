"""``manage.py remove_second_factors``: for somebody who lost the app, the passkeys and the recovery codes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from teams.models import User
from teams.second_factors import remove_all


class Command(BaseCommand):
    help = (
        "Takes the authenticator app, all passkeys and the recovery codes from an account, so that the "
        "password alone lets in. Make sure first that whoever asks is who they say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the e-mail address with which the person logs in")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["email"])
        except User.DoesNotExist:
            raise CommandError(f"There is no account with the address {options['email']}.") from None
        number = remove_all(user)
        self.stdout.write(f"Removed {number} from {user.email}." if number else "There was none to remove.")
