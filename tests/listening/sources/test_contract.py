"""What holds for every listed source. A new source is under test as soon as it stands in the list."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listening import sources
from listening.net import SourceError
from listening.sources import CAPABILITIES, SOURCES, Source, base
from listening.sources.base import Passing
from listening.types import FeedAnswer, Page
from tests.listening.sources.fake_http import FakeHttp, reply

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


class Words:
    """A query for one word."""

    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        return (("fjällvik",),)


HANDLES = {
    "bluesky": "@fjallvik.bsky.social",
    "feeds": "https://kaffe.example/feed",
    "hackernews": "teamfjallvik",
    "mastodon": "@fjallvik@kaffe.example",
    "reddit": "u/teamfjallvik",
    "wikidata": "Q90000001",
    "wikipedia": "sv:Fjällvik Coffee",
    "wordpress": "blog.kaffe.example",
    "youtube": "UCfjallvik0000000000001a",
}
TAGS = {"reddit": "fjallvik"}  # communities have plain names; elsewhere "fjällvik"
THREADS = {
    "bluesky": "at://did:plc:a/app.bsky.feed.post/3kaaa",
    "hackernews": "41000001",
    "mastodon": "mastodon.social/20",
    "reddit": "https://www.reddit.com/r/espresso/comments/1oa2b3c/oily_beans/",
}
# Of sources that log in: what they kept of the last time, so that the question itself comes first.
SESSIONS = {"bluesky": {"host": "bsky.social", "access": "an access token", "refresh": "a refresh token"}}
CALLS: dict[str, Callable[[Any], Any]] = {
    "search": lambda source: source.search(Words(), SINCE),
    "tagged": lambda source: source.tagged(TAGS.get(source.name, "fjällvik"), SINCE),
    "thread": lambda source: source.thread(THREADS[source.name]),
    "poll": lambda source: source.poll(HANDLES[source.name]),
    "observe": lambda source: source.observe(HANDLES[source.name]),
    "results": lambda source: source.results("fjällvik coffee", "sv-SE"),
    "rank": lambda source: source.rank("fjallvik.example"),
}
OFFERED = [(kind, capability) for kind in SOURCES for capability in CAPABILITIES if kind.can(capability)]
# A missing profile, article or feed is a "no" with its proof, and so no error.
NO_IS_AN_ANSWER = {
    ("feeds", "observe", 404),
    ("feeds", "observe", 410),
    ("mastodon", "observe", 404),
    ("reddit", "observe", 404),
    ("reddit", "tagged", 404),
    ("reddit", "tagged", 403),  # a community for members: a gap
    ("wordpress", "observe", 403),  # the site itself is asked next
    ("wordpress", "observe", 404),
}
# What a status means to one source only.
ELSE = {
    ("searxng", "results", 403): "blocked",  # JSON is switched off
    ("reddit", "thread", 404): "gone",  # removed, and no outage ever said so
}


def made(kind: type[Source], *answers: Any) -> tuple[Any, FakeHttp]:
    http = FakeHttp(*answers)
    source = kind(
        http,  # type: ignore[arg-type]  # a fake client
        instance=kind.instance or "http://searx.example",
        credentials={need.name: need.example for need in kind.needs},
        session=Passing(SESSIONS.get(kind.name)),
        now=lambda: NOW,
    )
    return source, http


@pytest.mark.parametrize("kind", SOURCES, ids=lambda kind: kind.name)
class TestTheDeclaration:
    def test_it_says_who_it_is(self, kind: type[Source]) -> None:
        assert kind.name.isidentifier() and kind.name == kind.name.lower() and len(kind.name) <= 40
        assert kind.label and kind.gives.endswith(".")
        assert kind.docs.startswith("https://")
        assert kind.terms == "" or kind.terms.startswith("https://")
        assert 0 < kind.calls_per_minute <= 60, "no host is asked more than once a second"
        assert kind.keep_days is None or kind.keep_days > 0

    def test_it_can_do_what_it_defines(self, kind: type[Source]) -> None:
        offered = [capability for capability in CAPABILITIES if kind.can(capability)]
        assert offered and all(callable(getattr(kind, capability)) for capability in offered)
        assert not kind.can("sing") and not kind.can("get")
        assert all(kind in sources.with_capability(capability) for capability in offered)
        public = {name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}
        assert (
            public - {*CAPABILITIES, "check"}
            == {name for name in vars(Source) if hasattr(kind, name)} & public
        )

    def test_what_it_needs_is_asked_for_in_words(self, kind: type[Source]) -> None:
        """And it can be checked as soon as somebody answers."""
        assert bool(kind.needs) == hasattr(kind, "check")
        assert bool(kind.keyed) == bool(kind.lacks)
        assert kind.needs or not kind.keyed
        assert all(kind.can(capability) and kind.uses_key(capability) for capability in kind.keyed)
        assert kind.lacks == "" or (kind.lacks.endswith(".") and kind.label in kind.lacks)
        for need in kind.needs:
            assert need.name.isidentifier() and need.label and need.kind in ("text", "secret")
            assert need.where == "" or need.where.startswith("https://")
            assert need.help == "" or need.help.endswith(".")
            assert need.example and "@" not in need.example
        assert len({need.name for need in kind.needs}) == len(kind.needs)

    def test_its_file_writes_no_try_and_sees_neither_django_nor_the_database(
        self, kind: type[Source]
    ) -> None:
        tree = ast.parse(Path(inspect.getfile(kind)).read_text())
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not [name for name in imported if name.startswith(("django", "celery", "httpx", "requests"))]
        allowed = ("listening.net", "listening.sources", "listening.types", "listening.text")
        assert all(name.startswith(allowed) for name in imported if name.split(".")[0] == "listening")


def test_the_list_is_one_of_distinct_names() -> None:
    assert len({kind.name for kind in SOURCES}) == len(SOURCES)
    assert [name for name, _ in sources.choices()] == [kind.name for kind in SOURCES] + list(sources.RETIRED)
    assert all(sources.get(kind.name) is kind and sources.label(kind.name) == kind.label for kind in SOURCES)
    assert not set(sources.RETIRED) & {kind.name for kind in SOURCES}
    assert sources.label("long_gone") == "long_gone"
    with pytest.raises(KeyError):
        sources.get("long_gone")


HTML = b"<!doctype html><html><body>We are moving house</body></html>"
FAULTS = {
    "401": (reply(401, b"{}"), "needs_key"),
    "403 as JSON": (reply(403, b'{"error": "no"}', content_type="application/json"), "needs_key"),
    "403 as a page": (reply(403, HTML, content_type="text/html"), "blocked"),
    "404": (reply(404, b"{}"), "transient"),
    "410": (reply(410, b""), "gone"),
    "429": (reply(429, b"", retry_after="120"), "rate_limited"),
    "500": (reply(500, HTML), "transient"),
    "a web page with 200": (reply(200, HTML, content_type="text/html"), "transient"),
    "cut off in the middle": (reply(200, b'{"hits": [{"objectID": "1", "tit'), "transient"),
    "another form": (reply(200, b'"moved"'), "transient"),
    "nothing at all": (reply(200, b""), "transient"),
}


def faults() -> Iterator[Any]:
    for kind, capability in OFFERED:
        for fault, (answer, expected) in FAULTS.items():
            if (kind.name, capability, answer.status) not in NO_IS_AN_ANSWER:
                expected = ELSE.get((kind.name, capability, answer.status), expected)
                yield pytest.param(kind, capability, answer, expected, id=f"{kind.name} {capability} {fault}")


@pytest.mark.parametrize(("kind", "capability", "answer", "expected"), list(faults()))
def test_a_fault_is_an_error_in_words(
    kind: type[Source], capability: str, answer: Any, expected: str
) -> None:
    source, http = made(kind, answer)
    with pytest.raises(SourceError) as raised:
        CALLS[capability](source)
    error = raised.value
    assert error.kind == expected
    assert str(error) and "%(" not in str(error) and "Traceback" not in str(error)
    assert json.dumps(error.params) is not None, "errors are stored on rows"
    assert error.retry_after == (120 if answer.status == 429 else None)
    assert len(http.asked) == 1, "no second try by itself: the next one is the schedule's"


@pytest.mark.parametrize(("kind", "capability"), OFFERED, ids=lambda value: getattr(value, "name", value))
def test_requests_go_through_the_door_at_the_declared_pace(kind: type[Source], capability: str) -> None:
    source, http = made(kind, reply(503))
    with pytest.raises(SourceError):
        CALLS[capability](source)
    ((url, options),) = http.asked
    assert url.startswith(("https://", "http://searx.example/"))
    assert 0 < options["per_minute"] <= kind.calls_per_minute
    assert bool(options.get("trusted")) == (kind.name == "searxng")


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind.needs], ids=lambda kind: kind.name)
@pytest.mark.parametrize(("answer", "expected"), FAULTS.values(), ids=FAULTS)
def test_what_somebody_enters_is_checked_by_one_call(kind: type[Source], answer: Any, expected: str) -> None:
    source, http = made(kind, answer)
    with pytest.raises(SourceError) as raised:
        source.check()
    assert raised.value.kind == expected
    ((url, options),) = http.asked
    assert url.startswith("https://") and 0 < options["per_minute"] <= kind.calls_per_minute
    told = f"{raised.value} {raised.value!r} {source!r} {source}"
    assert not any(need.example in told for need in kind.needs if need.kind == "secret")


ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Empty</title></feed>'
EMPTY = {
    ("bluesky", "search"): b'{"posts": [], "hitsTotal": 0}',
    ("bluesky", "tagged"): b'{"posts": []}',
    ("bluesky", "thread"): b'{"thread": {"post": {"uri": "at://did:plc:a/x/1"}, "replies": []}}',
    ("bluesky", "observe"): b'{"did": "did:plc:a", "handle": "fjallvik.bsky.social"}',
    ("feeds", "poll"): b'<rss version="2.0"><channel><title>Empty</title></channel></rss>',
    ("feeds", "observe"): b'<rss version="2.0"><channel><title>Empty</title></channel></rss>',
    ("hackernews", "search"): b'{"hits": [], "nbHits": 0}',
    ("hackernews", "thread"): b'{"id": 1, "children": []}',
    ("hackernews", "observe"): b'{"hits": [], "nbHits": 0}',
    ("mastodon", "tagged"): b"[]",
    ("mastodon", "thread"): b'{"ancestors": [], "descendants": []}',
    ("mastodon", "observe"): b'{"id": "1", "acct": "fjallvik"}',
    ("reddit", "search"): ATOM,
    ("reddit", "tagged"): ATOM,
    ("reddit", "thread"): ATOM,
    ("reddit", "observe"): ATOM,
    ("wordpress", "tagged"): b'{"posts": []}',
    ("wordpress", "observe"): b'{"ID": 1, "name": "Kaffe"}',
    ("youtube", "observe"): ATOM,
    ("wikipedia", "observe"): b'{"query": {"pages": [{"title": "X", "missing": true}]}}',
    ("searxng", "results"): b'{"results": []}',
    ("tranco", "rank"): b'{"list_id": "X5Y7N", "available": true, "created_on": "2026-11-02T23:00:15.68"}',
    ("wikidata", "observe"): b'{"entities": {"Q90000001": {"id": "Q90000001", "missing": ""}}, "success": 1}',
}


@pytest.mark.parametrize(("kind", "capability"), OFFERED, ids=lambda value: getattr(value, "name", value))
def test_empty_but_valid_is_a_success(kind: type[Source], capability: str) -> None:
    source, _ = made(kind, EMPTY[kind.name, capability])
    found = CALLS[capability](source)
    if isinstance(found, FeedAnswer):
        assert found.document is not None and found.document.items == ()
    else:
        assert isinstance(found, Page) and not found.truncated
        assert found.next is None or json.loads(json.dumps(found.next)) == found.next


def test_a_source_that_defines_no_method_offers_nothing() -> None:
    class Silent(base.Source):
        name = "silent"
        label = "Silent"

    assert not any(Silent.can(capability) for capability in CAPABILITIES)
