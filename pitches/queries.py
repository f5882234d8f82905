"""What the pitch pages ask, workspace first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from pitches.case import build
from pitches.decks import contract
from pitches.models import Pitch
from teams.models import Workspace


def pitches(workspace: Workspace) -> QuerySet[Pitch]:
    """The workspace's pitches, newest first, without their snapshots, which are large."""
    return Pitch.objects.filter(workspace=workspace).select_related("created_by").defer("snapshot")


def pitch(workspace: Workspace, code: UUID) -> Pitch:
    """One pitch. Raises Http404 for one that is not in this workspace."""
    return get_object_or_404(
        Pitch.objects.select_related("workspace", "created_by"), workspace=workspace, code=code
    )


def last_ask(workspace: Workspace) -> dict[str, Any]:
    """What the newest pitch asks for, as fields of a pitch: what a new one starts with."""
    fields = ("ask_hours", "ask_budget", "ask_currency", "ask_decide_by", "ask_owner")
    found = Pitch.objects.filter(workspace=workspace).values(*fields).first()
    return dict(found) if found else {}


@dataclass(frozen=True)
class Proof:
    """One evidence with what is needed to show it: figures, names and time zone of its pitch."""

    evidence: Mapping[str, Any]
    figures: Mapping[str, Any]
    names: Mapping[str, str]
    zone: str

    @property
    def resting(self) -> dict[str, Any]:
        """The figures that rest on it."""
        return {key: self.figures[key] for key in contract.resting_on(self.evidence, self.figures)}


def proof_in(snapshot: Mapping[str, Any], name: str) -> Proof:
    """One evidence of a snapshot. Raises Http404 for an id that it does not have."""
    found = next((one for one in snapshot["evidence"] if one["id"] == name), None)
    if found is None:
        raise Http404
    return Proof(found, snapshot["figures"], snapshot["names"], snapshot["time_zone"])


def proof(found: Pitch, name: str) -> Proof:
    """One evidence of a pitch: from the snapshot when frozen, else measured now.

    Raises Http404 for an id that the pitch does not have.
    """
    if found.snapshot:
        return proof_in(found.snapshot, name)
    case = build(found)
    _slides = case.slides  # they register what only they show
    register, ground = case.ground.register, case.ground
    if name not in register.evidence:
        raise Http404
    figures = {key: one.as_json() for key, one in register.figures.items()}
    return Proof(register.evidence[name].as_json(), figures, ground.names, ground.workspace.time_zone)
