"""The pages speak the person's language and show the workspace's times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from teams.models import AuditEntry, User, Workspace, zone_names
from tests.make import make_workspace


def language_of(page: Any) -> str:
    return page.content.decode().split('<html lang="')[1].split('"')[0]


def test_before_login_the_browser_decides_until_somebody_chooses(client: Client, alice: User) -> None:
    swedish = {"accept-language": "sv-SE,sv;q=0.9,en;q=0.8"}
    assert language_of(client.get("/accounts/login/", headers=swedish)) == "sv"
    client.post("/language/", {"language": "en", "next": "/accounts/login/"})
    assert language_of(client.get("/accounts/login/", headers=swedish)) == "en"


def test_after_login_the_account_decides(alice: User, browser_of: Callable[[User], Client]) -> None:
    browser = browser_of(alice)
    assert language_of(browser.get("/workspaces/", headers={"accept-language": "sv"})) == "en"
    response = browser.post("/language/", {"language": "sv", "next": "/workspaces/"})
    assert response["Location"] == "/workspaces/"
    alice.refresh_from_db()
    assert alice.language == "sv"
    page = browser_of(alice).get("/workspaces/", headers={"accept-language": "en"})
    assert language_of(page) == "sv"
    assert page["Content-Language"] == "sv"


@pytest.mark.parametrize(
    "onward", ["foo", "account_logout", "//evil.example/", "/\\evil.example/", "https:/x"]
)
def test_nobody_is_led_elsewhere(client: Client, onward: str) -> None:
    answer = client.post("/language/", {"language": "sv", "next": onward})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_language_is_changed_by_post_and_only_to_one_we_speak(
    alice: User, browser_of: Callable[[User], Client]
) -> None:
    browser = browser_of(alice)
    assert browser.get("/language/?language=sv").status_code == 405
    browser.post("/language/", {"language": "xx"})
    alice.refresh_from_db()
    assert alice.language == "en"


def test_one_persons_language_does_not_leak_into_the_next_request(
    alice: User, client: Client, browser_of: Callable[[User], Client]
) -> None:
    browser_of(alice).post("/language/", {"language": "sv"})
    browser_of(alice).get("/workspaces/")
    assert translation.get_language() == "en"
    assert language_of(client.get("/accounts/login/")) == "en"


def test_times_are_the_workspaces_and_do_not_leak(alice: User, browser_of: Callable[[User], Client]) -> None:
    workspace = make_workspace(alice, name="Tokyo", time_zone="Asia/Tokyo")
    browser_of(alice).get(reverse("teams:settings", args=[workspace.code]))
    assert timezone.get_current_timezone_name() == "UTC"
    noon = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert workspace.localtime(noon).hour == 21


def show(moment: datetime | None, style: str) -> str:
    return Template("{% when moment style %}").render(Context({"moment": moment, "style": style}))


def test_a_time_says_its_zone_and_its_age() -> None:
    moment = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    with timezone.override("Europe/Stockholm"):
        assert "1 Jun 2026, 14:00 CEST" in show(moment, "absolute")
        assert ">1 Jun 2026<" in show(moment, "date")
        assert ">1 Jun 2026<" in show(moment, "relative")  # more than a week ago
        recent = show(timezone.now() - timedelta(hours=3), "relative")
        assert "3\xa0hours ago" in recent
        with translation.override("sv"):
            assert "3\xa0timmar sedan" in show(timezone.now() - timedelta(hours=3), "relative")
            assert "1 jun 2026, 14:00 CEST" in show(moment, "absolute")
    assert "–" in show(None, "absolute")


@pytest.mark.parametrize(
    ("language", "value", "decimals", "text"),
    [
        ("en", 1284.5, 1, "1,284.5"),
        ("sv", 1284.5, 1, "1\xa0284,5"),
        ("en", 1234567, 0, "1,234,567"),
        ("sv", 0, 0, "0"),
        ("en", None, 0, "–"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(
    language: str, value: float | None, decimals: int, text: str
) -> None:
    with translation.override(language):
        shown = Template("{{ value|number:decimals }}").render(
            Context({"value": value, "decimals": decimals})
        )
    assert shown == text


def test_settings_are_saved_and_noted_in_the_log(
    workspace: Workspace, alice: User, browser_of: Callable[[User], Client]
) -> None:
    browser = browser_of(alice)
    url = reverse("teams:settings", args=[workspace.code])
    good = {
        "name": "Fjällvik",
        "language": "sv",
        "time_zone": "America/New_York",
        "contact": "pr@fjallvik.example",
        "accent": "#aa3300",
        # What no form field is for, nobody can set.
        "is_sample": "on",
        "code": "00000000-0000-0000-0000-000000000000",
        "role": "owner",
    }
    assert browser.post(url, good).status_code == 302
    before = workspace.code
    workspace.refresh_from_db()
    assert (workspace.name, workspace.time_zone, workspace.accent) == (
        "Fjällvik",
        "America/New_York",
        "#aa3300",
    )
    assert (workspace.code, workspace.is_sample) == (before, False)
    entry = AuditEntry.objects.get(verb="workspace.changed")
    assert entry.user == alice
    assert set(entry.details["fields"]) == {"name", "language", "time_zone", "contact", "accent"}

    for field, value in (
        ("accent", "red"),
        ("accent", "#aa3300; x"),
        ("time_zone", "Mars/Olympus"),
        ("name", ""),
    ):
        page = browser.post(url, {**good, field: value})
        assert page.status_code == 422
        assert f'id="id_{field}_error"' in page.content.decode()


def test_bob_cannot_change_settings(
    workspace: Workspace, bob: User, browser_of: Callable[[User], Client]
) -> None:
    response = browser_of(bob).post(reverse("teams:settings", args=[workspace.code]), {"name": "Mine"})
    assert response.status_code == 403
    workspace.refresh_from_db()
    assert workspace.name == "Fjällvik Coffee"


def test_zones_are_places_people_know() -> None:
    assert {"UTC", "Europe/Stockholm", "Australia/Lord_Howe"} <= set(zone_names())
    assert not {"GMT+0", "US/Pacific", "posix/UTC", "localtime"} & set(zone_names())
