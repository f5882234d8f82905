"""What people fill in about the plan of a pitch: one form of several parts, saved as one document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pitches.case import Case
from pitches.decks.text import format_number
from pitches.drafts import wordings
from pitches.planning.plan import (
    CANDIDATES,
    MOST_GOALS,
    MOST_MONTHS,
    OBJECTIONS,
    PHASES,
    Goal,
    Objection,
    Option,
    Plan,
    Rung,
    hours_of,
    proposed_target,
)
from pitches.shown import page_language
from pitches.slides import Slide
from pitches.steps import decision, goals
from pitches.words import Text

NUMBER = {"min": "0", "step": "any", "inputmode": "decimal"}
PEOPLE = {"list": "people"}  # the page lists the members to choose from


class RungForm(forms.Form):
    """A step of the ladder."""

    on = forms.BooleanField(label=_("We do this"), required=False)
    month = forms.IntegerField(label=_("From month"), min_value=1, max_value=MOST_MONTHS)
    owner = forms.CharField(
        label=_("Who does it"), max_length=120, required=False, widget=forms.TextInput(attrs=PEOPLE)
    )
    hours = forms.FloatField(
        label=_("Hours a week"),
        min_value=0,
        max_value=999,
        required=False,
        widget=forms.NumberInput(attrs=NUMBER | {"step": "0.5"}),
    )


class GoalForm(forms.Form):
    """A figure that shall move. A target is typed as the figure is printed: 10 for ten percent."""

    figure = forms.ChoiceField(label=_("What we measure"), required=False)
    direction = forms.ChoiceField(
        label=_("It shall"),
        choices=[("up", _("rise to")), ("down", _("fall to")), ("hold", _("stay at least at"))],
    )
    target = forms.FloatField(
        label=_("Target"), required=False, min_value=0, widget=forms.NumberInput(attrs=NUMBER)
    )
    days = forms.TypedChoiceField(
        label=_("By day"), coerce=int, choices=[(days, str(days)) for days in PHASES]
    )
    owner = forms.CharField(
        label=_("Who answers for it"), max_length=120, required=False, widget=forms.TextInput(attrs=PEOPLE)
    )


class OptionForm(forms.Form):
    """What a way to decide costs."""

    hours = forms.FloatField(
        label=_("Hours a week"),
        min_value=0,
        max_value=999,
        required=False,
        widget=forms.NumberInput(attrs=NUMBER | {"step": "0.5"}),
    )
    budget = forms.FloatField(
        label=_("Budget"),
        min_value=0,
        max_value=9_999_999_999,
        required=False,
        widget=forms.NumberInput(attrs=NUMBER),
    )


class ObjectionForm(forms.Form):
    """Whether we expect it, and what we answer; empty goes back to what Earshot writes."""

    on = forms.BooleanField(label=_("We expect this"), required=False)
    text = forms.CharField(
        label=_("Our answer"), max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class StopForm(forms.Form):
    """When we stop after a part of the plan; empty goes back to what Earshot writes."""

    text = forms.CharField(
        label=_("When we stop"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class PlanForms:
    """All parts of a case's plan, bound when ``data`` was sent."""

    def __init__(self, case: Case, data: Any = None) -> None:
        self.case, self.plan, self.data = case, case.plan, data
        self.language = case.pitch.language
        self.written: dict[str, str] = {}  # texts as templates, by the prefix of their form

    @cached_property
    def slide(self) -> Slide:
        """The slide that the texts stand on or beside: its numbers go before others that print alike."""
        return next(one for one in self.case.made if one.key == "decision")

    # What there is to choose from

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """The figures a goal can be about, each with its value today."""
        known = self.case.ground.register.figures
        return [(key, f"{self._name(key)} ({self._printed(key)})") for key in CANDIDATES if key in known]

    def _name(self, key: str) -> str:
        name = self.case.ground.say(f"kpi.name.{key}")[page_language()]
        return name[:1].upper() + name[1:]

    def _printed(self, key: str) -> str:
        figure = self.case.ground.register.figures[key]
        if not isinstance(figure.value, int | float):
            return gettext("not known today")
        now = format_number(float(figure.value), figure.unit, page_language())
        return gettext("today %(value)s") % {"value": now}

    def _unit(self, key: str) -> str:
        figure = self.case.ground.register.figures.get(key)
        return figure.unit if figure else "count"

    # The parts

    @cached_property
    def rungs(self) -> list[tuple[str, str, RungForm]]:
        """(kind, its name, form) for each step of the ladder."""
        asked = self.case.ask.hours
        return [
            (
                rung.kind,
                self.case.ground.say(f"rung.{rung.kind}.name")[page_language()],
                RungForm(
                    self.data,
                    prefix=f"rung-{rung.kind}",
                    initial={
                        "on": rung.on,
                        "month": rung.month,
                        "owner": rung.owner or self.case.ask.owner,
                        "hours": _short(hours_of(rung, asked)),
                    },
                ),
            )
            for rung in self.plan.rungs
        ]

    @cached_property
    def goals(self) -> list[tuple[GoalForm, str]]:
        """A form for each goal and one to add another, with the target that Earshot would propose."""
        rows: list[Goal | None] = [*self.plan.goals]
        rows += [None] * (len(rows) < MOST_GOALS)
        if self.data is not None:  # as many as were sent
            sent = sum(f"goal-{number}-figure" in self.data for number in range(MOST_GOALS))
            rows = [*self.plan.goals, *[None] * MOST_GOALS][:sent]
        found = []
        for number, goal in enumerate(rows):
            form = GoalForm(self.data, prefix=f"goal-{number}", initial=self._goal(goal))
            form.fields["figure"].choices = [("", "–"), *self.choices]  # type: ignore[attr-defined]  # a ChoiceField
            found.append((form, self._proposal(goal)))
        return found

    def _goal(self, goal: Goal | None) -> dict[str, Any]:
        if goal is None:
            return {"direction": "up", "days": 90}
        target = goal.target
        if target is not None and self._unit(goal.figure) == "percent":
            target = round(target * 100, 2)
        return {
            "figure": goal.figure,
            "direction": goal.direction,
            "target": _short(target),
            "days": goal.days,
            "owner": goal.owner,
        }

    def _proposal(self, goal: Goal | None) -> str:
        if goal is None or goal.target is not None:
            return ""
        figure = self.case.ground.register.figures.get(goal.figure)
        wanted = proposed_target(figure.value, figure.unit, goal.direction) if figure else None
        return format_number(wanted, figure.unit, page_language()) if figure and wanted is not None else ""

    @cached_property
    def options(self) -> list[tuple[str, str, OptionForm]]:
        """(key, its name, form) for the ways beside our proposal."""
        found = []
        for key in ("nothing", "larger"):
            option = self.plan.option(key)
            initial = {"hours": _short(option.hours), "budget": _short(option.budget)}
            name = self.case.ground.say(f"option.{key}.name")[page_language()]
            found.append((key, name, OptionForm(self.data, prefix=f"option-{key}", initial=initial)))
        return found

    @cached_property
    def objections(self) -> list[tuple[str, str, ObjectionForm]]:
        """(key, the objection, form)."""
        found = []
        for key in OBJECTIONS:
            said = decision.answer(self.case.ground, self.plan, self.case.ask, key)
            initial = {"on": self.plan.objection(key).on, "text": wordings.printed(self.case, said)}
            name = self.case.ground.say(f"objection.{key}.name")[page_language()]
            found.append((key, name, ObjectionForm(self.data, prefix=f"objection-{key}", initial=initial)))
        return found

    @cached_property
    def stops(self) -> list[tuple[int, StopForm]]:
        """(days, form) for each part of the plan."""
        found = []
        for days in PHASES:
            said = wordings.printed(self.case, goals.stop(self.case.ground, self.plan, days))
            found.append((days, StopForm(self.data, prefix=f"stop-{days}", initial={"text": said})))
        return found

    # What was sent

    def is_valid(self) -> bool:
        """Whether all parts are; what is wrong is said at its field."""
        every = [
            *(form for _, _, form in self.rungs),
            *(form for form, _ in self.goals),
            *(form for _, _, form in self.options),
            *(form for _, _, form in self.objections),
            *(form for _, form in self.stops),
        ]
        if not all([form.is_valid() for form in every]):
            return False
        for form, _proposal in self.goals:
            is_share = self._unit(form.cleaned_data["figure"]) == "percent"
            if is_share and (form.cleaned_data["target"] or 0) > 100:
                form.add_error("target", ValidationError(gettext("A share is one hundred percent at most.")))
        for key, _name, objection in self.objections:
            said = decision.answer(self.case.ground, self.plan, self.case.ask, key)
            plain = decision.answer(self.case.ground, Plan(), self.case.ask, key)
            self._write(objection, said, plain)
        for days, stop in self.stops:
            said = goals.stop(self.case.ground, self.plan, days)
            self._write(stop, said, goals.stop(self.case.ground, Plan(), days))
        return not any(form.errors for form in every)

    def _write(self, form: Any, before: Text, generated: Text) -> None:
        """The typed text as a template; "" where it is as Earshot writes it."""
        try:
            text = wordings.template(self.case, self.slide, form.cleaned_data["text"], before)
        except wordings.NotAFigure as error:
            form.add_error("text", str(error))
            return
        self.written[form.prefix] = "" if text == generated[self.language] else text

    def value(self, *, take_proposals: bool = False) -> Plan:
        """The plan as it was sent; with ``take_proposals``, blank targets as Earshot proposes them."""
        return Plan(
            rungs=tuple(self._sent_rung(kind, form) for kind, _, form in self.rungs),
            goals=tuple(
                self._sent_goal(form, take_proposals) for form, _ in self.goals if form.cleaned_data["figure"]
            ),
            options={
                key: Option(form.cleaned_data["hours"], form.cleaned_data["budget"])
                for key, _, form in self.options
            },
            objections={
                key: Objection(
                    form.cleaned_data["on"],
                    self._texts(self.plan.objection(key).texts, form.prefix),
                )
                for key, _, form in self.objections
            },
            stops={
                days: self._texts(self.plan.stops.get(days, {}), form.prefix) for days, form in self.stops
            },
        )

    def _texts(self, before: Mapping[str, str], prefix: str | None) -> dict[str, str]:
        texts = {**before, self.language: self.written.get(prefix or "", "")}
        return {language: text for language, text in texts.items() if text}

    def _sent_rung(self, kind: str, form: RungForm) -> Rung:
        """What equals the proposal stays open, so that it goes on following the ask."""
        sent, ask = form.cleaned_data, self.case.ask
        proposed = hours_of(Rung(kind), ask.hours)
        return Rung(
            kind,
            sent["month"],
            None if sent["hours"] == proposed else sent["hours"],
            "" if sent["owner"].strip() == ask.owner else sent["owner"].strip(),
            sent["on"],
        )

    def _sent_goal(self, form: GoalForm, take_proposals: bool) -> Goal:
        sent = form.cleaned_data
        figure = self.case.ground.register.figures[sent["figure"]]
        target = sent["target"]
        if target is not None and figure.unit == "percent":
            target = round(target / 100, 4)
        if target is None and take_proposals:
            target = proposed_target(figure.value, figure.unit, sent["direction"])
        return Goal(sent["figure"], target, sent["direction"], sent["days"], sent["owner"].strip())


def _short(number: float | None) -> float | int | None:
    """A whole number without its ".0": how a person would type it."""
    return int(number) if number is not None and number == int(number) else number
