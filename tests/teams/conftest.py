"""Alice owns the workspace, Bob may look, Charlie is a stranger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from teams import mailing
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user, make_workspace


@pytest.fixture(autouse=True)
def no_tries_counted() -> None:
    """Rate limits start anew, also where tests run without services."""
    cache.clear()


@pytest.fixture(autouse=True)
def mail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails are in ``mail.outbox`` when the answer is there."""
    monkeypatch.setattr(mailing, "send_soon", lambda message: message.send())


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
