"""A small selection of ``make chaos``, with short leases: nothing is lost or doubled, whatever dies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
EVENTS = {"kill": 2, "term": 1, "flush": 1, "valkey": 1, "postgres": 1}


def test_nothing_is_lost_or_doubled_whatever_dies(tmp_path: Path) -> None:
    """What it must leave, and that work goes on after each event, is asserted by the program itself."""
    file = tmp_path / "found.json"
    numbers = [f"--{kind}={number}" for kind, number in EVENTS.items()]
    settings = ["--together", "--settings=tests.faults.settings", f"--json={file}"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.chaos", *numbers, *settings],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    [found] = json.loads(file.read_text())
    assert {row["event"]: row["number"] for row in found["rows"]} == EVENTS
    assert (found["lost"], found["doubled"], found["orphaned"], found["differences"]) == (0, 0, 0, [])
    answers = {row["event"]: row["answers"] for row in found["rows"]}
    assert "503" in answers["postgres"]
    for event in EVENTS.keys() - {"postgres"}:
        assert "503" not in answers[event], "pages go on without a worker, and without Valkey"
