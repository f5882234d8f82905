"""What a full deck costs over many mentions: run by `make bench-decks`.

Fills the sample workspace with made-up mentions, in bulk, to each size, and measures each part of making a
deck in a process of its own: seconds, and the most memory it ever held. Sizes stand side by side in one run,
with their growth; ratios are what to read, seconds belong to the machine. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

DAYS = 90  # of the pitch, and of the mentions
ROUNDS, QUICK = 3, 10.0  # seconds
PARTS = ("start", "build", "check", "freeze", "snapshot", "web", "pptx", "pdf")
NAMES = {
    "start": "nothing but starting up",
    "build": "build the case",
    "check": "build it and check it",
    "freeze": "freeze it",
    "snapshot": "read the snapshot",
    "web": "read it, draw the web view",
    "pptx": "read it, draw the PPTX",
    "pdf": "read it, draw the PDF",
}

# --- Filling ----------------------------------------------------------------------------------------

# Every mention has a number i. What it is follows from i alone, so that every run fills the same.
MENTIONS = """
WITH one AS (
    SELECT i, %(base)s + i AS id,
        CASE WHEN (i / 10) %% 20 < 9 THEN 'mastodon' WHEN (i / 10) %% 20 < 16 THEN 'feeds'
            ELSE 'hackernews' END AS source,
        -- A few sites and people write most of it.
        1 + floor(power((i * 7919 %% 100003) / 100003.0, 3) * %(sites)s)::bigint AS site,
        1 + floor(power((i * 104729 %% 1000003) / 1000003.0, 3) * %(authors)s)::bigint AS author,
        %(now)s::timestamptz - make_interval(secs => (i * 48611 %% (%(days)s * 86400 - 3600))) AS at
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
)
"""
SITES = """
INSERT INTO listening_site (domain)
SELECT 'site' || n || '.example' FROM generate_series(1, %(sites)s) AS n ON CONFLICT DO NOTHING
"""
AUTHORS = """
INSERT INTO listening_author (id, workspace_id, source, handle, url)
SELECT %(base)s + n, %(workspace)s, 'mastodon', '@person' || n || '@forum.example', ''
FROM generate_series(1::bigint, %(authors)s::bigint) AS n ON CONFLICT DO NOTHING
"""
STORIES = """
INSERT INTO listening_story (id, workspace_id)
SELECT %(base)s + i, %(workspace)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i WHERE i %% 20 <> 0
"""
CONVERSATIONS = (
    MENTIONS
    + """
INSERT INTO listening_conversation (id, workspace_id, source, external_id, url, handle, opener, state, error,
    error_params, replies_said, replies_said_when_read, replies, participants, read_at)
SELECT id, %(workspace)s, source, 'bulk-' || i, 'https://forum.example/' || i, '',
    '@person' || author || '@forum.example',
    CASE WHEN i %% 100 < 92 THEN 'read' WHEN i %% 100 < 97 THEN 'unreadable' ELSE 'unread' END, '', '{}',
    i %% 7, i %% 7, '[]',
    ARRAY['@person' || author || '@forum.example']
        || CASE WHEN i %% 25 = 3 THEN ARRAY[%(own)s] ELSE ARRAY[]::varchar[] END,
    at
FROM one WHERE i %% 4 <> 0
"""
)
INSERT_MENTIONS = (
    MENTIONS
    + """
INSERT INTO listening_mention (id, workspace_id, source, external_id, url, url_key, text_key, title, text,
    is_searchable, tags, language, metrics, is_question, published_at, date_known, site_id, author_id,
    story_id, conversation_id, state, is_starred, note, first_seen_at, last_seen_at)
SELECT one.id, %(workspace)s, source, 'bulk-' || i, 'https://forum.example/' || i, md5('u' || i),
    md5('t' || i), CASE WHEN source = 'mastodon' THEN '' ELSE 'About coffee, number ' || i END,
    'Somebody wonders about coffee, roasts and cups at ' || i || ', and whether this year is as good.',
    true, '["kaffe"]', 'en', jsonb_build_object('likes', i %% 40, 'comments', i %% 7), i %% 7 = 0, at, true,
    listening_site.id, %(base)s + author,
    %(base)s + CASE WHEN i %% 20 = 0 THEN i - 1 ELSE i END,
    %(base)s + CASE WHEN i %% 4 = 0 THEN i - 1 ELSE i END,
    CASE WHEN i %% 97 = 0 THEN 'not_relevant' ELSE 'heard' END, false, '', at, at
FROM one JOIN listening_site ON domain = 'site' || site || '.example'
"""
)
MATCHES = """
INSERT INTO listening_match (mention_id, version_id, workspace_id, search_id, brand_id, source, published_at,
    "where", content_hash)
SELECT m.id, %(version)s, m.workspace_id, %(search)s, %(brand)s, m.source, m.published_at,
    '[{"clause": "coffee", "where": "text", "words": ["coffee"], "spans": [[24, 30]]}]', md5('t' || m.id)
FROM listening_mention m
WHERE m.workspace_id = %(workspace)s AND {share}
    AND m.id BETWEEN %(base)s + %(first)s AND %(base)s + %(last)s
"""
# Which mentions a search finds, by subject and form; the industry most, one brand in ten.
SHARES = {
    ("industry", "keyword"): "(m.id - %(base)s) %% 10 < 5",
    ("industry", "tag"): "(m.id - %(base)s) %% 10 IN (4, 5, 6)",
    (0, "keyword"): "(m.id - %(base)s) %% 10 = 7",
    (0, "tag"): "(m.id - %(base)s) %% 40 = 7",
    (1, "keyword"): "(m.id - %(base)s) %% 10 IN (8, 9)",
    (1, "tag"): "(m.id - %(base)s) %% 20 = 8",
    (2, "keyword"): "(m.id - %(base)s) %% 10 = 9",
    (2, "tag"): "(m.id - %(base)s) %% 20 = 9",
    (3, "keyword"): "(m.id - %(base)s) %% 30 = 9",
    (3, "tag"): "(m.id - %(base)s) %% 60 = 9",
}
BASE = 10_000_000  # ids of what is made in bulk begin here


def fill(workspace: Any, first: int, last: int, now: Any) -> None:
    """Adds the mentions number ``first`` to ``last`` with all that belongs to them."""
    from django.db import connection, transaction

    from listening import store
    from listening.models import Brand, Search

    brands = {
        pk: at for at, pk in enumerate(Brand.objects.filter(workspace=workspace).values_list("pk", flat=True))
    }
    values: dict[str, Any] = {
        "base": BASE, "workspace": workspace.pk, "first": first, "last": last, "now": now, "days": DAYS,
        "sites": max(last // 200, 50), "authors": max(last // 4, 50), "own": "@fjallvik@kaffetorget.example",
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (SITES, AUTHORS, STORIES, CONVERSATIONS, INSERT_MENTIONS):
            cursor.execute(statement, values)
        for search in Search.objects.filter(workspace=workspace).prefetch_related("versions"):
            version = search.current
            key = (brands[search.brand_id] if search.brand_id else "industry", search.form)
            if version and key in SHARES:
                about = {"version": version.pk, "search": search.pk, "brand": search.brand_id}
                cursor.execute(MATCHES.replace("{share}", SHARES[key]), values | about)
    store.refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM (ANALYZE) listening_mention, listening_match, listening_conversation, listening_author"
        )


# --- Measuring --------------------------------------------------------------------------------------


def database_mb() -> float:
    """What the database takes on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0]) / 1024 / 1024


def measure(part: str, code: str, file: Path) -> dict[str, float]:
    """One part, in this process, which does nothing else."""
    from django.db import transaction

    from pitches import checks, verbs
    from pitches.case import build
    from pitches.decks import pdf, pptx, web
    from pitches.models import Pitch

    def pitch() -> Pitch:
        return Pitch.objects.select_related("workspace", "created_by").get(code=code)

    def freeze() -> None:
        with transaction.atomic():
            found = pitch()
            assert found.created_by is not None
            frozen = verbs.freeze(found, found.created_by)
            file.write_text(json.dumps(frozen.snapshot))
            transaction.set_rollback(True)

    def snapshot() -> Any:
        return json.loads(file.read_text())

    things: dict[str, Callable[[], object]] = {
        "start": lambda: None,
        "build": lambda: build(pitch()),
        "check": lambda: checks.check(build(pitch())),
        "freeze": freeze,
        "snapshot": snapshot,
        "web": lambda: web.deck(snapshot(), None, lambda name: name),
        "pptx": lambda: pptx.render(snapshot()),
        "pdf": lambda: pdf.render(snapshot()),
    }
    begun = time.perf_counter()
    made = things[part]()
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "mb": peak(), "kb": len(made) / 1024 if isinstance(made, bytes) else 0.0}


def peak() -> float:
    """The most memory that this process ever held, in MB; where the system tells, without its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(part: str, code: str, file: Path) -> dict[str, float]:
    """The same in a process of its own; of what is quick, the quickest of three."""
    command = [sys.executable, __file__, "--part", part, "--pitch", code, "--file", str(file)]
    found: list[dict[str, float]] = []
    while not found or (len(found) < ROUNDS and found[0]["seconds"] < QUICK):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(found, key=lambda one: one["seconds"])


def main() -> None:
    """Prints a table: a row per part, and per size its seconds and memory."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="10000,100000,1000000")
    options.add_argument("--part", choices=PARTS)
    options.add_argument("--pitch")
    options.add_argument("--file", type=Path)
    asked = options.parse_args()
    django.setup()
    if asked.part:
        print(json.dumps(measure(asked.part, asked.pitch, asked.file)))
        return

    from django.core.management import call_command
    from django.utils import timezone

    from pitches import sample
    from pitches.case import period_of
    from pitches.models import Pitch
    from teams.models import User

    call_command("migrate", verbosity=0)
    now = timezone.now()
    alice = User.objects.create_user(email="alice@fjallvik.example", password="not used here", name="Alice")
    workspace = sample.seed(alice, now)
    start, end = period_of(workspace, DAYS, now)
    Pitch.objects.filter(workspace=workspace).update(period_start=start, period_end=end)
    code = str(Pitch.objects.get(workspace=workspace).code)
    sizes = [int(size) for size in asked.sizes.split(",")]
    found: dict[str, list[dict[str, float]]] = {part: [] for part in PARTS}
    filled: list[float] = []
    stored: list[float] = []
    done = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "snapshot.json"
        for size in sizes:
            begun = time.perf_counter()
            fill(workspace, done + 1, size, now)
            filled.append(time.perf_counter() - begun)
            done = size
            for part in PARTS:
                found[part].append(apart(part, code, file))
                print(f"  {size:,} {part} {found[part][-1]['seconds']:.2f} s", file=sys.stderr)
            stored.append(database_mb())
        kept = file.stat().st_size / 1024
    print(f"{now:%Y-%m-%d}, Python {sys.version.split()[0]}; a full deck over {DAYS} days")
    print(f"{'seconds':28}" + "".join(f"{size:>12,}" for size in sizes) + "   growth")
    for part, values in found.items():
        seconds = [one["seconds"] for one in values]
        growth = f"{seconds[-1] / seconds[0]:7.1f} x" if len(sizes) > 1 and part != "start" else ""
        print(f"{NAMES[part]:28}" + "".join(f"{one:12.2f}" for one in seconds) + f"  {growth}")
    print(f"{'(filling the database)':28}" + "".join(f"{one:12.1f}" for one in filled))
    print(f"{'(MB in the database)':28}" + "".join(f"{one:12.0f}" for one in stored))
    print(f"{'peak MB of the process':28}" + "".join(f"{size:>12,}" for size in sizes) + "   growth")
    for part, values in found.items():
        peaks = [one["mb"] for one in values]
        growth = f"{peaks[-1] / peaks[0]:7.1f} x" if len(sizes) > 1 else ""
        print(f"{NAMES[part]:28}" + "".join(f"{one:12.0f}" for one in peaks) + f"  {growth}")
    sizes_of = ", ".join(f"{part.upper()} {found[part][-1]['kb']:,.0f} kB" for part in ("pptx", "pdf"))
    print(f"the last snapshot {kept:,.0f} kB, {sizes_of}")


if __name__ == "__main__":
    main()
