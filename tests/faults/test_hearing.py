"""A worker that is connected and hears nothing ends by itself, and says why."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from celery import Celery

from config import env
from config.hearing import DEAF, Hearing
from config.management.commands.dev import worker_command
from config.processes import Child, spawn, stop, wait_until


class Clock:
    def __init__(self) -> None:
        self.time = 0.0
        self.calls: list[float] = []
        self.broker_is_away = False

    def now(self) -> float:
        return self.time

    def call(self) -> None:
        if self.broker_is_away:
            raise ConnectionError("refused")
        self.calls.append(self.time)


def deaf_at(clock: Clock, hearing: Hearing, until: float) -> float | None:
    """Looks every five seconds; when it was found to be deaf."""
    while clock.time < until:
        clock.time += 5
        if hearing.is_deaf(40):
            return clock.time
    return None


def test_who_hears_something_now_and_then_is_never_called() -> None:
    clock = Clock()
    hearing = Hearing(clock.call, clock.now)
    for _ in range(20):
        assert deaf_at(clock, hearing, clock.time + 5) is None
        hearing.heard(request=None)
    assert clock.calls == []


def test_who_is_called_and_hears_nothing_is_deaf() -> None:
    clock = Clock()
    assert deaf_at(clock, Hearing(clock.call, clock.now), 1000) == 40
    assert clock.calls == [10, 15, 20, 25, 30, 35]


def test_who_cannot_be_called_is_not_deaf_and_gets_its_time_when_the_broker_is_back() -> None:
    clock = Clock()
    hearing = Hearing(clock.call, clock.now)
    clock.broker_is_away = True
    assert deaf_at(clock, hearing, 200) is None
    clock.broker_is_away = False
    assert deaf_at(clock, hearing, 1000) == 240


@pytest.fixture
def worker(tmp_path: Path, valkey_of_its_own: str) -> Child:
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "EARSHOT_DATA": str(tmp_path),
        "REDIS_URL": valkey_of_its_own,
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
    }
    return spawn(
        "worker",
        [sys.executable, "-m", *worker_command(), "--hostname=ears"],
        tmp_path / "logs" / "worker.log",
        environment=environment,
        orphan_signal=signal.SIGKILL,
    )


@pytest.mark.services
def test_a_real_worker_calls_itself_and_ends_when_it_hears_nothing(
    worker: Child, valkey_of_its_own: str
) -> None:
    def has_said(words: str) -> bool:
        return words in worker.log.read_text()

    try:
        wait_until(worker, lambda: has_said("Task config.hark"), 120)  # there is no beat, so it calls itself
        wait_until(worker, lambda: worker.log.read_text().count("Task config.hark") >= 5, 120)
        with Celery(broker=env.broker(valkey_of_its_own)) as app:  # nothing but its ears is taken from it
            app.conf.broker_transport_options = {"global_keyprefix": "celery:"}
            for queue in ("now", "later", "celery@ears.dq2"):
                assert app.control.cancel_consumer(queue, reply=True, timeout=20, limit=1)
        worker.process.wait(120)
        assert worker.process.returncode == DEAF
        assert has_said("hears no messages any more")
    finally:
        stop([worker])
