"""Hands out the one door to the outside, set up from settings, and sources that go through it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

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
            own_hosts=tuple(host for host in settings.ALLOWED_HOSTS if host != "*"),
        ),
        _pace(),
    )


def client() -> net.Client:
    """The guarded client, telling outside systems whom they may write to."""
    return _client(access.contact())


def captures(
    responses: Iterable[net.Response], fetch: Fetch, now: datetime, keep_bodies: bool = True
) -> list[Capture]:
    """Raw answers as unsaved rows, packed and hashed.

    Very long ones are hashed only, and all of them without ``keep_bodies``: when somebody in them reserved
    their text.
    """
    rows = []
    for response in responses:
        packed = gzip.compress(response.body, compresslevel=6, mtime=0)
        rows.append(
            Capture(
                fetch=fetch,
                url=response.url,
                status=response.status,
                sha256=hashlib.sha256(response.body).hexdigest(),
                body=packed if keep_bodies and len(packed) <= CAPTURE_LIMIT else b"",
                fetched_at=response.fetched_at,
                expires_at=now + CAPTURE_KEPT,
            )
        )
    return rows


def source(name: str, workspace: Workspace, http: net.Client) -> sources.Source:
    """The listed source, set up as the workspace wants it. KeyError for one that is not listed."""
    kind = sources.get(name)
    if kind.instance_setting:
        return kind(http, instance=getattr(settings, kind.instance_setting))
    chosen = SourceSetting.objects.filter(workspace=workspace, source=name).first()
    return kind(http, instance=chosen.instance if chosen else "")


def enabled(workspace: Workspace) -> list[type[sources.Source]]:
    """The sources this workspace listens to, in the order of the list; without those not set up."""
    chosen = dict(SourceSetting.objects.filter(workspace=workspace).values_list("source", "enabled"))
    return [kind for kind in sources.SOURCES if chosen.get(kind.name, kind.default) and is_set_up(kind)]


def is_set_up(kind: type[sources.Source]) -> bool:
    """Whether the operator has done their part: some sources need a server that only they can name."""
    return not kind.instance_setting or bool(getattr(settings, kind.instance_setting))
