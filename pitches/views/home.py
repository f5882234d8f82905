"""Home: the five steps with number, verdict, what is missing and the button that gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from listening import plans, scan
from listening.models import Scan, ScanPlan
from pitches import queries, shown
from pitches.case import DEFAULT_DAYS, Case, StepCase, build, period_of
from pitches.follow_ups import follow
from pitches.frame import rule_text
from pitches.models import Pitch
from pitches.shown import Shown
from pitches.verdicts import THRESHOLDS
from teams.access import VERBS, Verb, WorkspaceRequest, member
from teams.models import Workspace

PERIODS = (7, DEFAULT_DAYS, 90, 365)  # days


@dataclass(frozen=True)
class Button:
    """What gets the missing thing."""

    url_name: str
    label: Any
    verb: Verb = "read"  # who may not do it is not offered it


BUTTONS = {
    "s1.missing.scan": Button("listening:scans", _("Scan now"), "scan"),
    "s1.missing.sources": Button("listening:sources", _("Look at the sources")),
    "s1.missing.searches": Button("listening:searches", _("Edit the searches"), "edit"),
    "s2.missing.results": Button("competitors:phrases", _("Look up phrases"), "edit"),
    "s2.missing.phrases": Button("competitors:phrases", _("Add a phrase"), "edit"),
    "s2.missing.influence": Button("listening:sources", _("Look at the sources")),
    "s3.missing.profiles": Button("competitors:profiles", _("Add your accounts"), "edit"),
    "s3.missing.scan": Button("listening:scans", _("Scan now"), "scan"),
    "s4.missing.rivals": Button("competitors:brands", _("Add a rival"), "edit"),
    "s4.missing.scan": Button("listening:scans", _("Scan now"), "scan"),
    "s4.missing.voice": Button("competitors:rivals", _("Compare the rivals")),
    "s4.missing.presence": Button("competitors:rivals", _("Compare the rivals")),
    "s4.missing.momentum": Button("competitors:rivals", _("Compare the rivals")),
    "s5.missing.ask": Button("pitches:new", _("Say what you ask for"), "edit"),
    "s5.missing.scan": Button("listening:scans", _("Scan now"), "scan"),
}


@dataclass(frozen=True)
class Card:
    """A step on Home."""

    step: StepCase
    state_label: str
    number: str
    out_of: str
    number_label: str
    missing: list[dict[str, Any]]


def cards(case: Case, said: Shown, urls: dict[str, str]) -> list[Card]:
    """The five steps, ready to show."""
    found = []
    for step in case.steps:
        number, out_of = step.headline
        if case.ground.register.figures[number].value is None:
            out_of = ""  # "unknown of 12" says less than "unknown"
        found.append(
            Card(
                step=step,
                state_label=case.ground.say(f"state.{step.verdict.state}")[said.language],
                number=number,
                out_of=out_of,
                number_label=case.ground.register.figures[number].label[said.language],
                missing=[
                    {
                        "text": text,
                        "url": urls.get(key),
                        "label": BUTTONS[key].label if key in BUTTONS else "",
                    }
                    for key, text in step.missing
                ],
            )
        )
    return found


def rules(case: Case, said: Shown) -> list[dict[str, Any]]:
    """The rule book, line by line."""
    return [
        {
            "step": rule.step,
            "side": case.ground.say(f"side.{rule.side}")[said.language],
            "text": rule_text(case.ground, name),
        }
        for name, rule in THRESHOLDS.items()
    ]


def button_urls(role: str, workspace: Workspace) -> dict[str, str]:
    """Where the buttons lead in this workspace: those that this role may use."""
    return {
        key: reverse(button.url_name, args=[workspace.code])
        for key, button in BUTTONS.items()
        if button.verb in VERBS[role]
    }


def chosen_days(request: HttpRequest) -> int:
    """The period asked for in the address, if it is one of ours."""
    asked = request.GET.get("days", "")
    return next((days for days in PERIODS if str(days) == asked), DEFAULT_DAYS)


def unsaved(workspace: Workspace, days: int) -> Pitch:
    """The pitch that Home is: nobody saved it, and it asks for what the newest pitch asks for."""
    start, end = period_of(workspace, days)
    return Pitch(
        workspace=workspace,
        language=shown.page_language(),
        period_start=start,
        period_end=end,
        **queries.last_ask(workspace),
    )


@member("read")
def home(request: WorkspaceRequest, workspace: Workspace) -> HttpResponse:
    """The five steps for the last days."""
    days = chosen_days(request)
    case = build(unsaved(workspace, days))
    said = shown.of_case(
        case, lambda name: f"{reverse('pitches:evidence', args=[workspace.code, name])}?days={days}"
    )
    plan = ScanPlan.objects.filter(workspace=workspace).first()
    context = {
        "case": case,
        "shown": said,
        "texts": {"period": case.ground.say("cover.period")},
        "rules": rules(case, said),
        "cards": cards(case, said, button_urls(request.membership.role, workspace)),
        "periods": PERIODS,
        "days": days,
        "coverage": strip(case, said),
        "plan": plan,
        "plan_words": plans.explain(plan) if plan else "",
        "running": scan.running(workspace),
        "has_scan": Scan.objects.filter(workspace=workspace, finished_at__isnull=False).exists(),
        "newest": queries.pitches(workspace).first(),
        "follow_ups_due": follow.due_now(workspace),
    }
    return render(request, "pitches/home.html", context)


def strip(case: Case, said: Shown) -> list[dict[str, Any]]:
    """The coverage strip: only when something could not be read, or is off."""
    lines = [*case.ground.coverage, *case.ground.off]
    if all(one.state == "ok" for one in lines):
        return []
    found = []
    for one in lines:
        words = case.ground.say(f"coverage.{one.state}")[said.language]
        sentence = f"{words}. {one.error}" if one.error else words
        found.append({"label": one.label, "state": one.state, "sentence": sentence})
    return found


@member("read")
def evidence(request: WorkspaceRequest, workspace: Workspace, name: str) -> HttpResponse:
    """What a number on Home rests on."""
    days = chosen_days(request)
    found = queries.proof(unsaved(workspace, days), name)
    home_url = f"{reverse('pitches:home', args=[workspace.code])}?days={days}"
    context = shown.evidence_context(found) | {"back": home_url, "back_label": _("Home")}
    return render(request, "pitches/evidence.html", context)
