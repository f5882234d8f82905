"""What following the feeds of a file would do, before anybody does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext

from listening import feeds
from listening.models import FeedSubscription
from listening.net import SourceError
from listening.opml import Outline
from teams.models import Workspace

MOST_AT_ONCE = 500  # the form's tick boxes; Django takes 1,000 fields


@dataclass(frozen=True)
class Wanted:
    """A feed that would be followed: its address in our spelling, and what the file calls it."""

    url: str
    name: str

    @property
    def value(self) -> str:
        """Both as the value of a tick box; no address holds a space."""
        return f"{self.url} {self.name}"

    @classmethod
    def from_value(cls, value: str) -> Wanted:
        url, _, name = value.partition(" ")
        return cls(url, name)


@dataclass
class Preview:
    """``refused``: pairs of what the file says and why not. ``later``: feeds beyond what is taken at once."""

    wanted: list[Wanted] = field(default_factory=list)
    followed: list[Outline] = field(default_factory=list)
    twice: list[Outline] = field(default_factory=list)
    refused: list[tuple[Outline, str]] = field(default_factory=list)
    later: int = 0
    room: int = 0  # how many more feeds the workspace may follow


def preview(workspace: Workspace, outlines: Iterable[Outline]) -> Preview:
    """Sorts the feeds of a file; http and https of one address are one feed."""
    mine = FeedSubscription.objects.filter(workspace=workspace)
    known = {_key(url) for url in mine.values_list("feed__url", flat=True)}
    moved = mine.exclude(feed__moved_from="").values_list("feed__moved_from", flat=True)
    known |= {_key(url) for url in moved}
    found, seen = Preview(room=max(feeds.MOST_FOLLOWED - mine.count(), 0)), set()
    for outline in outlines:
        try:
            url = feeds.address(outline.url)
        except SourceError as error:
            found.refused.append((outline, gettext(error.message) % error.params))
            continue
        if _key(url) in known:
            found.followed.append(outline)
        elif _key(url) in seen:
            found.twice.append(outline)
        elif len(found.wanted) >= min(MOST_AT_ONCE, found.room):
            found.later += 1
        else:
            found.wanted.append(Wanted(url, outline.name))
        seen.add(_key(url))
    return found


def _key(url: str) -> str:
    return url.partition("://")[2]
