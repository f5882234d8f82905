"""Child processes that never outlive the process that started them.

Three things see to it: an orderly ``stop``, the kernel's parent-death signal (Linux) for a parent that was
killed, and a lock file that every child holds open, so that the next start waits for stragglers.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

GRACE = 15.0  # seconds a child may take to stop before it is killed
MOST_ENDS, OF_LATE = 5, 300.0  # so often within so many seconds a process is started again
LARGEST_LOG = 5_000_000  # bytes; a bigger one is set aside when its process starts
PR_SET_PDEATHSIG = 1  # linux/prctl.h
libc = ctypes.CDLL(None)  # loaded before any fork


class ServiceError(Exception):
    """Something could not be started; the message is one line for the person at the terminal."""


@dataclass
class Child:
    """A running process, the signal that asks it to stop, and the file with what it printed."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals
    start: Callable[[], subprocess.Popen[bytes]]
    ends: list[float] = field(default_factory=list)  # when it ended by itself, on a clock that goes forward

    def start_again(self) -> None:
        """After it has died: the same once more, without what is left of the first. Raises ServiceError."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process = self.start()

    def has_died(self) -> bool:
        """Whether it is gone; it was not asked to."""
        return self.process.poll() is not None

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, indented."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def spawn(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    orphan_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    prepare: Callable[[], None] | None = None,
    keep: Iterable[int] = (),
) -> Child:
    """Start a process in a session of its own, so that Ctrl-C reaches only its parent.

    ``orphan_signal`` is what the kernel sends it should its parent be killed. ``prepare`` runs in the child
    before the program, ``keep`` are file descriptors the child goes on holding. Raises ServiceError.
    """
    parent = os.getpid()

    def in_child() -> None:
        if prepare:
            prepare()
        if sys.platform == "linux":  # after prepare: a change of user takes the signal back
            libc.prctl(PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent:
            os._exit(1)

    def start() -> subprocess.Popen[bytes]:
        # Mails are printed where no server sends them.
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            try:
                return subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                    start_new_session=True,
                    preexec_fn=in_child,  # the parent has no threads
                    user=user,
                    extra_groups=[] if user else None,
                    pass_fds=tuple(keep),
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise ServiceError(f"{name} could not be started: {error}") from error

    return Child(name, start(), log, stop_signal, start)


def pause(ends: Sequence[float], now: float) -> float | None:
    """Seconds until a process that ended by itself at these moments is started again: 1, 2, 4 ...

    None when it ended so often of late that something is wrong which starting again does not heal.
    """
    recent = [end for end in ends if now - end < OF_LATE]
    return 2.0 ** (len(recent) - 1) if len(recent) <= MOST_ENDS else None


def stop(children: Sequence[Child], grace: float = GRACE) -> list[str]:
    """Ask these children to stop, all at once, and wait; the names of those that had to be killed."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + grace
    killed = []
    for child in children:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            killed.append(child.name)
        with suppress(ProcessLookupError, PermissionError):  # the group may outlive its leader
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
    return killed


def wait_until(child: Child, ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until ``ready()``. Raises ServiceError when the child dies or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.has_died():
            raise ServiceError(
                f"{child.name} stopped while starting; {child.log} ends:\n{child.last_words()}"
            )
        if time.monotonic() > deadline:
            raise ServiceError(f"{child.name} did not answer within {seconds:.0f} s; see {child.log}")
        time.sleep(0.05)


def lock(file: Path, patience: float = GRACE) -> IO[str]:
    """Hold the data folder's lock; pass ``fileno()`` on to every child. Raises ServiceError when it is taken.

    When its first holder is dead, what still holds it are that one's children, about to stop: they get
    ``patience`` seconds.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = file.open("a+")
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip()
            if _is_alive(holder):
                raise ServiceError(
                    f"Earshot already runs on {file.parent} (process {holder}). Stop that one first, or set "
                    "EARSHOT_DATA to another folder and PORT to another number."
                ) from None
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"Processes of an earlier Earshot still hold {file}; end them, then try again."
                ) from None
            time.sleep(0.1)
        else:
            handle.truncate(0)
            handle.write(f"{os.getpid()}\n")
            handle.flush()
            return handle


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
