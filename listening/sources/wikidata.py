"""Wikidata: which item a brand has, its website, its accounts, its articles, and dated numbers of followers.

Action API; CC0. People keep it by hand: it finds profiles, and what it counts has its own, often old, date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from listening.net import site_of
from listening.net.errors import SourceError, gettext_noop
from listening.sources.base import Source
from listening.sources.platforms import profile, proposal
from listening.sources.values import address, moment, record, records, string, whole
from listening.text import clean_line
from listening.types import Cursor, Page, Precision, Proposal, Reading

if TYPE_CHECKING:
    from listening.net import Client

API = "https://www.wikidata.org/w/api.php"
SEARCHED = 5  # items looked at: those of large companies have half a megabyte each
CANDIDATES = 3  # of these offered where none is surely the brand's
ACCOUNTS = 3  # on one platform
ANSWER_BYTES = 6_000_000

WEBSITE, FEED, BLOG, FOLLOWERS, AT, ENDED = "P856", "P1019", "P1581", "P8687", "P585", "P582"
# Property -> the address of the account it names.
ADDRESSES = {
    "P4033": "https://{host}/@{name}",  # Mastodon: name@host
    "P12361": "https://bsky.app/profile/{name}",
    "P2397": "https://www.youtube.com/channel/{name}",
    "P3984": "https://www.reddit.com/r/{name}",
    "P2002": "https://x.com/{name}",
    "P2013": "https://www.facebook.com/{name}",
    "P2003": "https://www.instagram.com/{name}",
    "P4264": "https://www.linkedin.com/company/{name}",
    "P7085": "https://www.tiktok.com/@{name}",
    "P3789": "https://t.me/{name}",
    "P2037": "https://github.com/{name}",
}
# Property that says whose followers were counted -> the end of the metric's name.
COUNTED = {
    **{"P4033": "mastodon", "P12361": "bluesky", "P2397": "youtube", "P3984": "reddit", "P2002": "x"},
    **{"P6552": "x", "P2013": "facebook", "P2003": "instagram", "P4264": "linkedin", "P7085": "tiktok"},
    **{"P3789": "telegram", "P2037": "github"},
}
ROUNDED = ("youtube",)  # shows three digits to everybody

SAYS = gettext_noop("Wikidata says so")
MATCHED = gettext_noop("its website in Wikidata is the brand’s")
UNKNOWN_FORM = gettext_noop(
    "Wikidata answered in a form that Earshot does not know. The service may have changed."
)
FOUND = gettext_noop("found by searching Wikidata; check that it is about the brand")

_ITEM = re.compile(r"Q[1-9]\d{0,11}")
_WIKIPEDIA = re.compile(r"[a-z_]{2,20}wiki")
_NO_LANGUAGES = frozenset(
    """
    commonswiki specieswiki metawiki mediawikiwiki wikidatawiki sourceswiki incubatorwiki outreachwiki
    foundationwiki wikimaniawiki wikifunctionswiki
    """.split()  # noqa: SIM905  # a list of words
)
_DAY = re.compile(r"\+(\d{4}-\d\d-\d\d)T")
_EXACT_TO_THE_DAY = 11


class Wikidata(Source):
    """A handle is an item's id, such as "Q42"."""

    name = "wikidata"
    label = "Wikidata"
    docs = "https://www.wikidata.org/w/api.php?action=help"
    terms = "https://foundation.wikimedia.org/wiki/Policy:Terms_of_Use"
    gives = gettext_noop("Where a brand is on the web, as the people who keep Wikidata have written it down.")
    calls_per_minute = 60

    def observe(self, handle: str, cursor: Cursor | None = None) -> Page[Reading]:
        """exists, title, website, languages (Wikipedias with an article), last_edit, and followers.

        ``followers_x``, ``followers_youtube`` and so on are what somebody wrote down on a day: ``on`` is that
        day, ``text`` the account. Followers of an unknown day or platform are left out.
        """
        item = handle.strip().upper()
        if not _ITEM.fullmatch(item):
            message = gettext_noop("%(handle)s is no item of Wikidata. Write its id, such as Q42.")
            raise SourceError(message, kind="gone", params={"handle": handle})
        found = self._items([item], props="info|labels|claims|sitelinks", languages="en|mul")
        url = _page(item)
        if not found:
            return Page(items=(Reading("exists", 0, url=url),), inspected=1)
        entity = found[0]
        readings = [Reading("exists", 1, url=url), Reading("languages", _languages(entity), url=url)]
        if title := _text(entity, "labels", ("en",)):
            readings.append(Reading("title", None, text=title, url=url))
        if website := next(_addresses(entity, WEBSITE), ""):
            readings.append(Reading("website", None, text=website, url=url))
        if edited := moment(entity.get("modified")):
            readings.append(Reading("last_edit", None, text=edited.isoformat(), url=f"{url}?action=history"))
        return Page(items=(*readings, *_followers(entity, url)), inspected=1)

    def _search(self, text: str, language: str, **options: Any) -> list[str]:
        """The ids of the items of this name, the likeliest first."""
        params = {"search": text, "language": language, "uselang": language, "type": "item"}
        answer = self._ask("wbsearchentities", {**params, "limit": SEARCHED}, **options)
        if not isinstance(answer.get("search"), list):
            raise SourceError(UNKNOWN_FORM)
        found = (string(row.get("id")) for row in records(answer["search"]))
        return [item for item in found if _ITEM.fullmatch(item)]

    def _items(self, ids: Sequence[str], **params: Any) -> list[dict[str, Any]]:
        """The items that there are, in the order asked for. A merged one comes under its new id."""
        options = {"patience": params.pop("patience", 0.0)}
        answer = self._ask(
            "wbgetentities", {"ids": "|".join(ids), "languagefallback": 1, **params}, **options
        )
        if "error" in answer:
            return []
        listed = record(answer.get("entities"))
        found = records([listed[item] for item in ids if item in listed] or list(listed.values()))
        if not found:
            raise SourceError(UNKNOWN_FORM)
        return [one for one in found if "missing" not in one]

    def _ask(self, action: str, params: dict[str, Any], **options: Any) -> dict[str, Any]:
        fixed = {"action": action, "format": "json", "formatversion": 2, "maxlag": 5}
        answer = self.get_json(API, dict, params={**fixed, **params}, max_bytes=ANSWER_BYTES, **options)
        error = record(answer.get("error"))
        # Comes with status 200, such as maxlag. That there is no such item is an answer.
        if "error" in answer and error.get("code") != "no-such-entity":
            message = gettext_noop("Wikidata could not answer: %(reason)s")
            raise SourceError(message, params={"reason": string(error.get("info"))[:200]})
        return answer


def propose(
    http: Client,
    name: str,
    domain: str,
    languages: Sequence[str],
    *,
    known: Proposal | None = None,
    patience: float = 0.0,
) -> tuple[Proposal, ...]:
    """A brand's item with the accounts, feeds and articles it names; else items that may be it, unticked.

    An item is surely the brand's where its website is on the brand's domain, or where the brand's own page
    names it: ``known``. One to four requests. SourceError and Busy as from the client.
    """
    source = Wikidata(http)
    asked = {
        "props": "labels|descriptions|claims|sitelinks",
        "languages": "|".join(dict.fromkeys([*languages, "en", "mul"])),
        "sitefilter": "|".join(_wiki(language) for language in languages),
        "patience": patience,
    }
    if known and (found := source._items([known.handle], **asked)):
        return _of_item(found[0], languages, (known.proof, known.proof_url))
    site, offered = site_of(f"https://{domain}/") if domain else "", []
    for text in _names(name, site):
        ids = source._search(text, languages[0], patience=patience)
        found = source._items(ids, **asked) if ids else []
        for entity in found:
            if site and any(site_of(url) == site for url in _addresses(entity, WEBSITE, best=False)):
                return _of_item(entity, languages, (MATCHED, _page(string(entity.get("id")))))
        offered += found
    return tuple(_candidate(entity, languages, (FOUND, "")) for entity in offered[:CANDIDATES])


def _names(name: str, site: str) -> list[str]:
    """What to search for: the name, and where the domain says it otherwise, that."""
    label = site.partition(".")[0]
    plain = "".join(character for character in name.casefold() if character.isalnum())
    return [text for text in (name, label if label != plain else "") if text]


def _of_item(
    entity: dict[str, Any], languages: Sequence[str], proof: tuple[str, str]
) -> tuple[Proposal, ...]:
    """The item itself, and whatever it says belongs to the brand."""
    url = _page(string(entity.get("id")))
    found = [_candidate(entity, languages, proof, confident=True)]
    for language in languages:
        title = string(record(record(entity.get("sitelinks")).get(_wiki(language))).get("title"))
        article = profile(f"https://{language}.wikipedia.org/wiki/{quote(title.replace(' ', '_'))}")
        if title and article:
            found.append(proposal(article, SAYS, proof_url=url))
    for feed in _addresses(entity, FEED):
        found.append(Proposal("feeds", feed, feed, feed, SAYS, proof_url=url))
    for blog in _addresses(entity, BLOG):
        account = profile(blog)
        label = f"{urlsplit(blog).netloc}{urlsplit(blog).path.rstrip('/')}"
        page = Proposal("link", blog, blog, label, SAYS, proof_url=url)
        found.append(proposal(account, SAYS, proof_url=url) if account else page)
    for name in ADDRESSES:
        for address_of in list(_accounts(entity, name))[:ACCOUNTS]:
            if account := profile(address_of, surely_mastodon=name == "P4033"):
                found.append(proposal(account, SAYS, proof_url=url))
    return tuple(found)


def _candidate(
    entity: dict[str, Any], languages: Sequence[str], proof: tuple[str, str], confident: bool = False
) -> Proposal:
    """The item for a person to tick; its label tells items of one name apart."""
    item = string(entity.get("id"))
    website = next((site_of(url) for url in _addresses(entity, WEBSITE)), "")
    about = (_text(entity, "labels", languages) or item, _text(entity, "descriptions", languages), website)
    label = clean_line(" · ".join(filter(None, about)), 200)
    return Proposal("wikidata", item, _page(item), label, proof[0], confident, proof[1])


def _page(item: str) -> str:
    return f"https://www.wikidata.org/wiki/{item}"


def _wiki(language: str) -> str:
    return f"{language.replace('-', '_')}wiki"


def _text(entity: dict[str, Any], what: str, languages: Iterable[str]) -> str:
    """A label or description in the first language that has one."""
    texts = record(entity.get(what))
    order = [*languages, "en", "mul", *texts]
    return next((text for one in order if (text := string(record(texts.get(one)).get("value")))), "")


def _values(entity: dict[str, Any], name: str, *, best: bool = True) -> Iterator[tuple[Any, dict[str, Any]]]:
    """(value, its qualifiers) of what an item says, without what is withdrawn, unknown or over.

    ``best``: only what is marked as preferred, where anything is.
    """
    claims = [
        claim
        for claim in records(record(entity.get("claims")).get(name))
        if claim.get("rank") != "deprecated"
        and record(claim.get("mainsnak")).get("snaktype") == "value"
        and ENDED not in record(claim.get("qualifiers"))
    ]
    preferred = [claim for claim in claims if claim.get("rank") == "preferred"] if best else []
    for claim in preferred or claims:
        snak = record(claim.get("mainsnak"))
        yield record(snak.get("datavalue")).get("value"), record(claim.get("qualifiers"))


def _addresses(entity: dict[str, Any], name: str, *, best: bool = True) -> Iterator[str]:
    return filter(None, (address(value) for value, _ in _values(entity, name, best=best)))


def _accounts(entity: dict[str, Any], name: str) -> Iterator[str]:
    """The addresses of the accounts that a property names."""
    for value, _ in _values(entity, name):
        account, host = string(value).strip(), ""
        if name == "P4033":
            account, _, host = account.lstrip("@").partition("@")
        if account and (host or name != "P4033"):
            yield address(ADDRESSES[name].format(name=quote(account.lstrip("@")), host=host))


def _languages(entity: dict[str, Any]) -> int:
    names = record(entity.get("sitelinks"))
    return sum(1 for name in names if _WIKIPEDIA.fullmatch(name) and name not in _NO_LANGUAGES)


def _followers(entity: dict[str, Any], url: str) -> list[Reading]:
    """Every dated number of followers, one for each platform and day: of several accounts, the largest."""
    found: dict[tuple[str, datetime], Reading] = {}
    for value, qualifiers in _values(entity, FOLLOWERS, best=False):
        number = whole(string(record(value).get("amount")).removeprefix("+"))
        on, precision = _moment_of(qualifiers)
        place, account = _whose(qualifiers)
        if number is None or on is None or not place:
            continue
        if place in ROUNDED and precision == "exact":
            precision = "rounded"
        reading = Reading(f"followers_{place}", number, account, url, precision, on)
        before = found.get((place, on))
        if before is None or (before.value or 0) < number:
            found[place, on] = reading
    return list(found.values())


def _moment_of(qualifiers: dict[str, Any]) -> tuple[datetime | None, Precision]:
    """When a number was true. One that is only known to the month or year counts as estimated."""
    for value in _qualified(qualifiers, AT):
        time = string(record(value).get("time"))
        exact = whole(record(value).get("precision")) == _EXACT_TO_THE_DAY
        # A month is written as its day 0, a year as its month 0.
        if day := _DAY.match(time.replace("-00", "-01")):
            return moment(f"{day[1]}T00:00:00Z"), "exact" if exact else "estimated"
    return None, "exact"


def _whose(qualifiers: dict[str, Any]) -> tuple[str, str]:
    """(the platform, the account) that was counted; "" where the item does not tell."""
    for name, place in COUNTED.items():
        for value in _qualified(qualifiers, name):
            if account := string(value):
                return place, account
    return "", ""


def _qualified(qualifiers: dict[str, Any], name: str) -> Iterator[Any]:
    for snak in records(qualifiers.get(name)):
        yield record(snak.get("datavalue")).get("value")
