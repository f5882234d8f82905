"""``manage.py verify``: is a file of evidence, or a frozen pitch, what it was?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from pitches.evidence import unpacking, verifying
from pitches.evidence.digests import Seal
from pitches.models import Pitch


class Command(BaseCommand):
    """A file needs no database: it can be checked on any machine."""

    help = "Checks every hash of a file of evidence, or of a frozen pitch. Exit code 1 when anything differs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE.zip", help="a file of evidence")
        parser.add_argument("--pitch", type=UUID, metavar="CODE", help="a frozen pitch in the database")

    def handle(self, *, file: Path | None, pitch: UUID | None, **options: Any) -> None:
        if (file is None) == (pitch is None):
            raise CommandError("Name a file of evidence, or a frozen pitch with --pitch.")
        if not (self._file(file) if file else pitch and self._pitch(pitch)):
            sys.exit(1)

    def _file(self, file: Path) -> bool:
        try:
            with file.open("rb") as opened:
                report = unpacking.verify(opened)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except unpacking.Refused as refused:
            raise CommandError(f"{file}: {refused}") from refused
        for line in report.lines:
            self.stdout.write(f"{line.state:<10} {line.name}{f': {line.reason}' if line.why else ''}")
        if report.code:
            frozen = f"{report.frozen_at:%Y-%m-%d %H:%M %Z}" if report.frozen_at else ""
            self.stdout.write(
                f"Pitch {report.code}, version {report.version}, frozen {frozen}: {report.title}"
            )
        self._seal(report.seal, report.digest)
        if report.is_sound:
            self.stdout.write(
                "Nothing has changed. Compare the digest with the one on the page of the pitch."
            )
        else:
            verb = "differs" if report.wrong == 1 else "differ"
            self.stdout.write(f"Not what it was: {report.wrong} of {len(report.lines)} files {verb}.")
        return report.is_sound

    def _pitch(self, code: UUID) -> bool:
        found = Pitch.objects.filter(code=code).first()
        if found is None or not found.is_frozen:
            raise CommandError(f"There is no frozen pitch {code}.")
        seal = verifying.of_pitch(found)
        self.stdout.write(
            f"{'ok' if seal.is_intact else 'changed':<10} {found.title}, version {found.version}"
        )
        self._seal(seal, found.sha256)
        return seal.is_intact

    def _seal(self, seal: Seal, digest: str) -> None:
        self.stdout.write(f"Digest {digest} ({seal.scheme})")
        if seal.redacted:
            self.stdout.write(f"redacted   {seal.redacted} parts, because their authors were erased")
        if seal.partly:
            self.stdout.write(
                "An older Earshot froze it, and it lost parts since: the digest of the whole cannot be taken "
                "any more, so what is left was checked by the one over its parts."
            )
