"""The only writer of mentions, stories, conversations, sites with their popularity, and authors.

With ``forget``, which takes authors out again.

Every function runs inside the caller's transaction, may run twice, and touches one workspace; sites and
their popularity are global.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from listening import forget
from listening.models import (
    Author,
    Brand,
    Conversation,
    Fetch,
    Match,
    Mention,
    Search,
    SearchVersion,
    Site,
    SitePopularity,
    Story,
)
from listening.net import SourceError
from listening.pipeline import Draft, Hit, group
from listening.query import sql
from listening.types import Rank, Reply
from teams.models import Workspace


@dataclass(frozen=True)
class Saved:
    """What a page left behind: mentions found in it, and how many of them we did not have."""

    found: int = 0
    new: int = 0


@dataclass(frozen=True)
class Heard:
    """A draft together with the searches it answers."""

    draft: Draft
    hits: tuple[Hit, ...]


def lock(workspace: Workspace) -> None:
    """One writer per workspace at a time, until the transaction ends: grouping reads what it then writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x4EA2, workspace.pk % 2**31])


def refresh_statistics() -> None:
    """Tells PostgreSQL how much there is now, so that the next page is planned for that.

    Its own analysis comes a minute later; a first scan stores thousands of rows in tables that it takes for
    empty, and counts planned for empty tables run for minutes. Tables of a few rows it never analyses by
    itself: it takes it that current wordings find next to nothing, and goes through the mentions one by one.
    """
    tables = (Mention, Match, Conversation, Story, Brand, Search, SearchVersion)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f'"{model._meta.db_table}"' for model in tables))


def save(workspace: Workspace, heard: Iterable[Heard], now: datetime, fetch: Fetch | None = None) -> Saved:
    """Stores what answers a search; refreshes what we had. Items that answer none are not kept.

    A known mention keeps its date, text and first fetch; metrics, reply counts and last_seen_at are renewed.
    """
    found = [one for one in heard if one.hits]
    if not found:
        return Saved()
    lock(workspace)
    by_id: dict[tuple[str, str], Heard] = {}
    for one in _without_the_erased(workspace, found):
        by_id.setdefault((one.draft.source, one.draft.external_id), one)  # twins within a page: first wins
    rows = list(by_id.values())
    drafts = [one.draft for one in rows]
    known = _known(workspace, drafts)
    fresh = [one.draft for one in rows if (one.draft.source, one.draft.external_id) not in known]
    conversations = _conversations(workspace, drafts, now)
    _refresh(known, drafts, now)
    known |= _insert(workspace, fresh, conversations, now, fetch)
    _save_matches(workspace, rows, known)
    return Saved(found=len(rows), new=len(fresh))


def _without_the_erased(workspace: Workspace, heard: Sequence[Heard]) -> Iterator[Heard]:
    """What came in, without words and names of authors who asked to be forgotten; they count as before."""
    drafts = forget.blanked(workspace, [one.draft for one in heard])
    for one, draft in zip(heard, drafts, strict=True):
        is_blank = one.draft.is_searchable and not draft.is_searchable
        hits = tuple(replace(hit, where=(), content_hash="") for hit in one.hits) if is_blank else one.hits
        yield Heard(draft, hits)


def _known(workspace: Workspace, drafts: Sequence[Draft]) -> dict[tuple[str, str], Mention]:
    """The mentions among these that the workspace already has, by (source, external id)."""
    found = Mention.objects.filter(
        workspace=workspace,
        source__in={draft.source for draft in drafts},
        external_id__in={draft.external_id for draft in drafts},
    )
    return {(mention.source, mention.external_id): mention for mention in found}


def _refresh(known: Mapping[tuple[str, str], Mention], drafts: Sequence[Draft], now: datetime) -> None:
    seen = []
    for draft in drafts:
        if mention := known.get((draft.source, draft.external_id)):
            mention.metrics = {**mention.metrics, **draft.metrics}
            mention.last_seen_at = now
            seen.append(mention)
    Mention.objects.bulk_update(seen, ["metrics", "last_seen_at"], batch_size=500)


def _insert(
    workspace: Workspace,
    drafts: Sequence[Draft],
    conversations: Mapping[tuple[str, str], Conversation],
    now: datetime,
    fetch: Fetch | None,
) -> dict[tuple[str, str], Mention]:
    stories = _stories(workspace, drafts)
    sites = _sites({draft.domain for draft in drafts})
    authors = _authors(workspace, drafts)
    made = [
        Mention(
            workspace=workspace,
            source=draft.source,
            external_id=draft.external_id,
            url=draft.url[:2048],
            url_key=draft.url_key,
            text_key=draft.text_key,
            title=draft.title if draft.is_searchable else "",
            text=draft.text if draft.is_searchable else "",
            is_searchable=draft.is_searchable,
            tags=list(draft.tags) if draft.is_searchable else [],
            language=draft.language,
            metrics=dict(draft.metrics),
            is_question=draft.is_question,
            published_at=draft.published_at,
            date_known=draft.date_known,
            site=sites[draft.domain],
            author=authors.get((draft.source, draft.author)) if draft.is_searchable else None,
            story_id=stories[index],
            conversation=conversations[draft.source, draft.root_id],
            first_fetch=fetch,
            last_seen_at=now,
        )
        for index, draft in enumerate(drafts)
    ]
    Mention.objects.bulk_create(made, batch_size=500)
    _index_words(drafts, made)
    return {(mention.source, mention.external_id): mention for mention in made}


def _index_words(drafts: Sequence[Draft], mentions: Sequence[Mention]) -> None:
    """Fills the full-text column with our own tokens, so that SQL finds at least what the matcher finds."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE listening_mention SET words = %s::tsvector WHERE id = %s",
            [
                (sql.to_tsvector_literal(draft.document().lexemes()), one.pk)
                for draft, one in zip(drafts, mentions, strict=True)
                if one.is_searchable
            ],
        )


def _stories(workspace: Workspace, drafts: Sequence[Draft]) -> list[int]:
    """The story id of each draft; makes new stories and merges known ones that turn out to be one."""
    keys = {key for draft in drafts for key in (draft.url_key, draft.text_key) if key}
    rows = Mention.objects.filter(workspace=workspace)
    known: dict[str, int] = {}
    for column in ("url_key", "text_key"):
        for key, story in (
            rows.filter(**{f"{column}__in": keys}).order_by("-story_id").values_list(column, "story_id")
        ):
            known[key] = min(story, known.get(key, story))
    grouping = group(drafts, known)
    for absorbed, kept in grouping.merges:
        Mention.objects.filter(workspace=workspace, story_id=absorbed).update(story_id=kept)
        Story.objects.filter(workspace=workspace, pk=absorbed).delete()
    wanted = -min(grouping.story_of, default=0)
    made = Story.objects.bulk_create([Story(workspace=workspace) for _ in range(max(wanted, 0))])
    return [story if story > 0 else made[-story - 1].pk for story in grouping.story_of]


def save_ranks(source: str, ranks: Sequence[Rank], now: datetime) -> int:
    """Stores where a list has sites: one row for each site and day of the list. Returns how many."""
    sites = _sites({rank.site for rank in ranks})
    rows = {
        (rank.site, rank.on): SitePopularity(
            site=sites[rank.site],
            list=source,
            rank=rank.rank,
            length=rank.length,
            listed_on=rank.on,
            list_id=rank.list_id,
            url=rank.url[:2048],
            taken_at=now,
        )
        for rank in ranks
    }
    SitePopularity.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["site", "list", "listed_on"],
        update_fields=["rank", "length", "list_id", "url", "taken_at"],
    )
    return len(rows)


def _sites(domains: Iterable[str]) -> dict[str, Site]:
    domains = sorted(domains)
    Site.objects.bulk_create([Site(domain=domain) for domain in domains], ignore_conflicts=True)
    return {site.domain: site for site in Site.objects.filter(domain__in=domains)}


def _authors(workspace: Workspace, drafts: Sequence[Draft]) -> dict[tuple[str, str], Author]:
    kept = (draft for draft in drafts if draft.author and draft.is_searchable)
    wanted = {(draft.source, draft.author): draft.author_url for draft in kept}
    Author.objects.bulk_create(
        [
            Author(workspace=workspace, source=source, handle=handle, url=url[:2048])
            for (source, handle), url in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    found = Author.objects.filter(workspace=workspace, handle__in={handle for _, handle in wanted})
    return {(author.source, author.handle): author for author in found}


def _conversations(
    workspace: Workspace, drafts: Sequence[Draft], now: datetime
) -> dict[tuple[str, str], Conversation]:
    """The conversation of each draft. One whose replies grew falls due for reading again."""
    openers = {(draft.source, draft.root_id): draft for draft in reversed(drafts)}
    openers |= {
        (draft.source, draft.root_id): draft for draft in drafts if draft.root_id == draft.external_id
    }
    found = {
        (one.source, one.external_id): one
        for one in Conversation.objects.filter(
            workspace=workspace, external_id__in={external_id for _, external_id in openers}
        )
    }
    fresh, changed = [], []
    for key, draft in openers.items():
        said = draft.replies if draft.root_id == draft.external_id else None
        if (one := found.get(key)) is None:
            one = found[key] = Conversation(workspace=workspace, source=key[0], external_id=key[1])
            fresh.append(one)
        elif said is None or said == one.replies_said:
            continue
        else:
            changed.append(one)
        one.handle = one.handle or draft.thread_handle[:2048]
        _hear_of(one, draft, said, now)
    Conversation.objects.bulk_create(fresh, batch_size=500)
    Conversation.objects.bulk_update(
        changed, ["url", "opener", "replies_said", "state", "participants", "read_at"], batch_size=500
    )
    return found


def _hear_of(one: Conversation, draft: Draft, said: int | None, now: datetime) -> None:
    """Brings a conversation up to date with what the listing says of it."""
    if draft.root_id == draft.external_id:
        one.url, one.opener = draft.url[:2048], draft.author.lower()
        one.participants = sorted({*one.participants, one.opener} - {""})
    one.replies_said = said
    if not draft.thread_readable:
        one.state = Conversation.State.UNREADABLE
    elif said == 0 and not one.replies:
        # The listing itself says that nobody answered: read, without asking the source again.
        one.state, one.read_at, one.replies_said_when_read = Conversation.State.READ, now, 0
    elif said != one.replies_said_when_read:
        one.state = Conversation.State.UNREAD


def rename(workspace: Workspace, source: str, names: Mapping[str, str]) -> None:
    """Keeps mentions under new ids, old id -> new id, where a source gives out others for the same posts.

    A mention whose new id is taken keeps the old one.
    """
    if not names:
        return
    lock(workspace)
    mentions = Mention.objects.filter(workspace=workspace, source=source)
    conversations = Conversation.objects.filter(workspace=workspace, source=source)
    for rows in (mentions, conversations):
        taken = set(rows.filter(external_id__in=names.values()).values_list("external_id", flat=True))
        for old, new in names.items():
            if new not in taken:
                rows.filter(external_id=old).update(external_id=new)


def save_thread(conversation: Conversation, replies: Iterable[Reply], now: datetime) -> None:
    """Keeps who answered and when. The opener stays a participant; texts are never kept.

    Some sources give the post that opened the thread, too, which we may not have heard ourselves.
    """
    rows = {reply.external_id: reply for reply in forget.without_names(conversation, replies)}
    opening = rows.pop(conversation.external_id, None)
    if opening and not conversation.opener:
        conversation.opener = opening.author.lower()
        conversation.url = conversation.url or opening.url[:2048]
    conversation.replies = [
        {
            "id": reply.external_id,
            "author": reply.author,
            "url": reply.url,
            "at": reply.published_at.isoformat() if reply.published_at else "",
        }
        for reply in rows.values()
    ]
    conversation.participants = sorted(
        {conversation.opener, *(reply.author.lower() for reply in rows.values())} - {""}
    )
    conversation.state = Conversation.State.READ
    conversation.error, conversation.error_params = "", {}
    conversation.read_at, conversation.replies_said_when_read = now, conversation.replies_said
    conversation.save()


def save_unreadable(conversation: Conversation, error: SourceError, now: datetime) -> None:
    """The source does not let us read this thread: said beside every number it touches, never a zero.

    What was read before stays read: who answered then did answer.
    """
    if conversation.state == Conversation.State.READ or conversation.replies:
        conversation.state = Conversation.State.READ
    else:
        conversation.state = Conversation.State.UNREADABLE
    conversation.error, conversation.error_params = error.message, error.params
    conversation.read_at, conversation.replies_said_when_read = now, conversation.replies_said
    conversation.save(update_fields=["state", "read_at", "error", "error_params", "replies_said_when_read"])


def _save_matches(
    workspace: Workspace, rows: Sequence[Heard], mentions: Mapping[tuple[str, str], Mention]
) -> None:
    versions = SearchVersion.objects.select_related("search").in_bulk(
        {hit.version_id for one in rows for hit in one.hits}
    )
    Match.objects.bulk_create(
        [
            Match(
                mention=mentions[one.draft.source, one.draft.external_id],
                version=version,
                workspace=workspace,
                search=version.search,
                brand_id=version.search.brand_id,
                source=one.draft.source,
                published_at=mentions[one.draft.source, one.draft.external_id].published_at,
                where=list(hit.where) if one.draft.is_searchable else [],
                content_hash=hit.content_hash,
            )
            for one in rows
            for hit in one.hits
            if (version := versions.get(hit.version_id))  # deleted meanwhile: its matches go with it
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
