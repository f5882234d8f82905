"""What people change about a deck, as a document: every change by itself, and laid over generated slides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from pitches import outline
from pitches import slides as show
from pitches.drafts.edits import PARTS, Change, Edits, difference
from pitches.drafts.laying import Laying, parts_of, summed
from pitches.slides import Slide
from pitches.words import Text
from tests.pitches.changing import SHOWN, apply, changes

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def both(english: str, swedish: str = "") -> Text:
    return {"en": english, "sv": swedish or f"{english} på svenska"}


def talk(verdict: str = "supported") -> Slide:
    blocks = [show.paragraph(both("{s1.stories} stories")), show.callout(both("Mind this"), "warning")]
    return Slide("talk", both("{s1.stories} talk"), blocks, both("Say it"), step=1, verdict=verdict)  # type: ignore[arg-type]


def written(edits: Edits, part: str, text: str, language: str = "en", **more: str) -> Edits:
    return edits.written(language, "talk", part, text, "Alice", NOON, **more)


def lay(
    edits: Edits, slide: Slide | None = None, known: tuple[str, ...] = ("s1.stories",)
) -> tuple[Slide, Laying]:
    one = slide or talk()
    laying = Laying(edits, known, {"talk": one.verdict or ""})
    return laying.over(one), laying


# The document


@given(changes())
def test_what_is_stored_comes_back(made: list[tuple[str, ...]]) -> None:
    edits = Edits()
    for change in made:
        edits = apply(edits, change)
        assert Edits.from_json(edits.as_json()) == edits


@given(changes())
def test_a_change_done_twice_is_done_once(made: list[tuple[str, ...]]) -> None:
    """Double clicks are harmless: all but adding, which is told apart by the name of the slide."""
    edits = Edits()
    for change in made:
        edits = apply(edits, change)
        if change[0] != "add":
            assert apply(edits, change) == edits


def test_an_empty_document_of_an_old_pitch_is_no_edit() -> None:
    assert Edits.from_json({}) == Edits()
    old = {
        "texts": {"en": {"talk": {"title": {"text": "They talk", "by": "Alice", "at": "2026-01-01T10:00"}}}}
    }
    assert Edits.from_json(old).wording("en", "talk", "title").verdict == ""


def test_the_empty_text_takes_an_edit_back() -> None:
    assert written(written(Edits(), "title", "They talk"), "title", "") == Edits()


# Which slides, in which order

LONG = ["cover", "summary", "measured", "talk", "voice", "share", "start", "decision", "register", "method"]


def keys(edits: Edits, length: str = "full", made: list[str] | None = None, **verdicts: str) -> list[str]:
    return outline.deck(
        length,
        [*(made or LONG), *edits.free],
        verdicts=verdicts,
        order=edits.order,
        dropped=edits.dropped,
        brought=edits.brought,
        free=edits.free,
    )


def test_a_slide_moves_behind_another_one() -> None:
    moved = Edits().moved(LONG, "share", "measured")
    assert keys(moved)[:5] == ["cover", "summary", "measured", "share", "talk"]
    assert keys(moved, made=[*LONG, "presence"])[3:5] == ["share", "presence"], "what is new follows its own"


def test_nothing_stands_before_the_cover() -> None:
    assert Edits().moved(LONG, "cover", "talk") == Edits()
    assert keys(Edits(order=("talk", "cover")))[0] == "cover"


def test_what_proves_the_figures_cannot_be_left_out() -> None:
    for key in outline.ALWAYS:
        assert Edits().left_out(key) == Edits()
        assert key not in LONG or key in keys(Edits(dropped=(key,)))


def test_a_slide_that_was_left_out_comes_back_where_it_was() -> None:
    moved = Edits().moved(LONG, "share", "summary")
    without = moved.left_out("share")
    assert "share" not in keys(without)
    assert keys(without.brought_in("share")) == keys(moved)


def test_moving_others_keeps_the_place_of_what_is_left_out() -> None:
    arranged = Edits().moved(LONG, "share", "summary").left_out("share")
    again = arranged.moved(keys(arranged), "voice", "decision").brought_in("share")
    assert keys(again)[:3] == ["cover", "summary", "share"]


def test_a_short_deck_leaves_out_arguments_and_one_can_be_brought_in() -> None:
    short = ["cover", "summary", "talk", "share", "start", "decision", "measured", "register", "method"]
    assert keys(Edits(), "short") == short
    assert keys(Edits().brought_in("voice"), "short")[2:4] == ["talk", "voice"]
    assert keys(Edits().brought_in("voice").left_out("voice"), "short") == short
    assert keys(Edits().brought_in("voice"), "full") == LONG


@pytest.mark.parametrize(
    ("talks", "seen", "second"),
    [
        ("supported", "supported", "talk"),
        ("mixed", "supported", "visibility"),
        ("not_enough", "mixed", "talk"),
        ("not_supported", "not_enough", "talk"),
    ],
)
def test_the_short_deck_shows_what_holds(talks: str, seen: str, second: str) -> None:
    made = [*LONG, "visibility"]
    assert keys(Edits(), "short", made, talk=talks, visibility=seen)[2] == second
    assert keys(Edits(), "meeting", made, talk=talks, visibility=seen)[2:4] == ["talk", "visibility"]


def test_free_slides_keep_their_names_and_places() -> None:
    edits = Edits().added(LONG, "free-1", "talk")
    assert keys(edits)[3:5] == ["talk", "free-1"]
    assert edits.next_free() == "free-2"
    assert edits.left_out("free-1").next_free() == "free-2", "a name is never used twice"
    assert keys(edits.left_out("free-1").brought_in("free-1")) == keys(edits)


def test_every_slide_of_the_outline_has_a_name() -> None:
    assert {*outline.CORE, *outline.APPENDIX} <= set(outline.NAMES)


# Laid over slides


def test_words_are_laid_over_in_their_language_only() -> None:
    slide, laying = lay(written(written(Edits(), "title", "Listen: {s1.stories}"), "text", "So {s1.stories}"))
    assert slide.title == both("Listen: {s1.stories}", "{s1.stories} talk på svenska")
    assert slide.blocks[0]["text"] == both("So {s1.stories}", "{s1.stories} stories på svenska")
    assert slide.blocks[1] == talk().blocks[1], "a warning is nobody's to write over"
    assert (slide.edited, slide.reviewed, laying.asides) == (["en"], [], [])
    assert slide.verdict == "supported"


def test_notes_are_people_s_too() -> None:
    slide, _ = lay(written(Edits(), "notes", "Säg det", "sv"))
    assert slide.notes == {"en": "Say it", "sv": "Säg det"}
    assert slide.edited == ["sv"]


def test_words_about_another_verdict_are_set_aside_until_somebody_keeps_them() -> None:
    edits = written(Edits(), "title", "All of them talk", verdict="supported")
    slide, laying = lay(edits, talk("mixed"))
    assert slide.title == talk().title and slide.edited == []
    assert [(one.part, one.why, one.wording.text) for one in laying.asides] == [
        ("title", "verdict", "All of them talk")
    ]
    kept, laying = lay(edits.kept("en", "talk", "mixed"), talk("mixed"))
    assert kept.title["en"] == "All of them talk" and laying.asides == []
    discarded, laying = lay(edits.discarded("en", "talk"), talk("mixed"))
    assert discarded.title == talk().title and laying.asides == []


def test_words_that_name_a_figure_which_is_gone_are_set_aside() -> None:
    for gone in ("{s4.voice.7} talk", "{@nobody} talks", "a { brace"):
        slide, laying = lay(written(Edits(), "title", gone))
        assert slide.title == talk().title
        assert [one.why for one in laying.asides] == ["figures"]


def test_words_whose_place_is_gone_are_set_aside() -> None:
    bare = Slide("presence", both("Where they are"), [show.callout(both("Mind this"), "note")])
    edits = Edits().written("en", "presence", "text", "More", "Alice", NOON)
    slide, laying = lay(edits, bare)
    assert list(slide.blocks) == list(bare.blocks)
    assert [one.why for one in laying.asides] == ["place"]


def test_the_words_of_the_proof_are_nobody_s() -> None:
    slide = Slide("measured", both("We read all"), [show.paragraph(both("How"))], both("Say it"))
    assert parts_of(slide) == ("notes",)
    laid, laying = lay(Edits().written("en", "measured", "title", "We read more", "Alice", NOON), slide)
    assert laid.title == slide.title and [one.why for one in laying.asides] == ["place"]


def test_another_language_is_reviewed_until_the_words_change_again() -> None:
    edits = written(Edits(), "title", "Listen").reviewed("sv", "talk", "Bob", NOON)
    assert lay(edits)[0].reviewed == ["sv"]
    assert lay(written(edits, "title", "Listen all"))[0].reviewed == []


def test_a_slide_that_repeats_titles_is_marked_like_them() -> None:
    edited, plain = lay(written(Edits(), "title", "Listen"))[0], talk()
    assert summed([plain, plain]) == ([], [])
    assert summed([edited, plain]) == (["en"], [])
    reviewed = lay(written(Edits(), "title", "Listen").reviewed("sv", "talk", "Bob", NOON))[0]
    assert summed([reviewed, plain]) == (["en"], ["sv"])
    noted = lay(written(Edits(), "notes", "Say it slowly"))[0]
    assert noted.edited == ["en"] and summed([noted, plain]) == ([], []), "notes are repeated nowhere"


def free(**texts: str) -> Edits:
    edits = Edits().added(LONG, "free-1", "talk")
    for part, text in texts.items():
        edits = edits.written("en", "free-1", part, text, "Alice", NOON)
    return edits


def test_a_free_slide_says_in_every_language_what_was_written() -> None:
    edits = free(title="What we do", text="First {s1.stories}\n- listen\n* answer\n\nThen more")
    laying = Laying(edits, ("s1.stories",))
    slide = laying.free("free-1")
    assert slide is not None and slide.title == both("What we do", "What we do")
    assert slide.blocks == [
        show.paragraph(both("First {s1.stories}", "First {s1.stories}")),
        *show.bullets([both("listen", "listen"), both("answer", "answer")]),
        show.paragraph(both("Then more", "Then more")),
    ]
    assert (slide.edited, slide.verdict, laying.asides) == (["en"], None, [])


def test_a_free_slide_in_both_languages_keeps_all_of_both() -> None:
    edits = free(title="What we do", text="- listen\n- answer")
    edits = edits.written("sv", "free-1", "title", "Vad vi gör", "Alice", NOON)
    edits = edits.written("sv", "free-1", "text", "Vi lyssnar", "Alice", NOON)
    slide = Laying(edits, ()).free("free-1")
    assert slide is not None and slide.edited == ["en", "sv"]
    assert slide.blocks == [show.paragraph(both("• listen\n• answer", "Vi lyssnar"))]


def test_a_figure_that_is_gone_is_unknown_on_a_free_slide() -> None:
    laying = Laying(free(title="{s9.gone} of {s1.stories}", text="{{so}} {s9.gone}"), ("s1.stories",))
    slide = laying.free("free-1")
    assert slide is not None and slide.title["en"] == "unknown of {s1.stories}"
    assert slide.blocks == [show.paragraph(both("{{so}} unknown", "{{so}} unknown"))]
    assert [one.part for one in laying.asides] == ["title", "text"]


def test_at_most_three_quotes_each_once() -> None:
    assert Edits().quoting([7, 7, 3, 9, 4]).quotes == (7, 3, 9)


# What a change was


def test_two_states_tell_what_was_done() -> None:
    start = free(title="What we do").moved(LONG, "share", "summary")
    shown = keys(start)
    for change, after in {
        Change("added", "free-2"): start.added(shown, "free-2", "talk"),
        Change("dropped", "voice"): start.left_out("voice"),
        Change("brought", "gap"): start.brought_in("gap"),
        Change("moved", "voice"): start.moved(shown, "voice", "decision"),
        Change("wrote", "talk"): written(start, "title", "Listen"),
        Change("reviewed", "talk"): start.reviewed("sv", "talk", "Bob", NOON),
        Change("quotes", "voices"): start.quoting([3]),
    }.items():
        assert difference(start, after) == change
    assert difference(Edits().left_out("voice"), Edits()) == Change("brought", "voice")
    assert set(PARTS) == {"title", "text", "notes"} and set(SHOWN) <= {*LONG, *outline.CORE}
