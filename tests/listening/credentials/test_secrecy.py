"""Nothing that is kept, shown, sent to a worker or logged holds a secret in clear."""

from __future__ import annotations

import gzip
import json
import logging

import pytest
import redis
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from config import logs
from listening import door, net
from listening.models import Capture, Credential, Mention
from listening.models.credentials import pack
from listening.net import SourceError
from listening.sources.bluesky import Bluesky
from teams.models import Workspace
from tests.listening.credentials.entrusting import GIVEN, WRONG, asked, scanned
from tests.replay import ReplayServer
from tests.replay.bluesky import ACCESS, ACCOUNT, APP_PASSWORD, REFRESH

pytestmark = pytest.mark.django_db

SECRETS = (APP_PASSWORD, WRONG, ACCESS, REFRESH)


def everything_stored() -> str:
    """Every column of every table as text, and what raw answers hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT one::text FROM {table} AS one")
            found += [row for (row,) in cursor.fetchall()]
    bodies = [gzip.decompress(bytes(one.body)).decode() for one in Capture.objects.exclude(body=b"")]
    return "\n".join([*found, *bodies])


def test_nothing_that_is_stored_or_logged_holds_a_secret(
    workspace: Workspace,
    alices: Browser,
    caplog: pytest.LogCaptureFixture,
    valkey: redis.Redis | None,
    web: ReplayServer,
) -> None:
    """Saved, refused, scanned, gone wrong in the middle: the database, the logs, Valkey."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logs.ScrubbingFormatter("%(name)s %(message)s"))
    address = reverse("listening:credential", args=[workspace.code, "bluesky"])
    pages = [alices.post(address, {**GIVEN, "password": WRONG}, follow=True)]
    pages.append(alices.post(address, GIVEN, follow=True))
    pages.append(alices.get(reverse("listening:source", args=[workspace.code, "bluesky"])))
    lent = {"host": "bsky.social", "access": "", "refresh": REFRESH}
    for session in ("", pack(lent)):  # a scan that logs in itself, and one that renews the login
        Credential.objects.update(session=session)
        scanned(workspace)
    assert {"createSession", "refreshSession", "searchPosts"} <= set(asked(web))
    told = repr(list(Credential.objects.all())) + repr(vars(door.source("bluesky", workspace, door.client())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bluesky, "search", lambda self, *rest: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scanned(workspace)
    assert Mention.objects.exists() and Capture.objects.filter(url__contains="searchPosts").exists()
    assert not Capture.objects.filter(url__contains="Session").exists()
    remembered = [str(key) + str(valkey.dump(key)) for key in valkey.scan_iter()] if valkey else []
    places = {
        "database": everything_stored(),
        "pages": "".join(page.content.decode() for page in pages),
        "logs": caplog.handler.stream.getvalue() + "".join(record.getMessage() for record in caplog.records),
        "valkey": "".join(remembered),
        "in words": told,
    }
    assert APP_PASSWORD in web.sent, "the service itself did get it"
    for place, text in places.items():
        assert [secret for secret in SECRETS if secret in text] == [], place
    assert ACCOUNT not in places["database"], "the handle is sealed with it"


def test_a_service_that_repeats_a_key_does_not_make_us_keep_it(outside: net.Client) -> None:
    heard: list[net.Response] = []
    client = outside.heard_by(heard.append).hiding(["se/cret key", "short"])
    answer = client.get("https://kaffebloggen.example/feed/", params={"key": "se/cret key", "q": "short"})
    assert answer.url == heard[0].url == "https://kaffebloggen.example/feed/?key=***&q=short"
    with pytest.raises(SourceError) as refused:
        client.get("https://nowhere.example/", params={"x": 1}).json()
    assert "se/cret" not in json.dumps(refused.value.params)
