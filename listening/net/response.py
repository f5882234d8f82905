"""One answer, and what its status means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from listening.net import decode
from listening.net.errors import SourceError, gettext_noop
from listening.net.urls import canonical_host

LONGEST_WAIT = 7 * 86_400.0  # seconds: what a server may ask of us
_CHALLENGE = ("captcha", "challenge", "just a moment", "are you a robot", "verify you are human")


@dataclass(frozen=True)
class Response:
    """What a server answered.

    ``url``: where the answer came from in the end, in its original form also in replay. ``headers``: names
    without regard to case. ``body``: decompressed. ``fetched_at``: aware, UTC. ``redirects``: every address
    we were sent on to. ``moved_to``: the final address if every hop was permanent (301, 308), else "".
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    redirects: tuple[str, ...] = ()
    moved_to: str = ""

    @property
    def not_modified(self) -> bool:
        """True when nothing changed since the validators that were sent."""
        return self.status == 304

    @property
    def host(self) -> str:
        return canonical_host(self.url)

    def text(self) -> str:
        """The body as text; see `decode.text`."""
        return decode.text(self.body, self.headers.get("content-type", ""))

    def json(self) -> Any:
        """The body as JSON. Raises SourceError of kind "transient" when it is none: servers under strain
        answer with web pages."""
        try:
            # JSON is UTF-8, whatever the header says; the byte order mark still counts.
            return decode.json_value(decode.text(self.body, "charset=utf-8"))
        except ValueError:
            message = gettext_noop("%(host)s answered with something else than the data we asked for.")
            if self.body.lstrip()[:1] == b"<":
                message = gettext_noop("%(host)s answered with a web page instead of the data we asked for.")
            raise SourceError(message, params={"host": self.host}) from None


def check(response: Response) -> Response:
    """The same response if it is a success (2xx or 304); else a SourceError that says what happens next."""
    status, host = response.status, response.host
    if 200 <= status < 300 or status == 304:
        return response
    params: dict[str, Any] = {"host": host, "status": status}
    wait = retry_after(response)
    if status == 401:
        raise SourceError(gettext_noop("%(host)s asks for a login or a key."), "needs_key", params=params)
    if status == 403:
        raise _forbidden(response, params, wait)
    if status == 404:
        # Not "gone": some servers say it for weeks and then come back. The caller counts the days.
        raise SourceError(
            gettext_noop("%(host)s has nothing at this address (404). Earshot will try again later."),
            "transient",
            wait,
            params,
        )
    if status == 410:
        raise SourceError(
            gettext_noop("%(host)s says that this is gone for good. Earshot will not ask again."),
            "gone",
            params=params,
        )
    if status == 429:
        raise SourceError(
            gettext_noop("%(host)s asked us to slow down. Earshot waits and goes on later."),
            "rate_limited",
            wait,
            params,
        )
    if status in (408, 425) or status >= 500:
        raise SourceError(
            gettext_noop("%(host)s has a problem (error %(status)s). Earshot will try again later."),
            "transient",
            wait,
            params,
        )
    raise SourceError(
        gettext_noop("%(host)s refused the request (error %(status)s)."), "blocked", wait, params
    )


def retry_after(response: Response) -> float | None:
    """Seconds that the server asks us to wait, at most seven days; None when it does not say.

    From the Retry-After header (RFC 9110: seconds or a date), else from the bodies of those who put it
    there: Discourse's extras.wait_seconds, and retry_after.
    """
    if response.status not in (403, 429) and response.status < 500:
        return None
    value = response.headers.get("retry-after", "").strip()
    if value:
        return _bounded(_seconds(value, response.fetched_at))
    if response.status == 429 and response.body[:1] == b"{":
        try:
            said = json.loads(response.body)
            return _bounded(float(said.get("retry_after") or said["extras"]["wait_seconds"]))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
    return None


def _seconds(value: str, now: datetime) -> float | None:
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        until = parsedate_to_datetime(value)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return (until - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _bounded(seconds: float | None) -> float | None:
    if seconds is None or seconds != seconds:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _forbidden(response: Response, params: dict[str, Any], wait: float | None) -> SourceError:
    start = response.body[:20_000].decode("utf-8", "replace").lower()
    if "json" in response.headers.get("content-type", "").lower() or start[:1] == "{":
        return SourceError(
            gettext_noop("%(host)s refuses the login or key, or asks for one."), "needs_key", params=params
        )
    if "cf-mitigated" in response.headers or any(sign in start for sign in _CHALLENGE):
        return SourceError(
            gettext_noop("%(host)s wants to see a person in a browser. Earshot will try again later."),
            "transient",
            wait,
            params,
        )
    return SourceError(gettext_noop("%(host)s does not let us read this (403)."), "blocked", wait, params)
