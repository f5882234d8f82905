"""The file of evidence, and what becomes of one that somebody tampered with."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import stat
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pitches.evidence import digests, packing, tables, unpacking
from tests.pitches import snapshots

RAW = (b"What a source said, one line. ", b"Another. " * 9)
HASHED = hashlib.sha256(b"".join(RAW)).hexdigest()


def sealed() -> dict[str, Any]:
    made = digests.sealed(snapshots.full(), salt=lambda: "0" * 32)
    made["evidence"][0]["rows"][0]["captures"] = HASHED
    return made


SNAPSHOT = sealed()
DIGEST = digests.hash_of(SNAPSHOT)


def packed(snapshot: dict[str, Any] = SNAPSHOT, digest: str = DIGEST) -> bytes:
    return b"".join(packing.written(snapshot, digest, [(HASHED, RAW)]))


WHOLE = packed()
Files = dict[str, bytes]


def files(content: bytes = WHOLE) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(contents: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def as_rows(content: bytes) -> list[dict[str, str]]:
    """A table as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def verify(content: bytes) -> unpacking.Report:
    return unpacking.verify(io.BytesIO(content))


def states(report: unpacking.Report) -> dict[str, str]:
    """The files that are not as they were."""
    return {line.name: line.state for line in report.lines if line.state != "ok"}


def resealed(contents: Files, **pitch: Any) -> Files:
    """As somebody who knows the format writes the manifest anew, for the files that are there."""
    others = {name: one for name, one in contents.items() if name not in (packing.MANIFEST, packing.SUMS)}
    listed = [
        packing.File(name, hashlib.sha256(one).hexdigest(), len(one)) for name, one in sorted(others.items())
    ]
    manifest = json.loads(contents[packing.MANIFEST])
    manifest["files"] = [vars(one) for one in listed]
    manifest["pitch"] |= pitch
    written = json.dumps(manifest).encode()
    return others | {packing.MANIFEST: written, packing.SUMS: packing.sums_of(listed, written)}


# As it is written


def test_a_fresh_file_is_sound() -> None:
    report = verify(WHOLE)
    assert report.is_sound and report.seal == digests.Seal(True, 0, digests.SCHEME)
    assert (str(report.code), report.version, report.digest) == (SNAPSHOT["id"], SNAPSHOT["version"], DIGEST)
    assert {line.name for line in report.lines} == set(files()) == {
        *tables.NAMES, "snapshot.json", "manifest.json", "SHA256SUMS", f"captures/{HASHED}",
    }  # fmt: skip


def test_the_same_pitch_gives_the_same_bytes() -> None:
    assert packed() == WHOLE


def test_it_is_sent_in_small_pieces() -> None:
    long = [b"x" * 10_000_000]
    pieces = list(packing.written(SNAPSHOT, DIGEST, [(HASHED, long), (HASHED, long)]))
    assert max(map(len, pieces)) < 200_000


def test_redacted_parts_verify_and_are_counted() -> None:
    left = digests.redact(SNAPSHOT, lambda part: "excerpt" in part)
    report = verify(packed(left))
    assert report.seal.redacted == digests.redacted(left) > 3
    assert report.seal.is_intact
    found = as_rows(files(packed(left))["rows.csv"])
    assert all(len(row["redacted"]) == 64 and not row["author"] + row["title"] for row in found)


def test_an_older_pitch_is_checked_by_the_hash_of_the_whole() -> None:
    old = dict(snapshots.full())
    digest = digests.sha256_of(old)
    content = b"".join(packing.written(old, digest))
    assert verify(content).is_sound
    assert hashlib.sha256(files(content)["snapshot.json"]).hexdigest() == digest
    left = digests.redact(old, lambda part: "excerpt" in part)
    report = verify(b"".join(packing.written(left, digest)))
    assert report.is_sound and report.seal.partly


def test_sha256sum_agrees(tmp_path: Path) -> None:
    """What README.txt says can be done with other programs gives what it says."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        archive.extractall(tmp_path)
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert len(lines) == len(files()) - 1
    for line in lines:
        hashed, _, name = line.partition("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == hashed


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("kind", ["parts", "redacted", "whole", "partly"])
def test_the_program_in_the_readme_prints_the_digest(tmp_path: Path, language: str, kind: str) -> None:
    plain = dict(snapshots.full()) | {"language": language}
    snapshot = digests.sealed(plain) if kind in ("parts", "redacted") else plain
    wanted = digests.hash_of(snapshot)
    if kind in ("redacted", "partly"):
        snapshot = digests.redact(snapshot, lambda part: "excerpt" in part or "raw" in part)
    found = files(b"".join(packing.written(snapshot, wanted)))
    said = found["README.txt"].decode()
    assert wanted in said and len(max(said.splitlines(), key=len)) < 125
    program = textwrap.dedent(
        "\n".join(
            line for line in said.splitlines() if line.startswith("       ") and "SHA256SUMS" not in line
        )
    )
    (tmp_path / "snapshot.json").write_bytes(found["snapshot.json"])
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == (snapshot["parts"] if kind == "partly" else wanted)


@given(st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_no_cell_is_a_formula(text: str) -> None:
    assert not tables.safe(text).lstrip().startswith(("=", "+", "-", "@"))
    assert tables.safe(text).removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize(
    "cell", ["=1+1", " =1", "\t=1", "\u200b=1", "+1", "-1", "@sum", "＝1", "\ufeff=cmd", "\r1"]
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(cell: str) -> None:
    assert tables.safe(cell) == f"'{cell}"
    row = next(csv.reader(io.StringIO(tables.sheet(["x"], [[cell]]).decode("utf-8-sig")[3:])))
    assert row[0].startswith("'")


def test_tables_hold_what_the_snapshot_holds() -> None:
    found = {
        name: list(csv.DictReader(io.StringIO(one.decode("utf-8-sig"))))
        for name, one in files().items()
        if name.endswith(".csv")
    }
    assert [row["key"] for row in found["figures.csv"]] == sorted(SNAPSHOT["figures"])
    assert [row["id"] for row in found["evidence.csv"]] == [one["id"] for one in SNAPSHOT["evidence"]]
    assert len(found["rows.csv"]) == sum(len(one["rows"]) for one in SNAPSHOT["evidence"])
    unknown = [row for row in found["figures.csv"] if SNAPSHOT["figures"][row["key"]]["value"] is None]
    assert unknown and all(row["value"] == "" for row in unknown), "unknown is not zero"


# Tampered with


@pytest.mark.parametrize("name", sorted(files()))
def test_one_byte_in_any_file_is_found(name: str) -> None:
    contents = files()
    middle = len(contents[name]) // 2
    changed = contents[name][:middle] + bytes([contents[name][middle] ^ 1]) + contents[name][middle + 1 :]
    try:
        report = verify(zipped(contents | {name: changed}))
    except unpacking.Refused:
        assert name == packing.MANIFEST
        return
    assert not report.is_sound
    assert states(report).get(name) == "changed" or name == packing.MANIFEST


@pytest.mark.parametrize("name", sorted(set(files()) - {packing.MANIFEST}))
def test_a_file_that_is_gone_is_missing(name: str) -> None:
    contents = files()
    del contents[name]
    report = verify(zipped(contents))
    assert states(report)[name] == "missing" and not report.is_sound


def test_a_file_that_was_put_in_is_unexpected() -> None:
    extra = {"notes.txt": b"Believe me.", f"captures/{'a' * 64}": b"Said who?"}
    report = verify(zipped(files() | extra))
    assert states(report) == dict.fromkeys(extra, "unexpected")
    # Also when the manifest knows it.
    report = verify(zipped(resealed(files() | extra)))
    assert states(report) == {"notes.txt": "unexpected", f"captures/{'a' * 64}": "changed"}


def test_whoever_writes_the_manifest_anew_is_found_by_the_digest() -> None:
    contents = files()
    snapshot = json.loads(contents["snapshot.json"])
    snapshot["figures"]["s1.stories"]["value"] = 100_000
    changed = contents | {"snapshot.json": digests.canonical(snapshot)} | tables.all_of(snapshot, DIGEST)
    report = verify(zipped(resealed(changed)))
    assert states(report) == {"snapshot.json": "changed"} and not report.seal.is_intact
    # With a digest of their own everything fits, but it is not the one that was frozen.
    digest = digests.hash_of(snapshot)
    changed |= tables.all_of(snapshot, digest)
    report = verify(zipped(resealed(changed, digest=digest)))
    assert report.is_sound and report.digest != DIGEST


@pytest.mark.parametrize("name", tables.NAMES)
def test_a_table_that_says_something_else_than_the_snapshot_is_found(name: str) -> None:
    contents = files()
    contents[name] += b"One more line\r\n"
    assert states(verify(zipped(resealed(contents)))) == {name: "changed"}


def test_a_raw_answer_under_another_name_is_found() -> None:
    contents = files()
    contents[f"captures/{HASHED}"] = b"Something else"
    assert states(verify(zipped(resealed(contents)))) == {f"captures/{HASHED}": "changed"}


@pytest.mark.parametrize("pitch", [{"version": 9}, {"id": "00000000-0000-0000-0000-000000000000"}])
def test_a_manifest_of_another_pitch_is_found(pitch: dict[str, Any]) -> None:
    report = verify(zipped(resealed(files(), **pitch)))
    assert states(report) == {"snapshot.json": "changed"}
    assert report.lines[-1].reason or report.wrong == 1


def test_a_damaged_file_is_named() -> None:
    """A bit that fell over on a disk."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        info = archive.getinfo("rows.csv")
        at = info.header_offset + 30 + len("rows.csv") + info.compress_size // 2
    report = verify(WHOLE[:at] + bytes([WHOLE[at] ^ 0x10]) + WHOLE[at + 1 :])
    assert states(report) == {"rows.csv": "changed"}
    assert next(line for line in report.lines if line.name == "rows.csv").reason.startswith(
        "The file is damaged"
    )


# What is no file of evidence


def entry(name: str, content: bytes = b"x", **fields: Any) -> bytes:
    """The whole file with one entry more, made as a hostile program makes it."""
    buffer = io.BytesIO(WHOLE)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o100644 << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        for field, value in fields.items():
            setattr(info, field, value)
        archive.writestr(info, content)
    return buffer.getvalue()


def encrypted() -> bytes:
    found = bytearray(WHOLE)
    central = found.index(b"PK\x01\x02")
    found[6] |= 1
    found[central + 8] |= 1
    return bytes(found)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no ZIP file"),
    "text": (lambda: b"Dear Bob, " * 50, "no ZIP file"),
    "cut off": (lambda: WHOLE[: len(WHOLE) // 2], "no ZIP file"),
    "cut off at the end": (lambda: WHOLE[:-4], "no ZIP file"),
    "something before it": (lambda: b"#!/bin/sh\n" + WHOLE, "before or after"),
    "up and out": (lambda: entry("../evil.txt"), "leads out of it"),
    "from the root": (lambda: entry("/etc/passwd"), "leads out of it"),
    "deep": (lambda: entry("a/b/c"), "leads out of it"),
    "back slash": (lambda: entry("a\\b"), "leads out of it"),
    "drive": (lambda: entry("C:evil.txt"), "leads out of it"),
    "dots": (lambda: entry("captures/.."), "leads out of it"),
    "a folder": (lambda: entry("captures/"), "leads out of it"),
    "the other way round": (lambda: entry("fdp.\u202etxt"), "leads out of it"),
    "link": (lambda: entry("link", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16), "a link"),
    "twice": (lambda: entry("Snapshot.JSON"), "twice"),
    "packed by others": (lambda: entry("x", compress_type=zipfile.ZIP_BZIP2), "does not use"),
    "bomb": (lambda: entry("x", b"0" * 30_000_000), "could be a trap"),
    "encrypted": (encrypted, "encrypted"),
    "another ZIP": (lambda: zipped({"word/document.xml": b"<x/>"}), "no manifest.json"),
    "no JSON": (lambda: zipped(files() | {"manifest.json": b"{"}), "no manifest.json"),
    "a list": (lambda: zipped(files() | {"manifest.json": b"[]"}), "no manifest.json"),
    "deep JSON": (lambda: zipped(files() | {"manifest.json": b"[" * 99_999}), "no manifest.json"),
    "from the future": (
        lambda: zipped(files() | {"manifest.json": b'{"format": "earshot-evidence-9"}'}), "does not know",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_cannot_be_checked_is_refused_with_a_sentence(name: str) -> None:
    make, said = REFUSED[name]
    with pytest.raises(unpacking.Refused) as refused:
        verify(make())
    assert said in str(refused.value)
    assert str(refused.value).endswith(".")


SHORT = "{@long}" * 25_000


@pytest.mark.parametrize(
    "figure",
    [{"label": {"en": SHORT}}, {"label": {"en": "}}" * 25_000}}, {"currency": "A" * 500_000}],
)
def test_a_snapshot_that_would_print_for_hours_is_none(figure: dict[str, Any]) -> None:
    """A short text can name a long name many times: a file of a kilobyte stopped a process."""
    snapshot = json.loads(json.dumps(SNAPSHOT))
    snapshot["names"]["long"] = "x y" * 100_000
    key = next(iter(snapshot["figures"]))
    snapshot["figures"][key] |= {"unit": "money", "value": 1, "currency": "EUR", **figure}
    with pytest.raises(ValueError, match="too"):
        unpacking._check_places(snapshot)
    found = files()
    found["snapshot.json"] = json.dumps(snapshot).encode()
    line = next(one for one in verify(zipped(found)).lines if one.name == "snapshot.json")
    assert line.state == "changed"


def test_a_cell_of_blanks_or_marks_takes_no_time() -> None:
    began = time.monotonic()
    assert tables.safe(" " * 2_000_000 + "=1") == "'" + " " * 2_000_000 + "=1"
    many = "a" + "\u0301\u0323" * 200_000
    assert tables.safe(many) == many
    assert time.monotonic() - began < 10


def test_more_files_than_anybody_needs_are_refused() -> None:
    with pytest.raises(unpacking.Refused, match="more than 5000 files"):
        verify(zipped({str(number): b"" for number in range(unpacking.MOST_ENTRIES + 1)}))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_goes_unseen_or_crashes(data: st.DataObject) -> None:
    """Any byte, anywhere: what comes out is a report or a sentence, and never "sound" with other content."""
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    changed = bytearray(WHOLE)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        report = verify(bytes(changed))
    except unpacking.Refused:
        return
    if report.is_sound:
        assert files(bytes(changed)) == files()


KEYS = st.sampled_from(["rows", "id", "en", "type", "blocks", "items", "label", "redacted"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*SNAPSHOT, "x"]), ANYTHING))
def test_a_snapshot_of_anything_crashes_nothing(changes: dict[str, Any]) -> None:
    """Its digest fits, because whoever made it can count."""
    strange = SNAPSHOT | changes
    try:
        digest = digests.hash_of(strange)
    except Exception:
        digest = "0" * 64
    contents = files() | {"snapshot.json": json.dumps(strange).encode()}
    assert isinstance(verify(zipped(resealed(contents, digest=digest))).is_sound, bool)
