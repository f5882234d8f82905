"""What is wrong with a snapshot is found before anybody downloads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pitches.decks import contract
from pitches.decks.snapshot import check
from tests.pitches import snapshots
from tests.pitches.snapshots import text


def slide(snapshot: Any, key: str) -> Any:
    return next(one for one in snapshot["slides"] if one["key"] == key)


@pytest.mark.parametrize("make", [snapshots.full, snapshots.draft, snapshots.long_names])
def test_a_good_snapshot_has_no_problems(make: Callable[[], Any]) -> None:
    assert check(make()) == []


def break_evidence(found: Any) -> None:
    found["figures"]["s1.stories"]["evidence"] = "E99"


def break_place(found: Any) -> None:
    slide(found, "volume")["title"]["en"] = "{s1.storeys} stories"


def break_name(found: Any) -> None:
    slide(found, "volume")["title"]["en"] = "{s1.stories} about {@nobody}"


def write_digit(found: Any) -> None:
    slide(found, "volume")["title"] = text("{s1.stories} stories in 30 days")


def write_digit_in_note(found: Any) -> None:
    slide(found, "volume")["notes"] = text("Say: twice as many as in 2025.")


def write_other_digit(found: Any) -> None:
    slide(found, "plan")["blocks"][1]["text"] = text("٣ conversations")


def open_brace(found: Any) -> None:
    slide(found, "volume")["title"]["sv"] = "{s1.stories berättelser"


def differ(found: Any) -> None:
    slide(found, "share")["title"]["sv"] = "{@rival} nämns oftare"


def forget_language(found: Any) -> None:
    del slide(found, "share")["title"]["en"]


def name_unknown_evidence(found: Any) -> None:
    slide(found, "share")["evidence"] = ["E77"]


def drop_register(found: Any) -> None:
    found["slides"] = [one for one in found["slides"] if one["key"] != "register"]


def shorten_series(found: Any) -> None:
    slide(found, "share")["blocks"][0]["series"][0]["values"].pop()


def empty_chart(found: Any) -> None:
    slide(found, "share")["blocks"][0].update(categories=[], series=[], uncovered=[])


def shorten_row(found: Any) -> None:
    slide(found, "presence")["blocks"][0]["rows"][0].pop()


def mix_units(found: Any) -> None:
    found["figures"]["s4.nordbrew"]["unit"] = "percent"


def write_no_number(found: Any) -> None:
    found["figures"]["s1.stories"]["value"] = "212"


def write_infinity(found: Any) -> None:
    found["figures"]["s1.stories"]["value"] = float("inf")


def drop_currency(found: Any) -> None:
    del found["figures"]["ask.budget"]["currency"]


def drop_class(found: Any) -> None:
    del found["figures"]["s1.stories"]["class"]


def repeat_evidence(found: Any) -> None:
    found["evidence"].append(found["evidence"][0])


def invent_state(found: Any) -> None:
    slide(found, "presence")["blocks"][0]["rows"][0][1]["state"] = "maybe"


def invent_block(found: Any) -> None:
    slide(found, "presence")["blocks"].append({"type": "donut"})


def invent_verdict(found: Any) -> None:
    slide(found, "share")["verdict"] = "great"


def crowd_options(found: Any) -> None:
    slide(found, "options")["blocks"][0]["items"] *= 2


def forget_fact(found: Any) -> None:
    slide(found, "options")["blocks"][0]["items"][2]["facts"].pop()


def name_no_step(found: Any) -> None:
    del slide(found, "ladder")["blocks"][0]["items"][0]["title"]


def write_digit_in_fact(found: Any) -> None:
    slide(found, "ladder")["blocks"][0]["items"][0]["facts"][0] = text("4 hours a week")


def highlight_nothing(found: Any) -> None:
    slide(found, "presence")["blocks"][0]["highlight"] = 9


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (break_evidence, "figures[s1.stories]"),
        (break_place, "slides[volume].title"),
        (break_name, "slides[volume].title"),
        (write_digit, "slides[volume].title"),
        (write_digit_in_note, "slides[volume].notes"),
        (write_other_digit, "slides[plan].blocks[1].text"),
        (open_brace, "slides[volume].title"),
        (differ, "slides[share].title"),
        (forget_language, "slides[share].title"),
        (name_unknown_evidence, "slides[share]"),
        (drop_register, "slides"),
        (shorten_series, "slides[share].blocks[0]"),
        (empty_chart, "slides[share].blocks[0]"),
        (shorten_row, "slides[presence].blocks[0]"),
        (mix_units, "slides[share].blocks[0]"),
        (write_no_number, "figures[s1.stories]"),
        (write_infinity, "figures[s1.stories]"),
        (drop_currency, "figures[ask.budget]"),
        (drop_class, "figures[s1.stories]"),
        (repeat_evidence, "evidence[E1]"),
        (invent_state, "slides[presence].blocks[0]"),
        (invent_block, "slides[presence].blocks[1]"),
        (invent_verdict, "slides[share]"),
        (crowd_options, "slides[options].blocks[0]"),
        (forget_fact, "slides[options].blocks[0]"),
        (name_no_step, "slides[ladder].blocks[0]"),
        (write_digit_in_fact, "slides[ladder].blocks[0].items[0].facts[0]"),
        (highlight_nothing, "slides[presence].blocks[0]"),
    ],
)
def test_every_fault_is_named_at_its_place(change: Callable[[Any], None], where: str) -> None:
    snapshot = snapshots.full()
    change(snapshot)
    problems = check(snapshot)
    assert where in {problem.where for problem in problems}
    assert all(str(problem) for problem in problems)  # every message fills


def test_an_edit_may_say_something_else_in_one_language() -> None:
    snapshot: Any = snapshots.full()
    slide(snapshot, "share").update(
        edited=["sv"], title={"en": "{@rival} leads", "sv": "{@rival} nämns {s4.ratio} gånger"}
    )
    assert check(snapshot) == []


def test_a_name_may_hold_digits() -> None:
    snapshot: Any = snapshots.full()
    snapshot["names"]["brand"] = "3M 2000"
    assert check(snapshot) == []


def test_a_deck_frozen_in_the_first_format_is_still_read() -> None:
    """That one told of a slide only whether it was edited, which was always in the language of the pitch."""
    now: Any = snapshots.full()
    slide(now, "share")["edited"] = ["en"]
    old = {key: value for key, value in now.items() if key not in ("audience", "length")}
    old["format"] = 1
    old["slides"] = [one | {"edited": bool(one["edited"])} for one in now["slides"]]
    assert contract.current(old) == now
    assert contract.current(now) is now
