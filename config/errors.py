"""What people see when something failed: 503 while a service is away, 500 for what is our fault."""

from __future__ import annotations

import sys

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
    """Django's ``handler500``, which is called while the error is being handled; needs no database itself."""
    error = sys.exc_info()[1]
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(request)
    with translation.override(language):
        if not isinstance(error, AWAY):
            return defaults.server_error(request)
        # Without the request, which would be asked for a person and a workspace: they are away, too.
        response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response
