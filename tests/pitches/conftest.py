"""Alice owns the sample workspace, Bob may look, Charlie is a stranger. Seeded once per module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from listening.models import Feed, SitePopularity
from pitches import sample
from pitches.models import Pitch
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user, make_workspace


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Workspace]:
    """The sample as of now, kept for the whole module; tests change it inside their own transactions."""
    with django_db_blocker.unblock():
        user = make_user("Alice")
        workspace = sample.seed(user)
    yield workspace
    with django_db_blocker.unblock():
        workspace.delete()
        user.delete()
        Feed.objects.all().delete()
        SitePopularity.objects.all().delete()


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


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser in which somebody is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in
