"""What a site asks of programs that read its pages: robots.txt (RFC 9309) and reservations on a page.

Only for web pages that we fetch on our own account; a feed or an API that a person asked for is no crawling.
Python 3.11's own parser knows neither ``*`` and ``$`` nor the longest match, so it would read pages that
sites closed to us; matching here takes linear time whatever a hostile file says.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import redis

from listening.net.backend import UNKNOWN_HOST
from listening.net.client import Client
from listening.net.errors import SourceError, gettext_noop
from listening.net.response import Response
from listening.net.urls import parse

KEEP_SECONDS = 86_400
KEEP_FAILURE_SECONDS = 3_600
MAX_BYTES = 512_000  # what RFC 9309 asks a reader to take at least
_UNAVAILABLE = "unavailable"
FORBIDDEN = gettext_noop("%(host)s asks programs not to read this page (robots.txt).")
UNTOLD = gettext_noop(
    "%(host)s did not tell whether programs may read this page (robots.txt), so it was not read. "
    "Try again later."
)

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_RESERVED = re.compile(r"\b(?:noindex|noarchive|none)\b", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]{0,500}>", re.IGNORECASE)


class Cache(Protocol):
    """Django's cache, or anything like it."""

    def get(self, key: str) -> Any: ...

    def set(self, key: str, value: Any, timeout: float | None) -> Any: ...


class Robots:
    """Answers whether a page may be read; each site's rules are fetched once a day."""

    def __init__(self, client: Client, cache: Cache) -> None:
        self._client = client
        self._cache = cache
        self._agent = re.split(r"[/\s(]", client.settings.agent, maxsplit=1)[0].lower()

    def allowed(self, url: str, *, patience: float = 0.0) -> bool:
        """True when the site lets us read this page; False, too, while its rules cannot be had.

        Raises Busy as `Client.get` does, and SourceError when our guard refuses the site or there is none.
        """
        return self._refusal(url, patience) is None

    def check(self, url: str, *, patience: float = 0.0) -> None:
        """Raises SourceError for a page that is not `allowed`: "blocked", or "transient" if not told."""
        if refusal := self._refusal(url, patience):
            raise refusal

    def _refusal(self, url: str, patience: float) -> SourceError | None:
        parts = parse(url)
        text = self._rules(parts.scheme, parts.url, patience)
        if text == _UNAVAILABLE:
            return SourceError(UNTOLD, params={"host": parts.host})
        path = parts.request_url.split("/", 3)[3]
        if Rules.read(text, self._agent).allow("/" + path):
            return None
        return SourceError(FORBIDDEN, "blocked", params={"host": parts.host})

    def _rules(self, scheme: str, url: str, patience: float) -> str:
        address = "/".join(url.split("/", 3)[:3]) + "/robots.txt"
        key = "robots:" + quote(address, safe="")
        with suppress(redis.RedisError):  # while the cache is away the site is asked again
            kept = self._cache.get(key)
            if isinstance(kept, str):
                return kept
        text = self._fetch(address, patience)
        with suppress(redis.RedisError):
            self._cache.set(key, text, KEEP_FAILURE_SECONDS if text == _UNAVAILABLE else KEEP_SECONDS)
        return text

    def _fetch(self, address: str, patience: float) -> str:
        try:
            answer = self._client.get(address, patience=patience)
        except SourceError as error:
            if error.kind == "blocked" or error.message == UNKNOWN_HOST:
                raise
            return _UNAVAILABLE
        if 200 <= answer.status < 300:
            return Response.text(answer)[:MAX_BYTES]
        # A site without the file has no wishes; one in trouble, or that tells us to slow down, may have.
        return "" if 400 <= answer.status < 500 and answer.status != 429 else _UNAVAILABLE


@dataclass(frozen=True)
class Rules:
    """The rules of one robots.txt for one agent: (pattern, may be read)."""

    rules: tuple[tuple[str, bool], ...]

    @classmethod
    def read(cls, text: str, agent: str) -> Rules:
        """``agent``: product name in lower case. Groups that name it are merged; "*" counts if none does."""
        ours: list[tuple[str, bool]] = []
        everyones: list[tuple[str, bool]] = []
        named = False
        agents: list[str] = []
        in_rules = False
        for line in text.lstrip("\ufeff").splitlines():
            field, colon, value = line.partition("#")[0].partition(":")
            field, value = field.strip().lower(), value.strip()
            if field == "user-agent" and colon:
                agents = ([] if in_rules else agents) + [value.lower()]
                named = named or value.lower() == agent
                in_rules = False
            elif field in ("allow", "disallow") and colon:
                in_rules = True
                rule = (_normal(value), field == "allow")
                if value and agent in agents:
                    ours.append(rule)
                if value and "*" in agents:
                    everyones.append(rule)
        return cls(tuple(ours if named else everyones))

    def allow(self, path: str) -> bool:
        """True when the longest rule that fits this path and query allows it, or none fits."""
        path = _normal(path)
        if path == "/robots.txt":
            return True
        fitting = [(len(pattern), allowed) for pattern, allowed in self.rules if _fits(pattern, path)]
        return max(fitting, default=(0, True))[1]


def reserved(response: Response) -> bool:
    """True when a page asks not to be indexed or archived, or reserves text and data mining.

    Read from X-Robots-Tag, the robots meta element and the TDM reservation; its text is then not stored.
    """
    if _RESERVED.search(response.headers.get("x-robots-tag", "")):
        return True
    if response.headers.get("tdm-reservation", "").strip() == "1":
        return True
    for meta in _META.findall(response.text()[:200_000]):
        tag = meta.lower()
        if re.search(r"""name\s*=\s*["']?robots\b""", tag) and _RESERVED.search(tag):
            return True
        if re.search(r"""name\s*=\s*["']?tdm-reservation\b""", tag) and re.search(
            r"""content\s*=\s*["']?1\b""", tag
        ):
            return True
    return False


def _normal(path: str) -> str:
    """One spelling of a path: unreserved characters bare, all others escaped in capitals."""

    def spell(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if _UNRESERVED.fullmatch(character) else escape[0].upper()

    return _ESCAPE.sub(spell, quote(path.encode("utf-8", "replace"), safe="%/?#[]@!$&'()*+,;=:~|"))


def _fits(pattern: str, path: str) -> bool:
    """Does the pattern match from the path's start? ``*`` is any run, ``$`` at the end is the end."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    last = rest.pop() if anchored else ""
    for piece in rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last) and len(path) - len(last) >= at
