"""Readings of profiles: one per day, gaps instead of zeros; and which handles are a brand's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from competitors import handles, observe, queries
from competitors.models import Observation, Profile
from competitors.observe import Observing
from competitors.setup import Ticked, add_profile
from listening import door
from listening.models import Brand, Fetch, Scan
from listening.net import SourceError
from listening.sources import Source
from listening.types import Cursor, Page, Reading
from teams.models import Workspace
from tests import make
from tests.competitors.scanning import run_scan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


class Watched(Source):
    """A source that gives the readings it is told to, in pages of one."""

    name = "mastodon"
    label = "Watched"

    def __init__(self, *pages: tuple[Reading, ...] | SourceError) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        self.asked.append(handle)
        at = cursor["at"] if cursor else 0
        page = self.pages[at]
        if isinstance(page, SourceError):
            raise page
        return Page(page, 1, {"at": at + 1} if at + 1 < len(self.pages) else None)


@pytest.fixture
def workspace() -> Workspace:
    return make.make_workspace()


@pytest.fixture
def profile(workspace: Workspace) -> Profile:
    brand = make.make_brand(workspace)
    return add_profile(
        brand, Ticked("mastodon", "@Fjallvik@social.example", "https://social.example/@Fjallvik")
    )


def run(monkeypatch: pytest.MonkeyPatch, workspace: Workspace, source: Watched) -> Fetch:
    return run_scan(monkeypatch, workspace, source, "observe").fetches.get()


def test_readings_come_in_through_a_scan(monkeypatch, workspace, profile):
    source = Watched(
        (Reading("exists", 1), Reading("followers", 410, url="https://social.example/@Fjallvik")),
        (Reading("posts_30d", 12),),
    )
    fetch = run(monkeypatch, workspace, source)
    assert fetch.state == Fetch.State.OK
    assert source.asked == ["@Fjallvik@social.example"] * 2
    assert dict(profile.observations.values_list("metric", "value")) == {
        "exists": 1,
        "followers": 410,
        "posts_30d": 12,
    }
    assert set(profile.observations.values_list("fetch", flat=True)) == {fetch.pk}


def test_a_failed_reading_leaves_a_gap_and_the_old_values(monkeypatch, workspace, profile):
    observe.save_readings(profile, [Reading("followers", 400)], NOW - timedelta(days=2))
    fetch = run(
        monkeypatch,
        workspace,
        Watched(SourceError("%(host)s wants a key.", "needs_key", params={"host": "social.example"})),
    )
    assert fetch.state == Fetch.State.FAILED
    assert [(row.on, row.value) for row in profile.observations.all()] == [
        ((NOW - timedelta(days=2)).date(), 400)
    ]
    cell = next(one for one in queries.presence(workspace).rows[0][1] if one.place.name == "mastodon")
    assert cell.cell.state == "yes"
    assert cell.reason == "social.example wants a key."


def test_a_failed_first_reading_is_unknown_with_its_reason(monkeypatch, workspace, profile):
    run(monkeypatch, workspace, Watched(SourceError("Blocked.", "blocked")))
    cell = next(one for one in queries.presence(workspace).rows[0][1] if one.place.name == "mastodon")
    assert (cell.cell.state, cell.reason) == ("unknown", "Blocked.")


def test_what_a_first_page_told_stays_when_the_second_fails(monkeypatch, workspace, profile):
    fetch = run(
        monkeypatch, workspace, Watched((Reading("followers", 410),), SourceError("Blocked.", "blocked"))
    )
    assert fetch.state == Fetch.State.PARTIAL
    assert profile.observations.get().value == 410


def test_the_second_reading_of_a_day_overwrites_the_first(profile):
    observe.save_readings(profile, [Reading("followers", 400), Reading("last_post", None, text="a")], NOW)
    observe.save_readings(profile, [Reading("followers", 401)], NOW + timedelta(hours=1))
    rows = {row.metric: row for row in profile.observations.all()}
    assert (rows["followers"].value, rows["followers"].taken_at) == (401, NOW + timedelta(hours=1))
    assert rows["last_post"].text == "a", "what the second page did not tell stays"


def test_the_day_is_that_of_utc(profile):
    observe.save_readings(profile, [Reading("followers", 400)], NOW)
    observe.save_readings(profile, [Reading("followers", 401)], NOW + timedelta(hours=2))
    assert list(profile.observations.order_by("on").values_list("on", "value")) == [
        (NOW.date(), 400),
        (NOW.date() + timedelta(days=1), 401),
    ]


def test_a_reading_that_tells_its_own_day_is_kept_there(profile):
    observe.save_readings(profile, [Reading("views_30d", 9, on=NOW - timedelta(days=2))], NOW)
    assert profile.observations.get().on == (NOW - timedelta(days=2)).date()


def test_foreign_texts_are_cleaned_and_bounded(profile):
    observe.save_readings(profile, [Reading("title\u202e", None, text="a\x00\n" + "b" * 900)], NOW)
    row = profile.observations.get()
    assert row.metric == "title"
    assert row.text.startswith("a b") and len(row.text) <= 500


def test_a_profile_removed_during_the_scan_ends_its_fetch(monkeypatch, workspace, profile):
    fetch = Fetch(
        scan=Scan(workspace=workspace), source="mastodon", capability="observe", subject_id=profile.pk
    )
    profile.delete()
    assert Observing().read(fetch, Watched()) == Page()
    assert Observing().save(fetch, Page((Reading("followers", 1),))).found == 0
    assert not Observation.objects.exists()


def test_another_workspaces_profile_is_not_read(workspace, profile):
    other = make.make_workspace(name="Bergby")
    fetch = Fetch(scan=Scan(workspace=other), source="mastodon", capability="observe", subject_id=profile.pk)
    assert Observing().read(fetch, Watched((Reading("followers", 1),))) == Page()


def test_only_profiles_that_a_listened_source_can_read_are_planned(monkeypatch, workspace, profile):
    for source in ("site", "link", "searxng"):
        add_profile(profile.brand, Ticked(source, "https://a.example/", "https://a.example/"))
    monkeypatch.setattr(door, "enabled", lambda workspace: [Watched])
    planned = list(Observing().plan(Scan(workspace=workspace)))
    assert [(one.source, one.subject_id) for one in planned] == [("mastodon", profile.pk)]
    assert "Fjällvik" in planned[0].label


@pytest.mark.parametrize(
    "source, handle, normal",
    [
        ("mastodon", "@Anna@Social.Example", "@anna@social.example"),
        ("mastodon", "anna@social.example ", "@anna@social.example"),
        ("hackernews", "Anna_K", "anna_k"),
        ("bluesky", "Anna.bsky.social", "@anna.bsky.social"),
        ("bluesky", "@anna.example", "@anna.example"),
        ("bluesky", "did:plc:abc", "did:plc:abc"),
        ("reddit", "u/Team-Fjallvik", "u/team-fjallvik"),
        ("reddit", "r/Fjallvik", ""),
        ("mastodon", "", ""),
    ],
)
def test_handles_have_one_form(source, handle, normal):
    assert observe.normal_handle(source, handle) == normal


@pytest.mark.parametrize(
    "written, handle",
    [
        ("@Fjallvik.bsky.social", "@fjallvik.bsky.social"),
        ("fjallvik.example", "@fjallvik.example"),
        ("https://bsky.app/profile/fjallvik.bsky.social", "@fjallvik.bsky.social"),
        ("https://bsky.app/profile/fjallvik.bsky.social/", "@fjallvik.bsky.social"),
        ("at://fjallvik.bsky.social", "@fjallvik.bsky.social"),
        ("did:plc:z72i7hdynmk6r22z27h6tvur", "did:plc:z72i7hdynmk6r22z27h6tvur"),
        ("https://bsky.app/profile/did:plc:z72i7hdynmk6r22z27h6tvur", "did:plc:z72i7hdynmk6r22z27h6tvur"),
    ],
)
def test_a_handle_of_bluesky_is_understood_as_people_write_it(written, handle):
    found, url = handles.read("bluesky", written)
    assert (found, url) == (handle, f"https://bsky.app/profile/{handle.lstrip('@')}")


@pytest.mark.parametrize(
    "written", ["@fjallvik", "https://bsky.app/", "https://evil.example/profile/a.b", "a b.c"]
)
def test_what_is_no_handle_of_bluesky_is_refused_with_an_example(written):
    with pytest.raises(SourceError, match="@name.bsky.social"):
        handles.read("bluesky", written)


def test_a_handle_of_bluesky_gives_the_word_that_people_use():
    assert handles.word("bluesky", "@fjallvik.bsky.social") == "fjallvik"
    assert handles.word("bluesky", "@fjallvik.example") == ""


def test_an_account_known_by_its_id_is_known_by_the_handle_that_was_read(workspace, profile):
    account = add_profile(
        profile.brand, Ticked("bluesky", "did:plc:abc", "https://bsky.app/profile/did:plc:abc")
    )
    assert observe.handles(workspace, profile.brand)["bluesky"] == {"did:plc:abc"}
    observe.save_readings(account, [Reading("handle", None, text="@Fjallvik.example")], timezone.now())
    assert observe.handles(workspace, profile.brand)["bluesky"] == {"did:plc:abc", "@fjallvik.example"}


def test_a_brands_handles_are_those_of_sources_with_conversations(workspace, profile):
    add_profile(
        profile.brand,
        Ticked("hackernews", "TeamFjallvik", "https://news.ycombinator.com/user?id=TeamFjallvik"),
    )
    add_profile(profile.brand, Ticked("wikipedia", "sv:Fjällvik", "https://sv.wikipedia.org/wiki/Fj"))
    rival = make.make_rival(workspace)
    add_profile(profile.brand, Ticked("reddit", "u/TeamFjallvik", "https://www.reddit.com/u/TeamFjallvik/"))
    add_profile(profile.brand, Ticked("reddit", "r/fjallvik", "https://www.reddit.com/r/fjallvik/"))
    add_profile(
        profile.brand, Ticked("wordpress", "blogg.fjallvik.example", "https://blogg.fjallvik.example/")
    )
    add_profile(rival, Ticked("mastodon", "@bergby@social.example", "https://social.example/@bergby"))
    assert observe.handles(workspace, profile.brand) == {
        "mastodon": {"@fjallvik@social.example"},
        "hackernews": {"teamfjallvik"},
        "reddit": {"u/teamfjallvik"},
    }
    assert observe.handles(make.make_workspace(name="Other"), profile.brand) == {}
    assert Brand.objects.count() == 2
