"""WordPress.com: the streams of its tags, and the sites that it hosts. https://developer.wordpress.com/docs/api/"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from tests.replay.answers import Answer, Question, as_json
from tests.replay.world import BRANDS, Post, World

STREAM = 3  # posts a page at most, so that there are several pages
WEEKS = 9  # in which a brand's blog had a post each


def wordpress(world: World, question: Question) -> Answer:
    """A stream, a site, or what a site published."""
    if found := re.fullmatch(r"/rest/v1\.2/read/tags/([^/]+)/posts", question.path):
        return _stream(world, question, found[1].casefold())
    found = re.fullmatch(r"/rest/v1\.1/sites/([^/]+)(/posts/)?", question.path)
    one = found and next((one for one in BRANDS if one.blog == found[1]), None)
    if not one:
        return Answer(b'{"error": "unknown_blog"}', "application/json", 404)
    dates = [world.start - timedelta(days=7 * week, hours=5) for week in range(WEEKS)]
    if not found or not found[2]:
        counts = {"subscribers_count": 240, "post_count": WEEKS}
        return as_json(
            {
                "ID": 71,
                "name": f"{one.name} blog",
                "URL": f"https://{one.blog}",
                "is_private": False,
                **counts,
            }
        )
    after = question.query.get("after")
    shown = [date for date in dates if not after or date > datetime.fromisoformat(after)]
    rows = [{"ID": 9, "URL": f"https://{one.blog}/9/", "date": date.isoformat()} for date in shown]
    return as_json(
        {"found": len(shown), "posts": rows[: int(question.query.get("number", "20"))], "meta": {}}
    )


def _stream(world: World, question: Question, tag: str) -> Answer:
    tagged = [post for post in world.of("wordpress") if tag in {one.casefold() for one in post.tags}]
    start = int(question.query.get("page_handle", "0"))
    end = start + min(int(question.query.get("number", "20")), STREAM)
    part = tagged[start:end]
    answer: dict[str, Any] = {"success": True, "tags": [tag], "posts": [_post(post) for post in part]}
    edges = {"before": part[0].at.isoformat(), "after": part[-1].at.isoformat()} if part else {}
    return as_json(
        answer | {"date_range": edges} | ({"next_page_handle": str(end)} if end < len(tagged) else {})
    )


def _post(post: Post) -> dict[str, Any]:
    site, number = post.external_id.split("/")
    html = f"<p>{escape(post.text)}</p>\n"
    return {
        "ID": int(number),
        "site_ID": int(site),
        "status": "publish",
        "password": "",
        "site_is_private": False,
        "author": {"ID": 1, "name": post.author, "nice_name": post.author, "URL": ""},
        "date": post.at.astimezone(UTC).isoformat(),
        "title": escape(post.title),
        "URL": post.url,
        "content": html,
        "excerpt": html,
        "discussion": {"comments_open": True, "comment_count": post.likes % 3},
        "like_count": post.likes,
        "tags": {tag: {"ID": 1, "name": tag, "slug": tag} for tag in post.tags},
        "categories": {},
        "site_URL": post.url.partition(".com/")[0] + ".com",
    }
