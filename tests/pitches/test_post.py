"""The internal blog post: the pitch's numbers, its verdicts' words, and what others wrote only as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from listening.models import Conversation, Match, Mention
from pitches import verbs
from pitches.case import build
from pitches.decks.contract import Snapshot
from pitches.decks.text import format_figure
from pitches.models import Pitch
from pitches.planning import post as posts
from pitches.planning.post import Part, Quote
from pitches.sharing.exports import snapshot_of
from teams.models import User, Workspace

BrowserOf = Callable[[User], Client]


def texts(parts: list[Part]) -> str:
    return "\n".join([*(text for part in parts for text in part.texts)])


@pytest.fixture
def snapshot(pitch: Pitch) -> Snapshot:
    return snapshot_of(pitch)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_number_is_a_figure_of_the_pitch(snapshot: Snapshot, language: str) -> None:
    shown = {
        format_figure(figure, language, snapshot["time_zone"]) for figure in snapshot["figures"].values()
    }
    numbers = {number for one in shown for number in re.findall(r"\d[\d.,]*", one)}
    said = texts(posts.write(snapshot, language))
    found = re.findall(r"\d[\d.,]*\d|\d", said)
    assert len(found) > 20
    assert [number for number in found if number not in numbers] == []


def test_it_says_what_was_found_what_is_not_known_and_what_comes_next(snapshot: Snapshot) -> None:
    parts = posts.write(snapshot)
    heads = [part.texts[0] for part in parts if part.form == "heading"]
    assert heads == [
        "What we found",
        "Some of those who wait for an answer",
        "What we do not know",
        "What we propose",
        "If you want to answer",
    ]
    said = texts(parts)
    assert "Could not be read: Hacker News." in said and "not feelings" in said
    assert "conversations whose replies were not read" in said
    assert "Month 1: Listen." in said and "By day 90: our share of voice at least" in said
    assert "Say your name and that you work for Fjällvik Coffee" in said
    quotes = next(part.quotes for part in parts if part.form == "quotes")
    assert len(quotes) == 3 and all(quote.url and quote.url.startswith("https://") for quote in quotes)
    assert "still a draft" in said


def test_its_words_follow_the_verdicts(pitch: Pitch, workspace: Workspace) -> None:
    assert "why we should answer" in posts.write(snapshot_of(pitch))[0].texts[0]
    Conversation.objects.filter(workspace=workspace).update(participants=["@fjallvik@kaffetorget.example"])
    said = posts.write(snapshot_of(pitch))
    assert "why answering can wait" in said[0].texts[0]
    assert "does not hold, and we say so" in texts(said)
    assert "For now we only go on listening" in texts(said)
    Match.objects.filter(workspace=workspace).delete()
    Mention.objects.filter(workspace=workspace).delete()
    workspace.scans.all().delete()
    said = posts.write(snapshot_of(pitch))
    assert said[0].texts[0] == "What people say about us: what we know so far"
    assert "Whether this is so: People are talking about us or our industry." in texts(said)


def test_what_people_wrote_over_the_deck_is_in_the_post(pitch: Pitch, alice: User) -> None:
    edited = verbs.write(pitch, alice, "en", "talk", {"title": "They talk: {s1.stories} times"})
    stories = build(edited).ground.register.values()["s1.stories"]
    assert f"They talk: {stories} times." in texts(posts.write(snapshot_of(edited)))


def test_rules_vouch_for_no_words_of_people(pitch: Pitch, alice: User) -> None:
    holds = "That holds, by rules we wrote down before we counted."
    before = texts(posts.write(snapshot_of(pitch))).count(holds)
    noted = verbs.write(pitch, alice, "en", "talk", {"notes": "Say it slowly"})
    assert texts(posts.write(snapshot_of(noted))).count(holds) == before > 0
    edited = verbs.write(noted, alice, "en", "talk", {"title": "They talk: {s1.stories} times"})
    assert texts(posts.write(snapshot_of(edited))).count(holds) == before - 1


def test_the_post_of_a_frozen_pitch_stays_as_it_is(frozen: Pitch, workspace: Workspace) -> None:
    before = posts.write(snapshot_of(frozen))
    Mention.objects.filter(workspace=workspace).delete()
    assert posts.write(snapshot_of(Pitch.objects.get(pk=frozen.pk))) == before
    assert "frozen so that they no longer change" in texts(before)


def test_a_short_deck_has_the_whole_post(pitch: Pitch) -> None:
    pitch.length = Pitch.Length.SHORT
    said = texts(posts.write(snapshot_of(pitch)))
    assert "We are missing" in said and "Month 1" in said and "By day 30" in said


def test_a_pitch_of_an_older_format_is_read(pitch: Pitch, snapshot: Snapshot) -> None:
    older = dict(snapshot)
    del older["goals"]
    kept = ("cover", "summary", "register")
    older["slides"] = [slide for slide in snapshot["slides"] if slide["key"] in kept]
    said = texts(posts.write(older))  # type: ignore[arg-type]  # on purpose: what was frozen long ago
    assert "What people say about us" in said


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


WICKED = "<script>alert(1)</script> [x](javascript:alert(1)) # not a heading `code` & more"


def test_what_others_wrote_is_text_in_html_and_in_markdown() -> None:
    parts = [
        Part("title", (WICKED,)),
        Part("list", ("1. one", "- two", "three\n# four")),
        Part("quotes", quotes=(Quote(WICKED, "https://x.example/a_(b)"), Quote("plain", None))),
    ]
    tags = Tags()
    tags.feed(posts.as_page(parts, "en"))
    assert set(tags.found) == {"html", "head", "meta", "title", "body", "h1", "ul", "li", "a"}
    assert WICKED in tags.text
    lines = posts.as_markdown(parts).split("\n")
    assert lines[0].startswith("# \\<script\\>") and "\\[x\\](javascript" in lines[0]
    assert lines[2:5] == ["- 1\\. one", "- \\- two", "- three \\# four"]
    assert lines[6].endswith("](https://x.example/a_%28b%29)") and lines[7] == "- plain"


@given(st.text(max_size=200))
def test_no_text_breaks_out_of_its_place(text: str) -> None:
    parts = [Part("text", (text,)), Part("quotes", quotes=(Quote(text, None),))]
    tags = Tags()
    tags.feed(posts.as_html(parts))
    assert set(tags.found) == {"p", "ul", "li"}
    assert not re.search(r"(?m)^(#|>|\d+[.)] )", posts.as_markdown(parts))


def test_alice_copies_it_in_either_language_and_downloads_it(
    pitch: Pitch, workspace: Workspace, alice: User, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    where = [workspace.code, pitch.code]
    shown = browser.get(reverse("pitches:post", args=where)).content.decode()
    assert "What we do not know" in shown and 'data-copy="as-markdown"' in shown
    swedish = browser.get(reverse("pitches:post", args=where) + "?language=sv").content.decode()
    assert "Vad vi hittade" in swedish
    page = browser.get(reverse("pitches:post_html", args=where) + "?language=sv")
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+-v1-post.html"', page["Content-Disposition"])
    assert page.content.decode().startswith('<!doctype html>\n<html lang="sv">')
    text = browser.get(reverse("pitches:post_markdown", args=where))
    assert text["Content-Type"].startswith("text/markdown")
    assert text.content.decode().startswith("# What people say")
