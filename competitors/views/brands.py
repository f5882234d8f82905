"""Brands and their profiles: names, handles, and what was read of each."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competitors import queries, setup
from competitors.forms import TAKEN, BrandForm, ProfileForm
from competitors.models import Profile
from listening import popularity
from listening.models import Brand
from teams import access
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record


@member("read")
def brands(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Ours first, then the rivals, each with its searches and profiles."""
    rows = list(Brand.objects.filter(workspace=workspace).prefetch_related("searches__versions", "profiles"))
    return render(request, "competitors/brands.html", {"brands": rows, "steps": setup.steps(workspace)})


@member("read")
def brand(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One brand: names, tags, domain, and its profiles."""
    one = get_object_or_404(Brand, workspace=workspace, pk=pk)
    form = BrandForm(workspace, request.POST if request.method == "POST" else None, instance=one)
    if request.method == "POST":
        access.workspace(request, workspace.code, "edit")
    if request.method == "POST" and form.is_valid() and _save(form, request):
        return redirect("competitors:brand", workspace.code, pk)
    return _brand_page(request, one, form, ProfileForm(one), status=422 if form.errors else 200)


def _save(form: BrandForm, request: WorkspaceRequest) -> bool:
    try:
        setup.save_brand(form.save(commit=False), request.user)
    except IntegrityError:  # the name was free when it was checked
        form.add_error("name", TAKEN)
        return False
    messages.success(
        request, _("Saved. The brand’s searches keep their wording; change them under Searches.")
    )
    return True


@require_POST
@member("edit")
def add_profile(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Adds a profile by hand; the next scan reads it."""
    one = get_object_or_404(Brand, workspace=workspace, pk=pk)
    form = ProfileForm(one, request.POST)
    if not form.is_valid():
        return _brand_page(request, one, BrandForm(workspace, instance=one), form, status=422)
    profile = setup.add_profile(one, form.cleaned_data["ticked"])
    record(workspace, request.user, "profile.added", f"{one}: {profile}", source=profile.source)
    messages.success(request, _("Added. The next scan reads it."))
    return redirect("competitors:brand", workspace.code, pk)


def _brand_page(
    request: WorkspaceRequest, brand: Brand, form: BrandForm, profile_form: ProfileForm, status: int = 200
) -> HttpResponse:
    context = {
        "brand": brand,
        "popularity": popularity.of_brand(brand.domain),
        "form": form,
        "profile_form": profile_form,
        "profiles": queries.profiles(brand.workspace, [brand]),
        "searches": brand.searches.prefetch_related("versions"),
    }
    return render(request, "competitors/brand.html", context, status=status)


@require_POST
@member("manage")
def remove(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Removes a brand with its searches, profiles and readings. What was said stays in the mentions."""
    one = get_object_or_404(Brand, workspace=workspace, pk=pk)
    record(workspace, request.user, "brand.removed", one)
    messages.success(request, _("%(brand)s is removed.") % {"brand": one})
    one.delete()
    return redirect("competitors:brands", workspace.code)


@member("read")
def profiles(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Every profile of every brand with its newest readings, or why there are none."""
    readings, failures = queries.newest_readings(workspace), queries.latest_failures(workspace)
    rows = [
        queries.ProfileState.of(one, readings.get(one.pk, []), failures.get(one.pk))
        for one in queries.profiles(workspace)
    ]
    return render(request, "competitors/profiles.html", {"rows": rows})


@member("read")
def profile(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """One profile with the history of its readings, each with its day and proof."""
    one = get_object_or_404(Profile.objects.select_related("brand"), workspace=workspace, pk=pk)
    history = [(queries.metric_label(name), rows) for name, rows in queries.history(one).items()]
    failure = queries.latest_failures(workspace).get(one.pk)
    state = queries.ProfileState.of(one, queries.newest_readings(workspace).get(one.pk, []), failure)
    return render(request, "competitors/profile.html", {"profile": one, "history": history, "state": state})


@require_POST
@member("edit")
def remove_profile(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """Removes a profile with its readings."""
    one = get_object_or_404(Profile.objects.select_related("brand"), workspace=workspace, pk=pk)
    setup.remove_profile(one, request.user)
    messages.success(request, _("The profile is removed."))
    return redirect("competitors:brand", workspace.code, one.brand_id)
