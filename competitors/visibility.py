"""How visible the conversation is: result pages, looked up by Earshot or entered by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils.translation import gettext_noop

from competitors import pasted
from competitors.models import Phrase, ResultPage, ResultRow, SiteTypeCorrection
from competitors.site_types import CONVERSATIONS, TYPES, Typed, host_of, type_of
from listening import door, schedule
from listening.models import Brand, Fetch, Scan
from listening.scan import Saved
from listening.sources.values import address
from listening.text import canonical_url, clean_line, clean_text
from listening.types import Page, Result
from teams.models import User, Workspace

if TYPE_CHECKING:
    from listening.sources import Source

__all__ = [
    "CONVERSATIONS",
    "TYPES",
    "LookingUp",
    "Visible",
    "correct",
    "manual_page",
    "retype",
    "share",
    "type_of",
]

SAID_SO = gettext_noop("the person who entered it said so")


# --- Typing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rulebook:
    """What a workspace knows of sites, read once for many rows."""

    own: tuple[str, ...]
    rivals: tuple[str, ...]
    corrections: Mapping[str, str]

    @classmethod
    def of(cls, workspace: Workspace) -> Rulebook:
        """The workspace's own and rival domains, and what people corrected."""
        domains = list(
            Brand.objects.filter(workspace=workspace).exclude(domain="").values_list("kind", "domain")
        )
        corrections = SiteTypeCorrection.objects.filter(workspace=workspace).values_list("domain", "type")
        return cls(
            own=tuple(domain for kind, domain in domains if kind == Brand.Kind.OWN),
            rivals=tuple(domain for kind, domain in domains if kind != Brand.Kind.OWN),
            corrections=dict(corrections),
        )

    def type_of(self, url: str, title: str) -> Typed:
        """See ``site_types.type_of``."""
        return type_of(url, title, self.own, self.rivals, self.corrections)


def correct(workspace: Workspace, row: ResultRow, kind: str, user: User) -> SiteTypeCorrection:
    """A person says what the row's site is: kept for the workspace and used on all its result pages at once.

    ``kind`` must be one of TYPES, else ValueError.
    """
    if kind not in TYPES:
        raise ValueError(f"{kind!r} is not one of {', '.join(TYPES)}")
    with transaction.atomic():
        correction, _ = SiteTypeCorrection.objects.update_or_create(
            workspace=workspace, domain=host_of(row.url)[:255], defaults={"type": kind, "corrected_by": user}
        )
        retype(workspace)
    return correction


def forget_correction(workspace: Workspace, row: ResultRow) -> None:
    """Takes back what people said of the row's site, so that the rules decide again."""
    with transaction.atomic():
        SiteTypeCorrection.objects.filter(workspace=workspace, domain=host_of(row.url)[:255]).delete()
        retype(workspace)


def retype(workspace: Workspace) -> int:
    """Holds all rows of the workspace against its rules again; returns how many changed."""
    rules = Rulebook.of(workspace)
    changed = []
    for row in ResultRow.objects.filter(page__phrase__workspace=workspace).iterator(chunk_size=2000):
        before = (row.type, row.rule, row.rule_params)
        _apply(row, rules)
        if (row.type, row.rule, row.rule_params) != before:
            changed.append(row)
    ResultRow.objects.bulk_update(changed, ["type", "rule", "rule_params"], batch_size=500)
    return len(changed)


def _apply(row: ResultRow, rules: Rulebook) -> None:
    """What a person said of this very row stands until somebody corrects its site."""
    typed = rules.type_of(row.url, row.title)
    if row.said_type and host_of(row.url) not in rules.corrections:
        row.type, row.rule, row.rule_params = row.said_type, SAID_SO, {}
    else:
        row.type, row.rule, row.rule_params = typed.type, typed.rule, dict(typed.params)


# --- What a page says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Visible:
    """How many of the N results looked at are conversations. ``share`` is 0 to 1, None = not known."""

    conversations: int
    inspected: int
    by_type: Mapping[str, int]  # in the order of TYPES, only what occurs
    is_known: bool

    @property
    def share(self) -> float | None:
        return self.conversations / self.inspected if self.is_known and self.inspected else None


def share(page: ResultPage) -> Visible:
    """The conversations (blog, forum, social, video) on one result page.

    Unknown while the page is not complete: one that failed half-way is no number.
    """
    return share_of([page])


def share_of(pages: Iterable[ResultPage]) -> Visible:
    """As ``share``, over several pages together; pages that are not complete are left out."""
    by_type: dict[str, int] = {}
    inspected = 0
    complete = [page for page in pages if page.is_complete]
    for page in complete:
        inspected += page.inspected
        for row in page.rows.all():
            by_type[row.type] = by_type.get(row.type, 0) + 1
    return Visible(
        conversations=sum(count for kind, count in by_type.items() if kind in CONVERSATIONS),
        inspected=inspected,
        by_type={kind: by_type[kind] for kind in TYPES if kind in by_type},
        is_known=bool(complete),
    )


# --- Entered by a person --------------------------------------------------------------------------

FEWER = gettext_noop("You pasted %(rows)s results, so at least %(rows)s were looked at.")
MORE = gettext_noop(
    "You looked at %(n)s results and pasted %(rows)s. Paste the others too, or tick that none of the others "
    "is a blog, forum, social or video page."
)


def manual_page(
    phrase: Phrase,
    engine: str,
    market: str,
    taken_at: datetime,
    n: int,
    text: str,
    entered_by: User,
    *,
    rest_is_other: bool = False,
) -> ResultPage:
    """Stores a result page that a person looked at: ``text`` as in ``pasted``, ``n`` results looked at.

    ``n`` may be more than was pasted only with ``rest_is_other``. Raises pasted.Unreadable: which lines, why.
    """
    rows = pasted.rows(text)
    if n < len(rows):
        raise pasted.Unreadable([pasted.Complaint(0, FEWER, {"rows": len(rows)})])
    if n > len(rows) and not rest_is_other:
        raise pasted.Unreadable([pasted.Complaint(0, MORE, {"n": n, "rows": len(rows)})])
    rules = Rulebook.of(phrase.workspace)
    with transaction.atomic():
        page = ResultPage.objects.create(
            phrase=phrase,
            engine=clean_line(engine, 60),
            market=market,
            origin=ResultPage.Origin.MANUAL,
            taken_at=taken_at,
            inspected=n,
            is_complete=True,
            entered_by=entered_by,
        )
        made = [
            ResultRow(page=page, rank=rank, url=row.url, title=row.title, said_type=row.type)
            for rank, row in enumerate(rows, 1)
        ]
        for one in made:
            _apply(one, rules)
        ResultRow.objects.bulk_create(made)
    return page


# --- Looked up by Earshot -------------------------------------------------------------------------


class LookingUp:
    """The "results" part of a scan: each phrase asked of each engine, page after page, to the phrase's depth.

    The cursor is ours around the source's: {"rows": how many are stored, "page": the source's own cursor}.
    """

    capability = "results"
    MOST_PAGES = 20  # an engine that keeps giving the same page ends here

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        """One fetch per phrase and engine that is set up."""
        phrases = list(Phrase.objects.filter(workspace=scan.workspace))
        for kind in door.offering(scan.workspace, self.capability):
            for phrase in phrases:
                yield Fetch(
                    scan=scan,
                    source=kind.name,
                    capability=self.capability,
                    subject_id=phrase.pk,
                    label=phrase.text[:255],
                )

    def read(self, fetch: Fetch, source: Source) -> Page[Result]:
        """One page of results, cut where the phrase's depth is reached; ends when there are no more."""
        phrase = self._phrase(fetch)
        if phrase is None:  # removed meanwhile
            return Page()
        at = fetch.cursor or {"rows": 0, "page": None}
        found: Page[Result] = cast(Any, source).results(
            phrase.text, phrase.market, at["page"], depth=phrase.depth
        )
        fresh = self._fresh(fetch, at["rows"], found.items)[: phrase.depth - at["rows"]]
        rows = at["rows"] + len(fresh)
        more = found.next is not None and fresh and rows < phrase.depth and fetch.pages + 1 < self.MOST_PAGES
        following = {"rows": rows, "page": dict(found.next or {})} if more else None
        # Reaching the depth is what was asked for, so nothing is "truncated".
        return Page(tuple(fresh), len(fresh), following, gaps=found.gaps)

    def save(self, fetch: Fetch, page: Page[Result]) -> Saved:
        """Adds the rows behind those that are stored; the page is complete when the fetch has ended."""
        phrase = self._phrase(fetch)
        if phrase is None:
            return Saved()
        before = (fetch.cursor or {"rows": 0})["rows"]
        result_page = self._page(fetch) or ResultPage(
            phrase=phrase,
            engine=fetch.source,
            market=phrase.market,
            origin=ResultPage.Origin.SOURCE,
            taken_at=schedule.now(),
            fetch=fetch,
        )
        result_page.inspected = before + len(page.items)
        result_page.gaps = sorted({*map(tuple, result_page.gaps), *page.gaps})
        result_page.is_complete = page.next is None
        result_page.save()
        rules = Rulebook.of(phrase.workspace)
        rows = [_row(result_page, before + place, result) for place, result in enumerate(page.items, 1)]
        for row in rows:
            _apply(row, rules)
        result_page.rows.filter(rank__gt=before).delete()  # of an earlier try at this very page
        ResultRow.objects.bulk_create(rows)
        return Saved(found=len(rows), new=len(rows))

    def _phrase(self, fetch: Fetch) -> Phrase | None:
        mine = Phrase.objects.select_related("workspace").filter(workspace=fetch.scan.workspace_id)
        return mine.filter(pk=fetch.subject_id or 0).first()

    def _page(self, fetch: Fetch) -> ResultPage | None:
        return ResultPage.objects.filter(fetch=fetch).first()

    def _fresh(self, fetch: Fetch, before: int, results: Iterable[Result]) -> list[Result]:
        """The usable results that are not on an earlier page: engines repeat themselves across pages."""
        page = self._page(fetch)
        seen = set(
            map(
                canonical_url,
                page.rows.filter(rank__lte=before).values_list("url", flat=True) if page else (),
            )
        )
        fresh = []
        for result in results:
            if address(result.url) and (key := canonical_url(result.url)) not in seen:
                seen.add(key)
                fresh.append(result)
        return fresh


def _row(page: ResultPage, rank: int, result: Result) -> ResultRow:
    return ResultRow(
        page=page,
        rank=rank,
        url=address(result.url),
        title=clean_line(result.title),
        excerpt=clean_text(result.excerpt, 500),
        engines=[clean_line(engine, 60) for engine in result.engines[:20]],
    )
