"""Hands out the one door to the outside, set up from settings, and sources that go through it."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings

from listening import net, sources
from listening.models import Capture, Fetch, SourceSetting
from teams import access
from teams.models import Workspace

CAPTURE_KEPT = timedelta(days=7)
CAPTURE_LIMIT = 200_000  # bytes, compressed: a raw answer beyond this is hashed, not kept


@cache
def _pace() -> net.SharedPace:
    return net.SharedPace.at(settings.REDIS_URL)


@cache
def _client(contact: str) -> net.Client:
    """One client per process and contact: a new one costs tens of milliseconds, mostly for TLS."""
    return net.Client(
        net.Settings(
            agent=f"Earshot/{settings.EARSHOT_VERSION} (+{contact or 'no contact given'})",
            replay_url=settings.OUTBOUND_REPLAY_URL,
            pace_factor=settings.OUTBOUND_PACE_FACTOR,
            searxng_url=settings.SEARXNG_URL,
            allow=tuple(settings.OUTBOUND_ALLOW),
            ports=tuple(settings.OUTBOUND_PORTS),
        ),
        _pace(),
    )


def client() -> net.Client:
    """The guarded client, telling outside systems whom they may write to."""
    return _client(access.contact())


@dataclass
class Recorder:
    """A client that remembers the answers it gave, so that they can be kept as captures."""

    inner: net.Client
    responses: list[net.Response] = field(default_factory=list)

    def get(self, url: str, **kwargs: Any) -> net.Response:
        return self._keep(self.inner.get(url, **kwargs))

    def post(self, url: str, **kwargs: Any) -> net.Response:
        return self._keep(self.inner.post(url, **kwargs))

    def _keep(self, response: net.Response) -> net.Response:
        self.responses.append(response)
        return response

    def captures(self, fetch: Fetch, now: datetime) -> list[Capture]:
        """The answers as unsaved rows."""
        rows = []
        for response in self.responses:
            packed = gzip.compress(response.body, compresslevel=6, mtime=0)
            rows.append(
                Capture(
                    fetch=fetch,
                    url=response.url,
                    status=response.status,
                    sha256=hashlib.sha256(response.body).hexdigest(),
                    body=packed if len(packed) <= CAPTURE_LIMIT else b"",
                    fetched_at=response.fetched_at,
                    expires_at=now + CAPTURE_KEPT,
                )
            )
        return rows


def source(name: str, workspace: Workspace, http: net.Client | Recorder) -> sources.Source:
    """The listed source, set up as the workspace wants it. Raises KeyError for a source that is not listed."""
    kind = sources.get(name)
    if kind.instance_setting:
        return kind(http, instance=getattr(settings, kind.instance_setting))
    chosen = SourceSetting.objects.filter(workspace=workspace, source=name).first()
    return kind(http, instance=chosen.instance if chosen else "")


def enabled(workspace: Workspace) -> list[type[sources.Source]]:
    """The sources this workspace listens to, in the order of the list."""
    chosen = dict(SourceSetting.objects.filter(workspace=workspace).values_list("source", "enabled"))
    return [kind for kind in sources.SOURCES if chosen.get(kind.name, kind.default)]
