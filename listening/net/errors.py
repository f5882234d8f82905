"""What can go wrong outside, as data.

Messages are English templates that name what happened and what to do; they are stored with their
parameters and translated when a person reads them, so a row written by a Swedish workspace's scan can
be read in English, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["transient", "rate_limited", "needs_key", "blocked", "gone"]


def gettext_noop(message: str) -> str:
    """Marks a message for translation without translating it; keeps Django out of this package."""
    return message


@dataclass
class SourceError(Exception):
    """An outside system did not give what we asked for.

    ``message`` is an English template with ``%(name)s`` places filled from ``params``. ``retry_after``
    is in seconds; None leaves the back-off to the caller.

    Kinds: *transient* (try again later), *rate_limited* (we were told to slow down), *needs_key* (login
    or key missing or refused), *blocked* (refused to us, or refused by our own guard), *gone* (will not
    come back).
    """

    message: str
    kind: Kind = "transient"
    retry_after: float | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params


@dataclass
class Busy(Exception):
    """The host may not be asked yet. Not an error: come back after ``seconds``."""

    host: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.host}: not before {self.seconds:.1f} s"
