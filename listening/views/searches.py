"""Saved searches: what they say, what they found, and their versions."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from listening import queries, searches, tasks
from listening.forms import SearchForm
from listening.models import Search
from teams import access
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record


@member("read")
def searches_page(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Every search with its current wording and what it found in the last 30 days."""
    since = timezone.now() - timedelta(days=30)
    rows = list(workspace.searches.select_related("brand").prefetch_related("versions"))
    found = queries.stories_by_search(workspace, since)
    context = {"rows": [(search, found.get(search.pk, 0)) for search in rows]}
    return render(request, "listening/searches.html", context)


@member("read")
def search(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Edit a search: saving makes a new version, and stored mentions are held against it."""
    one = get_object_or_404(
        Search.objects.select_related("brand").prefetch_related("versions__created_by"),
        workspace=workspace,
        pk=pk,
    )
    form = SearchForm(request.POST) if request.method == "POST" else SearchForm.of(one)
    if request.method == "POST":
        access.workspace(request, workspace.code, "edit")
    if request.method == "POST" and form.is_valid():
        version = searches.save_version(
            one, form.cleaned_data["text"], fold=form.cleaned_data["fold"], user=request.user
        )
        if form.cleaned_data["is_on"] and not one.is_on:  # what was heard meanwhile was not held against it
            one.versions.filter(is_current=True).update(rematched_at=None)
        Search.objects.filter(pk=one.pk).update(is_on=form.cleaned_data["is_on"])
        record(workspace, request.user, "search.edited", str(one), version=version.number)
        tasks.tick_soon()
        messages.success(request, _("Saved. Stored mentions are being held against the new wording."))
        return redirect("listening:searches", workspace.code)
    return render(request, "listening/search.html", {"search": one, "form": form})
