"""Bluesky: how a profile does and who answers, without a key; posts by word and tag with an app password."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from listening.net import check
from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import IN_CIRCLES, Need, Searchable, Source
from listening.sources.bluesky_posts import (
    NO_POSTS,
    SITE,
    error_in,
    handle_of,
    is_cut,
    posted_at,
    posts_of,
    root_of,
    to_item,
    to_reply,
    walk,
)
from listening.sources.cadence import posting
from listening.sources.values import moment, record, records, string, whole
from listening.types import Cursor, Item, Page, Reading, Reply

if TYPE_CHECKING:
    from listening.net import Response

PUBLIC = "public.api.bsky.app"  # answers everybody, but searches for nobody
LIMIT = 100  # posts per request, the most a server gives
SEARCHES_PER_MINUTE = 1  # the search is meant for people; who wants more is asked to read the whole stream
MOST_PAGES = 30  # of one search in one scan
MOST_FEED_PAGES = 10  # of a profile's own posts: 1,000 in 30 days

_APP_PASSWORD = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")
_GONE = ("NotFound", "AccountDeactivated", "AccountTakedown", "RepoNotFound")
_RAN_OUT = ("ExpiredToken", "InvalidToken")

NOT_AN_APP_PASSWORD = gettext_noop(
    "This is no app password: that has four groups of four letters or digits, such as abcd-efgh-ijkl-mnop."
    " Never enter the password of the account itself."
)
REFUSED = gettext_noop(
    "%(host)s refused this handle with this app password. Check the handle, or make a new app password in"
    " Bluesky’s settings and enter it here."
)
NO_SESSION = gettext_noop("%(host)s let us log in, but gave us no session. The service may have changed.")


class Bluesky(Source):
    """A handle is "@name.bsky.social", or the account's DID. External ids are at:// addresses.

    ``host`` is the server of the account whose app password we have; it searches all of Bluesky.
    """

    name = "bluesky"
    label = "Bluesky"
    docs = "https://docs.bsky.app/docs/category/http-reference"
    terms = "https://bsky.social/about/support/tos"
    gives = gettext_noop("Posts by word and tag, their replies, and the followers and posts of a profile.")
    needs = (
        Need(
            "identifier",
            gettext_noop("Handle"),
            "text",
            gettext_noop("Of any account of yours. Earshot only reads, and posts nothing."),
            example="fjallvik.bsky.social",
        ),
        Need(
            "password",
            gettext_noop("App password"),
            help=gettext_noop("Four groups of four letters. Not the password of the account itself."),
            where="https://bsky.app/settings/app-passwords",
            example="abcd-efgh-ijkl-mnop",
        ),
    )
    keyed = ("search", "tagged")
    lacks = gettext_noop("Searching Bluesky needs an app password.")
    instance = "bsky.social"
    calls_per_minute = 60
    rest = timedelta(hours=5, minutes=45)  # at most four times a day

    # Search, as the account

    def search(self, query: Searchable, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Posts since ``since`` that may match, newest first; see ``_page_of`` for the cursor."""
        return self._page_of([" ".join(map(_asked, words)) for words in query.alternatives()], since, cursor)

    def tagged(self, tag: str, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Posts with a tag, as the tag's own page on Bluesky shows them."""
        return self._page_of([f"#{tag.strip().lstrip('#')}"], since, cursor)

    def _page_of(self, asked: Sequence[str], since: datetime, cursor: Cursor | None) -> Page[Item]:
        """One page of that question which is furthest behind, so that ``reached`` holds for all of them.

        We page by time: what is older than the oldest post so far. The service's own cursor counts posts, and
        each new or deleted one would move it. No more than 30 pages are read in one scan.

        Cursor: {"open": [[number of the question, oldest moment or None, [ids seen then]], ...], "pages": n}.
        """
        at = cursor or {"open": [[number, None, []] for number in range(len(asked))], "pages": 0}
        fronts: list[list[Any]] = [list(front) for front in at["open"]]
        if not fronts:  # nothing that a search box takes, as in "NOT jobs"
            return Page(truncated=True)
        front = max(fronts, key=lambda front: (front[1] is None, front[1] or "", -front[0]))
        number, before, seen = front
        limits = {"since": _stamp(since), "until": before and _stamp(_later(before))}
        answer = self._asked_as_the_account({"q": asked[number], "sort": "latest", "limit": LIMIT, **limits})
        posts = posts_of(answer)
        has_more = bool(string(answer.get("cursor")))
        withheld = has_more and not any(map(posted_at, posts))
        if has_more and _ignores(before, posts):
            raise SourceError(IN_CIRCLES, params={"host": self.host})
        stuck = not withheld and _advance(fronts, front, posts, has_more)
        pages = at["pages"] + 1
        cut = bool(fronts) and (withheld or pages >= MOST_PAGES)
        fresh = [post for post in posts if string(post["uri"]) not in seen]
        return Page(
            items=tuple(one for one in map(to_item, fresh) if (one.published_at or since) >= since),
            inspected=len(fresh),
            next={"open": fronts, "pages": pages} if fronts and not cut else None,
            reached=max((moment(front[1]) or self.now() for front in fronts), default=since),
            truncated=stuck or cut,
        )

    def check(self) -> None:
        """Logs in with the app password. SourceError "needs_key" where it is refused, or is none."""
        self._log_in()

    def _asked_as_the_account(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a search. A session that ran out is renewed, once, and asked with again.

        Each request waits for the host's turn. What was reached so far is kept in the session, so that a page
        that is read again after a wait goes on from there.
        """
        token = self._token()
        response = self._search(token, params)
        if _error(response) in _RAN_OUT:
            kept = self.session.read()
            if kept.get("access") == token:  # else another worker has renewed it meanwhile
                self.session.write({**kept, "access": ""})
            response = self._search(self._token(), params)
        if response.status == 401:
            self.session.write({})  # the next scan logs in anew
        return self.shaped(check(response), dict)

    def _search(self, token: str, params: Mapping[str, Any]) -> Response:
        return self.get(
            f"https://{self.host}/xrpc/app.bsky.feed.searchPosts",
            params=params,
            headers={"Authorization": f"Bearer {token}"},
            per_minute=SEARCHES_PER_MINUTE,
            accept=(400, 401),
        )

    def _token(self) -> str:
        """What a search shows: kept, renewed, or got by logging in, which may be done 300 times a day."""
        kept = self.session.read()
        if kept.get("host") != self.host:
            return self._log_in()
        return kept.get("access") or self._renew(kept.get("refresh", "")) or self._log_in()

    def _renew(self, token: str) -> str:
        """A new token for the one that ran out; "" where the service wants a login instead."""
        if not token:
            return ""
        url = f"https://{self.host}/xrpc/com.atproto.server.refreshSession"
        headers = {"Authorization": f"Bearer {token}"}
        response = self.post(url, headers=headers, accept=(400, 401), private=True)
        if response.status in (400, 401):
            self.session.write({})
            return ""
        return self._keep(response)

    def _log_in(self) -> str:
        if not _APP_PASSWORD.fullmatch(self.credentials.get("password", "")):
            raise SourceError(NOT_AN_APP_PASSWORD, "needs_key")
        given = {
            "identifier": self.credentials.get("identifier", "").strip().lstrip("@"),
            "password": self.credentials["password"],
        }
        url = f"https://{self.host}/xrpc/com.atproto.server.createSession"
        response = self.post(url, json=given, accept=(400, 401), private=True)
        if response.status in (400, 401):
            raise SourceError(REFUSED, "needs_key", params={"host": self.host})
        return self._keep(response)

    def _keep(self, response: Response) -> str:
        answer = self.shaped(response, dict)
        access, refresh = string(answer.get("accessJwt")), string(answer.get("refreshJwt"))
        if not access:
            raise SourceError(NO_SESSION, params={"host": self.host})
        self.session.write({"host": self.host, "access": access, "refresh": refresh})
        return access

    # Without a key

    def thread(self, root_id: str, cursor: Cursor | None = None) -> Page[Reply]:
        """The post that opened a thread and every reply below it, at all depths, in one answer.

        A post whose author blocks the author above is a reply by an account that we know the DID of; a
        deleted one is none. SourceError "gone" where the first post is deleted, "blocked" where it is hidden.
        """
        params = {"uri": root_id, "depth": 1000, "parentHeight": 0}
        answer = self._public("app.bsky.feed.getPostThread", params)
        top = record(answer.get("thread"))
        if error_in(answer) or top.get("notFound") is True:
            message = gettext_noop("Bluesky says that this conversation was deleted.")
            raise SourceError(message, kind="gone")
        if top.get("blocked") is True:
            message = gettext_noop("Bluesky does not show this conversation to strangers.")
            raise SourceError(message, kind="blocked")
        if not record(top.get("post")):
            raise SourceError(NO_POSTS)
        nodes = list(walk(top))
        return Page(
            items=tuple(reply for node in nodes if (reply := to_reply(node))),
            inspected=len(nodes),
            truncated=any(is_cut(node) for node in nodes),
        )

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """Followers, following and posts; then the pace of 30 days, from the profile's own posts."""
        if cursor is not None:
            return self._pace(dict(cursor))
        actor = handle.strip().lstrip("@")
        answer = self._public("app.bsky.actor.getProfile", {"actor": actor})
        url = f"{SITE}/profile/{quote(actor, safe=':')}"
        if error_in(answer):
            return Page(items=(Reading("exists", 0, url=url),))
        metrics = {"followers": "followersCount", "following": "followsCount", "posts": "postsCount"}
        found = {metric: whole(answer.get(field)) for metric, field in metrics.items()}
        readings = [Reading("exists", 1, url=url)]
        readings += [Reading(metric, value, url=url) for metric, value in found.items() if value is not None]
        if actor.startswith("did:") and (name := handle_of(answer)) and name != actor:
            readings.append(Reading("handle", None, text=name, url=url))  # under which it writes
        step = {"actor": string(answer.get("did")) or actor, "url": url, "cursor": None, "page": 1}
        return Page(
            items=tuple(readings),
            inspected=1,
            next={**step, "posts": 0, "replies": 0, "newest": "", "oldest": ""},
        )

    def _pace(self, step: dict[str, Any]) -> Page[Reading]:
        """One page of a profile's own posts and replies; what was counted so far travels in the cursor."""
        since = self.now() - timedelta(days=30)
        params = {
            "actor": step["actor"],
            "limit": LIMIT,
            "filter": "posts_with_replies",
            "cursor": step["cursor"],
        }
        answer = self._public("app.bsky.feed.getAuthorFeed", params)
        if not isinstance(answer.get("feed"), list):
            raise SourceError(NO_POSTS)
        shown = records(answer["feed"])
        # What is shared again is nobody's own words.
        own = [record(one.get("post")) for one in shown if not record(one.get("reason")).get("by")]
        dated = [(date, post) for post in own if (date := posted_at(post))]
        recent = [post for date, post in dated if date > since]
        replies = sum(bool(root_of(post)) for post in recent)
        step["replies"] += replies
        step["posts"] += len(recent) - replies
        step["newest"] = max([step["newest"], *(date.isoformat() for date, _ in dated)])
        step["oldest"] = min([step["oldest"] or "9", *(date.isoformat() for date, _ in dated)])
        asked, step["cursor"] = step["cursor"], string(answer.get("cursor")) or None
        step["page"] += 1
        # A pinned post is old and comes first, and a page may hold what was shared only: neither ends it.
        further = step["cursor"] and shown and (recent or len(dated) < len(shown))
        if further and step["cursor"] == asked:  # or the same posts would be counted again and again
            raise SourceError(IN_CIRCLES, params={"host": PUBLIC})
        if further and step["page"] <= MOST_FEED_PAGES:
            return Page(inspected=len(shown), next=step)
        return posting(step, since, self.now(), len(shown), cut=bool(further))

    def _public(self, call: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """An answer that needs no key; of the errors only those that say that something is not there."""
        response = self.get(f"https://{PUBLIC}/xrpc/{call}", params=params, accept=(400,))
        answer = self.shaped(response, dict) if response.status != 400 or _error(response) else {}
        if response.status == 400 and not _is_missing(answer):
            check(response)
        return answer


def parse(answer: dict[str, Any]) -> tuple[Item, ...]:
    """The items of a stored search answer."""
    return tuple(map(to_item, posts_of(answer)))


def _asked(term: str) -> str:
    """A term for the search box: in quotes unless it is one bare word, so that no sign is an operator."""
    return term if term.isalnum() else '"' + term.replace('"', " ") + '"'


def _stamp(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _later(before: str) -> datetime:
    """Just after a moment: ``until`` leaves the moment itself out, and others may have posted at it, too."""
    return (moment(before) or datetime.max) + timedelta(milliseconds=1)


def _advance(
    fronts: list[list[Any]], front: list[Any], posts: Sequence[dict[str, Any]], has_more: bool
) -> bool:
    """Moves the front to the oldest post, or ends it. True when one moment held too many posts to read."""
    if not has_more:
        fronts.remove(front)
        return False
    oldest = min(date for post in posts if (date := posted_at(post)))
    stuck = oldest.isoformat() == front[1]
    oldest = oldest - timedelta(milliseconds=1) if stuck else oldest
    front[1] = oldest.isoformat()
    front[2] = [string(post["uri"]) for post in posts if posted_at(post) == oldest]
    return stuck


def _ignores(before: str | None, posts: Sequence[dict[str, Any]]) -> bool:
    """Whether every post is newer than what was asked for."""
    dates = [date for post in posts if (date := posted_at(post))]
    return before is not None and bool(dates) and min(dates) >= _later(before)


def _error(response: Response) -> str:
    """The name that the service gives to what went wrong; "" where nothing did, or it does not say."""
    is_json = response.status in (400, 401) and response.body.lstrip()[:1] == b"{"
    return error_in(record(response.json())) if is_json else ""


def _is_missing(answer: Mapping[str, Any]) -> bool:
    """Whether an error says that there is no such account or post (any more)."""
    said = string(answer.get("message")).lower()
    return error_in(answer) in _GONE or (error_in(answer) == "InvalidRequest" and "not found" in said)
