"""Saved searches: proposed by one template for every brand, edited in versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from listening import query
from listening.models import Brand, Industry, Search, SearchVersion
from listening.query import build
from teams.models import User, Workspace


def propose_for(brand: Brand, handles: Iterable[str] = (), user: User | None = None) -> list[Search]:
    """Makes the brand's keyword and tag search where it has none. Equal for every brand: the same template.

    Keyword: name, name in one word, other spellings, handles and domain, any of them. Tag: its tags.
    """
    squeezed = "".join(character for character in brand.name if character.isalnum())
    domain = brand.domain.removeprefix("www.")
    terms = unique([brand.name, squeezed, *brand.aliases, *handles, domain])
    tags = unique([*brand.tags, squeezed, *handles])
    return _propose(brand.workspace, Search.Subject.BRAND, brand, terms, tags, user)


def propose_for_industry(industry: Industry, user: User | None = None) -> list[Search]:
    """Makes the industry's keyword and tag search where it has none, from its terms and tags."""
    return _propose(
        industry.workspace, Search.Subject.INDUSTRY, None, unique(industry.terms), unique(industry.tags), user
    )


def unique(words: Iterable[str]) -> list[str]:
    """The words without blanks, and without those that differ in case only; order kept."""
    return list(
        {word.casefold(): word for word in reversed([w.strip().lstrip("#@") for w in words]) if word}.values()
    )[::-1]


def _propose(
    workspace: Workspace,
    subject: str,
    brand: Brand | None,
    terms: Sequence[str],
    tags: Sequence[str],
    user: User | None,
) -> list[Search]:
    texts = {
        Search.Form.KEYWORD: build.any_of(terms) if terms else "",
        Search.Form.TAG: build.tags(tags) if tags else "",
    }
    made = []
    for form, text in texts.items():
        if not text:
            continue
        search, _ = Search.objects.get_or_create(workspace=workspace, subject=subject, brand=brand, form=form)
        if not search.versions.exists():
            save_version(search, text, user=user)
        made.append(search)
    return made


def save_version(search: Search, text: str, *, fold: bool = False, user: User | None = None) -> SearchVersion:
    """A new wording of the search; the same wording again changes nothing. Raises query.QueryError.

    The new version is held against stored mentions and feed entries soon after, see rematch.py.
    """
    text = " ".join(text.split())
    query.parse(text, fold=fold)
    with transaction.atomic():
        Search.objects.select_for_update().get(pk=search.pk)
        latest = search.versions.order_by("-number").first()
        if latest and (latest.text, latest.fold, latest.is_current) == (text, fold, True):
            return latest
        search.versions.update(is_current=False)
        return SearchVersion.objects.create(
            search=search, number=latest.number + 1 if latest else 1, text=text, fold=fold, created_by=user
        )


@lru_cache(maxsize=1000)
def _parsed(text: str, fold: bool) -> query.Query:
    return query.parse(text, fold=fold)


def current(workspace: Workspace) -> list[tuple[int, query.Query]]:
    """Every search that is on, as (version id, query): what each new item is held against.

    Replaced wordings that are pinned are among them; pages count the matches of current ones only.
    """
    versions = SearchVersion.objects.filter(asked_for(Now()), search__workspace=workspace, search__is_on=True)
    return [(one.pk, _parsed(one.text, one.fold)) for one in versions.order_by("pk")]


def asked_for(now: datetime | Now) -> Q:
    """The wordings that scans ask for: the current one of each search, and those that are pinned."""
    return Q(is_current=True) | Q(pinned_until__gt=now)


@transaction.atomic
def pin(versions: Iterable[SearchVersion], since: datetime, until: datetime) -> None:
    """Keeps these wordings up, also when they are replaced: asked for, and held against what is heard.

    Those that are replaced already missed what was heard meanwhile; they are held against it soon, see
    rematch.py, and the next scans read back for them to ``since``.
    """
    rows = SearchVersion.objects.select_for_update()
    for one in rows.filter(pk__in=[version.pk for version in versions]).order_by("pk"):
        if not (one.is_current or one.pinned_until):
            one.rematched_at = None
        one.pinned_since = min(since, one.pinned_since or since)
        one.pinned_until = max(until, one.pinned_until or until)
        one.save(update_fields=["rematched_at", "pinned_since", "pinned_until"])


def unpin(versions: Iterable[int]) -> None:
    """Lets these wordings go: scans ask for what is current only."""
    SearchVersion.objects.filter(pk__in=list(versions)).update(pinned_since=None, pinned_until=None)
