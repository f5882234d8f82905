"""Foreign values and foreign HTML, made ours."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from listening.net import SourceError
from listening.sources.html import plain
from listening.sources.values import (
    address,
    clamp,
    links,
    moment,
    objects_in,
    refusing,
    stable_id,
    string,
    whole,
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Fika &amp; bullar", "Fika & bullar"),
        ("<p>Hello <b>wor</b>ld</p><p>Next<br>line</p>", "Hello world\nNext\nline"),
        ("line one\nline two", "line one\nline two"),
        ("<p>one\n   two</p>", "one two"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("<script>alert(1)</script>hi<style>p{}</style><!-- no -->", "hi"),
        ('<a href="x">#<span>fjällvik</span></a>', "#fjällvik"),
        ("&lt;b&gt; is no tag", "<b> is no tag"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>a<svg><text>z</text></svg>b</p>", "ab"),
        ("half \ud800 <b>character</b>", "half ? character"),
    ],
)
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize(
    "soup", ["<b></i>", "<div>", "<a b='", "<!--", "<", "&amp", "<table><tr>", "<script>", "data:", "<p x=1 "]
)
def test_plain_is_quick_whatever_comes(soup: str) -> None:
    start = time.process_time()
    plain(soup * (2_000_000 // len(soup)))
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-02T09:00:00Z", datetime(2026, 11, 2, 9, tzinfo=UTC)),
        ("2026-11-02T09:00:00+02:00", datetime(2026, 11, 2, 7, tzinfo=UTC)),
        ("2026-11-02", datetime(2026, 11, 2, tzinfo=UTC)),
        (1793610000, datetime(2026, 11, 2, 9, tzinfo=UTC)),
        (time.gmtime(1793610000), datetime(2026, 11, 2, 9, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        (True, None),
        (10**30, None),
        (None, None),
        ({}, None),
    ],
)
def test_moment(value: Any, expected: datetime | None) -> None:
    assert moment(value) == expected


def test_a_date_to_come_becomes_now() -> None:
    now = datetime(2026, 11, 3, tzinfo=UTC)
    assert clamp(datetime(2094, 1, 1, tzinfo=UTC), now) == now
    assert clamp(datetime(2026, 11, 3, 20, tzinfo=UTC), now) == datetime(2026, 11, 3, 20, tzinfo=UTC)
    assert clamp(None, now) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://kaffe.example/a b", "https://kaffe.example/a%20b"),
        ("/x", "https://base.example/x"),
        ("y?z=1#w", "https://base.example/dir/y?z=1#w"),
        ("//other.example/", "https://other.example/"),
        (" https://kaffe.example/ ", "https://kaffe.example/"),
        ("https://kaffe.example/åäö", "https://kaffe.example/åäö"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("tag:kaffe.example,2026:1", ""),
        ("mailto:a@b.example", ""),
        ("https://user:password@kaffe.example/", ""),
        ("https://kaffe.example:99999/", ""),
        ("https://[broken/", ""),
        ("https://kaf\tfe.example/\n", "https://kaffe.example/"),
        ("https://" + "a" * 2100, ""),
        ("", ""),
        (None, ""),
        (5, "https://base.example/dir/5"),
    ],
)
def test_address(url: Any, expected: str) -> None:
    assert address(url, "https://base.example/dir/page") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("5", 5),
        (5.9, 5),
        (-1, None),
        (True, None),
        ("many", None),
        (float("inf"), None),
        (10**30, None),
        ("9" * 5000, None),
    ],
)
def test_whole(value: Any, expected: int | None) -> None:
    assert whole(value) == expected


def test_string_and_ids() -> None:
    assert [string(value) for value in ("a\0b", 7, True, None, [], "\ud800")] == [
        "ab",
        "7",
        "",
        "",
        "",
        "\ufffd",
    ]
    assert stable_id("short") == "short"
    assert len(stable_id("x" * 10_000)) == 64 and stable_id("x" * 10_000) != stable_id("y" * 10_000)


def test_link_headers() -> None:
    header = '<https://a.example/?x=1,2>; rel="next"; title="a; b", </feed>; rel=alternate; type=text/xml'
    assert links(header) == [
        ("https://a.example/?x=1,2", {"rel": "next", "title": "a; b"}),
        ("/feed", {"rel": "alternate", "type": "text/xml"}),
    ]
    assert links("") == links("nonsense") == []
    start = time.process_time()
    links("<a>;" * 100_000)
    links("<" * 400_000)
    assert time.process_time() - start < 1


def test_objects_in_json() -> None:
    assert objects_in('[{"a": {"b": 1}}, 2]') == [{"a": {"b": 1}}, {"b": 1}]
    assert objects_in("{") == objects_in("[" * 100_000) == []


def test_refusing_turns_failures_into_one_error() -> None:
    with pytest.raises(SourceError, match="no good: x"), refusing("no good: %(url)s", url="x"):
        raise LookupError
    with pytest.raises(SourceError, match="said before"), refusing("no good"):
        raise SourceError("said before")
