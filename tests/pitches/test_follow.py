"""Alice comes back after 90 days and sees what changed, by the same measure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from pitches import follow, verbs
from pitches.case import Case, build, period_of
from pitches.decks import pdf, pptx, snapshot as decks, web
from pitches.models import Pitch
from teams.models import User, Workspace

AGO = timedelta(days=60)


@pytest.fixture
def frozen(workspace: Workspace, alice: User) -> Pitch:
    """A pitch that Alice froze two months ago, about the month before."""
    then = timezone.now() - AGO
    start, end = period_of(workspace, now=then)
    draft = verbs.create(
        workspace, alice, title="Why we should join", audience="The board", language="en",
        start=start, end=end, now=then,
        ask={"ask_hours": Decimal(5), "ask_budget": Decimal(1200), "ask_decide_by": end + timedelta(days=14)},
    )  # fmt: skip
    return verbs.freeze(draft, alice, then)


@pytest.fixture
def follow_up(frozen: Pitch, alice: User) -> Pitch:
    return follow.follow_up(frozen, alice)


@pytest.fixture
def case(follow_up: Pitch) -> Case:
    return build(follow_up)


def test_it_renders(case: Case, follow_up: Pitch, alice: User) -> None:
    snapshot = case.as_snapshot()
    assert [str(one) for one in decks.check(snapshot)] == []
    for language in ("en", "sv"):
        open(f"/tmp/follow-{language}.pptx", "wb").write(pptx.render(snapshot, language))
        open(f"/tmp/follow-{language}.pdf", "wb").write(pdf.render(snapshot, language))
        web.deck(snapshot, language, lambda name: name)
