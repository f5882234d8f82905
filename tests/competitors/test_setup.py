"""Naming brands: what the outside tells is proposed, a person ticks, and everything works by hand, too."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from competitors import setup
from competitors.models import Profile
from competitors.observe import save_readings
from competitors.setup import Ticked, confirm, propose
from listening.models import Brand, FeedSubscription, Industry, Search
from listening.net import Busy, SourceError
from listening.sources import discovery
from listening.types import Proposal, Reading
from teams.models import AuditEntry, User, Workspace
from tests import make
from tests.competitors.outside import CLIENT, HOME, Outside, address, seen_form, suggest

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


# What is proposed


@pytest.mark.parametrize(
    "text, domain, page",
    [
        ("bergby.example", "bergby.example", "bergby.example"),
        (" WWW.Bergby.example/ ", "www.bergby.example", "www.bergby.example"),
        ("bergby.example/kaffe", "bergby.example", "https://bergby.example/kaffe"),
        ("http://bergby.example/feed.xml", "bergby.example", "http://bergby.example/feed.xml"),
        ("kaffekälla.example", "kaffekälla.example", "kaffekälla.example"),
        ("Bergby Rosteri", "", ""),
        ("Bergby", "", ""),
        ("St. Bergby", "", ""),
        ("ftp://bergby.example", "", ""),
    ],
)
def test_a_domain_is_told_from_a_name(text, domain, page):
    assert setup.split_domain(text) == (domain, page)


def test_a_domain_gives_name_site_feeds_profiles_and_article(outside, workspace):
    found = suggest(workspace, "bergby-rosteri.example")
    assert outside.looked == ["bergby-rosteri.example"]
    assert outside.asked == [("Bergby Rosteri", ("sv", "en"))]
    assert (found.name, found.domain, found.problems) == ("Bergby Rosteri", "bergby-rosteri.example", ())
    assert [one.source for one in found.proposals] == ["site", "feeds", "mastodon", "link", "wikipedia"]
    assert found.proposals[0].url == HOME.url
    assert found.aliases == ("bergby",), "the name it goes by elsewhere"
    assert found.tags == ("bergbyrosteri", "bergby")


def test_what_could_never_be_added_is_not_proposed(client, outside, workspace, alice):
    private = [
        ("feeds", "http://10.0.0.1/feed", "http://10.0.0.1/feed"),
        ("feeds", "https://bergby.example:8443/feed", "https://bergby.example:8443/feed"),
        ("mastodon", "@intern@127.0.0.1", "https://127.0.0.1/@intern"),
        ("link", "http://bergby.local/", "http://bergby.local/"),
    ]
    linked = tuple(Proposal(*one, "", discovery.LINKED) for one in private)
    outside.home = replace(HOME, proposals=(*linked, *HOME.proposals))
    found = suggest(workspace, "bergby-rosteri.example")
    assert [one.source for one in found.proposals] == ["site", "feeds", "mastodon", "link", "wikipedia"]
    assert not {one.url for one in found.proposals} & {url for _, _, url in private}
    assert "intern" not in found.tags
    client.force_login(alice)
    page = client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"})
    everything = seen_form(page) | {one["tick"].html_name: "on" for one in page.context["proposals"]}
    assert client.post(address("setup_own", workspace), everything).status_code == 302
    assert Profile.objects.count() == 5


def test_a_name_asks_wikipedia_only(outside, workspace):
    found = suggest(workspace, "Bergby Rosteri")
    assert outside.looked == []
    assert [one.source for one in found.proposals] == ["wikipedia"]


def test_a_home_page_that_cannot_be_reached_is_said_and_the_rest_still_proposed(outside, workspace):
    outside.home = SourceError("%(host)s was silent.", params={"host": "bergby-rosteri.example"})
    found = suggest(workspace, "bergby-rosteri.example")
    assert [problem.message % problem.params for problem in found.problems] == [
        "bergby-rosteri.example was silent."
    ]
    assert found.name == "Bergby Rosteri"
    assert [one.source for one in found.proposals] == ["wikipedia"]


def test_when_nothing_can_be_reached_the_form_still_has_a_name(outside, workspace):
    outside.home, outside.articles = Busy("bergby.example", 3), SourceError("Silent.")
    found = suggest(workspace, "bergby.example")
    assert (found.name, found.domain, found.proposals) == ("Bergby", "bergby.example", ())
    assert len(found.problems) == 2


def test_no_article_is_proposed_as_the_absence_that_it_is(outside, workspace):
    outside.articles = ()
    found = suggest(workspace, "Bergby & Söner")
    assert [(one.source, one.handle, one.proof) for one in found.proposals] == [
        ("wikipedia", "sv:Bergby & Söner", setup.NO_ARTICLE)
    ]
    assert found.proposals[0].url == "https://sv.wikipedia.org/wiki/Bergby_%26_S%C3%B6ner"


def test_wikipedia_that_was_not_reached_proves_no_absence(outside, workspace):
    outside.articles = SourceError("Silent.")
    assert suggest(workspace, "Bergby").proposals == ()


def test_what_is_asked_for_a_person_ends_in_time(monkeypatch, workspace):
    clock = [0.0]
    monkeypatch.setattr("competitors.setup.time.monotonic", lambda: clock[0])
    given: list[float] = []

    class Slow:
        settings = CLIENT.settings

        def get(self, url: str, *, deadline: float, **kwargs: Any) -> Any:
            given.append(deadline)
            clock[0] += deadline
            raise SourceError("%(host)s was silent.", params={"host": url})

    found = propose(workspace, "bergby.example", Slow())  # type: ignore[arg-type]  # only get() is asked
    assert sum(given) == setup.LONGEST_LOOK
    assert len(found.problems) == 3, "the home page was silent, and nobody else was asked any more"
    assert found.problems[1].message == setup.TOO_SLOW
    assert found.name == "Bergby"


# What comes of it


def test_a_confirmed_brand_has_profiles_feeds_searches_and_a_phrase(workspace, alice):
    ticked = [
        Ticked(
            "site",
            "https://fjallvik.example/",
            "https://fjallvik.example/",
            "Fjällvik",
            "proof",
            read_at=setup_time(),
        ),
        Ticked("feeds", "https://fjallvik.example/feed", "https://fjallvik.example/feed", "Nytt"),
        Ticked("mastodon", "@fjallvik@social.example", "https://social.example/@fjallvik"),
    ]
    brand = confirm(
        workspace,
        kind=Brand.Kind.OWN,
        name="Fjällvik Kaffe",
        aliases=["fjällvik", "Fjällvik", " "],
        tags=["#fjällvik"],
        domain="WWW.fjallvik.example",
        ticked=ticked,
        user=alice,
    )
    assert (brand.aliases, brand.tags, brand.domain) == (["fjällvik"], ["fjällvik"], "www.fjallvik.example")
    assert sorted(brand.profiles.values_list("source", flat=True)) == ["feeds", "mastodon", "site"]
    assert FeedSubscription.objects.get(workspace=workspace).feed.url == "https://fjallvik.example/feed"
    assert set(brand.searches.values_list("form", flat=True)) == {"keyword", "tag"}
    assert [(one.text, one.market, one.brand) for one in workspace.phrases.all()] == [
        ("Fjällvik Kaffe", "sv-SE", brand)
    ]
    reading = Profile.objects.get(source="site").observations.get()
    assert (reading.metric, reading.value, reading.taken_at) == ("exists", 1, setup_time())
    assert AuditEntry.objects.get(verb="brand.added").user == alice


def setup_time() -> datetime:
    return datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_rivals_are_searched_by_the_same_template_but_not_looked_up(workspace):
    own = confirm(
        workspace, kind=Brand.Kind.OWN, name="Fjällvik Kaffe", aliases=["fjällvik"], domain="fjallvik.example"
    )
    rival = confirm(
        workspace,
        kind=Brand.Kind.COMPETITOR,
        name="Bergby Kaffe",
        aliases=["bergby"],
        domain="bergby.example",
    )
    texts = {
        brand: {search.form: search.current.text for search in brand.searches.prefetch_related("versions")}
        for brand in (own, rival)
    }
    for form, text in texts[own].items():
        assert text.lower().replace("fjällvik", "x").replace("fjallvik", "x") == texts[rival][
            form
        ].lower().replace("bergby", "x")
    assert workspace.phrases.count() == 1


def test_a_feed_that_is_never_fetched_makes_no_brand(workspace):
    with pytest.raises(SourceError):
        confirm(
            workspace,
            kind=Brand.Kind.OWN,
            name="Fjällvik",
            ticked=[Ticked("feeds", "http://127.0.0.1/feed", "http://127.0.0.1/feed")],
        )
    assert not Brand.objects.exists()


def test_the_industry_gets_searches_and_phrases_and_can_be_edited(workspace):
    setup.save_industry(workspace, ["kaffebönor", "snabbkaffe"], ["kaffe"])
    setup.save_industry(workspace, ["kaffebönor"], ["kaffe"])
    assert Industry.objects.get(workspace=workspace).terms == ["kaffebönor"]
    assert Search.objects.filter(workspace=workspace, subject="industry").count() == 2
    assert list(workspace.phrases.values_list("text", flat=True)) == ["kaffebönor", "snabbkaffe"]


def test_an_edited_brand_keeps_the_wording_of_its_searches(workspace):
    brand = confirm(workspace, kind=Brand.Kind.OWN, name="Fjällvik")
    before = brand.searches.get(form="keyword").current.text
    brand.aliases = ["fjv"]
    setup.save_brand(brand)
    assert brand.searches.get(form="keyword").current.text == before


# The pages


def test_alice_types_a_domain_ticks_and_has_a_brand(client, outside, workspace, alice):
    client.force_login(alice)
    page = client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"})
    assert page.status_code == 200
    assert "the home page names this feed" in page.content.decode() or workspace.language == "sv"
    saved = client.post(address("setup_own", workspace), seen_form(page))
    assert saved.status_code == 302
    brand = Brand.objects.get(workspace=workspace)
    assert (brand.name, brand.kind, brand.domain) == ("Bergby Rosteri", "own", "bergby-rosteri.example")
    assert sorted(brand.profiles.values_list("source", flat=True)) == [
        "feeds",
        "mastodon",
        "site",
        "wikipedia",
    ]
    assert set(brand.profiles.values_list("origin", flat=True)) == {"proposed"}
    assert brand.profiles.get(source="site").observations.exists()


def test_what_alice_unticks_or_changes_is_taken_as_she_says(client, outside, workspace, alice):
    client.force_login(alice)
    data = seen_form(client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"}))
    data["name"] = "Bergby"
    data["p-2-handle"] = "https://other.example/@bergby"
    del data["p-1-tick"]
    client.post(address("setup_own", workspace), data)
    brand = Brand.objects.get(workspace=workspace)
    assert brand.name == "Bergby"
    assert not brand.profiles.filter(source="feeds").exists()
    changed = brand.profiles.get(source="mastodon")
    assert (changed.handle, changed.origin, changed.proof) == ("@bergby@other.example", "manual", "")


def test_a_forged_proposal_is_refused_in_words(client, outside, workspace, alice):
    client.force_login(alice)
    data = seen_form(client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"}))
    data["p-0-seal"] = data["p-0-seal"][:-3] + "abc"
    answer = client.post(address("setup_own", workspace), data)
    assert answer.status_code == 422
    assert not Brand.objects.exists()


@pytest.mark.parametrize("name", ["handle", "domain", "name"])
def test_wrong_values_come_back_in_words(client, outside, workspace, alice, name):
    client.force_login(alice)
    make.make_rival(workspace, "Granby")
    data = seen_form(client.post(address("setup_own", workspace), {"text": "bergby-rosteri.example"}))
    data |= {
        "handle": {"p-2-handle": "nobody"},
        "domain": {"domain": "not a domain"},
        "name": {"name": "granby"},
    }[name]
    answer = client.post(address("setup_own", workspace), data)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert Brand.objects.count() == 1


def test_when_the_outside_is_silent_alice_goes_on_by_hand(client, outside, workspace, alice):
    outside.home = SourceError("%(host)s was silent.", params={"host": "<b>bergby.example"})
    outside.articles = SourceError("Wikipedia was silent.")
    client.force_login(alice)
    page = client.post(address("setup_own", workspace), {"text": "bergby.example"})
    text = page.content.decode()
    assert "&lt;b&gt;bergby.example was silent." in text and "Wikipedia was silent." in text
    client.post(address("setup_own", workspace), seen_form(page) | {"name": "Bergby"})
    assert Brand.objects.get(workspace=workspace).name == "Bergby"


def test_without_looking_at_all_a_brand_can_be_written_by_hand(client, outside, workspace, alice):
    client.force_login(alice)
    page = client.get(address("setup_own", workspace) + "?by-hand=1")
    client.post(
        address("setup_own", workspace), seen_form(page) | {"name": "Fjällvik", "tags": "fjällvik, kaffe"}
    )
    assert Brand.objects.get(workspace=workspace).tags == ["fjällvik", "kaffe"]
    assert outside.looked == []


def test_there_is_one_brand_of_our_own(client, outside, workspace, alice):
    make.make_brand(workspace)
    client.force_login(alice)
    client.post(
        address("setup_own", workspace),
        {"confirm": "1", "name": "Second", "p-TOTAL_FORMS": 0, "p-INITIAL_FORMS": 0},
    )
    assert Brand.objects.filter(workspace=workspace).count() == 1


def test_the_setup_is_resumed_where_it_was_left(client, outside, workspace, alice):
    client.force_login(alice)

    def resumed() -> str:
        return client.get(address("setup", workspace)).url

    assert resumed() == address("setup_own", workspace)
    confirm(workspace, kind=Brand.Kind.OWN, name="Fjällvik")
    confirm(workspace, kind=Brand.Kind.COMPETITOR, name="Bergby")
    assert resumed() == address("setup_rivals", workspace)
    confirm(workspace, kind=Brand.Kind.COMPETITOR, name="Granby")
    assert resumed() == address("setup_industry", workspace)
    answer = client.post(address("setup_industry", workspace), {"terms": "kaffe, bönor", "tags": ""})
    assert answer.url == resumed() == address("setup_done", workspace)
    page = client.get(address("setup_done", workspace)).content.decode()
    assert reverse("listening:scan_now", args=[workspace.code]) in page


def test_a_handle_of_a_colleague_is_added_by_hand(client, workspace, alice):
    client.force_login(alice)
    brand = make.make_brand(workspace)
    answer = client.post(
        address("add_profile", workspace, brand.pk),
        {"source": "mastodon", "handle": "https://Social.example/@Anna", "label": "Anna"},
    )
    assert answer.status_code == 302
    profile = brand.profiles.get()
    assert (profile.handle, profile.url, str(profile), profile.origin) == (
        "@Anna@social.example",
        "https://social.example/@Anna",
        "Anna",
        "manual",
    )


@pytest.mark.parametrize(
    "written",
    ["q42", " Q42 ", "https://www.wikidata.org/wiki/Q42#P856", "http://www.wikidata.org/entity/Q42"],
)
def test_an_item_of_wikidata_is_added_by_its_id_or_address(client, workspace, alice, written):
    client.force_login(alice)
    brand = make.make_brand(workspace)
    client.post(address("add_profile", workspace, brand.pk), {"source": "wikidata", "handle": written})
    profile = brand.profiles.get()
    assert (profile.handle, profile.url) == ("Q42", "https://www.wikidata.org/wiki/Q42")


def test_followers_that_somebody_wrote_down_are_shown_with_their_day(client, workspace, alice):
    client.force_login(alice)
    brand = make.make_brand(workspace)
    item = setup.add_profile(brand, Ticked("wikidata", "Q42", "https://www.wikidata.org/wiki/Q42"))
    on = datetime(2024, 3, 2, tzinfo=UTC)
    readings = [Reading("exists", 1), Reading("followers_x", 12345, on=on)]
    save_readings(item, readings, datetime(2026, 11, 20, 8, tzinfo=UTC))
    page = client.get(address("place", workspace, brand.pk, "wikidata")).content.decode()
    assert re.search(r"followers on X, .*12,345</span> <span [^>]+>2 Mar 2024</span>", page)


@pytest.mark.parametrize(
    "source, written",
    [
        ("mastodon", "anna"),
        ("wikipedia", "Kaffe"),
        ("wikidata", "Kaffe"),
        ("wikidata", "https://www.wikidata.org/wiki/Property:P856"),
        ("feeds", "http://10.0.0.1/feed"),
        ("site", "kaffe"),
        ("nowhere", "x"),
    ],
)
def test_a_wrong_handle_is_told_in_words(client, workspace, alice, source, written):
    client.force_login(alice)
    brand = make.make_brand(workspace)
    answer = client.post(address("add_profile", workspace, brand.pk), {"source": source, "handle": written})
    assert answer.status_code == 422
    assert not brand.profiles.exists()


def test_removing_a_brand_takes_its_profiles_and_searches(client, workspace, alice):
    client.force_login(alice)
    brand = confirm(workspace, kind=Brand.Kind.OWN, name="Fjällvik")
    client.post(address("remove_brand", workspace, brand.pk))
    assert not Search.objects.exists() and not Brand.objects.exists()
