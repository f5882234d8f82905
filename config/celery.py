"""Workers and beat; what they may do is said by the CELERY_ settings."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from config import hearing

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
