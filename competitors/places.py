"""Where a brand can be: its own site, every listed source that reads profiles, and elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from listening import sources

# Profiles that no source reads: the home page, which is read when the brand is named, and links elsewhere.
SITE, ELSEWHERE = "site", "link"


@dataclass(frozen=True)
class Place:
    """A column of the presence matrix."""

    name: str
    label: str


def places() -> tuple[Place, ...]:
    """The home page, then every listed source that reads profiles: what brands are compared by."""
    readable = (kind.name for kind in sources.with_capability("observe"))
    return tuple(Place(name, place_label(name)) for name in (SITE, *readable))


def is_readable(place: str) -> bool:
    """Whether a listed source reads profiles there."""
    return any(kind.name == place for kind in sources.with_capability("observe"))


def place_label(place: str) -> str:
    """What people call a place, in the reader's language."""
    if place == SITE:
        return gettext("Own site")
    return gettext("Elsewhere") if place == ELSEWHERE else sources.label(place)


def choices() -> list[tuple[str, str]]:
    """Where a profile can be added by hand: also where only conversations are read, and elsewhere."""
    kinds = [kind for kind in sources.SOURCES if kind.can("observe") or kind.can("thread")]
    read = [(kind.name, kind.label) for kind in kinds]
    return [(SITE, place_label(SITE)), *read, (ELSEWHERE, place_label(ELSEWHERE))]
