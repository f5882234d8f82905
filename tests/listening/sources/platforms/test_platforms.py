"""Which source reads a profile that was found, and when it stays a link."""

from __future__ import annotations

import re

import pytest

from listening import sources
from listening.sources import Source
from listening.sources.platforms import NO_CHANNEL_ID, READ_BY, profile, proposal
from listening.sources.proposals import merged
from listening.types import Cursor, Page, Proposal, Reading


def listed(name: str) -> type[Source]:
    """A source of this name that reads profiles."""

    class Reads(Source):
        def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
            return Page()

    Reads.name, Reads.label = name, name.title()
    return Reads


READABLE = [
    ("https://kaffe.example/@fjallvik", "mastodon", "@fjallvik@kaffe.example"),
    ("https://bsky.app/profile/fjallvik.bsky.social", "bluesky", "@fjallvik.bsky.social"),
    ("https://bsky.app/profile/did:plc:abc123", "bluesky", "did:plc:abc123"),
    ("https://www.youtube.com/channel/UC0123456789abcdefghijkl", "youtube", "UC0123456789abcdefghijkl"),
    ("https://www.reddit.com/r/fjallvik/", "reddit", "r/fjallvik"),
    ("https://old.reddit.com/user/fjallvik", "reddit", "u/fjallvik"),
    ("https://fjallvik.wordpress.com", "wordpress", "fjallvik.wordpress.com"),
    ("https://sv.m.wikipedia.org/wiki/Fj%C3%A4llvik_Coffee", "wikipedia", "sv:Fjällvik Coffee"),
    ("http://www.wikidata.org/entity/Q90000001", "wikidata", "Q90000001"),
    ("https://github.com/fjallvik", "github", "fjallvik"),
]
LINKS = [
    "https://www.youtube.com/@fjallvik",
    "https://www.youtube.com/user/fjallvik",
    "https://www.instagram.com/fjallvik/",
    "https://fjallvik.substack.com/",
]


def found(url: str) -> Proposal:
    known = profile(url, surely_mastodon=True)
    assert known
    return proposal(known, "proof")


@pytest.mark.parametrize(("url", "source", "handle"), READABLE)
def test_a_profile_is_read_by_the_source_of_its_platform_while_that_is_listed(
    monkeypatch: pytest.MonkeyPatch, url: str, source: str, handle: str
) -> None:
    monkeypatch.setattr(sources, "SOURCES", (listed(source),))
    assert (found(url).source, found(url).handle) == (source, handle)
    monkeypatch.setattr(sources, "SOURCES", (listed("another"),))
    assert found(url).source == "link" and found(url).handle == found(url).url
    assert found(url).label.endswith(handle.removeprefix("r/").removeprefix("u/").lstrip("@"))


def test_a_source_that_reads_no_profiles_and_no_conversations_reads_none_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Searches(Source):
        name = "bluesky"

    monkeypatch.setattr(sources, "SOURCES", (Searches,))
    assert found("https://bsky.app/profile/fjallvik.bsky.social").source == "link"


@pytest.mark.parametrize("url", LINKS)
def test_what_no_source_can_read_stays_a_link(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(sources, "SOURCES", tuple(listed(name) for _, name, _, _ in READ_BY))
    assert found(url).source == "link"


def test_a_channel_without_its_id_says_why_it_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "SOURCES", (listed("another"),))
    assert found("https://www.youtube.com/@fjallvik").more == (), "while nobody reads channels"
    monkeypatch.setattr(sources, "SOURCES", (listed("youtube"),))
    assert found("https://www.youtube.com/@fjallvik").more == ((NO_CHANNEL_ID, ""),)


def test_every_line_of_the_table_is_of_a_platform_that_is_known() -> None:
    platforms = {known.platform for url, _, _ in READABLE if (known := profile(url, surely_mastodon=True))}
    assert {platform for platform, _, _, _ in READ_BY} == platforms
    assert all(re.compile(pattern).groups == 1 for _, _, pattern, _ in READ_BY)


@pytest.mark.parametrize(
    "url",
    [
        "https://wordpress.com/",
        "https://developer.wordpress.com/",
        "https://fjallvik.wordpress.com/2026/11/a-post/",
        "https://www.wikipedia.org/wiki/Fj%C3%A4llvik",
        "https://sv.wikipedia.org/wiki/Kategori:Kaffe",
        "https://www.wikidata.org/wiki/Property:P856",
    ],
)
def test_what_is_nobodys_profile_is_none(url: str) -> None:
    assert profile(url) is None


def test_finders_are_merged_with_the_surest_proof_in_front() -> None:
    linked = Proposal(
        "link", "https://x.com/fjallvik", "https://x.com/fjallvik", "X: fjallvik", "linked", False
    )
    said = Proposal(
        "link", "https://twitter.com/Fjallvik/", "https://twitter.com/Fjallvik/", "X: Fjallvik", "said",
        proof_url="https://www.wikidata.org/wiki/Q90000001",
    )  # fmt: skip
    other = Proposal("mastodon", "@a@b.example", "https://b.example/@a", "@a@b.example", "own")
    feed = Proposal(
        "feeds", "https://b.example/feed", "https://b.example/feed", "https://b.example/feed", "said"
    )
    named = Proposal("feeds", "http://b.example/feed/", "http://b.example/feed/", "News", "named", False)
    one, two, three = merged([linked, other, said, feed, named, said])
    assert (one.handle, one.confident, one.proof, one.more) == (
        *("https://twitter.com/Fjallvik/", True, "said"), (("linked", ""),),
    )  # fmt: skip
    assert two == other
    assert (three.handle, three.label, three.more) == ("https://b.example/feed", "News", (("named", ""),))


def test_articles_that_differ_by_more_than_their_first_letter_are_two() -> None:
    def article(title: str) -> Proposal:
        return Proposal("wikipedia", f"en:{title}", f"https://en.wikipedia.org/wiki/{title}", title, "p")

    assert [one.label for one in merged([article("Apple"), article("apple"), article("APPLE")])] == [
        *("Apple", "APPLE")
    ]
