"""Scans as they run, and the plan that starts them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listening import plans, schedule, tasks
from listening import scan as scanning
from listening.forms import PlanForm
from listening.models import Fetch, Scan
from teams import access
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record

SHOWN = 30
HEARING = ("search", "tagged", "poll")  # whose "new" are mentions


@member("read")
def scans(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The run log: every scan, newest first, with what it found and what failed."""
    rows = list(Scan.objects.filter(workspace=workspace).prefetch_related("fetches")[:SHOWN])
    plan = plans.plan_of(workspace)
    return render(
        request,
        "listening/scans.html",
        {
            "rows": [(one, tally(list(one.fetches.all()))) for one in rows],
            "plan": plan,
            "plan_words": plans.explain(plan),
        },
    )


def tally(fetches: list[Fetch]) -> dict[str, int | None]:
    """How far a scan's fetches are, for a line of words; "new" is None as long as nothing was read."""
    heard = [fetch.new for fetch in fetches if fetch.capability in HEARING and fetch.pages]
    return {
        "all": len(fetches),
        "done": sum(fetch.is_finished for fetch in fetches),
        "failed": sum(fetch.state == Fetch.State.FAILED for fetch in fetches),
        "partial": sum(fetch.state == Fetch.State.PARTIAL for fetch in fetches),
        "struggling": sum(bool(fetch.error) and not fetch.is_finished for fetch in fetches),
        "new": sum(heard) if heard else None,
    }


@require_POST
@member("scan")
def scan_now(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Starts a scan of everything, or shows the one that is running."""
    if workspace.is_sample:
        messages.info(
            request, _("This is the sample workspace: its data is made up, and nothing is scanned.")
        )
        return redirect("listening:scans", workspace.code)
    plans.make_plan(workspace, timezone.now())  # from the first scan on, one follows every day
    one = scanning.running(workspace)
    if one is None:
        one = scanning.start(workspace, schedule.now())
        record(workspace, request.user, "scan.started", str(one.pk))
    tasks.tick_soon()
    return redirect("listening:scan", workspace.code, one.pk)


@member("read")
def scan(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One scan's progress, source by source; htmx asks again while it runs."""
    one = get_object_or_404(Scan, workspace=workspace, pk=pk)
    fetches = list(one.fetches.select_related("search__brand", "feed"))
    context = {"scan": one, "fetches": fetches, "tally": tally(fetches)}
    response = render(request, "listening/_scan.html" if request.htmx else "listening/scan.html", context)
    if request.htmx and one.finished_at:
        response.status_code = 286  # htmx stops polling
    return response


@member("read")
def plan(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """When scans run, and the next run in the workspace's time."""
    if request.method == "POST":
        access.workspace(request, workspace.code, "edit")
        row = plans.make_plan(workspace, schedule.now())
        form = PlanForm(request.POST, instance=row)
    else:
        row = plans.plan_of(workspace)
        form = PlanForm(instance=row, initial={} if row.pk else {"is_on": True})
    if form.is_valid():
        row = form.save(commit=False)
        row.due_at = plans.next_run(row, schedule.now())
        row.lease_token = row.lease_until = None
        row.save()
        record(workspace, request.user, "plan.edited", plans.explain(row))
        messages.success(request, _("Saved."))
        return redirect("listening:plan", workspace.code)
    return render(
        request, "listening/plan.html", {"plan": row, "form": form, "plan_words": plans.explain(row)}
    )
