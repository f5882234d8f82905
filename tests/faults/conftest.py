"""A made-up web, and a Valkey of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services import Services


@pytest.fixture
def valkey_of_its_own(tmp_path: Path) -> Iterator[str]:
    """The URL of a Valkey that nobody else uses."""
    services = Services(tmp_path, durable=False)
    try:
        yield services.start_valkey()
    finally:
        services.stop()
