"""``/healthz`` and ``/readyz``: for containers, proxies and whoever watches, without a login.

They stand before all other layers, so that neither the host name, https nor a session matters to a machine
that asks by number. What they say is no secret: no version, no name, no count of anything of anybody's.

``/healthz``  this process answers. Nothing else is touched, so that a database that is away restarts no web
              server.
``/readyz``   200 when this web server can serve pages, 503 when it cannot: PostgreSQL or Valkey do not
              answer, or the tables are not those of the code. Late background work is said (``"work":
              "late"``) and is no reason for 503: taking away the web servers, too, would help nobody.
``/readyz?work=1``  503 then, too: for whoever is to be called, not for what steers visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as once
from typing import Any

from django.core.cache import cache
from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from redis.exceptions import RedisError

from listening import pulse

PATIENCE = 3_000  # milliseconds that PostgreSQL may take to answer


class HealthMiddleware:
    """Answers the two addresses; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in ("/healthz", "/readyz"):
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        answer = health() if request.path == "/healthz" else readiness(bool(request.GET.get("work")))
        answer.headers["Content-Length"] = str(len(answer.content))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def health() -> HttpResponse:
    """This process answers."""
    return HttpResponse("well\n", content_type="text/plain")


def readiness(work_counts: bool = False) -> HttpResponse:
    """What this web server needs, each with a plain word, and how the background work stands."""
    found: dict[str, Any] = {"database": "answers", "cache": "answers", "migrations": "applied"}
    found |= {"work": "unknown", "tick_age_seconds": None, "queue_age_seconds": None}
    try:
        cache.get("anything")
    except RedisError:
        found["cache"] = "does not answer"
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE])
            if not is_migrated():
                found["migrations"] = "not applied"
            elif found["cache"] == "answers":
                found |= work()
    except Error:  # of the database, of whatever kind
        found |= {"database": "does not answer", "migrations": "unknown"}
    is_ready = (found["database"], found["cache"], found["migrations"]) == ("answers", "answers", "applied")
    fine = is_ready and (found["work"] == "on time" or not work_counts)
    return JsonResponse({"ready": is_ready, **found}, status=200 if fine else 503)


def work() -> dict[str, Any]:
    """How the background work stands."""
    now = pulse.take()
    age = now.tick_age
    return {
        "work": "on time" if now.is_on_time else "late",
        "tick_age_seconds": None if age is None else round(age.total_seconds()),
        "queue_age_seconds": round(now.queue_age.total_seconds()),
    }


@once
def of_the_code() -> frozenset[tuple[str, str]]:
    """All migrations of this version: looked up once, they change with a new start only."""
    return frozenset(MigrationLoader(None).disk_migrations)


def is_migrated() -> bool:
    """Whether the tables are at least those of this version; newer ones are not our business."""
    return of_the_code() <= set(MigrationRecorder(connection).applied_migrations())
