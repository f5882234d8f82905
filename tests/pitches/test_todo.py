"""What is to do lives on after a pitch was frozen: somebody takes it, does it, notes it; members may go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from listening.models import Event
from pitches import verbs
from pitches.models import Action, Pitch
from pitches.planning import actions as doing
from teams import members
from teams.models import AuditEntry, Role, User, Workspace
from tests.make import make_member, make_user

BrowserOf = Callable[[User], Client]


@pytest.fixture
def action(pitch: Pitch) -> Action:
    """The first conversation to answer."""
    found = pitch.actions.filter(kind=Action.Kind.ANSWER).first()
    assert found is not None
    return found


@pytest.fixture
def dana(workspace: Workspace) -> User:
    """An editor."""
    user = make_user("Dana")
    make_member(workspace, user, Role.EDITOR)
    return user


def page(workspace: Workspace, name: str = "todo", *args: Any) -> str:
    return reverse(f"pitches:{name}", args=[workspace.code, *args])


def said(workspace: Workspace) -> list[str]:
    """What the log says of actions, the newest last."""
    found = AuditEntry.objects.filter(workspace=workspace, verb__startswith="action.").order_by("pk")
    return [entry.verb for entry in found]


def again(action: Action) -> Action:
    return Action.objects.get(pk=action.pk)


def test_dana_takes_it_does_it_and_links_her_reply(
    workspace: Workspace, action: Action, dana: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(dana)
    browser.post(page(workspace, "assign_action", action.pk), {"me": "1"})
    taken = again(action)
    assert (taken.owner, taken.assigned_to, taken.due) == ("Dana", dana, action.due)
    link = "kaffetorget.example/@dana/1"
    answer = browser.post(
        page(workspace, "mark_action", action.pk), {"as": "done", "reply_url": link}, follow=True
    )
    shown = answer.content.decode()
    done = again(action)
    assert (done.state, done.done_by, done.reply_url) == ("done", dana, f"https://{link}")
    assert done.done_at and "Our reply" in shown and f'href="https://{link}"' in shown
    assert said(workspace) == ["action.assigned", "action.done"]
    browser.post(page(workspace, "mark_action", action.pk), {"as": "open"})
    assert again(action).state == "open" and again(action).done_at is None
    browser.post(page(workspace, "mark_action", action.pk), {"as": "not_relevant"})
    assert said(workspace)[2:] == ["action.reopened", "action.put_aside"]
    shown = browser_of(workspace.members.get(name="Alice")).get(reverse("teams:audit", args=[workspace.code]))
    assert "as not relevant" in shown.content.decode()


def test_before_one_opens_the_conversation_one_is_reminded_whom_one_speaks_for(
    workspace: Workspace, action: Action, dana: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(dana)
    listed = browser.get(page(workspace)).content.decode()
    assert action.url not in listed, "the list leads to the reminder, not past it"
    shown = browser.get(page(workspace, "action", action.pk)).content.decode()
    assert shown.index("say your name and whom you work for") < shown.index(f'href="{action.url}"')
    assert page(workspace, "guideline") in shown
    assert "Say who you are." in browser.get(page(workspace, "guideline")).content.decode()


@pytest.mark.parametrize(
    "wrong", ["javascript:alert(1)", "https://", "ftp://x.example/1", "not an address", "nonsense"]
)
def test_a_reply_is_a_web_page(
    wrong: str, workspace: Workspace, action: Action, dana: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(dana).post(
        page(workspace, "mark_action", action.pk), {"as": "done", "reply_url": wrong}
    )
    assert answer.status_code == 422 and "no address of a web page" in answer.content.decode()
    assert again(action).is_open


def test_one_gives_it_to_a_member_or_to_somebody_without_an_account(
    workspace: Workspace, action: Action, alice: User, dana: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    address = page(workspace, "assign_action", action.pk)
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    browser.post(address, {"member": dana.pk, "owner": "ignored", "due": due, "note": "Ask Evert first"})
    one = again(action)
    assert (one.owner, one.assigned_to, str(one.due), one.note) == ("Dana", dana, due, "Ask Evert first")
    browser.post(address, {"member": "", "owner": "The agency", "due": "", "note": "Ask Evert first"})
    one = again(action)
    assert (one.owner, one.assigned_to, one.due) == ("The agency", None, None)
    browser.post(address, {"member": "", "owner": "The agency", "due": "", "note": "Evert said yes"})
    assert said(workspace) == ["action.assigned", "action.assigned", "action.noted"]
    charlie = make_user("Charlie")
    assert browser.post(address, {"member": charlie.pk}).status_code == 422, "no member"
    assert browser.post(address, {"due": "1066-10-14"}).status_code == 422


def test_what_a_member_had_to_do_stays_when_they_go(
    workspace: Workspace, action: Action, alice: User, dana: User, browser_of: BrowserOf
) -> None:
    doing.assign(workspace, alice, action.pk, "Dana", dana, action.due, "")
    members.remove(workspace, alice, workspace.memberships.get(user=dana).pk)
    shown = browser_of(alice).get(page(workspace, "action", action.pk)).content.decode()
    assert "Dana" in shown and "not a member any more" in shown
    dana.delete()
    assert again(action).owner == "Dana" and again(action).assigned_to is None
    assert "Dana" in browser_of(alice).get(page(workspace) + "?owner=Dana").content.decode()


def test_the_list_shows_what_is_open_and_due_first_and_what_is_overdue(
    workspace: Workspace, pitch: Pitch, action: Action, alice: User, browser_of: BrowserOf
) -> None:
    today = workspace.localtime(timezone.now()).date()
    Action.objects.filter(pk=action.pk).update(due=today - timedelta(days=1))
    browser = browser_of(alice)
    context = browser.get(page(workspace)).context
    dues = [one.due for one, _ in context["rows"]]
    assert dues == sorted(dues) and context["overdue"] == 1
    assert [one.pk for one, is_overdue in context["rows"] if is_overdue] == [action.pk]
    doing.mark(workspace, alice, action.pk, "done")
    context = browser.get(page(workspace)).context
    assert context["overdue"] == 0 and action.pk not in {one.pk for one, _ in context["rows"]}
    done = browser.get(page(workspace) + "?state=done").context["rows"]
    assert [one.pk for one, _ in done] == [action.pk]
    everything = browser.get(page(workspace) + "?state=all").context["rows"]
    assert len(everything) == pitch.actions.count() and everything[-1][0].pk == action.pk
    assert browser.get(page(workspace) + "?state=nonsense&page=x&owner=Nobody").status_code == 200


def test_an_address_that_no_page_has_finds_nothing(
    workspace: Workspace, action: Action, dana: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(dana).get(page(workspace), {"owner": "\0", "state": "\0", "page": "\0"})
    assert answer.status_code == 200


def test_a_date_that_is_today_is_not_overdue(workspace: Workspace, action: Action) -> None:
    assert action.due is not None
    assert not action.is_overdue(action.due) and action.is_overdue(action.due + timedelta(days=1))


def test_bob_looks_and_changes_nothing(
    workspace: Workspace, action: Action, bob: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(bob)
    for name in ("todo", "action"):
        shown = browser.get(page(workspace, name, *([action.pk] if name == "action" else [])))
        assert shown.status_code == 200 and "I take it" not in shown.content.decode()
    for name in ("assign_action", "mark_action"):
        sent = {"me": "1", "as": "done"}
        assert browser.post(page(workspace, name, action.pk), sent).status_code == 403
    assert again(action).is_open and said(workspace) == []


def test_an_action_of_another_workspace_is_not_found(
    workspace: Workspace, action: Action, charlie: User, browser_of: BrowserOf
) -> None:
    browser, own = browser_of(charlie), charlie.workspaces.get()
    assert browser.get(page(own, "action", action.pk)).status_code == 404
    for name in ("assign_action", "mark_action"):
        assert browser.post(page(own, name, action.pk), {"me": "1", "as": "done"}).status_code == 404
    assert (
        browser_of(workspace.members.get(name="Alice"))
        .post(page(workspace, "mark_action", action.pk), {"as": "gone"})
        .status_code
        == 404
    )


def test_a_new_version_takes_over_what_is_open(
    workspace: Workspace, pitch: Pitch, action: Action, alice: User, browser_of: BrowserOf
) -> None:
    doing.mark(workspace, alice, action.pk, "done")
    frozen = verbs.freeze(pitch, alice)
    browser = browser_of(alice)
    late = frozen.actions.filter(state="open").last()
    assert late is not None
    browser.post(
        page(workspace, "assign_action", late.pk), {"owner": "Dana", "due": "", "note": "after freezing"}
    )
    assert again(late).note == "after freezing", "it lives on"
    following = verbs.new_version(frozen, alice)
    assert [one.pk for one in frozen.actions.all()] == [action.pk], "what was done belongs to its version"
    assert again(late).pitch == following and again(late).note == "after freezing"
    assert action.mention_id not in following.actions.values_list("mention", flat=True)
    verbs.delete(following, alice)
    assert again(late).pitch_id == frozen.pk, "nothing is lost with a draft"


def test_a_conversation_that_is_answered_is_done_in_every_plan(
    workspace: Workspace, pitch: Pitch, action: Action, alice: User
) -> None:
    other = verbs.create(
        workspace, alice, title="Another", audience="", language="en",
        start=pitch.period_start, end=pitch.period_end,
    )  # fmt: skip
    same = other.actions.get(mention=action.mention_id)
    link = "https://x.example/1"
    doing.mark(workspace, alice, action.pk, "done", link)
    assert (again(same).state, again(same).reply_url, again(same).done_by) == ("done", link, alice)


def test_the_list_costs_as_much_with_many_as_with_few(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    counts = []
    for number in (0, 40):
        doing.add(pitch, [Action(kind=Action.Kind.TASK, title=f"Task {n}") for n in range(number)], "Dana")
        browser.get(page(workspace))
        with CaptureQueriesContext(connection) as asked:
            browser.get(page(workspace))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20


def test_done_means_that_somebody_knows_when(action: Action) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(state="done")


def test_an_event_that_was_cancelled_is_said_to_be(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    found = pitch.actions.get(kind=Action.Kind.EVENT)
    Event.objects.filter(pk=found.event_id).update(is_cancelled=True)
    shown = browser_of(alice).get(page(workspace, "action", found.pk)).content.decode()
    assert "cancelled" in shown and "whom you work for" not in shown


def test_a_workspace_without_a_pitch_is_told_what_comes_here(charlie: User, browser_of: BrowserOf) -> None:
    shown = browser_of(charlie).get(page(charlie.workspaces.get())).content.decode()
    assert "Nothing to do yet" in shown and 'class="empty"' in shown


def test_what_was_done_or_put_aside_is_not_proposed_again(pitch: Pitch, alice: User) -> None:
    first, second, third = pitch.actions.filter(kind="answer")[:3]
    doing.mark(pitch.workspace, alice, first.pk, "done")
    doing.mark(pitch.workspace, alice, second.pk, "not_relevant")
    doing.assign(pitch.workspace, alice, third.pk, "Dana", None, None, "ask Evert first")
    verbs.propose_again(pitch, alice)
    rows = list(pitch.actions.filter(kind="answer"))
    assert {first.pk, second.pk, third.pk} <= {one.pk for one in rows}, "what somebody worked on stays"
    assert sum(one.is_open for one in rows) == 10
    talked = [one.mention.conversation_id for one in rows if one.mention]
    assert len(talked) == len(set(talked))
    assert pitch.actions.exclude(kind="answer").count() == 3
    other = verbs.create(
        pitch.workspace, alice, title="Another", audience="", language="en",
        start=pitch.period_start, end=pitch.period_end,
    )  # fmt: skip
    there = set(other.actions.values_list("mention__conversation", flat=True))
    assert not there & {first.mention.conversation_id, second.mention.conversation_id}
    assert third.mention.conversation_id in there, "open in one plan is worth an answer in another"


def test_two_are_due_each_week(pitch: Pitch) -> None:
    days = list(pitch.actions.filter(kind="answer").values_list("due", flat=True))
    weeks = [(day - days[0]).days // 7 for day in days]
    assert weeks == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
