"""The Rivals page: who is talked about most, who is where, who grows; every number opens its proof."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competitors import compare, observe, places, queries
from competitors.forms import PeriodForm, ReadingForm, midnights
from competitors.models import Profile
from listening import coverage, sources
from listening import queries as heard
from listening.models import Brand, Search
from teams.access import WorkspaceRequest, member
from teams.models import Workspace, record

FORMS = ("", Search.Form.KEYWORD.value, Search.Form.TAG.value)
SHOWN = 20
MOMENT = timedelta(microseconds=1)


@member("read")
def rivals(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """Share of voice, presence and momentum for the chosen period."""
    form = PeriodForm(request.GET)
    first, last = form.period(workspace, timezone.now())
    since, until = midnights(workspace, first, last)
    voices = [queries.share_of_voice(workspace, since, until, kind) for kind in FORMS]
    matrix = queries.presence(workspace)
    growth = queries.momentum(workspace, first, last)
    own, others = queries.standings(voices[0], matrix, growth)
    names = {brand.pk: brand for brand, _cells in matrix.rows}
    leads = [lead for lead in compare.leads(own, others) if lead.known] if own else []
    context = {
        "form": form,
        "first": first,
        "last": last,
        "days": form.cleaned_data.get("days") or ("" if form.cleaned_data.get("since") else "30"),
        "has_rivals": any(not brand.is_own for brand in names.values()),
        "can_compare": any(voice.common.windows for voice in voices),
        "voices": [_board(voice, names, first, last) for voice in voices],
        "matrix": matrix,
        "by_place": [
            (place, [(brand, cells[at]) for brand, cells in matrix.rows])
            for at, place in enumerate(matrix.places)
        ],
        "elsewhere": [(brand, matrix.elsewhere[brand.pk]) for brand, _cells in matrix.rows],
        "present": [(names[brand], count) for brand, count in matrix.counts().items()],
        "growth": [_grown(one, names) for one in growth],
        "leads": [(names[lead.rival], lead) for lead in leads],
        "has_gaps": any(lead.known < len(compare.MEASURES) for lead in leads),
        "brands": list(names.values()),
    }
    return render(request, "competitors/rivals.html", context)


def _board(voice: queries.Voice, names: dict[int, Brand], first: date, last: date) -> dict[str, Any]:
    """One share-of-voice table, ready to show; every number with the address of its proof."""
    titles = {"": _("By keyword or tag"), "keyword": _("By keyword"), "tag": _("By tag")}
    left_out = [
        {
            "label": sources.label(one.source),
            "brands": ", ".join(names[brand].name for brand in one.brands),
            "reason": one.reason,
        }
        for one in voice.common.left_out
    ]
    rows = [
        {
            "brand": names[share.brand],
            "share": share,
            "percent": share.share * 100 if share.share is not None else None,
            "proof": _proof(names[share.brand], voice.form, first, last),
        }
        for share in voice.result.shares
    ]
    now = timezone.now()
    windows = [
        (sources.label(source), since, min(until - MOMENT, now))  # half open: the last that was read
        for source, (since, until) in voice.common.windows.items()
    ]
    return {
        "title": titles[voice.form],
        "voice": voice,
        "rows": rows,
        "windows": windows,
        "left_out": left_out,
        "off": _off(voice),
    }


def _off(voice: queries.Voice) -> list[str]:
    """Which sources are compared for nobody, because they need credentials."""
    if not voice.brands:
        return []
    searches = [search for found in voice.searches.values() for search in found]
    asked = [*voice.common.windows, *(one.source for one in voice.common.left_out)]
    return [line.error for line in coverage.off(voice.brands[0].workspace, searches, asked)]


def _proof(brand: Brand, form: str, first: date, last: date) -> str:
    address = reverse("competitors:voice", args=[brand.workspace.code, brand.pk])
    return f"{address}?{urlencode({'form': form, 'since': first, 'until': last})}"


def _grown(one: queries.Momentum, names: dict[int, Brand]) -> dict[str, Any]:
    return {"momentum": one, "rows": [(names[brand], change) for brand, change in one.changes.items()]}


@member("read")
def voice(request: WorkspaceRequest, workspace: Workspace, pk: int) -> HttpResponse:
    """What one brand's share of voice rests on: formula, sources, windows, and the stories themselves."""
    brand = get_object_or_404(Brand, workspace=workspace, pk=pk)
    form = PeriodForm(request.GET)
    first, last = form.period(workspace, timezone.now())
    kind = request.GET.get("form", "")
    if kind not in FORMS:
        raise Http404
    found = queries.share_of_voice(workspace, *midnights(workspace, first, last), kind)
    share = next((one for one in found.result.shares if one.brand == brand.pk), None)
    matches = queries.matches_within(workspace, found.common, kind).filter(brand=brand)
    stories = heard.told_first(heard.mentions_of(workspace, matches))
    context = {
        "brand": brand,
        "first": first,
        "last": last,
        "share": share,
        "percent": share.share * 100 if share and share.share is not None else None,
        "board": _board(found, {one.pk: one for one in found.brands}, first, last),
        "counts": heard.counts(matches) if brand.pk in found.counts else None,
        "stories": stories[:SHOWN],
        "searches": found.searches.get(brand.pk, ()),
        "kind": kind,
    }
    return render(request, "competitors/voice.html", context)


@member("read")
def place(request: WorkspaceRequest, workspace: Workspace, pk: int, place: str) -> HttpResponse:
    """What a cell of the presence matrix rests on: profile, readings, history, and what could not be read."""
    form = ReadingForm(initial={"on": workspace.localtime(timezone.now()).date()})
    return _place(request, workspace, pk, place, form)


@require_POST
@member("edit")
def by_hand(request: WorkspaceRequest, workspace: Workspace, pk: int, place: str) -> HttpResponse:
    """A person looked themselves: there is none, or it is there."""
    brand = get_object_or_404(Brand.objects.select_related("workspace"), workspace=workspace, pk=pk)
    form = ReadingForm(request.POST)
    if place not in {one.name for one in places.places()}:
        raise Http404
    if not form.is_valid():
        return _place(request, workspace, pk, place, form, status=422)
    seen = form.cleaned_data
    on = datetime.combine(seen["on"], time(12), UTC)
    observe.enter_reading(
        brand, place, seen["there"] == "yes", seen["followers"], seen["url"], on, request.user
    )
    record(workspace, request.user, "reading.entered", brand, place=place, there=seen["there"])
    messages.success(request, _("Kept, marked as entered by hand."))
    return redirect("competitors:rivals", workspace.code)


def _place(
    request: WorkspaceRequest, workspace: Workspace, pk: int, place: str, form: ReadingForm, status: int = 200
) -> HttpResponse:
    brand = get_object_or_404(Brand, workspace=workspace, pk=pk)
    matrix = queries.presence(workspace)
    cells = next(cells for one, cells in matrix.rows if one.pk == brand.pk)
    cell = next((one for one in cells if one.place.name == place), None)
    if cell is None:
        raise Http404
    profile: Profile | None = cell.profile
    history = queries.history(profile) if profile else {}
    context = {
        "brand": brand,
        "cell": cell,
        "profile": profile,
        "history": [(queries.metric_label(name), rows) for name, rows in history.items()],
        "form": form,
    }
    return render(request, "competitors/place.html", context, status=status)
