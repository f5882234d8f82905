"""Nobody is named who only wrote a post; the brand's own name stays."""

from __future__ import annotations

from typing import Any

import pytest

from pitches.sharing.handles import HIDDEN, hidden, masked
from tests.pitches import snapshots


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@bob I agree", "@… I agree"),
        ("thanks @bob.", "thanks @…."),
        ("(@bob@forum.example)", "(@…)"),
        ("via @dana.bsky.social, who", "via @…, who"),
        ("see https://forum.example/@bob/123", "see https://forum.example/@…/123"),
        ("see https://reddit.example/user/bob_99/c", "see https://reddit.example/user/…/c"),
        ("u/bob_99 and /u/dana asked", "u/… and /u/… asked"),
        ("write to bob.smith@post.example now", "write to @… now"),
        ("@Åsa_Öberg och @bob", "@… och @…"),
        ("Fjällvik @ home, 3 @ 5 kr", "Fjällvik @ home, 3 @ 5 kr"),
        ("no handle here: a@", "no handle here: a@"),
        ("@fjallvik your coffee is fine", "@fjallvik your coffee is fine"),
        ("@fjallvik@kaffetorget.example your coffee", "@fjallvik@kaffetorget.example your coffee"),
        ("@FjallvikCoffee yes", "@FjallvikCoffee yes"),
        ("@fjallvik_fan no", "@… no"),
    ],
)
def test_handles_are_covered_and_the_brand_is_not(text: str, wanted: str) -> None:
    assert masked(text, frozenset({"fjallvik", "fjallvikcoffee"})) == wanted


def test_a_deck_names_nobody_who_wrote() -> None:
    snapshot: Any = snapshots.full()
    rows = [
        {
            "title": "@bob asks",
            "excerpt": "said @dana",
            "author": "@bob",
            "url": "https://forum.example/@bob/1",
        },
        {"url": "https://forum.example/@bob/2", "author": "@bob"},
    ]
    snapshot["evidence"][0] = {**snapshot["evidence"][0], "rows": rows}
    snapshot["slides"][3]["blocks"] = [
        {
            "type": "quotes",
            "items": [{"raw": "@bob: fine", "site": "forum.example", "url": "https://forum.example/@bob/3"}],
        },
        {
            "type": "table",
            "columns": [],
            "rows": [[{"raw": "asked by @bob"}, {"raw": "@fjallvik@kaffetorget.example"}]],
        },
    ]
    found: Any = hidden(snapshot)
    first, second = found["evidence"][0]["rows"]
    assert (first["title"], first["excerpt"]) == (f"{HIDDEN} asks", f"said {HIDDEN}")
    assert second["title"] == "https://forum.example/@…/2"
    assert "author" not in first and "author" not in second
    assert first["url"] == "https://forum.example/@bob/1"  # the way to the original stays
    quotes, table = found["slides"][3]["blocks"]
    assert quotes["items"][0]["raw"] == f"{HIDDEN}: fine"
    assert [cell["raw"] for cell in table["rows"][0]] == [
        f"asked by {HIDDEN}",
        "@fjallvik@kaffetorget.example",
    ]
    assert snapshot["evidence"][0]["rows"] == rows  # what was frozen is not touched


def test_everything_else_stays_as_it_is() -> None:
    wanted: Any = snapshots.full()
    for evidence in wanted["evidence"]:
        for row in evidence["rows"]:
            row.pop("author", None)
    assert hidden(snapshots.full()) == wanted
