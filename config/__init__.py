"""The installation: settings, addresses, workers, and what every page shares."""

from config.celery import app as celery_app  # so that @shared_task belongs to it

__all__ = ["celery_app"]
