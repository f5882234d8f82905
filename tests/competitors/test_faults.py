"""When Wikidata or Tranco fails: the right words, and what was known before stays. On the recorded web."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from competitors import queries, setup
from competitors.models import Observation
from competitors.setup import Ticked
from listening import popularity, scan, schedule
from listening.models import Brand, Fetch, SitePopularity
from teams.models import Workspace
from tests import make, scanning
from tests.recorded import RecordedWeb

pytestmark = [pytest.mark.django_db, pytest.mark.shared]

HOSTS = {"wikidata": "www.wikidata.org", "tranco": "tranco-list.eu"}
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "401": ({"status": 401, "body": "{}"}, "needs_key"),
    "403 as JSON": ({"status": 403, "body": "{}", "content_type": "application/json"}, "needs_key"),
    "403 as a page": ({"status": 403, "body": "<html>", "content_type": "text/html"}, "blocked"),
    "429": ({"status": 429, "retry_after": 7200}, "rate_limited"),
    "503": ({"status": 503}, "transient"),
    "a web page": (
        {"status": 200, "body": "<!doctype html><p>Moved", "content_type": "text/html"},
        "transient",
    ),
    "cut off": ({"truncate": 0.5}, "transient"),
    "reset": ({"reset": True}, "transient"),
}


@pytest.fixture(scope="module")
def web() -> Iterator[RecordedWeb]:
    with RecordedWeb("airlines") as running:
        yield running


@pytest.fixture
def workspace(web: RecordedWeb, settings: Any) -> Iterator[Workspace]:
    settings.FETCH_HANDLERS = {
        "observe": "competitors.observe.Observing",
        "rank": "listening.popularity.Ranking",
    }
    one, brand = make.make_workspace(), web.brands()[0]
    item = brand["wikidata"]
    setup.confirm(
        one,
        kind=Brand.Kind.OWN,
        name=brand["name"],
        domain=brand["domain"],
        ticked=[Ticked("wikidata", item, f"https://www.wikidata.org/wiki/{item}")],
    )
    yield one
    web.post("/_faults", {})


def scanned(workspace: Workspace, web: RecordedWeb) -> dict[str, Fetch]:
    started = scan.start(workspace, schedule.now())
    scanning.run(started, client=web.client())
    return {fetch.source: fetch for fetch in started.fetches.all()}


def kept() -> tuple[list[Any], list[Any]]:
    """All that was read so far."""
    readings = Observation.objects.order_by("metric", "on").values_list("metric", "on", "value", "text")
    ranks = SitePopularity.objects.order_by("site", "listed_on").values_list(
        "site__domain", "rank", "list_id"
    )
    return list(readings), list(ranks)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_in_words_and_old_values_stay(
    workspace: Workspace, web: RecordedWeb, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    good = scanned(workspace, web)
    assert {fetch.state for fetch in good.values()} == {Fetch.State.OK}
    before = kept()
    assert all(before)
    monkeypatch.setattr(popularity, "FRESH", -popularity.FRESH)  # as if a week had passed
    rule, kind = FAULTS[fault]
    web.post("/_faults", {host: [rule] for host in HOSTS.values()})
    bad = scanned(workspace, web)
    for source in HOSTS:
        fetch = bad[source]
        assert (fetch.state, fetch.error_kind) == (Fetch.State.FAILED, kind), source
        assert fetch.error_text and "%(" not in fetch.error_text
    assert kept() == before
    cells = {one.place.name: one.cell for _, row in queries.presence(workspace).rows for one in row}
    assert cells["wikidata"].state == "yes" and cells["wikidata"].failure, "known, and said to have failed"
    domain = web.brands()[0]["domain"]
    known = popularity.of_brand(domain)
    assert known and known.band == 10_000
    found = setup.propose(workspace, domain, web.client())
    assert len(found.problems) == 1 and found.problems[0].message % found.problems[0].params
    assert {"site", "mastodon", "wikipedia"} <= {one.source for one in found.proposals if one.confident}
    web.post("/_faults", {})
    again = scanned(workspace, web)
    assert {fetch.state for fetch in again.values()} == {Fetch.State.OK}
