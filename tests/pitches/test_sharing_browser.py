"""Alice shares in her browser, Ingrid reads in another: from a number to its evidence to the original."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, Request, expect

from pitches import verbs
from pitches.models import Pitch, ShareLink
from teams.models import User
from tests.pitches import keeping

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "kaffe och bulle"


@pytest.fixture
def frozen() -> Pitch:
    pitch = keeping.the_sample().pitches.get()
    return verbs.freeze(pitch, pitch.workspace.members.get())


@pytest.fixture
def alice(frozen: Pitch) -> User:
    return frozen.workspace.members.get()


@pytest.fixture
def page(page: Page, alice: User, settings: Any, live_server: Any) -> Page:
    """Alice's browser; she is logged in."""
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


@pytest.fixture
def reader(browser: Browser, browser_context_args: dict[str, Any], live_server: Any) -> Iterator[Page]:
    """Ingrid's browser, which has never been here; the web outside is one made-up page."""
    context = browser.new_context(**browser_context_args)
    said: list[str] = []
    context.route(
        re.compile(rf"^(?!{re.escape(live_server.url)})https?://"),
        lambda route: route.fulfill(body="<h1>The original post</h1>", content_type="text/html"),
    )
    found = context.new_page()
    found.on("pageerror", lambda error: said.append(str(error)))
    found.on(
        "console",
        lambda message: said.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield found
    context.close()
    assert said == []


def test_ingrid_reads_by_a_link_with_a_password_until_alice_revokes_it(
    page: Page, reader: Page, frozen: Pitch, live_server: Any
) -> None:
    page.goto(live_server.url + reverse("pitches:pitch", args=[frozen.workspace.code, frozen.code]))
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Who gets it").fill("Ingrid Holm")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Readers may download").check()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", name="The link for Ingrid Holm")).to_be_visible()
    link = page.get_by_label("Link to the pitch").input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    # She is asked for the password, gets it wrong, gets it right.
    reader.goto(link)
    expect(reader.get_by_role("heading", name="This page asks for a password")).to_be_visible()
    reader.get_by_label("Password").fill("not this one")
    reader.get_by_role("button", name="Open").click()
    expect(reader.get_by_text("This is not the password.")).to_be_visible()
    reader.get_by_label("Password").fill(PASSWORD)
    with reader.expect_response(lambda answer: answer.url.endswith("/opened/")) as counted:
        reader.get_by_role("button", name="Open").click()
    assert counted.value.status == 204
    assert reader.url == link
    expect(reader.get_by_role("heading", name=frozen.title, level=1)).to_be_visible()
    expect(reader.get_by_role("navigation")).to_have_count(0)
    expect(reader.get_by_text("Speaker notes")).to_have_count(0)
    expect(reader.locator("canvas").first).to_be_visible()  # charts are drawn

    # From a number to its evidence, and on to the original, which does not learn where she came from.
    slide = reader.locator("#slide-talk-1")
    slide.locator("h2 a.figure").first.click()
    panel = reader.get_by_role("dialog")
    expect(panel.get_by_role("heading", name="What was said about us or our industry")).to_be_visible()
    original = panel.get_by_role("link").filter(has_text=re.compile(r"\w")).first
    expect(original).to_have_attribute("rel", re.compile("nofollow.*|.*noreferrer"))
    asked: list[Request] = []
    reader.context.on("request", lambda request: asked.append(request))
    with reader.context.expect_page() as opened:
        original.click()
    expect(opened.value.get_by_role("heading", name="The original post")).to_be_visible()
    outside = [request for request in asked if not request.url.startswith(live_server.url)]
    assert outside and all("referer" not in request.all_headers() for request in outside)

    # The files, in the language that she reads.
    reader.goto(link)
    reader.get_by_role("link", name="Swedish").click()
    expect(reader.get_by_text("Varje understruken siffra öppnar")).to_be_visible()
    for name, ending in (("PDF", ".pdf"), ("PowerPoint", ".pptx"), ("Promemoria", ".pdf")):
        with reader.expect_download() as file:
            reader.get_by_role("link", name=name, exact=True).click()
        assert file.value.suggested_filename.endswith(ending)
    for width in (1280, 390):
        reader.set_viewport_size({"width": width, "height": 800})
        assert reader.evaluate("document.documentElement.scrollWidth") <= width

    # Alice sees that it was opened, and calls it back.
    page.reload()
    expect(page.get_by_label("Link to the pitch")).to_have_count(0)
    expect(page.get_by_role("cell", name="1 time")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The link for Ingrid Holm no longer works.")).to_be_visible()
    assert ShareLink.objects.get().opened == 1
    reader.goto(link)
    expect(reader.get_by_role("heading", name="This link does not work")).to_be_visible()
    expect(reader.get_by_text(frozen.title)).to_have_count(0)
