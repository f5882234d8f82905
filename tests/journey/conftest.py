"""One Earshot, one browser and one person for a whole journey; its steps are tests that follow each other."""

from __future__ import annotations

import re
import signal
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from config import env
from tests.conftest import shared
from tests.journey.webs import WEBS, Web
from tests.recorded import EVERYTHING
from tests.replay import SEARXNG
from tests.running import Earshot

PACE_FACTOR = 0.002  # a second between two requests becomes 2 ms, and Reddit’s minute 120
NARROW = 390  # pixels, a phone


@dataclass
class Trip:
    """What the steps share: the page, the web under it, and what earlier steps found out."""

    web: Web
    earshot: Earshot
    page: Page
    files: Path  # what was downloaded
    said: list[str] = field(default_factory=list)  # by the browser's console
    notes: dict[str, Any] = field(default_factory=dict)
    stopped_at: str = ""  # the first step that failed

    @property
    def workspace(self) -> str:
        """The address of the workspace, with a slash at its end."""
        found = re.match(r"https?://[^/]+/w/[0-9a-f-]{36}/", self.page.url)
        return str(self.notes.setdefault("workspace", found[0] if found else ""))

    def open(self, place: str = "") -> None:
        """Goes to a page of the workspace."""
        self.page.goto(self.workspace + place)

    def visit(self, href: str | None) -> None:
        """Goes where a link leads, as a page of its own."""
        self.page.goto(urljoin(self.earshot.url, href or ""))

    def the_plan_falls_due(self) -> None:
        """As if the night were over: the plan is due, and feeds were not read a moment ago."""
        with psycopg.connect(env.embedded_database_url(self.earshot.data)) as connection:
            connection.execute("update listening_feed set polled_at = polled_at - interval '10 minutes'")
            connection.execute("update listening_scanplan set due_at = now()")

    def fits_a_phone(self) -> None:
        """Nothing on this page scrolls sideways on a phone."""
        self.page.wait_for_load_state()
        size = self.page.viewport_size
        assert size
        self.page.set_viewport_size({"width": NARROW, "height": 800})
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(size)
        assert width <= NARROW, f"{self.page.url} is {width} pixels wide"


def webs() -> list[str]:
    """The recorded one; where it is missing also ours, and the tests on the other say that it is missing."""
    try:
        shared("recorded_web")
    except (pytest.skip.Exception, pytest.fail.Exception):
        return list(WEBS)
    return list(WEBS) if EVERYTHING else ["recorded"]


@pytest.fixture(scope="module", params=webs())
def trip(
    request: pytest.FixtureRequest, browser: Browser, browser_context_args: dict[str, Any]
) -> Iterator[Trip]:
    """A fresh Earshot on one of the webs, and an empty browser in front of it."""
    web = WEBS[request.param]()
    web.start()
    settings = {
        "OUTBOUND_REPLAY_URL": web.url,
        "OUTBOUND_PACE_FACTOR": str(PACE_FACTOR),
        "SEARXNG_URL": SEARXNG,
        "DJANGO_SETTINGS_MODULE": "tests.quick_settings",
    }
    try:
        with tempfile.TemporaryDirectory(prefix="journey-") as folder:
            earshot = Earshot(Path(folder) / "data", settings).start()
            context = browser.new_context(**browser_context_args)
            try:
                yield _begin(web, earshot, context.new_page(), Path(folder))
            finally:
                context.close()
                earshot.end(signal.SIGTERM)
    finally:
        web.stop()


def _begin(web: Web, earshot: Earshot, page: Page, files: Path) -> Trip:
    """Listens to the browser's console: an error, or a breach of the site's own policy, fails the step."""
    trip = Trip(web, earshot, page, files)
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: trip.said.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: trip.said.append(f"{page.url}: {message.text}") if message.type == "error" else None,
    )
    return trip


@pytest.fixture(autouse=True)
def step(trip: Trip) -> Iterator[None]:
    """Leaves out what comes after a failed step; what the console complained of fails this one."""
    if trip.stopped_at:
        pytest.skip(f"the journey stopped: {trip.stopped_at.partition(',')[0]}")
    yield
    said, trip.said[:] = list(trip.said), []
    assert said == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Ends the journey at its first failure, and keeps what the browser showed."""
    report = yield
    trip = getattr(item, "funcargs", {}).get("trip")
    if report.failed and isinstance(trip, Trip) and not trip.stopped_at:
        shot = Path(tempfile.gettempdir()) / f"{re.sub(r'[^a-z-]+', '-', item.name)}.png"
        trip.stopped_at = f"{item.name}, at {trip.page.url}, see {shot}"
        trip.page.screenshot(path=shot, full_page=True)
        log = trip.earshot.data / "logs" / "web.log"
        report.sections += [("the browser", trip.stopped_at), ("web.log", log.read_text()[-3000:])]
    return report
