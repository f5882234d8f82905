"""Invitations: whom they let in, as what, how often and how long; and what nobody learns from them.

Alice invites, Bob is invited, Charlie is a stranger who gets hold of the link.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from teams import invitations, members
from teams.invitations import AlreadyMember, NotYours
from teams.models import AuditEntry, Invitation, Membership, Role, User, Workspace
from teams.places import home_url
from tests.make import PASSWORD, make_member, make_user
from tests.teams.inviting import (
    ACCOUNT,
    EMAIL,
    BrowserOf,
    accept,
    invite,
    is_gone,
    sign_up,
    text,
    url,
)

pytestmark = pytest.mark.django_db


# --- Coming in ------------------------------------------------------------------------------------


def test_bob_makes_an_account_by_the_link_and_lands_in_the_workspace(
    workspace: Workspace, alice: User
) -> None:
    token, client = invite(workspace, alice, Role.EDITOR).copied, Client()
    page = client.get(url(token)).content.decode()
    for words in ("Alice", workspace.name, "Editor", EMAIL, "Not verified"):
        assert words in page
    response = sign_up(token, client)
    assert (response.status_code, response["Location"]) == (302, home_url(workspace))
    assert "Välkommen till" in client.get(response["Location"]).content.decode()
    bob = User.objects.get(email=EMAIL)
    assert (bob.name, bob.language, bob.check_password(ACCOUNT["password"])) == ("Bob Berg", "sv", True)
    assert bob.memberships.get().role == Role.EDITOR
    assert EmailAddress.objects.get(user=bob).verified is False
    done = AuditEntry.objects.filter(workspace=workspace, user=bob).values_list("verb", flat=True)
    assert set(done) == {"invitation.accepted", "member.added"}


def test_bob_who_has_an_account_logs_in_comes_back_and_accepts(workspace: Workspace, alice: User) -> None:
    make_user("Bob")
    token, client = invite(workspace, alice).copied, Client()
    assert f"/accounts/login/?next={url(token)}" in client.get(url(token)).content.decode()
    login = {"login": EMAIL, "password": PASSWORD, "next": url(token)}
    back = client.post(f"/accounts/login/?next={url(token)}", login)
    assert back["Location"] == url(token)
    assert "Accept the invitation" in client.get(url(token)).content.decode()
    assert not Membership.objects.filter(user__email=EMAIL).exists()  # looking is not accepting
    assert accept(token, client)["Location"] == home_url(workspace)
    assert Membership.objects.get(user__email=EMAIL).role == Role.VIEWER


def test_whoever_comes_by_the_mailed_link_has_shown_that_the_address_is_theirs(
    workspace: Workspace, alice: User, settings: Any, browser_of: BrowserOf
) -> None:
    settings.EMAIL_HOST = "mail.fjallvik.example"
    issued = invite(workspace, alice)
    assert "Not verified" not in Client().get(url(issued.mailed)).content.decode()
    assert "Not verified" in Client().get(url(issued.copied)).content.decode()
    sign_up(issued.mailed)
    assert EmailAddress.objects.get(email=EMAIL).verified is True
    assert is_gone(Client().get(url(issued.copied)))  # both are one invitation

    dana = make_user("Dana")
    issued = invite(workspace, alice, email=dana.email)
    accept(issued.mailed, browser_of(dana))
    assert EmailAddress.objects.get(user=dana).verified is True
    page = browser_of(alice).get(f"/w/{workspace.code}/members/").content.decode()
    assert page.count("address not verified") == 1  # Alice herself


def test_an_address_that_is_verified_as_a_second_one_counts(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    robert = make_user("Robert")
    other = EmailAddress.objects.create(user=robert, email=EMAIL, verified=False)
    token = invite(workspace, alice).copied
    accept(token, browser_of(robert))
    assert not robert.memberships.exists()
    EmailAddress.objects.filter(pk=other.pk).update(verified=True)
    assert sign_up(token).status_code == 422  # the address has an account
    accept(token, browser_of(robert))
    assert robert.memberships.get().workspace == workspace


# --- The cases that must not let anybody in -------------------------------------------------------


def test_a_link_works_once(workspace: Workspace, alice: User) -> None:
    token = invite(workspace, alice).copied
    sign_up(token)
    assert is_gone(sign_up(token, name="Mallory"))
    assert is_gone(Client().get(url(token)))
    assert User.objects.filter(email=EMAIL).count() == 1


def test_of_two_clicks_the_second_finds_bob_inside(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser, token = browser_of(make_user("Bob")), invite(workspace, alice).copied
    assert accept(token, browser)["Location"] == accept(token, browser)["Location"] == home_url(workspace)
    assert Membership.objects.filter(user__email=EMAIL).count() == 1


def test_after_seven_days_it_is_over(workspace: Workspace, alice: User, browser_of: BrowserOf) -> None:
    issued = invite(workspace, alice)
    assert issued.invitation.expires_at - issued.invitation.created_at == timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert is_gone(Client().get(url(issued.copied)))
    assert is_gone(sign_up(issued.copied))
    assert is_gone(accept(issued.copied, browser_of(make_user("Bob"))))
    page = browser_of(alice).get(f"/w/{workspace.code}/members/").content.decode()
    assert "Its seven days are over." in page


def test_a_withdrawn_one_does_not_work(workspace: Workspace, alice: User, browser_of: BrowserOf) -> None:
    issued = invite(workspace, alice)
    place = f"/w/{workspace.code}/members/invited/{issued.invitation.pk}/revoke/"
    page = browser_of(alice).post(place, follow=True).content.decode()
    assert f"The invitation for {EMAIL} is withdrawn." in page
    assert is_gone(sign_up(issued.copied))
    assert browser_of(alice).post(place).status_code == 404  # it is no open one any more


def test_charlie_who_got_the_link_forwarded_is_told_whose_it_is(
    workspace: Workspace, alice: User, charlie: User, browser_of: BrowserOf
) -> None:
    token, browser = invite(workspace, alice).copied, browser_of(charlie)
    page = browser.get(url(token)).content.decode()
    assert f"logged in as {charlie.email}, but the invitation is for {EMAIL}" in page
    assert "Accept the invitation" not in page
    assert accept(token, browser)["Location"] == url(token)
    with pytest.raises(NotYours):
        invitations.accept(invitations.find(token), charlie)
    sign_up(token, browser)  # what a page of before the login would send
    assert not Membership.objects.filter(workspace=workspace, user=charlie).exists()
    assert not User.objects.filter(email=EMAIL).exists()
    out = browser.post("/accounts/logout/", {"next": url(token)})
    assert out["Location"] == url(token)
    assert "Create an account" in browser.get(url(token)).content.decode()


def test_the_form_cannot_change_the_address_the_role_or_the_workspace(
    workspace: Workspace, alice: User, charlie: User
) -> None:
    theirs = charlie.workspaces.get()
    token = invite(workspace, alice).copied
    sign_up(
        token, email="mallory@fjallvik.example", role="owner", workspace=str(theirs.pk), is_superuser="on"
    )
    bob = User.objects.exclude(pk__in=[alice.pk, charlie.pk]).get()
    assert (bob.email, bob.is_superuser) == (EMAIL, False)
    assert [(one.workspace, one.role) for one in bob.memberships.all()] == [(workspace, Role.VIEWER)]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None])
def test_it_dies_with_the_inviters_right_to_invite(
    role: str | None, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    membership = make_member(workspace, dana, Role.ADMIN)
    token = invite(workspace, dana).copied
    if role is None:
        members.remove(workspace, alice, membership.pk)
    else:
        members.change_role(workspace, alice, membership.pk, role)
    assert is_gone(Client().get(url(token)))
    assert is_gone(sign_up(token))
    assert is_gone(accept(token, browser_of(make_user("Bob"))))
    assert Membership.objects.filter(workspace=workspace, user__email=EMAIL).count() == 0
    assert "It does not work" in browser_of(alice).get(f"/w/{workspace.code}/members/").content.decode()


def test_it_dies_when_its_role_is_above_the_inviters_by_now(workspace: Workspace, alice: User) -> None:
    dana = make_user("Dana")
    membership = make_member(workspace, dana, Role.OWNER)
    owner = invite(workspace, dana, Role.OWNER, "owner@fjallvik.example").copied
    editor = invite(workspace, dana, Role.EDITOR, "editor@fjallvik.example").copied
    members.change_role(workspace, alice, membership.pk, Role.ADMIN)
    assert is_gone(sign_up(owner))
    assert sign_up(editor).status_code == 302


def test_it_dies_with_the_inviters_account(workspace: Workspace, alice: User) -> None:
    dana = make_user("Dana")
    make_member(workspace, dana, Role.ADMIN)
    token = invite(workspace, dana).copied
    dana.is_active = False
    dana.save()
    assert is_gone(sign_up(token))
    dana.delete()
    assert is_gone(sign_up(token))


@pytest.mark.parametrize(
    ("mine", "role", "may"),
    [
        (mine, role, place <= above)
        for above, mine in enumerate(("viewer", "editor", "admin", "owner"))
        for place, role in enumerate(("viewer", "editor", "admin", "owner"))
        if mine in ("admin", "owner")
    ],
)
def test_nobody_invites_above_their_own_role(
    mine: str, role: str, may: bool, workspace: Workspace, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    make_member(workspace, dana, mine)
    sent = {"email": EMAIL, "role": role}
    response = browser_of(dana).post(f"/w/{workspace.code}/members/invite/", sent)
    assert (response.status_code == 302) == may == Invitation.objects.filter(role=role).exists()
    assert response.status_code in (302, 422)
    if not may:
        with pytest.raises(PermissionDenied):
            invite(workspace, dana, role)


def test_an_admin_leaves_an_owners_invitation_alone(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    make_member(workspace, dana, Role.ADMIN)
    issued, browser = invite(workspace, alice, Role.OWNER), browser_of(dana)
    for what in ("renew", "revoke"):
        place = f"/w/{workspace.code}/members/invited/{issued.invitation.pk}/{what}/"
        assert browser.post(place).status_code == 403
    replaced = browser.post(f"/w/{workspace.code}/members/invite/", {"email": EMAIL, "role": "viewer"})
    assert replaced.status_code == 403
    assert Client().get(url(issued.copied)).status_code == 200


def test_an_invitation_of_another_workspace_cannot_be_touched(
    workspace: Workspace, alice: User, charlie: User, browser_of: BrowserOf
) -> None:
    issued, theirs = invite(workspace, alice), charlie.workspaces.get()
    for what in ("renew", "revoke"):
        place = f"/w/{theirs.code}/members/invited/{issued.invitation.pk}/{what}/"
        assert browser_of(charlie).post(place).status_code == 404
    assert sign_up(issued.copied).status_code == 302


# --- What nobody learns ---------------------------------------------------------------------------


def test_inviting_answers_the_same_whether_there_is_an_account_or_not(
    workspace: Workspace, alice: User, charlie: User, browser_of: BrowserOf
) -> None:
    def answer(email: str) -> str:
        sent = {"email": email, "role": "viewer"}
        page = browser_of(alice).post(f"/w/{workspace.code}/members/invite/", sent, follow=True)
        Invitation.objects.all().delete()
        return re.sub(r'/invited/\d+/|datetime="[^"]+"', "", text(page)).replace(email, "ADDRESS")

    assert answer(charlie.email) == answer("nobody@fjallvik.example")


def test_the_page_is_the_same_whether_there_is_an_account_or_not(workspace: Workspace, alice: User) -> None:
    token = invite(workspace, alice).copied
    without = text(Client().get(url(token)))
    make_user("Bob")
    assert text(Client().get(url(token))) == without


def test_the_sign_up_form_never_takes_an_account_over(workspace: Workspace, alice: User) -> None:
    bob = make_user("Bob")
    token, client = invite(workspace, alice).copied, Client()
    response = sign_up(token, client)
    assert response.status_code == 422
    assert "No account was made with this address and password." in response.content.decode()
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD) and not bob.check_password(ACCOUNT["password"])
    assert (bob.name, bob.language) == ("Bob", "en")
    assert "_auth_user_id" not in client.session
    assert not bob.memberships.exists()
    assert sign_up(token, password=PASSWORD).status_code == 422  # the right password changes nothing
    Invitation.objects.get(accepted_at=None)  # it is as open as before


def test_used_withdrawn_expired_and_unknown_look_the_same(workspace: Workspace, alice: User) -> None:
    tokens = [invite(workspace, alice, email=f"{n}@fjallvik.example").copied for n in range(3)]
    sign_up(tokens[0])
    Invitation.objects.filter(email="1@fjallvik.example").update(revoked_at=timezone.now())
    Invitation.objects.filter(email="2@fjallvik.example").update(expires_at=timezone.now())
    pages = {text(Client().get(url(token))).replace(token, "") for token in (*tokens, "guessed", "x" * 43)}
    assert len(pages) == 1
    assert all(is_gone(Client().get(url(token))) for token in tokens)


def test_somebody_who_is_a_member_already_is_told_and_the_invitation_stays(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    token, browser = invite(workspace, alice).copied, browser_of(alice)
    for response in (browser.get(url(token)), accept(token, browser)):
        assert response["Location"] == home_url(workspace)
    assert "You are a member of" in browser.get(home_url(workspace)).content.decode()
    assert sign_up(token).status_code == 302


def test_an_address_that_grows_in_lower_case_is_refused_in_words(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    sent = {"email": f"{'.'.join(['İ' * 60] * 3)}@fjallvik.example", "role": "viewer"}
    assert browser_of(alice).post(f"/w/{workspace.code}/members/invite/", sent).status_code == 422
    assert not Invitation.objects.exists()


def test_a_member_is_not_invited_again(
    workspace: Workspace, alice: User, bob: User, browser_of: BrowserOf
) -> None:
    sent = {"email": bob.email.upper(), "role": "editor"}
    page = browser_of(alice).post(f"/w/{workspace.code}/members/invite/", sent)
    assert page.status_code == 422
    assert "Somebody with this address is a member already." in page.content.decode()
    # Invited first, let in by another link meanwhile: accepting twice is refused without using it up.
    issued = invite(workspace, alice, email="erin@fjallvik.example")
    erin = make_user("Erin")
    make_member(workspace, erin)
    with pytest.raises(AlreadyMember):
        invitations.accept(invitations.find(issued.copied), erin)
    assert Invitation.objects.get(email=erin.email).accepted_at is None
