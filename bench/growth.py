"""How pages, counts and decks grow with what was heard: run by `make bench`.

Fills one made-up workspace in steps and times the same things at each size, side by side in one run. Ratios
are what to read; seconds belong to the machine. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django  # noqa: E402

WORDS = ["coffee", "roast", "cup", "bean", "farm", "water", "grinder", "filter", "price", "shop", "barista"]


def items(number: int, brands: list[str], seed: int) -> Iterator[object]:
    """Made-up posts over 30 days, three in four naming a brand, one in twenty the copy of another."""
    from listening.types import Item

    chance = random.Random(seed)
    now = datetime.now(UTC)
    text = ""
    for index in range(number):
        if index % 20 or not text:
            words = chance.choices(WORDS, k=14)
            if chance.random() < 0.75:
                words.insert(chance.randrange(14), chance.choice(brands))
            text = " ".join(words) + chance.choice([".", "?", "!"])
        yield Item(
            external_id=f"{seed}-{index}",
            url=f"https://forum.example/{seed}/{index}",
            text=text,
            author=f"@person{chance.randrange(number // 3 + 1)}@forum.example",
            published_at=now - timedelta(seconds=chance.randrange(30 * 86_400)),
            metrics={"likes": chance.randrange(40)},
            replies=0,
        )


def timed(call: Callable[[], object], rounds: int) -> float:
    """The median of so many calls, in milliseconds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Prints one table: a row per thing that is timed, a column per size."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="1000,4000,16000")
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    django.setup()

    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from listening import queries
    from pitches import sample
    from pitches.case import build
    from pitches.decks import pdf, pptx
    from pitches.models import Pitch
    from teams.models import User
    from tests.make import hear

    call_command("migrate", verbosity=0)
    alice = User.objects.create_user(email="alice@fjallvik.example", password="not used here", name="Alice")
    workspace = sample.seed(alice)
    brands = [brand.name.split()[0] for brand in workspace.brands.all()]
    client = Client(SERVER_NAME="localhost")
    client.force_login(alice)
    base = f"/w/{workspace.code}/"
    pitch = Pitch.objects.filter(workspace=workspace).earliest("pk")
    timings: dict[str, list[float]] = {}
    sizes = [int(size) for size in asked.sizes.split(",")]
    done = 0
    for size in sizes:
        batch = list(items(size - done, brands, size))
        begun = time.perf_counter()
        for start in range(0, len(batch), 100):
            hear(workspace, *batch[start : start + 100])  # type: ignore[arg-type]  # Items, typed late
        stored = (time.perf_counter() - begun) * 1000 / len(batch)
        done = size
        things: dict[str, Callable[[], object]] = {
            "count of everything": lambda: queries.counts(queries.matched(workspace)),
            "Home": lambda: client.get(base),
            "mentions, newest": lambda: client.get(f"{base}mentions/"),
            "mentions, by words": lambda: client.get(f"{base}mentions/", {"text": "roast NOT price"}),
            "rivals": lambda: client.get(f"{base}rivals/"),
        }
        timings.setdefault("store one mention", []).append(stored)
        for name, call in things.items():
            call()
            timings.setdefault(name, []).append(timed(call, asked.rounds))
    timings["build the case"] = [timed(lambda: build(pitch), asked.rounds)]
    snapshot = build(pitch).as_snapshot()
    for name, render in (("deck as PPTX", pptx.render), ("deck as PDF", pdf.render)):
        render(snapshot)
        timings[name] = [timed(partial(render, snapshot), asked.rounds)]
    print(
        f"{timezone.now():%Y-%m-%d}, Python {sys.version.split()[0]}, medians of {asked.rounds}, milliseconds"
    )
    print(f"{'':24}" + "".join(f"{size:>10,}" for size in sizes) + "   growth")
    for name, values in timings.items():
        growth = f"{values[-1] / values[0]:7.1f} x" if len(values) > 1 else ""
        print(f"{name:24}" + "".join(f"{value:10.1f}" for value in values) + f"  {growth}")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
