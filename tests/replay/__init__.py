"""A small made-up web of our own, so that everybody who has a clone can try the whole way.

``world.py`` says who there is and what they wrote, ``systems.py`` how each system answers, ``server.py``
plays it over HTTP under the contract of OUTBOUND_REPLAY_URL. Look at it: ``python -m tests.replay``.
"""

from tests.replay.server import SEARXNG, ReplayServer

__all__ = ["SEARXNG", "ReplayServer"]
