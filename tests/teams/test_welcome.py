"""The first visit makes the first person and the first workspace, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from teams import welcome
from teams.models import AuditEntry, Membership, Role, User, Workspace
from tests.make import make_workspace

FORM = {
    "name": "Alice Ask",
    "email": "Alice@Fjallvik.example",
    "password": "correct horse battery",
    "workspace_name": "Fjällvik Coffee",
    "language": "sv",
    "time_zone": "Europe/Stockholm",
    "contact": "",
    "start": "own",
}


def seed(user: User) -> Workspace:
    """Stands in for the sample's story, which a higher room tells."""
    return make_workspace(user, name="Sample", is_sample=True)


@pytest.fixture(autouse=True)
def with_a_sample(settings: Any) -> None:
    settings.SAMPLE_SEEDER = f"{__name__}.seed"


def test_the_first_visitor_is_led_to_the_form(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"] == "/welcome/"
    page = client.get("/welcome/", headers={"accept-language": "sv-SE,sv;q=0.9"}).content.decode()
    assert '<option value="sv" selected>' in page  # the browser's language
    assert "data-browser-zone" in page  # the browser's zone, by app.js
    assert 'name="token"' not in page


def test_one_form_makes_the_person_and_the_workspace_and_logs_in(client: Client, db: None) -> None:
    response = client.post("/welcome/", FORM)
    user = User.objects.get()
    workspace = Workspace.objects.get()
    assert (user.email, user.name, user.language) == ("alice@fjallvik.example", "Alice Ask", "sv")
    assert not user.is_staff
    assert not user.is_superuser
    assert (workspace.name, workspace.language, workspace.time_zone) == (
        "Fjällvik Coffee",
        "sv",
        "Europe/Stockholm",
    )
    assert workspace.contact == "alice@fjallvik.example"  # left empty, it is the e-mail
    assert Membership.objects.get(user=user, workspace=workspace).role == Role.OWNER
    assert AuditEntry.objects.get().verb == "workspace.created"
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_starting_with_the_own_brand_leads_to_the_set_up(client: Client, db: None, settings: Any) -> None:
    settings.WORKSPACE_SETUP = "teams:settings"  # any page that takes a code
    response = client.post("/welcome/", FORM)
    assert response["Location"] == f"/w/{Workspace.objects.get().code}/settings/"


def test_starting_with_the_sample_makes_a_second_workspace(client: Client, db: None, settings: Any) -> None:
    settings.WORKSPACE_HOME = "teams:settings"
    response = client.post("/welcome/", {**FORM, "start": "sample"})
    sample = Workspace.objects.get(is_sample=True)
    assert response["Location"] == f"/w/{sample.code}/settings/"
    assert Workspace.objects.filter(is_sample=False).count() == 1


def test_without_a_sample_there_is_no_button_for_it(client: Client, db: None, settings: Any) -> None:
    assert 'value="sample"' in client.get("/welcome/").content.decode()
    settings.SAMPLE_SEEDER = ""
    assert 'value="sample"' not in client.get("/welcome/").content.decode()
    client.post("/welcome/", {**FORM, "start": "sample"})
    assert Workspace.objects.get().is_sample is False


def test_the_second_visitor_finds_the_door_shut(client: Client, alice: User) -> None:
    assert client.get("/welcome/").status_code == 302
    assert client.post("/welcome/", FORM).status_code == 302
    assert User.objects.get() == alice


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "password123"),  # common
        ("password", "alice@fjallvik"),  # too like the e-mail
        ("email", "not an address"),
        ("time_zone", "Europe/Fjallvik"),
        ("time_zone", "../../etc/passwd"),
        ("language", "xx"),
        ("workspace_name", ""),
        ("workspace_name", "x" * 101),
        ("contact", "nobody"),
    ],
)
def test_a_wrong_value_is_said_and_nothing_is_made(field: str, value: str, client: Client, db: None) -> None:
    response = client.post("/welcome/", {**FORM, field: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert 'aria-invalid="true"' in page
    assert re.search(f'aria-describedby="[^"]*id_{field}_error"', page)
    assert FORM["password"] not in page
    assert not User.objects.exists()


def test_off_loopback_the_token_that_was_printed_is_asked_for(
    client: Client, db: None, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SETUP_NEEDS_TOKEN = True
    settings.SETUP_TOKEN_FILE = tmp_path / "setup-token"
    assert client.post("/welcome/", FORM).status_code == 422
    assert client.post("/welcome/", {**FORM, "token": "guess"}).status_code == 422  # there is none yet

    call_command("setup_token")
    printed = capsys.readouterr().out.strip()
    assert len(printed) >= 20
    assert client.post("/welcome/", {**FORM, "token": printed[:-1]}).status_code == 422
    assert not User.objects.exists()

    assert client.post("/welcome/", {**FORM, "token": f" {printed} "}).status_code == 302
    assert User.objects.count() == 1
    call_command("setup_token")
    assert capsys.readouterr().out == ""  # the first visit is over


@pytest.mark.django_db(transaction=True)
def test_of_many_first_visitors_at_once_one_wins(settings: Any) -> None:
    together = Barrier(6)

    def visit(number: int) -> str:
        together.wait()
        try:
            welcome.found(
                email=f"visitor{number}@fjallvik.example",
                password="correct horse battery",
                name="",
                workspace_name=f"Workspace {number}",
                language="en",
                time_zone="UTC",
            )
            return "in"
        except welcome.AlreadyWelcomed:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as visitors:
        assert sorted(visitors.map(visit, range(6))) == ["in"] + ["late"] * 5
    assert User.objects.count() == Workspace.objects.count() == Membership.objects.count() == 1


def test_who_came_second_by_a_hair_is_told_so(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(**_: Any) -> None:
        make_workspace(User.objects.create_user("first@fjallvik.example", "x"))
        raise welcome.AlreadyWelcomed

    monkeypatch.setattr(welcome, "found", too_late)
    page = client.post("/welcome/", FORM, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "Somebody else has just set this installation up" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_one_email_is_one_account_however_it_is_written(db: None) -> None:
    User.objects.create_user("Alice@Fjallvik.example", "x")
    assert User.objects.get_by_natural_key(" ALICE@fjallvik.EXAMPLE").email == "alice@fjallvik.example"
    with pytest.raises(Exception, match="user_email_lower_case"):
        User.objects.update(email="Alice@fjallvik.example")


def test_bob_can_add_and_remove_the_sample_only_where_he_owns(
    workspace: Workspace, alice: User, bob: User, browser_of: Callable[[User], Client]
) -> None:
    assert browser_of(bob).post("/workspaces/sample/").status_code == 403
    browser = browser_of(alice)
    browser.post("/workspaces/sample/")
    browser.post("/workspaces/sample/")  # one is enough
    sample = Workspace.objects.get(is_sample=True)

    assert browser.post(f"/w/{workspace.code}/remove-sample/").status_code == 403  # a real workspace
    assert browser.get(f"/w/{sample.code}/remove-sample/").status_code == 405
    assert browser.post(f"/w/{sample.code}/remove-sample/").status_code == 302
    assert list(Workspace.objects.all()) == [workspace]
