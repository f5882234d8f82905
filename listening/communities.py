"""Where people meet: the communities behind what was heard, by how many conversations happen there.

On most places a community is the site. On Reddit it is the subreddit, which is only in the address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, Func, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat, Lower, NullIf

from listening.models import Match

REDDIT = r"^https?://(?:[a-z]+\.)?reddit\.com/r/([A-Za-z0-9_]{2,21})/"


@dataclass(frozen=True)
class Community:
    """``name`` is "r/coffee" or a site's domain; ``url`` is where one joins."""

    name: str
    url: str
    site: str
    conversations: int
    questions: int
    newest: datetime


def communities(
    matches: QuerySet[Match], limit: int, without: Iterable[str] = (), named: Iterable[str] | None = None
) -> list[Community]:
    """The communities behind these matches, those with most conversations first.

    ``without``: domains that are nobody's meeting place, such as our own. ``named``: these alone.
    """
    found: Any = _named(matches).exclude(mention__site__domain__in=[*without])
    if named is not None:
        found = found.filter(community__in=[*named])
    rows = (
        found.order_by()
        .values("community")
        .annotate(
            conversations=Count("mention__conversation", distinct=True),
            questions=Count("mention", distinct=True, filter=Q(mention__is_question=True)),
            newest=Max("published_at"),
            site=Max("mention__site__domain"),
        )
        .order_by("-conversations", "-newest", "community")[:limit]
    )
    return [
        Community(
            name=row["community"],
            url=address(row["community"]),
            site=row["site"],
            conversations=row["conversations"],
            questions=row["questions"],
            newest=row["newest"],
        )
        for row in rows
    ]


def address(name: str) -> str:
    """Where people join a community with this name."""
    return f"https://www.reddit.com/{name}/" if name.startswith("r/") else f"https://{name}/"


def within(matches: QuerySet[Match], name: str) -> QuerySet[Match]:
    """The matches that happened in one community."""
    found: Any = _named(matches)  # mypy does not see what is annotated elsewhere
    answer: QuerySet[Match] = found.filter(community=name)
    return answer


def _named(matches: QuerySet[Match]) -> QuerySet[Match]:
    """With ``community``: the name of the community in which each was said."""
    subreddit = Func(
        F("mention__url"),
        Value(REDDIT),
        function="SUBSTRING",
        template="%(function)s(%(expressions)s)",
        arg_joiner=" FROM ",
        output_field=CharField(),
    )
    # Only there is the address looked into: on all sites it would cost a second for a million posts.
    # Concat takes nothing for "".
    named = NullIf(Concat(Value("r/"), Lower(subreddit)), Value("r/"))
    return matches.annotate(
        community=Case(
            When(
                mention__site__domain="reddit.com",
                then=Coalesce(named, F("mention__site__domain")),
            ),
            default=F("mention__site__domain"),
        )
    )
