"""Mastodon and its relatives: posts by tag, threads, and how a profile does. No key, where servers let us."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import Source
from listening.sources.cadence import posting
from listening.sources.html import plain
from listening.sources.values import address, links, moment, record, records, string, whole
from listening.types import Cursor, Item, Page, Reading, Reply

if TYPE_CHECKING:
    from listening.net import Response

LIMIT = 40  # statuses per request, the most a server gives
SHOWN_WITHOUT_KEY = 60  # replies that a server shows to a stranger
MOST_PAGES = 25  # of a profile's own posts: 1,000 in 30 days

_RESERVED = re.compile(r"#(?:nobot|nobots|noindex|nosearch|noarchive)\b", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9.-]+(?::\d+)?")


class Mastodon(Source):
    """A handle is "@name@host". External ids are ActivityPub ``uri``s, the same on every server.

    A thread can only be read by the number that the asked server gave the post. So an item carries
    ``thread_handle`` "host/number", which ``thread`` takes. It takes a ``uri``, too, and then asks the
    author's own server, which knows most replies, but may be closed to strangers.
    """

    name = "mastodon"
    label = "Mastodon"
    docs = "https://docs.joinmastodon.org/client/intro/"
    terms = "https://joinmastodon.org/servers"
    gives = gettext_noop("Posts by tag, their replies, and the followers and posts of a profile.")
    instance = "mastodon.social"
    calls_per_minute = 60

    def tagged(self, tag: str, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Posts with a tag, as far as this server knows them. Cursor: {"max_id": number}.

        ``account.indexable`` is about full-text search, which we do not use: who sets a tag wants to be found
        by it. Authors who say #nobot or #noindex of themselves, or switched on ``noindex``, are counted, but
        their text is handed on for that one match only (``searchable=False``).
        """
        url = f"https://{self.host}/api/v1/timelines/tag/{quote(tag.strip().lstrip('#'), safe='')}"
        response = self.get(url, params={"limit": LIMIT, "max_id": cursor and cursor["max_id"]})
        statuses = _statuses(self.shaped(response, list))
        dates = [date for status in statuses if (date := moment(status.get("created_at")))]
        further = _next_id(response, statuses)
        done = further is None or not dates or min(dates) < since
        items = (_item(status, self.host) for status in statuses)
        return Page(
            items=tuple(item for item in items if item.published_at and item.published_at >= since),
            inspected=len(statuses),
            next=None if done else {"max_id": further},
            reached=since if done else min(dates),
        )

    def thread(self, root_id: str, cursor: Cursor | None = None) -> Page[Reply]:
        """Every reply below a post. ``root_id``: an item's ``thread_handle``, or a ``uri``.

        ``truncated`` when the server shows as many as it shows to a stranger. SourceError "needs_key" from
        servers that show threads to members only.
        """
        host, number = _place(root_id)
        answer = self.get_json(f"https://{host}/api/v1/statuses/{number}/context", dict)
        statuses = _statuses(answer.get("descendants"))
        uris = {string(status.get("id")): _uri(status) for status in statuses}
        return Page(
            items=tuple(_reply(status, host, uris) for status in statuses),
            inspected=len(statuses),
            truncated=len(statuses) >= SHOWN_WITHOUT_KEY,
        )

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """Followers, following and posts as the profile's own server counts them; then the pace of 30 days.

        One request a page: look the name up; where the server does not know it, WebFinger tells whether the
        profile lives on another host; then its statuses, page by page.
        """
        name, host = _parts(handle)
        step = dict(cursor or {"step": "lookup", "host": host})
        if step["step"] == "statuses":
            return self._pace(step)
        if step["step"] == "webfinger":
            return self._find(name, host)
        return self._look_up(name, step["host"], moved="moved" in step)

    def _look_up(self, name: str, host: str, moved: bool) -> Page[Reading]:
        response = self.get(f"https://{host}/api/v1/accounts/lookup", params={"acct": name}, accept=(404,))
        if response.status == 404:
            return Page(next=None if moved else {"step": "webfinger"})
        account = self.shaped(response, dict)
        url = address(account.get("url")) or f"https://{host}/@{quote(name)}"
        metrics = {"followers": "followers_count", "following": "following_count", "posts": "statuses_count"}
        found = {metric: whole(account.get(field)) for metric, field in metrics.items()}
        readings = [
            Reading(metric, number, url=url) for metric, number in found.items() if number is not None
        ]
        step = {"step": "statuses", "host": host, "account": string(account.get("id")), "url": url}
        return Page(
            items=(Reading("exists", 1, url=url), *readings),
            inspected=1,
            next={**step, "max_id": None, "posts": 0, "replies": 0, "newest": "", "oldest": "", "page": 1},
        )

    def _find(self, name: str, host: str) -> Page[Reading]:
        """Is there such a profile at all, and where? RFC 7033."""
        url, params = f"https://{host}/.well-known/webfinger", {"resource": f"acct:{name}@{host}"}
        response = self.get(url, params=params, accept=(400, 404, 410))
        profile = f"https://{host}/@{quote(name)}"
        if response.status != 200:
            return Page(items=(Reading("exists", 0, url=profile),))
        listed = records(self.shaped(response, dict).get("links"))
        own = next((address(link.get("href")) for link in listed if link.get("rel") == "self"), "")
        home = urlsplit(own).netloc
        return Page(
            items=(Reading("exists", 1, url=own or profile),),
            next={"step": "lookup", "host": home, "moved": True} if home and home != host else None,
        )

    def _pace(self, step: dict[str, Any]) -> Page[Reading]:
        """One page of a profile's own posts and replies; what was counted so far travels in the cursor."""
        since = self.now() - timedelta(days=30)
        url = f"https://{step['host']}/api/v1/accounts/{quote(step['account'], safe='')}/statuses"
        params = {"limit": LIMIT, "exclude_reblogs": "true", "max_id": step["max_id"]}
        response = self.get(url, params=params)
        statuses = _statuses(self.shaped(response, list))
        dated = [(date, status) for status in statuses if (date := moment(status.get("created_at")))]
        recent = [status for date, status in dated if date > since]
        replies = sum(status.get("in_reply_to_id") is not None for status in recent)
        step["replies"] += replies
        step["posts"] += len(recent) - replies
        step["newest"] = max([step["newest"], *(date.isoformat() for date, _ in dated)])
        step["oldest"] = min([step["oldest"] or "9", *(date.isoformat() for date, _ in dated)])
        step["max_id"], step["page"] = _next_id(response, statuses), step["page"] + 1
        # Ids need not follow dates, so one old post does not end it: a page without any recent one does.
        if step["max_id"] and recent and step["page"] <= MOST_PAGES:
            return Page(inspected=len(statuses), next=step)
        return posting(step, since, self.now(), len(statuses), cut=bool(step["max_id"] and recent))


def parse(statuses: Any, host: str) -> tuple[Item, ...]:
    """The items of a stored timeline, as ``host`` gave it."""
    return tuple(_item(status, host) for status in _statuses(statuses))


def _statuses(found: Any) -> list[dict[str, Any]]:
    """The usable statuses of a list: relatives of Mastodon leave fields out, and boosts are no own words."""
    return [status for status in records(found) if _uri(status) and not status.get("reblog")]


def _uri(status: dict[str, Any]) -> str:
    return string(status.get("uri")) or string(status.get("url"))


def _account(status: dict[str, Any]) -> dict[str, Any]:
    return record(status.get("account"))


def _handle(status: dict[str, Any], host: str) -> str:
    """ "@name@host" also for people of the asked server, whom it names without a host."""
    name = string(_account(status).get("acct")) or string(_account(status).get("username"))
    return f"@{name if '@' in name else f'{name}@{host}'}" if name else ""


def _item(status: dict[str, Any], host: str) -> Item:
    account, number, parent = _account(status), string(status.get("id")), string(status.get("in_reply_to_id"))
    counts = {"likes": "favourites_count", "shares": "reblogs_count", "comments": "replies_count"}
    found = {metric: whole(status.get(field)) for metric, field in counts.items()}
    reserved = account.get("noindex") is True or bool(_RESERVED.search(plain(string(account.get("note")))))
    return Item(
        external_id=_uri(status),
        url=address(status.get("url")) or address(status.get("uri")),
        title=plain(string(status.get("spoiler_text"))),
        text=plain(string(status.get("content"))),
        author=_handle(status, host),
        author_url=address(account.get("url")),
        published_at=moment(status.get("created_at")),
        language=string(status.get("language")),
        tags=tuple(name for tag in records(status.get("tags")) if (name := string(tag.get("name")))),
        metrics={metric: value for metric, value in found.items() if value is not None},
        parent_id=f"{host}/{parent}" if parent else "",  # whose uri this is, only its thread tells
        replies=whole(status.get("replies_count")),
        thread_handle=f"{host}/{number}" if number else "",
        searchable=not reserved,
    )


def _reply(status: dict[str, Any], host: str, uris: dict[str, str]) -> Reply:
    return Reply(
        external_id=_uri(status),
        url=address(status.get("url")) or address(status.get("uri")),
        author=_handle(status, host),
        author_url=address(_account(status).get("url")),
        published_at=moment(status.get("created_at")),
        parent_id=uris.get(string(status.get("in_reply_to_id")), ""),
    )


def _next_id(response: Response, statuses: list[dict[str, Any]]) -> str | None:
    """The max_id of the page that follows: what the server links to, else the last id of a full page."""
    further = [url for url, about in links(response.headers.get("link", "")) if about.get("rel") == "next"]
    for url in further:
        found = parse_qs(urlsplit(url).query).get("max_id")
        if found:
            return found[0]
    return string(statuses[-1].get("id")) or None if len(statuses) >= LIMIT else None


def _place(root_id: str) -> tuple[str, str]:
    """The host to ask and the post's number there."""
    parts = urlsplit(root_id) if "://" in root_id else urlsplit(f"https://{root_id}")
    number = parts.path.rstrip("/").rpartition("/")[2]
    if not number.isalnum() or not _HOST.fullmatch(parts.netloc.lower()):
        message = gettext_noop("The replies to %(post)s cannot be read: its address does not tell where.")
        raise SourceError(message, kind="gone", params={"post": root_id})
    return parts.netloc, number


def _parts(handle: str) -> tuple[str, str]:
    """Name and host of a handle."""
    name, _, host = handle.strip().lstrip("@").partition("@")
    if not name or not _HOST.fullmatch(host.lower()):
        message = gettext_noop(
            "%(handle)s is no Mastodon handle. Write it in full, such as @name@mastodon.social."
        )
        raise SourceError(message, kind="gone", params={"handle": handle})
    return name, host.lower()
