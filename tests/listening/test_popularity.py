"""How popular the sites are on which people talk: asked once a week, and said with list and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from listening import popularity, queries, scan, schedule, store
from listening.models import Fetch, Mention, Scan, Site, SitePopularity, SourceSetting
from listening.net import Busy, SourceError
from listening.sources import Source
from listening.types import Cursor, Page, Rank
from teams.models import Workspace
from tests import scanning
from tests.fakes import install
from tests.make import make_brand, make_mention, make_search, make_user, make_workspace
from tests.recorded import RecordedWeb

pytestmark = pytest.mark.django_db

NEWEST = date(2026, 11, 20)


class FakeList(Source):
    """Has the given ranks; remembers which sites it was asked about."""

    name, label = "tranco", "Tranco"

    def __init__(self, **ranks: int | None) -> None:
        self.ranks = {name.replace("_", "."): rank for name, rank in ranks.items()}
        self.asked: list[str] = []
        self.errors: dict[str, SourceError] = {}

    def rank(self, site: str, cursor: Cursor | None = None) -> Page[Rank]:
        if cursor is None:
            return Page(next={"list": "X5Y7N", "on": NEWEST.isoformat()})
        self.asked.append(site)
        if site in self.errors:
            raise self.errors[site]
        if site not in self.ranks:
            return Page(inspected=1)
        url = f"https://tranco-list.eu/api/ranks/domain/{site}"
        return Page((Rank(site, self.ranks[site], 1_000_000, NEWEST, cursor["list"], url),), 1)


@pytest.fixture
def workspace(settings: Any) -> Workspace:
    settings.FETCH_HANDLERS = {"rank": "listening.popularity.Ranking"}
    workspace = make_workspace(make_user())
    make_search(workspace, "fjällvik", make_brand(workspace, domain="www.fjallvik.example"))
    return workspace


def hear_on(workspace: Workspace, *hosts: str, source: str = "feeds", **fields: Any) -> list[Mention]:
    return [
        make_mention(workspace, source=source, url=f"https://{host}/posts/{number}", **fields)
        for number, host in enumerate(hosts)
    ]


def scanned(workspace: Workspace) -> Scan:
    started = scan.start(workspace, schedule.now())
    scanning.run(started)
    return started


def test_a_scan_asks_about_the_brands_and_the_sites_heard_most(workspace, monkeypatch):
    hear_on(workspace, "a.example", "b.example", "b.example", "anna.wordpress.com", "olle.wordpress.com")
    known = FakeList(fjallvik_example=95_000, b_example=12, a_example=None, wordpress_com=40)
    install(monkeypatch, known)
    fetch = scanned(workspace).fetches.get()
    assert known.asked == ["fjallvik.example", "b.example", "a.example", "wordpress.com"]
    assert (fetch.state, fetch.pages, fetch.found, fetch.inspected) == (Fetch.State.OK, 5, 4, 4)
    kept = {row.site.domain: row for row in SitePopularity.objects.select_related("site")}
    assert {domain: row.rank for domain, row in kept.items()} == known.ranks
    row = kept["a.example"]
    assert (row.length, row.listed_on, row.list, row.list_id) == (1_000_000, NEWEST, "tranco", "X5Y7N")


def test_what_was_asked_within_a_week_is_not_asked_again(workspace, monkeypatch):
    known = FakeList(fjallvik_example=95_000)
    install(monkeypatch, known)
    hear_on(workspace, "a.example")
    scanned(workspace)
    scanned(workspace)
    assert known.asked == ["fjallvik.example", "a.example", "a.example"], (
        "what gave no reading is asked again"
    )
    SitePopularity.objects.update(taken_at=schedule.now() - timedelta(days=8), listed_on=date(2026, 11, 12))
    scanned(workspace)
    assert known.asked[3:] == ["fjallvik.example", "a.example"]
    assert SitePopularity.objects.filter(site__domain="fjallvik.example").count() == 2, "older ones stay"
    other = make_workspace(make_user("Bob"), name="Another")
    make_brand(other, domain="fjallvik.example")
    assert popularity.due(other, "tranco", schedule.now()) == [], "no list is asked twice for two workspaces"


def test_old_and_irrelevant_mentions_and_addresses_in_numbers_count_for_nothing(workspace):
    hear_on(workspace, "old.example", published_at=schedule.now() - timedelta(days=91))
    (away,) = hear_on(workspace, "away.example")
    Mention.objects.filter(pk=away.pk).update(state=Mention.State.NOT_RELEVANT)
    hear_on(workspace, "192.0.2.7")
    assert popularity.due(workspace, "tranco", schedule.now()) == ["fjallvik.example"]


def test_no_more_sites_are_asked_about_than_were_heard_most(workspace, monkeypatch):
    monkeypatch.setattr(popularity, "MOST_SITES", 2)
    hear_on(workspace, "a.example", "b.example", "b.example", "c.example", "c.example", "c.example")
    due = popularity.due(workspace, "tranco", schedule.now())
    assert due == ["fjallvik.example", "c.example", "b.example"]


def test_an_error_keeps_what_was_read_and_leaves_the_rest_to_the_next_scan(workspace, monkeypatch):
    known = FakeList(fjallvik_example=95_000, a_example=1, b_example=2)
    known.errors["a.example"] = SourceError("%(host)s is closed.", "blocked", params={"host": "tranco"})
    install(monkeypatch, known)
    hear_on(workspace, "a.example", "b.example")
    fetch = scanned(workspace).fetches.get()
    assert (fetch.state, fetch.error_text) == (Fetch.State.PARTIAL, "tranco is closed.")
    assert [row.site.domain for row in SitePopularity.objects.all()] == ["fjallvik.example"]
    known.errors.clear()
    scanned(workspace)
    assert SitePopularity.objects.count() == 3


def test_the_ranks_wait_until_the_scan_has_heard_all(workspace, monkeypatch):
    known = FakeList(fjallvik_example=95_000)
    install(monkeypatch, known)
    started = scan.start(workspace, schedule.now())
    fetch = started.fetches.get()
    other = Fetch.objects.create(scan=started, source="mastodon", capability="tagged")
    with pytest.raises(Busy):
        popularity.Ranking().read(fetch, known)
    other.state = Fetch.State.FAILED
    other.save()
    assert popularity.Ranking().read(fetch, known).next


def test_who_does_not_listen_to_the_list_asks_nothing(workspace):
    for source in ("tranco", "feeds"):
        SourceSetting.objects.create(workspace=workspace, source=source, enabled=False)
    assert scan.start(workspace, schedule.now()).fetches.count() == 0


# How it is said


def keep(site: str, rank: int | None, on: date = NEWEST, list_id: str = "X5Y7N") -> None:
    url = f"https://tranco-list.eu/api/ranks/domain/{site}"
    store.save_ranks("tranco", [Rank(site, rank, 1_000_000, on, list_id, url)], schedule.now())


@pytest.mark.parametrize(
    ("rank", "band"),
    [
        *((1, 1_000), (1_000, 1_000), (1_001, 10_000), (100_000, 100_000), (100_001, 1_000_000)),
        *((1_000_000, 1_000_000), (None, None)),
    ],
)
def test_bands(rank: int | None, band: int | None) -> None:
    keep("a.example", rank)
    assert popularity.of_sites({"a.example": ()})["a.example"].band == band


def test_the_newest_list_counts_and_what_was_never_asked_is_unknown() -> None:
    keep("a.example", 5, on=NEWEST - timedelta(days=9))
    keep("a.example", None)
    known = popularity.of_sites({"a.example": (), "b.example": (), "192.0.2.7": ()})
    assert known.keys() == {"a.example"}
    assert (known["a.example"].band, known["a.example"].on) == (None, NEWEST)


@pytest.mark.parametrize(
    ("site", "through", "of_platform"),
    [
        ("kaffebloggen.example", ["feeds"], False),
        ("anna.wordpress.com", ["feeds"], True),
        ("olle.github.io", [], True),
        ("youtube.com", ["feeds"], True),
        ("medium.com", [], True),
        ("ycombinator.com", [], True),
        ("social.example", ["mastodon"], True),
        ("paper.example", ["hackernews"], False),  # which people link to there
        ("social.example", [], False),
    ],
)
def test_the_rank_of_a_platform_says_nothing_of_who_writes_there(
    site: str, through: list[str], of_platform: bool
) -> None:
    assert popularity.is_platform(site, through) == of_platform


@pytest.mark.parametrize(
    ("domain", "of_platform"),
    [
        *(("www.fjallvik.example", False), ("fjallvik.example", False), ("medium.com", False)),
        *(("shop.fjallvik.example", False), ("fjallvik.wordpress.com", True)),
    ],
)
def test_the_rank_of_a_brands_domain_is_its_own_unless_it_lives_on_a_platform(
    domain: str, of_platform: bool
) -> None:
    for site in ("fjallvik.example", "medium.com", "wordpress.com"):
        keep(site, 5)
    known = popularity.of_brand(domain)
    assert known and known.is_of_platform == of_platform
    assert popularity.of_brand("") is None and popularity.of_brand("unknown.example") is None


def test_the_same_list_twice_is_one_row() -> None:
    keep("a.example", 5)
    keep("a.example", 6)
    assert [row.rank for row in SitePopularity.objects.all()] == [6]
    assert Site.objects.filter(domain="a.example").count() == 1


# The pages


@pytest.fixture
def alice(workspace: Workspace, client: Client) -> Client:
    client.force_login(workspace.memberships.get().user)
    return client


def shown(client: Client, workspace: Workspace, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(f"listening:{name}", args=[workspace.code, *args]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_mention_says_how_popular_its_site_is(workspace, alice):
    blog, post = hear_on(workspace, "b.example", "anna.wordpress.com")
    assert "Tranco" not in shown(alice, workspace, "mention", blog.pk), "not asked, nothing said"
    keep("b.example", 8_100)
    keep("wordpress.com", 40)
    page = shown(alice, workspace, "mention", blog.pk)
    assert "among the first 10,000 sites of the Tranco list of 20 Nov 2026" in page
    assert "List X5Y7N" in page and "rank of the platform" not in page
    page = shown(alice, workspace, "mention", post.pk)
    assert "among the first 1,000 sites" in page and "(rank of the platform wordpress.com)" in page
    keep("b.example", None, on=NEWEST + timedelta(days=1))
    page = shown(alice, workspace, "mention", blog.pk)
    assert "beyond the first 1,000,000 sites of the Tranco list of 21 Nov 2026" in page


def test_the_most_active_sites_each_open_their_list(workspace, alice):
    hear_on(workspace, "b.example", "b.example", "b.example", "a.example")
    keep("b.example", 8_100)
    page = shown(alice, workspace, "mentions")
    assert reverse("listening:sites", args=[workspace.code]) in page
    page = shown(alice, workspace, "sites", source="feeds")
    assert page.index("b.example") < page.index("a.example")
    assert "popularity not known yet" in page and "among the first 10,000" in page
    assert "?source=feeds&amp;site=b.example" in page
    listed = shown(alice, workspace, "mentions", source="feeds", site="b.example")
    assert "(3 mentions)" in listed and "Only what was said on b.example." in listed
    assert "a.example" not in listed
    assert "Nothing that was heard" in shown(alice, workspace, "sites", source="mastodon")
    assert "Nothing here" in shown(alice, workspace, "mentions", site="nobody.example")


def test_a_filter_that_makes_no_sense_is_said_in_words(workspace, alice):
    assert "alert-danger" in shown(alice, workspace, "sites", about="nobody")


def test_the_number_of_a_site_is_the_number_of_its_list(workspace, alice):
    hear_on(workspace, "b.example", "b.example", "a.example")
    matches = queries.matched(workspace)
    for one in queries.sites_heard(matches, 10):
        assert (
            one.mentions
            == matches.filter(mention__site__domain=one.domain).values("mention").distinct().count()
        )
        assert isinstance(one.newest, datetime) and one.sources == ("feeds",)


# On the recorded web


@pytest.fixture(scope="module", params=["airlines", "tech"])
def web(request: pytest.FixtureRequest) -> Iterator[RecordedWeb]:
    with RecordedWeb(request.param) as running:
        yield running


@pytest.mark.shared
def test_a_scan_keeps_the_ranks_of_the_recorded_list(workspace, web):
    expected = {}
    for brand in web.brands():
        make_brand(workspace, brand["name"], kind="competitor", domain=brand["domain"])
        expected[popularity.ranked_domain(brand["domain"])] = brand.get("tranco")
    hear_on(workspace, "www.reddit.com", "nobody-reads-this.example")
    started = scan.start(workspace, schedule.now())
    scanning.run(started, client=web.client())
    assert [fetch.state for fetch in started.fetches.all()] == [Fetch.State.OK]
    kept = {row.site.domain: row for row in SitePopularity.objects.select_related("site")}
    for domain, rank in expected.items():
        found = kept[domain].rank
        assert rank is None or (found is not None and rank <= found <= rank * 1.02), domain
    assert kept["nobody-reads-this.example"].rank is None
    assert kept["reddit.com"].rank == 12
    assert {row.list_id for row in kept.values()} == {"REPLAY"}
