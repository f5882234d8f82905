"""The sites on which people talk: how much, when last, and how popular each is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from listening import filters, popularity, queries
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

SHOWN = 50


@member("read")
def sites(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The most active sites among the mentions that the same filters leave; every number opens its list."""
    form = filters.MentionFilterForm(workspace, request.GET)
    rows = []
    if form.is_valid():
        found = filters.apply(workspace, form, timezone.now())
        heard = queries.sites_heard(found.matches, SHOWN + 1)
        known = popularity.of_sites({one.domain: one.sources for one in heard})
        rows = [
            {
                "site": one,
                "popularity": known.get(one.domain),
                "query": filters.address(request.GET, site=one.domain),
            }
            for one in heard
        ]
    context = {
        "form": form,
        "rows": rows[:SHOWN],
        "is_cut": len(rows) > SHOWN,
        "query": filters.address(request.GET),
    }
    return render(request, "listening/sites.html", context)
