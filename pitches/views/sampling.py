"""Judging a sample of the mentions that a pitch counts: one at a time, by button or key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listening.models import Mention
from listening.views.mentions import marked, present
from pitches import queries, verbs
from pitches.evidence import precision, sampling
from pitches.ground import Ground
from pitches.models import Judgement, Pitch, PrecisionSample
from pitches.views.politely import politely
from teams.access import WorkspaceRequest, member
from teams.models import User, Workspace

KEYS = {"relevant": "r", "not_relevant": "n", "unsure": "u"}


def _open(workspace: Workspace, code: UUID) -> tuple[Pitch, Ground]:
    """A draft and what it measures on. Raises Http404, or Frozen."""
    found = queries.pitch(workspace, code)
    if found.is_frozen:
        raise verbs.Frozen
    return found, sampling.ground_of(found)


def _sample(ground: Ground) -> PrecisionSample:
    """The sample that is being judged. Raises Http404 when a wording changed, so that there is none."""
    sample = precision.newest(ground)
    if sample is None:
        raise Http404(_("This sample is gone: a search was changed. Draw another."))
    return sample


@member("read")
@politely
def sample(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The sample of a pitch's period: what is to be judged next, and what was said so far."""
    found, ground = _open(workspace, code_of_pitch)
    context: dict[str, Any] = {"pitch": found, "size": sampling.SIZE}
    if drawn := ground.once(precision.newest):
        said = precision.judgements(ground)
        context |= {"sample": drawn, "result": precision.of_sample(drawn, said)}
        context |= _judging(request, drawn, said)
    return render(request, "pitches/sample.html", context)


def _judging(request: WorkspaceRequest, drawn: PrecisionSample, said: list[Judgement]) -> dict[str, Any]:
    """The mention to judge now, and all of them with what this person and everybody said."""
    mine = {one.place: one.answer for one in said if one.judged_by_id == request.user.pk}
    places = range(len(drawn.drawn))
    asked = request.GET.get("place", "")
    place = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
    if place not in places:
        place = next((one for one in places if one not in mine), None)
    rows = Mention.objects.filter(workspace=drawn.workspace).select_related("site")
    mentions = rows.in_bulk(drawn.drawn)
    return {
        "mine": len(mine),
        "place": place,
        "current": _shown(drawn, place, mentions) if place is not None else None,
        "answers": [(value, label, KEYS[value]) for value, label in Judgement.Answer.choices],
        "my_answer": mine.get(place) if place is not None else None,
        "list": [
            (one, mentions.get(drawn.drawn[one]), mine.get(one), precision.told(said, one)) for one in places
        ],
    }


def _shown(drawn: PrecisionSample, place: int, mentions: dict[int, Mention]) -> dict[str, Any] | None:
    """A mention as it is judged, its found words marked; None when it is gone."""
    mention = mentions.get(drawn.drawn[place])
    if mention is None:
        return None
    present(mention)
    matches = sampling.matches_of(drawn, place)
    return {
        "mention": mention,
        "title_pieces": marked(mention, matches, "title"),
        "text_pieces": marked(mention, matches, "text"),
        "searches": [match.version.search for match in matches],
    }


@require_POST
@member("edit")
@politely
def draw(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Draws a sample; what was judged of an earlier one stays with that one."""
    found, ground = _open(workspace, code_of_pitch)
    try:
        sampling.draw(ground, request.user, instead_of=request.POST.get("sample"))
    except sampling.Nothing as nothing:
        messages.error(request, str(nothing))
    except sampling.Meanwhile as meanwhile:
        messages.warning(request, str(meanwhile))
    return redirect("pitches:sample", workspace.code, found.code)


@require_POST
@member("edit")
@politely
def judge(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """What somebody says of one mention; the next one follows. Nothing is kept about one they did not see."""
    found, ground = _open(workspace, code_of_pitch)
    drawn, place = _sample(ground), request.POST.get("place", "")
    if request.POST.get("sample", str(drawn.pk)) != str(drawn.pk):
        messages.warning(request, str(sampling.Meanwhile()))
        return redirect("pitches:sample", workspace.code, found.code)
    try:
        sampling.judge(drawn, request.user, int(place[:6]), request.POST.get("answer", ""))
    except ValueError:
        messages.error(request, _("Choose one of the three answers."))
    return redirect("pitches:sample", workspace.code, found.code)


@require_POST
@member("edit")
@politely
def undo(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Takes back what this person said last, and asks again."""
    found, ground = _open(workspace, code_of_pitch)
    user: User = request.user
    sampling.undo(_sample(ground), user)
    return redirect("pitches:sample", workspace.code, found.code)
