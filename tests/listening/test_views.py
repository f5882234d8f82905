"""The listening pages as Alice (owner), Bob (viewer) and Charlie (stranger) see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from listening import coverage, dispatch, scan, schedule
from listening.models import (
    FeedSubscription,
    Fetch,
    Match,
    Mention,
    Scan,
    ScanPlan,
    Search,
    SourceSetting,
)
from teams.models import Role, User, Workspace
from tests.make import (
    hear,
    make_brand,
    make_item,
    make_member,
    make_mention,
    make_rival,
    make_search,
    make_user,
    make_workspace,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_user("Alice")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    workspace = make_workspace(alice)
    make_search(workspace, "fjällvik", make_brand(workspace))
    return workspace


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, workspace: Workspace, *args: Any) -> str:
    return reverse(f"listening:{name}", args=[workspace.code, *args])


@pytest.fixture
def alices(alice: User) -> Client:
    return as_user(alice)


def test_alice_sees_what_was_heard_and_why(alices: Client, workspace: Workspace) -> None:
    make_mention(workspace, "At <b>Fjällvik</b> & elsewhere", title="A day")
    page = alices.get(url("mentions", workspace)).content.decode()
    assert "At &lt;b&gt;<mark>Fjällvik</mark>&lt;/b&gt; &amp; elsewhere" in page
    assert "<strong>1</strong> story" in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, {"one", "two", "three"}),
        ({"source": "hackernews"}, {"two"}),
        ({"form": "tag"}, set()),
        ({"show": "questions"}, {"three"}),
        ({"text": "two OR three"}, {"two", "three"}),
        ({"text": "fjällvik NOT two"}, {"one", "three"}),
        ({"since": "2020-01-01", "until": "2020-12-31"}, set()),
        ({"days": "7"}, {"one", "two", "three"}),
    ],
)
def test_filters_narrow_the_list(
    alices: Client, workspace: Workspace, asked: dict[str, str], shown: set[str]
) -> None:
    make_mention(workspace, "Fjällvik one")
    make_mention(workspace, "Fjällvik two", source="hackernews")
    make_mention(workspace, "Fjällvik three?")
    page = alices.get(url("mentions", workspace), asked)
    assert {one.text.split()[1].rstrip("?") for one in page.context["page"]} == shown
    assert page.context["counts"].mentions == len(shown)


def test_filters_of_another_workspace_are_an_error_in_words(alices: Client, workspace: Workspace) -> None:
    theirs = make_brand(make_workspace(name="Others"), "Theirs")
    page = alices.get(url("mentions", workspace), {"about": theirs.pk})
    assert page.status_code == 200
    assert "page" not in page.context


def test_a_wrong_query_says_where(alices: Client, workspace: Workspace) -> None:
    page = alices.get(url("mentions", workspace), {"text": '"fjällvik'})
    assert "alert-danger" in page.content.decode()


def test_stories_are_folded_and_can_be_unfolded(alices: Client, workspace: Workspace) -> None:
    words = "Fjällvik opens a new roastery in Umeå this coming autumn"
    hear(workspace, make_item(words), make_item(words), make_item("Fjällvik alone"))
    page = alices.get(url("mentions", workspace))
    assert sorted(one.copies for one in page.context["page"]) == [1, 2]
    story = Mention.objects.filter(text=words).first().story_id  # type: ignore[union-attr]  # it was made above
    unfolded = alices.get(url("mentions", workspace), {"story": story})
    assert len(unfolded.context["page"].object_list) == 2


def test_the_list_costs_the_same_for_many_mentions(
    alices: Client, workspace: Workspace, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        make_mention(workspace, f"Fjällvik {number}")
    alices.get("/workspaces/")  # the first click of a session is written down
    with django_assert_max_num_queries(16):
        alices.get(url("mentions", workspace))


def test_alice_stars_and_sets_aside_and_takes_it_back(alices: Client, workspace: Workspace) -> None:
    mention = make_mention(workspace)
    for value, field in (("starred", "is_starred"), ("not_relevant", "state")):
        before = getattr(mention, field)
        answer = alices.post(
            url("mark", workspace, mention.pk), {"as": value}, headers={"HX-Request": "true"}
        )
        mention.refresh_from_db()
        assert answer.status_code == 200
        assert getattr(mention, field) != before
        alices.post(url("mark", workspace, mention.pk), {"as": value})
        mention.refresh_from_db()
        assert getattr(mention, field) == before


def test_bob_reads_and_changes_nothing(workspace: Workspace) -> None:
    bob = make_user("Bob")
    make_member(workspace, bob, Role.VIEWER)
    mention = make_mention(workspace)
    bobs = as_user(bob)
    search = Search.objects.get()
    for page in ("mentions", "searches", "scans", "plan", "sources"):
        assert bobs.get(url(page, workspace)).status_code == 200
    assert bobs.get(url("mention", workspace, mention.pk)).status_code == 200
    assert bobs.get(url("search", workspace, search.pk)).status_code == 200
    forbidden = [
        (url("mark", workspace, mention.pk), {"as": "starred"}),
        (url("search", workspace, search.pk), {"text": "other", "is_on": "on"}),
        (url("plan", workspace), {"every": "hour", "at": "01:00", "is_on": "on"}),
        (url("scan_now", workspace), {}),
        (url("follow", workspace), {"url": "https://blog.example/feed"}),
        (url("source", workspace, "mastodon"), {}),
    ]
    for address, data in forbidden:
        assert bobs.post(address, data).status_code == 403, address
    assert search.versions.get().text == "fjällvik"


def test_charlie_finds_nothing(workspace: Workspace) -> None:
    charlies = as_user(make_user("Charlie"))
    mention = make_mention(workspace)
    for address in (
        url("mentions", workspace),
        url("mention", workspace, mention.pk),
        url("searches", workspace),
        url("search", workspace, Search.objects.get().pk),
        url("scans", workspace),
        url("plan", workspace),
        url("sources", workspace),
    ):
        assert charlies.get(address).status_code == 404
    assert charlies.post(url("scan_now", workspace)).status_code == 404


def test_ids_of_another_workspace_do_not_exist_in_ours(alices: Client, workspace: Workspace) -> None:
    theirs = make_workspace(name="Others")
    make_search(theirs, "fjällvik", make_brand(theirs))
    mention = make_mention(theirs)
    started = scan.start(theirs, schedule.now())
    for address in (
        url("mention", workspace, mention.pk),
        url("search", workspace, Search.objects.get(workspace=theirs).pk),
        url("scan", workspace, started.pk),
    ):
        assert alices.get(address).status_code == 404
    assert alices.post(url("mark", workspace, mention.pk), {"as": "starred"}).status_code == 404


def test_editing_a_search_makes_a_version(alices: Client, workspace: Workspace) -> None:
    search = Search.objects.get()
    alices.post(url("search", workspace, search.pk), {"text": "fjällvik NOT jobs", "is_on": "on"})
    assert list(search.versions.values_list("number", "text", "is_current")) == [
        (2, "fjällvik NOT jobs", True),
        (1, "fjällvik", False),
    ]
    wrong = alices.post(url("search", workspace, search.pk), {"text": "fjällvik (", "is_on": "on"})
    assert "invalid-feedback" in wrong.content.decode()
    assert search.versions.count() == 2


def test_a_search_that_is_turned_on_again_is_held_against_what_was_heard_meanwhile(
    alices: Client, workspace: Workspace
) -> None:
    search = workspace.searches.get()
    other = make_search(workspace, "coffee")
    alices.post(url("search", workspace, search.pk), {"text": "fjällvik"})
    assert not workspace.searches.get(pk=search.pk).is_on
    make_mention(workspace, "Fjällvik coffee")
    assert [match.search_id for match in Match.objects.all()] == [other.search_id]
    alices.post(url("search", workspace, search.pk), {"text": "fjällvik", "is_on": "on"})
    for message in dispatch.due():
        dispatch.rematch(message.pk)
    assert Match.objects.filter(search=search).count() == 1


def test_a_plan_shows_its_next_run_in_the_workspaces_time(alices: Client, workspace: Workspace) -> None:
    alices.post(url("plan", workspace), {"every": "week", "at": "08:00", "weekday": "1", "is_on": "on"})
    plan = ScanPlan.objects.get()
    assert plan.due_at is not None
    local = workspace.localtime(plan.due_at)
    assert (local.isoweekday(), local.hour, local.minute) == (1, 8, 0)
    wrong = alices.post(
        url("plan", workspace),
        {"every": "cron", "at": "08:00", "cron_text": "every day", "weekday": "1", "is_on": "on"},
    )
    assert "is not a cron expression" in wrong.content.decode()
    alices.post(url("plan", workspace), {"every": "day", "at": "08:00", "weekday": "1"})
    plan.refresh_from_db()
    assert plan.due_at is None


def test_looking_at_the_plan_makes_none(alices: Client, workspace: Workspace) -> None:
    for page in ("plan", "scans"):
        assert alices.get(url(page, workspace)).status_code == 200
    assert not ScanPlan.objects.exists()


@pytest.mark.parametrize("cron", ["1,30-59 * * * *", "* * * * *", "0 0 * * * *", "0 7 30 2 *", "@daily"])
def test_a_plan_is_polite_and_has_five_fields(alices: Client, workspace: Workspace, cron: str) -> None:
    asked = {"every": "cron", "at": "08:00", "cron_text": cron, "weekday": "1", "is_on": "on"}
    assert "invalid-feedback" in alices.post(url("plan", workspace), asked).content.decode()


@pytest.mark.parametrize("asked", [{"until": "9999-12-31"}, {"since": "9999-12-31"}, {"since": "0001-01-01"}])
def test_days_at_the_end_of_time_are_no_crash(
    alices: Client, workspace: Workspace, asked: dict[str, str]
) -> None:
    assert alices.get(url("mentions", workspace), asked).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example#", "evil.example?x=", "mastodon.example/../x", "a b", "10.0.0.1"]
)
def test_a_server_is_a_bare_public_name(alices: Client, workspace: Workspace, host: str) -> None:
    alices.post(url("source", workspace, "mastodon"), {"enabled": "on", "instance": host})
    assert not SourceSetting.objects.filter(workspace=workspace).exclude(instance="").exists()
    alices.post(url("source", workspace, "mastodon"), {"enabled": "on", "instance": "mastodon.example"})
    assert SourceSetting.objects.get(workspace=workspace).instance == "mastodon.example"


def test_what_was_not_read_is_not_printed_as_zero(alices: Client, workspace: Workspace) -> None:
    started = Scan.objects.create(workspace=workspace, slot=schedule.now())
    Fetch.objects.create(scan=started, source="hackernews", capability="search", state=Fetch.State.FAILED)
    page = alices.get(url("scan", workspace, started.pk)).content.decode()
    assert "not read" in page
    assert "nothing could be read so far" in page
    assert ">0<" not in page


def test_a_source_that_was_never_asked_has_no_last_answer(alices: Client, workspace: Workspace) -> None:
    started = Scan.objects.create(workspace=workspace, slot=schedule.now())
    Fetch.objects.create(
        scan=started,
        source="mastodon",
        capability="thread",
        state=Fetch.State.OK,
        pages=1,
        finished_at=schedule.now(),
        last_ok_at=schedule.now(),
    )
    assert coverage.health(workspace) == {}


def test_a_feed_is_followed_and_left(alices: Client, workspace: Workspace) -> None:
    alices.post(url("follow", workspace), {"url": "blog.fjallvik.example/feed"})
    subscription = FeedSubscription.objects.get()
    assert subscription.feed.url == "https://blog.fjallvik.example/feed"
    refused = alices.post(url("follow", workspace), {"url": "http://169.254.169.254/"}, follow=True)
    assert "alert-danger" in refused.content.decode()
    alices.post(url("unfollow", workspace, subscription.pk))
    assert not FeedSubscription.objects.exists()


def test_a_rival_is_no_different(alices: Client, workspace: Workspace) -> None:
    make_search(workspace, "bergby", make_rival(workspace))
    make_mention(workspace, "Bergby and Fjällvik")
    page = alices.get(url("searches", workspace))
    assert [stories for _, stories in page.context["rows"]] == [1, 1]
