"""How fast a host may be asked: one request at a time, then a rest; longer when it says so or fails.

The rest is counted from the end of an answer, so a host never sees two requests closer together than its
rate, however long a look-up or a connection took. The rules are pure functions over a small record per
host; the record is kept in this process, or in Redis for all processes together.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar

import redis

Outcome = Literal["answered", "failed", "not_sent"]
T = TypeVar("T")

LEASE = 35.0  # seconds after which a request that never reported back is lost: none may take longer than 30
FAILURES = 5  # in a row, until a host is left alone
BACK_OFF = 900.0  # seconds, doubled each time
LONGEST_BACK_OFF = 86_400.0
FORGET = 90_000.0  # seconds after which an idle host's record goes: longer than the longest back-off
AWAY_SECONDS = 5.0  # how long Redis is not tried again after it failed


@dataclass(frozen=True)
class Host:
    """What is known about the pace of one host. Times are seconds on the pace's clock."""

    ended_at: float = -1e9  # when the last request was over
    leased_until: float = 0.0  # a request is on its way
    rest: float = 0.0  # seconds between two requests, by the last one who asked
    failures: int = 0
    openings: int = 0  # how often in a row it was left alone
    parked_until: float = 0.0
    parked_for: str = ""  # "rate_limited" or "transient": why

    def wait(self, now: float, rest: float) -> float:
        """Seconds until it may be asked by someone who leaves it ``rest`` seconds, as far as can be told."""
        rest = max(rest, self.rest)
        wait = max(self.ended_at + rest, self.parked_until) - now
        if self.leased_until > now:
            wait = max(wait, rest, 0.05)  # someone asks it now; its rest begins when they are done
        return max(wait, 0.0)

    def granted(self, now: float, rest: float) -> Host:
        # ended_at is set now, too, for the case that nobody lives to tell when it was over.
        return replace(self, leased_until=now + LEASE, ended_at=now, rest=rest)

    def released(self, now: float, outcome: Outcome, factor: float) -> Host:
        host = replace(self, leased_until=0.0)
        if outcome == "not_sent":
            return replace(host, ended_at=now - self.rest)
        host = replace(host, ended_at=now)
        if outcome == "answered":
            return replace(host, failures=0, openings=0)
        host = replace(host, failures=self.failures + 1)
        # After a rest the first request is a probe: one more failure is enough to leave the host alone again.
        return host.backed_off(now, "transient", factor) if host.failures >= FAILURES else host

    def backed_off(self, now: float, why: str, factor: float) -> Host:
        seconds = min(BACK_OFF * 2**self.openings, LONGEST_BACK_OFF) * factor
        return replace(self.parked(now, seconds, why), openings=min(self.openings + 1, 10))

    def parked(self, now: float, seconds: float, why: str) -> Host:
        if now + seconds <= self.parked_until:
            return self
        return replace(self, parked_until=now + seconds, parked_for=why)


class Pace:
    """The pace of every host, kept in this process."""

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self._now = now or time.monotonic
        self._lock = threading.Lock()
        self._hosts: dict[str, Host] = {}

    def reserve(self, host: str, per_minute: float = 60.0, factor: float = 1.0) -> float:
        """Ask for the next turn: 0 means granted, else the seconds to wait. Who is granted must `release`."""
        rest = 60.0 / per_minute * factor

        def ask(state: Host, now: float) -> tuple[Host, float]:
            wait = state.wait(now, rest)
            return (state, wait) if wait > 0 else (state.granted(now, rest), 0.0)

        return self._change(host, ask)

    def release(self, host: str, outcome: Outcome = "answered", factor: float = 1.0) -> None:
        """The request is over; the host's rest begins. Five failures in a row leave it alone for a while."""
        self._change(host, lambda state, now: (state.released(now, outcome, factor), None))

    def park(self, host: str, seconds: float | None, why: str = "rate_limited", factor: float = 1.0) -> None:
        """Leave a host alone for so many seconds; None doubles the back-off each time."""

        def change(state: Host, now: float) -> tuple[Host, None]:
            if seconds is None:
                return state.backed_off(now, why, factor), None
            return state.parked(now, seconds, why), None

        self._change(host, change)

    def parked(self, host: str) -> tuple[float, str]:
        """Seconds that a host is still left alone, and why ("rate_limited", "transient"); else (0, "")."""

        def look(state: Host, now: float) -> tuple[Host, tuple[float, str]]:
            left = state.parked_until - now
            return state, (left, state.parked_for) if left > 0 else (0.0, "")

        return self._change(host, look)

    def _change(self, host: str, change: Callable[[Host, float], tuple[Host, T]]) -> T:
        with self._lock:
            now = self._now()
            state, result = change(self._hosts.get(host, Host()), now)
            self._hosts[host] = state
            if len(self._hosts) > 10_000:
                self._hosts = {name: kept for name, kept in self._hosts.items() if not _idle(kept, now)}
            return result


class SharedPace(Pace):
    """The pace of every host, kept in Redis for all processes; the clock is Redis's.

    While Redis is away each process keeps its own pace: slower than asked for nobody, unlimited for nobody.
    """

    def __init__(
        self, client: redis.Redis, now: Callable[[], float] | None = None, prefix: str = "earshot:pace:"
    ) -> None:
        super().__init__()
        self._client = client
        self._shared_now = now
        self._prefix = prefix
        self._away_until = 0.0

    @classmethod
    def at(cls, url: str) -> SharedPace:
        """A pace kept at a Redis URL, with short timeouts: a slow Redis must not hold up the work."""
        return cls(redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0))

    def _change(self, host: str, change: Callable[[Host, float], tuple[Host, T]]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                return self._change_shared(host, change)
            except redis.RedisError:
                self._away_until = time.monotonic() + AWAY_SECONDS
        return super()._change(host, change)

    def _change_shared(self, host: str, change: Callable[[Host, float], tuple[Host, T]]) -> T:
        key = self._prefix + host

        def attempt(pipe: Any) -> T:
            # The key is watched: if another process changes it before we write, this runs again.
            before = _read(pipe.get(key))
            now = self._shared_now() if self._shared_now else _seconds(pipe.time())
            after, result = change(before, now)
            pipe.multi()
            if after != before:
                longest = max(after.ended_at, after.leased_until, after.parked_until) - now
                pipe.set(key, json.dumps(asdict(after)), px=int((max(longest, 0) + FORGET) * 1000))
            return result

        result: T = self._client.transaction(attempt, key, value_from_callable=True)  # type: ignore[assignment,arg-type]  # untyped
        return result


def _read(raw: bytes | str | None) -> Host:
    try:
        return Host(**json.loads(raw)) if raw else Host()
    except (ValueError, TypeError):
        return Host()  # written by another version


def _seconds(redis_time: tuple[int, int]) -> float:
    return redis_time[0] + redis_time[1] / 1_000_000


def _idle(state: Host, now: float) -> bool:
    return max(state.ended_at, state.leased_until, state.parked_until) + FORGET < now
