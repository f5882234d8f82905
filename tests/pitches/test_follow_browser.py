"""After 90 days Alice comes back: Home reminds her, the deck says what moved, old numbers open old proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from listening import searches
from listening.models import Search
from pitches import sample, verbs
from pitches.case import period_of
from pitches.models import Pitch
from teams.models import User
from tests.make import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AGO = timedelta(days=90)


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[None]:
    """A page that breaks its own policy or throws fails the test."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield
    assert said == []


@pytest.fixture
def alice(settings: Any, live_server: Any, page: Page) -> User:
    """Alice, logged in."""
    user = make_user("Alice")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return user


@pytest.fixture
def frozen(alice: User) -> Pitch:
    """The sample, and the pitch that was frozen in it 90 days ago; one search was reworded since."""
    now = timezone.now()
    workspace = sample.seed(alice, now - timedelta(days=14))
    then = now - AGO
    start, end = period_of(workspace, 14, then)
    draft = verbs.create(
        workspace, alice, title="Why we should join the conversation", audience="The board", language="en",
        start=start, end=end, now=then,
        ask={"ask_hours": Decimal(5), "ask_budget": Decimal(900), "ask_decide_by": end + timedelta(days=9)},
    )  # fmt: skip
    held = verbs.freeze(draft, alice, then)
    tags = Search.objects.get(workspace=workspace, subject="industry", form="tag")
    searches.save_version(tags, "tag:kaffe", user=alice)
    return held


def fits_a_phone(page: Page) -> None:
    """Nothing scrolls sideways on a phone."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": 390, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    assert width <= 390, f"{page.url} is {width} pixels wide"


def test_alice_follows_up_after_90_days(page: Page, live_server: Any, frozen: Pitch) -> None:
    home = f"{live_server.url}/w/{frozen.workspace.code}/"
    page.goto(home)
    expect(page.get_by_text("The follow-up of day 90 is due")).to_be_visible()
    fits_a_phone(page)
    page.get_by_role("link", name="Make the follow-up").click()

    expect(page.get_by_role("heading", name="Make the follow-up")).to_be_visible()
    expect(page.get_by_text("These searches have been reworded since")).to_be_visible()
    fits_a_phone(page)
    page.get_by_label("Measure up to").fill((timezone.localdate() - timedelta(days=14)).isoformat())
    page.get_by_role("button", name="Make the follow-up").click()

    expect(page.get_by_text("It counts by the wordings of then.")).to_be_visible()
    expect(page.get_by_text("tag:kaffe OR tag:coffee").first).to_be_visible()
    fits_a_phone(page)
    page.get_by_role("link", name="See the slides").click()

    slide = page.locator("section", has_text=re.compile("After 90 days, .* key figures"))
    assert slide.count()
    table = slide.first.locator("table").first
    stories = table.get_by_role("row").filter(has_text="Stories about us or our industry")
    assert frozen.snapshot is not None
    told = frozen.snapshot["figures"]["s1.stories"]
    link = stories.get_by_role("link").first
    expect(link).to_have_text(str(told["value"]))
    expect(stories).to_contain_text(re.compile(r"[+-]\d"))
    link.click()

    # The old number's proof says where it comes from, and leads into the frozen pitch.
    expect(page.get_by_text(frozen.sha256).first).to_be_visible()
    page.get_by_role("link", name=re.compile(r"version 1, E\d+")).click()
    evidence = f"/w/{frozen.workspace.code}/pitches/{frozen.code}/evidence/{told['evidence']}/"
    expect(page).to_have_url(live_server.url + evidence)
    expect(page.get_by_text("The list behind it")).to_be_visible()

    page.goto(home)
    expect(page.get_by_text("The follow-up of day 90 is due")).to_have_count(1)
    made = frozen.follow_ups.get()
    page.goto(f"{home}pitches/{made.code}/changes/")
    expect(page.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Stories about us").first).to_be_visible()
    fits_a_phone(page)
