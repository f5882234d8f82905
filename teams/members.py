"""Who is a member and as what: changing roles, removing, leaving, handing over. The last owner stays.

Every verb first locks the workspace's row and then looks again who is who, so that of two people who change
each other at once the second is held against what the first has done.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from teams.access import VERBS, Verb, at_most, membership
from teams.models import Membership, Role, User, Workspace, record


class LastOwner(Exception):
    """It would leave the workspace without an owner who can log in."""


def lock(workspace: Workspace) -> None:
    """Until the end of the transaction nobody else changes who is here.

    Rows that refer to the workspace may still be written, so scans go on.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def acting(workspace: Workspace, user: User, verb: Verb) -> Membership:
    """The membership as it is under the lock; the role may have gone since the door was passed."""
    found = membership(user, workspace)
    if found is None or verb not in VERBS[found.role]:
        raise PermissionDenied(_("Your role in this workspace no longer allows this."))
    return found


def change_role(workspace: Workspace, by: User, pk: int, role: str) -> Membership:
    """Gives a member another role, not above one's own; whoever stands above oneself cannot be touched.

    Raises Http404, PermissionDenied and LastOwner.
    """
    with transaction.atomic():
        lock(workspace)
        mine = acting(workspace, by, "manage")
        found = _touchable(workspace, pk, mine)
        if role not in Role.values or not at_most(role, mine.role):
            raise PermissionDenied(_("You cannot give a role above your own."))
        if role != found.role:
            _set_role(found, by, role)
    return found


def remove(workspace: Workspace, by: User, pk: int) -> Membership:
    """Ends somebody's membership, at once: every request asks for it. Raises as ``change_role`` does."""
    with transaction.atomic():
        lock(workspace)
        found = _touchable(workspace, pk, acting(workspace, by, "manage"))
        _keep_an_owner(found)
        verb = "member.left" if found.user_id == by.pk else "member.removed"
        record(workspace, by, verb, found.user, role=found.role)
        found.delete()
    return found


def leave(workspace: Workspace, user: User) -> None:
    """Ends one's own membership. Raises LastOwner."""
    with transaction.atomic():
        lock(workspace)
        mine = acting(workspace, user, "read")
        _keep_an_owner(mine)
        record(workspace, user, "member.left", user, role=mine.role)
        mine.delete()


def hand_over(workspace: Workspace, by: User, pk: int, afterwards: str) -> Membership:
    """Makes another member owner; ``afterwards`` is the role that the one who hands over keeps.

    Raises Http404, PermissionDenied, and LastOwner when nobody of the owners could log in.
    """
    with transaction.atomic():
        lock(workspace)
        mine = acting(workspace, by, "own")
        found = _touchable(workspace, pk, mine)
        if found.pk == mine.pk or afterwards not in Role.values:
            raise PermissionDenied(_("Choose another member, and the role that you keep."))
        if found.role != Role.OWNER:
            _set_role(found, by, Role.OWNER)
        if mine.role != afterwards:
            _set_role(mine, by, afterwards)
    return found


def _touchable(workspace: Workspace, pk: int, mine: Membership) -> Membership:
    found = Membership.objects.select_related("user").filter(workspace=workspace, pk=pk).first()
    if found is None:
        raise Http404(_("This person is not a member any more."))
    if not at_most(found.role, mine.role):
        raise PermissionDenied(_("You cannot change somebody whose role is above your own."))
    return found


def _set_role(found: Membership, by: User, role: str) -> None:
    if role != Role.OWNER:
        _keep_an_owner(found)
    record(found.workspace, by, "member.role_changed", found.user, role=role, was=found.role)
    found.role = role
    found.save(update_fields=["role"])


def _keep_an_owner(going: Membership) -> None:
    """An owner who is switched off cannot log in, so does not count as one who stays."""
    if going.role != Role.OWNER:
        return
    others = Membership.objects.filter(
        workspace_id=going.workspace_id, role=Role.OWNER, user__is_active=True
    ).exclude(pk=going.pk)
    if not others.exists():
        raise LastOwner
