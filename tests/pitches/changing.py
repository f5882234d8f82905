"""Made-up changes of a deck, for tests that want any sequence of them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from pitches import outline
from pitches.drafts.edits import Edits

SHOWN = ("cover", "summary", "measured", "talk", "voice", "share", "start", "decision", "register")
Made = tuple[str, ...]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

_key = st.sampled_from([*SHOWN, "gap", "free-1", "free-2"])
_language = st.sampled_from(["en", "sv"])


def changes(most: int = 12) -> st.SearchStrategy[list[Made]]:
    """Sequences of changes as ``apply`` takes them."""
    one = st.one_of(
        st.tuples(
            st.just("write"), _language, _key, st.sampled_from(["title", "text", "notes"]),
            st.sampled_from(["", "They talk", "{s1.stories}"]),
        ),
        st.tuples(st.just("move"), _key, _key),
        st.tuples(st.just("drop"), _key),
        st.tuples(st.just("bring"), _key),
        st.tuples(st.just("add"), _key),
        st.tuples(st.just("review"), _language, _key),
        st.tuples(st.just("quote"), st.sampled_from(["", "1", "12", "123"])),
    )  # fmt: skip
    return st.lists(one, max_size=most)


def apply(edits: Edits, change: Made) -> Edits:
    """The edits after a change."""
    shown = outline.deck(
        "full", [*SHOWN, *edits.free], order=edits.order, dropped=edits.dropped, brought=edits.brought,
        free=edits.free,
    )  # fmt: skip
    match change:
        case ("write", language, slide, part, text):
            return edits.written(language, slide, part, text, "Alice", NOON)
        case ("move", slide, after):
            return edits.moved(shown, slide, after)
        case ("drop", slide):
            return edits.left_out(slide)
        case ("bring", slide):
            return edits.brought_in(slide)
        case ("add", after):
            return edits.added(shown, edits.next_free(), after)
        case ("review", language, slide):
            return edits.reviewed(language, slide, "Bob", NOON)
        case ("quote", digits):
            return edits.quoting([int(digit) for digit in digits])
    raise AssertionError(change)
