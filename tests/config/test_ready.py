"""What machines are told: /healthz and /readyz."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from redis.exceptions import ConnectionError as Away

from config import ready
from listening import feeds, pulse, schedule
from listening.models import Feed
from tests.make import make_workspace

SERVES = {"ready": True, "database": "answers", "cache": "answers", "migrations": "applied"}


@pytest.fixture
def tables(db: None) -> None:
    """Their state is looked up anew."""
    ready.of_the_code.cache_clear()


def away(*_: Any) -> None:
    raise Away("nobody is there")


def test_the_process_answers_and_touches_nothing(client: Client) -> None:
    """No database is allowed in this test, and a stranger's host name and plain http are no obstacle."""
    answer = client.get("/healthz", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.content) == (200, b"well\n")
    assert answer["Cache-Control"] == "no-store" and not answer.cookies


def test_neither_https_nor_the_host_name_matters(client: Client, tables: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["earshot.example"]
    for address in ("/healthz", "/readyz"):
        answer = client.get(address, headers={"host": "web:8000"})
        assert answer.status_code == 200 and not answer.cookies
    assert client.get("/", headers={"host": "web:8000"}).status_code == 400, "for all else they do"


def test_ready_and_at_work(client: Client, tables: None) -> None:
    pulse.ticked(schedule.now())
    answer = client.get("/readyz?work=1")
    assert answer.status_code == 200
    assert answer.json() == {**SERVES, "work": "on time", "tick_age_seconds": 0, "queue_age_seconds": 0}


def test_late_work_takes_no_web_server_away_but_who_watches_is_told(client: Client, tables: None) -> None:
    feeds.follow(make_workspace(), "https://kaffebloggen.example/feed/")
    Feed.objects.update(due_at=schedule.now() - pulse.LONGEST_WAIT * 2)
    pulse.ticked(schedule.now())
    for address, status in (("/readyz", 200), ("/readyz?work=1", 503)):
        answer = client.get(address)
        assert answer.status_code == status
        assert answer.json() == {**SERVES, "work": "late", "tick_age_seconds": 0, "queue_age_seconds": 1200}


def test_without_a_tick_its_age_is_unknown_and_not_zero(client: Client, tables: None) -> None:
    answer = client.get("/readyz").json()
    assert answer["work"] == "late" and answer["tick_age_seconds"] is None


def test_a_database_that_is_away_is_said(
    client: Client, tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OperationalError('connection to server at "10.1.2.3" failed: password of "earshot" is wrong')

    monkeypatch.setattr(ready, "is_migrated", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "database": "does not answer",
        "cache": "answers",
        "migrations": "unknown",
        "work": "unknown",
        "tick_age_seconds": None,
        "queue_age_seconds": None,
    }


def test_a_valkey_that_is_away_is_said(client: Client, tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(ready.cache._connections["default"]), "get", away)  # type: ignore[attr-defined]
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["cache"] == "does not answer" and answer.json()["database"] == "answers"


def test_tables_of_an_older_version_are_said_and_those_of_a_newer_serve(client: Client, tables: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'older' WHERE app = 'teams'")
        answer = client.get("/readyz")
        assert answer.status_code == 503 and answer.json()["migrations"] == "not applied"
        cursor.execute("UPDATE django_migrations SET app = 'teams' WHERE app = 'older'")
        cursor.execute("INSERT INTO django_migrations SELECT 0, 'teams', '9999_later', now()")
        assert client.get("/readyz").json()["migrations"] == "applied"


def test_it_only_answers_questions(client: Client) -> None:
    for address in ("/healthz", "/readyz"):
        assert client.post(address).status_code == 405
    assert client.head("/healthz").status_code == 200
