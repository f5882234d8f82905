"""A whole Earshot on services of its own, and the verbs that hurt it."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from config.services import Services
from tests.faults.crew import Crew
from tests.replay import ReplayServer

LONGEST = 300.0  # seconds that anything here may take
ENOUGH = 5  # rows that are due when something happens
# What changes of a row when a worker has had it in its hands; being handed out changes none of these.
ROWS = """
    SELECT 'fetch ' || f.id, (f.pages, f.state, f.attempts, f.due_at)::text, f.due_at <= now()
    FROM listening_fetch f WHERE f.state IN ('waiting', 'running')
    UNION ALL
    SELECT 'feed ' || d.id, (d.polled_at, d.attempts, d.due_at)::text, d.due_at <= now() FROM listening_feed d
"""


@dataclass
class Company:
    """The whole installation, and the verbs that hurt it. Each returns when the service is back."""

    folder: Path
    services: Services
    crew: Crew
    web: ReplayServer
    chance: random.Random

    def kill(self) -> None:
        """The worker and one of its pool in turn, by chance."""
        if self.chance.random() < 0.5:
            self.crew.kill_worker()
            self.crew.running["worker"].start_again()
        else:
            with suppress(OSError):  # it has just ended by itself
                self.crew.kill_one_of_the_pool()

    def term(self) -> None:
        self.crew.stop_worker()
        self.crew.running["worker"].start_again()

    def flush(self) -> None:
        with redis.Redis.from_url(self.crew.redis_url) as connection:
            connection.flushall()

    def valkey(self) -> None:
        """In good order or killed, and away for some seconds."""
        self._restart("Valkey", self.chance.choice((signal.SIGTERM, signal.SIGKILL)), self._pongs)

    def postgres(self) -> None:
        """Fast shutdown or a crash, and away for some seconds."""
        self._restart("PostgreSQL", self.chance.choice((signal.SIGINT, signal.SIGKILL)), self._answers)

    def _restart(self, name: str, how: signal.Signals, is_back: Callable[[], bool]) -> None:
        [child] = [one for one in self.services.running if one.name == name]
        child.process.send_signal(how)
        child.process.wait()
        time.sleep(self.chance.uniform(0, 4))
        child.start_again()
        end = time.monotonic() + LONGEST
        while not is_back():
            assert time.monotonic() < end, child.last_words(30)
            if child.has_died():  # what is left of the first one holds the memory for a moment
                child.start_again()
            time.sleep(0.05)

    def _pongs(self) -> bool:
        with suppress(redis.RedisError), redis.Redis.from_url(self.crew.redis_url) as connection:
            return bool(connection.ping())
        return False

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.crew.database_url).close()
            return True
        return False

    def at_some_moment(self, act: Callable[[], None]) -> None:
        """In the middle of a request to the web, or at any moment; returns when ``act`` has."""
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0, 2))
            act()
            return
        asked, further = self.web.log()["requests"], self.chance.randint(1, 7)
        reached, go_on = threading.Event(), threading.Event()

        def hold(number: int) -> None:
            if number >= asked + further and not reached.is_set():
                reached.set()
                go_on.wait(2)  # it is answered only when the one who asked may be dead

        self.web.before_answer = hold
        reached.wait(5)
        self.web.before_answer = None
        act()
        go_on.set()


class Rows:
    """Watches the rows that fall due, on a connection of its own that comes back by itself."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._connection: psycopg.Connection[Any] | None = None

    def look(self) -> dict[str, tuple[str, bool]]:
        """Row to (what changes when it is worked on, is it due)."""
        end = time.monotonic() + LONGEST
        while True:
            try:
                if self._connection is None:
                    self._connection = psycopg.connect(self._crew.database_url, autocommit=True)
                return {name: (state, bool(due)) for name, state, due in self._connection.execute(ROWS)}
            except psycopg.OperationalError:
                self._connection = None
                assert time.monotonic() < end, "PostgreSQL does not come back"
                time.sleep(0.1)

    def wait_for_work(self) -> None:
        """Until something is due, so that an event has something to hit."""
        end = time.monotonic() + LONGEST
        while sum(due for _, due in self.look().values()) < ENOUGH:
            self._crew.revive()
            assert time.monotonic() < end, self._crew.said()
            time.sleep(0.05)

    def started_again(self, since: float, patient: bool) -> tuple[float, float]:
        """Seconds since then until the first, and until each, of the rows that are due now was worked on.

        Not ``patient``, it does not wait for each.
        """
        before = {name: state for name, (state, due) in self.look().items() if due}
        first = 0.0
        left = set(before)
        while left and (patient or len(left) == len(before)):
            time.sleep(0.1)
            self._crew.revive()
            now = self.look()
            left = {name for name in left if name in now and now[name][0] == before[name]}
            if not first and len(left) < len(before):
                first = time.monotonic() - since
            assert time.monotonic() - since < LONGEST, f"{sorted(left)} wait.\n{self._crew.said()}"
        return first, time.monotonic() - since


@contextmanager
def company(folder: Path, settings: str, chance: random.Random) -> Iterator[Company]:
    """Services and database; the crew is not started yet."""
    folder.chmod(0o711)  # PostgreSQL may have to run as another user
    with ReplayServer() as web:
        services = Services(folder)
        try:
            crew = Crew(folder, settings, services.start_postgres(), services.start_valkey(), web.url)
            os.environ.update(crew.environment)
            yield Company(folder, services, crew, web, chance)
        finally:
            services.stop()
