"""One layer for what depends on the person: language, time zone, the workspace and session they are in."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from redis.exceptions import RedisError

from teams import sessions

LAST_WORKSPACE = "workspace"  # session key
TRY_AGAIN_SECONDS = 30

log = logging.getLogger(__name__)


class PersonMiddleware:
    """After authentication: pages speak the person's language; before login, the browser's or the cookie's.

    The time zone is that of the workspace, which ``access`` activates during the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        signed_in = request.user.is_authenticated
        language = (
            request.user.language  # type: ignore[union-attr]  # ours, not the anonymous one
            if signed_in
            else translation.get_language_from_request(request)
        )
        if signed_in:
            sessions.note(request)
        with translation.override(language), timezone.override(None):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language", "HX-Request"])
        if signed_in and not response.has_header("Cache-Control"):
            # What a colleague saw before logging out must not come back from the browser's cache.
            patch_cache_control(response, private=True, no_store=True)
        found = getattr(request, "workspace", None)
        if found is not None and request.session.get(LAST_WORKSPACE) != str(found.code):
            request.session[LAST_WORKSPACE] = str(found.code)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Logins and changes of accounts are limited in number, and the cache counts them. Without it none
        is let through; other pages do not ask it."""
        if not isinstance(exception, RedisError):
            return None
        log.warning("%s was answered with 503: the cache does not answer (%s)", request.path, exception)
        response = render(request, "account/try_again.html", status=503)
        response["Retry-After"] = str(TRY_AGAIN_SECONDS)
        return response
