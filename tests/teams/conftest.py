"""Alice owns the workspace, Bob may look, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from teams.models import Role, User, Workspace
from tests.make import make_member, make_user, make_workspace


@pytest.fixture(autouse=True)
def quick_and_alone(settings: Any, request: pytest.FixtureRequest) -> None:
    """Cheap password hashes, and rate limits that no other test counts on."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": request.node.nodeid,
        }
    }


@pytest.fixture
def alice(db: None) -> User:
    return make_user("Alice")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return make_workspace(alice)


@pytest.fixture
def bob(workspace: Workspace) -> User:
    user = make_user("Bob")
    make_member(workspace, user, Role.VIEWER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """Charlie has a workspace of his own, so he is no stranger to Earshot, only to Alice's."""
    user = make_user("Charlie")
    make_workspace(user, name="Bergby Roast")
    return user


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser in which somebody is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in
