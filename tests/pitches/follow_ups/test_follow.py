"""Alice comes back after 60 or 90 days and sees what changed, by the measure of then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from listening import queries as heard
from listening import rematch, searches
from listening.models import Brand, Match, Mention, Search, SearchVersion
from pitches import checks, outline, verbs
from pitches.case import Case, build, period_of
from pitches.decks import pdf, pptx, web
from pitches.decks import snapshot as decks
from pitches.follow_ups import follow, then, told
from pitches.models import Pitch
from teams.models import User, Workspace
from tests.pitches.follow_ups.made import freeze, tables, value

# When it is due


def test_a_frozen_pitch_asks_to_be_followed_up_after_30_60_and_90_days(frozen: Pitch) -> None:
    day = frozen.workspace.localtime(frozen.frozen_at).date()  # type: ignore[arg-type]
    dues = follow.due_dates(frozen)
    assert [(one.day, one.on) for one in dues] == [(n, day + timedelta(days=n)) for n in (30, 60, 90)]
    assert [one.state for one in dues] == ["passed", "due", "coming"]


@pytest.mark.parametrize(
    ("days", "due"), [(29, None), (30, 30), (59, 30), (60, 60), (90, 90), (119, 90), (121, None)]
)
def test_only_one_follow_up_is_called_due(frozen: Pitch, days: int, due: int | None) -> None:
    now = frozen.frozen_at + timedelta(days=days)  # type: ignore[operator]
    said = [one.day for one in follow.due_now(frozen.workspace, now)]
    assert said == ([due] if due else [])


def test_a_follow_up_that_was_made_is_not_asked_for_again(follow_up: Pitch, frozen: Pitch) -> None:
    assert follow.due_now(frozen.workspace) == []
    assert follow.due_dates(frozen)[1].by == follow_up


def test_of_several_versions_only_the_last_asks(frozen: Pitch, alice: User) -> None:
    second = verbs.new_version(frozen, alice)
    assert [one.pitch for one in follow.due_now(frozen.workspace)] == [frozen]
    verbs.freeze(second, alice, timezone.now() - timedelta(days=31))
    assert [one.pitch for one in follow.due_now(frozen.workspace)] == [second]


def test_a_draft_asks_for_nothing(pitch: Pitch) -> None:
    assert follow.due_dates(pitch) == []
    assert follow.due_now(pitch.workspace) == []


# Making it


def test_it_measures_as_many_days_in_the_same_way(follow_up: Pitch, frozen: Pitch) -> None:
    today = timezone.now().astimezone(frozen.workspace.zone).date()
    assert (follow_up.period_end, follow_up.follows, follow_up.version) == (today, frozen, 1)
    length = follow_up.period_end - follow_up.period_start
    assert length == frozen.period_end - frozen.period_start
    for name in ("language", "length", "audience", "audience_kind", "ask_hours", "ask_budget"):
        assert getattr(follow_up, name) == getattr(frozen, name)
    assert follow_up.title == "Follow-up: Why we should join"
    assert follow_up.ask_decide_by == today + timedelta(days=14)
    assert follow_up.actions.count() > 0


def test_its_title_is_in_the_language_of_the_pitch(workspace: Workspace, alice: User) -> None:
    old = freeze(workspace, alice, timezone.now() - timedelta(days=40), language="sv")
    assert follow.follow_up(old, alice).title == "Uppföljning: Why we should join"


def test_it_keeps_the_rivals_of_then(frozen: Pitch, alice: User, workspace: Workspace) -> None:
    Brand.objects.create(workspace=workspace, kind=Brand.Kind.COMPETITOR, name="A newcomer")
    names = {one.name for one in follow.follow_up(frozen, alice).rivals.all()}
    assert "A newcomer" not in names
    assert names == {one.name for one in build(frozen).ground.rivals} - {"A newcomer"}


def test_words_over_claims_stay_with_the_numbers_they_were_about(
    pitch: Pitch, alice: User, workspace: Workspace
) -> None:
    now = timezone.now() - timedelta(days=40)
    pitch.period_start, pitch.period_end = period_of(workspace, now=now)
    pitch.save()
    verbs.write(pitch, alice, "en", "talk", {"title": "Nobody can overhear {s1.stories} stories"})
    old = verbs.freeze(Pitch.objects.get(pk=pitch.pk), alice, now)
    made = follow.follow_up(old, alice)
    assert not build(made).edits.texts
    said = tables(build(made), "then")[0][0]["text"]["en"]
    assert said == "Nobody can overhear {then.s1.stories} stories"


def test_a_second_click_opens_the_first_draft(follow_up: Pitch, frozen: Pitch, alice: User) -> None:
    assert follow.follow_up(frozen, alice) == follow_up


def test_only_what_was_frozen_and_only_later_days_can_be_followed(
    pitch: Pitch, frozen: Pitch, alice: User
) -> None:
    with pytest.raises(follow.NotFrozen):
        follow.follow_up(pitch, alice)
    for day in (frozen.period_end, date.today() + timedelta(days=2)):
        with pytest.raises(follow.TooEarly):
            follow.follow_up(frozen, alice, day)


# What it says


def test_every_number_of_then_is_the_frozen_one_and_opens_its_old_proof(case: Case, frozen: Pitch) -> None:
    snapshot = case.as_snapshot()
    assert decks.check(snapshot) == []
    told = {key: one for key, one in snapshot["figures"].items() if key.startswith("then.s")}
    assert len(told) > 10
    proofs = {one["id"]: one for one in snapshot["evidence"]}
    assert frozen.snapshot is not None
    before = {one["id"]: one for one in frozen.snapshot["evidence"]}
    for key, figure in told.items():
        old = frozen.snapshot["figures"][key.removeprefix("then.")]
        assert (figure["value"], figure["unit"], figure["class"]) == (old["value"], old["unit"], old["class"])
        proof = proofs[figure["evidence"]]
        assert proof["then"] == then.baseline(frozen) | {"evidence": old["evidence"]}
        assert proof["rows"] == before[old["evidence"]]["rows"]
        assert proof["label"]["en"].startswith("Then: ")
    assert snapshot["baseline"] == {
        "id": str(frozen.code), "version": 1, "sha256": frozen.sha256,
        "frozen_at": frozen.frozen_at.isoformat(),  # type: ignore[union-attr]
    }  # fmt: skip


def test_the_old_titles_stand_beside_both_verdicts(case: Case, frozen: Pitch) -> None:
    rows = tables(case, "then")
    assert len(rows) == 5
    assert frozen.snapshot is not None
    old = told.titles_of(frozen.snapshot)
    for number, row in enumerate(rows, 1):
        assert row[0]["text"]["sv"].replace("{then.", "{").replace("{@then.", "{@") == old[number]["sv"]
    assert [row[1]["text"]["en"] for row in rows] == ["Supported", "Mixed", *["Supported"] * 3]


def test_where_a_source_is_lost_both_times_are_counted_on_the_common_ones(
    case: Case, workspace: Workspace, frozen: Pitch
) -> None:
    by_key = {row[0]["text"]["en"]: row for row in tables(case, "before_after")}
    stories = by_key["Stories about us or our industry"]
    assert [cell.get("figure") for cell in stories[1:4]] == [
        "then.s1.stories",
        "again.s1.stories",
        "now.s1.stories",
    ]
    assert value(case, "again.s1.stories") < value(case, "then.s1.stories")
    common = case.ground.heard.exclude(source="hackernews")
    assert value(case, "now.s1.stories") == heard.counts(common).stories
    difference = value(case, "now.s1.stories") - value(case, "again.s1.stories")
    assert value(case, "delta.s1.stories") == difference
    warnings = [
        block["text"]["en"]
        for slide in case.slides
        if slide.key == "before_after"
        for block in slide.blocks
        if block.get("tone") == "warning"
    ]
    assert "{@source.hackernews} was read then and could not be read now." in warnings[0]
    places = {row[0]["text"]["en"]: row[-1]["text"]["en"] for row in tables(case, "sources")}
    assert places["{@source.hackernews}"].startswith("No: not read now")
    assert places["{@source.mastodon}"] == "Yes"


def test_where_the_same_was_read_the_frozen_numbers_are_compared_themselves(
    recent: Pitch, alice: User
) -> None:
    case = build(follow.follow_up(recent, alice))
    row = tables(case, "before_after")[0]
    assert [cell.get("figure") for cell in row[1:3]] == ["then.s1.stories", "s1.stories"]
    assert len(row) == 5
    assert not any(key.startswith(("again.", "now.")) for key in case.ground.register.figures)
    slide = next(slide for slide in case.slides if slide.key == "sources")
    assert slide.title["en"].startswith("Then and now were measured alike")


def test_days_that_both_periods_share_are_said_beside_the_numbers(recent: Pitch, alice: User) -> None:
    case = build(follow.follow_up(recent, alice))
    slide = next(slide for slide in case.slides if slide.key == "before_after")
    warned = [block["text"]["en"] for block in slide.blocks if block.get("tone") == "warning"]
    assert any("Both periods share {then.overlap} days" in text for text in warned)
    assert value(case, "then.overlap") == (recent.period_end - case.ground.start).days + 1 > 0


def test_what_was_unknown_then_has_no_change(recent: Pitch, alice: User) -> None:
    made = follow.follow_up(recent, alice)
    assert made.follows is not None and made.follows.snapshot is not None
    made.follows.snapshot["figures"]["s3.share"]["value"] = None
    case = build(made)
    by_key = {row[0]["text"]["en"]: row for row in tables(case, "before_after")}
    row = by_key["Conversations in which we take part"]
    assert row[-2]["text"]["en"] == "Cannot be compared: unknown then"
    assert row[-1]["text"]["en"] == "Cannot be compared"
    assert value(case, "then.s3.share") is None and "delta.s3.share" not in case.ground.register.figures
    lights = {row[0]["text"]["en"]: row[-1]["text"]["en"] for row in tables(case, "goals")}
    assert lights["Conversations in which we take part"] == "Unknown"


def test_other_phrases_are_another_measure(frozen: Pitch, alice: User, workspace: Workspace) -> None:
    phrase = workspace.phrases.order_by("pk").first()
    assert phrase is not None
    phrase.text = "kaffe på jobbet"
    phrase.save()
    case = build(follow.follow_up(frozen, alice))
    row = next(row for row in tables(case, "before_after") if "Search results" in row[0]["text"]["en"])
    assert row[-2]["text"]["en"] == "Cannot be compared: other phrases were looked up"
    assert "delta.s2.share" not in case.ground.register.figures


def test_periods_of_two_lengths_are_compared_by_shares_only(frozen: Pitch, alice: User) -> None:
    made = follow.follow_up(frozen, alice)
    verbs.save(made, alice, {"period_start": made.period_start + timedelta(days=10)})
    made.refresh_from_db()
    case = build(made)
    said = {row[0]["text"]["en"]: row[-2]["text"]["en"] for row in tables(case, "before_after")}
    assert said["Stories about us or our industry"] == "Cannot be compared: the periods are not equally long"
    assert "percentage point" in said["Conversations in which we take part"]


def test_goals_of_the_old_pitch_get_their_light(frozen: Pitch, alice: User) -> None:
    made = follow.follow_up(frozen, alice)
    old = made.follows
    assert old is not None and old.snapshot is not None
    old.snapshot["goals"] = [
        {
            "figure": "s3.share",
            "baseline": 0.035,
            "target": 0.04,
            "direction": "up",
            "days": 60,
            "owner": "Bob",
        },
        {"figure": "s3.questions_open", "baseline": 69, "target": 20, "direction": "down", "days": 90},
    ]
    case = build(made)
    rows = tables(case, "goals")
    assert [row[-1]["text"]["en"] for row in rows] == ["Reached", "Moved away"]
    assert [row[-1]["state"] for row in rows] == ["yes", "no"]
    assert value(case, "progress.target.1") == 0.04
    decision = next(slide for slide in case.slides if slide.key == "decision")
    assert decision.title["en"].startswith("We ask to continue")


def test_when_no_goal_has_come_closer_the_deck_proposes_to_stop(frozen: Pitch, alice: User) -> None:
    made = follow.follow_up(frozen, alice)
    assert made.follows is not None and made.follows.snapshot is not None
    made.follows.snapshot["goals"] = [
        {"figure": "s3.share", "baseline": 0.035, "target": 0.2, "direction": "up", "days": 60}
    ]
    case = build(made)
    decision = next(slide for slide in case.slides if slide.key == "decision")
    assert decision.title["en"].startswith("By our own stop rule we propose to stop")
    goals = next(slide for slide in case.slides if slide.key == "goals")
    assert goals.title["en"] == "No goal has come closer; {follow.goals} was set"


@pytest.mark.parametrize("length", ["short", "meeting", "full"])
def test_every_length_tells_before_after_goals_and_sources(frozen: Pitch, alice: User, length: str) -> None:
    made = follow.follow_up(frozen, alice)
    made.length = length
    keys = [slide.key for slide in build(made).slides]
    assert {"before_after", "goals", "sources", "changes"} <= set(keys)
    assert keys.index("before_after") < keys.index("talk")
    assert "then" in keys or length == "short"


def test_it_renders_in_both_languages(case: Case) -> None:
    """All outputs draw the same pages: one language of each file shows that it becomes one."""
    snapshot = case.as_snapshot()
    for language in ("en", "sv"):
        assert web.deck(snapshot, language, lambda name: name).slides
    assert pptx.render(snapshot, "en")[:2] == b"PK"
    assert pdf.render(snapshot, "sv")[:4] == b"%PDF"


def test_a_follow_up_can_be_frozen_and_followed_itself(follow_up: Pitch, alice: User) -> None:
    first = verbs.freeze(follow_up, alice, timezone.now() - timedelta(days=1))
    assert first.snapshot is not None and first.snapshot["baseline"]["version"] == 1
    second = verbs.new_version(first, alice)
    assert second.follows == follow_up.follows
    case = build(second)
    assert decks.check(case.as_snapshot(rows=False)) == []
    # Before and after is told against the pitch that is followed, what changed against the last version.
    assert case.ground.names["then.id"] == str(follow_up.follows.code)  # type: ignore[union-attr]
    assert case.ground.names["last.id"] == str(first.code)
    assert {one.pk for one in then.all_earlier(second)} == {first.pk, follow_up.follows_id}


def test_the_followed_pitch_cannot_vanish(follow_up: Pitch, alice: User) -> None:
    assert follow_up.follows is not None
    with pytest.raises(verbs.Frozen):
        verbs.delete(follow_up.follows, alice)


def test_a_workspace_with_a_frozen_follow_up_can_be_deleted(follow_up: Pitch, alice: User) -> None:
    verbs.freeze(follow_up, alice)
    follow_up.workspace.delete()
    assert not Pitch.objects.filter(pk=follow_up.pk).exists()


# The appendix of a version


def test_the_next_version_says_what_changed_since_the_last(recent: Pitch, alice: User) -> None:
    second = verbs.new_version(recent, alice)
    verbs.save(second, alice, {"period_end": second.period_end + timedelta(days=5)})
    second.refresh_from_db()
    case = build(second)
    keys = [slide.key for slide in case.slides]
    assert keys[-1] == "changes" and not set(outline.FOLLOW) & set(keys)
    rows = [row for row in tables(case, "changes") if len(row) == 4]
    first = rows[0]
    assert (first[1]["figure"], first[2]["figure"]) == ("last.s1.stories", "s1.stories")
    assert value(case, "delta.changes.s1.stories") == value(case, "s1.stories") - value(
        case, "last.s1.stories"
    )
    assert decks.check(case.as_snapshot(rows=False)) == []


def test_a_first_pitch_has_nothing_to_compare(pitch: Pitch) -> None:
    case = build(pitch)
    assert not {"changes", *outline.FOLLOW} & {slide.key for slide in case.slides}
    assert "baseline" not in case.as_snapshot(rows=False)


# The wordings of then


@pytest.fixture
def reworded(frozen: Pitch, alice: User, workspace: Workspace) -> SearchVersion:
    """The keyword search of the industry, narrowed after freezing; the version of then."""
    search = Search.objects.get(workspace=workspace, subject="industry", form="keyword")
    old = search.versions.get(is_current=True)
    new = searches.save_version(search, "espresso", user=alice)
    rematch.rematch(new)
    return old


def test_it_counts_by_the_wordings_of_then(reworded: SearchVersion, frozen: Pitch, alice: User) -> None:
    today = build(verbs.new_version(frozen, alice))  # a new version measures by today's
    made = follow.follow_up(frozen, alice)
    rematch.rematch(SearchVersion.objects.get(pk=reworded.pk))
    case = build(made)
    ids = {version.pk for version in then.wordings(frozen).versions}
    assert reworded.pk in ids and len(ids) == 10
    by_hand = Match.objects.filter(version__in=ids, published_at__gte=case.ground.since).exclude(
        mention__state=Mention.State.NOT_RELEVANT
    )
    ours = by_hand.filter(brand=case.ground.own) | by_hand.filter(brand=None)
    assert value(case, "s1.stories") == heard.counts(ours).stories
    assert value(case, "s1.industry_keyword") > (value(today, "s1.industry_keyword") or 0)
    slide = next(slide for slide in case.slides if slide.key == "sources")
    assert "held to the old wording" in str(slide.blocks)
    assert "“specialty" in str(slide.blocks) or "specialty coffee" in str(case.as_snapshot(rows=False))


def test_pages_go_on_counting_by_todays(reworded: SearchVersion, frozen: Pitch, alice: User) -> None:
    workspace = frozen.workspace
    before = heard.counts(heard.matched(workspace, subject="industry", form="keyword"))
    follow.follow_up(frozen, alice)
    rematch.rematch(SearchVersion.objects.get(pk=reworded.pk))
    assert heard.counts(heard.matched(workspace, subject="industry", form="keyword")) == before


def test_nothing_is_frozen_before_old_wordings_were_held_against_what_is_stored(
    reworded: SearchVersion, frozen: Pitch, alice: User
) -> None:
    made = follow.follow_up(frozen, alice)
    blocking = [str(one) for one in checks.check(build(made)) if one.blocks]
    assert blocking == [
        "Old wordings are still being held against what is stored. Wait a minute, then look again."
    ]
    rematch.rematch(SearchVersion.objects.get(pk=reworded.pk))
    assert not any(one.blocks for one in checks.check(build(made)))


def test_old_wordings_are_let_go_when_the_draft_is_frozen_or_deleted(
    reworded: SearchVersion, frozen: Pitch, alice: User, recent: Pitch
) -> None:
    first, second = follow.follow_up(frozen, alice), follow.follow_up(recent, alice)
    pinned = SearchVersion.objects.filter(pinned_until__isnull=False)
    assert pinned.filter(pk=reworded.pk).exists()
    verbs.delete(first, alice)
    assert pinned.exists(), "another draft still measures by them"
    verbs.delete(second, alice)
    assert not pinned.exists()


def test_a_search_that_is_gone_is_named_and_nothing_it_heard_is_compared(
    frozen: Pitch, alice: User, workspace: Workspace
) -> None:
    Search.objects.get(workspace=workspace, subject="industry", form="tag").delete()
    case = build(follow.follow_up(frozen, alice))
    said = {row[0]["text"]["en"]: row[-2]["text"]["en"] for row in tables(case, "before_after")}
    assert said["Stories about us or our industry"] == "Cannot be compared: a search of then is gone"
    assert case.ground.names["then.lost"] == "v1: tag:kaffe OR tag:coffee"
    assert any("gone" in str(problem) and not problem.blocks for problem in checks.check(case))
