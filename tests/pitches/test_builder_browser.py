"""Alice builds a deck in a browser: she edits where she reads, moves, leaves out, adds, undoes, freezes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from pitches.models import Pitch
from teams.models import Workspace
from tests.pitches import keeping

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[None]:
    """A page that breaks its own policy or throws fails the test; a refused form is no fault of a page."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield
    assert [one for one in said if "status of 422" not in one] == []


@pytest.fixture
def workspace(settings: Any, live_server: Any, page: Page) -> Workspace:
    """The sample, open in Alice's browser."""
    workspace = keeping.the_sample()
    client = Client()
    client.force_login(workspace.members.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return workspace


def order(page: Page) -> list[str]:
    """The slides as they stand in the list; those on the page must follow."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    listed = page.locator("#builder-list > li").evaluate_all("all => all.map(one => one.dataset.key)")
    shown = page.locator("#builder-slides > section").evaluate_all("all => all.map(one => one.dataset.key)")
    assert listed == shown
    return list(listed)


def press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def fits(page: Page) -> None:
    """Nothing scrolls sideways on a phone."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    page.set_viewport_size(size)


def test_a_deck_is_built_on_its_slides(page: Page, live_server: Any, workspace: Workspace) -> None:
    page.goto(live_server.url + reverse("pitches:new", args=[workspace.code]))
    page.fill("#id_title", "Let us talk with them")
    page.select_option("#id_audience_kind", label="The board")
    expect(page.get_by_label("Hours a week")).to_have_value("5.0")
    fits(page)
    press(page, "Make the pitch")
    expect(page.get_by_text("For a meeting: ten slides")).to_be_visible()
    start = order(page)
    assert start[:6] == ["cover", "summary", "talk", "voices", "visibility", "voice"]
    fits(page)

    # Words, edited on the slide
    talk = page.locator("#slide-of-talk")
    talk.locator("h2").click(position={"x": 3, "y": 8})
    title = talk.get_by_label("Title")
    expect(title).to_be_focused()
    read = title.input_value()
    title.fill("Over 9000 of them talk")
    press(talk, "Save")
    expect(talk.get_by_role("alert")).to_contain_text("No figure of this pitch proves “9000”.")
    expect(title).to_have_value("Over 9000 of them talk")
    fits(page)
    title.fill("Listen: " + read)
    press(page.locator("li", has_text="Our voice"), "Leave out Our voice")  # what is typed stays
    expect(page.locator("#slide-of-voice")).to_have_count(0)
    expect(title).to_have_value("Listen: " + read)
    title.press("Control+Enter")
    expect(talk.locator("h2")).to_contain_text("Listen: ")
    expect(talk).to_contain_text("edited by Alice")
    expect(page.locator("#slide-of-summary")).to_contain_text("Listen: ")
    expect(page.locator("#builder-side")).to_contain_text("edited the words of “What is said”")

    # Undo waits for what is not saved
    talk.get_by_role("link", name="Edit What is said").click()
    title.fill("Half a thou")
    press(page, "Undo")
    expect(page.get_by_text("Save or cancel the words you are editing first.")).to_be_visible()
    expect(title).to_have_value("Half a thou")
    talk.get_by_role("link", name="Cancel").click()
    press(page, "Undo")
    expect(page.get_by_text("Undone: edited the words of “What is said”.")).to_be_visible()
    expect(page.locator("#slide-of-talk h2")).not_to_contain_text("Listen: ")
    press(page, "Redo")
    expect(page.locator("#slide-of-talk h2")).to_contain_text("Listen: ")

    # Order: by buttons, by the keyboard, by the pointer
    press(page, "Move Share of voice up")
    expect(page.locator("#builder-list > li").nth(4)).to_have_attribute("data-key", "share")
    assert order(page)[3:6] == ["voices", "share", "visibility"]
    page.locator("#handle-share").focus()
    for key in ("Enter", *["ArrowUp"] * 6, "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#builder-side")).to_contain_text("moved “Share of voice”")
    assert order(page)[:3] == ["cover", "share", "summary"], "nothing stands before the cover"
    page.keyboard.press("Tab")
    page.locator("#handle-share").focus()
    for key in ("Enter", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    assert order(page)[:3] == ["cover", "share", "summary"], "put back"
    handle, goal = page.locator("#handle-share"), page.locator("#handle-decision")
    handle.scroll_into_view_if_needed()
    begin, end = handle.bounding_box(), goal.bounding_box()
    assert begin and end
    page.mouse.move(begin["x"] + 5, begin["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"], steps=12)
    page.mouse.up()
    expect(page.locator("#builder-list > li").nth(1)).to_have_attribute("data-key", "summary")
    moved = order(page)
    assert moved.index("share") == moved.index("decision") + 1

    # A slide that was left out, and one of our own
    page.locator("#builder-add > summary").click()
    press(page.locator("#builder-add"), "Bring in Our voice")
    expect(page.locator("#slide-of-voice")).to_be_visible()
    page.locator("#builder-add > summary").click()
    page.get_by_role("link", name="A slide of your own").click()
    page.fill("#id_title", "What we do on Monday")
    page.fill("#id_text", "We begin small.\n- listen\n- answer one question")
    fits(page)
    press(page, "Add the slide")
    own = page.locator("#slide-of-free-1")
    expect(own.locator("h2")).to_have_text("What we do on Monday")
    expect(own.locator("li")).to_have_text(["listen", "answer one question"])

    # The other language shows what nobody reviewed
    page.get_by_role("link", name="Swedish", exact=True).click()
    expect(page.locator("#slide-of-talk .deck-marks")).to_contain_text("Inte granskad på svenska")
    expect(page.locator("#slide-of-free-1 .deck-marks")).to_contain_text("Inte översatt")
    press(page.locator("#slide-of-talk"), "Mark as reviewed")
    expect(page.locator("#slide-of-talk .deck-marks")).not_to_contain_text("Inte granskad")

    # Frozen: the same slides in the same order
    before = order(page)
    page.get_by_role("link", name="Freeze", exact=True).click()
    press(page, "Freeze")
    expect(page.get_by_text("Nothing in it has changed since.")).to_be_visible()
    frozen = Pitch.objects.get(workspace=workspace, title="Let us talk with them")
    assert frozen.snapshot and [slide["key"] for slide in frozen.snapshot["slides"]] == before
    titles = {slide["key"]: slide["title"]["en"] for slide in frozen.snapshot["slides"]}
    assert titles["talk"].startswith("Listen: ") and "{s1.stories}" in titles["talk"]


def test_typed_words_survive_a_page_that_was_left(page: Page, live_server: Any, workspace: Workspace) -> None:
    pitch = workspace.pitches.get()
    address = live_server.url + reverse("pitches:pitch", args=[workspace.code, pitch.code])
    page.goto(address)
    page.get_by_role("link", name="Edit What is said").click()
    page.locator("#slide-of-talk").get_by_label("Title").fill("They talk about us")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    page.get_by_role("link", name="Edit What is said").click()
    expect(page.locator("#slide-of-talk").get_by_label("Title")).to_have_value("They talk about us")
    expect(page.get_by_text("words you typed before and did not save")).to_be_visible()


def test_a_deck_is_built_without_scripts(
    browser: Any, live_server: Any, page: Page, workspace: Workspace
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain, pitch = context.new_page(), workspace.pitches.get()
    plain.goto(live_server.url + reverse("pitches:pitch", args=[workspace.code, pitch.code]))
    plain.get_by_role("link", name="Edit What is said").click()
    plain.get_by_label("Title").fill("They talk about us")
    press(plain, "Save")
    expect(plain.locator("#slide-of-talk h2")).to_have_text("They talk about us")
    before = order_without_scripts(plain).index("share")
    press(plain, "Move Share of voice up")
    assert order_without_scripts(plain).index("share") == before - 1
    press(plain, "Leave out Presence")
    assert "presence" not in order_without_scripts(plain)
    press(plain, "Undo")
    expect(plain.get_by_text("Undone: left out “Presence”.")).to_be_visible()
    assert "presence" in order_without_scripts(plain)
    context.close()


def order_without_scripts(page: Page) -> list[str]:
    return [str(one.get_attribute("data-key")) for one in page.locator("#builder-list > li").all()]
