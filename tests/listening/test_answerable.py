"""Which conversations wait for us, which come first, and where they happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from listening import communities, queries, store
from listening.models import Mention
from listening.types import Reply
from teams.models import Workspace
from tests.make import hear, make_brand, make_item, make_mention, make_rival, make_search, make_workspace

OURS = {"mastodon": {"@fjallvik@social.example"}}
THEIRS = {"mastodon": {"@bergby@social.example"}}


@pytest.fixture
def workspace(db: None) -> Workspace:
    found = make_workspace()
    make_search(found, "fjällvik", make_brand(found, domain="fjallvik.example"))
    make_rival(found, domain="bergby.example")
    return found


def said(
    workspace: Workspace, text: str, *, days: float = 1, likes: int | None = None, **fields: Any
) -> Mention:
    """A post whose replies were read."""
    metrics = {} if likes is None else {"likes": likes}
    when = datetime.now(UTC) - timedelta(days=days)
    found = make_mention(workspace, text, published_at=when, metrics=metrics, replies=1, **fields)
    store.save_thread(
        found.conversation, [Reply("r", "https://x.example/1", "@fan@social.example")], timezone.now()
    )
    return found


def waiting(workspace: Workspace, most: int = 10, **how: Any) -> list[Mention]:
    return queries.answerable(workspace, OURS, queries.matched(workspace), most, **how)


def test_questions_come_first_then_what_is_fresh_then_what_is_seen_then_what_is_new(
    workspace: Workspace,
) -> None:
    old = said(workspace, "Is Fjällvik decaf any good, and where do you get it?", days=80, likes=900)
    quiet = said(workspace, "Does Fjällvik ship to Norrholm in the winter months?", days=1)
    seen = said(workspace, "Who has compared Fjällvik with the others this year?", days=9, likes=3)
    newer = said(workspace, "Why did the Fjällvik bags change their colour again?", days=2)
    praise = said(workspace, "Fjällvik made the best cup I had in all of my life", days=1, likes=5_000)
    fresh_since = timezone.now() - timedelta(days=30)
    assert waiting(workspace, fresh_since=fresh_since) == [seen, quiet, newer, old, praise]
    assert waiting(workspace)[0] == old, "without a limit it is seen most"


def test_what_could_not_be_counted_is_not_ahead_of_what_was(workspace: Workspace) -> None:
    unknown = said(workspace, "Is there a Fjällvik café in the middle of Granvik?", days=1)
    counted = said(workspace, "Is there a Fjällvik roastery somewhere near Ekeby?", days=3, likes=1)
    assert waiting(workspace) == [counted, unknown]


def test_a_conversation_is_listed_once_however_many_take_part(workspace: Workspace) -> None:
    opening = said(workspace, "How do you brew the Fjällvik beans on a Sunday?", likes=2)
    for number in range(3):
        hear(
            workspace,
            make_item(
                f"I brew Fjällvik number {number} with a filter, and you?",
                root_id=opening.external_id,
                replies=0,
            ),
        )
    assert Mention.objects.filter(conversation=opening.conversation).count() == 4
    assert waiting(workspace) == [opening]


def test_the_same_text_in_two_places_is_one(workspace: Workspace) -> None:
    text = "Where do I find the Fjällvik espresso roast in Storhamn these days?"
    said(workspace, text, days=3), said(workspace, text, days=1)
    assert len(waiting(workspace)) == 1


def test_what_we_answered_what_a_rival_opened_and_what_was_put_aside_does_not_wait(
    workspace: Workspace,
) -> None:
    answered = said(workspace, "Does Fjällvik answer when somebody asks a question?")
    reply = Reply("r2", "https://x.example/2", "@Fjallvik@social.example")
    store.save_thread(answered.conversation, [reply], timezone.now())
    said(
        workspace, "Is our roast not better than that of Fjällvik, friends?", author="@Bergby@social.example"
    )
    aside = said(workspace, "Is Fjällvik the name of a lake or that of a mountain?")
    waits = said(workspace, "What is the best Fjällvik roast for a moka pot today?")
    matches = queries.matched(workspace)
    both = queries.answerable_conversations(workspace, OURS, matches, THEIRS)
    assert set(both) == {aside.conversation, waits.conversation}
    assert waiting(workspace, others=THEIRS, without=[aside.conversation_id]) == [waits]


def test_what_was_never_read_or_may_not_be_kept_does_not_wait(workspace: Workspace) -> None:
    make_mention(workspace, "Is anybody reading what Fjällvik customers ask here?", replies=3)
    reserved = said(workspace, "Is this Fjällvik text reserved by whoever wrote it?")
    Mention.objects.filter(pk=reserved.pk).update(is_searchable=False)
    assert waiting(workspace) == []
    assert not queries.answerable_conversations(workspace, OURS, queries.matched(workspace)).exists()


# Where people meet


def test_a_community_is_a_site_or_on_reddit_a_subreddit(workspace: Workspace) -> None:
    for number, url in enumerate(
        (
            "https://www.reddit.com/r/Coffee/comments/1/x/",
            "https://old.reddit.com/r/coffee/comments/2/y/",
            "https://www.reddit.com/r/espresso/comments/3/z/",
            "https://forum.example/t/1",
            "https://www.fjallvik.example/blog/1",
            "https://www.bergby.example/news/1",
        )
    ):
        hear(
            workspace, make_item(f"Is Fjällvik number {number} a good one for you?", url=url), source="reddit"
        )
    matches = queries.matched(workspace)
    found = communities.communities(matches, 10, without=["fjallvik.example", "bergby.example"])
    counted = {one.name: (one.conversations, one.questions) for one in found}
    assert counted == {"r/coffee": (2, 2), "forum.example": (1, 1), "r/espresso": (1, 1)}
    assert (found[0].name, found[0].url) == ("r/coffee", "https://www.reddit.com/r/coffee/")
    assert found[0].site == "reddit.com"
    assert communities.within(matches, "r/coffee").count() == 2
    assert [one.name for one in communities.communities(matches, 10, named=["r/espresso"])] == ["r/espresso"]
