"""Alice and Bob build a deck on its slides; Charlie's data changes under them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from competitors.models import Profile
from listening.models import Brand, Match, Mention, Scan
from pitches import checks, verbs
from pitches.case import build
from pitches.decks import pdf, pptx, web
from pitches.decks import snapshot as decks
from pitches.drafts import laying, wordings
from pitches.drafts.builder import Builder
from pitches.drafts.edits import MOST_FREE, Edits
from pitches.forms import WordsForm
from pitches.models import Pitch
from pitches.slides import Slide
from pitches.views import builder as views
from teams.models import Role, User, Workspace
from tests.make import make_member, make_user
from tests.pitches.building import to

BrowserOf = Callable[[User], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def dora(workspace: Workspace) -> User:
    """Another editor."""
    user = make_user("Dora")
    make_member(workspace, user, Role.EDITOR)
    return user


def on(pitch: Pitch, key: str) -> Slide:
    """One slide of the deck as it is now."""
    pitch = Pitch.objects.select_related("workspace", "created_by").get(pk=pitch.pk)
    return next(slide for slide in build(pitch).slides if slide.key == key)


def keys(pitch: Pitch) -> list[str]:
    return [slide.key for slide in build(Pitch.objects.get(pk=pitch.pk)).slides]


def fields(page: str) -> dict[str, str]:
    """What a form of the page would send, as it stands."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea name="(\w+)"[^>]*>\n?([^<]*)</textarea>', page))
    return {name: value.replace("&amp;", "&").replace("&#x27;", "'") for name, value in found.items()}


def edit(browser: Client, pitch: Pitch, key: str, language: str = "en", **typed: str) -> str:
    """Opens a slide's words, types, saves; the page that answers."""
    address = to("words", pitch, key)
    sent = fields(browser.get(address, {"language": language}).content.decode()) | typed
    return browser.post(address, sent, **HTMX).content.decode()


# Words


def test_words_are_edited_where_they_stand(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    opened = browser.get(to("words", pitch, "talk"), **HTMX).content.decode()
    slide = opened.partition('class="deck-slide')[2].partition("</section>")[0]
    assert 'name="title"' in slide and 'name="text"' in slide, "on the slide itself"
    shown = fields(opened)["title"]
    answer = edit(browser, pitch, "talk", title=f"Listen: {shown}")
    assert "Listen: " in answer and "edited by Alice" in answer
    assert "{s1.stories}" in on(pitch, "talk").title["en"]
    assert 'id="slide-of-summary"' in answer and answer.count("Listen: ") >= 2, "the summary repeats it"
    assert 'id="builder-side"' in answer and "edited the words of “What is said”" in answer


def test_a_number_that_is_no_figure_is_refused_and_nothing_typed_is_lost(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    typed = {"title": "Over 9000 stories", "text": "It is & stays <big>", "notes": "Say it aloud"}
    answer = browser_of(alice).post(to("words", pitch, "talk"), typed | {"language": "en"}, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No figure of this pitch proves “9000”. Use one of these: " in page
    assert "Over 9000 stories" in page and "It is &amp; stays &lt;big&gt;" in page and "Say it aloud" in page
    assert Pitch.objects.get(pk=pitch.pk).edits == pitch.edits


def test_what_was_not_touched_is_not_written(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    edit(browser_of(alice), pitch, "talk", notes="Say it aloud")
    texts = Edits.from_json(Pitch.objects.get(pk=pitch.pk).edits).texts
    assert {part for part in texts["en"]["talk"]} == {"notes"}


def test_empty_words_go_back_to_what_earshot_writes(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    before = on(pitch, "talk").title
    edit(browser_of(alice), pitch, "talk", title="Listen")
    edit(browser_of(alice), pitch, "talk", title="")
    assert on(pitch, "talk").title == before and on(pitch, "talk").edited == []


def test_an_edit_belongs_to_its_language_and_the_other_says_that_nobody_reviewed_it(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    edit(browser, pitch, "talk", "sv", title="Lyssna")
    slide = on(pitch, "talk")
    assert slide.title["sv"] == "Lyssna" and "People are talking" in slide.title["en"]
    english = browser.get(to("pitch", pitch)).content.decode()
    assert "Not reviewed in English" in english and "Alice edited the other language" in english
    assert "Not reviewed" not in browser.get(to("pitch", pitch), {"language": "sv"}).content.decode()
    snapshot = build(Pitch.objects.get(pk=pitch.pk)).as_snapshot(rows=False)
    deck = web.deck(snapshot, "en", lambda name: name)
    marked = {page.key for page in deck.slides if "Not reviewed in English" in page.marks}
    assert marked == {"talk", "summary"}
    assert decks.check(snapshot) == []
    answer = browser.post(to("settle", pitch, "talk"), {"do": "reviewed", "language": "en"}, **HTMX)
    assert "Not reviewed" not in answer.content.decode()


def test_two_people_at_the_same_words_lose_nothing(
    pitch: Pitch, alice: User, dora: User, browser_of: BrowserOf
) -> None:
    theirs = browser_of(dora)
    opened = fields(theirs.get(to("words", pitch, "talk")).content.decode())
    edit(browser_of(alice), pitch, "talk", title="Listen to them", notes="Say it aloud")
    answer = theirs.post(to("words", pitch, "talk"), opened | {"title": "Answer them"}, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Alice wrote meanwhile: “Listen to them”" in page and "Answer them" in page
    assert on(pitch, "talk").title["en"] == "Listen to them"
    assert theirs.post(to("words", pitch, "talk"), fields(page), **HTMX).status_code == 200
    assert on(pitch, "talk").title["en"] == "Answer them"
    assert on(pitch, "talk").notes["en"] == "Say it aloud", "Dora did not touch the notes"


def test_a_double_click_saves_once(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    sent = fields(browser.get(to("words", pitch, "talk")).content.decode()) | {"title": "Listen"}
    for _ in range(2):
        assert browser.post(to("words", pitch, "talk"), sent, **HTMX).status_code == 200
    assert pitch.revisions.count() == 1


def test_the_words_of_the_proof_stay(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    opened = browser.get(to("words", pitch, "measured")).content.decode()
    assert 'name="title"' not in opened and 'name="notes"' in opened
    edit(browser, pitch, "measured", title="We read everything", notes="Say it")
    assert on(pitch, "measured").title["en"] != "We read everything"
    assert on(pitch, "measured").notes["en"] == "Say it"


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_slide_is_saved_as_it_is(language: str, pitch: Pitch) -> None:
    """What is read in the fields becomes the template it was, so that nothing is written."""
    opened = Builder(build(pitch), language)
    for slide in opened.case.slides:
        parts = laying.parts_of(slide)
        first = views._as_read(opened, slide, parts)
        form = WordsForm(parts, first, initial=first)
        assert form.is_valid() and form.touched() == {}, (slide.key, form.errors)
        for part in parts:
            before = views._before(opened, slide, part)
            assert wordings.template(opened.case, slide, first[part], before, language) == before[language]


# Its words and a table, words beside a chart, cards, and two whose words are those of the proof.
SOME = ("cover", "summary", "talk", "presence", "start", "decision", "measured", "register")


@pytest.mark.parametrize(("language", "some"), [("en", SOME), ("sv", ("talk", "measured"))])
def test_a_slide_opens_and_saves_as_it_is(
    language: str, some: tuple[str, ...], pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    for key in some:
        assert 'role="alert"' not in edit(browser, pitch, key, language), key
    assert Pitch.objects.get(pk=pitch.pk).edits == pitch.edits


# When the data changes under the words


def quiet_rivals(workspace: Workspace) -> None:
    """Step 4 loses its ground."""
    rivals = Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR)
    Match.objects.filter(brand__in=rivals).delete()
    Profile.objects.filter(brand__in=rivals).delete()


def test_words_about_another_verdict_wait_for_a_decision(
    pitch: Pitch, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    edit(browser, pitch, "share", title="They are far ahead of us")
    quiet_rivals(workspace)
    assert on(pitch, "share").verdict != "supported"
    assert on(pitch, "share").title["en"] != "They are far ahead of us"
    page = browser.get(to("pitch", pitch)).content.decode()
    assert "This was written when the verdict was “Supported”." in page
    assert "They are far ahead of us" in page, "nothing is lost"
    with pytest.raises(verbs.Refused, match="Keep or discard what Alice wrote"):
        verbs.freeze(pitch, alice)
    frozen = browser.post(to("freeze", pitch))
    assert frozen.status_code == 409 and "?language=en#slide-of-share" in frozen.content.decode()
    swedish = browser.get(to("pitch", pitch), {"language": "sv"}).content.decode()
    assert swedish.count("?language=en#slide-of-share") == 2, "the way to the language where it waits"
    kept = browser.post(to("settle", pitch, "share"), {"do": "keep", "language": "en"}, **HTMX)
    assert "They are far ahead of us" in kept.content.decode()
    assert on(pitch, "share").title["en"] == "They are far ahead of us"
    assert on(pitch, "share").verdict != "supported", "the dot stays beside the title"
    browser.post(to("settle", pitch, "share"), {"do": "discard", "language": "en"}, **HTMX)
    assert on(pitch, "share").edited == []


def test_words_that_were_set_aside_can_be_written_anew(
    pitch: Pitch, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    edit(browser, pitch, "share", title="They are far ahead of us")
    quiet_rivals(workspace)
    assert fields(browser.get(to("words", pitch, "share")).content.decode())["title"] == (
        "They are far ahead of us"
    )
    edit(browser, pitch, "share", title="They were ahead of us")
    assert on(pitch, "share").title["en"] == "They were ahead of us"


def test_a_figure_that_is_gone_never_breaks_the_deck(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    verbs.write(pitch, alice, "en", "talk", {"title": "{s9.gone} talk"})
    verbs.change_edits(pitch, alice, lambda edits: edits.added(keys(pitch), "free-1", "talk"))
    verbs.write(pitch, alice, "en", "free-1", {"title": "We answer {s9.gone}"})
    page = browser_of(alice).get(to("pitch", pitch)).content.decode()
    assert "A number in these words is gone" in page and "… talk" in page
    assert "We answer unknown" in page and "A number on this slide is gone." in page
    found = checks.check(build(Pitch.objects.get(pk=pitch.pk)))
    assert [(one.slide, one.blocks) for one in found] == [("talk", True), ("free-1", True)]


# Slides


def arrange(browser: Client, pitch: Pitch, **sent: str) -> str:
    return browser.post(to("arrange", pitch), sent | {"language": "en"}, **HTMX).content.decode()


def test_slides_move_are_left_out_and_come_back(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser, start = browser_of(alice), keys(pitch)
    for _ in range(2):  # pressed twice
        arrange(browser, pitch, key="share", after="summary")
        assert keys(pitch)[:3] == ["cover", "summary", "share"]
    for _ in range(2):
        page = arrange(browser, pitch, key="voice", drop="1")
        assert "voice" not in keys(pitch) and "Leave out Our voice" not in page
    page = arrange(browser, pitch, key="voice", bring="1")
    assert "voice" in keys(pitch) and 'id="slide-of-voice"' in page
    assert sorted(keys(pitch)) == sorted(start)


def test_what_proves_the_figures_stays_and_says_why(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    answer = arrange(browser_of(alice), pitch, key="health", drop="1")
    assert "without it the figures could not be checked" in answer
    assert "health" in keys(pitch)


def test_a_slide_of_our_own_says_only_what_figures_prove(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    opened = browser.get(to("add", pitch)).content.decode()
    stories = str(build(pitch).ground.register.values()["s1.stories"])
    sent = fields(opened) | {
        "after": "talk",
        "title": f"We answer {stories} of them",
        "text": "- now\n- 9000",
    }
    assert "No figure of this pitch proves “9000”" in browser.post(to("add", pitch), sent).content.decode()
    sent["text"] = "- now\n- always"
    for _ in range(2):  # pressed twice
        assert browser.post(to("add", pitch), sent)["Location"].endswith("#slide-of-free-1")
    assert keys(pitch).count("free-1") == 1 and "free-2" not in keys(pitch)
    slide = on(pitch, "free-1")
    assert slide.title["en"] == slide.title["sv"] == "We answer {s1.stories} of them"
    assert keys(pitch)[keys(pitch).index("talk") + 1] == "free-1"
    snapshot = build(Pitch.objects.get(pk=pitch.pk)).as_snapshot(rows=False)
    assert decks.check(snapshot) == []
    swedish = web.deck(snapshot, "sv", lambda name: name)
    assert "Inte översatt" in next(page for page in swedish.slides if page.key == "free-1").marks
    edit(browser, pitch, "free-1", "sv", title=f"Vi svarar på {stories}")
    assert on(pitch, "free-1").title["sv"] == "Vi svarar på {s1.stories}"
    alone: Any = {**snapshot, "slides": [one for one in snapshot["slides"] if one["key"] == "free-1"]}
    assert pptx.render(alone) and pdf.render(alone)


def test_two_people_add_a_slide_at_once_and_both_are_there(
    pitch: Pitch, alice: User, dora: User, browser_of: BrowserOf
) -> None:
    forms = {}
    for person in (alice, dora):
        opened = browser_of(person).get(to("add", pitch)).content.decode()
        forms[person] = fields(opened) | {"title": f"What {person} does", "text": "", "after": "talk"}
    for person, sent in forms.items():
        browser_of(person).post(to("add", pitch), sent)
    titles = {on(pitch, key).title["en"] for key in ("free-1", "free-2")}
    assert titles == {"What Alice does", "What Dora does"}


def test_no_more_slides_of_our_own_than_there_is_room_for_however_many_add_at_once(
    pitch: Pitch, alice: User, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(alice)
    sent = fields(browser.get(to("add", pitch)).content.decode())
    sent |= {"title": "One too many", "text": "", "after": "talk"}
    really = verbs.change_edits

    def fill(edits: Edits) -> Edits:
        for number in range(MOST_FREE):
            edits = edits.added(["talk"], f"free-{number + 1}", "talk")
            edits = edits.written("en", f"free-{number + 1}", "title", "Ours", "Dora", timezone.now())
        return edits

    def after_others(found: Pitch, user: User, change: Callable[[Edits], Edits]) -> Pitch:
        really(found, user, fill)
        return really(found, user, change)

    monkeypatch.setattr(verbs, "change_edits", after_others)
    answer = browser.post(to("add", pitch), sent)
    assert "There are enough slides of your own." in answer.content.decode()
    assert len(Edits.from_json(Pitch.objects.get(pk=pitch.pk).edits).free) == MOST_FREE


def test_a_new_version_goes_on_with_all_of_it(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    arrange(browser, pitch, key="share", after="summary")
    arrange(browser, pitch, key="voice", drop="1")
    edit(browser, pitch, "talk", title="Listen")
    before = keys(pitch)
    following = verbs.new_version(verbs.freeze(pitch, alice), alice)
    assert [key for key in keys(following) if key != "changes"] == before
    assert on(following, "talk").title["en"] == "Listen"


def test_undo_says_what_it_takes_back(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    arrange(browser, pitch, key="voice", drop="1")
    sent = {"revision": str(pitch.revisions.get().pk), "language": "en"}
    page = browser.post(to("undo", pitch), sent, **HTMX).content.decode()
    assert "Undone: left out “Our voice”." in page and "voice" in keys(pitch)
    page = browser.post(to("undo", pitch), sent | {"again": "1"}, **HTMX).content.decode()
    assert "Done again: left out “Our voice”." in page and "voice" not in keys(pitch)
    again = browser.post(to("undo", pitch), sent | {"revision": "x"}, **HTMX).content.decode()
    assert "Something else was changed meanwhile" in again


# Quotes


def test_three_of_the_starred_mentions_are_quoted(
    pitch: Pitch, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser, start = browser_of(alice), build(pitch).ground.since
    old = Mention.objects.filter(workspace=workspace, published_at__lt=start).first()
    Mention.objects.filter(pk=old.pk).update(is_starred=True)
    starred = list(Mention.objects.filter(workspace=workspace, is_starred=True).values_list("pk", flat=True))
    page = browser.get(to("quotes", pitch))
    offered = [one.pk for one in page.context["offered"]]
    assert sorted(offered) == sorted(starred) and len(offered) == 4
    assert offered[-1] == old.pk and "outside the pitch’s days" in page.content.decode()
    refused = browser.post(to("quotes", pitch), {"quotes": offered})
    assert "Choose at most three" in refused.content.decode()
    assert refused.content.decode().count("checked") == 4, "nothing chosen is lost"
    assert browser.post(to("quotes", pitch), {"quotes": offered[:3]}).status_code == 302
    assert Edits.from_json(Pitch.objects.get(pk=pitch.pk).edits).quotes == tuple(offered[:3])
    Mention.objects.filter(pk=offered[0]).update(is_starred=False)
    assert "1 quote that was chosen has lost its star" in browser.get(to("quotes", pitch)).content.decode()


@pytest.mark.parametrize("pk", [987654321, "9" * 5_000, "²"])
def test_nobody_quotes_another_workspace(
    pitch: Pitch, alice: User, browser_of: BrowserOf, pk: int | str
) -> None:
    answer = browser_of(alice).post(to("quotes", pitch), {"quotes": [pk]})
    assert "cannot be quoted" in answer.content.decode()
    assert Pitch.objects.get(pk=pitch.pk).edits == pitch.edits


def test_quotes_of_a_deck_that_leaves_them_out_are_kept_and_that_is_said(
    pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    Pitch.objects.filter(pk=pitch.pk).update(length="short")
    starred = Mention.objects.filter(workspace=pitch.workspace, is_starred=True).first()
    assert starred is not None
    answer = browser_of(alice).post(to("quotes", pitch), {"quotes": [starred.pk]}, follow=True)
    assert "This deck leaves out the slide with the quotes" in answer.content.decode()
    assert Pitch.objects.get(pk=pitch.pk).edits["quotes"] == [starred.pk]


def test_a_running_scan_is_told_before_freezing(pitch: Pitch) -> None:
    Scan.objects.create(workspace=pitch.workspace, slot=timezone.now())
    said = [one for one in checks.check(build(pitch)) if one.key == "fresh"]
    assert [str(one) for one in said if not one.blocks] == [
        "A scan is still running: numbers may grow until it ends."
    ]


# Who may


def test_a_viewer_looks_and_is_offered_nothing(pitch: Pitch, bob: User, browser_of: BrowserOf) -> None:
    page = browser_of(bob).get(to("pitch", pitch)).content.decode()
    assert 'id="slide-of-talk"' in page
    for address in ("words", "settle", "arrange", "undo", "add", "quotes"):
        more = ["talk"] if address in ("words", "settle") else []
        assert to(address, pitch, *more) not in page, address


def test_a_slide_that_is_not_there_is_not_found(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    assert browser.get(to("words", pitch, "nothing")).status_code == 404
    assert browser.post(to("arrange", pitch), {"key": "nothing", "drop": "1"}).status_code == 404
    assert browser.get(to("slide", pitch, "free-9"), **HTMX).status_code == 404


def test_a_fragment_of_a_frozen_pitch_leads_to_its_page(
    frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).post(to("words", frozen, "talk"), {"title": "x", "language": "en"}, **HTMX)
    assert answer["HX-Redirect"] == to("pitch", frozen)


def test_saving_words_asks_no_more_than_looking(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    edit(browser, pitch, "talk", title="Listen")  # what is asked once per process
    sent = fields(browser.get(to("words", pitch, "talk")).content.decode()) | {"title": "Listen to them"}
    with CaptureQueriesContext(connection) as asked:
        assert browser.post(to("words", pitch, "talk"), sent, **HTMX).status_code == 200
    assert len(asked) <= 85
