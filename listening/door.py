"""Hands out the one door to the outside, set up from settings, and sources that go through it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils import timezone

from listening import net, sources
from listening.models import Capture, Credential, Fetch, SourceSetting
from listening.models.credentials import pack, unpack
from listening.net.errors import gettext_noop
from teams import access
from teams.models import Workspace
from teams.sealing import Unsealable

KEY_LOST = gettext_noop(
    "What was entered for %(source)s cannot be opened: the key that sealed it is missing. Put that key back"
    " into CREDENTIAL_KEYS, or enter the credentials again on the page of the source."
)
OTHER_SERVER = gettext_noop(
    "The credentials for %(source)s were entered for %(given)s and are not sent to %(now)s. Enter them again."
)
REFUSED_FOR = timedelta(hours=1)  # a scan asks once with refused credentials, and not for each search
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
            slow={domain: kind.calls_per_minute for kind in sources.SOURCES for domain in kind.domains},
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


class KeptSession:
    """A service's session on the row of its credentials: sealed, and written at once, so that no other worker
    logs in again. ``row`` is empty once other credentials are saved.
    """

    def __init__(self, credential: Credential) -> None:
        self.row = Credential.objects.filter(pk=credential.pk, saved_at=credential.saved_at)

    def read(self) -> Mapping[str, str]:
        """What is kept now; nothing where it cannot be opened any more, for a login gives a new one."""
        with suppress(Unsealable):
            return unpack(self.row.values_list("session", flat=True).first() or "")
        return {}

    def write(self, values: Mapping[str, str]) -> None:
        """Keeps it; a session belongs to the credentials it came from."""
        self.row.update(session=pack(values))


def source(name: str, workspace: Workspace, http: net.Client, capability: str = "") -> sources.Source:
    """The listed source, set up as the workspace wants it. KeyError for one that is not listed.

    Credentials are handed only to what uses them (``capability``). SourceError "needs_key" where it cannot be
    used without, and where they cannot be opened.
    """
    kind = sources.get(name)
    if kind.instance_setting:
        return kind(http, instance=getattr(settings, kind.instance_setting))
    instance = instance_of(name, workspace)
    if not kind.uses_key(capability):
        return kind(http, instance=instance)
    row = Credential.objects.filter(workspace=workspace, source=name).first()
    if row is None:
        if capability in kind.keyed:
            raise net.SourceError(kind.lacks, "needs_key")
        return kind(http, instance=instance)
    host = instance or kind.instance
    if row.is_refused and row.checked_at and timezone.now() - row.checked_at < REFUSED_FOR:
        raise net.SourceError(row.error, "needs_key", params=row.error_params)
    if row.host != host:
        params = {"source": kind.label, "given": row.host, "now": host}
        raise net.SourceError(OTHER_SERVER, "needs_key", params=params)
    try:
        values = row.opened()
    except Unsealable:
        raise net.SourceError(KEY_LOST, "needs_key", params={"source": kind.label}) from None
    session = KeptSession(row)
    # A session names its host, too, and that is no secret: addresses and errors must tell it.
    lent = (value for value in session.read().values() if value != host)
    hidden = [*sources.secrets(kind, values), *lent]
    return kind(http.hiding(hidden), instance=instance, credentials=values, session=session)


def instance_of(name: str, workspace: Workspace) -> str:
    """The server that the workspace chose for a source; "" for the usual one."""
    chosen = SourceSetting.objects.filter(workspace=workspace, source=name).first()
    return chosen.instance if chosen else ""


def enabled(workspace: Workspace) -> list[type[sources.Source]]:
    """The sources this workspace listens to, in the order of the list; without those not set up."""
    chosen = dict(SourceSetting.objects.filter(workspace=workspace).values_list("source", "enabled"))
    return [kind for kind in sources.SOURCES if chosen.get(kind.name, kind.default) and is_set_up(kind)]


def offering(workspace: Workspace, capability: str) -> list[type[sources.Source]]:
    """The enabled sources that can do this here: they offer it, and have the credentials it takes."""
    able = [kind for kind in enabled(workspace) if kind.can(capability)]
    if not any(capability in kind.keyed for kind in able):
        return able
    given = _given(workspace)
    return [kind for kind in able if capability not in kind.keyed or kind.name in given]


def lacking(workspace: Workspace) -> list[type[sources.Source]]:
    """The enabled sources a part of which is off because nobody entered credentials."""
    keyed = [kind for kind in enabled(workspace) if kind.keyed]
    given = _given(workspace) if keyed else set()
    return [kind for kind in keyed if kind.name not in given]


def _given(workspace: Workspace) -> set[str]:
    return set(Credential.objects.filter(workspace=workspace).values_list("source", flat=True))


def is_set_up(kind: type[sources.Source]) -> bool:
    """Whether the operator has done their part: some sources need a server that only they can name."""
    return not kind.instance_setting or bool(getattr(settings, kind.instance_setting))
