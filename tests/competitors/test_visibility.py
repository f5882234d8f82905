"""Result pages: looked up or entered by hand, typed by rule, corrected for the whole workspace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from competitors import pasted, visibility
from competitors.models import Phrase, ResultPage, ResultRow, SiteTypeCorrection
from competitors.setup import add_phrase
from listening.models import Fetch, Scan
from listening.net import SourceError
from listening.sources import Source
from listening.types import Cursor, Page, Result
from teams.models import User, Workspace
from tests import make
from tests.competitors.scanning import run_scan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def results(*urls: str) -> list[Result]:
    return [Result(0, url, f"Title of {url}", "Words", ("duckduckgo",)) for url in urls]


class Engine(Source):
    """A search engine with fixed pages; an error in place of a page is raised."""

    name = "searxng"
    label = "Engine"

    def __init__(self, *pages: list[Result] | SourceError, gaps: tuple[tuple[str, str], ...] = ()) -> None:
        self.pages, self.gaps = pages, gaps
        self.host = ""
        self.asked: list[tuple[str, str]] = []

    def results(
        self, phrase: str, market: str, cursor: Cursor | None = None, *, depth: int = 30
    ) -> Page[Result]:
        self.asked.append((phrase, market))
        at = cursor["at"] if cursor else 0
        page = self.pages[at]
        if isinstance(page, SourceError):
            raise page
        following = {"at": at + 1} if at + 1 < len(self.pages) else None
        return Page(tuple(page), len(page), following, gaps=self.gaps if at == 0 else ())


@pytest.fixture
def alice() -> User:
    return make.make_user()


@pytest.fixture
def workspace(alice: User, settings) -> Workspace:
    settings.SEARXNG_URL = "http://searx.example"
    return make.make_workspace(alice)


@pytest.fixture
def phrase(workspace: Workspace) -> Phrase:
    make.make_brand(workspace, domain="www.fjallvik.example")
    make.make_rival(workspace, domain="bergby.example")
    return add_phrase(workspace, "bästa kaffet", market="sv-SE")


def look_up(monkeypatch: pytest.MonkeyPatch, phrase: Phrase, engine: Engine) -> ResultPage:
    run_scan(monkeypatch, phrase.workspace, engine, "results")
    return ResultPage.objects.get(phrase=phrase)


# Looked up by Earshot


def test_pages_are_read_to_the_phrases_depth_and_ranks_go_on(monkeypatch, phrase):
    Phrase.objects.update(depth=5)
    engine = Engine(
        results("https://a.example/", "https://b.example/", "https://c.example/"),
        results("https://d.example/", "https://e.example/", "https://f.example/"),
        results("https://g.example/"),
    )
    page = look_up(monkeypatch, phrase, engine)
    assert engine.asked == [("bästa kaffet", "sv-SE")] * 2, "no page is asked for beyond the depth"
    assert [(row.rank, row.url) for row in page.rows.all()] == [
        (rank, f"https://{letter}.example/") for rank, letter in enumerate("abcde", 1)
    ]
    assert (page.inspected, page.is_complete, page.engine, page.market) == (5, True, "searxng", "sv-SE")
    assert page.fetch.state == Fetch.State.OK


def test_what_an_engine_repeats_on_a_later_page_counts_once(monkeypatch, phrase):
    engine = Engine(
        results("https://a.example/", "https://b.example/"),
        results("https://A.example/?utm_source=x", "https://c.example/"),
    )
    page = look_up(monkeypatch, phrase, engine)
    assert [row.url for row in page.rows.all()] == [
        "https://a.example/",
        "https://b.example/",
        "https://c.example/",
    ]
    assert page.inspected == 3


def test_an_engine_that_only_repeats_itself_ends(monkeypatch, phrase):
    again = results("https://a.example/")
    page = look_up(monkeypatch, phrase, Engine(again, again, again, again))
    assert (page.inspected, page.is_complete) == (1, True)
    assert page.fetch.pages == 2


def test_engines_that_did_not_answer_are_named(monkeypatch, phrase):
    engine = Engine(results("https://a.example/"), gaps=(("duckduckgo", "CAPTCHA"),))
    page = look_up(monkeypatch, phrase, engine)
    assert page.gaps == [["duckduckgo", "CAPTCHA"]]
    assert page.is_complete


def test_a_page_that_failed_half_way_is_not_complete_and_no_number(monkeypatch, phrase):
    engine = Engine(results("https://www.youtube.com/watch?v=1"), SourceError("Blocked.", "blocked"))
    page = look_up(monkeypatch, phrase, engine)
    assert page.rows.count() == 1, "what was read is kept to be looked at"
    assert not page.is_complete
    assert visibility.share(page).share is None
    assert visibility.share_of([page]).is_known is False


def test_a_lookup_that_failed_at_once_leaves_no_page(monkeypatch, phrase):
    run_scan(monkeypatch, phrase.workspace, Engine(SourceError("Blocked.", "blocked")), "results")
    assert not ResultPage.objects.exists()
    assert Fetch.objects.get().error == "Blocked."


def test_why_a_lookup_failed_is_said_beside_the_phrase(monkeypatch, phrase, client, alice):
    run_scan(
        monkeypatch,
        phrase.workspace,
        Engine(SourceError("%(host)s wants a key.", "needs_key", params={"host": "<b>"})),
        "results",
    )
    client.force_login(alice)
    for path in ("phrases/", f"phrases/{phrase.pk}/"):
        assert "&lt;b&gt; wants a key." in client.get(f"/w/{phrase.workspace.code}/{path}").content.decode()


def test_no_results_are_no_share_of_nothing(monkeypatch, phrase):
    page = look_up(monkeypatch, phrase, Engine([]))
    found = visibility.share(page)
    assert (page.is_complete, found.inspected, found.share) == (True, 0, None)


def test_storing_a_page_twice_changes_nothing(phrase):
    fetch = Fetch.objects.create(
        scan=Scan.objects.create(workspace=phrase.workspace, slot=NOW),
        source="searxng",
        capability="results",
        subject_id=phrase.pk,
    )
    page = Page(tuple(results("https://a.example/", "https://b.example/")), 2, {"rows": 2, "page": {"at": 1}})
    for _ in range(2):
        visibility.LookingUp().save(fetch, page)
    stored = ResultPage.objects.get()
    assert [row.rank for row in stored.rows.all()] == [1, 2]
    assert not stored.is_complete
    fetch.cursor = page.next
    for _ in range(2):
        visibility.LookingUp().save(fetch, Page(tuple(results("https://c.example/")), 1))
    stored.refresh_from_db()
    assert [row.rank for row in stored.rows.all()] == [1, 2, 3]
    assert (stored.inspected, stored.is_complete) == (3, True)


def test_every_lookup_is_a_page_of_its_own(monkeypatch, phrase):
    for _ in range(2):
        run_scan(monkeypatch, phrase.workspace, Engine(results("https://a.example/")), "results")
    assert ResultPage.objects.filter(phrase=phrase).count() == 2


def test_hostile_results_stay_text(monkeypatch, phrase):
    engine = Engine(
        [Result(1, "javascript:alert(1)"), Result(2, "https://a.example/<x>", "<b>\u202e\x00Hej", "y" * 900)]
    )
    row = look_up(monkeypatch, phrase, engine).rows.get()
    assert (row.url, row.title) == ("https://a.example/%3Cx%3E", "<b>Hej")
    assert len(row.excerpt) == 500


def test_without_an_engine_nothing_is_planned(phrase, settings):
    assert len(list(visibility.LookingUp().plan(Scan(workspace=phrase.workspace)))) == 1
    settings.SEARXNG_URL = ""
    assert list(visibility.LookingUp().plan(Scan(workspace=phrase.workspace))) == []


def test_another_workspaces_phrase_is_not_looked_up(phrase):
    fetch = Fetch(
        scan=Scan(workspace=make.make_workspace(name="Bergby")), subject_id=phrase.pk, source="searxng"
    )
    assert visibility.LookingUp().read(fetch, Engine(results("https://a.example/"))) == Page()
    assert visibility.LookingUp().save(fetch, Page(tuple(results("https://a.example/")))).found == 0


# Typing and correcting


def test_our_own_and_a_rivals_site_are_told_apart(monkeypatch, phrase):
    page = look_up(
        monkeypatch,
        phrase,
        Engine(
            results(
                "https://fjallvik.example/",
                "https://shop.bergby.example/",
                "https://www.reddit.com/r/x",
                "https://a.example/",
            )
        ),
    )
    assert [row.type for row in page.rows.all()] == ["own", "rival", "forum", "other"]
    assert [row.rule_text for row in page.rows.all()][:2] == [
        "fjallvik.example is our own site",
        "bergby.example is a rival's site",
    ]
    found = visibility.share(page)
    assert (found.conversations, found.inspected, found.share) == (1, 4, 0.25)
    assert found.by_type == {"own": 1, "rival": 1, "forum": 1, "other": 1}


def test_alices_correction_holds_for_every_page_of_her_workspace_and_no_other(phrase, alice):
    elsewhere = add_phrase(make.make_workspace(name="Bergby"), "kaffe")
    pages = [
        visibility.manual_page(one, "Google", "sv-SE", NOW, 1, "https://www.kaffe.example/a", alice)
        for one in (phrase, phrase, elsewhere)
    ]
    visibility.correct(phrase.workspace, pages[0].rows.get(), "blog", alice)
    assert [page.rows.get().type for page in pages] == ["blog", "blog", "other"]
    assert pages[1].rows.get().rule_text == "a person in this workspace said so of kaffe.example"
    later = visibility.manual_page(phrase, "Google", "sv-SE", NOW, 1, "https://kaffe.example/b", alice)
    assert later.rows.get().type == "blog"
    correction = SiteTypeCorrection.objects.get()
    assert (correction.domain, correction.corrected_by) == ("kaffe.example", alice)


def test_a_correction_can_be_corrected(phrase, alice):
    page = visibility.manual_page(phrase, "Google", "sv-SE", NOW, 1, "https://kaffe.example/a", alice)
    for kind in ("blog", "shop"):
        visibility.correct(phrase.workspace, page.rows.get(), kind, alice)
    assert SiteTypeCorrection.objects.get().type == page.rows.get().type == "shop"


def test_a_correction_can_be_taken_back(phrase, alice):
    page = visibility.manual_page(phrase, "Google", "sv-SE", NOW, 1, "https://kaffe.example/a", alice)
    visibility.correct(phrase.workspace, page.rows.get(), "blog", alice)
    visibility.forget_correction(phrase.workspace, page.rows.get())
    assert page.rows.get().type == "other"
    assert not SiteTypeCorrection.objects.exists()


def test_only_known_types_can_be_said(phrase, alice):
    page = visibility.manual_page(phrase, "Google", "sv-SE", NOW, 1, "https://kaffe.example/a", alice)
    with pytest.raises(ValueError):
        visibility.correct(phrase.workspace, page.rows.get(), "papyrus", alice)
    assert not SiteTypeCorrection.objects.exists()


# Entered by hand


def test_alice_enters_a_result_page(phrase, alice):
    text = "url,title,type\nhttps://www.youtube.com/watch?v=1,Film\nhttps://kaffe.example/,Annas,blog"
    page = visibility.manual_page(phrase, " Google ", "sv-SE", NOW, 2, text, alice)
    assert (page.origin, page.engine, page.entered_by, page.taken_at) == ("manual", "Google", alice, NOW)
    assert [(row.rank, row.type) for row in page.rows.all()] == [(1, "video"), (2, "blog")]
    assert page.rows.get(rank=2).rule_text == "the person who entered it said so"
    assert visibility.share(page).share == 1.0


def test_what_the_person_said_of_a_row_stands_until_its_site_is_corrected(phrase, alice):
    page = visibility.manual_page(
        phrase, "Google", "sv-SE", NOW, 1, "url,type\nhttps://kaffe.example/,blog", alice
    )
    visibility.retype(phrase.workspace)
    assert page.rows.get().type == "blog"
    visibility.correct(phrase.workspace, page.rows.get(), "shop", alice)
    assert page.rows.get().type == "shop"


@pytest.mark.parametrize(
    "n, text, message",
    [
        (1, "https://a.example/\nhttps://b.example/", visibility.FEWER),
        (10, "https://a.example/", visibility.MORE),
        (1, "kaffe", pasted.NO_ADDRESS),
        (1, "", pasted.EMPTY),
    ],
)
def test_a_wrong_page_is_told_in_words_and_not_stored(phrase, alice, n, text, message):
    with pytest.raises(pasted.Unreadable) as caught:
        visibility.manual_page(phrase, "Google", "sv-SE", NOW, n, text, alice)
    assert [one.message for one in caught.value.complaints] == [message]
    assert not ResultPage.objects.exists()
    assert not ResultRow.objects.exists()


def test_n_may_exceed_what_was_pasted_only_when_told(phrase, alice):
    page = visibility.manual_page(
        phrase, "Google", "sv-SE", NOW, 10, "https://www.reddit.com/r/x", alice, rest_is_other=True
    )
    found = visibility.share(page)
    assert (found.conversations, found.inspected, found.share) == (1, 10, 0.1)


def test_several_pages_together(phrase, alice):
    pages = [
        visibility.manual_page(phrase, "Google", "sv-SE", NOW, 1, "https://www.reddit.com/r/x", alice),
        visibility.manual_page(
            phrase, "Bing", "sv-SE", NOW, 3, "\n".join(f"https://{n}.example/" for n in "abc"), alice
        ),
    ]
    assert visibility.share_of(pages).share == 0.25
