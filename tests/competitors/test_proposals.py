"""What home page, Wikidata and Wikipedia know together is proposed once, with all that speaks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from competitors import setup
from competitors.models import Profile
from listening.models import SourceSetting
from listening.net import SourceError
from listening.sources import discovery, wikidata
from listening.types import Proposal
from teams.models import User, Workspace
from tests import make
from tests.competitors.outside import (
    ARTICLE,
    HOME,
    ITEM,
    ITEM_PAGE,
    Outside,
    address,
    said,
    seen_form,
    suggest,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    return Outside(monkeypatch)


@pytest.fixture
def alice() -> User:
    return make.make_user()


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return make.make_workspace(alice, language="sv")


def test_what_wikidata_names_is_proposed_with_the_item_as_proof(outside, workspace):
    outside.home = replace(HOME, proposals=())
    outside.items = (
        ITEM,
        said("wikipedia", "sv:Bergby Rosteri", ARTICLE.url, ARTICLE.label),
        said("link", "https://www.instagram.com/bergby"),
    )
    found = suggest(workspace, "bergby-rosteri.example")
    assert outside.searched == [("Bergby Rosteri", "bergby-rosteri.example", None)]
    assert outside.asked == [], "the item names the article, which is surer than a search by title"
    assert [(one.source, one.confident, one.proof_url) for one in found.proposals] == [
        ("site", True, ""),
        ("wikidata", True, ITEM_PAGE),
        ("wikipedia", True, ITEM_PAGE),
        ("link", True, ITEM_PAGE),
    ]
    assert found.aliases == (), "nobody calls the brand by the number of its item"


def test_a_profile_that_several_know_is_proposed_once_with_all_proofs(outside, workspace, client, alice):
    outside.items = (
        ITEM,
        said("mastodon", "@bergby@social.example", "https://social.example/@Bergby"),
        said("link", "https://youtube.com/@Bergby/", label="YouTube: @Bergby"),
        said("feeds", "http://www.bergby-rosteri.example/feed/"),
    )
    client.force_login(alice)
    page = client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"})
    says = (wikidata.SAYS, ITEM_PAGE)
    with translation.override("en"):
        assert [(one.found["source"], one.proofs) for one in page.context["proposals"]] == [
            ("site", [(setup.HOME_PAGE, "")]),
            ("feeds", [(discovery.LINKED, ""), says]),
            ("mastodon", [(discovery.OWNED, ""), says]),
            ("link", [says, (discovery.MENTIONED, "")]),  # the better proof first, and so it is ticked
            ("wikidata", [(wikidata.MATCHED, ITEM_PAGE)]),
            ("wikipedia", [(ARTICLE.proof, "")]),
        ]
    client.post(address("setup_own", workspace), seen_form(page))
    kept = Profile.objects.get(source="mastodon")
    with translation.override("en"):
        assert kept.proofs == [(discovery.OWNED, ""), says]
    assert Profile.objects.filter(source="link").count() == 1
    read = client.get(address("profile", workspace, kept.pk)).content.decode()
    assert f'href="{ITEM_PAGE}"' in read


def test_an_article_of_the_name_that_the_item_does_not_name_is_not_ticked(outside, workspace):
    outside.items = (ITEM,)
    found = suggest(workspace, "bergby-rosteri.example")
    assert [(one.source, one.confident) for one in found.proposals if one.source == "wikipedia"] == [
        ("wikipedia", False)
    ]


def test_the_item_that_the_home_page_names_needs_no_search(outside, workspace):
    named = Proposal("wikidata", "Q90000001", ITEM_PAGE, "Q90000001", discovery.LISTED)
    outside.home = replace(HOME, proposals=(named,))
    suggest(workspace, "bergby-rosteri.example")
    assert outside.searched == [("Bergby Rosteri", "bergby-rosteri.example", named)]


def test_when_wikidata_is_silent_the_rest_is_still_proposed(outside, workspace):
    outside.items = SourceError("Wikidata could not answer: %(reason)s", params={"reason": "lag"})
    found = suggest(workspace, "bergby-rosteri.example")
    assert [problem.message % problem.params for problem in found.problems] == [
        "Wikidata could not answer: lag"
    ]
    assert [one.source for one in found.proposals] == ["site", "feeds", "mastodon", "link", "wikipedia"]


def test_who_does_not_listen_to_wikidata_does_not_ask_it(outside, workspace):
    SourceSetting.objects.create(workspace=workspace, source="wikidata", enabled=False)
    suggest(workspace, "bergby-rosteri.example")
    assert outside.searched == []


def test_of_too_many_the_surest_are_kept(outside, workspace):
    many = [
        Proposal("link", f"https://x.com/b{n}", f"https://x.com/b{n}", f"X: b{n}", "", n % 2 == 0)
        for n in range(100)
    ]
    outside.home = replace(HOME, proposals=tuple(many))
    found = suggest(workspace, "bergby-rosteri.example").proposals
    assert len(found) == setup.MOST_PROPOSALS
    assert sum(one.confident for one in found) == 50 + 2, "with the home page and the article"


def test_proposals_stand_by_place_with_what_is_ticked_first(outside, workspace, alice, client):
    more = (
        Proposal("feeds", "https://bergby.example/c", "https://bergby.example/c", "Comments", "", False),
        *HOME.proposals,
        said("link", "https://www.instagram.com/bergby", label="Instagram: bergby"),
    )
    outside.home = replace(HOME, proposals=more)
    client.force_login(alice)
    page = client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"})
    with translation.override("en"):
        places = [
            (place, [form.found["label"] for form in group])
            for place, group in page.context["proposals"].by_place()
        ]
    assert [labels for _, labels in places] == [
        ["Bergby Rosteri – kaffe sedan 1912"],
        ["Nytt", "Comments"],
        ["@bergby@social.example"],
        ["Bergby Rosteri (sv.wikipedia.org)"],
        ["Instagram: bergby", "YouTube: @bergby"],
    ]
