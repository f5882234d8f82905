"""By which wordings, and on which sources, something is counted: today's and all, or those of an earlier day.

A follow-up measures again by the wordings of the pitch that it follows. Those may have been replaced since;
they stay pinned (see ``listening.searches.pin``): scans go on asking for them and holding items against them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from listening.models import Search, SearchVersion
from teams.models import Workspace


@dataclass(frozen=True)
class Yardstick:
    """``versions``: ids of the wordings that count, None = each search's current one. ``sources``: the names
    of those that count, None = all of them."""

    versions: frozenset[int] | None = None
    sources: frozenset[str] | None = None

    def rule(self, version: str = "version", source: str = "source") -> Q:
        """The condition on rows that name a version and a source, such as matches."""
        rule = Q(**{f"{version}__is_current": True})
        if self.versions is not None:
            rule = Q(**{f"{version}__in": self.versions})
        return rule & self.on(source)

    def on(self, source: str = "source") -> Q:
        """The condition on the source alone."""
        return Q() if self.sources is None else Q(**{f"{source}__in": self.sources})

    def searches(self, workspace: Workspace, **conditions: Any) -> list[Search]:
        """The searches that count, each with its ``current`` wording as this yardstick has it.

        By today's wordings these are the searches that are on. A wording of an earlier day counts whether its
        search is on or not: what was not asked is a gap, not a zero.
        """
        rows = Search.objects.filter(workspace=workspace, **conditions).select_related("brand", "workspace")
        if self.versions is None:
            current = Prefetch("versions", SearchVersion.objects.filter(is_current=True))
            return list(rows.filter(is_on=True).prefetch_related(current))
        wanted = Prefetch("versions", SearchVersion.objects.filter(pk__in=self.versions))
        found = list(rows.filter(versions__in=self.versions).distinct().prefetch_related(wanted))
        for search in found:
            search.held_to = next(iter(search.versions.all()), None)
        return found


TODAY = Yardstick()


def by_versions(versions: Iterable[int]) -> Yardstick:
    """The yardstick of these wordings."""
    return Yardstick(frozenset(versions))
