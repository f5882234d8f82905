"""Reddit, through its Atom feeds: posts by keyword or community, who answered, and how often somebody posts.

Without a key nothing else answers any more, and since November 2025 a key needs Reddit's approval. The feeds
tell neither points nor numbers of comments or members; all of that is unknown here, never zero. They may
close any day: everything in this file expects to be refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote, urlsplit

from listening.net import check
from listening.net.errors import SourceError, gettext_noop
from listening.sources import cadence
from listening.sources.base import IN_CIRCLES, Searchable, Source
from listening.sources.feed_documents import document
from listening.sources.html import plain
from listening.sources.values import address, moment, string
from listening.types import Cursor, Item, Page, Reading, Reply

SITE = "https://www.reddit.com"
ENTRIES = 100  # per request, the most a feed gives
MOST_PAGES = 10  # of one search or one tag in a scan, that is ten minutes; no list of Reddit's is longer
LONG = 6 * 3600.0  # seconds until a network that Reddit refused may ask again

REFUSED = gettext_noop(
    "Reddit refuses programs at this network address for now. Earshot tries again at a later scan."
)
GONE = gettext_noop("Reddit has nothing at %(url)s any more.")
ELSEWHERE = gettext_noop("Reddit sends us from %(url)s to another address. The service may have changed.")
NO_PROFILE = gettext_noop(
    "%(handle)s names nobody on Reddit. Write a user as u/name, or a community as r/name."
)
CLOSED = "private"  # a community that only its members may read; told as the gap ("r/name", "private")

_REDIRECTS = (301, 302, 303, 307, 308)
_WORDS_OF_REFUSAL = ("whoa there", "network policy", "network security")
_COMMUNITY = re.compile(r"[a-z0-9_]{2,21}", re.IGNORECASE)
_HANDLE = re.compile(r"(r|u)/([\w-]{2,24})", re.IGNORECASE)
_AUTHOR = re.compile(r"/?u/([\w-]{1,40})")
_THREAD = re.compile(r"(?:/r/[\w-]+)?/comments/[a-z0-9]+(?:/[^/\s?#]*)?/?", re.IGNORECASE)
_LINK = re.compile(r'<a href="([^"]+)">\s*\[link\]')
_OWN_DOMAINS = ("reddit.com", "redd.it")
_WORD = re.compile(r"\w+")


class Reddit(Source):
    """A handle is "u/name" or "r/name"; people are called "u/name". A thread's handle is its address.

    Reddit answers a stranger once a minute. So no page is asked twice, no redirect is followed, and a scan
    reads few threads.
    """

    name = "reddit"
    label = "Reddit"
    docs = "https://www.reddit.com/wiki/rss"
    terms = "https://redditinc.com/policies/user-agreement"
    gives = gettext_noop(
        "Posts by keyword, posts of communities named like a tag, and who answered. Fragile: Reddit answers "
        "once a minute, so a scan takes its time and reads few threads, and it may close this way any day."
    )
    calls_per_minute = 1
    domains = _OWN_DOMAINS
    threads_per_scan = 15

    def search(self, query: Searchable, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Posts since ``since`` that may match, newest first; comments cannot be searched.

        With several alternatives the one that is furthest behind comes next, so that ``reached`` holds for
        all of them whenever we stop, which is after MOST_PAGES.

        Cursor: {"page": number, "open": [[number of the alternative, last id or None, its second or None]]}.
        """
        words = fewest(query.alternatives())
        if not words:  # nothing to ask for, as in "NOT jobs"
            return Page(truncated=True)
        page = cursor["page"] if cursor else 1
        fronts = (
            [list(front) for front in cursor["open"]]
            if cursor
            else [[i, None, None] for i in range(len(words))]
        )
        front = max(fronts, key=lambda front: (front[2] is None, front[2] or 0, -front[0]))
        params = {
            "q": " ".join(f'"{term.replace(chr(34), " ")}"' for term in words[front[0]]),
            **{"sort": "new", "t": "all", "type": "link", "limit": ENTRIES, "after": front[1]},
        }
        posts = self._posts("/search.rss", params)
        if self._advance(front, posts, since):
            fronts.remove(front)
        # Every alternative is asked once, however many there are: else nothing would be covered.
        stopped = bool(fronts) and page >= max(MOST_PAGES, len(words))
        return Page(
            items=_within(posts, since),
            inspected=len(posts),
            next={"page": page + 1, "open": fronts} if fronts and not stopped else None,
            reached=max((moment(front[2]) or self.now() for front in fronts), default=since),
            truncated=stopped,
        )

    def tagged(self, tag: str, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Posts of the community that is named like the tag: what comes closest, for Reddit has no tags, and
        its feeds give the community as a post's category. Where there is none, nothing was said in it.

        Cursor: {"page": number, "front": as in ``search``}.
        """
        name = tag.strip().lstrip("#")
        if not _COMMUNITY.fullmatch(name):  # no community can be called so
            return Page(reached=since)
        page, front = (cursor["page"], list(cursor["front"])) if cursor else (1, [0, None, None])
        response = self._ask(f"/r/{name}/new/.rss", {"limit": ENTRIES, "after": front[1]}, accept=(403, 404))
        if response is None:
            return Page(reached=since)
        if response.status == 403:
            return Page(gaps=((f"r/{name}", CLOSED),))
        posts = parse(response.body, response.url)
        done = self._advance(front, posts, since)
        stopped = not done and page >= MOST_PAGES
        return Page(
            items=_within(posts, since),
            inspected=len(posts),
            next=None if done or stopped else {"page": page + 1, "front": front},
            reached=since if done else moment(front[2]),
            truncated=stopped,
        )

    def thread(self, root_id: str, cursor: Cursor | None = None) -> Page[Reply]:
        """Who commented below a post, as far as one feed shows. ``root_id``: its address, or its id."""
        place = f"/comments/{root_id[3:]}/" if root_id.startswith("t3_") else urlsplit(root_id).path
        if not _THREAD.fullmatch(place):
            raise SourceError(GONE, "gone", params={"url": root_id})
        path = f"{place.rstrip('/')}/.rss"
        response = self._ask(path, {"limit": ENTRIES}, accept=(404,))
        if response is None:
            raise SourceError(GONE, "gone", params={"url": SITE + place})
        entries = _entries(response.body, response.url)
        replies = tuple(_reply(entry) for entry in entries if _key(entry).startswith("t1_"))
        return Page(items=replies, inspected=len(entries), truncated=len(entries) >= ENTRIES)

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """Does a community or user exist, and how many posts came in 30 days; of a user then also comments.

        Where 100 entries cover less than 30 days, the number is extrapolated. Members are told only with a
        key. Cursor: {"last": the time of the latest post, or ""}.
        """
        found = _HANDLE.fullmatch(handle.strip())
        if not found:
            raise SourceError(NO_PROFILE, "gone", params={"handle": handle})
        is_user, name = found[1].lower() == "u", found[2]
        url = f"{SITE}/{'user' if is_user else 'r'}/{name}/"
        if not is_user:
            return self._pace(f"/r/{name}/new/.rss", url, "posts_30d")
        if cursor is None:
            page = self._pace(f"/user/{name}/submitted/.rss", url, "posts_30d")
            told = {reading.metric: reading for reading in page.items}
            last = told["last_post"].text if "last_post" in told else ""
            return replace(page, next={"last": last} if told["exists"].value else None)
        page = self._pace(f"/user/{name}/comments/.rss", url, "replies_30d", cursor["last"])
        # That they exist, their posts have told already.
        return replace(page, items=tuple(one for one in page.items if one.metric != "exists"))

    def _pace(self, path: str, url: str, metric: str, last: str = "") -> Page[Reading]:
        """What one feed tells of the 30 days, with the latest entry of this and of what was read before."""
        response = self._ask(path, {"limit": ENTRIES}, accept=(404,))
        if response is None:
            return Page(items=(Reading("exists", 0, url=url),))
        entries, now = _entries(response.body, response.url), self.now()
        dates = [date for entry in entries if (date := _date(entry)) and date <= now]
        factor, precision = cadence.stretch(dates, now, more=len(entries) >= ENTRIES)
        number = round(len(cadence.recent(dates, now)) * factor)
        readings = [Reading("exists", 1, url=url), Reading(metric, number, url=url, precision=precision)]
        if latest := max([last, *(date.isoformat() for date in dates)]):
            readings.append(Reading("last_post", None, text=latest, url=url))
        return Page(items=tuple(readings), inspected=len(entries), truncated=precision != "exact")

    def _posts(self, path: str, params: Mapping[str, Any]) -> tuple[Item, ...]:
        response = self._ask(path, params)
        assert response is not None  # a 404 was not accepted
        return parse(response.body, response.url)

    def _ask(self, path: str, params: Mapping[str, Any], accept: Sequence[int] = ()) -> Any:
        """One answer; None where there is nothing of this name, if that is accepted."""
        url = SITE + quote(path, safe="/%")
        response = self.get(url, params=params, accept=(403, 404, *_REDIRECTS), follow=False)
        if response.status == 403 and _refuses(response.body):
            raise SourceError(REFUSED, "transient", LONG)
        if response.status in _REDIRECTS:
            # Reddit answers for a community that does not exist by searching for it.
            if 404 in accept and "/subreddits/search" in response.headers.get("location", ""):
                return None
            raise SourceError(ELSEWHERE, "gone" if 404 in accept else "transient", params={"url": url})
        if response.status == 404 and 404 in accept:
            return None
        return response if response.status in accept else check(response)

    def _advance(self, front: list[Any], posts: Sequence[Item], since: datetime) -> bool:
        """Moves the front to the oldest post of a page. True when there is nothing older that we want.

        Reddit takes removed posts out of a page that it has cut, so that a page may be short; one that is not
        even half full is the last.
        """
        dates = [post.published_at for post in posts if post.published_at]
        if not dates:
            return True
        if posts[-1].external_id == front[1]:
            raise SourceError(IN_CIRCLES, params={"host": urlsplit(SITE).netloc})
        front[1], front[2] = posts[-1].external_id, int(min(dates).timestamp())
        return min(dates) < since or len(posts) < ENTRIES // 2


def parse(body: bytes, url: str = SITE) -> tuple[Item, ...]:
    """The posts of a stored feed; comments, and communities that a search found, are left out."""
    return tuple(_item(entry) for entry in _entries(body, url) if _key(entry).startswith("t3_"))


def fewest(alternatives: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The alternatives without those that another one finds anyway: each costs a minute.

    Whatever holds "united airlines" holds "united".
    """
    words = [[_WORD.findall(term.casefold()) for term in terms] for terms in alternatives]
    return [
        alternatives[at]
        for at, own in enumerate(words)
        if not any(
            _finds(other, own) and (place < at or not _finds(own, other))
            for place, other in enumerate(words)
            if place != at
        )
    ]


def _finds(one: Sequence[list[str]], other: Sequence[list[str]]) -> bool:
    """Whether all terms of the one stand in terms of the other."""
    return all(any(f" {' '.join(term)} " in f" {' '.join(longer)} " for longer in other) for term in one)


def _within(posts: Sequence[Item], since: datetime) -> tuple[Item, ...]:
    return tuple(post for post in posts if post.published_at and post.published_at >= since)


def _refuses(body: bytes) -> bool:
    said = body[:20_000].decode("utf-8", "replace").lower()
    return any(words in said for words in _WORDS_OF_REFUSAL)


def _entries(body: bytes, url: str) -> list[Any]:
    return [entry for entry in document(body, "", url).entries if _key(entry)]


def _key(entry: Any) -> str:
    # feedparser takes the id for an address and puts the document's own place before it.
    return string(entry.get("id")).strip().rpartition("/")[2]


def _date(entry: Any) -> datetime | None:
    # Asked of the plain dict: feedparser's own maps one name to another.
    return moment(dict.get(entry, "published_parsed")) or moment(dict.get(entry, "updated_parsed"))


def _author(entry: Any) -> str:
    """ "u/name"; "" for somebody who deleted their account."""
    found = _AUTHOR.fullmatch(string((entry.get("author_detail") or {}).get("name")).strip())
    return f"u/{found[1]}" if found else ""


def _author_url(author: str) -> str:
    return f"{SITE}/user/{author[2:]}" if author else ""


def _item(entry: Any) -> Item:
    author, url = _author(entry), address(entry.get("link"), SITE)
    source = next((string(part.get("value")) for part in entry.get("content", ())), "")
    own, mark, tail = source.rpartition("submitted by")  # what Reddit puts behind every post
    if not mark or "comments]" not in tail:
        own, tail = source, ""
    link = _LINK.search(tail)
    about = address(unescape(link[1])) if link else ""
    host = (urlsplit(about).hostname or "").lower()
    ours = any(host == known or host.endswith(f".{known}") for known in _OWN_DOMAINS)
    terms = (string(tag.get("term")).strip() for tag in entry.get("tags", ()))
    return Item(
        external_id=_key(entry),
        url=url,
        title=" ".join(string(entry.get("title")).split()),
        text=plain(own),
        author=author,
        author_url=_author_url(author),
        link="" if ours else about,
        published_at=_date(entry),
        tags=tuple(dict.fromkeys(term for term in terms if term)),
        thread_handle=url,
    )


def _reply(entry: Any) -> Reply:
    author = _author(entry)
    return Reply(
        external_id=_key(entry),
        url=address(entry.get("link"), SITE),
        author=author,
        author_url=_author_url(author),
        published_at=_date(entry),
    )
