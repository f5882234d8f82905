"""Step 2, whose voice carries: sites beside ours by a proxy that is called one, and unknown stays unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from listening import store
from listening.models import Feed, FeedSubscription
from listening.popularity import Popularity
from listening.types import Rank
from pitches.case import Case
from pitches.decks import snapshot
from pitches.steps import influence
from pitches.verdicts import State
from teams.models import Workspace
from tests.make import hear, make_brand, make_item, make_search, make_user, make_workspace
from tests.pitches.building import against, case_of, read_all, rows_of_figure, slide_of, title_of

BLOGS = ("bryggbloggen.example", "kaffekartan.example", "provkok.example")


@pytest.fixture
def workspace(db: None) -> Workspace:
    """Alice's own site is fjallvik.example; three blogs and a forum wrote about it."""
    workspace = make_workspace(make_user("Alice"))
    read_all(workspace, make_search(workspace, brand=make_brand(workspace, domain="fjallvik.example")))
    for blog in BLOGS:
        hear(workspace, make_item(f"Fjällvik on {blog}", url=f"https://{blog}/2026/11/post"), source="feeds")
    hear(workspace, make_item("Fjällvik!", metrics={"likes": 3, "shares": 2}))
    return workspace


def rank(**ranks: int | None) -> None:
    """Where the list has the sites of these names."""
    rows = [Rank(f"{name}.example", place, 1_000_000, date(2026, 11, 20)) for name, place in ranks.items()]
    store.save_ranks("tranco", rows, timezone.now())


def table(case: Case) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = next(
        block["rows"] for block in slide_of(case, "influence").blocks if block["type"] == "table"
    )
    return rows


def values(case: Case) -> dict[str, Any]:
    _slides = case.slides
    return case.ground.register.values()


def test_sites_in_a_more_popular_band_than_ours_are_ahead(workspace: Workspace) -> None:
    rank(fjallvik=700_000, bryggbloggen=9_000, kaffekartan=90_000, provkok=800_000)
    case = case_of(workspace)
    said = "Where people talk, most comparable sites are more popular than ours: 2 of 3"
    assert title_of(case, "influence") == said
    assert slide_of(case, "influence").verdict == "supported"
    assert "Of the sites compared, 1 is no more popular than ours." in against(case, "influence")
    assert "The popularity of 1 of the sites is unknown." in against(case, "influence")  # the forum's
    assert case.ground.register.figures["s2.sites_ahead"].kind == "estimated"
    assert "proxy" in slide_of(case, "influence").footer["en"]
    assert snapshot.check(case.as_snapshot()) == []


def test_beyond_the_list_is_less_popular_than_any_place_on_it(workspace: Workspace) -> None:
    rank(fjallvik=900_000, bryggbloggen=None, kaffekartan=None, provkok=None)
    case = case_of(workspace)
    said = "Where people talk, no comparable site is more popular than ours; 3 were compared"
    assert title_of(case, "influence") == said
    assert "All the same, people reacted 5 times to 1 mention." in against(case, "influence")


def test_a_platform_is_not_compared_because_many_write_there(workspace: Workspace) -> None:
    rank(fjallvik=700_000, forum=2_000, bryggbloggen=9_000, kaffekartan=9_000)
    case = case_of(workspace)
    found = values(case)
    assert (found["s2.sites_compared"], found["s2.sites_platforms"], found["s2.sites_unknown"]) == (2, 1, 1)
    assert title_of(case, "influence") == "Where people talk, we trail 2 of 2 comparable sites in popularity"
    assert slide_of(case, "influence").verdict == "mixed"  # two sites are few
    assert "Not compared: 1 platform, whose popularity" in against(case, "influence")


@pytest.mark.parametrize("ranks", [{}, {"bryggbloggen": 100}, {"fjallvik": 100}])
def test_without_both_sides_nothing_is_compared(workspace: Workspace, ranks: dict[str, int]) -> None:
    rank(**ranks)
    case = case_of(workspace)
    assert slide_of(case, "influence").verdict == "not_enough"
    assert title_of(case, "influence").endswith("compared with ours, is not known yet")
    assert [row[-1].get("state") for row in table(case)].count("unknown") == 5 - len(ranks)
    assert snapshot.check(case.as_snapshot()) == []


def test_a_brand_without_a_site_says_that_there_is_nothing_to_compare_with(workspace: Workspace) -> None:
    workspace.brands.update(domain="")
    rank(bryggbloggen=100)
    blocks = str(slide_of(case_of(workspace), "influence").blocks)
    assert "Our own site is not named" in blocks


def test_our_own_site_is_on_top_and_not_among_the_others(workspace: Workspace) -> None:
    hear(workspace, make_item("Fjällvik says so", url="https://www.fjallvik.example/news"), source="feeds")
    rows = table(case_of(workspace))
    assert "(ours)" in rows[0][0]["text"]["en"]
    assert {row[0]["raw"] for row in rows[1:]} == {*BLOGS, "forum.example"}


def test_a_site_opens_the_mentions_that_were_heard_there(workspace: Workspace) -> None:
    rank(fjallvik=9)
    case = case_of(workspace)
    sites = [row[0]["raw"] for row in table(case)[1:]]
    for index, site in enumerate(sites):
        rows = rows_of_figure(case, f"s2.site.{index}.mentions")
        assert [row["site"] for row in rows] == [site]
    assert [row["title"] for row in rows_of_figure(case, "s2.sites_compared")] == ["fjallvik.example"]


def test_reactions_are_unknown_where_a_source_states_none(workspace: Workspace) -> None:
    case = case_of(workspace)
    found = values(case)
    by_site = {
        row[0]["raw"]: found[f"s2.site.{index}.reactions"] for index, row in enumerate(table(case)[1:])
    }
    assert by_site == dict.fromkeys(BLOGS) | {"forum.example": 5}


def test_how_often_a_followed_feed_is_filled_is_told(workspace: Workspace) -> None:
    feed = Feed.objects.create(url="https://provkok.example/feed.xml", rhythm_minutes=3 * 24 * 60)
    Feed.objects.create(
        url="https://kaffekartan.example/feed.xml", rhythm_minutes=60
    )  # nobody here follows it
    FeedSubscription.objects.create(workspace=workspace, feed=feed)
    case = case_of(workspace)
    found = values(case)
    by_site = {row[0]["raw"]: found[f"s2.site.{index}.every"] for index, row in enumerate(table(case)[1:])}
    assert by_site["provkok.example"] == 3.0
    assert by_site["kaffekartan.example"] is None


def popular(band: int | None, *, is_of_platform: bool = False) -> Popularity:
    return Popularity("a.example", band, 1_000_000, "Tranco", date(2026, 11, 20), "", "", is_of_platform)


def test_bands_are_compared_and_not_ranks_inside_them() -> None:
    assert influence.is_ahead(popular(1_000), popular(10_000))
    assert influence.is_ahead(popular(1_000_000), popular(None))
    assert not influence.is_ahead(popular(10_000), popular(10_000))
    assert not influence.is_ahead(popular(None), popular(None))


def test_our_own_page_on_a_platform_is_no_measure_of_us() -> None:
    compared = influence.compare([popular(1_000), None], popular(10_000, is_of_platform=True))
    assert (compared.ahead, compared.together, compared.unknown) == (None, None, 1)


@pytest.mark.parametrize(
    ("ahead", "compared", "state"),
    [
        (2, 3, "supported"),
        (2, 4, "mixed"),  # half is not most
        (1, 4, "mixed"),
        (0, 3, "not_supported"),
        (0, 2, "mixed"),  # two are few
        (2, 2, "mixed"),
        (0, 0, "not_enough"),
        (None, None, "not_enough"),
    ],
)
def test_influence_needs_three_sites_to_compare(
    ahead: int | None, compared: int | None, state: State
) -> None:
    assert influence.state(ahead, compared) == state
