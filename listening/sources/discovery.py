"""What a brand's home page tells of itself: feeds, profiles, name, colour. For the wizard; no source."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import html as markup

from listening.net import Busy, SourceError, check, site_of
from listening.net.errors import gettext_noop
from listening.sources.feed_documents import parse
from listening.sources.html import bounded
from listening.sources.platforms import LINK, Profile, profile, proposal
from listening.sources.proposals import merged
from listening.sources.values import address, links, objects_in
from listening.text import clean_line
from listening.types import Proposal, SiteFacts

if TYPE_CHECKING:
    from listening.net import Client, Response
    from listening.net.robots import Robots

ACCEPT = {"Accept": "text/html, application/xhtml+xml, */*;q=0.5"}
LARGEST = 2_000_000  # bytes of a home page
MOST_FEEDS = 20
MOST_PROFILES = 40
MOST_LINKS = 5_000
PROBE_SECONDS = 12.0  # a person is waiting
USUAL_PATHS = (
    *("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/blog/feed"),
    *("/feeds/posts/default", "/?feed=rss2"),
)

_FEED_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "text/xml",
    )
)
_A_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]|\"https://jsonfeed\.org/version/")
_HANDLE = re.compile(r"(?<![\w./@])@([A-Za-z0-9_]{1,30})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")

LINKED = gettext_noop("the home page names this feed")
PROBED = gettext_noop("found at a usual address of the site")
TYPED = gettext_noop("the address that was typed")
OWNED = gettext_noop("the home page says that this is its own profile")
LISTED = gettext_noop("the home page lists this profile in its data for search engines")
SOMEBODYS = gettext_noop("the home page lists this profile in its data, for somebody else whom it names")
MENTIONED = gettext_noop("the home page links to this profile")
HOSTED = gettext_noop("the home page is a site of WordPress.com")

# In JSON-LD, what stands for itself and not for the brand: by its type, and by what it is to the brand.
_NO_BRANDS = frozenset(
    """
    person article newsarticle blogposting creativework webpage movie book product event place review
    tvseries videoobject podcastepisode
    """.split()  # noqa: SIM905  # a list of words
)
_ENCYCLOPAEDIAS = ("Wikipedia", "Wikidata")  # pages link to articles about all sorts of things
_OTHERS = (
    *("parentOrganization", "subOrganization", "memberOf", "sponsor", "funder", "founder", "employee"),
    *("author", "about", "mentions", "competitor", "isPartOf"),
)


def look_at_home(
    http: Client, domain_or_url: str, *, patience: float = 5.0, robots: Robots | None = None
) -> SiteFacts:
    """Reads the home page of a domain, or the page (or feed) of an address that somebody typed.

    A bare domain is tried with https, then with "www.", then without encryption. Where the page names no
    feed, the usual addresses are tried, one after the other, for at most 12 seconds. ``patience``: seconds to
    wait for the host's turn. ``robots``: whether the site lets programs read the page.

    Raises SourceError, in words for the person who typed, and Busy.
    """
    response = _home(http, domain_or_url.strip(), patience, robots)
    if _A_FEED.search(response.body[:2000]):
        document = parse(response.body, response.headers.get("content-type", ""), response.url)
        return SiteFacts(
            url=document.site_url or response.url,
            title=document.title,
            name=document.title,
            language=document.language,
            proposals=(_feed(response.url, document.title, TYPED),),
        )
    facts = read_home(response.text(), response.url, response.headers)
    if any(proposal.source == "feeds" for proposal in facts.proposals):
        return facts
    found = _probe(http, response.url, patience, robots)
    return SiteFacts(**{**vars(facts), "proposals": (*found, *facts.proposals)})


def _home(http: Client, asked: str, patience: float, robots: Robots | None) -> Response:
    if "://" in asked:
        addresses = [asked]
    else:
        addresses = [f"https://{asked}/", f"https://www.{asked}/", f"http://{asked}/"]
    first: SourceError | None = None
    for url in addresses:
        try:
            if robots:
                robots.check(url, patience=patience)
            return check(http.get(url, headers=ACCEPT, patience=patience, max_bytes=LARGEST))
        except SourceError as error:
            first = first or error
            if error.kind == "rate_limited":
                break
    assert first is not None  # each address either answered or failed
    raise first


def _probe(http: Client, home: str, patience: float, robots: Robots | None) -> tuple[Proposal, ...]:
    """The first usual address that gives a feed. What fails here only means that there is none."""
    end = time.monotonic() + PROBE_SECONDS
    for path in USUAL_PATHS:
        url = address(path, home)
        if time.monotonic() > end:
            break
        with suppress(SourceError, Busy):
            if robots and not robots.allowed(url, patience=patience):
                continue
            response = check(http.get(url, patience=patience, deadline=max(end - time.monotonic(), 1)))
            document = parse(response.body, response.headers.get("content-type", ""), response.url)
            return (_feed(response.url, document.title, PROBED),)
    return ()


def read_home(html: str, url: str, headers: Mapping[str, str] | None = None) -> SiteFacts:
    """What a page says of itself. Pure. ``headers``: those of the answer; names without regard to case."""
    told = {name.lower(): value for name, value in (headers or {}).items()}
    source = bounded(html[:LARGEST].replace("\0", "")).encode("utf-8", "replace")
    parser = markup.HTMLParser(encoding="utf-8")
    page = markup.document_fromstring(source + b"<p></p>", parser, ensure_head_body=True)  # never empty
    base = next((found for tag in page.iter("base") if (found := address(tag.get("href"), url))), url)
    meta, data = _meta(page), list(_linked_data(page))
    feeds = _distinct([*_linked_feeds(page, base), *_header_feeds(told.get("link", ""), url)])
    language = page.get("lang") or meta.get("og:locale", "") or told.get("content-language", "")
    colour = meta.get("theme-color", "").strip()
    title = clean_line(page.findtext(".//title") or "", 300)
    return SiteFacts(
        url=url,
        title=title,
        name=clean_line(
            meta.get("og:site_name") or _own_name(data) or meta.get("application-name") or title, 200
        ),
        description=clean_line(meta.get("og:description") or meta.get("description", ""), 500),
        language=language.strip().replace("_", "-") if _LANGUAGE.fullmatch(language.strip()) else "",
        colour=colour.lower() if _COLOUR.fullmatch(colour) else "",
        proposals=(*feeds[:MOST_FEEDS], *_profiles(page, data, meta, base, url)),
    )


def guess_handles(name: str, domain: str = "") -> tuple[str, ...]:
    """User names and tags that a brand may go by, likeliest first: fjällvikcoffee, fjällvik_coffee."""
    words = re.findall(r"\w+", name.casefold())
    label = max(domain.casefold().removeprefix("www.").split(".")[:-1], key=len, default="")
    guesses = [label.replace("-", ""), "".join(words), "_".join(words), "-".join(words)]
    return tuple(dict.fromkeys(guess for guess in guesses if len(guess) > 1))


def _feed(url: str, title: str, proof: str, confident: bool = True) -> Proposal:
    return Proposal("feeds", url, url, clean_line(title, 200) or url, proof, confident)


def _meta(page: Any) -> dict[str, str]:
    """Name or property of each meta element to its first content."""
    found: dict[str, str] = {}
    for tag in page.iter("meta"):
        name = (tag.get("property") or tag.get("name") or "").strip().lower()
        found.setdefault(name, tag.get("content") or "")
    return found


def _linked_feeds(page: Any, base: str) -> Iterator[Proposal]:
    for tag in page.iter("link"):
        rel, kind = (tag.get("rel") or "").lower().split(), _kind(tag.get("type"))
        url = address(tag.get("href"), base)
        if url and "alternate" in rel and "stylesheet" not in rel and _is_feed(kind, url):
            title = clean_line(tag.get("title") or "", 200)
            yield _feed(url, title, LINKED, confident="comment" not in f"{title} {url}".lower())


def _header_feeds(header: str, url: str) -> Iterator[Proposal]:
    for target, about in links(header):
        found = address(target, url)
        if (
            found
            and "alternate" in about.get("rel", "").lower().split()
            and _is_feed(_kind(about.get("type")), found)
        ):
            yield _feed(found, about.get("title", ""), LINKED)


def _kind(value: str | None) -> str:
    return (value or "").partition(";")[0].strip().lower()


def _is_feed(kind: str, url: str) -> bool:
    # WordPress announces its API as application/json, too.
    return kind in _FEED_TYPES or (kind == "application/json" and "feed" in url and "wp-json" not in url)


def _distinct(feeds: Iterable[Proposal]) -> list[Proposal]:
    """Each address once, feeds of comments last."""
    once: dict[str, Proposal] = {}
    for feed in feeds:
        once.setdefault(feed.url, feed)
    return sorted(once.values(), key=lambda feed: not feed.confident)


def _linked_data(page: Any) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD."""
    for tag in page.iter("script"):
        if _kind(tag.get("type")) == "application/ld+json":
            yield from objects_in((tag.text or "")[:200_000])


def _own_name(data: list[dict[str, Any]]) -> str:
    kinds = ("organization", "corporation", "localbusiness", "brand", "website")
    named = [found for found in data if str(found.get("@type", "")).lower() in kinds]
    return next((name for found in named if isinstance(name := found.get("name"), str)), "")


def _profiles(
    page: Any, data: list[dict[str, Any]], meta: dict[str, str], base: str, url: str
) -> list[Proposal]:
    """Profiles on known platforms, each once: first those the page calls its own, then the linked.

    Only what the page says of itself is ``confident``. Whether a profile links back is not asked: that would
    be a request for each, while a person waits who sees the profile anyway.
    """
    own: list[str] = []
    linked: list[str] = []
    same, others = _same_as(data, url)
    for tag in islice(page.iter("a", "link"), MOST_LINKS):
        target, rel = address(tag.get("href"), base), (tag.get("rel") or "").lower().split()
        if target and "sameas" in (tag.get("itemprop") or "").lower().split():  # the same in microdata
            same.append(target)
        elif target and (tag.tag == "a" or "me" in rel):
            (own if "me" in rel else linked).append(target)
    texts = " ".join(
        [
            meta.get("fediverse:creator", ""),
            *(tag.text_content()[:200] for tag in islice(page.iter("a"), MOST_LINKS)),
        ]
    )
    handles = [f"https://{host.lower()}/@{name}" for name, host in _HANDLE.findall(texts)]
    if account := meta.get("twitter:site", "").strip().lstrip("@"):
        same.append(f"https://x.com/{account}")
    ranked = (
        (own, OWNED, True),
        (same, LISTED, True),
        (handles, MENTIONED, True),
        (others, SOMEBODYS, False),
        (linked, MENTIONED, False),
    )
    found = _hosted(meta, url)
    for targets, proof, sure in ranked:
        for target in targets:
            named = profile(address(target, base), surely_mastodon=sure and proof != LISTED)
            if not named or urlsplit(named.url).hostname == urlsplit(url).hostname:
                continue
            if targets is not linked or named.platform not in _ENCYCLOPAEDIAS:
                found.append(proposal(named, proof, sure))
    return list(merged(found))[:MOST_PROFILES]


def _same_as(data: list[dict[str, Any]], url: str) -> tuple[list[str], list[str]]:
    """The addresses of ``sameAs``: the brand's own, and those of whomever else the page describes."""
    strangers = {id(one) for found in data for name in _OTHERS for one in _objects(found.get(name))}
    own: list[str] = []
    others: list[str] = []
    for found in data:
        kinds = {str(kind).lower() for kind in _several(found.get("@type"))}
        # One object can be several things, such as a person and their firm: one of them suffices.
        is_other = id(found) in strangers or (kinds and kinds <= _NO_BRANDS)
        home = address(found.get("url"), url)
        is_other = is_other or bool(home and site_of(home) != site_of(url))
        targets = [target for target in _several(found.get("sameAs")) if isinstance(target, str)]
        (others if is_other else own).extend(targets)
    return own, others


def _several(value: Any) -> list[Any]:
    """JSON-LD writes one value without a list."""
    return value if isinstance(value, list) else [value] if value is not None else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in _several(value) if isinstance(one, dict)]


def _hosted(meta: dict[str, str], url: str) -> list[Proposal]:
    """The page's own site where WordPress.com serves it; nothing while no source reads such sites."""
    host = (urlsplit(url).hostname or "").lower()
    on_its_own_name = meta.get("generator", "").strip().casefold() == "wordpress.com"
    if not host or not (on_its_own_name or host.endswith(".wordpress.com")):
        return []
    found = proposal(Profile("WordPress", host, f"https://{host}/"), HOSTED)
    return [] if found.source == LINK else [found]
