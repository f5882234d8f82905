"""Asking colleagues in: a link that works once, for one address, with one role, for seven days.

A token is 256 random bits, and only its hash is stored. An invitation is worth what its inviter is worth when
it is accepted: it dies with the role that would be needed to make it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from teams.access import VERBS, at_most, membership
from teams.members import acting, lock
from teams.models import Invitation, Membership, Role, User, Workspace, normalise_email, record

LIVES = timedelta(days=7)


class Gone(Exception):
    """There is no such invitation, or it does not work any more."""


class AlreadyMember(Exception):
    """The person is a member of the workspace already."""


class NotYours(Exception):
    """The invitation is for another address."""


class AddressTaken(Exception):
    """There is an account with this address."""


@dataclass(frozen=True)
class Issued:
    """A new invitation and its tokens, which nobody can find out later; no mail server, no mailed one."""

    invitation: Invitation
    copied: str
    mailed: str


@dataclass(frozen=True)
class Found:
    """The invitation that a token belongs to, whatever has become of it."""

    invitation: Invitation
    by_mail: bool  # the token was only ever sent to the address


def hash_of(token: str) -> str:
    """What is stored of a token. It is long and random, so one hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- Inviting -------------------------------------------------------------------------------------


def invite(workspace: Workspace, by: User, email: str, role: str) -> Issued:
    """Invites an address; an open invitation of the same address is replaced.

    Raises AlreadyMember, and PermissionDenied for a role above one's own. Whether there is an account with
    the address makes no difference.
    """
    email = normalise_email(email)
    with transaction.atomic():
        lock(workspace)
        mine = acting(workspace, by, "manage")
        if role not in Role.values or not at_most(role, mine.role):
            raise PermissionDenied(_("You cannot invite somebody to a role above your own."))
        if Membership.objects.filter(_is_theirs(email, "user__"), workspace=workspace).exists():
            raise AlreadyMember
        now = timezone.now()
        old = open_ones(workspace).filter(email=email).first()
        if old:
            _may_touch(old, mine)
            Invitation.objects.filter(pk=old.pk).update(revoked_at=now)
        copied, mailed = secrets.token_urlsafe(32), secrets.token_urlsafe(32) if settings.EMAIL_HOST else ""
        made = Invitation.objects.create(
            workspace=workspace,
            email=email,
            role=role,
            copied_hash=hash_of(copied),
            mailed_hash=hash_of(mailed) if mailed else None,
            invited_by=by,
            created_at=now,
            expires_at=now + LIVES,
        )
        record(workspace, by, "invitation.renewed" if old else "invitation.created", email, role=role)
    return Issued(made, copied, mailed)


def renew(workspace: Workspace, by: User, pk: int) -> Issued:
    """A new link with the same role for the same address; the old one stops working. Raises as ``invite``."""
    old = open_ones(workspace).filter(pk=pk).first()
    if old is None:
        raise Http404
    return invite(workspace, by, old.email, old.role)


def revoke(workspace: Workspace, by: User, pk: int) -> Invitation:
    """Withdraws an open invitation. Raises Http404 for one that is not open, and PermissionDenied."""
    with transaction.atomic():
        lock(workspace)
        old = open_ones(workspace).filter(pk=pk).first()
        if old is None:
            raise Http404
        _may_touch(old, acting(workspace, by, "manage"))
        if not _still_open().filter(pk=pk).update(revoked_at=timezone.now()):
            raise Http404
        record(workspace, by, "invitation.revoked", old.email, role=old.role)
    return old


def open_ones(workspace: Workspace) -> models.QuerySet[Invitation]:
    """Invitations neither accepted nor withdrawn, newest first; also those whose days are over."""
    return _still_open().filter(workspace=workspace).select_related("invited_by", "workspace")


# --- Accepting ------------------------------------------------------------------------------------


def find(token: str) -> Found:
    """The invitation of a token, whatever has become of it. Raises Gone for a token we never made."""
    hashed = hash_of(token)
    found = (
        Invitation.objects.select_related("workspace", "invited_by")
        .filter(Q(copied_hash=hashed) | Q(mailed_hash=hashed))
        .first()
    )
    if found is None:
        raise Gone
    return Found(found, by_mail=found.mailed_hash == hashed)


def works(invitation: Invitation) -> bool:
    """Whether it can be accepted now: open, in its days, and its inviter could still make it."""
    is_open = invitation.accepted_at is None and invitation.revoked_at is None
    return is_open and not invitation.is_expired and is_backed(invitation)


def is_backed(invitation: Invitation) -> bool:
    """Whether its inviter is still a member who may invite to this role."""
    if invitation.invited_by is None:
        return False
    theirs = membership(invitation.invited_by, invitation.workspace)
    return theirs is not None and "manage" in VERBS[theirs.role] and at_most(invitation.role, theirs.role)


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether this person has the invited address: as the one they log in with, or verified as another."""
    return User.objects.filter(_is_theirs(invitation.email), pk=user.pk).exists()


def accept(found: Found, user: User) -> Membership:
    """Makes somebody who has an account a member. Raises Gone, NotYours and AlreadyMember.

    Whoever raises leaves the invitation as it was.
    """
    if not is_for(found.invitation, user):
        raise NotYours
    with transaction.atomic():
        _take(found.invitation)
        if found.by_mail:
            _verify(user, found.invitation.email)
        return _join(found.invitation, user)


def sign_up(found: Found, *, name: str, password: str, language: str) -> Membership:
    """Makes an account with the invited address, and its membership. Raises Gone and AddressTaken."""
    email = found.invitation.email
    with transaction.atomic():
        _take(found.invitation)
        if User.objects.filter(_is_theirs(email)).exists():
            raise AddressTaken
        try:
            with transaction.atomic():  # somebody may take the address at this very moment, elsewhere
                user = User.objects.create_user(email, password, name=name, language=language)
                EmailAddress.objects.create(user=user, email=email, primary=True, verified=found.by_mail)
        except IntegrityError as error:
            raise AddressTaken from error
        return _join(found.invitation, user)


def _take(invitation: Invitation) -> None:
    """Spends the invitation: of many who try at once, one gets a row. Raises Gone for the others."""
    lock(invitation.workspace)  # nobody demotes the inviter between our look and our commit
    now = timezone.now()
    taken = _still_open().filter(pk=invitation.pk, expires_at__gt=now).update(accepted_at=now)
    if not taken or not is_backed(invitation):
        raise Gone


def _join(invitation: Invitation, user: User) -> Membership:
    workspace, role = invitation.workspace, invitation.role
    made, is_new = Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": role})
    if not is_new:
        raise AlreadyMember
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    record(workspace, user, "invitation.accepted", invitation.email, role=role)
    record(workspace, user, "member.added", user, role=role)
    return made


def _verify(user: User, email: str) -> None:
    """Whoever came by the mailed link reads what is sent to the address."""
    first = not EmailAddress.objects.filter(user=user, primary=True).exists()
    address, _made = EmailAddress.objects.get_or_create(user=user, email=email, defaults={"primary": first})
    address.set_verified()


def _still_open() -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)


def _may_touch(invitation: Invitation, mine: Membership) -> None:
    if not at_most(invitation.role, mine.role):
        raise PermissionDenied(_("You cannot change an invitation to a role above your own."))


def _is_theirs(email: str, person: str = "") -> Q:
    """The condition that the address is somebody's; ``person`` leads to them, such as "user__"."""
    other = {f"{person}emailaddress__email": email, f"{person}emailaddress__verified": True}
    return Q(**{f"{person}email": email}) | Q(**other)
