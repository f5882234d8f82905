"""Credentials are checked when they are saved, and handed to nothing but what needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from listening import coverage, credentials, door, net, queries
from listening.models import Brand, Credential, Fetch, ScanPlan, Search, SourceSetting
from listening.models.credentials import unpack
from listening.net import SourceError
from listening.sources.bluesky import Bluesky
from teams.models import AuditEntry, User, Workspace
from tests.listening.credentials.entrusting import GIVEN, WRONG, asked, save, scanned
from tests.make import make_credential, make_workspace
from tests.replay import ReplayServer
from tests.replay.bluesky import ACCESS, HANDLES, worded

pytestmark = pytest.mark.django_db

KEYED = ("search", "tagged")


# Saving


def test_what_is_saved_is_checked_at_once_and_works(
    workspace: Workspace, alice: User, web: ReplayServer
) -> None:
    row = save(workspace, alice)
    assert asked(web) == ["createSession"]
    assert row.checked_at and not row.error and (row.saved_by, row.host) == (alice, "bsky.social")
    assert row.opened() == GIVEN
    assert unpack(row.session)["access"] == ACCESS, "the login of the check serves the scan, too"
    entry = AuditEntry.objects.get(verb="credential.saved")
    assert (entry.object, entry.details) == ("bluesky", {"entered": ["identifier", "password"]})


def test_what_is_refused_is_not_saved_and_leaves_what_was_there(workspace: Workspace, alice: User) -> None:
    with pytest.raises(SourceError, match="refused"):
        save(workspace, alice, password=WRONG)
    assert not Credential.objects.exists() and not AuditEntry.objects.exists()
    before = save(workspace, alice)
    with pytest.raises(SourceError):
        save(workspace, alice, password=WRONG)
    assert Credential.objects.get() == before and Credential.objects.get().opened() == GIVEN


def test_a_service_that_is_away_leaves_them_unchecked_and_the_next_scan_tells(
    workspace: Workspace, alice: User
) -> None:
    away = net.Client(net.Settings(agent="Earshot/test", replay_url="http://127.0.0.1:9"), None)
    row = credentials.save(workspace, Bluesky, GIVEN, alice, away)
    assert row.checked_at is None and "No connection to" in row.error_text
    assert not row.is_refused and credentials.trouble(row, Bluesky) == ""
    scanned(workspace)
    row.refresh_from_db()
    assert row.checked_at and row.error == ""


def test_a_host_whose_turn_is_far_away_leaves_them_unchecked(workspace: Workspace, alice: User) -> None:
    pace = net.Pace()
    pace.reserve("bsky.social", 0.5)
    busy = net.Client(net.Settings(agent="Earshot/test"), pace)
    row = credentials.save(workspace, Bluesky, GIVEN, alice, busy)
    assert row.checked_at is None and "may not be asked again yet" in row.error_text


# Scanning


def test_without_credentials_a_search_is_off_and_nothing_fails(
    workspace: Workspace, web: ReplayServer
) -> None:
    fetches = scanned(workspace)
    assert set(fetches) == {"thread"} and fetches["thread"].state == Fetch.State.OK
    assert web.asked == []
    searches = list(Search.objects.filter(workspace=workspace))
    since, until = timezone.now() - timedelta(days=30), timezone.now()
    assert coverage.covered(workspace, searches, since, until) == []
    (line,) = coverage.off(workspace, searches)
    assert (line.source, line.state, line.error) == (
        "bluesky",
        "off",
        "Searching Bluesky needs an app password.",
    )
    assert coverage.off(workspace, []) == []
    SourceSetting.objects.filter(source="bluesky").update(enabled=False)
    assert coverage.off(workspace, searches) == [], "what nobody listens to is not missing"


def test_with_credentials_everything_is_heard(workspace: Workspace, alice: User, web: ReplayServer) -> None:
    save(workspace, alice)
    fetches = scanned(workspace)
    assert {fetch.state for fetch in fetches.values()} == {Fetch.State.OK}
    brand = Brand.objects.get()
    matches = queries.matched(workspace, brand=brand, form=Search.Form.KEYWORD)
    heard = set(queries.mentions_of(workspace, matches).values_list("external_id", flat=True))
    assert heard == worded(web.world, "Fjällvik Coffee") and len(heard) == 8
    ours = {"bluesky": {f"@{HANDLES['fjallvik']}"}}
    took_part = queries.participation(workspace, ours, matches)
    assert (took_part.readable, took_part.ours, took_part.unreadable) == (8, 1, 0)
    assert asked(web).count("createSession") == 1
    assert coverage.off(workspace, Search.objects.all(), ["bluesky"]) == []


def test_credentials_that_no_scan_has_used_yet_are_said_to_be_so(workspace: Workspace, alice: User) -> None:
    save(workspace, alice)
    (line,) = coverage.off(workspace, Search.objects.all())
    assert (line.source, line.state) == ("bluesky", "off")
    assert line.error.startswith("It has not been searched yet since credentials were entered")


def test_a_plan_leaves_a_search_alone_for_some_hours_and_a_click_does_not(
    workspace: Workspace, alice: User
) -> None:
    save(workspace, alice)
    assert set(KEYED) <= set(scanned(workspace))
    plan = ScanPlan.objects.create(workspace=workspace)
    assert not set(KEYED) & set(scanned(workspace, plan=plan))
    assert set(KEYED) <= set(scanned(workspace))
    Fetch.objects.update(covered_to=timezone.now() - timedelta(hours=6))
    assert set(KEYED) <= set(scanned(workspace, plan=plan))


def test_what_the_service_refuses_later_is_told_once_and_not_asked_for_each_search(
    workspace: Workspace, alice: User, web: ReplayServer
) -> None:
    make_credential(workspace, password=WRONG)
    fetches = scanned(workspace)
    for name in KEYED:
        assert fetches[name].state == Fetch.State.FAILED and fetches[name].error_kind == "needs_key"
        assert "make a new app password" in fetches[name].error_text
    assert fetches["thread"].state == Fetch.State.OK, "what needs no key goes on"
    assert asked(web) == ["createSession"]
    row = Credential.objects.get()
    assert row.is_refused and "make a new app password" in credentials.trouble(row, Bluesky)
    Credential.objects.update(checked_at=timezone.now() - timedelta(hours=2))
    scanned(workspace)
    assert asked(web) == ["createSession", "createSession"], "the next day it is tried again"


def test_a_page_that_is_read_with_old_credentials_says_nothing_of_the_new(
    workspace: Workspace, alice: User, outside: net.Client
) -> None:
    save(workspace, alice)
    old = door.source("bluesky", workspace, outside, "search")
    save(workspace, alice)
    credentials.note(old, SourceError("No", "needs_key"))
    old.session.write({"access": "of the old ones"})
    row = Credential.objects.get()
    assert not row.error and unpack(row.session)["access"] == ACCESS


def test_other_errors_say_nothing_of_the_credentials(
    workspace: Workspace, alice: User, outside: net.Client
) -> None:
    save(workspace, alice)
    source = door.source("bluesky", workspace, outside, "search")
    credentials.note(source, SourceError("Away", "transient"))
    credentials.note(None, SourceError("No", "needs_key"))
    credentials.note(door.source("bluesky", workspace, outside, "thread"), SourceError("No", "needs_key"))
    assert Credential.objects.get().error == ""


# Who gets them


def test_only_what_needs_them_gets_them(workspace: Workspace, alice: User, outside: net.Client) -> None:
    save(workspace, alice)
    assert door.source("bluesky", workspace, outside, "search").credentials == GIVEN
    for capability in ("thread", "observe", ""):
        assert door.source("bluesky", workspace, outside, capability).credentials == {}
    assert door.source("mastodon", workspace, outside, "tagged").credentials == {}


def test_they_are_not_those_of_another_workspace(
    workspace: Workspace, alice: User, outside: net.Client
) -> None:
    save(workspace, alice)
    other = make_workspace(alice, name="Another")
    assert Bluesky not in door.offering(other, "search") and Bluesky in door.lacking(other)
    with pytest.raises(SourceError, match="needs an app password") as refused:
        door.source("bluesky", other, outside, "search")
    assert refused.value.kind == "needs_key"


def test_a_server_that_an_editor_changes_does_not_get_them(
    workspace: Workspace, alice: User, outside: net.Client, web: ReplayServer
) -> None:
    """Or an editor could read what only an admin may enter: on a server of their own."""
    save(workspace, alice)
    web.asked.clear()
    SourceSetting.objects.filter(source="bluesky").update(instance="evil.example")
    with pytest.raises(SourceError, match="entered for bsky.social and are not sent to evil.example"):
        door.source("bluesky", workspace, outside, "search")
    fetches = scanned(workspace)
    assert fetches["search"].error_kind == "needs_key" and web.asked == []
    assert "evil.example" in credentials.trouble(Credential.objects.get(), Bluesky)


def test_a_lost_key_says_what_to_do(
    workspace: Workspace, alice: User, settings: Any, outside: net.Client
) -> None:
    save(workspace, alice)
    settings.CREDENTIAL_KEYS = ["another key of more than thirty-two characters"]
    with pytest.raises(SourceError, match="Put that key back into CREDENTIAL_KEYS") as refused:
        door.source("bluesky", workspace, outside, "search")
    assert refused.value.kind == "needs_key"
    row = Credential.objects.get()
    assert credentials.shown(row, Bluesky) == {} and "CREDENTIAL_KEYS" in credentials.trouble(row, Bluesky)
    fetches = scanned(workspace)
    assert "CREDENTIAL_KEYS" in fetches["search"].error_text and fetches["thread"].state == Fetch.State.OK


def test_a_session_that_cannot_be_opened_is_got_anew(
    workspace: Workspace, alice: User, outside: net.Client
) -> None:
    row = save(workspace, alice)
    Credential.objects.update(session="gAAAAAbroken")
    assert door.KeptSession(row).read() == {}
    assert scanned(workspace)["search"].state == Fetch.State.OK
