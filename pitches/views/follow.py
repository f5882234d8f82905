"""What changed between two versions, and coming back after 30, 60 or 90 days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from pitches import queries, shown
from pitches.case import build
from pitches.decks import contract
from pitches.decks.text import format_number
from pitches.follow_ups import differences, follow, progress, then, told
from pitches.follow_ups.differences import FigureChange, SourceChange
from pitches.forms import FollowForm
from pitches.models import Pitch
from pitches.shown import evidence_url
from pitches.steps.delta import POINTS
from pitches.words import say, table
from teams.access import WorkspaceRequest, member
from teams.models import Workspace


def beside(found: Pitch) -> dict[str, Any]:
    """What a pitch's own page says of the pitches before and after it."""
    frozen = then.followed(found)
    return {
        "due": follow.due_dates(found) if found.is_frozen else [],
        "open_follow_up": follow.open_follow_up(found) if found.is_frozen else None,
        "compared_with": then.earlier(found),
        "worded": then.wordings(frozen) if frozen and not found.is_frozen else None,
    }


@member("read")
def changes_since(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """What changed since an earlier version, or since the pitch that this one follows."""
    found = queries.pitch(workspace, code_of_pitch)
    earlier = then.all_earlier(found)
    asked = request.GET.get("since", "")
    old = next((one for one in earlier if str(one.code) == asked), earlier[0] if earlier else None)
    context: dict[str, Any] = {"pitch": found, "old": old, "earlier": earlier}
    if old is not None and old.snapshot is not None:
        before = contract.current(old.snapshot)
        after = contract.current(found.snapshot) if found.snapshot else build(found).as_snapshot(rows=False)
        compared = differences.between(before, after, found.language)
        then_shown = shown.of_snapshot(before, evidence_url(old), found.language)
        now_shown = shown.of_snapshot(after, evidence_url(found), found.language)
        context |= {
            "changes": compared,
            "then": then_shown,
            "now": now_shown,
            "figures": [_figure(one, after, found.language) for one in sorted(compared.told, key=_rank)],
            "further": [_figure(one, after, found.language) for one in compared.further],
            "verdicts": [_verdict(one, found.language) for one in compared.verdicts],
            "sources": [_source(one, found.language) for one in compared.read_otherwise],
            "same_length": told.days_of(before) == told.days_of(after),
        }
    return render(request, "pitches/changes.html", context)


def _rank(one: FigureChange) -> int:
    """The key figures first, the others as they come."""
    keys = list(progress.KEY_FIGURES)
    return keys.index(one.key) if one.key in keys else len(keys)


def _figure(one: FigureChange, new: Mapping[str, Any], language: str) -> dict[str, Any]:
    about = differences.subject(new, one.key) if one.new else None
    return {"change": one, "about": about[1] if about else "", "said": difference_text(one, language)}


def _verdict(one: differences.VerdictChange, language: str) -> dict[str, Any]:
    words = {name: say(f"state.{getattr(one, name)}", {})[language] for name in ("old", "new")}
    return {"change": one, "claim": say(f"s{one.step}.claim", {})[language], **words}


def _source(one: SourceChange, language: str) -> dict[str, Any]:
    def word(state: str) -> str:
        key = f"coverage.{state}"
        return say(key if key in table() else "before.unasked", {})[language]

    return {"change": one, "old": word(one.old), "new": word(one.new)}


def difference_text(one: FigureChange, language: str) -> str:
    """ "+14 (+28 %)", "−2 percentage points", or why nothing is subtracted."""
    if one.state == "appeared":
        return _("new")
    if one.state == "gone":
        return _("no longer measured")
    if one.state == "incomparable":
        return _("cannot be compared")
    if one.absolute is None or one.new is None:
        return _("changed")
    sign = "+" if one.absolute > 0 else ""
    if one.new.unit == "percent":
        points = format_number(round(one.absolute * POINTS, 1), "number", language)
        return _("%(number)s percentage points") % {"number": f"{sign}{points}"}
    unit = "number" if one.new.unit == "money" else one.new.unit
    said = f"{sign}{format_number(one.absolute, unit, language)}"
    if one.relative is None:
        return said
    return f"{said} ({sign}{format_number(one.relative, 'percent', language)})"


@member("edit")
def follow_up(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Makes the follow-up of a frozen pitch, for as many days as it measured, up to a chosen day."""
    found = queries.pitch(workspace, code_of_pitch)
    if not found.is_frozen:
        return redirect("pitches:pitch", workspace.code, found.code)
    if draft := follow.open_follow_up(found):
        return redirect("pitches:pitch", workspace.code, draft.code)
    today = workspace.localtime(timezone.now()).date()
    form = FollowForm(request.POST or None, initial={"end": today})
    if request.method == "POST" and form.is_valid():
        try:
            made = follow.follow_up(found, request.user, form.cleaned_data["end"])
        except follow.TooEarly as error:
            form.add_error("end", str(error))
        else:
            return redirect("pitches:pitch", workspace.code, made.code)
    days = (found.period_end - found.period_start).days + 1
    context = {"pitch": found, "form": form, "days": days, "worded": then.wordings(found)}
    return render(request, "pitches/follow_up.html", context)
