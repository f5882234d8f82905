"""Makes .venv hold exactly what a lock file names: ``python3 tools/environment.py requirements.lock``.

Runs before anything is installed, so it uses the standard library only. uv installs about three times as
fast as pip; where uv cannot be had or fails, pip reads the same lock. uv does not read pip's configuration,
so a machine's own package index, certificates and wheel folders are handed over by environment variables.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)

# pip option -> uv's environment variable
FROM_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "proxy": "ALL_PROXY",
}
COMMA_SEPARATED = {"UV_FIND_LINKS"}


def uv_environment(pip_config: str) -> dict[str, str]:
    """uv's environment variables that mean the same as pip's configuration.

    ``pip_config`` is what ``pip config list`` prints: lines ``section.option='value'``, where the sections
    ``:env:`` and ``install`` outrank ``global`` as they do in pip.
    """
    found: dict[str, tuple[int, str]] = {}
    for line in pip_config.splitlines():
        place, _, quoted = line.partition("=")
        section, _, option = place.rpartition(".")
        variable = FROM_PIP.get(option)
        rank = {"global": 0, "install": 1, ":env:": 2}.get(section)
        if variable is None or rank is None:
            continue
        words = str(ast.literal_eval(quoted)).split()
        value = ("," if variable in COMMA_SEPARATED else " ").join(words)
        if variable not in found or rank >= found[variable][0]:
            found[variable] = (rank, value)
    # pip looks in every index and takes the best; with hashes in the lock that is safe for uv, too.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match"} | {name: value for name, (_, value) in found.items()}


def sync(lock: Path, folder: Path) -> None:
    """Create the virtual environment if need be and install the lock. Raises CalledProcessError."""
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"Making {folder.name} with Python {sys.version.split()[0]} ...", flush=True)
        venv.create(folder, with_pip=True, clear=folder.exists())
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    hashed = ["install", "--quiet", "--require-hashes", "-r"]
    try:
        subprocess.run([*pip, *hashed, str(ROOT / "requirements-uv.lock")], check=True)
        config = subprocess.run([*pip, "config", "list"], check=True, text=True, stdout=subprocess.PIPE)
        uv = [str(folder / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes"]
        environment = uv_environment(config.stdout) | os.environ
        subprocess.run([*uv, "--python", str(python), str(lock)], check=True, env=environment)
    except (subprocess.CalledProcessError, OSError):
        print("uv could not do it; trying pip, which takes longer ...", flush=True)
        subprocess.run([*pip, *hashed, str(lock)], check=True)


def main() -> int:
    """The command line: one argument, the lock's name."""
    if sys.version_info < OLDEST:
        version = sys.version.split()[0]
        print(f"Earshot needs Python 3.11 or newer; this is {version}. Try: make PYTHON=python3.11")
        return 1
    try:
        sync(ROOT / sys.argv[1], ROOT / ".venv")
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"Could not install {sys.argv[1]}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
