"""SearXNG, the operator's own: one page of what several search engines answer together."""

from __future__ import annotations

from typing import Any

from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import Source
from listening.sources.html import plain
from listening.sources.values import address, listed, records, string
from listening.types import Cursor, Page, Result

DEPTH = 30  # results, as in Bhargava's "first 20-30 pages" cut to what people still look at
MOST_PAGES = 30


class SearXNG(Source):
    """``instance`` is the operator's origin (SEARXNG_URL), such as "http://searx.example:8080"."""

    name = "searxng"
    label = "SearXNG"
    docs = "https://docs.searxng.org/dev/search_api.html"
    gives = gettext_noop("Result pages for your phrases, from the search engines behind your own SearXNG.")
    instance_setting = "SEARXNG_URL"
    calls_per_minute = 12  # the engines behind it answer a machine in a hurry with CAPTCHAs

    def results(
        self, phrase: str, market: str = "", cursor: Cursor | None = None, *, depth: int = DEPTH
    ) -> Page[Result]:
        """One page of results; ranks go on over the pages. ``market``: a language such as "sv-SE" or "".

        Pages follow until ``depth`` results were seen or none come. Engines that did not answer are
        ``gaps``: a page without an engine is not a page on which it found nothing.
        Cursor: {"page", "rank", "depth"}.
        """
        if not self.host:
            message = gettext_noop("No search engine is set up here. The operator sets SEARXNG_URL.")
            raise SourceError(message, kind="needs_key")
        here = dict(cursor or {"page": 1, "rank": 0, "depth": depth})
        params = {
            "q": phrase,
            "format": "json",
            "categories": "general",
            "safesearch": 0,
            "pageno": here["page"],
        }
        url, language = f"{self.host.rstrip('/')}/search", {"language": market or None}
        response = self.get(url, params={**params, **language}, trusted=True, accept=(403,))
        if response.status == 403:
            message = gettext_noop(
                "This SearXNG does not answer in JSON. Its operator adds “json” to search.formats in "
                "settings.yml and restarts it."
            )
            raise SourceError(message, kind="blocked")
        answer = self.shaped(response, dict)
        gaps, rows = _gaps(answer), parse(answer, here["rank"])
        if not rows and gaps and here["page"] == 1:
            message = gettext_noop("No search engine answered SearXNG: %(engines)s.")
            raise SourceError(
                message, params={"engines": ", ".join(f"{name} ({reason})" for name, reason in gaps)}
            )
        rank, page = here["rank"] + len(rows), here["page"] + 1
        more = rows and rank < here["depth"] and page <= MOST_PAGES
        return Page(
            items=rows,
            inspected=len(rows),
            next={"page": page, "rank": rank, "depth": here["depth"]} if more else None,
            gaps=gaps,
        )


def parse(answer: dict[str, Any], before: int = 0) -> tuple[Result, ...]:
    """The rows of an answer in the order of the engine; ``before``: how many rows the earlier pages had.

    SearXNG's own ``positions`` begin at 1 on every page, so they are no rank.
    """
    rows = [(row, url) for row in records(answer.get("results")) if (url := address(row.get("url")))]
    return tuple(
        Result(
            rank=before + place,
            url=url,
            title=" ".join(plain(string(row.get("title"))).split()),
            excerpt=plain(string(row.get("content"))),
            engines=tuple(string(name) for name in listed(row.get("engines"))),
        )
        for place, (row, url) in enumerate(rows, 1)
    )


def _gaps(answer: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = [pair for pair in listed(answer.get("unresponsive_engines")) if len(listed(pair)) > 1]
    return tuple((string(pair[0]), string(pair[1])) for pair in pairs)
