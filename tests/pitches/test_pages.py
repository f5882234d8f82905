"""The pages: filled by the sample, open to those they are for, and as cheap with much as with little."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from listening.models import SourceSetting
from pitches.case import build
from pitches.models import Pitch
from pitches.sample import posts
from pitches.views.home import button_urls, unsaved
from teams.models import Role, User, Workspace
from tests.make import make_brand, make_credential, make_search, make_user, make_workspace

BrowserOf = Callable[[User], Client]
READ = ("home", "evidence", "pitches", "pitch", "pitch_web", "figure", "plan", "post", "todo", "guideline")
DOWNLOAD = ("pitch_pptx", "pitch_pdf", "post_html", "post_markdown")
EDIT = ("new", "about", "words", "add", "quotes", "ask", "actions", "freeze")
POST_ONLY = ("continue", "delete", "arrange", "settle", "undo")
OF_A_WORKSPACE = ("home", "evidence", "pitches", "new", "todo", "guideline")
OF_A_PITCH = [name for name in (*READ, *DOWNLOAD, *EDIT, *POST_ONLY) if name not in OF_A_WORKSPACE]


def url(name: str, workspace: Workspace, pitch: Pitch) -> str:
    if name in ("home", "pitches", "new", "todo", "guideline"):
        return reverse(f"pitches:{name}", args=[workspace.code])
    if name == "evidence":
        return reverse("pitches:evidence", args=[workspace.code, "E3"])
    extra = {"words": ["talk"], "settle": ["talk"], "figure": ["E3"]}.get(name, [])
    return reverse(f"pitches:{name}", args=[workspace.code, pitch.code, *extra])


# What strangers, viewers and the others may do at each address: tests/test_strangers.py.


@pytest.mark.parametrize("name", OF_A_PITCH)
def test_a_stranger_finds_nothing_through_his_own_workspace(
    name: str, pitch: Pitch, charlie: User, browser_of: BrowserOf
) -> None:
    browser, own = browser_of(charlie), charlie.workspaces.get()
    assert browser.get(url(name, own, pitch)).status_code in (404, 405)
    refused = (404, 405) if name in DOWNLOAD else (404,)  # a file is never sent to
    assert browser.post(url(name, own, pitch)).status_code in refused


def test_home_offers_a_viewer_nothing_that_he_may_not_do(db: None) -> None:
    workspace = make_workspace(make_user("Dora"))
    offered, to_a_viewer = (button_urls(role, workspace) for role in (Role.EDITOR, Role.VIEWER))
    assert {"s1.missing.scan", "s2.missing.phrases", "s5.missing.ask"} <= offered.keys() - to_a_viewer.keys()
    assert set(to_a_viewer.values()) <= {
        reverse(name, args=[workspace.code]) for name in ("listening:sources", "competitors:rivals")
    }


@pytest.mark.parametrize("name", [*READ, *EDIT])
def test_the_sample_fills_every_page(
    name: str, workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).get(url(name, workspace, pitch))
    assert answer.status_code == 200
    assert 'class="empty"' not in answer.content.decode()


OTHER_ROOMS = (
    *("listening:mentions", "listening:searches", "listening:scans", "listening:sources"),
    *("listening:calendars", "pitches:todo"),
    *("competitors:rivals", "competitors:phrases", "competitors:brands", "competitors:profiles"),
)


@pytest.mark.parametrize("place", OTHER_ROOMS)
def test_the_sample_fills_the_other_rooms_too(
    place: str, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).get(reverse(place, args=[workspace.code]))
    assert answer.status_code == 200
    assert 'class="empty"' not in answer.content.decode()
    assert "sample workspace" in answer.content.decode()


def test_an_empty_workspace_is_told_what_to_do(browser_of: BrowserOf, db: None) -> None:
    user = make_user("Dora")
    workspace = make_workspace(user)
    page = browser_of(user).get(reverse("pitches:home", args=[workspace.code])).content.decode()
    assert reverse("competitors:setup", args=[workspace.code]) in page


def test_a_source_that_nobody_entered_credentials_for_is_said_to_be_off(
    browser_of: BrowserOf, db: None
) -> None:
    """Beside the numbers, on Home and in the evidence: nothing failed, and nothing is known."""
    dana = make_user("Dana")
    workspace = make_workspace(dana)
    make_search(workspace, brand=make_brand(workspace))
    browser = browser_of(dana)
    home = reverse("pitches:home", args=[workspace.code])
    page = browser.get(home).content.decode()
    stories = build(unsaved(workspace, 30)).ground.register.figures["s1.stories"]
    evidence = reverse("pitches:evidence", args=[workspace.code, stories.evidence])
    assert "coverage-off" in page and "Off. Searching Bluesky needs an app password." in page
    assert "coverage-failed" not in page
    off = "Not searched, because nobody has entered credentials: Bluesky"
    assert off in browser.get(evidence).content.decode()
    make_credential(workspace)
    page = browser.get(home).content.decode()
    assert "Off. It has not been searched yet since credentials were entered" in page
    SourceSetting.objects.create(workspace=workspace, source="bluesky", enabled=False)
    assert "coverage-off" not in browser.get(home).content.decode()
    assert off not in browser.get(evidence).content.decode()


def test_home_never_says_unknown_of_something(browser_of: BrowserOf, db: None) -> None:
    user = make_user("Dora")
    workspace = make_workspace(user)
    make_search(workspace, brand=make_brand(workspace))
    page = browser_of(user).get(reverse("pitches:home", args=[workspace.code]))
    assert [card.out_of for card in page.context["cards"]] == [""] * 5
    assert page.content.decode().count("unknown</a>") >= 5


def test_home_shows_five_verdicts_and_a_button_for_what_is_missing(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    page = browser_of(alice).get(reverse("pitches:home", args=[workspace.code])).content.decode()
    assert all(f'id="step-{number}"' in page for number in range(1, 6))
    assert reverse("listening:sources", args=[workspace.code]) in page  # a source is blocked
    assert "Hacker News" in page and "refused the request" in page


def test_home_asks_as_often_for_much_as_for_little(
    workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    address = reverse("pitches:home", args=[workspace.code])
    browser.get(address)  # what is asked once per process
    counts = []
    for days in (7, 90):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(f"{address}?days={days}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 45


@pytest.mark.parametrize(("name", "most"), [("pitch", 82), ("pitch_web", 79)])
def test_a_draft_asks_for_no_more_than_it_shows(
    name: str, most: int, workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    browser.get(url(name, workspace, pitch))  # what is asked once per process
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url(name, workspace, pitch)).status_code == 200
    assert len(asked) <= most


def test_two_clicks_lead_from_a_figure_to_the_original(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    page = browser.get(url("pitch", workspace, pitch)).content.decode()
    first_click = next(
        part.split('"')[0] for part in page.split('class="figure" href="')[1:] if "/E3/" in part
    )
    proof = browser.get(first_click).content.decode()
    assert 'href="https://' in proof and "example" in proof
    assert "v1" in proof and "The list behind it" in proof


def test_an_evidence_that_does_not_exist_is_not_found(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    address = reverse("pitches:figure", args=[workspace.code, pitch.code, "E999"])
    assert browser_of(alice).get(address).status_code == 404


def test_a_person_edits_freezes_and_downloads(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    typed = {"title": "Over 9000 stories", "language": "en"}
    wrong = browser.post(url("words", workspace, pitch), typed)
    assert "No figure of this pitch proves “9000”" in wrong.content.decode()
    typed = {"title": "They talk, we should listen", "language": "en"}
    right = browser.post(url("words", workspace, pitch), typed)
    assert right.status_code == 302

    assert browser.get(url("freeze", workspace, pitch)).status_code == 200
    assert not Pitch.objects.get(pk=pitch.pk).is_frozen, "a look freezes nothing"
    assert browser.post(url("freeze", workspace, pitch)).status_code == 302
    frozen = Pitch.objects.get(pk=pitch.pk)
    assert frozen.is_frozen

    for name, ending in (("pitch_pptx", ".pptx"), ("pitch_pdf", ".pdf")):
        answer = browser.get(url(name, workspace, pitch))
        assert f'-v1{ending}"' in answer["Content-Disposition"]
    deck = zipfile.ZipFile(io.BytesIO(browser.get(url("pitch_pptx", workspace, pitch)).content))
    slides = b"".join(deck.read(name) for name in deck.namelist() if name.startswith("ppt/slides/slide"))
    assert b"They talk, we should listen" in slides
    assert b"Sample data" in slides and b"Draft, not frozen" not in slides

    page = browser.get(url("pitch", workspace, pitch)).content.decode()
    assert frozen.sha256 in page and "Nothing in it has changed since." in page
    assert browser.post(url("continue", workspace, pitch)).status_code == 302
    assert Pitch.objects.get(previous=frozen).version == 2


def test_a_draft_download_says_that_it_is_a_draft(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).get(url("pitch_pptx", workspace, pitch))
    assert '-v1-draft.pptx"' in answer["Content-Disposition"]
    deck = zipfile.ZipFile(io.BytesIO(answer.content))
    assert b"Draft, not frozen" in deck.read("ppt/slides/slide2.xml")


def test_a_frozen_pitch_refuses_changes_politely(
    workspace: Workspace, pitch: Pitch, frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    for name in ("about", "words", "arrange", "add", "quotes", "undo", "actions", "freeze", "ask", "delete"):
        values = {"title": "x", "ask_currency": "SEK"}
        answer = browser.post(url(name, workspace, pitch), values, follow=True)
        assert answer.status_code == 200, name
    assert Pitch.objects.get(pk=pitch.pk).sha256 == frozen.sha256
    assert Pitch.objects.get(pk=pitch.pk).ask_currency == "EUR"


def test_a_database_edit_of_a_frozen_pitch_shows(
    workspace: Workspace, pitch: Pitch, frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    frozen.snapshot["figures"]["s1.stories"]["value"] = 9999
    with connection.cursor() as cursor:  # whoever owns the database can switch off what guards it
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pitches_pitch DISABLE TRIGGER frozen_stays_frozen")
    frozen.save(update_fields=["snapshot"])
    page = browser_of(alice).get(url("pitch", workspace, pitch)).content.decode()
    assert "does not match its fingerprint" in page


def test_making_a_pitch_chooses_conversations(
    workspace: Workspace, pitch: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).post(
        url("new", workspace, pitch),
        {"title": "Ny", "audience": "", "audience_kind": "board", "language": "sv", "length": "",
         "period_start": pitch.period_start, "period_end": pitch.period_end, "ask_currency": "SEK"},
    )  # fmt: skip
    made = Pitch.objects.get(workspace=workspace, title="Ny")
    assert answer["Location"].endswith(f"/pitches/{UUID(str(made.code))}/")
    assert made.actions.count() == 10


def test_the_made_up_posts_name_nobody_real() -> None:
    hosts = {post.item.url.split("/")[2] for post in posts.posts(timezone.now())}
    assert all(host.endswith(".example") for host in hosts)
