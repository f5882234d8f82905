"""How a feed is doing, told from what happened to it. Pure: the same row at the same time, the same state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from listening import rhythm
from listening.models import Feed

Name = Literal["gone", "blocked", "failing", "quiet", "moved", "new", "fresh"]

REFUSED = ("blocked", "needs_key")  # kinds of error
FAILING_MATTERS = timedelta(days=1)  # a feed that fails for longer has stopped
MOVED_IS_NEWS = timedelta(days=14)
AGREEING = 3  # answers in a row that must name one new address before a feed is asked there

# What they are called; the order is that of the page, what needs a person first.
NAMES: dict[Name, object] = {
    "gone": _("gone"),
    "blocked": _("blocked"),
    "failing": _("failing"),
    "quiet": _("quiet"),
    "moved": _("moved"),
    "new": _("not read yet"),
    "fresh": _("fresh"),
}


@dataclass(frozen=True)
class State:
    """``since``: when it began, None where nobody knows. ``stopped_at``: when it began to need somebody."""

    name: Name
    since: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def label(self) -> str:
        return str(NAMES[self.name])

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    @property
    def place(self) -> tuple[bool, int]:
        """Where it stands in a list: what stopped comes first."""
        return not self.is_stopped, list(NAMES).index(self.name)


def rhythm_of(feed: Feed) -> rhythm.Rhythm:
    return rhythm.Rhythm(feed.rhythm_minutes, feed.silence_minutes, feed.newest_at)


def state_of(feed: Feed, now: datetime) -> State:
    """The one state of a feed."""
    if feed.error:
        if feed.error_kind == "gone":
            return State("gone", feed.error_since, feed.error_since)
        if feed.error_kind in REFUSED:
            return State("blocked", feed.error_since, feed.error_since)
        begun = feed.failing_since
        matters = begun + FAILING_MATTERS if begun else None
        return State("failing", begun, matters if matters and matters <= now else None)
    if feed.last_ok_at is None:
        return State("new")
    if feed.moved_at and now - feed.moved_at < MOVED_IS_NEWS:
        return State("moved", feed.moved_at)
    if quiet := rhythm.quiet_since(rhythm_of(feed), now):
        return State("quiet", quiet)
    return State("fresh", feed.last_ok_at)


def rhythm_words(found: rhythm.Rhythm) -> str:
    """How often it has an entry, as people say it; "" where that is not known."""
    if found.usual is None:
        return ""
    a_day = 24 * 60 / found.usual
    if a_day >= 1.5:
        return gettext("about %(n)s entries a day") % {"n": round(a_day)}
    days = round(1 / a_day)
    text = ngettext("about one entry a day", "about one entry every %(days)s days", days)
    return text % {"days": days}


def interval_words(minutes: int) -> str:
    """How often it is asked, as people say it."""
    if minutes < 120:
        return gettext("every %(n)s minutes") % {"n": minutes}
    return gettext("every %(n)s hours") % {"n": round(minutes / 60)}


def stopped(now: datetime, prefix: str = "") -> Q:
    """The condition on feeds, or on ``prefix``, a path to them, that ``state_of`` calls stopped."""
    refused = Q(**{f"{prefix}error_kind__in": ("gone", *REFUSED), f"{prefix}error_since__isnull": False})
    failing = Q(**{f"{prefix}failing_since__lte": now - FAILING_MATTERS}) & ~Q(
        **{f"{prefix}error_kind__in": ("gone", *REFUSED)}
    )
    # The first condition repeats what both imply: it is the one of the index.
    return Q(**{f"{prefix}failing_since__isnull": False}) & (refused | failing)


def stopped_at(prefix: str = "") -> Case:
    """``State.stopped_at`` of feeds that have stopped, as the database computes it."""
    matters = ExpressionWrapper(
        F(f"{prefix}failing_since") + Value(FAILING_MATTERS), output_field=DateTimeField()
    )
    refused = Q(**{f"{prefix}error_kind__in": ("gone", *REFUSED)})
    return Case(When(refused, then=F(f"{prefix}error_since")), default=matters, output_field=DateTimeField())


def tally(states: Iterable[State]) -> dict[Name, int]:
    """How many are in each state, in the order of the page; states that nobody is in are left out."""
    found = [state.name for state in states]
    return {name: found.count(name) for name in NAMES if name in found}
