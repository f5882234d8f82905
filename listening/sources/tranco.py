"""Tranco: how popular a site is, by the place of its domain on a list of the world's first million.

A mean of thirty days over lists of others (Cisco Umbrella, Majestic, Farsight, Cloudflare Radar under
CC BY-NC, Chrome UX Report under CC BY-SA). Free, with the list's id as citation: https://tranco-list.eu.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import Source
from listening.sources.values import moment, records, string, whole
from listening.types import Cursor, Page, Rank

API = "https://tranco-list.eu/api"
LENGTH = 1_000_000
STALE = timedelta(
    days=7
)  # ranks are told a day or two late; a site that is missing for longer has left the list

NOT_A_DOMAIN = (400, 404, 422)


class Tranco(Source):
    """A site is a registrable domain: the list knows nothing of what is below one."""

    name = "tranco"
    label = "Tranco"
    docs = "https://tranco-list.eu/api_documentation"
    terms = "https://tranco-list.eu/methodology"
    gives = gettext_noop(
        "How popular the sites are on which you are talked about, by a list of the first million."
    )
    calls_per_minute = 50  # one a second at most
    domains = ("tranco-list.eu",)

    def rank(self, site: str, cursor: Cursor | None = None) -> Page[Rank]:
        """First which list is the newest, then where the site stands on it.

        Cursor: {"list": id, "on": day} of the newest list, the same for all sites, so it can be used for the
        next one, too. A site that was on none of the last days' lists is a reading with ``rank`` None, as of
        the newest list. A name that the service takes for none gives nothing.
        """
        if cursor is None:
            return Page(next=self._newest())
        url = f"{API}/ranks/domain/{quote(site, safe='')}"
        response = self.get(url, accept=NOT_A_DOMAIN)
        if response.status in NOT_A_DOMAIN:
            return Page(inspected=1)
        ranks = parse(self.shaped(response, dict))
        newest = date.fromisoformat(cursor["on"])
        on = max(ranks, default=None)
        if on is None or on < newest - STALE:
            found = Rank(site, None, LENGTH, newest, cursor["list"], url)
        else:
            found = Rank(site, ranks[on], LENGTH, on, cursor["list"] if on == newest else "", url)
        return Page(items=(found,), inspected=1)

    def _newest(self) -> dict[str, str]:
        answer = self.get_json(f"{API}/lists/date/latest", dict)
        made = moment(answer.get("created_on"))
        if made is None:
            raise SourceError(
                gettext_noop("Tranco does not tell which list is the newest. The service may have changed.")
            )
        return {"list": string(answer.get("list_id"))[:20], "on": made.date().isoformat()}


def parse(answer: dict[str, Any]) -> dict[date, int]:
    """Rank by day of a stored answer; {} for a site on none of the lists."""
    if not isinstance(answer.get("ranks"), list):
        raise SourceError(
            gettext_noop("Tranco answered without a list of ranks. The service may have changed.")
        )
    days = ((moment(row.get("date")), whole(row.get("rank"))) for row in records(answer["ranks"]))
    return {day.date(): rank for day, rank in days if day and rank and rank <= LENGTH}
