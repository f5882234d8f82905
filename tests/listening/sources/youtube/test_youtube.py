"""A channel by its id and by its name, and what an outage does not say."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listening.net import Settings, SourceError
from listening.sources.youtube import ENTRIES, YouTube, channel_of
from listening.types import Reading
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import read_all

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CHANNEL = "UCfjallvik0000000000001a"
FEED, PAGE = (HERE / "feed.xml").read_bytes(), (HERE / "channel.html").read_bytes()


def source(*answers: Any) -> tuple[YouTube, FakeHttp]:
    http = FakeHttp(*answers)
    http.settings = Settings(agent="Earshot/test")  # type: ignore[attr-defined]  # robots.txt is read for this name
    return YouTube(http, now=lambda: NOW), http  # type: ignore[arg-type]  # a fake client


def feed(days: float, videos: int, views: int = 100) -> bytes:
    entries = "".join(
        f"<entry><id>yt:video:v{n}</id><title>Video {n}</title>"
        f"<published>{(NOW - timedelta(days=days * n)).isoformat()}</published>"
        f"<media:group><media:community><media:statistics views='{views * n}'/></media:community>"
        "</media:group></entry>"
        for n in range(1, videos + 1)
    )
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'>"
        f"<title>Fjällvik Coffee</title>{entries}</feed>"
    ).encode()


def observed(youtube: YouTube, handle: str = CHANNEL) -> dict[str, Reading]:
    found, _ = read_all(lambda cursor: youtube.observe(handle, cursor))
    return {one.metric: one for one in found}


def test_a_channel_is_read_from_its_feed_alone() -> None:
    youtube, http = source(FEED)
    found = observed(youtube)
    assert found["title"].text == "Fjällvik Coffee"
    assert found["last_post"].text == "2026-11-01T15:00:12+00:00"
    assert (found["exists"].value, found["posts_30d"].value) == (1, 1)
    assert found["posts_30d"].precision == "exact"
    assert found["views_per_video"].value == 4205, "of a premiere nobody knows any views yet"
    assert "subscribers" not in found
    ((url, options),) = http.asked
    assert url == "https://www.youtube.com/feeds/videos.xml"
    assert options["params"] == {"channel_id": CHANNEL}


def test_the_pace_is_estimated_where_fifteen_videos_do_not_cover_30_days() -> None:
    found = observed(source(feed(1, ENTRIES))[0])
    assert (found["posts_30d"].value, found["posts_30d"].precision) == (30, "estimated")
    found = observed(source(feed(1, ENTRIES - 1))[0])
    assert (found["posts_30d"].value, found["posts_30d"].precision) == (ENTRIES - 1, "exact"), (
        "it has no more"
    )
    found = observed(source(feed(3, ENTRIES))[0])
    assert (found["posts_30d"].value, found["posts_30d"].precision) == (9, "exact")


def test_views_are_those_of_a_video_on_average() -> None:
    found = observed(source(feed(3, 3))[0])
    assert (found["views_per_video"].value, found["views_per_video"].precision) == (200, "rounded")


def test_a_feed_that_is_not_found_is_an_outage_and_not_the_end_of_the_channel() -> None:
    with pytest.raises(SourceError) as away:
        observed(source(reply(404, b"<html>"))[0])
    assert away.value.kind == "transient"


ROBOTS = reply(200, b"User-agent: *\nDisallow: /feeds/videos.xml\n")


@pytest.mark.parametrize("handle", ["@fjallvik", "c/Fjallvik", "user/fjallvik.coffee"])
def test_a_name_is_looked_up_on_the_channels_page_one_request_a_page(handle: str) -> None:
    youtube, http = source(ROBOTS, PAGE, FEED)
    found, pages = read_all(lambda cursor: youtube.observe(handle, cursor))
    assert {one.metric: one for one in found}["posts_30d"].value == 1
    assert [url for url, _ in http.asked] == [
        "https://www.youtube.com/robots.txt",
        f"https://www.youtube.com/{handle}",
        "https://www.youtube.com/feeds/videos.xml",
    ]
    assert len(pages) == 3


def test_a_page_that_robots_txt_closes_is_not_read() -> None:
    youtube, http = source(reply(200, b"User-agent: *\nDisallow: /@\n"))
    with pytest.raises(SourceError, match=r"robots\.txt"):
        observed(youtube, "@fjallvik")
    assert len(http.asked) == 1


def test_a_name_that_nobody_has_is_a_no() -> None:
    found = observed(source(ROBOTS, reply(404, b"<html>"))[0], "@nobody")
    assert found == {"exists": Reading("exists", 0, url="https://www.youtube.com/@nobody")}


@pytest.mark.parametrize("body", [b"<html><form action='https://consent.youtube.com/save'>", b"", b"\0"])
def test_a_page_about_cookies_leads_to_a_sentence_that_says_what_to_write(body: bytes) -> None:
    with pytest.raises(SourceError, match="begins with UC") as untold:
        observed(source(ROBOTS, body)[0], "@fjallvik")
    assert untold.value.kind == "blocked"


@pytest.mark.parametrize("handle", ["fjallvik", "UC123", "", "@a/b", "https://www.youtube.com/@x"])
def test_a_handle_that_is_none_is_said(handle: str) -> None:
    youtube, http = source(FEED)
    with pytest.raises(SourceError, match="names no channel"):
        youtube.observe(handle)
    assert http.asked == []


def test_no_page_holds_a_worker() -> None:
    many = " ".join(f"a{number}=1" for number in range(400_000))
    link = '<link rel="canonical" href="https://www.youtube.com/channel/UC0123456789abcdefghijkl">'
    begun = time.monotonic()
    assert channel_of(f"<p {many}>{link}".encode()) == "UC0123456789abcdefghijkl"
    assert time.monotonic() - begun < 5
