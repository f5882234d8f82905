"""Reddit's Atom feeds: search, communities, threads, users. Everything else is refused, as it does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape

from tests.replay.answers import NOT_FOUND, Answer, Question
from tests.replay.world import BRANDS, Post, Reply, World, base36

SITE = "https://www.reddit.com"


def reddit(world: World, question: Question) -> Answer:
    """A feed, newest first; ``after`` and ``limit`` page through it."""
    if not question.path.endswith(".rss"):
        return Answer(b"<h1>whoa there, pardner!</h1>", "text/html; charset=utf-8", 403)
    found = _entries(world, question)
    if found is None:
        return NOT_FOUND
    after, limit = question.query.get("after"), int(question.query.get("limit", "25"))
    keys = [key for key, _ in found]
    start = keys.index(after) + 1 if after in keys else 0
    entries = "".join(entry for _, entry in found[start : start + limit])
    head = f"<id>{escape(question.path)}</id><title>{escape(question.path)}</title>"
    body = f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'
    return Answer(body.encode(), "application/atom+xml; charset=UTF-8")


def _entries(world: World, question: Question) -> list[tuple[str, str]] | None:
    """(id, entry) of what the path names; None where there is nothing of this name."""
    posts = world.of("reddit")
    if question.path == "/search.rss":
        terms = [
            quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|(\S+)', question.query.get("q", ""))
        ]
        return _drawn(post for post in posts if all(_says(post, term) for term in terms))
    if found := re.fullmatch(r"/r/(\w+)/new/\.rss", question.path):
        here = [post for post in posts if post.tags[0].casefold() == found[1].casefold()]
        return _drawn(here) if here else None
    if found := re.fullmatch(r"/r/\w+/comments/(\w+)/[^/]*/?\.rss", question.path):
        post = next((one for one in posts if base36(one.number) == found[1]), None)
        return post and [*_drawn([post]), *(_comment(post, reply) for reply in post.replies)]
    if found := re.fullmatch(r"/user/([\w-]+)/(submitted|comments)/\.rss", question.path):
        people = {one.author for one in posts} | {reply.author for one in posts for reply in one.replies}
        if found[1] not in people | {one.reddit for one in BRANDS}:
            return None
        if found[2] == "submitted":
            return _drawn(post for post in posts if post.author == found[1])
        said = ((post, reply) for post in posts for reply in post.replies if reply.author == found[1])
        return [_comment(post, reply) for post, reply in said]
    return None


def _says(post: Post, term: str) -> bool:
    words = r"\W+".join(re.escape(word) for word in re.findall(r"\w+", term))
    return bool(re.search(rf"(?<!\w){words}", f"{post.title}\n{post.text}", re.IGNORECASE))


def _drawn(posts: Iterable[Post]) -> list[tuple[str, str]]:
    found = []
    for post in posts:
        own = f'<!-- SC_OFF --><div class="md"><p>{escape(post.text)}</p> </div><!-- SC_ON -->'
        by = f'<a href="{SITE}/user/{post.author}"> /u/{post.author} </a>'
        links = " &#32; ".join(
            f'<span><a href="{post.url}">[{word}]</a></span>' for word in ("link", "comments")
        )
        html = f"{own} &#32; submitted by &#32; {by} <br/> {links}"
        entry = _entry(post.external_id, post.url, post.author, post.title, html, post.at, post.tags[0])
        found.append((post.external_id, entry))
    return found


def _comment(post: Post, reply: Reply) -> tuple[str, str]:
    key = base36(reply.number)
    title, html = f"/u/{reply.author} on {post.title}", f'<div class="md"><p>{escape(reply.text)}</p></div>'
    return f"t1_{key}", _entry(
        f"t1_{key}", f"{post.url}{key}/", reply.author, title, html, reply.at, post.tags[0]
    )


def _entry(key: str, url: str, author: str, title: str, html: str, at: datetime, community: str) -> str:
    who = f"<author><name>/u/{author}</name><uri>{SITE}/user/{author}</uri></author>"
    when = f"<updated>{at.isoformat()}</updated><published>{at.isoformat()}</published>"
    return (
        f'<entry>{who}<category term="{community}" label="r/{community}"/>'
        f'<content type="html">{escape(html)}</content><id>{key}</id><link href="{escape(url)}"/>{when}'
        f"<title>{escape(title)}</title></entry>"
    )
