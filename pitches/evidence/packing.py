"""The evidence of a frozen pitch as one ZIP file: what it rests on, and the hashes to check it by.

The same pitch gives the same bytes, as long as Earshot has the same raw answers. It is written as it is sent:
one raw answer is in memory at a time, and nothing is on disk.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from listening import sources
from listening.models import Capture, Fetch
from pitches.evidence import digests, tables
from pitches.models import Pitch

FORMAT = "earshot-evidence-1"
SNAPSHOT, MANIFEST, SUMS, CAPTURES = "snapshot.json", "manifest.json", "SHA256SUMS", "captures/"
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
PIECE = 64 * 1024
READABLE = 0o100644 << 16  # a plain file


@dataclass(frozen=True)
class File:
    """One file of the ZIP, as its manifest names it."""

    name: str
    sha256: str
    size: int


class _Pipe(io.RawIOBase):
    """Where the ZIP is written to, and taken from piece by piece. It cannot go back, so nothing is kept."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """What was written since."""
        found, self._pieces = b"".join(self._pieces), []
        return found


def stream(pitch: Pitch) -> Iterator[bytes]:
    """The ZIP of a frozen pitch, piece by piece."""
    assert pitch.snapshot is not None
    return written(pitch.snapshot, pitch.sha256, _captures(pitch))


def written(
    snapshot: Mapping[str, Any], sha256: str, captures: Iterable[tuple[str, Iterable[bytes]]] = ()
) -> Iterator[bytes]:
    """The ZIP of a snapshot; ``captures``: (hash, body in pieces) in the order of the hashes."""
    pipe = _Pipe()
    files: list[File] = []
    contents = {SNAPSHOT: digests.canonical(snapshot), **tables.all_of(snapshot, sha256)}
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(contents):
            files.append((yield from _add(archive, pipe, name, [contents[name]])))
        for hashed, body in captures:
            files.append((yield from _add(archive, pipe, f"{CAPTURES}{hashed}", body)))
        manifest = manifest_of(snapshot, sha256, files)
        yield from _add(archive, pipe, MANIFEST, [manifest])
        yield from _add(archive, pipe, SUMS, [sums_of(files, manifest)])
    yield pipe.take()


def _add(
    archive: zipfile.ZipFile, pipe: _Pipe, name: str, content: Iterable[bytes]
) -> Generator[bytes, None, File]:
    """Writes one file, and gives what is ready to be sent on the way."""
    info = zipfile.ZipInfo(name, FIXED_DATE)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, READABLE, 3
    hashed, size = hashlib.sha256(), 0
    with archive.open(info, "w") as entry:
        for piece in content:
            for start in range(0, len(piece), PIECE):
                part = piece[start : start + PIECE]
                hashed.update(part)
                size += len(part)
                entry.write(part)
                if sent := pipe.take():
                    yield sent
    return File(name, hashed.hexdigest(), size)


def manifest_of(snapshot: Mapping[str, Any], sha256: str, files: Iterable[File]) -> bytes:
    """What is in the ZIP, for programs."""
    told = {
        "format": FORMAT,
        "tables": tables.VERSION,
        "tool": snapshot["tool"],
        "frozen_at": snapshot["frozen_at"],
        "pitch": {
            "id": snapshot["id"],
            "version": snapshot["version"],
            "scheme": digests.scheme_of(snapshot),
            "digest": sha256,
            "redacted": digests.redacted(snapshot),
        },
        "files": [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in files],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def sums_of(files: Iterable[File], manifest: bytes) -> bytes:
    """The same as ``sha256sum`` writes and reads it."""
    lines = [(one.sha256, one.name) for one in files]
    lines.append((hashlib.sha256(manifest).hexdigest(), MANIFEST))
    return "".join(f"{hashed}  {name}\n" for hashed, name in lines).encode()


def named_captures(snapshot: Mapping[str, Any]) -> list[str]:
    """The hashes of all raw answers that rows of the snapshot name, sorted."""
    rows = (row for one in snapshot["evidence"] for row in one.get("rows", ()))
    return sorted({hashed for row in rows for hashed in str(row.get("captures") or "").split()})


def _captures(pitch: Pitch) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Raw answers that we still have. Those for which somebody's key was used are not handed out."""
    assert pitch.snapshot is not None
    for hashed in named_captures(pitch.snapshot):
        kept = Capture.objects.filter(sha256=hashed, fetch__scan__workspace=pitch.workspace_id)
        for one in kept.exclude(body=b"").select_related("fetch").order_by("pk")[:1]:
            if _may_be_handed_out(one.fetch):
                yield hashed, _unpacked(bytes(one.body))


def _may_be_handed_out(fetch: Fetch) -> bool:
    """Whether anybody could have asked what this fetch asked: no key was sent along."""
    kind = next((kind for kind in sources.SOURCES if kind.name == fetch.source), None)
    return kind is not None and not kind.uses_key(fetch.capability)


def _unpacked(body: bytes) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
        while piece := file.read(PIECE):
            yield piece
