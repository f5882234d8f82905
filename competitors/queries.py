"""What the Rivals page and step 4 ask: share of voice, presence and momentum. Workspace first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from competitors import compare
from competitors.models import Observation, Phrase, Profile, ResultPage
from competitors.observe import METRICS
from competitors.places import ELSEWHERE, SITE, Place, is_readable, place_label, places
from listening import coverage, sources
from listening import queries as heard
from listening.models import Brand, Fetch, Match, Search
from listening.yardstick import TODAY, Yardstick
from teams.models import Workspace

MEASURE = "stories"  # what share of voice counts
GROWING = ("followers", "members", "subscribers")  # metrics that momentum follows
HISTORY = timedelta(days=120)


# --- Share of voice -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Voice:
    """Share of voice by one kind of search; keys of everything are brand ids.

    ``form``: "keyword", "tag", or "" for both together, every mention counted once. ``without_search``:
    brands that have no such search and are not compared.
    """

    form: str
    since: datetime
    until: datetime
    brands: tuple[Brand, ...]
    result: compare.ShareOfVoice[int]
    counts: Mapping[int, Heard]
    common: compare.Common[int]
    searches: Mapping[int, tuple[Search, ...]]
    without_search: tuple[Brand, ...] = ()
    fetched_at: datetime | None = None

    @property
    def sources(self) -> list[str]:
        """Labels of the sources compared."""
        return [sources.label(name) for name in self.common.windows]

    @property
    def is_known(self) -> bool:
        return self.result.is_known


def share_of_voice(
    workspace: Workspace,
    since: datetime,
    until: datetime,
    form: str = "",
    by: Yardstick = TODAY,
    among: Collection[Brand] | None = None,
) -> Voice:
    """Our part of what is said about us and our rivals, since <= published < until.

    Compared on the sources, and of each the stretch of time, that were read of every brand: ``compare``.
    ``among``: these brands alone; None: all of the workspace's.
    """
    searches = brand_searches(workspace, form, by)
    brands = tuple(brands_of(workspace, among).select_related("workspace"))
    compared = tuple(brand for brand in brands if brand.pk in searches)
    reads, fetched = {}, []
    for brand in compared:
        lines = coverage.covered(workspace, searches[brand.pk], since, until, by)
        reads[brand.pk] = [_read(line, since, until) for line in lines]
        fetched += [line.fetched_at for line in lines if line.fetched_at]
    common = compare.common(reads)
    found = heard_by_brand(matches_within(workspace, common, form, by)) if common.windows else {}
    counts = {brand.pk: found.get(brand.pk, Heard()) for brand in compared} if common.windows else {}
    return Voice(
        form=form,
        since=since,
        until=until,
        brands=compared,
        result=compare.share_of_voice(
            {brand.pk: getattr(counts[brand.pk], MEASURE) if counts else None for brand in compared}
        ),
        counts=counts,
        common=common,
        searches={brand.pk: searches[brand.pk] for brand in compared},
        without_search=tuple(brand for brand in brands if brand.pk not in searches),
        fetched_at=max(fetched, default=None),
    )


def brands_of(workspace: Workspace, among: Collection[Brand] | None = None) -> QuerySet[Brand]:
    """The workspace's brands, ours first; with ``among`` those of them alone."""
    found = Brand.objects.filter(workspace=workspace)
    return found if among is None else found.filter(pk__in=[brand.pk for brand in among])


def brand_searches(
    workspace: Workspace, form: str = "", by: Yardstick = TODAY
) -> dict[int, tuple[Search, ...]]:
    """The searches that count, per brand id, by keyword, by tag, or ("") both."""
    asked = {"subject": Search.Subject.BRAND, **({"form": form} if form else {})}
    found: dict[int, tuple[Search, ...]] = {}
    for search in by.searches(workspace, **asked):
        if search.brand_id is not None:
            found[search.brand_id] = (*found.get(search.brand_id, ()), search)
    return found


def _read(line: coverage.Coverage, since: datetime, until: datetime) -> compare.Read:
    """A source's coverage as the stretch of time that may be compared.

    Feeds are read for all brands alike and show only their newest entries, so what they lack they lack for
    everybody: the whole period counts.
    """
    if line.state not in ("ok", "partial"):
        return compare.Read(line.source, reason=line.error)
    if _is_polled(line.source):
        return compare.Read(line.source, since, until, line.error)
    return compare.Read(line.source, line.covered_from, line.covered_to, line.error)


def _is_polled(source: str) -> bool:
    return any(kind.name == source for kind in sources.with_capability("poll"))


def matches_within(
    workspace: Workspace, common: compare.Common[int], form: str = "", by: Yardstick = TODAY
) -> QuerySet[Match]:
    """The matches of brand searches inside the common windows."""
    found = heard.matched(workspace, subject=Search.Subject.BRAND, form=form or None, by=by)
    inside = [
        Q(source=source, published_at__gte=since, published_at__lt=until)
        for source, (since, until) in common.windows.items()
    ]
    return found.filter(reduce(or_, inside)) if inside else found.none()


@dataclass(frozen=True)
class Heard:
    """How much was heard of one brand where all can be compared."""

    mentions: int = 0
    stories: int = 0


def heard_by_brand(matches: QuerySet[Match]) -> dict[int, Heard]:
    """How much was heard, per brand id, in one question; matches of brand searches only.

    Counts as ``listening.queries.counts`` does, but no more than comparing needs: each further distinct count
    is another sort of all matches.
    """
    counted = {name: heard.DISTINCT[name] for name in ("mentions", "stories")}
    rows = matches.order_by().values("brand").annotate(**counted).values_list("brand", *counted)
    return {brand: Heard(*numbers) for brand, *numbers in rows}


# --- Presence -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlaceCell:
    """A cell with the profiles behind it: the one shown is the first that is there."""

    place: Place
    cell: compare.Cell
    profile: Profile | None = None
    others: tuple[Profile, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is unknown, or that the latest reading failed, in the reader's language; "" if neither."""
        if self.cell.reason:
            return gettext(self.cell.reason) % (self.cell.reason_params or {})
        if self.cell.failure:
            return in_words(self.cell.failure)
        return ""

    @property
    def short_reason(self) -> str:
        """The same in two or three words, where many cells of a matrix say it; "" for other reasons."""
        return gettext(SHORT[self.cell.reason]) if self.cell.reason in SHORT else ""

    @property
    def facts(self) -> list[tuple[str, compare.Dated]]:
        """(what it is, reading) in the order of METRICS, without what the state itself says."""
        known = [name for name in METRICS if name in self.cell.readings and name not in ("exists", "title")]
        extra = [name for name in self.cell.readings if name not in METRICS and name not in HIDDEN]
        return [(metric_label(name), self.cell.readings[name]) for name in (*known, *extra)]


SHORT = {
    compare.NO_PROFILE: gettext_noop("no profile known"),
    compare.NOT_READ: gettext_noop("not read yet"),
}
HIDDEN = ("views_days", "disambiguation")  # said by other means


def in_words(failure: compare.Failure) -> str:
    """What went wrong, in the reader's language."""
    return gettext(failure.error) % failure.params


@dataclass(frozen=True)
class ProfileState:
    """A profile with what was read of it last."""

    profile: Profile
    place: PlaceCell

    @classmethod
    def of(
        cls, profile: Profile, readings: Iterable[compare.Dated], failure: compare.Failure | None
    ) -> ProfileState:
        """From the newest reading of each metric, and the failure of the latest attempt, if it failed."""
        place = Place(profile.source, place_label(profile.source))
        cell = compare.cell(readings, failure=failure, is_readable=is_readable(profile.source))
        return cls(profile, PlaceCell(place, cell, profile))


def metric_label(metric: str) -> str:
    """What a metric is called, in the reader's language."""
    return gettext(METRICS[metric]) if metric in METRICS else metric


@dataclass(frozen=True)
class Presence:
    """The matrix: one row of cells per brand, in the order of ``places``.

    ``elsewhere``: per brand id the profiles that Earshot knows but cannot read; they are not compared.
    """

    places: tuple[Place, ...]
    rows: tuple[tuple[Brand, tuple[PlaceCell, ...]], ...]
    elsewhere: Mapping[int, tuple[Profile, ...]] = field(default_factory=dict)

    @property
    def compared(self) -> tuple[str, ...]:
        """Places that are known for every brand."""
        return compare.known_places(self._states())

    def counts(self) -> dict[int, int | None]:
        """In how many of the compared places each brand is; None while no place is known for all."""
        states, places = self._states(), self.compared
        return {brand: compare.present(row, places) if places else None for brand, row in states.items()}

    def _states(self) -> dict[int, dict[str, compare.State]]:
        return {brand.pk: {one.place.name: one.cell.state for one in cells} for brand, cells in self.rows}


def presence(
    workspace: Workspace, until: date | None = None, among: Collection[Brand] | None = None
) -> Presence:
    """Where each brand is, by the newest readings (not after ``until``); ``among``: of these alone."""
    profiles: dict[tuple[int, str], list[Profile]] = {}
    for profile in Profile.objects.filter(workspace=workspace).select_related("brand"):
        profiles.setdefault((profile.brand_id, profile.source), []).append(profile)
    readings = newest_readings(workspace, until)
    failures = latest_failures(workspace)
    columns = places()
    rows = []
    for brand in brands_of(workspace, among).select_related("workspace"):
        cells = [
            _place_cell(place, profiles.get((brand.pk, place.name), []), readings, failures)
            for place in columns
        ]
        rows.append((brand, tuple(cells)))
    used = [place for at, place in enumerate(columns) if any(cells[at].profile for _, cells in rows)]
    # A place where nobody has a profile says nothing; the page's own three always stay.
    shown = [place for place in columns if place in used or place.name in ALWAYS]
    return Presence(
        tuple(shown),
        tuple((brand, tuple(one for one in cells if one.place in shown)) for brand, cells in rows),
        {brand.pk: tuple(profiles.get((brand.pk, ELSEWHERE), ())) for brand, _ in rows},
    )


ALWAYS = (SITE, "feeds", "wikipedia", "mastodon")


def _place_cell(
    place: Place,
    profiles: Sequence[Profile],
    readings: Mapping[int, list[compare.Dated]],
    failures: Mapping[int, compare.Failure],
) -> PlaceCell:
    if not profiles:
        return PlaceCell(place, compare.cell((), has_profile=False))
    cells = [
        (compare.cell(readings.get(profile.pk, ()), failure=failures.get(profile.pk)), profile)
        for profile in profiles
    ]
    best = min(cells, key=lambda pair: ("yes", "no", "unknown").index(pair[0].state))
    if best[0].state == "no" and any(cell.state == "unknown" for cell, _ in cells):
        best = next(pair for pair in cells if pair[0].state == "unknown")  # one may still be there
    others = tuple(profile for _, profile in cells if profile is not best[1])
    return PlaceCell(place, best[0], best[1], others)


def newest_readings(workspace: Workspace, until: date | None = None) -> dict[int, list[compare.Dated]]:
    """Per profile id the newest reading of each metric."""
    rows = Observation.objects.filter(profile__workspace=workspace)
    if until:
        rows = rows.filter(on__lte=until)
    found: dict[int, list[compare.Dated]] = {}
    for row in rows.order_by("profile_id", "metric", "-on").distinct("profile_id", "metric"):
        found.setdefault(row.profile_id, []).append(dated(row))
    return found


def dated(row: Observation) -> compare.Dated:
    """A stored observation as the plain value that ``compare`` works with."""
    return compare.Dated(row.metric, row.on, row.value, row.text, row.url, row.precision)


def latest_failures(workspace: Workspace, capability: str = "observe") -> dict[int, compare.Failure]:
    """Per profile id (with "results": per phrase id) why the latest attempt ended early."""
    latest = (
        Fetch.objects.filter(scan__workspace=workspace, capability=capability, finished_at__isnull=False)
        .order_by("subject_id", "-finished_at")
        .distinct("subject_id")
    )
    return {
        fetch.subject_id: compare.Failure(
            fetch.error, fetch.error_params, fetch.finished_at.date() if fetch.finished_at else None
        )
        for fetch in latest
        if fetch.error and fetch.subject_id is not None
    }


# --- Momentum -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Momentum:
    """How one metric of one source grew for each brand (ids), between the same two days for all."""

    source: str
    metric: str
    changes: Mapping[int, compare.Change | None]
    series: Mapping[int, Mapping[date, float]] = field(default_factory=dict)

    @property
    def source_label(self) -> str:
        return sources.label(self.source)

    @property
    def metric_label(self) -> str:
        return metric_label(self.metric)

    @property
    def measured(self) -> int:
        """For how many brands there are two readings."""
        return sum(1 for change in self.changes.values() if change)


def momentum(
    workspace: Workspace, since: date, until: date, among: Collection[Brand] | None = None
) -> list[Momentum]:
    """Every growing metric, the one known of most brands first, and of us rather than of others.

    A brand's first profile at a source speaks for it. ``among``: of these brands alone.
    """
    found_brands = list(brands_of(workspace, among))
    brands, ours = [one.pk for one in found_brands], {one.pk for one in found_brands if one.is_own}
    rows = (
        Observation.objects.filter(
            profile__workspace=workspace,
            profile__brand__in=brands,
            metric__in=GROWING,
            on__gte=since,
            on__lte=until,
            value__isnull=False,
        )
        .order_by("profile_id", "on")
        .values_list("profile__source", "metric", "profile__brand", "profile_id", "on", "value")
    )
    speaks: dict[tuple[str, str, int], int] = {}
    series: dict[tuple[str, str], dict[int, dict[date, float]]] = {}
    for source, metric, brand, profile, on, value in rows:
        if speaks.setdefault((source, metric, brand), profile) == profile and value is not None:
            series.setdefault((source, metric), {}).setdefault(brand, {})[on] = value
    found = []
    for (source, metric), by_brand in series.items():
        whole = {brand: by_brand.get(brand, {}) for brand in brands}
        found.append(Momentum(source, metric, compare.momentum(whole), whole))

    def of_us(one: Momentum) -> bool:
        return any(one.changes[pk] for pk in ours)

    return sorted(found, key=lambda one: (-one.measured, not of_us(one), one.source))


# --- Standings ------------------------------------------------------------------------------------


def standings(
    voice: Voice, matrix: Presence, growth: Sequence[Momentum]
) -> tuple[compare.Standing[int] | None, tuple[compare.Standing[int], ...]]:
    """Ours (None without an own brand) and the rivals', on the three measures of step 4."""
    present = matrix.counts()
    grown = growth[0].changes if growth else {}
    own, rivals = None, []
    for brand, _ in matrix.rows:
        share = next((one.share for one in voice.result.shares if one.brand == brand.pk), None)
        change = grown.get(brand.pk)
        one = compare.Standing(brand.pk, share, present[brand.pk], change.share if change else None)
        if brand.is_own:
            own = one
        else:
            rivals.append(one)
    return own, tuple(rivals)


# --- Phrases and profiles -------------------------------------------------------------------------


def phrases(workspace: Workspace) -> list[tuple[Phrase, ResultPage | None]]:
    """Every phrase with its newest complete result page; two questions and the rows."""
    newest = (
        ResultPage.objects.filter(phrase__workspace=workspace, is_complete=True)
        .order_by("phrase_id", "-taken_at", "-pk")
        .distinct("phrase_id")
    )
    pages = {
        page.phrase_id: page for page in ResultPage.objects.filter(pk__in=newest).prefetch_related("rows")
    }
    rows = Phrase.objects.filter(workspace=workspace).select_related("brand")
    return [(phrase, pages.get(phrase.pk)) for phrase in rows]


def result_pages(workspace: Workspace, since: datetime, until: datetime) -> list[ResultPage]:
    """The newest complete page of every phrase that was looked at in the period: what step 2 counts."""
    newest = (
        ResultPage.objects.filter(
            phrase__workspace=workspace, is_complete=True, taken_at__gte=since, taken_at__lt=until
        )
        .order_by("phrase_id", "-taken_at", "-pk")
        .distinct("phrase_id")
    )
    return list(
        ResultPage.objects.filter(pk__in=newest)
        .select_related("phrase__brand")
        .prefetch_related("rows")
        .order_by("phrase__pk")
    )


def profiles(workspace: Workspace, brands: Iterable[Brand] | None = None) -> QuerySet[Profile]:
    """The workspace's profiles, by brand and source."""
    rows = Profile.objects.filter(workspace=workspace).select_related("brand")
    return (rows.filter(brand__in=brands) if brands is not None else rows).order_by("brand", "source", "pk")


def history(profile: Profile) -> dict[str, list[Observation]]:
    """A profile's readings per metric, newest first, in the order of METRICS."""
    found: dict[str, list[Observation]] = {}
    for row in profile.observations.select_related("entered_by").order_by("-on"):
        found.setdefault(row.metric, []).append(row)
    order = {name: at for at, name in enumerate(METRICS)}
    return dict(sorted(found.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])))
