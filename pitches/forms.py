"""What people fill in about a pitch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listening import sources
from listening.models import Brand
from listening.text import clean_line
from pitches.audience import LENGTH
from pitches.decks.contract import FREE
from pitches.decks.text import web_address
from pitches.drafts.edits import MOST_QUOTES, PARTS
from pitches.evidence import unpacking
from pitches.models import Action, Pitch
from teams.models import User, Workspace

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
    """What it is called, whom it is for, how long, in which language, about which days and rivals."""

    SUITING = ""  # the length that suits the audience

    rivals = forms.ModelMultipleChoiceField(
        Brand.objects.none(),
        label=_("Compare with"),
        help_text=_("None ticked compares with all of them. Step 4 needs at least two."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Pitch
        fields = [
            *("title", "audience_kind", "audience", "language", "length"),
            *("period_start", "period_end", "rivals"),
        ]
        labels = {
            "title": _("Title"),
            "audience_kind": _("Who listens"),
            "audience": _("Who decides"),
            "language": _("Language of the deck"),
            "length": _("Length"),
            "period_start": _("First day"),
            "period_end": _("Last day"),
        }
        help_texts = {
            "audience": _("A name or a group, printed on the cover."),
            "length": _("What a shorter deck leaves out can be brought in slide by slide."),
        }
        widgets = {"period_start": Day(), "period_end": Day()}

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR).order_by("pk")
        choice = cast("forms.ModelMultipleChoiceField[Brand]", self.fields["rivals"])
        choice.queryset = known
        if not known:
            del self.fields["rivals"]
        length = cast(forms.ChoiceField, self.fields["length"])
        length.choices = [(self.SUITING, _("What suits those who listen")), *Pitch.Length.choices]
        length.required = False

    def clean_length(self) -> str:
        """A choice, or what suits the audience."""
        kind = self.cleaned_data.get("audience_kind", Pitch.Audience.BOSS)
        return str(self.cleaned_data["length"] or LENGTH[kind])

    def clean_rivals(self) -> list[Brand]:
        """All of them is the same as none: one that is added later is compared, too."""
        chosen = list(self.cleaned_data["rivals"])
        queryset = cast("forms.ModelMultipleChoiceField[Brand]", self.fields["rivals"]).queryset
        return [] if queryset is not None and len(chosen) == queryset.count() else chosen

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

    def __init__(self, *args: Any, is_required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("ask_hours", "ask_budget", "ask_currency", "ask_decide_by"):
            self.fields[name].required = is_required  # a draft may lack them, an answer may not

    def clean_ask_currency(self) -> str:
        currency = str(self.cleaned_data["ask_currency"] or self.initial["ask_currency"]).strip().upper()
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


class WordsForm(forms.Form):
    """The words of a slide as people read them. What was not touched is not written, whatever it says now.

    For each part two hidden fields go along: ``was`` is what the person saw, ``seen`` when that was written.
    """

    title = forms.CharField(label=_("Title"), max_length=300, required=False, widget=forms.Textarea)
    text = forms.CharField(label=_("Text"), max_length=1500, required=False, widget=forms.Textarea)
    notes = forms.CharField(label=_("Speaker notes"), max_length=3000, required=False, widget=forms.Textarea)

    def __init__(self, parts: Sequence[str], *args: Any, is_free: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in PARTS:
            if part not in parts:
                del self.fields[part]
                continue
            self.fields[part].widget.attrs |= {"rows": 2 if part == "title" else 4, "class": f"words-{part}"}
            for name in ("was", "seen"):
                self.fields[f"{name}_{part}"] = forms.CharField(
                    required=False, strip=False, widget=forms.HiddenInput
                )
        self.parts = parts
        self.fields["language"] = forms.ChoiceField(choices=Pitch.Language.choices, widget=forms.HiddenInput)
        if is_free:
            self.fields["title"].required = True
            self.fields["text"].help_text = _("A line that begins with a dash becomes a point of a list.")

    def touched(self) -> dict[str, str]:
        """What the person changed, by part."""
        values = self.cleaned_data
        return {
            part: values[part] for part in self.parts if _lines(values[part]) != _lines(values[f"was_{part}"])
        }

    def seen(self) -> dict[str, str]:
        """When what they saw had been written, by part."""
        return {part: str(self.cleaned_data[f"seen_{part}"]) for part in self.parts}


def _lines(text: str) -> list[str]:
    """What was typed, whatever ends a line in this browser."""
    return [line.strip() for line in text.strip().splitlines()]


class FreeSlideForm(forms.Form):
    """A slide that people add."""

    title = forms.CharField(
        label=_("Title"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence that says what the slide shows."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Text"), max_length=1500, required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("A line that begins with a dash becomes a point of a list."),
    )  # fmt: skip
    after = forms.ChoiceField(label=_("After"))
    language = forms.ChoiceField(choices=Pitch.Language.choices, widget=forms.HiddenInput)
    key = forms.RegexField(rf"^{FREE}[1-9][0-9]{{0,4}}$", widget=forms.HiddenInput)

    def __init__(self, slides: Sequence[tuple[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["after"]).choices = list(slides)


class QuotesForm(forms.Form):
    """Which of the starred mentions are quoted."""

    quotes = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, mentions: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedMultipleChoiceField, self.fields["quotes"])
        field.choices = [(pk, pk) for pk in mentions]
        field.error_messages = {"invalid_choice": _("One of these cannot be quoted any more. Choose again.")}

    def clean_quotes(self) -> list[int]:
        """Three at most: a slide has no room for more."""
        chosen: list[int] = self.cleaned_data["quotes"]
        if len(chosen) > MOST_QUOTES:
            raise ValidationError(_("Choose at most three: a slide has no room for more."))
        return chosen


class FollowForm(forms.Form):
    """Up to which day a follow-up measures."""

    end = forms.DateField(label=_("Measure up to"), widget=Day())


class ActionForm(forms.ModelForm[Action]):
    """Who does something, and by when."""

    class Meta:
        model = Action
        fields = ["owner", "due"]
        labels = {"owner": _("Who does it"), "due": _("By")}
        widgets = {"due": Day(), "owner": forms.TextInput(attrs={"list": "people"})}


ActionFormSet = forms.modelformset_factory(Action, form=ActionForm, extra=0, can_delete=True, edit_only=True)


class EvidenceForm(forms.Form):
    """A file of evidence; what it holds becomes an ``unpacking.Report``. Nothing of it is kept."""

    file = forms.FileField(
        label=_("File of evidence"),
        allow_empty_file=True,
        help_text=_("The ZIP file that somebody downloaded of a frozen pitch. 100 MB at most."),
        error_messages={"required": _("Choose a ZIP file of at most 100 MB.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )

    def clean_file(self) -> unpacking.Report:
        try:
            return unpacking.verify(self.cleaned_data["file"])
        except unpacking.Refused as refused:
            raise ValidationError(str(refused)) from refused


class EraseForm(forms.Form):
    """Whom to forget. Nobody is erased without having said so twice."""

    source = forms.ChoiceField(label=_("Source"), choices=sources.choices)
    handle = forms.CharField(
        label=_("Author"),
        max_length=255,
        help_text=_("As mentions show it, such as @anna@mastodon.example."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    sure = forms.BooleanField(
        label=_("Erase this author. I know that this cannot be taken back."),
        error_messages={"required": _("Tick the box first: this cannot be taken back.")},
    )


class AssignForm(forms.Form):
    """Who does an action, by when, and what to mind. A name stands for somebody without an account here."""

    member = forms.ModelChoiceField(User.objects.none(), label=_("Member"), required=False)
    owner = forms.CharField(
        label=_("Or somebody else"),
        max_length=120,
        required=False,
        help_text=_("The name of somebody without an account here. Left empty where a member is chosen."),
    )
    due = forms.DateField(label=_("By"), required=False, widget=Day())
    note = forms.CharField(
        label=_("Note"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, workspace: Workspace, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        people: Any = self.fields["member"]
        people.queryset = workspace.members.filter(is_active=True).order_by("name", "email")
        people.empty_label = "–"

    def clean_due(self) -> Any:
        day = self.cleaned_data["due"]
        if day and not FIRST_DAY <= day <= timezone.localdate() + FURTHEST_DECISION:
            raise ValidationError(_("Choose a day within the next two years."))
        return day


class DoneForm(forms.Form):
    """Where what we wrote can be read."""

    reply_url = forms.CharField(
        label=_("Link to our reply"),
        max_length=2_048,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )

    def clean_reply_url(self) -> str:
        typed = str(self.cleaned_data["reply_url"]).strip()
        if not typed:
            return ""
        found = web_address(typed if "://" in typed else f"https://{typed}")
        if found is None or "." not in (urlsplit(found).hostname or ""):
            raise ValidationError(_("This is no address of a web page. It begins with https://."))
        return found


class TaskForm(forms.Form):
    """Something of our own to do."""

    title = forms.CharField(label=_("Something else to do"), max_length=300, required=False)

    def clean_title(self) -> str:
        return clean_line(self.cleaned_data["title"], 300)


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
