"""Whether a file of evidence is what it was: every hash, and whether its tables say what its snapshot says.

The file comes from anybody. Nothing of it is written anywhere, no more is read than the limits say, and its
names are names only. Decides only; who asks knows whether this Earshot froze such a pitch.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _

from listening.net.errors import gettext_noop
from pitches import zips
from pitches.evidence import digests, packing, tables
from pitches.evidence.packing import CAPTURES, MANIFEST, SNAPSHOT, SUMS, File

State = Literal["ok", "changed", "missing", "unexpected"]
MOST_ENTRIES = 5_000
LARGEST_UPLOAD = 100_000_000  # bytes, packed
LARGEST_TOTAL = 1_000_000_000  # bytes, unpacked
LARGEST_DOCUMENT = 24_000_000  # of a file that must be understood, not only hashed
MOST_VALUES = 1_500_000  # in one document: each takes room, however short it is written
MOST_PLACES = 20_000  # in the texts of the tables: for each of them a figure or a name is printed
LONGEST_VALUE = 100  # characters of what a figure prints
MOST_RATIO, RATIO_FROM = 200, 1_000_000  # packed so much smaller: nothing of ours is
PIECE = 64 * 1024
HASH = re.compile(r"[0-9a-f]{64}")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
# What comes of taking a document of anybody's for a snapshot.
STRANGE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, OSError)
UNDERSTOOD = (SNAPSHOT, MANIFEST, SUMS)
OURS = (*UNDERSTOOD, *tables.NAMES)
ENCRYPTED = 0x1
PACKED_AS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

MANY_FILES = gettext_noop("The ZIP file holds more than %(most)s files.")
# Why a line is not well, in words.
NOT_SAID = gettext_noop("This file is not in the manifest.")
NOT_OURS = gettext_noop("Earshot writes no such file.")
NOT_THERE = gettext_noop("The manifest names this file, but it is not there.")
ANOTHER_HASH = gettext_noop("Its SHA-256 is not the one in the manifest.")
DAMAGED = gettext_noop("The file is damaged and cannot be read to its end.")
OTHER_DIGEST = gettext_noop("The snapshot is not the one that was frozen: its digest is another.")
OTHER_PITCH = gettext_noop("The manifest is of another pitch or version than the snapshot.")
OTHER_TABLE = gettext_noop("It does not say what the snapshot says.")
NO_SNAPSHOT = gettext_noop("It is no snapshot of a pitch.")
OTHER_SUMS = gettext_noop("It does not list the hashes that the manifest lists.")
OTHER_NAME = gettext_noop("Its name is not its SHA-256.")


@dataclass
class Refused(Exception):
    """The file cannot be checked at all. ``message``: English, filled from ``params``."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(self.message) % self.params


@dataclass(frozen=True)
class Line:
    """What became of one file. ``why``: an English sentence, "" where all is well."""

    name: str
    state: State
    why: str = ""

    @property
    def reason(self) -> str:
        """Why, in the reader's language."""
        return _(self.why) if self.why else ""


@dataclass(frozen=True)
class Report:
    """Every file, and what the snapshot is of. What is not known of a broken one is empty."""

    lines: tuple[Line, ...]
    code: UUID | None = None
    version: int | None = None
    title: str = ""
    frozen_at: datetime | None = None
    digest: str = ""
    seal: digests.Seal = digests.Seal(False)

    @property
    def is_sound(self) -> bool:
        """Whether everything is as it was written."""
        return self.seal.is_intact and all(line.state == "ok" for line in self.lines)

    @property
    def wrong(self) -> int:
        """How many files are not as they were written."""
        return sum(1 for line in self.lines if line.state != "ok")


@dataclass(frozen=True)
class _Read:
    """One entry of the ZIP, read to its end; ``content`` only of what must be understood."""

    sha256: str = ""
    size: int = 0
    content: bytes | None = None


def verify(file: IO[bytes]) -> Report:
    """Checks a file of evidence. Raises Refused for what is none, or asks for too much."""
    try:
        with zips.opened(file) as archive:
            entries = _entries(archive)
            found = {info.filename: _read(archive, info) for info in entries}
    except Refused:
        raise
    except zips.TooMany as error:
        raise Refused(MANY_FILES, {"most": MOST_ENTRIES}) from error
    except BROKEN as error:
        raise Refused(gettext_noop("This is no ZIP file, or a part of it is missing.")) from error
    return _report(found)


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """What the ZIP says it holds, before anything of it is read. Raises Refused."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refused(MANY_FILES, {"most": MOST_ENTRIES})
    if archive.comment or min((info.header_offset for info in entries), default=0):
        raise Refused(gettext_noop("There is something in the file before or after the ZIP file proper."))
    if sum(info.file_size for info in entries) > LARGEST_TOTAL:
        message = gettext_noop("Unpacked, the ZIP file would be larger than %(most)s MB.")
        raise Refused(message, {"most": LARGEST_TOTAL // 1_000_000})
    seen: set[str] = set()
    for info in entries:
        told = {"name": info.filename[:120]}
        if not _is_plain(info.filename):
            raise Refused(gettext_noop("“%(name)s” in the ZIP file leads out of it or is no name."), told)
        if info.filename.casefold() in seen:
            raise Refused(gettext_noop("“%(name)s” is in the ZIP file twice."), told)
        seen.add(info.filename.casefold())
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.create_system == 3 and kind not in (0, stat.S_IFREG):
            raise Refused(gettext_noop("“%(name)s” in the ZIP file is a link or no plain file."), told)
        if info.flag_bits & ENCRYPTED:
            raise Refused(gettext_noop("“%(name)s” in the ZIP file is encrypted."), told)
        if info.compress_type not in PACKED_AS:
            raise Refused(gettext_noop("“%(name)s” is packed in a way that Earshot does not use."), told)
        if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise Refused(gettext_noop("“%(name)s” is packed so small that it could be a trap."), told)
        if info.filename in UNDERSTOOD and info.file_size > LARGEST_DOCUMENT:
            message = gettext_noop("“%(name)s” is larger than %(most)s MB.")
            raise Refused(message, told | {"most": LARGEST_DOCUMENT // 1_000_000})
    return entries


def _is_plain(name: str) -> bool:
    """Whether this is a name as ours are: at most one folder, no way out, nothing odd."""
    parts = name.split("/")
    odd = any(not character.isprintable() or character in '\\:*?"<>|' for character in name)
    return len(name) <= 200 and len(parts) <= 2 and not odd and all(part.strip(". ") for part in parts)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Read | None:
    """Reads one entry to its end; None when it is damaged."""
    hashed, size = hashlib.sha256(), 0
    kept = bytearray() if info.filename in UNDERSTOOD else None
    try:
        with archive.open(info) as entry:
            while piece := entry.read(PIECE):
                hashed.update(piece)
                size += len(piece)
                if kept is not None:
                    kept += piece
    except BROKEN:
        return None
    return _Read(hashed.hexdigest(), size, bytes(kept) if kept is not None else None)


def _report(found: Mapping[str, _Read | None]) -> Report:
    manifest = _document(found.get(MANIFEST))
    try:
        assert manifest is not None
        if manifest["format"] != packing.FORMAT:
            raise Refused(gettext_noop("The manifest is of a format that this Earshot does not know."))
        told = [File(str(one["name"]), str(one["sha256"]), int(one["size"])) for one in manifest["files"]]
        pitch = {name: manifest["pitch"][name] for name in ("id", "version", "digest")}
        if len({one.name for one in told}) < len(told):
            raise Refused(gettext_noop("The manifest names a file twice."))
    except (AssertionError, *STRANGE) as error:
        message = gettext_noop("There is no manifest.json of Earshot in it, so this is no file of evidence.")
        raise Refused(message) from error
    by_name = {one.name: _held_against(one, found) for one in told}
    snapshot = _document(found.get(SNAPSHOT))
    seal = digests.check(snapshot, str(pitch["digest"])) if snapshot else digests.Seal(False)
    _look_inside(by_name, snapshot, seal, manifest, found)
    for name in (SNAPSHOT, SUMS):
        if name not in found:
            by_name[name] = Line(name, "missing", NOT_THERE)
    if SUMS in found:
        by_name[SUMS] = _sums(told, found)
    by_name[MANIFEST] = Line(MANIFEST, "ok")
    extra = {name: Line(name, "unexpected", NOT_SAID) for name in found if name not in by_name}
    lines = tuple(line for _, line in sorted((by_name | extra).items()))
    return _about(lines, snapshot, str(pitch["digest"]), seal)


def _document(read: _Read | None) -> dict[str, Any] | None:
    """The JSON object in a file, if one is."""
    if read is None or read.content is None:
        return None
    if sum(read.content.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        return None
    try:
        found = json.loads(read.content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _held_against(told: File, found: Mapping[str, _Read | None]) -> Line:
    if told.name not in found:
        return Line(told.name, "missing", NOT_THERE)
    read = found[told.name]
    if read is None:
        return Line(told.name, "changed", DAMAGED)
    if (read.sha256, read.size) != (told.sha256, told.size):
        return Line(told.name, "changed", ANOTHER_HASH)
    if told.name.startswith(CAPTURES) and told.name.removeprefix(CAPTURES) != read.sha256:
        return Line(told.name, "changed", OTHER_NAME)
    return Line(told.name, "ok")


def _look_inside(
    by_name: dict[str, Line],
    snapshot: dict[str, Any] | None,
    seal: digests.Seal,
    manifest: Mapping[str, Any],
    found: Mapping[str, _Read | None],
) -> None:
    """Who changes a file can change its hash in the manifest, too: so all is held against the snapshot."""

    def spoil(name: str, why: str) -> None:
        if name in by_name and by_name[name].state == "ok":
            by_name[name] = Line(name, "changed", why)

    if snapshot is None:
        spoil(SNAPSHOT, NO_SNAPSHOT)
        return
    pitch = manifest["pitch"]
    if not seal.is_intact:
        spoil(SNAPSHOT, OTHER_DIGEST)
    elif (snapshot.get("id"), snapshot.get("version")) != (pitch["id"], pitch["version"]):
        spoil(SNAPSHOT, OTHER_PITCH)
    try:
        named = set(packing.named_captures(snapshot))
        made = {}
        if manifest.get("tables") == tables.VERSION:
            _check_places(snapshot)
            made = tables.all_of(snapshot, str(pitch["digest"]))
    except STRANGE:
        spoil(SNAPSHOT, NO_SNAPSHOT)
        return
    for name, content in made.items():
        read = found.get(name)
        if name not in by_name and name not in found:
            by_name[name] = Line(name, "missing", NOT_THERE)
        elif name in by_name and read is not None and read.sha256 != hashlib.sha256(content).hexdigest():
            spoil(name, OTHER_TABLE)
    for name in list(by_name):
        if name.startswith(CAPTURES) and name.removeprefix(CAPTURES) not in named:
            spoil(name, OTHER_TABLE)
        elif name in found and not name.startswith(CAPTURES) and name not in OURS:
            by_name[name] = Line(name, "unexpected", NOT_OURS)


def _check_places(snapshot: Mapping[str, Any]) -> None:
    """Raises ValueError where the tables would take too long: a short text can name a long value often."""
    figures, evidence = list(snapshot["figures"].values()), snapshot["evidence"]
    texts = [one["label"] for one in (*figures, *evidence)]
    for one in evidence:
        texts += [one.get("formula") or {}, *one.get("gaps", ())]
    templates = [template for text in texts for template in text.values()]
    if sum(template.count("{") + template.count("}") for template in templates) > MOST_PLACES:
        raise ValueError("too many places")
    values = (str(value) for one in figures for name, value in one.items() if name != "label")
    if any(len(value) > LONGEST_VALUE for value in values):
        raise ValueError("a value is too long")


def _sums(told: Iterable[File], found: Mapping[str, _Read | None]) -> Line:
    sums, manifest = found[SUMS], found[MANIFEST]
    assert manifest is not None and manifest.content is not None
    if sums is None:
        return Line(SUMS, "changed", DAMAGED)
    right = sums.content == packing.sums_of(told, manifest.content)
    return Line(SUMS, "ok") if right else Line(SUMS, "changed", OTHER_SUMS)


def _about(
    lines: tuple[Line, ...], snapshot: Mapping[str, Any] | None, digest: str, seal: digests.Seal
) -> Report:
    """The report, with what the snapshot says of itself."""
    try:
        assert snapshot is not None
        return Report(
            lines,
            UUID(str(snapshot["id"])),
            int(snapshot["version"]),
            str(snapshot["names"].get("title", ""))[:200],
            datetime.fromisoformat(snapshot["frozen_at"]),
            digest if HASH.fullmatch(digest) else "",
            seal,
        )
    except (AssertionError, *STRANGE):
        return Report(lines, digest=digest if HASH.fullmatch(digest) else "", seal=seal)
