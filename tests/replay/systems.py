"""How each system of the made-up world answers, in its documented format. Pure: question in, answer out."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from typing import Any
from urllib.parse import unquote

from tests.replay import bluesky as bluesky_of
from tests.replay import tranco, wikidata
from tests.replay.answers import NOT_FOUND, Answer, Question, System, as_json
from tests.replay.reddit import reddit
from tests.replay.wordpress import wordpress
from tests.replay.world import BRANDS, HOME, LAST_NUMBER, Brand, Post, World
from tests.replay.youtube import youtube

TIMELINE = 10  # statuses a page at most; servers may give fewer than asked for, so there are several pages
RESULTS, RESULTS_A_PAGE = 36, 10


def answer(world: World, question: Question) -> Answer | None:
    """What the host says; None when there is no such host."""
    host = question.host.removeprefix("www.")
    system = HOSTS.get(host) or (wikipedia if host.endswith(".wikipedia.org") else None)
    if system is None:
        return None
    if question.path == "/robots.txt":
        return Answer(b"User-agent: *\nDisallow: /private/\n")
    return system(world, question)


# --- Home pages and feeds -----------------------------------------------------------------------------------


def home(world: World, question: Question) -> Answer:
    """A brand's site: home page, and its feed where it has one."""
    one = next(one for one in BRANDS if one.domain.endswith(question.host.removeprefix("www.")))
    if question.path == "/":
        return Answer(_home_page(one).encode(), "text/html; charset=utf-8")
    if question.path != one.feed:
        return NOT_FOUND
    entries = [
        Post(
            week,
            "blog",
            one.name,
            f"What happened in week {week}.",
            world.start - timedelta(days=7 * week + 1),
        )
        for week in range(4)
    ]
    draw = {"feed.xml": _rss, "atom.xml": _atom, "feed.json": _json_feed}[one.feed.rpartition("/")[2]]
    return _unless_known(draw(f"{one.name} news", f"https://{one.domain}", entries), entries[0].at, question)


def _home_page(one: Brand) -> str:
    kinds = {"xml": "application/rss+xml", "json": "application/feed+json"}
    feed = (
        f'<link rel="alternate" type="{kinds[one.feed.rpartition(".")[2]]}" title="News" href="{one.feed}">'
        if one.feed
        else ""
    )
    account = f'<a rel="me" href="https://{HOME}/@{one.mastodon}">Mastodon</a>' if one.mastodon else ""
    if handle := bluesky_of.HANDLES.get(one.id):
        account += f'<a rel="me" href="https://bsky.app/profile/{handle}">Bluesky</a>'
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{one.name} – coffee from the north</title>
<meta property="og:site_name" content="{one.name}"><meta name="theme-color" content="#7a4a2b">
<meta name="description" content="{one.name} roasts coffee.">{feed}</head>
<body><h1>{one.name}</h1><p>We roast coffee.</p>{account}
<a href="https://www.instagram.com/{one.id}_coffee">Instagram</a></body></html>"""


def blog(world: World, question: Question) -> Answer:
    """An independent blog about coffee: its feed, and nothing else."""
    entries = world.of("blog")
    if question.path != "/feed/":
        return NOT_FOUND
    body = _rss("Kaffebloggen", "https://kaffebloggen.example", entries)
    return _unless_known(body, entries[0].at, question)


def _rss(title: str, site: str, entries: list[Post]) -> Answer:
    """RSS 2.0, https://www.rssboard.org/rss-specification"""
    items = "".join(
        f"<item><title>{escape(one.title or one.text)}</title><link>{_link(one, site)}</link>"
        f'<guid isPermaLink="true">{_link(one, site)}</guid><pubDate>{format_datetime(one.at)}</pubDate>'
        f"<author>{escape(one.author)}</author><description>{escape(one.text)}</description></item>"
        for one in entries
    )
    name = escape(title)
    channel = f"<title>{name}</title><link>{site}/</link><description>{name}</description>{items}"
    text = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{channel}</channel></rss>'
    return Answer(text.encode(), "application/rss+xml; charset=utf-8")


def _atom(title: str, site: str, entries: list[Post]) -> Answer:
    """Atom 1.0, RFC 4287"""
    items = "".join(
        f"<entry><id>{_link(one, site)}</id><title>{escape(one.title or one.text)}</title>"
        f'<link href="{_link(one, site)}"/><updated>{one.at.isoformat()}</updated>'
        f"<author><name>{escape(one.author)}</name></author><summary>{escape(one.text)}</summary></entry>"
        for one in entries
    )
    updated = f"<updated>{entries[0].at.isoformat()}</updated>"
    head = f'<id>{site}/</id><title>{escape(title)}</title><link href="{site}/"/>{updated}'
    text = f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{items}</feed>'
    return Answer(text.encode(), "application/atom+xml; charset=utf-8")


def _json_feed(title: str, site: str, entries: list[Post]) -> Answer:
    """JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/"""
    items = [
        {
            "id": _link(one, site),
            "url": _link(one, site),
            "content_text": one.text,
            "date_published": one.at.isoformat(),
        }
        for one in entries
    ]
    version = "https://jsonfeed.org/version/1.1"
    feed = {"version": version, "title": title, "home_page_url": f"{site}/", "items": items}
    return Answer(json.dumps(feed).encode(), "application/feed+json; charset=utf-8")


def _link(one: Post, site: str) -> str:
    return one.url if site.endswith("kaffebloggen.example") else f"{site}/news/{one.number}"


def _unless_known(full: Answer, changed: datetime, question: Question) -> Answer:
    """Conditional GET, RFC 9110 section 13: 304 where the asker has it already."""
    etag = f'"{hashlib.sha256(full.body).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True)}
    known, since = question.headers.get("if-none-match"), question.headers.get("if-modified-since")
    same = known == etag if known else bool(since) and parsedate_to_datetime(since or "") >= changed
    return Answer(status=304, headers=headers) if same else Answer(full.body, full.kind, headers=headers)


# --- Hacker News: https://hn.algolia.com/api ----------------------------------------------------------------


def hackernews(world: World, question: Question) -> Answer:
    """Search by date, item trees, users."""
    kind, _, name = question.path.removeprefix("/api/v1/").partition("/")
    if kind == "search_by_date":
        return _search_news(world, question)
    story = world.post(int(name)) if kind == "items" and name.isdigit() else None
    return as_json(_tree(world, story)) if story and story.system == "hackernews" else NOT_FOUND


def _search_news(world: World, question: Question) -> Answer:
    asked = question.query
    words = [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', asked.get("query", ""))]
    author = re.search(r"author_(\w+)", asked.get("tags", ""))
    hits = [
        post
        for post in world.of("hackernews")
        if all(_says(post, word) for word in words)
        and all(_within(post, limit) for limit in filter(None, asked.get("numericFilters", "").split(",")))
        and (author is None or post.author == author[1])
    ]
    shown = hits[: int(asked.get("hitsPerPage", "20"))]
    return as_json({"hits": [_hit(post) for post in shown], "nbHits": len(hits), "page": 0, "nbPages": 1})


def _says(post: Post, word: str) -> bool:
    """As the service does it: case does not count, and a word is found by its beginning."""
    return bool(re.search(rf"(?<!\w){re.escape(word.casefold())}", f"{post.title}\n{post.text}".casefold()))


def _within(post: Post, limit: str) -> bool:
    sign, value = re.fullmatch(r"created_at_i(>=|<=|>|<)(\d+)", limit).groups()  # type: ignore[union-attr]  # ours
    second, edge = int(post.at.timestamp()), int(value)
    return {">=": second >= edge, "<=": second <= edge, ">": second > edge, "<": second < edge}[sign]


def _hit(post: Post) -> dict[str, Any]:
    common = {
        "objectID": str(post.number),
        "author": post.author,
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_i": int(post.at.timestamp()),
    }
    if post.under:
        ids = {"story_id": post.under, "parent_id": post.under}
        return {**common, **ids, "_tags": ["comment"], "comment_text": escape(post.text)}
    about = {"title": post.title, "url": post.link, "story_text": None, "points": post.likes + 1}
    return {**common, **about, "_tags": ["story"], "num_comments": len(post.replies), "story_id": post.number}


def _tree(world: World, post: Post) -> dict[str, Any]:
    comments = [_tree(world, one) for one in world.of("hackernews") if one.under == post.number]
    replies = [
        {
            "id": one.number,
            "author": one.author,
            "text": escape(one.text),
            "created_at_i": int(one.at.timestamp()),
            "parent_id": post.number,
            "type": "comment",
            "children": [],
        }
        for one in post.replies
    ]
    return {
        "id": post.number,
        "author": post.author,
        "title": post.title or None,
        "text": escape(post.text) or None,
        "created_at_i": int(post.at.timestamp()),
        "parent_id": post.under or None,
        "type": "comment" if post.under else "story",
        "children": comments + replies,
    }


# --- Mastodon: https://docs.joinmastodon.org/methods/ -------------------------------------------------------


def mastodon(world: World, question: Question) -> Answer:
    """Tag timelines, threads, accounts and what they wrote."""
    if found := re.fullmatch(r"/api/v1/timelines/tag/([^/]+)", question.path):
        tag = unquote(found[1]).casefold()
        tagged = [post for post in world.of("mastodon") if tag in {one.casefold() for one in post.tags}]
        return _timeline([_status(post) for post in tagged], question)
    if found := re.fullmatch(r"/api/v1/statuses/(\d+)/context", question.path):
        post = world.post(int(found[1]))
        return as_json({"ancestors": [], "descendants": _descendants(post)}) if post else NOT_FOUND
    if question.path == "/api/v1/accounts/lookup":
        name = question.query.get("acct", "").partition("@")[0]
        one = next((one for one in BRANDS if one.mastodon == name and name), None)
        return as_json(_account(one.mastodon, one)) if one else NOT_FOUND
    if found := re.fullmatch(r"/api/v1/accounts/(\d+)/statuses", question.path):
        one = next((one for one in BRANDS if one.mastodon and one.account == found[1]), None)
        return _timeline(_own_statuses(world, one), question) if one else NOT_FOUND
    return NOT_FOUND


def _timeline(statuses: list[dict[str, Any]], question: Question) -> Answer:
    """One page below ``max_id``; the Link header leads to the next."""
    before = int(question.query.get("max_id") or 2**63)
    below = [status for status in statuses if int(status["id"]) < before]
    page = below[: min(int(question.query.get("limit", "20")), TIMELINE)]
    if len(below) <= len(page):
        return as_json(page)
    further = f"https://{question.host}{question.path}?max_id={page[-1]['id']}"
    return as_json(page, Link=f'<{further}>; rel="next"')


def _account(name: str, one: Brand | None = None) -> dict[str, Any]:
    return {
        "id": one.account if one else str(len(name)),
        "username": name,
        "acct": name,
        "display_name": one.name if one else name,
        "url": f"https://{HOME}/@{name}",
        "note": "<p>Made up.</p>",
        "noindex": False,
        "followers_count": one.followers if one else 12,
        "following_count": 40,
        "statuses_count": 300,
    }


def _status(post: Post) -> dict[str, Any]:
    marks = " ".join(
        f'<a href="https://{HOME}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
        for tag in post.tags
    )
    status = _bare_status(post.number, post.author, f"<p>{escape(post.text)} {marks}</p>", post.at)
    return status | {
        "tags": [{"name": tag, "url": f"https://{HOME}/tags/{tag}"} for tag in post.tags],
        "replies_count": len(post.replies),
        "favourites_count": post.likes,
    }


def _bare_status(number: int, author: str, content: str, at: datetime, parent: int = 0) -> dict[str, Any]:
    return {
        "id": str(number),
        "uri": f"https://{HOME}/users/{author}/statuses/{number}",
        "url": f"https://{HOME}/@{author}/{number}",
        "created_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "account": _account(author, next((one for one in BRANDS if one.mastodon == author), None)),
        "content": content,
        "spoiler_text": "",
        "language": "en",
        "tags": [],
        "in_reply_to_id": str(parent) if parent else None,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "reblog": None,
    }


def _descendants(post: Post) -> list[dict[str, Any]]:
    return [
        _bare_status(reply.number, reply.author, f"<p>{escape(reply.text)}</p>", reply.at, post.number)
        for reply in post.replies
    ]


def _own_statuses(world: World, one: Brand) -> list[dict[str, Any]]:
    return [
        _bare_status(number, one.mastodon, f"<p>{escape(text)}</p>", at, parent)
        for number, text, at, parent in world.written_by(one.mastodon)
    ]


# --- Bluesky ------------------------------------------------------------------------------------------------


def bluesky(world: World, question: Question) -> Answer:
    """See ``tests/replay/bluesky.py``."""
    token = question.headers.get("authorization", "").removeprefix("Bearer ")
    said = bluesky_of.reply(world, question.host, question.path, question.query, token, question.body)
    return Answer(json.dumps(said[1]).encode(), "application/json; charset=utf-8", said[0])


# --- Wikipedia: https://www.mediawiki.org/wiki/API:Query and https://wikimedia.org/api/rest_v1 --------------


def wikipedia(world: World, question: Question) -> Answer:
    """Articles by title, and a search that finds no others."""
    language, title = question.host.partition(".")[0], question.query.get("titles", "")
    if question.path != "/w/api.php":
        return NOT_FOUND
    if question.query.get("list") == "search":
        return as_json({"batchcomplete": True, "query": {"search": []}})
    one = next((one for one in BRANDS if one.articles.get(language, ("",))[0] == title), None)
    if one is None:
        missing = {"ns": 0, "title": title, "missing": True}
        return as_json({"batchcomplete": True, "query": {"pages": [missing]}})
    name, length, _views = one.articles[language]
    edited = (world.start - timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = {
        "pageid": LAST_NUMBER % 97 + len(name),
        "ns": 0,
        "title": name,
        "length": length,
        "fullurl": f"https://{question.host}/wiki/{name.replace(' ', '_')}",
        "langlinks": [{"lang": other, "title": name} for other in one.articles if other != language],
        "revisions": [{"timestamp": edited, "size": length}],
    }
    return as_json({"batchcomplete": True, "query": {"pages": [page]}})


def pageviews(world: World, question: Question) -> Answer:
    """Readers a day; the numbers of yesterday are not there yet."""
    found = re.fullmatch(
        r"/api/rest_v1/metrics/pageviews/per-article/(\w+)\.wikipedia/all-access/user/([^/]+)/daily/(\d{8})/(\d{8})",
        question.path,
    )
    if found is None:
        return NOT_FOUND
    title = unquote(found[2]).replace("_", " ")
    articles = [one.articles[found[1]] for one in BRANDS if one.articles.get(found[1], ("",))[0] == title]
    if not articles:
        return NOT_FOUND
    day, last = (datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC) for text in (found[3], found[4]))
    items = []
    while day <= min(last, world.start - timedelta(days=2)):
        views = articles[0][2] + day.toordinal() % 7
        items.append({"article": found[2], "timestamp": f"{day:%Y%m%d}00", "views": views})
        day += timedelta(days=1)
    return as_json({"items": items})


# --- SearXNG: https://docs.searxng.org/dev/search_api.html --------------------------------------------------

PLACES = (  # whatever is looked up, people find these kinds of pages
    ("https://{domain}/about/{n}", "{phrase}"),
    ("https://kaffenytt.example/articles/{n}", "{phrase} in the news"),
    ("https://kaffebloggen.example/2026/0{n}/tasting/", "Tasting {phrase}"),
    ("https://forum.coffeepeople.example/t/{slug}/{n}41", "{phrase}? - Forum"),
    ("https://www.youtube.com/watch?v=madeup{n:05d}", "{phrase}, poured slowly"),
    ("https://en.wikipedia.org/wiki/{slug}_{n}", "{phrase} - Wikipedia"),
    ("https://butik.bonor.example/products/{n}", "Buy {phrase}"),
    ("https://mastodon.social/@tove/1100000000000000{n:02d}", "Tove about {phrase}"),
    ("https://www.sundsvall-cafes.example/guide/{n}", "Where to drink {phrase}"),
)


def searxng(world: World, question: Question) -> Answer:
    """A page of what several engines say together; one of them never answers."""
    if question.path != "/search" or question.query.get("format") != "json":
        return NOT_FOUND
    phrase, page = question.query.get("q", ""), int(question.query.get("pageno", "1"))
    places = range((page - 1) * RESULTS_A_PAGE, min(page * RESULTS_A_PAGE, RESULTS))
    results = [_result(phrase, place, place % RESULTS_A_PAGE + 1) for place in places]
    empty: dict[str, Any] = {"answers": [], "corrections": [], "infoboxes": [], "suggestions": []}
    told = {"query": phrase, "number_of_results": 0, "unresponsive_engines": [["duckduckgo", "CAPTCHA"]]}
    return as_json({**told, "results": results, **empty})


def _result(phrase: str, place: int, position: int) -> dict[str, Any]:
    url, title = PLACES[place % len(PLACES)]
    slug, domain = "_".join(phrase.split()), BRANDS[place % 3].domain
    about = {"phrase": phrase, "slug": slug, "n": place + 1, "domain": domain}
    return {
        "url": url.format(**about),
        "title": title.format(**about),
        "content": f"All about {phrase}.",
        "engine": "brave",
        "engines": ["brave", "mojeek"],
        "positions": [position],
        "score": 1 / position,
        "category": "general",
    }


HOSTS: dict[str, System] = {
    **{one.domain.removeprefix("www."): home for one in BRANDS},
    "kaffebloggen.example": blog,
    "gone.example": lambda world, question: Answer(b"Gone", status=410),
    "hn.algolia.com": hackernews,
    HOME: mastodon,
    bluesky_of.SERVER: bluesky,
    bluesky_of.PUBLIC: bluesky,
    "reddit.com": reddit,
    "public-api.wordpress.com": wordpress,
    "youtube.com": youtube,
    "wikimedia.org": pageviews,
    "searx.local": searxng,
    "tranco-list.eu": tranco.ranks,
    "wikidata.org": wikidata.action,
}
