"""Plays the made-up world over HTTP: ``SCHEME://HOST/PATH`` is answered at ``/SCHEME/HOST/PATH``.

Pages of its own: ``/_log`` (per host: how many requests, the smallest gap in seconds, agents, how many
were conditional, statuses), ``POST /_add`` (one more post), ``/_truth?term=..&tag=..`` (the ids there are
to be found).
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.replay.systems import Answer, Question, answer
from tests.replay.world import Post, World

SEARXNG = "http://searx.local"
# The header is what the contract calls it.
UNKNOWN = Answer(b"No such host", status=502, headers={"X-Recorded-Web": "unknown-host"})


@dataclass(frozen=True)
class Asked:
    """One request of the log. ``at``: seconds on a clock that only goes forward."""

    at: float
    host: str
    url: str
    agent: str
    conditional: bool
    status: int
    is_original: bool  # X-Original-URL tells the same address as the path


@dataclass
class ReplayServer:
    """One running server, in a thread. Use it as a context manager; ``world`` may be asked directly."""

    world: World = field(default_factory=World)
    port: int = 0  # 0 = any; only loopback
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    sent: str = ""  # all that was posted, one after the other
    before_answer: Callable[[int], None] | None = None  # gets the number of the request; it may take its time

    def __enter__(self) -> ReplayServer:
        owner, self._lock = self, threading.Lock()

        class Handler(_Handler):
            server_of = owner

        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.05], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Until somebody stops it."""
        self._thread.join()

    def add(self, system: str, text: str, tags: list[str] | None = None, author: str = "olle") -> Post:
        """One more post, now."""
        with self._lock:
            return self.world.add(system, text, tags or [], author)

    def log(self) -> dict[str, Any]:
        """What was asked: {"hosts": {host: {...}}, "requests": number}."""
        with self._lock:
            asked = list(self.asked)
        hosts: dict[str, Any] = {}
        for host in sorted({one.host for one in asked}):
            mine = [one for one in asked if one.host == host]
            gaps = [later.at - earlier.at for earlier, later in zip(mine, mine[1:], strict=False)]
            hosts[host] = {
                "count": len(mine),
                "smallest_gap": min(gaps, default=None),
                "agents": sorted({one.agent for one in mine}),
                "conditional": sum(one.conditional for one in mine),
                "statuses": dict(Counter(one.status for one in mine)),
                "wrong_original": sum(not one.is_original for one in mine),
            }
        return {"hosts": hosts, "requests": len(asked)}

    def take(self, handler: _Handler, body: bytes) -> Answer:
        """Answers one request of the contract and writes it down."""
        began = time.monotonic()
        parts = urlsplit(handler.path)
        scheme, _, rest = parts.path.removeprefix("/").partition("/")
        host, _, path = rest.partition("/")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        original = f"{scheme}://{host}/{path}" + (f"?{parts.query}" if parts.query else "")
        with self._lock:
            self.sent += body.decode("utf-8", "replace")
            found = answer(self.world, Question(host, "/" + unquote(path), query, headers, body)) or UNKNOWN
            self.asked.append(
                Asked(
                    at=began,
                    host=host,
                    url=original,
                    agent=headers.get("user-agent", ""),
                    conditional="if-none-match" in headers or "if-modified-since" in headers,
                    status=found.status,
                    is_original=headers.get("x-original-url") == original,
                )
            )
            number = len(self.asked)
        if self.before_answer:
            self.before_answer(number)
        return found

    def own_page(self, path: str, body: bytes) -> Any:
        """The pages that are about the server itself; None where there is none."""
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path == "/_log":
            return self.log()
        if parts.path == "/_truth":
            found = self.world.truth(query.get("term", []), query.get("tag", []))
            return {system: sorted(ids) for system, ids in found.items()}
        if parts.path == "/_add":
            about = json.loads(body)
            post = self.add(about["system"], about["text"], about.get("tags"), about.get("author", "olle"))
            return {"id": post.external_id, "url": post.url}
        return None


class _Handler(BaseHTTPRequestHandler):
    server_of: ReplayServer

    def do_GET(self) -> None:
        self._reply(b"")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _reply(self, body: bytes) -> None:
        if self.path.startswith("/_"):
            told = self.server_of.own_page(self.path, body)
            found = Answer(json.dumps(told).encode(), "application/json", 404 if told is None else 200)
        else:
            found = self.server_of.take(self, body)
        with suppress(ConnectionError):  # who asked may be dead by now
            self._send(found)

    def _send(self, found: Answer) -> None:
        self.send_response(found.status)
        about = {"Content-Type": found.kind, "Content-Length": str(len(found.body))}
        for name, value in (about | dict(found.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        if found.status != 304:
            self.wfile.write(found.body)

    def log_message(self, *args: object) -> None:
        """Nothing on the terminal."""
