"""Celery tasks of this room: thin, as those of ``listening.tasks``."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from pitches.evidence import page_checks
from pitches.models import Pitch

log = logging.getLogger(__name__)
BETWEEN = 1.5  # seconds between two pages of one host, a little more than its pace asks for


@shared_task
def check_pages() -> None:
    """Sent by beat, and after a click: begins with each host that has pages to be looked for."""
    for pk, token in page_checks.due():
        check_page.apply_async([pk, token], queue="later")


@shared_task
def check_page(pk: int, token: str) -> None:
    """Looks for one page, then sends for the next of its host."""
    if following := page_checks.check(pk, token):
        check_page.apply_async(
            list(following), queue="later", countdown=BETWEEN * settings.OUTBOUND_PACE_FACTOR
        )


def look_again(pitch: Pitch) -> None:
    """Before a deck goes out: lets its originals be looked for where that was not done for a day. What is
    exported now does not wait for it; it prints what is known."""
    if page_checks.begin(pitch):
        check_soon()


def check_soon() -> None:
    """After a click. Without a broker nothing is lost: the rows are due, and beat's next tick finds them."""
    transaction.on_commit(_send)


def _send() -> None:
    try:
        check_pages.apply_async(
            expires=settings.TICK_SECONDS, retry_policy={"max_retries": 1, "interval_start": 0.1}
        )
    except OperationalError as error:
        log.warning("The broker is away, so pages are looked for at the next tick of beat: %s", error)
