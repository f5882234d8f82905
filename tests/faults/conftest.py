"""A made-up web, a workspace that listens to it, and a crew that scans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import Services
from tests.faults.crew import Crew
from tests.replay import ReplayServer


@pytest.fixture
def web() -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        yield server


@pytest.fixture
def valkey_of_its_own(tmp_path: Path) -> Iterator[str]:
    """The URL of a Valkey that nobody else uses, so that it can be emptied."""
    services = Services(tmp_path, durable=False)
    try:
        yield services.start_valkey()
    finally:
        services.stop()


@pytest.fixture
def crew(transactional_db: None, tmp_path: Path, valkey_of_its_own: str, web: ReplayServer) -> Iterator[Crew]:
    """Not started yet. It is gone before the database is emptied."""
    found = Crew(tmp_path, valkey_of_its_own, web.url)
    yield found
    found.stop()
