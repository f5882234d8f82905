"""Passkeys, the app's picture and recovery codes in a real browser, under the real policy."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import qrcode
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect
from qrcode.image.svg import SvgPathImage

from teams.models import AuditEntry, User, Workspace
from tests.make import PASSWORD, make_user, make_workspace
from tests.teams.test_browser import quiet  # noqa: F401  # a page that breaks its policy fails the test
from tests.teams.test_second_factors import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server: Any) -> str:
    """Where it is: browsers allow passkeys at localhost."""
    assert live_server.url.startswith("http://localhost:")
    return str(live_server.url)


@pytest.fixture
def alice(site: str) -> User:
    user = make_user("Alice")
    make_workspace(user)
    return user


@pytest.fixture
def keyring(page: Page) -> Iterator[CDPSession]:
    """A device that keeps passkeys and knows the finger of whoever holds it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    abilities = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    found = session.send("WebAuthn.addVirtualAuthenticator", {"options": abilities})
    session.authenticator = found["authenticatorId"]  # type: ignore[attr-defined]
    yield session
    session.detach()


def keys_in(keyring: CDPSession) -> list[dict[str, Any]]:
    found = keyring.send("WebAuthn.getCredentials", {"authenticatorId": keyring.authenticator})  # type: ignore[attr-defined]
    return list(found["credentials"])


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/login/?next=/accounts/")
    page.get_by_label("Email").fill("alice@fjallvik.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_out(page: Page) -> None:
    page.click("summary[title='Alice']")
    page.get_by_role("button", name="Log out", exact=True).last.click()
    page.wait_for_url("**/accounts/login/")


def prove(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def add_passkey(page: Page, name: str, alone: bool = True) -> None:
    page.get_by_role("link", name="Add a passkey").click()
    if page.get_by_role("heading", name="Is it you?").count():
        prove(page)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Log in with this passkey alone").set_checked(alone)
    page.get_by_role("button", name="Add the passkey").click()


def test_alice_adds_a_passkey_and_logs_in_with_it_alone(
    page: Page, site: str, alice: User, keyring: CDPSession
) -> None:
    log_in(page, site)
    add_passkey(page, "Work laptop")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#second-step")).to_contain_text("Work laptop")
    assert [key["rpId"] for key in keys_in(keyring)] == ["localhost"]
    assert AuditEntry.objects.filter(verb="account.second_factor_on").count() == 1

    log_out(page)
    page.goto(f"{site}/accounts/login/?next=/workspaces/%3Fa=1")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/workspaces/?a=1")
    page.goto(f"{site}/accounts/")
    expect(page.locator("#second-step")).to_contain_text("last used")


def test_after_the_password_the_passkey_is_the_second_step(
    page: Page, site: str, alice: User, keyring: CDPSession
) -> None:
    log_in(page, site)
    add_passkey(page, "A stick", alone=False)
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)
    log_in(page, site)
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    page.goto(f"{site}/workspaces/")
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/accounts/")
    expect(page.locator("summary[title='Alice']")).to_be_visible()


def test_a_passkey_that_is_not_kept_in_the_device_does_not_log_in_alone(
    page: Page, site: str, alice: User, keyring: CDPSession
) -> None:
    log_in(page, site)
    add_passkey(page, "A stick", alone=False)
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_enabled()
    assert page.url == f"{site}/accounts/login/"


def test_what_the_browser_refuses_is_said_in_words(
    page: Page, site: str, alice: User, keyring: CDPSession
) -> None:
    log_in(page, site)
    add_passkey(page, "Work laptop")
    page.get_by_role("link", name="I have kept them").click()
    add_passkey(page, "The same once more")
    expect(page.get_by_role("alert")).to_contain_text("There is a passkey for this account on this device")
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    keyring.send("WebAuthn.setUserVerified", {
        "authenticatorId": keyring.authenticator, "isUserVerified": False,  # type: ignore[attr-defined]
    })  # fmt: skip
    page.goto(f"{site}/accounts/")
    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()  # somebody else's finger
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")


def test_a_passkey_is_renamed_removed_and_proves_who_one_is(
    page: Page, site: str, alice: User, keyring: CDPSession, settings: Any
) -> None:
    log_in(page, site)
    add_passkey(page, "Work laptop")
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("<b>Old</b> laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#second-step")).to_contain_text("<b>Old</b> laptop")

    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/w/**")
    page.goto(f"{site}/accounts/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Remove the passkey")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#second-step")).not_to_contain_text("laptop")
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(verb="account.second_factor_off").count() == 1


def test_a_switched_off_person_does_not_get_in_by_passkey(
    page: Page, site: str, alice: User, keyring: CDPSession
) -> None:
    log_in(page, site)
    add_passkey(page, "Work laptop")
    page.get_by_role("link", name="I have kept them").click()
    log_out(page)
    User.objects.update(is_active=False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="This account is switched off")).to_be_visible()


def test_a_browser_without_passkeys_is_told_so(page: Page, site: str, alice: User) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("This browser knows no passkeys")


def test_at_a_number_the_page_says_where_passkeys_work(
    page: Page, site: str, alice: User, keyring: CDPSession
) -> None:
    log_in(page, site.replace("localhost", "127.0.0.1"))
    expect(page.locator("#second-step")).to_contain_text("Browsers allow passkeys only at")
    expect(page.get_by_role("link", name="Add a passkey")).to_have_count(0)


def test_the_picture_holds_the_secret_and_the_codes_can_be_kept(
    page: Page, site: str, alice: User, tmp_path: Path
) -> None:
    log_in(page, site)
    page.get_by_role("link", name="Set up the authenticator app").click()
    prove(page)
    picture = page.get_by_role("img", name="QR code for the authenticator app")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0"), "the policy let it through"
    secret = page.locator("#totp-key").inner_text()
    shown = base64.b64decode(str(picture.get_attribute("src")).partition(",")[2])
    assert shown == picture_of(f"otpauth://totp/alice%40fjallvik.example?secret={secret}&issuer=Earshot")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()

    codes = page.locator("#codes").inner_text().split()
    assert len(codes) == 10 and all(re.fullmatch(r"\d{8}", code) for code in codes)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()
    assert started.value.suggested_filename == "earshot-recovery-codes.txt"
    assert set(codes) <= set(Path(started.value.path()).read_text().split())
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.reload()
    expect(page.locator("main")).to_contain_text("cannot be shown again")


def picture_of(text: str) -> bytes:
    """The same text as a QR code, drawn anew."""
    drawn = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage).save(drawn)
    return drawn.getvalue()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_fit_their_width(
    width: int, page: Page, site: str, alice: User, keyring: CDPSession, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, site)
    add_passkey(page, "x" * 100)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    paths = (
        "", "email/", "password/change/", "app/add/", "recovery-codes/", "recovery-codes/new/",
        "passkeys/add/", "again/password/", "again/code/", "again/passkey/",
    )  # fmt: skip
    for path in paths:
        page.goto(f"{site}/accounts/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(f"{site}/accounts/")
    log_out(page)
    for path in ("login/", "login/code/"):
        page.goto(f"{site}/accounts/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    log_in(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_browser_ends_another(browser: Any, site: str, alice: User, browser_context_args: Any) -> None:
    here, there = (browser.new_context(**browser_context_args).new_page() for _ in range(2))
    for page in (here, there):
        log_in(page, site)
    here.reload()
    row = here.locator("#sessions .list-group-item").filter(has_not_text="this one")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Log out").click()
    expect(here.locator("#messages")).to_contain_text("That browser is logged out.")
    there.get_by_role("link", name="Change password").click()
    expect(there.get_by_role("heading", name="Log in")).to_be_visible()
    for page in (here, there):
        page.context.close()


def test_the_workspace_is_still_there_afterwards(page: Page, site: str, alice: User) -> None:
    log_in(page, site)
    page.get_by_role("link", name="Earshot").click()
    page.wait_for_url(f"**/w/{Workspace.objects.get().code}/")
