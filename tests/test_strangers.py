"""Every address of the site, asked by Charlie (a stranger), nobody, and a person of each role.

The addresses are a table. One that is added to the site without a line here fails the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from competitors import setup, visibility
from competitors.setup import Ticked
from listening import door, feeds, net, plans, scan
from listening.models import Brand
from pitches import verbs
from teams import invitations
from teams.models import Role, User, Workspace
from tests.make import make_credential, make_member, make_mention, make_user, make_workspace

pytestmark = pytest.mark.django_db

# Who is logged in where; every page may write it.
SESSIONS = ('"django_session"', '"usersessions_usersession"')


@dataclass(frozen=True)
class Line:
    """``who``: the least member who may open it: "viewer", "editor", "admin" or "owner"; "person" is anybody
    who is logged in, "anybody" needs no account. ``place``: the address's arguments, words of the world below
    or values. ``sent``: what changes something when it is sent by somebody who may. ``sender``: the least
    member who may send; who may open it, but an editor at least, where it is left out."""

    who: str
    place: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    sender: str = ""


NO_PROPOSALS = {"p-TOTAL_FORMS": "0", "p-INITIAL_FORMS": "0"}
A_BRAND = {"name": "Skogens Rosteri", "aliases": "", "tags": "skogens", "domain": ""}
A_PITCH = {
    "title": "Another title",
    "audience": "The board",
    "language": "sv",
    "period_start": "2026-01-01",
    "period_end": "2026-01-31",
}
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
DRAFT = {"code_of_pitch": "draft"}

LINES: dict[str, Line] = {
    "teams:index": Line("anybody"),
    "teams:welcome": Line("anybody"),
    "teams:language": Line("anybody"),
    "teams:workspaces": Line("person"),
    "teams:add_sample": Line("person"),
    "teams:new_workspace": Line("person"),
    "teams:invitation": Line("anybody", {"token": "x"}),
    "teams:accept": Line("anybody", {"token": "x"}),
    "teams:members": Line("viewer"),
    "teams:leave": Line("viewer", sender="viewer"),
    "teams:change_role": Line("admin", {"pk": "member"}, {"role": "editor"}),
    "teams:remove_member": Line("admin", {"pk": "member"}, {"now": "1"}),
    "teams:hand_over": Line("owner", {}, {"to": "member", "afterwards": "admin"}),
    "teams:invite": Line("admin", {}, {"email": "dana@fjallvik.example", "role": "viewer"}),
    "teams:renew_invitation": Line("admin", {"pk": "invitation"}, {"now": "1"}),
    "teams:revoke_invitation": Line("admin", {"pk": "invitation"}, {"now": "1"}),
    "teams:audit": Line("admin"),
    "teams:settings": Line("admin", {}, SETTINGS),
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
    "mfa_edit_webauthn": Line("person", {"pk": 1}),
    "mfa_remove_webauthn": Line("person", {"pk": 1}),
    "mfa_view_recovery_codes": Line("person"),
    "mfa_generate_recovery_codes": Line("person"),
    "end_session": Line("person", {"pk": 1}),
    "end_other_sessions": Line("person"),
    "account_reset_password": Line("anybody"),
    "account_reset_password_done": Line("anybody"),
    "account_reset_password_from_key": Line("anybody", {"uidb36": "1", "key": "x"}),
    "account_reset_password_from_key_done": Line("anybody"),
    "listening:mentions": Line("viewer"),
    "listening:mention": Line("viewer", {"pk": "mention"}),
    "listening:sites": Line("viewer"),
    "listening:mark": Line("editor", {"pk": "mention"}, {"as": "starred"}),
    "listening:searches": Line("viewer"),
    "listening:search": Line("viewer", {"pk": "search"}, {"text": "fjällvik NOT jobs", "is_on": "on"}),
    "listening:scans": Line("viewer"),
    "listening:scan_now": Line("editor", {}, {"now": "1"}),
    "listening:scan": Line("viewer", {"pk": "scan"}),
    "listening:plan": Line("viewer", {}, {"is_on": "on", "every": "hour", "at": "05:10", "weekday": "1"}),
    "listening:sources": Line("viewer"),
    "listening:follow": Line("editor", {}, {"url": "https://kaffebloggen.example/feed/"}),
    "listening:import_feeds": Line("editor"),
    "listening:follow_many": Line("editor", {}, {"feed": "https://kaffebloggen.example/feed/ Kaffebloggen"}),
    "listening:export_feeds": Line("viewer"),
    "listening:feed": Line("viewer", {"pk": "subscription"}),
    "listening:try_again": Line("editor", {"pk": "subscription"}, {"now": "1"}),
    "listening:rename_feed": Line("editor", {"pk": "subscription"}, {"name": "Their news"}),
    "listening:unfollow": Line("editor", {"pk": "subscription"}, {"now": "1"}),
    "listening:source": Line("viewer", {"name": "mastodon"}, {"instance": "mastodon.example"}),
    "listening:credential": Line("admin", {"name": "bluesky"}, AN_APP_PASSWORD),
    "listening:remove_credential": Line("admin", {"name": "bluesky"}, {"now": "1"}),
    "competitors:setup": Line("editor"),
    "competitors:setup_own": Line("editor"),
    "competitors:setup_rivals": Line("editor", {}, {"confirm": "1", **A_BRAND, **NO_PROPOSALS}),
    "competitors:setup_industry": Line("editor", {}, {"terms": "filter coffee", "tags": "filter"}),
    "competitors:setup_done": Line("editor"),
    "competitors:brands": Line("viewer"),
    "competitors:brand": Line("viewer", {"pk": "brand"}, A_BRAND),
    "competitors:add_profile": Line(
        "editor", {"pk": "brand"}, {"source": "mastodon", "handle": "@bob@mastodon.social"}
    ),
    "competitors:remove_brand": Line("admin", {"pk": "brand"}, {"now": "1"}),
    "competitors:profiles": Line("viewer"),
    "competitors:profile": Line("viewer", {"pk": "profile"}),
    "competitors:remove_profile": Line("editor", {"pk": "profile"}, {"now": "1"}),
    "competitors:rivals": Line("viewer"),
    "competitors:voice": Line("viewer", {"pk": "brand"}),
    "competitors:place": Line("viewer", {"pk": "brand", "place": "feeds"}),
    "competitors:place_by_hand": Line("editor", {"pk": "brand", "place": "mastodon"}, A_READING),
    "competitors:phrases": Line("viewer", {}, {"text": "coffee gift", "market": "en-US", "depth": "30"}),
    "competitors:phrase": Line("viewer", {"pk": "phrase"}),
    "competitors:manual_page": Line("editor", {"pk": "phrase"}, PASTED),
    "competitors:remove_phrase": Line("editor", {"pk": "phrase"}, {"now": "1"}),
    "competitors:result_page": Line("viewer", {"pk": "page"}),
    "competitors:remove_result_page": Line("editor", {"pk": "page"}, {"now": "1"}),
    "competitors:correct_row": Line("editor", {"pk": "page", "row": "row"}, {"type": "blog"}),
    "pitches:home": Line("viewer"),
    "pitches:evidence": Line("viewer", {"name": "E1"}),
    "pitches:pitches": Line("viewer"),
    "pitches:new": Line("editor", {}, A_PITCH),
    "pitches:pitch": Line("viewer", DRAFT),
    "pitches:about": Line("editor", DRAFT, A_PITCH),
    "pitches:step": Line("editor", {**DRAFT, "number": 1}, {"title": "They talk", "reasoning": ""}),
    "pitches:ask": Line("editor", DRAFT, ASK),
    "pitches:actions": Line("editor", DRAFT, {"again": "1"}),
    "pitches:freeze": Line("editor", DRAFT, {"now": "1"}),
    "pitches:continue": Line("editor", {"code_of_pitch": "frozen"}, {"now": "1"}),
    "pitches:delete": Line("editor", DRAFT, {"now": "1"}),
    "pitches:pitch_web": Line("viewer", DRAFT),
    "pitches:pitch_pptx": Line("viewer", DRAFT),
    "pitches:pitch_pdf": Line("viewer", DRAFT),
    "pitches:figure": Line("viewer", {**DRAFT, "name": "E1"}),
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
    """Alice's workspace with something of everything, a person for each role, and Charlie."""

    workspace: Workspace
    people: dict[str, User]  # by role
    charlie: User
    things: dict[str, Any]

    def url(self, name: str) -> str:
        """The address of a line, in Alice's workspace where it is one of a workspace."""
        line = LINES[name]
        place = {key: self.things.get(value, value) for key, value in line.place.items()}
        code = {"code": self.workspace.code} if line.who in Role.values else {}
        return reverse(name, kwargs={**code, **place})

    def sent(self, name: str) -> dict[str, Any]:
        """What is sent there, words of the world replaced."""
        return {key: self.things.get(value, value) for key, value in LINES[name].sent.items()}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Made by the verbs of the rooms themselves. Nobody outside answers."""
    nobody = net.Client(net.Settings(agent="Earshot/test", replay_url="http://127.0.0.1:9"), None)
    monkeypatch.setattr(door, "client", lambda: nobody)
    cache.clear()
    alice, charlie = make_user("Alice"), make_user("Charlie")
    workspace = make_workspace(alice)
    people = {Role.OWNER.value: alice}
    for name, role in (("Ada", Role.ADMIN), ("Erin", Role.EDITOR), ("Bob", Role.VIEWER)):
        people[role.value] = make_user(name)
        member = make_member(workspace, people[role.value], role)
    make_workspace(charlie, name="Charlie’s own")
    now = timezone.now()
    brand = setup.confirm(
        workspace,
        kind=Brand.Kind.OWN,
        name="Fjällvik",
        ticked=[Ticked("mastodon", "@fjallvik@mastodon.social", "https://mastodon.social/@fjallvik")],
    )
    setup.confirm(workspace, kind=Brand.Kind.COMPETITOR, name="Bergby")
    setup.save_industry(workspace, ["coffee"], ["coffee"])
    mention = make_mention(workspace)
    make_credential(workspace)
    plans.make_plan(workspace, now)
    phrase = workspace.phrases.order_by("pk").first()
    assert phrase
    page = visibility.manual_page(
        phrase, entered_by=alice, engine="Bing", market="en-US", taken_at=now, n=1, text="https://x.example/"
    )
    pitches = [_pitch(workspace, alice, title) for title in ("Draft", "Frozen")]
    verbs.freeze(pitches[1], alice)
    scanned = scan.start(workspace, now - timedelta(days=1))
    scanned.finished_at = now
    scanned.save()
    things: dict[str, Any] = {
        "mention": mention.pk,
        "search": workspace.searches.order_by("pk").values_list("pk", flat=True)[0],
        "scan": scanned.pk,
        "subscription": feeds.follow(workspace, "https://www.fjallvik.example/feed.xml").pk,
        "brand": brand.pk,
        "profile": brand.profiles.get().pk,
        "phrase": phrase.pk,
        "page": page.pk,
        "row": page.rows.get().pk,
        "draft": pitches[0].code,
        "frozen": pitches[1].code,
        "member": member.pk,
        "invitation": invitations.invite(workspace, alice, "dan@fjallvik.example", "editor").invitation.pk,
    }
    return World(workspace, people, charlie, things)


def _pitch(workspace: Workspace, user: User, title: str) -> Any:
    today = date.today()
    by = today + timedelta(days=9)
    asked = {"ask_hours": Decimal(4), "ask_budget": Decimal(100), "ask_decide_by": by}
    return verbs.create(
        workspace,
        user,
        title=title,
        audience="",
        language="en",
        start=today - timedelta(days=29),
        end=today,
        ask=asked,
    )


def browser_of(user: User | None) -> Client:
    """A browser in which somebody is logged in, or nobody."""
    client = Client()
    if user:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def ask(user: User | None, how: str, url: str, sent: dict[str, Any]) -> tuple[HttpResponse, bool]:
    """The answer, and whether anything was written; what was written is taken back."""
    client, written = browser_of(user), []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(name in sql for name in SESSIONS):
            written.append(sql)
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        answer = client.get(url) if how == "get" else client.post(url, sent)
        transaction.set_rollback(True)
    return answer, bool(written)


def wrong(world: World, user: User | None, is_right: Callable[[str, HttpResponse, bool], bool]) -> list[str]:
    """The addresses of a workspace, each got and sent to, that did not answer this person as they must."""
    found = []
    for name, line in OF_A_WORKSPACE.items():
        for how in ("get", "post"):
            answer, changed = ask(user, how, world.url(name), world.sent(name))
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
def test_each_role_does_what_it_may_and_no_more(world: World, role: str) -> None:
    """What may be done works, or a refusal could come from something else than the door."""
    found = []
    for name, line in OF_A_WORKSPACE.items():
        sender = line.sender or max(line.who, Role.EDITOR, key=ROLES.index)
        for how, least in (("get", line.who), ("post", sender)):
            answer, changed = ask(
                world.people[role], how, world.url(name), world.sent(name) if how == "post" else {}
            )
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
    for name, line in LINES.items():
        if line.who in Role.values:
            continue
        for user in (None, world.charlie):
            for how in ("get", "post"):
                answer, _ = ask(user, how, world.url(name), {})
                assert answer.status_code < 500, name
                assert str(world.workspace.code) not in answer.content.decode() + answer.get("Location", "")
                if line.who == "person" and user is None:
                    assert answer.status_code in (302, 405), name
