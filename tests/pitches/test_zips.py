"""A ZIP file whose list of contents is made to fill the memory is refused before that list is read."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from pitches import zips
from pitches.decks import intake
from pitches.evidence import unpacking


def listing(entries: int) -> bytes:
    """A ZIP that is nothing but its list, and whose end says that it lists one file."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, *[0] * 3, 33, 0, 0, 0, 1, *[0] * 6) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, entries * len(entry), 0, 0)
    return entry * entries + end


def test_the_list_is_not_read_when_it_is_longer_than_ours() -> None:
    with pytest.raises(zips.TooMany):
        zips.opened(io.BytesIO(listing(60_000)))
    assert len(zips.opened(io.BytesIO(listing(5_000))).infolist()) == 5_000


def test_whoever_sent_it_is_told_why() -> None:
    with pytest.raises(unpacking.Refused, match="more than 5000 files"):
        unpacking.verify(io.BytesIO(listing(60_000)))
    with pytest.raises(intake.Refused, match="unpacks to far more"):
        intake.take(listing(60_000))


def test_what_is_in_it_may_be_large() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"x" * (zips.LONGEST_LIST + 1))
    with zips.opened(file) as archive:
        assert len(archive.read("a")) == zips.LONGEST_LIST + 1
