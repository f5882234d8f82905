"""Frozen means frozen."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from competitors.models import Observation, ResultPage
from listening.models import Conversation, Match, Mention, Story
from pitches import queries, verbs
from pitches.case import Case, build, canonical, hash_of
from pitches.decks import pptx
from pitches.drafts import wordings
from pitches.models import Pitch
from pitches.slides import Slide
from pitches.words import LANGUAGES
from teams.models import AuditEntry, User, Workspace


def on(pitch: Pitch, key: str, case: Case | None = None) -> Slide:
    """One slide of the deck as it is now."""
    return next(slide for slide in (case or build(pitch)).slides if slide.key == key)


def test_the_hash_survives_the_database(frozen: Pitch) -> None:
    stored = Pitch.objects.get(pk=frozen.pk)
    assert hash_of(stored.snapshot) == stored.sha256 == frozen.sha256
    assert canonical(stored.snapshot) == canonical(frozen.snapshot)


def test_figures_stay_in_the_order_in_which_they_were_counted(pitch: Pitch, frozen: Pitch) -> None:
    stored = Pitch.objects.get(pk=frozen.pk)
    for evidence in stored.snapshot["evidence"]:
        shown = list(queries.proof(stored, evidence["id"]).resting)
        assert shown == evidence["figures"]
    assert list(queries.proof(stored, "E2").resting) == ["period.start", "period.end", "period.days"]


def test_a_deck_is_the_same_when_everything_it_was_made_from_is_gone(
    frozen: Pitch, workspace: Workspace
) -> None:
    before = pptx.fingerprint(pptx.render(Pitch.objects.get(pk=frozen.pk).snapshot))
    for model in (Match, Mention, Conversation, Story, Observation, ResultPage):
        model.objects.all().delete()
    workspace.brands.all().delete()
    workspace.searches.all().delete()
    after = Pitch.objects.get(pk=frozen.pk)
    assert hash_of(after.snapshot) == frozen.sha256
    assert pptx.fingerprint(pptx.render(after.snapshot)) == before
    proof = queries.proof(after, after.snapshot["figures"]["s1.stories"]["evidence"])
    assert proof.evidence["rows"] and proof.resting["s1.stories"]["value"] > 0


def test_a_pitch_is_frozen_once(frozen: Pitch, alice: User) -> None:
    with pytest.raises(verbs.Frozen):
        verbs.freeze(frozen, alice)


def test_nothing_about_a_frozen_pitch_changes(frozen: Pitch, alice: User) -> None:
    with pytest.raises(verbs.Frozen):
        verbs.write(frozen, alice, "en", "talk", {"title": "Something else"})
    with pytest.raises(verbs.Frozen):
        verbs.delete(frozen, alice)
    assert Pitch.objects.filter(pk=frozen.pk, sha256=frozen.sha256).exists()


def test_the_database_knows_no_half_frozen_pitch(pitch: Pitch) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Pitch.objects.filter(pk=pitch.pk).update(sha256="0" * 64)


def test_a_pitch_with_problems_is_refused_and_stays_a_draft(pitch: Pitch, alice: User) -> None:
    Pitch.objects.filter(pk=pitch.pk).update(ask_hours=None)
    with pytest.raises(verbs.Refused) as refused:
        verbs.freeze(pitch, alice)
    assert str(refused.value) == "Say what you ask for: the hours a week."
    assert not Pitch.objects.get(pk=pitch.pk).is_frozen


def test_freezing_and_deleting_are_written_down(pitch: Pitch, alice: User, workspace: Workspace) -> None:
    other = verbs.create(
        workspace,
        alice,
        title="Two",
        audience="",
        language="sv",
        start=pitch.period_start,
        end=pitch.period_end,
    )
    verbs.delete(other, alice)
    frozen = verbs.freeze(pitch, alice)
    entries = {entry.verb: entry for entry in AuditEntry.objects.filter(workspace=workspace, user=alice)}
    assert entries["pitch.deleted"].object == "Two"
    assert entries["pitch.frozen"].details["sha256"] == frozen.sha256


def test_a_new_version_continues_with_words_ask_and_conversations(pitch: Pitch, alice: User) -> None:
    edited = verbs.write(pitch, alice, "en", "talk", {"title": "They talk: {s1.stories}"})
    frozen = verbs.freeze(edited, alice)
    chosen = [one.pk for one in frozen.actions.all()]
    following = verbs.new_version(frozen, alice)
    assert (following.version, following.previous, following.is_frozen) == (frozen.version + 1, frozen, False)
    assert on(following, "talk").title["en"] == "They talk: {s1.stories}"
    assert following.ask_hours == frozen.ask_hours
    assert [one.pk for one in following.actions.all()] == chosen and not frozen.actions.exists()
    assert verbs.new_version(frozen, alice) == following, "asked twice, one version"


def test_a_draft_follows_the_data_and_a_frozen_pitch_does_not(pitch: Pitch, alice: User) -> None:
    frozen = verbs.freeze(pitch, alice)
    following = verbs.new_version(frozen, alice)
    Match.objects.filter(workspace=pitch.workspace).delete()
    assert not build(following).ground.register.values()["s1.mentions"]
    assert Pitch.objects.get(pk=frozen.pk).snapshot["figures"]["s1.mentions"]["value"] > 0


# Words of people


def test_an_edited_number_stays_the_figure_it_was(pitch: Pitch, alice: User) -> None:
    case = build(pitch)
    slide = on(pitch, "talk", case)
    shown = wordings.printed(case, slide.title)
    assert str(case.ground.register.figures["s1.stories"].value) in shown
    template = wordings.template(
        case, slide, shown.replace("People are talking", "Listen: people talk"), slide.title
    )
    assert "{s1.stories}" in template and "{period.days}" in template and "{@brand}" in template
    verbs.write(pitch, alice, "en", "talk", {"title": template})
    pitch.refresh_from_db()
    again = build(pitch)
    talk = on(pitch, "talk", again)
    assert talk.edited == ["en"]
    assert "Listen: people talk" in wordings.printed(again, talk.title)


def test_an_unchanged_title_maps_back_to_itself(pitch: Pitch) -> None:
    case = build(pitch)
    for slide in case.slides:
        for text in (slide.title, slide.notes):
            for language in LANGUAGES:
                shown = wordings.printed(case, text, language)
                assert wordings.template(case, slide, shown, text, language) == text[language]


def test_a_number_that_is_no_figure_is_refused_with_the_figures_there_are(pitch: Pitch) -> None:
    case = build(pitch)
    with pytest.raises(wordings.NotAFigure) as refused:
        slide = on(pitch, "talk", case)
        wordings.template(case, slide, "Over 9000 stories, 99.7 % true", slide.title)
    message = str(refused.value)
    assert "“9000”" in message and "“99.7”" in message
    assert f"{case.ground.register.figures['s1.stories'].value} (Stories about us or our industry)" in message


def test_part_of_a_number_is_not_a_figure(pitch: Pitch) -> None:
    case = build(pitch)
    number = case.ground.register.figures["s1.stories"].value
    for typed in (f"{number}0 stories", f"1{number} stories", f"{number}.5 stories", f"x{number}"):
        with pytest.raises(wordings.NotAFigure):
            wordings.template(case, on(pitch, "talk", case), typed, case.steps[0].title)


def test_braces_of_people_are_braces(pitch: Pitch) -> None:
    case = build(pitch)
    title = case.steps[0].title
    template = wordings.template(case, on(pitch, "talk", case), "so {called} talk", title)
    assert template == "so {{called}} talk"
    assert wordings.printed(case, {"en": template}) == "so {called} talk"
