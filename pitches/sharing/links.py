"""Links that open a frozen pitch to readers without an account: for a time, with a password if wanted.

A token is 256 random bits, and only its hash is stored; whoever has the link may read, until it expires or is
revoked. A member who made one and leaves does not break it: it shows what the workspace froze.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from pitches.decks.contract import Evidence, Snapshot
from pitches.models import Pitch, ShareLink
from pitches.sharing.exports import exported
from teams.models import User, record

USUAL_DAYS, MOST_DAYS = 30, 365
SHORTEST_PASSWORD = 8
READS_FOR = timedelta(hours=12)  # after the password was given
GRANTS, OPENED = "shared_grants", "shared_opened"  # in the session

# Who said what of a mention, and on which day: see ``precision.told``
_JUDGE = re.compile(r" \((?:.*?, )??(\d{4}-\d{2}-\d{2})\)(?=; |$)")

Session = MutableMapping[str, Any]


class Gone(Exception):
    """There is no such link, or it does not work any more."""


class NotFrozen(Exception):
    """A draft changes under its reader; only a frozen pitch is shared."""

    def __str__(self) -> str:
        return _("Freeze the pitch first: a link shows what is frozen, and a draft still changes.")


@dataclass(frozen=True)
class Issued:
    """A new link and its token, which nobody can find out later."""

    link: ShareLink
    token: str


def hash_of(token: str) -> str:
    """What is stored of a token. It is long and random, so one hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# --- Who shares -----------------------------------------------------------------------------------


@transaction.atomic
def share(
    pitch: Pitch,
    by: User,
    *,
    recipient: str,
    until: date,
    password: str = "",
    handles: bool = False,
    downloads: bool = False,
) -> Issued:
    """A link that works until the end of that day, in the workspace's zone. Raises NotFrozen."""
    if not pitch.is_frozen:
        raise NotFrozen
    token = secrets.token_urlsafe(32)
    made = ShareLink.objects.create(
        pitch=pitch,
        token_hash=hash_of(token),
        recipient=recipient,
        password=make_password(password) if password else "",
        shows_handles=handles,
        allows_downloads=downloads,
        created_by=by,
        expires_at=datetime.combine(until, time(23, 59, 59), pitch.workspace.zone),
    )
    record(
        pitch.workspace,
        by,
        "share.created",
        pitch.title,
        recipient=recipient,
        until=until.isoformat(),
        password=bool(password),
        handles=handles,
        downloads=downloads,
    )
    return Issued(made, token)


@transaction.atomic
def revoke(pitch: Pitch, by: User, pk: int) -> ShareLink:
    """The link stops working at once. Raises Http404 for one that does not work already."""
    link = links(pitch).select_for_update(of=("self",)).filter(pk=pk).first()
    if link is None or link.state != "works":
        raise Http404
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    record(pitch.workspace, by, "share.revoked", pitch.title, recipient=link.recipient)
    return link


def links(pitch: Pitch) -> QuerySet[ShareLink]:
    """Every link that was ever made for a pitch, newest first."""
    return ShareLink.objects.filter(pitch=pitch).select_related("created_by")


# --- Who reads ------------------------------------------------------------------------------------


def find(token: str) -> ShareLink:
    """The link of a token. Raises Gone for one that never was, has expired or was revoked: all the same."""
    found = (
        ShareLink.objects.select_related("pitch__workspace", "pitch__created_by")
        .defer("pitch__snapshot")
        .filter(token_hash=hash_of(token), pitch__frozen_at__isnull=False)
        .first()
    )
    if found is None or found.state != "works":
        raise Gone
    return found


def may_read(link: ShareLink, session: Session) -> bool:
    """Whether this browser may read: there is no password, or it was given here not long ago."""
    if not link.password:
        return True
    given = session.get(GRANTS, {}).get(str(link.pk))
    return given is not None and timezone.now() - datetime.fromisoformat(given) < READS_FOR


def fits(link: ShareLink, password: str) -> bool:
    """Whether it is the link's password; compared in constant time."""
    return check_password(password, link.password)


def grant(link: ShareLink, session: Session) -> None:
    """Lets this browser read this link, and no other."""
    session[GRANTS] = {**session.get(GRANTS, {}), str(link.pk): timezone.now().isoformat()}


def note_opened(link: ShareLink, session: Session) -> None:
    """Counts a person's browser once in its session."""
    seen = session.get(OPENED, [])
    if link.pk in seen:
        return
    session[OPENED] = [*seen, link.pk]
    ShareLink.objects.filter(pk=link.pk).update(opened=F("opened") + 1, last_opened_at=timezone.now())


def shown_to_readers(link: ShareLink) -> Snapshot:
    """The deck without the speaker's words and who judged its sample, and without handles unless the link
    shows them."""
    snapshot = exported(link.pitch, handles=link.shows_handles)
    slides = [{**slide, "notes": {}} for slide in snapshot["slides"]]
    judged = {figure["evidence"] for key, figure in snapshot["figures"].items() if key == "precision.judged"}
    evidence = [_without_judges(one) if one["id"] in judged else one for one in snapshot["evidence"]]
    return {**snapshot, "slides": slides, "evidence": evidence}  # type: ignore[typeddict-item]  # same shapes


def _without_judges(one: Evidence) -> Evidence:
    """The list behind a judged sample with answers and days alone: members are named to members."""
    rows = [
        {**row, "why": _JUDGE.sub(r" (\1)", row["why"])} if row.get("why") else row for row in one["rows"]
    ]
    return {**one, "rows": rows}  # type: ignore[typeddict-item]  # same shapes
