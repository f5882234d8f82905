"""Bluesky of the made-up world: what was posted there, and how it answers. https://docs.bsky.app/docs/api

One account may log in. Posts are apart from ``World.posts``, because only who logs in can find them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.replay.world import BRANDS, FIELD, OPINIONS, PEOPLE, QUESTIONS, World

SERVER, PUBLIC = "bsky.social", "public.api.bsky.app"
ACCOUNT, APP_PASSWORD = "alice.bsky.social", "qwer-tyui-opas-dfgh"
ACCESS, REFRESH = "made-up-access-session", "made-up-refresh-session"
HANDLES = {"fjallvik": "fjallvik.bsky.social", "bergby": "bergby.bsky.social"}
MANY = 24  # posts in 30 days
PAGE = 10  # posts of an answer at most, so that there are several pages

Reply = tuple[int, Any]  # status and what is said


@dataclass(frozen=True)
class Post:
    """One post; ``answers``: handles of who answered, in order."""

    number: int
    handle: str
    text: str
    at: datetime
    about: str
    answers: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        return f"at://{did(self.handle)}/app.bsky.feed.post/3k{self.number:05d}"


def did(handle: str) -> str:
    """The id of an account."""
    return "did:plc:" + re.sub(r"\W", "", handle)[:24].ljust(24, "a")


def posts(world: World) -> list[Post]:
    """Everything that was posted, newest first; half is answered, the first few by the brand itself."""
    found = []
    left = {one.id: one.answers for one in BRANDS}
    for number in range(MANY):
        brand = BRANDS[number % len(BRANDS)]
        wordings = OPINIONS if number % 2 else QUESTIONS
        text = wordings[number % len(wordings)].format(brand=brand.name) + f" Number {number} #{FIELD[0]}"
        answers = [f"{PEOPLE[(number + 1) % len(PEOPLE)]}.bsky.social"] if number % 4 < 2 else []
        if answers and brand.id in HANDLES and left[brand.id]:
            left[brand.id] -= 1
            answers.append(HANDLES[brand.id])
        found.append(
            Post(
                number,
                f"{PEOPLE[number % len(PEOPLE)]}.bsky.social",
                text,
                (world.start - timedelta(hours=1 + 28 * number)).replace(microsecond=0),
                brand.id,
                tuple(answers),
            )
        )
    return found


def worded(world: World, *terms: str) -> set[str]:
    """Ids of the posts that hold one of these words or phrases."""
    return {
        post.uri for post in posts(world) if any(term.casefold() in post.text.casefold() for term in terms)
    }


def reply(world: World, host: str, path: str, query: Mapping[str, str], token: str, body: bytes) -> Reply:
    """Status and answer. ``token``: what was shown as a bearer; ``body``: what was sent."""
    call = path.removeprefix("/xrpc/")
    if host == SERVER and call == "com.atproto.server.createSession":
        return _log_in(json.loads(body))
    if host == SERVER and call == "com.atproto.server.refreshSession":
        return (200, _session()) if token == REFRESH else _error(400, "ExpiredToken", "Token has expired")
    if call == "app.bsky.feed.searchPosts":
        if host != SERVER or token != ACCESS:
            return _error(401, "AuthMissing", "Authentication Required")
        return 200, _found(world, query)
    if call == "app.bsky.actor.getProfile":
        brand = _brand(query.get("actor", ""))
        return (200, _profile(brand)) if brand else _error(400, "InvalidRequest", "Profile not found")
    if call == "app.bsky.feed.getAuthorFeed":
        return 200, {"feed": [{"post": one} for one in _written_by(world, _brand(query.get("actor", "")))]}
    if call == "app.bsky.feed.getPostThread":
        post = next((one for one in posts(world) if one.uri == query.get("uri")), None)
        return (200, {"thread": _thread(post)}) if post else _error(400, "NotFound", "Post not found")
    return _error(501, "MethodNotImplemented", "Method Not Implemented")


def _error(status: int, name: str, message: str) -> Reply:
    return status, {"error": name, "message": message}


def _log_in(sent: dict[str, Any]) -> Reply:
    if (sent.get("identifier"), sent.get("password")) != (ACCOUNT, APP_PASSWORD):
        return _error(401, "AuthenticationRequired", "Invalid identifier or password")
    return 200, _session()


def _session() -> dict[str, Any]:
    return {"did": did(ACCOUNT), "handle": ACCOUNT, "accessJwt": ACCESS, "refreshJwt": REFRESH}


def _found(world: World, query: Mapping[str, str]) -> dict[str, Any]:
    """Latest first; ``since`` is within, ``until`` is not."""
    words = [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', query.get("q", ""))]
    hits = [
        post
        for post in posts(world)
        if all(word.casefold() in post.text.casefold() for word in words)
        and query.get("since", "") <= _stamp(post.at) < query.get("until", "9")
    ]
    shown = hits[: min(int(query.get("limit", "25")), PAGE)]
    more = {"cursor": str(len(shown))} if len(shown) < len(hits) else {}
    return {"posts": [_post(one) for one in shown], "hitsTotal": len(hits), **more}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _account(handle: str) -> dict[str, Any]:
    return {"did": did(handle), "handle": handle, "displayName": handle.partition(".")[0], "labels": []}


def _post(post: Post) -> dict[str, Any]:
    return _bare(post.uri, post.handle, post.text, post.at) | {
        "replyCount": len(post.answers),
        "likeCount": 3,
    }


def _bare(uri: str, handle: str, text: str, at: datetime, root: str = "") -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": _stamp(at), "langs": ["en"]}
    if root:
        record["reply"] = {"root": {"uri": root, "cid": "b"}, "parent": {"uri": root, "cid": "b"}}  # type: ignore[assignment]  # JSON
    counts = {"replyCount": 0, "repostCount": 1, "likeCount": 0, "quoteCount": 0}
    return {
        "uri": uri, "cid": "b", "author": _account(handle), "record": record, **counts,
        "indexedAt": _stamp(at + timedelta(seconds=1)), "labels": [],
    }  # fmt: skip


def _thread(post: Post) -> dict[str, Any]:
    answers = [
        {
            "post": _bare(
                f"{post.uri}{place}", handle, "No idea.", post.at + timedelta(minutes=place + 1), post.uri
            )
        }
        for place, handle in enumerate(post.answers)
    ]
    return {"post": _post(post), "replies": [one | {"replies": []} for one in answers]}


def _brand(actor: str) -> str:
    return next((id for id, handle in HANDLES.items() if actor in (handle, did(handle))), "")


def _profile(brand: str) -> dict[str, Any]:
    one = next(one for one in BRANDS if one.id == brand)
    counts = {"followersCount": one.followers // 2, "followsCount": 40, "postsCount": 120}
    return _account(HANDLES[brand]) | counts


def _written_by(world: World, brand: str) -> list[dict[str, Any]]:
    handle = HANDLES.get(brand, "")
    own = []
    for day in range(1, 60, 7):
        at = world.start - timedelta(days=day)
        own.append(_bare(f"at://{did(handle)}/x/{day}", handle, f"Behind the counter, day {day}.", at))
    answers = [
        _thread(post)["replies"][place]["post"]
        for post in posts(world)
        for place, name in enumerate(post.answers)
        if name == handle
    ]
    return sorted(own + answers, key=lambda one: one["indexedAt"], reverse=True)
