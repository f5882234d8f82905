"""What is kept of what was heard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from listening import queries, searches
from listening.dispatch import rematch
from listening.models import Author, Conversation, Match, Mention, Search, SearchVersion
from listening.query import QueryError
from tests.make import hear, make_brand, make_item, make_mention, make_rival, make_search, make_workspace

pytestmark = pytest.mark.django_db


def test_what_answers_no_search_is_not_kept() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    saved = hear(workspace, make_item("Fjällvik is nice"), make_item("Nothing about it"))
    assert (saved.found, saved.new) == (1, 1)
    assert [mention.text for mention in Mention.objects.all()] == ["Fjällvik is nice"]


def test_hearing_twice_changes_counts_only() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    item = make_item("Fjällvik is nice", external_id="a", metrics={"likes": 1})
    hear(workspace, item)
    again = hear(workspace, make_item("Fjällvik edited", external_id="a", metrics={"likes": 5, "shares": 2}))
    mention = Mention.objects.get()
    assert (again.found, again.new) == (1, 0)
    assert (mention.text, mention.metrics) == ("Fjällvik is nice", {"likes": 5, "shares": 2})
    assert Match.objects.count() == 1


def test_one_post_answers_several_searches_and_is_one_mention() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    make_search(workspace, "bergby", make_rival(workspace))
    make_search(workspace, "coffee")
    hear(workspace, make_item("Fjällvik or Bergby coffee?"))
    assert Mention.objects.count() == 1
    assert Match.objects.count() == 3
    assert queries.counts(queries.matched(workspace)).mentions == 1


def test_copies_are_one_story_and_stay_mentions() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    words = "Fjällvik opens a new roastery in Umeå this coming autumn"
    hear(workspace, make_item(words), make_item(words.upper()), make_item("Fjällvik again"))
    counts = queries.counts(queries.matched(workspace))
    assert (counts.mentions, counts.stories) == (3, 2)
    shown = list(queries.told_first(queries.mentions_of(workspace, queries.matched(workspace))))
    assert sorted(mention.copies for mention in shown) == [1, 2]  # type: ignore[attr-defined]  # annotated


def test_a_later_post_merges_two_stories_into_the_older() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    words = "Fjällvik opens a new roastery in Umeå this coming autumn"
    first = make_mention(workspace, words)
    second = make_mention(workspace, "Fjällvik link", link="https://news.example/a")
    make_mention(workspace, words + "!", link="https://news.example/a")
    second.refresh_from_db()
    assert second.story_id == first.story_id
    assert queries.counts(queries.matched(workspace)).stories == 1


def test_a_reserved_text_is_counted_and_not_kept() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    mention = make_mention(workspace, "Fjällvik, privately", searchable=False, tags=("kaffe",))
    mention.refresh_from_db()
    assert (mention.title, mention.text, mention.is_searchable, mention.words) == ("", "", False, None)
    assert (mention.author, mention.tags, mention.matches.get().where) == (None, [], [])
    assert not Author.objects.exists()


def test_a_post_nobody_answered_needs_no_reading_until_somebody_does() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    hear(workspace, make_item("Fjällvik?", external_id="a", replies=0))
    assert Conversation.objects.get().state == Conversation.State.READ
    hear(workspace, make_item("Fjällvik?", external_id="a", replies=2))
    assert Conversation.objects.get().state == Conversation.State.UNREAD


def test_workspaces_keep_their_own_copies() -> None:
    ours, theirs = make_workspace(), make_workspace(name="Others")
    for workspace in (ours, theirs):
        make_search(workspace, "fjällvik", make_brand(workspace))
        hear(workspace, make_item("Fjällvik", external_id="same"))
    assert (
        Mention.objects.filter(workspace=ours).count()
        == Mention.objects.filter(workspace=theirs).count()
        == 1
    )


def test_a_new_wording_is_held_against_what_is_stored() -> None:
    workspace = make_workspace()
    version = make_search(workspace, "fjällvik OR roastery", make_brand(workspace))
    hear(workspace, make_item("Fjällvik coffee"), make_item("A roastery in Umeå"), make_item("Fjällvik jobs"))
    newer = searches.save_version(version.search, "fjällvik NOT jobs")
    assert queries.counts(queries.matched(workspace)).mentions == 0
    rematch(newer.pk)
    assert queries.counts(queries.matched(workspace)).mentions == 1
    assert version.matches.count() == 3
    rematch(newer.pk)
    assert newer.matches.count() == 1


def test_the_same_wording_again_is_no_new_version_and_a_wrong_one_is_refused() -> None:
    workspace = make_workspace()
    version = make_search(workspace, "fjällvik", make_brand(workspace))
    assert searches.save_version(version.search, "  fjällvik ").pk == version.pk
    with pytest.raises(QueryError):
        searches.save_version(version.search, '"fjällvik')
    assert SearchVersion.objects.get().text == "fjällvik"


def test_every_brand_is_searched_by_the_same_template() -> None:
    workspace = make_workspace()
    ours = make_brand(
        workspace,
        "Fjällvik Kaffe",
        aliases=["FK Roast"],
        tags=["fjällvikkaffe"],
        domain="www.fjallvik.example",
    )
    rival = make_rival(workspace, "Bergby", domain="bergby.example")
    for brand in (ours, rival):
        searches.propose_for(brand, ["@handle"])
    texts = {
        (version.search.brand.name, version.search.form): version.text  # type: ignore[union-attr]  # all are brands'
        for version in SearchVersion.objects.select_related("search__brand")
    }
    assert texts == {
        (
            "Fjällvik Kaffe",
            Search.Form.KEYWORD,
        ): '"Fjällvik Kaffe" OR FjällvikKaffe OR "FK Roast" OR handle OR fjallvik.example',
        ("Fjällvik Kaffe", Search.Form.TAG): "tag:fjällvikkaffe OR tag:handle",
        ("Bergby", Search.Form.KEYWORD): "Bergby OR handle OR bergby.example",
        ("Bergby", Search.Form.TAG): "tag:Bergby OR tag:handle",
    }


def test_a_not_relevant_mention_is_in_no_count() -> None:
    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    mention = make_mention(workspace)
    Mention.objects.filter(pk=mention.pk).update(state=Mention.State.NOT_RELEVANT)
    assert queries.counts(queries.matched(workspace)).mentions == 0
    assert queries.counts(queries.matched(workspace, relevant_only=False)).mentions == 1


def test_taking_part_means_a_whole_handle_in_a_thread_that_was_read() -> None:
    from listening import store
    from listening.types import Reply

    workspace = make_workspace()
    make_search(workspace, "fjällvik", make_brand(workspace))
    answered = make_mention(workspace, "Fjällvik opening hours?", replies=1)
    fans = make_mention(workspace, "Fjällvik is best?", replies=1)
    make_mention(workspace, "Fjällvik unread", replies=3)
    now = timezone.now()
    store.save_thread(
        answered.conversation,
        [Reply("r1", "https://x.example/1", "@Fjallvik@social.example", published_at=now)],
        now,
    )
    store.save_thread(
        fans.conversation, [Reply("r2", "https://x.example/2", "@fjallvik_fans@social.example")], now
    )
    handles = {"mastodon": {"@fjallvik@social.example"}}
    taken = queries.participation(workspace, handles, queries.matched(workspace))
    assert (taken.conversations, taken.readable, taken.unread, taken.ours) == (3, 2, 1, 1)
    assert (taken.questions, taken.questions_open) == (2, 1)
    open_ones = queries.answerable(
        workspace, handles, queries.matched(workspace, since=now - timedelta(days=1)), 5
    )
    assert [mention.pk for mention in open_ones] == [fans.pk]
