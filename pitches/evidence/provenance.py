"""Where evidence comes from: what a frozen pitch keeps beside its numbers so that they can be checked.

Which searches there were, what each source let us read, and for each mention by which of the searches it was
found and in which raw answers it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from listening.coverage import Coverage
from listening.models import Capture, Match, Mention, Search
from pitches.words import LANGUAGES, Text

# One page of a fetch takes a minute at most, so what it asked lies in the minute before it was stored.
PAGE = timedelta(seconds=60)
MOST_CAPTURES = 5  # named by one row


def searches(found: Iterable[Search]) -> list[dict[str, Any]]:
    """Every search with its current wording, for the snapshot."""
    return [
        {
            "id": version.pk,
            "subject": search.subject,
            "brand": search.brand.name if search.brand else "",
            "form": search.form,
            "version": version.number,
            "text": version.text,
            "fold": version.fold,
            "since": version.created_at.isoformat(),
        }
        for search in found
        if (version := search.current)
    ]


def coverage(found: Iterable[Coverage]) -> list[dict[str, Any]]:
    """What each source let us read, for the snapshot. Its error is a sentence in each language."""
    return [
        {
            "source": one.source,
            "label": one.label,
            "state": one.state,
            "from": one.covered_from.isoformat() if one.covered_from else None,
            "to": one.covered_to.isoformat() if one.covered_to else None,
            "inspected": None if one.state == "off" else one.inspected,
            "truncated": one.truncated,
            "gaps": list(one.gaps),
            "error": _said(one.error_message, one.error_params),
            "fetched_at": one.fetched_at.isoformat() if one.fetched_at else None,
        }
        for one in found
    ]


def _said(message: str, params: Mapping[str, Any]) -> Text:
    """A stored English sentence in every language of a pitch; {} = there is none."""
    said: Text = {}
    for language in LANGUAGES if message else ():
        with translation.override(language):
            said[language] = gettext(message) % params
    return said


def found_by(mentions: Sequence[Mention], matches: QuerySet[Match] | None) -> dict[int, str]:
    """Mention id -> the searches that found it, with their versions, the same in every language.

    Such as "Fjällvik keyword v2, industry tag v1".
    """
    if matches is None:
        return {}
    found: dict[int, set[str]] = {}
    columns = ("mention_id", "version__number", "search__subject", "search__form", "brand__name")
    rows = matches.order_by().filter(mention__in=mentions).values_list(*columns)
    for mention_id, number, subject, form, brand in rows:
        found.setdefault(mention_id, set()).add(f"{brand or subject} {form} v{number}")
    return {pk: ", ".join(sorted(names)) for pk, names in found.items()}


def captures_of(mentions: Iterable[Mention]) -> dict[int, str]:
    """Mention id -> hashes of the raw answers that were read just before it was stored, if we have them."""
    by_fetch: dict[int, list[Mention]] = {}
    for mention in mentions:
        if mention.first_fetch_id and mention.is_searchable:
            by_fetch.setdefault(mention.first_fetch_id, []).append(mention)
    if not by_fetch:
        return {}
    found: dict[int, list[str]] = {}
    kept = Capture.objects.filter(fetch__in=by_fetch).order_by("fetched_at", "pk")
    for fetch, sha256, at in kept.values_list("fetch_id", "sha256", "fetched_at"):
        for mention in by_fetch[fetch]:
            if mention.first_seen_at - PAGE <= at <= mention.first_seen_at:
                found.setdefault(mention.pk, []).append(sha256)
    return {pk: " ".join(dict.fromkeys(hashes[-MOST_CAPTURES:])) for pk, hashes in found.items()}
