"""Between source and store, deciding only: normalise items, match them, group them into stories.

    items | normalise | match | (store: known ones are refreshed) | group

Nothing here reads a clock, a database or a network; the whole file can be tested with plain values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from listening.net import site_of
from listening.query import Document, Found, Query
from listening.text import clean_line, clean_text, is_question, text_key, url_key
from listening.types import Item

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Draft:
    """An item in the form in which it would be stored."""

    source: str
    external_id: str
    url: str
    url_key: str
    text_key: str
    title: str
    text: str
    author: str
    author_url: str
    domain: str
    published_at: datetime
    date_known: bool
    language: str
    tags: tuple[str, ...]
    metrics: Mapping[str, int]
    is_question: bool
    is_searchable: bool
    root_id: str
    thread_handle: str
    replies: int | None
    thread_readable: bool

    def document(self) -> Document:
        """What the matcher looks at."""
        return Document(
            title=self.title,
            text=self.text,
            site=self.domain,
            author=self.author,
            source=self.source,
            language=self.language,
            tags=self.tags,
        )


@dataclass(frozen=True)
class Hit:
    """A draft answers a search version: which clauses, which words, where."""

    version_id: int
    where: tuple[Mapping[str, Any], ...]
    content_hash: str


def normalise(item: Item, source: str, now: datetime) -> Draft:
    """The item cleaned, with its keys. ``now`` stands in for a missing date and bounds a date to come."""
    title, text = clean_line(item.title), clean_text(item.text)
    author = clean_line(item.author, 255)
    known = item.published_at is not None and item.published_at >= EARLIEST
    published = min(item.published_at, now) if known and item.published_at else now
    return Draft(
        source=source,
        external_id=bounded_id(item.external_id),
        url=item.url,
        url_key=url_key(item.link or item.url) if item.link or item.url else "",
        text_key=text_key(title, text),
        title=title,
        text=text,
        author=author,
        author_url=item.author_url,
        domain=site_of(item.site_url or item.url),
        published_at=published,
        date_known=known,
        language=clean_line(item.language, 35),
        tags=tuple(clean_line(tag, 100) for tag in item.tags[:100]),
        metrics=dict(item.metrics),
        is_question=is_question(title, text),
        is_searchable=item.searchable,
        root_id=bounded_id(item.root_id or item.external_id),
        thread_handle=item.thread_handle or item.root_id or item.external_id,
        replies=item.replies,
        thread_readable=item.thread_readable,
    )


def bounded_id(external_id: str) -> str:
    """The id itself, or its sha256 where a source uses longer ids than we index."""
    return external_id if len(external_id) <= 512 else hashlib.sha256(external_id.encode()).hexdigest()


def match(draft: Draft, versions: Iterable[tuple[int, Query]]) -> tuple[Hit, ...]:
    """Every search version that the draft answers, with the reason. The matcher is the truth."""
    document = draft.document()
    hits = []
    for version_id, query in versions:
        if query.matches(document):
            hits.append(Hit(version_id, explain(query, document), content_hash(draft.title, draft.text)))
    return tuple(hits)


def explain(query: Query, document: Document) -> tuple[Mapping[str, Any], ...]:
    """Which clause found which words where, as plain data."""
    reasons = []
    for clause in query.explain(document).clauses:
        places: dict[str, list[Found]] = {}
        for found in clause.found:
            places.setdefault(found.where, []).append(found)
        for where, here in places.items():
            reasons.append(
                {
                    "clause": clause.text,
                    "where": where,
                    "words": list(dict.fromkeys(found.words for found in here)),
                    "spans": [[found.start, found.end] for found in here],
                }
            )
    return tuple(reasons)


def content_hash(title: str, text: str) -> str:
    """sha256 of what was matched, so that evidence can say whether the post has changed since."""
    return hashlib.sha256(f"{title}\n{text}".encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Grouping:
    """Which story each draft joins: the id of a known story, or a number of its own group when new.

    ``merges``: known stories that turn out to be one, as (absorbed, kept); the oldest is kept.
    """

    story_of: tuple[int, ...]  # index into drafts -> known story id, or -(group number) - 1
    merges: tuple[tuple[int, int], ...]


def group(drafts: Sequence[Draft], known: Mapping[str, int]) -> Grouping:
    """Puts drafts with one address or one text into one story (union-find over the keys).

    ``known`` maps url and text keys that the workspace already has to their story id. Ids grow with time,
    so the smallest known id is the oldest story, and it wins.
    """
    parent: dict[Any, Any] = {}

    def find(node: Any) -> Any:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for index, draft in enumerate(drafts):
        for key in filter(None, (draft.url_key, draft.text_key)):
            parent[find(("key", key))] = find(("draft", index))
    for key, story in known.items():
        if ("key", key) in parent:
            parent[find(("story", story))] = find(("key", key))

    stories: dict[Any, list[int]] = {}
    for node in list(parent):
        if node[0] == "story":
            stories.setdefault(find(node), []).append(node[1])
    fresh: dict[Any, int] = {}
    story_of = []
    for index in range(len(drafts)):
        top = find(("draft", index))
        story_of.append(min(stories[top]) if top in stories else fresh.setdefault(top, -len(fresh) - 1))
    merges = [
        (story, min(together))
        for together in stories.values()
        for story in sorted(set(together))
        if story != min(together)
    ]
    return Grouping(tuple(story_of), tuple(merges))


def reach_back(
    last_covered_to: datetime | None, now: datetime, first: timedelta, overlap: timedelta
) -> datetime:
    """From when a fetch reads: an overlap before the last good coverage, or the first reach-back."""
    return now - first if last_covered_to is None else max(last_covered_to - overlap, now - first)
