"""One round: scans under way, events at moments drawn by chance, and the verdict once all has settled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection

from listening import scan, schedule
from listening.models import Feed
from teams.models import Role, User, Workspace
from tests.conftest import ROOT
from tests.faults.company import LONGEST, Company, Rows
from tests.faults.listeners import heard, listener, truth, undisturbed
from tests.faults.load import Load
from tests.make import make_member, make_user

T = TypeVar("T")
STEADY = 2  # workspaces that are scanned again and again
SETTLED = """
    SELECT (SELECT count(*) FROM listening_scan WHERE finished_at IS NULL)
        + (SELECT count(*) FROM listening_feed WHERE due_at <= now() OR lease_until IS NOT NULL)
        + (SELECT count(*) FROM listening_searchversion WHERE is_current AND rematched_at IS NULL)
"""


@dataclass
class Row:
    """One line of the table."""

    event: str
    number: int = 0
    first: float = 0.0  # slowest: seconds until some work that was due had started again
    every: float = 0.0  # slowest: seconds until all work that was due had started again
    answers: dict[str, int] = field(default_factory=dict)


@dataclass
class Round:
    """What became of it: the counts of verify_mentions, and how workspaces differ from an undisturbed one."""

    rows: list[Row]
    lost: int
    doubled: int
    pending: int
    orphaned: int
    findings: list[dict[str, Any]]
    differences: list[str]


def prepare(one: Company) -> dict[str, Any]:
    """Tables, and what an undisturbed scan leaves."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nobody's secrets
    call_command("migrate", verbosity=0)
    return undisturbed(one.web)


def play(
    one: Company, events: Sequence[str], expected: dict[str, Any], say: Callable[[str], None], patient: bool
) -> Round:
    """Begins with an empty Earshot and ends with a quiet one.

    ``patient``: before the next event, all work that is due has started again, not only some.
    """
    alice = make_user()
    steady = [listener(f"Steady {number}") for number in range(STEADY)]
    for workspace in steady:
        make_member(workspace, alice, Role.OWNER)
    places = [str(workspace.code) for workspace in steady]
    rows: dict[str, Row] = {}
    once: list[Workspace] = []
    watch = Rows(one.crew)
    with Load(one.web, one.crew.url, logged_in(alice), one.crew.database_url, places) as load:
        for event in events:
            if all(steadily(partial(is_over, workspace)) for workspace in once):
                once.append(steadily(begin))
            row = rows.setdefault(event, Row(event))
            watch.wait_for_work()
            before = load.answers.copy()
            one.at_some_moment(getattr(one, event))
            first, every = watch.started_again(time.monotonic(), patient)
            row.number += 1
            row.first, row.every = max(row.first, first), max(row.every, every)
            answers = load.answers - before
            row.answers = dict(answers + Counter(row.answers))
            say(f"{event} {row.number}: first {first:.1f} s, all {every:.1f} s, {dict(answers)}")
    settle(one)
    # Once more: the blog may have written while its feed was being read.
    steadily(lambda: Feed.objects.update(due_at=schedule.now()))
    settle(one)
    verdict = verify(one, [*steady, *once])
    differences = [sentence for each in once for sentence in differing(heard(each), expected)]
    for workspace in (*steady, *once):
        workspace.delete()
    alice.delete()
    counts = {kind: verdict[kind] for kind in ("lost", "doubled", "pending", "orphaned")}
    return Round(list(rows.values()), findings=verdict["findings"], differences=differences, **counts)


def differing(found: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    """How a workspace is not as an undisturbed one, in sentences."""
    for name, rows in expected.items():
        missing = [row for row in rows if row not in found[name]]
        beyond = [row for row in found[name] if row not in rows]
        if found[name] != rows:
            yield f"{name} differ: {len(missing)} missing {missing[:3]}, {len(beyond)} beyond {beyond[:3]}"


def begin() -> Workspace:
    """A workspace of its own for one scan; beat's next tick finds it."""
    workspace = listener("Once")
    scan.start(workspace, schedule.now())
    return workspace


def is_over(workspace: Workspace) -> bool:
    return scan.running(workspace) is None


def steadily(work: Callable[[], T]) -> T:
    """Does it again as long as the database is away."""
    end = time.monotonic() + LONGEST
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            assert time.monotonic() < end
            time.sleep(0.2)


def logged_in(user: User) -> dict[str, str]:
    """The cookies of a browser in which this person is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}


def settle(one: Company) -> None:
    """Waits until nothing is due and no scan runs."""
    end = time.monotonic() + LONGEST
    while left := steadily(count_left):
        one.crew.revive()
        assert time.monotonic() < end, f"{left} rows are left.\n{one.crew.said()}"
        time.sleep(0.2)


def count_left() -> int:
    with connection.cursor() as cursor:
        cursor.execute(SETTLED)
        return int(cursor.fetchone()[0])


def verify(one: Company, workspaces: Sequence[Workspace]) -> dict[str, Any]:
    """``manage.py verify_mentions``, told by the world itself what must be there."""
    file = Path(one.folder) / "expected.json"
    file.write_text(
        json.dumps(
            [
                {"workspace": str(each.code), "source": source, "ids": sorted(ids)}
                for each in workspaces
                for source, ids in truth(one.web.world).items()
            ]
        )
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_mentions", "--json", "--deep", f"--expected={file}"],
        cwd=ROOT, env=os.environ | one.crew.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict
