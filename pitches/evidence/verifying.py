"""Asking whether something is what was frozen: a pitch in the database, or a file of evidence against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pitches.evidence import digests
from pitches.evidence.digests import Seal
from pitches.evidence.unpacking import Report
from pitches.models import Pitch
from teams.models import User

Known = Literal["frozen_here", "another_digest", "not_here"]


def of_pitch(pitch: Pitch) -> Seal:
    """Whether a frozen pitch is as it was frozen: its document, and that this is of no other pitch."""
    snapshot = pitch.snapshot or {}
    seal = digests.check(snapshot, pitch.sha256)
    same = (snapshot.get("id"), snapshot.get("version")) == (str(pitch.code), pitch.version)
    at = pitch.frozen_at.isoformat() if pitch.frozen_at else None
    is_this = same and snapshot.get("frozen_at") == at
    return seal if is_this else Seal(False, seal.redacted, seal.scheme, seal.partly)


@dataclass(frozen=True)
class Standing:
    """How a file of evidence stands to what was frozen here; ``pitch`` only for who may read it."""

    known: Known
    pitch: Pitch | None = None


def known_to(user: User, report: Report) -> Standing:
    """Whether this Earshot froze such a pitch; nobody learns of one in a workspace that is not theirs."""
    if report.code is None or report.version is None:
        return Standing("not_here")
    mine = Pitch.objects.filter(workspace__members=user, frozen_at__isnull=False)
    pitch = mine.select_related("workspace").filter(code=report.code, version=report.version).first()
    if pitch is None:
        return Standing("not_here")
    return Standing("frozen_here" if pitch.sha256 == report.digest else "another_digest", pitch)
