"""For whom a deck is: Alice says it on the page about her pitch, and the deck follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from listening.models import Brand
from pitches.case import build
from pitches.decks import snapshot as decks
from pitches.models import Pitch
from teams.models import User, Workspace
from tests.pitches.building import to

BrowserOf = Callable[[User], Client]


def about(pitch: Pitch, **values: object) -> dict[str, object]:
    """What the form about a pitch sends."""
    found = {name: getattr(pitch, name) for name in ("title", "audience", "period_start", "period_end")}
    return {**found, "audience_kind": "boss", "language": "en", "length": "full", **values}


@pytest.mark.parametrize(
    ("kind", "length", "cover", "opens"),
    [
        ("boss", "short", "For management: Ingrid", "To the boss: "),
        ("board", "meeting", "For the board: Ingrid", "To the board: "),
        ("peers", "full", "For colleagues: Ingrid", "To colleagues: "),
        ("client", "full", "For our client: Ingrid", "To a client: "),
    ],
)
def test_an_audience_gets_its_length_cover_and_notes(
    kind: str, length: str, cover: str, opens: str, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    values = about(pitch, title="Ny", audience="Ingrid", audience_kind=kind, length="", ask_currency="EUR")
    browser_of(alice).post(reverse("pitches:new", args=[pitch.workspace.code]), values)
    made = Pitch.objects.get(title="Ny")
    assert made.length == length
    page = browser_of(alice).get(to("pitch", made)).content.decode()
    assert cover in page and opens in page


def test_who_is_not_named_is_named_by_kind(pitch: Pitch) -> None:
    pitch.audience = ""
    kinds = {"boss": "For management", "board": "For the board", "client": "For our client"}
    for kind, said in kinds.items():
        pitch.audience_kind = kind
        lines = [block["text"]["en"] for block in build(pitch).slides[0].blocks]
        assert [line for line in lines if line.startswith("For ")] == [said]


def test_only_the_chosen_rivals_are_compared(
    pitch: Pitch, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    rivals = list(Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR).order_by("pk"))
    values = about(pitch)
    browser = browser_of(alice)
    browser.post(to("about", pitch), values | {"rivals": [rivals[0].pk]})
    case = build(Pitch.objects.get(pk=pitch.pk))
    snapshot = case.as_snapshot()
    assert case.ground.rivals == [rivals[0]]
    asked = [one["query"] for one in snapshot["evidence"]]
    quoting = ("voices", "gap", "answers")  # there others speak of whom they like
    ours = [slide for slide in snapshot["slides"] if slide["key"] not in quoting]
    assert rivals[1].name not in f"{ours} {snapshot['names']} {asked}"
    rows = [row for one in snapshot["evidence"] if one["step"] == 4 for row in one["rows"]]
    assert rows and not [row for row in rows if row["title"].startswith(rivals[1].name)]
    shares = [case.ground.register.values()[f"s4.voice.{index}"] for index in (0, 1)]
    assert sum(shares) == pytest.approx(1)
    assert not decks.check(snapshot)
    browser.post(to("about", pitch), values | {"rivals": [one.pk for one in rivals]})
    assert not pitch.rivals.exists(), "all is none: one that is added later is compared, too"


def test_nobody_compares_another_workspace(
    pitch: Pitch, charlie: User, alice: User, browser_of: BrowserOf
) -> None:
    foreign = Brand.objects.create(workspace=charlie.workspaces.get(), kind="competitor", name="Granvik")
    values = about(pitch, rivals=[foreign.pk])
    assert browser_of(alice).post(to("about", pitch), values).status_code == 200
    assert not pitch.rivals.exists()
