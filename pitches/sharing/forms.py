"""What people fill in to share a pitch, and to read a shared one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pitches.forms import Day
from pitches.sharing.links import MOST_DAYS, SHORTEST_PASSWORD, USUAL_DAYS


class ShareForm(forms.Form):
    """Who gets the link, until when, and what it opens."""

    recipient = forms.CharField(
        label=_("Who gets it"),
        max_length=100,
        help_text=_("For your own list: the board, a client. Readers do not see it."),
    )
    until = forms.DateField(label=_("Works until"), widget=Day())
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=200,
        min_length=SHORTEST_PASSWORD,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("Tell it by another way than the link. It is not shown again."),
    )
    downloads = forms.BooleanField(
        label=_("Readers may download PowerPoint, PDF and the memo"),
        required=False,
        help_text=_("A file that was downloaded cannot be called back."),
    )
    handles = forms.BooleanField(
        label=_("Show the names that people wrote under"),
        required=False,
        help_text=_("Names on a service are personal data. Hidden, they are covered in quotes, too."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"].initial = today + timedelta(days=USUAL_DAYS)

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        if not self.today <= day <= self.today + timedelta(days=MOST_DAYS):
            raise ValidationError(_("Choose a day from today up to a year from today."))
        return day


class PasswordForm(forms.Form):
    """What a reader is asked for."""

    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


def today_in(zone: Any) -> date:
    """Today's day there."""
    return timezone.now().astimezone(zone).date()
