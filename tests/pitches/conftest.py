"""Alice owns the sample workspace, Bob may look, Charlie is a stranger. Seeded once per module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from pitches import verbs
from pitches.models import Pitch
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user, make_workspace
from tests.pitches import keeping


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Workspace]:
    """The sample as of now, kept for the whole module; tests change it inside their own transactions."""
    with django_db_blocker.unblock():
        workspace = keeping.the_sample()
    yield workspace
    with django_db_blocker.unblock():
        keeping.take_the_sample_away()


@pytest.fixture
def workspace(seeded: Workspace, db: None) -> Workspace:
    return Workspace.objects.get(pk=seeded.pk)


@pytest.fixture
def alice(workspace: Workspace) -> User:
    return workspace.members.get(name="Alice")


@pytest.fixture
def bob(workspace: Workspace) -> User:
    user = make_user("Bob")
    make_member(workspace, user, Role.VIEWER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    user = make_user("Charlie")
    make_workspace(user, name="Bergby")
    return user


@pytest.fixture
def pitch(workspace: Workspace) -> Pitch:
    """The sample's own draft."""
    return workspace.pitches.select_related("workspace", "created_by").get()


@pytest.fixture(scope="module")
def sealed(seeded: Workspace, django_db_blocker: Any) -> dict[str, Any]:
    """What freezing writes into the sample's draft, found once and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = verbs.freeze(seeded.pitches.get(), seeded.members.get())
        transaction.set_rollback(True)
    return {name: getattr(made, name) for name in ("snapshot", "sha256", "frozen_at")}


@pytest.fixture
def frozen(pitch: Pitch, sealed: dict[str, Any]) -> Pitch:
    """The same pitch, frozen."""
    Pitch.objects.filter(pk=pitch.pk).update(**sealed)
    return Pitch.objects.select_related("workspace", "created_by").get(pk=pitch.pk)


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser in which somebody is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in
