"""The plan of a draft: the ladder, goals, options and objections; and what is to be done first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from listening import calendars, communities
from listening.communities import Community
from listening.models import Event, Mention
from listening.text import clean_line
from pitches import checks, queries, shown, verbs
from pitches.case import Case, build
from pitches.forms import ActionFormSet, AskForm, TaskForm
from pitches.models import Action, Pitch
from pitches.planning import actions as doing
from pitches.planning.forms import PlanForms
from pitches.planning.plan import PHASES
from pitches.shown import evidence_url
from pitches.steps import answers, goals
from pitches.steps.visibility import reactions_of
from pitches.views.politely import politely
from teams import access
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

PROPOSED, COMMUNITIES, EVENTS = 30, 15, 60  # how many are offered to choose from


@dataclass(frozen=True)
class Reason:
    """Why a conversation is worth an answer: what the order of the list goes by."""

    is_question: bool
    reactions: int | None
    replies: int | None

    @classmethod
    def of(cls, mention: Mention) -> Reason:
        reactions = reactions_of(mention) if mention.metrics else None
        return cls(mention.is_question, reactions, mention.conversation.replies_said)


@member("read")
@politely
def plan(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """The whole plan on a page; who may edit fills it in there."""
    found = queries.pitch(workspace, code_of_pitch)
    if found.is_frozen:
        raise verbs.Frozen
    case = build(found)
    forms = PlanForms(case, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        access.workspace(request, workspace.code, "edit")
        if forms.is_valid():
            taken = forms.value(take_proposals="proposals" in request.POST)
            verbs.save(found, request.user, {"plan": taken.as_json()})
            messages.success(request, _("Saved."))
            return redirect("pitches:plan", workspace.code, found.code)
        messages.error(request, _("Nothing was saved yet: look at the fields in red."))
    status = 422 if request.method == "POST" else 200
    return render(request, "pitches/plan.html", _plan_context(workspace, found, case, forms), status=status)


def _plan_context(workspace: Workspace, found: Pitch, case: Case, forms: PlanForms) -> dict[str, Any]:
    listed = goals.numbered(case.ground, case.plan)
    return {
        "pitch": found,
        "case": case,
        "shown": shown.of_case(case, evidence_url(found), found.language),
        "told": shown.of_case(case, evidence_url(found)),  # in the language of the page
        "forms": forms,
        "goals": [(goal, goals.line(case.ground, number, goal)) for number, goal in listed],
        "stop_rules": [(days, goals.stop(case.ground, case.plan, days)) for days in PHASES],
        "ask_form": AskForm(instance=found),
        "problems": [one for one in checks.check(case) if one.key in ("ask", "actions", "plan")],
        "people": [str(one) for one in workspace.members.order_by("name", "email")],
        "rows": found.actions.exclude(state=Action.State.NOT_RELEVANT).select_related("mention__site"),
    }


@member("edit")
@politely
def actions(request: WorkspaceRequest, workspace: Workspace, code_of_pitch: UUID) -> HttpResponse:
    """What to do first, by whom and when; "again" chooses the conversations anew."""
    found = queries.pitch(workspace, code_of_pitch)
    if found.is_frozen:
        raise verbs.Frozen
    if request.method == "POST" and "again" in request.POST:
        verbs.propose_again(found, request.user)
        messages.success(request, _("The conversations are chosen anew. What somebody worked on stayed."))
        return redirect("pitches:actions", workspace.code, found.code)
    case = build(found)
    with verbs.changing(found) as held:  # so that no row changes between the check and the saving
        rows = held.actions.select_related("mention__site", "mention__conversation", "event")
        forms, task = ActionFormSet(request.POST or None, queryset=rows), TaskForm(request.POST or None)
        if request.method == "POST" and any(one.instance.pk is None for one in forms):
            messages.error(request, _("The plan was changed meanwhile. Look at it again."))
            return redirect("pitches:actions", workspace.code, found.code)
        if request.method == "POST" and forms.is_valid() and task.is_valid():
            forms.save()
            new = list(_chosen(request, workspace, case))
            if task.cleaned_data["title"]:
                new.append(Action(kind=Action.Kind.TASK, title=task.cleaned_data["title"]))
            room = max(doing.MOST_OPEN - held.actions.count(), 0)
            owner = held.ask_owner or str(request.user)[:120]
            doing.add(held, new[:room], owner, workspace.localtime(timezone.now()).date())
            if len(new) > room:
                text = _("A plan holds %(most)s things to do at most; the last ones were left out.")
                messages.warning(request, text % {"most": doing.MOST_OPEN})
            messages.success(request, _("Saved."))
            name = "pitches:actions" if new else "pitches:plan"
            return redirect(name, workspace.code, found.code)
    reasons = [Reason.of(one.instance.mention) if one.instance.mention else None for one in forms]
    context = {
        "pitch": found,
        "formset": forms,
        "rows": list(zip(forms, reasons, strict=True)),
        "task": task,
        "people": [str(one) for one in workspace.members.order_by("name", "email")],
        **_offered(workspace, found, case),
    }
    return render(request, "pitches/actions.html", context)


def _offered(workspace: Workspace, found: Pitch, case: Case) -> dict[str, Any]:
    """Conversations, communities and events that are not in the plan yet."""
    ground = case.ground
    known = case.ground.register.values()["s3.ours"] is not None
    waiting = answers.proposed(ground, PROPOSED, doing.taken(found)) if known else []
    events = set(found.actions.filter(event__isnull=False).values_list("event", flat=True))
    coming = calendars.coming(workspace, timezone.now()).filter(is_cancelled=False, gone_at=None)
    return {
        "waiting": [(mention, Reason.of(mention)) for mention in waiting],
        "communities": _communities(case, found),
        "events": list(_next_of_each(one for one in coming[:300] if one.pk not in events))[:EVENTS],
        "follows_calendars": workspace.calendars.exists(),
        "knows_accounts": known,
    }


def _next_of_each(events: Iterable[Event]) -> Iterator[Event]:
    """Of an event that is repeated the next date only."""
    seen: set[tuple[int, str, str]] = set()
    for one in events:
        key = (one.calendar_id, one.title, one.place)
        if key not in seen:
            seen.add(key)
            yield one


def _communities(case: Case, found: Pitch) -> list[Community]:
    joined = set(found.actions.filter(kind=Action.Kind.JOIN).values_list("place", flat=True))
    ours = [brand.domain for brand in case.ground.brands if brand.domain]
    listed = communities.communities(case.ground.heard, COMMUNITIES + len(joined), ours)
    return [one for one in listed if one.name not in joined][:COMMUNITIES]


def _chosen(request: WorkspaceRequest, workspace: Workspace, case: Case) -> Iterator[Action]:
    """What was ticked, looked up again: only the workspace's own things, and only once."""
    mentions = _numbers(request, "mention")
    taken = set(doing.taken(case.pitch))
    rows = Mention.objects.filter(workspace=workspace, pk__in=mentions).select_related("site")
    for mention in sorted(rows, key=lambda one: mentions.index(one.pk)):
        if mention.conversation_id not in taken:
            taken.add(mention.conversation_id)
            yield doing.about_mention(mention)
    if names := [clean_line(one, 300) for one in request.POST.getlist("community")[:COMMUNITIES]]:
        listed = communities.communities(case.ground.heard, COMMUNITIES, named=names)
        joined = set(case.pitch.actions.filter(kind=Action.Kind.JOIN).values_list("place", flat=True))
        yield from (doing.about_community(one) for one in listed if one.name not in joined)
    known = set(case.pitch.actions.filter(event__isnull=False).values_list("event", flat=True))
    events = Event.objects.filter(calendar__workspace=workspace, pk__in=_numbers(request, "event"))
    for event in events.select_related("calendar__workspace"):
        if event.pk not in known:
            yield doing.about_event(event)


def _numbers(request: WorkspaceRequest, name: str) -> list[int]:
    typed = request.POST.getlist(name)[:100]
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 18]
