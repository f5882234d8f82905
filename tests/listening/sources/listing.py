"""A list of sources that stays the same whatever sources are added, for tests of what is found where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from listening import sources
from listening.sources.base import Source
from listening.sources.feeds import Feeds
from listening.sources.hackernews import HackerNews
from listening.sources.mastodon import Mastodon
from listening.sources.wikidata import Wikidata
from listening.sources.wikipedia import Wikipedia

FEW: tuple[type[Source], ...] = (Feeds, HackerNews, Mastodon, Wikipedia, Wikidata)


@contextmanager
def listed(*kinds: type[Source]) -> Iterator[None]:
    """Inside, these sources are all there are."""
    with mock.patch.object(sources, "SOURCES", kinds or FEW):
        yield
