"""Workers and beat; what they may do is said by the CELERY_ settings."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from celery import Celery
from celery.signals import (
    after_task_publish,
    beat_init,
    setup_logging,
    task_postrun,
    worker_init,
    worker_process_init,
)
from django.conf import settings

from config import hearing
from tools import health

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("earshot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(name="config.hark")
def hark() -> None:
    """What a worker sends itself, to know that it hears."""


hearing.watch(app, hark)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would otherwise set up logging of its own, which prints the secrets that ours scrubs."""


@worker_process_init.connect
def die_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed must not go on alone: nobody would renew what it does.

    Linux only; elsewhere the process ends when it next asks the worker for a task.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 = PR_SET_PDEATHSIG, linux/prctl.h


# Signs of life, looked at by tools/health.py. A worker may be connected and deaf all the same, so what counts
# is that it did something: what it was sent, or else what it sends itself (config.hearing).


@worker_init.connect
def leave_first_sign(sender: Any, **_: Any) -> None:
    """Before the first task: it may take a while until Valkey is there."""
    health.leave_sign(settings.EARSHOT_DATA, sender.hostname, os.getpid())


@task_postrun.connect
def leave_sign(task: Any, **_: Any) -> None:
    """In a process of the pool, whose parent is the worker. A disk that is full must not fail the task."""
    if task.request.hostname:  # none where a task is called as a function
        with suppress(OSError):
            health.leave_sign(settings.EARSHOT_DATA, task.request.hostname, os.getppid())


@beat_init.connect
def watch_beat(**_: Any) -> None:
    """From now on this process is beat, and whatever it sends is a sign."""

    def leave(**_: Any) -> None:
        with suppress(OSError):
            health.leave_sign(settings.EARSHOT_DATA, "beat", os.getpid())

    leave()
    after_task_publish.connect(leave, weak=False)
