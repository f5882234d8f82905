"""Originals are looked for before a deck goes out: politely, in no request; only 404 and 410 are gone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from listening import door
from listening.models import Mention
from listening.net import Busy, Response, Settings, SourceError
from pitches import tasks, verbs
from pitches.decks import layout, memo, originals, pdf, web
from pitches.decks.text import plain
from pitches.drafts.edits import Edits
from pitches.evidence import page_checks
from pitches.models import PageCheck, Pitch
from pitches.sharing import exports
from teams.models import User, Workspace
from tests.pitches import snapshots

BrowserOf = Callable[[User], Browser]
State = PageCheck.State
POST = "https://forum.example/t/1"
QUOTED = "https://kaffebloggen.example/fine"


class Web:
    """Stands in for the guarded client: what each address answers, and what was asked. Nobody has rules."""

    settings = Settings(agent="Earshot/test")

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = answers
        self.asked: list[str] = []

    def get(self, url: str, **options: Any) -> Response:
        self.asked.append(url)
        answer = self.answers.get(url, 404 if url.endswith("/robots.txt") else 200)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Response):
            return answer
        body = b"" if options.get("body") is False else answer[1] if isinstance(answer, tuple) else b""
        status = answer[0] if isinstance(answer, tuple) else answer
        return Response(status, url, {}, body, timezone.now())

    @property
    def pages(self) -> list[str]:
        return [url for url in self.asked if not url.endswith("/robots.txt")]


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks without being told whom fails."""

    def fail() -> None:
        pytest.fail("the outside was asked")

    monkeypatch.setattr(door, "client", fail)


@pytest.fixture
def frozen(frozen: Pitch) -> Pitch:
    """The same in a workspace that is no sample any more."""
    Workspace.objects.filter(pk=frozen.workspace_id).update(is_sample=False)
    return Pitch.objects.select_related("workspace").get(pk=frozen.pk)


def run(web: Web, at: datetime | None = None) -> int:
    """Ticks until nothing is due; how many pages were taken."""
    taken = 0
    waiting = list(page_checks.due(at))
    while waiting and taken < 1_000:
        taken += 1
        following = page_checks.check(*waiting.pop(0), client=web)  # type: ignore[arg-type]  # a stand-in
        waiting += [following] if following else []
    return taken


def answered(answer: Any) -> State:
    return page_checks.look(POST, Web(**{POST: answer}))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_is_gone_when_its_site_says_so(status: int) -> None:
    assert answered(status) == State.GONE


@pytest.mark.parametrize("status", [401, 403, 405, 418, 429, 451, 500, 503])
def test_a_site_that_refuses_or_fails_tells_nothing(status: int) -> None:
    with pytest.raises(SourceError):
        answered(status)


@pytest.mark.parametrize("error", [SourceError("x", "transient"), SourceError("x", "blocked")])
def test_a_site_that_does_not_answer_tells_nothing(error: SourceError) -> None:
    with pytest.raises(SourceError):
        answered(error)


def test_a_site_that_leads_to_its_start_page_tells_nothing() -> None:
    start = Response(
        200, "https://forum.example/", {}, b"", timezone.now(), redirects=("https://forum.example/",)
    )
    with pytest.raises(SourceError, match="leads from this page to its start page"):
        answered(start)
    moved = Response(200, "https://forum.example/new/1", {}, b"", timezone.now())
    assert answered(moved) == State.THERE


def test_what_robots_txt_closes_is_not_asked_for() -> None:
    rules = b"User-agent: *\nDisallow: /t/"
    web = Web(**{"https://forum.example/robots.txt": (200, rules)})
    with pytest.raises(SourceError, match="robots.txt"):
        page_checks.look(POST, web)  # type: ignore[arg-type]
    assert web.pages == []


def test_a_frozen_pitch_is_checked_page_by_page(frozen: Pitch) -> None:
    urls = page_checks.cited(frozen)
    assert 5 < len(urls) <= originals.MOST_CITED
    assert page_checks.begin(frozen) == len(urls)
    assert page_checks.progress(frozen).waiting == len(urls)
    web = Web(**{urls[0]: 404, urls[1]: 503, urls[2]: SourceError("%(host)s is slow", params={"host": "x"})})
    assert run(web) == len(urls)
    assert sorted(web.pages) == sorted(urls)
    found = page_checks.progress(frozen)
    assert (found.total, found.gone, found.unknown) == (len(urls), 1, 2)
    assert found.waiting == 2  # those that failed are tried again, a little later
    pages = page_checks.known(frozen.workspace, urls)
    assert [pages[url]["state"] for url in urls[:4]] == ["gone", "unknown", "unknown", "there"]


def test_one_page_of_each_host_at_a_time(frozen: Pitch) -> None:
    page_checks.begin(frozen)
    hosts = set(PageCheck.objects.values_list("host", flat=True))
    first = list(page_checks.due())
    assert len(first) == len(hosts)
    assert list(page_checks.due()) == []  # each has its page just now


def test_a_host_whose_turn_is_later_is_asked_later(frozen: Pitch) -> None:
    page_checks.begin(frozen)
    row = PageCheck.objects.order_by("pk")[0]
    PageCheck.objects.exclude(pk=row.pk).update(due_at=None)
    assert run(Web(**{row.url: Busy(row.host, 9.0)})) == 1
    row.refresh_from_db()
    assert row.due_at and row.due_at > timezone.now() + timedelta(seconds=5)
    assert row.asked_at is None and not row.error


def test_after_three_failures_nothing_is_tried_until_the_next_time(frozen: Pitch) -> None:
    page_checks.begin(frozen)
    row = PageCheck.objects.order_by("pk")[0]
    PageCheck.objects.exclude(pk=row.pk).update(due_at=None, asked_at=timezone.now())
    for _ in range(5):
        run(Web(**{row.url: 503}), at=timezone.now() + timedelta(days=1))
        PageCheck.objects.filter(pk=row.pk, due_at__isnull=False).update(due_at=timezone.now())
    row.refresh_from_db()
    assert (row.due_at, row.failures, row.state) == (None, 3, State.UNKNOWN)
    assert row.error_text == f"{row.host} answered with error 503."


def test_what_was_known_stays_when_the_next_answer_tells_nothing(frozen: Pitch) -> None:
    url = page_checks.cited(frozen)[0]
    page_checks.begin(frozen)
    run(Web(**{url: 404}))
    seen = timezone.now() - timedelta(days=3)
    PageCheck.objects.update(seen_at=seen, asked_at=seen, due_at=None)
    page_checks.begin(frozen)
    run(Web(**{url: 403}))
    day = frozen.workspace.localtime(seen).date().isoformat()
    never_asked = "https://elsewhere.example/post"
    known = page_checks.known(frozen.workspace, [url, never_asked])
    assert known == {url: {"state": "gone", "on": day}}, "who was not asked gave no answer, and no silence"
    page_checks.begin(frozen, timedelta(0))
    run(Web())
    assert page_checks.known(frozen.workspace, [url])[url]["state"] == "there"  # it came back


def test_within_a_day_nothing_is_asked_again_unless_somebody_wants_it(frozen: Pitch) -> None:
    total = page_checks.begin(frozen)
    run(Web())
    assert page_checks.begin(frozen) == 0
    PageCheck.objects.update(asked_at=timezone.now() - timedelta(minutes=10))
    assert page_checks.begin(frozen) == 0
    assert page_checks.begin(frozen, page_checks.JUST_NOW) == total
    run(Web())
    PageCheck.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    assert page_checks.begin(frozen) == total


def test_a_sample_asks_nobody(pitch: Pitch, alice: User) -> None:
    frozen = verbs.freeze(pitch, alice)
    assert frozen.workspace.is_sample
    assert page_checks.begin(frozen) == 0
    assert not PageCheck.objects.exists()


def test_of_a_draft_the_conversations_to_answer_and_the_quotes_are_looked_for(pitch: Pitch) -> None:
    cited = {action.mention.url for action in pitch.actions.all() if action.mention}
    quoted = Mention.objects.filter(pk__in=Edits.from_json(pitch.edits).quotes)
    assert sorted(page_checks.cited(pitch)) == sorted(cited | {one.url for one in quoted})


def test_workspaces_know_nothing_of_each_other(frozen: Pitch, charlie: User) -> None:
    url = page_checks.cited(frozen)[0]
    page_checks.begin(frozen)
    run(Web(**{url: 404}))
    assert page_checks.known(charlie.workspaces.get(), [url]) == {}


def test_a_page_that_stops_the_worker_is_put_aside(frozen: Pitch) -> None:
    page_checks.begin(frozen)
    row = PageCheck.objects.order_by("pk")[0]
    PageCheck.objects.exclude(pk=row.pk).update(due_at=None)
    PageCheck.objects.filter(pk=row.pk).update(attempts=5)
    web = Web()
    run(web)
    row.refresh_from_db()
    assert web.pages == [] and row.due_at is None and row.state == State.UNKNOWN
    assert "stopped the worker" in row.error_text


# What is printed


GONE = {"state": "gone", "on": "2026-11-24"}


def with_pages(**pages: Any) -> Any:
    """The made-up deck, some of its originals looked for."""
    snapshot: Any = snapshots.full()
    snapshot["slides"][3]["blocks"].append(
        {
            "type": "quotes",
            "items": [{"raw": "Fine coffee", "site": "forum.example", "date": None, "url": QUOTED}],
        }
    )
    cited = originals.cited(snapshot)
    return {
        **snapshot,
        "pages": {url: pages.get(url, {"state": "there", "on": "2026-11-24"}) for url in cited},
    }


def said(snapshot: Any, language: str = "en") -> str:
    boxes = [element for page in layout.lay_out(snapshot, language) for element in page.elements]
    texts = []
    for box in boxes:
        cells = [cell for row in getattr(box, "rows", ()) for cell in row.cells]
        for one in [*getattr(box, "paragraphs", ()), *(each for cell in cells for each in cell.paragraphs)]:
            texts.append(plain(one.runs))
    return "\n".join(texts).replace("\xa0", " ")


def test_every_place_that_leads_to_a_page_that_is_gone_says_so() -> None:
    assert "(gone" not in said(with_pages())
    row = snapshots.full()["evidence"][0]["rows"][0]["url"]
    action = "https://forum.example/t/2"
    for url in (QUOTED, row, action):
        assert "(gone 24 Nov 2026)" in said(with_pages(**{url: GONE})), url
        assert "(borta 24 nov 2026)" in said(with_pages(**{url: GONE}), "sv"), url


def test_what_nobody_could_look_at_is_not_said_to_be_gone() -> None:
    unknown = {"state": "unknown", "on": "2026-11-24"}
    found = said(with_pages(**{QUOTED: GONE, "https://forum.example/t/2": unknown}))
    assert found.count("(gone ") == 1
    total = len(with_pages()["pages"])
    assert f"Originals looked for on 24 Nov 2026: 1 of {total} gone, 1 without an answer." in found


def test_a_deck_whose_originals_were_never_looked_for_says_nothing_about_them() -> None:
    assert "Originals looked for" not in said(snapshots.full())
    never = {"state": "unknown", "on": None}
    assert "Originals looked for" not in said({**snapshots.full(), "pages": {POST: never}})


def test_all_outputs_say_so() -> None:
    snapshot = with_pages(**{QUOTED: GONE})
    for content in (pdf.render(snapshot, "en"), memo.render(snapshot, "en")):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        assert "Originalslookedforon24Nov2026" in "".join(text.split())
    deck = web.deck(snapshot, "en", lambda name: f"/{name}/")
    groups = [group for slide in deck.slides for one in slide.main for group in one.get("groups", ())]
    runs = [run.text for group in groups for runs in group.paragraphs for run in runs]
    assert " (gone\xa024\xa0Nov\xa02026)" in runs


def test_a_frozen_pitch_does_not_change_by_it(frozen: Pitch) -> None:
    before = dict(frozen.snapshot or {})
    url = page_checks.cited(frozen)[0]
    page_checks.begin(frozen)
    run(Web(**{url: 404}))
    assert exports.exported(frozen)["pages"][url]["state"] == "gone"
    assert Pitch.objects.get(pk=frozen.pk).snapshot == before


# The pages of members


def test_a_download_does_not_wait_and_lets_the_originals_be_looked_for(
    frozen: Pitch, alice: User, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bool] = []
    monkeypatch.setattr(tasks, "check_soon", lambda: sent.append(True))
    answer = browser_of(alice).get(reverse("pitches:pitch_memo", args=[frozen.workspace.code, frozen.code]))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert PageCheck.objects.filter(due_at__isnull=False).count() == len(page_checks.cited(frozen))
    assert sent == [True]


def test_the_page_of_a_pitch_tells_how_it_goes(frozen: Pitch, alice: User, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    place = reverse("pitches:pitch", args=[frozen.workspace.code, frozen.code])
    assert "Nobody has looked for them yet" in browser.get(place).content.decode()
    check = reverse("pitches:check_originals", args=[frozen.workspace.code, frozen.code])
    page = browser.post(check, follow=True).content.decode()
    total = len(page_checks.cited(frozen))
    assert (
        f"{total} pages are looked for." in page and "still to be looked for" in page and "every 2s" in page
    )
    run(Web(**{page_checks.cited(frozen)[0]: 410}))
    part = browser.get(
        reverse("pitches:originals", args=[frozen.workspace.code, frozen.code]),
        headers={"HX-Request": "true"},
    ).content.decode()
    assert f"Gone: 1 of {total}." in part and "every 2s" not in part and "<html" not in part
    assert "The pages were looked for a moment ago." in browser.post(check, follow=True).content.decode()


def test_the_evidence_says_which_original_is_gone(frozen: Pitch, alice: User, browser_of: BrowserOf) -> None:
    evidence = next(one for one in (frozen.snapshot or {})["evidence"] if one.get("rows"))
    url = evidence["rows"][0]["url"]
    page_checks.begin(frozen)
    run(Web(**{url: 404}))
    page = browser_of(alice).get(
        reverse("pitches:figure", args=[frozen.workspace.code, frozen.code, evidence["id"]])
    )
    assert page.content.decode().count("gone when looked for on") == 1
