"""What every step measures on: whose workspace, which period, which searches, and what could be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext

from competitors import observe
from listening import coverage, queries
from listening.coverage import Coverage
from listening.models import Brand, Match, Mention, Search
from listening.yardstick import TODAY, Yardstick
from pitches.evidence import provenance
from pitches.figures import Details, Kind, Register, Row, Unit, Value
from pitches.words import LANGUAGES, Text, say
from teams.models import Workspace

T = TypeVar("T")
GAPS = (
    "failed",
    "none",
    "partial",
    "off",
)  # states of sources that were not read completely, the worst first
MOST_ROWS = 50  # of the list behind one figure that a pitch keeps; the total is always told


@dataclass
class Ground:
    """The workspace and period of a case, and the register its steps fill.

    ``start`` and ``end`` are whole days in the workspace's zone, both included.
    """

    workspace: Workspace
    start: date
    end: date
    now: datetime
    by: Yardstick = TODAY
    register: Register = field(default_factory=Register)
    names: dict[str, str] = field(default_factory=dict)
    chosen: tuple[int, ...] = ()  # the rivals to compare, by id; none: all of them
    _known: dict[object, Any] = field(default_factory=dict)

    # The period

    @property
    def since(self) -> datetime:
        return datetime.combine(self.start, time.min, self.workspace.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.end + timedelta(days=1), time.min, self.workspace.zone)

    @property
    def read_until(self) -> datetime:
        """How far anything can have been read: a period that has not ended counts to now."""
        return min(self.until, self.now)

    # Who and what we listen for

    @cached_property
    def brands(self) -> list[Brand]:
        """Ours first, then the competitors that are compared."""
        found = sorted(
            Brand.objects.filter(workspace=self.workspace), key=lambda one: (not one.is_own, one.pk)
        )
        return [one for one in found if one.is_own or not self.chosen or one.pk in self.chosen]

    @property
    def compared(self) -> frozenset[int] | None:
        """The ids of the brands to compare, as the comparing functions take them; None: all."""
        return frozenset(one.pk for one in self.brands) if self.chosen else None

    @property
    def own(self) -> Brand | None:
        return next((brand for brand in self.brands if brand.is_own), None)

    @property
    def rivals(self) -> list[Brand]:
        return [brand for brand in self.brands if not brand.is_own]

    @cached_property
    def searches(self) -> list[Search]:
        """Every search of the industry and the compared brands that counts, by the wording that does."""
        found = self.by.searches(self.workspace)
        return [one for one in found if self.compared is None or one.brand_id in (None, *self.compared)]

    @cached_property
    def own_searches(self) -> list[Search]:
        """Those of our brand and of the industry: what step 1 counts."""
        return [one for one in self.searches if one.brand is None or one.brand.is_own]

    @cached_property
    def handles(self) -> dict[str, set[str]]:
        """Our own accounts by source, in lower case."""
        return observe.handles(self.workspace, self.own) if self.own else {}

    @cached_property
    def rival_handles(self) -> dict[str, set[str]]:
        """Our rivals' accounts by source, in lower case."""
        return observe.handles(self.workspace, *self.rivals) if self.rivals else {}

    def matches(self, **conditions: Any) -> QuerySet[Match]:
        """Matches of the period; see ``listening.queries.matched``."""
        return queries.matched(self.workspace, since=self.since, until=self.until, by=self.by, **conditions)

    @cached_property
    def heard(self) -> QuerySet[Match]:
        """What was said about us or our industry: matches of any of the four searches."""
        return self.matches().filter(Q(brand=self.own) | Q(brand__isnull=True))

    # What could be read

    @cached_property
    def coverage(self) -> list[Coverage]:
        """What each source let us read of our own searches in the period."""
        return self.covered(self.own_searches)

    @cached_property
    def off(self) -> list[Coverage]:
        """The sources that were not searched for us, because nobody entered credentials for them."""
        if self.by.sources is not None:
            return []  # only what was read is compared
        return coverage.off(self.workspace, self.own_searches, (one.source for one in self.coverage))

    def covered(self, searches: Sequence[Search]) -> list[Coverage]:
        """What each source let us read of these searches in the period; asked once."""
        key = tuple(search.pk for search in searches)
        if key not in self._known:
            self._known[key] = coverage.covered(
                self.workspace, searches, self.since, self.read_until, self.by
            )
        known: list[Coverage] = self._known[key]
        return known

    def once(self, read: Callable[[Ground], T]) -> T:
        """What ``read`` finds for this ground, asked once however often it is needed."""
        if read not in self._known:
            self._known[read] = read(self)
        found: T = self._known[read]
        return found

    def gaps(self, coverage: Iterable[Coverage]) -> list[Text]:
        """A sentence for each way in which sources were not read completely, on every slide they touch."""
        found = list(coverage)
        if not found:
            return [self.say("gap.never")]
        alike = [[one for one in found if one.state == state] for state in GAPS]
        return [self.gap(those) for those in alike if those]

    def gap(self, alike: Sequence[Coverage]) -> Text:
        """That these sources were not read completely, all for the same reason."""
        places = [self.name(f"source.{one.source}", one.label) for one in alike]
        listed = ", ".join(f"{{{place}}}" for place in places)
        text = self.say(f"gap.{alike[0].state}")
        return {language: sentence.replace("{source}", listed) for language, sentence in text.items()}

    # Words, names and figures

    def translated(self, key: str, message: str, params: Mapping[str, Any]) -> Text:
        """A stored English sentence in every language of a pitch. Each is a name: it may hold digits."""
        said = {}
        for language in LANGUAGES:
            with translation.override(language):
                said[language] = f"{{{self.name(f'{key}.{language}', gettext(message) % params)}}}"
        return said

    def say(self, key: str, **names: str) -> Text:
        """A sentence from ``pitches/words``, its plurals settled by the figures found so far."""
        return say(key, self.register.values(), **names)

    def name(self, key: str, value: str) -> str:
        """Registers a name and returns its place, without the braces."""
        self.names[key] = value
        return f"@{key}"

    def prove(
        self,
        step: int,
        key: str,
        read: Callable[[], Details] = Details,
        kind: Kind = "measured",
        *,
        formula: str = "",
    ) -> str:
        """Registers the evidence ``proof.<key>`` counted by ``formula.<key>``; returns its id."""
        label, counted = self.say(f"proof.{key}"), self.say(f"formula.{formula or key}")
        return self.register.prove(step, label, kind, counted, read)

    def details(self, proof: str) -> Details:
        """The details of a registered evidence."""
        return self.register.evidence[proof].details

    def figure(
        self,
        key: str,
        value: Value | date,
        unit: Unit,
        evidence: str,
        *,
        label: str = "",
        kind: Kind | None = None,
        currency: str = "",
    ) -> None:
        """Registers a figure called by ``label.<key>``, or by ``label.<label>``."""
        text = self.say(f"label.{label or key}")
        self.register.add(key, value, unit, evidence, text, kind=kind, currency=currency)

    # Evidence

    def heard_by(self, searches: Sequence[Search], matches: QuerySet[Match]) -> Details:
        """The details of an evidence that rests on searches: wordings, sources, gaps, time, and the list."""
        coverage = self.covered(searches)
        versions = [(search, search.current) for search in searches]
        wordings = [(search, version) for search, version in versions if version]
        return Details(
            # Names and versions only: the same in every language in which the pitch is read.
            query="\n".join(
                f"{search.brand or ''} {version}: {version.text}".lstrip() for search, version in wordings
            ),
            query_version=", ".join(sorted({str(version) for _, version in wordings})),
            sources=[one.label for one in coverage],
            gaps=[*self.gaps(coverage), *([self.gap(self.off)] if self.off else [])],
            since=self.start,
            until=self.end,
            fetched_at=max((one.fetched_at for one in coverage if one.fetched_at), default=None),
            inspected=inspected(coverage),
            rows_total=matches.order_by().values("mention").distinct().count(),
            rows=self.mention_rows(matches),
        )

    def read_by(self, coverage: Sequence[Coverage], **others: Any) -> Details:
        """The details of an evidence that rests on what sources let us read; ``others``: see ``Details``."""
        return Details(
            sources=[one.label for one in coverage],
            gaps=self.gaps(coverage),
            since=self.start,
            until=self.end,
            fetched_at=max((one.fetched_at for one in coverage if one.fetched_at), default=None),
            **others,
        )

    def mention_rows(self, matches: QuerySet[Match], most: int = MOST_ROWS) -> Callable[[], list[Row]]:
        """The newest mentions behind these matches as evidence rows, read when they are asked for."""
        return lambda: rows_of(list(queries.mentions_of(self.workspace, matches)[:most]), matches)


def seen(one: Coverage) -> int | None:
    """How much of a source was inspected; unknown, not zero, where it let us read nothing."""
    nothing_read = one.state in ("failed", "none") or (one.state != "ok" and not one.inspected)
    return None if nothing_read else one.inspected


def inspected(coverage: Iterable[Coverage]) -> int | None:
    """What was inspected in all; unknown when no source let us read anything."""
    known = [number for number in map(seen, coverage) if number is not None]
    return sum(known) if known else None


def rows_of(mentions: Sequence[Mention], matches: QuerySet[Match] | None = None) -> list[Row]:
    """Mentions as evidence rows: a quote of 300 characters at most, the link, and how each was found.

    The handle is in it because it proves; whatever shows rows leaves it out. Of a reserved text nothing is.
    """
    words: dict[int, set[str]] = {}
    if matches is not None:
        for mention_id, where in matches.filter(mention__in=mentions).values_list("mention_id", "where"):
            words.setdefault(mention_id, set()).update(
                word for clause in where for word in clause.get("words", ())
            )
    found, captures = provenance.found_by(mentions, matches), provenance.captures_of(mentions)
    return [
        {
            "title": mention.title[:200] if mention.is_searchable else "",
            "url": mention.url,
            "site": mention.site.domain,
            "author": mention.author.handle if mention.author and mention.is_searchable else "",
            "date": mention.published_at.isoformat(),
            "excerpt": mention.quote[:300] if mention.is_searchable else "",
            "why": ", ".join(sorted(words.get(mention.pk, ()))[:5]),
            "source": mention.source,
            "found": found.get(mention.pk, ""),
            "seen": mention.first_seen_at.isoformat(),
            "captures": captures.get(mention.pk, ""),
        }
        for mention in mentions
    ]
