"""THE LIST of sources. Adding one: one file, one line here, one folder of answers under tests."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from listening.sources.base import CAPABILITIES, Need, Source
from listening.sources.bluesky import Bluesky
from listening.sources.feeds import Feeds
from listening.sources.hackernews import HackerNews
from listening.sources.mastodon import Mastodon
from listening.sources.reddit import Reddit
from listening.sources.searxng import SearXNG
from listening.sources.tranco import Tranco
from listening.sources.wikidata import Wikidata
from listening.sources.wikipedia import Wikipedia
from listening.sources.wordpress import WordPress
from listening.sources.youtube import YouTube

__all__ = [
    "CAPABILITIES",
    "RETIRED",
    "SOURCES",
    "Need",
    "Source",
    "choices",
    "field_label",
    "get",
    "label",
    "secrets",
    "with_capability",
]

SOURCES: tuple[type[Source], ...] = (
    Feeds,
    HackerNews,
    Mastodon,
    Bluesky,
    Reddit,
    Wikipedia,
    Wikidata,
    WordPress,
    YouTube,
    SearXNG,
    Tranco,
)

# Sources that are gone, name -> label: their stored mentions stay readable.
RETIRED: dict[str, str] = {}

_BY_NAME = {source.name: source for source in SOURCES}


def get(name: str) -> type[Source]:
    """The source of this name; KeyError when there is none (any more)."""
    return _BY_NAME[name]


def label(name: str) -> str:
    """What people call the source, also when it is retired."""
    return _BY_NAME[name].label if name in _BY_NAME else RETIRED.get(name, name)


def choices() -> list[tuple[str, str]]:
    """(name, label) of all sources, for a model field or a form; the retired ones last."""
    return [(source.name, source.label) for source in SOURCES] + list(RETIRED.items())


def with_capability(name: str) -> tuple[type[Source], ...]:
    """The sources that offer a capability, in the order of the list."""
    return tuple(source for source in SOURCES if source.can(name))


def field_label(name: str) -> str:
    """What a field of credentials is called on the pages, in whichever sources ask for it."""
    found = {need.label: None for kind in SOURCES for need in kind.needs if need.name == name}
    return " / ".join(gettext(one) for one in found) or name


def secrets(kind: type[Source], values: Mapping[str, str]) -> list[str]:
    """Those of a source's credentials that nobody may ever see again."""
    return [values[need.name] for need in kind.needs if need.kind == "secret" and values.get(need.name)]
