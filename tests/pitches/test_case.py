"""A case says no more than was heard, and every number of it leads to its proof."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.utils import timezone, translation
from pypdf import PdfReader

from competitors.models import Profile
from listening import queries as heard
from listening.models import Brand, Fetch, Match, Mention, Search
from pitches import checks, outline, words
from pitches.case import Case, build, period_of
from pitches.decks import pdf, pptx, web
from pitches.decks import snapshot as decks
from pitches.decks.contract import snapshot_texts
from pitches.drafts import wordings
from pitches.figures import NoEvidence, Register
from pitches.models import Pitch
from teams.models import User, Workspace
from tests.make import hear, make_brand, make_item, make_rival, make_search, make_user, make_workspace

TEXT = {"en": "x", "sv": "x"}


@pytest.fixture
def case(pitch: Pitch) -> Case:
    return build(pitch)


@pytest.fixture
def empty(db: None) -> Workspace:
    return make_workspace(make_user("Dora"))


def unsaved(workspace: Workspace) -> Pitch:
    start, end = period_of(workspace)
    return Pitch(workspace=workspace, language="en", period_start=start, period_end=end)


# Figures


def test_a_figure_without_evidence_cannot_be_made() -> None:
    register = Register()
    with pytest.raises(NoEvidence):
        register.add("s1.stories", 3, "count", "E1", TEXT)
    proof = register.prove(1, TEXT, "measured", TEXT)
    register.add("s1.stories", 3, "count", proof, TEXT)
    with pytest.raises(NoEvidence):  # nor made twice, which would hide the first
        register.add("s1.stories", 4, "count", proof, TEXT)


def test_a_snapshot_whose_figure_lost_its_evidence_is_refused(case: Case) -> None:
    snapshot = case.as_snapshot(rows=False)
    assert decks.check(snapshot) == []
    snapshot["figures"]["s1.stories"]["evidence"] = "E9999"
    assert [problem.where for problem in decks.check(snapshot)] == ["figures[s1.stories]"]


def test_every_figure_says_what_it_counts_in_both_languages(case: Case) -> None:
    _made = case.slides
    for figure in case.ground.register.figures.values():
        assert figure.evidence in case.ground.register.evidence
        assert set(figure.label) == set(words.LANGUAGES)


def test_numbers_are_those_of_the_one_count_function(case: Case, workspace: Workspace) -> None:
    values, ground = case.ground.register.values(), case.ground
    own = Brand.objects.get(workspace=workspace, kind=Brand.Kind.OWN)
    period = {"since": ground.since, "until": ground.until}
    for name, condition in {
        "brand_keyword": {"brand": own, "form": Search.Form.KEYWORD},
        "brand_tag": {"brand": own, "form": Search.Form.TAG},
        "industry_keyword": {"subject": Search.Subject.INDUSTRY, "form": Search.Form.KEYWORD},
        "industry_tag": {"subject": Search.Subject.INDUSTRY, "form": Search.Form.TAG},
    }.items():
        assert values[f"s1.{name}"] == heard.counts(heard.matched(workspace, **condition, **period)).stories
    four = [
        values[f"s1.{name}"] for name in ("brand_keyword", "brand_tag", "industry_keyword", "industry_tag")
    ]
    assert values["s1.stories"] < sum(four), "the four overlap and are never added up"


def test_mentions_outside_the_period_do_not_count(workspace: Workspace, pitch: Pitch) -> None:
    pitch.period_start = pitch.period_end = date(2020, 1, 1)
    values = build(pitch).ground.register.values()
    assert not values["s1.stories"]


def test_not_relevant_mentions_do_not_count(pitch: Pitch, workspace: Workspace) -> None:
    before = build(pitch).ground.register.values()["s1.mentions"]
    one = Mention.objects.filter(workspace=workspace, matches__brand__isnull=True, state="heard").first()
    Mention.objects.filter(pk=one.pk).update(state=Mention.State.NOT_RELEVANT)
    assert build(pitch).ground.register.values()["s1.mentions"] == before - 1


# Unknown is never zero


def test_an_empty_workspace_knows_nothing_and_claims_nothing(empty: Workspace) -> None:
    case = build(unsaved(empty))
    assert {step.verdict.state for step in case.steps} == {"not_enough"}
    values = case.ground.register.values()
    unknown = (
        "s1.stories",
        "s1.authors",
        "s2.share",
        "s2.reactions",
        "s3.ours",
        "s4.own_voice",
        "s5.answerable",
    )
    assert {key: values[key] for key in unknown} == dict.fromkeys(unknown)
    assert decks.check(case.as_snapshot()) == []
    assert case.slides[0].title == words.table()["cover.title.not_enough"]


def test_without_a_known_account_our_part_is_unknown(pitch: Pitch, workspace: Workspace) -> None:
    Profile.objects.filter(workspace=workspace, brand__kind=Brand.Kind.OWN).delete()
    case = build(pitch)
    values = case.ground.register.values()
    assert values["s3.readable"] > 100
    assert (values["s3.ours"], values["s3.share"], values["s5.answerable"]) == (None, None, None)
    assert case.steps[2].verdict.state == "not_enough"


def test_a_blocked_source_is_named_on_every_slide_it_touches(case: Case) -> None:
    by_key = {slide.key: slide for slide in case.slides}
    for key in ("talk", "voice", "share"):
        said = [block["text"]["en"] for block in by_key[key].blocks if block.get("tone") == "warning"]
        assert said and "{@source.hackernews}" in said[0], key
    assert case.ground.names["source.hackernews"] == "Hacker News"
    states = {one.source: one.state for one in case.ground.coverage}
    assert states == {"feeds": "partial", "hackernews": "failed", "mastodon": "ok"}


def test_silence_is_a_zero_only_where_somebody_listened(empty: Workspace) -> None:
    brand = make_brand(empty)
    version = make_search(empty, brand=brand)
    assert build(unsaved(empty)).ground.register.values()["s1.stories"] is None
    now = timezone.now()
    scan = empty.scans.create(slot=now, finished_at=now)
    read = {"covered_from": now - timedelta(days=40), "covered_to": now, "finished_at": now, "state": "ok"}
    Fetch.objects.create(
        scan=scan, source="hackernews", capability="search", search=version.search, version=version, **read
    )
    case = build(unsaved(empty))
    assert case.ground.register.values()["s1.stories"] == 0
    assert case.steps[0].verdict.state == "not_supported"


def test_a_story_told_in_two_weeks_counts_in_the_first(workspace: Workspace, case: Case) -> None:
    said = case.ground.heard.filter(brand=None).order_by("published_at")
    first, last = said[0], said.reverse()[0]
    Mention.objects.filter(pk=last.mention_id).update(story=first.mention.story_id)
    weeks = heard.per_period(said, "week", workspace.zone)
    assert len(weeks) > 1
    assert sum(stories for _, stories in weeks) == heard.counts(said).stories


def test_an_unread_week_is_no_zero_in_the_chart(workspace: Workspace, pitch: Pitch) -> None:
    pitch.period_start = pitch.period_end - timedelta(days=200)
    case = build(pitch)
    chart = next(
        block
        for slide in case.slides
        if slide.key == "talk"
        for block in slide.blocks
        if block["type"] == "chart"
    )
    first = case.ground.register.figures[chart["series"][0]["values"][0]]
    assert first.value is None
    assert 0 in chart["uncovered"]


def test_nothing_read_is_unknown_everywhere_and_said_in_whole_sentences(empty: Workspace) -> None:
    for brand in (make_brand(empty), make_rival(empty), make_rival(empty, "Granvik")):
        make_search(empty, brand=brand)
    case = build(unsaved(empty))
    values = case.ground.register.values()
    unknown = (
        *(f"s1.sources_{name}" for name in ("asked", "covered", "failed")),
        *(f"s3.{name}" for name in ("conversations", "readable", "unread", "unreadable", "questions")),
        *("s2.inspected", "s2.reacted", "s4.rivals"),
    )
    assert {key: values[key] for key in unknown} == dict.fromkeys(unknown)
    for step in case.steps:
        for text in (*step.reasons, *(text for _, text in step.missing), step.title):
            said = wordings.printed(case, text)
            assert said[0].isupper(), said


def test_a_source_that_let_us_read_nothing_inspected_nothing_we_know_of(empty: Workspace) -> None:
    version = make_search(empty, brand=make_brand(empty))
    now = timezone.now()
    scan = empty.scans.create(slot=now, finished_at=now)
    fetch = {"scan": scan, "capability": "search", "search": version.search, "version": version}
    covered = {"covered_from": now - timedelta(days=3), "covered_to": now, "finished_at": now}
    error = {"error": "%(host)s answered %(status)s.", "error_params": {"host": "a.example", "status": 503}}
    Fetch.objects.create(**fetch, **covered, **error, source="hackernews", state="failed", inspected=0)
    case = build(unsaved(empty))
    assert [(one.state, one.inspected) for one in case.ground.coverage] == [("partial", 0)]
    assert case.ground.register.values()["s1.inspected.hackernews"] is None
    proof = case.ground.register.figures["s1.stories"].evidence
    assert case.ground.details(proof).inspected is None


def test_an_error_is_told_in_both_languages(case: Case) -> None:
    snapshot = case.as_snapshot(rows=False)
    slide = next(slide for slide in snapshot["slides"] if slide["key"] == "health")
    cells = [row[-1] for block in slide["blocks"] if block["type"] == "table" for row in block["rows"]]
    text = next(cell["text"] for cell in cells if "text" in cell)
    english, swedish = (snapshot["names"][text[language][2:-1]] for language in ("en", "sv"))
    assert "refused the request" in english
    assert swedish and "refused" not in swedish


def test_a_proof_reads_the_same_whoever_builds_it(pitch: Pitch) -> None:
    def queries(language: str) -> list[str]:
        with translation.override(language):
            return [one["query"] for one in build(pitch).as_snapshot(rows=False)["evidence"]]

    english = queries("en")
    assert any("v1: " in query for query in english)
    assert english == queries("sv")


def test_every_threshold_says_which_it_is(case: Case) -> None:
    rules = {key: figure for key, figure in case.ground.register.figures.items() if key.startswith("rule.")}
    for language in words.LANGUAGES:
        assert len({figure.label[language] for figure in rules.values()}) == len(rules) > 10
    assert rules["rule.s1.stories"].label["en"] == "Rule of the first step, supported: Stories"


def test_the_pitch_is_called_by_its_title_on_the_cover(pitch: Pitch) -> None:
    pitch.title = "Why 2027 is our year"
    case = build(pitch)
    assert case.slides[0].blocks[0]["text"]["en"] == "{@title}"
    assert case.ground.names["title"] == "Why 2027 is our year"
    assert decks.check(case.as_snapshot(rows=False)) == []


# The claim follows the data


def test_the_sample_supports_its_claims(case: Case) -> None:
    states = [step.verdict.state for step in case.steps]
    assert states == ["supported", "mixed", "supported", "supported", "supported"]
    assert case.ground.names["rival"] == "Bergby Roasters"


def test_when_the_rivals_are_quiet_the_title_says_so(pitch: Pitch, workspace: Workspace) -> None:
    rivals = Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR)
    Match.objects.filter(brand__in=rivals).delete()
    Profile.objects.filter(brand__in=rivals).delete()
    case = build(pitch)
    assert case.steps[3].verdict.state == "mixed"
    title = next(slide for slide in case.slides if slide.key == "share").title["en"]
    assert title.startswith("{@brand} is heard most, with {s4.own_voice}")


def test_a_rival_that_leads_without_being_louder_is_not_called_louder(
    pitch: Pitch, workspace: Workspace
) -> None:
    rivals = Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR)
    Match.objects.filter(brand__in=rivals).exclude(
        pk__in=[Match.objects.filter(brand=brand).latest("published_at").pk for brand in rivals]
    ).delete()
    case = build(pitch)
    assert case.steps[3].verdict.state == "supported"  # still ahead in presence and growth
    assert case.steps[3].title["en"].startswith("{@rival} moves faster, though")


def test_when_we_answer_everywhere_step_3_is_not_supported(pitch: Pitch, workspace: Workspace) -> None:
    for conversation in workspace.conversations.filter(state="read"):
        conversation.participants = [*conversation.participants, "@fjallvik@kaffetorget.example"]
        conversation.save(update_fields=["participants"])
    case = build(pitch)
    assert case.steps[2].verdict.state == "not_supported"
    assert case.steps[2].title["en"].startswith("We already take part")
    assert case.steps[4].verdict.state == "not_supported"  # nothing waits for us


def test_syndicated_copies_are_one_story(empty: Workspace) -> None:
    make_search(empty, brand=make_brand(empty))
    text = "Fjällvik opens a second roastery in Granvik with forty new jobs this spring"
    hear(empty, make_item(text), make_item(text), make_item("I like Fjällvik a lot"))
    values = build(unsaved(empty)).ground.register.values()
    assert (values["s1.mentions"], values["s1.stories"], values["s1.copies"]) == (3, 2, 1)


# What leaves the workspace


def test_evidence_copies_are_short_and_no_deck_says_who_wrote(case: Case) -> None:
    snapshot = case.as_snapshot()
    rows = [row for one in snapshot["evidence"] for row in one["rows"]]
    assert len(rows) > 100
    assert all(len(row.get("excerpt", "")) <= 300 for row in rows)
    handles = {row.get("author", "") for row in rows} - {""}
    assert len(handles) > 10, "they are kept as proof"
    shown = [str(web.deck(snapshot, language, lambda name: f"#{name}")) for language in ("en", "sv")]
    with zipfile.ZipFile(io.BytesIO(pptx.render(snapshot))) as parts:
        shown += [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
    shown += [page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(snapshot))).pages]
    assert len(shown) > 30
    assert not [handle for handle in handles if any(handle in text for text in shown)]


def test_step_5_names_ten_real_conversations_with_why_owner_and_date(case: Case) -> None:
    slide = next(slide for slide in case.slides if slide.key == "answers")
    items = next(block for block in slide.blocks if block["type"] == "actions")["items"]
    assert len(items) == 10
    for item in items:
        assert Mention.objects.filter(workspace=case.pitch.workspace, url=item["url"]).exists()
        assert item["why"]["sv"] and item["owner"] and item["due"] and item["evidence"].startswith("E")


def test_replies_nobody_counted_are_not_called_none(pitch: Pitch) -> None:
    first = pitch.actions.select_related("mention__conversation").first()
    said = {}
    for replies in (None, 0):
        type(first.mention.conversation).objects.filter(pk=first.mention.conversation_id).update(
            replies_said=replies
        )
        slide = next(slide for slide in build(pitch).slides if slide.key == "answers")
        items = next(block for block in slide.blocks if block["type"] == "actions")["items"]
        said[replies] = items[0]["why"]["en"]
    assert "No reply yet." in said[0] and "reply" not in said[None]


def test_every_slide_has_notes_and_all_its_evidence(case: Case) -> None:
    snapshot = case.as_snapshot()
    known = {one["id"] for one in snapshot["evidence"]}
    for slide in snapshot["slides"]:
        assert slide["notes"]["en"] and slide["notes"]["sv"], slide["key"]
        assert set(slide["evidence"]) <= known
    keys = [slide["key"] for slide in snapshot["slides"]]
    assert keys == [key for key in (*outline.CORE, *outline.APPENDIX) if key in keys]
    assert set(keys) == {*outline.CORE, *outline.APPENDIX} - {*outline.FOLLOW, "changes"}


def test_no_text_holds_a_number_of_its_own(case: Case) -> None:
    for where, text, _edited in snapshot_texts(case.as_snapshot(rows=False)):
        for sentence in text.values():
            assert not any(character.isdigit() for character in words.PLACE.sub("", sentence)), where


# Checks


def test_the_sample_pitch_has_no_problems(case: Case) -> None:
    assert [str(problem) for problem in checks.check(case)] == []


def test_without_an_ask_nothing_is_frozen(pitch: Pitch) -> None:
    pitch.ask_budget = pitch.ask_decide_by = None
    problems = checks.check(build(pitch))
    assert [str(problem) for problem in problems if problem.blocks] == [
        "Say what you ask for: the budget, the date to decide by."
    ]


def test_a_date_to_decide_by_that_has_passed_is_a_warning(pitch: Pitch) -> None:
    pitch.ask_decide_by = timezone.localdate() - timedelta(days=2)
    problems = checks.check(build(pitch))
    assert [(str(one), one.blocks) for one in problems] == [("The date to decide by has passed.", False)]


def test_old_numbers_are_called_old(pitch: Pitch, alice: User) -> None:
    later = timezone.now() + timedelta(days=10)
    pitch.period_end = later.date()
    found = [problem for problem in checks.check(build(pitch, later)) if problem.key == "fresh"]
    assert found and not any(problem.blocks for problem in found)


def test_a_conversation_without_owner_blocks(pitch: Pitch) -> None:
    pitch.actions.filter(position=2).update(owner="")
    pitch.actions.filter(position=3).update(mention=None)
    messages = [str(problem) for problem in checks.check(build(pitch)) if problem.blocks]
    assert messages == [
        "Say who answers conversation 2, and by when.",
        "Conversation 3 is gone; choose another.",
    ]
