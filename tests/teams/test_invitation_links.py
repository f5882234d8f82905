"""The link of an invitation: shown once, kept nowhere, mailed where that is possible; and how many."""

from __future__ import annotations

import logging
import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.logs import ScrubbingFormatter, scrub
from teams import invitations
from teams.invitations import Gone
from teams.models import AuditEntry, Invitation, Membership, Role, User, Workspace
from tests.teams.inviting import (
    ACCOUNT,
    EMAIL,
    BrowserOf,
    invite,
    is_gone,
    link_on,
    sign_up,
    url,
)

pytestmark = pytest.mark.django_db


# --- The link -------------------------------------------------------------------------------------


def test_the_link_is_shown_once_and_kept_nowhere(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser, place = browser_of(alice), f"/w/{workspace.code}/members/"
    browser.post(f"{place}invite/", {"email": " BOB@Fjallvik.example ", "role": "viewer"})
    stored = str([dict(browser.session), *Invitation.objects.values_list()])
    page = browser.get(place)
    token = link_on(page)
    assert len(token) >= 43  # 256 bits
    assert page["Cache-Control"] and "no-store" in page["Cache-Control"]
    again = browser.get(place).content.decode()
    assert "/invitations/" not in again.replace("/members/invited/", "")
    assert EMAIL in again and "Make a new link" in again
    assert token not in stored + str([dict(browser.session), *Invitation.objects.values_list()])
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE %s', [f"%{token}%"])
            assert cursor.fetchone() == (0,), table


def test_a_new_link_ends_the_old_one_and_starts_its_days_anew(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    old = invite(workspace, alice, Role.EDITOR)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    place = f"/w/{workspace.code}/members/invited/{old.invitation.pk}/renew/"
    token = link_on(browser_of(alice).post(place, follow=True))
    assert is_gone(Client().get(url(old.copied)))
    assert sign_up(token).status_code == 302
    assert Membership.objects.get(user__email=EMAIL).role == Role.EDITOR


def test_inviting_the_same_address_again_replaces_the_invitation(workspace: Workspace, alice: User) -> None:
    first, second = invite(workspace, alice), invite(workspace, alice, Role.EDITOR)
    assert is_gone(Client().get(url(first.copied)))
    assert [one.pk for one in invitations.open_ones(workspace)] == [second.invitation.pk]
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["invitation.created", "invitation.renewed"]


def test_no_log_and_no_referrer_holds_the_link(
    workspace: Workspace, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    token, client = invite(workspace, alice).copied, Client()
    assert client.get(url(token))["Referrer-Policy"] == "same-origin"
    assert "noindex" in client.get(url(token))["X-Robots-Tag"]
    assert "no-store" in client.get(url(token))["Cache-Control"]
    with caplog.at_level(logging.DEBUG):
        sign_up(token, password="short")
        Client(enforce_csrf_checks=True).post(url(token), ACCOUNT)
        sign_up(token)
        client.get(url(token))
        client.put(url(token))
    lines = [ScrubbingFormatter().format(record) for record in caplog.records]
    assert any("/invitations/***" in line for line in lines)  # so there was something to hide
    assert not any(token in line for line in lines)
    assert token not in scrub(f"next=%2Finvitations%2F{token}%2F")
    assert scrub("/accounts/password/reset/key/2-cq1abc-0123456789abcdef/").endswith("/key/***/")
    assert scrub("GET /w/1/members/invited/12/renew/") == "GET /w/1/members/invited/12/renew/"


def test_a_weak_password_is_refused_as_on_the_first_visit(workspace: Workspace, alice: User) -> None:
    token = invite(workspace, alice).copied
    for password in ("short", "password1234", "bob@fjallvik.example"):
        assert sign_up(token, password=password).status_code == 422
    assert sign_up(token, name="").status_code == 422
    assert not User.objects.filter(email=EMAIL).exists()


def test_sign_ups_and_invitations_are_limited_in_number(
    workspace: Workspace, alice: User, browser_of: BrowserOf, settings: Any
) -> None:
    token = invite(workspace, alice).copied
    answers = [
        sign_up(token, Client(headers={"X-Forwarded-For": f"203.0.113.{n}"}), password="short")
        for n in range(22)
    ]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429] * 2

    settings.ACCOUNT_RATE_LIMITS = {"invite": "2/h/user"}
    browser = browser_of(alice)
    sent = [
        browser.post(
            f"/w/{workspace.code}/members/invite/", {"email": f"{n}@fjallvik.example", "role": "viewer"}
        )
        for n in range(3)
    ]
    assert [answer.status_code for answer in sent] == [302, 302, 429]


# --- By mail --------------------------------------------------------------------------------------


def send(workspace: Workspace, browser: Client, settings: Any) -> Any:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    sent = {"email": EMAIL, "role": "viewer"}
    return browser.post(f"/w/{workspace.code}/members/invite/", sent, follow=True)


def test_where_there_is_a_mail_server_the_link_is_mailed_too(
    workspace: Workspace, alice: User, browser_of: BrowserOf, settings: Any
) -> None:
    Workspace.objects.update(language="sv", name="Fjällvik\r\nBcc: all@bergby.example \u202e Kaffe")
    User.objects.update(name="Alice\nAsk")
    page = send(workspace, browser_of(alice), settings)
    assert f"A mail with a link is on its way to {EMAIL}." in page.content.decode()
    (message,) = mail.outbox
    assert (message.to, message.cc, message.bcc) == ([EMAIL], [], [])
    assert message.subject == "Alice Ask bjuder in dig till Fjällvik Bcc: all@bergby.example Kaffe"
    raw = message.message().as_string()
    assert "\nBcc:" not in raw and "Auto-Submitted: auto-generated" in raw
    assert message.message().get_content_type() == "text/plain"
    assert "Din roll där: Läsare." in message.body
    mailed = re.search(r"https?://testserver/invitations/([\w-]+)/\n", message.body)[1]
    assert mailed != link_on(page)  # Alice never saw it: who has it reads Bob's mail
    assert sign_up(mailed).status_code == 302
    assert EmailAddress.objects.get(email=EMAIL).verified is True


def test_when_the_mail_server_fails_the_page_says_so_and_shows_the_link(
    workspace: Workspace,
    alice: User,
    browser_of: BrowserOf,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: Any) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    page = send(workspace, browser_of(alice), settings)
    assert f"No mail was sent to {EMAIL}" in page.content.decode()
    token = link_on(page)
    assert Invitation.objects.get().mailed_at is None
    assert "could not be mailed: SMTPServerDisconnected" in caplog.text
    assert "/invitations/" not in caplog.text
    assert sign_up(token).status_code == 302


def test_without_a_mail_server_no_mail_is_tried(
    workspace: Workspace, alice: User, browser_of: BrowserOf, settings: Any
) -> None:
    settings.EMAIL_HOST = ""
    sent = {"email": EMAIL, "role": "viewer"}
    page = browser_of(alice).post(f"/w/{workspace.code}/members/invite/", sent, follow=True)
    assert "Send it yourself" in page.content.decode()
    assert mail.outbox == []
    assert Invitation.objects.get().mailed_hash is None


def test_a_token_that_was_never_made_finds_nothing(workspace: Workspace, alice: User) -> None:
    invite(workspace, alice)
    for token in ("", "x", Invitation.objects.get().copied_hash, "é", "None"):
        with pytest.raises(Gone):
            invitations.find(token)
