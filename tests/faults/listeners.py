"""Workspaces that listen for the whole made-up world, and what a scan must leave in each."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Count

from competitors import setup
from competitors.models import Observation, ResultPage
from competitors.setup import Ticked
from listening import feeds, scan, schedule
from listening.models import Brand, Conversation, Fetch, Match, Mention
from listening.net import Client, Settings
from teams.models import Workspace
from tests.make import make_workspace
from tests.replay import SEARXNG, ReplayServer
from tests.replay.world import BRANDS, FIELD, HOME, World
from tests.scanning import run

BLOG = "https://kaffebloggen.example/feed/"


def listener(name: str = "Fjällvik Coffee") -> Workspace:
    """Set up as the wizard does it."""
    workspace = make_workspace(name=name)
    for one in BRANDS:
        home = f"https://{one.domain}"
        ticked = [Ticked("feeds", f"{home}{one.feed}", f"{home}{one.feed}")]
        if one.mastodon:
            ticked.append(Ticked("mastodon", f"@{one.mastodon}@{HOME}", f"https://{HOME}/@{one.mastodon}"))
        if one.articles:
            title = one.articles["en"][0]
            ticked.append(Ticked("wikipedia", f"en:{title}", f"https://en.wikipedia.org/wiki/{title}"))
        kind = Brand.Kind.OWN if one is BRANDS[0] else Brand.Kind.COMPETITOR
        setup.confirm(workspace, kind=kind, name=one.name, tags=one.tags, domain=one.domain, ticked=ticked)
    setup.save_industry(workspace, FIELD, FIELD)
    feeds.follow(workspace, BLOG)
    return workspace


def heard(workspace: Workspace) -> dict[str, Any]:
    """All that a scan left, without what differs between two runs: keys, times and order.

    Feeds are left out: the blog goes on writing while others are compared.
    """
    mentions = Mention.objects.filter(workspace=workspace).exclude(source="feeds")
    return {
        "mentions": sorted(mentions.values_list("source", "external_id")),
        "matches": sorted(
            Match.objects.filter(workspace=workspace)
            .exclude(source="feeds")
            .values_list("mention__external_id", "search__brand__name", "search__form"),
            key=str,
        ),
        "stories": sorted(mentions.values("story").annotate(told=Count("pk")).values_list("told", flat=True)),
        "conversations": sorted(
            (one.external_id, one.state, len(one.replies))
            for one in Conversation.objects.filter(workspace=workspace).exclude(source="feeds")
        ),
        "observations": sorted(
            Observation.objects.filter(profile__workspace=workspace).values_list(
                "profile__handle", "metric", "value"
            ),
            key=str,
        ),
        "results": sorted(
            (page.phrase.text, page.is_complete, list(page.rows.order_by("rank").values_list("rank", "url")))
            for page in ResultPage.objects.filter(phrase__workspace=workspace)
        ),
        "fetches": sorted(
            (one.source, one.capability, one.label, one.state, one.pages, one.inspected, one.found)
            for one in Fetch.objects.filter(scan__workspace=workspace).exclude(
                capability__in=("thread", "poll", "rank")  # ranks are everybody’s
            )
        ),
    }


def undisturbed(web: ReplayServer) -> dict[str, Any]:
    """What a scan leaves when nothing happens to it, done in this process; checked against the truth."""
    workspace = listener("Undisturbed")
    agent = "Earshot/test (+test@fjallvik.example)"
    client = Client(Settings(agent=agent, replay_url=web.url, searxng_url=SEARXNG), None)
    run(scan.start(workspace, schedule.now()), client=client, most=1000)
    found, ids = heard(workspace), truth(web.world)
    for source in ("mastodon", "hackernews"):
        assert {key for name, key in found["mentions"] if name == source} == ids[source]
    there = Mention.objects.filter(workspace=workspace, source="feeds").values_list("external_id", flat=True)
    assert set(there) == ids["feeds"]
    workspace.delete()
    return found


def truth(world: World) -> dict[str, set[str]]:
    """Source to the ids of all mentions that there are to be heard, by the world itself."""
    words, tags = (
        [*(one.name for one in BRANDS), *FIELD],
        [*FIELD, *(tag for one in BRANDS for tag in one.tags)],
    )
    found = world.truth(words, tags)
    blog = {hashlib.sha256(key.encode()).hexdigest() for key in found["blog"]}
    return {"mastodon": found["mastodon"], "hackernews": found["hackernews"], "feeds": blog}
