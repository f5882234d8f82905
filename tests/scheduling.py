"""Which tests stay together when several processes run them: those of a file, or of one world in a file."""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

WORLD = re.compile(r"\[(made-up|recorded|airlines|tech)\b")


class ByFileAndWorld(LoadScopeScheduling):
    """Servers and workspaces that a module's tests share are started once; two worlds run side by side.

    As --dist loadgroup would do it with marks; xdist 3.8 does not find them under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, world = nodeid.partition("::")[0], WORLD.search(nodeid)
        return f"{file} {world[1]}" if world else file
