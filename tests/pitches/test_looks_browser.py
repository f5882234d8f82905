"""Alice gives her workspace a logo and a template in a browser, and downloads the deck made with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pptx import Presentation

from teams.models import User, Workspace
from tests.pitches import keeping, templates
from tests.pitches.templates import changed
from tests.teams.test_logos import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = 390


@pytest.fixture
def alice(live_server: Any, page: Page, settings: Any) -> User:
    """Logged in, in front of the sample workspace."""
    from django.test import Client

    settings.SECURE_SSL_REDIRECT = False
    user = keeping.the_sample().members.get()
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return user


def keep(page: Page, name: str) -> None:
    """The page fits a desk and a phone; where LOOK says, a picture of it for whoever looks at it."""
    folder = os.environ.get("LOOK")
    size = page.viewport_size
    assert size
    for width in (1280, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size(size)


def test_alice_gives_her_decks_a_logo_and_a_look(
    live_server: Any, page: Page, alice: User, tmp_path: Path
) -> None:
    workspace: Workspace = alice.workspaces.get()
    base = f"{live_server.url}/w/{workspace.code}/"
    logo, good, bad = (tmp_path / name for name in ("logo.png", "House style.pptx", "Macros.pptx"))
    logo.write_bytes(picture())
    good.write_bytes(templates.dark())
    bad.write_bytes(changed(templates.band(), {"ppt/vbaProject.bin": b"macro"}))

    page.goto(f"{base}settings/")
    page.get_by_label("Picture").set_input_files(logo)
    page.get_by_label("What it shows").fill("Fjällvik")
    page.get_by_role("button", name="Save the logo").click()
    expect(page.get_by_role("img", name="Fjällvik")).to_be_visible()
    keep(page, "settings")

    page.goto(f"{base}templates/")
    page.get_by_label("PowerPoint template").set_input_files(bad)
    page.get_by_role("button", name="Add the template").click()
    expect(page.get_by_text("This file holds macros.")).to_be_visible()
    keep(page, "refused")
    page.get_by_label("PowerPoint template").set_input_files(good)
    page.get_by_role("button", name="Add the template").click()
    expect(page.get_by_text("“House style” can be chosen for pitches now.")).to_be_visible()
    keep(page, "templates")

    pitch = workspace.pitches.get()
    page.goto(f"{base}pitches/{pitch.code}/")
    page.get_by_role("link", name="Look", exact=True).click()
    page.get_by_label("Template of the PowerPoint file").select_option("House style")
    keep(page, "look")
    page.get_by_role("button", name="Save").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Draft as PowerPoint").click()
    deck = Presentation(waiting.value.path())
    assert {slide.slide_layout.name for slide in deck.slides} == {"Title slide", "Title only"}

    page.goto(f"{base}pitches/{pitch.code}/web/")
    expect(page.get_by_role("img", name="Fjällvik")).to_be_visible()
    keep(page, "web")
    page.goto(f"{base}settings/#logo")
    page.get_by_role("button", name="Remove the logo").click()
    expect(page.get_by_text("The logo is gone. Frozen decks keep theirs.")).to_be_visible()
