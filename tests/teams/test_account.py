"""The account page: name and language, the address and whose it is, and where one is logged in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from listening.dispatch import tidy
from teams import browsers
from teams.models import AuditEntry, User, Workspace
from tests.make import PASSWORD, make_user
from tests.teams.test_second_factors import set_up_app
from tests.test_swedish import Seen, speaks_english

ACCOUNT = "/accounts/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36 Edg/140.0.0.0"
)


def log_in(user: User, user_agent: str = FIREFOX) -> Client:
    browser = Client(headers={"User-Agent": user_agent})
    assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    return browser


def code_in(message: Any) -> str:
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", message.body, re.MULTILINE)[0]


@pytest.fixture
def with_mail(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"


@pytest.fixture
def alices(alice: User, browser_of: Callable[[User], Client]) -> Client:
    return browser_of(alice)


# Name and language


def test_alice_changes_her_name_and_language(alice: User, alices: Client) -> None:
    answer = alices.post(ACCOUNT, {"name": "Alice Ask", "language": "sv"}, follow=True)
    page = answer.content.decode()
    assert '<html lang="sv">' in page and "Alice Ask" in page
    answer = alices.post(ACCOUNT, {"name": "x" * 151, "language": "xx", "email": "mallory@fjallvik.example"})
    assert answer.status_code == 422
    alice.refresh_from_db()
    assert (alice.name, alice.language, alice.email) == ("Alice Ask", "sv", "alice@fjallvik.example")


def test_who_is_a_stranger_logs_in_first(client: Client, db: None) -> None:
    assert client.get(ACCOUNT)["Location"] == "/accounts/login/?next=/accounts/"


# Where one is logged in


def test_alice_sees_where_she_is_logged_in(alice: User) -> None:
    here = log_in(alice)
    log_in(alice, PHONE)
    log_in(make_user("Charlie"), EDGE)
    page = here.get(ACCOUNT).content.decode()
    assert "Firefox on Linux" in page and "Safari on iPhone" in page
    assert "Edge on Windows" not in page
    assert page.count(">this one<") == 1
    assert page.index("this one") < page.index("Safari on iPhone"), "this one comes first"


def test_a_session_that_is_ended_goes_to_the_login_at_its_next_click(alice: User) -> None:
    here, phone = log_in(alice), log_in(alice, PHONE)
    assert phone.get("/workspaces/").status_code == 200
    there = UserSession.objects.get(user_agent=PHONE)
    page = here.post(f"/accounts/sessions/{there.pk}/end/", follow=True).content.decode()
    assert "That browser is logged out." in page and "Safari on iPhone" not in page
    assert phone.get("/workspaces/")["Location"] == "/accounts/login/?next=/workspaces/"
    assert here.get("/workspaces/").status_code == 200


def test_all_others_are_ended_and_this_one_stays(alice: User) -> None:
    here, *others = log_in(alice), log_in(alice, PHONE), log_in(alice, EDGE)
    page = here.post("/accounts/sessions/end-others/", follow=True).content.decode()
    assert "2 other browsers are logged out." in page
    assert [each.get("/workspaces/").status_code for each in others] == [302, 302]
    assert here.get("/workspaces/").status_code == 200
    assert "Log out everywhere else" not in page


def test_charlie_can_neither_end_nor_see_the_sessions_of_alice(alice: User, charlie: User) -> None:
    alices, charlies = log_in(alice), log_in(charlie)
    hers = UserSession.objects.get(user=alice)
    assert charlies.post(f"/accounts/sessions/{hers.pk}/end/").status_code == 404
    charlies.post("/accounts/sessions/end-others/")
    assert alices.get("/workspaces/").status_code == 200


def test_sessions_are_ended_by_post_only(alice: User) -> None:
    here = log_in(alice)
    pk = UserSession.objects.get().pk
    assert here.get(f"/accounts/sessions/{pk}/end/").status_code == 405
    assert here.get("/accounts/sessions/end-others/").status_code == 405


def test_a_session_that_began_without_allauth_is_listed_too(alices: Client) -> None:
    """As after the first visit, or from before there was a list."""
    assert UserSession.objects.count() == 0
    assert ">this one<" in alices.get(ACCOUNT).content.decode()


def test_the_list_is_kept_without_a_query_for_each_click(
    alice: User, django_assert_num_queries: Any, settings: Any
) -> None:
    browser = log_in(alice)
    browser.get("/workspaces/")
    long_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen_at=long_ago)
    with django_assert_num_queries(6):  # session, user, memberships, what may be added (2), workspaces
        browser.get("/workspaces/")
    assert UserSession.objects.get().last_seen_at == long_ago
    settings.SESSION_SEEN_SECONDS = 0
    browser.get("/workspaces/")
    assert UserSession.objects.get().last_seen_at > long_ago


def test_sessions_that_are_over_are_forgotten(alice: User) -> None:
    here, phone = log_in(alice), log_in(alice, PHONE)
    over = UserSession.objects.get(user_agent=PHONE).session_key
    Session.objects.filter(session_key=over).update(expire_date=timezone.now() - timedelta(seconds=1))
    tidy(timezone.now())
    assert [each.user_agent for each in UserSession.objects.all()] == [FIREFOX]
    assert not Session.objects.filter(session_key=over).exists()
    assert here.get("/workspaces/").status_code == 200 and phone.get("/workspaces/").status_code == 302


def test_a_new_password_leaves_one_session_in_the_list(alice: User) -> None:
    here = log_in(alice)
    log_in(alice, PHONE)
    new = {"oldpassword": PASSWORD, "password1": "a brand new secret", "password2": "a brand new secret"}
    page = here.post("/accounts/password/change/", new, follow=True).content.decode()
    assert "Your new password is saved." in page
    assert page.count("Network address") == 1


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.1", "curl"),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_do(user_agent: str, words: str) -> None:
    assert browsers.describe(user_agent) == words


# Swedish

PAGES = (
    "", "email/", "password/change/", "again/password/", "again/code/", "again/passkey/", "app/remove/",
    "passkeys/add/", "recovery-codes/", "recovery-codes/new/",
)  # fmt: skip


def english_of(answer: Any) -> list[str]:
    page = Seen()
    page.feed(answer.content.decode())
    assert len(page.text) > 5
    return [text for text in page.text if speaks_english(text)]


@pytest.mark.parametrize("has_mail", [True, False])
def test_no_page_of_the_account_speaks_english(
    has_mail: bool, db: None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example" if has_mail else ""
    maja = make_user("Maja", language="sv")
    browser = log_in(maja)
    left = english_of(browser.get("/accounts/again/password/"))
    browser.post("/accounts/again/password/", {"password": PASSWORD})
    left += english_of(browser.get("/accounts/app/add/"))
    left += english_of(browser.post("/accounts/app/add/", {"code": "x"}))
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(browser)
    for host in ("localhost", "127.0.0.1"):
        here = {"headers": {"host": host, "accept-language": "sv"}}
        for path in PAGES:
            left += english_of(browser.get(f"/accounts/{path}", follow=True, **here))
        half_way = Client()
        left += english_of(half_way.get("/accounts/login/", **here))
        sent = {"login": maja.email, "password": PASSWORD}
        left += english_of(half_way.post("/accounts/login/", sent, follow=True, **here))
        left += english_of(half_way.post("/accounts/login/second-factor/", {"code": "x"}, **here))
        stranger = Client()
        left += english_of(stranger.get("/accounts/login/code/", **here))
        left += english_of(stranger.post("/accounts/login/code/", {"email": maja.email}, follow=True, **here))
    assert left == []
    bodies = [f"{message.subject} {message.body}" for message in mail.outbox]
    assert [body for body in bodies if speaks_english(body)] == []
    assert len(bodies) == (3 if has_mail else 0), "one of the app, two codes"


# The address


def test_alice_shows_that_her_address_is_hers(alice: User, with_mail: None, alices: Client) -> None:
    assert "not verified" in alices.get(ACCOUNT).content.decode()
    page = alices.post("/accounts/email/verify/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/email/code/"
    assert [message.to for message in mail.outbox] == [[alice.email]]
    wrong = alices.post("/accounts/email/code/", {"code": "BBBB-BBBB"})
    assert "Incorrect code" in wrong.content.decode()
    page = alices.post("/accounts/email/code/", {"code": code_in(mail.outbox[0]).lower()}, follow=True)
    assert page.redirect_chain[-1][0] == ACCOUNT
    assert ">verified<" in page.content.decode()
    assert alices.post("/accounts/email/verify/")["Location"] == ACCOUNT  # there is nothing left to show


def test_a_new_address_replaces_the_old_one_only_when_it_is_verified(
    alice: User, workspace: Workspace, with_mail: None, alices: Client
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    alices.post("/accounts/again/password/", {"password": PASSWORD})
    new = {"email": "Alice.Ask@fjallvik.example", "action_add": "1"}
    answer = alices.post("/accounts/email/", new)
    assert answer["Location"] == "/accounts/email/code/"
    alice.refresh_from_db()
    assert alice.email == "alice@fjallvik.example"
    assert log_in(alice), "with the old one"
    assert mail.outbox[0].to == ["alice.ask@fjallvik.example"]
    alices.post("/accounts/email/code/", {"code": code_in(mail.outbox[0])})
    alice.refresh_from_db()
    assert alice.email == "alice.ask@fjallvik.example"
    assert [(each.email, each.verified) for each in EmailAddress.objects.all()] == [(alice.email, True)]
    assert mail.outbox[1].to == ["alice@fjallvik.example"], "the old address is told"
    assert "was changed from alice@fjallvik.example to alice.ask@" in " ".join(mail.outbox[1].body.split())
    entry = AuditEntry.objects.get(verb="account.email_changed")
    assert entry.object == "alice.ask@fjallvik.example"
    assert entry.details == {"before": "alice@fjallvik.example"}
    assert log_in(alice)


def test_the_address_of_somebody_else_is_not_given_away(
    alice: User, charlie: User, with_mail: None, alices: Client
) -> None:
    """Only who reads that mailbox learns that there is an account."""
    alices.post("/accounts/again/password/", {"password": PASSWORD})
    answer = alices.post("/accounts/email/", {"email": charlie.email, "action_add": "1"})
    assert answer["Location"] == "/accounts/email/code/"
    page = alices.post("/accounts/email/code/", {"code": code_in(mail.outbox[0])}).content.decode()
    assert "already registered" in page
    alice.refresh_from_db()
    assert alice.email == "alice@fjallvik.example"


def test_without_a_mail_server_the_page_says_so(alices: Client, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert "has no mail server" in alices.get(ACCOUNT).content.decode()
    for answer in (alices.get("/accounts/email/"), alices.post("/accounts/email/verify/")):
        assert "No mail can be sent" in answer.content.decode()
    assert mail.outbox == []


def test_somebody_without_a_password_chooses_one(alice: User, alices: Client) -> None:
    alice.set_unusable_password()
    alice.save()
    browser = Client()
    browser.force_login(alice)
    assert "You have no password yet." in browser.get(ACCOUNT).content.decode()
    assert browser.get("/accounts/password/change/")["Location"] == "/accounts/password/set/"
    browser.post(
        "/accounts/password/set/", {"password1": "a brand new secret", "password2": "a brand new secret"}
    )
    alice.refresh_from_db()
    assert alice.check_password("a brand new secret")
