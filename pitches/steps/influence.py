"""Step 2, whose voice carries: the sites on which people talk, how popular each is, and ours beside them.

Nobody but their owners knows how many read a site. A public list of popular sites is a proxy, and called one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.db.models import Q

from listening import popularity, queries
from listening.models import Feed
from listening.net import site_of
from listening.popularity import Popularity
from listening.queries import SiteHeard
from pitches import slides as show
from pitches.figures import Details, Row, Unit, Value
from pitches.ground import Ground
from pitches.slides import Slide
from pitches.steps import reactions
from pitches.steps.against import against
from pitches.verdicts import State
from pitches.words import Text

MOST_SITES = 6
FEWEST = 3  # sites to compare, before most of them can be said to be anything
# What speaks against the title, by what it says.
AGAINST: dict[State, tuple[str, ...]] = {
    "supported": ("level", "platforms", "unknown"),
    "mixed": ("level", "platforms", "unknown"),
    "not_supported": ("reacted", "platforms", "unknown"),
    "not_enough": ("reacted",),
}
MINUTES = 24 * 60  # of a day


@dataclass(frozen=True)
class ActiveSite:
    """One of the most active sites; what is not known of it is None."""

    heard: SiteHeard
    popularity: Popularity | None
    reactions: int | None
    days_between: float | None  # two posts of its feed


@dataclass(frozen=True)
class Compared:
    """How many of the sites can be compared with ours, and how they do. None: ours itself is not known."""

    ahead: int | None
    level: int | None  # as popular as ours, or less
    platforms: int
    unknown: int

    @property
    def together(self) -> int | None:
        return None if self.ahead is None or self.level is None else self.ahead + self.level


def state(ahead: int | None, compared: int | None) -> State:
    """How the claim of the slide does: are the sites on which people talk more popular than ours?"""
    if ahead is None or not compared:
        return "not_enough"
    if compared < FEWEST:
        return "mixed"
    if not ahead:
        return "not_supported"
    return "supported" if ahead * 2 > compared else "mixed"


def is_ahead(theirs: Popularity, ours: Popularity) -> bool:
    """Whether a site stands in a more popular band than ours; beyond the list is behind every band."""
    return theirs.band is not None and (ours.band is None or theirs.band < ours.band)


def compare(sites: Sequence[Popularity | None], ours: Popularity | None) -> Compared:
    """The sites beside ours. A platform is not compared: its rank says nothing of one who writes there."""
    known = [one for one in sites if one is not None]
    comparable = [one for one in known if not one.is_of_platform]
    platforms, unknown = len(known) - len(comparable), len(sites) - len(known)
    if ours is None or ours.is_of_platform:
        return Compared(None, None, platforms, unknown)
    ahead = sum(1 for one in comparable if is_ahead(one, ours))
    return Compared(ahead, len(comparable) - ahead, platforms, unknown)


def own_site(ground: Ground) -> str:
    """The domain of our own site; "" when we named none."""
    return ground.own.domain if ground.own else ""


def ours(ground: Ground) -> Popularity | None:
    """What the list says of our own site."""
    return popularity.of_brand(own_site(ground))


def sites(ground: Ground) -> list[ActiveSite]:
    """The sites with most of what was heard, without our own."""
    own = site_of(f"https://{own_site(ground)}/") if own_site(ground) else ""
    active = queries.sites_heard(ground.heard, MOST_SITES + 1)
    heard = [one for one in active if one.domain != own][:MOST_SITES]
    known = popularity.of_sites({one.domain: one.sources for one in heard})
    domains = [one.domain for one in heard]
    stated, rhythms = _reactions(ground, domains), _rhythms(ground, domains)
    return [
        ActiveSite(one, known.get(one.domain), stated.get(one.domain), rhythms.get(one.domain))
        for one in heard
    ]


def _reactions(ground: Ground, domains: Sequence[str]) -> dict[str, int]:
    """Reactions per site, as its sources state them; a site of which none states any is left out."""
    rows = (
        queries.mentions_of(ground.workspace, ground.heard)
        .filter(site__domain__in=domains, **reactions.STATED)
        .order_by()
        .values("site__domain")
        .annotate(**reactions.SUMS)
    )
    return {row["site__domain"]: reactions.total(row) for row in rows}


def _rhythms(ground: Ground, domains: Sequence[str]) -> dict[str, float]:
    """Days between two posts, of the sites whose feeds we follow; of several feeds the liveliest."""
    if not domains:
        return {}
    about = Q()
    for domain in domains:
        about |= Q(url__contains=domain) | Q(site_url__contains=domain)
    feeds = Feed.objects.filter(about, subscriptions__workspace=ground.workspace, rhythm_minutes__gt=0)
    found: dict[str, float] = {}
    for url, site_url, minutes in feeds.values_list("url", "site_url", "rhythm_minutes").distinct():
        for domain in {site_of(url), site_of(site_url)} & set(domains):
            found[domain] = min((minutes or 0) / MINUTES, found.get(domain, float("inf")))
    return found


def measure(ground: Ground) -> None:
    """Registers what is known of every site, and how they compare with ours. For the slide only."""
    found, own = ground.once(sites), ground.once(ours)
    compared = compare([one.popularity for one in found], own)
    every = [(own_site(ground), own), *((one.heard.domain, one.popularity) for one in found)]
    known = [(site, popular) for site, popular in every if popular]
    listed = ground.prove(2, "s2.popularity", lambda: _ranked(known), "estimated")
    for name, number in (
        ("ahead", compared.ahead),
        ("level", compared.level),
        ("compared", compared.together),
        ("platforms", compared.platforms),
        ("unknown", compared.unknown),
    ):
        ground.figure(f"s2.sites_{name}", number, "count", listed)
    newest = max((popular.on for _, popular in known), default=None)
    ground.figure("s2.listed_on", newest, "date", listed)
    _measure_rank(ground, "own", own, listed)
    formula = ground.say("formula.s2.site")
    for index, one in enumerate(found):
        site = ground.name(f"active.{index}", one.heard.domain)
        label = ground.say("proof.s2.site", site=site)
        proof = ground.register.prove(2, label, "measured", formula, partial(_heard_there, ground, one.heard))
        day = ground.workspace.localtime(one.heard.newest).date()
        figures: tuple[tuple[str, Value | date, Unit], ...] = (
            ("mentions", one.heard.mentions, "count"),
            ("newest", day, "date"),
            ("reactions", one.reactions, "count"),
            ("every", one.days_between, "days"),
        )
        for name, value, unit in figures:
            ground.figure(f"s2.site.{index}.{name}", value, unit, proof, label=f"s2.site_{name}")
        _measure_rank(ground, str(index), one.popularity, listed)


def _measure_rank(ground: Ground, who: str, known: Popularity | None, proof: str) -> None:
    limit = (known.band or known.length) if known else None
    ground.figure(f"s2.rank.{who}", limit, "count", proof, label="s2.rank")


def _heard_there(ground: Ground, site: SiteHeard) -> Details:
    """The mentions on one site; the wordings of the searches stand with what was heard in all."""
    heard = ground.details(ground.register.figures["s1.stories"].evidence)
    rows = ground.mention_rows(ground.heard.filter(mention__site__domain=site.domain))
    return replace(heard, query="", rows_total=site.mentions, rows=rows)


def _ranked(known: Sequence[tuple[str, Popularity]]) -> Details:
    """What the list says of every site, ours first, each with where a person can check it."""
    rows: list[Row] = [
        {
            "title": site,
            "url": popular.url,
            "site": popular.list_label,
            "author": "",
            "date": popular.on.isoformat(),
            "excerpt": popular.domain,
            "why": _position(popular),
        }
        for site, popular in known
    ]
    labels = sorted({popular.list_label for _, popular in known})
    return Details(sources=labels, inspected=len(rows), rows_total=len(rows), rows=lambda: rows)


def _position(known: Popularity) -> str:
    """The band as evidence rows write it, the same in every language: "≤ 10000"."""
    return f"≤ {known.band}" if known.band else f"> {known.length}"


def slide(ground: Ground) -> Slide:
    """A table of the most active sites with ours on top, and what speaks against it."""
    measure(ground)
    values = ground.register.values()
    found = state(values["s2.sites_ahead"], values["s2.sites_compared"])  # type: ignore[arg-type]  # counts
    blocks: list[show.Block] = []
    if ground.once(sites):
        blocks.append(_table(ground))
        doubts = [f"influence.against.{name}" for name in AGAINST[found]]
        blocks.append(against(ground, doubts, [*_missing(ground), *ground.gaps(ground.coverage)]))
    else:
        blocks.append(show.callout(ground.say("influence.nothing"), "note"))
        blocks += show.warnings(ground.gaps(ground.coverage))
    title = ground.say(f"influence.title.{found}")
    notes, footer = ground.say("influence.notes"), ground.say("influence.footer")
    return Slide("influence", title, blocks, notes, footer, step=2, verdict=found)


def _missing(ground: Ground) -> list[Text]:
    """Why nothing can be compared with ours, if it cannot."""
    own = ground.once(ours)
    if not own_site(ground) or (own and own.is_of_platform):
        return [ground.say("influence.no_site")]
    if ground.register.values()["s2.listed_on"] is None:
        return [ground.say("influence.unranked")]
    return [] if own else [ground.say("influence.own_unknown")]


def _table(ground: Ground) -> show.Block:
    found, own = ground.once(sites), ground.once(ours)
    has_rhythm = any(one.days_between is not None for one in found)
    columns = ["site", "mentions", "newest", *(["every"] if has_rhythm else []), "reactions", "popularity"]
    nothing: show.Cell = {"raw": "–"}  # what we say ourselves is no mention; a site without a feed of ours
    first = [{"text": ground.say("influence.ours", site=_own_name(ground))}]
    rows = [[*first, *([nothing] * (len(columns) - 2)), _popular(ground, "own", own)]]
    for index, one in enumerate(found):
        cells: list[show.Cell] = [{"raw": one.heard.domain, "link": f"https://{one.heard.domain}/"}]
        for name in columns[1:-1]:
            followed = name != "every" or one.days_between is not None
            cells.append({"figure": f"s2.site.{index}.{name}"} if followed else nothing)
        rows.append([*cells, _popular(ground, str(index), one.popularity, own)])
    widths = [2.3, 1.4, 1.3, *([1.3] if has_rhythm else []), 1.2, 3.2]
    return show.table([ground.say(f"column.site_{name}") for name in columns], rows, widths)


def _own_name(ground: Ground) -> str:
    return ground.name("own_site", own_site(ground)) if own_site(ground) else "@brand"


def _popular(
    ground: Ground, who: str, known: Popularity | None, beside: Popularity | None = None
) -> show.Cell:
    """Where the list has a site, and how that compares with ours."""
    proof = ground.register.figures["s2.sites_platforms"].evidence
    if known is None:
        return {"state": "unknown", "evidence": proof}
    key = "influence.within" if known.band else "influence.beyond"
    if known.is_of_platform:
        key += "_platform"
    elif beside is not None and not beside.is_of_platform and is_ahead(known, beside):
        key += "_ahead"
    return {"text": ground.say(key, rank=f"s2.rank.{who}")}
