"""What people fill in about a pitch."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pitches.models import Action, Pitch

LONGEST_PERIOD = 366
FIRST_DAY = date(1995, 1, 1)  # nobody posted before; and a year with few digits is a slip
FURTHEST_PERIOD = timedelta(days=365)  # from today
FURTHEST_DECISION = timedelta(days=2 * 365)


class Day(forms.DateInput):
    """The browser's own date field; it speaks ISO dates only."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PitchForm(forms.ModelForm[Pitch]):
    """What it is called, whom it is for, in which language, about which days."""

    class Meta:
        model = Pitch
        fields = ["title", "audience", "language", "period_start", "period_end"]
        labels = {
            "title": _("Title"),
            "audience": _("Who decides"),
            "language": _("Language of the deck"),
            "period_start": _("First day"),
            "period_end": _("Last day"),
        }
        help_texts = {"audience": _("The boss, the board, a client: printed on the cover.")}
        widgets = {"period_start": Day(), "period_end": Day()}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = found.get("period_start"), found.get("period_end")
        latest = timezone.localdate() + FURTHEST_PERIOD
        for name in ("period_start", "period_end"):
            if (day := found.get(name)) and not FIRST_DAY <= day <= latest:
                self.add_error(name, _("Choose a day from 1995 up to a year from today."))
        if self.errors:
            return found
        if start and end and end < start:
            raise ValidationError({"period_end": _("The last day lies before the first one.")})
        if start and end and (end - start).days >= LONGEST_PERIOD:
            raise ValidationError({"period_start": _("Choose at most a year.")})
        return found


class AskForm(forms.ModelForm[Pitch]):
    """What the boss is to say yes to."""

    class Meta:
        model = Pitch
        fields = ["ask_hours", "ask_budget", "ask_currency", "ask_decide_by", "ask_owner"]
        labels = {
            "ask_hours": _("Hours a week"),
            "ask_budget": _("Budget"),
            "ask_currency": _("Currency"),
            "ask_decide_by": _("Decide by"),
            "ask_owner": _("Who does it"),
        }
        help_texts = {"ask_currency": _("Three letters, such as EUR or SEK.")}
        widgets = {
            "ask_decide_by": Day(),
            "ask_hours": forms.NumberInput(attrs={"min": "0", "step": "0.5"}),
            "ask_budget": forms.NumberInput(attrs={"min": "0", "step": "1"}),
            "ask_currency": forms.TextInput(attrs={"size": 4, "autocapitalize": "characters"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("ask_hours", "ask_budget", "ask_decide_by"):
            self.fields[name].required = True  # a draft may lack them, an answer here may not

    def clean_ask_currency(self) -> str:
        currency = str(self.cleaned_data["ask_currency"]).strip().upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise ValidationError(_("Write the currency as three letters."))
        return currency

    def clean_ask_decide_by(self) -> Any:
        day = self.cleaned_data["ask_decide_by"]
        today = self.instance.workspace.localtime(timezone.now()).date()
        if day and day < today:
            raise ValidationError(_("This day has passed. Choose today or a later day."))
        if day and day > today + FURTHEST_DECISION:
            raise ValidationError(_("Choose a day within the next two years."))
        return day

    def clean_ask_hours(self) -> Any:
        return self._not_below_zero("ask_hours")

    def clean_ask_budget(self) -> Any:
        return self._not_below_zero("ask_budget")

    def _not_below_zero(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if value is not None and value < 0:
            raise ValidationError(_("This cannot be less than nothing."))
        return value


class StepForm(forms.Form):
    """A step's words as people read them."""

    title = forms.CharField(
        label=_("Title"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reasoning = forms.CharField(
        label=_("Reasoning"), max_length=1500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class ActionForm(forms.ModelForm[Action]):
    """Who answers a conversation, and by when."""

    class Meta:
        model = Action
        fields = ["owner", "due"]
        labels = {"owner": _("Who answers"), "due": _("By")}
        widgets = {"due": Day()}


ActionFormSet = forms.modelformset_factory(Action, form=ActionForm, extra=0, can_delete=True)


class TemplateForm(forms.Form):
    """A PowerPoint template; whether it can be used is for ``pitches.looks`` to say."""

    file = forms.FileField(
        label=_("PowerPoint template"),
        help_text=_("A .pptx or .potx file, 25 MB at most. Its sample slides are left out."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pptx,.potx"}),
    )


class LookForm(forms.ModelForm[Pitch]):
    """Which template the PowerPoint file is made on."""

    class Meta:
        model = Pitch
        fields = ["deck_template"]
        labels = {"deck_template": _("Template of the PowerPoint file")}

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["deck_template"]
        field.queryset = choices
        field.empty_label = _("Earshot’s own look")
