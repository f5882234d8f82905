"""The one client for everything outside: guarded, paced, bounded, and replaced by a replay server when asked.

Every call gives a Response or raises: SourceError (with a kind and a sentence), or Busy when the host may
not be asked yet.
"""

from __future__ import annotations

import json as jsonlib
import re
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import httpcore
import httpx

from listening.net import backend, decode
from listening.net.backend import Dialler, OriginBackend, PublicBackend, Resolver, remaining
from listening.net.errors import Busy, SourceError, gettext_noop
from listening.net.pace import Outcome, Pace
from listening.net.response import Response, retry_after
from listening.net.settings import Settings
from listening.net.transport import Transport
from listening.net.urls import MAX_QUESTION, Parts, check_parts, check_url, join, parse

PER_MINUTE = 60.0
LONGEST_DEADLINE = 30.0
MAX_HEADERS = 200
MAX_HEADER_BYTES = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
# What a caller may still say after being sent to another host; anything else could be a key.
_HARMLESS = frozenset({"Accept", "Accept-Language", "If-None-Match", "If-Modified-Since"})
_OURS_TO_SAY = frozenset(
    {"host", "user-agent", "connection", "transfer-encoding", "content-length", "accept-encoding", "cookie"}
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
STARS = "***"
SHORTEST_HIDDEN = 6  # characters; anything shorter would hide half of every answer

Params = Mapping[str, Any] | list[tuple[str, Any]]


@dataclass(frozen=True)
class _Question:
    """One request of a chain."""

    method: str
    parts: Parts = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)  # these three may hold a key
    content: bytes = field(repr=False)
    trusted: bool = False
    follow: bool = True
    body: bool = True


class Client:
    """Asks the outside. One per process is enough; threads may share it.

    ``resolver``, ``dialler``, ``now`` and ``sleep`` replace the system's in tests.
    """

    def __init__(
        self,
        settings: Settings,
        pace: Pace | None,
        *,
        resolver: Resolver | None = None,
        dialler: Dialler | None = None,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.settings = settings
        self._pace = pace
        self._now = now or (lambda: datetime.now(UTC))
        self._sleep = sleep
        self._listener: Callable[[Response], None] = lambda response: None
        self._hidden: tuple[str, ...] = ()
        self._patience = 0.0
        self._longest = LONGEST_DEADLINE
        self._replay = parse(settings.replay_url) if settings.replay_url else None
        self._searxng = parse(settings.searxng_url) if settings.searxng_url else None
        # One for all: building it costs more than a request. The environment may not add certificates.
        ssl_context = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._public = Transport(PublicBackend(settings.allowed, resolver, dialler), ssl_context)
        # What may be dialled for a configured origin is that origin and nothing else.
        self._configured = {
            parts.origin: Transport(OriginBackend(parts.host, parts.port, resolver, dialler), ssl_context)
            for parts in (self._replay, self._searxng)
            if parts is not None
        }

    def get(
        self,
        url: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        per_minute: float | None = None,
        patience: float = 0.0,
        max_bytes: int | None = None,
        deadline: float | None = None,
        etag: str = "",
        last_modified: str = "",
        trusted: bool = False,
        follow: bool = True,
        body: bool = True,
    ) -> Response:
        """Ask for an address.

        ``params`` are added to its query, None values left out. ``per_minute``: how often this host may be
        asked. ``patience``: seconds to wait for the host's turn, for callers with a person in front.
        ``max_bytes``, ``deadline`` (seconds, at most 30): instead of the settings'. ``etag`` and
        ``last_modified`` as a server once gave them: the answer may then be `not_modified`. ``trusted``:
        the address is the operator's own SearXNG; no effect on any other. ``follow``: False where being sent
        elsewhere is the answer (and where a host's turns are so rare that a second request would wait long).
        ``body``: False where status and headers are enough; what follows them is not read, and many servers
        answer HEAD with an error.

        Raises SourceError; Busy when the turn is further away than ``patience``.
        """
        asked = dict(headers or {})
        for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)):
            if value and _FIELD.fullmatch(value):
                asked[name] = value
        question = replace(self._question("GET", url, params, asked, b"", trusted), follow=follow, body=body)
        return self._ask(question, per_minute, patience, max_bytes, deadline)

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        data: Params | None = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        per_minute: float | None = None,
        patience: float = 0.0,
        max_bytes: int | None = None,
        deadline: float | None = None,
        trusted: bool = False,
        private: bool = False,
    ) -> Response:
        """Send JSON, a form, or nothing. Otherwise as `get`. ``private``: the answer holds a secret, such as
        a session, so nobody who keeps raw answers hears it.
        """
        content, kind = b"", {}
        if json is not None:
            content, kind = jsonlib.dumps(json).encode(), {"Content-Type": "application/json"}
        elif data is not None:
            content = urlencode(_pairs(data), doseq=True).encode()
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
        question = self._question("POST", url, params, {**kind, **(headers or {})}, content, trusted)
        return self._ask(question, per_minute, patience, max_bytes, deadline, private)

    def heard_by(self, listener: Callable[[Response], None]) -> Client:
        """The same client, which also tells ``listener`` every answer: for whoever keeps raw answers."""
        twin = copy(self)
        twin._listener = listener
        return twin

    def hiding(self, secrets: Iterable[str]) -> Client:
        """The same client, which puts stars in place of these values wherever they could be kept: in the
        answers that a listener hears, in the addresses of answers, and in errors.
        """
        twin = copy(self)
        spellings = {form for one in secrets for form in (one, quote(one, safe=""), quote_plus(one))}
        long = {one for one in spellings if len(one) >= SHORTEST_HIDDEN}
        twin._hidden = tuple(sorted(long, key=len, reverse=True))
        return twin

    def patient(self, patience: float, deadline: float) -> Client:
        """The same client for somebody with a person in front: it waits so many seconds for a host's turn,
        and ends each call after ``deadline``.
        """
        twin = copy(self)
        twin._patience, twin._longest = patience, deadline
        return twin

    def check_url(self, url: str) -> str:
        """`urls.check_url` with this installation's settings: for addresses that people save."""
        settings = self.settings
        return check_url(url, ports=settings.ports, allowed=settings.allowed, own_hosts=settings.own_hosts)

    def _question(
        self,
        method: str,
        url: str,
        params: Params | None,
        headers: Mapping[str, str],
        content: bytes,
        trusted: bool,
    ) -> _Question:
        parts = parse(url)
        trusted = trusted and self._searxng is not None and parts.origin == self._searxng.origin
        if not trusted:
            self._check(parts)
        extra = urlencode(_pairs(params), doseq=True)
        if extra:
            asked = parts.request_url
            parts = parse(f"{asked}{'&' if '?' in asked else '?'}{extra}", longest=MAX_QUESTION)
        return _Question(method, parts, _clean(headers, parts.host), content, trusted)

    def _check(self, parts: Parts) -> None:
        settings = self.settings
        check_parts(parts, ports=settings.ports, allowed=settings.allowed, own_hosts=settings.own_hosts)

    def _ask(
        self,
        question: _Question,
        per_minute: float | None,
        patience: float,
        max_bytes: int | None,
        deadline: float | None,
        private: bool = False,
    ) -> Response:
        """The answer, told to the listener unless it is private, and with nothing in it that is hidden."""
        try:
            answer = self._chain(question, per_minute, patience, max_bytes, deadline)
        except SourceError as error:
            params = {name: self._hide(value) for name, value in error.params.items()}
            raise replace(error, params=params) from error.__cause__
        shown = replace(
            answer,
            url=self._hide(answer.url),
            redirects=tuple(map(self._hide, answer.redirects)),
            moved_to=self._hide(answer.moved_to),
        )
        if not private:
            self._listener(replace(shown, body=self._hide(answer.body)))
        return shown

    def _hide(self, value: Any) -> Any:
        """A text or body with stars for what is hidden; any other value as it is."""
        for secret in self._hidden:
            if isinstance(value, str):
                value = value.replace(secret, STARS)
            elif isinstance(value, bytes):
                value = value.replace(secret.encode(), STARS.encode())
        return value

    def _chain(
        self,
        question: _Question,
        per_minute: float | None,
        patience: float,
        max_bytes: int | None,
        deadline: float | None,
    ) -> Response:
        """The request and, within one deadline, whatever it is redirected to."""
        first, permanent = question.parts, True
        visited: list[str] = []
        limit = max_bytes or self.settings.max_bytes
        rate = per_minute or PER_MINUTE
        self._take_turn(first.host, rate, max(patience, self._patience))
        with backend.deadline(min(deadline or self.settings.deadline, self._longest)):
            while True:
                response = self._send_paced(question, limit)
                location = response.headers.get("location")
                if response.status not in _REDIRECTS or not question.follow:
                    break
                if len(visited) == self.settings.max_redirects:
                    raise SourceError(
                        gettext_noop("%(host)s sends us from one address to the next without end."),
                        params={"host": first.host},
                    )
                permanent = permanent and response.status in _PERMANENT
                question = self._follow(question, response.status, location or "")
                visited.append(question.parts.request_url)
                # A hop is part of the same call, so it waits for its turn as long as the deadline allows.
                next_rate = rate if question.parts.host == first.host else PER_MINUTE
                self._take_turn(question.parts.host, next_rate, remaining(question.parts.host))
        moved_to = visited[-1] if visited and permanent else ""
        return replace(response, redirects=tuple(visited), moved_to=moved_to)

    def _take_turn(self, host: str, per_minute: float, patience: float) -> None:
        if self._pace is None:
            return
        give_up = time.monotonic() + patience
        per_minute = self.settings.per_minute(host, per_minute)
        while (wait := self._pace.reserve(host, per_minute, self.settings.pace_factor)) > 0:
            if time.monotonic() + wait <= give_up:
                self._sleep(wait)
                continue
            left, why = self._pace.parked(host)
            if left > 0:
                raise _left_alone(host, left, why)
            raise Busy(host, wait)

    def _send_paced(self, question: _Question, limit: int) -> Response:
        """Send, then tell the pace how it went. The turn has been taken."""
        host = question.parts.host
        outcome: Outcome = "not_sent"
        answer: httpx.Response | None = None
        response: Response | None = None
        try:
            answer = self._open(question)
            outcome = "failed" if answer.status_code >= 500 else "answered"
            try:
                response = self._read(question, answer, limit)
            finally:
                answer.close()
        except httpcore.TimeoutException:
            outcome = "failed"
            raise backend.too_slow(host) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            outcome = "failed"
            raise (decode.broken(host) if answer else backend.unreachable(host)) from error
        except SourceError as error:
            # What our own guard refused, and a name that nobody could look up, say nothing about the host.
            if error.kind != "blocked" and error.message != backend.UNKNOWN_HOST:
                outcome = "failed"
            raise
        finally:
            if self._pace is not None:
                self._pace.release(host, outcome, self.settings.pace_factor)
        wait = retry_after(response)
        if self._pace is not None and (response.status == 429 or (response.status == 503 and wait)):
            self._pace.park(host, wait, "rate_limited", self.settings.pace_factor)
        return response

    def _open(self, question: _Question) -> httpx.Response:
        """Connect, send, and hear the status and the headers."""
        parts = question.parts
        headers = {
            "User-Agent": self.settings.agent,
            "Accept": "*/*",
            **question.headers,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        url, transport = parts.request_url, self._public
        if self._replay is not None:
            headers["X-Original-URL"] = url
            # The original with its ":" and "//" turned into one "/": http/host/path?query.
            url = self._replay.request_url.rstrip("/") + "/" + url.replace("://", "/", 1)
            transport = self._configured[self._replay.origin]
        elif question.trusted:
            transport = self._configured[parts.origin]
        raw = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]
        return transport.handle_request(
            httpx.Request(question.method, url, headers=raw, content=question.content)
        )

    def _read(self, question: _Question, answer: httpx.Response, limit: int) -> Response:
        """The whole answer, within all limits. A redirect's body is not read."""
        host = question.parts.host
        answer.headers.encoding = "latin-1"  # bytes and text in step, so that an ETag goes back as it came
        size = sum(len(name) + len(value) for name, value in answer.headers.raw)
        if len(answer.headers.raw) > MAX_HEADERS or size > MAX_HEADER_BYTES:
            raise SourceError(
                gettext_noop("%(host)s answered with more headers than Earshot reads."),
                "blocked",
                params={"host": host},
            )
        if self._replay is not None and answer.headers.get("x-recorded-web") == "unknown-host":
            raise backend.unknown_host(host)
        body = b""
        if question.body and answer.status_code not in _REDIRECTS:
            declared = answer.headers.get("content-length", "")
            if declared.isdigit() and int(declared[:18]) > limit and answer.status_code != 304:
                raise decode.too_large(host, limit)
            body = decode.decoded(answer.iter_raw(), answer.headers.get("content-encoding", ""), limit, host)
        return Response(answer.status_code, question.parts.request_url, answer.headers, body, self._now())

    def _follow(self, question: _Question, status: int, location: str) -> _Question:
        """The request that a redirect asks for, through all the rules again. Never trusted."""
        parts = parse(join(question.parts.request_url, _location(location)))
        self._check(parts)
        before = question.parts.origin
        upgraded = (parts.scheme, parts.host) == ("https", before[1]) and before[0] == "http"
        same_host = parts.origin == before or upgraded
        method, content, headers = question.method, question.content, dict(question.headers)
        if method == "POST" and status in (301, 302, 303):
            method, content = "GET", b""
            headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        if content and not same_host:
            raise SourceError(
                gettext_noop(
                    "%(host)s sends us to %(other)s with what we wrote. Earshot does not pass it on."
                ),
                "blocked",
                params={"host": question.parts.host, "other": parts.host},
            )
        if not same_host:
            headers = {name: value for name, value in headers.items() if name in _HARMLESS}
        return _Question(method, parts, headers, content, body=question.body)


def _pairs(params: Params | None) -> list[tuple[str, Any]]:
    pairs = params.items() if isinstance(params, Mapping) else params or []
    return [(name, value) for name, value in pairs if value is not None]


def _clean(headers: Mapping[str, str], host: str) -> dict[str, str]:
    """The caller's headers without those that are ours to say.

    Raises SourceError for what no header can hold, such as a pasted key with a line break.
    """
    # One spelling for each name, so that nothing is said twice.
    kept = {name.title(): value for name, value in headers.items() if name.lower() not in _OURS_TO_SAY}
    for name, value in kept.items():
        if not _TOKEN.fullmatch(name) or not _FIELD.fullmatch(value):
            raise SourceError(
                gettext_noop("The key or text to be sent to %(host)s holds a character that cannot be sent."),
                "needs_key",
                params={"host": host},
            )
    return kept


def _location(value: str) -> str:
    """Headers are read as Latin-1; an address that was sent as UTF-8 is put right."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _left_alone(host: str, seconds: float, why: str) -> SourceError:
    if why == "rate_limited":
        message = gettext_noop("%(host)s asked us to slow down. Earshot waits and goes on later.")
        return SourceError(message, "rate_limited", seconds, {"host": host})
    message = gettext_noop("%(host)s failed several times in a row. Earshot leaves it alone for a while.")
    return SourceError(message, "transient", seconds, {"host": host})
