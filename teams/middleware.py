"""One layer for what depends on the person: language, time zone, the workspace they were in last."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control, patch_vary_headers

LAST_WORKSPACE = "workspace"  # session key


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
