"""Bluesky: logging in and staying logged in, paging by time, threads, and how a profile does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from listening import query
from listening.net import Busy, SourceError
from listening.sources import bluesky
from listening.sources.base import Passing
from listening.sources.bluesky import Bluesky
from listening.types import Item, Page
from tests.listening.sources.fake_http import FakeHttp, reply
from tests.listening.sources.paging import reaches_back_steadily, read_all

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)
GIVEN = {"identifier": " @noor.bsky.social ", "password": "abcd-efgh-ijkl-mnop"}
LOGGED_IN = {"host": "bsky.social", "access": "access-1", "refresh": "refresh-1"}


class Service:
    """Answers as an account's server does. ``good``: tokens it accepts; ``asked``: (call, what was sent)."""

    def __init__(self, posts: list[dict[str, Any]] | None = None) -> None:
        self.posts = posts or []
        self.good = {"access-1"}
        self.refreshes = {"refresh-1"}
        self.password = "abcd-efgh-ijkl-mnop"
        self.logins = 0
        self.asked: list[tuple[str, Any]] = []
        self.most = 100
        self.busy_after: int | None = None  # how many calls it takes before the host's turn is away

    def get(self, url: str, **options: Any) -> Any:
        return self._answer(url, options)

    post = get

    def _answer(self, url: str, options: Mapping[str, Any]) -> Any:
        if self.busy_after is not None:
            if self.busy_after == 0:
                raise Busy("bsky.social", 60)
            self.busy_after -= 1
        call = url.rpartition(".")[2]
        shown = options.get("headers", {}).get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((call, options.get("json") or options.get("params") or shown))
        if call == "createSession":
            assert options["private"] and options["json"]["identifier"] == "noor.bsky.social"
            if options["json"]["password"] != self.password:
                return _said(
                    401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
                )
            self.logins += 1
            return self._session()
        if call == "refreshSession":
            assert options["private"]
            if shown not in self.refreshes:
                return _said(400, {"error": "ExpiredToken", "message": "Token has been revoked"})
            self.refreshes.discard(shown)
            return self._session()
        if shown not in self.good:
            return _said(400, {"error": "ExpiredToken", "message": "Token has expired"})
        assert options["per_minute"] == 1
        return _said(200, self._found(options["params"]))

    def _session(self) -> Any:
        number = len(self.asked) + 1
        self.good, self.refreshes = {f"access-{number}"}, {f"refresh-{number}"}
        return _said(
            200, {"accessJwt": f"access-{number}", "refreshJwt": f"refresh-{number}", "did": "did:plc:a"}
        )

    def _found(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        words = asked["q"].replace('"', "").split()
        found = [
            post
            for post in self.posts
            if all(word in post["record"]["text"] for word in words)
            and post["indexedAt"] >= asked["since"]
            and (not asked["until"] or post["indexedAt"] < asked["until"])
        ]
        more = {"cursor": "x"} if len(found) > self.most else {}
        return {"posts": found[: self.most], **more}

    def calls(self) -> list[str]:
        return [call for call, _ in self.asked]


def _said(status: int, answer: Any) -> Any:
    return reply(status, json.dumps(answer).encode(), "https://bsky.social/", content_type="application/json")


def post(number: int, text: str = "fjällvik", minutes: float | None = None) -> dict[str, Any]:
    """The newest has the lowest number; one a minute unless told otherwise."""
    at = NOW - timedelta(minutes=number if minutes is None else minutes)
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "uri": f"at://did:plc:a/app.bsky.feed.post/{number}",
        "author": {"did": "did:plc:a", "handle": "noor.bsky.social"},
        "record": {"text": text, "createdAt": stamp},
        "indexedAt": stamp,
    }


def made(service: Any, session: Passing | None = None, **given: str) -> Bluesky:
    return Bluesky(
        service, credentials={**GIVEN, **given}, session=session or Passing(LOGGED_IN), now=lambda: NOW
    )


def searched(source: Bluesky, text: str = "fjällvik") -> tuple[list[Item], list[Page[Item]]]:
    return read_all(lambda cursor: source.search(query.parse(text), SINCE, cursor))


# The session


def test_it_logs_in_once_and_stays_logged_in() -> None:
    service, session = Service([post(1)]), Passing()
    for _ in range(3):
        assert len(searched(made(service, session))[0]) == 1
    assert service.calls() == ["createSession", "searchPosts", "searchPosts", "searchPosts"]


def test_a_session_that_ran_out_is_renewed_without_the_password() -> None:
    service, session = Service([post(1)]), Passing(LOGGED_IN)
    service.good = set()
    assert len(searched(made(service, session))[0]) == 1
    assert service.calls() == ["searchPosts", "refreshSession", "searchPosts"]
    assert session.read()["access"] == "access-3" and session.read()["refresh"] == "refresh-3"


def test_what_cannot_be_renewed_is_logged_in_anew() -> None:
    service, session = Service([post(1)]), Passing(LOGGED_IN)
    service.good, service.refreshes = set(), set()
    assert len(searched(made(service, session))[0]) == 1
    assert service.calls() == ["searchPosts", "refreshSession", "createSession", "searchPosts"]


def test_a_turn_that_is_away_loses_no_step() -> None:
    """One request in a turn: each time the page is read again, it goes on where it stopped."""
    service, session = Service([post(1)]), Passing(LOGGED_IN)
    service.good, service.refreshes = set(), set()
    for _ in range(3):
        service.busy_after = 1
        with pytest.raises(Busy):
            made(service, session).search(query.parse("fjällvik"), SINCE)
    service.busy_after = 1
    assert made(service, session).search(query.parse("fjällvik"), SINCE).items
    assert service.calls() == ["searchPosts", "refreshSession", "createSession", "searchPosts"]


def test_a_session_that_another_worker_renewed_is_used_and_not_renewed_again() -> None:
    class Shared(Passing):
        reads = 0

        def read(self) -> Mapping[str, str]:
            self.reads += 1
            return {**LOGGED_IN, "access": "access-1" if self.reads == 1 else "access-of-another"}

    service = Service([post(1)])
    service.good = {"access-of-another"}
    assert len(searched(made(service, Shared()))[0]) == 1
    assert service.calls() == ["searchPosts", "searchPosts"]


def test_a_session_is_never_shown_to_another_server() -> None:
    service, session = Service([post(1)]), Passing(LOGGED_IN)
    source = Bluesky(service, instance="pds.example", credentials=GIVEN, session=session, now=lambda: NOW)  # type: ignore[arg-type]  # a fake client
    searched(source)
    assert service.calls() == ["createSession", "searchPosts"]
    assert session.read()["host"] == "pds.example"


def test_a_refused_password_says_what_to_do() -> None:
    service = Service()
    with pytest.raises(SourceError, match="make a new app password") as refused:
        made(service, Passing(), password="zzzz-zzzz-zzzz-zzzz").check()
    assert refused.value.kind == "needs_key"
    assert "zzzz" not in str(refused.value)


@pytest.mark.parametrize(
    "password", ["", "hunter2hunter2", "abcd-efgh-ijkl", "ABCD-efgh-ijkl-mnop ", "åbcd-efgh-ijkl-mnop"]
)
def test_the_password_of_the_account_itself_is_not_even_sent(password: str) -> None:
    service = Service()
    with pytest.raises(SourceError, match="no app password") as refused:
        made(service, Passing(), password=password).check()
    assert refused.value.kind == "needs_key" and service.asked == []


def test_a_login_without_a_session_is_an_error() -> None:
    with pytest.raises(SourceError, match="no session"):
        made(FakeHttp(b'{"did": "did:plc:a"}'), Passing()).check()


def test_a_web_page_that_refuses_us_is_no_refused_password() -> None:
    page = reply(403, b"<html><h1>403 Forbidden</h1></html>", content_type="text/html")
    with pytest.raises(SourceError) as refused:
        made(FakeHttp(page)).search(query.parse("fjällvik"), SINCE)
    assert refused.value.kind == "blocked"


# Searching


def test_every_post_is_read_once_page_after_page() -> None:
    service = Service([post(number) for number in range(1, 251)])
    items, pages = searched(made(service))
    assert [item.external_id for item in items] == [one["uri"] for one in service.posts]
    assert [page.inspected for page in pages] == [100, 99, 51]  # the oldest of a page is shown again
    assert reaches_back_steadily(pages, SINCE)
    assert not any(page.truncated for page in pages)


def test_several_wordings_reach_back_together() -> None:
    """Where the reading stops early, what was reached holds for all of them."""
    service = Service([post(number, "kaffe" if number % 3 else "fjällvik") for number in range(1, 400)])
    items, pages = searched(made(service), "kaffe OR fjällvik")
    assert {item.external_id for item in items} == {one["uri"] for one in service.posts}
    assert reaches_back_steadily(pages, SINCE)


def test_posts_of_one_moment_at_the_edge_of_a_page_are_all_read() -> None:
    posts = [post(number, minutes=number if number < 99 else 99) for number in range(1, 130)]
    items, pages = searched(made(Service(posts)))
    assert {item.external_id for item in items} == {one["uri"] for one in posts}
    assert len(items) == len(posts) and not any(page.truncated for page in pages)


def test_a_moment_with_more_posts_than_a_page_is_said_to_be_cut() -> None:
    posts = [post(number, minutes=5) for number in range(1, 150)] + [post(200)]
    items, pages = searched(made(Service(posts)))
    assert len({item.external_id for item in items}) == 101
    assert any(page.truncated for page in pages)


def test_a_search_ends_after_so_many_pages_and_says_how_far_it_came() -> None:
    service = Service([post(number) for number in range(1, 61)])
    service.most = 2  # one of them again each time
    items, pages = searched(made(service))
    assert len(pages) == bluesky.MOST_PAGES and len(items) == bluesky.MOST_PAGES + 1
    assert pages[-1].truncated and pages[-1].reached == items[-1].published_at


def test_posts_that_are_withheld_are_not_taken_for_none() -> None:
    page = made(FakeHttp(b'{"posts": [], "cursor": "100"}')).search(query.parse("fjällvik"), SINCE)
    assert page.next is None and page.truncated and page.reached == NOW


def test_a_phrase_is_asked_as_one_and_signs_are_no_operators() -> None:
    service = Service()
    searched(made(service), '"fjällvik coffee" roast OR "from:noor"')
    assert [sent["q"] for _, sent in service.asked] == ['"fjällvik coffee" roast', '"from:noor"']


def test_a_tag_is_asked_as_people_write_it() -> None:
    service = Service([post(1, "#kaffe")])
    assert made(service).tagged("kaffe", SINCE).items
    assert service.asked[0][1] == {
        "q": "#kaffe",
        "sort": "latest",
        "limit": 100,
        "since": "2026-10-04T12:00:00.000Z",
        "until": None,
    }


def test_what_no_search_box_takes_is_not_asked() -> None:
    class Nothing:
        def alternatives(self) -> tuple[tuple[str, ...], ...]:
            return ()

    page = made(Service()).search(Nothing(), SINCE)
    assert page.truncated and page.next is None and page.items == ()


def test_a_link_under_other_words_leaves_the_words() -> None:
    said = post(1, "Read it here")
    facet = {"index": {"byteStart": 8, "byteEnd": 12}, "features": [{"uri": "https://evil.example/"}]}
    outside = {"index": {"byteStart": 8, "byteEnd": 900}, "features": [{"uri": "https://evil.example/"}]}
    said["record"]["facets"] = [facet, outside]
    (item,) = bluesky.parse({"posts": [said]})
    assert item.text == "Read it here"


# Threads and profiles


def asked_of(http: FakeHttp) -> list[str]:
    return [urlsplit(url).netloc for url, _ in http.asked]


def test_nobody_needs_a_key_to_read_a_thread_or_a_profile() -> None:
    http = FakeHttp(b'{"thread": {"post": {"uri": "at://a/b/c"}}}')
    Bluesky(http).thread("at://a/b/c")  # type: ignore[arg-type]  # a fake client
    assert asked_of(http) == ["public.api.bsky.app"]
    assert "headers" not in http.asked[0][1]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (_said(400, {"error": "NotFound", "message": "Post not found: at://a/b/c"}), "gone"),
        (_said(200, {"thread": {"uri": "at://a/b/c", "notFound": True}}), "gone"),
        (_said(200, {"thread": {"uri": "at://a/b/c", "blocked": True, "author": {"did": "x"}}}), "blocked"),
        (_said(200, {"thread": {}}), "transient"),
        (_said(400, {"error": "InvalidRequest", "message": "Error: uri must be a valid at-uri"}), "blocked"),
        (reply(400, b"Bad Request"), "blocked"),
    ],
)
def test_a_conversation_that_cannot_be_read_says_why(answer: Any, kind: str) -> None:
    with pytest.raises(SourceError) as refused:
        Bluesky(FakeHttp(answer)).thread("at://a/b/c")  # type: ignore[arg-type]  # a fake client
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    "error",
    [
        {"error": "InvalidRequest", "message": "Profile not found"},
        {"error": "AccountTakedown", "message": "Account has been suspended"},
        {"error": "AccountDeactivated", "message": "Account is deactivated"},
    ],
)
def test_a_profile_that_is_not_there_is_a_no(error: dict[str, str]) -> None:
    page = Bluesky(FakeHttp(_said(400, error))).observe("@fjallvik.bsky.social")  # type: ignore[arg-type]  # a fake client
    assert page.next is None
    assert [(one.metric, one.value) for one in page.items] == [("exists", 0)]
    assert page.items[0].url == "https://bsky.app/profile/fjallvik.bsky.social"


def feed(*posts: dict[str, Any], cursor: str = "") -> bytes:
    return json.dumps({"feed": list(posts), **({"cursor": cursor} if cursor else {})}).encode()


PROFILE = json.dumps(
    {
        "did": "did:plc:a",
        "handle": "fjallvik.bsky.social",
        "followersCount": 12,
        "followsCount": 3,
        "postsCount": 40,
    }
).encode()


def observed(*answers: bytes, handle: str = "@fjallvik.bsky.social") -> tuple[dict[str, Any], FakeHttp, Any]:
    http = FakeHttp(*answers)
    source = Bluesky(http, now=lambda: NOW)  # type: ignore[arg-type]  # a fake client
    readings, pages = read_all(lambda cursor: source.observe(handle, cursor))
    return {one.metric: one for one in readings}, http, pages


def test_the_pace_counts_own_posts_and_replies_of_thirty_days() -> None:
    day = 24 * 60
    answer = {**post(3, minutes=4 * day)}
    answer["record"] = {**answer["record"], "reply": {"root": {"uri": "at://x/y/z"}, "parent": {}}}
    pinned = {"post": post(9, minutes=90 * day), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
    shared = {
        "post": post(8, minutes=0.5),
        "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": "did:plc:a"}},
    }
    readings, http, pages = observed(
        PROFILE,
        feed(pinned, shared, {"post": post(1, minutes=day)}, cursor="a"),
        feed({"post": answer}, {"post": post(4, minutes=29 * day)}, cursor="b"),
        feed({"post": post(5, minutes=31 * day)}, cursor="c"),
    )
    assert [readings[name].value for name in ("exists", "followers", "following", "posts")] == [1, 12, 3, 40]
    assert (readings["posts_30d"].value, readings["replies_30d"].value) == (2, 1)
    assert readings["posts_30d"].precision == "exact"
    assert readings["last_post"].text == (NOW - timedelta(days=1)).isoformat()
    assert len(pages) == 4 and "handle" not in readings
    assert [options["params"].get("cursor") for _, options in http.asked[1:]] == [None, "a", "b"]
    assert http.asked[1][1]["params"]["actor"] == "did:plc:a"


def test_a_page_of_nothing_but_shared_posts_does_not_end_the_reading() -> None:
    shared = {"post": post(1), "reason": {"by": {"did": "did:plc:a"}}}
    readings, _, _ = observed(PROFILE, feed(shared, cursor="a"), feed({"post": post(2)}))
    assert readings["posts_30d"].value == 1


def test_the_pace_of_somebody_who_writes_all_day_is_estimated() -> None:
    pages = [
        feed(*({"post": post(100 * page + number)} for number in range(100)), cursor=str(page + 1))
        for page in range(bluesky.MOST_FEED_PAGES)
    ]
    readings, _, _ = observed(PROFILE, *pages)
    assert readings["posts_30d"].precision == "estimated"
    assert readings["posts_30d"].value == 1000 * 30  # no more than a day of it was read


def test_a_profile_without_posts_is_quiet_and_not_unknown() -> None:
    readings, _, _ = observed(PROFILE, feed())
    assert (readings["posts_30d"].value, readings["replies_30d"].value) == (0, 0)
    assert "last_post" not in readings


def test_an_account_that_is_named_by_its_id_tells_its_handle() -> None:
    readings, http, _ = observed(PROFILE, feed(), handle="did:plc:a")
    assert readings["handle"].text == "@fjallvik.bsky.social"
    assert http.asked[0][1]["params"] == {"actor": "did:plc:a"}
