"""Earshot's settings with a quick beat, for somebody who waits for the page.

A scan reads few conversations: that they are read right is shown by tests/listening/test_truth.py.
"""

from config import settings as ours
from listening.sources import Source

globals().update({name: getattr(ours, name) for name in dir(ours) if name.isupper()})

TICK_SECONDS = 2
CELERY_BEAT_SCHEDULE = {
    name: {**one, "schedule": TICK_SECONDS, "options": {**one["options"], "expires": 10}}
    if one["schedule"] == ours.TICK_SECONDS
    else one
    for name, one in ours.CELERY_BEAT_SCHEDULE.items()
}

Source.threads_per_scan = 40
