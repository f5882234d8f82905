"""A new key for what is sealed: put before the old one, everything sealed anew, the old one taken away."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from config.management.commands import rotate_credentials
from listening.models import Credential
from listening.models.credentials import pack, unpack
from teams import sealing
from teams.models import AuditEntry, Workspace, record
from tests.make import APP_PASSWORD, make_credential, make_user, make_workspace

pytestmark = pytest.mark.django_db

OLD, NEW, GONE = (f"{word} key of more than thirty-two characters" for word in ("an old", "a new", "a lost"))


def rotated() -> str:
    out = StringIO()
    call_command("rotate_credentials", stdout=out)
    return out.getvalue()


@pytest.fixture
def workspace(settings: Any) -> Workspace:
    settings.CREDENTIAL_KEYS = [OLD]
    return make_workspace()


def test_the_old_key_can_be_taken_away_afterwards(workspace: Workspace, settings: Any) -> None:
    row = make_credential(workspace)
    Credential.objects.update(session=pack({"access": "a session"}))
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert "Credential: 2 sealed anew, 0 were sealed with the first key, 0 rows cannot be opened" in rotated()
    settings.CREDENTIAL_KEYS = [NEW]
    row.refresh_from_db()
    assert row.opened()["password"] == APP_PASSWORD and unpack(row.session) == {"access": "a session"}


def test_it_may_run_twice(workspace: Workspace, settings: Any) -> None:
    make_credential(workspace)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    rotated()
    before = Credential.objects.values_list("sealed", flat=True).get()
    assert "Credential: 0 sealed anew, 1 were sealed with the first key" in rotated()
    assert Credential.objects.values_list("sealed", flat=True).get() == before


def test_many_rows_are_done_in_batches(
    workspace: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotate_credentials, "BATCH", 2)
    for number in range(5):
        make_credential(make_workspace(name=f"Number {number}"))
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert "Credential: 5 sealed anew" in rotated()
    settings.CREDENTIAL_KEYS = [NEW]
    assert {row.opened()["password"] for row in Credential.objects.all()} == {APP_PASSWORD}


def test_rows_that_no_key_opens_are_named_and_the_others_done(workspace: Workspace, settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [GONE]
    lost = make_credential(make_workspace(name="The lost one"))
    settings.CREDENTIAL_KEYS = [OLD]
    kept = make_credential(workspace)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    with pytest.raises(CommandError) as told:
        rotated()
    assert f"Credential {lost.pk} (bluesky, workspace The lost one)" in str(told.value)
    assert APP_PASSWORD not in str(told.value)
    settings.CREDENTIAL_KEYS = [NEW]
    kept.refresh_from_db()
    assert kept.opened()["password"] == APP_PASSWORD


def test_what_lies_inside_json_is_found_and_the_rest_left_alone(workspace: Workspace, settings: Any) -> None:
    """As the seeds of second factors lie in theirs."""
    data = {"seed": sealing.seal("a seed"), "codes": [sealing.seal("one"), 2, None], "name": "plain"}
    entry = record(workspace, None, "test.sealed", **data)
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    count = rotate_credentials.rotate(AuditEntry, ("details",))
    assert (count.anew, count.already, count.lost) == (2, 0, [])
    settings.CREDENTIAL_KEYS = [NEW]
    entry.refresh_from_db()
    assert sealing.unseal(entry.details["seed"]) == "a seed"
    assert sealing.unseal(entry.details["codes"][0]) == "one"
    assert entry.details["codes"][1:] == [2, None] and entry.details["name"] == "plain"


def test_second_factors_are_sealed_anew(settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [OLD]
    authenticator = apps.get_model("mfa", "Authenticator").objects.create(
        user=make_user(), type="totp", data={"secret": sealing.seal("ABCDEF")}
    )
    settings.CREDENTIAL_KEYS = [NEW, OLD]
    assert "Authenticator: 1 sealed anew" in rotated()
    settings.CREDENTIAL_KEYS = [NEW]
    authenticator.refresh_from_db()
    assert sealing.unseal(authenticator.data["secret"]) == "ABCDEF"


def test_beside_no_running_earshot_a_command_says_so_in_words(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "EARSHOT_DATA": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "manage.py", "rotate_credentials"],
        cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert told.returncode == 1
    assert told.stderr.startswith("PostgreSQL does not answer. This command works beside a running Earshot")
    assert "Traceback" not in told.stderr
