"""The shape of a source: declarations, and the capabilities it chooses to define."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

from listening.net import check
from listening.net.errors import SourceError, gettext_noop

if TYPE_CHECKING:
    from listening.net import Client, Response

# A source has a capability iff its class defines the method. Signatures:
#   search(query, since, cursor=None) -> Page[Item]      mentions by keyword, newest first
#   tagged(tag, since, cursor=None) -> Page[Item]        mentions by tag, newest first
#   thread(root_id, cursor=None) -> Page[Reply]          the replies of one conversation
#   poll(url, etag="", last_modified="", body_hash="", named="") -> FeedAnswer
#   observe(handle, cursor=None) -> Page[Reading]        numbers of one profile
#   results(phrase, market, cursor=None, *, depth=30) -> Page[Result]  one page of a search engine's results
#   rank(site, cursor=None) -> Page[Rank]                where a list of popular sites has one
#   check() -> None                                      one cheap call when credentials are saved
CAPABILITIES = ("search", "tagged", "thread", "poll", "observe", "results", "rank")

Shape = TypeVar("Shape", dict[str, Any], list[Any])


IN_CIRCLES = gettext_noop(
    "%(host)s gives the same page again instead of the next one. What was read before is kept; "
    "Earshot will try again later."
)


class Searchable(Protocol):
    """What a source must know of a query; ``listening.query.Query`` is one."""

    def alternatives(self) -> Sequence[Sequence[str]]:
        """Sets of words and phrases; whatever the query finds holds all terms of one of the sets."""
        ...


@dataclass(frozen=True)
class Need:
    """One field of a source's credentials, as a person is asked for it."""

    name: str  # key of ``Source.credentials``; stored, never renamed
    label: str
    kind: Literal["text", "secret"] = "secret"  # a secret is never shown again
    help: str = ""
    where: str = ""  # the page where people get one
    example: str = ""  # what it looks like, made up


class Validators(NamedTuple):
    """How a document was when we saw it last; the first two go back byte for byte."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""  # sha256


class Session(Protocol):
    """What a service lends after a login, kept sealed between pages and scans. Empty at first."""

    def read(self) -> Mapping[str, str]:
        """What was written last, by whichever process."""
        ...

    def write(self, values: Mapping[str, str]) -> None:
        """Keeps these values, at once, in place of all others."""
        ...


class Passing:
    """A session that lives as long as its source: where nobody keeps one."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = dict(values or {})

    def read(self) -> Mapping[str, str]:
        return self.values

    def write(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)


class Source:
    """One outside system. A subclass sees no Django and no database, and writes no ``try``."""

    name: ClassVar[str]  # stored in rows, never renamed
    label: ClassVar[str]
    docs: ClassVar[str] = ""
    terms: ClassVar[str] = ""
    gives: ClassVar[str] = ""  # one sentence for the sources page
    needs: ClassVar[tuple[Need, ...]] = ()  # credential fields; who has some also defines check()
    keyed: ClassVar[tuple[str, ...]] = ()  # capabilities that are off without credentials
    lacks: ClassVar[str] = ""  # one sentence that says so, where ``keyed`` is not empty
    instance: ClassVar[str] = ""  # default host where many hosts speak the same API
    instance_setting: ClassVar[str] = ""  # the operator's setting that names the host, where only they may
    calls_per_minute: ClassVar[float] = 60
    domains: ClassVar[tuple[str, ...]] = ()  # no page of theirs is asked faster, for whatever reason
    threads_per_scan: ClassVar[int] = 2_000  # conversations read in one scan; the rest is said to be unread
    keep_days: ClassVar[int | None] = None
    rest: ClassVar[timedelta] = timedelta(0)  # how long a plan leaves a search alone after it was asked
    default: ClassVar[bool] = True  # on in a new workspace

    def __init__(
        self,
        http: Client,
        *,
        instance: str = "",
        credentials: Mapping[str, str] | None = None,
        session: Session | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.http = http
        self.host = instance or self.instance
        self.credentials = dict(credentials or {})
        self.session = session or Passing()
        self.now = now or (lambda: datetime.now(UTC))

    @classmethod
    def can(cls, capability: str) -> bool:
        """True when this source offers the capability, which is when it defines the method."""
        return capability in CAPABILITIES and hasattr(cls, capability)

    @classmethod
    def uses_key(cls, capability: str) -> bool:
        """Whether credentials are sent along: to what is ``keyed``, or everywhere where nothing is."""
        return bool(cls.needs) and (capability in cls.keyed or not cls.keyed)

    def get(self, url: str, *, accept: Collection[int] = (), **kwargs: Any) -> Response:
        """One GET at this source's pace. A bad status raises SourceError, but for those in ``accept``.

        Other keywords go to ``listening.net.Client.get``.
        """
        return self._checked(self.http.get(url, **{"per_minute": self.calls_per_minute, **kwargs}), accept)

    def post(self, url: str, *, accept: Collection[int] = (), **kwargs: Any) -> Response:
        """One POST; as ``get``. Say ``private=True`` where the answer holds a secret."""
        return self._checked(self.http.post(url, **{"per_minute": self.calls_per_minute, **kwargs}), accept)

    def get_if_new(
        self, url: str, accept: str, seen: Validators, *, max_bytes: int
    ) -> tuple[Response, Validators, bool]:
        """Asks for a document, unless it is as we saw it last: (answer, validators to keep, is it new).

        Not new is a 304, and a body with the hash that we know: many servers answer 200 with the same bytes.
        """
        response = self.get(
            url,
            accept=(304,),
            headers={"Accept": accept},
            etag=seen.etag,
            last_modified=seen.last_modified,
            max_bytes=max_bytes,
        )
        etag, changed = response.headers.get("etag") or "", response.headers.get("last-modified") or ""
        if response.not_modified:
            kept = Validators(etag or seen.etag, changed or seen.last_modified, seen.body_hash)
            return response, kept, False
        digest = hashlib.sha256(response.body).hexdigest()
        return response, Validators(etag, changed, digest), digest != seen.body_hash

    @staticmethod
    def _checked(response: Response, accept: Collection[int]) -> Response:
        if response.status not in accept:
            check(response)
        return response

    def get_json(self, url: str, shape: type[Shape], **kwargs: Any) -> Shape:
        """As ``get``, and the answer as JSON of the promised outer form, ``dict`` or ``list``."""
        return self.shaped(self.get(url, **kwargs), shape)

    @staticmethod
    def shaped(response: Response, shape: type[Shape]) -> Shape:
        """The answer as JSON, or SourceError when it is JSON of another form than promised."""
        found = response.json()
        if not isinstance(found, shape):
            raise SourceError(
                gettext_noop(
                    "%(url)s answered in a form that Earshot does not know. The service may have changed."
                ),
                params={"url": response.url},
            )
        return found
