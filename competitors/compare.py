"""How brands compare: plain arithmetic over plain values, with the formula beside every number.

Two rules hold in every function. Brands are compared on what was read of *all* of them, and what was left
out is named. And unknown is never zero: where nothing was read, or nobody was heard of, the answer is None.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from listening.net.errors import gettext_noop

K = TypeVar("K", bound=Hashable)  # what names a brand: its id, in tests a word

FORMULA = gettext_noop(
    "Share of voice = the brand's stories ÷ the stories of all compared brands together. Mentions that say "
    "the same thing are one story; a story that names two brands counts once for each."
)


# --- What can be compared at all ------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """What one source let us read of one brand: a stretch of time, or none and the reason in words."""

    source: str
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""

    @property
    def is_known(self) -> bool:
        return self.since is not None and self.until is not None and self.since < self.until


@dataclass(frozen=True)
class LeftOut(Generic[K]):
    """A source that is not compared, because it could not be read for these brands."""

    source: str
    brands: tuple[K, ...]
    reason: str = ""


@dataclass(frozen=True)
class Common(Generic[K]):
    """The part that was read of every brand: source -> (since, until), half open; and what was left out."""

    windows: Mapping[str, tuple[datetime, datetime]]
    left_out: tuple[LeftOut[K], ...] = ()


def common(reads: Mapping[K, Iterable[Read]]) -> Common[K]:
    """The sources, and of each the stretch of time, that were read of all brands, in order of appearance."""
    by_brand = {brand: {read.source: read for read in known} for brand, known in reads.items()}
    windows: dict[str, tuple[datetime, datetime]] = {}
    left_out = []
    for source in dict.fromkeys(source for known in by_brand.values() for source in known):
        found = {brand: known.get(source, Read(source)) for brand, known in by_brand.items()}
        missing = tuple(brand for brand, read in found.items() if not read.is_known)
        if missing:
            reason = next((read.reason for read in found.values() if read.reason), "")
            left_out.append(LeftOut(source, missing, reason))
            continue
        since = max(read.since for read in found.values() if read.since)
        until = min(read.until for read in found.values() if read.until)
        if since < until:
            windows[source] = (since, until)
        else:
            left_out.append(LeftOut(source, tuple(found), ""))
    return Common(windows, tuple(left_out))


# --- Share of voice -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share(Generic[K]):
    """One brand's part. ``share`` is 0 to 1, None = unknown; brands with one count share one ``rank``."""

    brand: K
    count: int | None
    share: float | None
    rank: int | None
    is_tied: bool = False


@dataclass(frozen=True)
class ShareOfVoice(Generic[K]):
    """The parts in the order given; ``total`` is None when a count is unknown."""

    shares: tuple[Share[K], ...]
    total: int | None
    formula: str = FORMULA

    @property
    def is_known(self) -> bool:
        return bool(self.total)

    def of(self, brand: K) -> Share[K]:
        """The part of this brand. Raises KeyError for one that was not compared."""
        for share in self.shares:
            if share.brand == brand:
                return share
        raise KeyError(brand)


def share_of_voice(counts: Mapping[K, int | None]) -> ShareOfVoice[K]:
    """Each brand's part of all that was heard.

    One unknown count makes every share unknown, since the whole is not known then. All zero: nothing was
    heard of anybody, so there is no voice to share and every share is unknown, not 0 %.
    """
    known = [count for count in counts.values() if count is not None]
    total = sum(known) if len(known) == len(counts) else None
    shares = []
    for brand, count in counts.items():
        if count is None or not total:
            shares.append(Share(brand, count, None, None))
            continue
        rank = 1 + sum(1 for other in known if other > count)
        shares.append(Share(brand, count, count / total, rank, known.count(count) > 1))
    return ShareOfVoice(tuple(shares), total)


# --- Presence -------------------------------------------------------------------------------------

State = Literal["yes", "no", "unknown"]

NO_PROFILE = gettext_noop("No profile is known here. Add it, or say that there is none.")
AMBIGUOUS = gettext_noop("This page lists several meanings of the name. Choose the article about the brand.")
NOT_READABLE = gettext_noop("Earshot keeps the address and cannot read numbers here.")
NOT_READ = gettext_noop("Not read yet. The next scan reads it.")


@dataclass(frozen=True)
class Dated:
    """One reading with its day and proof; ``value`` None = the fact is in ``text``."""

    metric: str
    on: date
    value: float | None = None
    text: str = ""
    url: str = ""
    precision: str = "exact"

    @property
    def moment(self) -> datetime | None:
        """The time a reading tells in its text, such as that of the latest post."""
        return moment_in(self.text) if self.value is None else None

    @property
    def day(self) -> date | None:
        """The day a reading tells in its text, where it tells no time."""
        return day_in(self.text) if self.value is None else None

    @property
    def is_history(self) -> bool:
        """Whether somebody wrote this number down on its day: it is never shown without that day."""
        return self.metric.startswith("followers_")


def moment_in(text: str) -> datetime | None:
    """The aware time in an ISO text; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    # The first and the last year there are cannot be told in every zone.
    return found if found.tzinfo and date.min.year < found.year < date.max.year else None


def day_in(text: str) -> date | None:
    """The day in a text like 2026-11-23; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None


@dataclass(frozen=True)
class Failure:
    """Why the latest attempt to read gave nothing: English template with its parameters, and when."""

    error: str
    params: Mapping[str, Any]
    on: date | None = None


@dataclass(frozen=True)
class Cell:
    """What we know of one brand in one place.

    ``readings`` hold the newest of each metric. ``failure`` is set when the latest attempt failed, also when
    an older value stays. ``reason`` says why the state is unknown: English template, see net.errors.
    """

    state: State
    readings: Mapping[str, Dated]
    on: date | None = None
    url: str = ""
    reason: str = ""
    reason_params: Mapping[str, Any] | None = None
    failure: Failure | None = None


def cell(
    readings: Iterable[Dated],
    *,
    has_profile: bool = True,
    failure: Failure | None = None,
    is_readable: bool = True,
) -> Cell:
    """Yes, no or unknown, from the newest reading of each metric.

    "No" needs proof: a reading that says ``exists`` = 0. A failed reading changes no state; without any
    earlier reading it leaves the cell unknown, with its reason.
    """
    newest: dict[str, Dated] = {}
    for reading in readings:
        if reading.metric not in newest or reading.on >= newest[reading.metric].on:
            newest[reading.metric] = reading
    if not newest:
        if failure:
            return Cell("unknown", {}, failure.on, "", failure.error, failure.params, failure)
        return Cell("unknown", {}, reason=_why_unknown(has_profile, is_readable))
    latest = max(newest.values(), key=lambda reading: (reading.on, bool(reading.url)))
    exists = newest.get("exists")
    meanings = newest.get("disambiguation")
    if meanings is not None and meanings.value and (exists is None or meanings.on >= exists.on):
        return Cell("unknown", newest, meanings.on, meanings.url, AMBIGUOUS, failure=failure)
    state: State = "no" if exists is not None and exists.value == 0 else "yes"
    proof = exists if state == "no" and exists is not None else latest
    if state == "no":
        newest = {"exists": proof}  # numbers of a page that is gone are history, not presence
    return Cell(state, newest, proof.on, proof.url or latest.url, failure=failure)


def _why_unknown(has_profile: bool, is_readable: bool) -> str:
    if not has_profile:
        return NO_PROFILE
    return NOT_READ if is_readable else NOT_READABLE


def present(row: Mapping[str, State], common_places: Iterable[str]) -> int:
    """In how many of these places a brand is."""
    return sum(1 for place in common_places if row[place] == "yes")


def known_places(matrix: Mapping[K, Mapping[str, State]]) -> tuple[str, ...]:
    """The places that are known, yes or no, for every brand: only these are compared."""
    rows = list(matrix.values())
    places = dict.fromkeys(place for row in rows for place in row)
    return tuple(place for place in places if all(row.get(place, "unknown") != "unknown" for row in rows))


# --- Momentum -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """From the first reading to the last; ``share`` is the growth, 0.05 = 5 %, None if it began at 0."""

    first: float
    last: float
    since: date
    until: date

    @property
    def absolute(self) -> float:
        return self.last - self.first

    @property
    def share(self) -> float | None:
        return self.absolute / self.first if self.first else None

    @property
    def percent(self) -> float | None:
        """``share`` in percent, for people."""
        return None if self.share is None else self.share * 100

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def change(series: Mapping[date, float]) -> Change | None:
    """What happened between the first and the last reading; None with fewer than two."""
    if len(series) < 2:
        return None
    since, until = min(series), max(series)
    return Change(series[since], series[until], since, until)


def momentum(series: Mapping[K, Mapping[date, float]]) -> dict[K, Change | None]:
    """Every brand's change between the same two days: the first and last on which all were read.

    Brands with fewer than two readings have no momentum and do not hold back the others.
    """
    measured = {brand: readings for brand, readings in series.items() if len(readings) >= 2}
    days = set.intersection(*(set(readings) for readings in measured.values())) if measured else set()
    return {
        brand: change({day: measured[brand][day] for day in days}) if brand in measured else None
        for brand in series
    }


# --- Who is ahead ---------------------------------------------------------------------------------

Measure = Literal["voice", "presence", "momentum"]
MEASURES: tuple[Measure, ...] = ("voice", "presence", "momentum")
Ahead = Literal["us", "rival", "even", "unknown"]


@dataclass(frozen=True)
class Standing(Generic[K]):
    """A brand on the three measures of step 4; None = not measured, or not comparable."""

    brand: K
    voice: float | None = None
    presence: float | None = None
    momentum: float | None = None


def ahead(ours: float | None, theirs: float | None) -> Ahead:
    """Who has more; unknown as long as one of the numbers is."""
    if ours is None or theirs is None:
        return "unknown"
    if ours == theirs:
        return "even"
    return "us" if ours > theirs else "rival"


@dataclass(frozen=True)
class Lead(Generic[K]):
    """One rival against us, measure by measure."""

    rival: K
    by_measure: Mapping[Measure, Ahead]

    @property
    def theirs(self) -> int:
        """On how many measures the rival leads us."""
        return sum(1 for who in self.by_measure.values() if who == "rival")

    @property
    def ours(self) -> int:
        """On how many measures we lead the rival."""
        return sum(1 for who in self.by_measure.values() if who == "us")

    @property
    def known(self) -> int:
        """On how many measures both are known."""
        return sum(1 for who in self.by_measure.values() if who != "unknown")


def leads(own: Standing[K], rivals: Sequence[Standing[K]]) -> tuple[Lead[K], ...]:
    """Each rival against us, the one that leads on most measures first; ties keep the order given."""
    found = [
        Lead(rival.brand, {name: ahead(getattr(own, name), getattr(rival, name)) for name in MEASURES})
        for rival in rivals
    ]
    return tuple(sorted(found, key=lambda lead: lead.theirs, reverse=True))
