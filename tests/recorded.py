"""The recorded web: a server of the shared test material that plays the public web, and knows the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from listening import net
from tests.conftest import shared

SEARXNG = "http://searx.local"
EVERYTHING = os.environ.get("TEST_EVERYTHING") == "1"  # also what would only prove the same once more


@dataclass
class RecordedWeb:
    """One running server. Use it as a context manager, or ``start`` and ``stop`` it.

    ``world``: "airlines" or "tech". ``faults``: a fault plan, see its faults.py. The corpora are shifted so
    that the newest post is five minutes old; ids are the same at every start.
    """

    world: str = "airlines"
    faults: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> RecordedWeb:
        folder = shared("recorded_web")
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(folder / "serve.py"), "--port", "0", "--data", str(shared("samples"))),
                *(
                    "--world",
                    str(folder / "worlds" / f"{self.world}.json"),
                    "--shift-to-now",
                    "--reddit-interval",
                    "0",
                ),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()  # "recorded web on http://127.0.0.1:PORT pid N"
        if not line:
            raise RuntimeError(f"the recorded web did not start (exit code {self.process.wait()})")
        self.url = line.split(" on ")[1].split()[0]
        if self.faults:
            self.post("/_faults", self.faults)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            if self.process.stdout is not None:
                self.process.stdout.close()
            self.process = None

    def __enter__(self) -> RecordedWeb:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def client(self, pace: net.Pace | None = None, **settings: Any) -> net.Client:
        """The real client, set to ask this server for everything. Without ``pace`` it never waits."""
        chosen = {
            "agent": "Earshot/test (+https://earshot.example; test@earshot.example)",
            "searxng_url": SEARXNG,
        }
        return net.Client(net.Settings(**{**chosen, "replay_url": self.url, **settings}), pace)

    def get(self, path: str, **query: Any) -> Any:
        """One of the server's own pages as JSON; list values repeat their name."""
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        with urlopen(f"{self.url}{path}{asked}", timeout=60) as reply:
            return json.load(reply)

    def post(self, path: str, body: Any) -> Any:
        request = Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def truth(self, term: list[str] | str, **query: Any) -> Any:
        """What is there to be found: counts and, under "items", every id. ``phrase=1``, ``exclude``,
        ``source``, ``tag``, ``since`` and ``until`` as in its README."""
        return self.get("/_truth/counts", term=term, ids=1, **query)

    def threads(self, brand: str, **query: Any) -> Any:
        """The threads about a brand, and where it takes part."""
        return self.get("/_truth/threads", brand=brand, ids=1, **query)

    def presence(self) -> dict[str, dict[str, int]]:
        """Today's numbers per brand and system."""
        return dict(self.get("/_truth/presence")["brands"])

    def brands(self) -> list[dict[str, Any]]:
        """The world's brands with their handles, terms and tags."""
        return list(self.get("/_world")["brands"])

    def log(self, host: str = "", n: int = 5000) -> Any:
        """Recent requests, and per host how often and how fast we asked."""
        return self.get("/_log", n=n, **({"host": host} if host else {}))

    def add(self, source: str, text: str, **about: Any) -> Any:
        """One more post, now: ``brand`` whom it is about, ``by`` which brand wrote it, ``reply_to``."""
        return self.post("/_add", {"source": source, "text": text, **about})

    def reset(self) -> Any:
        """Takes the added posts away."""
        return self.get("/_reset")

    def clock(self, days: int) -> Any:
        """Moves the day of all presence values."""
        return self.get("/_clock", days=days)
