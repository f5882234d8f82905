"""``python -m tests.pitches.pictures FOLDER``: the decks of the four worlds, to be looked at.

Needs PostgreSQL, as tests do; `manage.py services run -- …` starts one. Leaves PowerPoint and PDF files of
every world, language and length, and with LibreOffice and poppler a picture of each page and contact sheets.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    """Writes all files, and says where."""
    options = argparse.ArgumentParser(prog="python -m tests.pitches.pictures", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--worlds", default="rich,thin,contradicting,half_blocked")
    options.add_argument("--languages", default="en,sv")
    options.add_argument("--lengths", default="short,meeting,full")
    options.add_argument("--no-pictures", action="store_true", help="PowerPoint and PDF files only")
    asked = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.db import connection

    from tests.pitches.worlds import rendering
    from tests.pitches.worlds.told import told
    from tools import messages

    messages.compile_all()
    asked.folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        decks = [
            rendering.write(
                told(world).snapshots[length], language, asked.folder / f"{world}-{language}-{length}"
            )[0]
            for world in asked.worlds.split(",")
            for length in asked.lengths.split(",")
            for language in asked.languages.split(",")
        ]
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    print(f"{len(decks)} decks in {asked.folder}, {time.monotonic() - begun:.0f} s")
    if asked.no_pictures:
        return
    if lacking := rendering.missing():
        sys.exit(f"No pictures: {' and '.join(lacking)} not found. Install LibreOffice and poppler-utils.")
    sheets = rendering.look(decks, asked.folder)
    print(f"{len(sheets)} contact sheets, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
