"""Holds a new wording of a search against what is stored already."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from listening import feeds, query, store
from listening.models import FeedSubscription, Match, Mention, SearchVersion
from listening.pipeline import Hit, content_hash, explain

CHUNK = 500


def document_of(mention: Mention) -> query.Document:
    """What the matcher looks at in a stored mention."""
    return query.Document(
        title=mention.title,
        text=mention.text,
        site=mention.site.domain,
        author=mention.author.handle if mention.author else "",
        source=mention.source,
        language=mention.language,
        tags=tuple(mention.tags),
    )


def rematch(version: SearchVersion) -> int:
    """Holds a version against the workspace's mentions and the feed entries it may see; returns new matches.

    May run twice. A mention whose text was reserved cannot be held against a later version.
    """
    search, asked = version.search, version.as_query()
    workspace = search.workspace
    before = version.matches.count()
    heard = Mention.objects.filter(workspace=workspace, is_searchable=True).select_related("site", "author")
    for mention in heard.iterator(chunk_size=CHUNK):
        document = document_of(mention)
        if asked.matches(document):
            Match.objects.get_or_create(
                version=version,
                mention=mention,
                defaults={
                    "workspace": workspace,
                    "search": search,
                    "brand_id": search.brand_id,
                    "source": mention.source,
                    "published_at": mention.published_at,
                    "where": list(explain(asked, document)),
                    "content_hash": content_hash(mention.title, mention.text),
                },
            )
    for subscription in FeedSubscription.objects.filter(workspace=workspace).select_related("feed"):
        drafts = feeds.drafts(subscription.feed, timezone.now())
        hits = [
            store.Heard(
                draft,
                (Hit(version.pk, explain(asked, draft.document()), content_hash(draft.title, draft.text)),),
            )
            for draft in drafts
            if asked.matches(draft.document())
        ]
        with transaction.atomic():
            store.save(workspace, hits, timezone.now())
    store.refresh_statistics()
    SearchVersion.objects.filter(pk=version.pk).update(rematched_at=timezone.now())
    return version.matches.count() - before
