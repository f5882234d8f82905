"""Where people are logged in: noted as they click, listed for them, forgotten when it is over."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from teams import browsers
from teams.models import User

REMEMBERED = 10_000
_noted: dict[str, float] = {}  # session key -> when this process wrote it down


def note(request: HttpRequest) -> None:
    """Writes down that this session is in use, from where and by which browser: now and then, not for each
    click, and not into the session itself, where a slow request could undo what a quick one wrote."""
    key, now = str(request.session.session_key), time.monotonic()
    if key in _noted and now - _noted[key] < settings.SESSION_SEEN_SECONDS:
        return
    try:
        UserSession.objects.create_from_request(request)
    except PermissionDenied:
        return  # allauth cannot tell the address: nobody could log in like this, but pages go on
    if len(_noted) >= REMEMBERED:
        _noted.clear()
    _noted[key] = now


def of(user: User) -> list[dict[str, Any]]:
    """The person's sessions, this one first, then the last used; forgets those that ended."""
    found = UserSession.objects.purge_and_list(user)
    found.sort(key=lambda each: (not each.is_current(), -each.last_seen_at.timestamp()))
    return [{"session": each, "browser": browsers.describe(each.user_agent)} for each in found]


def tidy(at: datetime) -> None:
    """Forgets the sessions that are over, and who used them from where."""
    Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
