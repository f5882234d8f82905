"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
