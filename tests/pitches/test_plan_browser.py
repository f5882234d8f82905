"""Alice takes the plan that Earshot made, sets its goals, and Dana does the first thing in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from pitches.models import Action, Pitch
from pitches.planning.plan import Plan
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user
from tests.pitches import keeping

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def quiet(page: Page) -> Iterator[None]:
    """A page that breaks its own policy or throws fails the test; a form that was refused (422) does not."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield
    assert [text for text in said if "status of 422" not in text] == []


@pytest.fixture
def workspace(page: Page) -> Workspace:
    """The sample, whose owner is Alice; Dana is an editor."""
    found = keeping.the_sample()
    make_member(found, make_user("Dana"), Role.EDITOR)
    return found


@pytest.fixture
def comes(settings: Any, live_server: Any, page: Page) -> Callable[[User], None]:
    """Somebody sits down at the browser."""

    def log_in(user: User) -> None:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.clear_cookies()
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return log_in


def test_from_the_plan_to_what_is_done(
    page: Page, live_server: Any, workspace: Workspace, comes: Callable[[User], None]
) -> None:
    alice, dana = (workspace.members.get(name=name) for name in ("Alice", "Dana"))
    pitch = workspace.pitches.get()
    Pitch.objects.filter(pk=pitch.pk).update(plan={})
    home = f"{live_server.url}/w/{workspace.code}"
    comes(alice)

    page.goto(f"{home}/pitches/{pitch.code}/plan/")
    expect(page.get_by_text("Goals without a target so far: questions without our answer, ")).to_be_visible()
    page.locator("#id_goal-1-target").fill("12")
    page.locator("#id_rung-listen-owner").fill("Dana")
    page.locator("#id_option-larger-hours").fill("20")
    page.locator("#id_option-larger-budget").fill("9000")
    page.locator("#id_objection-time-text").fill("Dana has 4711 hours a week.")
    page.get_by_role("button", name="Save with the proposed targets").click()
    expect(page.get_by_text("No figure of this pitch proves “4711”.")).to_be_visible()
    expect(page.locator("#id_goal-1-target")).to_have_value("12")
    page.locator("#id_objection-time-text").fill("Dana has 5 hours a week.")
    page.get_by_role("button", name="Save with the proposed targets").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Goals without a target")).to_have_count(0)
    goals = Plan.from_json(Pitch.objects.get(pk=pitch.pk).plan).goals
    assert goals[1].target == 0.12 and None not in [goal.target for goal in goals]
    fits(page)

    page.get_by_role("link", name="What to do first").first.click()
    communities = page.locator("details", has_text="Communities to join")
    communities.get_by_role("checkbox").first.check()
    page.locator("details", has_text="Events to go to").get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Save, and add what is ticked").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert pitch.actions.filter(kind=Action.Kind.JOIN).count() == 2
    assert pitch.actions.filter(kind=Action.Kind.EVENT).count() == 2
    fits(page)

    page.get_by_role("link", name="Internal blog post").click()
    expect(page.get_by_role("heading", name="What we do not know")).to_be_visible()
    page.get_by_role("button", name="Copy").last.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    fits(page)

    comes(dana)
    page.get_by_role("link", name="To do", exact=True).last.click()
    answers = page.locator(".list-group-item", has_text="Answer:")
    answers.first.get_by_role("button", name="I take it").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(answers.first).to_contain_text("Dana")
    fits(page)
    answers.first.get_by_role("link", name="Answer", exact=True).click()
    reminder = page.get_by_text("Before you write: say your name and whom you work for.")
    expect(reminder).to_be_visible()
    away = page.get_by_role("link", name="Open the conversation")
    expect(away).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
    page.get_by_label("Note").fill("Evert knows the answer")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Note")).to_have_value("Evert knows the answer")
    page.get_by_label("Link to our reply").fill("https://kaffetorget.example/@dana/1")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("link", name="Our reply")).to_have_attribute(
        "href", "https://kaffetorget.example/@dana/1"
    )
    fits(page)
    done = pitch.actions.get(state=Action.State.DONE)
    assert (done.owner, done.done_by, done.note) == ("Dana", dana, "Evert knows the answer")

    page.get_by_role("link", name="How we answer: the guideline").click()
    expect(page.get_by_role("heading", name="How we answer")).to_be_visible()
    fits(page)


def fits(page: Page) -> None:
    """Nothing scrolls sideways on a phone."""
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
