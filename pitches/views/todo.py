"""What is to do, in all pitches of the workspace: take it, do it, note it. It lives on after freezing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listening.text import clean_line, clean_text
from pitches.forms import AssignForm, DoneForm
from pitches.models import Action
from pitches.planning import actions as doing
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

PER_PAGE = 50
ALL = "all"


@member("read")
def todo(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The list: what is open and due soonest first, by state and by person."""
    asked, owner = request.GET.get("state", ""), clean_line(request.GET.get("owner", ""), 120)
    state = asked if asked in (*Action.State.values, ALL) else Action.State.OPEN.value
    today = workspace.localtime(timezone.now()).date()
    rows = doing.listed(workspace, "" if state == ALL else state, owner)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    everything = Action.objects.filter(pitch__workspace=workspace)
    context = {
        "page": page,
        "rows": [(one, one.is_overdue(today)) for one in page],
        "state": state,
        "states": [*Action.State.choices, (ALL, _("All"))],
        "owner": owner,
        "owners": doing.owners(workspace),
        "overdue": everything.filter(state=Action.State.OPEN, due__lt=today).count(),
        "has_any": everything.exists(),
        "me": str(request.user),
    }
    return render(request, "pitches/todo.html", context)


@member("read")
def action(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One action: what it is about, what to mind before answering, and who does it."""
    found = get_object_or_404(doing.of(workspace), pk=pk)
    return render(request, "pitches/action.html", _context(workspace, found))


def _context(workspace: Workspace, found: Action, **forms: Any) -> dict[str, Any]:
    members = {one.pk: str(one)[:120] for one in workspace.members.all()}
    is_here = found.assigned_to_id in members
    named = next((pk for pk, name in members.items() if name == found.owner), None)
    member = found.assigned_to_id if is_here else named
    initial = {
        "member": member,
        "owner": "" if member else found.owner,
        "due": found.due,
        "note": found.note,
    }
    today = workspace.localtime(timezone.now()).date()
    return {
        "action": found,
        "is_overdue": found.is_overdue(today),
        "has_left": found.assigned_to_id is not None and not is_here,
        "assign_form": AssignForm(workspace, initial=initial),
        "done_form": DoneForm(initial={"reply_url": found.reply_url}),
        **forms,
    }


@require_POST
@member("edit")
def assign(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Gives an action to somebody, with a date and a note; "me" takes it oneself."""
    found = get_object_or_404(doing.of(workspace), pk=pk)
    if "me" in request.POST:
        return _changed(request, workspace, pk, lambda: doing.take(workspace, request.user, pk))
    form = AssignForm(workspace, request.POST)
    if not form.is_valid():
        context = _context(workspace, found, assign_form=form)
        return render(request, "pitches/action.html", context, status=422)
    sent = form.cleaned_data
    owner = str(sent["member"])[:120] if sent["member"] else clean_line(sent["owner"], 120)
    given = (owner, sent["member"], sent["due"], clean_text(sent["note"], 2_000))
    return _changed(request, workspace, pk, lambda: doing.assign(workspace, request.user, pk, *given))


@require_POST
@member("edit")
def mark(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Done, with a link to our reply; not relevant; or open again."""
    state = request.POST.get("as", "")
    if state not in Action.State.values:
        raise Http404
    form = DoneForm(request.POST)
    if not form.is_valid():
        found = get_object_or_404(doing.of(workspace), pk=pk)
        context = _context(workspace, found, done_form=form)
        return render(request, "pitches/action.html", context, status=422)
    reply = form.cleaned_data["reply_url"]
    return _changed(request, workspace, pk, lambda: doing.mark(workspace, request.user, pk, state, reply))


def _changed(
    request: WorkspaceRequest, workspace: Workspace, pk: int, change: Callable[[], Action]
) -> HttpResponse:
    try:
        change()
    except Action.DoesNotExist:
        raise Http404(_("This is not in the plan any more.")) from None
    messages.success(request, _("Saved."))
    if request.POST.get("back") == "list":
        return redirect("pitches:todo", workspace.code)
    return redirect("pitches:action", workspace.code, pk)


@member("read")
def guideline(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """What whoever answers in our name keeps to."""
    return render(request, "pitches/guideline.html")
