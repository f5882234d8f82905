"""What pages and figures ask of what we heard. Workspace first, one count function, half-open periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, RowNumber, Trunc

from listening.models import Brand, Conversation, Match, Mention
from listening.yardstick import TODAY, Yardstick
from teams.models import Workspace


@dataclass(frozen=True)
class Counts:
    """How much was heard. Mentions are posts; stories are mentions that say different things."""

    mentions: int = 0
    stories: int = 0
    conversations: int = 0
    sites: int = 0
    authors: int = 0
    sources: int = 0
    questions: int = 0


def matched(
    workspace: Workspace,
    *,
    subject: str | None = None,
    brand: Brand | None = None,
    form: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    relevant_only: bool = True,
    by: Yardstick = TODAY,
) -> QuerySet[Match]:
    """Matches of the searches' current versions (or of those of the yardstick), since <= published < until.

    One mention matches several searches: count distinct mentions, never rows of two searches together.
    """
    found = Match.objects.filter(by.rule(), workspace=workspace)
    if subject:
        found = found.filter(search__subject=subject)
    if brand:
        found = found.filter(brand=brand)
    if form:
        found = found.filter(search__form=form)
    if source:
        found = found.filter(source=source)
    if since:
        found = found.filter(published_at__gte=since)
    if until:
        found = found.filter(published_at__lt=until)
    if relevant_only:
        found = found.exclude(mention__state=Mention.State.NOT_RELEVANT)
    return found


DISTINCT = {
    "mentions": Count("mention", distinct=True),
    "stories": Count("mention__story", distinct=True),
    "conversations": Count("mention__conversation", distinct=True),
    "sites": Count("mention__site", distinct=True),
    "authors": Count("mention__author", distinct=True),
    "sources": Count("source", distinct=True),
    "questions": Count("mention", distinct=True, filter=Q(mention__is_question=True)),
}


def counts(matches: QuerySet[Match]) -> Counts:
    """The one count function: every number on a page or a slide comes from here."""
    return Counts(**matches.aggregate(**DISTINCT))


def counts_by_source(matches: QuerySet[Match]) -> dict[str, Counts]:
    """``counts`` per source name."""
    names = [one.name for one in fields(Counts)]
    rows = matches.order_by().values("source").annotate(**{f"n_{name}": DISTINCT[name] for name in names})
    found: Iterable[Mapping[str, Any]] = rows
    return {row["source"]: Counts(**{name: row[f"n_{name}"] for name in names}) for row in found}


def per_period(matches: QuerySet[Match], unit: str, zone: ZoneInfo) -> list[tuple[date, int]]:
    """Stories per "day" or "week" (from Monday) of the zone, as (first day, stories); empty ones left out.

    A story counts where it was first told, so that the parts never add up to more than the whole.
    """
    told = (
        matches.order_by()
        .values("mention__story")
        .annotate(period=Trunc(Min("published_at"), unit, tzinfo=zone))
        .values_list("period")
    )
    # Django cannot group by what it has aggregated, and in Python it would be a row for each story.
    try:
        query, params = told.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT period, COUNT(*) FROM ({query}) told (period) GROUP BY 1 ORDER BY 1", params)
        return [(period.date(), stories) for period, stories in cursor.fetchall()]


def mentions_of(workspace: Workspace, matches: QuerySet[Match]) -> QuerySet[Mention]:
    """The mentions behind these matches, each once, newest first."""
    return (
        # Not Exists: on tables without statistics, as after a first scan, PostgreSQL would run it per row.
        Mention.objects.filter(workspace=workspace, pk__in=matches.order_by().values("mention"))
        .select_related("site", "author", "conversation")
        .order_by("-published_at", "-pk")
    )


def told_first(mentions: QuerySet[Mention]) -> QuerySet[Mention]:
    """One mention per story: the newest, with ``copies`` telling how many say the same."""
    return mentions.annotate(
        place=Window(RowNumber(), partition_by="story", order_by=["-published_at", "-pk"]),
        copies=Window(Count("pk"), partition_by="story"),
    ).filter(place=1)


@dataclass(frozen=True)
class SiteHeard:
    """How much was heard on one site, when last, and through which sources."""

    domain: str
    mentions: int
    newest: datetime
    sources: tuple[str, ...]


def sites_heard(matches: QuerySet[Match], limit: int) -> list[SiteHeard]:
    """The sites behind these matches, the most active first."""
    rows = (
        matches.order_by()
        .values("mention__site__domain")
        .annotate(
            mentions=DISTINCT["mentions"],
            newest=Max("published_at"),
            through=ArrayAgg("source", distinct=True),
        )
        .order_by("-mentions", "mention__site__domain")[:limit]
    )
    return [
        SiteHeard(row["mention__site__domain"], row["mentions"], row["newest"], tuple(row["through"]))
        for row in rows
    ]


# Not pk__in=[]: an empty list inside one aggregate makes Django answer the whole query with nothing.
NOBODY = Q(pk=0)


@dataclass(frozen=True)
class Participation:
    """Who took part in the conversations behind some matches. Unread and unreadable ones are nobody's."""

    conversations: int
    readable: int
    unreadable: int
    unread: int
    ours: int  # among the readable
    opened_by_us: int
    questions: int  # readable conversations that opened with a question
    questions_open: int  # of these, not answered by us


def participation(
    workspace: Workspace, handles: Mapping[str, Iterable[str]], matches: QuerySet[Match]
) -> Participation:
    """How many of the conversations hold a post by one of ``handles`` (source -> handles in lower case)."""
    ours = taking_part(handles)
    opened = NOBODY
    for source, names in handles.items():
        opened |= Q(source=source, opener__in=[*names, ""]) & ~Q(opener="")
    read = Q(state=Conversation.State.READ)
    asks = Exists(Mention.objects.filter(conversation=OuterRef("pk"), is_question=True))
    numbers = (
        Conversation.objects.filter(
            workspace=workspace, pk__in=matches.order_by().values("mention__conversation")
        )
        .annotate(asks=asks)
        .aggregate(
            conversations=Count("pk"),
            readable=Count("pk", filter=read),
            unreadable=Count("pk", filter=Q(state=Conversation.State.UNREADABLE)),
            unread=Count("pk", filter=Q(state=Conversation.State.UNREAD)),
            ours=Count("pk", filter=read & ours),
            opened_by_us=Count("pk", filter=read & opened),
            questions=Count("pk", filter=read & Q(asks=True)),
            questions_open=Count("pk", filter=read & Q(asks=True) & ~ours),
        )
    )
    return Participation(**numbers)


def taking_part(handles: Mapping[str, Iterable[str]], prefix: str = "") -> Q:
    """Condition on conversations (or on ``prefix``, a path to them) in which one of the handles wrote."""
    ours = NOBODY
    for source, names in handles.items():
        ours |= Q(**{f"{prefix}source": source, f"{prefix}participants__overlap": [*names, ""]})
    return ours


Handles = Mapping[str, Iterable[str]]  # source -> handles in lower case
# What sources count of a post, and may be added up: how visible it is.
REACTIONS = ("points", "likes", "shares", "comments")


def answerable_conversations(
    workspace: Workspace, handles: Handles, matches: QuerySet[Match], others: Handles | None = None
) -> QuerySet[Conversation]:
    """The conversations behind these matches that wait for us: read, without one of ``handles``.

    Left out are those whose text may not be kept, and those that one of ``others`` opened: a rival's own post
    is no place for our answer.
    """
    found = Conversation.objects.filter(
        workspace=workspace,
        state=Conversation.State.READ,
        pk__in=matches.filter(mention__is_searchable=True).order_by().values("mention__conversation"),
    ).exclude(taking_part(handles))
    for source, names in (others or {}).items():
        found = found.exclude(source=source, opener__in=[*names])
    return found


def answerable(
    workspace: Workspace,
    handles: Handles,
    matches: QuerySet[Match],
    limit: int,
    others: Handles | None = None,
    without: Iterable[int] = (),
    fresh_since: datetime | None = None,
) -> list[Mention]:
    """Of each conversation that waits for us what is most worth an answer; the best conversations first.

    Questions come first, then what was said since ``fresh_since``, then what most people reacted to, then
    what is newest. Conversations that say the same thing are one; those in ``without`` are left out.
    """
    waiting = answerable_conversations(workspace, handles, matches, others).exclude(pk__in=[*without])
    reactions: Any = Value(0)
    for name in REACTIONS:
        reactions += Coalesce(Cast(KeyTextTransform(name, "metrics"), BigIntegerField()), Value(0))
    is_fresh = Q(published_at__gte=fresh_since) if fresh_since else Q(pk__isnull=False)
    worth = ("-is_question", "-is_fresh", "-reactions", "-published_at", "-pk")
    # Ranked without their texts, which would have to be sorted along.
    best = (
        Mention.objects.filter(workspace=workspace, pk__in=matches.order_by().values("mention"))
        .filter(conversation__in=waiting.values("pk"), is_searchable=True)
        .annotate(reactions=reactions, is_fresh=ExpressionWrapper(is_fresh, output_field=BooleanField()))
        .annotate(
            in_conversation=Window(RowNumber(), partition_by="conversation", order_by=[*worth]),
            in_story=Window(RowNumber(), partition_by="story", order_by=[*worth]),
        )
        .filter(in_conversation=1, in_story=1)
        .order_by(*worth)
        .values_list("pk", flat=True)[:limit]
    )
    chosen = mentions_of(workspace, matches).in_bulk(list(best))
    return [chosen[pk] for pk in best if pk in chosen]


def stories_by_search(workspace: Workspace, since: datetime) -> dict[int, int]:
    """Stories that each search's current wording found since then, by search id."""
    rows = (
        matched(workspace, since=since)
        .order_by()
        .values("search")
        .annotate(n=Count("mention__story", distinct=True))
    )
    return {row["search"]: row["n"] for row in rows}
