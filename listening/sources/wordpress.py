"""WordPress: blog posts by tag across WordPress.com, and how often a site of either kind publishes.

WordPress.com answers for its own sites and for those that are connected to it; any other WordPress is asked
itself, by its interface or else its feed. Names of authors are taken from what they publish, never looked up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from listening.net.errors import SourceError, gettext_noop
from listening.sources import cadence
from listening.sources.base import IN_CIRCLES, Source
from listening.sources.feed_documents import parse as parse_feed
from listening.sources.html import plain
from listening.sources.values import address, moment, record, records, stable_id, string, whole
from listening.types import Cursor, Item, Page, Reading

if TYPE_CHECKING:
    from listening.net import Response

API = "https://public-api.wordpress.com/rest"
NUMBER = 40  # posts per request of a tag's stream

NO_POSTS = gettext_noop("WordPress.com answered without a list of posts. The service may have changed.")
NO_SITE = gettext_noop("%(handle)s is no site. Write its address, such as blog.example.com.")
NOT_WORDPRESS = gettext_noop(
    "%(site)s answers neither as a WordPress site nor with a feed at /feed/. Is it one, and is it public?"
)

_SITE = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?(?:/[\w-]+)*", re.IGNORECASE)
_CLOSED = (401, 403, 404, 410)  # what a site says whose interface is switched off, or that is no WordPress


class WordPress(Source):
    """A handle is a site's host, with the folder where WordPress does not stand at the top."""

    name = "wordpress"
    label = "WordPress"
    docs = "https://developer.wordpress.com/docs/api/"
    terms = "https://wordpress.com/tos/"
    gives = gettext_noop(
        "Blog posts by tag across WordPress.com; of any WordPress site how often it publishes, and its "
        "subscribers where it tells them."
    )
    calls_per_minute = 60

    def tagged(self, tag: str, since: datetime, cursor: Cursor | None = None) -> Page[Item]:
        """Public posts with a tag. WordPress.com leaves out posts with more than 15 tags and categories.

        Cursor: what the next request says: {"page_handle": ...} or {"before": time}.
        """
        slug = "-".join(tag.strip().lstrip("#").lower().split())
        url = f"{API}/v1.2/read/tags/{quote(slug, safe='')}/posts"
        answer = self.get_json(url, dict, params={"number": NUMBER, **(cursor or {})})
        posts = _posts(answer)
        dates = [date for post in posts if (date := moment(post.get("date")))]
        following = _following(answer, cursor or {})
        done = following is None or not dates or min(dates) < since
        if not done and following == cursor:
            raise SourceError(IN_CIRCLES, params={"host": urlsplit(API).netloc})
        items = (_item(post) for post in posts if _is_public(post))
        return Page(
            items=tuple(item for item in items if item.published_at and item.published_at >= since),
            inspected=len(posts),
            next=None if done else following,
            reached=since if done else min(dates),
        )

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """Subscribers and posts as WordPress.com tells them, then the pace of 30 days and the latest post.

        Where WordPress.com does not know the site, or may not tell, the site's own interface and then its
        feed tell the pace; subscribers stay unknown. One request a page. Cursor: {"step": name}.
        """
        site = handle.strip().rstrip("/").lower()
        if not _SITE.fullmatch(site):
            raise SourceError(NO_SITE, "gone", params={"handle": handle})
        steps: dict[str, Callable[[str], Page[Reading]]] = {
            "about": self._about,
            "month": lambda site: self._hosted(site, self._month()),
            "ever": lambda site: self._hosted(site, None),
            "own": lambda site: self._own(site, self._month()),
            "own ever": lambda site: self._own(site, None),
            "feed": self._feed,
        }
        return steps[cursor["step"] if cursor else "about"](site)

    def _month(self) -> str:
        return (self.now() - cadence.PERIOD).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _about(self, site: str) -> Page[Reading]:
        response = self.get(_hosted_at(site), accept=(403, 404))
        if response.status in (403, 404):
            return Page(next={"step": "own"})
        about = self.shaped(response, dict)
        url = address(about.get("URL")) or f"https://{site}/"
        readings = [Reading("exists", 1, url=url)]
        if name := plain(string(about.get("name"))):
            readings.append(Reading("title", None, text=name, url=url))
        found = {
            "subscribers": whole(about.get("subscribers_count")),
            "posts": whole(about.get("post_count")),
        }
        readings += [Reading(name, number, url=url) for name, number in found.items() if number is not None]
        private = about.get("is_private") is True
        return Page(items=tuple(readings), inspected=1, next=None if private else {"step": "month"})

    def _hosted(self, site: str, after: str | None) -> Page[Reading]:
        """How many posts there are since a time, and the newest, as WordPress.com counts them."""
        params = {"number": 1, "fields": "ID,date,URL", "after": after}
        response = self.get(f"{_hosted_at(site)}/posts/", params=params, accept=(403, 404))
        if response.status in (403, 404):
            return Page(next={"step": "own"})
        answer = self.shaped(response, dict)
        dates = [moment(post.get("date")) for post in _posts(answer)]
        return _counted(
            site, whole(answer.get("found")) if after else None, dates, further="ever" if after else ""
        )

    def _own(self, site: str, after: str | None) -> Page[Reading]:
        """The same, told by the site's own interface, https://developer.wordpress.org/rest-api/."""
        params = {"per_page": 1, "_fields": "id,date_gmt", "after": after}
        response = self.get(f"https://{site}/wp-json/wp/v2/posts", params=params, accept=_CLOSED)
        if response.status in _CLOSED or not response.body.lstrip().startswith(b"["):
            return Page(next={"step": "feed"})
        dates = [moment(post.get("date_gmt")) for post in records(self.shaped(response, list))]
        number = whole(response.headers.get("x-wp-total")) if after else None
        page = _counted(site, number, dates, further="own ever" if after else "")
        return Page((Reading("exists", 1, url=f"https://{site}/"), *page.items), 1, page.next)

    def _feed(self, site: str) -> Page[Reading]:
        """The pace by the site's feed, which every WordPress has unless somebody took it away."""
        url = f"https://{site}/feed/"
        response = self.get(url, accept=_CLOSED)
        if response.status in _CLOSED:
            raise SourceError(NOT_WORDPRESS, "blocked", params={"site": site})
        document = _parsed(response, self.now())
        dates = [item.published_at for item in document.items if item.published_at]
        readings = [Reading("exists", 1, url=url), Reading("title", None, text=document.title, url=url)]
        return Page((*readings, *cadence.readings(dates, self.now(), url, more=True)), len(document.items))


def parse(answer: dict[str, Any]) -> tuple[Item, ...]:
    """The public posts of a stored answer of a tag's stream."""
    return tuple(_item(post) for post in _posts(answer) if _is_public(post))


def _parsed(response: Response, now: datetime) -> Any:
    return parse_feed(response.body, response.headers.get("content-type", ""), response.url, now=now)


def _hosted_at(site: str) -> str:
    return f"{API}/v1.1/sites/{quote(site.replace('/', '::'), safe=':')}"


def _counted(site: str, number: int | None, dates: list[datetime | None], further: str) -> Page[Reading]:
    """What was published in 30 days, and last; without any of them, ``further`` is what to ask next."""
    url, newest = f"https://{site}/", max((date for date in dates if date), default=None)
    readings = [Reading("posts_30d", number, url=url)] if number is not None else []
    if newest:
        readings.append(Reading("last_post", None, text=newest.isoformat(), url=url))
    return Page(tuple(readings), 1, {"step": further} if further and not newest else None)


def _posts(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(answer.get("posts"), list):
        raise SourceError(NO_POSTS)
    return [post for post in records(answer["posts"]) if _id(post)]


def _id(post: dict[str, Any]) -> str:
    """A post's number is its site's own, so the site's number stands before it."""
    site, number = string(post.get("site_ID")), string(post.get("ID"))
    return f"{site}/{number}" if site and number else stable_id(address(post.get("URL")))


def _is_public(post: dict[str, Any]) -> bool:
    open_to_all = post.get("site_is_private") is not True and not string(post.get("password"))
    return open_to_all and string(post.get("status")) in ("publish", "")


def _following(answer: dict[str, Any], asked: Cursor) -> dict[str, Any] | None:
    """What the next request says: the handle that the service gives, or the time that it stopped at."""
    if handle := string(answer.get("next_page_handle")):
        return {"page_handle": handle}
    if "page_handle" not in asked and (after := string(record(answer.get("date_range")).get("after"))):
        return {"before": after}
    return None


def _item(post: dict[str, Any]) -> Item:
    author, discussion = record(post.get("author")), record(post.get("discussion"))
    comments = whole(discussion.get("comment_count"))
    metrics = {"likes": whole(post.get("like_count")), "comments": comments}
    # A stream holds what has its name as a tag or as a category, however it is spelled.
    terms = [pair for kind in ("tags", "categories") for pair in record(post.get(kind)).items()]
    spelled = [
        (name, string(record(term).get("name")), string(record(term).get("slug"))) for name, term in terms
    ]
    tags = [tag for spellings in spelled for tag in spellings if tag]
    return Item(
        external_id=_id(post),
        url=address(post.get("URL")),
        title=" ".join(plain(string(post.get("title"))).split()),
        text=plain(string(post.get("content"))) or plain(string(post.get("excerpt"))),
        author=string(author.get("name")) or string(author.get("nice_name")),
        author_url=address(author.get("URL")),
        site_url=address(post.get("site_URL")),
        published_at=moment(post.get("date")),
        tags=tuple({tag.casefold(): tag for tag in reversed(tags)}.values())[::-1],
        metrics={name: number for name, number in metrics.items() if number is not None},
        replies=comments,
        thread_readable=False,  # comments are not read yet
    )
