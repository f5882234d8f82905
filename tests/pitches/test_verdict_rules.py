"""What holds of the rule book for any numbers: more never weakens a claim, unknown never helps one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competitors.compare import MEASURES, Standing
from pitches import verdicts
from pitches.verdicts import THRESHOLDS, Race, Start, State, Talk, Visibility, Voice

# How much a verdict says for the claim. What cannot be judged says no more than what is contradicted.
STRENGTH: dict[State, int] = {"supported": 2, "mixed": 1, "not_supported": 0, "not_enough": 0}
JUDGED = ("supported", "mixed", "not_supported")
COUNTS = st.one_of(st.none(), st.integers(0, 60))
SHARES = st.one_of(st.none(), st.integers(0, 40).map(lambda number: number / 40))
NUMBERS: dict[Callable[..., verdicts.Verdict], st.SearchStrategy[Any]] = {
    verdicts.talk: st.builds(Talk, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS),
    verdicts.visibility: st.builds(Visibility, COUNTS, SHARES, COUNTS),
    verdicts.voice: st.builds(Voice, COUNTS, SHARES, st.integers(0, 2)),
    verdicts.start: st.builds(Start, st.booleans(), COUNTS, st.just(4), st.integers(0, 4)),
}
# What may only speak for a claim; a high share of conversations with us is the one that speaks against it.
FOR = {
    verdicts.talk: ("stories", "authors", "sources"),
    verdicts.visibility: ("share", "reactions"),
    verdicts.start: ("answerable", "baselines"),
}


def test_the_rule_book_is_the_published_one() -> None:
    rules = {name: (one.step, one.side, one.sign, one.value) for name, one in THRESHOLDS.items()}
    assert rules == {
        "s1.covered": (1, "minimum", ">=", 1),  # one source fully covered
        "s1.stories": (1, "supported", ">=", 30),
        "s1.authors": (1, "supported", ">=", 10),
        "s1.sources": (1, "supported", ">=", 2),
        "s1.few": (1, "not_supported", "<", 5),  # with every source ok
        "s2.inspected": (2, "minimum", ">=", 30),
        "s2.share": (2, "supported", ">=", 0.20),
        "s2.reactions": (2, "supported", ">=", 1),  # influence unknown, or none, gives at most mixed
        "s2.low": (2, "not_supported", "<", 0.05),
        "s3.readable": (3, "minimum", ">=", 20),
        "s3.share": (3, "supported", "<", 0.05),
        "s3.high": (3, "not_supported", ">", 0.25),
        "s4.rivals": (4, "minimum", ">=", 2),
        "s4.leads": (4, "supported", ">=", 2),
        "s4.all": (4, "not_supported", ">=", 3),  # of three, against every rival
        "s5.answerable": (5, "supported", ">=", 3),  # and a baseline for each goal
        "s5.none": (5, "not_supported", "<", 1),
    }


@pytest.mark.parametrize("judge", FOR, ids=lambda judge: judge.__name__)
@given(data=st.data())
def test_more_of_it_never_weakens_the_claim(judge: Any, data: st.DataObject) -> None:
    numbers = data.draw(NUMBERS[judge])
    name = data.draw(st.sampled_from(FOR[judge]))
    before = getattr(numbers, name)
    if before is None:
        return
    more = dataclasses.replace(numbers, **{name: before + data.draw(st.sampled_from((0.025, 1, 30)))})
    assert STRENGTH[judge(more).state] >= STRENGTH[judge(numbers).state]


@given(NUMBERS[verdicts.voice], st.sampled_from((0.025, 0.1, 0.5)))
def test_the_more_we_take_part_the_less_we_can_say_that_we_are_missing(numbers: Voice, more: float) -> None:
    if numbers.share is not None:
        present = dataclasses.replace(numbers, share=numbers.share + more)
        assert STRENGTH[verdicts.voice(present).state] <= STRENGTH[verdicts.voice(numbers).state]


@pytest.mark.parametrize("judge", NUMBERS, ids=lambda judge: judge.__name__)
@given(data=st.data())
def test_what_is_unknown_never_helps_more_than_a_known_zero(judge: Any, data: st.DataObject) -> None:
    numbers = data.draw(NUMBERS[judge])
    fields = [one.name for one in dataclasses.fields(numbers) if one.name not in ("ask_complete", "kpis")]
    name = data.draw(st.sampled_from([one for one in fields if one not in ("sources_failed", "baselines")]))
    empty = 0 if name == "profiles" else None
    unknown = judge(dataclasses.replace(numbers, **{name: empty}))
    zero = judge(dataclasses.replace(numbers, **{name: 0}))
    assert STRENGTH[unknown.state] <= STRENGTH[zero.state]


@pytest.mark.parametrize("judge", NUMBERS, ids=lambda judge: judge.__name__)
@given(data=st.data())
def test_what_is_unknown_never_speaks_against_the_claim_either(judge: Any, data: st.DataObject) -> None:
    numbers = data.draw(NUMBERS[judge])
    if judge(numbers).state == "not_supported":
        decides = {verdicts.talk: "stories", verdicts.start: "answerable"}.get(judge, "share")
        assert getattr(numbers, decides) is not None
        assert judge is not verdicts.talk or numbers.sources_failed == 0


@given(NUMBERS[verdicts.talk], st.integers(1, 3))
def test_not_knowing_what_failed_is_like_something_having_failed(numbers: Talk, failed: int) -> None:
    unknown = verdicts.talk(dataclasses.replace(numbers, sources_failed=None))
    assert unknown == verdicts.talk(dataclasses.replace(numbers, sources_failed=failed))
    assert unknown.state != "not_supported"


STANDINGS = st.builds(Standing, st.just(1), SHARES, COUNTS, SHARES)


@given(STANDINGS, st.lists(STANDINGS, max_size=4), st.sampled_from(MEASURES), st.data())
def test_a_rival_that_does_better_never_weakens_step_4(
    own: Standing[int], rivals: list[Standing[int]], measure: str, data: st.DataObject
) -> None:
    rivals = [dataclasses.replace(one, brand=number) for number, one in enumerate(rivals, 2)]
    known = [at for at, one in enumerate(rivals) if getattr(one, measure) is not None]
    if not known:
        return
    at = data.draw(st.sampled_from(known))
    better = dataclasses.replace(rivals[at], **{measure: getattr(rivals[at], measure) + 1})
    after = [*rivals[:at], better, *rivals[at + 1 :]]
    before = verdicts.race(Race(own, tuple(rivals))).state
    assert STRENGTH[verdicts.race(Race(own, tuple(after))).state] >= STRENGTH[before]


def test_that_we_lead_everybody_is_not_said_of_a_rival_nobody_measured() -> None:
    us = Standing(1, voice=0.6, presence=5, momentum=0.3)
    behind = (Standing(2, 0.2, 2, 0.1), Standing(3, 0.1, 1, 0.0))
    assert verdicts.race(Race(us, behind)).state == "not_supported"
    verdict = verdicts.race(Race(us, (*behind, Standing(4, None, 9, 0.9))))
    assert verdict.state == "mixed"
    assert "s4.missing.voice" in verdict.missing


@given(st.lists(st.sampled_from(verdicts.STATES), min_size=5, max_size=5))
def test_the_whole_is_never_supported_over_a_contradiction_or_without_most_of_its_steps(
    states: list[State],
) -> None:
    whole = verdicts.overall([verdicts.Verdict(state) for state in states])
    if whole == "supported":
        assert "not_supported" not in states and states.count("supported") >= 3
    assert whole == "mixed" or states.count(whole) >= 3
