"""On the recorded web: what is proposed, observed and looked up is what its server says is true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from competitors import observe, queries, setup, visibility
from competitors.models import ResultPage
from competitors.setup import Ticked
from listening import door, scan, schedule
from listening.models import Brand, Search
from listening.query import Document
from listening.sources import discovery, wikidata
from teams.models import Workspace
from tests import make, scanning
from tests.recorded import SEARXNG, RecordedWeb

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture(scope="module")
def web() -> Iterator[RecordedWeb]:
    with RecordedWeb("airlines") as running:
        yield running


@pytest.fixture
def workspace(web: RecordedWeb, monkeypatch: pytest.MonkeyPatch, settings) -> Workspace:
    settings.SEARXNG_URL = SEARXNG
    monkeypatch.setattr(door, "client", web.client)
    return make.make_workspace()


def name_all(workspace: Workspace, web: RecordedWeb) -> dict[str, Brand]:
    """Every brand of the world that has a home page, as a person would name it: look, keep the ticks."""
    named = {}
    for brand in web.brands():
        found = setup.propose(workspace, brand["domain"], web.client())
        assert found.problems == ()
        ticked = [
            Ticked(one.source, one.handle, one.url, one.label, one.proof, read_at=schedule.now())
            for one in found.proposals
            if one.confident
        ]
        named[brand["id"]] = setup.confirm(
            workspace,
            kind=Brand.Kind.OWN if brand.get("own") else Brand.Kind.COMPETITOR,
            name=found.name,
            aliases=found.aliases,
            tags=found.tags,
            domain=found.domain,
            ticked=ticked,
        )
    return named


def test_the_home_page_leads_to_name_feed_profile_and_article(workspace, web):
    for brand in web.brands():
        found = setup.propose(workspace, brand["domain"], web.client())
        handles = {(one.source, one.handle) for one in found.proposals if one.confident}
        assert found.name == brand["name"]
        assert ("site", f"https://{brand['domain']}/") in handles
        assert ("wikidata", brand["wikidata"]) in handles
        assert len({(one.source, one.handle) for one in found.proposals}) == len(found.proposals)
        if brand.get("mastodon"):
            assert ("mastodon", brand["mastodon"]) in handles
            account = next(one for one in found.proposals if one.source == "mastodon")
            assert (account.proof, account.more[-1][0]) == (discovery.OWNED, wikidata.SAYS)
        if brand.get("feed"):
            assert ("feeds", f"https://{brand['domain']}{brand['feed']['path']}") in handles
        if "en" in (brand.get("wikipedia") or {}):
            assert ("wikipedia", f"en:{brand['wikipedia']['en']['title']}") in handles


def test_a_name_leads_to_the_article(workspace, web):
    for brand in web.brands():
        if "en" in (brand.get("wikipedia") or {}):
            (found,) = [
                one
                for one in setup.propose(workspace, brand["name"], web.client()).proposals
                if one.confident
            ]
            assert found.handle == f"en:{brand['wikipedia']['en']['title']}"


def test_a_domain_that_nobody_serves_is_said_in_words(workspace, web):
    found = setup.propose(workspace, "nobody-here.example", web.client())
    assert found.name == "Nobody Here"
    assert len(found.problems) == 1
    assert "nobody-here.example" in found.problems[0].message % found.problems[0].params


def test_the_proposed_query_keeps_what_the_truth_counts(workspace, web):
    named = name_all(workspace, web)
    for brand in web.brands():
        search = named[brand["id"]].searches.prefetch_related("versions").get(form=Search.Form.KEYWORD)
        query = search.current.as_query()
        terms = [f"Something about {term} today" for term in brand["terms"]]
        missed = [text for text in terms if not query.matches(Document(title="", text=text))]
        assert missed == [], (brand["name"], search.current.text)


def test_presence_is_what_the_server_says_is_true(workspace, web, settings):
    settings.FETCH_HANDLERS = {"observe": "competitors.observe.Observing"}
    named = name_all(workspace, web)
    scanning.run(scan.start(workspace, schedule.now()), client=web.client())
    truth, matrix = web.presence(), queries.presence(workspace)
    compared = 0
    for brand in web.brands():
        cells = {
            one.place.name: one.cell
            for one in next(cells for one, cells in matrix.rows if one == named[brand["id"]])
        }
        assert cells["site"].state == "yes"
        assert all(cell.on and cell.url for cell in cells.values() if cell.state == "yes")
        if brand.get("mastodon"):
            assert cells["mastodon"].readings["followers"].value == truth[brand["id"]]["mastodon"]
            compared += 1
        else:
            assert cells["mastodon"].state == "unknown", "nobody proved that there is none"
        assert cells["wikidata"].readings["languages"].value == len(brand["wikipedia"])
        if "en" in (brand.get("wikipedia") or {}):
            assert cells["wikipedia"].readings["length"].value == brand["wikipedia"]["en"]["length"]
            assert cells["wikipedia"].readings["views_30d"].value
    assert compared >= 2
    own = next(brand for brand in web.brands() if brand.get("own"))
    assert own["mastodon"].lower() in observe.handles(workspace, named[own["id"]])["mastodon"]


def test_a_lookup_has_as_many_conversations_as_the_truth(workspace, web, settings):
    settings.FETCH_HANDLERS = {"results": "competitors.visibility.LookingUp"}
    for text in ("airline", "united airlines"):
        setup.add_phrase(workspace, text)
    scanning.run(scan.start(workspace, schedule.now()), client=web.client())
    pages = list(ResultPage.objects.select_related("phrase"))
    assert len(pages) == 2
    for page in pages:
        truth = web.get("/_truth/share", q=page.phrase.text, n=page.inspected)
        counted = truth["classes"]
        found = visibility.share(page)
        assert found.inspected == truth["results"]
        assert found.conversations == sum(counted.get(kind, 0) for kind in visibility.CONVERSATIONS), truth
