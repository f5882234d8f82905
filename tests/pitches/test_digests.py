"""A fingerprint over parts: a part may go, nothing else may change."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitches.decks import contract
from pitches.evidence import digests
from tests.pitches import snapshots

SEALED = digests.sealed(snapshots.full())
DIGEST = digests.hash_of(SEALED)
PARTS = list(digests.parts(SEALED))
Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value of a document that is no list or object of anything."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


LEAVES = list(leaves(SEALED))


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def other(value: Any) -> Any:
    """Another value, one byte or so away."""
    if isinstance(value, str):
        return value + "." if not value else value[:-1] + chr(ord(value[-1]) ^ 1)
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else 0


def test_quotes_conversations_rows_and_foreign_cells_are_parts() -> None:
    kinds = {name for part in PARTS for name in part}
    assert {"excerpt", "raw", "why", "owner"} <= kinds
    assert len(PARTS) > 15
    assert all(len(part["salt"]) == 32 for part in PARTS)
    assert len({part["salt"] for part in PARTS}) == len(PARTS)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, len(PARTS) - 1)))
def test_redacting_any_of_them_changes_no_digest(chosen: set[int]) -> None:
    salts = {PARTS[index]["salt"] for index in chosen}
    left = digests.redact(SEALED, lambda part: part["salt"] in salts)
    assert digests.hash_of(left) == DIGEST
    assert digests.redacted(left) == len(chosen)
    said = json.dumps(left, ensure_ascii=False)
    assert not any(salt in said for salt in salts)
    assert digests.check(left, DIGEST) == digests.Seal(True, len(chosen), digests.SCHEME)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(LEAVES), st.sets(st.integers(0, len(PARTS) - 1), max_size=5))
def test_changing_any_one_value_changes_it(path: Path, chosen: set[int]) -> None:
    """Also one in a part, and also when other parts are redacted."""
    changed = copy.deepcopy(SEALED)
    at(changed, path[:-1])[path[-1]] = other(at(SEALED, path))
    salts = {PARTS[index]["salt"] for index in chosen}
    left = digests.redact(changed, lambda part: part["salt"] in salts)
    assert not digests.check(changed, DIGEST).is_intact
    assert not digests.check(left, DIGEST).is_intact


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_taking_one_out_or_putting_one_in_changes_it(data: st.DataObject) -> None:
    changed = copy.deepcopy(SEALED)
    holders = [path[:-1] for path in LEAVES if isinstance(at(SEALED, path[:-1]), dict | list)]
    holder = at(changed, data.draw(st.sampled_from(holders)))
    if isinstance(holder, list):
        holder.append(copy.deepcopy(holder[-1]))
    else:
        holder.pop(data.draw(st.sampled_from(sorted(holder))))
    assert not digests.check(changed, DIGEST).is_intact


def test_a_tombstone_of_something_else_does_not_verify() -> None:
    changed = digests.redact(SEALED, lambda part: part is PARTS[0])
    row = next(row for one in changed["evidence"] for row in one["rows"] if contract.is_redacted(row))
    row["redacted"] = "0" * 64
    assert not digests.check(changed, DIGEST).is_intact


def test_what_is_no_part_cannot_be_redacted() -> None:
    """A figure, or a slide, with its right hash in its place."""
    for name in ("figures", "names", "slides"):
        changed = SEALED | {name: {"redacted": digests.sha256_of(SEALED[name])}}
        assert not digests.check(changed, DIGEST).is_intact


def test_nobody_can_guess_what_a_redacted_part_said() -> None:
    """The same words in two snapshots leave different hashes."""
    one, two = (digests.sealed(snapshots.full()) for _ in range(2))
    assert {part["redacted"] for part in digests.parts(digests.redact(one, lambda part: True))}.isdisjoint(
        part["redacted"] for part in digests.parts(digests.redact(two, lambda part: True))
    )
    assert [digests.without_salt(part) for part in digests.parts(one)] == [
        digests.without_salt(part) for part in digests.parts(two)
    ]


# Those frozen before there were parts


@pytest.mark.parametrize("version", [1, 2])
def test_an_old_one_verifies_by_the_hash_of_the_whole(version: int) -> None:
    old = dict(snapshots.full()) | {"format": version}
    hashed = digests.sha256_of(old)
    assert digests.check(old, hashed) == digests.Seal(True, 0, digests.WHOLE)
    assert not digests.check(old | {"tool": "Earshot 9"}, hashed).is_intact
    assert not digests.check(old | {"scheme": digests.SCHEME}, hashed).is_intact


def test_an_old_one_that_lost_a_part_verifies_by_what_was_written_down_then() -> None:
    old = dict(snapshots.full())
    hashed = digests.sha256_of(old)
    left = digests.redact(old, lambda part: "excerpt" in part)
    found = digests.check(left, hashed)
    assert found.is_intact and found.partly and found.redacted > 0
    again = digests.redact(left, lambda part: "raw" in part)
    assert digests.check(again, hashed).is_intact
    assert digests.check(again, hashed).redacted > found.redacted
    for changed in (left | {"accent": "#000000"}, left | {"parts": "0" * 64}):
        assert not digests.check(changed, hashed).is_intact


def test_a_scheme_or_a_document_that_nobody_knows_is_not_intact() -> None:
    assert not digests.check(SEALED | {"scheme": "md5"}, DIGEST).is_intact
    for strange in ({}, {"evidence": 1, "slides": []}, {"evidence": [None], "slides": [3]}):
        assert not digests.check(strange, DIGEST).is_intact
    with pytest.raises(ValueError):
        digests.hash_of(SEALED | {"scheme": "md5"})
