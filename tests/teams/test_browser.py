"""The shell in a real browser: what app.js adds, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path, reverse
from playwright.sync_api import Page, expect

from teams.access import member
from teams.models import User, Workspace
from tests.make import make_user, make_workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@member("read")
def numbers(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """A page with a figure, a fragment that fails and a form that asks back."""
    source = """{% extends "base.html" %}{% block heading %}Numbers{% endblock %}{% block content %}
      <p>{% figure 1284 url=why label="stories" %}</p>
      <button id="broken" hx-get="/nowhere/" hx-target="this">Load</button>
      <form data-confirm="Sure?" action="/workspaces/"><button id="sure">Go</button></form>{% endblock %}"""
    why = reverse("why", args=[workspace.code])
    return HttpResponse(engines["django"].from_string(source).render({"why": why}, request))


@member("read")
def why(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """What the figure rests on: a page of its own, or the panel."""
    source = """{% extends page_or_panel %}{% block heading %}Why 1,284{% endblock %}
      {% block content %}<p>Heard on 3 sources.</p>{% endblock %}"""
    return HttpResponse(engines["django"].from_string(source).render({}, request))


urlpatterns = [
    path("w/<uuid:code>/numbers/", numbers, name="numbers"),
    path("w/<uuid:code>/why/", why, name="why"),
    path("", include("config.urls")),
]


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[list[str]]:
    """A page that breaks its own policy or throws fails the test."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: said.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield said
    assert said == []


@pytest.fixture
def workspace(settings: Any, live_server: Any, page: Page) -> Workspace:
    """Alice's workspace, and Alice logged in to it in the browser."""
    settings.ROOT_URLCONF = __name__
    alice = make_user("Alice")
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return make_workspace(alice, name="A workspace with quite a long name for a phone")


def test_a_figure_opens_its_evidence_beside_the_page(
    page: Page, live_server: Any, workspace: Workspace
) -> None:
    page.goto(f"{live_server.url}/w/{workspace.code}/numbers/")
    figure = page.get_by_role("link", name="1,284 stories")
    figure.click()
    panel = page.get_by_role("dialog", name="Why 1,284")
    expect(panel).to_contain_text("Heard on 3 sources.")
    expect(panel.locator("header")).to_have_count(0)  # the fragment, not a whole page
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(figure).to_be_focused()

    with page.context.expect_page() as opened:
        figure.click(modifiers=["ControlOrMeta"])  # a real link all the same
    expect(opened.value.get_by_role("heading", name="Why 1,284", level=1)).to_be_visible()
    expect(panel).to_be_hidden()


def test_a_fragment_that_fails_is_told(page: Page, live_server: Any, workspace: Workspace) -> None:
    page.goto(f"{live_server.url}/w/{workspace.code}/numbers/")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.click("#broken")
    expect(page.get_by_role("alert")).to_have_text("That did not work. Please try again.")
    expect(page.locator("#broken")).to_have_text("Load")


def test_what_cannot_be_undone_asks_first(page: Page, live_server: Any, workspace: Workspace) -> None:
    page.goto(f"{live_server.url}/w/{workspace.code}/numbers/")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.click("#sure")
    assert asked == ["Sure?"]
    assert page.url.endswith("/numbers/")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#sure")
    page.wait_for_url("**/workspaces/**")


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_their_width_and_menus_open_by_keyboard(
    width: int, page: Page, live_server: Any, workspace: Workspace
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for url in (f"/w/{workspace.code}/settings/", "/workspaces/", "/accounts/password/change/", "/nowhere/"):
        page.goto(live_server.url + url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
    page.goto(f"{live_server.url}/w/{workspace.code}/settings/")
    menu = page.locator("summary[title='Set-up']")
    menu.focus()
    page.keyboard.press("Enter")
    entry = page.get_by_role("navigation", name="Set-up").get_by_role("link", name="Workspace")
    expect(entry).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(menu).to_be_focused()


@pytest.mark.browser_context_args(timezone_id="Asia/Tokyo", locale="sv-SE")
def test_the_first_visit_knows_the_browsers_zone_and_language(page: Page, live_server: Any) -> None:
    page.goto(live_server.url)
    expect(page.locator("#id_time_zone")).to_have_value("Asia/Tokyo")
    expect(page.locator("#id_language")).to_have_value("sv")
    page.fill("#id_email", "alice@fjallvik.example")
    expect(page.locator("#id_contact")).to_have_value("alice@fjallvik.example")
    page.fill("#id_contact", "press@fjallvik.example")
    page.fill("#id_email", "alice.ask@fjallvik.example")
    expect(page.locator("#id_contact")).to_have_value("press@fjallvik.example")
    page.fill("#id_name", "Alice Ask")
    page.fill("#id_workspace_name", "Fjällvik Coffee")
    page.fill("#id_password", "short")
    page.select_option("#id_time_zone", "Asia/Seoul")
    page.click("button[value=own]")
    expect(page.locator("#id_password_error")).to_be_visible()
    expect(page.locator("#id_time_zone")).to_have_value("Asia/Seoul")  # what was chosen stays
    page.fill("#id_password", "correct horse battery")
    page.click("button[value=own]")
    page.wait_for_url(lambda url: "/welcome/" not in url)
    workspace = Workspace.objects.get()
    assert (workspace.time_zone, workspace.contact) == ("Asia/Seoul", "press@fjallvik.example")
    assert User.objects.get().email == "alice.ask@fjallvik.example"


def test_alice_logs_out_and_in_by_the_pages_own_buttons(
    page: Page, live_server: Any, workspace: Workspace
) -> None:
    page.goto(f"{live_server.url}/workspaces/")
    page.click("summary[title='Alice']")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_label("Email").fill("alice@fjallvik.example")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.goto(f"{live_server.url}/workspaces/")
    page.click("summary[title='Alice']")
    page.get_by_role("button", name="Svenska").click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
