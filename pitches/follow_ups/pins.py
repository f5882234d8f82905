"""The old wordings that drafts of follow-ups measure by are kept up as long as such a draft is open."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from listening import searches
from pitches.follow_ups import then
from pitches.models import Pitch

LONGEST = timedelta(days=120)  # for a draft that everybody forgot


def keep_up(pitch: Pitch, now: datetime) -> None:
    """Pins the wordings by which a follow-up measures, from its first day on."""
    frozen = then.followed(pitch)
    if frozen:
        since = datetime.combine(pitch.period_start, time(), pitch.workspace.zone)
        searches.pin(then.wordings(frozen).versions, since, now + LONGEST)


def let_go(pitch: Pitch) -> None:
    """Lets them go when a follow-up is frozen or deleted, unless another draft measures by them."""
    frozen = then.followed(pitch)
    if frozen is None:
        return
    mine = {one.pk for one in then.wordings(frozen).versions}
    others = Pitch.objects.filter(
        workspace=pitch.workspace, frozen_at=None, follows__frozen_at__isnull=False
    ).exclude(pk=pitch.pk)
    for other in others.select_related("follows__workspace"):
        assert other.follows is not None
        mine -= {one.pk for one in then.wordings(other.follows).versions}
    searches.unpin(mine)
