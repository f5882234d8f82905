"""Polling a feed, measuring its pace, and what is refused before it is parsed."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from listening.net import SourceError
from listening.sources.feeds import Feeds, parse
from listening.types import Reading
from tests.listening.sources.fake_http import FakeHttp, reply

URL = "https://kaffe.example/feed"
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ARE = '<rss version="2.0"><channel><title>Åre</title></channel></rss>'
BODY = (Path(__file__).parent / "rss2.xml").read_bytes()


def feeds(*answers: Any) -> tuple[Feeds, FakeHttp]:
    http = FakeHttp(*answers)
    return Feeds(http, now=lambda: NOW), http  # type: ignore[arg-type]  # a fake client


def rss(*dates: datetime, title: str = "Post") -> bytes:
    items = "".join(
        f"<item><title>{title} {number}</title><link>https://kaffe.example/{number}</link>"
        f"<pubDate>{format_datetime(date)}</pubDate></item>"
        for number, date in enumerate(dates)
    )
    return f'<rss version="2.0"><channel><title>Kaffe</title>{items}</channel></rss>'.encode()


def test_validators_go_back_byte_for_byte_and_every_200_replaces_them() -> None:
    source, http = feeds(
        reply(200, BODY, URL, etag='W/"1-gzip"', last_modified="Mon"), reply(200, BODY + b" ", URL)
    )
    first = source.poll(URL)
    assert (first.etag, first.last_modified) == ('W/"1-gzip"', "Mon")
    second = source.poll(URL, first.etag, first.last_modified, first.body_hash)
    _, options = http.asked[1]
    assert (options["etag"], options["last_modified"]) == ('W/"1-gzip"', "Mon")
    assert (second.etag, second.last_modified) == ("", ""), "absent is a value, too"
    assert second.document is not None


def test_the_same_bytes_are_not_read_twice() -> None:
    source, _ = feeds(reply(200, BODY, URL))
    first = source.poll(URL)
    again = source.poll(URL, body_hash=first.body_hash)
    assert first.document is not None
    assert again.document is None and again.body_hash == first.body_hash


def test_not_modified_keeps_what_was_known_unless_the_server_says_otherwise() -> None:
    source, _ = feeds(reply(304, b"", URL), reply(304, b"", URL, etag='"new"'))
    kept = source.poll(URL, '"old"', "Mon", "hash")
    assert (kept.document, kept.etag, kept.last_modified, kept.body_hash) == (None, '"old"', "Mon", "hash")
    assert source.poll(URL, '"old"', "Mon", "hash").etag == '"new"'


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=3600", 3600),
        ("public, Max-Age=60", 60),
        ("s-maxage=5", None),
        ("no-cache", None),
        ("max-age=x", None),
        ("", None),
    ],
)
def test_max_age(header: str, seconds: int | None) -> None:
    source, _ = feeds(reply(200, BODY, URL, cache_control=header))
    assert source.poll(URL).max_age == seconds


def test_the_pace_of_a_feed_that_reaches_back_a_month_is_counted() -> None:
    source, _ = feeds(reply(200, rss(*(NOW - timedelta(days=4 * day) for day in range(1, 12))), URL))
    found = {reading.metric: reading for reading in source.observe(URL).items}
    assert found["posts_30d"] == Reading("posts_30d", 7, url=URL)
    assert found["last_post"].text == "2026-10-30T12:00:00+00:00"
    assert (found["exists"].value, found["title"].text) == (1, "Kaffe")


def test_the_pace_of_a_feed_that_shows_a_few_days_is_an_estimate() -> None:
    source, _ = feeds(reply(200, rss(*(NOW - timedelta(hours=12 * half) for half in range(1, 21))), URL))
    (reading,) = [reading for reading in source.observe(URL).items if reading.metric == "posts_30d"]
    assert (reading.value, reading.precision) == (60, "estimated")


def test_a_feed_without_dates_has_no_pace() -> None:
    source, _ = feeds(
        reply(
            200, b"<rss version='2.0'><channel><title>K</title><item><title>x</title></item></channel></rss>"
        )
    )
    assert {reading.metric for reading in source.observe(URL).items} == {"exists", "title"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_feed_that_is_gone_is_a_no_with_its_proof(status: int) -> None:
    source, _ = feeds(reply(status))
    assert source.observe(URL).items == (Reading("exists", 0, url=URL),)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (
            b"<!DOCTYPE html><html><head><title>Hi</title></head><body><item>x</item></body></html>",
            "web page",
        ),
        (b'{"error": "no"}', "does not give a feed"),
        (b"Too many requests", "does not give a feed"),
        (b"<?xml version='1.0'?><catalog><book/></catalog>", "does not give a feed"),
        (b"x" * 5_000_001, "larger"),
    ],
)
def test_what_is_no_feed_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words) as refused:
        parse(body, "application/rss+xml", URL)
    assert URL in str(refused.value)


def test_the_content_decides_not_the_content_type() -> None:
    assert parse(BODY, "application/json", URL).items == parse(BODY, "text/html", URL).items
    assert (
        parse((Path(__file__).parent / "jsonfeed.json").read_bytes(), "text/xml", URL).title == "Kaffe i JSON"
    )


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", ""),
        ("iso-8859-1", ""),
        ("iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-16", ""),
        ("windows-1252", ""),
    ],
)
def test_encodings(encoding: str, content_type: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>{ARE}'
    assert parse(body.encode(encoding), content_type).title == "Åre"


@pytest.mark.parametrize(
    "encoding", ["punycode", "idna", "undefined", "unicode_escape", "hex", "no-such-thing"]
)
def test_what_is_no_charset_is_read_as_utf_8(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>{ARE}'
    assert parse(body.encode()).title == "Åre"
    assert parse(body.encode(), f"text/xml; charset={encoding}").title == "Åre"


def test_bytes_are_never_taken_for_a_file_name(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(BODY)
    with pytest.raises(SourceError):
        parse(str(secret).encode())


def test_entities_are_not_expanded_and_nothing_outside_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY out SYSTEM "file://{tmp_path}/secret">'
        '<!ENTITY a "&b;&b;"><!ENTITY b "x">]>'
        '<rss version="2.0"><channel><title>&out;&a;</title>'
        "<item><title>&out;t</title></item></channel></rss>"
    )
    document = parse(body.encode())
    assert "SECRET" not in document.title + "".join(item.title for item in document.items)


HEAD = b'<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title><item><guid>g:1</guid>'
TAIL = b"</item></channel></rss>"
SLOW = {
    "an author without end": HEAD + b"<author>" + b"a." * 700_000 + b"</author>" + TAIL,
    "authors": HEAD + (b"<dc:creator>" + b"a." * 60 + b"</dc:creator>") * 9_000 + TAIL,
    "categories": HEAD + b"".join(b"<category>c%d</category>" % n for n in range(40_000)) + TAIL,
    "attributes": HEAD
    + b"<description "
    + b" ".join(b'a%d=">"' % n for n in range(7_000))
    + b">x</description>"
    + TAIL,
    "attributes behind an open CDATA": b"<![CDATA["
    + HEAD
    + b"<b "
    + b" ".join(b'a%d=">"' % n for n in range(7_000))
    + b">",
    "line breaks before it begins": b'<?xml version="1.0"?>' + b"\n" * 400_000 + HEAD + TAIL,
    "doctypes": b"<!DOCTYPE a [\n" * 100_000 + HEAD + TAIL,
    "elements": HEAD + b"<item>" * 200_000,
    "namespaces": HEAD + b"".join(b'<x%d:a xmlns:x%d="u%d">' % (n, n, n) for n in range(10_000)),
    "bases": HEAD + b'<a xml:base="x">' * 40_000,
    "CDATA sections that never end": b"<rss><channel><item>" + b"<![CDATA[" * 150_000,
    "tag soup": HEAD + (b"<description><![CDATA[" + b"<b></i>" * 7_000 + b"]]></description>") * 10 + TAIL,
    "json brackets": b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 500_000,
    "json digits": b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": '
    + b"9" * 500_000
    + b"}]}",
}


@pytest.mark.parametrize("attack", SLOW)
def test_no_document_holds_a_worker(attack: str) -> None:
    start = time.process_time()
    try:
        parse(SLOW[attack], "", URL)
    except SourceError as error:
        assert str(error)
    assert time.process_time() - start < 5


def test_a_picture_inside_the_text_does_not_hide_what_follows() -> None:
    picture = b'<p><img src="data:image/png;base64,' + b"iVBORw0KGgo=" * 20_000 + b'"></p><p>Fjallvik</p>'
    document = parse(HEAD + b"<description><![CDATA[" + picture + b"]]></description>" + TAIL, "", URL)
    assert document.items[0].text == "Fjallvik"


def test_one_id_with_two_links_is_two_items_and_a_new_id_for_an_old_post_is_none() -> None:
    body = ('<rss version="2.0"><channel><title>t</title>{}</channel></rss>').format(
        "".join(
            f"<item><guid>{guid}</guid><link>https://kaffe.example/{link}</link><title>{title}</title>"
            "<pubDate>Mon, 02 Nov 2026 08:30:00 GMT</pubDate></item>"
            for guid, link, title in [
                ("g:1", "a", "A"),
                ("g:1", "b", "B"),
                ("g:1", "a", "A"),
                ("g:2", "a?utm_source=x", "A"),
                ("g:3", "a", "C"),
            ]
        )
    )
    ids = [item.external_id for item in parse(body.encode(), "", URL).items]
    assert ids == ["g:1", "g:1 https://kaffe.example/b", "g:3"]
    assert ids == [item.external_id for item in parse(body.encode(), "", URL).items], "the same at every poll"
