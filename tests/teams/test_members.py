"""Who changes whom: roles, removing, leaving, handing over. Alice owns the workspace, Bob may look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from teams.access import VERBS, at_most
from teams.models import AuditEntry, Membership, Role, User, Workspace
from tests.make import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[User], Client]

# Row: who acts. Column: on whom. "0": nothing; otherwise the highest role that can be given.
TABLE = """
         viewer  editor  admin   owner
viewer   0       0       0       0
editor   0       0       0       0
admin    admin   admin   admin   0
owner    owner   owner   owner   owner
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
RANK = ["viewer", "editor", "admin", "owner"]
CELLS = [
    (row[0], whom, role, cell != "0" and RANK.index(role) <= RANK.index(cell))
    for row in ROWS
    for whom, cell in zip(HEAD, row[1:], strict=True)
    for role in RANK
]


def page(workspace: Workspace, place: str = "") -> str:
    return f"/w/{workspace.code}/members/{place}"


def role_of(workspace: Workspace, user: User) -> str | None:
    return Membership.objects.filter(workspace=workspace, user=user).values_list("role", flat=True).first()


def owners(workspace: Workspace) -> int:
    return workspace.memberships.filter(role=Role.OWNER).count()


def test_each_role_allows_what_the_one_below_allows() -> None:
    for below, above in zip(RANK, RANK[1:], strict=False):
        assert VERBS[below] < VERBS[above]
        assert at_most(below, above) and not at_most(above, below)


@pytest.mark.parametrize(("who", "whom", "role", "may"), CELLS)
def test_who_gives_whom_which_role(
    who: str, whom: str, role: str, may: bool, workspace: Workspace, browser_of: BrowserOf
) -> None:
    dana, erin = make_user("Dana"), make_user("Erin")
    make_member(workspace, dana, who)
    target = make_member(workspace, erin, whom)
    response = browser_of(dana).post(page(workspace, f"{target.pk}/role/"), {"role": role})
    assert response.status_code == (302 if may else 403)
    assert role_of(workspace, erin) == (role if may else whom)


@pytest.mark.parametrize("who", RANK)
@pytest.mark.parametrize("whom", RANK)
def test_who_removes_whom(who: str, whom: str, workspace: Workspace, browser_of: BrowserOf) -> None:
    dana, erin = make_user("Dana"), make_user("Erin")
    make_member(workspace, dana, who)
    target = make_member(workspace, erin, whom)
    browser, hers = browser_of(dana), browser_of(erin)
    assert hers.get(page(workspace)).status_code == 200
    may = any(cell for one, other, _, cell in CELLS if (one, other) == (who, whom))
    assert browser.post(page(workspace, f"{target.pk}/remove/")).status_code == (302 if may else 403)
    assert hers.get(page(workspace)).status_code == (404 if may else 200)  # at her next click


@pytest.mark.parametrize("role", ["", "king", "Owner", "owner "])
def test_a_role_that_there_is_not_is_refused(
    role: str, workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    bobs = Membership.objects.get(user=bob)
    assert browser_of(alice).post(page(workspace, f"{bobs.pk}/role/"), {"role": role}).status_code == 403
    assert role_of(workspace, bob) == Role.VIEWER


def test_a_new_role_holds_from_the_next_click(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    bobs, his, hers = Membership.objects.get(user=bob), browser_of(bob), browser_of(alice)
    place = f"/w/{workspace.code}/setup/done/"
    assert his.get(place).status_code == 403
    told = hers.post(page(workspace, f"{bobs.pk}/role/"), {"role": "editor"}, follow=True)
    assert "Bob: the role is now Editor." in told.content.decode()
    assert his.get(place).status_code == 200
    hers.post(page(workspace, f"{bobs.pk}/role/"), {"role": "viewer"})
    assert his.get(place).status_code == 403
    changes = AuditEntry.objects.filter(verb="member.role_changed").order_by("pk")
    assert [one.details for one in changes] == [
        {"role": "editor", "was": "viewer"},
        {"role": "viewer", "was": "editor"},
    ]


def test_the_same_role_again_changes_nothing(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    bobs = Membership.objects.get(user=bob)
    browser_of(alice).post(page(workspace, f"{bobs.pk}/role/"), {"role": "viewer"})
    assert not AuditEntry.objects.filter(verb="member.role_changed").exists()


def test_a_member_of_another_workspace_cannot_be_touched(
    workspace: Workspace, bob: User, charlie: User, browser_of: BrowserOf
) -> None:
    theirs, bobs = charlie.workspaces.get(), Membership.objects.get(user=bob)
    for what in ("role", "remove"):
        response = browser_of(charlie).post(page(theirs, f"{bobs.pk}/{what}/"), {"role": "owner"})
        assert response.status_code == 404
    sent = {"to": bobs.pk, "afterwards": "viewer"}
    assert browser_of(charlie).post(page(theirs, "hand-over/"), sent).status_code == 422
    assert role_of(workspace, bob) == Role.VIEWER and role_of(theirs, charlie) == Role.OWNER


# --- The last owner -------------------------------------------------------------------------------


def each_way_out(workspace: Workspace, browser: Client, own: Membership) -> list[Any]:
    """The answers to everything by which an owner stops being one."""
    return [
        browser.post(page(workspace, "leave/"), follow=True),
        browser.post(page(workspace, f"{own.pk}/remove/"), follow=True),
        *(
            browser.post(page(workspace, f"{own.pk}/role/"), {"role": role}, follow=True)
            for role in ("admin", "editor", "viewer")
        ),
    ]


def test_the_last_owner_cannot_go(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    own = Membership.objects.get(user=alice)
    for answer in each_way_out(workspace, browser_of(alice), own):
        assert "a workspace needs an owner who can log in" in answer.content.decode()
        assert role_of(workspace, alice) == Role.OWNER
    assert not AuditEntry.objects.filter(verb__startswith="member.").exists()


def test_an_owner_who_is_switched_off_does_not_count(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana", is_active=False)
    make_member(workspace, dana, Role.OWNER)
    own = Membership.objects.get(user=alice)
    for answer in each_way_out(workspace, browser_of(alice), own):
        assert "a workspace needs an owner who can log in" in answer.content.decode()
    sent = {"to": Membership.objects.get(user=dana).pk, "afterwards": "viewer"}
    answer = browser_of(alice).post(page(workspace, "hand-over/"), sent, follow=True)
    assert "a workspace needs an owner who can log in" in answer.content.decode()
    assert role_of(workspace, alice) == Role.OWNER


def test_one_of_two_owners_may_go(workspace: Workspace, alice: User, browser_of: BrowserOf) -> None:
    make_member(workspace, make_user("Dana"), Role.OWNER)
    browser = browser_of(alice)
    answer = browser.post(page(workspace, "leave/"), follow=True)
    assert f"You have left {workspace}." in answer.content.decode()
    assert browser.get(page(workspace)).status_code == 404
    assert owners(workspace) == 1
    left = AuditEntry.objects.get(verb="member.left")
    assert (left.user, left.object, left.details) == (alice, "Alice", {"role": "owner"})


def test_bob_leaves_and_lands_where_he_still_belongs(
    workspace: Workspace, bob: User, browser_of: BrowserOf
) -> None:
    other, browser = make_workspace(bob, name="Bob’s own"), browser_of(bob)
    browser.get(page(workspace))
    assert browser.get(page(workspace, "leave/")).status_code == 405  # no link does it
    answer = browser.post(page(workspace, "leave/"), follow=True)
    assert str(other.code) in answer.redirect_chain[-1][0]


@pytest.mark.parametrize("afterwards", RANK)
def test_alice_hands_over_and_keeps_what_she_chose(
    afterwards: str, workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    sent = {"to": Membership.objects.get(user=bob).pk, "afterwards": afterwards}
    answer = browser_of(alice).post(page(workspace, "hand-over/"), sent, follow=True)
    assert "Bob is now an owner." in answer.content.decode()
    assert (role_of(workspace, bob), role_of(workspace, alice)) == (Role.OWNER, afterwards)


def test_only_an_owner_hands_over(workspace: Workspace, bob: User, browser_of: BrowserOf) -> None:
    dana = make_user("Dana")
    make_member(workspace, dana, Role.ADMIN)
    sent = {"to": Membership.objects.get(user=bob).pk, "afterwards": "viewer"}
    browser = browser_of(dana)
    assert browser.post(page(workspace, "hand-over/"), sent).status_code == 403
    assert "Hand over" not in browser.get(page(workspace)).content.decode()
    assert role_of(workspace, bob) == Role.VIEWER


# --- The page -------------------------------------------------------------------------------------


def test_a_viewer_sees_who_is_here_and_no_button_that_changes_it(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    text = browser_of(bob).get(page(workspace)).content.decode()
    assert alice.email in text and "address not verified" in text
    for place in ("/role/", "/remove/", "invite/", "hand-over/"):
        assert f"{place}" not in text.replace("/remove-sample/", "")
    assert "members/leave/" in text


def test_an_admin_gets_no_buttons_for_an_owner_and_no_role_above_their_own(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    make_member(workspace, dana, Role.ADMIN)
    text = browser_of(dana).get(page(workspace)).content.decode()
    own, bobs = Membership.objects.get(user=alice).pk, Membership.objects.get(user=bob).pk
    assert f"/members/{bobs}/role/" in text and f"/members/{own}/role/" not in text
    assert 'value="owner"' not in text and 'value="admin"' in text


def test_the_number_of_queries_does_not_grow_with_the_members(
    workspace: Workspace, alice: User, browser_of: BrowserOf, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_member(workspace, make_user(f"Person{number}"), Role.EDITOR)
    browser = browser_of(alice)
    browser.get(page(workspace))
    with django_assert_max_num_queries(15):
        assert browser.get(page(workspace)).content.decode().count("/remove/") == 30


# --- Several workspaces ---------------------------------------------------------------------------

A_WORKSPACE = {
    "name": "Bergby Tea",
    "language": "sv",
    "time_zone": "Europe/Oslo",
    "contact": "alice@bergby.example",
}


def test_alice_makes_a_further_workspace_and_owns_it(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    form = browser.get("/workspaces/new/").content.decode()
    assert 'value="Europe/Stockholm" selected' in form and f'value="{alice.email}"' in form
    assert browser.post("/workspaces/new/", {**A_WORKSPACE, "name": ""}).status_code == 422
    answer = browser.post("/workspaces/new/", {**A_WORKSPACE, "is_sample": "on", "code": workspace.code})
    made = alice.workspaces.exclude(pk=workspace.pk).get()
    assert str(made.code) in answer["Location"] and "/setup/" in answer["Location"]
    assert (made.name, made.language, made.time_zone) == ("Bergby Tea", "sv", "Europe/Oslo")
    assert not made.is_sample
    assert role_of(made, alice) == Role.OWNER
    assert AuditEntry.objects.get(workspace=made).verb == "workspace.created"


@pytest.mark.parametrize(("role", "may"), [("owner", 1), ("admin", 1), ("editor", 0), ("viewer", 0)])
def test_who_may_make_a_further_workspace(
    role: str, may: int, workspace: Workspace, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    make_member(workspace, dana, role)
    make_member(make_workspace(name="Sample", is_sample=True), dana, Role.OWNER)  # gives no right
    browser = browser_of(dana)
    assert browser.post("/workspaces/new/", A_WORKSPACE).status_code == (302 if may else 403)
    assert browser.get("/workspaces/new/").status_code == (200 if may else 403)
    assert ("/workspaces/new/" in browser.get("/workspaces/").content.decode()) == bool(may)


@pytest.mark.parametrize("many", [1, 2, 20])
def test_the_switcher_leads_to_every_workspace_from_every_page(
    many: int, alice: User, browser_of: BrowserOf
) -> None:
    mine = [make_workspace(alice, name=f"Workspace {number}") for number in range(many)]
    browser = browser_of(alice)
    for place in (page(mine[0]), "/workspaces/", "/accounts/password/change/", "/nowhere/"):
        text = browser.get(place).content.decode()
        menu = text[text.index("workspace-menu") : text.index("</details>")]
        assert [str(one.code) in menu for one in mine] == [True] * many, place
        assert menu.count('aria-current="true"') == (1 if place == page(mine[0]) else 0)
