"""The set-up, step by step: our brand, two or three rivals, our field, listen. Can be left and resumed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from competitors import places, setup
from competitors.forms import BrandForm, IndustryForm, LookForm, ProposalSet, seal, ticked
from listening import door, schedule
from listening.models import Brand, Search
from listening.net import SourceError
from teams.access import WorkspaceRequest, member
from teams.models import Workspace

MOST_RIVALS = 5


@member("edit")
def resume(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Goes on where the set-up was left."""
    return redirect(f"competitors:setup_{setup.next_step(workspace)}", workspace.code)


@member("edit")
def own(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Our brand."""
    named = list(Brand.objects.filter(workspace=workspace, kind=Brand.Kind.OWN))
    context = {"step": "own", "named": named, "can_add": not named, "next": "competitors:setup_rivals"}
    return _brand_step(request, workspace, Brand.Kind.OWN, context)


@member("edit")
def rivals(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Two or three rivals, the same way."""
    named = list(Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR))
    context = {
        "step": "rivals",
        "named": named,
        "can_add": len(named) < MOST_RIVALS,
        "next": "competitors:setup_industry",
    }
    return _brand_step(request, workspace, Brand.Kind.COMPETITOR, context)


@member("edit")
def industry(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """What people call the field we are in."""
    form = IndustryForm.of(workspace, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        setup.save_industry(workspace, form.cleaned_data["terms"], form.cleaned_data["tags"], request.user)
        return redirect("competitors:setup_done", workspace.code)
    return _page(request, workspace, "competitors/setup_industry.html", {"step": "industry", "form": form})


@member("edit")
def done(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """What Earshot will listen for, as queries that can be edited; and the button that starts it."""
    searches = Search.objects.filter(workspace=workspace).select_related("brand").prefetch_related("versions")
    readable = [place.name for place in places.places() if place.name != places.SITE]
    profiles = workspace.profiles.filter(source__in=readable).count()
    context = {"step": "done", "searches": searches, "profiles": profiles}
    return _page(request, workspace, "competitors/setup_done.html", context)


def _page(
    request: WorkspaceRequest, workspace: Workspace, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {"steps": setup.steps(workspace), **context}, status=status)


def _brand_step(
    request: WorkspaceRequest, workspace: Workspace, kind: str, context: dict[str, Any]
) -> HttpResponse:
    """Type a domain or a name -> look -> tick and correct -> confirm; or write it all by hand."""
    page = "competitors/setup_brand.html"
    context |= {
        "look_form": LookForm(request.GET or None) if "text" in request.GET else LookForm(),
        "kind": kind,
    }
    if not context["can_add"]:
        return _page(request, workspace, page, context)
    if request.method == "POST" and "confirm" in request.POST:
        return _confirm(request, workspace, kind, page, context)
    if request.method == "POST":
        context["look_form"] = look = LookForm(request.POST)
        if not look.is_valid():
            return _page(request, workspace, page, context, 422)
        found = setup.propose(workspace, look.cleaned_data["text"], door.client())
        now = schedule.now()
        context |= {
            "form": BrandForm.proposing(workspace, found),
            "proposals": ProposalSet(initial=[seal(one, now) for one in found.proposals], prefix="p"),
            "problems": [_(problem.message) % problem.params for problem in found.problems],
        }
    elif "by-hand" in request.GET:
        context |= {"form": BrandForm(workspace), "proposals": ProposalSet(prefix="p")}
    return _page(request, workspace, page, context)


def _confirm(
    request: WorkspaceRequest, workspace: Workspace, kind: str, page: str, context: dict[str, Any]
) -> HttpResponse:
    form, proposals = BrandForm(workspace, request.POST), ProposalSet(request.POST, prefix="p")
    context |= {"form": form, "proposals": proposals}
    if not (form.is_valid() and proposals.is_valid()):
        return _page(request, workspace, page, context, 422)
    fields = {name: form.cleaned_data[name] for name in ("name", "aliases", "tags", "domain")}
    try:
        brand = setup.confirm(workspace, kind=kind, ticked=ticked(proposals), user=request.user, **fields)
    except SourceError as error:
        form.add_error(None, _(error.message) % error.params)
        return _page(request, workspace, page, context, 422)
    except IntegrityError:  # a colleague, or a second click, was faster
        messages.info(request, _("A brand was added here a moment ago. Nothing is stored twice."))
        return redirect("competitors:setup", workspace.code)
    messages.success(request, _("%(brand)s is added.") % {"brand": brand})
    return redirect("competitors:setup_rivals", workspace.code)
