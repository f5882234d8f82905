"""What the tests of credentials share: one account of the made-up Bluesky, and a scan of it."""

from __future__ import annotations

from typing import Any

from listening import credentials, door, scan, schedule
from listening.models import Credential, Fetch
from listening.sources.bluesky import Bluesky
from teams.models import User, Workspace
from tests.replay import ReplayServer
from tests.replay.bluesky import ACCOUNT, APP_PASSWORD
from tests.scanning import run

WRONG = "zzzz-yyyy-xxxx-wwww"
GIVEN = {"identifier": ACCOUNT, "password": APP_PASSWORD}


def save(workspace: Workspace, user: User, **given: str) -> Credential:
    """Saves the account's credentials, or others, as the page does."""
    return credentials.save(workspace, Bluesky, {**GIVEN, **given}, user, door.client())


def scanned(workspace: Workspace, **fields: Any) -> dict[str, Fetch]:
    """A whole scan; its fetches by capability."""
    started = scan.start(workspace, schedule.now(), **fields)
    if not started.finished_at:
        run(started, client=door.client())
    return {fetch.capability: fetch for fetch in started.fetches.all()}


def asked(web: ReplayServer) -> list[str]:
    """What was asked of Bluesky, call by call."""
    return [one.url.partition("?")[0].rpartition(".")[2] for one in web.asked]
