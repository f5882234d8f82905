"""While PostgreSQL or Valkey is away: 503 with a plain page, and whatever can go on goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError as BrokerError

from listening import tasks
from listening.models import Scan
from listening.views import mentions
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
NOTHING_THERE = "unix:///nothing-listens-here.sock"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def alice(client: Client, workspace: Workspace) -> Client:
    """Alice's browser; it gets what people get, not our exceptions."""
    client.raise_request_exception = False
    user = make_user("Alice", language="sv")
    make_member(workspace, user, Role.OWNER)
    client.force_login(user)
    return client


@contextmanager
def database_away(error: Exception) -> Iterator[None]:
    def gone(*_: object) -> None:
        raise error

    with connection.execute_wrapper(gone):
        yield


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("connection is closed")])
def test_a_visitor_is_told_to_come_back_while_the_database_is_away(client: Client, error: Exception) -> None:
    client.raise_request_exception = False
    for language, words in (("en", "back in a moment"), ("sv", "strax tillbaka")):
        with database_away(error):
            response = client.get("/", headers={"Accept-Language": language})
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "15" and response.headers["Cache-Control"] == "no-store"
        page = response.content.decode()
        assert words in page and f'lang="{language}"' in page and "server closed" not in page
    assert client.get("/").status_code == 302, "and then it works again"


def test_who_is_logged_in_stays_logged_in(alice: Client, workspace: Workspace) -> None:
    address = reverse("listening:mentions", args=[workspace.code])
    with database_away(OperationalError("terminating connection due to administrator command")):
        response = alice.get(address)
    assert response.status_code == 503 and not response.cookies
    assert alice.get(address).status_code == 200


def test_the_page_speaks_the_language_of_the_person(
    alice: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(mentions, "render", gone)
    response = alice.get(reverse("listening:mentions", args=[workspace.code]))
    assert response.status_code == 503 and "strax tillbaka" in response.content.decode()


def test_a_session_that_cannot_be_saved_was_not_deleted(alice: Client, workspace: Workspace) -> None:
    """Django makes a 400 of it."""

    def gone(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("terminating connection due to administrator command")
        return execute(sql, *rest)

    other = make_workspace(name="Others")
    make_member(other, User.objects.get(), Role.OWNER)
    with connection.execute_wrapper(gone):
        response = alice.get(reverse("listening:scans", args=[other.code]))  # the last one visited is kept
    assert response.status_code == 503
    assert alice.get("/", headers={"Host": "stranger.example"}).status_code == 400


def test_what_is_our_own_fault_stays_a_500(
    alice: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "render", None)
    response = alice.get(reverse("listening:mentions", args=[workspace.code]))
    assert response.status_code == 500 and "Retry-After" not in response.headers


def test_scan_now_without_a_broker_makes_the_scan_and_leaves_it_to_the_next_tick(
    alice: Client,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def nobody(*_: Any, **__: Any) -> None:
        raise BrokerError("Connection refused")

    monkeypatch.setattr(tasks.tick, "apply_async", nobody)
    with django_capture_on_commit_callbacks(execute=True):
        response = alice.post(reverse("listening:scan_now", args=[workspace.code]))
    assert response.status_code == 302
    assert Scan.objects.filter(workspace=workspace).count() == 1
