"""What a frozen pitch told, read from its snapshot: when, by which wordings, on which sources, its claims.

Older snapshots say less in so many words; what they say elsewhere is found there. No models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pitches import outline
from pitches.words import Text

READ = ("ok", "partial")  # what a source's state is called when it let us read anything
WORDING = re.compile(r"(?P<name>.*?)\s?(?P<version>v\d+): (?P<text>.*)")
Wordings = Mapping[tuple[str, str], str]  # (name, text) -> version
Sources = Mapping[str, tuple[str, str, int | None]]  # source -> (label, state, inspected)


def wordings(snapshot: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Every wording that a snapshot names, an older one in its evidence."""
    if snapshot.get("searches"):
        return {(one["brand"], one["text"]): f"v{one['version']}" for one in snapshot["searches"]}
    found: dict[tuple[str, str], str] = {}
    for evidence in snapshot["evidence"]:
        for line in str(evidence.get("query") or "").splitlines():
            if match := WORDING.fullmatch(line):
                found[match["name"], match["text"]] = match["version"]
    return found


def sources_of(snapshot: Mapping[str, Any]) -> dict[str, tuple[str, str, int | None]]:
    """How each source was read, for all searches; by an older snapshot, for our own.

    From the snapshot's coverage where it has one; an older one tells by its figures what let us read nothing,
    and by its gaps what was not read completely.
    """
    if snapshot.get("coverage"):
        return {
            one["source"]: (one.get("label") or one["source"], one["state"], one.get("inspected"))
            for one in snapshot["coverage"]
        }
    start = "s1.inspected."
    gaps = {place for text in _gaps_of(snapshot, "s1.stories") for place in text}
    found = {}
    for key, figure in snapshot["figures"].items():
        if key.startswith(start):
            name = key.removeprefix(start)
            unread = figure["value"] is None
            state = "failed" if unread else "partial" if f"source.{name}" in gaps else "ok"
            found[name] = (str(snapshot["names"].get(f"source.{name}", name)), state, figure["value"])
    return found


def _gaps_of(snapshot: Mapping[str, Any], key: str) -> Iterator[set[str]]:
    """The names in each sentence that says what the proof of this figure could not read."""
    proof = snapshot["figures"].get(key, {}).get("evidence")
    for evidence in snapshot["evidence"]:
        if evidence["id"] == proof:
            for gap in evidence.get("gaps", ()):
                yield set(re.findall(r"\{@([^{}]+)\}", " ".join(gap.values())))


def period_of(snapshot: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First and last day of what was measured, as ISO texts."""
    first, last = (snapshot["figures"].get(f"period.{name}", {}).get("value") for name in ("start", "end"))
    return first, last


def days_of(snapshot: Mapping[str, Any]) -> int | None:
    """How many days were measured."""
    found = snapshot["figures"].get("period.days", {}).get("value")
    return int(found) if found is not None else None


def verdicts_of(snapshot: Mapping[str, Any]) -> dict[int, str]:
    """The verdict of each step: that of the slide which carries it, else that of its line of the summary."""
    by_key = {slide["key"]: slide for slide in snapshot["slides"]}
    found = {
        item["step"]: item["verdict"]
        for slide in snapshot["slides"]
        for block in slide["blocks"]
        if block.get("type") == "verdicts"
        for item in block["items"]
    }
    for step, key in outline.SLIDE_OF_STEP.items():
        if key in by_key and by_key[key]["verdict"]:
            found[step] = by_key[key]["verdict"]
    return {step: found[step] for step in sorted(found)}


def titles_of(snapshot: Mapping[str, Any]) -> dict[int, Text]:
    """The title under which each step was told: that of its slide, else its line of the summary."""
    found = {
        item["step"]: item["text"]
        for slide in snapshot["slides"]
        for block in slide["blocks"]
        if block.get("type") == "verdicts"
        for item in block["items"]
    }
    for slide in snapshot["slides"]:
        step = next((step for step, key in outline.SLIDE_OF_STEP.items() if key == slide["key"]), None)
        if step:
            found[step] = slide["title"]
    return {step: found[step] for step in sorted(found)}
