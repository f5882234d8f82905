"""Finds a Chromium for the browser tests, or installs one: ``python tools/browser.py``.

Looked for: $CHROME_BIN, the PATH, the usual folder on macOS, a browser of Playwright's. Tried when there is
none: Debian's package (as root), Playwright's download, the one in an npm package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNPACKED = ROOT / ".local" / "chromium"  # where the npm package's browser goes
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = (
    "The browser tests need Chromium and none could be found or installed: install Chromium or Google Chrome "
    "and, if it is in an unusual place, set CHROME_BIN to it."
)
NPM_PACKAGE = "@sparticuz/chromium@153"  # MIT; a Chromium for Linux that needs no installing

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--metrics-recording-only",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def find() -> Path | None:
    """The Chromium to use, None when there is none on this machine."""
    if chosen := os.environ.get("CHROME_BIN"):
        return Path(chosen) if os.access(chosen, os.X_OK) else None
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    own = [Path(path) for path in ON_MACOS] + [UNPACKED / "chromium.sh"] + _playwright_browsers()
    return next((path for path in own if os.access(path, os.X_OK)), None)


def _playwright_browsers() -> list[Path]:
    caches = [Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright"]
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        caches.insert(0, Path(chosen))
    programs = ("headless_shell", "chrome-headless-shell", "chrome", "Chromium", "Google Chrome for Testing")
    found = [path for cache in caches for name in programs for path in cache.glob(f"chromium*/**/{name}")]
    return sorted(path for path in found if path.is_file())


def _run(*command: str, seconds: float = 600) -> bool:
    """Run an installer quietly; whether it worked."""
    print("  " + " ".join(command), flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        result = subprocess.run(
            command, env=environment, timeout=seconds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def install_from_debian() -> None:
    """As root on Debian and its children."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
        if not _run(*install) and _run("apt-get", "update"):
            _run(*install)


def install_from_playwright() -> None:
    """Into Playwright's cache; needs its download servers and, on Linux, the usual system libraries."""
    _run(sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")


def install_from_npm() -> None:
    """Unpack the npm package's brotli files into .local/chromium; Linux on x86_64 only."""
    if sys.platform != "linux" or not shutil.which("npm"):
        return
    import brotli  # of the project's own dependencies, so not needed when this file is imported

    with tempfile.TemporaryDirectory() as folder:
        if not _run("npm", "pack", "--silent", "--pack-destination", folder, NPM_PACKAGE):
            return
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            package.extractall(folder, filter="data")
        UNPACKED.mkdir(parents=True, exist_ok=True)
        for packed in (Path(folder) / "package" / "bin").rglob("*.br"):
            content = brotli.decompress(packed.read_bytes())
            if packed.stem.endswith(".tar"):
                archive = Path(folder) / packed.stem
                archive.write_bytes(content)
                with tarfile.open(archive) as files:
                    files.extractall(UNPACKED, filter="data")
            else:
                (UNPACKED / packed.stem).write_bytes(content)
    (UNPACKED / "chromium").chmod(0o755)
    script = UNPACKED / "chromium.sh"
    script.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{UNPACKED}/lib:{UNPACKED}/al2023/lib" FONTCONFIG_PATH="{UNPACKED}/fonts"\n'
        f'exec "{UNPACKED}/chromium" --headless=shell --single-process --no-zygote "$@"\n'
    )
    script.chmod(0o755)


def works(program: Path) -> bool:
    """Whether it starts."""
    return _answer(program).startswith(("Chromium", "Google Chrome", "HeadlessChrome"))


def _answer(program: Path) -> str:
    try:
        result = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip()


def main() -> int:
    """Says which browser the tests will use, installing one if need be; 1 when there is none."""
    found = find()
    if found is None and not os.environ.get("CHROME_BIN"):
        print("No Chromium found; trying to install one ...", flush=True)
        for install in (install_from_debian, install_from_playwright, install_from_npm):
            install()
            if found := find():
                break
    if found is None or not works(found):
        print(MISSING, file=sys.stderr)
        return 1
    print(f"Browser tests use {found} ({_answer(found)}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
