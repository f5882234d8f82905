"""Alice brings a template; pitches are made on it; what was frozen keeps the look it was frozen with."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pptx import Presentation

from pitches import looks, verbs
from pitches.case import build
from pitches.decks import snapshot
from pitches.models import DeckTemplate, Pitch
from teams import logos
from teams.models import AuditEntry, User, Workspace
from tests.pitches import templates
from tests.pitches.templates import changed
from tests.teams.test_logos import picture

pytestmark = pytest.mark.django_db
Browsers = Callable[[User], Client]


@pytest.fixture
def pitch(pitch: Pitch) -> Pitch:
    """As short as can be: what it says is not looked at here."""
    pitch.length = Pitch.Length.SHORT
    pitch.save(update_fields=["length"])
    return pitch


def upload(browser: Client, workspace: Workspace, content: bytes, name: str = "House style.pptx") -> Any:
    file = SimpleUploadedFile(name, content)
    return browser.post(reverse("pitches:templates", args=[workspace.code]), {"file": file})


def downloaded(browser: Client, pitch: Pitch) -> Any:
    answer = browser.get(reverse("pitches:pitch_pptx", args=[pitch.workspace.code, pitch.code]))
    return Presentation(io.BytesIO(answer.content))


def choose(browser: Client, pitch: Pitch, template: DeckTemplate | None) -> Any:
    address = reverse("pitches:look", args=[pitch.workspace.code, pitch.code])
    return browser.post(address, {"deck_template": template.pk if template else ""})


def test_alice_uploads_a_template_and_makes_a_deck_on_it(
    workspace: Workspace, alice: User, pitch: Pitch, browser_of: Browsers
) -> None:
    browser = browser_of(alice)
    assert upload(browser, workspace, templates.dark()).status_code == 302
    kept = DeckTemplate.objects.get(workspace=workspace)
    assert (kept.name, kept.slide_size, kept.font) == ("House style", "16:9", "Segoe UI")
    page = browser.get(reverse("pitches:templates", args=[workspace.code])).content.decode()
    assert (
        "House style" in page
        and "Cover on the layout “Title slide”, all other slides on “Title only”" in page
    )
    assert choose(browser, pitch, kept).status_code == 302
    deck = downloaded(browser, pitch)
    assert {slide.slide_layout.name for slide in deck.slides} == {"Title slide", "Title only"}
    choose(browser, pitch, None)
    assert {one.name for one in downloaded(browser, pitch).slide_layouts} == {
        "Cover",
        "Title and exhibit",
        "Appendix",
    }
    verbs_of = AuditEntry.objects.filter(workspace=workspace).values_list("verb", flat=True)
    assert {"template.added", "pitch.look_chosen"} <= set(verbs_of)


def test_a_refused_template_is_told_why_and_not_kept(
    workspace: Workspace, alice: User, browser_of: Browsers
) -> None:
    macros = changed(templates.band(), {"ppt/vbaProject.bin": b"macro"})
    for content, reason in ((macros, "holds macros"), (b"Dear colleague", "no PowerPoint file")):
        answer = upload(browser_of(alice), workspace, content)
        assert answer.status_code == 422 and reason in answer.content.decode()
    assert not DeckTemplate.objects.exists()


def test_the_reason_is_told_in_swedish_too(workspace: Workspace, alice: User, browser_of: Browsers) -> None:
    browser = browser_of(alice)
    alice.language = "sv"
    alice.save()
    answer = upload(browser, workspace, changed(templates.band(), {"ppt/vbaProject.bin": b"macro"}))
    assert "makron" in answer.content.decode()


def test_a_frozen_pitch_keeps_the_template_that_is_replaced_and_a_draft_gets_the_new_one(
    workspace: Workspace, alice: User, pitch: Pitch, browser_of: Browsers
) -> None:
    browser = browser_of(alice)
    upload(browser, workspace, templates.dark())
    old = DeckTemplate.objects.get(workspace=workspace)
    choose(browser, pitch, old)
    frozen = verbs.freeze(pitch, alice)
    assert frozen.snapshot and frozen.snapshot["deck_template"] == {
        "name": "House style",
        "sha256": old.sha256,
    }
    before = browser.get(reverse("pitches:pitch_pptx", args=[workspace.code, pitch.code])).content
    draft = verbs.new_version(frozen, alice)
    assert draft.deck_template == old
    upload(browser, workspace, templates.band())
    new = looks.templates(workspace).get()
    assert new.sha256 != old.sha256
    assert Pitch.objects.get(pk=draft.pk).deck_template == new
    after = browser.get(reverse("pitches:pitch_pptx", args=[workspace.code, pitch.code])).content
    assert after == before
    assert "House style" not in [
        name for _, name in looks_of(browser, draft) if DeckTemplate.objects.get(pk=old.pk).removed_at is None
    ]


def looks_of(browser: Client, pitch: Pitch) -> list[tuple[Any, str]]:
    answer = browser.get(reverse("pitches:look", args=[pitch.workspace.code, pitch.code]))
    return [(value, str(name)) for value, name in answer.context["form"].fields["deck_template"].choices]


def test_a_removed_template_is_gone_unless_something_frozen_needs_it(
    workspace: Workspace, alice: User, pitch: Pitch, browser_of: Browsers
) -> None:
    browser = browser_of(alice)
    upload(browser, workspace, templates.dark(), "Used.pptx")
    upload(browser, workspace, templates.narrow(), "Unused.potx")
    used, unused = (DeckTemplate.objects.get(name=name) for name in ("Used", "Unused"))
    choose(browser, pitch, used)
    verbs.freeze(pitch, alice)
    for one in (used, unused):
        browser.post(reverse("pitches:remove_template", args=[workspace.code, one.pk]))
    assert list(DeckTemplate.objects.values_list("name", flat=True)) == ["Used"]
    assert not looks.templates(workspace).exists()
    assert downloaded(browser, pitch).slide_layouts[0].name == "Title slide"
    upload(browser, workspace, templates.dark(), "Used again.pptx")  # the same file may come back
    assert looks.templates(workspace).get().pk == used.pk


def test_removing_a_workspace_removes_its_templates_and_frozen_pitches(
    workspace: Workspace, alice: User, pitch: Pitch, browser_of: Browsers
) -> None:
    browser = browser_of(alice)
    upload(browser, workspace, templates.dark())
    choose(browser, pitch, DeckTemplate.objects.get(workspace=workspace))
    verbs.freeze(pitch, alice)
    workspace.delete()
    assert not DeckTemplate.objects.exists()


def test_there_is_an_end_to_templates(
    workspace: Workspace, alice: User, browser_of: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "MOST_TEMPLATES", 1)
    upload(browser_of(alice), workspace, templates.dark(), "One.pptx")
    answer = upload(browser_of(alice), workspace, templates.band(), "Two.pptx")
    assert "A workspace may have 1 templates. Remove one first." in answer.content.decode()


def test_the_template_of_another_workspace_cannot_be_chosen(
    alice: User, charlie: User, pitch: Pitch, browser_of: Browsers
) -> None:
    theirs = charlie.workspaces.get()
    foreign = looks.add(theirs, charlie, "Theirs.pptx", templates.dark())
    answer = choose(browser_of(alice), pitch, foreign)
    assert answer.status_code == 422
    assert Pitch.objects.get(pk=pitch.pk).deck_template is None


def test_a_trial_deck_can_be_downloaded(workspace: Workspace, alice: User, browser_of: Browsers) -> None:
    kept = looks.add(workspace, alice, "House style.pptx", templates.narrow())
    answer = browser_of(alice).get(reverse("pitches:trial_deck", args=[workspace.code, kept.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="house-style-trial.pptx"'
    assert len(Presentation(io.BytesIO(answer.content)).slides) > 10


def test_a_frozen_deck_keeps_its_logo(
    workspace: Workspace, alice: User, pitch: Pitch, browser_of: Browsers
) -> None:
    browser = browser_of(alice)
    logo = logos.keep(workspace, alice, picture(), "Fjällvik")
    frozen = verbs.freeze(pitch, alice)
    assert frozen.snapshot and frozen.snapshot["logo"]["sha256"] == logo.sha256
    before = [
        browser.get(reverse(f"pitches:{name}", args=[workspace.code, pitch.code])).content
        for name in ("pitch_pptx", "pitch_pdf")
    ]
    logos.keep(workspace, alice, picture(size=(90, 90)), "Another")
    after = [
        browser.get(reverse(f"pitches:{name}", args=[workspace.code, pitch.code])).content
        for name in ("pitch_pptx", "pitch_pdf")
    ]
    assert after == before
    page = browser.get(reverse("pitches:pitch_web", args=[workspace.code, pitch.code])).content.decode()
    assert page.count("data:image/png;base64,") > 5 and 'alt="Fjällvik"' in page


def test_a_case_without_logo_and_template_has_neither_in_its_snapshot(pitch: Pitch) -> None:
    found = build(pitch).as_snapshot()
    assert "logo" not in found and "deck_template" not in found


def test_a_logo_that_was_tampered_with_is_no_good_snapshot(
    workspace: Workspace, alice: User, pitch: Pitch
) -> None:
    logos.keep(workspace, alice, picture(), "Fjällvik")
    found: Any = build(pitch).as_snapshot()
    assert snapshot.check(found) == []
    found["logo"]["sha256"] = "0" * 64
    assert {one.where for one in snapshot.check(found)} == {"logo"}
