"""The shape of a source: declarations, and the capabilities it chooses to define."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from listening.net import Client, Response

# A source has a capability iff its class defines the method. Signatures:
#   search(query, since, cursor=None) -> Page[Item]      mentions by keyword, newest first
#   tagged(tag, since, cursor=None) -> Page[Item]        mentions by tag, newest first
#   thread(root_id, cursor=None) -> Page[Reply]          the replies of one conversation
#   poll(url, etag="", last_modified="", body_hash="") -> FeedAnswer
#   observe(handle, cursor=None) -> Page[Reading]        numbers of one profile
#   results(phrase, market, cursor=None) -> Page[Result] one page of a search engine's results
#   check() -> None                                      one cheap call when a key is saved
CAPABILITIES = ("search", "tagged", "thread", "poll", "observe", "results")


class Source:
    """One outside system. A subclass sees no Django and no database, and writes no ``try``."""

    name: ClassVar[str]  # stored in rows, never renamed
    label: ClassVar[str]
    docs: ClassVar[str] = ""
    terms: ClassVar[str] = ""
    gives: ClassVar[str] = ""  # one sentence for the sources page
    needs: ClassVar[tuple[str, ...]] = ()  # credential fields
    instance: ClassVar[str] = ""  # default host where many hosts speak the same API
    calls_per_minute: ClassVar[float] = 60
    keep_days: ClassVar[int | None] = None
    default: ClassVar[bool] = True  # on in a new workspace

    def __init__(
        self,
        http: Client,
        *,
        instance: str = "",
        credentials: Mapping[str, str] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None: ...

    @classmethod
    def can(cls, capability: str) -> bool:
        """True when this source offers the capability, which is when it defines the method."""
        return capability in CAPABILITIES and hasattr(cls, capability)

    def get(self, url: str, **kwargs: Any) -> Response: ...

    def get_json(self, url: str, **params: Any) -> Any: ...
