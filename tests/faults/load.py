"""What people and the world do meanwhile: open pages, click "scan now", write blogs; and feeds fall due."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, cycle

import httpx
import psycopg

from tests.replay import ReplayServer
from tests.replay.world import BRANDS

PAGES = ("", "mentions/", "scans/", "sources/")
EVERY = 0.2  # seconds between two requests of the browser
BUSY = 3.0  # seconds between two clicks, posts and due feeds


@dataclass
class Load:
    """Runs in threads of its own, and bears it when nobody answers."""

    web: ReplayServer
    url: str
    cookies: dict[str, str]
    database_url: str
    places: list[str]  # codes of workspaces that Alice has open
    answers: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Load:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._browse, self._happen)]
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join(30)

    def _browse(self) -> None:
        """One page after the other, and now and then "scan now"."""
        clicked = time.monotonic()
        with httpx.Client(base_url=self.url, cookies=self.cookies, timeout=20, trust_env=False) as browser:
            for place, page in zip(cycle(self.places), cycle(PAGES), strict=False):
                if self._over.wait(EVERY):
                    return
                path = f"/w/{place}/"
                try:
                    answer = browser.get(path + page)
                    self.answers[str(answer.status_code)] += 1
                    if time.monotonic() - clicked > BUSY and answer.status_code == 200:
                        clicked = time.monotonic()
                        token = answer.text.partition('"X-CSRFToken": "')[2].partition('"')[0]
                        sent = browser.post(f"{path}scans/now/", headers={"X-CSRFToken": token})
                        self.answers[str(sent.status_code)] += 1
                except httpx.HTTPError as error:
                    self.answers[type(error).__name__] += 1

    def _happen(self) -> None:
        """The blog writes about a brand, and all feeds fall due."""
        for number, brand in zip(count(1), cycle(BRANDS)):  # noqa: B905  # both are endless
            if self._over.wait(BUSY):
                return
            self.web.add("blog", f"Cup notes of today, number {number}: {brand.name} again.")
            with suppress(psycopg.OperationalError), psycopg.connect(self.database_url) as connection:
                connection.execute("UPDATE listening_feed SET due_at = now() WHERE lease_until IS NULL")
