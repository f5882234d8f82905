"""The stream of a tag page by page; a site on WordPress.com, and one that has to be asked itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listening.net import Response, SourceError
from listening.sources.wordpress import NUMBER, WordPress
from listening.types import Reading
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import reaches_back_steadily, read_all

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
API = "https://public-api.wordpress.com/rest"
UNKNOWN = reply(404, b'{"error": "unknown_blog"}')


def source(*answers: Any) -> tuple[WordPress, FakeHttp]:
    http = FakeHttp(*answers)
    return WordPress(http, now=lambda: NOW), http  # type: ignore[arg-type]  # a fake client


def stream(hours: float, posts: int, handles: bool) -> Any:
    """Serves so many posts, one every so many hours; paged by handles, or by the time it stopped at."""
    dated = [NOW - timedelta(hours=hours * n) for n in range(1, posts + 1)]

    def answer(url: str, options: Mapping[str, Any]) -> Response:
        asked = options["params"]
        rows = [
            {
                "ID": n,
                "site_ID": 7,
                "date": at.isoformat(),
                "title": "Fjällvik",
                "URL": f"https://b.example/{n}/",
            }
            for n, at in enumerate(dated)
            if "before" not in asked or at < datetime.fromisoformat(asked["before"])
        ]
        start = int(asked.get("page_handle", 0))
        part = rows[start : start + asked["number"]]
        found: dict[str, Any] = {"posts": part, "date_range": {"before": None, "after": None}}
        if part:
            found["date_range"]["after"] = part[-1]["date"]
        if handles and start + len(part) < len(rows):
            found["next_page_handle"] = str(start + len(part))
        return reply(200, json.dumps(found).encode(), url)

    return answer


@pytest.mark.parametrize("handles", [True, False], ids=["handles", "times"])
def test_a_stream_is_read_until_the_asked_time(handles: bool) -> None:
    blogs, http = source(stream(6, 400, handles))
    items, pages = read_all(lambda cursor: blogs.tagged("fjallvik", SINCE, cursor))
    assert len(items) == len({item.external_id for item in items}) == 120
    assert reaches_back_steadily(pages, SINCE) and len(pages) == 120 // NUMBER + 1
    assert http.asked[0][0] == f"{API}/v1.2/read/tags/fjallvik/posts"


@pytest.mark.parametrize("handles", [True, False], ids=["handles", "times"])
def test_a_short_stream_ends(handles: bool) -> None:
    blogs, _ = source(stream(1, 50, handles))
    items, pages = read_all(lambda cursor: blogs.tagged("fjallvik", SINCE, cursor))
    assert len(items) == 50 and pages[-1].reached == SINCE


def test_a_service_that_gives_the_same_page_again_is_not_asked_for_ever() -> None:
    same = {"posts": [{"ID": 1, "site_ID": 2, "date": NOW.isoformat()}], "next_page_handle": "again"}
    blogs, http = source(json.dumps(same).encode())
    with pytest.raises(SourceError, match="the same page again") as circle:
        read_all(lambda cursor: blogs.tagged("fjallvik", SINCE, cursor))
    assert circle.value.kind == "transient" and len(http.asked) == 2


@pytest.mark.parametrize(
    ("tag", "slug"),
    [("#Fjällvik", "fj%C3%A4llvik"), ("Specialty  Coffee", "specialty-coffee"), ("../me", "..%2Fme")],
)
def test_a_tag_is_written_as_its_slug(tag: str, slug: str) -> None:
    blogs, http = source(b'{"posts": []}')
    blogs.tagged(tag, SINCE)
    assert http.asked[0][0] == f"{API}/v1.2/read/tags/{slug}/posts"


ABOUT = {
    **{"ID": 9, "name": "Fj&auml;llviks blogg", "URL": "https://blogg.fjallvik.example"},
    **{"subscribers_count": 412, "post_count": 96, "is_private": False},
}


def posts(found: int, *dates: str) -> bytes:
    rows = [{"ID": 1, "URL": "https://blogg.fjallvik.example/1/", "date": date} for date in dates]
    return json.dumps({"found": found, "posts": rows}).encode()


def test_a_site_that_wordpress_com_knows_tells_subscribers_and_pace() -> None:
    blogs, http = source(json.dumps(ABOUT).encode(), posts(6, "2026-11-01T08:00:00+01:00"))
    found, _ = read_all(lambda cursor: blogs.observe("Blogg.fjallvik.example/", cursor))
    readings = {one.metric: one for one in found}
    assert {name: one.value for name, one in readings.items() if one.value is not None} == {
        **{"exists": 1, "subscribers": 412, "posts": 96, "posts_30d": 6}
    }
    assert readings["title"].text == "Fjällviks blogg"
    assert readings["last_post"].text == "2026-11-01T07:00:00+00:00"
    assert [url for url, _ in http.asked] == [
        f"{API}/v1.1/sites/blogg.fjallvik.example",
        f"{API}/v1.1/sites/blogg.fjallvik.example/posts/",
    ]
    assert http.asked[1][1]["params"]["after"] == "2026-10-04T12:00:00Z"


def test_a_site_that_was_silent_for_a_month_tells_when_it_last_spoke() -> None:
    blogs, http = source(json.dumps(ABOUT).encode(), posts(0), posts(96, "2026-02-01T08:00:00+00:00"))
    found, _ = read_all(lambda cursor: blogs.observe("blogg.fjallvik.example", cursor))
    readings = {one.metric: one for one in found}
    assert readings["posts_30d"].value == 0
    assert readings["last_post"].text == "2026-02-01T08:00:00+00:00"
    assert http.asked[2][1]["params"]["after"] is None


def test_a_private_site_exists_and_is_asked_nothing_more() -> None:
    blogs, http = source(json.dumps(ABOUT | {"is_private": True}).encode())
    found, _ = read_all(lambda cursor: blogs.observe("blogg.fjallvik.example", cursor))
    assert "posts_30d" not in {one.metric for one in found} and len(http.asked) == 1


def test_any_other_wordpress_is_asked_itself_also_in_a_folder() -> None:
    own = reply(200, b'[{"id": 4, "date_gmt": "2026-11-02T10:00:00"}]', x_wp_total="9")
    blogs, http = source(UNKNOWN, own)
    found, _ = read_all(lambda cursor: blogs.observe("www.bergby.example/blog", cursor))
    url = "https://www.bergby.example/blog/"
    assert found == [
        Reading("exists", 1, url=url),
        Reading("posts_30d", 9, url=url),
        Reading("last_post", None, text="2026-11-02T10:00:00+00:00", url=url),
    ]
    assert [url for url, _ in http.asked] == [
        f"{API}/v1.1/sites/www.bergby.example::blog",
        "https://www.bergby.example/blog/wp-json/wp/v2/posts",
    ]


def test_it_tells_its_last_post_also_after_a_silent_month() -> None:
    old = reply(200, b'[{"id": 4, "date_gmt": "2025-11-02T10:00:00"}]', x_wp_total="9")
    blogs, _ = source(UNKNOWN, reply(200, b"[]", x_wp_total="0"), old)
    found, _ = read_all(lambda cursor: blogs.observe("www.bergby.example", cursor))
    readings = {one.metric: one for one in found}
    assert readings["posts_30d"].value == 0
    assert readings["last_post"].text == "2025-11-02T10:00:00+00:00"


RSS = b"""<rss version="2.0"><channel><title>Bergby</title>
<item><guid>a:1</guid><pubDate>Sun, 01 Nov 2026 10:00:00 GMT</pubDate></item>
<item><guid>a:2</guid><pubDate>Tue, 01 Sep 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.mark.parametrize(
    "closed",
    [
        reply(401, b'{"code": "rest_disabled"}'),
        reply(404, b"<html>"),
        reply(200, b"<!doctype html><title>Bergby</title>"),
    ],
    ids=["401", "404", "a web page"],
)
def test_where_the_interface_is_closed_the_feed_tells(closed: Response) -> None:
    blogs, http = source(UNKNOWN, closed, RSS)
    found, _ = read_all(lambda cursor: blogs.observe("www.bergby.example", cursor))
    readings = {one.metric: one for one in found}
    assert http.asked[-1][0] == "https://www.bergby.example/feed/"
    assert (readings["exists"].value, readings["posts_30d"].value) == (1, 1)
    assert readings["last_post"].text == "2026-11-01T10:00:00+00:00"


def test_connected_sites_that_close_their_posts_there_are_asked_themselves() -> None:
    closed = reply(403, b'{"error": "unauthorized"}', content_type="application/json")
    own = reply(200, b'[{"id": 4, "date_gmt": "2026-11-02T10:00:00"}]', x_wp_total="9")
    blogs, _ = source(json.dumps(ABOUT).encode(), closed, own)
    found, _ = read_all(lambda cursor: blogs.observe("blogg.fjallvik.example", cursor))
    numbers = {one.metric: one.value for one in found}
    assert (numbers["subscribers"], numbers["posts_30d"]) == (412, 9)


def test_what_is_no_wordpress_at_all_is_said_and_never_called_absent() -> None:
    blogs, _ = source(UNKNOWN, reply(404, b""), reply(404, b""))
    with pytest.raises(SourceError, match="Is it one") as refused:
        read_all(lambda cursor: blogs.observe("www.bergby.example", cursor))
    assert refused.value.kind == "blocked"


@pytest.mark.parametrize(
    "handle", ["", "bergby", "https://www.bergby.example", "a.example/x?y", "../x.example"]
)
def test_a_handle_that_is_no_site_is_said(handle: str) -> None:
    blogs, http = source(b"{}")
    with pytest.raises(SourceError) as odd:
        blogs.observe(handle)
    assert odd.value.kind == "gone" and http.asked == []
