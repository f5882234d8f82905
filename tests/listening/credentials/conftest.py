"""Alice's workspace, which listens to nothing but the Bluesky of the made-up web."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from listening import door, net, sources
from listening.models import Search, SourceSetting
from listening.sources.bluesky import Bluesky
from teams.models import User, Workspace
from tests.make import make_brand, make_search, make_user, make_workspace
from tests.replay import ReplayServer


@pytest.fixture(scope="module")
def web() -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        yield server


@pytest.fixture(autouse=True)
def outside(web: ReplayServer, monkeypatch: pytest.MonkeyPatch, settings: Any) -> net.Client:
    """The made-up web, asked without pauses."""
    client = net.Client(net.Settings(agent="Earshot/test", replay_url=web.url), None)
    monkeypatch.setattr(door, "client", lambda: client)
    listening = ("search", "tagged", "thread")
    settings.FETCH_HANDLERS = {name: settings.FETCH_HANDLERS[name] for name in listening}
    web.asked.clear()
    return client


@pytest.fixture
def alice() -> User:
    return make_user("Alice")


@pytest.fixture
def alices(alice: User) -> Browser:
    """Alice's browser."""
    browser = Browser()
    browser.force_login(alice)
    return browser


@pytest.fixture
def workspace(alice: User) -> Workspace:
    workspace = make_workspace(alice)
    brand = make_brand(workspace)
    make_search(workspace, '"Fjällvik Coffee"', brand)
    make_search(workspace, "tag:kaffe", brand, form=Search.Form.TAG)
    for kind in sources.SOURCES:
        SourceSetting.objects.create(workspace=workspace, source=kind.name, enabled=kind is Bluesky)
    return workspace
