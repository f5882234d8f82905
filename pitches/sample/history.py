"""The sample's past: scans with what they covered, readings of profiles, result pages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from competitors.models import Phrase, Profile, ResultPage, ResultRow
from competitors.observe import SITE, save_readings
from competitors.visibility import Rulebook
from listening import store
from listening.models import Feed, Fetch, Scan, Search
from listening.types import Rank, Reading
from pitches.sample.posts import DAYS, HN_READ_UNTIL, RANKS, SEED
from teams.models import Workspace

# As listening.net says it of a host that refuses us.
REFUSED = "%(host)s refused the request (error %(status)s)."
EVERY_DAY_FOR = 31  # days; before that the sample was scanned once a week
GROWTH = {"fjallvik": (840, 0.06), "bergby": (2100, 0.24), "norrsken": (1300, 0.14), "tallbacka": (410, 0.02)}
# The newer places, as far as anybody named a profile there; where it says 0, nobody is.
ELSEWHERE = {
    "fjallvik": {"bluesky": 0, "wikidata": 1, "youtube": 0},
    "bergby": {"bluesky": 640, "wikidata": 1, "youtube": 380, "reddit": 150},
    "norrsken": {"bluesky": 210, "wikidata": 1, "youtube": 0, "wordpress": 5},
    "tallbacka": {"wikidata": 0, "youtube": 0, "wordpress": 2},
}
VIEWS = {"bergby": (5200, 1900), "norrsken": (3100, 900)}  # article length, views in 30 days; ours has none


def scans(workspace: Workspace, feeds: Sequence[Feed], phrases: Sequence[Phrase], now: datetime) -> None:
    """Daily scans for a month, weekly before; one source refuses since some time, one feed today."""
    dice = random.Random(SEED)
    days = [*range(DAYS, EVERY_DAY_FOR, -7), *range(EVERY_DAY_FOR, -1, -1)]
    searches = list(Search.objects.filter(workspace=workspace).prefetch_related("versions"))
    profiles = list(Profile.objects.filter(workspace=workspace).exclude(source=SITE))
    previous = now - timedelta(days=DAYS + 30)
    for day in days:
        at = now - timedelta(days=day, hours=1)
        scan = Scan.objects.create(workspace=workspace, slot=at, finished_at=at + timedelta(minutes=4))
        Scan.objects.filter(pk=scan.pk).update(started_at=at)
        rows = [
            *_searched(scan, searches, at, previous, refused=day < HN_READ_UNTIL, dice=dice),
            *_polled(scan, feeds, at, previous, dice, broken=day == 0),
            *_looked_up(scan, profiles, phrases, at),
        ]
        Fetch.objects.bulk_create(rows)
        previous = at


def _searched(
    scan: Scan,
    searches: Sequence[Search],
    at: datetime,
    previous: datetime,
    *,
    refused: bool,
    dice: random.Random,
) -> Iterator[Fetch]:
    for search in searches:
        common = {"scan": scan, "search": search, "version": search.current, "label": str(search.brand or "")}
        since = previous - timedelta(days=1)
        if search.form == Search.Form.TAG:
            yield _read(at, since, dice, source="mastodon", capability="tagged", **common)
        elif refused:
            yield _refused(at, source="hackernews", capability="search", host="forum.example", **common)
        else:
            yield _read(at, since, dice, source="hackernews", capability="search", **common)
    for source in ("mastodon",) if refused else ("mastodon", "hackernews"):
        yield _read(at, None, dice, scan=scan, source=source, capability="thread")


def _polled(
    scan: Scan, feeds: Sequence[Feed], at: datetime, previous: datetime, dice: random.Random, *, broken: bool
) -> Iterator[Fetch]:
    for index, feed in enumerate(feeds):
        common = {"scan": scan, "feed": feed, "label": feed.title}
        if broken and index == len(feeds) - 1:
            yield _refused(at, source="feeds", capability="poll", host=feed.url.split("/")[2], **common)
        else:
            yield _read(at, previous, dice, source="feeds", capability="poll", **common)


def _looked_up(
    scan: Scan, profiles: Sequence[Profile], phrases: Sequence[Phrase], at: datetime
) -> Iterator[Fetch]:
    dice = random.Random(SEED)
    for profile in profiles:
        label = f"{profile.brand.name}: {profile}"
        yield _read(
            at,
            None,
            dice,
            scan=scan,
            source=profile.source,
            capability="observe",
            subject_id=profile.pk,
            label=label,
        )
    for phrase in phrases:
        yield _read(
            at,
            None,
            dice,
            scan=scan,
            source="searxng",
            capability="results",
            subject_id=phrase.pk,
            label=phrase.text,
        )


def _read(at: datetime, since: datetime | None, dice: random.Random, **fields: object) -> Fetch:
    seen = dice.randrange(20, 60)
    end = at + timedelta(minutes=3)
    return Fetch(
        **fields,
        state=Fetch.State.OK,
        since=since,
        pages=1 + seen // 40,
        inspected=seen,
        found=seen // 4,
        new=dice.randrange(0, 4),
        covered_from=since,
        covered_to=at if since else None,
        started_at=at,
        finished_at=end,
        last_ok_at=end,
    )


def _refused(at: datetime, *, host: str, **fields: object) -> Fetch:
    return Fetch(
        **fields,
        state=Fetch.State.FAILED,
        error=REFUSED,
        error_params={"host": host, "status": 403},
        error_kind="blocked",
        failures=1,
        started_at=at,
        finished_at=at + timedelta(minutes=1),
    )


def readings(workspace: Workspace, now: datetime) -> None:
    """A reading of every profile each week: followers grow at different speeds, we have no article."""
    for profile in Profile.objects.filter(workspace=workspace):
        for day in range(DAYS - DAYS % 7, -1, -7):
            at = now - timedelta(days=day, hours=1)
            save_readings(profile, list(_reading(profile, day, at)), at)


def popularity(now: datetime) -> None:
    """Where the newest list has the sites; nobody was asked of one of them, which is unknown."""
    day = now.date() - timedelta(days=3)
    ranks = [Rank(site, rank, 1_000_000, day) for site, rank in RANKS.items()]
    store.save_ranks("tranco", ranks, now)


def _reading(profile: Profile, day: int, at: datetime) -> Iterator[Reading]:
    who = next(name for name in GROWTH if name in profile.url)
    if profile.source == "mastodon":
        start, growth = GROWTH[who]
        yield Reading("exists", 1, url=profile.url)
        yield Reading("followers", round(start * (1 + growth * (DAYS - day) / DAYS)), url=profile.url)
        yield Reading("posts_30d", 2 if who == "fjallvik" else 14, url=profile.url)
        yield Reading(
            "last_post",
            None,
            text=(at - timedelta(days=9 if who == "fjallvik" else 1)).date().isoformat(),
            url=profile.url,
        )
    elif profile.source == "wikipedia":
        length, views = VIEWS.get(who, (0, 0))
        yield Reading("exists", 1 if length else 0, url=profile.url)
        if length:
            yield Reading("length", length + (DAYS - day) * 3, url=profile.url)
            yield Reading("views_30d", views + (DAYS - day) * 2, url=profile.url)
    elif profile.source == "feeds":
        yield Reading("exists", 0 if who == "tallbacka" else 1, url=profile.url)
        if who != "tallbacka":
            yield Reading("posts_30d", 1 if who == "fjallvik" else 6, url=profile.url)
            yield Reading(
                "last_post", None, text=(at - timedelta(days=11)).date().isoformat(), url=profile.url
            )
    elif profile.source in (elsewhere := ELSEWHERE[who]):
        yield from _elsewhere(profile, elsewhere[profile.source], day, at)
    else:
        yield Reading("exists", 1, url=profile.url)


def _elsewhere(profile: Profile, number: int, day: int, at: datetime) -> Iterator[Reading]:
    """A newer place: followers, views of a video, posts a month or languages, as the place tells them."""
    yield Reading("exists", int(number > 0), url=profile.url)
    told = {"bluesky": "followers", "reddit": "followers", "youtube": "views_per_video",
            "wordpress": "posts_30d", "wikidata": "languages"}[profile.source]  # fmt: skip
    if number:
        grown = (DAYS - day) * 2 if told == "followers" else 0
        yield Reading(told, number + grown, url=profile.url)
    if number and told != "languages":
        newest = (at - timedelta(days=4)).date().isoformat()
        yield Reading("last_post", None, text=newest, url=profile.url)


# Kinds of pages a searcher meets, as addresses that the open typing rules read; repeated down the page.
RESULTS = (
    "https://bergby.example/kaffe/{n}",
    "https://bryggbloggen.example/2026/03/{slug}-{n}",
    "https://nyheter.granvik.example/{slug}/{n}",
    "https://butik.kaffehallen.example/{slug}/{n}",
    "https://forum.hemmabryggarna.example/{slug}/{n}",
    "https://kaffehandlarna.example/{slug}/{n}",
    "https://norrsken-kaffe.example/{slug}/{n}",
    "https://magasinet.example/{slug}/{n}",
    "https://kaffetorget.example/@elin_v/1100000000{n:02d}",
    "https://provkok.example/{slug}/{n}",
    "https://tallbacka.example/{slug}/{n}",
    "https://kommunen.granvik.example/{slug}/{n}",
    "https://hotellfrukost.example/{slug}/{n}",
    "https://kaffemaskiner.example/{slug}/{n}",
    "https://arkivet.ekeby.example/{slug}/{n}",
    "https://bolagslistan.example/{slug}/{n}",
    "https://mataffaren.example/{slug}/{n}",
    "https://rosteriguiden.example/{slug}/{n}",
    "https://reseguiden.storhamn.example/{slug}/{n}",
    "https://fjallvik.example/{slug}/{n}",
    "https://video.ekeby.example/{slug}/{n}",
    "https://wiki.bryggning.example/{slug}/{n}",
    "https://butik.storhamn.example/{slug}/{n}",
)


def result_pages(phrase: Phrase, place: int, now: datetime) -> None:
    """Two complete pages of 30 results, two months apart; ``place`` shifts them from phrase to phrase."""
    rules = Rulebook.of(phrase.workspace)
    slug = "-".join(phrase.text.split())
    for day in (60, 2):
        page = ResultPage.objects.create(
            phrase=phrase,
            engine="searxng",
            market=phrase.market,
            origin=ResultPage.Origin.SOURCE,
            taken_at=now - timedelta(days=day, hours=1),
            inspected=30,
            gaps=[["duckduckgo", "CAPTCHA"]] if day == 2 and phrase.brand is None else [],
        )
        rows = []
        for rank in range(1, 31):
            url = RESULTS[(rank * 7 + place * 5) % len(RESULTS)].format(slug=slug, n=rank)
            title = f"{phrase.text} {rank}"
            typed = rules.type_of(url, title)
            rows.append(
                ResultRow(page=page, rank=rank, url=url, title=title, engines=["sample"],
                          type=typed.type, rule=typed.rule, rule_params=dict(typed.params))
            )  # fmt: skip
        ResultRow.objects.bulk_create(rows)
