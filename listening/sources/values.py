"""Foreign values to ours: dates, numbers, texts, addresses. Pure; what cannot be read becomes None or ""."""

from __future__ import annotations

import hashlib
import re
from calendar import timegm
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import struct_time
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from listening.net.decode import json_value
from listening.net.errors import SourceError

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
LONGEST_ADDRESS = 2048
LONGEST_ID = 512

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")


def moment(value: Any) -> datetime | None:
    """An aware UTC time from ISO 8601 text, epoch seconds or feedparser's UTC struct_time.

    Text without a zone counts as UTC. None for anything else, and for a time before 1995: such dates come
    from broken clocks.
    """
    found: datetime | None = None
    try:
        if isinstance(value, str) and value.strip():
            found = datetime.fromisoformat(value.strip())
        elif isinstance(value, struct_time):
            found = datetime.fromtimestamp(timegm(value), UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        if found is not None:
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and found >= EARLIEST else None


def header_moment(value: str) -> datetime | None:
    """A time as headers write it (RFC 9110); None for anything else, such as the usual "0" of Expires."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def clamp(when: datetime | None, now: datetime) -> datetime | None:
    """A date more than a day ahead was never true: it becomes ``now``."""
    return now if when is not None and when > now + timedelta(days=1) else when


def whole(value: Any) -> int | None:
    """A whole number that is not negative, from a number or digits; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = int(value)
    except (ValueError, OverflowError):  # "", "many", infinity; digits beyond Python's limit
        return None
    return found if 0 <= found < 2**63 else None


def string(value: Any) -> str:
    """Text and numbers as text that can be stored; "" for None, lists and objects."""
    if isinstance(value, str):
        return _HALF_CHARACTER.sub("\ufffd", value.replace("\0", ""))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def listed(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def record(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; [] for anything else."""
    return [one for one in listed(value) if isinstance(one, dict)]


def address(url: Any, base: str = "") -> str:
    """An absolute http(s) address, or "". Relative ones are resolved against ``base``, odd signs escaped.

    Refused: other schemes, user names and passwords, impossible ports, addresses over 2,048 characters.
    """
    if not (url := string(url).strip()) or len(url) > LONGEST_ADDRESS:
        return ""
    try:
        found = urljoin(base, url) if base else url
        parts = urlsplit(found)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # impossible port, broken brackets
        return ""
    if not usable or "@" in parts.netloc or _UNSAFE_IN_ADDRESS.search(parts.netloc):
        return ""
    escaped = _UNSAFE_IN_ADDRESS.sub(lambda found: quote(found[0]), found)
    return escaped if len(escaped) <= LONGEST_ADDRESS else ""


def stable_id(value: str) -> str:
    """The id as it is, or its sha256 where it is longer than we index."""
    return value if len(value) <= LONGEST_ID else hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def objects_in(source: str) -> list[dict[str, Any]]:
    """Every object of a JSON text, at any depth up to 20; [] for what is no JSON."""
    try:
        waiting: list[tuple[Any, int]] = [(json_value(source), 0)]
    except ValueError:
        return []
    found: list[dict[str, Any]] = []
    for value, depth in waiting:  # grows while we walk
        if isinstance(value, dict):
            found.append(value)
        if isinstance(value, dict | list) and depth < 20:
            inner = value.values() if isinstance(value, dict) else value
            waiting += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]
    return found


@contextmanager
def refusing(message: str, **params: Any) -> Iterator[None]:
    """Whatever goes wrong inside is the outside's fault: one SourceError with this message.

    For parsers of foreign material only, whose many ways to fail cannot be listed.
    """
    try:
        yield
    except (SourceError, MemoryError):
        raise
    except Exception as error:
        raise SourceError(message, params=params) from error


_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_LINK_PARAMETER = re.compile(r";\s*([\w*-]{1,40})\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))")


def links(header: str) -> list[tuple[str, dict[str, str]]]:
    """The addresses of a Link header (RFC 8288) with their parameters, names in lower case."""
    return [
        (url.strip(), {name.lower(): quoted or bare for name, quoted, bare in _LINK_PARAMETER.findall(rest)})
        for url, rest in _LINK.findall(header[:20_000])
    ]
