"""The sample workspace: a made-up brand with 90 days of made-up data, for every page, without a network.

Everything goes through the doors that real data goes through: the matcher, the store, the verbs. What would
come from outside is made up here; nothing in a sample workspace ever asks the outside.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from competitors.models import Phrase, Profile
from competitors.observe import SITE
from listening import pipeline, searches, store
from listening.models import (
    Brand,
    Conversation,
    Feed,
    FeedSubscription,
    Industry,
    Mention,
    ScanPlan,
    SearchVersion,
)
from pitches import verbs
from pitches.case import period_of
from pitches.drafts.edits import Edits
from pitches.evidence import sampling
from pitches.ground import Ground
from pitches.models import Pitch
from pitches.sample import history, plan, posts
from pitches.sample.posts import OWN, RIVALS, Name
from teams.models import Membership, Role, User, Workspace, record

__all__ = ["seed"]


@transaction.atomic
def seed(user: User, now: datetime | None = None) -> Workspace:
    """Makes a sample workspace owned by ``user``: brands, searches, scans, mentions, readings, a pitch.

    The same for the same ``now``; dates count back from it.
    """
    now = now or timezone.now()
    workspace = Workspace.objects.create(
        name=gettext("Sample: Fjällvik Coffee"),
        language=user.language,
        time_zone="Europe/Stockholm",
        accent="#0f766e",
        is_sample=True,
    )
    Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
    brands = {name.name: _brand(workspace, name) for name in (OWN, *RIVALS)}
    industry = Industry.objects.create(
        workspace=workspace, terms=["specialty coffee", "kaffe", "coffee"], tags=["kaffe", "coffee"]
    )
    for brand in brands.values():
        searches.propose_for(brand, user=user)
    searches.propose_for_industry(industry, user=user)
    SearchVersion.objects.filter(search__workspace=workspace).update(rematched_at=now)
    # Without a due time no tick ever starts a scan of made-up brands.
    ScanPlan.objects.create(workspace=workspace, at=time(7, 0), due_at=None, last_ok_at=now)
    _profiles(workspace, brands)
    phrases = [
        Phrase.objects.create(workspace=workspace, text=text, market=market, brand=brand)
        for text, market, brand in (
            ("bästa kaffebönor", "sv-SE", None),
            ("specialty coffee subscription", "en-GB", None),
            ("kaffeprenumeration test", "sv-SE", None),
            ("fjällvik coffee", "sv-SE", brands[OWN.name]),
        )
    ]
    subscriptions = [_follow(workspace, host, title, now) for host, title in posts.BLOGS.items()]
    history.scans(workspace, [one.feed for one in subscriptions], phrases, now)
    _hear(workspace, now)
    store.refresh_statistics()
    history.readings(workspace, now)
    history.popularity(now)
    for place, phrase in enumerate(phrases):
        history.result_pages(phrase, place, now)
    _mark(workspace)
    plan.follow(workspace, now)
    plan.fill(_pitch(workspace, user, now), user, now)
    _judge(workspace, user, now)
    record(workspace, user, "workspace.created", workspace.name, sample=True)
    return workspace


def _brand(workspace: Workspace, name: Name) -> Brand:
    return Brand.objects.create(
        workspace=workspace,
        kind=Brand.Kind.OWN if name is OWN else Brand.Kind.COMPETITOR,
        name=name.name,
        aliases=[name.short],
        tags=[name.tag],
        domain=name.domain,
    )


def _profiles(workspace: Workspace, brands: dict[str, Brand]) -> None:
    for name in (OWN, *RIVALS):
        user, _, host = name.handle[1:].partition("@")
        places = [
            (SITE, name.domain, f"https://{name.domain}/", name.domain),
            (
                "feeds",
                f"https://{name.domain}/feed.xml",
                f"https://{name.domain}/feed.xml",
                f"{name.short}: news",
            ),
            ("mastodon", name.handle[1:], f"https://{host}/@{user}", name.handle),
            ("wikipedia", f"sv:{name.name}", f"https://wiki.example/{name.tag}", name.name),
            *(
                (source, name.tag, f"https://{source}.example/{name.tag}", name.name)
                for who, sources in history.ELSEWHERE.items()
                for source in sources
                if name.tag.startswith(who)
            ),
        ]
        for source, handle, url, label in places:
            Profile.objects.create(
                workspace=workspace,
                brand=brands[name.name],
                source=source,
                handle=handle,
                url=url,
                label=label,
                proof=gettext("Made up for the sample"),
            )


def _follow(workspace: Workspace, host: str, title: str, now: datetime) -> FeedSubscription:
    feed, _ = Feed.objects.get_or_create(
        url=f"https://{host}/feed.xml",
        defaults={
            "title": title,
            "site_url": f"https://{host}/",
            "polled_at": now,
            "last_ok_at": now,
            "rhythm_minutes": posts.RHYTHMS[host] * 24 * 60,
        },
    )
    return FeedSubscription.objects.create(workspace=workspace, feed=feed)


def _hear(workspace: Workspace, now: datetime) -> None:
    """Every post through the matcher and the store, then who answered in its thread."""
    versions = searches.current(workspace)
    heard = [(post, pipeline.normalise(post.item, post.source, now)) for post in posts.posts(now)]
    store.save(workspace, [store.Heard(draft, pipeline.match(draft, versions)) for _, draft in heard], now)
    threads = {(post.source, post.item.external_id): post.replies for post, _ in heard if post.replies}
    conversations = Conversation.objects.filter(workspace=workspace)
    for conversation in conversations.filter(state=Conversation.State.UNREAD):
        store.save_thread(conversation, threads.get((conversation.source, conversation.external_id), ()), now)
    # Three threads that nobody has read yet: "unread" is a state people should see.
    newest = Mention.objects.filter(workspace=workspace, source="mastodon").order_by("-published_at")[:3]
    conversations.filter(mentions__in=list(newest)).update(state=Conversation.State.UNREAD)


def _mark(workspace: Workspace) -> None:
    """Stars a telling question of each of three people, and marks an odd post."""
    newest = Mention.objects.filter(workspace=workspace).order_by("-published_at", "-pk")
    asking = sorted(newest.filter(is_question=True, source="mastodon")[:80], key=lambda one: -len(one.text))
    by_author = {one.author_id: one.pk for one in reversed(asking)}
    starred = [one.pk for one in asking if by_author[one.author_id] == one.pk][:3]
    Mention.objects.filter(pk__in=starred).update(is_starred=True)
    odd = newest.filter(source="feeds").last()
    if odd:
        Mention.objects.filter(pk=odd.pk).update(state=Mention.State.NOT_RELEVANT)


def _judge(workspace: Workspace, user: User, now: datetime) -> None:
    """A sample that somebody has judged, all but one of it relevant, and one that nobody can tell."""
    start, end = period_of(workspace, now=now)
    drawn = sampling.draw(Ground(workspace, start, end, now), user, seed=2007)
    for place in range(len(drawn.drawn)):
        sampling.judge(drawn, user, place, {3: "not_relevant", 11: "unsure"}.get(place, "relevant"), now)


def _pitch(workspace: Workspace, user: User, now: datetime) -> Pitch:
    """The draft, with the starred posts chosen to be quoted."""
    start, end = period_of(workspace, now=now)
    starred = Mention.objects.filter(workspace=workspace, is_starred=True).order_by("-published_at")
    pitch = verbs.create(
        workspace,
        user,
        title=gettext("Fjällvik listens: a proposal for the spring"),
        audience=gettext("Ingrid Holm and the owners"),
        language=workspace.language,
        start=start,
        end=end,
        ask={
            "ask_hours": Decimal(5),
            "ask_budget": Decimal(1200),
            "ask_currency": "EUR",
            "ask_decide_by": end + timedelta(days=21),
            "ask_owner": str(user)[:120],
        },
        now=now,
    )
    pitch.audience_kind = Pitch.Audience.BOARD
    pitch.edits = Edits(quotes=tuple(starred.values_list("pk", flat=True))).as_json()
    pitch.save(update_fields=["audience_kind", "edits"])
    return pitch
