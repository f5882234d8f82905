"""What Bluesky's answers hold: posts, accounts, threads. Pure; see ``bluesky``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from listening.net.errors import SourceError, gettext_noop
from listening.sources.values import address, listed, moment, record, records, string, whole
from listening.types import Item, Reply

SITE = "https://bsky.app"
RESERVED = "!no-unauthenticated"  # an author's label: only for people who are logged in
NO_HANDLE = "handle.invalid"  # what the service shows where a handle does not belong to its account
NO_POSTS = gettext_noop("Bluesky answered without a list of posts. The service may have changed.")


def posts_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The usable posts of an answer. SourceError where it has no list of them."""
    if not isinstance(answer.get("posts"), list):
        raise SourceError(NO_POSTS)
    return [post for post in records(answer["posts"]) if string(post.get("uri"))]


def error_in(answer: Mapping[str, Any]) -> str:
    """The name of what went wrong; "" where nothing did."""
    return string(answer.get("error"))


def posted_at(post: dict[str, Any]) -> datetime | None:
    """When it was posted. Authors' programs write ``createdAt`` as they like, but cannot be seen later."""
    told = moment(record(post.get("record")).get("createdAt")), moment(post.get("indexedAt"))
    return min(filter(None, told), default=None)


def handle_of(account: Mapping[str, Any]) -> str:
    """ "@name", or the DID of an account whose name is not its own."""
    name = string(account.get("handle"))
    return f"@{name}" if name and name != NO_HANDLE else string(account.get("did"))


def _profile(account: Mapping[str, Any]) -> str:
    name = handle_of(account).lstrip("@")
    return address(f"{SITE}/profile/{quote(name, safe=':')}") if name else ""


def _page(uri: str, account: Mapping[str, Any]) -> str:
    profile = _profile(account)
    return address(f"{profile}/post/{quote(uri.rpartition('/')[2], safe='')}") if profile else ""


def root_of(post: dict[str, Any]) -> str:
    """The id of the post that opened the thread; "" for that post itself."""
    return string(record(record(record(post.get("record")).get("reply")).get("root")).get("uri"))


def _labels(value: Mapping[str, Any]) -> set[str]:
    return {
        string(label.get("val")) for label in records(value.get("labels")) if label.get("neg") is not True
    }


def to_item(post: dict[str, Any]) -> Item:
    """A post of a search."""
    uri, account, said = string(post["uri"]), record(post.get("author")), record(post.get("record"))
    counts = {"likes": "likeCount", "shares": "repostCount", "comments": "replyCount", "quotes": "quoteCount"}
    found = {metric: whole(post.get(field)) for metric, field in counts.items()}
    text, tags = _text(said)
    card = record(record(said.get("embed")).get("external"))
    root, parent = root_of(post), record(record(said.get("reply")).get("parent"))
    return Item(
        external_id=uri,
        url=_page(uri, account),
        title="" if text else string(card.get("title")),  # some post nothing but a link
        text=text,
        author=handle_of(account),
        author_url=_profile(account),
        published_at=posted_at(post),
        language=next(filter(None, map(string, listed(said.get("langs")))), ""),
        tags=tags,
        metrics={metric: value for metric, value in found.items() if value is not None},
        root_id="" if root == uri else root,
        parent_id=string(parent.get("uri")),
        replies=whole(post.get("replyCount")),
        searchable=RESERVED not in _labels(account) | _labels(post),
    )


def _text(said: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The text with its links in full, and its tags. Both stand beside the text, at places counted in bytes:
    programs shorten what they show of a link.
    """
    text = string(said.get("text")).encode("utf-8", "replace")
    tags = [string(tag) for tag in listed(said.get("tags"))]
    spans: list[tuple[int, int, str]] = []
    for facet in records(said.get("facets")):
        index = record(facet.get("index"))
        start, end = whole(index.get("byteStart")), whole(index.get("byteEnd"))
        for feature in records(facet.get("features")):
            tags.append(string(feature.get("tag")))
            if (link := address(feature.get("uri"))) and start is not None and end is not None:
                spans.append((start, end, link))
    last = len(text)
    for start, end, link in sorted(spans, reverse=True):  # from the end, so that places stay true
        if start < end <= last and _shortens(text[start:end], link):
            text, last = text[:start] + link.encode() + text[end:], start
    return text.decode("utf-8", "replace"), tuple(dict.fromkeys(filter(None, tags)))


def _shortens(shown: bytes, link: str) -> bool:
    """Whether the beginning of the link is shown. Other words that lead somewhere stay as they are."""
    text = shown.decode("utf-8", "replace").rstrip("….").removeprefix("https://").removeprefix("http://")
    return bool(text) and link.partition("://")[2].startswith(text)


def walk(top: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The post that opened the thread and everything below it."""
    waiting = [top]
    for node in waiting:  # grows while we walk
        yield node
        waiting += records(node.get("replies"))


def to_reply(node: dict[str, Any]) -> Reply | None:
    """A post of a thread. One that is hidden by a block names its author; one that is deleted is none."""
    post = record(node.get("post"))
    if node.get("blocked") is True:
        post = {"uri": node.get("uri"), "author": node.get("author")}
    uri, account = string(post.get("uri")), record(post.get("author"))
    if not uri:
        return None
    return Reply(
        external_id=uri,
        url=_page(uri, account),
        author=handle_of(account),
        author_url=_profile(account),
        published_at=posted_at(post),
        parent_id=string(record(record(record(post.get("record")).get("reply")).get("parent")).get("uri")),
    )


def is_cut(node: dict[str, Any]) -> bool:
    """Whether the service says that there are replies, and gives none at this depth."""
    return "replies" not in node and bool(whole(record(node.get("post")).get("replyCount")))
