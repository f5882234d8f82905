"""Logging in and out: what is told to strangers, how many tries, where one lands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.test import Client

from teams.models import User, Workspace
from tests.conftest import shared
from tests.make import PASSWORD

LOGIN = "/accounts/login/"


def log_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def words(response: Any) -> str:
    """A page as people read it: without its tokens, and without what they typed."""
    page = re.sub(r'(value|hx-headers)=("[^"]*"|\'[^\']*\')', "", response.content.decode())
    return f"{response.status_code} {page}"


def test_alice_logs_in_however_she_writes_her_address_and_out_by_post(
    alice: User, workspace: Workspace
) -> None:
    client = Client()
    client.get(LOGIN)
    client.session.save()
    assert log_in(client, "ALICE@fjallvik.example").status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)
    assert client.get("/accounts/logout/").status_code == 200  # a link alone logs nobody out
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_the_session_key_changes_at_login(alice: User) -> None:
    client = Client()
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    client.cookies["earshot_session"] = before
    log_in(client, alice.email)
    assert client.session.session_key != before


def test_a_login_form_without_its_token_is_refused(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = log_in(client, alice.email)
    assert response.status_code == 403
    assert "this form came from you" in response.content.decode()


def test_a_wrong_password_and_an_unknown_address_look_the_same(alice: User, client: Client) -> None:
    known = log_in(client, alice.email, "wrong")
    unknown = log_in(client, "nobody@fjallvik.example", "wrong")
    assert words(known) == words(unknown)


def test_an_inactive_account_looks_like_a_wrong_password(alice: User, client: Client) -> None:
    User.objects.update(is_active=False)
    response = log_in(client, alice.email)
    assert "_auth_user_id" not in client.session
    assert response.status_code == 302
    assert response["Location"] == "/accounts/inactive/"  # only who knows the password is told


def test_after_a_few_wrong_passwords_the_right_one_must_wait(alice: User) -> None:
    for number in range(5):
        log_in(Client(headers={"X-Forwarded-For": f"203.0.113.{number}"}), alice.email, "wrong")
    client = Client(headers={"X-Forwarded-For": "203.0.113.99"})
    log_in(client, alice.email)
    assert "_auth_user_id" not in client.session


def test_one_address_on_the_net_has_only_so_many_tries_whatever_it_claims_to_be(db: None) -> None:
    pages = [
        log_in(Client(headers={"X-Forwarded-For": f"203.0.113.{n}"}), f"nobody{n}@fjallvik.example", "wrong")
        for n in range(25)
    ]
    assert any("Too many" in page.content.decode() for page in pages)


def test_a_page_says_too_many_tries_with_status_429(alice: User, settings: Any, client: Client) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    answers = [client.post("/accounts/password/reset/", {"email": alice.email}) for _ in range(7)]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()


def test_nobody_signs_up_by_themselves(alice: User, client: Client) -> None:
    form = {"email": "mallory@fjallvik.example", "password1": PASSWORD}
    for page in (client.get("/accounts/signup/"), client.post("/accounts/signup/", form)):
        assert "Nobody signs up by themselves here" in page.content.decode()
    assert User.objects.get() == alice


def test_without_a_mail_server_the_reset_page_says_so(alice: User, client: Client, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    for page in (
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": alice.email}),
    ):
        assert "has no mail server" in page.content.decode()
    assert mail.outbox == []


def test_with_a_mail_server_known_and_unknown_addresses_get_the_same_answer(
    alice: User, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    known = Client().post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@fjallvik.example"}, follow=True)
    assert words(known) == words(unknown)
    assert [message.to for message in mail.outbox] == [[alice.email]]


def test_the_link_in_the_mail_gives_a_new_password_once(alice: User, settings: Any, client: Client) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    client.post("/accounts/password/reset/", {"email": alice.email})
    link = re.search(r"https?://\S+/password/reset/key/\S+", mail.outbox[0].body)[0]
    page = client.get(link, follow=True)
    new = {"password1": "a brand new secret", "password2": "a brand new secret"}
    client.post(page.redirect_chain[-1][0], new)
    alice.refresh_from_db()
    assert alice.check_password("a brand new secret")
    assert "no longer valid" in Client().get(link, follow=True).content.decode()


def test_a_new_password_ends_the_other_sessions(alice: User, browser_of: Callable[[User], Client]) -> None:
    here, elsewhere = browser_of(alice), browser_of(alice)
    new = {"oldpassword": PASSWORD, "password1": "a brand new secret", "password2": "a brand new secret"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert here.get("/workspaces/").status_code == 200
    assert elsewhere.get("/workspaces/").status_code == 302


def test_a_switched_off_person_is_out_at_once(alice: User, browser_of: Callable[[User], Client]) -> None:
    browser = browser_of(alice)
    User.objects.update(is_active=False)
    assert browser.get("/workspaces/").status_code == 302


def test_one_workspace_is_home_and_several_are_a_list_until_one_was_visited(
    alice: User, workspace: Workspace, browser_of: Callable[[User], Client]
) -> None:
    from teams.places import home_url
    from tests.make import make_workspace

    browser = browser_of(alice)
    assert browser.get("/")["Location"] == home_url(workspace)
    second = make_workspace(alice, name="Second")
    assert browser.get("/")["Location"] == "/workspaces/"
    browser.get(f"/w/{second.code}/settings/")
    assert browser.get("/")["Location"] == home_url(second)


def lands_on(location: str, page: str = f"http://testserver{LOGIN}") -> str | None:
    """The host a browser goes to: it strips spaces and controls, drops tabs and line ends, reads \\ as /."""
    seen = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33)))))
    path, *query = re.split(r"(?=[?#])", seen, maxsplit=1)
    path = path.replace("\\", "/")
    path = re.sub(r"^(https?):/*", r"\1://", path, flags=re.IGNORECASE)
    path = re.sub(r"^/{2,}", "//", path)
    return urlsplit(urljoin(page, path + "".join(query))).hostname


OWN_CASES = [
    "https://evil.example", "//evil.example", "\\\\evil.example", "/\\evil.example", "///evil.example",
    "javascript:alert(1)", "\t//evil.example", "https:evil.example", "http:///evil.example",
    "/w/\r\nLocation: x",
]  # fmt: skip


def hostile_next() -> list[str]:
    lines = shared("hostile/redirects/next.jsonl").read_text().splitlines()
    return [json.loads(line)["next"] for line in lines]


def stays_here(target: str, alice: User) -> None:
    for response in (
        log_in(Client(), alice.email, next=target),
        Client().post("/language/", {"language": "sv", "next": target}),
    ):
        if response.status_code == 302:
            assert lands_on(response["Location"]) == "testserver", (target, response["Location"])
            assert urlsplit(response["Location"]).scheme in ("", "http")


def test_after_login_and_language_the_browser_stays_on_this_host(alice: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    for target in OWN_CASES:
        stays_here(target, alice)


@pytest.mark.shared
def test_no_recorded_trick_leads_away(alice: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    tricks = hostile_next()
    assert len(tricks) > 10
    for target in tricks:
        stays_here(target, alice)


def test_a_next_of_our_own_is_followed(alice: User, client: Client) -> None:
    assert log_in(client, alice.email, next="/workspaces/?a=1")["Location"] == "/workspaces/?a=1"


def test_the_helper_of_this_file_sees_through_the_tricks() -> None:
    assert (
        lands_on("/\\evil.example")
        == lands_on("https:evil.example")
        == lands_on("\t//evil.example")
        == "evil.example"
    )
    assert lands_on("/workspaces/") == "testserver"


def test_a_foreign_host_name_is_refused(client: Client, db: None) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "did not understand" in response.content.decode()
