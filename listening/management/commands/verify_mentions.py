"""``manage.py verify_mentions``: is anything lost, doubled or orphaned, and what is still to be done?"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from listening import verify
from teams.models import Workspace

KINDS = (*verify.FAULTS, "pending")


class Command(BaseCommand):
    """Reads the database alone, at one moment; may run beside a running Earshot."""

    help = (
        "Looks for mentions that are lost, doubled or orphaned, and for work that is pending. "
        "Ends with exit code 1 when something is lost, doubled or orphaned."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, metavar="CODE", help="look at this workspace only")
        parser.add_argument("--expected", type=Path, metavar="FILE", help="mentions that must be there")
        parser.add_argument(
            "--remember", type=Path, metavar="FILE", help="write what is there, to be expected"
        )
        parser.add_argument("--deep", action="store_true", help="hold every text against every search again")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(
        self,
        *,
        workspace: UUID | None,
        expected: Path | None,
        remember: Path | None,
        deep: bool,
        json: bool,
        **options: Any,
    ) -> None:
        one = Workspace.objects.filter(code=workspace).first() if workspace else None
        if workspace and one is None:
            raise CommandError(f"There is no workspace {workspace}.")
        if remember:
            write(remember, one)
        began = time.monotonic()
        verdict = verify.verify(one, read(expected) if expected else [], deep)
        seconds = time.monotonic() - began
        self.stdout.write(for_machines(verdict, seconds) if json else for_people(verdict, seconds))
        if not verdict.is_sound:
            sys.exit(1)


def read(file: Path) -> list[verify.Expected]:
    """Raises CommandError for a file that is not what ``write`` writes."""
    try:
        return [verify.Expected(**one) for one in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"{file} does not hold a list of expected mentions: {error}") from error


def write(file: Path, workspace: Workspace | None) -> None:
    """One entry for each workspace and source."""
    file.write_text(json.dumps([asdict(one) for one in verify.remember(workspace)], ensure_ascii=False))


def for_machines(verdict: verify.Verdict, seconds: float) -> str:
    """One JSON object: the counts, and every finding."""
    return json.dumps(
        {
            **{kind: verdict.count(kind) for kind in KINDS},
            "looked_at": verdict.looked_at,
            "seconds": round(seconds, 2),
            "findings": [asdict(one) for one in verdict.findings],
        },
        ensure_ascii=False,
    )


def for_people(verdict: verify.Verdict, seconds: float) -> str:
    """A line for each finding, and the sum of them."""
    lines = []
    for kind in (*KINDS, "note"):
        for one in verdict.findings:
            if one.kind == kind:
                age = f", for up to {_span(one.seconds)}" if one.seconds is not None else ""
                such = f" (such as {', '.join(one.examples)})" if one.examples and kind != "note" else ""
                lines.append(
                    f"{kind + ':' if kind != 'note' else '  of these':12}{one.count} {one.words}{age}{such}"
                )
    counts = ", ".join(f"{kind} {verdict.count(kind)}" for kind in KINDS)
    lines.append(f"{counts}. {verdict.looked_at['mentions']} mentions looked at in {seconds:.1f} s.")
    return "\n".join(lines)


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} seconds"
