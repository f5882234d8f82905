"""How popular the sites are on which people talk: which of them to ask about, and what lists say of each.

Every scan asks about the sites heard most and the brands' own, unless they were asked within a week, in
whatever workspace: where a site stands on a list is nobody's secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count

from listening import door, schedule, sources, store
from listening.models import Brand, Fetch, Mention, Scan, SitePopularity
from listening.net import Busy, registered_domain, site_of
from listening.sources import platforms
from listening.store import Saved
from listening.types import Page, Rank
from teams.models import Workspace

HEARD_WITHIN = timedelta(days=90)
MOST_SITES = 50
FRESH = timedelta(days=7)
BANDS = (1_000, 10_000, 100_000, 1_000_000)  # a rank itself promises more than such lists can keep
WAIT = 5.0  # seconds between two looks whether a scan has heard all

_A_NAME = re.compile(r"(?=.*[a-z])[^.]+(?:\.[^.]+)+")  # and no address in numbers


@dataclass(frozen=True)
class Popularity:
    """What the newest list says of a site. ``band`` None: not among its first ``length`` sites.

    ``is_of_platform``: it is the rank of ``domain``, where many write, and tells nothing of one of them.
    """

    domain: str
    band: int | None
    length: int
    list_label: str
    on: date
    list_id: str
    url: str
    is_of_platform: bool


def ranked_domain(site: str) -> str:
    """The domain under which lists rank a site; "" where they rank none."""
    domain = registered_domain(f"https://{site}/")
    return domain if _A_NAME.fullmatch(domain) else ""


def is_platform(site: str, heard_through: Iterable[str] = ()) -> bool:
    """Whether many write there of whom the site's rank says nothing: blog hosts, networks, forums.

    ``heard_through``: the sources of what was said there. What one reads that many servers speak stands on
    such a server.
    """
    domain = ranked_domain(site)
    served = {kind.name for kind in sources.with_capability("thread") if kind.instance}
    return domain != site or domain in _PLATFORMS or bool(served & set(heard_through))


_PLATFORMS = frozenset(ranked_domain(host) for host in platforms.HOSTS)


def of_sites(sites: Mapping[str, Collection[str]]) -> dict[str, Popularity]:
    """What is known of sites, each given with the sources heard there; without those never asked about."""
    domains = {site: ranked_domain(site) for site in sites}
    rows = (
        SitePopularity.objects.filter(site__domain__in=set(domains.values()) - {""})
        .select_related("site")
        .order_by("site_id", "-listed_on", "-taken_at")
        .distinct("site_id")
    )
    newest = {row.site.domain: row for row in rows}
    return {
        site: _popularity(newest[domain], is_platform(site, sites[site]))
        for site, domain in domains.items()
        if domain in newest
    }


def of_brand(domain: str) -> Popularity | None:
    """What is known of a brand's own domain: of a platform only where the brand has its site below one."""
    ranked = ranked_domain(domain) if domain else ""
    found = of_sites({ranked: ()}).get(ranked)
    is_below = site_of(f"https://{domain}/") != ranked
    return replace(found, is_of_platform=is_below and is_platform(ranked)) if found else None


def _popularity(row: SitePopularity, is_of_platform: bool) -> Popularity:
    return Popularity(
        domain=row.site.domain,
        band=next((band for band in BANDS if row.rank and row.rank <= band), None),
        length=row.length,
        list_label=sources.label(row.list),
        on=row.listed_on,
        list_id=row.list_id,
        url=row.url,
        is_of_platform=is_of_platform,
    )


def due(workspace: Workspace, source: str, now: datetime) -> list[str]:
    """The domains to ask a list about: the brands' own, then those of the sites heard most."""
    own = Brand.objects.filter(workspace=workspace).exclude(domain="").values_list("domain", flat=True)
    heard = (
        Mention.objects.filter(workspace=workspace, published_at__gte=now - HEARD_WITHIN)
        .exclude(state=Mention.State.NOT_RELEVANT)
        .order_by()
        .values("site__domain")
        .annotate(mentions=Count("pk"))
        .order_by("-mentions", "site__domain")
        .values_list("site__domain", flat=True)[:MOST_SITES]
    )
    wanted = dict.fromkeys(filter(None, map(ranked_domain, [*own, *heard])))
    known = SitePopularity.objects.filter(list=source, site__domain__in=wanted, taken_at__gt=now - FRESH)
    fresh = set(known.values_list("site__domain", flat=True))
    return [domain for domain in wanted if domain not in fresh]


class Ranking:
    """The "rank" part of a scan: one site a page, once all is heard that the scan will hear.

    Cursor: {"list": what the source needs for every site, "sites": those still to ask about}.
    """

    capability = "rank"

    def plan(self, scan: Scan) -> Iterable[Fetch]:
        for kind in door.enabled(scan.workspace):
            if kind.can(self.capability):
                yield Fetch(scan=scan, source=kind.name, capability=self.capability)

    def read(self, fetch: Fetch, source: Any) -> Page[Rank]:
        if fetch.cursor is None:
            if self._more_may_be_heard(fetch):
                raise Busy(fetch.source, WAIT)
            sites = due(fetch.scan.workspace, fetch.source, schedule.now())
            if not sites:
                return Page()
            return Page(next={"list": source.rank(sites[0]).next, "sites": sites})
        site, *left = fetch.cursor["sites"]
        page: Page[Rank] = source.rank(site, fetch.cursor["list"])
        return Page(page.items, page.inspected, {**fetch.cursor, "sites": left} if left else None)

    def _more_may_be_heard(self, fetch: Fetch) -> bool:
        hearing = fetch.scan.fetches.filter(capability__in=("search", "tagged", "poll"))
        return hearing.exclude(state__in=Fetch.FINISHED).exists()

    def save(self, fetch: Fetch, page: Page[Rank]) -> Saved:
        """Stores what was told. What could not be asked stays as it was."""
        saved = store.save_ranks(fetch.source, page.items, schedule.now())
        return Saved(found=saved, new=saved)
