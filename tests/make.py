"""Plain functions that make what a test needs; every value can be overridden."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from listening import searches, sources, store
from listening.models import Brand, Credential, Industry, Mention, Search, SearchVersion
from listening.models.credentials import pack
from listening.pipeline import match, normalise
from listening.types import Item
from teams.models import Membership, Role, User, Workspace

NUMBERS = itertools.count(1)
PASSWORD = "correct horse battery"
APP_PASSWORD = "abcd-efgh-ijkl-mnop"


def make_user(name: str = "Alice", **fields: Any) -> User:
    """A person who can log in with PASSWORD."""
    email = fields.pop("email", f"{name.lower()}@fjallvik.example")
    return User.objects.create_user(email=email, password=PASSWORD, name=name, **fields)


def make_workspace(owner: User | None = None, **fields: Any) -> Workspace:
    """A workspace, owned when an owner is given."""
    values = {
        "name": "Fjällvik Coffee",
        "language": "en",
        "time_zone": "Europe/Stockholm",
        "contact": "alice@fjallvik.example",
    }
    workspace = Workspace.objects.create(**{**values, **fields})
    if owner:
        make_member(workspace, owner, Role.OWNER)
    return workspace


def make_member(workspace: Workspace, user: User, role: str = Role.VIEWER) -> Membership:
    return Membership.objects.create(workspace=workspace, user=user, role=role)


def make_brand(workspace: Workspace, name: str = "Fjällvik", **fields: Any) -> Brand:
    """Our own brand; pass kind=Brand.Kind.COMPETITOR for a rival."""
    return Brand.objects.create(workspace=workspace, name=name, **{"kind": Brand.Kind.OWN, **fields})


def make_rival(workspace: Workspace, name: str = "Bergby", **fields: Any) -> Brand:
    return make_brand(workspace, name, kind=Brand.Kind.COMPETITOR, **fields)


def make_credential(workspace: Workspace, source: str = "bluesky", **values: str) -> Credential:
    """Somebody's app password, made up, as if it had been checked a moment ago."""
    given = {"identifier": "fjallvik.bsky.social", "password": APP_PASSWORD, **values}
    return Credential.objects.create(
        workspace=workspace,
        source=source,
        sealed=pack(given),
        host=sources.get(source).instance,
        saved_at=timezone.now(),
        checked_at=timezone.now(),
    )


def make_industry(
    workspace: Workspace, terms: list[str] | None = None, tags: list[str] | None = None
) -> Industry:
    return Industry.objects.create(workspace=workspace, terms=terms or ["coffee"], tags=tags or ["coffee"])


def make_search(
    workspace: Workspace, text: str = "fjällvik", brand: Brand | None = None, form: str = Search.Form.KEYWORD
) -> SearchVersion:
    """A search with its first version, held against what is stored; without a brand of the industry."""
    subject = Search.Subject.BRAND if brand else Search.Subject.INDUSTRY
    search, _ = Search.objects.get_or_create(workspace=workspace, subject=subject, brand=brand, form=form)
    version = searches.save_version(search, text)
    SearchVersion.objects.filter(pk=version.pk).update(rematched_at=timezone.now())
    return version


def make_item(text: str = "I like Fjällvik a lot", **fields: Any) -> Item:
    """A post as a source would return it, one hour old."""
    number = next(NUMBERS)
    values: dict[str, Any] = {
        "external_id": f"post-{number}",
        "url": f"https://forum.example/posts/{number}",
        "text": text,
        "author": f"@person{number}@forum.example",
        "published_at": datetime.now(UTC) - timedelta(hours=1),
        "replies": 0,
    }
    return Item(**{**values, **fields})


def hear(workspace: Workspace, *items: Item, source: str = "mastodon") -> store.Saved:
    """Stores items as a scan would, through the matcher and the store."""
    now = timezone.now()
    drafts = [normalise(item, source, now) for item in items]
    versions = searches.current(workspace)
    return store.save(workspace, [store.Heard(one, match(one, versions)) for one in drafts], now)


def make_mention(
    workspace: Workspace, text: str = "I like Fjällvik a lot", source: str = "mastodon", **fields: Any
) -> Mention:
    """One stored mention; a search that finds its text must exist."""
    item = make_item(text, **fields)
    hear(workspace, item, source=source)
    return Mention.objects.get(workspace=workspace, source=source, external_id=item.external_id)
