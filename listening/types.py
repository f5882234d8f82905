"""The values that flow from the outside to the store. Standard library only, all frozen.

source -> Page[Item] -> pipeline -> store
source -> Page[Reading] -> observe
source -> Page[Result] -> visibility
source -> Page[Rank] -> popularity
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

Cursor = Mapping[str, Any]  # JSON-serialisable; a source reads only the cursors it wrote itself
Precision = Literal["exact", "rounded", "estimated", "manual"]
T = TypeVar("T")


@dataclass(frozen=True)
class Item:
    """One post, story, comment or article as a source returned it; plain text, cleaned by the pipeline."""

    external_id: str
    url: str
    title: str = ""
    text: str = ""
    author: str = ""  # handle as people read it: "@anna@mastodon.example"
    author_url: str = ""
    link: str = ""  # the address a link post is about; two posts with one link tell one story
    site_url: str = ""  # whose site this is on, where the permalink does not tell
    published_at: datetime | None = None  # aware, UTC
    language: str = ""  # BCP 47, "" = unknown
    tags: tuple[str, ...] = ()  # without "#", as written
    metrics: Mapping[str, int] = field(default_factory=dict)  # "points", "comments", "likes", "shares"
    root_id: str = ""  # external_id of the post that opened the thread; "" = this is the post
    parent_id: str = ""
    replies: int | None = None  # how many replies the source says there are; None = it does not say
    thread_readable: bool = True  # False where the source never lets us read the replies
    thread_handle: str = ""  # what thread() takes where the ids do not suffice; "" = root_id or external_id
    searchable: bool = True  # False when the author or site reserved the text: id, date and link only


@dataclass(frozen=True)
class Reply:
    """One answer in a thread: who and when, never the text. May also be the post that opened the thread."""

    external_id: str
    url: str
    author: str
    author_url: str = ""
    published_at: datetime | None = None
    parent_id: str = ""


@dataclass(frozen=True)
class Reading:
    """One dated number (or fact) about a profile: followers, article length, views a day, last post."""

    metric: str  # "exists", "followers", "posts", "last_post", "posts_30d", "length", "views_30d", ...
    value: float | None  # None = the fact is in ``text``
    text: str = ""  # an ISO date for "last_post", a title for "title"
    url: str = ""  # where a person can check it
    precision: Precision = "exact"
    on: datetime | None = None  # when the value was true, if not now


@dataclass(frozen=True)
class Result:
    """One row of a search engine's result page."""

    rank: int
    url: str
    title: str = ""
    excerpt: str = ""
    engines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rank:
    """Where a list of popular sites had one site on one day."""

    site: str  # the domain that was asked for
    rank: int | None  # None = not among the ``length`` sites of the list
    length: int
    on: date  # the day of the list
    list_id: str = ""  # the name under which this very list is kept for good, where it is known
    url: str = ""  # where a person can check it


@dataclass(frozen=True)
class Page(Generic[T]):
    """What one request (or one short, fixed set of requests) gave.

    ``inspected``: how many records the source showed us, before any filter. ``next``: cursor of the page
    that follows, None at the end. ``reached``: the oldest moment this page covers without a hole, None
    where the source does not tell. ``truncated``: the source had more than it let us read.
    ``gaps``: parts that failed inside a page that otherwise worked, such as ("duckduckgo", "CAPTCHA").
    """

    items: tuple[T, ...] = ()
    inspected: int = 0
    next: Cursor | None = None
    reached: datetime | None = None
    truncated: bool = False
    gaps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FeedDocument:
    """A parsed feed: what it says of itself, and its entries."""

    title: str = ""
    site_url: str = ""
    language: str = ""
    ttl_minutes: int | None = None  # from ttl, else from sy:updatePeriod
    skip_hours: tuple[int, ...] = ()  # hours of the day, UTC, in which it asks not to be read
    skip_days: tuple[int, ...] = ()  # days of the week, 0 = Monday
    hub: str = ""
    items: tuple[Item, ...] = ()
    bozo: str = ""  # what was wrong with the document, "" = nothing


@dataclass(frozen=True)
class FeedAnswer:
    """One poll: either a document, or "not modified". Validators are kept byte for byte."""

    document: FeedDocument | None  # None = 304 or the same body as last time
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    final_url: str = ""
    moved_to: str = ""  # set when every hop was permanent
    max_age: int | None = None  # seconds, from Cache-Control, else from Expires
    raw: bytes = b""


@dataclass(frozen=True)
class Occurrence:
    """One date of an event in a calendar. An event of whole days has ``first_day`` and ``last_day``; its
    times are then midnights. ``zone_known`` False: the calendar did not say in which time zone it is."""

    key: str  # the same whenever the calendar is read
    starts_at: datetime
    ends_at: datetime | None = None
    title: str = ""
    place: str = ""
    url: str = ""
    first_day: date | None = None
    last_day: date | None = None
    is_cancelled: bool = False
    zone_known: bool = True


@dataclass(frozen=True)
class CalendarDocument:
    """A parsed calendar: its coming dates, the earliest first. ``unread``: events that could not be read, or
    whose rule could not; ``is_cut``: there are more than we keep."""

    title: str = ""
    events: tuple[Occurrence, ...] = ()
    unread: int = 0
    is_cut: bool = False
    refresh_minutes: int | None = None  # how often it asks to be read


@dataclass(frozen=True)
class CalendarAnswer:
    """One reading of a calendar; validators as in ``FeedAnswer``."""

    document: CalendarDocument | None
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


@dataclass(frozen=True)
class Proposal:
    """Something a home page or an encyclopaedia tells of a brand, for the user to tick."""

    source: str  # name of the source that reads it, "site", or "link" where none does
    handle: str  # what that source's observe() or poll() takes
    url: str
    label: str
    proof: str  # where it was found, in words
    confident: bool = True
    proof_url: str = ""  # where that can be read, if not on the page that was looked at
    more: tuple[tuple[str, str], ...] = ()  # what else speaks for it: (in words, address or "")


@dataclass(frozen=True)
class SiteFacts:
    """What a brand's home page says of itself."""

    url: str
    title: str = ""
    name: str = ""
    description: str = ""
    language: str = ""
    colour: str = ""
    proposals: tuple[Proposal, ...] = field(default_factory=tuple)
