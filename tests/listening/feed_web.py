"""A web of feeds whose every answer the test decides, asked through the real client, and a clock to turn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import time_machine

from listening import dispatch, net, scan, schedule
from listening.feed_states import State, state_of
from listening.models import Feed, Fetch, Scan
from teams.models import Workspace
from tests import scanning

URL = "https://blog.fjallvik.example/feed.xml"
START = datetime(2031, 3, 3, 9, tzinfo=UTC)  # a Monday, later than any clock that runs this


@dataclass
class Answer:
    """What a server says."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def rss(*entries: tuple[str, datetime], title: str = "Fjällvik news", extra: str = "", site: str = "") -> str:
    """An RSS document of (title, date) pairs; a title is also what the entry's id is made of."""
    site = site or "https://blog.fjallvik.example"
    items = "".join(
        f'<item><title>{escape(name)}</title><guid isPermaLink="false">{escape(name)}</guid>'
        f"<link>{site}/{escape(name).replace(' ', '-')}</link>"
        f"<pubDate>{format_datetime(date)}</pubDate></item>"
        for name, date in entries
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>{site}/</link><description>x</description>{extra}{items}</channel></rss>"
    )


def daily(now: datetime, days: int = 5, word: str = "Fjällvik") -> list[tuple[str, datetime]]:
    """An entry a day, the newest an hour old."""
    return [(f"{word} day {day}", now - timedelta(days=day, hours=1)) for day in range(days)]


class FeedWeb:
    """Serves ``answers`` by address in replay form; ``asked`` lists what was asked, with its headers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def says(self, body: str = "", status: int = 200, url: str = URL, **headers: str) -> None:
        """From now on, the address answers this; ``retry_after="9"`` is the header Retry-After."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[url] = Answer(body, status, named)

    def times(self, url: str = URL) -> int:
        return sum(asked == url for asked, _ in self.asked)

    @contextmanager
    def running(self) -> Iterator[FeedWeb]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = self.path.removeprefix("/").replace("/", "://", 1)
                web.asked.append((url, {name.lower(): value for name, value in self.headers.items()}))
                found = web.answers.get(url, Answer(status=404))
                self.send_response_only(found.status)
                body = found.body.encode()
                for name, value in {"Content-Length": str(len(body)), **found.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if found.status != 304:
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Nothing on the terminal."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.client = net.Client(net.Settings(agent="Earshot/test", replay_url=self.url), None)
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class Clock:
    """Time that stands still until a test moves it: Python's, and the database's as Earshot asks for it."""

    def __init__(self, monkeypatch: Any) -> None:
        self.traveller = time_machine.travel(START, tick=False)
        self.now = START
        monkeypatch.setattr(schedule, "now", lambda: self.now)

    def __enter__(self) -> Clock:
        self.machine = self.traveller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.traveller.stop()

    def on(self, **delta: float) -> datetime:
        """Moves on; returns the new time."""
        self.now += timedelta(**delta)
        self.machine.move_to(self.now, tick=False)
        return self.now

    def to(self, moment: datetime | None) -> datetime:
        assert moment is not None
        return self.on(seconds=(moment - self.now).total_seconds())


def tick(web: FeedWeb) -> int:
    """One tick of the beat, and the workers that poll what it hands out; returns how many feeds that were."""
    messages = [message for message in dispatch.due() if message.kind == "feed"]
    for message in messages:
        dispatch.poll_feed(message.pk, message.token, web.client)
    return len(messages)


def scanned(workspace: Workspace, web: FeedWeb, clock: Clock) -> Fetch:
    """A whole scan, as somebody starts it by a click; the fetch of its first feed."""
    started: Scan = scan.start(workspace, clock.now)
    scanning.run(started, clock.now, web.client)
    return started.fetches.filter(capability="poll").earliest("pk")


def live_until(clock: Clock, web: FeedWeb, end: datetime, each: Callable[[Feed], None] | None = None) -> int:
    """Lives on, waking whenever the one feed is due; returns how often it was asked."""
    asked = 0
    while (feed := Feed.objects.get()).due_at and feed.due_at <= end:
        clock.to(max(feed.due_at, clock.now))
        asked += tick(web)
        if each:
            each(Feed.objects.get())
    clock.to(end)
    return asked


def the_feed() -> Feed:
    return Feed.objects.get()


def due() -> datetime:
    found = the_feed().due_at
    assert found is not None
    return found


def state(clock: Clock) -> State:
    return state_of(the_feed(), clock.now)
