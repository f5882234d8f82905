"""``manage.py seed_isolation``: material for a check that no workspace sees another."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.urls import resolve

from pitches import isolation
from teams.models import User

TEAMS = (("Fjällvik", "fjallvik.example"), ("Bergby", "bergby.example"))


class Command(BaseCommand):
    """Writes the sessions of people who have no password, so the file opens doors: keep it to yourself."""

    help = (
        "Make two workspaces with one of everything and write their addresses, and a session of each role, "
        "to a file. For checks of the isolation of workspaces, on an installation that holds nothing else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the JSON file to write")

    def handle(self, *, out: Path, **options: Any) -> None:
        if settings.EARSHOT_PRODUCTION:
            raise CommandError("This makes people who can log in without a password: not in production.")
        try:
            with transaction.atomic():
                teams = [_described(isolation.seed(*team)) for team in TEAMS]
                _write(out, {"cookie": settings.SESSION_COOKIE_NAME, "workspaces": teams})
        except IntegrityError as error:
            raise CommandError("These workspaces are here already. Begin with an empty database.") from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{sum(len(team['addresses']) for team in teams)} addresses are in {out}.")


def _described(seeded: isolation.Seeded) -> dict[str, Any]:
    """The workspace as JSON: who is in it, with a session each, and its addresses with the verb of each."""
    return {
        "name": seeded.workspace.name,
        "code": str(seeded.workspace.code),
        "people": {
            role: {"email": user.email, "session": _session(user)} for role, user in seeded.people.items()
        },
        "addresses": [
            {"name": name, "path": path, "verb": getattr(resolve(path).func, "verb", "")}
            for name, path in seeded.addresses()
        ],
    }


def _session(user: User) -> str:
    """The key of a new session in which the user is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key is not None  # it was saved
    return session.session_key


def _write(out: Path, content: dict[str, Any]) -> None:
    """Written for our eyes only, whole or not at all."""
    draft = out.with_name(f".{out.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
    draft.replace(out)
