"""What pages and figures ask of what we heard. Workspace first, one count function, half-open periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
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
    Sum,
    Value,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, RowNumber, Trunc
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from listening import door, sources
from listening.models import Brand, Conversation, Fetch, Match, Mention, Search
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
    """Stories per "day" or "week" (from Monday) of the zone, as (first day, stories); empty ones left out."""
    rows = (
        matches.order_by()
        .annotate(period=Trunc("published_at", unit, tzinfo=zone))
        .values("period")
        .annotate(stories=Count("mention__story", distinct=True))
        .order_by("period")
    )
    return [(row["period"].date(), row["stories"]) for row in rows]


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


@dataclass(frozen=True)
class Coverage:
    """What one source let us hear of some searches in a period."""

    source: str
    label: str
    state: str  # "ok", "partial", "failed", "none" (never asked) or "off" (see ``off``)
    covered_from: datetime | None
    covered_to: datetime | None
    inspected: int  # records looked at in all fetches of the period; an overlap is looked at again
    truncated: bool
    gaps: tuple[str, ...]
    error: str  # in the reader's language, "" = none
    fetched_at: datetime | None
    error_message: str = ""  # the same as stored: an English template with its parameters
    error_params: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.state == "ok"


# All that coverage needs of a fetch; cursors are large, and a period holds many fetches.
COVERING = (
    *("source", "search_id", "feed_id", "covered_from", "covered_to", "finished_at"),
    *("inspected", "truncated", "gaps", "error", "error_params"),
)


def coverage(
    workspace: Workspace,
    searches: Iterable[Search],
    since: datetime,
    until: datetime,
    by: Yardstick = TODAY,
) -> list[Coverage]:
    """Per source and in the order of the list: whether fetches of these searches covered since..until.

    The intervals of all good fetches are joined; a period that ends now counts as covered to the last fetch.
    Every item is held against all searches, so what a brand's tags let us read counts for its keyword search,
    too, and feeds are read for all searches alike. Sources that were never asked are left out.
    """
    about = Q(capability="poll")
    for search in searches:
        about |= Q(search__subject=search.subject, search__brand=search.brand_id)
    asked = Fetch.objects.filter(
        by.rule() | Q(version=None) & by.on(),
        about,
        scan__workspace=workspace,
        finished_at__isnull=False,
        capability__in=("search", "tagged", "poll"),
    )
    by_source: dict[str, list[Fetch]] = {}
    for fetch in asked.filter(finished_at__gte=since).only(*COVERING).order_by("finished_at"):
        by_source.setdefault(fetch.source, []).append(fetch)
    return [_covered(name, by_source[name], since, until) for name in sorted(by_source, key=_place)]


NOT_YET = gettext_noop("It has not been searched yet since credentials were entered; the next scan does it.")
CAPABILITY = {Search.Form.KEYWORD.value: "search", Search.Form.TAG.value: "tagged"}


def off(workspace: Workspace, searches: Iterable[Search], asked: Iterable[str] = ()) -> list[Coverage]:
    """The sources that did not hear these searches, because they lack credentials or only just got them.

    Their state is "off": nothing failed, and nothing is known. Those that were asked all the same, as long as
    there were credentials, are left out.
    """
    if workspace.is_sample:
        return []  # nothing is scanned there
    asked, wanted = set(asked), {CAPABILITY[search.form] for search in searches}
    lacking = door.lacking(workspace)
    said = {kind: kind.lacks if kind in lacking else NOT_YET for kind in door.enabled(workspace)}
    return [
        Coverage(
            source=kind.name,
            label=kind.label,
            state="off",
            covered_from=None,
            covered_to=None,
            inspected=0,
            truncated=False,
            gaps=(),
            error=gettext(message),
            fetched_at=None,
            error_message=message,
        )
        for kind, message in said.items()
        if wanted & set(kind.keyed) and kind.name not in asked
    ]


def _place(name: str) -> tuple[int, str]:
    names = [kind.name for kind in sources.SOURCES]
    return (names.index(name) if name in names else len(names), name)


def _covered(name: str, fetches: Sequence[Fetch], since: datetime, until: datetime) -> Coverage:
    latest: dict[tuple[int | None, int | None], Fetch] = {}
    spans: dict[tuple[int | None, int | None], list[tuple[datetime, datetime]]] = {}
    for fetch in fetches:
        key = (fetch.search_id, fetch.feed_id)
        latest[key] = fetch
        if fetch.covered_to and fetch.covered_from:
            spans.setdefault(key, []).append((fetch.covered_from, fetch.covered_to))
    joined = [join(spans.get(key, []), since, until) for key in latest]
    whole = [span for span in joined if span]
    begin = max((span[0] for span in whole), default=None)
    end = min((span[1] for span in whole), default=None)
    last = list(latest.values())
    errors = [fetch for fetch in last if fetch.error]
    if not whole:
        state = "failed" if errors else "none"
    elif len(whole) < len(joined) or errors or (name != "feeds" and begin and begin > since):
        state = "partial"
    else:
        state = "ok"
    return Coverage(
        source=name,
        label=sources.label(name),
        state=state,
        covered_from=begin,
        covered_to=end,
        inspected=sum(fetch.inspected for fetch in fetches),
        truncated=any(fetch.truncated for fetch in last),
        gaps=tuple(sorted({" ".join(gap) for fetch in last for gap in fetch.gaps})),
        error=errors[-1].error_text if errors else "",
        fetched_at=max((fetch.finished_at for fetch in last if fetch.finished_at), default=None),
        error_message=errors[-1].error if errors else "",
        error_params=errors[-1].error_params if errors else {},
    )


def join(
    spans: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> tuple[datetime, datetime] | None:
    """The unbroken stretch that ends latest, from overlapping spans, cut to since..until, or None."""
    best: tuple[datetime, datetime] | None = None
    for begin, end in sorted(spans, key=lambda span: span[1], reverse=True):
        if best is None:
            best = (begin, end)
        elif end >= best[0]:
            best = (min(begin, best[0]), best[1])
    if best is None or best[1] < since or best[0] > until:
        return None
    return max(best[0], since), min(best[1], until)


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


@dataclass(frozen=True)
class Health:
    """How a source is doing for a workspace: when it last answered, and what is wrong now.

    ``state``: "ok", "partial" (some parts of the last scan failed), "failing", "blocked" (it refuses us, or
    needs a key). Numbers are None where nothing could be read: that is not zero.
    """

    last_ok_at: datetime | None
    last_items: int | None  # inspected in the newest scan that asked it
    error: str
    state: str = "ok"
    error_kind: str = ""
    failing_since: datetime | None = None  # the first failure after the last success
    items_30d: int | None = None
    error_message: str = ""  # ``error`` as stored: an English template with its parameters
    error_params: dict[str, Any] = field(default_factory=dict)


def health(workspace: Workspace) -> dict[str, Health]:
    """Per source, from its fetches. A source that was never asked is left out."""
    finished = Fetch.objects.filter(scan__workspace=workspace, finished_at__isnull=False).exclude(
        capability__in=("thread", "rank"),
        pages__lte=1,
        inspected=0,  # had nothing to ask, so nothing was answered
    )
    recent = Q(finished_at__gte=timezone.now() - timedelta(days=30), pages__gt=0)
    ever = {
        row["source"]: row
        for row in finished.order_by()
        .values("source")
        .annotate(ok=Max("last_ok_at"), scan=Max("scan"), items=Sum("inspected", filter=recent))
    }
    if not ever:
        return {}
    newest, since = Q(), Q()
    for name, row in ever.items():
        newest |= Q(source=name, scan=row["scan"])
        since |= Q(source=name, **({"finished_at__gt": row["ok"]} if row["ok"] else {}))
    failed = finished.exclude(error="")
    began = dict(failed.filter(since).order_by().values_list("source").annotate(Min("finished_at")))
    last: dict[str, list[Fetch]] = {}
    for fetch in finished.filter(newest).order_by("finished_at").defer("cursor"):
        last.setdefault(fetch.source, []).append(fetch)
    return {name: _health(ever[name], fetches, began.get(name)) for name, fetches in last.items()}


def _health(ever: Mapping[str, Any], fetches: Sequence[Fetch], began: datetime | None) -> Health:
    """From a source's whole past and its fetches in the newest scan."""
    broken = [fetch for fetch in fetches if fetch.error]
    read = [fetch for fetch in fetches if fetch.pages]
    worst = broken[-1] if broken else None
    state = "partial" if any(fetch.state != Fetch.State.OK for fetch in fetches) else "ok"
    if worst and all(fetch.state == Fetch.State.FAILED for fetch in fetches):
        state = "blocked" if worst.error_kind in ("blocked", "needs_key", "gone") else "failing"
    return Health(
        last_ok_at=ever["ok"],
        last_items=sum(fetch.inspected for fetch in read) if read else None,
        error=worst.error_text if worst else "",
        state=state,
        error_kind=worst.error_kind if worst else "",
        failing_since=began if state in ("failing", "blocked") else None,
        items_30d=ever["items"],
        error_message=worst.error if worst else "",
        error_params=worst.error_params if worst else {},
    )
