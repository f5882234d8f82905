"""Four made-up worlds, each of which must lead to its own verdicts: workspaces with all that a pitch reads.

``rich`` supports every claim, in ``thin`` nothing can be judged yet, ``contradicting`` speaks against every
claim, and in ``half_blocked`` half of the sources could not be read. Everything goes through the doors that
real data goes through: the set-up's verbs, the matcher, the store, a scan's own plan. What comes from outside
is made up and counted exactly, so that tests can say what must come out::

    workspace = worlds.rich(user)
    pitch = worlds.pitch(workspace, user, length="short")

``python -m tests.pitches.pictures FOLDER`` leaves their decks as pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db import transaction
from django.utils import timezone

from competitors import setup
from listening import pipeline, plans, searches, store
from listening.models import Brand, Conversation, Feed, Mention, SearchVersion
from pitches import verbs
from pitches.case import period_of
from pitches.models import Pitch
from teams import welcome
from teams.models import User, Workspace
from tests.make import make_credential
from tests.pitches.worlds import outside
from tests.pitches.worlds.companies import NOT_THERE, UNKNOWN, Company, Place, everywhere
from tests.pitches.worlds.outside import Trouble, Web
from tests.pitches.worlds.posts import BLOGS, Post, post, posts

__all__ = ["VERDICTS", "WORLDS", "contradicting", "half_blocked", "pitch", "rich", "thin"]

# What each step's verdict must be.
VERDICTS: Mapping[str, tuple[str, ...]] = {
    "rich": ("supported",) * 5,
    "thin": ("not_enough",) * 5,
    "contradicting": ("not_supported",) * 5,
    # Its plan sets only goals whose start is known, so what could not be read takes none of them away.
    "half_blocked": ("mixed", "not_enough", "mixed", "mixed", "supported"),
}


@dataclass(frozen=True)
class World:
    """Who there is, ours first; what is said, and what can be read."""

    name: str
    companies: Sequence[Company]
    said: Callable[[datetime], Iterable[Post]]
    web: Web = field(default_factory=Web)
    terms: Sequence[str] = ("cykelpendling", "commuter bicycle", "lådcykel")
    phrases: Sequence[str] = ("vinterdäck cykel", "cykelverkstad granvik")
    has_bluesky: bool = True
    blogs: Sequence[str] = BLOGS


NEWS = "Solberga Cyklar håller öppet till åtta hela december, med varm dryck medan du väntar på hjulet"


def rich(user: User, now: datetime | None = None) -> Workspace:
    """People talk, it is seen, we are missing, rivals are ahead, and there is much to answer."""
    own = Company("Solberga Cyklar", "Solberga", "solberga", {
        **everywhere(at_first=800, growth=0.04, posts=1, quiet=12),
        "hackernews": NOT_THERE, "bluesky": NOT_THERE, "reddit": NOT_THERE, "wikipedia": NOT_THERE,
        "youtube": NOT_THERE,
    })  # fmt: skip
    ekeby = Company("Ekeby Velo", "Ekeby", "ekebyvelo", everywhere(at_first=2100, growth=0.24, posts=16))
    norrholm = Company("Norrholm Bikes", "Norrholm", "norrholm", {
        **everywhere(at_first=1300, growth=0.11, posts=7, quiet=3),
        "reddit": NOT_THERE, "wikipedia": NOT_THERE,
    })  # fmt: skip
    lillsund = Company("Lillsunds Cykelhus", "Lillsund", "lillsund", {
        **everywhere(at_first=410, growth=0.02, posts=2, quiet=9),
        "bluesky": UNKNOWN, "wordpress": UNKNOWN, "youtube": NOT_THERE,
    })  # fmt: skip

    def said(now: datetime) -> Iterable[Post]:
        return chain(
            posts(own, "mastodon", 1, now, joined=own),
            [post("news", "mastodon", NEWS, now - timedelta(days=6), 1, own, author=own.handles["mastodon"])],
            *spread(own, now, mastodon=12, reddit=6, hackernews=4, bluesky=4, feeds=2, wordpress=2),
            *spread(ekeby, now, mastodon=28, reddit=20, hackernews=10, bluesky=12, feeds=6, wordpress=4),
            *spread(norrholm, now, mastodon=14, reddit=10, hackernews=6, bluesky=6, feeds=2, wordpress=2),
            *spread(lillsund, now, mastodon=6, reddit=4, hackernews=2, bluesky=2),
            *spread(None, now, mastodon=14, reddit=10, hackernews=6, bluesky=8, feeds=4, wordpress=4),
        )

    web = Web(results={"blog": 6, "forum": 5, "social": 3, "video": 2, "news": 4, "shop": 6, "other": 4})
    return _seed(World("Solberga: rich", (own, ekeby, norrholm, lillsund), said, web), user, now)


def thin(user: User, now: datetime | None = None) -> Workspace:
    """Set up last week: a handful of mentions, few results, one rival, our own accounts not entered."""
    own = Company("Solberga Cyklar", "Solberga", "solberga", {"site": Place(), "feeds": UNKNOWN})
    ekeby = Company("Ekeby Velo", "Ekeby", "ekebyvelo", {
        "site": Place(), "feeds": UNKNOWN, "wikipedia": NOT_THERE,
        "mastodon": Place(crowd=(340, 340), posts=4),
    })  # fmt: skip

    def said(now: datetime) -> Iterable[Post]:
        return chain(
            *spread(own, now, within=5, mastodon=2, reddit=1),
            *spread(ekeby, now, within=5, mastodon=2),
            *spread(None, now, within=5, mastodon=2, reddit=1),
        )

    web = Web(scans=(2, 0), sees=6, results={"blog": 1, "news": 3, "shop": 4, "other": 2}, profiles_read=1)
    world = World("Solberga: thin", (own, ekeby), said, web, phrases=(), terms=("cykelpendling",), blogs=())
    return _seed(world, user, now)


def contradicting(user: User, now: datetime | None = None) -> Workspace:
    """We are everywhere and answer everybody, rivals are behind, and hardly anybody talks."""
    own = Company("Solberga Cyklar", "Solberga", "solberga", everywhere(at_first=3200, growth=0.18, posts=20))
    ekeby = Company("Ekeby Velo", "Ekeby", "ekebyvelo", {
        **everywhere(at_first=500, growth=0.01, posts=1, quiet=25),
        "hackernews": NOT_THERE, "reddit": NOT_THERE, "wikipedia": NOT_THERE, "youtube": NOT_THERE,
    })  # fmt: skip
    norrholm = Company("Norrholm Bikes", "Norrholm", "norrholm", {
        **everywhere(at_first=240, growth=-0.03, posts=0, quiet=80),
        "hackernews": NOT_THERE, "bluesky": NOT_THERE, "reddit": NOT_THERE, "wikipedia": NOT_THERE,
    })  # fmt: skip
    release = (
        "Solberga Cyklar opens a workshop by the old bridge in Granvik, with room for twelve and free air"
    )

    def copies(now: datetime) -> Iterable[Post]:
        for index in range(24):
            at = now - timedelta(days=index, hours=3)
            yield post(f"release-{index}", "mastodon", release, at, index, own, joined=own)

    def said(now: datetime) -> Iterable[Post]:
        return chain(
            copies(now),
            posts(own, "mastodon", 2, now, joined=own),
            posts(ekeby, "mastodon", 1, now),
            posts(norrholm, "reddit", 1, now, first=1),
            posts(None, "mastodon", 1, now, joined=own),
        )

    web = Web(results={"news": 9, "shop": 12, "other": 8, "forum": 1})
    return _seed(World("Solberga: contradicting", (own, ekeby, norrholm), said, web), user, now)


# The sources of the half-blocked world that could not be read, with the reason; Bluesky lacks credentials.
BLOCKED: Mapping[str, Trouble] = {
    "hackernews": Trouble(
        "%(host)s did not answer in time. Earshot will try again later.", {"host": "hn.example"}, "transient"
    ),
    "reddit": Trouble(
        "%(host)s refused the request (error %(status)s).",
        {"host": "reddit.example", "status": 403},
        "blocked",
    ),
    "youtube": Trouble(
        "%(host)s asked us to slow down. Earshot waits and goes on later.",
        {"host": "youtube.example"},
        "rate_limited",
    ),
    "searxng": Trouble(
        "No connection to %(host)s. Earshot will try again later.", {"host": "searx.example"}, "transient"
    ),
}


def half_blocked(user: User, now: datetime | None = None) -> Workspace:
    """Hacker News, Reddit, YouTube and the search engine failed, Bluesky lacks credentials."""
    own = Company(
        "Solberga Cyklar", "Solberga", "solberga", everywhere(at_first=800, growth=0.04, posts=3, quiet=6)
    )
    long_name = Company(
        "Ekeby Cykel & Vinterförvaring Storhamn AB",
        "Ekeby",
        "ekebyvelo",
        everywhere(at_first=900, growth=0.03, posts=6),
    )
    norrholm = Company("Norrholm Bikes", "Norrholm", "norrholm", {
        **everywhere(at_first=300, growth=0.02, posts=2, quiet=14), "wikipedia": NOT_THERE,
    })  # fmt: skip

    def said(now: datetime) -> Iterable[Post]:
        return chain(
            posts(own, "mastodon", 3, now, joined=own),
            *spread(own, now, first=3, mastodon=4, feeds=1),
            *spread(long_name, now, mastodon=9, wordpress=3),
            *spread(norrholm, now, mastodon=4, feeds=1),
            *spread(None, now, mastodon=15, wordpress=3),
        )

    web = Web(trouble=BLOCKED, results={"blog": 1}, profiles_read=1)
    world = World("Solberga: half blocked", (own, long_name, norrholm), said, web, has_bluesky=False)
    return _seed(world, user, now)


WORLDS: Mapping[str, Callable[..., Workspace]] = {
    "rich": rich,
    "thin": thin,
    "contradicting": contradicting,
    "half_blocked": half_blocked,
}


def spread(
    about: Company | None, now: datetime, *, first: int | None = None, within: int = 28, **numbers: int
) -> Iterable[Iterable[Post]]:
    """So many posts on each source, none with the words of another."""
    begin = first if first is not None else 2
    for source, number in numbers.items():
        yield posts(about, source, number, now, first=begin, within=within)
        begin += number


@transaction.atomic
def _seed(world: World, user: User, now: datetime | None) -> Workspace:
    now = now or timezone.now()
    workspace = welcome.create_workspace(
        user, name=world.name, language="en", time_zone="Europe/Stockholm", contact=user.email
    )
    workspace.accent = "#0b5cab"
    workspace.save(update_fields=["accent"])
    plan = plans.make_plan(workspace, now)
    plan.is_on, plan.due_at = False, None
    plan.save()
    if world.has_bluesky:
        make_credential(workspace)
    for index, company in enumerate(world.companies):
        setup.confirm(
            workspace,
            kind=Brand.Kind.COMPETITOR if index else Brand.Kind.OWN,
            name=company.name,
            aliases=[company.short],
            tags=[company.tag],
            domain=company.domain,
            ticked=company.ticked(now),
            user=user,
        )
    setup.save_industry(workspace, list(world.terms), ["cykelpendling"], user)
    workspace.phrases.exclude(brand__isnull=False).delete()
    for phrase in world.phrases:
        setup.add_phrase(workspace, phrase, market="sv-SE")
    for host in world.blogs:
        setup.feeds.follow(workspace, f"https://{host}/feed.xml")
    Feed.objects.filter(subscriptions__workspace=workspace).update(due_at=None)
    SearchVersion.objects.filter(search__workspace=workspace).update(rematched_at=now)
    outside.scanned(workspace, world.web, now)
    _hear(workspace, world.said(now), now)
    outside.observed(workspace, world.companies, world.web, now)
    outside.looked_up(workspace, world.web, now)
    outside.ranked(workspace, now)
    return workspace


def _hear(workspace: Workspace, said: Iterable[Post], now: datetime) -> None:
    """Every post through the matcher and the store, then who answered in its thread; three are starred."""
    versions = searches.current(workspace)
    heard = [(one, pipeline.normalise(one.item, one.source, now)) for one in said]
    drafts = [store.Heard(draft, pipeline.match(draft, versions)) for _, draft in heard]
    store.save(workspace, drafts, now)
    store.refresh_statistics()
    replies = {(one.source, one.item.external_id): one.replies for one, _ in heard}
    for conversation in Conversation.objects.filter(workspace=workspace, state=Conversation.State.UNREAD):
        store.save_thread(conversation, replies[conversation.source, conversation.external_id], now)
    questions = Mention.objects.filter(workspace=workspace, is_question=True).order_by("-published_at", "-pk")
    Mention.objects.filter(pk__in=[one.pk for one in questions[:3]]).update(is_starred=True)


def pitch(
    workspace: Workspace,
    user: User,
    *,
    length: str = "full",
    language: str = "en",
    now: datetime | None = None,
) -> Pitch:
    """A pitch of the last thirty days with a complete ask, as the page makes one."""
    now = now or timezone.now()
    start, end = period_of(workspace, now=now)
    ask: dict[str, Any] = {
        "ask_hours": Decimal(4),
        "ask_budget": Decimal(12_000),
        "ask_currency": "SEK",
        "ask_decide_by": end + timedelta(days=21),
        "ask_owner": "Bob Ek",
    }
    return verbs.create(
        workspace,
        user,
        title="Why Solberga should join the conversation",
        audience="Ingrid Holm",
        language=language,
        length=length,
        start=start,
        end=end,
        ask=ask,
        now=now,
    )
