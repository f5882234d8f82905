"""What comes of asking a feed, whoever asked: a scan, or the feed's own turn. Nobody else writes it.

ask -> an answer: keep_answer     the row says when it was read, what was new, when it is due
    -> an error:  keep_error      the row says what was wrong, since when, when it is tried again
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from django.db import transaction

from listening import feeds, rhythm, schedule
from listening.feed_states import rhythm_of
from listening.models import Feed
from listening.net import Busy, SourceError
from listening.net.errors import gettext_noop
from listening.sources import Source
from listening.text import clean_line
from listening.types import FeedAnswer, FeedDocument

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)  # a feed read this recently is not asked again
MISSING_FOR, MISSING_FOR_YOUTUBE = timedelta(days=7), timedelta(days=21)  # 404, until we stop asking
NOBODY_LOOKED = timedelta(days=2)  # between two 404s this far apart there is no row of days
RUNS_KEPT = 30

CRASHED = gettext_noop(
    "Something unexpected happened while reading this feed (%(fault)s). Earshot will try again later."
)
STOPPED_WORKERS = gettext_noop(
    "Reading this feed stopped the worker several times. Earshot tries once a day."
)
MISSING = gettext_noop(
    "%(host)s has had nothing at this address for %(days)s days (404). Earshot no longer asks."
)


def is_fresh(feed: Feed, now: datetime) -> bool:
    """Whether the feed was read so recently that asking again would be impolite."""
    read = feed.polled_at is not None and not feed.error and feed.last_ok_at is not None
    return read and feed.polled_at is not None and now - feed.polled_at < FRESH


def standing_error(feed: Feed, now: datetime) -> SourceError | None:
    """The error that still holds, where asking again would be impolite or is known to be in vain."""
    if not feed.error:
        return None
    asked_to_wait = feed.wait_until is not None and feed.wait_until > now
    just_failed = feed.failures > 1 and feed.polled_at is not None and now - feed.polled_at < FRESH
    harmful = feed.error == STOPPED_WORKERS and feed.due_at is not None and feed.due_at > now
    if not (feed.is_paused or asked_to_wait or just_failed or harmful):
        return None
    return _for_a_scan(feed, now)


def ask(feed: Feed, source: Source) -> FeedAnswer:
    """Asks the feed. Raises SourceError, also for what nobody expected, or Busy."""
    try:
        known = (feed.etag, feed.last_modified, feed.body_hash)
        named = {"named": feed.named_url} if feed.named_url else {}
        # "feeds" can poll; the base class does not name capabilities.
        answer: FeedAnswer = cast(Any, source).poll(feed.url, *known, **named)
    except (SourceError, Busy):
        raise
    except Exception as error:
        log.exception("Feed %s crashed", feed.pk)
        raise SourceError(CRASHED, params={"fault": type(error).__name__}) from error
    return answer


def fail(feed: Feed, error: SourceError) -> SourceError:
    """Keeps what a scan met on the feed's row; returns what the scan's fetch is to do with it.

    A first slip is tried once more within the scan. After that the feed's own turns go on trying.
    """
    with transaction.atomic():
        row = Feed.objects.select_for_update().get(pk=feed.pk)
        now = schedule.now()
        keep_error(row, error, now)
        row.save()
    is_first_slip = row.failures == 1 and error.kind == "transient" and not error.retry_after
    return error if is_first_slip else _for_a_scan(row, now)


def _for_a_scan(feed: Feed, now: datetime) -> SourceError:
    left = (feed.due_at - now).total_seconds() if feed.due_at else 0.0
    return SourceError(feed.error, cast(Any, feed.error_kind), max(left, 0.0), feed.error_params)


def keep_answer(feed: Feed, answer: FeedAnswer, now: datetime) -> int:
    """Keeps what a poll gave and sets the next one; returns how many entries are new.

    Inside the caller's transaction, which holds the row and saves it. Validators are overwritten by every
    answer, also with "absent".
    """
    if feed.successor_id:  # its followers went on meanwhile
        return 0
    new = 0
    feed.etag, feed.last_modified = answer.etag, answer.last_modified
    feed.body_hash = answer.body_hash or feed.body_hash
    if answer.document:
        new = _keep_document(feed, answer.document, now)
    told = rhythm.Told.stored(feed.told)
    feed.interval_minutes = rhythm.interval(rhythm_of(feed), now, told, answer.max_age)
    feed.due_at = rhythm.next_poll(feed.pk, now, feed.interval_minutes, told)
    feed.polled_at = feed.last_ok_at = now
    feed.failures = feed.attempts = 0
    feed.error, feed.error_params, feed.error_kind = "", {}, ""
    feed.failing_since = feed.error_since = feed.wait_until = None
    feed.history = lived(feed.history, now, {"new": new})
    _hear_of_a_move(feed, answer)
    return new


def _keep_document(feed: Feed, document: FeedDocument, now: datetime) -> int:
    feed.title = clean_line(document.title, 300) or feed.title
    feed.site_url = document.site_url[:2048]
    feed.language = document.language[:35]
    feed.told = rhythm.Told.by(document).as_data()
    dates = [item.published_at for item in document.items if item.published_at]
    new, known = feeds.save_entries(feed, document.items, now)
    reaches_back_to = min(dates, default=now)
    overlaps = known > 0 or (feed.newest_at is not None and reaches_back_to <= feed.newest_at)
    if feed.covers_from is None or (document.items and not overlaps):
        feed.covers_from = min(reaches_back_to, now)  # what came and went unseen before is not known
    archived = feed.entries.order_by("-published_at").values_list("published_at", flat=True)
    found = rhythm.read([*dates, *archived[: rhythm.LOOKED_AT]], now)
    feed.rhythm_minutes, feed.silence_minutes = found.usual, found.longest
    feed.newest_at = max(filter(None, (feed.newest_at, found.newest)), default=None)
    return new


def keep_error(feed: Feed, error: SourceError, now: datetime) -> None:
    """Keeps what went wrong and sets the next try, or pauses the feed when it is gone.

    Inside the caller's transaction, which holds the row and saves it.
    """
    if feed.successor_id:
        return
    message, kind, params = error.message, error.kind, dict(error.params)
    missing = params.get("status") == 404
    unwatched = feed.polled_at is None or now - feed.polled_at > NOBODY_LOOKED
    was_gone = feed.error_kind == "gone"
    goes_on = bool(feed.error) and _trouble(kind, missing) == _trouble_of(feed)
    if not goes_on or (missing and unwatched and not was_gone):
        feed.error_since = now
    feed.failing_since = feed.failing_since or now
    begun = feed.error_since or now
    if missing and (was_gone or now - begun >= _patience(feed.url)):
        message, kind, params = MISSING, "gone", {**params, "days": (now - begun).days}
    feed.error, feed.error_kind, feed.error_params = message, kind, params
    feed.failures += 1
    feed.attempts = 0
    feed.polled_at = now
    feed.wait_until = now + timedelta(seconds=error.retry_after) if error.retry_after else None
    feed.etag = feed.last_modified = feed.body_hash = ""  # or a broken answer is never fetched again
    feed.due_at = None
    if kind != "gone":
        feed.due_at = rhythm.next_try(feed.pk, now, feed.failures, error.retry_after)
    feed.history = lived(feed.history, now, {"error": message, "params": params, "kind": kind})


def put_aside(feed: Feed, now: datetime) -> None:
    """A feed that stopped its worker again and again gets one try a day."""
    keep_error(feed, SourceError(STOPPED_WORKERS), now)
    feed.attempts = schedule.MOST_ATTEMPTS - 1  # the next time, once is enough
    feed.due_at = now + timedelta(minutes=rhythm.LONGEST)


def _trouble(kind: str, missing: bool) -> str:
    """What is wrong, for telling since when: a 404 is "missing", whatever we make of it."""
    return "missing" if missing else kind


def _trouble_of(feed: Feed) -> str:
    return _trouble(feed.error_kind, feed.error_params.get("status") == 404)


def _patience(url: str) -> timedelta:
    """How long nothing but 404 before we stop asking; YouTube says it for weeks of feeds that come back."""
    host = urlsplit(url).hostname or ""
    youtube = host == "youtube.com" or host.endswith(".youtube.com")
    return MISSING_FOR_YOUTUBE if youtube else MISSING_FOR


def lived(history: list[dict[str, Any]], now: datetime, outcome: dict[str, Any]) -> list[dict[str, Any]]:
    """The history with one more poll: what came of asking, the newest last, alike ones as one run.

    A run: {"since", "until", "times"} with {"new": entries} of answers or {"error", "params", "kind"}.
    """
    runs, at = [*history], now.isoformat()
    last = runs[-1] if runs else {}
    if last and last.get("error") == outcome.get("error") and last.get("kind") == outcome.get("kind"):
        runs[-1] = {**last, **outcome, "until": at, "times": last["times"] + 1}
        if "new" in outcome:
            runs[-1]["new"] = last["new"] + outcome["new"]
    else:
        runs.append({"since": at, "until": at, "times": 1, **outcome})
    return runs[-RUNS_KEPT:]


def _hear_of_a_move(feed: Feed, answer: FeedAnswer) -> None:
    """Counts answers that agree on a new address; what is done about it is in ``moves``."""
    target = ""
    if answer.moved_to:
        try:
            target = feeds.address(answer.moved_to)
        except SourceError:  # an address that we never ask by ourselves
            target = ""
    if not target or target == feed.url:
        feed.moved_to, feed.moved_polls = "", 0
    elif target == feed.moved_to:
        feed.moved_polls = min(feed.moved_polls + 1, 1_000)
    else:
        feed.moved_to, feed.moved_polls = target, 1
