"""PowerPoint templates of a workspace, and which of them a pitch is made on."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pitches import looks, queries, verbs
from pitches.decks import pptx, template, trial
from pitches.decks.intake import MOST_BYTES, Refused
from pitches.decks.template import Unusable
from pitches.forms import LookForm, TemplateForm
from pitches.models import DeckTemplate
from pitches.shown import page_language
from pitches.views.decks import PPTX
from pitches.views.pitches import politely
from teams.access import WorkspaceRequest, member
from teams.models import Logo, Workspace, record


@member("manage")
def templates(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The templates there are, and a place to add one; a refused file is told why."""
    sent = request.method == "POST"
    form = TemplateForm(request.POST, request.FILES) if sent else TemplateForm()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = looks.add(workspace, request.user, file.name, file.read(MOST_BYTES + 1))
        except (Refused, Unusable) as refused:
            form.add_error("file", looks.reason(refused))
        else:
            messages.success(request, _("“%(name)s” can be chosen for pitches now.") % {"name": kept.name})
            return redirect("pitches:templates", workspace.code)
    context = {
        "form": form,
        "templates": looks.templates(workspace).select_related("uploaded_by"),
        "has_logo": Logo.objects.filter(workspace=workspace).exists(),
    }
    return render(request, "pitches/templates.html", context, status=422 if form.errors else 200)


@require_POST
@member("manage")
def remove_template(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """No new deck is made on it."""
    one = get_object_or_404(DeckTemplate, workspace=workspace, pk=pk, removed_at=None)
    looks.remove(workspace, request.user, one)
    messages.success(request, _("The template is gone. Frozen pitches keep the look they were frozen with."))
    return redirect("pitches:templates", workspace.code)


@require_safe
@member("manage")
def trial_deck(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """A made-up deck on this template, to see every kind of slide before a pitch uses it."""
    one = get_object_or_404(DeckTemplate, workspace=workspace, pk=pk)
    made = trial.snapshot(workspace.accent)
    content = pptx.render(made, page_language(), template.read(bytes(one.content)))
    name = f"{slugify(one.name) or 'template'}-trial.pptx"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=PPTX, headers=headers)


@member("edit")
@politely
def look(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """Which template the PowerPoint file of a draft is made on."""
    found = queries.pitch(workspace, code_of_pitch)
    if found.is_frozen:
        raise verbs.Frozen
    form = LookForm(request.POST or None, instance=found, choices=looks.templates(workspace))
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            verbs.save(found, request.user, form.cleaned_data)
            record(workspace, request.user, "pitch.look_chosen", found.title)
        messages.success(request, _("Saved."))
        return redirect("pitches:pitch", workspace.code, found.code)
    context = {"pitch": found, "form": form, "templates": looks.templates(workspace)}
    return render(request, "pitches/look.html", context, status=422 if form.errors else 200)
