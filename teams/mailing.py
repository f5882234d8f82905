"""Mails to people: plain text, in their language or their workspace's.

Those about an account are sent beside the request that asked for them: nobody waits for a mail server, and
how long an answer takes does not tell whether an address has an account. Who asked for a mail that got lost
asks again. An invitation is sent at once: whoever invites must learn whether to send the link otherwise.
"""

from __future__ import annotations

import logging
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import formats, translation
from django.utils.translation import gettext as _

from teams.models import Invitation

log = logging.getLogger(__name__)
UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode's categories of what is not seen
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


def one_line(text: object, most: int) -> str:
    """The text as one line, fit for a header: line ends, controls and invisible signs become spaces."""
    visible = "".join(" " if unicodedata.category(sign) in UNFIT else sign for sign in str(text))
    return " ".join(visible.split())[:most].strip()


def send_invitation(invitation: Invitation, url: str) -> bool:
    """Mails the link to the invited address; whether the mail server took it."""
    with translation.override(invitation.workspace.language):
        message = _invitation(invitation, url)
    try:
        return message.send() == 1
    except (OSError, ValueError) as error:  # smtplib's are OSErrors; a ValueError refuses an address
        log.warning("An invitation could not be mailed: %s", type(error).__name__)
        return False


def _invitation(invitation: Invitation, url: str) -> EmailMessage:
    until = invitation.workspace.localtime(invitation.expires_at)
    words = {
        "inviter": one_line(invitation.invited_by, 60),
        "workspace": one_line(invitation.workspace, 60),
        "role": invitation.get_role_display(),
        "until": f"{formats.date_format(until, 'DATETIME_FORMAT')} {until.tzname()}",
        "url": url,
    }
    paragraphs = (
        _("%(inviter)s invites you to the workspace “%(workspace)s” on Earshot. Your role there: %(role)s."),
        _("Open this link to join. It works once, for this address only, until %(until)s:"),
        "%(url)s",
        _("You do not know %(inviter)s? Then ignore this mail, and nothing happens."),
    )
    return EmailMessage(
        subject=one_line(_("%(inviter)s invites you to %(workspace)s") % words, 150),
        body="\n\n".join(paragraph % words for paragraph in paragraphs) + "\n",
        to=[invitation.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
