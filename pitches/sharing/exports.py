"""A pitch as it is shown or sent out now: what was frozen, or is measured, with what became known since.

The snapshot itself never changes. Over a copy of it are laid which of the originals are gone, and a veil over
the handles of those who wrote.
"""

from __future__ import annotations

from pitches.case import build
from pitches.decks import contract, originals
from pitches.decks.contract import Snapshot
from pitches.evidence import page_checks
from pitches.models import Pitch
from pitches.sharing.handles import hidden
from teams.models import Workspace


def snapshot_of(found: Pitch) -> Snapshot:
    """What was frozen; of a draft what would be, marked as a draft by having no date.

    No deck prints the lists behind the evidence, so those of a draft are not read.
    """
    if found.snapshot:
        return contract.current(found.snapshot)
    return build(found).as_snapshot(rows=False)


def exported(found: Pitch, *, handles: bool = False) -> Snapshot:
    """What the renderers get. ``handles``: with the names that people wrote under."""
    snapshot = with_pages(snapshot_of(found), found.workspace)
    return snapshot if handles else hidden(snapshot)


def with_pages(snapshot: Snapshot, workspace: Workspace) -> Snapshot:
    """The snapshot with what is known of its originals; the same where nobody looked yet."""
    pages = page_checks.known(workspace, originals.cited(snapshot))
    return {**snapshot, "pages": pages} if pages else snapshot
