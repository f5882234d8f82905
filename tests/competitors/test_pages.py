"""Every page of the room opens for members, refuses changes by viewers, and hides from strangers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from competitors import compare, visibility
from competitors.models import Observation, Phrase, Profile, ResultPage, ResultRow, SiteTypeCorrection
from competitors.setup import Ticked, add_phrase, add_profile, confirm
from listening.models import Brand, FeedSubscription, Search
from teams.models import Role, User, Workspace
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def alice() -> User:
    return make.make_user("Alice")


@pytest.fixture
def bob() -> User:
    return make.make_user("Bob")


@pytest.fixture
def charlie() -> User:
    return make.make_user("Charlie")


@pytest.fixture
def workspace(alice: User, bob: User) -> Workspace:
    """Fjällvik against Bergby, with a profile, a reading, a phrase and a result page."""
    found = make.make_workspace(alice)
    make.make_member(found, bob, Role.VIEWER)
    own = confirm(
        found, kind=Brand.Kind.OWN, name="Fjällvik", domain="www.fjallvik.example", tags=["fjällvik"]
    )
    confirm(found, kind=Brand.Kind.COMPETITOR, name="Bergby", domain="bergby.example")
    handle = "@fjallvik@social.example"
    profile = add_profile(own, Ticked("mastodon", handle, "https://social.example/@fjallvik", handle))
    Observation.objects.create(
        profile=profile, metric="followers", on=NOW.date(), value=410, taken_at=NOW, url=profile.url
    )
    phrase = add_phrase(found, "bästa kaffet", own)
    visibility.manual_page(
        phrase, "Google", "sv-SE", NOW, 2, "https://a.example/\nhttps://www.youtube.com/watch?v=1", alice
    )
    return found


def addresses(workspace: Workspace) -> dict[str, str]:
    """Every page that only reads, by name."""
    own = Brand.objects.get(workspace=workspace, kind=Brand.Kind.OWN)
    names = {
        "brands": (),
        "brand": (own.pk,),
        "profiles": (),
        "profile": (Profile.objects.get(workspace=workspace).pk,),
        "rivals": (),
        "voice": (own.pk,),
        "place": (own.pk, "mastodon"),
        "phrases": (),
        "phrase": (Phrase.objects.filter(workspace=workspace).first().pk,),
        "result_page": (ResultPage.objects.get(phrase__workspace=workspace).pk,),
    }
    return {
        name: reverse(f"competitors:{name}", args=[workspace.code, *args]) for name, args in names.items()
    }


def test_alice_and_bob_read_every_page_and_charlie_none(client, workspace, alice, bob, charlie):
    for name, address in addresses(workspace).items():
        for person, status in ((alice, 200), (bob, 200), (charlie, 404)):
            client.force_login(person)
            assert client.get(address).status_code == status, (name, person)


def test_setup_pages_open_for_alice_only(client, workspace, alice, bob, charlie):
    for name in ("setup", "setup_own", "setup_rivals", "setup_industry", "setup_done"):
        address = reverse(f"competitors:{name}", args=[workspace.code])
        for person, statuses in ((alice, (200, 302)), (bob, (403,)), (charlie, (404,))):
            client.force_login(person)
            assert client.get(address).status_code in statuses, (name, person)


def changes(workspace: Workspace) -> dict[str, tuple[str, dict[str, str]]]:
    """By name every address that changes something, with a body that alice could send."""
    own = Brand.objects.get(workspace=workspace, kind=Brand.Kind.OWN)
    phrase, page = Phrase.objects.get(text="bästa kaffet"), ResultPage.objects.get()
    profile, row = Profile.objects.get(), ResultRow.objects.filter(page=page).first()
    bodies: dict[str, tuple[tuple[object, ...], dict[str, str]]] = {
        "setup_own": ((), {"text": "Bergby"}),
        "setup_rivals": ((), {"text": "Bergby"}),
        "setup_industry": ((), {"terms": "kaffe"}),
        "brand": ((own.pk,), {"name": "Changed"}),
        "add_profile": ((own.pk,), {"source": "hackernews", "handle": "fjallvik"}),
        "remove_brand": ((own.pk,), {}),
        "remove_profile": ((profile.pk,), {}),
        "place_by_hand": (
            (own.pk, "wikipedia"),
            {"there": "no", "url": "https://a.example", "on": "2026-11-01"},
        ),
        "phrases": ((), {"text": "espresso", "market": "sv-SE", "depth": "30"}),
        "manual_page": ((phrase.pk,), {"text": "https://a.example"}),
        "remove_phrase": ((phrase.pk,), {}),
        "remove_result_page": ((page.pk,), {}),
        "correct_row": ((page.pk, row.pk), {"type": "shop"}),
    }
    return {
        name: (reverse(f"competitors:{name}", args=[workspace.code, *args]), body)
        for name, (args, body) in bodies.items()
    }


def everything() -> list[object]:
    kinds = (
        Brand,
        Search,
        Phrase,
        Profile,
        Observation,
        ResultPage,
        ResultRow,
        SiteTypeCorrection,
        FeedSubscription,
    )
    return [sorted(kind.objects.values_list()) for kind in kinds]


def test_bob_and_charlie_change_nothing(client, workspace, bob, charlie):
    before = repr(everything())
    for name, (address, body) in changes(workspace).items():
        for person, status in ((bob, 403), (charlie, 404)):
            client.force_login(person)
            assert client.post(address, body).status_code == status, (name, person)
    assert repr(everything()) == before


def test_an_anonymous_visitor_is_sent_to_log_in(client, workspace):
    answers = [client.get(address) for address in addresses(workspace).values()]
    answers += [client.post(address, body) for address, body in changes(workspace).values()]
    assert all(answer.status_code == 302 and "/accounts/" in answer.url for answer in answers)


def test_what_changes_something_is_no_link(client, workspace, alice):
    client.force_login(alice)
    found = changes(workspace)
    for name in found:
        if name.startswith(("remove_", "add_", "correct_")) or name == "place_by_hand":
            assert client.get(found[name][0]).status_code == 405, name


def test_another_workspaces_rows_are_not_found(client, workspace, alice):
    mine = make.make_workspace(alice, name="Mine")
    make.make_brand(mine)
    client.force_login(alice)
    asked = {**{name: (url, {}) for name, url in addresses(workspace).items()}, **changes(workspace)}
    before = repr(everything())
    for name, (address, body) in asked.items():
        if any(part.isdigit() for part in address.split("/")):
            foreign = address.replace(str(workspace.code), str(mine.code))
            assert client.get(foreign).status_code in (404, 405), name
            assert client.post(foreign, body).status_code in (404, 405), name
    assert repr(everything()) == before


def test_alice_corrects_a_type_in_place(client, workspace, alice):
    client.force_login(alice)
    row = ResultRow.objects.get(rank=1)
    address = reverse("competitors:correct_row", args=[workspace.code, row.page_id, row.pk])
    answer = client.post(address, {"type": "blog"}, headers={"HX-Request": "true", "HX-Target": "results"})
    text = answer.content.decode()
    assert "<html" not in text
    assert "<strong>2</strong>" in text, "the video and now the blog"
    assert client.post(address, {"type": "papyrus"}).status_code == 400
    client.post(address, {"type": "rule"})
    row.refresh_from_db()
    assert row.type == "other"


def test_alice_enters_a_page_by_hand_and_is_told_what_is_wrong(client, workspace, alice):
    client.force_login(alice)
    phrase = Phrase.objects.get(text="bästa kaffet")
    address = reverse("competitors:manual_page", args=[workspace.code, phrase.pk])
    body = {"engine": "Google", "market": "sv-se", "taken_at": "2026-11-20T09:00", "n": "2"}
    answer = client.post(address, body | {"text": "https://a.example/\n<script>alert(1)</script>"})
    assert answer.status_code == 422
    assert "Line 2" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    saved = client.post(address, body | {"text": "https://a.example/\nhttps://blog.b.example/"})
    page = ResultPage.objects.get(pk=int(saved.url.rstrip("/").rpartition("/")[2]))
    assert (page.market, page.inspected, page.entered_by) == ("sv-SE", 2, alice)
    assert page.taken_at == datetime(2026, 11, 20, 8, tzinfo=UTC), "09:00 in Stockholm"
    assert "of the first 2 results" in client.get(saved.url).content.decode()


def test_hostile_names_stay_text_everywhere(client, workspace, alice):
    client.force_login(alice)
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}%(x)s"
    Brand.objects.filter(workspace=workspace).exclude(kind="own").update(name=hostile[:80])
    Phrase.objects.filter(text="bästa kaffet").update(text=hostile)
    Profile.objects.update(label=hostile, proof="")
    for address in addresses(workspace).values():
        text = client.get(address).content.decode()
        assert "<script>alert" not in text, address
    assert "&lt;script&gt;alert" in client.get(addresses(workspace)["rivals"]).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "since=x&until=y",
        "days=1000",
        "since=2030-01-01",
        "since=2026-11-20&until=2026-11-01",
        "since=0001-01-01",
        "until=0001-01-01",
        "since=9999-12-31&until=9999-12-31",
        "days=²",
    ],
)
def test_a_strange_period_shows_something_sensible(client, workspace, alice, query):
    client.force_login(alice)
    assert client.get(addresses(workspace)["rivals"] + "?" + query).status_code == 200


@pytest.mark.parametrize("taken_at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_result_page_of_an_impossible_time_is_refused(client, workspace, alice, taken_at):
    client.force_login(alice)
    address = reverse("competitors:manual_page", args=[workspace.code, Phrase.objects.first().pk])
    body = {"engine": "Google", "market": "sv-se", "taken_at": taken_at, "n": "2", "text": "a.example"}
    assert client.post(address, body).status_code == 422
    assert ResultPage.objects.count() == 1


@pytest.mark.parametrize(
    "text, shown",
    [
        ("2026-11-12", "latest post</span> 12 Nov 2026"),
        ("2026-11-12T08:00:00+00:00", ">12 Nov 2026</time>"),
        ("9999-12-31T23:59:59+00:00", "latest post</span> 9999"),
        ("0001-01-01T00:00:00+00:00", "latest post</span> 0001"),
        ("20261112", "latest post</span> 20261112"),
    ],
)
def test_a_fact_that_is_a_date_reads_as_one(client, workspace, alice, text, shown):
    client.force_login(alice)
    profile = Profile.objects.get()
    Observation.objects.create(profile=profile, metric="last_post", on=NOW.date(), text=text, taken_at=NOW)
    assert shown in client.get(addresses(workspace)["rivals"]).content.decode()
    for name in ("place", "profile", "profiles"):
        page = client.get(addresses(workspace)[name]).content.decode()
        assert shown.rpartition(">")[2].strip() in page or "12 Nov 2026" in page, name


def test_without_data_one_sentence_says_what_to_do(client, workspace, alice, bob):
    client.force_login(alice)
    text = client.get(addresses(workspace)["rivals"]).content.decode()
    assert "of the three measures" not in text, "nothing is known, so nobody is said not to lead"
    assert text.count("Nothing to compare yet") == 1 and "By keyword" not in text
    assert reverse("listening:scan_now", args=[workspace.code]) in text
    assert text.count("No profile is known here.") == text.count('title="No profile is known here.') > 1
    assert "no profile known" in text
    Brand.objects.filter(workspace=workspace, kind=Brand.Kind.COMPETITOR).delete()
    text = client.get(addresses(workspace)["rivals"]).content.decode()
    assert "No rival yet" in text and "Nothing to compare yet" not in text
    empty = text.partition("No rival yet")[2]
    assert reverse("competitors:setup_rivals", args=[workspace.code]) in empty
    client.force_login(bob)
    text = client.get(addresses(workspace)["rivals"]).content.decode()
    assert "No rival yet" in text
    assert reverse("competitors:setup_rivals", args=[workspace.code]) not in text


@pytest.mark.parametrize("engine", ["", "http://searx.example"])
def test_phrases_lead_to_what_can_look_them_up(client, workspace, alice, settings, engine):
    settings.SEARXNG_URL = engine
    client.force_login(alice)
    text = client.get(addresses(workspace)["phrases"]).content.decode()
    paste = reverse("competitors:manual_page", args=[workspace.code, Phrase.objects.first().pk])
    assert (f'btn-primary" href="{paste}"' in text) == (not engine)
    assert ("has no search engine of its own" in text) == (not engine)
    assert ("Scan now" in text) == bool(engine)


@pytest.mark.parametrize(
    "measures, said",
    [(3, "on all three measures."), (2, "on two of"), (1, "on one of"), (0, "on none of the three")],
)
def test_who_leads_is_said_in_words(client, workspace, alice, monkeypatch, measures, said):
    client.force_login(alice)
    rival = Brand.objects.get(name="Bergby")
    by = {name: "rival" if at < measures else "us" for at, name in enumerate(compare.MEASURES)}
    monkeypatch.setattr(compare, "leads", lambda own, rivals: (compare.Lead(rival.pk, by),))
    text = client.get(addresses(workspace)["rivals"]).content.decode()
    assert f"Bergby leads us {said}" in text and "Not every measure is known yet." not in text
    by[compare.MEASURES[0]] = "unknown"
    assert "Not every measure is known yet." in client.get(addresses(workspace)["rivals"]).content.decode()


def test_a_window_shows_its_last_day_not_the_one_after(client, workspace, alice, monkeypatch):
    client.force_login(alice)
    zone = workspace.zone
    window = (datetime(2026, 10, 25, tzinfo=zone), datetime(2026, 11, 20, tzinfo=zone))
    monkeypatch.setattr(compare, "common", lambda reads: compare.Common({"mastodon": window}))
    text = client.get(addresses(workspace)["rivals"] + "?since=2026-10-25&until=2026-11-19").content.decode()
    assert ">19 Nov 2026</time>" in text and ">20 Nov 2026</time>" not in text
