"""The fingerprint of a snapshot: one SHA-256 over parts, so that a part can go and the whole still verifies.

A part is what quotes somebody: a row behind a figure, a quote, a conversation to answer, a cell with foreign
text. The digest is taken of the snapshot in which each part stands as its own hash::

    {"redacted": "<sha256 of the part>"}

A redacted part looks exactly like that, so taking one out changes no digest, and changing anything else does.
Each part carries a random salt, so that nobody can find out by guessing what a redacted one said.

Snapshots that were frozen before name no scheme: their hash was taken of the whole document. See
``docs/decisions/0012-a-digest-over-parts.md``. Pure: no model, no clock.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pitches.decks.contract import REDACTED, is_redacted

SCHEME = "sha256-parts-1"
WHOLE = "sha256-whole"  # of snapshots without a "scheme"
SCHEMES = (SCHEME, WHOLE)
FOREIGN = ("raw", "link")  # an item or cell of a block with one of these holds somebody's words or address
# Of a whole one that lost a part: the digest over parts, taken before, because its own hash can only be
# taken of all of it.
PARTS = "parts"

Part = dict[str, Any]
Change = Callable[[Part], Part]


def canonical(value: object) -> bytes:
    """The one way to write a value down: what hashes are taken of. ValueError for what is no JSON."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def sha256_of(value: object) -> str:
    """SHA-256 over the canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def stub(part: Part) -> Part:
    """What stands for a part in the digest, and in its place when it is redacted."""
    return part if is_redacted(part) else {REDACTED: sha256_of(part)}


def mapped(snapshot: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """A copy of the snapshot with every part changed; what is already redacted is handed over, too."""
    evidence = [
        one | {"rows": [change(row) for row in one["rows"]]} if one.get("rows") else one
        for one in snapshot["evidence"]
    ]
    slides = [
        slide | {"blocks": [_block(block, change) for block in slide["blocks"]]}
        for slide in snapshot["slides"]
    ]
    return {**snapshot, "evidence": evidence, "slides": slides}


def _block(block: dict[str, Any], change: Change) -> dict[str, Any]:
    found = dict(block)
    if isinstance(block.get("items"), list):
        found["items"] = [change(one) if _is_part(one) else one for one in block["items"]]
    if isinstance(block.get("rows"), list):
        found["rows"] = [
            [change(cell) if _is_part(cell) else cell for cell in row] if isinstance(row, list) else row
            for row in block["rows"]
        ]
    return found


def _is_part(value: object) -> bool:
    return is_redacted(value) or (isinstance(value, dict) and any(name in value for name in FOREIGN))


def parts(snapshot: Mapping[str, Any]) -> Iterator[Part]:
    """Every part, in the order of the snapshot."""
    found: list[Part] = []

    def see(part: Part) -> Part:
        found.append(part)
        return part

    mapped(snapshot, see)
    yield from found


def redacted(snapshot: Mapping[str, Any]) -> int:
    """How many parts are redacted."""
    return sum(1 for part in parts(snapshot) if is_redacted(part))


def scheme_of(snapshot: Mapping[str, Any]) -> str:
    """How the snapshot's hash is taken."""
    return str(snapshot.get("scheme", WHOLE))


def over_parts(snapshot: Mapping[str, Any]) -> str:
    """The digest over parts, whatever the snapshot's own scheme is."""
    return sha256_of(mapped({key: value for key, value in snapshot.items() if key != PARTS}, stub))


def hash_of(snapshot: Mapping[str, Any]) -> str:
    """The snapshot's digest by its own scheme. ValueError for a scheme that this version does not know."""
    scheme = scheme_of(snapshot)
    if scheme not in SCHEMES:
        raise ValueError(f"scheme {scheme!r} is not known")
    return over_parts(snapshot) if scheme == SCHEME else sha256_of(snapshot)


def sealed(
    snapshot: Mapping[str, Any], salt: Callable[[], str] = lambda: secrets.token_hex(16)
) -> dict[str, Any]:
    """A snapshot that is to be frozen: its scheme named, every part salted."""
    return mapped(snapshot, lambda part: part | {"salt": salt()}) | {"scheme": SCHEME}


def without_salt(part: Part) -> Part:
    """A part as it was before it was sealed, to be compared with one of another snapshot."""
    return {name: value for name, value in part.items() if name != "salt"}


def redact(snapshot: Mapping[str, Any], unwanted: Callable[[Part], bool]) -> dict[str, Any]:
    """A copy without the parts that ``unwanted`` picks; the same object when there are none.

    A whole one keeps the digest over its parts, so that what is left can still be checked.
    """
    gone = 0

    def change(part: Part) -> Part:
        nonlocal gone
        if is_redacted(part) or not unwanted(part):
            return part
        gone += 1
        return stub(part)

    found = mapped(snapshot, change)
    if not gone:
        return snapshot if isinstance(snapshot, dict) else dict(snapshot)
    if scheme_of(snapshot) == WHOLE and PARTS not in snapshot:
        found[PARTS] = over_parts(snapshot)
    return found


@dataclass(frozen=True)
class Seal:
    """How a snapshot stands to the hash it was frozen with.

    ``partly``: it was hashed whole and lost a part since, so its first hash cannot be taken any more; the
    digest over parts that was written down at that moment was checked instead.
    """

    is_intact: bool
    redacted: int = 0
    scheme: str = WHOLE
    partly: bool = False


def check(snapshot: Mapping[str, Any], sha256: str) -> Seal:
    """Whether the snapshot is what was frozen with this hash. What cannot be read is not; never raises."""
    try:
        gone, scheme = redacted(snapshot), scheme_of(snapshot)
        if scheme == WHOLE and PARTS in snapshot:
            return Seal(over_parts(snapshot) == snapshot[PARTS] and gone > 0, gone, scheme, True)
        return Seal(hash_of(snapshot) == sha256, gone, scheme)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Seal(False)
