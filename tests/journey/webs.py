"""The webs on which the journey runs: our own made-up one, and the recorded one where it is at hand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from tests.recorded import RecordedWeb
from tests.replay import ReplayServer

GONE_FEED = "https://gone.example/feed.xml"  # answers 410 on both


@dataclass(frozen=True)
class Host:
    """How one host was asked. ``smallest_gap``: seconds between two requests, None after only one."""

    requests: int
    smallest_gap: float | None
    agents: frozenset[str]
    conditional: int
    wrong_original: int


class Web(ABC):
    """A stand-in for the public web, and what a user would type about it.

    ``own`` and ``rivals``: home pages as typed. ``terms``: any of them is what the edited search asks for;
    ``tags``: all tags of our brand that are proposed.
    """

    own_name: str
    own: str
    rivals: tuple[str, str]
    field: str  # one word, also the tag
    terms: tuple[str, ...]
    tags: tuple[str, ...]
    feed: str  # one that somebody follows by hand
    url: str

    @abstractmethod
    def start(self) -> None:
        """Begins to answer; sets ``url``."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it."""

    @abstractmethod
    def true_count(self) -> int:
        """How many posts on Mastodon hold one of ``terms``, as far as tag timelines of ``tags`` show."""

    @abstractmethod
    def add(self, text: str) -> None:
        """One more post about our brand, now."""

    @abstractmethod
    def hosts(self) -> dict[str, Host]:
        """How fast and how each host was asked."""


class MadeUp(Web):
    """tests/replay."""

    own_name = "Fjällvik Coffee"
    own = "www.fjallvik.example"
    rivals = ("www.bergby.example", "www.kustens.example")
    field = "coffee"
    terms = ("fjällvik coffee", "fjallvik")
    tags = ("fjallvik", "fjällvikcoffee")
    feed = "https://kaffebloggen.example/feed/"

    def start(self) -> None:
        self.server = ReplayServer()
        self.server.__enter__()
        self.url = self.server.url

    def stop(self) -> None:
        self.server.__exit__()

    def true_count(self) -> int:
        world = self.server.world
        return len(world.truth([], self.tags)["mastodon"] & world.worded(self.terms))

    def add(self, text: str) -> None:
        self.server.add("mastodon", text, [self.tags[0]])

    def hosts(self) -> dict[str, Host]:
        return {
            name: Host(
                one["count"],
                one["smallest_gap"],
                frozenset(one["agents"]),
                one["conditional"],
                one["wrong_original"],
            )
            for name, one in self.server.log()["hosts"].items()
        }


class Recorded(Web):
    """A world of the shared test material; what its brands are called, it tells itself."""

    field = "travel"
    feed = "https://added.example/feed.xml"

    def start(self) -> None:
        self.server = RecordedWeb("airlines").start()
        self.url = self.server.url
        brands = self.server.brands()
        own = next(one for one in brands if one.get("own"))
        first, second, *_ = (one for one in brands if one is not own and one.get("mastodon"))
        self.own_name, self.own = own["name"], own["domain"]
        self.rivals = (first["domain"], second["domain"])
        self.terms, self.tags = tuple(own["terms"]), tuple(own["tags"])
        self.brand = own["id"]

    def stop(self) -> None:
        self.server.stop()

    def true_count(self) -> int:
        found = self.server.truth(list(self.terms), phrase=1, source="mastodon", tag=list(self.tags))
        return len(found["items"])

    def add(self, text: str) -> None:
        self.server.add("mastodon", text, brand=self.brand)

    def hosts(self) -> dict[str, Host]:
        found: dict[str, Any] = self.server.log()["hosts"]
        return {
            name: Host(
                one["requests"],
                one["min_gap_s"],
                frozenset(one["agents"]),
                one["conditional"],
                one["x_original_url_wrong"],
            )
            for name, one in found.items()
        }


WEBS: dict[str, type[Web]] = {"made-up": MadeUp, "recorded": Recorded}
