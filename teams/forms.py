"""What people tell us about themselves and their workspace."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from teams.access import roles_up_to
from teams.models import Membership, Role, User, Workspace, normalise_email, zone_names
from teams.welcome import token_fits


def zone_choices(*more: str) -> list[tuple[str, str]]:
    """Time zones for a select; ``more`` adds names in use that the list leaves out, such as old aliases."""
    return [(name, name.replace("_", " ")) for name in sorted({*zone_names(), *more})]


class AddressField(forms.EmailField):
    """An e-mail address, in the form in which we keep it. Some become longer by that: a small “İ” is two
    characters."""

    def to_python(self, value: Any) -> str:
        return normalise_email(super().to_python(value) or "")


class NewAccountForm(forms.Form):
    """Who somebody new is: their name, their password and the language of their pages."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        help_text=_("At least 10 characters, and not one of the common passwords."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def address(self) -> str:
        """The e-mail address of the new account: a password must not resemble it."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            person = User(email=self.address(), name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class WelcomeForm(NewAccountForm):
    """The first visit: who you are and what your team is called."""

    token = forms.CharField(
        label=_("One-time token"),
        help_text=_("Printed where Earshot was started. It proves that you may set this installation up."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("You log in with it. No mail is sent."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    workspace_name = forms.CharField(
        label=_("Workspace"), max_length=100, help_text=_("Your company or team, as colleagues call it.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Scans run and times are shown by this clock."),
    )
    contact = forms.EmailField(
        label=_("Contact for the sites we read"),
        max_length=254,
        required=False,
        help_text=_(
            "Earshot names this address to every site it reads, as good manners and several sites demand: "
            "whoever runs the site can write to you instead of blocking you. Left empty, it is your e-mail."
        ),
        widget=forms.EmailInput(attrs={"data-follows": "id_email"}),
    )
    field_order = ("token", "name", "email", "password", "workspace_name", "language", "time_zone", "contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]  # a ChoiceField
        if not self.is_bound:  # once somebody has chosen, the browser's zone must not undo it
            self.fields["time_zone"].widget.attrs["data-browser-zone"] = ""
        if not settings.SETUP_NEEDS_TOKEN:
            del self.fields["token"]

    def clean_token(self) -> str:
        token = self.cleaned_data["token"]
        if not token_fits(token):
            raise ValidationError(_("This is not the token that was printed at start."))
        return token

    def address(self) -> str:
        return self.cleaned_data.get("email", "")

    def founding(self) -> dict[str, str]:
        """What ``welcome.found`` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "token"}


class SignUpForm(NewAccountForm):
    """Somebody invited makes their account; the address is the invitation's."""

    email = forms.EmailField(label=_("E-mail"), disabled=True, help_text=_("You log in with it."))
    field_order = ("email", "name", "password", "language")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["email"] = email  # disabled: whatever is sent for it is ignored
        self.fields["email"].widget.attrs["autocomplete"] = "username"

    def address(self) -> str:
        return self.initial["email"]

    def account(self) -> dict[str, str]:
        """What ``invitations.sign_up`` takes."""
        return {name: self.cleaned_data[name] for name in ("name", "password", "language")}


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The invitation works for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.VIEWER)

    def __init__(self, *args: Any, mine: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles_up_to(mine)  # type: ignore[attr-defined]  # a ChoiceField


class HandOverForm(forms.Form):
    """Who becomes owner, and what the one who hands over is afterwards."""

    to = forms.ModelChoiceField(
        label=_("New owner"), queryset=Membership.objects.none(), empty_label=_("Choose a member")
    )
    afterwards = forms.ChoiceField(label=_("Your role afterwards"), choices=Role.choices, initial=Role.ADMIN)

    def __init__(self, *args: Any, mine: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        to.queryset = (  # type: ignore[attr-defined]  # a ModelChoiceField
            mine.workspace.memberships.select_related("user").exclude(pk=mine.pk).order_by("user__name")
        )
        to.label_from_instance = str  # type: ignore[attr-defined]


class AuditFilterForm(forms.Form):
    """Whose entries of the log to show, and of which kind."""

    person = forms.ChoiceField(label=_("Person"), required=False)
    kind = forms.ChoiceField(label=_("What it was done to"), required=False)

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], kinds: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("person", people), ("kind", kinds)):
            field = self.fields[name]
            field.choices = [("", _("all")), *choices]  # type: ignore[attr-defined]  # a ChoiceField


class WorkspaceForm(forms.ModelForm):
    """A workspace's settings."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Scans run and times are shown by this clock.")
    )

    class Meta:
        model = Workspace
        fields = ["name", "language", "time_zone", "contact", "accent"]
        labels = {"contact": _("Contact for the sites we read"), "language": _("Language of pitches")}
        help_texts = {
            "contact": _(
                "Earshot names this address to every site it reads. Some sites refuse us without one."
            ),
            "accent": _("Your brand in charts and pitches."),
        }
        widgets = {"accent": forms.ColorInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        field.choices = zone_choices(self.instance.time_zone)  # type: ignore[attr-defined]  # a ChoiceField


class LogoForm(forms.Form):
    """A picture for decks, and what it shows."""

    file = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("PNG, JPEG or WebP, 3 MB at most. A transparent ground looks best."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    alt = forms.CharField(
        label=_("What it shows"),
        max_length=100,
        required=False,
        help_text=_("Read aloud to those who cannot see it. Usually the company’s name."),
    )

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not has_logo


class NewWorkspaceForm(WorkspaceForm):
    """A further workspace: its colour can wait."""

    class Meta(WorkspaceForm.Meta):
        fields = ["name", "language", "time_zone", "contact"]
