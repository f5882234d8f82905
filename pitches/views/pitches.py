"""The pages of a pitch: list, create, edit, freeze, continue, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pitches import checks, page_checks, queries, shown, tasks, verbs, verifying, wordings
from pitches.case import Case, StepCase, build, period_of
from pitches.forms import AskForm, PitchForm, StepForm
from pitches.models import Pitch
from pitches.shown import Shown, evidence_url
from pitches.views.follow import beside
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

View = Callable[..., HttpResponse]


def politely(view: View) -> View:
    """Answers in words when somebody else froze the pitch a moment ago, with 404 when they deleted it."""

    @wraps(view)
    def answer(
        request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, **rest: Any
    ) -> HttpResponse:
        try:
            return view(request, workspace, code_of_pitch, **rest)
        except Pitch.DoesNotExist:
            raise Http404(_("This pitch is gone.")) from None
        except verbs.Frozen as frozen:
            messages.error(request, str(frozen))
            return redirect("pitches:pitch", workspace.code, code_of_pitch)

    return answer


def _open(workspace: Workspace, code: UUID) -> Pitch:
    """A draft, to be changed. Raises Http404, or Frozen for one that is not open any more."""
    found = queries.pitch(workspace, code)
    if found.is_frozen:
        raise verbs.Frozen
    return found


@member("read")
def pitches(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """All pitches, newest first."""
    return render(request, "pitches/pitches.html", {"pitches": queries.pitches(workspace)})


@member("edit")
def new(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """A new pitch, for the last 30 days unless somebody chooses others."""
    start, end = period_of(workspace)
    first = {"language": workspace.language, "period_start": start, "period_end": end}
    form = PitchForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        made = verbs.create(
            workspace,
            request.user,
            title=values["title"],
            audience=values["audience"],
            language=values["language"],
            start=values["period_start"],
            end=values["period_end"],
            ask=queries.last_ask(workspace),
        )
        return redirect("pitches:pitch", workspace.code, made.code)
    return render(request, "pitches/pitch_form.html", {"form": form})


@member("read")
def pitch(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """One pitch: its steps, conversations, ask and problems; a frozen one shows what was frozen."""
    found = queries.pitch(workspace, code_of_pitch)
    if found.snapshot:
        return _frozen(request, found)
    case = build(found)
    problems = checks.check(case)
    said = shown.of_case(case, evidence_url(found), found.language)
    context = {
        "pitch": found,
        "case": case,
        "shown": said,
        "steps": [(step, _state(case, step, said)) for step in case.steps],
        "problems": problems,
        "blocked": any(problem.blocks for problem in problems),
        "ask_form": AskForm(instance=found),
        "actions": found.actions.select_related("mention__site"),
        "checked": page_checks.progress(found),
        **beside(found),
    }
    return render(request, "pitches/pitch.html", context)


def _state(case: Case, step: StepCase, said: Shown) -> str:
    return case.ground.say(f"state.{step.verdict.state}")[said.language]


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
    """Title, audience, language and period of a draft. Another period chooses the conversations again."""
    found = _open(workspace, code_of_pitch)
    form = PitchForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        verbs.save(found, request.user, form.cleaned_data)
        return redirect("pitches:pitch", workspace.code, found.code)
    return render(request, "pitches/pitch_form.html", {"form": form, "pitch": found})


@member("edit")
@politely
def step(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID, number: int) -> HttpResponse:
    """A step's title and reasoning, edited as they read; empty goes back to what Earshot writes."""
    found = _open(workspace, code_of_pitch)
    case = build(found)
    one = case.steps[number - 1]
    first = {"title": wordings.printed(case, one.title), "reasoning": wordings.printed(case, one.reasoning)}
    form = StepForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid() and _save_step(request, case, one, form):
        return redirect(f"{reverse('pitches:pitch', args=[workspace.code, found.code])}#step-{number}")
    context = {"pitch": found, "step": one, "form": form, "known": wordings.figures_of(case, one)[:24]}
    return render(request, "pitches/step.html", context)


def _save_step(request: WorkspaceRequest, case: Case, one: StepCase, form: StepForm) -> bool:
    """Keeps the words; False and an error at the field when a number in them is no figure."""
    words: dict[str, str] = {}
    language = case.pitch.language
    fields = {
        "title": (one.title, one.generated_title),
        "reasoning": (one.reasoning, one.generated_reasoning),
    }
    for name, (before, generated) in fields.items():
        try:
            words[name] = wordings.template(case, one, form.cleaned_data[name], before)
        except wordings.NotAFigure as error:
            form.add_error(name, str(error))
            continue
        if words[name] == generated[language]:
            words[name] = ""  # as Earshot writes it: no edit
    if form.errors:
        return False
    verbs.save_step(case.pitch, request.user, one.number, words["title"], words["reasoning"])
    return True


@member("edit")
@politely
def ask(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """What the boss is to say yes to. Leads back to the plan when it was sent from there."""
    found = _open(workspace, code_of_pitch)
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
    found = _open(workspace, code_of_pitch)
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
    verbs.delete(_open(workspace, code_of_pitch), request.user)
    messages.success(request, _("The draft is deleted."))
    return redirect("pitches:pitches", workspace.code)
