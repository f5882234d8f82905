"""What people write about is counted, not guessed: by stories, by different people, in both languages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pitches.steps import topics
from pitches.steps.topics import Said, Topic
from tests.strings import hostile_strings


def said(*texts: str, story: str = "", writer: str = "") -> list[Said]:
    """Each text a story of its own by a writer of their own, unless told otherwise."""
    return [Said(key, story or key, writer or f"@person{key}", text) for key, text in enumerate(texts)]


def found(*texts: str, left_out: tuple[str, ...] = ()) -> list[tuple[str, int]]:
    return [(topic.term, topic.stories) for topic in topics.topics(said(*texts), left_out)]


def test_the_words_of_most_stories_come_first() -> None:
    texts = ["Which grinder?", "A grinder for espresso?", "Is espresso hard?", "Any espresso in Granvik?"]
    assert found(*texts, "My grinder broke") == [("espresso", 3), ("grinder", 3)]


def test_a_word_that_one_post_repeats_counts_once() -> None:
    assert found("grinder grinder grinder", "grinder", "no such thing") == []


def test_copies_of_one_story_are_one_story() -> None:
    assert topics.topics(said("A new grinder", "A new grinder", "A new grinder", story="same")) == []


def test_one_person_who_asks_ten_times_is_no_topic() -> None:
    assert topics.topics(said(*["Which grinder?"] * 10, writer="@bob@forum.example")) == []


def test_in_many_posts_three_are_too_few() -> None:
    rest = [f"unique{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10]}" for number in range(97)]
    assert found(*["grinder"] * 3, *rest) == []
    assert found(*["grinder"] * 5, *rest[:95]) == [("grinder", 5)]


def test_common_words_of_both_languages_say_nothing() -> None:
    assert found(*["Is this the best? Jag undrar vilken som är bäst och var ni köper den"] * 9) == []


def test_names_and_search_words_are_left_out_with_their_forms() -> None:
    texts = ["Fjällvik coffee and the kaffet from Fjällviks rosteri"] * 4
    assert found(*texts, left_out=("Fjällvik Coffee", "kaffe OR coffee", "tag:rosteri")) == []
    assert [term for term, _ in found(*texts)][:1] != []


def test_a_word_counts_with_its_forms_and_is_shown_as_most_write_it() -> None:
    texts = ["Påsen läcker", "En påse?", "Grinders", "The grinder", "påsen igen", "a grinder", "grinders"]
    assert found(*texts) == [("grinder", 4), ("påsen", 3)]
    assert found("Paper", "paper", "paper", "water") == [("paper", 3)]


def test_two_words_that_stand_together_are_one_term() -> None:
    texts = ["The roast date matters", "Where is the roast date?", "No roast date, no sale"]
    assert found(*texts) == [("roast date", 3)]
    assert found(*texts, "roast, then", "a roast pig", "what a roast") == [("roast", 6), ("roast date", 3)]


def test_addresses_and_names_of_accounts_are_no_words() -> None:
    assert (
        found(*["see https://grinder.example/espresso @grinder@forum.example www.espresso.example"] * 9) == []
    )


def test_terms_may_hold_digits_but_numbers_alone_are_none() -> None:
    assert found("The v60 2026", "v60 2026", "my V60, 2026") == [("v60", 3)]


def test_stories_without_any_topic_are_counted() -> None:
    posts = said("a grinder", "the grinder", "grinder", "something about espresso", "rain")
    assert topics.holds_none(posts, topics.topics(posts)) == 2
    assert topics.holds_none(posts, []) == 5


@given(st.lists(st.text(alphabet=st.sampled_from("ab åö-'#@./{}\u0301\n"), max_size=60), max_size=12))
def test_nothing_people_write_breaks_the_count(texts: list[str]) -> None:
    posts = said(*texts)
    for topic in topics.topics(posts):
        assert isinstance(topic, Topic)
        assert topic.stories == len(topic.keys) >= topics.FEWEST_STORIES
        assert topic.term.strip() and len(topic.term) <= topics.LONGEST


def test_hostile_texts_are_only_counted() -> None:
    for text in hostile_strings():
        for topic in topics.topics(said(*[text] * 4)):
            assert topic.stories == 4
