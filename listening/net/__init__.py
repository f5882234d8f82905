"""The one door to the outside. Nothing else in Earshot asks a host that someone else chose."""

from listening.net.client import Client
from listening.net.errors import Busy, SourceError
from listening.net.pace import Pace, SharedPace
from listening.net.response import Response, check, retry_after
from listening.net.settings import Settings
from listening.net.urls import canonical_host, check_url, join, registered_domain, site_of

__all__ = [
    "Busy",
    "Client",
    "Pace",
    "Response",
    "Settings",
    "SharedPace",
    "SourceError",
    "canonical_host",
    "check",
    "check_url",
    "join",
    "registered_domain",
    "retry_after",
    "site_of",
]
