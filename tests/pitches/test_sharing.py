"""Alice shares a frozen pitch with Ingrid, who has no account. Bob may look, Charlie is a stranger."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from config.logs import scrub
from pitches.evidence import digests
from pitches.models import Pitch, ShareLink
from pitches.sharing import exports, links
from pitches.sharing.links import Issued
from teams.models import AuditEntry, Membership, Role, User, Workspace
from tests.make import make_member, make_user
from tests.pitches import snapshots

BrowserOf = Callable[[User], Client]
PASSWORD = "kaffe och bulle"
FILES = ("deck.pptx", "deck.pdf", "memo.pdf")


@pytest.fixture(autouse=True)
def no_tries_counted() -> None:
    cache.clear()


@pytest.fixture(scope="module")
def sealed() -> dict[str, Any]:
    """A deck about Fjällvik stands for the sample's: it is read, not measured."""
    snapshot = digests.sealed(snapshots.full())
    return {"snapshot": snapshot, "sha256": digests.hash_of(snapshot), "frozen_at": timezone.now()}


@pytest.fixture
def share(frozen: Pitch, alice: User) -> Callable[..., Issued]:
    """Makes a link for the board."""

    def make(**values: Any) -> Issued:
        until = date.today() + timedelta(days=30)
        return links.share(frozen, alice, **{"recipient": "The board", "until": until, **values})

    return make


def at(issued: Issued, place: str = "") -> str:
    return f"/shared/{issued.token}/{place}"


def enter(reader: Client, issued: Issued, password: str = PASSWORD) -> Any:
    return reader.post(at(issued, "enter/"), {"password": password})


def read(answer: Any) -> str:
    """A page without its tokens, which differ each time."""
    return re.sub(r'(value|hx-headers)=("[^"]*"|\'[^\']*\')', "", answer.content.decode())


# Reading


def test_whoever_has_the_link_reads_without_an_account(share: Callable[..., Issued], frozen: Pitch) -> None:
    answer = Client().get(at(share()))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert frozen.title in page and frozen.sha256 in page
    assert len(re.findall(r'class="deck-slide ', page)) > 10


def test_nothing_of_the_workspace_is_on_it(share: Callable[..., Issued], workspace: Workspace) -> None:
    page = Client().get(at(share())).content.decode()
    assert str(workspace.code) not in page and "/w/" not in page
    assert "Speaker notes" not in page and "deck-notes" not in page
    assert "/accounts/" not in page and "/mentions/" not in page


def test_a_member_sees_the_same_as_ingrid(
    share: Callable[..., Issued], alice: User, browser_of: BrowserOf
) -> None:
    issued = share()
    page = browser_of(alice).get(at(issued)).content.decode()
    assert "/w/" not in page and 'class="app-nav"' not in page


@pytest.mark.parametrize("place", ["", "evidence/E1/", *FILES])
def test_no_search_engine_cache_or_other_site_hears_of_it(share: Callable[..., Issued], place: str) -> None:
    answer = Client().get(at(share(downloads=True), place))
    assert answer.status_code == 200
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_every_number_opens_its_evidence_and_from_there_the_original(share: Callable[..., Issued]) -> None:
    issued, ingrid = share(), Client()
    page = ingrid.get(at(issued)).content.decode()
    links = set(re.findall(r'class="figure" href="([^"]+)"', page))
    assert len(links) > 5
    originals = set()
    for link in links:
        assert link.startswith(at(issued, "evidence/"))
        answer = ingrid.get(link)
        assert answer.status_code == 200, link
        evidence = answer.content.decode()
        assert "/w/" not in evidence
        originals |= set(re.findall(r'href="(https?://[^"]+)" target="_blank" rel="([^"]+)"', evidence))
    assert len(originals) > 5
    assert all({"nofollow", "noreferrer"} <= set(rel.split()) for _, rel in originals)


def test_evidence_opens_beside_the_slides_too(share: Callable[..., Issued]) -> None:
    answer = Client().get(
        at(share(), "evidence/E1/"), headers={"HX-Request": "true", "HX-Target": "panel-body"}
    )
    assert "<html" not in answer.content.decode() and 'id="panel-title"' in answer.content.decode()


def test_the_page_speaks_the_language_of_the_deck(share: Callable[..., Issued]) -> None:
    issued = share()
    swedish = Client(headers={"Accept-Language": "sv"})
    assert '<html lang="en">' in swedish.get(at(issued)).content.decode()
    page = swedish.get(at(issued) + "?language=sv")
    assert '<html lang="sv">' in page.content.decode() and page["Content-Language"] == "sv"
    assert "Varje understruken siffra" in page.content.decode()


def test_a_shared_pitch_stays_when_everything_it_was_made_from_is_gone(
    share: Callable[..., Issued], workspace: Workspace
) -> None:
    issued = share()
    before = read(Client().get(at(issued)))
    workspace.mentions.all().delete()
    workspace.brands.all().delete()
    assert read(Client().get(at(issued))) == before


# Downloads


@pytest.mark.parametrize("file", FILES)
def test_readers_download_only_where_the_link_allows_it(share: Callable[..., Issued], file: str) -> None:
    closed, opened = share(), share(downloads=True)
    assert is_gone(Client().get(at(closed, file)))
    assert file not in Client().get(at(closed)).content.decode()
    answer = Client().get(at(opened, file))
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert at(opened, file) in Client().get(at(opened)).content.decode()


def test_a_readers_powerpoint_has_no_words_for_the_speaker(
    share: Callable[..., Issued], frozen: Pitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr(
        "pitches.views.shared.pptx.render", lambda snapshot, *_: given.append(snapshot) or b"x"
    )
    Client().get(at(share(downloads=True), "deck.pptx"))
    assert all(not slide["notes"] for slide in given[0]["slides"])
    assert any(slide["notes"].get("en") for slide in frozen.snapshot["slides"])  # type: ignore[index]


def test_the_numbers_of_a_readers_memo_lead_back_through_the_link(share: Callable[..., Issued]) -> None:
    issued = share(downloads=True)
    (page,) = PdfReader(io.BytesIO(Client().get(at(issued, "memo.pdf")).content)).pages
    links = {str(one.get_object()["/A"]["/URI"]) for one in page["/Annots"]}  # type: ignore[attr-defined]
    assert links and all(link.startswith(f"http://testserver/shared/{issued.token}/") for link in links)


# Handles


def test_who_wrote_is_hidden_unless_the_link_shows_it(
    share: Callable[..., Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot: Any = snapshots.full()
    row = {"title": "@dana asks", "url": "https://forum.example/t/9", "author": "@dana"}
    snapshot["evidence"][0] = {**snapshot["evidence"][0], "rows": [row]}
    quote = {"raw": "Ask @dana about it", "site": "forum.example", "date": None, "url": None}
    snapshot["slides"][3]["blocks"].append({"type": "quotes", "items": [quote]})
    monkeypatch.setattr(exports, "snapshot_of", lambda found: snapshot)
    hidden, shown = share(), share(handles=True)
    for place in ("", "evidence/E1/"):
        assert "@dana" not in Client().get(at(hidden, place)).content.decode()
        assert "@dana" in Client().get(at(shown, place)).content.decode()
    assert "Ask @… about it" in Client().get(at(hidden)).content.decode()


def test_readers_see_what_was_judged_and_not_by_whom(
    share: Callable[..., Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot: Any = snapshots.full()
    figure = {
        "value": 1,
        "unit": "count",
        "class": "manual",
        "evidence": "E1",
        "label": {"en": "x", "sv": "x"},
    }
    snapshot["figures"]["precision.judged"] = figure
    why = "Relevant (Dana; of sales, 2026-11-23); Unsure (2026-11-24); Not relevant (Frida (IT), 2026-11-25)"
    rows = [{"title": "A post", "url": "https://forum.example/t/9", "why": why}, {"redacted": "0" * 64}]
    snapshot["evidence"][0] = {**snapshot["evidence"][0], "rows": rows}
    monkeypatch.setattr(exports, "snapshot_of", lambda found: snapshot)
    page = Client().get(at(share(handles=True), "evidence/E1/")).content.decode()
    assert "Relevant (2026-11-23); Unsure (2026-11-24); Not relevant (2026-11-25)" in page
    assert "Dana" not in page and "Frida" not in page


# Links that do not work


def is_gone(answer: Any) -> bool:
    return answer.status_code == 404 and "This link does not work" in answer.content.decode()


def test_all_links_that_do_not_work_look_the_same(
    share: Callable[..., Issued], frozen: Pitch, alice: User
) -> None:
    revoked, expired, locked = share(), share(), share(password=PASSWORD)
    links.revoke(frozen, alice, revoked.link.pk)
    links.revoke(frozen, alice, locked.link.pk)
    ShareLink.objects.filter(pk=expired.link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    never = Issued(revoked.link, "never-made")
    for place in ("", "enter/", "evidence/E1/", *FILES):
        answers = [Client().get(at(one, place)) for one in (revoked, expired, locked, never)]
        assert all(is_gone(answer) for answer in answers), place
        assert len({read(answer) for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    posts = [Client().post(at(one, "enter/"), {"password": PASSWORD}) for one in (revoked, locked, never)]
    assert all(is_gone(answer) for answer in posts) and len({read(answer) for answer in posts}) == 1
    assert all(is_gone(Client().post(at(one, "opened/"))) for one in (revoked, never))


def test_an_evidence_that_there_is_not_says_no_more(share: Callable[..., Issued]) -> None:
    issued = share()
    for name in ("E99999", "x", "../../w"):
        assert Client().get(at(issued, f"evidence/{name}/")).status_code == 404
    assert is_gone(Client().get(at(issued, "evidence/E99999/")))


def test_a_link_dies_with_its_workspace(share: Callable[..., Issued], workspace: Workspace) -> None:
    issued = share()
    Workspace.objects.get(pk=workspace.pk).delete()
    assert is_gone(Client().get(at(issued)))


def test_revoking_stops_whoever_is_reading(share: Callable[..., Issued], frozen: Pitch, alice: User) -> None:
    issued, ingrid = share(password=PASSWORD), Client()
    enter(ingrid, issued)
    assert ingrid.get(at(issued)).status_code == 200
    links.revoke(frozen, alice, issued.link.pk)
    assert is_gone(ingrid.get(at(issued))) and is_gone(ingrid.get(at(issued, "evidence/E1/")))


def test_a_link_works_to_the_end_of_its_last_day(share: Callable[..., Issued], workspace: Workspace) -> None:
    today = timezone.now().astimezone(workspace.zone).date()
    link = share(until=today).link
    assert workspace.localtime(link.expires_at).date() == today
    assert link.state == "works"


def test_a_member_who_leaves_does_not_break_the_links_they_made(
    frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    dana = make_user("Dana")
    make_member(frozen.workspace, dana, Role.EDITOR)
    issued = links.share(frozen, dana, recipient="A client", until=date.today() + timedelta(days=3))
    Membership.objects.filter(user=dana).delete()
    assert Client().get(at(issued)).status_code == 200
    listed = reverse("pitches:links", args=[frozen.workspace.code, frozen.code])
    page = browser_of(alice).get(listed).content.decode()
    assert "made by Dana" in page and "no longer a member" in page
    dana.delete()
    assert Client().get(at(issued)).status_code == 200
    assert "somebody whose account is gone" in browser_of(alice).get(listed).content.decode()


# Passwords


def test_a_link_with_a_password_asks_for_it_first(share: Callable[..., Issued]) -> None:
    issued, ingrid = share(password=PASSWORD, downloads=True), Client()
    for place in ("", "evidence/E1/", *FILES):
        answer = ingrid.get(at(issued, place))
        assert answer.status_code == 302 and answer["Location"] == at(issued, "enter/")
    assert ingrid.post(at(issued, "opened/")).status_code == 302
    page = ingrid.get(at(issued, "enter/"))
    assert "This page asks for a password" in page.content.decode()
    assert "noindex" in page["X-Robots-Tag"] and "no-store" in page["Cache-Control"]
    assert enter(ingrid, issued, "something else").status_code == 422
    assert ingrid.get(at(issued)).status_code == 302
    assert enter(ingrid, issued)["Location"] == at(issued)
    assert all(ingrid.get(at(issued, place)).status_code == 200 for place in ("", "evidence/E1/", *FILES))


def test_the_password_opens_that_link_in_that_browser_and_no_other(share: Callable[..., Issued]) -> None:
    one, other, ingrid = share(password=PASSWORD), share(password=PASSWORD), Client()
    enter(ingrid, one)
    assert ingrid.get(at(one)).status_code == 200
    assert ingrid.get(at(other)).status_code == 302
    assert Client().get(at(one)).status_code == 302
    enter(ingrid, other)
    assert ingrid.get(at(one)).status_code == ingrid.get(at(other)).status_code == 200


def test_it_is_asked_for_again_after_half_a_day(share: Callable[..., Issued]) -> None:
    issued, ingrid = share(password=PASSWORD), Client()
    enter(ingrid, issued)
    session = ingrid.session
    given = timezone.now() - links.READS_FOR - timedelta(minutes=1)
    session[links.GRANTS] = {str(issued.link.pk): given.isoformat()}
    session.save()
    assert ingrid.get(at(issued)).status_code == 302


def test_so_many_wrong_passwords_and_the_link_waits(share: Callable[..., Issued]) -> None:
    issued, other = share(password=PASSWORD), share(password=PASSWORD)
    guessing = Client()
    answers = [enter(guessing, issued, f"wrong password {number}").status_code for number in range(12)]
    assert answers[:10] == [422] * 10 and answers[10:] == [429] * 2
    refused = enter(guessing, issued)  # the right one, too, from now on
    assert refused.status_code == 429 and "Too many tries" in refused.content.decode()
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    assert enter(elsewhere, issued).status_code == 429  # the link waits, wherever somebody guesses from
    assert enter(elsewhere, other).status_code == 302


def test_one_address_may_not_guess_at_many_links(share: Callable[..., Issued]) -> None:
    links = [share(password=PASSWORD) for _ in range(12)]
    guessing = Client()
    answers = [enter(guessing, one, "wrong password").status_code for one in links]
    assert answers[:10] == [422] * 10 and answers[-1] == 429


def test_right_passwords_are_not_counted(share: Callable[..., Issued]) -> None:
    issued = share(password=PASSWORD)
    assert [enter(Client(), issued).status_code for _ in range(15)] == [302] * 15


def test_passwords_and_tokens_are_kept_as_hashes_only(share: Callable[..., Issued]) -> None:
    issued = share(password=PASSWORD)
    kept = " ".join(
        str(value) for value in ShareLink.objects.filter(pk=issued.link.pk).values().get().values()
    )
    assert PASSWORD not in kept and issued.token not in kept
    assert len(issued.token) >= 43


def test_no_log_holds_a_link() -> None:
    token = "loHFJL2HPwpbwnTbY2yxw6GRTzIctJditokuQpfQTTQ"
    assert token not in scrub(f"GET /shared/{token}/evidence/E1/") + scrub(f"next=%2Fshared%2F{token}%2F")


# Counting


def test_people_are_counted_once_in_a_session_and_previews_never(share: Callable[..., Issued]) -> None:
    issued, ingrid = share(), Client()
    for _ in range(3):
        ingrid.get(at(issued))  # as a program that previews links does
    assert ShareLink.objects.get(pk=issued.link.pk).opened == 0
    for _ in range(3):
        assert ingrid.post(at(issued, "opened/")).status_code == 204
    Client().post(at(issued, "opened/"))
    found = ShareLink.objects.get(pk=issued.link.pk)
    assert found.opened == 2
    assert found.last_opened_at and timezone.now() - found.last_opened_at < timedelta(minutes=1)


def test_members_are_no_readers(
    share: Callable[..., Issued], alice: User, charlie: User, browser_of: BrowserOf
) -> None:
    issued = share()
    browser_of(alice).post(at(issued, "opened/"))
    assert ShareLink.objects.get(pk=issued.link.pk).opened == 0
    browser_of(charlie).post(at(issued, "opened/"))
    assert ShareLink.objects.get(pk=issued.link.pk).opened == 1


# The pages of members


def place(name: str, pitch: Pitch, *more: Any) -> str:
    return reverse(f"pitches:{name}", args=[pitch.workspace.code, pitch.code, *more])


def sent(**values: Any) -> dict[str, Any]:
    return {
        "recipient": "Ingrid",
        "until": (date.today() + timedelta(days=9)).isoformat(),
        "password": "",
        **values,
    }


def test_alice_makes_a_link_sees_it_once_and_revokes_it(
    frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    page = browser.post(place("share", frozen), sent(password=PASSWORD), follow=True).content.decode()
    found = re.search(r'value="(http://testserver/shared/[\w-]{43}/)"', page)
    assert found and "It is shown only now" in page
    assert found[1] not in browser.get(place("links", frozen)).content.decode()
    assert Client().get(found[1]).status_code == 302  # asks for the password
    link = frozen.share_links.get()
    page = browser.post(place("revoke_link", frozen, link.pk), follow=True).content.decode()
    assert "The link for Ingrid no longer works." in page and "revoked" in page
    assert is_gone(Client().get(found[1]))
    assert browser.post(place("revoke_link", frozen, link.pk)).status_code == 404


def test_what_was_done_is_written_down_without_the_secret(
    frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    page = browser.post(
        place("share", frozen), sent(password=PASSWORD, downloads="on"), follow=True
    ).content.decode()
    token = re.search(r"/shared/([\w-]{43})/", page)
    browser.post(place("revoke_link", frozen, frozen.share_links.get().pk))
    made, revoked = AuditEntry.objects.filter(verb__startswith="share.").order_by("pk")
    assert made.details["recipient"] == "Ingrid" and made.details["password"] is True
    assert made.details["downloads"] is True and made.details["handles"] is False
    assert (made.user, revoked.user, revoked.verb) == (alice, alice, "share.revoked")
    assert token and token[1] not in str(made.details) and PASSWORD not in str(made.details)


def test_bob_sees_the_list_and_changes_nothing(
    frozen: Pitch, share: Callable[..., Issued], bob: User, browser_of: BrowserOf
) -> None:
    issued, browser = share(recipient="The board of Fjällvik"), browser_of(bob)
    page = browser.get(place("links", frozen)).content.decode()
    assert "The board of Fjällvik" in page and issued.token not in page
    assert "Make the link" not in page and "Revoke" not in page
    assert browser.post(place("share", frozen), sent()).status_code == 403
    assert browser.post(place("revoke_link", frozen, issued.link.pk)).status_code == 403
    assert ShareLink.objects.get(pk=issued.link.pk).state == "works"


def test_charlie_finds_no_link_of_alices_through_his_own_workspace(
    frozen: Pitch, share: Callable[..., Issued], charlie: User, browser_of: BrowserOf
) -> None:
    own, browser = charlie.workspaces.get(), browser_of(charlie)
    issued = share()
    for workspace in (own, frozen.workspace):
        where = reverse("pitches:revoke_link", args=[workspace.code, frozen.code, issued.link.pk])
        assert browser.post(where).status_code == 404
    assert ShareLink.objects.get(pk=issued.link.pk).state == "works"


def test_a_draft_is_not_shared(pitch: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    assert "Freeze the pitch first" in browser.get(place("links", pitch)).content.decode()
    page = browser.post(place("share", pitch), sent(), follow=True).content.decode()
    assert "Freeze the pitch first" in page
    assert not ShareLink.objects.exists()
    with pytest.raises(links.NotFrozen):
        links.share(pitch, alice, recipient="x", until=date.today())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"until": ""}, "This field is required"),
        ({"until": "2020-01-01"}, "Choose a day from today up to a year from today."),
        ({"until": (date.today() + timedelta(days=400)).isoformat()}, "Choose a day from today"),
        ({"recipient": ""}, "This field is required"),
        ({"password": "short"}, "at least 8 characters"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    values: dict[str, str], said: str, frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    answer = browser_of(alice).post(place("share", frozen), sent(**values))
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_the_form_proposes_thirty_days_and_nothing_open(
    frozen: Pitch, alice: User, browser_of: BrowserOf
) -> None:
    form = browser_of(alice).get(place("links", frozen)).context["form"]
    today = timezone.now().astimezone(frozen.workspace.zone).date()
    assert form["until"].value() == today + timedelta(days=30)
    assert not form["handles"].value() and not form["downloads"].value()
