"""Naming brands: what the outside tells of a domain or a name is proposed, and a person ticks."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_noop

from competitors import handles, visibility
from competitors.models import Phrase, Profile
from competitors.observe import SITE, save_readings
from listening import door, feeds, searches
from listening.models import Brand, Industry, Search
from listening.net import Busy, Client, Response, SourceError, canonical_host, check_url
from listening.net.robots import Robots
from listening.sources import discovery, wikidata, wikipedia
from listening.sources.proposals import merged
from listening.text import clean_line
from listening.types import Proposal, Reading, SiteFacts
from teams.models import User, Workspace, record

PATIENCE = 5.0  # seconds a person waits for a host's turn
LONGEST_LOOK = 25.0  # seconds a person waits for everything that is proposed
MARKETS = {"sv": "sv-SE", "en": "en-US"}  # where phrases are looked up, by the workspace's language
WIKIDATA = "wikidata"
MOST_WORDS = 20
MOST_PROPOSALS = 60

BUSY = gettext_noop(
    "%(host)s was asked a moment ago and may not be asked again yet. Try again in a few seconds."
)
TOO_SLOW = gettext_noop("%(host)s was not asked any more, because the answers before it took too long.")
HOME_PAGE = gettext_noop("the home page you named")
NO_ARTICLE = gettext_noop(
    "Wikipedia was asked and has no article of this name; Earshot tells when that changes"
)

_DOMAIN = re.compile(
    r"(?:https?://)?(?P<host>(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?)(?P<path>/\S*)?", re.IGNORECASE
)


class Hurried:
    """A client for somebody who waits: all its questions together end after ``seconds``."""

    def __init__(self, client: Client, seconds: float) -> None:
        self._client, self._end = client, time.monotonic() + seconds
        self.settings = client.settings

    def get(self, url: str, *, deadline: float = 15.0, **kwargs: Any) -> Response:
        """As ``Client.get``, with at most the time that is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise SourceError(TOO_SLOW, params={"host": canonical_host(url)})
        return self._client.get(url, deadline=min(deadline, left), **kwargs)


@dataclass(frozen=True)
class Problem:
    """Something that could not be read: English template with its parameters, see net.errors."""

    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BrandProposal:
    """What Earshot suggests for a brand; every field is for a person to change."""

    name: str
    domain: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Ticked:
    """A profile that a person confirmed; ``is_proposed`` False when they wrote or changed it themselves."""

    source: str
    handle: str
    url: str
    label: str = ""
    proof: str = ""
    is_proposed: bool = True
    read_at: datetime | None = None  # when Earshot itself saw it, for a home page


def split_domain(text: str) -> tuple[str, str]:
    """(domain, what to look at), both "" when the text is a name and not a domain."""
    found = _DOMAIN.fullmatch(text.strip())
    if not found:
        return "", ""
    host, path = found["host"].lower(), found["path"] or ""
    if "://" in text:
        return host, text.strip()
    return host, f"https://{host}{path}" if path.strip("/") else host


def propose(workspace: Workspace, text: str, client: Client) -> BrandProposal:
    """Asks the home page (when ``text`` is a domain), Wikidata and Wikipedia; never raises for what they do.

    What could not be read is told under ``problems``, and the rest is still proposed. A profile that several
    of them name is proposed once, with all that speaks for it.
    """
    client = cast(Client, Hurried(client, LONGEST_LOOK))  # only asked, and asked by get alone
    text = clean_line(text, 200)
    domain, page = split_domain(text)
    problems: list[Problem] = []
    facts = _look(page, client, problems) if domain else None
    name = (facts and (facts.name or facts.title)) or (_name_from(domain) if domain else text)
    name = clean_line(name, 80)
    found = list(facts.proposals) if facts else []
    if facts and not any(one.source == SITE for one in found):
        found.insert(0, Proposal(SITE, facts.url, facts.url, clean_line(facts.title) or domain, HOME_PAGE))
    languages = _languages(workspace, facts.language if facts else "")
    found += _items(workspace, name, domain, languages, found, client, problems)
    found += _articles(name, languages, found, client, problems)
    proposals = [one for one in merged(found) if _may_be_added(one)]
    # The names under which a brand writes are what people tag it with.
    words = [word for one in proposals if one.confident and (word := handles.word(one.source, one.handle))]
    squeezed = "".join(character for character in name if character.isalnum()).lower()
    return BrandProposal(
        name=name,
        domain=domain,
        aliases=tuple(word for word in searches.unique(words) if word.casefold() != squeezed),
        tags=tuple(searches.unique([squeezed, *words])),
        proposals=tuple(_surest(proposals, MOST_PROPOSALS)),
        problems=tuple(problems),
    )


def _may_be_added(proposal: Proposal) -> bool:
    """Whether confirming would accept the address: a page can link to a private network, or to odd ports."""
    try:
        check_url(proposal.url)
    except SourceError:
        return False
    return True


def _surest(proposals: list[Proposal], most: int) -> list[Proposal]:
    """At most so many, in their order; those we are not sure of are left out first."""
    kept = sorted(proposals, key=lambda one: not one.confident)[:most]
    return [one for one in proposals if one in kept]


def _languages(workspace: Workspace, language: str) -> list[str]:
    """In which Wikipedias to look: the workspace's language, the home page's, English."""
    return list(dict.fromkeys(filter(None, [workspace.language, language.partition("-")[0].lower(), "en"])))


@contextmanager
def _telling(problems: list[Problem]) -> Iterator[None]:
    """What the outside does wrong inside becomes a problem that is told, and ends the part it happened in."""
    try:
        yield
    except SourceError as error:
        problems.append(Problem(error.message, dict(error.params)))
    except Busy as busy:
        problems.append(Problem(BUSY, {"host": busy.host}))


def _look(page: str, client: Client, problems: list[Problem]) -> SiteFacts | None:
    with _telling(problems):
        return discovery.look_at_home(client, page, patience=PATIENCE, robots=Robots(client, cache))
    return None


def _items(
    workspace: Workspace,
    name: str,
    domain: str,
    languages: list[str],
    found: Sequence[Proposal],
    client: Client,
    problems: list[Problem],
) -> tuple[Proposal, ...]:
    """Wikidata's item with what it knows; nothing where the workspace does not listen to Wikidata."""
    if not name or not any(kind.name == WIKIDATA for kind in door.enabled(workspace)):
        return ()
    known = next((one for one in found if one.source == WIKIDATA and one.confident), None)
    with _telling(problems):
        return wikidata.propose(client, name, domain, languages, known=known, patience=PATIENCE)
    return ()


def _articles(
    name: str, languages: list[str], found: Sequence[Proposal], client: Client, problems: list[Problem]
) -> list[Proposal]:
    """Wikipedia's articles where nothing surer names any; without one, the absence, to be told with proof.

    Where we know the brand's item, an article of the same name that the item does not name is about
    something else, so it is not ticked.
    """
    named = {one.handle.partition(":")[0] for one in found if one.source == "wikipedia" and one.confident}
    has_item = any(one.source == WIKIDATA and one.confident for one in found)
    left = [one for one in languages if one not in named]
    if not left or not name or (named and has_item):
        return []
    articles: list[Proposal] | None = None
    with _telling(problems):
        articles = list(wikipedia.propose(client, name, left, patience=PATIENCE))
    if articles is None:  # not reached, which proves no absence
        return []
    if articles or named:
        return [replace(one, confident=one.confident and not has_item) for one in articles]
    first = languages[0]
    url = f"https://{first}.wikipedia.org/wiki/{quote(name.replace(' ', '_'))}"
    return [Proposal("wikipedia", f"{first}:{name}", url, f"{name} ({first}.wikipedia.org)", NO_ARTICLE)]


def _name_from(domain: str) -> str:
    label = domain.removeprefix("www.").partition(".")[0]
    return label.replace("-", " ").replace("_", " ").title()


def confirm(
    workspace: Workspace,
    *,
    kind: str,
    name: str,
    aliases: Sequence[str] = (),
    tags: Sequence[str] = (),
    domain: str = "",
    ticked: Iterable[Ticked] = (),
    user: User | None = None,
) -> Brand:
    """Makes the brand with its profiles, feeds, searches and (ours only) the phrase we look up.

    Feeds are followed, rivals' too. All or nothing; SourceError for a feed address that is never fetched.
    """
    with transaction.atomic():
        brand = Brand.objects.create(
            workspace=workspace,
            kind=kind,
            name=clean_line(name, 80),
            aliases=_words(aliases),
            tags=_words(tags),
            domain=domain.strip().lower()[:255],
        )
        for one in ticked:
            add_profile(brand, one)
        searches.propose_for(brand, user=user)
        if brand.is_own:
            add_phrase(workspace, brand.name, brand)
        visibility.retype(workspace)  # its domain changes what "our own" and "a rival's" mean
        record(workspace, user, "brand.added", brand, kind=kind)
    return brand


def add_profile(brand: Brand, ticked: Ticked) -> Profile:
    """Adds a profile, once; a feed is followed, a home page that was just read leaves its first reading."""
    profile, _ = Profile.objects.get_or_create(
        brand=brand,
        source=ticked.source,
        handle=ticked.handle,
        defaults={
            "workspace": brand.workspace,
            "url": ticked.url,
            "label": clean_line(ticked.label, 200),
            "proof": ticked.proof,
            "origin": Profile.Origin.PROPOSED if ticked.is_proposed else Profile.Origin.MANUAL,
        },
    )
    if ticked.source == "feeds":
        feeds.follow(brand.workspace, ticked.url)
    if ticked.source == SITE and ticked.read_at:
        readings = [Reading("exists", 1, url=ticked.url, on=ticked.read_at)]
        save_readings(profile, readings, ticked.read_at)
    return profile


def add_phrase(workspace: Workspace, text: str, brand: Brand | None = None, market: str = "") -> Phrase:
    """A phrase to look up in the workspace's market, once."""
    phrase, _ = Phrase.objects.get_or_create(
        workspace=workspace,
        text=clean_line(text, 200),
        market=market or MARKETS.get(workspace.language, "en-US"),
        defaults={"brand": brand},
    )
    return phrase


def save_industry(
    workspace: Workspace, terms: Sequence[str], tags: Sequence[str], user: User | None = None
) -> Industry:
    """What people call the field we are in: its searches, and a phrase for each term."""
    with transaction.atomic():
        industry, _ = Industry.objects.update_or_create(
            workspace=workspace, defaults={"terms": _words(terms), "tags": _words(tags)}
        )
        searches.propose_for_industry(industry, user=user)
        for term in industry.terms:
            add_phrase(workspace, term)
        record(workspace, user, "industry.saved", industry)
    return industry


def save_brand(brand: Brand, user: User | None = None) -> None:
    """Stores an edited brand. Its searches keep their wording, because evidence points at it."""
    with transaction.atomic():
        brand.aliases, brand.tags = _words(brand.aliases), _words(brand.tags)
        brand.save()
        searches.propose_for(brand, user=user)  # makes only what is missing
        visibility.retype(brand.workspace)
        record(brand.workspace, user, "brand.edited", brand)


def remove_profile(profile: Profile, user: User | None = None) -> None:
    """Removes a profile with its readings. A feed is still followed: Sources is where that ends."""
    record(profile.workspace, user, "profile.removed", f"{profile.brand}: {profile}")
    profile.delete()


def _words(words: Iterable[str]) -> list[str]:
    return searches.unique(clean_line(word, 100) for word in words)[:MOST_WORDS]


# --- How far the set-up is ------------------------------------------------------------------------


@dataclass(frozen=True)
class WizardStep:
    """One step of the set-up; ``is_done`` is told by the rows, so it can be left and resumed at any time."""

    key: str
    label: str
    is_done: bool


def steps(workspace: Workspace) -> list[WizardStep]:
    """Our brand, rivals, industry, and the first scan. Labels are English msgids."""
    kinds = list(Brand.objects.filter(workspace=workspace).values_list("kind", flat=True))
    has_industry = Search.objects.filter(workspace=workspace, subject=Search.Subject.INDUSTRY).exists()
    return [
        WizardStep("own", gettext_noop("Our brand"), Brand.Kind.OWN in kinds),
        WizardStep("rivals", gettext_noop("Rivals"), kinds.count(Brand.Kind.COMPETITOR) >= 2),
        WizardStep("industry", gettext_noop("Our field"), has_industry),
        WizardStep("done", gettext_noop("Listen"), workspace.scans.exists()),
    ]


def next_step(workspace: Workspace) -> str:
    """The first step that is not done; "done" at the end."""
    return next((step.key for step in steps(workspace) if not step.is_done), "done")
