"""What a home page proposes, and where we look when it names no feed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from listening.net import Busy, Response, SourceError
from listening.sources import Source, discovery
from listening.sources.discovery import USUAL_PATHS, guess_handles, look_at_home, read_home
from listening.sources.platforms import profile
from listening.types import Page, Reading
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.listing import FEW, listed

HOME = "https://www.fjallvik.example/"


@pytest.fixture(autouse=True)
def few_sources() -> Iterator[None]:
    """Whatever sources are added, what stays a link here stays one."""
    with listed():
        yield


PAGE = (Path(__file__).parent / "home.html").read_text()


def test_a_page_proposes_what_it_says_of_itself() -> None:
    facts = read_home(
        PAGE,
        HOME,
        {"Link": '<https://feeds.example/all>; rel="alternate"; type="application/rss+xml"; title="All"'},
    )
    assert (facts.url, facts.title, facts.name) == (HOME, "Kaffe & bullar | Fjällvik", "Fjällvik Coffee")
    assert (facts.description, facts.language, facts.colour) == ("Rosteri i Umeå", "sv-SE", "#0a5")
    assert [(found.source, found.handle, found.confident) for found in facts.proposals] == [
        ("feeds", "https://www.fjallvik.example/sv/feed", True),
        ("feeds", "https://www.fjallvik.example/sv/feed.json", True),
        ("feeds", "https://feeds.example/all", True),
        ("feeds", "https://www.fjallvik.example/sv/comments/feed", False),
        ("mastodon", "@fjallvik@mastodon.social", True),
        ("mastodon", "@alva@kaffe.example", True),
        ("link", "https://www.youtube.com/@fjallvik", True),
        ("mastodon", "@rost@kaffe.example", True),
        ("mastodon", "@hjalp@fjallvik.social", True),
        ("link", "https://bsky.app/profile/fjallvik.example", False),
        ("mastodon", "@someone@toot.example", False),
        ("link", "https://www.linkedin.com/company/fjallvik/", False),
        ("link", "https://x.com/fjallvik", False),
    ]
    assert facts.proposals[0].label == "<b>Nytt</b>", "a title is text; the page that shows it escapes it"
    assert all(found.proof for found in facts.proposals)


def told(body: str, url: str = HOME) -> list[tuple[str, str, bool]]:
    return [(one.handle, one.proof, one.confident) for one in read_home(body, url).proposals]


def data(*objects: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(objects)}</script>'


def test_what_the_page_lists_for_itself_is_told_from_what_it_lists_for_others() -> None:
    x = "https://x.com/{}".format
    found = told(
        data(
            {"@type": ["Person", "Organization"], "url": "/", "sameAs": x("fjallvik")},
            {"@type": "Coffeehouse", "sameAs": [x("cafe"), {"@id": x("odd")}, None]},
            {"@type": "Person", "name": "Alva", "sameAs": x("alva")},
            {"@type": "NewsMediaOrganization", "url": "https://press.example/", "sameAs": x("press")},
            {
                "@type": "WebSite",
                "parentOrganization": {"@type": "Corporation", "sameAs": x("mother")},
                "publisher": {"@type": "Organization", "sameAs": x("fjallvik2")},
                "mentions": [{"@type": "Organization", "sameAs": x("mentioned")}, "text"],
            },
        )
    )
    assert [(handle.rpartition("/")[2], proof, sure) for handle, proof, sure in found] == [
        ("fjallvik", discovery.LISTED, True),
        ("cafe", discovery.LISTED, True),
        ("fjallvik2", discovery.LISTED, True),
        ("alva", discovery.SOMEBODYS, False),
        ("press", discovery.SOMEBODYS, False),
        ("mother", discovery.SOMEBODYS, False),
        ("mentioned", discovery.SOMEBODYS, False),
    ]


def test_the_same_is_said_in_microdata() -> None:
    page = """<div itemscope itemtype="https://schema.org/Organization"><link itemprop="sameAs"
      href="https://www.wikidata.org/wiki/Q90000001"><a itemprop="url sameAs" href="https://x.com/fjallvik">X</a>"""
    assert told(page) == [
        ("Q90000001", discovery.LISTED, True),
        ("https://x.com/fjallvik", discovery.LISTED, True),
    ]


def test_all_that_speaks_for_a_profile_is_told_and_the_surest_first() -> None:
    page = f"""<footer><a href="https://twitter.com/Fjallvik">X</a> <a rel="me" href="https://x.com/fjallvik">
      me</a></footer>{data({"@type": "Organization", "sameAs": "https://x.com/fjallvik"})}"""
    (one,) = read_home(page, HOME).proposals
    assert (one.proof, one.confident) == (discovery.OWNED, True)
    assert [proof for proof, _ in one.more] == [discovery.LISTED, discovery.MENTIONED]


def test_articles_are_taken_from_what_the_page_says_of_itself_only() -> None:
    article = "https://sv.wikipedia.org/wiki/{}".format
    page = f"""<a href="{article("Kaffe")}">coffee</a>{data({"sameAs": article("Fj%C3%A4llvik_Coffee")})}"""
    assert told(page) == [("sv:Fjällvik Coffee", discovery.LISTED, True)]


class ReadsSites(Source):
    name, label = "wordpress", "WordPress"

    def observe(self, handle: str, cursor: Any = None) -> Page[Reading]:
        return Page()


@pytest.mark.parametrize(
    ("page", "url", "handle"),
    [
        ('<meta name="generator" content="WordPress.com">', HOME, "www.fjallvik.example"),
        ("<p>Hello", "https://fjallvik.wordpress.com/", "fjallvik.wordpress.com"),
        ('<meta name="generator" content="WordPress 6.8">', HOME, ""),
    ],
)
def test_a_site_of_wordpress_com_is_one_that_can_be_read(page: str, url: str, handle: str) -> None:
    assert told(page, url) == [], "while no source reads such sites"
    with listed(*FEW, ReadsSites):
        assert told(page, url) == ([(handle, discovery.HOSTED, True)] if handle else [])


@pytest.mark.parametrize(
    "html", ["", " ", "<!-- -->", "plain", "<html>", "\x00", "<p " + "a" * 100, "\ud800"]
)
def test_a_page_without_anything_proposes_nothing(html: str) -> None:
    assert read_home(html, HOME).proposals == ()


@pytest.mark.parametrize(
    "soup",
    [
        "<p " + "/".join(f"a{n}" for n in range(150_000)) + ">",
        "<b></i>" * 250_000,
        "<div>" * 400_000,
        "<a href=/x>y</a>" * 60_000,
        "<link rel=alternate type=application/rss+xml href=/a>" * 30_000,
        "@a@b." * 300_000,
        '<a b="' * 300_000,
    ],
    ids=["attributes", "soup", "depth", "links", "feeds", "handles", "quotes"],
)
def test_no_page_holds_a_worker(soup: str) -> None:
    start = time.process_time()
    read_home(soup, HOME)
    assert time.process_time() - start < 5


FEED = b'<rss version="2.0"><channel><title>Nytt</title><link>https://www.fjallvik.example/</link></channel></rss>'


def site(pages: Mapping[str, bytes], down: tuple[str, ...] = ()) -> tuple[Any, list[str]]:
    asked: list[str] = []

    def answer(url: str, options: Mapping[str, Any]) -> Response:
        asked.append(url)
        if url.startswith(down) and down:
            raise SourceError("%(host)s cannot be reached.", params={"host": url})
        return reply(200, pages[url], url) if url in pages else reply(404, b"", url)

    return FakeHttp(answer), asked


def test_the_usual_addresses_are_tried_only_when_no_feed_is_named() -> None:
    http, asked = site(
        {"https://fjallvik.example/": b"<title>F</title>", "https://fjallvik.example/feed.xml": FEED}
    )
    facts = look_at_home(http, "fjallvik.example")
    assert [(found.handle, found.label) for found in facts.proposals] == [
        ("https://fjallvik.example/feed.xml", "Nytt")
    ]
    assert asked == ["https://fjallvik.example/" + path for path in ("", "feed", "rss", "feed.xml")]
    http, asked = site({"https://fjallvik.example/": PAGE.encode()})
    look_at_home(http, "fjallvik.example")
    assert asked == ["https://fjallvik.example/"]
    http, asked = site({"https://fjallvik.example/": b"<title>F</title>"})
    assert look_at_home(http, "fjallvik.example").proposals == () and len(asked) == 1 + len(USUAL_PATHS)


def test_a_bare_domain_is_tried_in_three_ways_and_the_first_failure_is_told() -> None:
    http, asked = site({"http://fjallvik.example/": PAGE.encode()}, down=("https://",))
    assert look_at_home(http, "fjallvik.example").name == "Fjällvik Coffee"
    assert asked == ["https://fjallvik.example/", "https://www.fjallvik.example/", "http://fjallvik.example/"]
    http, _ = site({}, down=("http",))
    with pytest.raises(SourceError, match="https://fjallvik.example/"):
        look_at_home(http, "fjallvik.example")


def test_a_feed_that_was_typed_is_taken() -> None:
    http, asked = site({"https://fjallvik.example/nytt.rss": FEED})
    facts = look_at_home(http, "https://fjallvik.example/nytt.rss")
    assert (facts.url, facts.title) == (HOME, "Nytt") and len(asked) == 1
    assert [found.handle for found in facts.proposals] == ["https://fjallvik.example/nytt.rss"]


class Closed:
    """A site that lets programs read nothing."""

    def check(self, url: str, *, patience: float) -> None:
        raise SourceError("no", "blocked")


def test_robots_are_obeyed_before_anything_is_asked() -> None:
    http, asked = site({HOME: PAGE.encode()})
    with pytest.raises(SourceError) as refused:
        look_at_home(http, HOME, robots=Closed())  # type: ignore[arg-type]  # a fake
    assert refused.value.kind == "blocked" and not asked


def test_a_host_that_may_not_be_asked_yet_is_busy_at_home_and_skipped_when_probing() -> None:
    def busy(url: str, options: Mapping[str, Any]) -> Response:
        raise Busy("fjallvik.example", 9)

    with pytest.raises(Busy):
        look_at_home(FakeHttp(busy), HOME)  # type: ignore[arg-type]  # a fake client
    facts = look_at_home(FakeHttp(reply(200, b"<title>F</title>", HOME), busy), HOME)  # type: ignore[arg-type]  # a fake client
    assert facts.title == "F" and facts.proposals == ()


def test_guesses() -> None:
    assert guess_handles("Fjällvik Coffee", "www.fjallvik-coffee.example") == (
        "fjallvikcoffee", "fjällvikcoffee", "fjällvik_coffee", "fjällvik-coffee",
    )  # fmt: skip
    assert guess_handles("") == ()


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://www.youtube.com/channel/UC123", ("YouTube", "channel/UC123")),
        ("https://m.youtube.com/watch?v=1", None),
        ("https://discord.gg/kaffe", ("Discord", "kaffe")),
        ("https://t.me/s/kaffekanal", ("Telegram", "kaffekanal")),
        ("https://old.reddit.com/r/coffee/", ("Reddit", "r/coffee")),
        ("https://github.com/fjallvik", ("GitHub", "fjallvik")),
        ("https://github.com/fjallvik/grinder", None),
        ("https://www.instagram.com/p/abc/", None),
        ("https://medium.com/@fjallvik", ("Medium", "@fjallvik")),
        ("https://mastodon.nu/users/fjallvik", ("Mastodon", "@fjallvik@mastodon.nu")),
        ("https://kaffe.example/@fjallvik", None),
        ("https://evil-x.com/fjallvik", None),
        ("", None),
    ],
)
def test_profiles_on_known_platforms(url: str, found: tuple[str, str] | None) -> None:
    known = profile(url)
    assert (known and (known.platform, known.handle)) == found
