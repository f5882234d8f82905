"""Forms that turn what people write about brands into stored values; every mistake comes back in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competitors import handles, places, proofs
from competitors.models import Phrase, Profile
from competitors.setup import MARKETS, MOST_PROPOSALS, BrandProposal, Ticked, split_domain
from listening import searches
from listening.models import Brand, Industry
from listening.net import SourceError, check_url
from listening.text import clean_line
from listening.types import Proposal
from teams.models import Workspace

SALT = "competitors.proposal"
SEALED_FOR = timedelta(days=2)
EARLIEST = date(1995, 1, 1)  # nothing we could compare is older
TOO_LONG_AGO = _("This is too long ago.")
LOOKED_UP = _("This phrase is already looked up there.")
TAKEN = _("There is already a brand with this name.")


def in_words(error: SourceError) -> ValidationError:
    """What is wrong with an address, in the reader's language."""
    return ValidationError(gettext(error.message) % error.params)


class WordsField(forms.CharField):
    """Several words or phrases, with commas or line breaks between them; cleans to a list."""

    def __init__(self, *, most: int = 20, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**{"max_length": 2000, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        found = searches.unique(
            clean_line(word, 100) for word in re.split(r"[,\n]", super().clean(value) or "")
        )
        if len(found) > self.most:
            raise ValidationError(
                _("These are more than %(most)s. Keep the most important.") % {"most": self.most}
            )
        if self.required and not found:
            raise ValidationError(self.error_messages["required"], code="required")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LookForm(forms.Form):
    """A domain or a name, for Earshot to look at."""

    text = forms.CharField(
        label=_("Web address or name"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"placeholder": "example.com", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class BrandForm(forms.ModelForm[Brand]):
    """What a brand is called, and where its home page is."""

    aliases = WordsField(
        label=_("Also called"),
        required=False,
        help_text=_("Other spellings, short names and product names, with commas between them."),
    )
    tags = WordsField(
        label=_("Tags"), required=False, help_text=_("What people put behind # when they mean the brand.")
    )

    class Meta:
        model = Brand
        fields = ["name", "aliases", "tags", "domain"]
        labels = {"name": _("Name"), "domain": _("Domain")}
        help_texts = {"domain": _("Where the brand’s own site is, such as www.example.com.")}

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace

    @classmethod
    def proposing(cls, workspace: Workspace, proposal: BrandProposal) -> BrandForm:
        """The form filled with what Earshot found."""
        return cls(
            workspace,
            initial={
                "name": proposal.name,
                "aliases": list(proposal.aliases),
                "tags": list(proposal.tags),
                "domain": proposal.domain,
            },
        )

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"], 80)
        same = Brand.objects.filter(workspace=self.workspace, name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(TAKEN)
        return name

    def clean_domain(self) -> str:
        written = self.cleaned_data["domain"].strip()
        if not written:
            return ""
        domain, _address = split_domain(written)
        if not domain:
            raise ValidationError(gettext("This is not a domain. Write it like www.example.com."))
        return domain


class ProposalForm(forms.Form):
    """One proposed profile: ticked or not, its handle editable; ``seal`` is what Earshot found, signed."""

    tick = forms.BooleanField(required=False)
    handle = forms.CharField(max_length=2000, label=_("Address or handle"))
    seal = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: dict[str, str] = {}
        with suppress(signing.BadSignature):  # clean() says so in words
            self.found = signing.loads(self["seal"].value() or "", salt=SALT, max_age=SEALED_FOR)

    @property
    def source_label(self) -> str:
        return places.place_label(self.found.get("source", ""))

    @property
    def proofs(self) -> list[tuple[str, str]]:
        """Where Earshot found it: sentences in the reader's language, each with its address or ""."""
        return proofs.read(self.found.get("proof", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.found:
            raise ValidationError(_("This proposal is too old. Look again, or add the profile by hand."))
        if cleaned.get("tick") and cleaned.get("handle"):
            try:
                cleaned["ticked"] = self._ticked(cleaned["handle"])
            except SourceError as error:
                self.add_error("handle", in_words(error))
        return cleaned

    def _ticked(self, written: str) -> Ticked:
        found = self.found
        source = found["source"]
        if written.strip() == found["handle"]:
            read_at = parse_datetime(found["read_at"]) if source == places.SITE else None
            return Ticked(
                source, found["handle"], found["url"], found["label"], found["proof"], read_at=read_at
            )
        handle, url = handles.read(source, written)
        return Ticked(source, handle, url, is_proposed=False)


class ProposalForms(forms.BaseFormSet[ProposalForm]):
    """All that is proposed for a brand."""

    def by_place(self) -> list[tuple[str, list[ProposalForm]]]:
        """(what the place is called, its proposals), as a person reads them: what is ticked comes first."""
        groups: dict[str, list[ProposalForm]] = {}
        for form in self.forms:
            groups.setdefault(form.source_label, []).append(form)
        for group in groups.values():
            group.sort(key=lambda form: not form["tick"].value())
        elsewhere = groups.pop(places.place_label(places.ELSEWHERE), None)
        last = [(places.place_label(places.ELSEWHERE), elsewhere)] if elsewhere else []
        return [*groups.items(), *last]


ProposalSet = forms.formset_factory(
    ProposalForm, formset=ProposalForms, extra=0, max_num=MOST_PROPOSALS, absolute_max=MOST_PROPOSALS
)


def ticked(proposals: forms.BaseFormSet[ProposalForm]) -> list[Ticked]:
    """The confirmed profiles of a valid set, each once."""
    found = [form.cleaned_data["ticked"] for form in proposals.forms if form.cleaned_data.get("ticked")]
    return list({(one.source, one.handle): one for one in found}.values())


def seal(proposal: Proposal, read_at: datetime) -> dict[str, Any]:
    """The initial values of a ProposalForm."""
    found = {
        "source": proposal.source,
        "handle": proposal.handle,
        "url": proposal.url,
        "label": proposal.label,
        "proof": proofs.of(proposal),
        "read_at": read_at.isoformat(),
    }
    return {
        "tick": proposal.confident,
        "handle": proposal.handle,
        "seal": signing.dumps(found, salt=SALT, compress=True),
    }


class ProfileForm(forms.Form):
    """A profile added by hand: the brand's own, or a handle of one of our people."""

    source = forms.ChoiceField(label=_("Where"))
    handle = forms.CharField(
        label=_("Address or handle"),
        max_length=2000,
        help_text=_("@name@mastodon.social, en:Article, a feed’s address, or the address of the profile."),
    )
    label = forms.CharField(
        label=_("Whose"), max_length=200, required=False, help_text=_("For a colleague’s handle: the name.")
    )

    def __init__(self, brand: Brand, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brand = brand
        self.fields["source"].choices = places.choices()  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("source") and cleaned.get("handle"):
            try:
                handle, url = handles.read(cleaned["source"], cleaned["handle"])
            except SourceError as error:
                raise ValidationError({"handle": in_words(error)}) from error
            if Profile.objects.filter(brand=self.brand, source=cleaned["source"], handle=handle).exists():
                raise ValidationError({"handle": _("This brand already has this profile.")})
            cleaned["ticked"] = Ticked(
                cleaned["source"], handle, url, clean_line(cleaned["label"], 200), is_proposed=False
            )
        return cleaned


class ReadingForm(forms.Form):
    """What a person saw when they looked at a place themselves."""

    there = forms.ChoiceField(
        label=_("What did you see?"), choices=[("no", _("There is none")), ("yes", _("It is there"))]
    )
    followers = forms.IntegerField(
        label=_("Followers or members, if it shows them"), required=False, min_value=0, max_value=10**10
    )
    url = forms.CharField(
        label=_("Where did you look?"),
        max_length=2000,
        help_text=_("An address where a colleague can check it."),
    )
    on = forms.DateField(label=_("When"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_url(self) -> str:
        try:
            return check_url(self.cleaned_data["url"])
        except SourceError as error:
            raise in_words(error) from error

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        if day < EARLIEST:
            raise ValidationError(TOO_LONG_AGO)
        return day


class IndustryForm(forms.Form):
    """What people call the field we are in."""

    terms = WordsField(
        label=_("Words for your field"),
        most=5,
        help_text=_(
            "One to three, as customers say them, with commas between: specialty coffee, coffee beans."
        ),
    )
    tags = WordsField(
        label=_("Tags"),
        required=False,
        most=5,
        help_text=_("What people put behind # when they talk about it."),
    )

    @classmethod
    def of(cls, workspace: Workspace, data: Any = None) -> IndustryForm:
        industry = Industry.objects.filter(workspace=workspace).first()
        initial = {"terms": industry.terms, "tags": industry.tags} if industry else {}
        return cls(data, initial=initial)


class PhraseForm(forms.ModelForm[Phrase]):
    """What to look up, where, and how deep."""

    depth = forms.IntegerField(label=_("Results to look at"), min_value=10, max_value=100, initial=30)

    class Meta:
        model = Phrase
        fields = ["text", "market", "depth"]
        labels = {"text": _("Phrase"), "market": _("Language and country")}
        help_texts = {
            "text": _("As people type it into a search engine."),
            "market": _("Such as sv-SE or en-US."),
        }

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace
        self.fields["market"].initial = MARKETS.get(workspace.language, "en-US")

    def clean_market(self) -> str:
        return clean_market(self.cleaned_data["market"])

    def clean_text(self) -> str:
        text = clean_line(self.cleaned_data["text"], 200)
        if not text:
            raise ValidationError(_("Write what to look up."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        same = Phrase.objects.filter(
            workspace=self.workspace, text=cleaned.get("text"), market=cleaned.get("market")
        )
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError({"text": LOOKED_UP})
        return cleaned


def clean_market(written: str) -> str:
    """ "sv-se" -> "sv-SE". Raises ValidationError."""
    found = re.fullmatch(r"([a-z]{2,3})[-_]([a-z]{2})", written.strip(), re.IGNORECASE)
    if not found:
        raise ValidationError(_("Write a language and a country, such as sv-SE or en-US."))
    return f"{found[1].lower()}-{found[2].upper()}"


class ManualPageForm(forms.Form):
    """A result page that a person looked at themselves."""

    engine = forms.CharField(
        label=_("Search engine"), max_length=60, help_text=_("Which one you used, such as Google or Bing.")
    )
    market = forms.CharField(label=_("Language and country"), max_length=10)
    taken_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    n = forms.IntegerField(
        label=_("How many results you looked at"),
        min_value=1,
        max_value=500,
        help_text=_("N, printed with the result."),
    )
    text = forms.CharField(
        label=_("The results, in their order"),
        max_length=300_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_("One address per line. Or CSV, beginning with the line: url,title,type"),
    )
    rest_is_other = forms.BooleanField(
        label=_("I pasted only some: none of the others is a blog, forum, social or video page."),
        required=False,
    )

    def clean_market(self) -> str:
        return clean_market(self.cleaned_data["market"])

    def clean_taken_at(self) -> datetime:
        taken: datetime = self.cleaned_data["taken_at"]
        if taken > timezone.now() + timedelta(minutes=5):
            raise ValidationError(_("This time has not come yet."))
        if taken.date() < EARLIEST:
            raise ValidationError(TOO_LONG_AGO)
        return taken


class PeriodForm(forms.Form):
    """The period of a comparison; an address with nonsense in it shows the last 30 days."""

    DAYS: Sequence[tuple[str, Any]] = (
        ("7", _("Last 7 days")),
        ("30", _("Last 30 days")),
        ("90", _("Last 90 days")),
    )
    days = forms.ChoiceField(label=_("Period"), required=False, choices=DAYS)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def period(self, workspace: Workspace, now: datetime) -> tuple[date, date]:
        """First and last day, both included, in the workspace's zone."""
        self.is_valid()
        chosen = self.cleaned_data
        today = workspace.localtime(now).date()
        last = min(max(chosen.get("until") or today, EARLIEST), today)
        first = chosen.get("since") or last - timedelta(days=int(chosen.get("days") or 30) - 1)
        return max(min(first, last), EARLIEST), last


def midnights(workspace: Workspace, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's midnight to the midnight after the last, in the workspace's zone; half open."""
    start = datetime.combine(first, time(), workspace.zone)
    return start, datetime.combine(last + timedelta(days=1), time(), workspace.zone)
