"""From the first visit to a downloaded deck, by the page's own buttons; each test is one step."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from urllib.parse import urljoin

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Locator, Page, expect

from tests.journey import decks
from tests.journey.conftest import PACE_FACTOR, Trip
from tests.journey.webs import GONE_FEED
from tests.make import PASSWORD
from tools.messages import SWEDISH

pytestmark = [pytest.mark.browser, pytest.mark.services]

EMAIL = "alice@fjallvik.example"
SCAN = 300_000  # milliseconds: the longest a scan may take here
BEAT = 60.0  # seconds: the longest until a scan that is due begins; the beat ticks every 15
FORMS = ("Keyword", "Tag")
PLACES = (
    *("", "mentions/", "rivals/", "pitches/", "searches/", "sources/", "scans/", "plan/", "phrases/"),
    *("brands/", "profiles/", "settings/", "setup/done/"),
)
# What has no original outside: our own rules, plans and reading, and what is computed from other figures.
OF_OURS = {
    "The rules for judging a step",
    "The period of this pitch",
    "What we ask for",
    "What every source let us read",
    "Who leads on what",
    "Goals and where they stand today",
}


def press(page: Page | Locator, name: str) -> None:
    """Presses the one button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page | Locator, name: str) -> None:
    """Follows the one link of this name."""
    page.get_by_role("link", name=name, exact=True).click()


def rows(page: Page | Locator) -> Locator:
    """The rows of the page's table."""
    return page.locator("tbody tr")


def whole(text: str | None) -> int:
    """The first whole number of a text, as pages print it."""
    found = re.search(r"\d[\d,\u00a0]*", text or "")
    assert found, text
    return int(re.sub(r"\D", "", found[0]))


def mentions_counted(page: Page) -> int:
    """The number of mentions that the page says it shows."""
    found = re.search(r"\(([\d,\u00a0]+) mentions?\)", page.locator("#mentions").inner_text())
    assert found
    return whole(found[1])


def expect_mentions(page: Page, number: int) -> None:
    """The page comes to show so many."""
    expect(page.locator("#mentions p").first).to_contain_text(f"({number:,} mention")


def left_in_english(page: Page) -> set[str]:
    """Sentences of the page that have a Swedish form and are not in it."""
    with SWEDISH.open("rb") as file:
        catalog = read_po(file)
    translated = {one.id for one in catalog if isinstance(one.id, str) and one.string not in ("", one.id)}
    shown = {line.strip() for line in page.locator("body").inner_text().splitlines()}
    return {line for line in shown & translated if len(line) > 3}


class TestJourney:
    def test_the_first_visit_makes_an_account_and_a_workspace(self, trip: Trip) -> None:
        page = trip.page
        page.goto(trip.earshot.url)
        expect(page.get_by_role("heading", name="Welcome to Earshot")).to_be_visible()
        trip.fits_a_phone()
        for field, value in {
            "name": "Alice Ask",
            "email": EMAIL,
            "password": PASSWORD,
            "workspace_name": "The newsroom",
        }.items():
            page.fill(f"#id_{field}", value)
        page.select_option("#id_language", "en")
        page.select_option("#id_time_zone", "Europe/Stockholm")
        press(page, "Start with my brand")
        expect(page.get_by_role("heading", name="Which brand is yours?")).to_be_visible()
        assert trip.workspace
        expect(page.get_by_text("plays recorded material")).to_be_visible()

    def test_alice_logs_out_and_in(self, trip: Trip) -> None:
        page = trip.page
        page.get_by_title("Alice Ask").click()
        press(page, "Log out")
        trip.open("rivals/")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.get_by_label("Email").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Log in")
        expect(page).to_have_url(trip.workspace + "rivals/")

    def test_her_brand_is_proposed_from_its_home_page(self, trip: Trip) -> None:
        page = trip.page
        follow(page, "Name your brand")
        page.fill("#id_text", trip.web.own)
        press(page, "Look")
        expect(page.locator("#id_name")).to_have_value(trip.web.own_name)
        ticked = page.locator(".proposal", has=page.locator("input:checked"))
        for place in PLACES:
            trip.open(place)
            expect(page.locator("html")).to_have_attribute("lang", "sv")
            assert left_in_english(page) == set(), place
            trip.fits_a_phone()
