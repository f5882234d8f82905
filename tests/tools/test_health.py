"""A process that does nothing any more is found out, and ended where that is wanted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools import health

WORKER = f"celery@{socket.gethostname()}"


def ask(data: Path, *words: str, **settings: str) -> tuple[int, str]:
    """As a container's health check asks."""
    done = subprocess.run(
        [sys.executable, "tools/health.py", *words],
        cwd=ROOT, env=os.environ | {"EARSHOT_DATA": str(data)} | settings, text=True, capture_output=True,
    )  # fmt: skip
    assert not done.stderr
    return done.returncode, done.stdout.strip()


def left_a_sign(data: Path, name: str, process: int, seconds: float) -> None:
    health.leave_sign(data, name, process)
    then = time.time() - seconds
    os.utime(health.sign(data, name), (then, then))


@pytest.fixture
def deaf() -> Iterator[subprocess.Popen[bytes]]:
    """Something with “celery” in its command that does nothing."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "celery"]) as process:
        while b"celery" not in Path(f"/proc/{process.pid}/cmdline").read_bytes():
            time.sleep(0.01)
        yield process
        process.kill()


@pytest.mark.parametrize(("kind", "name"), [("worker", WORKER), ("beat", "beat")])
def test_who_did_something_within_two_minutes_is_well(tmp_path: Path, kind: str, name: str) -> None:
    code, said = ask(tmp_path, kind)
    assert code == 1 and "has not started" in said
    left_a_sign(tmp_path, name, 1, health.LONGEST - 20)
    assert ask(tmp_path, kind) == (0, "well")
    left_a_sign(tmp_path, name, 1, health.LONGEST + 20)
    assert ask(tmp_path, kind) == (1, f"{name} has done nothing for 140 seconds.")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_deaf_worker_is_asked_to_end_then_killed(tmp_path: Path, deaf: subprocess.Popen[bytes]) -> None:
    left_a_sign(tmp_path, WORKER, deaf.pid, health.LONGEST + 20)
    assert ask(tmp_path, "worker")[0] == 1 and deaf.poll() is None, "nobody said --restart"
    assert ask(tmp_path, "worker", "--restart")[0] == 1
    assert deaf.wait(10) == -signal.SIGTERM


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_one_that_does_not_end_is_killed(tmp_path: Path, deaf: subprocess.Popen[bytes]) -> None:
    left_a_sign(tmp_path, WORKER, deaf.pid, 2 * health.LONGEST + 20)
    assert ask(tmp_path, "worker", "--restart")[0] == 1
    assert deaf.wait(10) == -signal.SIGKILL


def test_a_number_that_passed_to_something_else_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        left_a_sign(tmp_path, WORKER, other.pid, 3 * health.LONGEST)
        assert ask(tmp_path, "worker", "--restart")[0] == 1
        assert other.poll() is None
        other.kill()


def test_a_web_server_that_does_not_answer_is_not_well(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, said = ask(tmp_path, "web", PORT=str(port), HOST="0.0.0.0")
    assert code == 1 and "does not answer" in said


def test_asked_wrongly_it_says_how(tmp_path: Path) -> None:
    assert ask(tmp_path)[0] == ask(tmp_path, "cook")[0] == 2


def test_asking_costs_little() -> None:
    """Every container asks every minute: neither Django nor Celery may be loaded for it."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys; from tools import health; print(*sys.modules)"],
        cwd=ROOT, text=True, capture_output=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"django", "celery", "config", "redis"} & set(loaded)
