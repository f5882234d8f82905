"""The log: who did what, and when."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from teams import audit
from teams.access import WorkspaceRequest, member
from teams.forms import AuditFilterForm
from teams.models import Workspace

PER_PAGE = 50


@require_safe
@member("manage")
def log(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Newest first, in words; by person and by kind. Both filters are part of the address."""
    form = AuditFilterForm(request.GET, people=audit.people(workspace), kinds=audit.kinds(workspace))
    chosen = form.cleaned_data if form.is_valid() else {"person": "", "kind": ""}
    found = audit.entries(workspace, chosen["person"], chosen["kind"])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": audit.lines(page.object_list, workspace),
        "is_filtered": any(chosen.values()),
    }
    return render(request, "teams/audit.html", context)
