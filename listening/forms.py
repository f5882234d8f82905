"""Forms that know how to turn themselves into the stored value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from listening import calendars, feeds, opml, plans, query
from listening.models import ScanPlan, Search, SourceSetting
from listening.net import SourceError, canonical_host, check_url
from listening.query.parser import MAX_CHARACTERS
from listening.sources import Source
from listening.text import clean_line


def describe(error: query.QueryError) -> str:
    """What is wrong with a query and where, in the reader's language."""
    place = gettext("at character %(position)d") % {"position": error.position + 1}
    return f"{gettext(error.message) % error.params} ({place})"


class SearchForm(forms.Form):
    """The wording of a search; a wrong one comes back with the place where it goes wrong."""

    text = forms.CharField(
        label=_("Boolean query"), max_length=MAX_CHARACTERS, widget=forms.Textarea(attrs={"rows": 4})
    )
    fold = forms.BooleanField(label=_("Treat å, ä, ö, é … like a, o, e"), required=False)
    is_on = forms.BooleanField(label=_("Use this search"), required=False)

    @classmethod
    def of(cls, search: Search) -> SearchForm:
        current = search.current
        return cls(
            initial={
                "text": current.text if current else "",
                "fold": current.fold if current else False,
                "is_on": search.is_on,
            }
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            query.parse(" ".join(cleaned.get("text", "").split()), fold=cleaned.get("fold", False))
        except query.QueryError as error:
            self.add_error("text", describe(error))
        return cleaned


class PlanForm(forms.ModelForm):
    """When scans run. Hours and days as choices; a cron expression for experts."""

    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int)

    class Meta:
        model = ScanPlan
        fields = ["is_on", "every", "at", "weekday", "cron_text"]
        labels = {
            "is_on": _("Scan on a schedule"),
            "every": _("How often"),
            "at": _("Time of day"),
            "cron_text": _("Cron expression"),
        }
        help_texts = {
            "at": _("In the workspace’s time zone. For “every hour” the minutes count."),
            "cron_text": _("Five fields: minute, hour, day, month, weekday. Example: 0 7 * * 1-5"),
        }
        widgets = {"at": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekday"].choices = [(day, plans.weekday_name(day)) for day in range(1, 8)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["cron_text"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("every") == ScanPlan.Every.CRON:
            try:
                plans.check_cron(cleaned.get("cron_text", ""))
            except ValidationError as error:
                self.add_error("cron_text", error)
        return cleaned


class FeedForm(forms.Form):
    """A feed to follow, by its address."""

    url = forms.CharField(label=_("Address of the feed"), max_length=2048)

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        try:
            return feeds.address(url if "://" in url else f"https://{url}")
        except SourceError as error:
            raise ValidationError(_(error.message) % error.params) from error


class CalendarForm(forms.Form):
    """A calendar to follow, by the address of its iCal file."""

    url = forms.CharField(label=_("Address of the calendar"), max_length=2048)

    def clean_url(self) -> str:
        try:
            return calendars.address(self.cleaned_data["url"])
        except SourceError as error:
            raise ValidationError(_(error.message) % error.params) from error


class NameForm(forms.Form):
    """What a workspace calls a feed."""

    name = forms.CharField(
        label=_("Name"),
        max_length=300,
        required=False,
        help_text=_("Leave it empty to use the feed’s own title."),
    )

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"], 300)


class OpmlForm(forms.Form):
    """A file with a list of feeds; what it holds becomes an ``opml.Listed``."""

    file = forms.FileField(
        label=_("OPML file"),
        allow_empty_file=True,
        help_text=_("Feed readers call it an export of your subscriptions. 5 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ".opml,.xml,text/x-opml,text/xml,application/xml"}),
    )

    def clean_file(self) -> opml.Listed:
        file = self.cleaned_data["file"]
        try:
            if file.size > opml.LARGEST:
                raise opml.Unreadable(opml.TOO_LARGE)
            listed = opml.read(file.read())
            if not listed.outlines:
                raise opml.Unreadable(opml.NO_FEEDS)
        except opml.Unreadable as error:
            raise ValidationError(gettext(str(error))) from error
        return listed


class SourceForm(forms.ModelForm):
    """Whether to listen to a source, and through which server where there are many."""

    class Meta:
        model = SourceSetting
        fields = ["enabled", "instance"]
        labels = {"enabled": _("Listen here"), "instance": _("Server")}

    def clean_instance(self) -> str:
        host = str(self.cleaned_data["instance"]).strip().lower()
        if host:
            try:
                checked = canonical_host(check_url(f"https://{host}/"))
            except SourceError as error:
                raise ValidationError(_(error.message) % error.params) from error
            if checked != host:
                raise ValidationError(_("Write the server’s name only, such as mastodon.example."))
        return host


class CredentialForm(forms.Form):
    """The fields that a source needs. A secret is asked for each time and never put into a page."""

    def __init__(self, kind: type[Source], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for need in kind.needs:
            # No program shall fill in the password of the person who sits here.
            shown = {"placeholder": need.example, "autocomplete": "off", "spellcheck": "false"}
            secret = forms.PasswordInput({**shown, "autocomplete": "new-password"})
            self.fields[need.name] = forms.CharField(
                label=gettext(need.label),
                help_text=gettext(need.help) if need.help else "",
                max_length=1000,
                widget=secret if need.kind == "secret" else forms.TextInput(shown),
            )
