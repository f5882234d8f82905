"""Only so many tries, whoever makes them and from wherever; and what happens when nobody can count them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.services import Services
from teams.models import User, Workspace
from tests.make import PASSWORD, make_user
from tests.teams.test_login import log_in
from tests.teams.test_second_factors import code_of, set_up_app

PROXY = "198.51.100.7"


def tries(number: int, claim: Callable[[int], str], email: Callable[[int], str]) -> list[str]:
    """The pages after so many wrong passwords, each from another address, as the browser claims."""
    return [
        log_in(Client(headers={"X-Forwarded-For": claim(n)}), email(n), "wrong").content.decode()
        for n in range(number)
    ]


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize(("email", "most"), [("alice", 5), ("nobody{}", 10)], ids=["account", "address"])
def test_25_wrong_passwords_are_limited_whatever_address_is_claimed(
    proxies: int, email: str, most: int, alice: User, settings: Any
) -> None:
    """One account has a limit of its own, and so has one address that tries many accounts."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    claim = "203.0.113.{}" if proxies == 0 else f"203.0.113.{{}}, {PROXY}"
    pages = tries(25, claim.format, f"{email}@fjallvik.example".format)
    assert all("are not correct" in page for page in pages[:most])
    assert all("Too many failed login attempts" in page for page in pages[most:])
    browser = Client(headers={"X-Forwarded-For": claim.format(99)})
    log_in(browser, alice.email)
    assert "_auth_user_id" not in browser.session, "the right password must wait, too"


def test_behind_a_proxy_each_visitor_has_an_address_of_their_own(alice: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    tries(12, lambda n: "203.0.113.1", lambda n: f"nobody{n}@fjallvik.example")
    charlie = make_user("Charlie")
    for address, lets_in in (("203.0.113.1", False), ("203.0.113.2", True)):
        browser = Client(headers={"X-Forwarded-For": address})
        log_in(browser, charlie.email)
        assert ("_auth_user_id" in browser.session) == lets_in


def test_too_many_trusted_proxies_break_nothing(
    alice: User, settings: Any, browser_of: Callable[[User], Client]
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
    pages = tries(25, "203.0.113.{}".format, lambda n: alice.email)
    assert "Too many failed login attempts" in pages[-1]
    for headers in ({"X-Forwarded-For": "203.0.113.1"}, {}):
        assert browser_of(alice).get("/accounts/", headers=headers).status_code == 200
    assert browser_of(alice).get("/workspaces/", REMOTE_ADDR="").status_code == 200


def test_who_took_a_session_over_cannot_guess_the_password(
    alice: User, browser_of: Callable[[User], Client]
) -> None:
    for path, name in (("password/change/", "oldpassword"), ("again/password/", "password")):
        browser = browser_of(alice)
        answers = [browser.post(f"/accounts/{path}", {name: f"guess {n}"}) for n in range(11)]
        assert answers[-1].status_code == 429 and "Too many tries" in answers[-1].content.decode(), path


def test_nobodys_mailbox_is_flooded(alice: User, settings: Any) -> None:
    from django.core import mail

    settings.EMAIL_HOST = "mail.fjallvik.example"
    for n in range(20):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/accounts/login/code/", {"email": alice.email})
    assert len(mail.outbox) == 3
    for n in range(20):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/accounts/password/reset/", {"email": alice.email})
    assert len(mail.outbox) == 3 + 5


# Valkey is away


@pytest.fixture
def valkey_of_its_own(tmp_path: Path, settings: Any) -> Iterator[Services]:
    """A Valkey for this test's limits, which it may stop and start."""
    services = Services(tmp_path, durable=False)
    try:
        url = services.start_valkey()
        default = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
        settings.CACHES = {"default": default}
        yield services
    finally:
        services.stop()


@pytest.mark.services
def test_without_valkey_nobody_gets_in_and_who_is_in_goes_on(
    alice: User, workspace: Workspace, valkey_of_its_own: Services, browser_of: Callable[[User], Client]
) -> None:
    inside = browser_of(alice)
    secret, codes = set_up_app(inside)
    half_way = Client()
    log_in(half_way, alice.email)
    log_in(Client(), alice.email, "wrong")  # it works, and connections are open
    valkey_of_its_own.stop()

    names = (
        "pitches:home",
        "listening:mentions",
        "listening:sources",
        "competitors:rivals",
        "teams:settings",
    )
    for url in (*(reverse(name, args=[workspace.code]) for name in names), "/accounts/", "/workspaces/"):
        assert inside.get(url).status_code == 200, url
    change = {"name": "Alice Ask", "language": "en"}
    assert inside.post("/accounts/", change).status_code == 302

    began = time.perf_counter()
    refused = [
        log_in(Client(), alice.email),
        log_in(Client(), alice.email, "wrong"),
        half_way.post("/accounts/login/second-factor/", {"code": code_of(secret)}),
        half_way.post("/accounts/login/second-factor/", {"code": codes[0]}),
        inside.post("/accounts/again/password/", {"password": PASSWORD}),
        inside.post("/accounts/password/change/", {"oldpassword": "guess"}),
    ]
    print(f"{(time.perf_counter() - began) / len(refused) * 1000:.0f} ms for each refusal")
    for answer in refused:
        page = answer.content.decode()
        assert answer.status_code == 503 and "Try again in a moment" in page
        assert answer["Retry-After"] == "30"
        assert "Traceback" not in page and "redis" not in page.lower()
    assert "_auth_user_id" not in half_way.session
    assert Client().get("/accounts/login/").status_code == 200, "the form is there, for when it is back"

    valkey_of_its_own.start_valkey()
    browser = Client()
    log_in(browser, alice.email)
    browser.post("/accounts/login/second-factor/", {"code": codes[0]})
    assert browser.get("/workspaces/").status_code == 200
