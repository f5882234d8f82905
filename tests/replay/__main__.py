"""``python -m tests.replay [PORT]``: the made-up web on a port, to look at or to run Earshot against."""

from __future__ import annotations

import sys
from contextlib import suppress

from tests.replay import SEARXNG, ReplayServer

with ReplayServer(port=int(sys.argv[1]) if len(sys.argv) > 1 else 8901) as server:
    settings = f"OUTBOUND_REPLAY_URL={server.url} OUTBOUND_PACE_FACTOR=0.05 SEARXNG_URL={SEARXNG}"
    print(f"{settings} make run", flush=True)
    with suppress(KeyboardInterrupt):
        server.wait()
