"""The first visit: one form makes the first person and their workspace, once."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from teams.access import VERBS
from teams.models import Membership, Role, User, Workspace, record


class AlreadyWelcomed(Exception):
    """Somebody else was first."""


def is_first_visit() -> bool:
    """Whether nobody has an account here yet."""
    return not User.objects.exists()


def token_fits(given: str) -> bool:
    """Whether the visitor may set this installation up.

    Where strangers can reach the page they must know the token that was printed at start and lies in
    ``settings.SETUP_TOKEN_FILE``; without such a file nobody gets in.
    """
    if not settings.SETUP_NEEDS_TOKEN:
        return True
    try:
        token = settings.SETUP_TOKEN_FILE.read_text().strip()
    except FileNotFoundError:
        return False
    return bool(token) and constant_time_compare(given.strip(), token)


def found(
    *,
    email: str,
    password: str,
    name: str,
    workspace_name: str,
    language: str,
    time_zone: str,
    contact: str = "",
) -> tuple[User, Workspace]:
    """Makes the first user, owner of a first workspace. Raises AlreadyWelcomed when there is a user.

    Two first visitors at the same moment: the table is locked until the first one's user is there.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE teams_user IN SHARE ROW EXCLUSIVE MODE")
        if not is_first_visit():
            raise AlreadyWelcomed
        user = User.objects.create_user(email, password, name=name, language=language)
        # Nobody has proved yet that the address is theirs: there may be no mail server.
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
        workspace = create_workspace(
            user, name=workspace_name, language=language, time_zone=time_zone, contact=contact or user.email
        )
    return user, workspace


def create_workspace(owner: User, **fields: Any) -> Workspace:
    """A new workspace with its owner; ``fields`` are the model's."""
    with transaction.atomic():
        workspace = Workspace(**fields)
        workspace.full_clean()
        workspace.save()
        Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
        record(workspace, owner, "workspace.created", workspace.name)
    return workspace


def may_found(user: User) -> bool:
    """Whether this person may make a further workspace: whoever runs a real one here."""
    runs = {role for role, verbs in VERBS.items() if "manage" in verbs}
    return user.memberships.filter(role__in=runs, workspace__is_sample=False).exists()


def seed_sample(user: User) -> Workspace:
    """Fills a sample workspace for the user by ``settings.SAMPLE_SEEDER``: ``seed(user) -> Workspace``.

    The sample's story spans all rooms, so a higher room tells it; we only know its dotted path.
    """
    return import_string(settings.SAMPLE_SEEDER)(user)


def may_have_sample(user: User) -> bool:
    """Whether to offer the sample workspace: there is one to seed and this person has none yet."""
    return (
        bool(settings.SAMPLE_SEEDER) and not Workspace.objects.filter(members=user, is_sample=True).exists()
    )


def remove_sample(workspace: Workspace) -> None:
    """Deletes a sample workspace and everything in it. Raises ValueError for a real one."""
    if not workspace.is_sample:
        raise ValueError("Only a sample workspace is removed in one click.")
    workspace.delete()
