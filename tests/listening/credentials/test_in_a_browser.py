"""Alice enters an app password into a whole Earshot, scans, and hears Bluesky; nobody finds the password."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.listening.credentials.entrusting import WRONG
from tests.make import PASSWORD
from tests.replay import ReplayServer
from tests.replay.bluesky import ACCESS, ACCOUNT, APP_PASSWORD, REFRESH, worded
from tests.running import Earshot

pytestmark = [pytest.mark.browser, pytest.mark.services]

SECRETS = (APP_PASSWORD, WRONG, ACCESS, REFRESH)
PEOPLE = """
from tests.make import make_brand, make_member, make_search, make_user, make_workspace
workspace = make_workspace(make_user("Alice"))
make_member(workspace, make_user("Bob"))
make_search(workspace, '"Fjällvik Coffee"', make_brand(workspace))
print(workspace.code)
"""


@pytest.fixture(scope="module")
def earshot(web: ReplayServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Earshot]:
    """A fresh Earshot on the made-up web."""
    data = tmp_path_factory.mktemp("entrusted") / "data"
    settings = {
        "OUTBOUND_REPLAY_URL": web.url,
        "OUTBOUND_PACE_FACTOR": "0.001",
        "DJANGO_SETTINGS_MODULE": "tests.quick_settings",
    }
    running = Earshot(data, settings).start()
    try:
        yield running
    finally:
        running.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def home(earshot: Earshot) -> str:
    """The address of the workspace of Alice (owner) and Bob (viewer)."""
    unset = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", PEOPLE],
        cwd=ROOT,
        env={**environment, "EARSHOT_DATA": str(earshot.data)},
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{earshot.url}w/{made.stdout.split()[-1]}/"


def log_in(page: Page, home: str, name: str) -> None:
    page.goto(home)
    page.get_by_label("Email").fill(f"{name.lower()}@fjallvik.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(home)


def enter(page: Page, password: str) -> None:
    page.get_by_label("Handle").fill(ACCOUNT)
    page.get_by_label("App password").fill(password)
    page.get_by_role("button", name="Save and check").click()


def holds_no_secret(page: Page) -> None:
    """Neither in the page's HTML nor in a field."""
    values = page.evaluate("[...document.querySelectorAll('input')].map(one => one.value)")
    shown = page.content() + " ".join(values)
    assert [secret for secret in SECRETS if secret in shown] == []


def test_she_enters_an_app_password_and_hears_bluesky(
    earshot: Earshot, home: str, page: Page, web: ReplayServer
) -> None:
    page.set_default_timeout(20_000)
    log_in(page, home, "Alice")
    page.goto(home + "sources/")
    expect(page.get_by_text("Searching Bluesky needs an app password.")).to_be_visible()
    page.get_by_role("link", name="Details Bluesky").click()
    expect(page.get_by_role("heading", name="Bluesky", level=1)).to_be_visible()

    enter(page, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("This is no app password")
    enter(page, WRONG)
    expect(page.get_by_role("alert")).to_contain_text("refused this handle with this app password")
    expect(page.get_by_label("App password")).to_have_value("")
    expect(page.get_by_label("Handle")).to_have_value(ACCOUNT)
    holds_no_secret(page)

    enter(page, APP_PASSWORD)
    expect(page.get_by_text("Saved. Bluesky accepts them.")).to_be_visible()
    expect(page.locator("#credentials")).to_contain_text("works")
    expect(page.locator("#credentials")).to_contain_text("Saved by Alice")
    expect(page.get_by_label("App password")).to_have_value("")
    holds_no_secret(page)

    page.goto(home + "scans/")
    page.get_by_role("button", name="Scan now").click()
    expect(page.get_by_text("Finished.")).to_be_visible(timeout=240_000)
    searched = page.locator("tbody tr").filter(has_text="Bluesky")
    expect(searched.filter(has_text="Complete").first).to_be_visible()
    page.goto(home + "mentions/?source=bluesky")
    heard = len(worded(web.world, "Fjällvik Coffee"))
    assert heard > 5
    expect(page.locator("#mentions p").first).to_contain_text(f"({heard} mentions)")
    assert "createSession" not in "".join(one.url for one in web.asked if one.status == 429)
    assert sum("createSession" in one.url for one in web.asked) == 2, "one refused, one for all that follows"


def test_bob_may_only_look(home: str, page: Page) -> None:
    log_in(page, home, "Bob")
    page.goto(home + "sources/bluesky/")
    expect(page.locator("#credentials")).to_contain_text("Only owners and admins may enter or remove")
    expect(page.locator("#credentials")).to_contain_text("works")
    expect(page.locator("input[type=password]")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Save|Remove"))).to_have_count(0)
    assert ACCOUNT not in page.content()


def test_nothing_that_is_kept_or_logged_holds_a_secret(earshot: Earshot, home: str, page: Page) -> None:
    log_in(page, home, "Alice")
    page.goto(home + "sources/bluesky/")
    expect(page.locator("#credentials")).to_contain_text("works")
    logs = {path.name: path.read_text() for path in (earshot.data / "logs").iterdir()}
    assert {"web.log", "worker.log", "beat.log", "postgresql.log"} <= set(logs)
    places = {**logs, "what is kept": earshot.kept(), "the terminal": earshot.said()}
    assert "bluesky" in places["what is kept"]
    for place, text in places.items():
        assert [secret for secret in SECRETS if secret in text] == [], place


def test_she_takes_it_away_again(home: str, page: Page) -> None:
    log_in(page, home, "Alice")
    page.goto(home + "sources/bluesky/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed. What was heard with them stays.")).to_be_visible()
    expect(page.get_by_text("Searching Bluesky needs an app password.")).to_be_visible()
    page.goto(home + "mentions/?source=bluesky")
    expect(page.locator("#mentions article").first).to_be_visible()
