"""A worker that hears nothing any more ends itself, so that whoever watches over it starts another.

Workers have been seen that stay connected after Valkey was restarted, and get no more messages. Each
therefore sends itself one, on a queue of its own, when nothing else came. When it hears nothing for two
minutes although it could be sent, it is deaf.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery import Celery
from celery.signals import task_received, worker_ready
from celery.utils.nodenames import worker_direct
from django.conf import settings

log = logging.getLogger(__name__)

DEAF = 3  # exit code
CALLS = 4  # how often it is called until it is taken for deaf


@dataclass
class Hearing:
    """When something was heard last. ``call`` sends a message to this very worker."""

    call: Callable[[], Any]
    now: Callable[[], float] = time.monotonic
    heard_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.heard_at = self.now()

    def heard(self, **_: Any) -> None:
        """Something came. Called by Celery for every message."""
        self.heard_at = self.now()

    def is_deaf(self, after: float) -> bool:
        """Whether nothing was heard for so many seconds; calls when it has been silent for a while."""
        silent = self.now() - self.heard_at
        if silent >= after:
            return True
        if silent >= after / CALLS:
            try:
                self.call()
            except Exception as error:  # who cannot be called is not deaf: the broker is away
                log.warning("The broker is away: %s", error)
                self.heard_at = self.now()
        return False


def watch(app: Celery, hark: Any) -> None:
    """Lets every worker of this app listen to itself; ``hark`` is a task that does nothing."""

    @worker_ready.connect(weak=False)
    def begin(sender: Any, **_: Any) -> None:
        own = worker_direct(sender.hostname)

        def call() -> None:
            with app.connection_for_write() as connection:
                hark.apply_async(connection=connection, queue=own, retry=False, priority=0)

        hearing = Hearing(call)
        task_received.connect(hearing.heard, weak=False)
        threading.Thread(target=_listen, args=(hearing,), daemon=True, name="hearing").start()


def _listen(hearing: Hearing) -> None:
    while not hearing.is_deaf(settings.DEAF_SECONDS):
        time.sleep(settings.DEAF_SECONDS / CALLS / 2)
    log.critical("This worker hears no messages any more, so it ends; another must be started.")
    logging.shutdown()
    os._exit(DEAF)  # not in good order: that waits for messages
