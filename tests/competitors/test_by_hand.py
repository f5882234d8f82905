"""What a machine cannot read, a person can say: marked as such, with who, when and where they looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from competitors import observe, queries
from competitors.setup import Ticked, add_profile
from listening import door
from listening.models import Brand, Scan
from listening.types import Reading
from teams.models import AuditEntry, Role, User, Workspace
from tests import make
from tests.competitors.test_observe import Watched

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make.make_user("Alice")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return make.make_workspace(alice)


@pytest.fixture
def brand(workspace: Workspace) -> Brand:
    return make.make_brand(workspace)


def cell(workspace: Workspace, name: str = "mastodon") -> queries.PlaceCell:
    return next(one for one in queries.presence(workspace).rows[0][1] if one.place.name == name)


def say(client, workspace: Workspace, brand: Brand, place: str = "mastodon", **values: object):
    data = {"there": "no", "url": "https://social.example/@fjallvik", "on": timezone.localdate(), **values}
    return client.post(reverse("competitors:place_by_hand", args=[workspace.code, brand.pk, place]), data)


def test_alice_says_that_there_is_none(client, workspace, brand, alice):
    client.force_login(alice)
    assert cell(workspace).cell.state == "unknown"
    assert say(client, workspace, brand).status_code == 302
    found = cell(workspace)
    assert (found.cell.state, found.cell.url) == ("no", "https://social.example/@fjallvik")
    reading = found.profile.observations.get()
    assert (reading.precision, reading.entered_by) == ("manual", alice)
    assert AuditEntry.objects.get(verb="reading.entered").user == alice


def test_alice_counts_what_the_machine_could_not_read(client, workspace, brand, alice):
    client.force_login(alice)
    profile = add_profile(brand, Ticked("mastodon", "@f@closed.example", "https://closed.example/@f"))
    say(client, workspace, brand, there="yes", followers=410)
    found = cell(workspace)
    assert (found.profile, found.cell.state) == (profile, "yes")
    assert found.cell.readings["followers"].value == 410
    page = client.get(reverse("competitors:rivals", args=[workspace.code])).content.decode()
    assert "entered by hand" in page


def test_a_reading_of_the_machine_follows_and_counts(client, workspace, brand, alice):
    client.force_login(alice)
    say(client, workspace, brand)
    profile = add_profile(brand, Ticked("mastodon", "@f@social.example", "https://social.example/@f"))
    assert cell(workspace).cell.state == "unknown", "there may be one after all"
    observe.save_readings(profile, [Reading("exists", 1)], timezone.now())
    assert (cell(workspace).cell.state, cell(workspace).profile) == ("yes", profile)


def test_where_a_person_looked_is_no_profile_to_scan_and_no_handle(
    monkeypatch, client, workspace, brand, alice
):
    client.force_login(alice)
    say(client, workspace, brand)
    monkeypatch.setattr(door, "enabled", lambda workspace: [Watched])
    assert list(observe.Observing().plan(Scan(workspace=workspace))) == []
    assert observe.handles(workspace, brand) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://10.0.0.1/"},
        {"url": "javascript:alert(1)"},
        {"there": "perhaps"},
        {"followers": -1, "there": "yes"},
        {"on": timezone.localdate() + timedelta(days=2)},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"followers": "²", "there": "yes"},
    ],
)
def test_wrong_values_are_told_and_nothing_is_kept(client, workspace, brand, alice, wrong):
    client.force_login(alice)
    assert say(client, workspace, brand, **wrong).status_code == 422
    assert not brand.profiles.exists()


def test_a_place_that_nobody_reads_does_not_exist(client, workspace, brand, alice):
    client.force_login(alice)
    assert say(client, workspace, brand, place="papyrus").status_code == 404


def test_bob_may_look_but_not_say(client, workspace, brand):
    bob = make.make_user("Bob")
    make.make_member(workspace, bob, Role.VIEWER)
    client.force_login(bob)
    assert say(client, workspace, brand).status_code == 403
    page = client.get(
        reverse("competitors:place", args=[workspace.code, brand.pk, "mastodon"])
    ).content.decode()
    assert "by-hand" not in page
