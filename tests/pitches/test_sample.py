"""The sample workspace: the same for everybody, from nothing but itself, and gone in one click."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from listening import dispatch
from listening.models import Conversation, Fetch, Mention, Scan
from pitches import sample
from pitches.models import Pitch
from teams.models import User, Workspace
from tests.make import make_user
from tests.pitches import keeping

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def dora(db: None) -> User:
    return make_user("Dora")


@pytest.fixture
def workspace(db: None) -> Workspace:
    """Alice's, alone in the database."""
    return keeping.the_sample()


def told(workspace: Workspace) -> Counter[tuple[str, str]]:
    return Counter(Mention.objects.filter(workspace=workspace).values_list("external_id", "text"))


def test_two_samples_of_one_moment_are_the_same(dora: User) -> None:
    first, second = sample.seed(dora, NOW), sample.seed(dora, NOW)
    assert told(first) == told(second)
    assert len(told(first)) > 400


def test_it_shows_every_state_there_is(workspace: Workspace) -> None:
    states = set(Conversation.objects.filter(workspace=workspace).values_list("state", flat=True))
    assert states == set(Conversation.State.values)
    fetched = set(Fetch.objects.filter(scan__workspace=workspace).values_list("state", flat=True))
    assert {"ok", "failed"} <= fetched
    languages = set(Mention.objects.filter(workspace=workspace).values_list("language", flat=True))
    assert languages == {"en", "sv"}


def test_it_is_removed_in_one_click_and_with_all_it_had(workspace: Workspace) -> None:
    browser = Client()
    browser.force_login(
        workspace.members.get(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    browser.post(reverse("teams:remove_sample", args=[workspace.code]))
    assert not Workspace.objects.filter(pk=workspace.pk).exists()
    assert not Mention.objects.exists() and not Pitch.objects.exists() and not Scan.objects.exists()


def test_no_tick_ever_scans_it(workspace: Workspace) -> None:
    scans = Scan.objects.filter(workspace=workspace).count()
    assert list(dispatch.due()) == []
    assert Scan.objects.filter(workspace=workspace).count() == scans


def test_the_command_makes_it_for_the_first_user(dora: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_sample")
    workspace = Workspace.objects.get(is_sample=True, members=dora)
    assert str(workspace.code) in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("seed_sample", email="nobody@fjallvik.example")
