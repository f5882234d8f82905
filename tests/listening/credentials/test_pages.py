"""The page of one source as Alice (owner) and Bob (viewer, editor) see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from listening.models import Brand, Credential, Mention, SourceSetting
from teams.models import AuditEntry, Role, User, Workspace
from tests.listening.credentials.entrusting import GIVEN, asked, save, scanned
from tests.make import make_member, make_user
from tests.replay import ReplayServer
from tests.replay.bluesky import ACCOUNT

pytestmark = pytest.mark.django_db


def page_of(browser: Browser, workspace: Workspace, name: str = "bluesky") -> str:
    return browser.get(reverse("listening:source", args=[workspace.code, name])).content.decode()


def test_the_page_says_what_is_off_what_works_and_what_is_refused(
    alices: Browser, alice: User, workspace: Workspace, settings: Any
) -> None:
    assert "Searching Bluesky needs an app password." in page_of(alices, workspace)
    save(workspace, alice)
    page = page_of(alices, workspace)
    assert "works" in page and "Saved by Alice" in page and "needs an app password" not in page
    assert f'value="{ACCOUNT}"' in page and page.count('type="password"') == 1
    Credential.objects.update(checked_at=None, error="No connection to %(host)s.", error_params={"host": "x"})
    assert "not checked yet" in page_of(alices, workspace)
    Credential.objects.update(error="%(host)s refused it.", error_kind="needs_key")
    page = page_of(alices, workspace)
    assert "refused" in page and "x refused it." in page
    settings.CREDENTIAL_KEYS = ["another key of more than thirty-two characters"]
    page = page_of(alices, workspace)
    assert "CREDENTIAL_KEYS" in page and ACCOUNT not in page


def test_a_comparison_says_which_source_is_off_for_all(
    alices: Browser, alice: User, workspace: Workspace
) -> None:
    brand = Brand.objects.get(workspace=workspace)
    address = reverse("competitors:voice", args=[workspace.code, brand.pk]) + "?form=keyword"
    assert "Searching Bluesky needs an app password." in alices.get(address).content.decode()
    save(workspace, alice)
    assert "needs an app password" not in alices.get(address).content.decode()


def test_the_list_says_what_is_off(alices: Browser, alice: User, workspace: Workspace) -> None:
    address = reverse("listening:sources", args=[workspace.code])
    assert "Searching Bluesky needs an app password." in alices.get(address).content.decode()
    save(workspace, alice)
    assert "needs an app password" not in alices.get(address).content.decode()


def test_a_source_without_needs_has_no_such_form(alices: Browser, workspace: Workspace) -> None:
    assert "Save and check" not in page_of(alices, workspace, "hackernews")
    address = reverse("listening:credential", args=[workspace.code, "hackernews"])
    assert alices.post(address, GIVEN).status_code == 404
    assert alices.get(reverse("listening:source", args=[workspace.code, "nothing"])).status_code == 404


def test_a_refused_page_that_is_opened_again_leads_to_the_source(
    alices: Browser, workspace: Workspace
) -> None:
    answer = alices.get(reverse("listening:credential", args=[workspace.code, "bluesky"]))
    assert answer["Location"] == reverse("listening:source", args=[workspace.code, "bluesky"])


def test_they_are_removed_and_what_was_heard_stays(
    alices: Browser, alice: User, workspace: Workspace
) -> None:
    save(workspace, alice)
    scanned(workspace)
    before = Mention.objects.count()
    address = reverse("listening:remove_credential", args=[workspace.code, "bluesky"])
    assert "What was heard with them stays." in alices.post(address, follow=True).content.decode()
    assert not Credential.objects.exists() and Mention.objects.count() == before > 0
    assert AuditEntry.objects.get(verb="credential.removed").object == "bluesky"
    alices.post(address)
    assert AuditEntry.objects.filter(verb="credential.removed").count() == 1, "there was nothing to remove"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_bob_may_look_but_neither_enter_nor_remove(workspace: Workspace, alice: User, role: str) -> None:
    save(workspace, alice)
    bob = make_user("Bob")
    make_member(workspace, bob, role)
    browser = Browser()
    browser.force_login(bob)
    page = page_of(browser, workspace)
    assert "Only owners and admins" in page and "Save and check" not in page
    assert 'type="password"' not in page
    for name in ("credential", "remove_credential"):
        address = reverse(f"listening:{name}", args=[workspace.code, "bluesky"])
        assert browser.post(address, {**GIVEN, "password": "aaaa-bbbb-cccc-dddd"}).status_code == 403
    assert Credential.objects.get().opened() == GIVEN


def test_a_server_that_an_editor_chose_meanwhile_gets_no_password(
    alices: Browser, workspace: Workspace, web: ReplayServer
) -> None:
    assert "They are sent to bsky.social and nowhere else." in page_of(alices, workspace)
    SourceSetting.objects.filter(source="bluesky").update(instance="evil.example")
    assert "They are sent to evil.example and nowhere else." in page_of(alices, workspace)
    address = reverse("listening:credential", args=[workspace.code, "bluesky"])
    page = alices.post(address, {**GIVEN, "server": "bsky.social"}).content.decode()
    assert "was changed to evil.example" in page and GIVEN["password"] not in page
    assert not Credential.objects.exists() and not asked(web)


def test_a_source_that_everybody_reads_at_one_place_has_no_server(
    alices: Browser, workspace: Workspace
) -> None:
    address = reverse("listening:source", args=[workspace.code, "reddit"])
    assert alices.post(address, {"enabled": "on", "instance": "evil.example"}).status_code == 302
    assert SourceSetting.objects.get(source="reddit").instance == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_first_clicks_at_once_none_fails(alice: User, workspace: Workspace) -> None:
    address = reverse("listening:source", args=[workspace.code, "mastodon"])
    together = Barrier(4)

    def click(browser: Browser) -> int:
        try:
            together.wait()
            return browser.post(address, {"enabled": "on"}).status_code
        finally:
            connection.close()

    for _ in range(10):
        SourceSetting.objects.all().delete()
        browsers = [Browser() for _ in range(4)]
        for browser in browsers:
            browser.force_login(alice)
        with ThreadPoolExecutor(4) as people:
            assert set(people.map(click, browsers)) == {302}


def test_on_and_off_is_still_an_editors_choice(workspace: Workspace) -> None:
    bob = make_user("Bob")
    make_member(workspace, bob, Role.EDITOR)
    browser = Browser()
    browser.force_login(bob)
    address = reverse("listening:source", args=[workspace.code, "bluesky"])
    assert browser.post(address, {"instance": ""}).status_code == 302
    assert not SourceSetting.objects.get(source="bluesky").enabled
    wrong = browser.post(address, {"enabled": "on", "instance": "10.0.0.1"})
    assert "invalid-feedback" in wrong.content.decode()
    assert not SourceSetting.objects.get(source="bluesky").enabled
