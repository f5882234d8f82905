"""How many of the mentions are really about us: drawn at random, judged by people, said honestly."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from listening.models import Mention, Search
from pitches import queries, verbs
from pitches.case import build
from pitches.evidence import precision, sampling
from pitches.evidence.precision import Result, result, wilson
from pitches.models import Judgement, Pitch, PrecisionSample
from teams.models import AuditEntry, Role, User, Workspace
from tests.make import hear, make_brand, make_item, make_member, make_search, make_user, make_workspace

BrowserOf = Callable[[User], Client]


@pytest.fixture
def sample(pitch: Pitch, alice: User) -> PrecisionSample:
    PrecisionSample.objects.all().delete()  # the sample workspace has one of its own
    return sampling.draw(sampling.ground_of(pitch), alice, seed=7)


def values(pitch: Pitch) -> dict[str, Any]:
    found = build(pitch).ground.register.values()
    return {key.removeprefix("precision."): one for key, one in found.items() if key.startswith("precision.")}


def shown(pitch: Pitch) -> str:
    """What the slide says, as one text."""
    slide = next(one for one in build(pitch).slides if one.key == "precision")
    return f"{slide.title['en']} {slide.blocks}"


# Drawing


def test_twenty_different_mentions_of_the_period_are_drawn(sample: PrecisionSample, pitch: Pitch) -> None:
    ground = sampling.ground_of(pitch)
    counted = set(ground.heard.values_list("mention", flat=True))
    assert len(set(sample.drawn)) == sampling.SIZE and set(sample.drawn) <= counted
    assert sample.population == len(counted) == build(pitch).ground.register.values()["s1.mentions"]


def test_the_same_seed_draws_the_same_again(sample: PrecisionSample, pitch: Pitch, alice: User) -> None:
    ground = sampling.ground_of(pitch)
    assert sampling.draw(ground, alice, seed=7).drawn == sample.drawn
    assert sampling.draw(ground, alice, seed=8).drawn != sample.drawn
    assert sampling.draw(ground, alice).seed != sampling.draw(ground, alice).seed
    # As anybody can work it out.
    ids = set(ground.heard.values_list("mention", flat=True))
    by_hand = sorted(ids, key=lambda pk: hashlib.md5(f"7:{pk}".encode()).hexdigest())
    assert sample.drawn == by_hand[: sampling.SIZE]


def test_every_mention_is_as_likely_as_any_other(pitch: Pitch, alice: User) -> None:
    ground = sampling.ground_of(pitch)
    times: dict[int, int] = {}
    for seed in range(60):
        for pk in sampling.draw(ground, alice, seed=seed).drawn:
            times[pk] = times.get(pk, 0) + 1
    expected = 60 * sampling.SIZE / ground.heard.values("mention").distinct().count()
    assert max(times.values()) < 4 * expected + 6


def test_what_is_marked_as_not_relevant_is_counted_nowhere_and_not_drawn(pitch: Pitch, alice: User) -> None:
    ground = sampling.ground_of(pitch)
    few = list(ground.heard.values_list("mention", flat=True).distinct().order_by("mention")[:5])
    Mention.objects.filter(workspace=pitch.workspace).exclude(pk__in=few).update(state="not_relevant")
    assert sorted(sampling.draw(ground, alice).drawn) == few


def test_there_is_nothing_to_judge_where_nothing_was_heard(db: None) -> None:
    dora = make_user("Dora")
    workspace = make_workspace(dora)
    make_search(workspace, brand=make_brand(workspace))
    first, last = date(2026, 1, 1), date(2026, 1, 30)
    pitch = Pitch(workspace=workspace, period_start=first, period_end=last, language="en")
    with pytest.raises(sampling.Nothing, match="Nothing was heard"):
        sampling.draw(sampling.ground_of(pitch), dora)


# Whom it speaks for


def test_a_sample_speaks_for_its_period_and_wordings_only(
    sample: PrecisionSample, pitch: Pitch, alice: User
) -> None:
    sampling.judge(sample, alice, 0, "relevant")
    assert values(pitch)["judged"] == 1
    other = Pitch.objects.get(pk=pitch.pk)
    other.period_end = other.period_end.replace(day=1)
    assert values(other)["sampled"] is None
    brand = pitch.workspace.brands.get(kind="own")
    make_search(pitch.workspace, "another wording", brand, Search.Form.KEYWORD)
    assert values(pitch)["sampled"] is None
    assert "Not sampled" in shown(pitch)


def test_the_newest_sample_counts_and_the_older_stays(
    sample: PrecisionSample, pitch: Pitch, alice: User
) -> None:
    sampling.judge(sample, alice, 0, "relevant")
    sampling.draw(sampling.ground_of(pitch), alice)
    assert values(pitch)["judged"] == 0
    assert sample.judgements.count() == 1
    entry = AuditEntry.objects.filter(verb="sample.drawn").latest("pk")
    assert entry.details["sampled"] == 20 and entry.details["seed"]


# Judging


def test_unknown_is_never_zero(pitch: Pitch) -> None:
    PrecisionSample.objects.all().delete()
    assert set(values(pitch).values()) == {None}
    assert "Not sampled" in shown(pitch)


def test_a_person_judges_takes_back_and_judges_again(sample: PrecisionSample, alice: User) -> None:
    for place, answer in ((0, "relevant"), (1, "not_relevant"), (1, "unsure")):
        sampling.judge(sample, alice, place, answer)
    assert {one.place: one.answer for one in sample.judgements.all()} == {0: "relevant", 1: "unsure"}
    assert [sampling.undo(sample, alice) for _ in range(3)] == [1, 0, None]
    for place, answer in ((20, "relevant"), (-1, "relevant"), (0, "perhaps")):
        with pytest.raises(ValueError):
            sampling.judge(sample, alice, place, answer)


def test_figures_and_slide_say_what_was_judged(sample: PrecisionSample, pitch: Pitch, alice: User) -> None:
    for place in range(20):
        answer = "not_relevant" if place == 0 else "unsure" if place == 1 else "relevant"
        sampling.judge(sample, alice, place, answer)
    found = values(pitch)
    counts = ("sampled", "judged", "relevant", "not_relevant", "unsure", "open")
    assert {name: found[name] for name in counts} == {
        "sampled": 20, "judged": 20, "relevant": 18, "not_relevant": 1, "unsure": 1, "open": 0,
    }  # fmt: skip
    assert (found["share"], found["judges"], found["agreement"]) == (0.9, 1, None)
    assert (round(found["low"], 3), round(found["high"], 3)) == (0.699, 0.972)
    said = shown(pitch)
    assert "{precision.relevant} of {precision.judged} sampled mentions were relevant" in said
    assert "{precision.low}" in said and "{precision.agreement}" not in said


def test_rows_say_who_said_what(sample: PrecisionSample, pitch: Pitch, alice: User, bob: User) -> None:
    sampling.judge(sample, alice, 0, "relevant")
    sampling.judge(sample, bob, 0, "not_relevant")
    Mention.objects.filter(pk=sample.drawn[1]).delete()
    frozen = verbs.freeze(pitch, alice)
    proof = queries.proof(frozen, frozen.snapshot["figures"]["precision.share"]["evidence"])
    rows = proof.evidence["rows"]
    assert len(rows) == proof.evidence["rows_total"] == 20
    assert "Relevant (Alice, " in rows[0]["why"] and "Not relevant (Bob, " in rows[0]["why"]
    assert rows[0]["url"] and rows[1].get("url") is None and rows[1]["why"] == ""
    assert proof.evidence["class"] == "manual" and proof.evidence["inspected"] == 1
    assert "fjällvik" in proof.evidence["query"].lower()


def test_of_several_judges_the_majority_decides() -> None:
    answers = [
        (0, "relevant", "a"), (0, "relevant", "b"),
        (1, "relevant", "a"), (1, "not_relevant", "b"),
        (2, "unsure", "a"), (2, "relevant", "b"),
        (3, "not_relevant", "a"), (3, "not_relevant", "b"), (3, "relevant", "c"),
        (4, "relevant", "c"),
    ]  # fmt: skip
    found = result(99, 20, answers)
    assert (found.judged, found.relevant, found.not_relevant, found.unsure) == (5, 3, 1, 1)
    assert (found.judges, found.agreement, found.open) == (3, 0.25, 15)


def test_a_sample_of_everything_is_exact() -> None:
    found = result(2, 2, [(0, "relevant", 1), (1, "unsure", 1)])
    assert (found.share, found.interval, found.is_whole) == (0.5, (0.5, 0.5), True)
    assert Result(9, 9, 0, 0, 0, 0, 0).interval == (None, None)


@given(st.integers(1, 40).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts)
    assert 0 <= low <= counts[0] / counts[1] <= high <= 1
    assert high - low > 0


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(20, 20, 0.8389, 1.0), (0, 20, 0.0, 0.1611), (10, 20, 0.2993, 0.7007)]
)
def test_the_interval_is_the_one_of_the_books(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=0.0001)


def test_people_whose_account_is_gone_still_count(sample: PrecisionSample, pitch: Pitch, bob: User) -> None:
    sampling.judge(sample, bob, 0, "relevant")
    bob.delete()
    assert (values(pitch)["judged"], values(pitch)["judges"]) == (1, 1)


# The page


def url(name: str, pitch: Pitch) -> str:
    return reverse(f"pitches:{name}", args=[pitch.workspace.code, pitch.code])


def test_one_mention_after_the_other(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    PrecisionSample.objects.all().delete()
    browser = browser_of(alice)
    assert "Draw a sample" in browser.get(url("sample", pitch)).content.decode()
    browser.post(url("draw", pitch))
    drawn = PrecisionSample.objects.get()
    first = browser.get(url("sample", pitch))
    assert first.context["place"] == 0
    assert first.context["current"]["mention"].pk == drawn.drawn[0]
    author = first.context["current"]["mention"].author
    assert author is None or author.handle not in first.content.decode(), "what was said is judged, not who"
    browser.post(url("judge", pitch), {"place": "0", "answer": "relevant"})
    page = browser.get(url("sample", pitch))
    assert (page.context["place"], page.context["mine"]) == (1, 1)
    assert "1 of 1 relevant" in page.content.decode()
    assert browser.get(url("sample", pitch), {"place": "0"}).context["my_answer"] == "relevant"
    browser.post(url("undo_judgement", pitch))
    assert browser.get(url("sample", pitch)).context["place"] == 0
    for place in range(20):
        browser.post(url("judge", pitch), {"place": place, "answer": "unsure"})
    assert "You have judged them all" in browser.get(url("sample", pitch)).content.decode()


def test_everybody_judges_for_themselves(
    sample: PrecisionSample, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    eva = make_user("Eva")
    make_member(pitch.workspace, eva, Role.EDITOR)
    browser_of(alice).post(url("judge", pitch), {"place": "0", "answer": "relevant"})
    assert browser_of(eva).get(url("sample", pitch)).context["place"] == 0
    browser_of(eva).post(url("undo_judgement", pitch))
    assert sample.judgements.count() == 1, "nobody takes back what others said"


@pytest.mark.parametrize("sent", [{}, {"place": "x"}, {"place": "99"}, {"place": "0", "answer": "no"}])
def test_an_answer_that_there_is_not_changes_nothing(
    sample: PrecisionSample, pitch: Pitch, alice: User, browser_of: BrowserOf, sent: dict[str, str]
) -> None:
    answer = browser_of(alice).post(url("judge", pitch), sent, follow=True)
    assert "Choose one of the three answers." in answer.content.decode()
    assert not Judgement.objects.exists()


def test_nobody_judges_what_they_did_not_see(
    sample: PrecisionSample, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    """Somebody else drew another sample while this page stood open."""
    browser = browser_of(alice)
    assert f'name="sample" value="{sample.pk}"' in browser.get(url("sample", pitch)).content.decode()
    sampling.draw(sampling.ground_of(pitch), alice, seed=8)
    sent = {"place": "0", "answer": "relevant", "sample": sample.pk}
    answer = browser.post(url("judge", pitch), sent, follow=True)
    assert "Another sample was drawn meanwhile. This is it." in answer.content.decode()
    assert not Judgement.objects.exists()


def test_pressing_twice_draws_once(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    PrecisionSample.objects.all().delete()
    browser = browser_of(alice)
    for _ in range(2):
        browser.post(url("draw", pitch), {"sample": ""})
    first = PrecisionSample.objects.get()
    browser.post(url("draw", pitch), {"sample": first.pk})
    browser.post(url("draw", pitch), {"sample": first.pk})
    assert PrecisionSample.objects.count() == 2


def test_a_search_that_was_changed_meanwhile_ends_the_sample(
    sample: PrecisionSample, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    make_search(pitch.workspace, "other", pitch.workspace.brands.get(kind="own"), Search.Form.KEYWORD)
    answer = browser_of(alice).post(url("judge", pitch), {"place": "0", "answer": "relevant"})
    assert answer.status_code == 404
    assert "Draw a sample" in browser_of(alice).get(url("sample", pitch)).content.decode()


def test_a_frozen_pitch_keeps_what_was_judged_then(
    sample: PrecisionSample, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    sampling.judge(sample, alice, 0, "relevant")
    frozen = verbs.freeze(pitch, alice)
    answer = browser_of(alice).post(url("judge", pitch), {"place": "1", "answer": "unsure"}, follow=True)
    assert "This version is frozen." in answer.content.decode()
    sampling.judge(sample, alice, 1, "unsure")
    assert Pitch.objects.get(pk=frozen.pk).snapshot["figures"]["precision.judged"]["value"] == 1


def test_the_sample_of_another_workspace_is_nobodys_here(
    sample: PrecisionSample, workspace: Workspace, pitch: Pitch, charlie: User
) -> None:
    theirs = charlie.workspaces.get()
    make_search(theirs, "fjällvik", make_brand(theirs))
    hear(theirs, make_item())
    pitch.workspace = theirs
    assert precision.newest(sampling.ground_of(pitch)) is None
