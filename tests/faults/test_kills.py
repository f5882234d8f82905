"""Whatever is killed, and whenever: a scan ends with all there is, and nothing twice."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db.models import Count, Sum

from competitors import setup
from competitors.models import Observation, ResultPage
from competitors.setup import Ticked
from listening import feeds, scan, schedule
from listening.models import Brand, Conversation, Fetch, Match, Mention, Scan
from listening.net import Client, Settings
from teams.models import Workspace
from tests.faults.crew import Crew
from tests.make import make_workspace
from tests.replay import SEARXNG, ReplayServer
from tests.replay.world import BRANDS, FIELD, HOME
from tests.scanning import run

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

KILLS = 10
LONGEST = 150.0  # seconds that a scan may take here, kills and waiting for leases included
BLOG = "https://kaffebloggen.example/feed/"


def listener(web: ReplayServer) -> Workspace:
    """A workspace that listens for the whole made-up world, set up as the wizard does it."""
    workspace = make_workspace()
    for one in BRANDS:
        home = f"https://{one.domain}"
        ticked = [Ticked("feeds", f"{home}{one.feed}", f"{home}{one.feed}")]
        if one.mastodon:
            ticked.append(Ticked("mastodon", f"@{one.mastodon}@{HOME}", f"https://{HOME}/@{one.mastodon}"))
        if one.reddit:
            user = f"u/{one.reddit}"
            ticked.append(Ticked("reddit", user, f"https://www.reddit.com/{user}/"))
        if one.blog:
            ticked.append(Ticked("wordpress", one.blog, f"https://{one.blog}/"))
        if one.channel:
            ticked.append(Ticked("youtube", one.channel, f"https://www.youtube.com/channel/{one.channel}"))
        if one.articles:
            title = one.articles["en"][0]
            ticked.append(Ticked("wikipedia", f"en:{title}", f"https://en.wikipedia.org/wiki/{title}"))
        kind = Brand.Kind.OWN if one is BRANDS[0] else Brand.Kind.COMPETITOR
        setup.confirm(workspace, kind=kind, name=one.name, tags=one.tags, domain=one.domain, ticked=ticked)
    setup.save_industry(workspace, FIELD, FIELD)
    feeds.follow(workspace, BLOG)
    return workspace


def until(said: Callable[[], str], reached: Callable[[], bool], seconds: float = LONGEST) -> None:
    """Waits for something to be so; ``said`` explains why it is not."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, said()
        time.sleep(0.02)


def is_finished(started: Scan) -> bool:
    return Scan.objects.filter(pk=started.pk, finished_at__isnull=False).exists()


def pages(started: Scan) -> int:
    return int(started.fetches.aggregate(pages=Sum("pages"))["pages"] or 0)


def heard(workspace: Workspace) -> dict[str, Any]:
    """All that a scan left, without what differs between two runs: keys, times and order."""
    mentions = Mention.objects.filter(workspace=workspace)
    return {
        "mentions": sorted(mentions.values_list("source", "external_id")),
        "matches": sorted(
            Match.objects.filter(workspace=workspace).values_list(
                "mention__external_id", "search__brand__name", "search__form"
            ),
            key=str,
        ),
        "stories": sorted(mentions.values("story").annotate(told=Count("pk")).values_list("told", flat=True)),
        "conversations": sorted(
            (one.external_id, one.state, len(one.replies))
            for one in Conversation.objects.filter(workspace=workspace)
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
                capability__in=("thread", "poll", "rank")  # what others asked lately is not asked again
            )
        ),
    }


def undisturbed(web: ReplayServer) -> dict[str, Any]:
    """What a scan leaves when nothing happens to it, done in this process; checked against the truth."""
    workspace = listener(web)
    agent = "Earshot/test (+test@fjallvik.example)"
    client = Client(Settings(agent=agent, replay_url=web.url, searxng_url=SEARXNG), None)
    run(scan.start(workspace, schedule.now()), client=client, most=1000)
    found = heard(workspace)
    truth = web.world.truth(
        [*(one.name for one in BRANDS), *FIELD], [*FIELD, *(tag for one in BRANDS for tag in one.tags)]
    )
    for source in ("mastodon", "hackernews", "reddit", "wordpress"):
        assert {key for name, key in found["mentions"] if name == source} == truth[source], source
    assert sum(name == "feeds" for name, _ in found["mentions"]) == len(truth["blog"])
    workspace.delete()
    return found


def test_a_scan_survives_ten_kills(web: ReplayServer, crew: Crew, settings: Any) -> None:
    """The whole worker and one of its pool in turn; while a page is being read, and between pages."""
    settings.SEARXNG_URL = SEARXNG
    expected = undisturbed(web)
    workspace = listener(web)
    started = scan.start(workspace, schedule.now())
    chance = random.Random(20261123)
    crew.start()
    for number in range(KILLS):
        kill = crew.kill_worker if number % 2 else crew.kill_one_of_the_pool
        further = chance.randint(1, 7)
        if number % 4 < 2:
            in_the_middle_of_a_page(web, crew, kill, further)
        else:
            before = pages(started)
            until(crew.said, lambda before=before, further=further: pages(started) >= before + further)
            kill()
        assert not is_finished(started), f"over before kill {number + 1}: make the points earlier"
    until(crew.said, lambda: is_finished(started))
    assert heard(workspace) == expected


def in_the_middle_of_a_page(web: ReplayServer, crew: Crew, kill: Callable[[], None], further: int) -> None:
    """Kills while the server has the request number ``further`` from now in its hands."""
    asked, done = web.log()["requests"], threading.Event()

    def when_asked(number: int) -> None:
        if number >= asked + further and not done.is_set():
            kill()
            done.set()

    web.before_answer = when_asked
    until(crew.said, done.is_set)
    web.before_answer = None


def test_a_scan_survives_an_emptied_redis(web: ReplayServer, crew: Crew, settings: Any) -> None:
    """Queues, messages on their way and the pace of all hosts are gone; the rows know what is due."""
    settings.SEARXNG_URL = SEARXNG
    expected = undisturbed(web)
    workspace = listener(web)
    started = scan.start(workspace, schedule.now())
    crew.start()
    with redis.Redis.from_url(crew.redis_url) as connection:
        for point in (5, 20, 40):
            until(crew.said, lambda point=point: pages(started) >= point)
            connection.flushall()
            assert not is_finished(started)
        until(crew.said, lambda: is_finished(started))
    assert heard(workspace) == expected
