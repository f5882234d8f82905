"""Hacker News, through Algolia's search: stories and comments by keyword, discussions, a user's pace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import Searchable, Source
from listening.sources.html import plain
from listening.sources.values import address, listed, moment, records, string, whole
from listening.types import Cursor, Item, Page, Precision, Reading, Reply

HITS = 200  # per request; the service allows 1,000, which is megabytes
HOST = "hn.algolia.com"
SITE = "https://news.ycombinator.com"
KINDS = "(story,comment,poll,job)"


class HackerNews(Source):
    """A handle is a user name. The id of a thread is the number of its story."""

    name = "hackernews"
    label = "Hacker News"
    docs = "https://hn.algolia.com/api"
    terms = "https://www.ycombinator.com/legal/"
    gives = gettext_noop("Stories and comments by keyword, their discussions, and how often a user writes.")

    calls_per_minute = 60

    def search(self, query: Searchable, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Stories and comments since ``since`` that may match; the service also finds beginnings of words.

        No query shows more than 1,000 hits, so we page by time and not by number: each request asks for what
        is at most as new as the oldest hit so far. With several alternatives the one that is furthest behind
        comes next, so that ``reached`` holds for all of them whenever we stop.

        Cursor: {"open": [[number of the alternative, created_at_i or None, [ids seen at that second]], ...]}.
        """
        words, start = query.alternatives(), int(since.timestamp())
        fronts = (
            [list(front) for front in cursor["open"]]
            if cursor
            else [[i, None, []] for i in range(len(words))]
        )
        if not fronts:  # nothing to ask for, as in "NOT jobs"
            return Page(truncated=True)
        front = max(fronts, key=lambda front: (front[1] is None, front[1] or 0, -front[0]))
        number, before, seen = front
        limits = [f"created_at_i>={start}"] + ([f"created_at_i<={before}"] if before is not None else [])
        params = {
            "query": " ".join(_asked(term) for term in words[number]),
            "tags": KINDS,
            "numericFilters": ",".join(limits),
            "hitsPerPage": HITS,
            "typoTolerance": "false",
            "advancedSyntax": "true",
        }
        hits = _hits(self.get_json(self._url("search_by_date"), dict, params=params))
        stuck = self._advance(fronts, front, hits)
        reached = max((self._reached(front) for front in fronts), default=since)
        return Page(
            items=tuple(_item(hit) for hit in hits if string(hit["objectID"]) not in seen),
            inspected=sum(string(hit["objectID"]) not in seen for hit in hits),
            next={"open": fronts} if fronts else None,
            reached=reached,
            truncated=stuck,
        )

    def _advance(self, fronts: list[list[Any]], front: list[Any], hits: Sequence[dict[str, Any]]) -> bool:
        """Moves the front to the oldest hit, or ends it. True when one second held too many hits to read."""
        if len(hits) < HITS:
            fronts.remove(front)
            return False
        oldest = min(whole(hit.get("created_at_i")) or 0 for hit in hits)
        stuck = oldest == front[1]
        front[1] = oldest - 1 if stuck else oldest
        front[2] = [string(hit["objectID"]) for hit in hits if hit.get("created_at_i") == front[1]]
        return stuck

    def _reached(self, front: Sequence[Any]) -> datetime:
        return moment(front[1]) or self.now()

    def thread(self, root_id: str, cursor: Cursor | None = None) -> Page[Reply]:
        """Every comment of a story, at all depths, in one answer."""
        tree = self.get_json(self._url(f"items/{quote(root_id, safe='')}"), dict)
        replies, waiting = [], list(_nodes(tree))
        while waiting:
            node = waiting.pop()
            replies.append(_reply(node))
            waiting.extend(_nodes(node))
        replies.sort(key=lambda reply: (reply.published_at is None, reply.published_at, reply.external_id))
        return Page(items=tuple(replies), inspected=len(replies))

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """What a user wrote in 30 days: stories (``posts_30d``), comments (``replies_30d``), the last.

        One request for a user who writes; one more for each step further back: ever wrote, exists at all.
        """
        url = f"{SITE}/user?id={quote(handle)}"
        step = cursor["step"] if cursor else "recent"
        if step == "account":
            status = self.get(self._url(f"users/{quote(handle, safe='')}"), accept=(404,)).status
            return Page(items=(Reading("exists", int(status != 404), url=url),))
        params: dict[str, Any] = {"tags": f"author_{handle}", "hitsPerPage": 1}
        if step == "recent":
            params["hitsPerPage"] = 1000
            params["numericFilters"] = f"created_at_i>={int((self.now() - timedelta(days=30)).timestamp())}"
        answer = self.get_json(self._url("search_by_date"), dict, params=params)
        hits = _hits(answer)
        dates = [date for hit in hits if (date := _date(hit))]
        readings = [Reading("exists", 1, url=url)] if hits else []
        readings += [Reading("last_post", None, text=max(dates).isoformat(), url=url)] if dates else []
        if step == "ever":
            return Page(
                items=tuple(readings), inspected=len(hits), next=None if hits else {"step": "account"}
            )
        comments = sum(_is_comment(hit) for hit in hits)
        whole_month = (whole(answer.get("nbHits")) or 0) <= len(hits)
        precision: Precision = "exact" if whole_month else "estimated"
        readings.append(Reading("posts_30d", len(hits) - comments, url=url, precision=precision))
        readings.append(Reading("replies_30d", comments, url=url, precision=precision))
        return Page(
            items=tuple(readings),
            inspected=len(hits),
            next=None if hits else {"step": "ever"},
            truncated=not whole_month,
        )

    def _url(self, path: str) -> str:
        return f"https://{HOST}/api/v1/{path}"


def parse(answer: dict[str, Any]) -> tuple[Item, ...]:
    """The items of a stored search answer."""
    return tuple(_item(hit) for hit in _hits(answer))


def _asked(term: str) -> str:
    """A term for the search box: in quotes unless it is one bare word, so that no sign is an operator."""
    return term if term.isalnum() else '"' + term.replace('"', " ") + '"'


def _hits(answer: dict[str, Any]) -> list[dict[str, Any]]:
    hits = answer.get("hits")
    if not isinstance(hits, list):
        raise SourceError(
            gettext_noop("Hacker News answered without a list of hits. The service may have changed.")
        )
    return [hit for hit in records(hits) if string(hit.get("objectID"))]


def _is_comment(hit: dict[str, Any]) -> bool:
    return "comment" in listed(hit.get("_tags")) or bool(hit.get("comment_text"))


def _date(hit: dict[str, Any]) -> datetime | None:
    return moment(hit.get("created_at_i")) or moment(hit.get("created_at"))


def _page(key: str) -> str:
    return f"{SITE}/item?id={quote(key)}"


def _user(name: str) -> str:
    return f"{SITE}/user?id={quote(name)}" if name else ""


def _item(hit: dict[str, Any]) -> Item:
    key, author, link = string(hit["objectID"]), string(hit.get("author")), address(hit.get("url"))
    if _is_comment(hit):
        return Item(
            external_id=key,
            url=_page(key),
            text=plain(string(hit.get("comment_text"))),
            author=author,
            author_url=_user(author),
            published_at=_date(hit),
            root_id=string(hit.get("story_id")),
            parent_id=string(hit.get("parent_id")),
        )
    points, comments = whole(hit.get("points")), whole(hit.get("num_comments"))
    metrics = {"points": points, "comments": comments}
    return Item(
        external_id=key,
        url=_page(key),
        title=" ".join(string(hit.get("title")).split()),
        text=plain(string(hit.get("story_text"))),
        author=author,
        author_url=_user(author),
        link=link,
        site_url=link,
        published_at=_date(hit),
        metrics={name: number for name, number in metrics.items() if number is not None},
        replies=comments,
    )


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [child for child in records(node.get("children")) if string(child.get("id"))]


def _reply(node: dict[str, Any]) -> Reply:
    key, author = string(node["id"]), string(node.get("author"))
    return Reply(
        external_id=key,
        url=_page(key),
        author=author,
        author_url=_user(author),
        published_at=_date(node),
        parent_id=string(node.get("parent_id")),
    )
