"""Made-up bicycle shops, and where on the web each of them is. No real company, no real person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from competitors.observe import SITE
from competitors.setup import Ticked
from listening.types import Reading

FOUND = "Its own home page links to it"


@dataclass(frozen=True)
class Place:
    """What can be read of a company in one place; ``crowd``: followers (or the like) at first and at last.

    ``known`` False: nobody told Earshot where the company is there, so the place is unknown.
    """

    is_there: bool = True
    crowd: tuple[int, int] = (0, 0)
    posts: int = 0  # a month
    quiet: int = 1  # days since the newest post
    known: bool = True


NOT_THERE = Place(is_there=False)
UNKNOWN = Place(known=False)


@dataclass(frozen=True)
class Company:
    """A made-up company: how people write it, its tag, and its places by source."""

    name: str
    short: str
    tag: str
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return f"{self.tag}.example"

    @property
    def handles(self) -> dict[str, str]:
        """Under which name it writes, by source with conversations."""
        return {
            "mastodon": f"@{self.tag}@cykeltorget.example",
            "bluesky": f"@{self.domain}",
            "hackernews": self.tag,
            "reddit": f"u/{self.tag}",
        }

    def ticked(self, read_at: datetime) -> list[Ticked]:
        """Its profiles, as a person ticks them in the set-up."""
        return [self._ticked(source, read_at) for source, place in self.places.items() if place.known]

    def _ticked(self, source: str, read_at: datetime) -> Ticked:
        handles = {
            SITE: self.domain,
            "feeds": f"https://{self.domain}/feed.xml",
            "hackernews": self.tag,
            "mastodon": self.handles["mastodon"][1:],
            "bluesky": self.handles["bluesky"][1:],
            "reddit": f"u/{self.tag}",
            "wikipedia": f"sv:{self.name}",
            "wikidata": f"Q9{sum(map(ord, self.tag))}",
            "wordpress": f"blogg.{self.domain}",
            "youtube": f"@{self.tag}",
        }
        urls = {
            SITE: f"https://{self.domain}/",
            "feeds": handles["feeds"],
            "mastodon": f"https://cykeltorget.example/@{self.tag}",
        }
        url = urls.get(source, f"https://{source}.example/{self.tag}")
        return Ticked(source, handles[source], url, self.name, FOUND, read_at=read_at)

    def readings(self, source: str, now: datetime, part: float) -> Iterator[Reading]:
        """What a reading tells; ``part`` of the way from the first to the last one, 0 to 1."""
        place = self.places[source]
        url = self._ticked(source, now).url
        yield Reading("exists", int(place.is_there), url=url)
        if not place.is_there:
            return
        first, last = place.crowd
        crowd = round(first + (last - first) * part)
        newest = (now - timedelta(days=place.quiet)).isoformat()
        metric = CROWDS.get(source)
        if metric and last:
            yield Reading(metric, crowd, url=url)
        if source in POSTING:
            yield Reading("posts_30d", place.posts, url=url)
            yield Reading("last_post", None, text=newest, url=url)
        if source == "wikipedia":
            yield Reading("length", 2_400 + crowd, url=url)
        if source == "wikidata":
            yield Reading("languages", 3, url=url)
        if source in self.handles:
            yield Reading("handle", None, text=self.handles[source], url=url)


CROWDS = {
    "mastodon": "followers",
    "bluesky": "followers",
    "reddit": "followers",
    "wikipedia": "views_30d",
    "youtube": "views_per_video",
}
POSTING = ("feeds", "hackernews", "mastodon", "bluesky", "reddit", "wordpress", "youtube")


def everywhere(*, at_first: int, growth: float, posts: int, quiet: int = 1) -> dict[str, Place]:
    """Present in all ten places, with followers that grew by this share."""
    busy = Place(crowd=(at_first, round(at_first * (1 + growth))), posts=posts, quiet=quiet)
    plain = Place(posts=posts, quiet=quiet)
    seen = Place(crowd=(at_first // 2, at_first // 2 + 40), posts=posts, quiet=quiet)
    return {
        SITE: Place(),
        "feeds": plain,
        "hackernews": plain,
        "mastodon": busy,
        "bluesky": busy,
        "reddit": busy,
        "wikipedia": seen,
        "wikidata": Place(),
        "wordpress": plain,
        "youtube": seen,
    }
