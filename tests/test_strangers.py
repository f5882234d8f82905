"""Every address of the site, asked by Charlie (a stranger), nobody, and a person of each role.

The addresses are a table. One that is added to the site without a line here fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from listening import door, net
from pitches import isolation
from teams.models import Role, User, Workspace
from tests.make import make_user, make_workspace
from tests.pitches import keeping
from tests.pitches.decks.rendered import draw_nothing

pytestmark = pytest.mark.django_db

# Who is logged in where; every page may write it.
SESSIONS = ('"django_session"', '"usersessions_usersession"')


@dataclass(frozen=True)
class Line:
    """``who``: the least member who may open it: "viewer", "editor", "admin" or "owner"; "person" is anybody
    who is logged in, "anybody" needs no account. ``sent``: what changes something when it is sent by somebody
    who may; words of ``pitches.isolation`` stand for its things. ``sender``: the least member who may send;
    who may open it, but an editor at least, where it is left out. ``place``: the arguments of an address that
    belongs to no workspace; those of the others are in ``pitches.isolation``."""

    who: str
    sent: dict[str, Any] = field(default_factory=dict)
    sender: str = ""
    place: dict[str, Any] = field(default_factory=dict)


NO_PROPOSALS = {"p-TOTAL_FORMS": "0", "p-INITIAL_FORMS": "0"}
A_BRAND = {"name": "Skogens Rosteri", "aliases": "", "tags": "skogens", "domain": ""}
A_PITCH = {
    "title": "Another title",
    "audience": "The board",
    "audience_kind": "board",
    "length": "meeting",
    "language": "sv",
    "period_start": "2026-01-01",
    "period_end": "2026-01-31",
}
A_SLIDE = {"title": "What we do next", "text": "", "after": "talk", "language": "en", "key": "free-1"}
A_READING = {"there": "yes", "url": "https://www.bergby.example/", "on": "2026-01-02", "followers": "5"}
PASTED = {
    "engine": "Bing",
    "market": "en-US",
    "taken_at": "2026-01-02T10:00",
    "n": "1",
    "text": "https://www.fjallvik.example/",
}
SETTINGS = {
    "name": "Another name",
    "language": "sv",
    "time_zone": "Europe/Oslo",
    "contact": "bob@fjallvik.example",
    "accent": "#112233",
}
AN_APP_PASSWORD = {"identifier": "bob.bsky.social", "password": "bbbb-bbbb-bbbb-bbbb"}
SOON = date.today() + timedelta(days=20)
ASK = {"ask_hours": "7", "ask_budget": "8", "ask_currency": "SEK", "ask_decide_by": SOON.isoformat()}
A_PLAN = {f"rung-{kind}-month": "2" for kind in ("listen", "comment", "internal", "channel", "events")}
DRAFT = {"code_of_pitch": "draft"}
SOMEBODY = {"source": "mastodon", "handle": "@nils@forum.example", "sure": "on"}

LINES: dict[str, Line] = {
    "teams:index": Line("anybody"),
    "teams:welcome": Line("anybody"),
    "teams:language": Line("anybody"),
    "teams:workspaces": Line("person"),
    "teams:add_sample": Line("person"),
    "teams:new_workspace": Line("person"),
    "teams:invitation": Line("anybody", place={"token": "x"}),
    "teams:accept": Line("anybody", place={"token": "x"}),
    "teams:members": Line("viewer"),
    "teams:leave": Line("viewer", sender="viewer"),
    "teams:change_role": Line("admin", {"role": "editor"}),
    "teams:remove_member": Line("admin", {"now": "1"}),
    "teams:hand_over": Line("owner", {"to": "member", "afterwards": "admin"}),
    "teams:invite": Line("admin", {"email": "dana@fjallvik.example", "role": "viewer"}),
    "teams:renew_invitation": Line("admin", {"now": "1"}),
    "teams:revoke_invitation": Line("admin", {"now": "1"}),
    "teams:audit": Line("admin"),
    "teams:settings": Line("admin", SETTINGS),
    "teams:logo": Line("admin", {"alt": "Another word"}, sender="admin"),
    "teams:remove_logo": Line("admin", {"now": "1"}, sender="admin"),
    "teams:remove_sample": Line("owner"),
    "account": Line("person"),
    "account_login": Line("anybody"),
    "account_request_login_code": Line("anybody"),
    "account_confirm_login_code": Line("anybody"),
    "mfa_login_webauthn": Line("anybody"),
    "mfa_authenticate": Line("anybody"),
    "account_logout": Line("anybody"),
    "account_signup": Line("anybody"),
    "account_inactive": Line("anybody"),
    "account_reauthenticate": Line("person"),
    "mfa_reauthenticate": Line("person"),
    "mfa_reauthenticate_webauthn": Line("person"),
    "account_email": Line("person"),
    "verify_email": Line("person"),
    "account_email_verification_sent": Line("anybody"),
    "account_change_password": Line("person"),
    "account_set_password": Line("person"),
    "mfa_index": Line("person"),
    "mfa_activate_totp": Line("person"),
    "mfa_deactivate_totp": Line("person"),
    "mfa_list_webauthn": Line("person"),
    "mfa_add_webauthn": Line("person"),
    "mfa_edit_webauthn": Line("person", place={"pk": 1}),
    "mfa_remove_webauthn": Line("person", place={"pk": 1}),
    "mfa_view_recovery_codes": Line("person"),
    "mfa_generate_recovery_codes": Line("person"),
    "end_session": Line("person", place={"pk": 1}),
    "end_other_sessions": Line("person"),
    "account_reset_password": Line("anybody"),
    "account_reset_password_done": Line("anybody"),
    "account_reset_password_from_key": Line("anybody", place={"uidb36": "1", "key": "x"}),
    "account_reset_password_from_key_done": Line("anybody"),
    "listening:mentions": Line("viewer"),
    "listening:mention": Line("viewer"),
    "listening:sites": Line("viewer"),
    "listening:mark": Line("editor", {"as": "starred"}),
    "listening:searches": Line("viewer"),
    "listening:search": Line("viewer", {"text": "fjällvik NOT jobs", "is_on": "on"}),
    "listening:scans": Line("viewer"),
    "listening:scan_now": Line("editor", {"now": "1"}),
    "listening:scan": Line("viewer"),
    "listening:plan": Line("viewer", {"is_on": "on", "every": "hour", "at": "05:10", "weekday": "1"}),
    "listening:sources": Line("viewer"),
    "listening:follow": Line("editor", {"url": "https://kaffebloggen.example/feed/"}),
    "listening:import_feeds": Line("editor"),
    "listening:follow_many": Line("editor", {"feed": "https://kaffebloggen.example/feed/ Kaffebloggen"}),
    "listening:export_feeds": Line("viewer"),
    "listening:feed": Line("viewer"),
    "listening:try_again": Line("editor", {"now": "1"}),
    "listening:rename_feed": Line("editor", {"name": "Their news"}),
    "listening:unfollow": Line("editor", {"now": "1"}),
    "listening:calendars": Line("viewer"),
    "listening:follow_calendar": Line("editor", {"url": "https://kaffeforeningen.example/events.ics"}),
    "listening:calendar": Line("viewer"),
    "listening:try_calendar": Line("editor", {"now": "1"}),
    "listening:unfollow_calendar": Line("editor", {"now": "1"}),
    "listening:source": Line("viewer", {"instance": "mastodon.example"}),
    "listening:credential": Line("admin", AN_APP_PASSWORD),
    "listening:remove_credential": Line("admin", {"now": "1"}),
    "competitors:setup": Line("editor"),
    "competitors:setup_own": Line("editor"),
    "competitors:setup_rivals": Line("editor", {"confirm": "1", **A_BRAND, **NO_PROPOSALS}),
    "competitors:setup_industry": Line("editor", {"terms": "filter coffee", "tags": "filter"}),
    "competitors:setup_done": Line("editor"),
    "competitors:brands": Line("viewer"),
    "competitors:brand": Line("viewer", A_BRAND),
    "competitors:add_profile": Line("editor", {"source": "mastodon", "handle": "@bob@mastodon.social"}),
    "competitors:remove_brand": Line("admin", {"now": "1"}),
    "competitors:profiles": Line("viewer"),
    "competitors:profile": Line("viewer"),
    "competitors:remove_profile": Line("editor", {"now": "1"}),
    "competitors:rivals": Line("viewer"),
    "competitors:voice": Line("viewer"),
    "competitors:place": Line("viewer"),
    "competitors:place_by_hand": Line("editor", A_READING),
    "competitors:phrases": Line("viewer", {"text": "coffee gift", "market": "en-US", "depth": "30"}),
    "competitors:phrase": Line("viewer"),
    "competitors:manual_page": Line("editor", PASTED),
    "competitors:remove_phrase": Line("editor", {"now": "1"}),
    "competitors:result_page": Line("viewer"),
    "competitors:remove_result_page": Line("editor", {"now": "1"}),
    "competitors:correct_row": Line("editor", {"type": "blog"}),
    "pitches:home": Line("viewer"),
    "pitches:evidence": Line("viewer"),
    "pitches:pitches": Line("viewer"),
    "pitches:new": Line("editor", A_PITCH),
    "pitches:pitch": Line("viewer"),
    "pitches:about": Line("editor", A_PITCH),
    "pitches:add": Line("editor", A_SLIDE),
    "pitches:arrange": Line("editor", {"key": "share", "drop": "1"}),
    "pitches:quotes": Line("editor", {"quotes": "mention"}),
    "pitches:undo": Line("editor", {"revision": "revision"}),
    "pitches:slide": Line("viewer"),
    "pitches:words": Line("editor", {"title": "They talk", "language": "en"}),
    "pitches:settle": Line("editor", {"do": "reviewed", "language": "sv"}),
    "pitches:ask": Line("editor", ASK),
    "pitches:actions": Line("editor", {"again": "1"}),
    "pitches:plan": Line("viewer", A_PLAN),
    "pitches:post": Line("viewer"),
    "pitches:post_html": Line("viewer"),
    "pitches:post_markdown": Line("viewer"),
    "pitches:todo": Line("viewer"),
    "pitches:guideline": Line("viewer"),
    "pitches:action": Line("viewer"),
    "pitches:assign_action": Line("editor", {"owner": "Dana", "due": SOON.isoformat()}),
    "pitches:mark_action": Line("editor", {"as": "done"}),
    "pitches:freeze": Line("editor", {"now": "1"}),
    "pitches:continue": Line("editor", {"now": "1"}),
    "pitches:changes": Line("viewer"),
    "pitches:follow_up": Line("editor", {"end": date.today().isoformat()}),
    "pitches:delete": Line("editor", {"now": "1"}),
    "pitches:pitch_web": Line("viewer"),
    "pitches:pitch_pptx": Line("viewer"),
    "pitches:pitch_pdf": Line("viewer"),
    "pitches:figure": Line("viewer"),
    "pitches:pitch_memo": Line("viewer"),
    "pitches:links": Line("viewer"),
    "pitches:share": Line("editor", {"recipient": "Ingrid", "until": SOON.isoformat(), "password": ""}),
    "pitches:revoke_link": Line("editor", {"now": "1"}),
    "pitches:originals": Line("viewer"),
    "pitches:check_originals": Line("editor", {"now": "1"}),
    "shared:deck": Line("anybody", place={"token": "x"}),
    "shared:enter": Line("anybody", place={"token": "x"}),
    "shared:opened": Line("anybody", place={"token": "x"}),
    "shared:figure": Line("anybody", place={"token": "x", "name": "E1"}),
    "shared:pptx": Line("anybody", place={"token": "x"}),
    "shared:pdf": Line("anybody", place={"token": "x"}),
    "shared:memo": Line("anybody", place={"token": "x"}),
    "pitches:pitch_zip": Line("viewer"),
    "pitches:verify": Line("viewer"),
    "pitches:sample": Line("viewer"),
    "pitches:draw": Line("editor", {"now": "1"}),
    "pitches:judge": Line("editor", {"place": "0", "answer": "unsure"}),
    "pitches:undo_judgement": Line("editor", {"now": "1"}),
    "pitches:erase_author": Line(
        "admin", {"source": "mastodon", "handle": "@nobody@x.example", "sure": "on"}
    ),
    "pitches:templates": Line("admin"),
    "pitches:remove_template": Line("admin", {"now": "1"}),
    "pitches:trial_deck": Line("admin"),
    "pitches:look": Line("editor", {"deck_template": "template"}),
}
WORKS = (200, 302, 405, 422)
OF_A_WORKSPACE = {name: line for name, line in LINES.items() if line.who in Role.values}


def names_of(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The name of every address, with its namespace."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from names_of(one, (*spaces, one.namespace) if one.namespace else spaces)
        elif isinstance(one, URLPattern):
            yield ":".join((*spaces, str(one.name)))


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert set(names_of(get_resolver())) == set(LINES)


@dataclass
class World:
    """A workspace with something of everything, a person for each role, and Charlie, who owns another."""

    seeded: isolation.Seeded
    charlie: User

    @property
    def workspace(self) -> Workspace:
        return self.seeded.workspace

    @property
    def people(self) -> dict[str, User]:
        """The members by role."""
        return self.seeded.people

    def url(self, name: str) -> str:
        """The address of a line, in this workspace where it is one of a workspace."""
        return self.addresses.get(name) or reverse(name, kwargs=LINES[name].place)

    @cached_property
    def addresses(self) -> dict[str, str]:
        return dict(self.seeded.addresses())

    def sent(self, name: str) -> dict[str, Any]:
        """What is sent there, words of the world replaced."""
        return {key: self.seeded.things.get(value, value) for key, value in LINES[name].sent.items()}


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any) -> keeping.Kept[World]:
    """Made by the verbs of the rooms themselves."""

    def made() -> World:
        charlie = make_user("Charlie")
        make_workspace(charlie, name="Charlie’s own")
        return World(isolation.seed("Fjällvik", "fjallvik.example"), charlie)

    with django_db_blocker.unblock():
        return keeping.taken_back(made)


@pytest.fixture
def world(db: None, kept: keeping.Kept[World], monkeypatch: pytest.MonkeyPatch) -> World:
    """All of it, put back. Nobody outside answers."""
    nobody = net.Client(net.Settings(agent="Earshot/test", replay_url="http://127.0.0.1:9"), None)
    monkeypatch.setattr(door, "client", lambda: nobody)
    cache.clear()
    return kept.put_back()


def logged_in(user: User | None) -> str:
    """The cookie of a browser in which somebody is logged in, "" for nobody."""
    client = Client()
    if user:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


BROWSER = Client()  # one for all: to make one takes as long as a page


def ask(session: str, how: str, url: str, sent: dict[str, Any]) -> tuple[HttpResponse, bool]:
    """The answer, and whether anything was written; what was written is taken back."""
    written: list[str] = []
    BROWSER.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session} if session else {})

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(name in sql for name in SESSIONS):
            written.append(sql)
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        answer = BROWSER.get(url) if how == "get" else BROWSER.post(url, sent)
        transaction.set_rollback(True)
    return answer, bool(written)


def wrong(world: World, user: User | None, is_right: Callable[[str, HttpResponse, bool], bool]) -> list[str]:
    """The addresses of a workspace, each got and sent to, that did not answer this person as they must."""
    found, session = [], logged_in(user)
    for name, line in OF_A_WORKSPACE.items():
        for how in ("get", "post"):
            answer, changed = ask(session, how, world.url(name), world.sent(name))
            if not is_right(line.who, answer, changed):
                found.append(f"{how} {name}: {answer.status_code}{', changed something' * changed}")
    return found


def test_charlie_finds_nothing_of_alice(world: World) -> None:
    """405 is said before anybody looks at the workspace, so it tells nothing about it."""

    def is_right(who: str, answer: HttpResponse, changed: bool) -> bool:
        return answer.status_code in (404, 405) and not changed

    assert wrong(world, world.charlie, is_right) == []


def test_nobody_is_asked_to_log_in(world: World) -> None:
    def is_right(who: str, answer: HttpResponse, changed: bool) -> bool:
        asked_to = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        return (asked_to or answer.status_code == 405) and not changed

    assert wrong(world, None, is_right) == []


ROLES = tuple(reversed(Role.values))  # the least first


def may(role: str, least: str) -> bool:
    return ROLES.index(role) >= ROLES.index(least)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_it_may_and_no_more(
    world: World, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may be done works, or a refusal could come from something else than the door.

    Decks are drawn for the least of them, who may read and download what there is.
    """
    if role != ROLES[0]:
        draw_nothing(monkeypatch)
    found, session = [], logged_in(world.people[role])
    for name, line in OF_A_WORKSPACE.items():
        sender = line.sender or max(line.who, Role.EDITOR, key=ROLES.index)
        for how, least in (("get", line.who), ("post", sender)):
            if how == "post" and not line.sent and may(role, least) and role != least:
                continue  # nothing is sent there; the least who may shows what becomes of it
            answer, changed = ask(session, how, world.url(name), world.sent(name) if how == "post" else {})
            if may(role, least):
                right = answer.status_code in WORKS or name == "teams:remove_sample"
                right = right and (changed or how == "get" or not line.sent)
            else:
                # A page on which nothing can be sent shows itself, however it is asked.
                shown = answer.status_code in WORKS and not line.sent and may(role, line.who)
                right = (answer.status_code in (403, 405) or shown) and not changed
            if not right:
                found.append(f"{how} {name}: {answer.status_code}{', changed something' * changed}")
    assert found == []


def test_an_address_of_no_workspace_tells_nothing_about_one(world: World) -> None:
    sessions = [logged_in(user) for user in (None, world.charlie)]
    for name, line in LINES.items():
        if line.who in Role.values:
            continue
        for session in sessions:
            for how in ("get", "post"):
                answer, _ = ask(session, how, world.url(name), {})
                assert answer.status_code < 500, name
                assert str(world.workspace.code) not in answer.content.decode() + answer.get("Location", "")
                if line.who == "person" and not session:
                    assert answer.status_code in (302, 405), name
