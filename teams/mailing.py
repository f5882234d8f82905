"""Mails to people: written in their language, sent beside the request that asked for them.

Nobody waits for a mail server, and how long an answer takes does not tell whether an address has an account.
Who asked for a mail that got lost asks again; what must not get lost does not belong here.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

log = logging.getLogger(__name__)
_postmen = ThreadPoolExecutor(max_workers=2, thread_name_prefix="mail")


def can_send() -> bool:
    """Whether this installation has a mail server."""
    return bool(settings.EMAIL_HOST)


def send_soon(message: EmailMessage) -> None:
    """Hands the mail to a thread of this process, which sends it once and logs a failure.

    A web server that stops in good order sends what was handed over before it ends.
    """
    _postmen.submit(_send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        # Neither the address nor the text: a code or a link may be in it.
        log.error("A mail could not be sent by %s: %s", settings.EMAIL_HOST, type(error).__name__)
    except Exception:
        log.exception("A mail could not be sent")
