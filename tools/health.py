"""Whether a process of Earshot is well: ``python tools/health.py web``, ``worker`` or ``beat``.

Containers ask this every minute, so it loads neither Django nor Celery. The web server is asked for
``/healthz``. Worker and beat leave a sign in the data folder with each task done or sent
(``config/celery.py``): a process can be connected and deaf, so being there does not count. With ``--restart``
one that left no sign for too long is ended, so that whoever watches over it starts a new one: Docker restarts
what has ended, not what is ill.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

LONGEST = 120.0  # seconds without a sign
ANSWER_WITHIN = 5.0  # seconds
REACHED_BY = {"0.0.0.0": "127.0.0.1", "::": "::1"}
ROOT = Path(__file__).resolve().parent.parent


def sign(data: Path, name: str) -> Path:
    """The file whose age says when the process last did something; it holds the process's number."""
    return data / "alive" / name


def leave_sign(data: Path, name: str, process: int) -> None:
    """Says that the process has done something just now."""
    file = sign(data, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(str(process))


def web() -> str:
    """What is wrong with the web server, "" when nothing is."""
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    connection = http.client.HTTPConnection(REACHED_BY.get(host, host), port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"The web server does not answer: {error}"
    finally:
        connection.close()
    return "" if status == 200 else f"The web server answers with status {status}."


def by_sign(name: str, restart: bool) -> str:
    """What is wrong with the process that leaves this sign, "" when nothing is."""
    file = sign(Path(os.environ.get("EARSHOT_DATA") or ROOT / ".local"), name)
    try:
        age = time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return f"{name} has not started: there is no {file}."
    if age <= LONGEST:
        return ""
    if restart:
        end(int(file.read_text() or 0), signal.SIGTERM if age <= 2 * LONGEST else signal.SIGKILL)
    return f"{name} has done nothing for {age:.0f} seconds."


def end(process: int, how: signal.Signals) -> None:
    """Ends the process, if its number has not passed to something else."""
    with suppress(OSError):
        if b"celery" in Path(f"/proc/{process}/cmdline").read_bytes():
            os.kill(process, how)


def main(arguments: list[str]) -> int:
    """The command line, see above."""
    kinds = {"web": "", "worker": f"celery@{socket.gethostname()}", "beat": "beat"}
    words = [word for word in arguments if word != "--restart"]
    if len(words) != 1 or words[0] not in kinds:
        print(__doc__)
        return 2
    name = kinds[words[0]]
    wrong = by_sign(name, "--restart" in arguments) if name else web()
    print(wrong or "well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
