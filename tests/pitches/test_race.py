"""Step 4: up to five brands place by place, like with like over time, and only the rivals of the pitch."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from competitors.models import Profile
from competitors.observe import save_readings
from listening.models import Brand, Fetch
from listening.types import Reading
from pitches.case import Case, build, period_of
from pitches.drafts import wordings
from pitches.ground import Ground
from pitches.models import Pitch
from pitches.steps import growth, race
from pitches.words import table
from teams.models import Workspace
from tests.make import make_brand, make_rival, make_user, make_workspace

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def workspace(db: None) -> Workspace:
    return make_workspace(make_user("Dora"))


@pytest.fixture
def own(workspace: Workspace) -> Brand:
    return make_brand(workspace)


def told(workspace: Workspace) -> Case:
    start, end = period_of(workspace, now=NOW)
    return build(Pitch(workspace=workspace, language="en", period_start=start, period_end=end), NOW)


def slide_of(case: Case, key: str) -> Any:
    return next(slide for slide in case.slides if slide.key == key)


def tables_of(case: Case, key: str) -> list[Any]:
    return [block for block in slide_of(case, key).blocks if block["type"] == "table"]


def title_of(case: Case, key: str) -> str:
    return wordings.printed(case, slide_of(case, key).title).replace("\xa0", " ")


def read(
    brand: Brand, source: str, *days_and_followers: tuple[int, int | None], there: bool = True
) -> Profile:
    """Readings of a brand in a place, so many days ago; None: it exists, and no number was told."""
    profile, _ = Profile.objects.get_or_create(
        workspace=brand.workspace, brand=brand, source=source, handle=brand.name, url="https://a.example/"
    )
    for days, followers in days_and_followers:
        readings = [Reading("exists", int(there))]
        if followers is not None:
            readings.append(Reading("followers", followers))
        save_readings(profile, readings, NOW - timedelta(days=days))
    return profile


# Presence


def test_places_are_rows_and_brands_are_columns(workspace: Workspace, own: Brand) -> None:
    rival = make_rival(workspace)
    read(own, "mastodon", (0, 40))
    read(rival, "mastodon", (0, 90))
    read(rival, "youtube", (0, None))
    case = told(workspace)
    (matrix,) = tables_of(case, "presence")
    said = [wordings.printed(case, column) for column in matrix["columns"]]
    assert said == ["Place", "Fjällvik: 1 of 1", "Bergby: 1 of 1"]
    rows = [
        (wordings.printed(case, row[0]["text"]), [cell["state"] for cell in row[1:]])
        for row in matrix["rows"]
    ]
    assert rows == [("Mastodon", ["yes", "yes"]), ("YouTube", ["unknown", "yes"])]


def test_a_place_where_nobody_is_stays_in_the_appendix(workspace: Workspace, own: Brand) -> None:
    rival = make_rival(workspace)
    read(own, "reddit", (0, None), there=False)
    read(rival, "mastodon", (0, 90))
    case = told(workspace)
    names = [wordings.printed(case, row[0]["text"]) for row in tables_of(case, "presence")[0]["rows"]]
    whole = [wordings.printed(case, row[0]["text"]) for row in tables_of(case, "rivals")[1]["rows"]]
    assert "Reddit" not in names and "Reddit" in whole


def test_a_slide_has_room_for_five_brands_and_the_appendix_for_all(workspace: Workspace, own: Brand) -> None:
    for number in range(7):
        read(make_rival(workspace, f"Rival {'ABCDEFG'[number]}"), "mastodon", (0, 90))
    case = told(workspace)
    assert len(tables_of(case, "presence")[0]["columns"]) == 1 + 5
    standings, *matrices = tables_of(case, "rivals")
    assert len(standings["rows"]) == 8
    assert [len(one["columns"]) for one in matrices] == [1 + 4, 1 + 4]


def test_a_full_slide_leaves_out_what_tells_least_and_says_so(workspace: Workspace, own: Brand) -> None:
    rival = make_rival(workspace)
    places = "site feeds hackernews mastodon bluesky reddit wikipedia wikidata wordpress youtube"
    for source in places.split():
        read(own, source, (0, None), there=source not in ("youtube", "hackernews"))
        read(rival, source, (0, None), there=source != "wordpress")
    case = told(workspace)
    slide = slide_of(case, "presence")
    names = [wordings.printed(case, row[0]["text"]) for row in slide.blocks[0]["rows"]]
    assert len(names) == 9 and "Wikidata" not in names and "WordPress" in names
    assert "1 more place and all days" in wordings.printed(case, slide.footer)
    assert "is missing where we are: WordPress" in wordings.printed(case, slide.blocks[1]["text"])


def test_what_failed_was_tried_and_not_read(workspace: Workspace, own: Brand) -> None:
    profile = Profile.objects.create(
        workspace=workspace, brand=own, source="reddit", handle="u/us", url="https://r.example/"
    )
    read(make_rival(workspace), "mastodon", (0, 90))
    scan = workspace.scans.create(slot=NOW, finished_at=NOW)
    error = {"error": "%(host)s has a problem (error %(status)s). Earshot will try again later."}
    params = {"error_params": {"host": "r.example", "status": 500}, "finished_at": NOW, "state": "failed"}
    Fetch.objects.create(
        scan=scan, source="reddit", capability="observe", subject_id=profile.pk, **error, **params
    )
    case = told(workspace)
    rows = {wordings.printed(case, row[0]["text"]): row for row in tables_of(case, "rivals")[1]["rows"]}
    said = wordings.printed(case, rows["Reddit"][1]["text"]).replace("\xa0", " ")
    assert said.startswith("tried 20 Nov 2026\nr.example has a problem (error 500)")
    warnings = [block for block in slide_of(case, "presence").blocks if block.get("tone") == "warning"]
    assert wordings.printed(case, warnings[0]["text"]) == "Could not be read: Reddit."


def test_where_we_lead_the_place_we_miss_is_named(workspace: Workspace, own: Brand) -> None:
    rival = make_rival(workspace)
    for source in ("site", "feeds", "mastodon"):
        read(own, source, (0, None))
        read(rival, source, (0, None), there=source == "site")
    read(own, "reddit", (0, None), there=False)
    read(rival, "reddit", (0, None))
    slide = slide_of(case := told(workspace), "presence")
    assert slide.verdict == "not_supported"
    assert (
        wordings.printed(case, slide.blocks[1]["text"]) == "Against it: Bergby is where we are not: Reddit."
    )


# Momentum


def test_nobody_read_is_no_growth_of_zero(workspace: Workspace, own: Brand) -> None:
    make_rival(workspace)
    case = told(workspace)
    assert slide_of(case, "momentum").verdict == "not_enough"
    assert title_of(case, "momentum") == "How fast followers grow is not known yet: no profile has been read"


def test_one_reading_is_a_baseline(workspace: Workspace, own: Brand) -> None:
    read(own, "mastodon", (3, 100))
    read(make_rival(workspace), "mastodon", (3, 200))
    case = told(workspace)
    assert title_of(case, "momentum") == (
        "Growth cannot be compared yet: baseline taken 17 Nov 2026, follow-up on 17 Dec 2026"
    )
    (table,) = tables_of(case, "momentum")
    values = case.ground.register.values()
    assert [values[row[1]["figure"]] for row in table["rows"]] == [100, 200]


def test_only_the_days_on_which_all_were_read_are_compared(workspace: Workspace, own: Brand) -> None:
    rival, late = make_rival(workspace), make_rival(workspace, "Norrsken")
    read(own, "mastodon", (28, 90), (20, 100), (10, 104), (0, 110))
    read(rival, "mastodon", (20, 200), (10, 240), (5, 250), (0, 300))
    read(late, "mastodon", (0, 900))
    case = told(workspace)
    values = case.ground.register.values()
    assert [values[f"s4.momentum.{index}"] for index in (0, 1, 2)] == [0.1, 0.5, None]
    assert title_of(case, "momentum") == (
        "Bergby grows faster than we do on Mastodon: 50% since 31 Oct 2026, we 10%"
    )
    slide = slide_of(case, "momentum")
    chart, values = slide.blocks[0], case.ground.register.values()
    assert chart["kind"] == "line" and chart["categories"] == ["2026-10-31", "2026-11-10", "2026-11-20"]
    assert [[values[key] for key in one["values"]] for one in chart["series"]] == [
        [100, 104, 110],
        [200, 240, 300],
    ]
    warning = next(block for block in slide.blocks if block.get("tone") == "warning")
    assert "readings on the same two days: Norrsken" in wordings.printed(case, warning["text"])


def test_two_networks_are_never_mixed(workspace: Workspace, own: Brand) -> None:
    rival = make_rival(workspace)
    read(own, "mastodon", (20, 100), (0, 110))
    read(rival, "bluesky", (20, 100), (0, 900))
    case = told(workspace)
    assert slide_of(case, "momentum").verdict == "not_enough"
    values = case.ground.register.values()
    assert (values["s4.momentum.0"], values["s4.momentum.1"]) == (0.1, None)


@pytest.mark.parametrize(
    ("ours", "theirs", "state"),
    [(110, 130, "supported"), (130, 110, "not_supported"), (110, 110, "mixed"), (80, 90, "mixed")],
)
def test_the_slide_follows_its_own_numbers(
    workspace: Workspace, own: Brand, ours: int, theirs: int, state: str
) -> None:
    read(own, "mastodon", (20, 100), (0, ours))
    read(make_rival(workspace), "mastodon", (20, 100), (0, theirs))
    slide = slide_of(told(workspace), "momentum")
    assert slide.verdict == state
    assert slide.title["en"] == table()[f"momentum.title.{state}"]["en"]


def test_a_long_line_keeps_its_ends_and_its_days_far_apart() -> None:
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(60)]
    kept = growth._spread(days)
    assert (kept[0], kept[-1]) == (days[0], days[-1])
    assert len(kept) <= growth.MOST_DAYS
    apart = [(later - earlier).days for earlier, later in zip(kept, kept[1:], strict=False)]
    assert min(apart) >= 7 and max(apart) <= 14
    assert growth._spread(days[:2]) == days[:2]


# The rivals of the pitch


def test_only_the_brands_of_the_pitch_are_compared(workspace: Workspace, own: Brand) -> None:
    near, far = make_rival(workspace), make_rival(workspace, "Norrsken")
    for brand in (own, near, far):
        read(brand, "mastodon", (20, 100), (0, 110 if brand is not far else 900))
    read(far, "youtube", (0, None))
    start, end = period_of(workspace, now=NOW)
    ground = Ground(workspace, start, end, NOW)
    vars(ground)["brands"] = [own, near]  # as a pitch that chose one rival has it
    assert [one.brand for one in race.measure(ground).rivals] == [near.pk]
    assert ground.names["fastest"] == near.name and ground.names["rivals"] == near.name
    assert "s4.voice.2" not in ground.register.figures
    details = ground.details(ground.register.figures["s4.places"].evidence)
    assert not [row for row in details.rows() if far.name in row["title"]]
