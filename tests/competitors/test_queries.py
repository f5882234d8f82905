"""Share of voice, presence and momentum of a workspace: on what was read of all brands, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from competitors import observe, queries, visibility
from competitors.models import ResultPage
from competitors.setup import Ticked, add_phrase, add_profile
from listening.models import Brand, Fetch, Mention, Scan, SearchVersion
from listening.types import Reading
from teams.models import Workspace
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make.make_workspace()


@pytest.fixture
def brands(workspace: Workspace) -> tuple[Brand, Brand]:
    return make.make_brand(workspace), make.make_rival(workspace)


def now() -> datetime:
    return timezone.now()


def period() -> tuple[datetime, datetime]:
    return now() - timedelta(days=10), now() + timedelta(hours=1)


def fetched(version: SearchVersion, source: str = "hackernews", days: float = 20, **fields: object) -> Fetch:
    """A finished fetch of the search that covers the last ``days``."""
    workspace = version.search.workspace
    scan = Scan.objects.filter(workspace=workspace).first() or Scan.objects.create(
        workspace=workspace, slot=now(), finished_at=now()
    )
    values = {
        "state": Fetch.State.OK,
        "covered_from": now() - timedelta(days=days),
        "covered_to": now(),
        "finished_at": now(),
        "inspected": 50,
    }
    return Fetch.objects.create(
        scan=scan,
        source=source,
        capability="search",
        search=version.search,
        version=version,
        **{**values, **fields},
    )


def heard(
    workspace: Workspace, text: str, times: int = 1, source: str = "hackernews", days_ago: float = 1
) -> None:
    for number in range(times):
        make.make_mention(
            workspace, f"{text} {number} {days_ago}", source, published_at=now() - timedelta(days=days_ago)
        )


@pytest.fixture
def versions(workspace: Workspace, brands: tuple[Brand, Brand]) -> tuple[SearchVersion, SearchVersion]:
    own, rival = brands
    return make.make_search(workspace, "fjällvik", own), make.make_search(workspace, "bergby", rival)


# Share of voice


def test_shares_are_counted_in_stories_of_the_period(workspace, brands, versions):
    own, rival = brands
    for version in versions:
        fetched(version)
    heard(workspace, "Fjällvik is nice", 3)
    heard(workspace, "Bergby is nice", 1)
    heard(workspace, "Bergby long ago", 5, days_ago=15)
    same = "Everybody tells this very same long story about Fjällvik coffee today"
    make.make_mention(workspace, same, "hackernews")
    make.make_mention(workspace, same, "hackernews")
    found = queries.share_of_voice(workspace, *period())
    assert [(one.brand, one.count, one.share) for one in found.result.shares] == [
        (own.pk, 4, 0.8),
        (rival.pk, 1, 0.2),
    ]
    assert found.counts[own.pk].mentions == 5, "copies are mentions, not stories"
    assert list(found.common.windows) == ["hackernews"]
    assert found.sources == ["Hacker News"]


def test_a_source_that_failed_for_one_brand_is_left_out_for_all(workspace, brands, versions):
    own, rival = brands
    for version in versions:
        fetched(version)
    fetched(versions[0], "mastodon")
    fetched(
        versions[1],
        "mastodon",
        state=Fetch.State.FAILED,
        covered_from=None,
        covered_to=None,
        error="Blocked.",
    )
    heard(workspace, "Fjällvik is nice", 2)
    heard(workspace, "Bergby is nice", 2)
    heard(workspace, "Fjällvik on Mastodon", 7, source="mastodon")
    found = queries.share_of_voice(workspace, *period())
    assert [one.count for one in found.result.shares] == [2, 2]
    assert [(one.source, one.brands, one.reason) for one in found.common.left_out] == [
        ("mastodon", (rival.pk,), "Blocked.")
    ]


def test_only_the_time_read_of_both_is_compared(workspace, brands, versions):
    fetched(versions[0], days=20)
    fetched(versions[1], days=3)
    heard(workspace, "Fjällvik is nice", 4, days_ago=5)
    heard(workspace, "Fjällvik is nice again", 1)
    heard(workspace, "Bergby is nice", 1)
    found = queries.share_of_voice(workspace, *period())
    assert [one.count for one in found.result.shares] == [1, 1]
    since, _until = found.common.windows["hackernews"]
    assert now() - timedelta(days=3, minutes=5) < since < now() - timedelta(days=2)


def test_feeds_are_compared_over_the_whole_period_they_lack_for_everybody(workspace, brands, versions):
    Fetch.objects.create(
        scan=Scan.objects.create(workspace=workspace, slot=now(), finished_at=now()),
        source="feeds",
        capability="poll",
        state=Fetch.State.OK,
        covered_from=now() - timedelta(days=2),
        covered_to=now(),
        finished_at=now(),
    )
    since, until = period()
    found = queries.share_of_voice(workspace, since, until)
    assert found.common.windows == {"feeds": (since, until)}


def test_nothing_read_is_unknown_not_zero(workspace, brands, versions):
    heard(workspace, "Fjällvik is nice", 2)
    found = queries.share_of_voice(workspace, *period())
    assert [(one.count, one.share) for one in found.result.shares] == [(None, None)] * 2
    assert not found.is_known


def test_nothing_heard_of_anybody_is_no_share(workspace, brands, versions):
    for version in versions:
        fetched(version)
    found = queries.share_of_voice(workspace, *period())
    assert [(one.count, one.share) for one in found.result.shares] == [(0, None)] * 2


def test_keyword_and_tag_are_apart_and_together_each_mention_counts_once(workspace, brands):
    own, rival = brands
    for brand, word in ((own, "fjällvik"), (rival, "bergby")):
        for form, text in (("keyword", word), ("tag", f"tag:{word}")):
            fetched(make.make_search(workspace, text, brand, form), "mastodon")
    make.make_mention(workspace, "Only words: Fjällvik", "mastodon")
    make.make_mention(workspace, "Both Fjällvik and the tag", "mastodon", tags=("fjällvik",))
    make.make_mention(workspace, "Only the tag", "mastodon", tags=("bergby",))
    shares = {
        form: [one.count for one in queries.share_of_voice(workspace, *period(), form).result.shares]
        for form in ("keyword", "tag", "")
    }
    assert shares == {"keyword": [2, 0], "tag": [1, 1], "": [2, 1]}


def test_a_brand_without_such_a_search_is_named_and_does_not_stop_the_others(workspace, brands, versions):
    third = make.make_rival(workspace, "Granby")
    for version in versions:
        fetched(version)
    heard(workspace, "Fjällvik is nice")
    found = queries.share_of_voice(workspace, *period())
    assert found.without_search == (third,)
    assert [one.count for one in found.result.shares] == [1, 0]


def test_what_is_not_relevant_does_not_count(workspace, brands, versions):
    for version in versions:
        fetched(version)
    heard(workspace, "Fjällvik is nice", 2)
    Mention.objects.filter(pk=Mention.objects.first().pk).update(state=Mention.State.NOT_RELEVANT)
    assert queries.share_of_voice(workspace, *period()).result.shares[0].count == 1


def test_another_workspace_changes_nothing(workspace, brands, versions):
    other = make.make_workspace(name="Other")
    fetched(make.make_search(other, "fjällvik", make.make_brand(other)))
    heard(other, "Fjällvik is nice", 3)
    for version in versions:
        fetched(version)
    heard(workspace, "Fjällvik is nice")
    assert [one.count for one in queries.share_of_voice(workspace, *period()).result.shares] == [1, 0]


# Presence and momentum


def on(number: int) -> datetime:
    return datetime(2026, 11, number, 8, tzinfo=UTC)


def place(workspace: Workspace, brand: Brand, name: str) -> queries.PlaceCell:
    cells = next(cells for one, cells in queries.presence(workspace).rows if one == brand)
    return next(cell for cell in cells if cell.place.name == name)


def follow(brand: Brand, *followers: float, source: str = "mastodon", start: int = 1):
    handle = f"@{brand.name.lower()}@{source}.example"
    profile = add_profile(brand, Ticked(source, handle, f"https://{source}.example/@{brand.pk}"))
    for number, value in enumerate(followers):
        observe.save_readings(
            profile, [Reading("exists", 1), Reading("followers", value, url=profile.url)], on(start + number)
        )
    return profile


def test_every_cell_has_its_state_day_and_proof(workspace, brands):
    own, rival = brands
    profile = follow(own, 400, 410)
    absent = add_profile(rival, Ticked("wikipedia", "sv:Bergby", "https://sv.wikipedia.org/wiki/Bergby"))
    observe.save_readings(absent, [Reading("exists", 0, url="https://sv.wikipedia.org/wiki/Bergby")], on(3))
    cell = place(workspace, own, "mastodon")
    assert (cell.cell.state, cell.cell.on, cell.cell.url) == ("yes", date(2026, 11, 2), profile.url)
    assert [(label, reading.value) for label, reading in cell.facts] == [("followers", 410)]
    cell = place(workspace, rival, "wikipedia")
    assert (cell.cell.state, cell.cell.url) == ("no", "https://sv.wikipedia.org/wiki/Bergby")
    cell = place(workspace, rival, "mastodon")
    assert (cell.cell.state, cell.reason) == (
        "unknown",
        "No profile is known here. Add it, or say that there is none.",
    )


def test_a_profile_that_is_there_speaks_for_the_place(workspace, brands):
    own, _rival = brands
    gone = add_profile(own, Ticked("wikipedia", "sv:Fjällvik", "https://sv.wikipedia.org/wiki/F"))
    there = add_profile(own, Ticked("wikipedia", "en:Fjällvik", "https://en.wikipedia.org/wiki/F"))
    observe.save_readings(gone, [Reading("exists", 0)], on(1))
    assert place(workspace, own, "wikipedia").cell.state == "unknown", "the other may be there"
    observe.save_readings(there, [Reading("exists", 1), Reading("length", 5000)], on(1))
    cell = place(workspace, own, "wikipedia")
    assert (cell.profile, cell.others, cell.cell.state) == (there, (gone,), "yes")


def test_presence_is_compared_only_where_it_is_known_of_all(workspace, brands):
    own, rival = brands
    follow(own, 400)
    assert queries.presence(workspace).counts() == {own.pk: None, rival.pk: None}
    follow(rival, 10)
    found = queries.presence(workspace)
    assert found.compared == ("mastodon",)
    assert found.counts() == {own.pk: 1, rival.pk: 1}


def test_presence_at_an_earlier_day(workspace, brands):
    own, _rival = brands
    follow(own, 400, 410)
    row = next(cells for brand, cells in queries.presence(workspace, date(2026, 11, 1)).rows if brand == own)
    cell = next(cell for cell in row if cell.place.name == "mastodon")
    assert cell.cell.readings["followers"].value == 400


def test_links_elsewhere_are_shown_but_not_compared(workspace, brands):
    own, _rival = brands
    link = add_profile(own, Ticked("link", "https://v.example/@f", "https://v.example/@f"))
    found = queries.presence(workspace)
    assert found.elsewhere[own.pk] == (link,)
    assert "link" not in [one.name for one in found.places]


def test_momentum_needs_two_readings_and_takes_common_days(workspace, brands):
    own, rival = brands
    follow(own, 100, 110, 120)
    follow(rival, 1000, start=2)
    (one,) = queries.momentum(workspace, date(2026, 11, 1), date(2026, 11, 30))
    assert (one.source, one.metric, one.measured) == ("mastodon", "followers", 1)
    assert one.changes[rival.pk] is None
    assert one.changes[own.pk].share == pytest.approx(0.2)
    observe.save_readings(rival.profiles.get(), [Reading("followers", 1100)], on(3))
    (one,) = queries.momentum(workspace, date(2026, 11, 1), date(2026, 11, 30))
    assert (one.changes[own.pk].first, one.changes[rival.pk].share) == (110, pytest.approx(0.1))
    assert queries.momentum(workspace, date(2026, 12, 1), date(2026, 12, 30)) == []


def test_standings_put_the_three_measures_together(workspace, brands, versions):
    own, rival = brands
    for version in versions:
        fetched(version)
    heard(workspace, "Bergby is nice", 3)
    heard(workspace, "Fjällvik is nice", 1)
    follow(own, 100, 100)
    follow(rival, 100, 150)
    voice = queries.share_of_voice(workspace, *period())
    ours, (theirs,) = queries.standings(
        voice, queries.presence(workspace), queries.momentum(workspace, date(2026, 11, 1), date(2026, 11, 30))
    )
    assert (ours.voice, ours.presence, ours.momentum) == (0.25, 1, 0)
    assert (theirs.voice, theirs.presence, theirs.momentum) == (0.75, 1, 0.5)


# Result pages


def test_the_newest_complete_page_of_each_phrase_counts(workspace):
    alice = make.make_user()
    phrase = add_phrase(workspace, "kaffe")
    pages = [
        visibility.manual_page(phrase, "Google", "sv-SE", on(day), 1, "https://a.example/", alice)
        for day in (1, 3, 2)
    ]
    ResultPage.objects.filter(pk=pages[1].pk).update(is_complete=False)
    unseen = add_phrase(workspace, "te")
    assert queries.phrases(workspace) == [(phrase, pages[2]), (unseen, None)]
    assert queries.result_pages(workspace, on(1), on(30)) == [pages[2]]
    assert queries.result_pages(workspace, on(1), on(2)) == [pages[0]]


# Cost


def asked(client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def test_pages_ask_no_more_when_there_is_more_to_show(client, workspace, brands, versions):
    alice = make.make_user()
    make.make_member(workspace, alice, "owner")
    client.force_login(alice)
    own, rival = brands
    phrase = add_phrase(workspace, "kaffe")
    paths = [
        f"/w/{workspace.code}/{path}"
        for path in (
            "rivals/",
            f"rivals/voice/{own.pk}/",
            f"rivals/places/{own.pk}/mastodon/",
            "brands/",
            f"brands/{own.pk}/",
            "profiles/",
            "phrases/",
            f"phrases/{phrase.pk}/",
        )
    ]

    def more(number: int) -> None:
        for version in versions:
            fetched(version)
        heard(workspace, f"Fjällvik is nice {number}", 3)
        heard(workspace, f"Bergby is nice {number}", 3)
        for brand in (own, rival):
            handle = f"@{brand.pk}-{number}@social.example"
            profile = add_profile(
                brand, Ticked("mastodon", handle, f"https://social.example/@{brand.pk}-{number}")
            )
            for day in (1, 2, 3):
                observe.save_readings(profile, [Reading("followers", day)], on(day))
            add_profile(brand, Ticked("link", f"https://v.example/{number}", f"https://v.example/{number}"))
        visibility.manual_page(
            add_phrase(workspace, f"kaffe {number}"),
            "Google",
            "sv-SE",
            on(1),
            2,
            "https://a.example/\nhttps://b.example/",
            alice,
        )
        visibility.manual_page(phrase, "Google", "sv-SE", on(1), 1, "https://a.example/", alice)

    more(1)
    asked(client, paths[0])  # the first page of a session also remembers the workspace
    few = [asked(client, path) for path in paths]
    for number in range(2, 6):
        more(number)
    assert [asked(client, path) for path in paths] == few
    assert max(few) < 40
