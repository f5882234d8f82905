"""Earshot's settings with short leases and a quick beat: no test waits minutes for a dead worker.

The leases are shorter than a task may take. That is safe, only wasteful: who lost its lease commits nothing.
"""

from config import settings as ours
from listening.net import pace

globals().update({name: getattr(ours, name) for name in dir(ours) if name.isupper()})

LEASE_QUEUED_SECONDS, LEASE_WORKING_SECONDS = 3, 4
TICK_SECONDS = 1
DEAF_SECONDS = 8
_TICK = ours.CELERY_BEAT_SCHEDULE["tick"]
CELERY_BEAT_SCHEDULE = {
    "tick": {**_TICK, "schedule": TICK_SECONDS, "options": {**_TICK["options"], "expires": 5}},
}

# How long a host waits for a request whose asker died. Here every request takes milliseconds.
pace.LEASE = 5.0
