"""The mails that this room writes: plain text, in the workspace's language."""

from __future__ import annotations

import logging
import unicodedata

from django.core.mail import EmailMessage
from django.utils import formats, translation
from django.utils.translation import gettext as _

from teams.models import Invitation

logger = logging.getLogger(__name__)
UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode's categories of what is not seen


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
        logger.warning("An invitation could not be mailed: %s", type(error).__name__)
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
