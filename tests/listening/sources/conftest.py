"""The recorded web, once for each file that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.recorded import RecordedWeb


@pytest.fixture(scope="module")
def airlines() -> Iterator[RecordedWeb]:
    with RecordedWeb("airlines") as web:
        yield web


@pytest.fixture(scope="module")
def tech() -> Iterator[RecordedWeb]:
    with RecordedWeb("tech") as web:
        yield web


@pytest.fixture(params=["airlines", "tech"])
def web(request: pytest.FixtureRequest) -> RecordedWeb:
    found: RecordedWeb = request.getfixturevalue(request.param)
    return found
