"""What goes out by mail: codes and links, told to whom they belong and to nobody else."""

from __future__ import annotations

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from teams import mailing
from teams.models import User
from tests.make import PASSWORD, make_user
from tests.teams.test_account import code_in
from tests.teams.test_login import words

ASK, ENTER = "/accounts/login/code/", "/accounts/login/code/enter/"
UNKNOWN = "nobody@fjallvik.example"


@pytest.fixture(autouse=True)
def with_mail(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"


def is_in(browser: Client) -> bool:
    return browser.get("/workspaces/").status_code == 200


# Logging in with a code


def test_alice_logs_in_with_a_code_and_her_address_is_hers(alice: User, client: Client) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    answer = client.post(f"{ASK}?next=/workspaces/", {"email": alice.email, "next": "/workspaces/"})
    assert answer["Location"] == f"{ENTER}?next=%2Fworkspaces%2F"
    wrong = client.post(ENTER, {"code": "BBBB-BBBB"})
    assert "Incorrect code" in wrong.content.decode()
    answer = client.post(answer["Location"], {"code": code_in(mail.outbox[0])})
    assert answer["Location"] == "/workspaces/"
    assert is_in(client)
    assert EmailAddress.objects.get().verified


def test_a_code_works_once_and_in_the_browser_that_asked(alice: User) -> None:
    here, elsewhere = Client(), Client()
    here.post(ASK, {"email": alice.email})
    code = code_in(mail.outbox[0])
    elsewhere.post(ASK, {"email": alice.email})
    elsewhere.post(ENTER, {"code": code})
    assert not is_in(elsewhere)
    here.post(ENTER, {"code": code})
    assert is_in(here)
    here.post("/accounts/logout/")
    here.post(ENTER, {"code": code})
    assert not is_in(here)


def test_after_three_wrong_codes_the_right_one_is_of_no_use(alice: User, client: Client) -> None:
    client.post(ASK, {"email": alice.email})
    for _ in range(3):
        client.post(ENTER, {"code": "BBBB-BBBB"})
    client.post(ENTER, {"code": code_in(mail.outbox[0])})
    assert not is_in(client)


def test_another_code_ends_the_first(alice: User, client: Client) -> None:
    client.post(ASK, {"email": alice.email})
    client.post(ENTER, {"action": "resend"})
    first, second = (code_in(message) for message in mail.outbox)
    client.post(ENTER, {"code": first})
    assert not is_in(client)
    client.post(ENTER, {"code": second})
    assert is_in(client)


def test_a_code_from_a_mail_does_not_replace_the_second_step(alice: User, client: Client) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(alice, generate_totp_secret())
    client.post(ASK, {"email": alice.email})
    answer = client.post(ENTER, {"code": code_in(mail.outbox[0])})
    assert answer["Location"] == "/accounts/login/second-factor/"
    assert not is_in(client)


def test_a_switched_off_person_gets_neither_code_nor_link(alice: User, client: Client) -> None:
    User.objects.update(is_active=False)
    client.post(ASK, {"email": alice.email})
    client.post("/accounts/password/reset/", {"email": alice.email})
    assert mail.outbox == []


def test_where_addresses_must_be_verified_the_login_waits_for_it(
    alice: User, client: Client, settings: Any
) -> None:
    settings.LOGIN_NEEDS_VERIFIED_EMAIL = True
    login = {"login": alice.email, "password": PASSWORD}
    assert client.post("/accounts/login/", login)["Location"] == "/accounts/email/code/"
    assert not is_in(client)
    client.post("/accounts/email/code/", {"code": code_in(mail.outbox[0])})
    assert is_in(client)
    elsewhere = Client()
    elsewhere.post("/accounts/login/", login)
    assert is_in(elsewhere), "once is enough"


# What strangers learn


@pytest.mark.parametrize("path", [ASK, "/accounts/password/reset/"])
def test_known_and_unknown_addresses_get_the_same_answer(alice: User, path: str) -> None:
    pages = []
    for address in ("alice@fjallvik.example", "nobody@fjallvik.example"):
        browser = Client()
        page = browser.post(path, {"email": address}, follow=True)
        pages.append((page.redirect_chain, words(page).replace(address, "ADDRESS")))
    assert pages[0] == pages[1]
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_the_code_pages_of_known_and_unknown_addresses_cannot_be_told_apart(alice: User) -> None:
    browsers = {address: Client() for address in (alice.email, UNKNOWN)}
    for sent in ({}, {"code": "BBBB-BBBB"}, {"action": "resend"}, {"code": "x"}, {"code": ""}, {"code": "x"}):
        pages = []
        for address, browser in browsers.items():
            page = browser.post(ENTER if sent else ASK, sent or {"email": address}, follow=True)
            pages.append((page.redirect_chain, words(page).replace(address, "ADDRESS")))
        assert pages[0] == pages[1], sent


@pytest.fixture
def slow_mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EmailMessage]]:
    """Takes a second for each mail, as real ones do, and is asked beside the request, as in earnest."""
    monkeypatch.undo()  # the fixture that sends at once
    sent: list[EmailMessage] = []

    def send(message: EmailMessage) -> int:
        time.sleep(1)
        sent.append(message)
        return 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmailMessage, "send", send)
        yield sent
        deadline = time.monotonic() + 20
        while mailing._postmen._work_queue.qsize() and time.monotonic() < deadline:
            time.sleep(0.05)


@pytest.mark.parametrize("path", [ASK, "/accounts/password/reset/"])
def test_known_and_unknown_addresses_take_about_the_same_time(
    alice: User, path: str, settings: Any, slow_mail_server: list[EmailMessage]
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    settings.EMAIL_HOST = "mail.fjallvik.example"

    def seconds(address: str) -> float:
        browser = Client()
        began = time.perf_counter()
        assert browser.post(path, {"email": address}).status_code == 302
        return time.perf_counter() - began

    seconds(alice.email), seconds(UNKNOWN)  # templates are read once
    pairs = [(seconds(alice.email), seconds(UNKNOWN)) for _ in range(6)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{path}: known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms")
    assert abs(known - unknown) < 0.05


def test_a_login_with_an_unknown_address_takes_as_long_as_one_with_a_known_one(
    alice: User, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # the real, slow one
    settings.ACCOUNT_RATE_LIMITS = False
    alice.set_password(PASSWORD)
    alice.save()

    def seconds(address: str) -> float:
        began = time.perf_counter()
        Client().post("/accounts/login/", {"login": address, "password": "wrong password"})
        return time.perf_counter() - began

    pairs = [(seconds(alice.email), seconds(UNKNOWN)) for _ in range(5)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    print(f"login: known {known * 1000:.0f} ms, unknown {unknown * 1000:.0f} ms")
    assert 0.5 < known / unknown < 2


# The mails themselves


def test_mails_speak_the_language_of_whoever_gets_them(alice: User) -> None:
    make_user("Björn", email="bjorn@fjallvik.example", language="sv")
    browser = Client(headers={"Accept-Language": "en"})
    browser.post("/accounts/password/reset/", {"email": "bjorn@fjallvik.example"})
    browser.post("/accounts/password/reset/", {"email": alice.email}, headers={"accept-language": "sv"})
    assert [message.subject for message in mail.outbox] == [
        "Välj ett nytt lösenord för Earshot",
        "Choose a new password for Earshot",
    ]


def test_a_mail_is_plain_text_in_which_nothing_is_escaped(client: Client, db: None) -> None:
    make_user("Conan", email="o'brien&co@fjallvik.example")
    browser = Client()
    browser.post("/accounts/login/", {"login": "o'brien&co@fjallvik.example", "password": PASSWORD})
    browser.post("/accounts/again/password/", {"password": PASSWORD})
    browser.post("/accounts/email/", {"email": "conan@fjallvik.example", "action_add": "1"})
    browser.post("/accounts/email/code/", {"code": code_in(mail.outbox[0])})
    body = mail.outbox[1].body
    assert "from o'brien&co@fjallvik.example to conan@" in " ".join(body.split())
    assert "&amp;" not in body and "&#x27;" not in body
    assert not mail.outbox[1].alternatives


def test_changes_are_told_with_when_and_where(alice: User, browser_of: Callable[[User], Client]) -> None:
    browser = browser_of(alice)
    new = {"oldpassword": PASSWORD, "password1": "a brand new secret", "password2": "a brand new secret"}
    browser.post("/accounts/password/change/", new, headers={"user-agent": "Firefox/140 (X11; Linux)"})
    message = mail.outbox[0]
    assert message.to == [alice.email] and message.subject == "Your password was changed"
    assert "Browser: Firefox on Linux" in message.body and "Network address: 127.0.0.1" in message.body
    assert "http://testserver/accounts/" in message.body
    assert "secret" not in message.body


def link(message: Any) -> str:
    return re.search(r"https?://\S+/password/reset/key/\S+", message.body)[0]


def test_links_lead_where_the_operator_says(alice: User, client: Client, settings: Any) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    assert link(mail.outbox[0]).startswith("http://testserver/accounts/password/reset/key/")
    settings.SITE_URL = "https://earshot.example"
    settings.ALLOWED_HOSTS = ["*"]
    asked = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    client.post("/accounts/password/reset/", {"email": alice.email}, headers=asked)
    assert link(mail.outbox[1]).startswith("https://earshot.example/accounts/password/reset/key/")
    assert "evil" not in mail.outbox[1].body
    path = link(mail.outbox[1]).removeprefix("https://earshot.example")
    assert "Choose a new password" in client.get(path, follow=True).content.decode()


def test_without_a_mail_server_nothing_is_sent_or_printed(
    alice: User, settings: Any, browser_of: Callable[[User], Client], capsys: Any
) -> None:
    settings.EMAIL_HOST = ""
    browser = browser_of(alice)
    new = {"oldpassword": PASSWORD, "password1": "a brand new secret", "password2": "a brand new secret"}
    browser.post("/accounts/password/change/", new)
    for path in (ASK, "/accounts/password/reset/"):
        assert "has no mail server" in Client().post(path, {"email": alice.email}).content.decode()
    assert mail.outbox == [] and "Network address" not in capsys.readouterr().out
    login = Client().get("/accounts/login/").content.decode()
    assert ASK not in login and "/accounts/password/reset/" not in login
    settings.EMAIL_HOST = "mail.fjallvik.example"
    login = Client().get("/accounts/login/").content.decode()
    assert ASK in login and "/accounts/password/reset/" in login


# The postman


class MailServer(threading.Thread):
    """Speaks just enough SMTP to take one mail; refuses it when told to."""

    def __init__(self, refuse: bool = False) -> None:
        super().__init__(daemon=True)
        self.refuse = refuse
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got: list[str] = []

    def run(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rw", newline="\r\n") as talk:

            def say(line: str) -> None:
                talk.write(f"{line}\n")
                talk.flush()

            say("220 here")
            inside = False
            for line in talk:
                self.got.append(line.rstrip())
                if inside and line.rstrip() == ".":
                    inside = False
                    say("250 taken")
                elif not inside and line.upper().startswith("DATA"):
                    inside = True
                    say("354 go on")
                elif not inside and line.upper().startswith("QUIT"):
                    say("221 bye")
                    return
                elif not inside:
                    say("550 no" if self.refuse and line.upper().startswith("RCPT") else "250 well")


def over(server: MailServer, settings: Any) -> EmailMessage:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    server.start()
    return EmailMessage("Your code", "BCDF-GHJK", None, ["alice@fjallvik.example"])


def test_the_postman_brings_it_to_the_mail_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    server = MailServer()
    mailing.send_soon(over(server, settings))
    server.join(10)
    assert "rcpt TO:<alice@fjallvik.example>" in server.got and "BCDF-GHJK" in server.got


def test_a_mail_that_is_refused_is_logged_without_what_is_in_it(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.undo()
    server = MailServer(refuse=True)
    mailing._send(over(server, settings))
    assert "could not be sent" in caplog.text
    assert "alice@" not in caplog.text and "BCDF" not in caplog.text
