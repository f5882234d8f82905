"""What a deck looks like beyond its words: the workspace's logo, and PowerPoint templates of its own.

A template is cleaned and tried on a made-up deck before it is kept. A pitch is frozen with the hash of its
template, which then stays for as long as that pitch does.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from pitches.decks import contract, intake, layout, pptx, template, trial
from pitches.decks.flow import DoesNotFit
from pitches.decks.intake import Refused
from pitches.decks.template import Template, Unusable
from pitches.decks.text import clean_line
from pitches.models import DeckTemplate, Pitch
from teams.models import Logo, User, Workspace, record

MOST_TEMPLATES = 10  # of a workspace, to choose from
LONGEST_NAME = 100
RATIOS = {16 / 9: "16:9", 4 / 3: "4:3", 16 / 10: "16:10"}
log = logging.getLogger(__name__)


def templates(workspace: Workspace) -> QuerySet[DeckTemplate]:
    """Those a pitch may choose, without their contents, which are large."""
    return DeckTemplate.objects.filter(workspace=workspace, removed_at=None).defer("content")


def reason(refused: Refused | Unusable) -> str:
    """Why a file was refused, in the reader's language."""
    params = {
        key: gettext(value) if isinstance(value, str) and value in intake.DANGEROUS.values() else value
        for key, value in refused.params.items()
    }
    return gettext(refused.message) % params


def examine(content: bytes) -> Template:
    """The template, cleaned and tried on. Raises Refused or Unusable."""
    found = template.read(intake.take(content))
    try:
        pptx.render(trial.snapshot("#0f766e"), "en", found)
    except (DoesNotFit, layout.TooLong) as error:
        message = gettext_noop(
            "Our slides have too little room on this template. Make the area below its titles larger."
        )
        raise Unusable(message) from error
    except Exception as error:  # whatever a strange file does to us: said, and logged for whoever runs this
        log.exception("a template could not be tried on")
        raise Unusable(gettext_noop("No deck could be made on this template. Try another one.")) from error
    return found


@transaction.atomic
def add(workspace: Workspace, user: User, filename: str, content: bytes) -> DeckTemplate:
    """Takes a template; one of the same name is replaced by it. Raises Refused or Unusable."""
    found = examine(content)
    name = clean_line(PurePath(filename.replace("\\", "/")).stem)[:LONGEST_NAME] or "Template"
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    older = list(templates(workspace).filter(name=name))
    if not older and templates(workspace).count() >= MOST_TEMPLATES:
        message = gettext_noop("A workspace may have %(most)s templates. Remove one first.")
        raise Unusable(message, {"most": MOST_TEMPLATES})
    values = {
        "name": name,
        "content": found.content,
        "slide_size": _ratio(found.geometry.width / found.geometry.height),
        "font": found.font[:100],
        "cover_layout": found.names["cover"],
        "slide_layout": found.names["standard"],
        "uploaded_by": user,
        "removed_at": None,
    }
    sha256 = hashlib.sha256(found.content).hexdigest()
    kept, _ = DeckTemplate.objects.update_or_create(workspace=workspace, sha256=sha256, defaults=values)
    for old in older:
        if old.pk != kept.pk:
            Pitch.objects.filter(deck_template=old, frozen_at=None).update(deck_template=kept)
            _let_go(old)
    record(workspace, user, "template.added", name)
    return kept


def _ratio(ratio: float) -> str:
    near = min(RATIOS, key=lambda known: abs(known - ratio))
    return RATIOS[near] if abs(near - ratio) < 0.02 else f"{ratio:.2f}:1"


@transaction.atomic
def remove(workspace: Workspace, user: User, one: DeckTemplate) -> None:
    """No new deck is made on it; drafts go back to our own look, frozen pitches keep it."""
    Pitch.objects.filter(deck_template=one, frozen_at=None).update(deck_template=None)
    _let_go(one)
    record(workspace, user, "template.removed", one.name)


def _let_go(one: DeckTemplate) -> None:
    if Pitch.objects.filter(deck_template=one).exists():
        one.removed_at = timezone.now()
        one.save(update_fields=["removed_at"])
    else:
        one.delete()


def in_snapshot(pitch: Pitch) -> dict[str, Any]:
    """The optional parts of a snapshot that are about its look."""
    found: dict[str, Any] = {}
    logo = Logo.objects.filter(workspace=pitch.workspace).first()
    if logo:
        png = base64.b64encode(logo.png).decode()
        found["logo"] = {"png": png, "sha256": logo.sha256, "alt": logo.alt}
    if pitch.deck_template_id:
        chosen = DeckTemplate.objects.defer("content").get(pk=pitch.deck_template_id)
        found["deck_template"] = {"name": chosen.name, "sha256": chosen.sha256}
    return found


def template_of(pitch: Pitch, snapshot: Mapping[str, Any]) -> Template | None:
    """What the PowerPoint file of this snapshot is made on; None for our own look."""
    named: contract.DeckTemplate | None = snapshot.get("deck_template")
    if not named:
        return None
    kept = DeckTemplate.objects.filter(workspace=pitch.workspace_id, sha256=named["sha256"]).first()
    return template.read(bytes(kept.content)) if kept else None
