"""The mentions page's filters: a GET form, so that every list has an address that can be shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from listening import queries, query, sources
from listening.models import Brand, Match, Mention, Search
from listening.query import sql
from listening.query.parser import MAX_CHARACTERS
from teams.models import Workspace

MOST_CANDIDATES = 5_000  # mentions held against a typed query; beyond it the page asks for a narrower one


class MentionFilterForm(forms.Form):
    """What to show. Unknown values in an address are errors in words, never a crash."""

    about = forms.ChoiceField(label=_("About"), required=False)
    form = forms.ChoiceField(label=_("Found by"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    days = forms.ChoiceField(
        label=_("Period"),
        required=False,
        choices=[
            ("", _("All time")),
            ("7", _("Last 7 days")),
            ("30", _("Last 30 days")),
            ("90", _("Last 90 days")),
        ],
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label=_("Words"), required=False, max_length=MAX_CHARACTERS)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Relevant")),
            ("starred", _("Starred")),
            ("questions", _("Questions")),
            ("not_relevant", _("Not relevant")),
        ],
    )
    story = forms.IntegerField(required=False, widget=forms.HiddenInput)
    site = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)

    def __init__(self, workspace: Workspace, data: Any) -> None:
        super().__init__(data)
        brands = [(str(brand.pk), brand.name) for brand in Brand.objects.filter(workspace=workspace)]
        self.fields["about"].choices = [("", _("Everything")), *brands, ("industry", _("The industry"))]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["form"].choices = [("", _("Keyword or tag")), *Search.Form.choices]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["source"].choices = [("", _("Every source")), *sources.choices()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_text(self) -> query.Query | None:
        text = self.cleaned_data["text"]
        if not text.strip():
            return None
        try:
            return query.parse(text)
        except query.QueryError as error:
            raise forms.ValidationError(_(error.message) % error.params) from error


@dataclass(frozen=True)
class Filtered:
    """The matches and mentions that a filter leaves; ``cut`` when a typed query had too many candidates."""

    matches: QuerySet[Match]
    mentions: QuerySet[Mention]
    cut: bool = False


def address(asked: QueryDict, **changed: str) -> str:
    """The query of an address that filters in the same way, but for ``changed``; without the page."""
    query = asked.copy()
    query.pop("page", None)
    for name, value in changed.items():
        query[name] = value
    return query.urlencode()


FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(9990, 1, 1)  # beyond, adding a day or a zone overflows


def period(workspace: Workspace, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's midnight to the midnight after the last, in the workspace's zone."""
    zone = workspace.zone
    first, last = (min(max(day, FIRST_DAY), LAST_DAY) for day in (first, last))
    return (
        datetime.combine(first, time(), zone),
        datetime.combine(last + timedelta(days=1), time(), zone),
    )


def apply(workspace: Workspace, form: MentionFilterForm, now: datetime) -> Filtered:
    """What the filters of a valid form leave, each filter narrowing the last."""
    asked = form.cleaned_data
    about = asked["about"]
    since, until = bounds(workspace, asked, now)
    show = asked["show"]
    matches = queries.matched(
        workspace,
        subject=Search.Subject.INDUSTRY if about == "industry" else None,
        brand=Brand.objects.get(workspace=workspace, pk=about) if about not in ("", "industry") else None,
        form=asked["form"] or None,
        source=asked["source"] or None,
        since=since,
        until=until,
        relevant_only=show != "not_relevant",
    )
    if show == "starred":
        matches = matches.filter(mention__is_starred=True)
    elif show == "questions":
        matches = matches.filter(mention__is_question=True)
    elif show == "not_relevant":
        matches = matches.filter(mention__state=Mention.State.NOT_RELEVANT)
    if asked["story"]:
        matches = matches.filter(mention__story=asked["story"])
    if asked["site"]:
        matches = matches.filter(mention__site__domain=asked["site"].strip().lower())
    cut = False
    if asked["text"]:
        ids, cut = holding(workspace, matches, asked["text"])
        matches = matches.filter(mention__in=ids)
    return Filtered(matches, queries.mentions_of(workspace, matches), cut)


def bounds(
    workspace: Workspace, asked: dict[str, Any], now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The period asked for: dates win over "last n days", which count whole days up to now."""
    since = until = None
    if asked["since"]:
        since = period(workspace, asked["since"], asked["since"])[0]
    if asked["until"]:
        until = period(workspace, asked["until"], asked["until"])[1]
    if asked["days"] and not (since or until):
        since = period(
            workspace,
            workspace.localtime(now).date() - timedelta(days=int(asked["days"]) - 1),
            LAST_DAY,
        )[0]
    return since, until


def holding(workspace: Workspace, matches: QuerySet[Match], asked: query.Query) -> tuple[list[int], bool]:
    """Ids of mentions that the typed query matches: SQL narrows, the matcher decides."""
    candidates = queries.mentions_of(workspace, matches)
    if prefilter := asked.prefilter():
        candidates = candidates.filter(
            RawSQL('"listening_mention"."words" @@ %s::tsquery', [sql.to_tsquery(prefilter)], BooleanField())
        )
    columns = ("pk", "title", "text", "site__domain", "author__handle", "source", "language", "tags")
    found = list(candidates.values_list(*columns)[: MOST_CANDIDATES + 1])
    ids = [
        pk
        for pk, title, text, site, author, source, language, tags in found[:MOST_CANDIDATES]
        if asked.matches(query.Document(title, text, site, author or "", source, language, tuple(tags)))
    ]
    return ids, len(found) > MOST_CANDIDATES
