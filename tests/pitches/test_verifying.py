"""Is it what was frozen here? Alice asks on the command line, about a file or a pitch."""

from __future__ import annotations

import gzip
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from listening.models import Capture, Fetch, Mention
from pitches import verbs
from pitches.decks.contract import is_redacted
from pitches.evidence import packing, unpacking, verifying
from pitches.models import Pitch
from teams.models import User, Workspace
from tests.pitches.test_packing import files, verify, zipped


def said_by(*arguments: str, **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify", *arguments, stdout=out, **options)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_frozen_pitch_packs_and_verifies_at_a_terminal(frozen: Pitch, tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(b"".join(packing.stream(Pitch.objects.get(pk=frozen.pk))))
    code, said = said_by(str(file))
    assert code == 0 and frozen.sha256 in said and "Nothing has changed." in said
    assert "ok         snapshot.json" in said
    contents = files(file.read_bytes())
    file.write_bytes(zipped(contents | {"rows.csv": b"nothing"} | {"x": b"y"}))
    code, said = said_by(str(file))
    assert code == 1
    assert "changed    rows.csv: Its SHA-256 is not the one in the manifest." in said
    assert "unexpected x: This file is not in the manifest." in said
    file.write_bytes(b"nothing")
    with pytest.raises(CommandError, match="no ZIP file"):
        call_command("verify", str(file))


def test_a_pitch_in_the_database_verifies_at_a_terminal(frozen: Pitch, pitch: Pitch) -> None:
    code, said = said_by(pitch=frozen.code)
    assert code == 0 and said.startswith("ok ") and frozen.sha256 in said
    with pytest.raises(CommandError, match="no frozen pitch"):
        call_command("verify", pitch=pitch.workspace.code)
    with pytest.raises(CommandError, match="Name a file"):
        call_command("verify")


def test_a_pitch_with_the_document_of_another_is_not_intact(frozen: Pitch) -> None:
    assert verifying.of_pitch(frozen).is_intact
    frozen.version = 2
    assert not verifying.of_pitch(frozen).is_intact


def test_only_members_learn_that_a_pitch_was_frozen_here(frozen: Pitch, alice: User, charlie: User) -> None:
    report = verify(b"".join(packing.stream(frozen)))
    assert verifying.known_to(alice, report) == verifying.Standing("frozen_here", frozen)
    assert verifying.known_to(charlie, report) == verifying.Standing("not_here")
    other = unpacking.Report(report.lines, report.code, report.version, digest="0" * 64)
    assert verifying.known_to(alice, other).known == "another_digest"
    assert verifying.known_to(alice, unpacking.Report(())).known == "not_here"


def test_raw_answers_go_along_while_we_have_them(workspace: Workspace, pitch: Pitch, alice: User) -> None:
    now = timezone.now()
    mention = next(one.mention for one in pitch.actions.order_by("position") if one.mention)
    bodies = {"mastodon": b"Said in public", "bluesky": b"Asked with a key", "hackernews": b""}
    for source, body in bodies.items():
        fetch = Fetch.objects.create(
            scan=workspace.scans.all()[0], source=source, capability="search", pages=1, state="ok"
        )
        Capture.objects.create(
            fetch=fetch, url="https://kaffetorget.example/", status=200, fetched_at=now, expires_at=now,
            sha256=hashlib.sha256(body).hexdigest(), body=gzip.compress(body) if body else b"",
        )  # fmt: skip
        Mention.objects.filter(pk=mention.pk).update(first_fetch=fetch, first_seen_at=now)
    frozen = verbs.freeze(pitch, alice)
    named = packing.named_captures(frozen.snapshot or {})
    assert named == [hashlib.sha256(b"").hexdigest()], "the last fetch is the one that brought it"
    every = [hashlib.sha256(body).hexdigest() for body in bodies.values()]
    frozen.snapshot["evidence"][0]["rows"][:] = [{"captures": " ".join(every)}]  # type: ignore[index]
    assert [(name, b"".join(body)) for name, body in packing._captures(frozen)] == [
        (hashlib.sha256(b"Said in public").hexdigest(), b"Said in public")
    ]


def test_a_row_keeps_enough_to_prove_it(frozen: Pitch) -> None:
    snapshot = frozen.snapshot
    assert snapshot is not None
    rows = [row for one in snapshot["evidence"] for row in one["rows"] if row.get("found")]
    assert len(rows) > 50 and not any(map(is_redacted, rows))
    assert all(row["url"] and row["site"] and row["date"] and row["source"] and row["seen"] for row in rows)
    assert all(len(row["excerpt"]) <= 300 for row in rows)
    assert any(row["author"] for row in rows)
    assert "Fjällvik Coffee keyword v1" in {name for row in rows for name in row["found"].split(", ")}
    searches = {(one["brand"], one["subject"], one["form"]): one for one in snapshot["searches"]}
    assert ("Fjällvik Coffee", "brand", "keyword") in searches and ("", "industry", "tag") in searches
    assert all(one["text"] and one["since"] and one["version"] for one in snapshot["searches"])
    states_of = {one["source"]: one for one in snapshot["coverage"]}
    assert {one["state"] for one in states_of.values()} >= {"ok"}
    failed = [one for one in states_of.values() if one["error"]]
    assert failed and all(set(one["error"]) == {"en", "sv"} for one in failed)
