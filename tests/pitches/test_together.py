"""Two people at the same pitch: what one freezes or deletes, the other changes no more."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pitches import queries, verbs
from pitches.models import Pitch
from teams.models import User
from tests.make import make_user, make_workspace

BrowserOf = Callable[[User], Client]
LATER = date.today() + timedelta(days=30)
ASK = {
    "ask_hours": 4,
    "ask_budget": 1000,
    "ask_currency": "SEK",
    "ask_decide_by": LATER,
    "ask_owner": "Alice",
}
ABOUT = {
    **{"title": "New", "audience": "", "audience_kind": "peers", "length": "", "language": "sv"},
    **{"period_start": "2026-01-01", "period_end": "2026-01-31"},
}
ROWS = {"form-TOTAL_FORMS": 0, "form-INITIAL_FORMS": 0}
CHANGES = {
    "about": ABOUT,
    "words": {"title": "They talk", "language": "en"},
    "settle": {"do": "reviewed", "language": "sv"},
    "arrange": {"key": "share", "drop": "1"},
    "add": {"title": "What we do next", "text": "", "after": "talk", "language": "en", "key": "free-1"},
    "quotes": {},
    "undo": {"revision": "1"},
    "ask": ASK,
    "actions": ROWS,
    "freeze": {},
    "delete": {},
}


@pytest.fixture
def alice() -> User:
    return make_user("Alice")


@pytest.fixture
def pitch(alice: User) -> Pitch:
    workspace = make_workspace(alice)
    today = timezone.localdate()
    ask = ASK | {"ask_hours": Decimal(4), "ask_budget": Decimal(1000), "ask_currency": "EUR"}
    return verbs.create(
        workspace, alice, title="Why", audience="", language="en",
        start=today - timedelta(days=29), end=today, ask=ask,
    )  # fmt: skip


def address(name: str, pitch: Pitch) -> str:
    extra = ["talk"] if name in ("words", "settle") else []
    return reverse(f"pitches:{name}", args=[pitch.workspace.code, pitch.code, *extra])


def wait_for_somebody_waiting() -> None:
    """Until another connection waits for a lock; at most ten seconds."""
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nobody waited for the pitch to be free")


def post_in_another_thread(browser: Client, name: str, pitch: Pitch) -> HttpResponse:
    try:
        return browser.post(address(name, pitch), CHANGES[name])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CHANGES)
def test_while_alice_freezes_nobody_changes_the_pitch(
    name: str, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            frozen = verbs.freeze(pitch, alice)
            answer = other.submit(post_in_another_thread, browser, name, pitch)
            wait_for_somebody_waiting()
        assert answer.result(timeout=20).status_code == 302
    after = Pitch.objects.get(pk=pitch.pk)
    assert (after.sha256, after.snapshot, after.title) == (frozen.sha256, frozen.snapshot, "Why")
    assert (after.ask_currency, after.edits) == ("EUR", {})
    page = browser.get(address("pitch", pitch)).content.decode()
    assert "This version is frozen." in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGES)
def test_a_pitch_that_was_deleted_a_moment_ago_is_not_found(
    name: str, pitch: Pitch, alice: User, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = queries.pitch(pitch.workspace, pitch.code)
    Pitch.objects.filter(pk=pitch.pk).delete()
    monkeypatch.setattr(queries, "pitch", lambda *_: found)
    assert browser_of(alice).post(address(name, pitch), CHANGES[name]).status_code == 404


@pytest.mark.django_db
def test_saving_the_ask_writes_the_ask_alone(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    stale = queries.pitch(pitch.workspace, pitch.code)
    Pitch.objects.filter(pk=pitch.pk).update(title="Renamed by Bob")
    verbs.save(stale, alice, {"ask_currency": "SEK"})
    after = Pitch.objects.get(pk=pitch.pk)
    assert (after.title, after.ask_currency) == ("Renamed by Bob", "SEK")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"frozen_at": None, "snapshot": None, "sha256": ""},
        {"sha256": "0" * 64},
        {"snapshot": {"figures": {}}},
        {"title": "Another"},
        {"ask_budget": 1},
        {"version": 9},
    ],
)
def test_the_database_refuses_to_change_what_is_frozen(
    change: dict[str, object], pitch: Pitch, alice: User
) -> None:
    frozen = verbs.freeze(pitch, alice)
    with pytest.raises(IntegrityError, match="is frozen"), transaction.atomic():
        Pitch.objects.filter(pk=pitch.pk).update(**change)
    assert Pitch.objects.get(pk=pitch.pk).sha256 == frozen.sha256


@pytest.mark.django_db
def test_people_and_workspaces_may_go_although_something_is_frozen(pitch: Pitch, alice: User) -> None:
    dora = make_user("Dora")
    Pitch.objects.filter(pk=pitch.pk).update(created_by=dora)
    frozen = verbs.freeze(pitch, alice)
    following = verbs.freeze(verbs.new_version(frozen, alice), alice)
    dora.delete()
    assert Pitch.objects.get(pk=frozen.pk).created_by is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Pitch.objects.filter(pk=frozen.pk).update(created_by=alice)
    pitch.workspace.delete()
    assert not Pitch.objects.filter(pk__in=[frozen.pk, following.pk]).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last"),
    [("9999-12-01", "9999-12-31"), ("0001-01-01", "0001-01-02"), ("1994-12-31", "1995-01-02")],
)
def test_a_period_nobody_can_have_heard_is_refused(
    first: str, last: str, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    values = ABOUT | {"period_start": first, "period_end": last}
    browser = browser_of(alice)
    for place in (address("about", pitch), reverse("pitches:new", args=[pitch.workspace.code])):
        answer = browser.post(place, values)
        assert answer.status_code == 200
        assert "Choose a day from 1995 up to a year from today." in answer.content.decode()
    assert Pitch.objects.get().period_start == pitch.period_start


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "said"),
    [(date.today() - timedelta(days=2), "This day has passed."), (date(9999, 12, 31), "next two years")],
)
def test_nobody_decides_in_the_past_or_in_another_age(
    day: date, said: str, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).post(address("ask", pitch), ASK | {"ask_decide_by": day})
    assert said in answer.content.decode()
    assert Pitch.objects.get().ask_decide_by == LATER


@pytest.mark.django_db
@pytest.mark.parametrize("days", ["²", "٣٠", "-7", "07", "99999999999999999999", "7 "])
def test_home_shrugs_at_a_period_it_does_not_offer(
    days: str, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    home = reverse("pitches:home", args=[pitch.workspace.code])
    page = browser_of(alice).get(home, {"days": days})
    assert (page.status_code, page.context["days"]) == (200, 30)
