"""Logging: one line each to standard output, without secrets."""

from __future__ import annotations

import logging
import re
from typing import Any

USERINFO = re.compile(r"(\w://)[^/\s?#@]*@")
# Names of query parameters, form fields and headers that carry secrets, with the value after "=" or ":".
SECRET = re.compile(
    r"(?i)([\w-]*(?:key|token|secret|passw(?:or)?d|jwt|signature|authorization)[\"']?\s?[=:]\s?[\"']?"
    r"(?:bearer\s|basic\s)?)[^\s&\"',;#)}\]]+"
)
# Addresses that are secrets themselves: invitations, shared pitches, and links that give a new password.
SECRET_PATH = re.compile(r"(?i)((?:/|%2F)(?:invitations|shared|reset(?:/|%2F)key)(?:/|%2F))[\w-]{8,}")


def scrub(line: str) -> str:
    """The line with the names and passwords in URLs and the values of secrets replaced by stars."""
    return SECRET_PATH.sub(r"\1***", SECRET.sub(r"\1***", USERINFO.sub(r"\1***@", line)))


class ScrubbingFormatter(logging.Formatter):
    """Scrubs the finished line, so that arguments and tracebacks are covered, too."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.ScrubbingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
    },
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"},
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        # Django and gunicorn would otherwise keep handlers of their own.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "gunicorn.error": {"handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING"},  # no log of who looked at what; proxies have one
        "httpx": {"level": "WARNING"},  # it logs every address in full
        "httpcore": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # it logs each passkey that is used
    },
}
