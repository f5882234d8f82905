"""What people see when something failed: 503 while a service is away, 500 for what is our fault."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import redis
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults
from kombu.exceptions import OperationalError as BrokerError

AWAY = (OperationalError, InterfaceError, BrokerError, redis.ConnectionError, redis.TimeoutError)
RETRY_AFTER = 15  # seconds


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``, which is called while the error is being handled."""
    with _language(request):
        return _come_back(sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``: it takes a session that could not be saved for one that was deleted."""
    with _language(request):
        return _come_back(exception) or defaults.bad_request(request, exception)


def _language(request: HttpRequest) -> translation.override:
    """The person's language where it is known already, else the browser's."""
    known = getattr(request, "LANGUAGE_CODE", "")
    return translation.override(known or translation.get_language_from_request(request))


def _come_back(error: BaseException | None) -> HttpResponse | None:
    """The 503, if a service is away. It needs none of them: not the person, nor the workspace."""
    if not any(isinstance(each, AWAY) for each in _chain(error)):
        return None
    response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, what it was raised from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
