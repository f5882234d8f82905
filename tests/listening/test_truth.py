"""What we hear equals what is there: item by item, thread by thread, on the recorded web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from listening import queries, scan, schedule, searches
from listening.models import Brand, Conversation, Scan, Search
from listening.query import build
from listening.sources import Source, get
from listening.sources.reddit import Reddit
from teams.models import Membership, Role, User, Workspace
from tests.make import make_credential, make_user, make_workspace
from tests.recorded import EVERYTHING, RecordedWeb
from tests.scanning import run

pytestmark = pytest.mark.django_db

HEARD = ("hackernews", "mastodon", "bluesky", "reddit", "wordpress")
BY_TAG = ("mastodon", "wordpress")  # whose keywords can only be heard below the tags
TALKING = {"mastodon": "@", "bluesky": "@", "reddit": "u/"}  # and how their handles begin
THREADS_OF_REDDIT = 40  # of some 1,500: each is a request here
THREADS = Source.threads_per_scan if EVERYTHING else 150  # of each other source, of up to 750


@pytest.fixture(scope="module", params=["airlines", "tech"])
def world(request: pytest.FixtureRequest) -> Iterator[RecordedWeb]:
    with RecordedWeb(request.param) as web:
        yield web


@pytest.fixture(autouse=True)
def handlers(settings: Any) -> None:
    settings.FETCH_HANDLERS = {
        "search": "listening.handlers.Keywords",
        "tagged": "listening.handlers.Tags",
        "thread": "listening.handlers.Threads",
    }


def make_world(world: RecordedWeb, wording: Any) -> tuple[Workspace, dict[str, Brand]]:
    """A workspace with every brand of the world, its tags followed and its keywords worded by ``wording``."""
    workspace = make_workspace(name="World")
    make_credential(workspace)  # the recorded web takes any app password
    brands = {}
    for about in world.brands():
        kind = Brand.Kind.OWN if about.get("own") else Brand.Kind.COMPETITOR
        brand = Brand.objects.create(workspace=workspace, name=about["name"], kind=kind)
        brands[about["id"]] = brand
        for form, text in (("keyword", wording(about)), ("tag", build.tags(about["tags"]))):
            search = Search.objects.create(workspace=workspace, brand=brand, subject="brand", form=form)
            searches.save_version(search, text)
    return workspace, brands


def heard(workspace: Workspace, brand: Brand, source: str) -> set[str]:
    matches = queries.matched(workspace, brand=brand, form=Search.Form.KEYWORD, source=source)
    found = set(queries.mentions_of(workspace, matches).values_list("external_id", flat=True))
    # WordPress numbers a post within its blog; the truth tells this number alone.
    return {key.rpartition("/")[2] for key in found} if source == "wordpress" else found


def printed(workspace: Workspace, brand: Brand, source: str) -> int:
    """How many mentions the mentions page says there are."""
    alice = User.objects.filter(email="alice@fjallvik.example").first() or make_user()
    Membership.objects.get_or_create(workspace=workspace, user=alice, defaults={"role": Role.VIEWER})
    client = Client()
    client.force_login(alice)
    asked = {"about": brand.pk, "form": "keyword", "source": source}
    page = client.get(reverse("listening:mentions", args=[workspace.code]), asked).content.decode()
    found = re.search(r"\(([\d,]+) mentions?\)", page)
    assert found, page
    return int(found[1].replace(",", ""))


def wording_a(about: dict[str, Any]) -> str:
    """Names, other spellings and handles, any of them."""
    return build.any_of(about["terms"])


def wording_b(about: dict[str, Any]) -> str:
    """A phrase or a word, without what is noise."""
    return build.any_of(about["terms"][:2], none=["flight"])


def test_what_is_heard_equals_the_truth(
    world: RecordedWeb, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts item by item, who takes part thread by thread, and what a second scan finds."""
    monkeypatch.setattr(Reddit, "threads_per_scan", THREADS_OF_REDDIT)
    monkeypatch.setattr(Source, "threads_per_scan", THREADS)
    workspace, brands = make_world(world, wording_a)
    client = world.client()
    first = scan.start(workspace, schedule.now())
    run(first, client=client, most=20_000)
    lines = compare_counts(world, brands, first, "a")
    lines += compare_participation(world, brands, first)

    asked = len(world.log()["requests"])
    own = next(about for about in world.brands() if about.get("own"))
    world.add("mastodon", f"Just now, something about {own['terms'][0]}", brand=own["id"])
    second = scan.start(workspace, schedule.now())
    run(second, client=client, most=20_000)
    world.reset()
    with capsys.disabled():
        print("\n" + "\n".join(lines))
        print(f"second scan: {len(world.log()['requests']) - asked} requests")
    assert sum(fetch.new for fetch in second.fetches.all()) == 1


def test_a_phrase_and_a_not_equal_the_truth(
    world: RecordedWeb, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    del settings.FETCH_HANDLERS["thread"]
    workspace, brands = make_world(world, wording_b)
    scanned = scan.start(workspace, schedule.now())
    run(scanned, client=world.client(), most=20_000)
    with capsys.disabled():
        print("\n" + "\n".join(compare_counts(world, brands, scanned, "b")))


def compare_counts(world: RecordedWeb, brands: dict[str, Brand], scanned: Scan, form: str) -> list[str]:
    """Asserts that every id is heard and no other; returns the table."""
    tags = [tag for about in world.brands() for tag in about["tags"]]
    since = min(fetch.since for fetch in scanned.fetches.all() if fetch.since)
    lines = [f"{'brand':12} {'source':12} {'truth':>6} {'heard':>6}   wording {form}, world {world.world}"]
    for about in world.brands():
        for source in HEARD:
            asked: dict[str, Any] = {"source": source, "since": since.isoformat()}
            asked |= {"tag": tags} if source in BY_TAG else {}
            asked |= {"exclude": "flight"} if form == "b" else {}
            terms = about["terms"] if form == "a" else about["terms"][:2]
            true = {item["id"] for item in world.truth(terms, phrase=1, **asked)["items"]}
            found = heard(scanned.workspace, brands[about["id"]], source)
            lines.append(f"{about['id']:12} {source:12} {len(true):6} {len(found):6}")
            assert found == true, (about["id"], source)
            assert printed(scanned.workspace, brands[about["id"]], source) == len(true)
    return lines


def compare_participation(world: RecordedWeb, brands: dict[str, Brand], scanned: Scan) -> list[str]:
    """Asserts that the brand is found in the threads in which it wrote, and no other; returns the table.

    A scan reads so many threads of a source: among these; the others must be said to be unread.
    """
    head = (f"{'brand':12} {'source':12}", f"{'threads':>8} {'truth':>6} {'takes part':>11} {'truth':>6}")
    lines = [f"{head[0]} {head[1]} {'unread':>7} {'closed':>7}   world {world.world}"]
    pages = {fetch.source: fetch.pages for fetch in scanned.fetches.filter(capability="thread")}
    some = dict.fromkeys(TALKING, False)
    for about in world.brands():
        brand = brands[about["id"]]
        for source, begins in TALKING.items():
            true = world.threads(about["id"], source=source)
            name = true["profiles"].get(source) or ""
            handles = {source: {f"{begins}{name.lower()}"} if name else set()}
            matches = queries.matched(brand.workspace, brand=brand, form=Search.Form.KEYWORD, source=source)
            numbers = queries.participation(brand.workspace, handles, matches)
            mentions = queries.mentions_of(brand.workspace, matches)
            ours = set(
                mentions.filter(queries.taking_part(handles, "conversation__")).values_list(
                    "external_id", flat=True
                )
            )
            known = heard(brand.workspace, brand, source)
            items = {item["id"]: item for item in true["items"] if item["id"] in known}
            if source == "mastodon":
                items = {key: item for key, item in items.items() if "mastodon.social" in item["servers"]}
            unread = set(
                mentions.filter(conversation__state=Conversation.State.UNREAD).values_list(
                    "external_id", flat=True
                )
            )
            closed = {key for key, item in items.items() if item["readable"] != "keyless"} - unread
            visible = {key: item for key, item in items.items() if key not in unread | closed}
            wrote = {key for key, item in visible.items() if item["brand"]}
            read = f"{numbers.readable:8} {len(visible):6} {numbers.ours:11} {len(wrote):6}"
            lines.append(f"{about['id']:12} {source:12} {read} {numbers.unread:7} {numbers.unreadable:7}")
            assert ours == wrote, (about["id"], source)
            assert (numbers.readable, numbers.ours) == (len(visible), len(wrote))
            assert (numbers.unread, numbers.unreadable) == (len(unread), len(closed))
            assert not unread or pages[source] > get(source).threads_per_scan
            some[source] = some[source] or 0 < numbers.ours < numbers.readable
    read = Conversation.objects.filter(source="reddit").exclude(state=Conversation.State.UNREAD).count()
    assert read == THREADS_OF_REDDIT or world.world == "tech"
    assert not Conversation.objects.filter(source="wordpress", state=Conversation.State.READ).exists()
    assert all(some.values()) or world.world == "tech"
    return lines


def test_the_wording_that_is_proposed_keeps_nearly_all(world: RecordedWeb) -> None:
    workspace = make_workspace()
    for about in world.brands():
        kind = Brand.Kind.OWN if about.get("own") else Brand.Kind.COMPETITOR
        brand = Brand.objects.create(
            workspace=workspace, name=about["name"], kind=kind, domain=about["domain"]
        )
        handles = [about["mastodon"].split("@")[1]] if about.get("mastodon") else []
        [keyword, *_] = searches.propose_for(brand, handles)
        proposed = list(keyword.versions.get().as_query().positive_terms())
        true = {item["id"] for item in world.truth(about["terms"], phrase=1)["items"]}
        kept = {item["id"] for item in world.truth(proposed, phrase=1)["items"]} & true
        assert len(kept) >= 0.95 * len(true), (about["id"], proposed)
