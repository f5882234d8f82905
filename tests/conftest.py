"""What every test may use, and what none may do: reach beyond this machine."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from playwright.sync_api import expect

from config import env
from tools import browser as browsers
from tools import messages

ROOT = Path(__file__).resolve().parent.parent
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))  # tests run side by side
HAS_VALKEY = "REDIS_URL" in os.environ

# A machine that does other work beside the tests may be slow to answer; what is not there fails all the same.
expect.set_options(timeout=20_000)
# Playwright runs an event loop in the thread in which tests use the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def shared(path: str = "") -> Path:
    """A file or folder of the shared test material, which is no part of the project.

    ``EARSHOT_SHARED`` says where it is (default: beside the project). Where it is missing the test is
    skipped, loudly; with ``CI=true`` or ``REQUIRE_SHARED=1`` it fails.
    """
    found = Path(os.environ.get("EARSHOT_SHARED") or ROOT.parent / "shared").resolve() / path
    if not found.exists():
        message = f"shared test material is missing: {found} (set EARSHOT_SHARED)"
        if os.environ.get("CI") == "true" or os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    return found


def pytest_configure() -> None:
    """Give each worker a Valkey database of its own, before Django connects to any; compile the Swedish."""
    messages.compile_all()
    # Run without services, nothing here may touch the Valkey of a running Earshot.
    url = env.redis_database(settings.REDIS_URL, 1 + WORKER) if HAS_VALKEY else "unix:///run-it-by-make-test"
    settings.REDIS_URL = url
    settings.CELERY_BROKER_URL = env.broker(url)
    if HAS_VALKEY:
        settings.CACHES["default"]["LOCATION"] = url
    else:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.WHITENOISE_AUTOREFRESH = True  # else each test client lists all static files anew
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nobody's secrets


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """What runs in which process, see scheduling.py."""
    from tests.scheduling import ByFileAndWorld

    return ByFileAndWorld(config, log)


@pytest.fixture(scope="session")
def valkey() -> Iterator[redis.Redis | None]:
    """A connection to this worker's Valkey database; None when tests run without services."""
    if not HAS_VALKEY:
        yield None
        return
    with redis.Redis.from_url(settings.REDIS_URL) as connection:
        yield connection


@pytest.fixture(autouse=True)
def nothing_remembered(valkey: redis.Redis | None) -> None:
    """Caches, rate limits, pace and queues start empty in every test."""
    if valkey is not None:
        valkey.flushdb()


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the tests run, to each this web server is a new one, which waits before it warns."""
    monkeypatch.setattr("listening.pulse.STARTED", time.monotonic())


def is_local(address: Any) -> bool:
    """Whether a socket's address is a file or on the loopback interface."""
    if not isinstance(address, tuple):
        return True
    return str(address[0]) in ("", "localhost", "::1") or str(address[0]).startswith("127.")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """A test that reaches beyond loopback fails, whatever the code under test catches."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_getaddrinfo = socket.getaddrinfo

    def check(address: Any) -> None:
        if not is_local(address):
            pytest.fail(f"A test tried to reach {address!r}; tests stay on this machine.")

    def connect(self: socket.socket, address: Any) -> None:
        check(address)
        return real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return real_connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        if not name.replace(".", "").isdigit() and ":" not in name:  # a number needs no question
            check((name,))
        return real_getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine, without its own phone calls (for pytest-playwright)."""
    found = browsers.find()
    if found is None:
        pytest.fail(browsers.MISSING, pytrace=False)
    return {**browser_type_launch_args, "executable_path": str(found), "args": browsers.ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A screen as people have, and English until a test asks for Swedish."""
    return {**browser_context_args, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
