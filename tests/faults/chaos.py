"""``python -m tests.faults.chaos``: a whole Earshot on real processes, and everything that can die does.

Scans run all the time, in workspaces that are scanned exactly once each, so that no later scan can heal
what an earlier one lost; beside them steady ones, feeds that are due all the time, and somebody who looks
and clicks. At moments drawn by chance (the same for the same ``--seed``) something is killed, stopped,
emptied or started again. Then everything settles, ``manage.py verify_mentions`` gives its verdict on the
rows, and each workspace must hold exactly what an undisturbed scan leaves.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.company import company

if TYPE_CHECKING:
    from tests.faults.rounds import Round

KINDS = {
    "kill": "kill -9 of worker or child",
    "term": "SIGTERM of the worker",
    "flush": "Valkey emptied",
    "valkey": "Valkey restarted",
    "postgres": "PostgreSQL restarted",
}
LIMIT = 60.0  # seconds in which due work must have started again, with real leases
HEAD = (
    "event",
    "n",
    "lost",
    "doubled",
    "pending",
    "orphaned",
    "first s",
    "all s",
    "web 200",
    "503",
    "500",
    "none",
)
WIDTHS = (28, 4, 5, 8, 8, 9, 8, 8, 8, 6, 5, 6)


def main() -> int:
    """0 when nothing was lost, doubled or orphaned, no page failed, and work started again in time."""
    args = arguments()
    chance = random.Random(args.seed)
    numbers = {kind: int(getattr(args, kind)) for kind in KINDS}
    rounds = [[kind] * number for kind, number in numbers.items() if number]
    if args.together:
        rounds = [chance.sample(events := sum(rounds, []), len(events))]
    planned = ", ".join(f"{number} {kind}" for kind, number in numbers.items())
    say(f"Seed {args.seed}, settings of {args.settings}: {planned}")
    with (
        tempfile.TemporaryDirectory(prefix="earshot-chaos-") as folder,
        company(Path(folder), args.settings, chance) as one,
    ):
        import django

        django.setup()
        from tests.faults import rounds as playing  # needs Django's settings

        expected = playing.prepare(one)
        one.crew.start()
        try:
            found = [playing.play(one, events, expected, say, args.in_time) for events in rounds]
        finally:
            one.crew.stop()
    if args.json:
        args.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    wrong = [*complaints(found, LIMIT if args.in_time else None)]
    say(table(found))
    say("\n".join(wrong) or "Nothing lost, nothing doubled.")
    return 1 if wrong else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.faults.chaos", description=__doc__)
    for kind, words in KINDS.items():
        parser.add_argument(f"--{kind}", type=int, default=0, metavar="N", help=words)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument(
        "--settings", default="config.settings", help="tests.faults.settings has short leases"
    )
    parser.add_argument("--together", action="store_true", help="all events in one round, mixed")
    parser.add_argument(
        "--in-time", action="store_true", help=f"also fail when work is idle over {LIMIT:.0f} s"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found")
    return parser.parse_args()


def say(line: str) -> None:
    print(line, file=sys.stdout, flush=True)


def table(found: Iterable[Round]) -> str:
    """A line for each kind of event in each round; the verdict is the round's."""
    lines = [cells(HEAD), cells(["-" * (width - 1) for width in WIDTHS])]
    for one in found:
        for row in one.rows:
            web = row.answers
            fine = sum(n for status, n in web.items() if status[0] in "23")
            nobody = sum(n for status, n in web.items() if not status.isdigit())
            verdict = (one.lost, one.doubled, one.pending, one.orphaned)
            times = (f"{row.first:.1f}", f"{row.every:.1f}")
            last = (fine, web.get("503", 0), web.get("500", 0), nobody)
            lines.append(cells([KINDS[row.event], row.number, *verdict, *times, *last]))
    return "\n".join(lines)


def cells(values: Iterable[object]) -> str:
    return "".join(
        f"{value!s:{'<' if not place else '>'}{width}}"
        for place, (value, width) in enumerate(zip(values, WIDTHS, strict=True))
    )


def complaints(found: Iterable[Round], limit: float | None) -> Iterable[str]:
    """What is wrong, in sentences."""
    for one in found:
        names = " and ".join(row.event for row in one.rows)
        for kind in ("lost", "doubled", "orphaned"):
            if getattr(one, kind):
                yield f"{names}: {kind} {getattr(one, kind)}: {one.findings}"
        yield from (f"{names}: {sentence}" for sentence in one.differences)
        for row in one.rows:
            if row.answers.get("500"):
                yield f"{row.event}: the web answered {row.answers['500']} times with 500"
            if limit and max(row.first, row.every) > limit:
                yield f"{row.event}: work that was due waited {max(row.first, row.every):.1f} s"


if __name__ == "__main__":
    sys.exit(main())
