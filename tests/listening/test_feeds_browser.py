"""Alice brings the feeds of her old reader, one of them refuses, and Earshot says so until it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.celery import app
from listening import door, opml
from teams.models import Workspace
from tests.listening.feed_web import URL, FeedWeb, daily, rss
from tests.make import make_brand, make_search, make_user, make_workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUSING = "https://kaffebladet.example/feed"
LIST = f"""<?xml version="1.0"?><opml version="2.0"><head><title>My feeds</title></head><body>
<outline text="Coffee"><outline type="rss" text="Our news" xmlUrl="{URL}"/>
<outline type="rss" text="Kaffebladet" xmlUrl="{REFUSING}"/></outline>
<outline type="rss" text="The printer" xmlUrl="http://192.168.1.20/feed"/></body></opml>"""


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[None]:
    """A page that breaks its own policy or throws fails the test."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield
    assert said == []


@pytest.fixture
def workspace(
    settings: Any, live_server: Any, page: Page, feed_web: FeedWeb, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """Alice's workspace, open in the browser; what would go to a worker is done at once."""
    monkeypatch.setattr(door, "client", lambda: feed_web.client)
    alice = make_user("Alice")
    workspace = make_workspace(alice)
    make_search(workspace, "fjällvik", make_brand(workspace))
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    app.conf.task_always_eager = True
    yield workspace
    app.conf.task_always_eager = False


def test_from_an_old_reader_and_back(
    page: Page, live_server: Any, workspace: Workspace, feed_web: FeedWeb, tmp_path: Path
) -> None:
    feed_web.says(rss(*daily(timezone.now()), title="Fjällvik news"))
    feed_web.says("no", 403, REFUSING)
    mine = tmp_path / "subscriptions.opml"
    mine.write_text(LIST)

    page.goto(f"{live_server.url}/w/{workspace.code}/sources/")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("OPML file").set_input_files(mine)
    page.get_by_role("button", name="Look into the file").click()
    expect(page.get_by_role("heading", name="2 feeds to follow")).to_be_visible()
    expect(page.get_by_role("heading", name="1 cannot be followed")).to_be_visible()
    expect(
        page.get_by_text("192.168.1.20 leads to the address 192.168.1.20, which is not public.")
    ).to_be_visible()
    assert not workspace.subscriptions.exists(), "nothing is followed yet"
    fits(page)
    page.get_by_role("button", name="Follow the ticked feeds").click()
    expect(page.get_by_text("Following 2 feeds of the file.")).to_be_visible()

    page.reload()
    refusing = page.locator(".list-group-item", has_text="Kaffebladet")
    expect(refusing).to_contain_text("blocked")
    expect(refusing).to_contain_text("kaffebladet.example does not let us read this (403).")
    expect(refusing).to_contain_text(re.compile(r"Next try: 3\d\sminutes from now"))
    expect(page.locator(".list-group-item", has_text="Our news")).to_contain_text("fresh")
    fits(page)

    page.goto(f"{live_server.url}/w/{workspace.code}/mentions/")
    banner = page.get_by_role("status").filter(has_text="1 feed has stopped.")
    expect(banner).to_be_visible()
    fits(page)
    banner.get_by_role("button", name="Hide").click()
    expect(page).to_have_url(re.compile("/mentions/$"))
    expect(banner).to_have_count(0)

    feed_web.says(rss(*daily(timezone.now(), word="Fjällvik in Kaffebladet")), url=REFUSING)
    page.goto(f"{live_server.url}/w/{workspace.code}/sources/?show=stopped")
    page.locator(".list-group-item", has_text="Kaffebladet").get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Kaffebladet", level=1)).to_be_visible()
    expect(page.locator("#feed-now")).to_contain_text("fresh")
    expect(page.get_by_text("5 entries, 5 of them mentions")).to_be_visible()
    expect(page.get_by_text("Failed: kaffebladet.example does not let us read this (403).")).to_be_visible()
    fits(page)

    page.get_by_role("link", name="Sources").first.click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Export", exact=True).click()
    found = opml.read(Path(taken.value.path()).read_bytes())
    assert [(one.url, one.name) for one in found.outlines] == [(URL, "Our news"), (REFUSING, "Kaffebladet")]


def fits(page: Page) -> None:
    """Nothing scrolls sideways on a phone."""
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
