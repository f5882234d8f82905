"""The second step at login: an app's codes, recovery codes, and what is written down about them."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from teams.models import AuditEntry, Role, User, Workspace
from tests.make import PASSWORD, make_member, make_user, make_workspace

LOGIN = "/accounts/login/"
SECOND = "/accounts/login/second-factor/"
APP = "/accounts/app/add/"


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def prove(browser: Client) -> None:
    """Show once more who it is."""
    browser.post("/accounts/again/password/", {"password": PASSWORD})


def set_up_app(browser: Client) -> tuple[str, list[str]]:
    """The app's secret, and the recovery codes as the page shows them once."""
    prove(browser)
    page = browser.get(APP).content.decode()
    secret = re.search(r'<code id="totp-key">(\w+)</code>', page)[1]
    answer = browser.post(APP, {"code": code_of(secret, -1)}, follow=True)
    return secret, re.findall(r"\b(\d{8})$", answer.content.decode(), re.MULTILINE)


def log_in(user: User, code: str = "") -> Client:
    """A new browser after the password and, if given, the code."""
    browser = Client()
    browser.post(LOGIN, {"login": user.email, "password": PASSWORD})
    if code:
        browser.post(SECOND, {"code": code})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/workspaces/").status_code == 200


@pytest.fixture
def alices(alice: User, browser_of: Callable[[User], Client]) -> Client:
    return browser_of(alice)


def test_alice_sets_up_an_app_and_then_needs_its_code(
    alice: User, workspace: Workspace, alices: Client
) -> None:
    secret, codes = set_up_app(alices)
    assert len(codes) == 10
    half_way = log_in(alice)
    assert not is_in(half_way), "the password alone is no longer enough"
    assert half_way.get(LOGIN)["Location"] == SECOND
    assert is_in(log_in(alice, code_of(secret)))


def test_before_a_change_alice_shows_once_more_who_she_is(alice: User, alices: Client, settings: Any) -> None:
    set_up_app(alices)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # it was long ago
    settings.EMAIL_HOST = "mail.fjallvik.example"
    changes = ("app/remove/", "passkeys/add/", "recovery-codes/", "recovery-codes/new/", "email/")
    for page in changes:
        answer = alices.get(f"/accounts/{page}", headers={"host": "localhost"})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/again/password/"), page
    again, onward = "/accounts/again/password/", "/accounts/recovery-codes/new/"
    answer = alices.post(f"{again}?next={onward}", {"password": "wrong password"})
    assert "Incorrect password" in answer.content.decode()
    answer = alices.post(f"{again}?next={onward}", {"password": PASSWORD})
    assert answer["Location"] == onward


def test_a_code_proves_it_as_well(alice: User, alices: Client, settings: Any) -> None:
    secret, codes = set_up_app(alices)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    page = alices.get("/accounts/app/remove/", follow=True).content.decode()
    assert "Use a code from your app or a recovery code" in page
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    again = Client()
    again.cookies = alices.cookies
    for code in (code_of(secret), codes[0]):
        answer = again.post("/accounts/again/code/?next=/accounts/app/remove/", {"code": code})
        assert answer["Location"] == "/accounts/app/remove/"
        answer = again.post("/accounts/again/code/?next=/accounts/app/remove/", {"code": code})
        assert "Incorrect code" in answer.content.decode(), "once"


def test_a_code_of_the_app_opens_once(alice: User, alices: Client) -> None:
    secret, _ = set_up_app(alices)
    code = code_of(secret)
    assert is_in(log_in(alice, code))
    assert not is_in(log_in(alice, code))
    assert is_in(log_in(alice, code_of(secret, 1))), "but the next one does"


def test_a_code_that_is_good_for_longer_still_opens_once(
    alice: User, alices: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = set_up_app(alices)
    code = code_of(secret, 1)
    assert is_in(log_in(alice, code))
    cache.delete(f"allauth.mfa.totp.used?user={alice.pk}&code={code}")  # as after allauth's 30 seconds
    assert not is_in(log_in(alice, code))


def test_the_code_just_before_is_taken_and_an_older_one_is_not(alice: User, alices: Client) -> None:
    secret, _ = set_up_app(alices)
    assert not is_in(log_in(alice, code_of(secret, -3)))
    assert is_in(log_in(alice, code_of(secret, -1)))


def test_each_recovery_code_opens_once(alice: User, alices: Client) -> None:
    _, codes = set_up_app(alices)
    assert is_in(log_in(alice, codes[3]))
    assert not is_in(log_in(alice, codes[3]))
    assert is_in(log_in(alice, codes[4]))
    assert "8 codes are left." in alices.get("/accounts/").content.decode()


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(alice: User, alices: Client) -> None:
    _, codes = set_up_app(alices)
    page = alices.get("/accounts/recovery-codes/").content.decode()
    assert "cannot be shown again" in page and not re.search(r"\d{8}", page)
    answer = alices.post("/accounts/recovery-codes/new/", {}, follow=True).content.decode()
    new = re.findall(r"\b(\d{8})$", answer, re.MULTILINE)
    assert len(new) == 10 and not set(new) & set(codes)
    assert not is_in(log_in(alice, codes[0]))
    assert is_in(log_in(alice, new[0]))


def test_after_five_wrong_codes_the_right_one_must_wait(alice: User, alices: Client) -> None:
    secret, _ = set_up_app(alices)
    browser = log_in(alice)
    for number in range(5):
        page = browser.post(SECOND, {"code": f"{number:06}"})
        assert "Incorrect code" in page.content.decode()
    page = browser.post(SECOND, {"code": code_of(secret)})
    assert "Too many" in page.content.decode()
    assert not is_in(browser)
    from_elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    from_elsewhere.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    from_elsewhere.post(SECOND, {"code": code_of(secret)})
    assert not is_in(from_elsewhere), "the limit is the account's, wherever the guesses come from"


def test_who_starts_again_is_asked_for_address_and_password(alice: User, alices: Client) -> None:
    set_up_app(alices)
    browser = log_in(alice)
    assert browser.get(SECOND).status_code == 200
    assert browser.post("/accounts/logout/", {"next": LOGIN})["Location"] == LOGIN
    assert browser.get(LOGIN).status_code == 200
    assert browser.get(SECOND)["Location"] == LOGIN


def test_without_the_app_the_password_is_enough_again(alice: User, alices: Client) -> None:
    set_up_app(alices)
    assert alices.get("/accounts/app/remove/").status_code == 200
    alices.post("/accounts/app/remove/")
    assert is_in(log_in(alice))
    assert not Authenticator.objects.exists(), "recovery codes alone are no second step"


def test_nothing_in_the_table_tells_a_secret(alice: User, alices: Client) -> None:
    secret, codes = set_up_app(alices)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM mfa_authenticator t")
        dump = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT session_data FROM django_session")
        decoded = "\n".join(str(alices.session.decode(row[0])) for row in cursor.fetchall())
    assert dump.count("gAAAA") == 2, "both are sealed"
    for hidden in (secret, base64.b32decode(secret).hex(), *codes):
        assert hidden not in dump and hidden not in decoded
    seed = Authenticator.objects.get(type="recovery_codes").wrap()
    assert codes == seed.generate_codes(), "and can be opened"


def test_a_key_that_is_gone_is_said_and_no_stack_is_shown(alice: User, alices: Client, settings: Any) -> None:
    secret, _ = set_up_app(alices)
    settings.CREDENTIAL_KEYS = ["another key of thirty-two characters"]
    browser = log_in(alice)
    answer = browser.post(SECOND, {"code": code_of(secret)})
    assert answer.status_code == 403
    assert "a key that this installation no longer has" in answer.content.decode()
    assert alices.get("/accounts/").status_code == 200


def test_secrets_can_be_sealed_with_a_new_key(alice: User, alices: Client, settings: Any) -> None:
    secret, codes = set_up_app(alices)
    old, new = settings.CREDENTIAL_KEYS[0], "a new key, which has more than 32 characters"
    settings.CREDENTIAL_KEYS = [new, old]
    call_command("rotate_credentials", stdout=io.StringIO())
    settings.CREDENTIAL_KEYS = [new]
    assert is_in(log_in(alice, code_of(secret)))
    assert is_in(log_in(alice, codes[0]))
    settings.CREDENTIAL_KEYS = ["another key of thirty-two characters"]
    with pytest.raises(CommandError, match="None of CREDENTIAL_KEYS opens these rows"):
        call_command("rotate_credentials", stdout=io.StringIO())


def audit() -> list[tuple[str, str, str]]:
    entries = AuditEntry.objects.order_by("pk").select_related("workspace")
    return [
        (entry.workspace.name, entry.verb, entry.object)
        for entry in entries
        if entry.verb.startswith("account.")
    ]


@pytest.mark.django_db(transaction=True)
def test_the_workspaces_hear_of_it(alice: User, alices: Client) -> None:
    make_workspace(alice, name="First")
    make_member(make_workspace(name="Second"), alice, Role.VIEWER)
    make_workspace(make_user("Charlie"), name="Charlie’s own")
    set_up_app(alices)
    assert audit() == [(name, "account.second_factor_on", "Alice") for name in ("First", "Second")]
    alices.post("/accounts/app/remove/")
    assert audit()[2:] == [(name, "account.second_factor_off", "Alice") for name in ("First", "Second")]
    assert AuditEntry.objects.filter(verb__startswith="account.", user=alice).count() == 4
    assert {str(entry.details) for entry in AuditEntry.objects.all()} == {"{'factor': 'totp'}"}


def test_whoever_lost_everything_is_let_in_by_the_operator(
    alice: User, workspace: Workspace, alices: Client
) -> None:
    set_up_app(alices)
    said = io.StringIO()
    call_command("remove_second_factors", "ALICE@fjallvik.example", stdout=said)
    assert said.getvalue() == "Removed 1 from alice@fjallvik.example.\n"
    assert is_in(log_in(alice))
    entry = AuditEntry.objects.get(verb="account.second_factor_off")
    assert entry.user is None and entry.by_machine
    call_command("remove_second_factors", alice.email, stdout=said)
    assert said.getvalue().endswith("There was none to remove.\n")
    with pytest.raises(CommandError, match="no account with the address mallory@"):
        call_command("remove_second_factors", "mallory@fjallvik.example")


@pytest.mark.parametrize(
    ("host", "secure", "works"),
    [
        ("localhost:8000", False, True),
        ("127.0.0.1:8000", False, False),
        ("[::1]:8000", False, False),
        ("192.0.2.7", True, False),
        ("earshot.localhost", False, True),
        ("earshot.example", False, False),
        ("earshot.example:8443", True, True),
    ],
)
def test_passkeys_are_offered_only_where_browsers_allow_them(
    host: str, secure: bool, works: bool, alice: User, alices: Client, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    headers = {"host": host}
    here = {"secure": secure, "headers": headers}
    assert ("data-passkey" in Client().get(LOGIN, **here).content.decode()) == works
    page = alices.get("/accounts/", **here).content.decode()
    assert (f"This page is at {host}" in page) == (not works)
    prove(alices)
    page = alices.get("/accounts/passkeys/add/", **here).content.decode()
    assert (f"This page is at {host}" in page) == (not works)
    assert ("data-passkey" in page) == works


NONSENSE = [
    "", "null", "[]", "{}", "7", '"x"', "{", '{"id": 1}', '{"id": "x", "rawId": "x", "type": "public-key"}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA",'
    '"signature":"AA","userHandle":null}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA",'
    '"signature":"AA","userHandle":"AA","attestationObject":"AA"},"clientExtensionResults":{}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","userHandle":"MQ",'
    '"signature":"AA","attestationObject":"oA","authenticatorData":"' + "A" * 60 + '"}}',
    "[" * 9_000, "x" * 30_000,
]  # fmt: skip


def test_nonsense_instead_of_a_passkey_is_refused_quietly(alice: User, alices: Client, settings: Any) -> None:
    settings.MFA_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS = False
    set_up_app(alices)
    half_way, here = log_in(alice), {"headers": {"host": "localhost"}}
    for nonsense in NONSENSE:
        sent = {"credential": nonsense}
        stranger = Client()
        stranger.get("/accounts/login/passkey/", headers={"host": "localhost", "accept": "application/json"})
        half_way.get(SECOND)
        alices.get("/accounts/passkeys/add/", **here)
        answers = [
            stranger.post("/accounts/login/passkey/", sent, **here),
            half_way.post(SECOND, sent, **here),
            alices.post("/accounts/passkeys/add/", sent | {"name": "x", "passwordless": "on"}, **here),
            alices.post("/accounts/again/passkey/", sent, **here),
        ]
        assert all(answer.status_code in (200, 302) for answer in answers), nonsense
        assert "_auth_user_id" not in stranger.session and "_auth_user_id" not in half_way.session
    assert Authenticator.objects.filter(type="webauthn").count() == 0
