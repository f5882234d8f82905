"""Plays what is asked when a brand is named: its home page, Wikidata and Wikipedia."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from competitors.setup import BrandProposal, propose
from listening import net
from listening.net.robots import Robots
from listening.sources import discovery, wikidata, wikipedia
from listening.types import Proposal, SiteFacts
from teams.models import Workspace

CLIENT = net.Client(net.Settings(agent="Earshot/test"), None)  # what it would ask is played

HOME = SiteFacts(
    url="https://www.bergby-rosteri.example/",
    title="Bergby Rosteri – kaffe sedan 1912",
    name="Bergby Rosteri",
    language="sv-SE",
    proposals=(
        Proposal(
            "feeds",
            "https://www.bergby-rosteri.example/feed",
            "https://www.bergby-rosteri.example/feed",
            "Nytt",
            discovery.LINKED,
        ),
        Proposal(
            "mastodon",
            "@bergby@social.example",
            "https://social.example/@bergby",
            "@bergby@social.example",
            discovery.OWNED,
        ),
        Proposal(
            "link",
            "https://www.youtube.com/@bergby",
            "https://www.youtube.com/@bergby",
            "YouTube: @bergby",
            discovery.MENTIONED,
            False,
        ),
    ),
)
ARTICLE = Proposal(
    "wikipedia",
    "sv:Bergby Rosteri",
    "https://sv.wikipedia.org/wiki/Bergby_Rosteri",
    "Bergby Rosteri (sv.wikipedia.org)",
    "the article of this name",
)


ITEM_PAGE = "https://www.wikidata.org/wiki/Q90000001"
ITEM = Proposal(
    *("wikidata", "Q90000001", ITEM_PAGE, "Bergby Rosteri · rosteri i Bergby", wikidata.MATCHED),
    proof_url=ITEM_PAGE,
)


def said(source: str, handle: str, url: str = "", label: str = "") -> Proposal:
    """What the item says of the brand."""
    return Proposal(source, handle, url or handle, label or handle, wikidata.SAYS, proof_url=ITEM_PAGE)


class Outside:
    """Plays the home page, Wikidata and Wikipedia; remembers what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home: SiteFacts | Exception = HOME
        self.articles: tuple[Proposal, ...] | Exception = (ARTICLE,)
        self.items: tuple[Proposal, ...] | Exception = ()
        self.looked: list[str] = []
        self.searched: list[tuple[str, str, Proposal | None]] = []
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        monkeypatch.setattr(discovery, "look_at_home", self._look)
        monkeypatch.setattr(wikidata, "propose", self._search)
        monkeypatch.setattr(wikipedia, "propose", self._propose)
        monkeypatch.setattr("listening.door.client", lambda: CLIENT)

    def _look(self, http: Any, page: str, *, patience: float, robots: Robots) -> SiteFacts:
        self.looked.append(page)
        if isinstance(self.home, Exception):
            raise self.home
        return self.home

    def _search(
        self, http: Any, name: str, domain: str, languages: Any, *, known: Any, patience: float
    ) -> tuple[Proposal, ...]:
        self.searched.append((name, domain, known))
        if isinstance(self.items, Exception):
            raise self.items
        return self.items

    def _propose(self, http: Any, name: str, languages: Any, *, patience: float = 0) -> tuple[Proposal, ...]:
        self.asked.append((name, tuple(languages)))
        if isinstance(self.articles, Exception):
            raise self.articles
        return self.articles


def suggest(workspace: Workspace, text: str) -> BrandProposal:
    return propose(workspace, text, CLIENT)  # the outside is played


def address(name: str, workspace: Workspace, *args: Any) -> str:
    return reverse(f"competitors:{name}", args=[workspace.code, *args])


def seen_form(response: Any) -> dict[str, Any]:
    """What a browser would send back when the proposals are confirmed as they are."""
    form, proposals = response.context["form"], response.context["proposals"]
    data: dict[str, Any] = {"confirm": "1"}
    data |= {field.html_name: form[field.name].field.prepare_value(field.value()) or "" for field in form}
    for field in proposals.management_form:
        data[field.html_name] = field.value()
    for one in proposals:
        data |= {one["handle"].html_name: one["handle"].value(), one["seal"].html_name: one["seal"].value()}
        if one["tick"].value():
            data[one["tick"].html_name] = "on"
    return data
