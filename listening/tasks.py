"""Celery tasks: three-line wrappers that carry ids. What they do is in plain modules; all may run twice."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from listening import dispatch, pulse, scan, schedule

log = logging.getLogger(__name__)

ONE_MORE = {"max_retries": 1, "interval_start": 0.1}  # somebody waits for the page


@shared_task
def tick() -> None:
    """Sent by beat every few seconds, and after a click: hands out everything that is due."""
    for message in dispatch.due():
        SENDERS[message.kind].apply_async([message.pk, message.token], queue=message.queue)
    pulse.ticked(schedule.now())


def tick_soon() -> None:
    """After a click: a tick as soon as what the click changed is committed.

    Without a broker nothing is lost: the row is due, and beat's next tick finds it.
    """
    transaction.on_commit(_send_tick)


def _send_tick() -> None:
    try:
        tick.apply_async(expires=settings.TICK_SECONDS, priority=0, retry_policy=ONE_MORE)
    except OperationalError as error:
        log.warning("The broker is away, so the next tick comes from beat: %s", error)


@shared_task
def fetch_page(fetch_id: int, token: str) -> None:
    """Reads one page, then sends for the next."""
    if again := scan.run_page(fetch_id, token):
        fetch_page.apply_async([fetch_id, again.token], countdown=again.seconds or None, queue="now")


@shared_task
def poll_feed(feed_id: int, token: str) -> None:
    """Polls one feed for everybody who follows it."""
    dispatch.poll_feed(feed_id, token)


@shared_task
def poll_calendar(calendar_id: int, token: str) -> None:
    """Reads one calendar."""
    dispatch.poll_calendar(calendar_id, token)


@shared_task
def rematch(version_id: int, token: str) -> None:
    """Holds a new wording against what is stored."""
    dispatch.rematch(version_id)


@shared_task
def tidy() -> None:
    """Lets go of what is kept for a time only."""
    dispatch.tidy(schedule.now())


SENDERS = {"fetch": fetch_page, "feed": poll_feed, "calendar": poll_calendar, "version": rematch}
