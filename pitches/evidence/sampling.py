"""Drawing a sample of mentions and judging it: what people do, each in one transaction."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, F, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from listening.models import Match
from pitches.evidence import precision
from pitches.ground import Ground
from pitches.models import Judgement, Pitch, PrecisionSample
from teams.models import User, Workspace, record

SIZE = 20
LARGEST_SEED = 2**31


class Nothing(Exception):
    """There is nothing to draw from."""

    def __str__(self) -> str:
        return _("Nothing was heard in this period, so there is nothing to judge. Scan first.")


class Meanwhile(Exception):
    """Somebody else drew a sample since this person looked."""

    def __str__(self) -> str:
        return _("Another sample was drawn meanwhile. This is it.")


def ground_of(pitch: Pitch, now: datetime | None = None) -> Ground:
    """What the pitch measures on: its workspace and period."""
    return Ground(pitch.workspace, pitch.period_start, pitch.period_end, now or timezone.now())


@transaction.atomic
def draw(
    ground: Ground, user: User, seed: int | None = None, *, instead_of: str | None = None
) -> PrecisionSample:
    """Draws mentions at random from those that step 1 counts; an earlier sample stays. Raises Nothing.

    The order is that of the MD5 of the seed and the mention's id: anybody can work it out again.
    ``instead_of``: the id of the sample that the person saw, "" for none. Raises Meanwhile when another is
    the newest.
    """
    if instead_of is not None:
        Workspace.objects.select_for_update(no_key=True).get(pk=ground.workspace.pk)
        newest = precision.newest(ground)
        if instead_of != (str(newest.pk) if newest else ""):
            raise Meanwhile
    seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    heard = ground.heard.order_by()
    population = heard.aggregate(number=Count("mention", distinct=True))["number"]
    if not population:
        raise Nothing
    named = Concat(Value(f"{seed}:"), Cast(F("mention_id"), CharField()))
    drawn: Any = heard.values("mention_id").distinct().order_by(MD5(named))
    sample = PrecisionSample.objects.create(
        workspace=ground.workspace,
        period_start=ground.start,
        period_end=ground.end,
        versions=precision.versions_of(ground),
        wordings=[
            f"{search.brand or ''} {version}: {version.text}".lstrip()
            for search in ground.own_searches
            if (version := search.current)
        ],
        seed=seed,
        population=population,
        drawn=list(drawn.values_list("mention_id", flat=True)[:SIZE]),
        drawn_at=ground.now,
        drawn_by=user,
    )
    record(
        ground.workspace,
        user,
        "sample.drawn",
        f"{ground.start} – {ground.end}",
        sampled=len(sample.drawn),
        population=population,
        seed=seed,
    )
    return sample


def judge(sample: PrecisionSample, user: User, place: int, answer: str, now: datetime | None = None) -> None:
    """What somebody says of one mention; said again, it replaces what they said before.

    Raises ValueError for a place or an answer that there is not.
    """
    if not 0 <= place < len(sample.drawn) or answer not in Judgement.Answer.values:
        raise ValueError(f"no answer {answer!r} for place {place}")
    Judgement.objects.update_or_create(
        sample=sample,
        place=place,
        judged_by=user,
        defaults={"answer": answer, "judged_at": now or timezone.now()},
    )


@transaction.atomic
def undo(sample: PrecisionSample, user: User) -> int | None:
    """Takes back what this person said last; which place it was, None when they said nothing."""
    last = sample.judgements.select_for_update().filter(judged_by=user).order_by("-judged_at", "-pk").first()
    if last is None:
        return None
    last.delete()
    return last.place


def matches_of(sample: PrecisionSample, place: int) -> list[Match]:
    """Why a drawn mention was found: its matches with the wordings of the sample."""
    found = Match.objects.filter(
        workspace=sample.workspace, mention=sample.drawn[place], version__in=sample.versions
    )
    return list(found.select_related("version__search__brand").order_by("pk"))
