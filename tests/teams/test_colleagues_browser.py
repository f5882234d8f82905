"""Alice and Bob, each in a browser of their own: invite, accept, do what the role may and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from competitors import setup
from listening.models import Brand
from teams import invitations
from teams.models import Membership, Role, User, Workspace, record
from tests.make import PASSWORD, make_member, make_user, make_workspace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL = "bob@fjallvik.example"
PHONE = {"width": 390, "height": 800}
NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[NewPage]:
    """Makes an empty browser for a person; one that breaks the policy or throws fails the test."""
    contexts, said = [], []

    def make(locale: str = "en-GB", **more: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, **more}
        context = browser.new_context(base_url=live_server.url, locale=locale, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "console", lambda one: said.append(one.text) if "Content Security Policy" in one.text else None
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def workspace(db: None) -> Workspace:
    """Alice's workspace, with something in it to change."""
    workspace = make_workspace(make_user("Alice"))
    setup.confirm(workspace, kind=Brand.Kind.OWN, name="Fjällvik")
    return workspace


def log_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def fits(page: Page, width: int) -> None:
    """Nothing scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def forge(page: Page, url: str, **fields: str) -> int:
    """The status of a form that the page never showed, sent with the token of one that it did."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    sent = page.context.request.post(
        url, form={"csrfmiddlewaretoken": token, **fields}, headers={"Referer": page.url}, max_redirects=0
    )
    return sent.status


def test_alice_invites_bob_who_does_what_his_role_may_and_no_more(
    new_page: NewPage, workspace: Workspace
) -> None:
    alice, bob = new_page(permissions=["clipboard-read", "clipboard-write"]), new_page()
    log_in(alice, "alice@fjallvik.example")
    members = f"/w/{workspace.code}/members/"
    search = workspace.searches.order_by("pk").values_list("pk", flat=True)[0]

    # Alice invites Bob as viewer, by link.
    alice.get_by_title("Set-up").click()
    alice.get_by_role("navigation", name="Set-up").get_by_role("link", name="Members").click()
    alice.get_by_label("E-mail").fill(EMAIL)
    alice.get_by_role("button", name="Make an invitation").click()
    expect(alice.get_by_label("Role", exact=True)).to_have_value("viewer")
    alice.get_by_role("button", name="Copy").click()
    expect(alice.get_by_role("button", name="Copied")).to_be_visible()
    link = alice.evaluate("navigator.clipboard.readText()")
    assert link == alice.get_by_label("Invitation link").input_value()
    assert re.fullmatch(r"http://[^/]+/invitations/[\w-]{43}/", link)
    alice.reload()
    expect(alice.get_by_label("Invitation link")).to_have_count(0)  # shown once
    expect(alice.get_by_text("Open invitations")).to_be_visible()

    # Bob makes his account by it and lands in the workspace.
    bob.goto(urlsplit(link).path)
    expect(bob.get_by_role("heading", name="Join Fjällvik Coffee")).to_be_visible()
    expect(bob.get_by_label("E-mail")).to_be_disabled()
    expect(bob.get_by_label("E-mail")).to_have_value(EMAIL)
    bob.get_by_label("Your name").fill("Bob Berg")
    bob.get_by_label("Password").fill("a brand new secret")
    bob.get_by_role("button", name="Create the account and join").click()
    bob.wait_for_url(f"**{reverse('pitches:home', args=[workspace.code])}")
    expect(bob.get_by_text("Welcome to Fjällvik Coffee. Your role here: Viewer.")).to_be_visible()

    # He reads, but no page offers him to change anything, and no forged form does.
    page_of_search = f"/w/{workspace.code}/searches/{search}/"
    bob.goto(page_of_search)
    expect(bob.get_by_role("button", name="Save")).to_have_count(0)
    bob.goto(members)
    expect(bob.get_by_role("row", name="Alice")).to_contain_text("Owner")
    expect(bob.get_by_role("button", name="Remove")).to_have_count(0)
    expect(bob.get_by_role("button", name="Make an invitation")).to_have_count(0)
    forged = {
        page_of_search: {"text": "mallory", "is_on": "on"},
        f"{members}invite/": {"email": "mallory@fjallvik.example", "role": "owner"},
        f"{members}{Membership.objects.get(user__email=EMAIL).pk}/role/": {"role": "owner"},
        f"/w/{workspace.code}/settings/": {"name": "Mine"},
    }
    for url, fields in forged.items():
        assert forge(bob, url, **fields) == 403, url

    # Alice makes him editor: at once he may.
    alice.goto(members)
    alice.get_by_label("Role of Bob Berg").select_option("editor")
    alice.get_by_role("button", name="Change the role of Bob Berg").click()
    expect(alice.get_by_text("Bob Berg: the role is now Editor.")).to_be_visible()
    bob.goto(page_of_search)
    bob.locator("[name=text]").fill("fjällvik NOT jobs")
    bob.get_by_role("button", name="Save").click()
    expect(bob.get_by_role("row", name="fjällvik NOT jobs")).to_be_visible()
    bob.goto(page_of_search)
    assert forge(bob, f"{members}invite/", email="mallory@fjallvik.example", role="viewer") == 403

    # She removes him: at his next click there is nothing.
    alice.once("dialog", lambda dialog: dialog.accept())
    alice.get_by_role("button", name="Remove Bob Berg").click()
    expect(alice.get_by_text("Bob Berg is no longer a member.")).to_be_visible()
    response = bob.goto(page_of_search)
    assert response and response.status == 404
    bob.goto("/")
    expect(bob.get_by_text("You are not a member of any workspace")).to_be_visible()

    # The log tells all of it.
    alice.get_by_role("main").get_by_role("link", name="Log").click()
    expect(alice.locator("tbody tr").first).to_contain_text("Alice Removed Bob Berg from the workspace")
    for sentence in (
        f"Invited {EMAIL}",
        f"Accepted the invitation for {EMAIL}",
        "Changed the role of Bob Berg",
    ):
        expect(alice.get_by_role("row").filter(has_text=sentence)).to_have_count(1)
    bobs = alice.get_by_role("row").filter(has_text="Changed the search")
    expect(bobs).to_contain_text("no longer a member")
    alice.get_by_label("Person").select_option("Bob Berg")
    alice.get_by_role("button", name="Show").click()
    expect(alice.get_by_role("row").filter(has_text="Removed Bob Berg")).to_have_count(0)


def test_bob_comes_by_mail_on_his_phone_in_swedish(
    new_page: NewPage, workspace: Workspace, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    Workspace.objects.update(language="sv")
    User.objects.update(language="sv")
    alice, bob = (new_page("sv-SE", viewport=PHONE) for _ in range(2))
    log_in(alice, "alice@fjallvik.example")
    alice.goto(f"/w/{workspace.code}/members/")
    alice.get_by_label("E-post").fill(EMAIL)
    alice.get_by_label("Roll", exact=True).select_option(label="Redaktör")
    alice.get_by_role("button", name="Skapa en inbjudan").click()
    expect(alice.get_by_text(f"E-post med en länk är på väg till {EMAIL}.")).to_be_visible()
    fits(alice, 390)
    body = str(mail.outbox[0].body)
    assert "Alice bjuder in dig till arbetsytan ”Fjällvik Coffee” i Earshot." in body
    mailed = re.search(r"http://\S+", body)
    assert mailed

    bob.goto(urlsplit(mailed[0]).path)
    expect(bob.get_by_text("Inte bekräftad")).to_have_count(0)
    fits(bob, 390)
    bob.get_by_label("Ditt namn").fill("Bob Berg")
    bob.get_by_label("Lösenord").fill("kort")
    bob.get_by_role("button", name="Skapa kontot och kom med").click()
    expect(bob.locator("#id_password_error")).to_be_visible()
    expect(bob.get_by_label("Ditt namn")).to_have_value("Bob Berg")
    fits(bob, 390)
    bob.get_by_label("Lösenord").fill("en alldeles ny hemlighet")
    bob.get_by_role("button", name="Skapa kontot och kom med").click()
    expect(bob.get_by_text("Välkommen till Fjällvik Coffee. Din roll här: Redaktör.")).to_be_visible()

    alice.goto(f"/w/{workspace.code}/members/")
    expect(alice.get_by_role("row", name="Bob Berg")).not_to_contain_text("adressen är inte bekräftad")
    expect(alice.get_by_role("row", name="Alice")).to_contain_text("adressen är inte bekräftad")
    expect(alice.get_by_text("Öppna inbjudningar")).to_have_count(0)
    alice.get_by_label("Ny ägare").select_option(label="Bob Berg: Redaktör")
    alice.get_by_label("Din roll efteråt").select_option(label="Läsare")
    alice.once("dialog", lambda dialog: dialog.accept())
    alice.get_by_role("button", name="Lämna över").click()
    expect(alice.get_by_text("Bob Berg är nu ägare. Din roll: Läsare.")).to_be_visible()
    alice.once("dialog", lambda dialog: dialog.accept())
    alice.get_by_role("button", name="Lämna", exact=True).click()
    expect(alice.get_by_text("Du har lämnat Fjällvik Coffee.")).to_be_visible()
    bob.goto(f"/w/{workspace.code}/log/")
    expect(bob.locator("tbody tr").first).to_contain_text("Alice lämnade arbetsytan")
    fits(bob, 390)


def test_charlie_logs_out_and_bob_logs_in_and_accepts(new_page: NewPage, workspace: Workspace) -> None:
    make_workspace(make_user("Charlie"), name="Bergby Roast")
    make_user("Bob")
    alice = User.objects.get(name="Alice")
    token = invitations.invite(workspace, alice, EMAIL, Role.VIEWER).copied
    page = new_page()
    log_in(page, "charlie@fjallvik.example")
    page.goto(f"/invitations/{token}/")
    expect(page.get_by_text("You are logged in as charlie@fjallvik.example")).to_be_visible()
    page.get_by_role("button", name="Log out and come back here").click()
    page.get_by_role("link", name="Log in, and you come back here.").click()
    page.locator("[name=login]").fill(EMAIL)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_text("Welcome to Fjällvik Coffee. Your role here: Viewer.")).to_be_visible()
    page.goto(f"/invitations/{token}/")
    expect(page.get_by_text("You are a member of Fjällvik Coffee already.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_switcher_holds_twenty_workspaces_and_works_by_keyboard(
    width: int, new_page: NewPage, workspace: Workspace
) -> None:
    alice = User.objects.get(name="Alice")
    for number in range(2, 21):
        make_workspace(alice, name=f"Workspace {number:02} with quite a long name that goes on and on")
    page = new_page(viewport={"width": width, "height": 700})
    log_in(page, alice.email)
    page.goto(f"/w/{workspace.code}/members/")
    page.locator(".workspace-menu summary").focus()
    page.keyboard.press("Enter")
    everything = page.get_by_role("link", name="All workspaces")
    expect(everything).to_be_in_viewport()
    fits(page, width)
    last = page.get_by_role("link", name="Workspace 20")
    for _ in range(20):
        page.keyboard.press("Tab")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/w/{alice.workspaces.get(name__startswith='Workspace 20').code}/**")
    page.goto("/workspaces/")
    page.get_by_role("link", name="New workspace").click()
    page.get_by_label("Name").fill("Bergby Tea")
    fits(page, width)
    page.get_by_role("button", name="Make the workspace").click()
    expect(page.locator(".workspace-menu summary")).to_contain_text("Bergby Tea")


@pytest.mark.parametrize("locale", ["en-GB", "sv-SE"])
def test_all_pages_of_the_team_fit_a_phone(locale: str, new_page: NewPage, workspace: Workspace) -> None:
    alice = User.objects.get(name="Alice")
    User.objects.update(language=locale[:2])
    long = f"{'a-rather-long-address-of-somebody' * 2}@fjallvik-kaffe.example"[-90:]
    make_member(workspace, make_user("A person with a long name", email=long), Role.EDITOR)
    token = invitations.invite(workspace, alice, f"x{long}", Role.ADMIN).copied
    record(workspace, alice, "feed.followed", f"https://fjallvik.example/{'feed' * 40}")
    page, stranger = (new_page(locale, viewport=PHONE) for _ in range(2))
    log_in(page, alice.email)
    for place in ("members/", "log/", "settings/"):
        page.goto(f"/w/{workspace.code}/{place}")
        for each in page.locator("main details summary").all():
            each.click()
        fits(page, 390)
    for place in ("/workspaces/new/", f"/invitations/{token}/"):
        page.goto(place)
        fits(page, 390)
    for place in (f"/invitations/{token}/", "/invitations/nothing/"):
        stranger.goto(place)
        expect(stranger.locator("html")).to_have_attribute("lang", locale[:2])
        fits(stranger, 390)


def test_the_browser_of_somebody_logged_out_keeps_no_link(new_page: NewPage, workspace: Workspace) -> None:
    """Back after logging out asks the server again: the page with the link is in no cache."""
    page = new_page()
    log_in(page, "alice@fjallvik.example")
    page.goto(f"/w/{workspace.code}/members/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.get_by_label("Invitation link")).to_be_visible()
    page.goto("/workspaces/")
    page.context.clear_cookies()
    page.go_back()
    expect(page.get_by_label("Invitation link")).to_have_count(0)
    assert "/accounts/login/" in page.url
