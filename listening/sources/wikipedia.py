"""Wikipedia: is there an article, how long, in how many languages, and who reads it.

Action API (format version 2) and Wikimedia's pageviews; CC BY-SA 4.0 and CC0. We store numbers, not texts.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import Source
from listening.sources.values import moment, record, records, string, whole
from listening.types import Cursor, Page, Proposal, Reading

if TYPE_CHECKING:
    from listening.net import Client

DAYS = 30
CANDIDATES = 3

_LANGUAGE = re.compile(r"[a-z]{2,12}(?:-[a-z]{2,10})*")
_PROPS = {
    "prop": "info|pageprops|langlinks|revisions",
    "ppprop": "wikibase_item|disambiguation",
    "inprop": "url",
    "lllimit": "max",
    "rvprop": "timestamp|size",
}


class Wikipedia(Source):
    """A handle is "language:Title", such as "en:Example"."""

    name = "wikipedia"
    label = "Wikipedia"
    docs = "https://www.mediawiki.org/wiki/API:Main_page"
    terms = "https://foundation.wikimedia.org/wiki/Policy:Terms_of_Use"
    gives = gettext_noop("Whether a brand has an article, in how many languages, and how often it is read.")
    calls_per_minute = 60

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """First the article: exists, title, length (bytes), last_edit, languages, disambiguation; then views.

        An article that is missing is a reading, "exists" 0 with the address that shows it, never an error.
        ``views_30d`` adds up 30 whole days, ``views_days`` says on how many of them there were any; its text
        is "first day/last day". Data come one or two days late.
        """
        language, title = _parts(handle)
        if cursor:
            return self._views(language, cursor["title"])
        answer = self._ask(language, {"titles": title, **_PROPS})
        page = next(iter(_pages(answer)), {"title": title, "missing": True})
        title = string(page.get("title")) or title
        url = _address(language, title)
        if _absent(page):
            return Page(items=(Reading("exists", 0, url=url),), inspected=1)
        readings, ambiguous = (
            [Reading("exists", 1, url=url), Reading("title", None, text=title, url=url)],
            _ambiguous(page),
        )
        if ambiguous:
            readings.append(Reading("disambiguation", 1, url=url))
        edited = _edited(page)
        numbers = {
            "length": whole(page.get("length")),
            "languages": 1 + len(records(page.get("langlinks"))),
        }
        readings += [Reading(name, number, url=url) for name, number in numbers.items() if number is not None]
        readings += (
            [Reading("last_edit", None, text=edited.isoformat(), url=f"{url}?action=history")]
            if edited
            else []
        )
        return Page(items=tuple(readings), inspected=1, next=None if ambiguous else {"title": title})

    def _views(self, language: str, title: str) -> Page[Reading]:
        """Readers, without bots, over the newest 30 days that are whole."""
        yesterday = self.now().astimezone(UTC).date() - timedelta(days=1)
        first = yesterday - timedelta(days=DAYS)  # one day more than wanted: yesterday may be missing still
        article = quote(title.replace(" ", "_"), safe="")
        response = self.get(
            f"https://wikimedia.org/api/rest_v1/metrics/pageviews/per-article/{language}.wikipedia/all-access/user/"
            f"{article}/daily/{first:%Y%m%d}/{yesterday:%Y%m%d}",
            accept=(404,),  # nobody read it, or not even the day before yesterday is counted yet
        )
        views = _daily(self.shaped(response, dict)) if response.status != 404 else {}
        last = yesterday if yesterday in views else yesterday - timedelta(days=1)
        begin = last - timedelta(days=DAYS - 1)
        counted = {day: number for day, number in views.items() if begin <= day <= last}
        url = (
            f"https://pageviews.wmcloud.org/?project={language}.wikipedia.org&platform=all-access&agent=user"
            f"&redirects=0&start={begin}&end={last}&pages={article}"
        )
        on, period = datetime(last.year, last.month, last.day, tzinfo=UTC), f"{begin}/{last}"
        return Page(
            items=(
                Reading("views_30d", sum(counted.values()), text=period, url=url, on=on),
                Reading("views_days", len(counted), text=period, url=url, on=on),
            ),
            inspected=len(views),
        )

    def _ask(self, language: str, params: dict[str, Any], **options: Any) -> dict[str, Any]:
        fixed = {"action": "query", "format": "json", "formatversion": 2, "redirects": 1, "maxlag": 5}
        url = f"https://{language}.wikipedia.org/w/api.php"
        answer = self.get_json(url, dict, params={**fixed, **params}, **options)
        if "error" in answer:  # comes with status 200, such as maxlag
            error = record(answer["error"])
            message = gettext_noop("Wikipedia could not answer: %(reason)s")
            raise SourceError(message, params={"reason": string(error.get("info"))[:200]})
        return answer


def propose(
    http: Client, name: str, languages: tuple[str, ...] | list[str], *, patience: float = 0.0
) -> tuple[Proposal, ...]:
    """Articles that may be about ``name``, per language: the one of that title, else what a search finds.

    Only an article of that very title (or a redirect from it) is ``confident``. One or two requests per
    language. SourceError and Busy as from the client.
    """
    source, found, name = Wikipedia(http), [], name.replace("|", " ")  # which would ask for several titles
    for language in dict.fromkeys(languages):
        page = next(iter(_pages(source._ask(language, {"titles": name, **_PROPS}, patience=patience))), {})
        if page and not _absent(page) and not _ambiguous(page):
            proof = gettext_noop("the article of this name")
            found.append(_proposal(language, string(page.get("title")), proof, confident=True))
            continue
        answer = source._ask(
            language, {"list": "search", "srsearch": name, "srlimit": CANDIDATES + 1}, patience=patience
        )
        titles = [string(row.get("title")) for row in records(record(answer.get("query")).get("search"))]
        proof = gettext_noop("found by searching Wikipedia; check that it is about the brand")
        others = [title for title in titles if title and title != page.get("title")]
        found += [_proposal(language, title, proof, confident=False) for title in others[:CANDIDATES]]
    return tuple(found)


def parse(answer: dict[str, Any]) -> dict[date, int]:
    """Views per day of a stored pageviews answer."""
    return _daily(answer)


def _proposal(language: str, title: str, proof: str, confident: bool) -> Proposal:
    label = f"{title} ({language}.wikipedia.org)"
    return Proposal("wikipedia", f"{language}:{title}", _address(language, title), label, proof, confident)


def _pages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    pages = record(answer.get("query")).get("pages")
    return records(list(pages.values()) if isinstance(pages, dict) else pages)  # format version 1 keys by id


def _absent(page: dict[str, Any]) -> bool:
    """No such article. Format version 1 says it by a key without a value."""
    return any(page.get(sign, False) is not False for sign in ("missing", "invalid"))


def _ambiguous(page: dict[str, Any]) -> bool:
    return "disambiguation" in record(page.get("pageprops"))


def _edited(page: dict[str, Any]) -> datetime | None:
    revisions = records(page.get("revisions"))
    return moment(revisions[0].get("timestamp")) if revisions else None


def _daily(answer: dict[str, Any]) -> dict[date, int]:
    rows = records(answer.get("items"))
    days = ((moment(string(row.get("timestamp"))[:8]), whole(row.get("views"))) for row in rows)
    return {day.date(): views for day, views in days if day and views is not None}


def _address(language: str, title: str) -> str:
    return f"https://{language}.wikipedia.org/wiki/{quote(title.replace(' ', '_'))}"


def _parts(handle: str) -> tuple[str, str]:
    language, _, title = handle.strip().partition(":")
    if not _LANGUAGE.fullmatch(language.lower()) or not title.strip() or "|" in title:
        message = gettext_noop("%(handle)s names no article. Write language and title, such as en:Example.")
        raise SourceError(message, kind="gone", params={"handle": handle})
    return language.lower(), title.strip()
