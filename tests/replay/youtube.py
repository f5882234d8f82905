"""YouTube: the brands' channels, each by its page and its feed."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from tests.replay.answers import NOT_FOUND, Answer, Question
from tests.replay.world import BRANDS, World

VIDEOS, DAYS = 15, 4  # as many as a feed shows, and how far apart


def youtube(world: World, question: Question) -> Answer:
    """A channel's feed by its id, or its page by "/@" and the brand's short name."""
    if question.path == "/feeds/videos.xml":
        asked = question.query.get("channel_id", "")
        one = next((one for one in BRANDS if one.channel and one.channel == asked), None)
        return _feed(world, one.channel, one.name) if one else NOT_FOUND
    one = next((one for one in BRANDS if one.channel and question.path == f"/@{one.id}"), None)
    if one is None:
        return NOT_FOUND
    link = f"https://www.youtube.com/feeds/videos.xml?channel_id={one.channel}"
    page = f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{link}">'
    return Answer(f"<!doctype html><html><head>{page}</head><body></body></html>".encode(), "text/html")


def _feed(world: World, channel: str, name: str) -> Answer:
    entries = "".join(
        f"<entry><id>yt:video:{channel[2:7]}{number:06d}</id><yt:videoId>{channel[2:7]}{number:06d}</yt:videoId>"
        f"<title>Pour number {number}</title><author><name>{escape(name)}</name></author>"
        f'<link rel="alternate" href="https://www.youtube.com/watch?v={channel[2:7]}{number:06d}"/>'
        f"<published>{(world.start - timedelta(days=DAYS * number)).isoformat()}</published>"
        f'<media:group><media:community><media:statistics views="{900 + 10 * number}"/></media:community>'
        "</media:group></entry>"
        for number in range(1, VIDEOS + 1)
    )
    spaces = (
        'xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns="http://www.w3.org/2005/Atom"'
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><feed {spaces}><title>{escape(name)}</title>{entries}</feed>'
    )
    return Answer(text.encode(), "text/xml; charset=UTF-8")
