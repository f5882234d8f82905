"""Lists of feeds from and to other readers, however they write them."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from listening import feeds, imports, opml
from listening.models import Feed, FeedSubscription
from listening.opml import Outline
from listening.text import clean_line
from teams.models import AuditEntry, Role, User, Workspace
from tests.conftest import shared
from tests.make import make_member, make_user, make_workspace

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def file(*outlines: str, head: str = "<head><title>Feeds</title></head>") -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0">{head}<body>{"".join(outlines)}</body></opml>'.encode()


def outline(url: str, name: str = "", **more: str) -> str:
    about = {"type": "rss", "text": name, "xmlUrl": url, **more}
    return "<outline " + " ".join(f'{key}="{value}"' for key, value in about.items()) + "/>"


def urls(body: bytes) -> list[str]:
    return [one.url for one in opml.read(body).outlines]


def test_folders_are_looked_into() -> None:
    inner = (
        f'<outline text="Deep"><outline text="Deeper">{outline("https://b.example/feed")}</outline></outline>'
    )
    body = file(outline("https://a.example/feed"), f'<outline text="Coffee">{inner}</outline>')
    assert urls(body) == ["https://a.example/feed", "https://b.example/feed"]


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ('<outline type="rss" xmlurl="https://a.example/feed"/>', "https://a.example/feed"),
        ('<outline XMLURL="https://a.example/feed"/>', "https://a.example/feed"),
        ('<OUTLINE xmlURL=" https://a.example/\nfeed "/>', "https://a.example/feed"),
        ('<outline type="rss" url="https://a.example/feed"/>', "https://a.example/feed"),
        ('<outline xmlUrl="feed://a.example/feed"/>', "http://a.example/feed"),
        ('<outline xmlUrl="feed:https://a.example/feed"/>', "https://a.example/feed"),
        ('<outline xmlUrl="a.example/feed"/>', "https://a.example/feed"),
        ('<outline xmlUrl="//a.example/feed"/>', "http://a.example/feed"),
        ('<outline xmlUrl="https://a.example/?x=1&y=2"/>', "https://a.example/?x=1&y=2"),
        ('<outline xmlUrl="https://a.example/?x=1&amp;y=2"/>', "https://a.example/?x=1&y=2"),
        ('<outline xmlns="http://opml.example/" xmlUrl="https://a.example/feed"/>', "https://a.example/feed"),
    ],
)
def test_an_address_is_found_however_it_is_written(written: str, url: str) -> None:
    assert urls(file(written)) == [url]
    assert not opml.read(file(written)).damaged


@pytest.mark.parametrize(
    "written",
    [
        '<outline text="A folder"/>',
        '<outline type="link" url="https://a.example/"/>',
        '<outline xmlUrl="  "/>',
        '<outline isComment="true" xmlUrl="https://a.example/feed"/>',
    ],
)
def test_what_is_no_feed_is_left_out(written: str) -> None:
    assert urls(file(written)) == []


def test_a_name_is_the_text_or_the_title_and_not_the_address() -> None:
    body = file(
        outline("https://a.example/feed", "Kaffe &amp; te"),
        '<outline title="By title" xmlUrl="https://b.example/feed"/>',
        outline("https://c.example/feed", "https://c.example/feed"),
    )
    assert [one.name for one in opml.read(body).outlines] == ["Kaffe & te", "By title", ""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><opml><body>'
    text += outline("https://a.example/feed", "Fjällvik") + "</body></opml>"
    assert [one.name for one in opml.read(text.encode(encoding)).outlines] == ["Fjällvik"]


def test_a_damaged_file_is_read_as_far_as_it_goes_and_says_so() -> None:
    body = file(outline("https://a.example/feed"), outline("https://b.example/feed", "x < y"))
    cut = file(outline("https://a.example/feed"), outline("https://b.example/feed"))[:-40]
    for damaged in (body, cut):
        found = opml.read(damaged)
        assert found.damaged
        assert found.outlines[0].url == "https://a.example/feed"


def test_half_a_character_hides_no_feed() -> None:
    found = opml.read(file(outline("https://a.example/feed", "half &#xD800;"), outline("https://b.example/")))
    assert found.damaged
    assert [one.url for one in found.outlines] == ["https://a.example/feed", "https://b.example/"]


def test_markup_inside_an_attribute_hides_no_feed() -> None:
    """Some programs put a feed's description there as it came."""
    broken = 'text="By <a href="https://x.example/">us</a>." xmlUrl="https://b.example/?a=1&amp;c=2"'
    body = file(outline("https://a.example/feed"), f"<outline {broken}/>", outline("https://c.example/feed"))
    found = opml.read(body)
    assert found.damaged
    assert {one.url for one in found.outlines} == {
        "https://a.example/feed",
        "https://b.example/?a=1&c=2",
        "https://c.example/feed",
    }


BOMB = b'<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no OPML file"),
        (b"\x00\x01\x02", "no OPML file"),
        (b'{"feeds": []}', "no OPML file"),
        (b"<html><body><p>Log in</p></body></html>", "no OPML file"),
        (b'<rss version="2.0"><channel><title>x</title></channel></rss>', "no OPML file"),
        (
            BOMB + b']><opml><body><outline text="&j;" xmlUrl="https://a.example/"/></body></opml>',
            "document type",
        ),
        (
            b'<!doctype opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b'<opml><body><outline text="&x;"/></body></opml>',
            "document type",
        ),
        ('<!DOCTYPE opml [<!ENTITY a "a">]><opml/>'.encode("utf-16"), "document type"),
        (file('<outline text="x">' * 5_000 + "</outline>" * 5_000), "levels deep"),
        (file('<outline text="x">' * 5_000), "levels deep"),
        (file('<outline xmlUrl="https://a.example/"/>' * 20_001), "20,000 entries"),
        (file() + b" " * opml.LARGEST, "larger than 5 MB"),
    ],
)
def test_what_cannot_or_should_not_be_read_is_refused_in_words(body: bytes, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(opml.Unreadable, match=words):
        opml.read(body)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "body",
    [
        file(outline("https://a.example/" + "x" * 4_000_000)),
        b"<opml>" + b"<outline " + b" ".join(b'a%d="1"' % number for number in range(20_000)) + b"/></opml>",
        b"<opml>" + b"&" * 4_000_000,
        b"<opml " + b"<" * 4_000_000,
    ],
    ids=["one long address", "many attributes", "ampersands", "brackets"],
)
def test_no_file_holds_the_web_server(body: bytes) -> None:
    began = time.monotonic()
    with suppress(opml.Unreadable):
        opml.read(body)
    assert time.monotonic() - began < 3


@pytest.mark.shared
def test_the_lists_of_other_readers_are_read_whole() -> None:
    for path in sorted(shared("samples/opml").glob("*.opml")):
        found = opml.read(path.read_bytes())
        told = path.read_bytes().count(b"xmlUrl=")
        assert len(found.outlines) == told > 5, path.name
        assert sum(not one.name for one in found.outlines) <= found.damaged, path.name


@pytest.mark.shared
def test_the_hostile_list_is_refused() -> None:
    with pytest.raises(opml.Unreadable, match="levels deep"):
        opml.read(shared("hostile/feeds/opml_bomb.opml").read_bytes())


texts = st.text(max_size=80)


@given(texts, st.lists(st.tuples(st.uuids(), texts), max_size=20))
def test_what_is_written_is_read_again(title: str, rows: list[tuple[Any, str]]) -> None:
    outlines = [
        Outline(
            f"https://{number}.example/?a=1&b=<2>'\"",
            clean_line(name, opml.LONGEST_NAME),
            "https://x.example/",
        )
        for number, name in rows
    ]
    body = opml.write(title, outlines, NOW)
    found = opml.read(body)
    assert not found.damaged
    assert [(one.url, one.name) for one in found.outlines] == [(one.url, one.name) for one in outlines]
    root = etree.fromstring(body)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert all(one.get("text") and one.get("type") == "rss" for one in root.iter("outline"))


# In the browser

pages = pytest.mark.django_db


@pytest.fixture
def alice(db: None) -> User:
    return make_user("Alice")


@pytest.fixture
def workspace(alice: User) -> Workspace:
    return make_workspace(alice)


@pytest.fixture
def alices(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def url(name: str, workspace: Workspace) -> str:
    return reverse(f"listening:{name}", args=[workspace.code])


def upload(client: Client, workspace: Workspace, body: bytes) -> Any:
    return client.post(url("import_feeds", workspace), {"file": SimpleUploadedFile("feeds.opml", body)})


def test_before_anything_is_followed_one_sees_what_would_be(alices: Client, workspace: Workspace) -> None:
    feeds.follow(workspace, "https://known.example/feed")
    body = file(
        outline("https://new.example/feed", "A new one"),
        outline("http://known.example/feed", "One we know"),
        outline("https://new.example/feed", "Once more"),
        outline("http://new.example/feed", "And by http"),
        outline("http://192.168.1.1/feed", "The router"),
        outline("ftp://old.example/feed", "An old one"),
    )
    page = upload(alices, workspace, body)
    preview: imports.Preview = page.context["preview"]
    assert [(one.url, one.name) for one in preview.wanted] == [("https://new.example/feed", "A new one")]
    assert [one.name for one in preview.followed] == ["One we know"]
    assert [one.name for one in preview.twice] == ["Once more", "And by http"]
    assert [one.name for one, _ in preview.refused] == ["The router", "An old one"]
    html = page.content.decode()
    assert "not public" in html and "Only addresses that begin with http" in html
    assert FeedSubscription.objects.count() == 1


def test_the_ticked_feeds_are_followed_under_their_names(alices: Client, workspace: Workspace) -> None:
    page = upload(
        alices,
        workspace,
        file(outline("https://a.example/feed", "Anna &amp; Bo"), outline("https://b.example/")),
    )
    ticked = [one.value for one in page.context["preview"].wanted]
    alices.post(url("follow_many", workspace), {"feed": ticked})
    rows = FeedSubscription.objects.order_by("feed__url")
    assert [(row.feed.url, row.name) for row in rows] == [
        ("https://a.example/feed", "Anna & Bo"),
        ("https://b.example/", ""),
    ]
    assert Feed.objects.filter(due_at__isnull=False).count() == 2
    entry = AuditEntry.objects.get(verb="feed.imported")
    assert (entry.workspace, entry.details) == (workspace, {"feeds": 2})
    alices.post(url("follow_many", workspace), {"feed": ticked})
    assert FeedSubscription.objects.count() == 2, "a second click changes nothing"


def test_all_are_followed_or_none(alices: Client, workspace: Workspace) -> None:
    answer = alices.post(
        url("follow_many", workspace),
        {"feed": ["https://a.example/feed A", "http://127.0.0.1/feed B"]},
        follow=True,
    )
    assert "alert-danger" in answer.content.decode()
    assert not FeedSubscription.objects.exists()


def test_a_long_list_is_taken_in_parts(alices: Client, workspace: Workspace) -> None:
    body = file(*(outline(f"https://blog{number}.example/feed") for number in range(620)))
    preview = upload(alices, workspace, body).context["preview"]
    assert (len(preview.wanted), preview.later) == (500, 120)
    alices.post(url("follow_many", workspace), {"feed": [one.value for one in preview.wanted]})
    preview = upload(alices, workspace, body).context["preview"]
    assert (len(preview.followed), len(preview.wanted), preview.later) == (500, 120, 0)


def test_a_workspace_follows_a_bounded_number(
    alices: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_FOLLOWED", 3)
    body = file(*(outline(f"https://blog{number}.example/feed") for number in range(5)))
    page = upload(alices, workspace, body)
    assert (len(page.context["preview"].wanted), page.context["preview"].later) == (3, 2)
    assert "as many as it may" in page.content.decode()
    ticked = [f"https://blog{number}.example/feed " for number in range(4)]
    answer = alices.post(url("follow_many", workspace), {"feed": ticked}, follow=True)
    assert "follows 3 feeds at most" in answer.content.decode()
    assert not FeedSubscription.objects.exists()


@pytest.mark.parametrize("body", [b"", b"<html></html>", file(), file() + b" " * opml.LARGEST])
def test_a_file_that_cannot_be_used_says_why_beside_the_field(
    alices: Client, workspace: Workspace, body: bytes
) -> None:
    page = upload(alices, workspace, body)
    assert page.status_code == 422
    assert "invalid-feedback" in page.content.decode()


def test_bob_may_take_the_list_along_but_bring_none(workspace: Workspace) -> None:
    bob = make_user("Bob")
    make_member(workspace, bob, Role.VIEWER)
    feeds.follow(workspace, "https://a.example/feed?key=1&x=2", "Kaffe <&> te")
    client = Client()
    client.force_login(bob)
    assert client.get(url("import_feeds", workspace)).status_code == 403
    answer = client.get(url("export_feeds", workspace))
    assert answer["Content-Disposition"] == 'attachment; filename="fjallvik-coffee-feeds.opml"'
    (one,) = opml.read(answer.content).outlines
    assert (one.url, one.name) == ("https://a.example/feed?key=1&x=2", "Kaffe <&> te")


def test_what_one_workspace_takes_along_another_brings_in(alices: Client, workspace: Workspace) -> None:
    for number in range(30):
        feeds.follow(workspace, f"https://blog{number}.example/feed?a=1&b=2", f"Blog “{number}” & co")
    body = alices.get(url("export_feeds", workspace)).content
    others = make_workspace(User.objects.get(), name="Others")
    preview = upload(alices, others, body).context["preview"]
    alices.post(url("follow_many", others), {"feed": [one.value for one in preview.wanted]})
    told = {each: set(each.subscriptions.values_list("feed__url", "name")) for each in (workspace, others)}
    assert told[workspace] == told[others] and len(told[others]) == 30
