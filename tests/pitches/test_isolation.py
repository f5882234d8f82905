"""``seed_isolation``: two workspaces with one of everything, for a check from outside."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client

from listening.models import Feed, Fetch, ScanPlan
from pitches import isolation
from teams.models import Role, User, Workspace
from tests.pitches import keeping
from tests.pitches.decks.rendered import draw_nothing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> keeping.Kept[dict[str, Any]]:
    """What the command wrote into the file, and into the database."""

    def made() -> dict[str, Any]:
        out = tmp_path_factory.mktemp("isolation") / "isolation.json"
        call_command("seed_isolation", out=out)
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        found: dict[str, Any] = json.loads(out.read_text())
        return found

    with django_db_blocker.unblock():
        return keeping.taken_back(made)


@pytest.fixture
def written(db: None, kept: keeping.Kept[dict[str, Any]]) -> dict[str, Any]:
    return kept.put_back()


def browser(written: dict[str, Any], session: str) -> Client:
    client = Client()
    client.cookies[written["cookie"]] = session
    return client


def test_every_address_of_a_workspace_is_in_the_file(written: dict[str, Any]) -> None:
    for team in written["workspaces"]:
        assert [one["name"] for one in team["addresses"]] == isolation.names()
        assert all(one["verb"] and team["code"] in one["path"] for one in team["addresses"])


def test_the_owner_finds_everything_and_the_other_owner_nothing(
    written: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that was not made would be 404 for everybody, and a check from outside would mean nothing.

    That these decks can be drawn is for tests/test_strangers.py.
    """
    draw_nothing(monkeypatch)
    for team, other in zip(written["workspaces"], reversed(written["workspaces"]), strict=True):
        own = browser(written, team["people"]["owner"]["session"])
        foreign = browser(written, other["people"]["owner"]["session"])
        for one in team["addresses"]:
            assert own.get(one["path"]).status_code in (200, 302, 405), one
            assert foreign.get(one["path"]).status_code in (404, 405), one


def test_each_role_has_its_session(written: dict[str, Any]) -> None:
    for team in written["workspaces"]:
        assert set(team["people"]) == set(Role.values)
        settings_page = next(one["path"] for one in team["addresses"] if one["name"] == "teams:settings")
        answers = {
            role: browser(written, person["session"]).get(settings_page).status_code
            for role, person in team["people"].items()
        }
        assert answers == {"owner": 200, "admin": 200, "editor": 403, "viewer": 403}


def test_nothing_of_it_asks_the_outside(written: dict[str, Any]) -> None:
    due: tuple[type[Model], ...] = (Feed, Fetch, ScanPlan)
    for model in due:
        assert model._default_manager.exists()
        assert not model._default_manager.filter(due_at__isnull=False).exists()


def test_a_second_time_it_refuses_and_changes_nothing(written: dict[str, Any], tmp_path: Path) -> None:
    people = User.objects.count()
    with pytest.raises(CommandError, match="here already"):
        call_command("seed_isolation", out=tmp_path / "again.json")
    assert User.objects.count() == people and Workspace.objects.count() == 2
    assert not (tmp_path / "again.json").exists()


def test_it_refuses_in_production(settings: Any, tmp_path: Path) -> None:
    settings.EARSHOT_PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_isolation", out=tmp_path / "isolation.json")
    assert not User.objects.exists()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("seed_isolation", out=tmp_path / "no such folder" / "isolation.json")
    assert not User.objects.exists()
