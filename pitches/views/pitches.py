"""The pages of a pitch: list, create, edit, freeze, continue, delete."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pitches import checks, queries, shown, tasks, verbs
from pitches.case import build, period_of
from pitches.evidence import page_checks, verifying
from pitches.forms import AskForm, PitchForm
from pitches.models import Pitch
from pitches.shown import evidence_url
from pitches.views import builder
from pitches.views.follow import beside
from pitches.views.politely import open_draft, politely
from teams.access import WorkspaceRequest, member
from teams.models import Workspace


@member("read")
def pitches(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """All pitches, newest first."""
    return render(request, "pitches/pitches.html", {"pitches": queries.pitches(workspace)})


@member("edit")
def new(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """A new pitch, for the last 30 days unless somebody chooses others; it asks for what the last one did."""
    start, end = period_of(workspace)
    first = {"language": workspace.language, "period_start": start, "period_end": end, "length": ""}
    asking = Pitch(workspace=workspace, **queries.last_ask(workspace))
    form = PitchForm(workspace, request.POST or None, initial=first)
    ask_form = AskForm(request.POST or None, instance=asking, is_required=False)
    if request.method == "POST" and form.is_valid() and ask_form.is_valid():
        values = form.cleaned_data
        made = verbs.create(
            workspace,
            request.user,
            title=values["title"],
            audience=values["audience"],
            audience_kind=values["audience_kind"],
            language=values["language"],
            length=values["length"],
            rivals=values.get("rivals", ()),
            start=values["period_start"],
            end=values["period_end"],
            ask=ask_form.cleaned_data,
        )
        return redirect("pitches:pitch", workspace.code, made.code)
    return render(request, "pitches/pitch_form.html", {"form": form, "ask_form": ask_form})


@member("read")
def pitch(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """One pitch: a draft in its builder; a frozen one shows what was frozen."""
    found = queries.pitch(workspace, code_of_pitch)
    return _frozen(request, found) if found.snapshot else builder.page(request, found)


def _frozen(request: WorkspaceRequest, found: Pitch) -> HttpResponse:
    assert found.snapshot is not None
    context = {
        "pitch": found,
        "shown": shown.of_snapshot(found.snapshot, evidence_url(found)),
        "slides": found.snapshot["slides"],
        "seal": verifying.of_pitch(found),
        "following": Pitch.objects.filter(previous=found).first(),
        "checked": page_checks.progress(found),
        **beside(found),
    }
    return render(request, "pitches/pitch_frozen.html", context)


@member("edit")
@politely
def about(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """What a draft is about. Another period chooses the conversations again."""
    found = open_draft(workspace, code_of_pitch)
    form = PitchForm(workspace, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        verbs.save(found, request.user, form.cleaned_data)
        return redirect("pitches:pitch", workspace.code, found.code)
    return render(request, "pitches/pitch_form.html", {"form": form, "pitch": found})


@member("edit")
@politely
def ask(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """What the boss is to say yes to. Leads back to the plan when it was sent from there."""
    found = open_draft(workspace, code_of_pitch)
    form = AskForm(request.POST or None, instance=found)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pitches/ask.html", {"pitch": found, "form": form})
    verbs.save(found, request.user, form.cleaned_data)
    messages.success(request, _("Saved."))
    if request.POST.get("back") == "plan":
        return redirect("pitches:plan", workspace.code, found.code)
    return redirect(f"{reverse('pitches:pitch', args=[workspace.code, found.code])}#ask")


@member("edit")
@politely
def freeze(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Asks once, then freezes; a case with problems is refused with its problems."""
    found = open_draft(workspace, code_of_pitch)
    tasks.look_again(found)
    if request.method == "POST":
        try:
            tasks.look_again(verbs.freeze(found, request.user))
        except verbs.Refused as refused:
            return render(
                request,
                "pitches/freeze.html",
                {"pitch": found, "problems": refused.problems, "blocked": True},
                status=409,
            )
        messages.success(request, _("Frozen. From now on the deck never changes."))
        return redirect("pitches:pitch", workspace.code, found.code)
    problems = checks.check(build(found))
    blocked = any(problem.blocks for problem in problems)
    return render(request, "pitches/freeze.html", {"pitch": found, "problems": problems, "blocked": blocked})


@require_POST
@member("edit")
@politely
def continue_(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """A new version of a frozen pitch."""
    made = verbs.new_version(queries.pitch(workspace, code_of_pitch), request.user)
    return redirect("pitches:pitch", workspace.code, made.code)


@require_POST
@member("edit")
@politely
def delete(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Deletes a draft."""
    verbs.delete(open_draft(workspace, code_of_pitch), request.user)
    messages.success(request, _("The draft is deleted."))
    return redirect("pitches:pitches", workspace.code)
