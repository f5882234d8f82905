"""What a site asks of programs that read its pages."""

import httpx
import pytest

from listening.net import Response, SourceError
from listening.net.robots import Robots, Rules, reserved

from .servers import reply, world
from .test_answers import NOW, answer


class Cache(dict):
    """As Django's cache: set() with seconds."""

    def set(self, key, value, timeout):
        self[key] = value
        self.seconds = timeout


RULES = """\ufeff# Fjällvik Coffee
User-agent: someone-else
Disallow: /

User-Agent: *
Disallow: /cart
Allow: /cart/help   # but this
Disallow: /*?print=
Disallow: /*.pdf$
Disallow: /k%c3%a4llare
Disallow:
Crawl-delay: 5

User-agent: EARSHOT
User-agent: another
Disallow: /quiet/
User-agent: earshot
Disallow: /more-quiet/
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", True), ("/cart", False), ("/cart/1", False), ("/carton", False), ("/cart/help/x", True)]
    + [
        ("/a?print=1", False),
        ("/a?x=1&print=1", True),
        ("/a.pdf", False),
        ("/a.pdf?x", True),
        ("/källare/1", False),
    ]
    + [("/K%C3%A4llare", True), ("/%6B%C3%A4llare", False), ("/robots.txt", True), ("/quiet/", True)],
)
def test_rules_for_everyone(path, allowed):
    assert Rules.read(RULES, "fjallvikbot").allow(path) is allowed


@pytest.mark.parametrize(
    ("path", "allowed"), [("/quiet/a", False), ("/more-quiet/a", False), ("/cart", True)]
)
def test_rules_that_name_us_replace_those_for_everyone(path, allowed):
    assert Rules.read(RULES, "earshot").allow(path) is allowed


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /\nAllow: /public", "/public/a", True),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: *", "/a", False),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/a", True),
        ("Disallow: /a*b*c$", "/axxbxxc", False),
        ("Disallow: /a*b*c$", "/axxbxxcd", True),
        ("Disallow: /ab*b$", "/ab", True),
        ("Disallow /a\nnonsense\n:\n", "/a", True),
        ("", "/a", True),
    ],
)
def test_the_longest_rule_wins(rules, path, allowed):
    assert Rules.read("User-agent: *\n" + rules, "earshot").allow(path) is allowed


def test_a_hostile_file_costs_no_time():
    rules = Rules.read(
        "User-agent: *\nDisallow: /" + "a*" * 200_000 + "$\n" + "Disallow: /*a*b\n" * 10_000, "earshot"
    )
    assert rules.allow("/" + "a" * 2000)


def site(status, body=b""):
    def answer_with(seen, connection):
        connection.sendall(reply(status, body) if seen.target == "/robots.txt" else reply(200, b"page"))

    return world(answer_with)


@pytest.mark.parametrize(
    ("status", "allowed", "kept_hours"),
    [(404, True, 24), (403, True, 24), (500, False, 1), (503, False, 1), (429, False, 1)],
)
def test_no_file_means_no_wishes_and_trouble_means_no(status, allowed, kept_hours):
    with site(status) as here:
        cache = Cache()
        robots = Robots(here.client(), cache)
        assert [robots.allowed("http://news.example/a"), robots.allowed("http://news.example/b?c")] == [
            allowed
        ] * 2
        assert [seen.target for seen in here.server.seen] == ["/robots.txt"]
        assert cache.seconds == kept_hours * 3600


def test_a_site_is_asked_once_and_each_origin_for_itself():
    with site(200, b"User-agent: earshot\nDisallow: /quiet\n") as here:
        robots = Robots(here.client(), Cache())
        assert robots.allowed("http://news.example/")
        assert not robots.allowed("http://news.example/quiet")
        with pytest.raises(SourceError, match="robots.txt") as caught:
            robots.check("http://news.example/quiet#x")
        assert caught.value.kind == "blocked"
        assert robots.allowed("http://other.example/")
        assert [seen.headers["host"] for seen in here.server.seen] == ["news.example", "other.example"]


def test_a_site_out_of_reach_is_not_read_and_a_private_one_is_refused():
    with site(200) as here:
        here.names["lost.example"] = []
        robots = Robots(here.client(), Cache())
        with pytest.raises(SourceError, match="There is no site called lost.example"):
            robots.check("http://lost.example/")
        with pytest.raises(SourceError) as caught:
            robots.allowed("http://inside.example/")
        assert caught.value.kind == "blocked"


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(200, b"<p>hello"), False),
        (answer(200, b"", x_robots_tag="noindex, nofollow"), True),
        (answer(200, b"", x_robots_tag="earshot: noarchive"), True),
        (answer(200, b"", x_robots_tag="all"), False),
        (answer(200, b"", tdm_reservation="1"), True),
        (answer(200, b"", tdm_reservation="0"), False),
        (answer(200, b'<META content="NoIndex" Name=robots>'), True),
        (answer(200, b'<meta name="robots" content="index,follow">'), False),
        (answer(200, b'<meta name="tdm-reservation" content="1">'), True),
        (answer(200, b'<meta name="description" content="noindex">'), False),
    ],
)
def test_reservations_of_a_page(response, expected):
    assert reserved(response) is expected


def test_reservations_are_found_in_linear_time():
    body = b"<meta " * 200_000
    assert not reserved(Response(200, "http://news.example/", httpx.Headers(), body, NOW))
