"""Every page of the room opens for members, refuses changes by viewers, and hides from strangers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from competitors import visibility
from competitors.models import Observation, Phrase, Profile, ResultPage
from competitors.setup import Ticked, add_phrase, add_profile, confirm
from listening.models import Brand
from teams.models import Role, User, Workspace
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def alice() -> User:
    return make.make_user("Alice")


@pytest.fixture
def bob() -> User:
    return make.make_user("Bob")


@pytest.fixture
def charlie() -> User:
    return make.make_user("Charlie")


@pytest.fixture
def workspace(alice: User, bob: User) -> Workspace:
    """Fjällvik against Bergby, with a profile, a reading, a phrase and a result page."""
    found = make.make_workspace(alice)
    make.make_member(found, bob, Role.VIEWER)
    own = confirm(
        found, kind=Brand.Kind.OWN, name="Fjällvik", domain="www.fjallvik.example", tags=["fjällvik"]
    )
    confirm(found, kind=Brand.Kind.COMPETITOR, name="Bergby", domain="bergby.example")
    handle = "@fjallvik@social.example"
    profile = add_profile(own, Ticked("mastodon", handle, "https://social.example/@fjallvik", handle))
    Observation.objects.create(
        profile=profile, metric="followers", on=NOW.date(), value=410, taken_at=NOW, url=profile.url
    )
    phrase = add_phrase(found, "bästa kaffet", own)
    visibility.manual_page(
        phrase, "Google", "sv-SE", NOW, 2, "https://a.example/\nhttps://www.youtube.com/watch?v=1", alice
    )
    return found


def addresses(workspace: Workspace) -> dict[str, str]:
    """Every page that only reads, by name."""
    own = Brand.objects.get(workspace=workspace, kind=Brand.Kind.OWN)
    names = {
        "brands": (),
        "brand": (own.pk,),
        "profiles": (),
        "profile": (Profile.objects.get(workspace=workspace).pk,),
        "rivals": (),
        "voice": (own.pk,),
        "place": (own.pk, "mastodon"),
        "phrases": (),
        "phrase": (Phrase.objects.filter(workspace=workspace).first().pk,),
        "result_page": (ResultPage.objects.get(phrase__workspace=workspace).pk,),
    }
    return {
        name: reverse(f"competitors:{name}", args=[workspace.code, *args]) for name, args in names.items()
    }


def test_alice_and_bob_read_every_page_and_charlie_none(client, workspace, alice, bob, charlie):
    for name, address in addresses(workspace).items():
        for person, status in ((alice, 200), (bob, 200), (charlie, 404)):
            client.force_login(person)
            assert client.get(address).status_code == status, (name, person)


def test_setup_pages_open_for_alice_only(client, workspace, alice, bob, charlie):
    for name in ("setup", "setup_own", "setup_rivals", "setup_industry", "setup_done"):
        address = reverse(f"competitors:{name}", args=[workspace.code])
        for person, statuses in ((alice, (200, 302)), (bob, (403,)), (charlie, (404,))):
            client.force_login(person)
            assert client.get(address).status_code in statuses, (name, person)
