"""What a made-up web let Earshot read: scans and what they covered, profiles, result pages, popular sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from competitors.models import Phrase
from competitors.observe import save_readings
from competitors.visibility import LookingUp
from listening import popularity, scan, store
from listening.models import Fetch, Scan
from listening.types import Page, Rank, Result
from teams.models import Workspace
from tests.pitches.worlds.companies import Company

TOP = 1_000_000  # sites on the made-up list
ADDRESSES = {
    "blog": "https://{word}bloggen.example/{month}/{slug}-{rank}",
    "forum": "https://forum.{word}vanner.example/{slug}/{rank}",
    "social": "https://{word}torget.example/@linnea_o/1100000000{rank:02d}",
    "video": "https://video.{word}kanalen.example/{slug}/{rank}",
    "news": "https://nyheter.granvik.example/{slug}/{rank}",
    "shop": "https://butik.{word}hallen.example/{slug}/{rank}",
    "reference": "https://wiki.{word}fakta.example/{slug}/{rank}",
    "other": "https://{word}guiden.example/{slug}/{rank}",
}
WORDS = ("cykel", "hjul", "pendlar", "sadel", "ekipage")


@dataclass(frozen=True)
class Trouble:
    """Why a source could not be read, as ``listening.net`` says it."""

    message: str
    params: Mapping[str, Any]
    kind: str


@dataclass(frozen=True)
class Web:
    """``scans``: days ago, the oldest first. ``sees``: how many days back sources show at most.

    ``results``: how many results of each type every phrase has; nothing: it was never looked up.
    """

    scans: Sequence[int] = (35, 28, 21, 14, 7, 1, 0)
    sees: int = 60
    trouble: Mapping[str, Trouble] = field(default_factory=dict)
    results: Mapping[str, int] = field(default_factory=dict)
    silent: Sequence[tuple[str, str]] = ()  # engines behind the search engine that did not answer
    profiles_read: int = 99  # on how many of the scans, the newest ones


def scanned(workspace: Workspace, web: Web, now: datetime) -> None:
    """Every scan as its handlers plan it, each of its fetches then read or refused."""
    for days in web.scans:
        at = now - timedelta(days=days, minutes=40)
        found = scan.start(workspace, at)
        fetches = list(found.fetches.select_related("feed"))
        for index, fetch in enumerate(fetches):
            if trouble := web.trouble.get(fetch.source):
                _refused(fetch, trouble, at)
            else:
                _read(fetch, at, web, index)
        Fetch.objects.bulk_update(fetches, [one.name for one in Fetch._meta.fields if not one.primary_key])
        Scan.objects.filter(pk=found.pk).update(started_at=at, finished_at=at + timedelta(minutes=9))


def _read(fetch: Fetch, at: datetime, web: Web, index: int) -> None:
    listening = fetch.capability in ("search", "tagged", "poll")
    reached = max(fetch.since or at - timedelta(days=30), at - timedelta(days=web.sees))
    fetch.state, fetch.due_at, fetch.pages = Fetch.State.OK, None, 1
    fetch.inspected = 20 + index % 17 if listening else 1
    fetch.covered_from, fetch.covered_to = (reached, at) if listening else (None, None)
    fetch.started_at, fetch.finished_at = at, at + timedelta(minutes=2)
    fetch.last_ok_at = fetch.finished_at


def _refused(fetch: Fetch, trouble: Trouble, at: datetime) -> None:
    fetch.state, fetch.due_at, fetch.failures = Fetch.State.FAILED, None, 1
    fetch.error, fetch.error_params, fetch.error_kind = trouble.message, dict(trouble.params), trouble.kind
    fetch.started_at, fetch.finished_at = at, at + timedelta(minutes=1)


def observed(workspace: Workspace, companies: Sequence[Company], web: Web, now: datetime) -> None:
    """A reading of every profile at each scan, but where the source was in trouble."""
    days = list(web.scans[-web.profiles_read :])
    by_name = {company.name: company for company in companies}
    for profile in workspace.profiles.select_related("brand"):
        if profile.source in web.trouble:
            continue
        for day in days:
            at = now - timedelta(days=day, minutes=35)
            part = 1 - day / days[0] if days[0] else 1.0
            company = by_name[profile.brand.name]
            save_readings(profile, list(company.readings(profile.source, at, part)), at)


def looked_up(workspace: Workspace, web: Web, now: datetime) -> None:
    """The result page of every phrase in the newest scan, kept as a scan keeps it."""
    newest = Scan.objects.filter(workspace=workspace).latest("slot")
    at = newest.slot + timedelta(minutes=5)
    for phrase in workspace.phrases.order_by("pk"):
        fetch = Fetch.objects.create(
            scan=newest, source="searxng", capability="results", subject_id=phrase.pk, label=phrase.text
        )
        if trouble := web.trouble.get("searxng"):
            _refused(fetch, trouble, at)
        elif web.results:
            rows = results(phrase, web, now)
            LookingUp().save(fetch, Page(tuple(rows), len(rows), gaps=tuple(web.silent)))
            phrase.pages.update(taken_at=at)
            _read(fetch, at, web, 0)
        fetch.save()


def results(phrase: Phrase, web: Web, now: datetime) -> list[Result]:
    """Ranked results of the wanted types, dealt out in turns."""
    left = dict(web.results)
    rows: list[Result] = []
    while any(left.values()):
        for kind in [kind for kind, number in left.items() if number]:
            left[kind] -= 1
            rank = len(rows) + 1
            word = WORDS[(rank + phrase.pk) % len(WORDS)]
            slug = "-".join(phrase.text.lower().split())
            url = ADDRESSES[kind].format(word=word, slug=slug, rank=rank, month=f"{now:%Y/%m}")
            rows.append(Result(rank, url, f"{phrase.text.capitalize()} {rank}", "", ("made up",)))
    return rows


def ranked(workspace: Workspace, now: datetime) -> None:
    """Where the sites that a scan would ask about stand on a list of popular ones; every fifth on none."""
    wanted = popularity.due(workspace, "tranco", now)
    ranks = [
        Rank(site, None if index % 5 == 4 else 900 * 4**index % TOP, TOP, now.date(), "W0RLD")
        for index, site in enumerate(wanted)
    ]
    store.save_ranks("tranco", ranks, now)
