"""When a source fails in a scan: the right kind and words, what was known stays, and the next scan recovers.

Every way to fail, on the recorded web. A second place is read in the same scan, and must not notice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection
from django.db.models import F
from django.utils import translation

from competitors import setup
from competitors.models import Observation
from competitors.setup import Ticked
from config.services import Services
from listening import popularity, scan, schedule, searches, sources
from listening.models import (
    Brand,
    Conversation,
    Credential,
    Fetch,
    Match,
    Mention,
    Scan,
    Search,
    SitePopularity,
    SourceSetting,
)
from listening.models.credentials import pack
from listening.net import Client, Response
from listening.query import build, parse
from listening.sources.reddit import Reddit
from teams.models import Workspace
from tests import make, scanning
from tests.databases import Database
from tests.faults.crew import Crew
from tests.recorded import RecordedWeb

pytestmark = [pytest.mark.django_db, pytest.mark.shared]

BRAND = "delta"  # of the recorded world the one that is talked about least
BLOG = "www.american-airlines.example"
BYSTANDER = "wikipedia"
LONG, SHORT = 7200, 130  # seconds that we are told to wait: more, and less, than a scan waits
MOST_PAGES = 300


@dataclass(frozen=True)
class Place:
    """Where one source is asked in a scan: the host, the path, and for which capabilities.

    ``loop`` asks for a full page that has a next one, ``exceptions`` are faults that mean something else
    here: (state, error_kind) of the fetches, or None where the fault is none.
    """

    source: str
    capabilities: tuple[str, ...]
    host: str
    path: str
    name: str = ""
    also: tuple[str, ...] = ()  # other hosts that are asked instead
    loop: Callable[[Any], Any] | None = None
    looped: str = ""  # the path that goes in circles, where it is another
    exceptions: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.source} {'/'.join(self.capabilities)}{self.name and f' ({self.name})'}"

    def plan(self, rule: dict[str, Any], path: str = "") -> dict[str, list[dict[str, Any]]]:
        """A fault plan under which this place fails, and nothing else."""
        rules = {self.host: [{"path": path or self.path, **rule}]}
        return rules | {host: [rule] for host in self.also}


FIRST = "The first of all about delta"
AGES_AGO = datetime(2006, 1, 1, tzinfo=UTC)
WIDE = "united"  # fills more than a page
HTML = "<!doctype html><html><body>We are moving house</body></html>"
FAILED, PARTIAL = Fetch.State.FAILED, Fetch.State.PARTIAL
NEITHER = "answers neither as a WordPress site nor with a feed"

PLACES = [
    Place(
        "reddit",
        ("search",),
        "www.reddit.com",
        "/search.rss",
        loop=lambda one: one.search(parse(WIDE), AGES_AGO),
    ),
    Place(
        "reddit",
        ("tagged",),
        "www.reddit.com",
        "/r/delta/new/",
        loop=lambda one: one.tagged("unitedairlines", AGES_AGO),
        # A community that only its members may read: a gap.
        exceptions={"403 as a page": (PARTIAL, ""), "403 as JSON": (PARTIAL, "")},
    ),
    Place("reddit", ("thread",), "www.reddit.com", "/r/delta/comments/"),
    Place("reddit", ("observe",), "www.reddit.com", "/user/"),
    Place(
        "bluesky",
        ("search", "tagged"),
        "bsky.social",
        "/xrpc/app.bsky.feed.searchPosts",
        loop=lambda one: one.search(parse(WIDE), AGES_AGO),
    ),
    Place("bluesky", ("search", "tagged"), "bsky.social", "/xrpc/com.atproto.server.", name="login"),
    Place("bluesky", ("thread",), "public.api.bsky.app", "/xrpc/app.bsky.feed.getPostThread"),
    Place(
        "bluesky",
        ("observe",),
        "public.api.bsky.app",
        "/xrpc/app.bsky.actor.getProfile",
        loop=lambda one: one._public(
            "app.bsky.feed.getAuthorFeed", {"actor": "delta.bsky.social", "limit": 10}
        ),
        looped="/xrpc/app.bsky.feed.getAuthorFeed",
    ),
    Place("wikidata", ("observe",), "www.wikidata.org", "/w/api.php"),
    Place(
        "wordpress",
        ("tagged",),
        "public-api.wordpress.com",
        "/rest/v1.2/read/tags/",
        loop=lambda one: one.tagged(WIDE, AGES_AGO),
    ),
    Place(
        "wordpress",
        ("observe",),
        "public-api.wordpress.com",
        "/rest/v1.1/sites/",
        also=(BLOG,),
        # Refused by WordPress.com, the site itself is asked, and then its feed.
        exceptions={"403 as JSON": (PARTIAL, "blocked"), "403 as a page": (PARTIAL, "blocked")},
    ),
    Place(
        "youtube",
        ("observe",),
        "www.youtube.com",
        "/@",
        name="page",
        exceptions={"a web page": (PARTIAL, "blocked"), "cut data": None},
    ),
    Place("youtube", ("observe",), "www.youtube.com", "/feeds/", name="feed"),
    Place("tranco", ("rank",), "tranco-list.eu", "/api/"),
]

# Name -> (the rule, the kind, what the words say). "half" is sent as all there is.
FAULTS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "401": ({"status": 401, "body": "{}"}, "needs_key", ("login", "key", "password")),
    "403 as JSON": (
        {"status": 403, "body": "{}", "content_type": "application/json"},
        "needs_key",
        ("login", "key", "password", NEITHER),
    ),
    "403 as a page": (
        {"status": 403, "body": HTML, "content_type": "text/html"},
        "blocked",
        ("does not let us read", NEITHER),
    ),
    "429, two hours": ({"status": 429, "retry_after": LONG}, "rate_limited", ("slow down",)),
    "429, two minutes": ({"status": 429, "retry_after": SHORT}, "rate_limited", ("slow down",)),
    "a web page": (
        {"status": 200, "body": HTML, "content_type": "text/html"},
        "transient",
        ("a web page", "which channel"),
    ),
    "cut off": ({"truncate": 0.5}, "transient", ("broke off",)),
    "cut data": ({"half": True}, "transient", ("broke off", "something else than the data")),
}


@pytest.fixture(scope="module")
def web() -> Iterator[RecordedWeb]:
    with RecordedWeb("airlines") as running:
        yield running


@pytest.fixture(autouse=True)
def little_to_do(web: RecordedWeb, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(popularity, "FRESH", -popularity.FRESH)  # every scan asks, as if a week had passed
    monkeypatch.setattr(Reddit, "threads_per_scan", 3)
    yield
    web.post("/_faults", {})
    web.reset()


def make_listener(web: RecordedWeb, source: str, capabilities: tuple[str, ...], settings: Any) -> Workspace:
    """A workspace that listens to one source for one brand, and reads one article beside it."""
    wanted = {*capabilities, "observe", *(("search",) if "thread" in capabilities else ())}
    settings.FETCH_HANDLERS = {name: path for name, path in settings.FETCH_HANDLERS.items() if name in wanted}
    about = next(one for one in web.brands() if one["id"] == BRAND)
    workspace = make.make_workspace()
    for kind in sources.SOURCES:
        enabled = kind.name in (source, BYSTANDER)
        SourceSetting.objects.create(workspace=workspace, source=kind.name, enabled=enabled)
    if source == "bluesky":
        make.make_credential(workspace)
    handles = {
        "reddit": f"u/{about['users']['reddit']}",
        "bluesky": f"@{about['bluesky']}",
        "wikidata": about["wikidata"],
        "wordpress": BLOG,
        "youtube": about["youtube"]["handle"],
        BYSTANDER: f"en:{about['wikipedia']['en']['title']}",
    }
    brand = setup.confirm(
        workspace,
        kind=Brand.Kind.OWN,
        name=about["name"],
        domain=about["domain"],
        ticked=[
            Ticked(name, handle, f"https://{name}.example/")
            for name, handle in handles.items()
            if name == BYSTANDER or (name == source and "observe" in capabilities)
        ],
    )
    Search.objects.filter(brand=brand).delete()
    for form, text in (
        (Search.Form.KEYWORD, '"delta air lines" OR delta'),
        (Search.Form.TAG, build.tags(["delta"])),
    ):
        search = Search.objects.create(workspace=workspace, brand=brand, subject="brand", form=form)
        searches.save_version(search, text)
    return workspace


@dataclass
class Scanned:
    """A scan that has ended, and how many seconds each failure of a fetch was left to rest."""

    fetches: list[Fetch]
    rests: dict[int, list[float]]
    pages: int

    def of(self, place: Place) -> list[Fetch]:
        found = [one for one in self.fetches if one.source == place.source]
        return [one for one in found if one.capability in place.capabilities]

    def others(self, place: Place) -> list[Fetch]:
        return [one for one in self.fetches if one not in self.of(place)]


def scanned(workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch) -> Scanned:
    """One scan through the real path, watched."""
    rests: dict[int, list[float]] = {}
    real = scan.run_page

    def watched(pk: int, token: str, client: Client | None = None) -> scan.Again | None:
        began = schedule.now()
        again = real(pk, token, client)
        fetch = Fetch.objects.get(pk=pk)
        if fetch.failures and fetch.due_at:
            rests.setdefault(pk, []).append((fetch.due_at - began).total_seconds())
        return again

    started = scan.start(workspace, schedule.now())
    with monkeypatch.context() as patch:
        patch.setattr(scan, "run_page", watched)
        pages = scanning.run(started, client=client, most=MOST_PAGES)
    return Scanned(list(started.fetches.all()), rests, pages)


def known(workspace: Workspace) -> dict[tuple[Any, ...], Any]:
    """All that was read so far, by what it is about."""
    found: dict[tuple[Any, ...], Any] = {}
    for one in Mention.objects.filter(workspace=workspace):
        found["mention", one.external_id] = (one.title, one.text, one.author_id, one.published_at, one.state)
    for pair in Match.objects.filter(workspace=workspace).values_list("mention_id", "search_id"):
        found["match", *pair] = True
    for reading in Observation.objects.filter(profile__workspace=workspace):
        key = ("reading", reading.profile_id, reading.metric, reading.on)
        found[key] = (reading.value, reading.text, reading.precision)
    for row in SitePopularity.objects.select_related("site"):
        found["rank", row.site.domain, row.listed_on] = (row.rank, row.list_id)
    for thread in Conversation.objects.filter(workspace=workspace):
        if thread.state == Conversation.State.READ:
            found["thread", thread.external_id] = (thread.replies, thread.participants)
    return found


def something_new(web: RecordedWeb, workspace: Workspace, place: Place, number: int) -> tuple[Any, ...]:
    """Something new to be read in a thread. Returns the key of what may change, if any."""
    if "thread" not in place.capabilities:
        return ()
    if place.source == "reddit":
        web.add("reddit", f"Something new about delta, number {number}", brand=BRAND)
        return ()
    posts = Mention.objects.filter(workspace=workspace, text__startswith=FIRST)
    post = posts.latest("published_at")
    web.add("bluesky", f"I think so too, {number} times", reply_to=post.external_id)
    return ("thread", post.external_id)


def rule_of(place: Place, fault: dict[str, Any], answers: list[Response]) -> dict[str, Any]:
    """The rule; where half an answer is all that comes, that half is of a real one."""
    if "half" not in fault:
        return fault
    found = (one for one in answers if place.host in one.url and place.path in one.url and one.status == 200)
    real = next(found, None)
    if real is None:  # a login, which is told to nobody
        return {"status": 200, "body": '{"did": "did:plc:abc", "access', "content_type": "application/json"}
    half = real.body[: len(real.body) // 2].decode("utf-8", "ignore")
    return {"status": 200, "body": half, "content_type": real.headers["content-type"]}


def rest_a_while(workspace: Workspace) -> None:
    """As if half a day had passed since credentials or conversations were refused."""
    Conversation.objects.exclude(error="").update(read_at=F("read_at") - timedelta(hours=13))
    Credential.objects.filter(workspace=workspace).update(checked_at=F("checked_at") - timedelta(hours=13))


LINES: list[str] = []


def said(fetch: Fetch) -> str:
    with translation.override("en"):
        return fetch.error_text


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_fault_is_said_in_words_and_what_was_known_stays(
    web: RecordedWeb, place: Place, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    first = web.add("bluesky", FIRST, brand=BRAND)
    web.add("bluesky", "So do I", reply_to=first["id"])
    workspace = make_listener(web, place.source, place.capabilities, settings)
    answers: list[Response] = []
    client = web.client().heard_by(answers.append)
    monkeypatch.setattr(Client, "heard_by", lambda self, listener: self)  # one listener at a time
    good = scanned(workspace, client, monkeypatch)
    assert good.of(place) and not [one for one in good.fetches if one.error], [
        one.error_text for one in good.fetches
    ]
    assert all(one.pages for one in good.of(place))
    for number, (fault, (rule, kind, words)) in enumerate(FAULTS.items()):
        expected = place.exceptions.get(fault, (None, kind))
        if expected is None:
            continue
        before = known(workspace)
        may_grow = something_new(web, workspace, place, number)
        if place.name == "login":
            Credential.objects.filter(workspace=workspace).update(session=pack({}))
        web.post("/_faults", place.plan(rule_of(place, rule, answers)))
        bad = scanned(workspace, client, monkeypatch)
        after = known(workspace)
        web.post("/_faults", {})
        if expected[1] in ("needs_key", "blocked"):
            may_grow = ()  # what was read of it before stays read
        lost = {key: value for key, value in before.items() if after.get(key) != value and key != may_grow}
        assert not lost, (str(place), fault)
        for other in bad.others(place):
            assert other.state in (Fetch.State.OK, *([PARTIAL] if other.capability == "thread" else [])), (
                fault,
                other,
            )
            assert not other.error, (fault, other)
        judge(workspace, place, fault, expected, words, bad)
        rest_a_while(workspace)
        if number % 2:  # after each kind of error once
            continue
        again = scanned(workspace, client, monkeypatch)
        assert not [one for one in again.fetches if one.error], (str(place), fault, "no recovery")
        assert all(one.pages for one in again.of(place))
        if place.source == "bluesky":
            assert not Conversation.objects.exclude(error="").exists(), (fault, "asked again, and read")
        assert not before.keys() - known(workspace).keys(), (str(place), fault)


def judge(
    workspace: Workspace,
    place: Place,
    fault: str,
    expected: tuple[str | None, str],
    words: tuple[str, ...],
    bad: Scanned,
) -> None:
    """Asserts what a scan says of a fault."""
    state, kind = expected
    for fetch in bad.of(place):
        text = said(fetch)
        if fetch.capability == "thread" and kind in ("needs_key", "blocked"):
            # Each conversation says for itself that it cannot be read; the others still are.
            refused = Conversation.objects.filter(workspace=workspace).exclude(error="").latest("pk")
            with translation.override("en"):
                text = refused.error_text
            assert not fetch.error_kind
        else:
            assert fetch.error_kind == kind, (str(place), fault, text)
            assert fetch.state == state if state else fetch.state in (FAILED, PARTIAL), (str(place), fault)
        told = text or f"gap: {fetch.gaps}"
        LINES.append(f"{place!s:28} {fault:17} {fetch.state:8} {fetch.error_kind or '-':13} {told}")
        if not kind:
            assert fetch.gaps, (str(place), fault)
            continue
        assert "%(" not in text and (
            place.host in text or sources.label(place.source) in text or BLOG in text
        ), (fault, text)
        assert any(word in text for word in words), (str(place), fault, text)
        rests = bad.rests.get(fetch.pk, [])
        if fault == "429, two minutes":
            assert len(rests) == scan.MOST_FAILURES - 1 and min(rests) >= SHORT, (str(place), rests)
        elif kind != "transient":
            assert rests == [], "what cannot get better soon is left to the next scan"


@pytest.mark.parametrize("place", [one for one in PLACES if one.loop], ids=str)
def test_a_server_that_gives_one_page_for_ever_is_not_asked_for_ever(
    web: RecordedWeb, place: Place, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    workspace, client = make_listener(web, place.source, place.capabilities, settings), web.client()
    scanned(workspace, client, monkeypatch)
    Fetch.objects.update(covered_to=None)  # the next scan wants as many days as this one
    before, heard = known(workspace), list[Response]()
    source = sources.get(place.source)(
        client.heard_by(heard.append),
        instance=sources.get(place.source).instance,
        credentials={"identifier": "fjallvik.bsky.social", "password": make.APP_PASSWORD},
    )
    assert place.loop is not None
    place.loop(source)
    page = heard[-1]
    rule = {"status": 200, "body": page.body.decode(), "content_type": page.headers["content-type"]}
    asked = len(web.log()["requests"])
    web.post("/_faults", place.plan(rule, place.looped))
    bad = scanned(workspace, client, monkeypatch)
    web.post("/_faults", {})
    requests = [one for one in web.log()["requests"][asked:] if one["fault"]]
    after = known(workspace)
    assert {key: value for key, value in before.items() if after.get(key) != value} == {}, str(place)
    for fetch in bad.of(place):
        text = said(fetch)
        told = text or ("stopped early" if fetch.truncated else "complete")
        LINES.append(
            f"{place!s:28} {'page loop':17} {fetch.state:8} {fetch.error_kind or '-':13} "
            f"{len(requests)} requests: {told}"
        )
        assert fetch.state == PARTIAL and fetch.covered_to is None, (str(place), "it cannot have read all")
        assert fetch.error_kind == "transient" and place.host in text and "same page again" in text
    assert len(requests) <= 10 * len(bad.of(place)), str(place)
    assert not [one for one in bad.others(place) if one.error]
    again = scanned(workspace, client, monkeypatch)
    assert not [one for one in again.fetches if one.error]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_real_workers_leave_a_host_alone_for_as_long_as_it_asks(
    web: RecordedWeb, tmp_path: Path, settings: Any
) -> None:
    """Through Celery and the shared pace: what one scan was told, the next one keeps to."""
    services = Services(tmp_path, durable=False)
    database = Database(connection.settings_dict["NAME"])
    crew = Crew(tmp_path, "tests.faults.settings", database.url, services.start_valkey(), web.url)
    try:
        workspace = make_listener(web, "wikidata", ("observe",), settings)
        crew.start()
        assert by_workers(crew, workspace)["wikidata"].state == Fetch.State.OK
        before = known(workspace)
        web.post("/_faults", {"www.wikidata.org": [{"status": 429, "retry_after": LONG}]})
        told = by_workers(crew, workspace)
        web.post("/_faults", {})
        asked = web.log("www.wikidata.org")["hosts"]["www.wikidata.org"]["requests"]
        still = by_workers(crew, workspace)
        assert web.log("www.wikidata.org")["hosts"]["www.wikidata.org"]["requests"] == asked
        for one in (told, still):
            assert (one["wikidata"].state, one["wikidata"].error_kind) == (FAILED, "rate_limited")
            assert said(one["wikidata"]).startswith("www.wikidata.org asked us to slow down.")
            assert one[BYSTANDER].state == Fetch.State.OK
        assert before.items() <= known(workspace).items()
        with redis.Redis.from_url(crew.redis_url) as valkey:
            valkey.flushall()  # as if the two hours were over
        assert by_workers(crew, workspace)["wikidata"].state == Fetch.State.OK
    finally:
        crew.stop()
        services.stop()


def by_workers(crew: Crew, workspace: Workspace) -> dict[str, Fetch]:
    """One scan by the crew; its fetches by source."""
    started, end = scan.start(workspace, schedule.now()), time.monotonic() + 60
    while not Scan.objects.filter(pk=started.pk, finished_at__isnull=False).exists():
        assert time.monotonic() < end, crew.said()
        time.sleep(0.1)
    return {fetch.source: fetch for fetch in started.fetches.all()}


def test_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(LINES))
