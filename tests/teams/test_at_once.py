"""People who do the same thing at the same moment, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404

from teams import invitations, members
from teams.members import LastOwner
from teams.models import AuditEntry, Invitation, Membership, Role, User, Workspace
from tests.make import make_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20


def at_once(doings: Sequence[Callable[[], object]]) -> list[str]:
    """Starts them together; "done", or the name of what each raised."""
    together = Barrier(len(doings))

    def do(doing: Callable[[], object]) -> str:
        try:
            connection.ensure_connection()
            together.wait()
            doing()
            return "done"
        except (invitations.Gone, invitations.AlreadyMember, LastOwner, PermissionDenied, Http404) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as people:
        return sorted(people.map(do, doings))


def owners(workspace: Workspace) -> int:
    return workspace.memberships.filter(role=Role.OWNER).count()


def test_of_twenty_who_accept_at_once_one_becomes_a_member(workspace: Workspace, alice: User) -> None:
    bob = make_user("Bob")
    token = invitations.invite(workspace, alice, bob.email, Role.VIEWER).copied

    def accept() -> None:
        invitations.accept(invitations.find(token), bob)

    assert at_once([accept] * 20) == ["Gone"] * 19 + ["done"]
    assert Membership.objects.filter(workspace=workspace, user=bob).count() == 1
    assert AuditEntry.objects.filter(verb="invitation.accepted").count() == 1
    assert Invitation.objects.get().accepted_by == bob


def test_of_twenty_who_sign_up_at_once_one_gets_an_account(workspace: Workspace, alice: User) -> None:
    token = invitations.invite(workspace, alice, "bob@fjallvik.example", Role.VIEWER).copied

    def doing(number: int) -> Callable[[], object]:
        account = {"name": f"Bob {number}", "password": f"a secret of {number}", "language": "en"}
        return lambda: invitations.sign_up(invitations.find(token), **account)

    assert at_once([doing(number) for number in range(20)]) == ["Gone"] * 19 + ["done"]
    assert User.objects.filter(email="bob@fjallvik.example").count() == 1
    assert workspace.memberships.count() == 2


def test_two_owners_who_demote_each_other_leave_one(workspace: Workspace, alice: User) -> None:
    dana = make_user("Dana")
    own, hers = Membership.objects.get(user=alice), make_member(workspace, dana, Role.OWNER)
    for _ in range(ROUNDS):
        workspace.memberships.update(role=Role.OWNER)
        told = at_once(
            [
                lambda: members.change_role(workspace, alice, hers.pk, Role.VIEWER),
                lambda: members.change_role(workspace, dana, own.pk, Role.VIEWER),
            ]
        )
        assert told == ["PermissionDenied", "done"]  # the second one was an owner no more
        assert owners(workspace) == 1


def test_two_owners_who_leave_or_remove_each_other_leave_one(workspace: Workspace, alice: User) -> None:
    dana = make_user("Dana")
    for number in range(ROUNDS):
        own, _ = Membership.objects.update_or_create(
            workspace=workspace, user=alice, defaults={"role": Role.OWNER}
        )
        hers, _ = Membership.objects.update_or_create(
            workspace=workspace, user=dana, defaults={"role": Role.OWNER}
        )
        removing = [
            lambda pk=hers.pk: members.remove(workspace, alice, pk),
            lambda pk=own.pk: members.remove(workspace, dana, pk),
        ]
        leaving = [lambda: members.leave(workspace, alice), lambda: members.leave(workspace, dana)]
        told = at_once([leaving, removing, [leaving[0], removing[0]], [removing[0], leaving[1]]][number % 4])
        assert "done" in told
        assert owners(workspace) == 1, (number, told)


def test_two_owners_who_hand_over_to_each_other_leave_one_at_least(workspace: Workspace, alice: User) -> None:
    dana = make_user("Dana")
    own, hers = Membership.objects.get(user=alice), make_member(workspace, dana, Role.OWNER)
    for _ in range(ROUNDS):
        workspace.memberships.update(role=Role.OWNER)
        at_once(
            [
                lambda: members.hand_over(workspace, alice, hers.pk, Role.VIEWER),
                lambda: members.hand_over(workspace, dana, own.pk, Role.VIEWER),
            ]
        )
        assert owners(workspace) == 1


def test_an_inviter_who_is_demoted_while_somebody_accepts_lets_in_nobody_afterwards(
    workspace: Workspace, alice: User
) -> None:
    """Whichever comes first wins; what never happens is that somebody is in by an inviter who was out."""
    dana = make_user("Dana")
    hers = make_member(workspace, dana, Role.ADMIN)
    for number in range(ROUNDS):
        Membership.objects.filter(pk=hers.pk).update(role=Role.ADMIN)
        bob = make_user(f"Bob{number}")
        token = invitations.invite(workspace, dana, bob.email, Role.VIEWER).copied
        told = at_once(
            [
                lambda token=token, bob=bob: invitations.accept(invitations.find(token), bob),
                lambda: members.change_role(workspace, alice, hers.pk, Role.VIEWER),
            ]
        )
        changed = AuditEntry.objects.filter(verb="member.role_changed").latest("pk")
        joined = AuditEntry.objects.filter(verb="member.added", user=bob).first()
        assert ("Gone" in told) == (joined is None)
        assert joined is None or joined.pk < changed.pk


def test_two_who_invite_the_same_address_at_once_leave_one_open_invitation(
    workspace: Workspace, alice: User
) -> None:
    told = at_once(
        [lambda: invitations.invite(workspace, alice, "bob@fjallvik.example", Role.VIEWER) for _ in range(8)]
    )
    assert told == ["done"] * 8
    assert invitations.open_ones(workspace).count() == 1
