"""The pages on which Alice makes a follow-up, and sees what changed since."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from pitches import queries as found
from pitches.case import build
from pitches.models import Pitch
from teams.models import User
from tests.pitches.follow_ups.made import Log


def test_alice_makes_the_follow_up_on_its_page(frozen: Pitch, alice: User, browser_of: Log) -> None:
    client, place = browser_of(alice), [frozen.workspace.code, frozen.code]
    home = client.get(reverse("pitches:home", args=place[:1])).content.decode()
    assert "The follow-up of day 60 is due" in home
    page = client.get(reverse("pitches:pitch", args=place)).content.decode()
    assert "Make the follow-up" in page and "Day 90" in page
    answer = client.post(reverse("pitches:follow_up", args=place), {"end": date.today().isoformat()})
    made = frozen.follow_ups.get()
    assert answer.headers["Location"] == reverse("pitches:pitch", args=[place[0], made.code])
    assert "It counts by the wordings of then" in client.get(answer.headers["Location"]).content.decode()
    early = client.post(reverse("pitches:follow_up", args=place), {"end": "2020-01-01"})
    assert early.status_code == 302  # there is one already, so that one opens


def test_a_day_too_early_is_refused_in_words(frozen: Pitch, alice: User, browser_of: Log) -> None:
    address = reverse("pitches:follow_up", args=[frozen.workspace.code, frozen.code])
    page = browser_of(alice).post(address, {"end": "2020-01-01"})
    assert "Choose a day after the last day of the pitch that is followed" in page.content.decode()
    assert not frozen.follow_ups.exists()


def test_what_changed_opens_the_proof_of_both(follow_up: Pitch, bob: User, browser_of: Log) -> None:
    address = reverse("pitches:changes", args=[follow_up.workspace.code, follow_up.code])
    client = browser_of(bob)
    page = client.get(address).content.decode()
    assert follow_up.follows is not None
    for one in (follow_up, follow_up.follows):
        start = reverse("pitches:pitch", args=[one.workspace.code, one.code])
        assert f'href="{start}evidence/E' in page
    assert "Hacker News" in page and "read otherwise" in page
    assert client.get(f"{address}?since={follow_up.follows.code}").status_code == 200


def test_the_first_version_has_nothing_to_compare_with(pitch: Pitch, bob: User, browser_of: Log) -> None:
    page = browser_of(bob).get(reverse("pitches:changes", args=[pitch.workspace.code, pitch.code]))
    assert "Nothing to compare with" in page.content.decode()


def test_a_number_of_then_leads_to_the_frozen_pitch(follow_up: Pitch, bob: User, browser_of: Log) -> None:
    case = build(follow_up)
    _made = case.slides
    proof = case.ground.register.figures["then.s1.stories"].evidence
    client, code = browser_of(bob), follow_up.workspace.code
    page = client.get(reverse("pitches:figure", args=[code, follow_up.code, proof])).content.decode()
    assert follow_up.follows is not None
    old = found.pitch(follow_up.workspace, follow_up.follows.code)
    assert old.snapshot is not None
    evidence = old.snapshot["figures"]["s1.stories"]["evidence"]
    assert reverse("pitches:figure", args=[code, old.code, evidence]) in page
    assert old.sha256 in page
