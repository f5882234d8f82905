"""What the operator decides about the door to the outside; config/settings.py reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from listening.net.addresses import Allowed


@dataclass(frozen=True)
class Settings:
    """How every outgoing request is made.

    ``agent``: the User-Agent, "Earshot/1.0 (+https://our.example; press@our.example)". ``replay_url``: the
    origin of a server that stands in for the web; the real web is then never asked. ``pace_factor``:
    multiplies the pause between two requests to one host, only in replay. ``searxng_url``: the one
    private address that may be asked, and only by a caller who says so. ``allow``: networks and exact
    host names that the operator opens although they are private. ``own_hosts``: names of this
    installation, never asked. ``max_bytes`` counts decoded bytes; ``deadline`` is in seconds for the
    whole call, redirects included. ``slow``: domain, without "www." and the like -> how often a minute its
    hosts may be asked at most, whoever asks and whatever for.
    """

    agent: str
    replay_url: str = ""
    pace_factor: float = 1
    searxng_url: str = ""
    allow: tuple[str, ...] = ()
    ports: tuple[int, ...] = (80, 443)
    max_bytes: int = 5_000_000
    deadline: float = 15.0
    max_redirects: int = 5
    own_hosts: tuple[str, ...] = ()
    slow: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pace_factor != 1 and not self.replay_url:
            raise ValueError("The pace may only be changed while requests go to a replay server.")
        if self.pace_factor < 0:
            raise ValueError("The pace factor cannot be negative.")
        _ = self.allowed  # an entry that cannot be read stops the start, not the first request

    @cached_property
    def allowed(self) -> Allowed:
        """``allow``, read."""
        return Allowed.read(self.allow)

    def per_minute(self, host: str, wanted: float) -> float:
        """How often this host may be asked: as wanted, or as it bears."""
        labels = host.split(".")
        domains = (".".join(labels[at:]) for at in range(len(labels)))
        return min([wanted, *(self.slow[domain] for domain in domains if domain in self.slow)])
